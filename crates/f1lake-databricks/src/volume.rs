//! A Unity Catalog volume as an object store, over the Files API 2.0.

use crate::auth::header;
use crate::error::Error;
use crate::multipart;
use crate::retry::Repeat;
use crate::volume_path::VolumePath;
use crate::workspace::{Call, OCTETS, Workspace};
use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyMode, CopyOptions, GetOptions, GetRange, GetResult, GetResultPayload, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult,
    UploadPart,
};
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue, IF_UNMODIFIED_SINCE, RANGE};
use serde::Deserialize;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const STORE: &str = "Databricks volume";
const MIB: u64 = 1024 * 1024;
/// Maximum size of one file in the service: 5000 MiB.
const LARGEST_FILE: u64 = 5000 * MIB;
/// From this size on, a file is uploaded in parts, as in the official client.
const MULTIPART_FROM: u64 = 50 * MIB;
/// Maximum memory of an upload.
const LARGEST_BUFFER: u64 = 1024 * MIB;
const ADVICE: &str = "write smaller files: a compressed or columnar format, or several files";
/// Files deleted at once.
const PARALLEL_DELETES: usize = 4;
/// Longest pause within a download.
const SILENCE: Duration = Duration::from_secs(60);
/// How often a broken download is resumed.
const RESUMES: u32 = 5;

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
#[derive(Debug, Clone)]
pub struct VolumeStore {
    volume: Arc<Volume>,
}

/// State shared by uploads and downloads.
#[derive(Debug, Clone)]
pub(crate) struct Volume {
    pub(crate) workspace: Workspace,
    root: VolumePath,
    /// Folders that are known to exist.
    folders: Arc<Mutex<HashSet<VolumePath>>>,
    multipart_from: u64,
    largest_buffer: u64,
}

impl fmt::Display for VolumeStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}", self.volume.root, self.volume.workspace.host())
    }
}

impl VolumeStore {
    /// Opens a volume or a folder in it, such as `/Volumes/main/raw/landing/f1`. Sends nothing yet: see
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

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    contents: Vec<Entry>,
    #[serde(default)]
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    path: String,
    #[serde(default)]
    is_directory: bool,
    #[serde(default)]
    file_size: Option<u64>,
    /// Milliseconds since 1970.
    #[serde(default)]
    last_modified: Option<i64>,
}

/// A file being downloaded.
struct Download {
    response: reqwest::Response,
    /// Position in the file at which the body begins.
    start: u64,
    meta: ObjectMeta,
}

impl Volume {
    /// A file's path in the service. Names are passed unchanged: nothing is decoded.
    fn place(&self, location: &Path) -> VolumePath {
        let text = location.as_ref();
        self.root.join(text.split('/').filter(|name| !name.is_empty()))
    }

    /// Adds the grant needed for reading or writing.
    fn advise(&self, error: Error, grant: &'static str) -> Error {
        let (catalog, schema, volume) = (self.root.catalog(), self.root.schema(), self.root.volume());
        error.advise(|error| match error.status {
            403 => Some(format!(
                "this needs {grant} on volume {volume}, USE SCHEMA on {catalog}.{schema} and USE CATALOG on \
                 {catalog}"
            )),
            404 => Some(format!(
                "check that the volume {volume} exists; CREATE VOLUME {volume}, or correct \
                the path"
            )),
            _ => None,
        })
    }

    async fn check(&self) -> Result<(), Error> {
        let call = Call::new(Method::HEAD, self.root.root().folder_url());
        self.workspace.send(&call).await.map_err(|error| self.advise(error, "READ VOLUME"))?;
        Ok(())
    }

    fn known_folders(&self) -> std::sync::MutexGuard<'_, HashSet<VolumePath>> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Creates a folder and its parents, once.
    async fn make_folder(&self, folder: &VolumePath) -> Result<(), Error> {
        if folder.is_root() || self.known_folders().contains(folder) {
            return Ok(());
        }
        self.workspace
            .send(&Call::new(Method::PUT, folder.folder_url()))
            .await
            .map_err(|error| self.advise(error, "WRITE VOLUME"))?;
        self.known_folders().insert(folder.clone());
        Ok(())
    }

    /// Writes a whole file.
    async fn write(&self, file: &VolumePath, chunks: Vec<Bytes>, overwrite: bool) -> Result<(), Error> {
        let bytes: u64 = chunks.iter().map(|chunk| chunk.len() as u64).sum();
        if bytes > LARGEST_FILE {
            return Err(Error::TooLarge {
                path: file.to_string(),
                bytes,
                limit: LARGEST_FILE,
                advice: ADVICE,
            });
        }
        let folder = file.parent();
        let known = self.known_folders().contains(&folder);
        self.make_folder(&folder).await?;
        match self.send_file(file, &chunks, bytes, overwrite).await {
            // The folder was removed meanwhile.
            Err(error) if known && error.is_not_found() => {
                self.known_folders().remove(&folder);
                self.make_folder(&folder).await?;
                self.send_file(file, &chunks, bytes, overwrite).await
            }
            other => other,
        }
        .map_err(|error| self.advise(error, "WRITE VOLUME"))
    }

    async fn send_file(
        &self,
        file: &VolumePath,
        chunks: &[Bytes],
        bytes: u64,
        overwrite: bool,
    ) -> Result<(), Error> {
        if bytes >= self.multipart_from
            && multipart::upload(&self.workspace, file, chunks, bytes, overwrite).await?
        {
            return Ok(());
        }
        let call = Call {
            content_type: Some(OCTETS),
            body: chunks.to_vec(),
            // A repeated create would find its own file.
            repeat: if overwrite { Repeat::Safe } else { Repeat::Refused },
            ..Call::new(Method::PUT, file.file_url())
        }
        .query("overwrite", overwrite.to_string());
        self.workspace.send(&call).await?;
        Ok(())
    }

    async fn delete(&self, file: &VolumePath) -> Result<(), Error> {
        match self.workspace.send(&Call::new(Method::DELETE, file.file_url())).await {
            Ok(_) => Ok(()),
            // An earlier attempt removed it and its response was lost.
            Err(Error::Api(error)) if error.status == 404 && error.tries > 1 => Ok(()),
            Err(error) if error.is_not_found() => Err(error),
            Err(error) => Err(self.advise(error, "WRITE VOLUME")),
        }
    }

    fn meta(&self, location: &Path, response: &reqwest::Response, size: u64) -> ObjectMeta {
        let last_modified = header(response, "last-modified")
            .and_then(|value| httpdate::parse_http_date(value).ok())
            .map_or(DateTime::<Utc>::UNIX_EPOCH, DateTime::from);
        ObjectMeta {
            location: location.clone(),
            last_modified,
            size,
            e_tag: header(response, "etag").map(str::to_owned),
            version: None,
        }
    }

    async fn head(&self, location: &Path) -> Result<ObjectMeta, Error> {
        // A file may legitimately be a web page.
        let call = Call { html_is_wrong: false, ..Call::new(Method::HEAD, self.place(location).file_url()) };
        let response = self.workspace.send(&call).await?;
        let size =
            number(&response, "content-length").ok_or_else(|| self.wrong(&call, "no Content-Length"))?;
        Ok(self.meta(location, &response, size))
    }

    fn wrong(&self, call: &Call, detail: &str) -> Error {
        Error::Answer {
            request: call.describe(),
            host: self.workspace.host().to_owned(),
            detail: detail.to_owned(),
        }
    }

    /// Opens a download; the body may begin before the range when the service ignores it.
    async fn download(
        &self,
        location: &Path,
        range: Option<&GetRange>,
        unmodified_since: Option<DateTime<Utc>>,
    ) -> Result<Download, Error> {
        let mut call =
            Call { accept: Some(OCTETS), ..Call::new(Method::GET, self.place(location).file_url()) };
        let name = location.filename().unwrap_or_default().to_ascii_lowercase();
        call.html_is_wrong = !(name.ends_with(".html") || name.ends_with(".htm"));
        let mut add = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                call.headers.push((name, value));
            }
        };
        if let Some(range) = range {
            add(RANGE, &range.to_string());
        }
        if let Some(date) = unmodified_since {
            add(IF_UNMODIFIED_SINCE, &httpdate::fmt_http_date(date.into()));
        }
        let response = self.workspace.send(&call).await?;
        let (start, size) = if response.status().as_u16() == 206 {
            header(&response, "content-range")
                .and_then(content_range)
                .ok_or_else(|| self.wrong(&call, "a part without a readable Content-Range"))?
        } else {
            let size =
                number(&response, "content-length").ok_or_else(|| self.wrong(&call, "no Content-Length"))?;
            (0, size)
        };
        let meta = self.meta(location, &response, size);
        Ok(Download { response, start, meta })
    }

    /// The bytes of a range; resumes where a connection broke.
    fn body(
        self: Arc<Self>,
        download: Download,
        range: Range<u64>,
    ) -> BoxStream<'static, object_store::Result<Bytes>> {
        struct State {
            volume: Arc<Volume>,
            download: Download,
            /// Position in the file of the next byte from the connection, and of the next byte to return.
            arriving: u64,
            next: u64,
            end: u64,
            resumes: u32,
        }
        let arriving = download.start;
        let state = State { volume: self, download, arriving, next: range.start, end: range.end, resumes: 0 };
        futures::stream::try_unfold(state, |mut state| async move {
            while state.next < state.end {
                let read = tokio::time::timeout(SILENCE, state.download.response.chunk()).await;
                let broken = match read {
                    Ok(Ok(Some(mut chunk))) => {
                        let skip = state.next.saturating_sub(state.arriving).min(chunk.len() as u64);
                        state.arriving += chunk.len() as u64;
                        let _ = chunk.split_to(usize::try_from(skip).unwrap_or(usize::MAX).min(chunk.len()));
                        let left = usize::try_from(state.end - state.next).unwrap_or(usize::MAX);
                        chunk.truncate(left);
                        if chunk.is_empty() {
                            continue;
                        }
                        state.next += chunk.len() as u64;
                        return Ok(Some((chunk, state)));
                    }
                    Ok(Ok(None)) => "the file ended early".to_owned(),
                    Ok(Err(error)) => crate::auth::describe(error),
                    Err(_) => format!("no data for {} s", SILENCE.as_secs()),
                };
                let location = state.download.meta.location.clone();
                if state.resumes >= RESUMES {
                    let error = Error::Transport {
                        request: format!("GET {}", state.volume.place(&location)),
                        host: state.volume.workspace.host().to_owned(),
                        tries: state.resumes + 1,
                        detail: broken,
                    };
                    return Err(to_store(error, &location));
                }
                state.resumes += 1;
                tracing::debug!(%location, at = state.next, broken, "resuming the download");
                tokio::time::sleep(state.volume.workspace.retry().first_wait * state.resumes).await;
                let range = GetRange::Bounded(state.next..state.end);
                let meta = &state.download.meta;
                let resumed = state.volume.download(&location, Some(&range), Some(meta.last_modified)).await;
                let resumed = resumed.map_err(|error| to_store(error, &location))?;
                let same = resumed.meta.size == meta.size
                    && resumed.meta.last_modified == meta.last_modified
                    && resumed.start <= state.next;
                if !same {
                    return Err(object_store::Error::Precondition {
                        path: location.to_string(),
                        source: "the file changed while it was read".into(),
                    });
                }
                state.arriving = resumed.start;
                state.download = resumed;
            }
            Ok(None)
        })
        .boxed()
    }

    /// A page of a folder; `None` when the folder does not exist.
    async fn page(&self, folder: &VolumePath, token: Option<&str>) -> Result<Option<Page>, Error> {
        let mut call = Call::get(folder.folder_url());
        if let Some(token) = token {
            call = call.query("page_token", token);
        }
        match self.workspace.json::<Page>(&call).await {
            Ok(page) if token.is_some() && page.next_page_token.as_deref() == token => {
                Err(self.wrong(&call, "a page that names itself as the next"))
            }
            Ok(page) => Ok(Some(page)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(self.advise(error, "READ VOLUME")),
        }
    }

    /// An entry's location below the store's root.
    fn location(&self, folder: &Path, entry: &Entry) -> object_store::Result<Path> {
        let name = entry.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let whole = if folder.as_ref().is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        Ok(Path::parse(whole)?)
    }

    fn entry_meta(&self, location: Path, entry: &Entry) -> ObjectMeta {
        // Whole seconds, as in the headers of a download: a file must have only one date.
        let last_modified = entry
            .last_modified
            .and_then(|milliseconds| DateTime::from_timestamp(milliseconds.div_euclid(1000), 0));
        ObjectMeta {
            location,
            last_modified: last_modified.unwrap_or(DateTime::<Utc>::UNIX_EPOCH),
            size: entry.file_size.unwrap_or_default(),
            e_tag: None,
            version: None,
        }
    }

    /// Folders and files of one folder. A missing folder is empty, a missing volume is an error.
    async fn folder(&self, folder: &Path) -> object_store::Result<(Vec<Path>, Vec<ObjectMeta>)> {
        let place = self.place(folder);
        let (mut folders, mut files) = (Vec::new(), Vec::new());
        let mut token: Option<String> = None;
        loop {
            let page = self.page(&place, token.as_deref()).await.map_err(|error| to_store(error, folder))?;
            let Some(page) = page else {
                // An empty list would hide a typo in the volume's name.
                self.check().await.map_err(|error| to_store(error, folder))?;
                return Ok((Vec::new(), Vec::new()));
            };
            for entry in &page.contents {
                let location = self.location(folder, entry)?;
                if entry.is_directory {
                    folders.push(location);
                } else {
                    files.push(self.entry_meta(location, entry));
                }
            }
            // A short or empty page is not the last one: only a missing token is.
            match page.next_page_token.filter(|token| !token.is_empty()) {
                Some(next) => token = Some(next),
                None => return Ok((folders, files)),
            }
        }
    }
}

/// A header's number.
fn number(response: &reqwest::Response, name: &str) -> Option<u64> {
    header(response, name)?.trim().parse().ok()
}

/// Start and total size from `bytes 3-6/14`.
fn content_range(value: &str) -> Option<(u64, u64)> {
    let (range, size) = value.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.trim().parse().ok()?, size.trim().parse().ok()?))
}

fn to_store(error: Error, location: &Path) -> object_store::Error {
    use object_store::Error as Store;
    let path = location.to_string();
    let (exists, refused) = (error.is_already_exists(), error.is_refused());
    let status = error.status();
    let source = Box::new(error);
    match status {
        _ if exists => Store::AlreadyExists { path, source },
        None if refused => Store::Unauthenticated { path, source },
        Some(401) => Store::Unauthenticated { path, source },
        Some(403) => Store::PermissionDenied { path, source },
        Some(404) => Store::NotFound { path, source },
        Some(412) => Store::Precondition { path, source },
        _ => Store::Generic { store: STORE, source },
    }
}

fn unsupported(what: &str) -> object_store::Error {
    object_store::Error::NotImplemented { operation: what.to_owned(), implementer: STORE.to_owned() }
}

fn chunks(payload: PutPayload) -> Vec<Bytes> {
    payload.into_iter().filter(|chunk| !chunk.is_empty()).collect()
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

/// An upload held in memory until it is complete.
struct VolumeUpload {
    volume: Arc<Volume>,
    location: Path,
    chunks: Vec<Bytes>,
    bytes: u64,
}

impl fmt::Debug for VolumeUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VolumeUpload")
            .field("location", &self.location)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl VolumeUpload {
    fn too_large(&self) -> Option<object_store::Error> {
        let limit = self.volume.largest_buffer;
        (self.bytes > limit).then(|| {
            let path = self.volume.place(&self.location).to_string();
            to_store(Error::TooLarge { path, bytes: self.bytes, limit, advice: ADVICE }, &self.location)
        })
    }
}

#[async_trait]
impl MultipartUpload for VolumeUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.bytes += data.content_length() as u64;
        if let Some(error) = self.too_large() {
            self.chunks.clear();
            return futures::future::ready(Err(error)).boxed();
        }
        self.chunks.extend(chunks(data));
        futures::future::ready(Ok(())).boxed()
    }

    async fn complete(&mut self) -> object_store::Result<PutResult> {
        if let Some(error) = self.too_large() {
            return Err(error);
        }
        let chunks = std::mem::take(&mut self.chunks);
        self.volume
            .write(&self.volume.place(&self.location), chunks, true)
            .await
            .map_err(|error| to_store(error, &self.location))?;
        Ok(PutResult { e_tag: None, version: None })
    }

    async fn abort(&mut self) -> object_store::Result<()> {
        self.chunks.clear();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_gives_start_and_size() {
        assert_eq!(content_range("bytes 3-6/14"), Some((3, 14)));
        for bad in ["", "bytes */14", "bytes 3-6/*", "3-6/14"] {
            assert_eq!(content_range(bad), None, "{bad}");
        }
    }
}
