//! The landing zone: a flat folder, bucket or volume behind `object_store`.

use crate::error::ExtractError;
use crate::files::blocking;
use crate::manifest::{MANIFEST_DIR, Manifest};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use std::path::PathBuf;
use std::sync::Arc;

/// Size of the parts in which a file is sent.
const PART: usize = 8 * 1024 * 1024;

/// Where files land. Clones share the connection.
#[derive(Debug, Clone)]
pub struct Landing {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
    /// Folder, when the destination is this machine's: files are then synced to disk.
    local: Option<PathBuf>,
    description: String,
    /// A second place for the same files.
    copy: Option<Arc<Landing>>,
}

impl Landing {
    /// A local folder (made when absent), or a URL such as `s3://bucket/path` where the `cloud` feature is on.
    ///
    /// # Errors
    /// When the folder cannot be made, or the URL's scheme is not supported by this build.
    pub fn open(target: &str) -> Result<Self, ExtractError> {
        let settings = |text: String| ExtractError::Settings(text);
        if target.trim().is_empty() {
            return Err(settings("the landing folder's name is empty; set landing_path or --out".to_owned()));
        }
        if target.starts_with("/Volumes/") && !std::path::Path::new("/Volumes").is_dir() {
            return Err(settings(format!(
                "{target} is a Databricks volume, and no folder of this machine; open it as a store of its workspace, \
                 and give that to Landing::from_store"
            )));
        }
        if let Some((scheme, _)) = target.split_once("://")
            && scheme != "file"
        {
            return Self::open_url(target);
        }
        let folder = PathBuf::from(target.strip_prefix("file://").unwrap_or(target));
        std::fs::create_dir_all(&folder)
            .map_err(ExtractError::io("cannot make the landing folder", &folder))?;
        let folder =
            folder.canonicalize().map_err(ExtractError::io("cannot open the landing folder", &folder))?;
        let store = object_store::local::LocalFileSystem::new_with_prefix(&folder)
            .map_err(ExtractError::store("cannot open", &Path::default()))?;
        Ok(Self {
            store: Arc::new(store),
            prefix: Path::default(),
            description: folder.display().to_string(),
            local: Some(folder),
            copy: None,
        })
    }

    #[cfg(feature = "cloud")]
    fn open_url(target: &str) -> Result<Self, ExtractError> {
        let url = url::Url::parse(target)
            .map_err(|error| ExtractError::Settings(format!("landing_path `{target}` is no URL: {error}")))?;
        let (store, prefix) = object_store::parse_url_opts(&url, std::env::vars())
            .map_err(ExtractError::store("cannot open", &Path::default()))?;
        Ok(Self { store: Arc::from(store), prefix, local: None, description: target.to_owned(), copy: None })
    }

    #[cfg(not(feature = "cloud"))]
    fn open_url(target: &str) -> Result<Self, ExtractError> {
        Err(ExtractError::Settings(format!(
            "landing_path `{target}` needs a build with the feature `cloud`; use a local folder, or rebuild with --features cloud"
        )))
    }

    /// In memory, for tests.
    pub fn memory() -> Self {
        Self::from_store(Arc::new(object_store::memory::InMemory::new()), "memory")
    }

    /// Any store.
    pub fn from_store(store: Arc<dyn ObjectStore>, description: impl Into<String>) -> Self {
        Self { store, prefix: Path::default(), local: None, description: description.into(), copy: None }
    }

    /// Keeps the files and manifests of the sessions that a run lands or finds landed in a second place too. What is
    /// landed is decided here alone; a copy that lags behind is completed by the next run.
    #[must_use]
    pub fn with_copy(self, copy: Landing) -> Self {
        Self { copy: Some(Arc::new(copy)), ..self }
    }

    /// For people: the folder or URL.
    pub fn describe(&self) -> String {
        self.description.clone()
    }

    /// The folder, when it is local.
    pub fn local_path(&self) -> Option<&std::path::Path> {
        self.local.as_deref()
    }

    fn path(&self, name: &str) -> Path {
        // Parsed, not built part by part: building would percent-encode the letters of `São_Paulo`.
        let whole =
            if self.prefix.as_ref().is_empty() { name.to_owned() } else { format!("{}/{name}", self.prefix) };
        Path::parse(&whole).unwrap_or_else(|_| Path::from(whole))
    }

    /// Whether the destination takes files: writes one, reads it and removes it.
    ///
    /// # Errors
    /// With the cause.
    pub async fn check_writable(&self) -> Result<(), ExtractError> {
        if let Some(folder) = &self.local {
            let folder = folder.join(MANIFEST_DIR);
            return blocking(move || {
                let failed = || ExtractError::io("cannot write in", &folder);
                std::fs::create_dir_all(&folder).map_err(failed())?;
                // Without a name, so that it is gone however this run ends.
                let mut file = tempfile::tempfile_in(&folder).map_err(failed())?;
                std::io::Write::write_all(&mut file, b"f1lake").map_err(failed())
            })
            .await;
        }
        let name = "_manifest/.write-test";
        self.put_bytes(name, b"f1lake".to_vec()).await?;
        let path = self.path(name);
        self.store.delete(&path).await.map_err(ExtractError::store("cannot delete", &path))
    }

    /// Removes what a run that was cut off had begun to write. Only the run that holds the lock may do so.
    pub(crate) fn remove_unfinished(&self) -> Result<(), ExtractError> {
        let Some(folder) = &self.local else { return Ok(()) };
        for folder in [folder.clone(), folder.join(MANIFEST_DIR), folder.join("_aside")] {
            crate::files::remove_unfinished(&folder)?;
        }
        Ok(())
    }

    /// Writes a small object whole, replacing what is there; on return it survives a power cut.
    pub(crate) async fn put_bytes(&self, name: &str, bytes: Vec<u8>) -> Result<(), ExtractError> {
        if let Some(folder) = &self.local {
            let file = folder.join(name);
            return blocking(move || crate::files::write_atomically(&file, &bytes)).await;
        }
        let path = self.path(name);
        self.store
            .put(&path, PutPayload::from(bytes))
            .await
            .map_err(ExtractError::store("cannot write", &path))?;
        Ok(())
    }

    /// Sends a local file; the object appears whole or not at all.
    pub(crate) async fn put_file(&self, name: &str, file: &std::path::Path) -> Result<(), ExtractError> {
        use tokio::io::AsyncReadExt;
        if let Some(folder) = &self.local {
            let (source, file) = (file.to_owned(), folder.join(name));
            return blocking(move || crate::files::copy_atomically(&source, &file)).await;
        }
        let path = self.path(name);
        let read = || ExtractError::io("cannot read", file);
        let mut source = tokio::fs::File::open(file).await.map_err(read())?;
        let length = source.metadata().await.map_err(read())?.len();
        if length <= PART as u64 {
            let mut bytes = Vec::new();
            source.read_to_end(&mut bytes).await.map_err(read())?;
            return self.put_bytes(name, bytes).await;
        }
        let upload =
            self.store.put_multipart(&path).await.map_err(ExtractError::store("cannot write", &path))?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART);
        let mut buffer = vec![0; 256 * 1024];
        loop {
            let count = match source.read(&mut buffer).await {
                Ok(count) => count,
                Err(error) => {
                    // What was sent must not stay behind; the reading error is the one to tell.
                    let _ = upload.abort().await;
                    return Err(read()(error));
                }
            };
            if count == 0 {
                break;
            }
            upload.wait_for_capacity(4).await.map_err(ExtractError::store("cannot write", &path))?;
            upload.write(&buffer[..count]);
        }
        upload.finish().await.map_err(ExtractError::store("cannot write", &path))?;
        Ok(())
    }

    /// Lands a finished and synced file of ours: moved when it is on the same disk, else sent. The entry in the folder
    /// is on disk when the session's manifest is.
    pub(crate) async fn move_file(&self, name: &str, file: &std::path::Path) -> Result<(), ExtractError> {
        if let Some(copy) = &self.copy {
            copy.put_file(name, file).await?;
        }
        let Some(folder) = &self.local else { return self.put_file(name, file).await };
        match tokio::fs::rename(file, folder.join(name)).await {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::CrossesDevices => {
                self.put_file(name, file).await
            }
            Err(error) => Err(ExtractError::io("cannot land", folder.join(name))(error)),
        }
    }

    /// An object's bytes; `None` when there is no such object.
    pub(crate) async fn get(&self, name: &str) -> Result<Option<bytes::Bytes>, ExtractError> {
        let path = self.path(name);
        match self.store.get(&path).await {
            Ok(result) => Ok(Some(result.bytes().await.map_err(ExtractError::store("cannot read", &path))?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(ExtractError::store("cannot read", &path)(error)),
        }
    }

    /// An object as a local file: itself when the zone is local, else a copy in `scratch`.
    pub(crate) async fn local_copy(
        &self,
        name: &str,
        scratch: &std::path::Path,
    ) -> Result<Option<PathBuf>, ExtractError> {
        use tokio::io::AsyncWriteExt;
        if let Some(folder) = &self.local {
            let file = folder.join(name);
            return Ok(file.is_file().then_some(file));
        }
        let path = self.path(name);
        let result = match self.store.get(&path).await {
            Ok(result) => result,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(ExtractError::store("cannot read", &path)(error)),
        };
        let copy = scratch.join(name.replace('/', "_"));
        let write = || ExtractError::io("cannot write", &copy);
        let mut file = tokio::fs::File::create(&copy).await.map_err(write())?;
        let mut stream = result.into_stream();
        while let Some(chunk) = stream.try_next().await.map_err(ExtractError::store("cannot read", &path))? {
            file.write_all(&chunk).await.map_err(write())?;
        }
        file.flush().await.map_err(write())?;
        Ok(Some(copy))
    }

    /// Names of the objects below a folder (`""`: the top), without those in deeper folders.
    pub(crate) async fn list(&self, folder: &str) -> Result<Vec<String>, ExtractError> {
        let path = if folder.is_empty() { self.prefix.clone() } else { self.path(folder) };
        let listed = self
            .store
            .list_with_delimiter(Some(&path))
            .await
            .map_err(ExtractError::store("cannot list", &path))?;
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
    /// When the zone cannot be read, or a manifest is damaged.
    pub async fn manifests(&self) -> Result<Vec<Manifest>, ExtractError> {
        let mut manifests = Vec::new();
        for name in self.list(MANIFEST_DIR).await? {
            let name = format!("{MANIFEST_DIR}/{name}");
            if !name.ends_with(".json") {
                continue;
            }
            let Some(bytes) = self.get(&name).await? else { continue };
            manifests.push(serde_json::from_slice::<Manifest>(&bytes).map_err(|error| {
                ExtractError::Damaged {
                    path: name,
                    detail: error.to_string(),
                    advice: "move it away and extract the session again",
                }
            })?);
        }
        manifests.sort_by_key(|manifest| manifest.session_key);
        Ok(manifests)
    }

    /// Commits a session: writes its manifest, last of all.
    pub(crate) async fn commit(&self, manifest: &Manifest) -> Result<(), ExtractError> {
        if let Some(folder) = self.local.clone() {
            blocking(move || crate::files::sync_folder(&folder)).await?;
        }
        self.put_bytes(&manifest.path(), manifest.text()?).await?;
        self.complete_copies([manifest]).await
    }

    /// Brings the copies of landed sessions up to date.
    pub(crate) async fn complete_copies<'a>(
        &self,
        landed: impl IntoIterator<Item = &'a Manifest>,
    ) -> Result<(), ExtractError> {
        let Some(copy) = &self.copy else { return Ok(()) };
        for manifest in landed {
            self.complete(copy, manifest).await?;
        }
        Ok(())
    }

    /// Copies what is missing of a session, its manifest last.
    async fn complete(&self, copy: &Self, manifest: &Manifest) -> Result<(), ExtractError> {
        let text = manifest.text()?;
        if copy.get(&manifest.path()).await?.is_some_and(|there| there == text) {
            return Ok(());
        }
        let scratch =
            tempfile::tempdir().map_err(ExtractError::io("cannot make a folder in", std::env::temp_dir()))?;
        for landed in manifest.endpoints.values() {
            let Some(name) = &landed.file else { continue };
            let digest = |file: PathBuf| blocking(move || crate::landing_file::digest(&file));
            if let Some(there) = copy.local_copy(name, scratch.path()).await?
                && Some(digest(there).await?.1) == landed.sha256
            {
                continue;
            }
            let whole = match self.local_copy(name, scratch.path()).await? {
                Some(file) if Some(digest(file.clone()).await?.1) == landed.sha256 => file,
                _ => {
                    return Err(ExtractError::Damaged {
                        path: name.clone(),
                        detail: "cannot be copied: it is gone, or not what was landed".to_owned(),
                        advice: "`f1lake verify` lists what is damaged",
                    });
                }
            };
            copy.put_file(name, &whole).await?;
        }
        copy.put_bytes(&manifest.path(), text).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::landing_file::digest;

    /// What every store must do to be a landing zone. A new one is added below and passes this as it is.
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

        landing.put_bytes("laps.json", b"[]".to_vec()).await.unwrap();
        landing.put_bytes("laps.json", b"[{}]".to_vec()).await.unwrap();
        assert_eq!(landing.get("laps.json").await.unwrap().unwrap(), "[{}]", "not replaced whole");

        let scratch = tempfile::tempdir().unwrap();
        let source = scratch.path().join("source");
        // Nothing, one part, exactly one part, several parts and a bit.
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
        std::fs::write(&source, "moved").unwrap();
        landing.move_file("part", &source).await.unwrap();
        assert_eq!(landing.get("part").await.unwrap().unwrap(), "moved");

        landing.put_bytes("_aside/pit.json", b"[]".to_vec()).await.unwrap();
        let names = landing.list("").await.unwrap();
        assert_eq!(names, ["laps.json", "large", "none", "part", "small_São_Paulo.json"], "deeper ones too?");
        assert_eq!(landing.list("_aside").await.unwrap(), ["pit.json"]);

        for session_key in [20, 3] {
            landing.commit(&manifest(session_key)).await.unwrap();
        }
        landing.commit(&manifest(3)).await.unwrap();
        assert_eq!(landing.manifests().await.unwrap(), [manifest(3), manifest(20)]);
        landing.put_bytes("_manifest/4.json", b"{".to_vec()).await.unwrap();
        let damaged = landing.manifests().await.unwrap_err().to_string();
        assert!(
            damaged.contains("_manifest/4.json") && damaged.contains("extract the session again"),
            "{damaged}"
        );
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
    fn what_is_no_destination_is_refused() {
        for target in ["", "  ", "/Volumes/main/f1/landing", "ftp://host/folder"] {
            assert!(matches!(Landing::open(target), Err(ExtractError::Settings(_))), "{target:?}");
        }
    }
}
