//! The landing zone: which folder, bucket or volume it is.

use crate::error::ZoneError;
use object_store::ObjectStore;
use object_store::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// Size of the parts of an upload.
pub(super) const PART: usize = 8 * 1024 * 1024;

/// The destination of landing files. Clones share the connection.
#[derive(Debug, Clone)]
pub struct Landing {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) prefix: Path,
    /// The folder, if the destination is local: files are then synced to disk.
    pub(super) local: Option<PathBuf>,
    pub(super) description: String,
    /// Up to this many bytes, a file is sent in one request.
    pub(super) single_put: u64,
    /// A second destination for the same files.
    pub(super) copy: Option<Arc<Landing>>,
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
            return Err(settings("the name of the landing folder is empty; set landing_path".to_owned()));
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

    /// Path of an object in the store.
    pub(super) fn path(&self, name: &str) -> Path {
        // Parsed as a whole: building part by part would percent-encode the letters of `São_Paulo`.
        let whole =
            if self.prefix.as_ref().is_empty() { name.to_owned() } else { format!("{}/{name}", self.prefix) };
        Path::parse(&whole).unwrap_or_else(|_| Path::from(whole))
    }
}
