//! One run at a time on a working folder.

use crate::error::ExtractError;
use std::fs::{File, TryLockError};
use std::path::Path;

/// Held while a run works; the system frees it when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct RunLock {
    _file: File,
}

impl RunLock {
    pub(crate) async fn take(work_dir: &Path, wait: bool) -> Result<Self, ExtractError> {
        std::fs::create_dir_all(work_dir)
            .map_err(ExtractError::io("cannot make the working folder", work_dir))?;
        let path = work_dir.join("run.lock");
        let file = File::create(&path).map_err(ExtractError::io("cannot lock", &path))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if wait => {
                    // Polled, so that the run can be stopped while it waits.
                    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                }
                Err(TryLockError::WouldBlock) => return Err(ExtractError::Busy(work_dir.to_owned())),
                Err(TryLockError::Error(error)) => return Err(ExtractError::io("cannot lock", &path)(error)),
            }
        }
    }
}
