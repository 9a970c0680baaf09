//! One run at a time on a working folder.

use crate::error::ZoneError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Held while a run works; the system releases it when the process ends in any way.
///
/// Functions that delete files of a working folder take it as an argument, so that only the run that holds
/// the folder can call them. The lock file is never removed: a run that unlinked it could leave a second run
/// locking a file that a third cannot see.
#[derive(Debug)]
pub struct RunLock {
    folder: PathBuf,
    _file: File,
}

impl RunLock {
    /// Locks a folder, which is created if absent; with `wait`, waits for another run to end.
    ///
    /// # Errors
    /// [`ZoneError::Busy`] while another run holds the folder, [`ZoneError::Io`] when it cannot be
    /// locked.
    pub async fn take(folder: &Path, wait: bool) -> Result<Self, ZoneError> {
        loop {
            match Self::try_take(folder) {
                Err(ZoneError::Busy(_)) if wait => {
                    // Polled, so that the run can be stopped while waiting.
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                other => return other,
            }
        }
    }

    /// Locks a folder now or fails.
    pub fn try_take(folder: &Path) -> Result<Self, ZoneError> {
        let path = folder.join("run.lock");
        let open = || -> Result<std::io::Result<File>, ZoneError> {
            std::fs::create_dir_all(folder)
                .map_err(ZoneError::io("cannot create the working folder", folder))?;
            Ok(OpenOptions::new().write(true).create(true).truncate(false).open(&path))
        };
        let file = match open()? {
            // Another command that found its new folder still empty may have removed it in between.
            Err(error) if error.kind() == ErrorKind::NotFound => open()?,
            other => other,
        };
        let file = file.map_err(ZoneError::io("cannot lock", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), _file: file }),
            Err(TryLockError::WouldBlock) => Err(ZoneError::Busy(folder.to_owned())),
            Err(TryLockError::Error(error)) => Err(ZoneError::io("cannot lock", &path)(error)),
        }
    }

    /// The locked folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}
