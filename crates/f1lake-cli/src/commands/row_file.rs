//! Writes rows of a query into a file, or as text to standard output.

use crate::cli::FileFormat;
use crate::error::Error;
use f1lake_lake::deltalake::datafusion::prelude::DataFrame;
use f1lake_lake::write_rows;
use f1lake_zone::files::{Existing, NewFile};
use std::io::{BufWriter, IsTerminal, Write};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// Destination and format of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowFile {
    /// Path, or `-` for standard output.
    name: String,
    format: FileFormat,
}

impl RowFile {
    /// The format follows from the ending of the name; `--format` applies to names without one.
    ///
    /// # Errors
    /// [`Error::Usage`] when the ending is unknown, contradicts `--format`, or is missing without `--format`;
    /// and when the folder does not exist.
    pub(crate) fn of(name: &str, format: Option<FileFormat>) -> Result<Self, Error> {
        let ending = Path::new(name).extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let by_name = match ending.as_deref() {
            None => None,
            Some(ending) => Some(FileFormat::of_ending(ending).ok_or_else(|| {
                Error::Usage(format!(
                    "--to {name}: `.{ending}` is not a supported format\nhint: end the name in .parquet, \
                     .csv, .json or .ndjson"
                ))
            })?),
        };
        let format = match (by_name, format) {
            (Some(by_name), Some(wanted)) if by_name != wanted => {
                return Err(Error::Usage(format!(
                    "--to {name} and --format {} contradict each other\nhint: remove --format, or name the \
                     file .{}",
                    wanted.ending(),
                    wanted.ending()
                )));
            }
            (Some(format), _) | (None, Some(format)) => format,
            (None, None) => {
                return Err(Error::Usage(format!(
                    "--to {name} does not imply a format\nhint: end the name in .parquet, .csv, .json or \
                     .ndjson, or add --format csv"
                )));
            }
        };
        if name == "-" && format == FileFormat::Parquet && std::io::stdout().is_terminal() {
            return Err(Error::Usage(
                "a terminal cannot show Parquet\nhint: add --format csv, or redirect the output to a \
                 program or file"
                    .to_owned(),
            ));
        }
        let folder = Path::new(name).parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(Error::Usage(format!(
                "--to {name}: folder {} does not exist\nhint: create it first",
                folder.display()
            )));
        }
        Ok(Self { name: name.to_owned(), format })
    }

    /// Writes a query's rows; returns their number, or `None` for standard output.
    ///
    /// # Errors
    /// When the query fails or the file cannot be written: an existing file stays unchanged.
    pub(crate) async fn write(&self, frame: DataFrame) -> Result<Option<u64>, Error> {
        if self.name == "-" {
            to_stdout(frame, self.format).await?;
            return Ok(None);
        }
        let failed = |source| Error::File { path: self.name.clone(), source };
        let mut file = NewFile::create(&self.name).map_err(failed)?;
        let failure = Failure::default();
        let rows = match write_rows(frame, self.format.rows(), failure.watch(&mut file)).await {
            Ok(rows) => rows,
            Err(error) => return Err(failure.take().map_or_else(|| error.into(), failed)),
        };
        file.commit(Existing::Replace).map_err(failed)?;
        Ok(Some(rows))
    }

    /// Path, or `-`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// Prints a query's rows. Stops quietly when the reader goes away.
///
/// # Errors
/// When the query fails or standard output cannot be written.
pub(crate) async fn to_stdout(frame: DataFrame, format: FileFormat) -> Result<(), Error> {
    let failure = Failure::default();
    let written = write_rows(frame, format.rows(), failure.watch(BufWriter::new(std::io::stdout()))).await;
    let Err(error) = written else { return Ok(()) };
    match failure.take() {
        Some(cause) if cause.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Some(cause) => Err(Error::io("cannot write to standard output")(cause)),
        None => Err(error.into()),
    }
}

/// Keeps the original cause of a write error, because the format writers keep only its text.
#[derive(Debug, Default)]
struct Failure {
    first: Arc<OnceLock<std::io::Error>>,
}

impl Failure {
    fn watch<W: Write>(&self, inner: W) -> Watched<W> {
        Watched { inner, first: Arc::clone(&self.first) }
    }

    fn take(self) -> Option<std::io::Error> {
        // The writer has been dropped by now.
        Arc::into_inner(self.first)?.into_inner()
    }
}

struct Watched<W> {
    inner: W,
    first: Arc<OnceLock<std::io::Error>>,
}

impl<W> Watched<W> {
    fn note<T>(&self, result: std::io::Result<T>) -> std::io::Result<T> {
        if let Err(error) = &result
            && error.kind() != std::io::ErrorKind::Interrupted
        {
            let same = error.raw_os_error().map_or_else(
                || std::io::Error::new(error.kind(), error.to_string()),
                std::io::Error::from_raw_os_error,
            );
            // The first error causes the others.
            let _ = self.first.set(same);
        }
        result
    }
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes);
        self.note(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let flushed = self.inner.flush();
        self.note(flushed)
    }
}
