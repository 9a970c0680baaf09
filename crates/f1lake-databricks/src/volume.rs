//! A Unity Catalog volume as an object store, over the Files API 2.0.

mod list;
mod read;
mod shared;
mod upload;
mod write;

use crate::error::Error;
use crate::volume_path::VolumePath;
use crate::workspace::{Call, Workspace};
use async_trait::async_trait;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyMode, CopyOptions, GetOptions, GetRange, GetResult, GetResultPayload, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult,
};
use reqwest::Method;
use shared::{STORE, Volume, to_store};
use std::fmt;
use std::sync::Arc;
use upload::{VolumeUpload, chunks};

/// From this size on, a file is uploaded in parts, as in the official client.
const MULTIPART_FROM: u64 = 50 * 1024 * 1024;
/// Maximum memory of an upload.
const LARGEST_BUFFER: u64 = 1024 * 1024 * 1024;
/// Files deleted at once.
const PARALLEL_DELETES: usize = 4;

/// A folder of a volume. Clones share the connection.
///
/// - A put replaces the whole file; with [`PutMode::Create`] the service refuses an existing name, and such a
///   put is not retried after an unclear failure. [`PutMode::Update`], attributes and versions are not
///   supported.
/// - Missing folders are created before the first file in them. Folders that become empty stay.
/// - `put_multipart` holds the file in memory until it is complete, then sends it in one request, or from 50
///   MiB on in parts to cloud storage where the service offers that. The file appears only when it is
///   complete.
/// - Copy and rename read and write the file through this machine; a rename is not atomic.
///
/// ```no_run
/// # async fn run(workspace: f1lake_databricks::Workspace) -> Result<(), Box<dyn std::error::Error>> {
/// use f1lake_databricks::VolumeStore;
/// use object_store::{ObjectStoreExt, path::Path};
/// let store = VolumeStore::open(&workspace, "/Volumes/dev_f1/raw_data/landing")?;
/// store.check().await?;
/// store.put(&Path::parse("laps.json")?, "[]".into()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct VolumeStore {
    volume: Arc<Volume>,
}

impl fmt::Display for VolumeStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.volume.root, self.volume.workspace.host())
    }
}

impl VolumeStore {
    /// Opens a volume or a folder in it, such as `/Volumes/dev_f1/raw_data/landing/f1`. Sends nothing yet: see
    /// [`VolumeStore::check`].
    ///
    /// # Errors
    /// When the path is not in a volume.
    pub fn open(workspace: &Workspace, path: &str) -> Result<Self, Error> {
        Ok(Self {
            volume: Arc::new(Volume {
                workspace: workspace.clone(),
                root: path.parse()?,
                folders: Arc::default(),
                multipart_from: MULTIPART_FROM,
                largest_buffer: LARGEST_BUFFER,
            }),
        })
    }

    /// Size in bytes from which a file is uploaded in parts; 50 MiB by default.
    #[must_use]
    pub fn multipart_from(self, bytes: u64) -> Self {
        self.with(|volume| volume.multipart_from = bytes)
    }

    /// Maximum bytes that one upload may hold in memory; 1 GiB by default.
    #[must_use]
    pub fn largest_buffer(self, bytes: u64) -> Self {
        self.with(|volume| volume.largest_buffer = bytes)
    }

    fn with(self, change: impl FnOnce(&mut Volume)) -> Self {
        let mut volume = Arc::unwrap_or_clone(self.volume);
        change(&mut volume);
        Self { volume: Arc::new(volume) }
    }

    /// Its path.
    pub fn path(&self) -> &VolumePath {
        &self.volume.root
    }

    /// Checks that the volume exists and may be read.
    ///
    /// # Errors
    /// With the missing grant or setting.
    pub async fn check(&self) -> Result<(), Error> {
        self.volume.check().await
    }

    /// Removes a folder with everything in it; succeeds if it is missing.
    ///
    /// # Errors
    /// When something in it cannot be listed or removed; what was removed before stays removed.
    pub async fn remove_folder(&self, folder: &Path) -> object_store::Result<()> {
        let mut found = vec![folder.clone()];
        let mut next = 0;
        while let Some(folder) = found.get(next).cloned() {
            next += 1;
            let (below, files) = self.volume.folder(&folder).await?;
            found.extend(below);
            let files = futures::stream::iter(files.into_iter().map(|file| Ok(file.location))).boxed();
            self.delete_stream(files)
                .filter(|deleted| {
                    let gone = matches!(deleted, Err(object_store::Error::NotFound { .. }));
                    std::future::ready(!gone)
                })
                .try_for_each(|_| std::future::ready(Ok(())))
                .await?;
        }
        // The service removes only empty folders: the deepest come last in the list.
        for folder in found.iter().rev() {
            let place = self.volume.place(folder);
            self.volume.known_folders().remove(&place);
            match self.volume.workspace.send(&Call::new(Method::DELETE, place.folder_url())).await {
                Ok(_) => {}
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(to_store(self.volume.advise(error, "WRITE VOLUME"), folder)),
            }
        }
        Ok(())
    }
}

fn unsupported(what: &str) -> object_store::Error {
    object_store::Error::NotImplemented { operation: what.to_owned(), implementer: STORE.to_owned() }
}

#[async_trait]
impl ObjectStore for VolumeStore {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> object_store::Result<PutResult> {
        if !options.attributes.is_empty() {
            return Err(unsupported("put with attributes"));
        }
        let overwrite = match options.mode {
            PutMode::Overwrite => true,
            PutMode::Create => false,
            PutMode::Update(_) => return Err(unsupported("put of a known version")),
        };
        self.volume
            .write(&self.volume.place(location), chunks(payload), overwrite)
            .await
            .map_err(|error| to_store(error, location))?;
        Ok(PutResult { e_tag: None, version: None })
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        if !options.attributes.is_empty() {
            return Err(unsupported("put with attributes"));
        }
        Ok(Box::new(VolumeUpload {
            volume: Arc::clone(&self.volume),
            location: location.clone(),
            chunks: Vec::new(),
            bytes: 0,
        }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> object_store::Result<GetResult> {
        let failed = |error| to_store(error, location);
        if options.version.is_some() {
            return Err(unsupported("get of a version"));
        }
        if options.head {
            let meta = self.volume.head(location).await.map_err(failed)?;
            options.check_preconditions(&meta)?;
            let payload = GetResultPayload::Stream(futures::stream::empty().boxed());
            return Ok(GetResult { payload, range: 0..meta.size, meta, attributes: Default::default() });
        }
        let bad_range = |error| object_store::Error::Generic { store: STORE, source: Box::new(error) };
        let mut range = options.range.clone();
        if let Some(wanted) = &range {
            wanted.is_valid().map_err(bad_range)?;
        }
        if let Some(GetRange::Suffix(_)) = range {
            // Not every proxy supports a range from the end.
            let size = self.volume.head(location).await.map_err(failed)?.size;
            range = match options.range.as_ref().map(|range| range.as_range(size)).transpose() {
                Ok(range) => range.map(GetRange::Bounded),
                Err(error) => return Err(bad_range(error)),
            };
        }
        let download = self
            .volume
            .download(location, range.as_ref(), options.if_unmodified_since)
            .await
            .map_err(failed)?;
        let meta = download.meta.clone();
        options.check_preconditions(&meta)?;
        let range = match range {
            Some(range) => range.as_range(meta.size).map_err(bad_range)?,
            None => 0..meta.size,
        };
        if download.start > range.start {
            let source = format!("bytes from {} arrived, not from {}", download.start, range.start).into();
            return Err(object_store::Error::Generic { store: STORE, source });
        }
        let payload = GetResultPayload::Stream(Arc::clone(&self.volume).body(download, range.clone()));
        Ok(GetResult { payload, meta, range, attributes: Default::default() })
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, object_store::Result<Path>>,
    ) -> BoxStream<'static, object_store::Result<Path>> {
        let volume = Arc::clone(&self.volume);
        locations
            .map(move |location| {
                let volume = Arc::clone(&volume);
                async move {
                    let location = location?;
                    let place = volume.place(&location);
                    volume.delete(&place).await.map_err(|error| to_store(error, &location))?;
                    Ok(location)
                }
            })
            .buffered(PARALLEL_DELETES)
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        let volume = Arc::clone(&self.volume);
        let folders = vec![prefix.cloned().unwrap_or_default()];
        futures::stream::try_unfold((volume, folders), |(volume, mut folders)| async move {
            let Some(folder) = folders.pop() else { return Ok::<_, object_store::Error>(None) };
            let (below, files) = volume.folder(&folder).await?;
            folders.extend(below);
            let files = futures::stream::iter(files.into_iter().map(Ok));
            Ok(Some((files, (volume, folders))))
        })
        .try_flatten()
        .boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> object_store::Result<ListResult> {
        let (mut common_prefixes, mut objects) =
            self.volume.folder(&prefix.cloned().unwrap_or_default()).await?;
        common_prefixes.sort_unstable();
        objects.sort_unstable_by(|left, right| left.location.cmp(&right.location));
        Ok(ListResult { common_prefixes, objects })
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> object_store::Result<()> {
        let bytes = self.get(from).await?.bytes().await?;
        let mode = match options.mode {
            CopyMode::Overwrite => PutMode::Overwrite,
            CopyMode::Create => PutMode::Create,
        };
        self.put_opts(to, bytes.into(), mode.into()).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::read::content_range;

    #[test]
    fn a_content_range_gives_start_and_size() {
        assert_eq!(content_range("bytes 3-6/14"), Some((3, 14)));
        for bad in ["", "bytes */14", "bytes 3-6/*", "3-6/14"] {
            assert_eq!(content_range(bad), None, "{bad}");
        }
    }
}
