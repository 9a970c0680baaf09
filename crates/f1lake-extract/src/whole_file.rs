//! A file that appears whole or not at all, whatever stops its writer.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file that is being written beside its place, and takes it when it is [finished](Self::finish). Dropped before, it leaves nothing.
///
/// What is no file (`/dev/stdout`, a named pipe) is written straight, since nothing can take its place.
#[derive(Debug)]
pub struct WholeFile {
    path: PathBuf,
    writer: BufWriter<Part>,
}

#[derive(Debug)]
enum Part {
    Beside(NamedTempFile),
    Straight(File),
}

impl WholeFile {
    /// Begins a file. A link is followed: what it points to is replaced.
    ///
    /// # Errors
    /// When the folder is missing or may not be written.
    pub fn create(path: &Path) -> std::io::Result<Self> {
        let (path, part) = match std::fs::metadata(path) {
            Ok(known) if known.is_dir() => return Err(std::io::ErrorKind::IsADirectory.into()),
            Ok(known) if known.is_file() => {
                let path = path.canonicalize()?;
                let part = beside(&path)?;
                (path, part)
            }
            Ok(_) => (path.to_owned(), Part::Straight(File::options().write(true).open(path)?)),
            Err(_) => (path.to_owned(), beside(path)?),
        };
        Ok(Self { path, writer: BufWriter::new(part) })
    }

    /// Writes what is left, to the disk itself, and puts the file in its place.
    ///
    /// # Errors
    /// When the disk is full or fails: the place is then as it was before.
    pub fn finish(self) -> std::io::Result<()> {
        let part = self.writer.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        match part {
            Part::Beside(file) => {
                file.as_file().sync_all()?;
                file.persist(&self.path).map_err(|error| error.error)?;
                sync_folder(&self.path)
            }
            Part::Straight(mut file) => file.flush(),
        }
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.writer.flush()
    }
}

impl Write for Part {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Beside(file) => file.as_file_mut().write(bytes),
            Self::Straight(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Beside(file) => file.as_file_mut().flush(),
            Self::Straight(file) => file.flush(),
        }
    }
}

fn beside(path: &Path) -> std::io::Result<Part> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(crate::files::UNFINISHED);
    // Readable for whom the user's umask lets read, as other files are.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder_of(path)).map(Part::Beside)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> std::io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

/// Other systems have no folder to sync.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> std::io::Result<()> {
    Ok(())
}
