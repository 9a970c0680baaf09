//! A landing file in any format and compression.

use super::hashing::{Hashing, Output};
use super::kinds::{Compression, Format};
use super::parquet::{ParquetRows, ParquetSink};
use crate::error::ZoneError;
use crate::files::{Existing, NewFile};
use openf1_client::Endpoint;
use sha2::Digest;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

enum Compressed {
    Plain(Output),
    Gzip(flate2::write::GzEncoder<Output>),
    Zstd(zstd::Encoder<'static, Output>),
}

impl Compressed {
    fn new(output: Output, compression: Compression) -> std::io::Result<Self> {
        Ok(match compression {
            Compression::None => Self::Plain(output),
            Compression::Gzip => {
                Self::Gzip(flate2::write::GzEncoder::new(output, flate2::Compression::new(6)))
            }
            Compression::Zstd => Self::Zstd(zstd::Encoder::new(output, 3)?),
        })
    }

    fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Plain(output) => output.write_all(bytes),
            Self::Gzip(output) => output.write_all(bytes),
            Self::Zstd(output) => output.write_all(bytes),
        }
    }

    fn finish(self) -> std::io::Result<Output> {
        match self {
            Self::Plain(output) => Ok(output),
            Self::Gzip(output) => output.finish(),
            Self::Zstd(output) => output.finish(),
        }
    }
}

enum Sink {
    Json { output: Box<Compressed>, lines: bool },
    Parquet(Box<ParquetSink>),
}

/// A written file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Rows.
    pub rows: u64,
    /// Length, bytes.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

/// Writes a landing file row by row.
///
/// ```
/// use f1lake_zone::{Compression, Format, FileWriter, Rows};
/// use openf1_client::Endpoint;
///
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("laps.json");
/// let mut file = FileWriter::create(&path, Endpoint::Laps, Format::Json, Compression::None)?;
/// file.write(r#"{"driver_number":44,"lap_number":1}"#)?;
/// assert_eq!(file.finish()?.rows, 1);
/// let rows = Rows::open(&path, Format::Json, Compression::None)?.collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(rows, [r#"{"driver_number":44,"lap_number":1}"#]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FileWriter {
    sink: Sink,
    path: PathBuf,
    rows: u64,
}

impl FileWriter {
    /// Begins a file, which shows under its name when it is finished.
    ///
    /// # Errors
    /// When its folder takes no file.
    pub fn create(
        path: &Path,
        endpoint: Endpoint,
        format: Format,
        compression: Compression,
    ) -> Result<Self, ZoneError> {
        let wrap = || ZoneError::io("cannot write", path);
        let inner = NewFile::create(path).map_err(wrap())?;
        let output = Hashing { inner, hash: sha2::Sha256::new(), bytes: 0 };
        let sink = match format {
            Format::Parquet => Sink::Parquet(Box::new(ParquetSink::new(output, endpoint, compression)?)),
            Format::Json | Format::Ndjson => Sink::Json {
                output: Box::new(Compressed::new(output, compression).map_err(wrap())?),
                lines: format == Format::Ndjson,
            },
        };
        Ok(Self { sink, path: path.to_owned(), rows: 0 })
    }

    /// Adds a row, given as the text of a JSON object.
    ///
    /// # Errors
    /// When it cannot be written, or Parquet cannot hold it.
    pub fn write(&mut self, row: &str) -> Result<(), ZoneError> {
        let first = self.rows == 0;
        self.rows += 1;
        match &mut self.sink {
            Sink::Json { output, lines } => {
                let before: &[u8] = match (*lines, first) {
                    (true, true) => b"",
                    (true, false) => b"\n",
                    (false, true) => b"[\n",
                    (false, false) => b",\n",
                };
                // One row per line: a response may spread it over several.
                let row = one_line(row);
                output
                    .write_all(before)
                    .and_then(|()| output.write_all(row.as_bytes()))
                    .map_err(ZoneError::io("cannot write", &self.path))
            }
            Sink::Parquet(sink) => sink.write(row),
        }
    }

    /// Ends the file and flushes it to disk.
    ///
    /// # Errors
    /// When it cannot be written to its end.
    pub fn finish(self) -> Result<Written, ZoneError> {
        let wrap = || ZoneError::io("cannot write", &self.path);
        let output = match self.sink {
            Sink::Json { mut output, lines } => {
                let end: &[u8] = match (lines, self.rows) {
                    (true, 0) => b"",
                    (true, _) => b"\n",
                    (false, 0) => b"[]\n",
                    (false, _) => b"\n]\n",
                };
                output.write_all(end).map_err(wrap())?;
                output.finish().map_err(wrap())?
            }
            Sink::Parquet(sink) => sink.finish()?,
        };
        let Hashing { inner, hash, bytes } = output;
        inner.commit(Existing::Replace).map_err(wrap())?;
        Ok(Written { rows: self.rows, bytes, sha256: crate::files::hex(&hash.finalize()) })
    }
}

fn one_line(row: &str) -> std::borrow::Cow<'_, str> {
    if !row.contains(['\n', '\r']) {
        return row.into();
    }
    // Unescaped line breaks occur only between tokens: inside a JSON string they are escaped.
    row.split(['\n', '\r']).map(str::trim).collect::<String>().into()
}

/// Rows of a landing file, as JSON text.
pub struct Rows(Source);

enum Source {
    Json { reader: Box<dyn BufRead + Send>, line: String, path: PathBuf },
    Parquet(Box<ParquetRows>),
}

impl Rows {
    /// Opens a landing file.
    ///
    /// # Errors
    /// When it cannot be read, or is not in that format.
    pub fn open(path: &Path, format: Format, compression: Compression) -> Result<Self, ZoneError> {
        let wrap = || ZoneError::io("cannot read", path);
        if format == Format::Parquet {
            return Ok(Self(Source::Parquet(Box::new(ParquetRows::open(path)?))));
        }
        let file = BufReader::with_capacity(1 << 18, File::open(path).map_err(wrap())?);
        let reader: Box<dyn BufRead + Send> = match compression {
            Compression::None => Box::new(file),
            Compression::Gzip => Box::new(BufReader::new(flate2::bufread::GzDecoder::new(file))),
            Compression::Zstd => Box::new(BufReader::new(zstd::Decoder::with_buffer(file).map_err(wrap())?)),
        };
        Ok(Self(Source::Json { reader, line: String::new(), path: path.to_owned() }))
    }
}

impl Iterator for Rows {
    type Item = Result<String, ZoneError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Source::Json { reader, line, path } => loop {
                line.clear();
                match reader.read_line(line) {
                    Ok(0) => return None,
                    Err(error) => return Some(Err(ZoneError::io("cannot read", &*path)(error))),
                    Ok(_) => {}
                }
                let row = line.trim_end_matches(['\n', '\r']);
                let row = row.strip_suffix(',').unwrap_or(row);
                if !matches!(row, "[" | "]" | "[]" | "") {
                    return Some(Ok(row.to_owned()));
                }
            },
            Source::Parquet(rows) => rows.next(),
        }
    }
}

/// Length and SHA-256 of a file, hex.
///
/// # Errors
/// When it cannot be read.
pub fn digest(path: &Path) -> Result<(u64, String), ZoneError> {
    let wrap = || ZoneError::io("cannot read", path);
    let mut file = File::open(path).map_err(wrap())?;
    let mut hashing = Hashing { inner: std::io::sink(), hash: sha2::Sha256::new(), bytes: 0 };
    crate::files::copy_all(&mut file, &mut hashing).map_err(wrap())?;
    Ok((hashing.bytes, crate::files::hex(&hashing.hash.finalize())))
}
