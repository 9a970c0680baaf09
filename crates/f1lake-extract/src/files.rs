//! Durable local files.

use crate::error::ExtractError;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// How the names of files begin that are being written.
const UNFINISHED: &str = ".tmp-";

/// Writes a file so that it appears whole or not at all, even through a power cut.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), ExtractError> {
    atomically(path, |file| file.write_all(bytes))
}

/// Copies a file so that the copy appears whole or not at all, even through a power cut.
pub(crate) fn copy_atomically(source: &Path, path: &Path) -> Result<(), ExtractError> {
    let mut source = File::open(source).map_err(ExtractError::io("cannot read", source))?;
    atomically(path, |file| std::io::copy(&mut source, file).map(drop))
}

fn atomically(path: &Path, fill: impl FnOnce(&mut File) -> std::io::Result<()>) -> Result<(), ExtractError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(ExtractError::io("cannot make the folder", folder))?;
    let wrap = || ExtractError::io("cannot write", path);
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    // Readable for whom the user's umask lets read, as other files are.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(wrap())?;
    fill(file.as_file_mut()).map_err(wrap())?;
    file.as_file().sync_all().map_err(wrap())?;
    file.persist(path).map_err(|error| wrap()(error.error))?;
    sync_folder(folder)
}

/// Removes what a run that was cut off had begun to write into a folder. Nobody else may be writing there.
pub(crate) fn remove_unfinished(folder: &Path) -> Result<(), ExtractError> {
    let wrap = || ExtractError::io("cannot clean", folder);
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        other => other.map_err(wrap())?,
    };
    for entry in entries {
        let entry = entry.map_err(wrap())?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            std::fs::remove_file(entry.path()).map_err(wrap())?;
        }
    }
    Ok(())
}

/// Flushes the entries of a folder to disk.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> Result<(), ExtractError> {
    let opened = File::open(folder).map_err(ExtractError::io("cannot sync", folder))?;
    opened.sync_all().map_err(ExtractError::io("cannot sync", folder))
}

/// Other systems have no folder to sync.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_folder: &Path) -> Result<(), ExtractError> {
    Ok(())
}

/// Runs work on files beside the network's.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ExtractError> + Send + 'static,
) -> Result<T, ExtractError> {
    tokio::task::spawn_blocking(work).await.map_err(stopped_working)?
}

/// The error of work on files that broke off.
pub(crate) fn stopped_working(error: tokio::task::JoinError) -> ExtractError {
    ExtractError::io("stopped while working on files in", std::env::temp_dir())(std::io::Error::other(error))
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
