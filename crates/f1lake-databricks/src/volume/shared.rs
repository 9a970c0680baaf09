//! State shared by uploads and downloads.

use crate::error::Error;
use crate::volume_path::VolumePath;
use crate::workspace::{Call, Workspace};
use object_store::path::Path;
use reqwest::Method;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// Name of the store in errors.
pub(super) const STORE: &str = "Databricks volume";
/// What to do about a file that is too large.
pub(super) const ADVICE: &str = "write smaller files: a compressed or columnar format, or several files";

/// State shared by uploads and downloads.
#[derive(Debug, Clone)]
pub(super) struct Volume {
    pub(super) workspace: Workspace,
    pub(super) root: VolumePath,
    /// Folders that are known to exist.
    pub(super) folders: Arc<Mutex<HashSet<VolumePath>>>,
    pub(super) multipart_from: u64,
    pub(super) largest_buffer: u64,
}

impl Volume {
    /// A file's path in the service. Names are passed unchanged: nothing is decoded.
    pub(super) fn place(&self, location: &Path) -> VolumePath {
        let text = location.as_ref();
        self.root.join(text.split('/').filter(|name| !name.is_empty()))
    }

    /// Adds the grant needed for reading or writing.
    pub(super) fn advise(&self, error: Error, grant: &'static str) -> Error {
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

    pub(super) async fn check(&self) -> Result<(), Error> {
        let call = Call::new(Method::HEAD, self.root.root().folder_url());
        self.workspace.send(&call).await.map_err(|error| self.advise(error, "READ VOLUME"))?;
        Ok(())
    }

    pub(super) fn known_folders(&self) -> std::sync::MutexGuard<'_, HashSet<VolumePath>> {
        self.folders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The error of a store.
pub(super) fn to_store(error: Error, location: &Path) -> object_store::Error {
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
