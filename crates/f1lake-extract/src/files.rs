//! Durable local files.

use crate::error::ExtractError;
use std::io::Write;
use std::path::Path;

/// Writes a file so that it appears whole or not at all, even through a power cut.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), ExtractError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(ExtractError::io("cannot make the folder", folder))?;
    let wrap = || ExtractError::io("cannot write", path);
    let mut file = tempfile::Builder::new().prefix(".tmp-").tempfile_in(folder).map_err(wrap())?;
    file.write_all(bytes).map_err(wrap())?;
    file.as_file().sync_all().map_err(wrap())?;
    file.persist(path).map_err(|error| wrap()(error.error))?;
    sync_folder(folder)
}

/// Flushes a file and the entry of its folder to disk.
pub(crate) fn sync_file_and_folder(path: &Path) -> Result<(), ExtractError> {
    let file = std::fs::File::open(path).map_err(ExtractError::io("cannot sync", path))?;
    file.sync_all().map_err(ExtractError::io("cannot sync", path))?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Flushes the entries of a folder to disk.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> Result<(), ExtractError> {
    let opened = std::fs::File::open(folder).map_err(ExtractError::io("cannot sync", folder))?;
    opened.sync_all().map_err(ExtractError::io("cannot sync", folder))
}

/// Other systems have no folder to sync.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_folder: &Path) -> Result<(), ExtractError> {
    Ok(())
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
