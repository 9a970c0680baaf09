//! Standard output: data only, as a table, JSON or CSV.

use crate::error::Error;
use clap::ValueEnum;
use comfy_table::presets::{NOTHING, UTF8_FULL_CONDENSED};
use comfy_table::{CellAlignment, ContentArrangement, Table};
use serde::Serialize;
use serde_json::Value;
use std::io::{IsTerminal, Write};

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OutputFormat {
    /// For people.
    #[default]
    Table,
    /// One JSON document.
    Json,
    /// Comma-separated values with a header.
    Csv,
}

/// A column of a table for people.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column<'a> {
    /// Text, to the left.
    Left(&'a str),
    /// Numbers, to the right.
    Right(&'a str),
}

/// Prints `whole` as JSON, `records` as CSV, or rows of texts as a table.
///
/// # Errors
/// When standard output cannot be written; a reader that went away is no error.
pub(crate) fn print<R: Serialize>(
    format: OutputFormat,
    whole: &impl Serialize,
    records: &[R],
    columns: &[Column<'_>],
    row: impl Fn(&R) -> Vec<String>,
) -> Result<(), Error> {
    let text = match format {
        OutputFormat::Json => json(whole)?,
        OutputFormat::Csv => csv(records)?,
        OutputFormat::Table => table(columns, records.iter().map(row)),
    };
    write(&text)
}

/// Prints text as it is, or hands it to the host.
///
/// # Errors
/// When standard output cannot be written; a reader that went away is no error.
pub(crate) fn write(text: &str) -> Result<(), Error> {
    if let Some(host) = crate::embed::Host::current() {
        host.print(text);
        return Ok(());
    }
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(Error::io("cannot write to standard output")),
    }
}

fn json(whole: &impl Serialize) -> Result<String, Error> {
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
            return Err(failed("a record is no object".to_owned()));
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

fn table(columns: &[Column<'_>], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    if std::io::stdout().is_terminal() {
        table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    } else {
        table.load_style(NOTHING);
    }
    table.set_header(columns.iter().map(|column| match column {
        Column::Left(name) | Column::Right(name) => *name,
    }));
    for row in rows {
        table.add_row(row);
    }
    for (index, column) in columns.iter().enumerate() {
        if matches!(column, Column::Right(_))
            && let Some(column) = table.column_mut(index)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text: String = table.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    if text.is_empty() {
        text.push('\n');
    }
    text
}
