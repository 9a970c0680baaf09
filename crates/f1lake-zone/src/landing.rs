//! The landing zone: a flat folder, bucket or volume behind `object_store`.

mod read;

use crate::error::ZoneError;
use crate::files::{self, Existing, UNFINISHED, blocking, is_mounted_volume};
use crate::manifest::{MANIFEST_DIR, Manifest};
use crate::run_lock::RunLock;
use futures::{StreamExt, TryStreamExt};
use jiff::{SignedDuration, Timestamp};
use object_store::path::Path;
use object_store::{
    CopyMode, CopyOptions, ObjectStore, ObjectStoreExt, PutMode, PutPayload, UpdateVersion, WriteMultipart,
};
pub use read::LandedRows;
use std::path::PathBuf;
use std::sync::Arc;

/// Size of the parts of an upload.
const PART: usize = 8 * 1024 * 1024;
/// Folder of a store for complete large files before they get their name.
const WORK_DIR: &str = "_work";
/// Folder for data that is kept but not landed.
pub const ASIDE_DIR: &str = "_aside";
/// Older uploads in the work folder of a store are left over from an interrupted run.
const UPLOADS_END: SignedDuration = SignedDuration::from_hours(24);
/// Manifests read at once.
const PARALLEL: usize = 16;

/// The destination of landing files. Clones share the connection.
#[derive(Debug, Clone)]
pub struct Landing {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    /// The folder, if the destination is local: files are then synced to disk.
    local: Option<PathBuf>,
    description: String,
    /// Up to this many bytes, a file is sent in one request.
    single_put: u64,
    /// A second destination for the same files.
    copy: Option<Arc<Landing>>,
}

/// Result of creating a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It was created.
    New,
    /// Another file has the name and stays.
    Taken,
}

/// Result of committing a manifest.
#[derive(Debug)]
pub enum Commit {
    /// The manifest is written.
    Done,
    /// The manifest changed since it was read; this is the current one.
    Overtaken(Box<Option<Manifest>>),
}

impl Landing {
    /// Opens a local folder (created if absent), or a URL such as `s3://bucket/path` with the `cloud`
    /// feature. Settings of a bucket come from the environment, see [`crate::bucket::settings`], without
    /// plain http.
    ///
    /// # Errors
    /// When the folder cannot be created, or this build does not support the URL's scheme.
    pub fn open(target: &str) -> Result<Self, ZoneError> {
        Self::open_with(target, false)
    }

    /// Like [`Landing::open`]; `plain_http` allows a bucket on this machine without TLS.
    ///
    /// # Errors
    /// See [`Landing::open`].
    pub fn open_with(target: &str, plain_http: bool) -> Result<Self, ZoneError> {
        let settings = |text: String| ZoneError::Address(text);
        if target.trim().is_empty() {
            return Err(settings(
                "the name of the landing folder is empty; set landing_path or --out".to_owned(),
            ));
        }
        if target.starts_with("dbfs:")
            || (target.starts_with("/Volumes/") && !std::path::Path::new("/Volumes").is_dir())
        {
            return Err(settings(format!(
                "{target} is a Databricks volume, not a folder of this machine; open it as a store of its \
                 workspace and pass that to Landing::from_store"
            )));
        }
        if let Some((scheme, _)) = target.split_once("://")
            && scheme != "file"
        {
            return Self::open_url(target, plain_http);
        }
        let folder = PathBuf::from(target.strip_prefix("file://").unwrap_or(target));
        std::fs::create_dir_all(&folder)
            .map_err(ZoneError::io("cannot create the landing folder", &folder))?;
        let folder =
            folder.canonicalize().map_err(ZoneError::io("cannot open the landing folder", &folder))?;
        let store = object_store::local::LocalFileSystem::new_with_prefix(&folder)
            .map_err(ZoneError::store("cannot open", &Path::default()))?;
        Ok(Self {
            local: Some(folder.clone()),
            ..Self::from_store(Arc::new(store), folder.display().to_string())
        })
    }

    #[cfg(feature = "cloud")]
    fn open_url(target: &str, plain_http: bool) -> Result<Self, ZoneError> {
        let url = url::Url::parse(target)
            .map_err(|error| ZoneError::Address(format!("invalid landing_path `{target}`: {error}")))?;
        let (store, prefix) = crate::bucket::open(&url, plain_http)?;
        Ok(Self { prefix, ..Self::from_store(store, target) })
    }

    #[cfg(not(feature = "cloud"))]
    fn open_url(target: &str, _plain_http: bool) -> Result<Self, ZoneError> {
        Err(ZoneError::Address(format!(
            "landing_path `{target}` needs a build with the feature `cloud`; use a local folder, or rebuild with --features cloud"
        )))
    }

    /// In memory, for tests.
    pub fn memory() -> Self {
        Self::from_store(Arc::new(object_store::memory::InMemory::new()), "memory")
    }

    /// Wraps any store.
    pub fn from_store(store: Arc<dyn ObjectStore>, description: impl Into<String>) -> Self {
        Self {
            store,
            prefix: Path::default(),
            local: None,
            description: description.into(),
            single_put: PART as u64,
            copy: None,
        }
    }

    /// Sends files up to this size (bytes) in one request, for a store that buffers uploads in memory anyway.
    /// By default 8 MiB; larger files are sent in parts to `_work/`, then copied.
    #[must_use]
    pub fn single_put(self, up_to: u64) -> Self {
        Self { single_put: up_to, ..self }
    }

    /// Also keeps the files and manifests of sessions that a run lands or finds landed in a second
    /// destination. Only this zone decides what is landed; the next run completes a copy that lags behind.
    #[must_use]
    pub fn with_copy(self, copy: Landing) -> Self {
        Self { copy: Some(Arc::new(copy)), ..self }
    }

    /// The folder or URL, human-readable.
    pub fn describe(&self) -> String {
        self.description.clone()
    }

    /// The folder, when it is local.
    pub fn local_path(&self) -> Option<&std::path::Path> {
        self.local.as_deref()
    }

    fn path(&self, name: &str) -> Path {
        // Parsed as a whole: building part by part would percent-encode the letters of `São_Paulo`.
        let whole =
            if self.prefix.as_ref().is_empty() { name.to_owned() } else { format!("{}/{name}", self.prefix) };
        Path::parse(&whole).unwrap_or_else(|_| Path::from(whole))
    }

    /// Checks that the destination supports what a run does: creates a file, replaces it, reads it back and
    /// removes it.
    ///
    /// # Errors
    /// With the cause.
    pub async fn check_writable(&self) -> Result<(), ZoneError> {
        // A unique name, because several runs may test at once.
        let name = format!("{MANIFEST_DIR}/{UNFINISHED}write-test-{}", unique());
        let tried = self.try_file(&name).await;
        let removed = self.remove(&name).await;
        tried?;
        removed
    }

    async fn try_file(&self, name: &str) -> Result<(), ZoneError> {
        let wrong = |detail: &str| ZoneError::Unreliable {
            place: self.description.clone(),
            detail: detail.to_owned(),
        };
        let written = b"f1lake";
        if self.create(name, written).await? == Created::Taken {
            return Err(wrong("reports that a new file already exists"));
        }
        let (_, version) = self.get_version(name).await?.ok_or_else(|| wrong("has lost a file"))?;
        if !self.update(name, written, version).await? {
            return Err(wrong("reports a change to a file that did not change"));
        }
        match self.get(name).await? {
            Some(bytes) if bytes == written[..] => Ok(()),
            _ => Err(wrong("does not return what was written")),
        }
    }

    /// Removes unfinished files of an interrupted run. Only the run that holds the lock may do so.
    pub fn remove_unfinished(&self, lock: &RunLock) -> Result<(), ZoneError> {
        let Some(folder) = &self.local else { return Ok(()) };
        for folder in [folder.clone(), folder.join(MANIFEST_DIR), folder.join(ASIDE_DIR)] {
            files::remove_unfinished(&folder, lock)?;
        }
        Ok(())
    }

    /// Removes uploads without a final name from a store. Those of the last day may belong to another
    /// machine's current run.
    pub async fn remove_old_uploads(&self, now: Timestamp, _lock: &RunLock) -> Result<(), ZoneError> {
        if self.local.is_some() {
            return Ok(());
        }
        let folder = self.path(WORK_DIR);
        let listed = self.store.list_with_delimiter(Some(&folder)).await;
        for object in listed.map_err(ZoneError::store("cannot list", &folder))?.objects {
            let age = now.as_second() - object.last_modified.timestamp();
            if age > UPLOADS_END.as_secs() {
                self.delete(&object.location).await?;
            }
        }
        Ok(())
    }

    async fn delete(&self, path: &Path) -> Result<(), ZoneError> {
        match self.store.delete(path).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            other => other.map_err(ZoneError::store("cannot delete", path)),
        }
    }

    /// Removes a file; succeeds if it is missing.
    pub async fn remove(&self, name: &str) -> Result<(), ZoneError> {
        let Some(folder) = &self.local else { return self.delete(&self.path(name)).await };
        let file = folder.join(name);
        blocking(move || match std::fs::remove_file(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            other => other.map_err(ZoneError::io("cannot delete", &file)),
        })
        .await
    }

    /// Writes a whole small object, replacing an existing one; afterwards it survives a power cut.
    pub async fn put_bytes(&self, name: &str, bytes: Vec<u8>) -> Result<(), ZoneError> {
        if let Some(folder) = &self.local {
            let file = folder.join(name);
            return blocking(move || files::replace(&file, &bytes)).await;
        }
        let path = self.path(name);
        let put = self.store.put(&path, PutPayload::from(bytes)).await;
        put.map_err(ZoneError::store("cannot write", &path)).map(drop)
    }

    /// Writes a whole small object under a free name.
    async fn create(&self, name: &str, bytes: &[u8]) -> Result<Created, ZoneError> {
        if let Some(folder) = &self.local {
            let (file, bytes) = (folder.join(name), bytes.to_vec());
            return blocking(move || created(files::write_file(&file, &bytes, Existing::Keep), &file)).await;
        }
        self.create_object(name, PutPayload::from(bytes.to_vec())).await
    }

    async fn create_object(&self, name: &str, payload: PutPayload) -> Result<Created, ZoneError> {
        let path = self.path(name);
        match self.store.put_opts(&path, payload, PutMode::Create.into()).await {
            Ok(_) => Ok(Created::New),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(Created::Taken),
            Err(error) => Err(ZoneError::store("cannot write", &path)(error)),
        }
    }

    /// Replaces a small object that was just read; false when it changed since. A store without conditional
    /// puts, such as a volume, and a folder replace it at once: there the preceding read is the only
    /// protection.
    async fn update(&self, name: &str, bytes: &[u8], version: UpdateVersion) -> Result<bool, ZoneError> {
        let path = self.path(name);
        let conditional = self.local.is_none() && (version.e_tag.is_some() || version.version.is_some());
        if conditional {
            let payload = PutPayload::from(bytes.to_vec());
            match self.store.put_opts(&path, payload, PutMode::Update(version).into()).await {
                Ok(_) => return Ok(true),
                Err(object_store::Error::Precondition { .. } | object_store::Error::NotFound { .. }) => {
                    return Ok(false);
                }
                Err(
                    object_store::Error::NotImplemented { .. } | object_store::Error::NotSupported { .. },
                ) => {}
                Err(error) => return Err(ZoneError::store("cannot write", &path)(error)),
            }
        }
        self.put_bytes(name, bytes.to_vec()).await?;
        Ok(true)
    }

    /// Sends a local file, replacing an existing object; the object appears complete or not at all.
    pub async fn put_file(&self, name: &str, file: &std::path::Path) -> Result<(), ZoneError> {
        if let Some(folder) = &self.local {
            let (source, file) = (file.to_owned(), folder.join(name));
            return blocking(move || {
                files::copy_file(&source, &file, Existing::Replace)
                    .map_err(ZoneError::io("cannot write", &file))
            })
            .await;
        }
        let path = self.path(name);
        if let Some(payload) = self.small(file).await? {
            let put = self.store.put(&path, payload).await;
            return put.map_err(ZoneError::store("cannot write", &path)).map(drop);
        }
        self.send_parts(&path, file).await
    }

    /// The bytes of a file that is small enough for one request; `None` when it is larger.
    async fn small(&self, file: &std::path::Path) -> Result<Option<PutPayload>, ZoneError> {
        let read = || ZoneError::io("cannot read", file);
        let length = tokio::fs::metadata(file).await.map_err(read())?.len();
        if length > self.single_put {
            return Ok(None);
        }
        Ok(Some(PutPayload::from(tokio::fs::read(file).await.map_err(read())?)))
    }

    async fn send_parts(&self, path: &Path, file: &std::path::Path) -> Result<(), ZoneError> {
        use tokio::io::AsyncReadExt;
        let read = || ZoneError::io("cannot read", file);
        let mut source = tokio::fs::File::open(file).await.map_err(read())?;
        let upload = self.store.put_multipart(path).await;
        let upload = upload.map_err(ZoneError::store("cannot write", path))?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART);
        let mut buffer = vec![0; 256 * 1024];
        let sent = loop {
            match source.read(&mut buffer).await {
                Ok(0) => break Ok(()),
                Ok(count) => {
                    if let Err(error) = upload.wait_for_capacity(4).await {
                        break Err(ZoneError::store("cannot write", path)(error));
                    }
                    upload.write(&buffer[..count]);
                }
                Err(error) => break Err(read()(error)),
            }
        };
        if let Err(error) = sent {
            // Remove what was sent, but report the first error.
            let _ = upload.abort().await;
            return Err(error);
        }
        upload.finish().await.map_err(ZoneError::store("cannot write", path)).map(drop)
    }

    /// Lands one of our finished and synced files under a free name: moves it on the same disk, otherwise
    /// sends it. The folder entry is on disk once the session's manifest is.
    pub async fn land(&self, name: &str, file: &std::path::Path) -> Result<Created, ZoneError> {
        let landed = self.land_here(name, file).await?;
        if let (Some(copy), Created::New) = (&self.copy, landed) {
            let there = self.local.as_ref().map(|folder| folder.join(name));
            copy.put_file(name, there.as_deref().unwrap_or(file)).await?;
        }
        Ok(landed)
    }

    async fn land_here(&self, name: &str, file: &std::path::Path) -> Result<Created, ZoneError> {
        if let Some(folder) = &self.local {
            let (source, file) = (file.to_owned(), folder.join(name));
            return blocking(move || created(files::move_file(&source, &file, Existing::Keep), &file)).await;
        }
        if let Some(payload) = self.small(file).await? {
            return self.create_object(name, payload).await;
        }
        let path = self.path(name);
        let waiting = self.path(&format!("{WORK_DIR}/{}-{name}", unique()));
        self.send_parts(&waiting, file).await?;
        let options = CopyOptions::default().with_mode(CopyMode::Create);
        let copied = match self.store.copy_opts(&waiting, &path, options).await {
            Ok(()) => Ok(Created::New),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(Created::Taken),
            // A store that cannot copy this way gets it in one request.
            Err(object_store::Error::NotImplemented { .. } | object_store::Error::NotSupported { .. }) => {
                let bytes = tokio::fs::read(file).await.map_err(ZoneError::io("cannot read", file))?;
                self.create_object(name, PutPayload::from(bytes)).await
            }
            Err(error) => Err(ZoneError::store("cannot write", &path)(error)),
        };
        let removed = self.delete(&waiting).await;
        let created = copied?;
        if let Err(error) = removed {
            // It is landed anyway; a later run removes the remains.
            tracing::debug!(%error, name, "landed, but its upload could not be removed");
        }
        Ok(created)
    }

    /// Whether a landed file is missing or differs from what was landed. In a store only its length is
    /// compared.
    pub async fn is_lost(&self, name: &str, bytes: u64, sha256: Option<&str>) -> Result<bool, ZoneError> {
        if let Some(folder) = &self.local {
            let (file, sha256) = (folder.join(name), sha256.map(str::to_owned));
            return blocking(move || Ok(!file.is_file() || Some(crate::format::digest(&file)?.1) != sha256))
                .await;
        }
        let path = self.path(name);
        match self.store.head(&path).await {
            Ok(meta) => Ok(meta.size != bytes),
            Err(object_store::Error::NotFound { .. }) => Ok(true),
            Err(error) => Err(ZoneError::store("cannot read", &path)(error)),
        }
    }

    /// Moves a damaged file to `_aside/`, which frees its name; returns its new name, or `None` when it is
    /// missing.
    pub async fn set_aside(&self, name: &str, now: Timestamp) -> Result<Option<String>, ZoneError> {
        let aside =
            format!("{ASIDE_DIR}/damaged.{}.{}", now.strftime("%Y%m%dT%H%M%SZ"), name.replace('/', "_"));
        let scratch =
            tempfile::tempdir().map_err(ZoneError::io("cannot create a folder in", std::env::temp_dir()))?;
        let Some(there) = self.local_copy(name, scratch.path()).await? else { return Ok(None) };
        self.put_file(&aside, &there).await?;
        self.remove(name).await?;
        Ok(Some(aside))
    }

    /// An object's bytes; `None` when it does not exist.
    pub async fn get(&self, name: &str) -> Result<Option<bytes::Bytes>, ZoneError> {
        Ok(self.get_version(name).await?.map(|(bytes, _)| bytes))
    }

    /// An object's bytes and version.
    async fn get_version(&self, name: &str) -> Result<Option<(bytes::Bytes, UpdateVersion)>, ZoneError> {
        let path = self.path(name);
        match self.store.get(&path).await {
            Ok(result) => {
                let version =
                    UpdateVersion { e_tag: result.meta.e_tag.clone(), version: result.meta.version.clone() };
                let bytes = result.bytes().await.map_err(ZoneError::store("cannot read", &path))?;
                Ok(Some((bytes, version)))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(ZoneError::store("cannot read", &path)(error)),
        }
    }

    /// An object as a local file: itself when the zone is local, otherwise a copy in `scratch`.
    pub async fn local_copy(
        &self,
        name: &str,
        scratch: &std::path::Path,
    ) -> Result<Option<PathBuf>, ZoneError> {
        use tokio::io::AsyncWriteExt;
        if let Some(folder) = &self.local {
            let file = folder.join(name);
            return Ok(file.is_file().then_some(file));
        }
        let path = self.path(name);
        let result = match self.store.get(&path).await {
            Ok(result) => result,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(ZoneError::store("cannot read", &path)(error)),
        };
        let copy = scratch.join(name.replace('/', "_"));
        let write = || ZoneError::io("cannot write", &copy);
        let mut file = tokio::fs::File::create(&copy).await.map_err(write())?;
        let mut stream = result.into_stream();
        while let Some(chunk) = stream.try_next().await.map_err(ZoneError::store("cannot read", &path))? {
            file.write_all(&chunk).await.map_err(write())?;
        }
        file.flush().await.map_err(write())?;
        Ok(Some(copy))
    }

    /// Names of the objects in a folder (`""`: the top), without subfolders.
    pub async fn list(&self, folder: &str) -> Result<Vec<String>, ZoneError> {
        let path = if folder.is_empty() { self.prefix.clone() } else { self.path(folder) };
        let listed = self
            .store
            .list_with_delimiter(Some(&path))
            .await
            .map_err(ZoneError::store("cannot list", &path))?;
        let mut names: Vec<String> = listed
            .objects
            .iter()
            .filter_map(|object| object.location.filename().map(str::to_owned))
            .collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Manifests of all landed sessions, by session key.
    ///
    /// # Errors
    /// When the zone cannot be read, or a manifest is damaged or of a newer version.
    pub async fn manifests(&self) -> Result<Vec<Manifest>, ZoneError> {
        let read = self.each_manifest().await?;
        let mut manifests: Vec<Manifest> =
            read.into_iter().map(|(_, manifest)| manifest).collect::<Result<_, _>>()?;
        manifests.sort_by_key(|manifest| manifest.session_key);
        Ok(manifests)
    }

    /// Every manifest by its name in the zone, including damaged ones.
    pub async fn each_manifest(&self) -> Result<Vec<(String, Result<Manifest, ZoneError>)>, ZoneError> {
        let names = self.list(MANIFEST_DIR).await?;
        let names = names.into_iter().filter(|name| name.ends_with(".json"));
        let read: Vec<_> = futures::stream::iter(names)
            .map(|name| async move {
                let name = format!("{MANIFEST_DIR}/{name}");
                let manifest = self.manifest(&name).await?;
                Ok::<_, ZoneError>(manifest.map(|(manifest, _)| (name, manifest)))
            })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        Ok(read.into_iter().flatten().collect())
    }

    /// A manifest by its name in the zone, with its version there.
    async fn manifest(
        &self,
        name: &str,
    ) -> Result<Option<(Result<Manifest, ZoneError>, UpdateVersion)>, ZoneError> {
        let Some((bytes, version)) = self.get_version(name).await? else { return Ok(None) };
        let mut manifest = Manifest::parse(name, &bytes);
        if matches!(manifest, Err(ZoneError::Damaged { .. }))
            && let Some(bytes) = self.get(&journal(name)).await?
            && let Ok(whole) = Manifest::parse(name, &bytes)
        {
            // The write was interrupted after its journal was complete.
            manifest = Ok(whole);
        }
        Ok(Some((manifest, version)))
    }

    /// Commits a session by writing its manifest, last of all, if the current one is still `old`.
    pub async fn commit(&self, manifest: &Manifest, old: Option<&Manifest>) -> Result<Commit, ZoneError> {
        let name = manifest.path();
        if let Some(folder) = self.local.clone() {
            blocking(move || files::sync_folder(&folder).map_err(ZoneError::io("cannot sync", &folder)))
                .await?;
        }
        let text = manifest.text()?;
        // A manifest written in one pass is incomplete for a moment, so a full copy stays next to it until
        // the write ends.
        let journaled = self.local.as_deref().is_some_and(is_mounted_volume);
        let current = self.manifest(&name).await?;
        let current = match current {
            Some((manifest, version)) => Some((manifest?, version)),
            None => None,
        };
        let done = match (current, old) {
            (None, None) => {
                if journaled {
                    self.put_bytes(&journal(&name), text.clone()).await?;
                }
                self.create(&name, &text).await? == Created::New
            }
            (Some((current, version)), Some(old)) if current == *old => {
                if journaled {
                    self.put_bytes(&journal(&name), text.clone()).await?;
                }
                self.update(&name, &text, version).await?
            }
            _ => false,
        };
        if !done {
            let theirs = self.manifest(&name).await?.map(|(manifest, _)| manifest).transpose()?;
            return Ok(Commit::Overtaken(Box::new(theirs)));
        }
        if journaled {
            self.remove(&journal(&name)).await?;
        }
        self.complete_copies(&[manifest]).await?;
        Ok(Commit::Done)
    }

    /// Brings the copies of landed sessions up to date.
    pub async fn complete_copies(&self, landed: &[&Manifest]) -> Result<(), ZoneError> {
        let Some(copy) = &self.copy else { return Ok(()) };
        for manifest in landed {
            self.complete(copy, manifest).await?;
        }
        Ok(())
    }

    /// Copies the missing files of a session, its manifest last.
    async fn complete(&self, copy: &Self, manifest: &Manifest) -> Result<(), ZoneError> {
        let text = manifest.text()?;
        if copy.get(&manifest.path()).await?.is_some_and(|there| there == text) {
            return Ok(());
        }
        let scratch =
            tempfile::tempdir().map_err(ZoneError::io("cannot create a folder in", std::env::temp_dir()))?;
        for landed in manifest.endpoints.values() {
            let Some(name) = &landed.file else { continue };
            let digest = |file: PathBuf| blocking(move || crate::format::digest(&file));
            if let Some(there) = copy.local_copy(name, scratch.path()).await?
                && Some(digest(there).await?.1) == landed.sha256
            {
                continue;
            }
            let whole = match self.local_copy(name, scratch.path()).await? {
                Some(file) if Some(digest(file.clone()).await?.1) == landed.sha256 => file,
                _ => {
                    return Err(ZoneError::Damaged {
                        path: name.clone(),
                        detail: "cannot be copied: it is missing, or differs from what was landed".to_owned(),
                        advice: "`f1lake verify` lists damaged files",
                    });
                }
            };
            copy.put_file(name, &whole).await?;
        }
        copy.put_bytes(&manifest.path(), text).await
    }
}

/// Name of the journal next to a manifest written in one pass.
fn journal(manifest: &str) -> String {
    format!("{manifest}.next")
}

/// A unique part for a file name.
fn unique() -> String {
    use std::hash::{BuildHasher, Hasher};
    let chance = std::hash::RandomState::new().build_hasher().finish();
    format!("{}-{chance:016x}", std::process::id())
}

fn created(written: std::io::Result<()>, file: &std::path::Path) -> Result<Created, ZoneError> {
    match written {
        Ok(()) => Ok(Created::New),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(Created::Taken),
        Err(error) => Err(ZoneError::io("cannot write", file)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::digest;

    /// The conformance suite of landing zones. Add each new store below; it must pass unchanged.
    async fn conforms(landing: &Landing) {
        assert_eq!(landing.get("absent.json").await.unwrap(), None);
        assert_eq!(landing.list("").await.unwrap(), Vec::<String>::new(), "not empty at the start");
        assert_eq!(landing.manifests().await.unwrap(), Vec::new());
        landing.check_writable().await.unwrap();
        assert_eq!(
            landing.list(MANIFEST_DIR).await.unwrap(),
            Vec::<String>::new(),
            "the check left something"
        );

        let version = |name: &'static str| async move { landing.get_version(name).await.unwrap().unwrap().1 };
        assert_eq!(landing.create("laps.json", b"[]").await.unwrap(), Created::New);
        assert_eq!(landing.create("laps.json", b"[1]").await.unwrap(), Created::Taken);
        let read = version("laps.json").await;
        landing.put_bytes("laps.json", b"[{}]".to_vec()).await.unwrap();
        if landing.local.is_none() && read.e_tag.is_some() {
            assert!(!landing.update("laps.json", b"[2]", read).await.unwrap(), "not what was read");
        }
        assert_eq!(landing.get("laps.json").await.unwrap().unwrap(), "[{}]", "not replaced whole");

        let scratch = tempfile::tempdir().unwrap();
        let source = scratch.path().join("source");
        // Nothing, one part, exactly one part, and several parts with a remainder.
        for (name, length) in
            [("none", 0), ("small_São_Paulo.json", 1000), ("part", PART), ("large", 2 * PART + 12_345)]
        {
            let bytes: Vec<u8> = (0..length).map(|i| (i * 31 % 251) as u8).collect();
            std::fs::write(&source, &bytes).unwrap();
            landing.put_file(name, &source).await.unwrap();
            assert!(landing.get(name).await.unwrap().unwrap() == bytes, "{name} differs");
            let copy = landing.local_copy(name, scratch.path()).await.unwrap().unwrap();
            assert_eq!(digest(&copy).unwrap(), digest(&source).unwrap(), "{name}");
        }
        assert_eq!(landing.local_copy("absent", scratch.path()).await.unwrap(), None);
        landed_files_are_never_overwritten(landing, &source).await;

        landing.put_bytes("_aside/pit.json", b"[]".to_vec()).await.unwrap();
        let names = landing.list("").await.unwrap();
        assert_eq!(
            names,
            ["laps.json", "large", "new", "new_large", "none", "part", "small_São_Paulo.json"],
            "deeper ones too?"
        );
        assert_eq!(landing.list("_aside").await.unwrap(), ["pit.json"]);
        manifests_are_replaced_only_as_they_were_read(landing).await;

        landing.put_bytes("_manifest/4.json", b"{".to_vec()).await.unwrap();
        let damaged = landing.manifests().await.unwrap_err().to_string();
        assert!(damaged.contains("_manifest/4.json") && damaged.contains("f1lake repair"), "{damaged}");
        landing.put_bytes("_manifest/4.json.next", manifest(4).text().unwrap()).await.unwrap();
        assert_eq!(landing.manifests().await.unwrap()[1], manifest(4), "its journal was whole");
    }

    async fn landed_files_are_never_overwritten(landing: &Landing, source: &std::path::Path) {
        for (name, length) in [("new", 5), ("new_large", PART + 7)] {
            let first = vec![b'1'; length];
            std::fs::write(source, &first).unwrap();
            assert_eq!(landing.land(name, source).await.unwrap(), Created::New, "{name}");
            std::fs::write(source, vec![b'2'; length]).unwrap();
            assert_eq!(landing.land(name, source).await.unwrap(), Created::Taken, "{name}");
            assert!(landing.get(name).await.unwrap().unwrap() == first, "{name} was overwritten");
            let sha256 = crate::files::hex(&<sha2::Sha256 as sha2::Digest>::digest(&first));
            let length = length as u64;
            assert!(!landing.is_lost(name, length, Some(&sha256)).await.unwrap(), "{name}");
            assert!(landing.is_lost(name, length + 1, None).await.unwrap(), "{name}");
        }
        assert!(landing.is_lost("never", 1, None).await.unwrap());
        assert_eq!(landing.list("_work").await.unwrap(), Vec::<String>::new(), "an upload stayed behind");

        let now = Timestamp::UNIX_EPOCH;
        landing.put_bytes("bad", b"x".to_vec()).await.unwrap();
        let aside = landing.set_aside("bad", now).await.unwrap().unwrap();
        assert_eq!(landing.get(&aside).await.unwrap().unwrap(), "x");
        assert_eq!(landing.set_aside("bad", now).await.unwrap(), None);
        landing.remove(&aside).await.unwrap();
        landing.remove(&aside).await.unwrap();
    }

    async fn manifests_are_replaced_only_as_they_were_read(landing: &Landing) {
        let of_tool = |key, tool: &str| Manifest { tool: tool.to_owned(), ..manifest(key) };
        let is_done = |commit| matches!(commit, Commit::Done);
        for session_key in [20, 3] {
            assert!(is_done(landing.commit(&manifest(session_key), None).await.unwrap()));
        }
        // Two runs read the same manifest: the second one is refused, and the first one's manifest stays.
        let (mine, theirs) = (of_tool(3, "mine"), of_tool(3, "theirs"));
        assert!(is_done(landing.commit(&theirs, Some(&manifest(3))).await.unwrap()));
        match landing.commit(&mine, Some(&manifest(3))).await.unwrap() {
            Commit::Overtaken(there) => assert_eq!(*there, Some(theirs.clone())),
            Commit::Done => panic!("overwritten"),
        }
        match landing.commit(&mine, None).await.unwrap() {
            Commit::Overtaken(there) => assert_eq!(*there, Some(theirs.clone())),
            Commit::Done => panic!("overwritten"),
        }
        match landing.commit(&of_tool(7, "mine"), Some(&manifest(7))).await.unwrap() {
            Commit::Overtaken(there) => assert_eq!(*there, None, "it was removed"),
            Commit::Done => panic!("made from nothing"),
        }
        assert!(is_done(landing.commit(&mine, Some(&theirs)).await.unwrap()));
        assert_eq!(landing.manifests().await.unwrap(), [mine, manifest(20)]);
    }

    fn manifest(session_key: i64) -> Manifest {
        serde_json::from_value(serde_json::json!({
            "manifest_version": 1, "session_key": session_key, "meeting_key": 1, "name": "2024-03-24_Melbourne_Race",
            "session_name": "Race", "batch_day": "2024-03-24", "year": 2024, "date_start": "2024-03-24T04:00:00Z",
            "date_end": "2024-03-24T06:00:00Z", "extracted_at": "2024-05-01T00:00:00Z", "tool": "test",
            "base_url": "http://localhost/v1", "endpoints": {}
        }))
        .unwrap()
    }

    #[tokio::test]
    async fn a_local_folder_conforms() {
        let folder = tempfile::tempdir().unwrap();
        let landing = Landing::open(folder.path().join("new/zone").to_str().unwrap()).unwrap();
        conforms(&landing).await;
        assert!(landing.local_path().unwrap().join("small_São_Paulo.json").is_file(), "names are not kept");
    }

    #[tokio::test]
    async fn memory_conforms() {
        conforms(&Landing::memory()).await;
    }

    #[tokio::test]
    async fn a_folder_of_a_bucket_conforms_and_leaves_the_rest_alone() {
        let bucket = Arc::new(object_store::memory::InMemory::new());
        let foreign = Path::from("raw/f1-other/laps.json");
        bucket.put(&foreign, PutPayload::from_static(b"x")).await.unwrap();
        let whole = Landing::from_store(bucket, "bucket");
        conforms(&Landing { prefix: Path::from("raw/f1"), ..whole.clone() }).await;
        assert_eq!(whole.list("raw/f1-other").await.unwrap(), ["laps.json"]);
        assert_eq!(whole.list("").await.unwrap(), Vec::<String>::new());
    }

    #[test]
    fn invalid_destinations_are_refused() {
        for target in
            ["", "  ", "/Volumes/main/f1/landing", "dbfs:/Volumes/main/f1/landing", "ftp://host/folder"]
        {
            assert!(matches!(Landing::open(target), Err(ZoneError::Address(_))), "{target:?}");
        }
    }
}
