//! Standard output: data only, as a table, JSON or CSV.

mod layout;

#[cfg(feature = "lake")]
pub(crate) use layout::records;

use crate::error::Error;
use clap::ValueEnum;
use serde::Serialize;
use serde_json::Value;
use std::io::Write;

/// Width of a terminal that does not report its own.
const FALLBACK_WIDTH: usize = 80;

/// Output format of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutputFormat {
    /// A human-readable table.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// Comma-separated values with a header.
    Csv,
}

/// A column of a printed table.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column<'a> {
    /// Text, left-aligned.
    Left(&'a str),
    /// Numbers, right-aligned.
    Right(&'a str),
}

impl<'a> Column<'a> {
    /// Its header.
    pub(crate) fn name(&self) -> &'a str {
        match self {
            Self::Left(name) | Self::Right(name) => name,
        }
    }
}

/// Records as a table; a column is a heading, and the text of a record below it.
pub(crate) struct Table<'a, R> {
    records: &'a [R],
    columns: Vec<Column<'a>>,
    cells: Vec<fn(&R) -> String>,
}

impl<'a, R: Serialize> Table<'a, R> {
    pub(crate) fn of(records: &'a [R]) -> Self {
        Self { records, columns: Vec::new(), cells: Vec::new() }
    }

    /// Adds a column of text.
    pub(crate) fn left(mut self, heading: &'a str, cell: fn(&R) -> String) -> Self {
        self.columns.push(Column::Left(heading));
        self.cells.push(cell);
        self
    }

    /// Adds a column of numbers.
    pub(crate) fn right(mut self, heading: &'a str, cell: fn(&R) -> String) -> Self {
        self.columns.push(Column::Right(heading));
        self.cells.push(cell);
        self
    }

    /// Prints the table, its records as CSV, or `whole` as JSON.
    ///
    /// # Errors
    /// When standard output cannot be written; a closed pipe is not an error.
    pub(crate) fn print(&self, format: OutputFormat, whole: &impl Serialize) -> Result<(), Error> {
        let text = match format {
            OutputFormat::Json => json(whole)?,
            OutputFormat::Csv => csv(self.records)?,
            OutputFormat::Table if self.records.is_empty() => String::new(),
            OutputFormat::Table => {
                let row = |record| self.cells.iter().map(|cell| cell(record)).collect();
                let rows: Vec<Vec<String>> = self.records.iter().map(row).collect();
                table(&self.columns, &rows, "--output csv prints them all")
            }
        };
        write(&text)
    }
}

/// Formats rows as a table. On a narrow terminal, columns are left out, and `advice` says how to see them.
pub(crate) fn table(columns: &[Column<'_>], rows: &[Vec<String>], advice: &str) -> String {
    let mut laid = layout::table(columns, rows, terminal_width());
    if laid.left_out > 0 {
        let shown = columns.len() - laid.left_out;
        laid.text.push_str(&format!("{shown} of {} columns; {advice}\n", columns.len()));
    }
    laid.text
}

/// Columns of the terminal; `None` when standard output is not a terminal.
pub(crate) fn terminal_width() -> Option<usize> {
    let out = console::Term::stdout();
    out.is_term().then(|| out.size_checked().map_or(FALLBACK_WIDTH, |(_, columns)| usize::from(columns)))
}

/// Prints a line on standard error, ignoring a closed one.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// Prints text unchanged.
///
/// # Errors
/// When standard output cannot be written; a closed pipe is not an error.
pub(crate) fn write(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(Error::io("cannot write to standard output")),
    }
}

/// A JSON document with a line end.
pub(crate) fn json(whole: &impl Serialize) -> Result<String, Error> {
    let mut text = serde_json::to_string_pretty(whole)
        .map_err(|error| Error::io("cannot print JSON")(std::io::Error::other(error)))?;
    text.push('\n');
    Ok(text)
}

/// Records as CSV: one column per field; lists are joined by semicolons.
fn csv<R: Serialize>(records: &[R]) -> Result<String, Error> {
    let failed = |error: String| Error::io("cannot print CSV")(std::io::Error::other(error));
    let mut writer = csv::Writer::from_writer(Vec::new());
    for (index, record) in records.iter().enumerate() {
        let Value::Object(fields) =
            serde_json::to_value(record).map_err(|error| failed(error.to_string()))?
        else {
            return Err(failed("a record is not an object".to_owned()));
        };
        if index == 0 {
            writer.write_record(fields.keys()).map_err(|error| failed(error.to_string()))?;
        }
        writer.write_record(fields.values().map(cell)).map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| failed(error.to_string()))
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(";"),
        other => other.to_string(),
    }
}
