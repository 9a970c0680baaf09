//! Failures of the landing zone.

use std::path::PathBuf;

/// Failure of the landing zone, or of a file in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneError {
    /// Its address cannot be used; nothing was done.
    #[error("{0}")]
    Address(String),
    /// A failure on a local file or folder.
    #[error("{}: {what}: {source}; check the path, its permissions and free space", path.display())]
    Io {
        /// What was being done.
        what: &'static str,
        /// Its path.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
    /// A failure of the landing zone.
    #[error("landing zone: {what} {path}: {source}{advice}", advice = advice(source))]
    Store {
        /// What was being done.
        what: &'static str,
        /// The object.
        path: String,
        /// Cause.
        source: object_store::Error,
    },
    /// One of our files is damaged.
    #[error("{path} is damaged: {detail}; {advice}")]
    Damaged {
        /// Its path.
        path: String,
        /// The damage.
        detail: String,
        /// What to do.
        advice: &'static str,
    },
    /// A landing zone that does not behave as a run requires.
    #[error("{place} {detail}; it is not safe to land there")]
    Unreliable {
        /// Its path.
        place: String,
        /// What it does instead.
        detail: String,
    },
    /// A file written by a newer version of this program, which must not be changed.
    #[error(
        "{path} was written by a newer f1lake (layout {found}; this one supports up to {known}); use that \
         version or a later one; nothing was changed"
    )]
    Newer {
        /// Its path.
        path: String,
        /// Its layout.
        found: u32,
        /// Newest layout known here.
        known: u32,
    },
    /// Another run works on the same folder.
    #[error("another f1lake run is working on {}; wait until it ends", .0.display())]
    Busy(PathBuf),
    /// Rows could not be written in the chosen format.
    #[error("{endpoint}: cannot write {format}: {detail}")]
    Encode {
        /// Endpoint.
        endpoint: openf1_client::Endpoint,
        /// Format.
        format: &'static str,
        /// Cause.
        detail: String,
    },
}

impl ZoneError {
    /// Wraps an I/O error with what was being done, and with which path.
    pub fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { what, path, source }
    }

    /// Wraps a store error with what was being done, and with which object.
    pub(crate) fn store(
        what: &'static str,
        path: &object_store::path::Path,
    ) -> impl FnOnce(object_store::Error) -> Self {
        let path = path.to_string();
        move |source| Self::Store { what, path, source }
    }

    /// Whether the destination refused the login or the write.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Store { source, .. } if is_refused(source))
    }
}

/// Whether a store refused the login, or the right to write.
pub fn is_refused(error: &object_store::Error) -> bool {
    use object_store::Error::{PermissionDenied, Unauthenticated};
    matches!(error, Unauthenticated { .. } | PermissionDenied { .. })
}

/// Advice for a store's error. The store's own message already names the missing credential or permission.
fn advice(error: &object_store::Error) -> &'static str {
    if is_refused(error) { "" } else { "; check that the destination exists and is writable" }
}

/// Refuses a JSON text whose `version` (of a manifest: `manifest_version`) is newer than `known`. Parses only the version, because the rest of a
/// newer layout may be unreadable.
///
/// # Errors
/// [`ZoneError::Newer`].
pub fn refuse_newer(path: &std::path::Path, text: &[u8], known: u32) -> Result<(), ZoneError> {
    #[derive(serde::Deserialize)]
    struct Layout {
        #[serde(alias = "manifest_version")]
        version: u32,
    }
    match serde_json::from_slice(text) {
        Ok(Layout { version: found }) if found > known => {
            Err(ZoneError::Newer { path: path.display().to_string(), found, known })
        }
        _ => Ok(()),
    }
}
