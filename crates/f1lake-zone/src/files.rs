//! One way to write files: flushed, synced, with the user's umask, and complete under their name or not
//! there.
//!
//! A Databricks volume mounted below `/Volumes` refuses rename, link, append and seek. Files for it are
//! assembled on the local disk and copied under their final name in one sequential pass. Everywhere else a
//! file is written under a temporary name and renamed. The path alone decides: callers do the same for both.
//!
//! ```
//! use f1lake_zone::files::{Existing, NewFile};
//! use std::io::Write;
//!
//! # let folder = tempfile::tempdir()?;
//! let path = folder.path().join("rows.csv");
//! let mut file = NewFile::create(&path)?;
//! writeln!(file, "lap,seconds")?;
//! assert!(!path.exists(), "nothing shows before the commit");
//! file.commit(Existing::Replace)?;
//! assert_eq!(std::fs::read_to_string(&path)?, "lap,seconds\n");
//! # Ok::<(), std::io::Error>(())
//! ```

#[cfg(test)]
mod tests;

use crate::error::ZoneError;
use crate::run_lock::RunLock;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Read, Result, Write};
use std::path::{Path, PathBuf};

/// Prefix of unfinished files.
pub const UNFINISHED: &str = ".tmp-";
/// Bytes buffered before writing.
const BUFFER: usize = 1 << 18;

/// What happens to an existing file of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// The new file replaces it.
    Replace,
    /// It stays, and the new file is refused with [`ErrorKind::AlreadyExists`].
    Keep,
}

/// How a file gets its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strategy {
    /// Written next to it, synced, then renamed.
    Rename,
    /// Written under it from start to end, then closed.
    OnePass,
}

impl Strategy {
    fn of(path: &Path) -> Self {
        if is_mounted_volume(path) { Self::OnePass } else { Self::Rename }
    }
}

/// Whether a path is in a Databricks volume mounted as a folder, as inside Databricks. (On macOS, `/Volumes`
/// contains disks, which are ordinary folders.)
pub fn is_mounted_volume(path: &Path) -> bool {
    !cfg!(target_os = "macos")
        && std::path::absolute(path)
            .is_ok_and(|path| path.starts_with("/Volumes") && path != Path::new("/Volumes"))
}

/// A file being written. Without [`NewFile::commit`] nothing of it remains.
#[derive(Debug)]
pub struct NewFile {
    path: PathBuf,
    parts: BufWriter<Parts>,
}

#[derive(Debug)]
enum Parts {
    Beside(tempfile::NamedTempFile),
    /// Without a name, on the local disk.
    Gathered(File),
    /// Straight to something other than a file, such as a pipe or `/dev/stdout`, which cannot be replaced.
    Straight(File),
}

impl Parts {
    fn file(&mut self) -> &mut File {
        match self {
            Self::Beside(file) => file.as_file_mut(),
            Self::Gathered(file) | Self::Straight(file) => file,
        }
    }
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.file().flush()
    }
}

impl NewFile {
    /// Begins a buffered file; creates its folder if absent. Follows a link: its target is replaced.
    ///
    /// # Errors
    /// When the folder accepts no file, or the path is a folder.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        let strategy = Strategy::of(&path);
        Self::create_by(path, strategy)
    }

    fn create_by(path: PathBuf, strategy: Strategy) -> Result<Self> {
        let path = match (std::fs::metadata(&path), strategy) {
            (Ok(known), _) if known.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            (Ok(known), _) if !known.is_file() => {
                let parts = Parts::Straight(File::options().write(true).open(&path)?);
                return Ok(Self { path, parts: BufWriter::with_capacity(BUFFER, parts) });
            }
            (Ok(_), Strategy::Rename) => path.canonicalize()?,
            _ => path,
        };
        let folder = folder_of(&path);
        std::fs::create_dir_all(folder)?;
        let parts = match strategy {
            Strategy::OnePass => Parts::Gathered(tempfile::tempfile()?),
            Strategy::Rename => {
                let mut builder = tempfile::Builder::new();
                builder.prefix(UNFINISHED);
                // Permissions as the user's umask allows, like other files.
                #[cfg(unix)]
                builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
                Parts::Beside(builder.tempfile_in(folder)?)
            }
        };
        Ok(Self { path, parts: BufWriter::with_capacity(BUFFER, parts) })
    }

    /// Gives the file its name; afterwards it survives a power cut.
    ///
    /// # Errors
    /// When it cannot be written completely, for example on a full disk; [`ErrorKind::AlreadyExists`] for
    /// [`Existing::Keep`].
    pub fn commit(self, existing: Existing) -> Result<()> {
        let Self { path, parts } = self;
        match parts.into_inner().map_err(std::io::IntoInnerError::into_error)? {
            Parts::Gathered(mut file) => {
                std::io::Seek::rewind(&mut file)?;
                one_pass(&mut file, &path, existing)
            }
            Parts::Straight(mut file) => file.flush(),
            Parts::Beside(file) => {
                file.as_file().sync_all()?;
                match existing {
                    Existing::Replace => file.persist(&path),
                    Existing::Keep => file.persist_noclobber(&path),
                }
                .map_err(|error| error.error)?;
                sync_folder(folder_of(&path))
            }
        }
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.parts.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.parts.flush()
    }
}

/// Writes a whole small file.
///
/// # Errors
/// See [`NewFile::create`] and [`NewFile::commit`].
pub fn write_file(path: &Path, bytes: &[u8], existing: Existing) -> Result<()> {
    write_by(path, bytes, existing, Strategy::of(path))
}

fn write_by(path: &Path, mut source: impl Read, existing: Existing, strategy: Strategy) -> Result<()> {
    if strategy == Strategy::OnePass {
        std::fs::create_dir_all(folder_of(path))?;
        return one_pass(&mut source, path, existing);
    }
    let mut file = NewFile::create_by(path.to_owned(), strategy)?;
    copy_all(&mut source, &mut file)?;
    file.commit(existing)
}

/// Copies a whole file.
///
/// # Errors
/// See [`NewFile::create`] and [`NewFile::commit`]; also when the source cannot be read.
pub fn copy_file(source: &Path, path: &Path, existing: Existing) -> Result<()> {
    write_by(path, File::open(source)?, existing, Strategy::of(path))
}

/// Renames a finished and synced file on the same disk, or copies it to another. The new entry is on disk
/// once the folder has been synced.
///
/// # Errors
/// See [`copy_file`]; the source is kept then.
pub fn move_file(source: &Path, path: &Path, existing: Existing) -> Result<()> {
    let strategy = Strategy::of(path);
    if strategy == Strategy::Rename && !is_mounted_volume(source) {
        match rename(source, path, existing) {
            Err(error) if error.kind() == ErrorKind::CrossesDevices => {}
            other => return other,
        }
    }
    write_by(path, File::open(source)?, existing, strategy)?;
    std::fs::remove_file(source)
}

fn rename(source: &Path, path: &Path, existing: Existing) -> Result<()> {
    match existing {
        Existing::Replace => std::fs::rename(source, path),
        Existing::Keep => {
            let moved = tempfile::TempPath::try_from_path(source)?.persist_noclobber(path);
            moved.map_err(|refused| match refused.path.keep() {
                Ok(_) => refused.error,
                Err(error) => error.error,
            })
        }
    }
}

/// Writes a file under its name from start to end. After a failure, removes a file that was not there before.
fn one_pass(source: &mut impl Read, path: &Path, existing: Existing) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true);
    let mut file = match existing {
        Existing::Keep => options.create_new(true).open(path)?,
        Existing::Replace => options.create(true).truncate(true).open(path)?,
    };
    let written = copy_all(source, &mut file).and_then(|()| match file.sync_all() {
        // Such a file system stores the file when it is closed.
        Err(error) if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::InvalidInput) => Ok(()),
        synced => synced,
    });
    drop(file);
    if written.is_err() {
        // Report the write error, not this one.
        let _ = std::fs::remove_file(path);
    }
    written
}

/// Copies by reading and writing only: not every file system supports the copy calls of the kernel.
pub(crate) fn copy_all(source: &mut impl Read, target: &mut impl Write) -> Result<()> {
    let mut buffer = vec![0; BUFFER];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => target.write_all(&buffer[..count])?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes one of our files from a source, replacing an existing one.
pub fn replace_from(path: &Path, source: &mut impl Read) -> std::result::Result<(), ZoneError> {
    write_by(path, source, Existing::Replace, Strategy::of(path)).map_err(ZoneError::io("cannot write", path))
}

/// A private folder of this run, removed when it is dropped.
pub(crate) fn scratch() -> std::result::Result<tempfile::TempDir, ZoneError> {
    tempfile::tempdir().map_err(ZoneError::io("cannot create a folder in", std::env::temp_dir()))
}

/// Writes one of our files, replacing an existing one.
pub fn replace(path: &Path, bytes: &[u8]) -> std::result::Result<(), ZoneError> {
    write_file(path, bytes, Existing::Replace).map_err(ZoneError::io("cannot write", path))
}

/// Removes unfinished files of an interrupted run from a folder. The lock proves that no other run writes
/// there.
pub fn remove_unfinished(folder: &Path, _lock: &RunLock) -> std::result::Result<(), ZoneError> {
    let wrap = || ZoneError::io("cannot clean", folder);
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
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
pub fn sync_folder(folder: &Path) -> Result<()> {
    if is_mounted_volume(folder) {
        return Ok(());
    }
    File::open(folder)?.sync_all()
}

/// Other systems cannot sync a folder.
#[cfg(not(unix))]
pub fn sync_folder(_folder: &Path) -> Result<()> {
    Ok(())
}

/// Runs file work off the network's threads.
pub async fn blocking<T: Send + 'static, E: From<ZoneError> + Send + 'static>(
    work: impl FnOnce() -> std::result::Result<T, E> + Send + 'static,
) -> std::result::Result<T, E> {
    tokio::task::spawn_blocking(work).await.map_err(stopped_working)?
}

/// The error of file work that panicked or was cancelled.
pub fn stopped_working(error: tokio::task::JoinError) -> ZoneError {
    ZoneError::io("stopped while working on files in", std::env::temp_dir())(std::io::Error::other(error))
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
