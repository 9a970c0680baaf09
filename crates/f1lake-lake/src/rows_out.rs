//! Query results as text or files.

use crate::error::LakeError;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use deltalake::arrow::error::ArrowError;
use deltalake::arrow::util::display::{ArrayFormatter, FormatOptions};
use deltalake::datafusion::common::DataFusionError;
use deltalake::datafusion::prelude::DataFrame;
use futures::{Stream, StreamExt, TryStreamExt};
use parquet::arrow::ArrowWriter;
use serde::de::DeserializeOwned;
use std::io::Write;
use std::sync::Arc;

/// Format of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// A JSON array, one row per line.
    Json,
    /// One JSON object per line.
    Ndjson,
    /// Comma-separated values with a header; lists as `[1, 2]`.
    Csv,
    /// Parquet, zstd.
    Parquet,
}

/// Writes a query's rows as they arrive, and flushes them; returns their number.
///
/// # Errors
/// When the query fails or the output cannot be written.
pub async fn write_rows(
    frame: DataFrame,
    format: RowFormat,
    output: impl Write + Send,
) -> Result<u64, LakeError> {
    let schema: SchemaRef = Arc::new(frame.schema().as_arrow().clone());
    let rows = frame.execute_stream().await?.map_err(LakeError::from);
    write_batches(&schema, rows, format, output).await
}

/// Writes rows as they arrive, and flushes them; returns their number. `E` is the error of the rows.
///
/// # Errors
/// When the rows fail or the output cannot be written.
pub async fn write_batches<E: From<LakeError>>(
    schema: &SchemaRef,
    mut rows: impl Stream<Item = Result<RecordBatch, E>> + Unpin,
    format: RowFormat,
    output: impl Write + Send,
) -> Result<u64, E> {
    let mut sink = Sink::new(format, schema, output).map_err(LakeError::from)?;
    let mut count = 0;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        count += batch.num_rows() as u64;
        sink.write(&batch).map_err(LakeError::from)?;
    }
    sink.finish().map_err(LakeError::from)?;
    Ok(count)
}

/// Reads each row of a query into a type with the columns' names.
///
/// # Errors
/// When the query fails, or a row does not fit the type.
pub(crate) async fn typed_rows<T: DeserializeOwned>(frame: DataFrame) -> Result<Vec<T>, LakeError> {
    let mut text = Vec::new();
    write_rows(frame, RowFormat::Json, &mut text).await?;
    serde_json::from_slice(&text).map_err(|error| DataFusionError::External(Box::new(error)).into())
}

/// Rows as text for a table, at most `most` of them; nulls are empty.
///
/// # Errors
/// When a value cannot be formatted.
pub fn texts(batches: &[RecordBatch], most: usize) -> Result<Vec<Vec<String>>, LakeError> {
    let options = options();
    let mut rows = Vec::new();
    for batch in batches {
        let columns = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options))
            .collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            if rows.len() == most {
                return Ok(rows);
            }
            rows.push(columns.iter().map(|column| column.value(row).to_string()).collect());
        }
    }
    Ok(rows)
}

fn options() -> FormatOptions<'static> {
    FormatOptions::new().with_timestamp_tz_format(Some("%Y-%m-%dT%H:%M:%S%.fZ"))
}

enum Sink<W: Write + Send> {
    Json(deltalake::arrow::json::ArrayWriter<W>),
    Ndjson(deltalake::arrow::json::LineDelimitedWriter<W>),
    Csv(Box<deltalake::arrow::csv::Writer<W>>),
    Parquet(Box<ArrowWriter<W>>),
}

impl<W: Write + Send> Sink<W> {
    fn new(format: RowFormat, schema: &SchemaRef, output: W) -> Result<Self, ArrowError> {
        use deltalake::arrow::csv::WriterBuilder as CsvBuilder;
        use deltalake::arrow::json::WriterBuilder as JsonBuilder;
        // Nulls are explicit: a missing name would hide that the column exists.
        let json = JsonBuilder::new().with_explicit_nulls(true);
        Ok(match format {
            RowFormat::Json => Self::Json(json.build(output)),
            RowFormat::Ndjson => Self::Ndjson(json.build(output)),
            RowFormat::Csv => {
                let mut writer = CsvBuilder::new()
                    .with_timestamp_tz_format("%Y-%m-%dT%H:%M:%S%.fZ".to_owned())
                    .build(output);
                // Write the header even without rows.
                writer.write(&flat(&RecordBatch::new_empty(Arc::clone(schema)))?)?;
                Self::Csv(Box::new(writer))
            }
            RowFormat::Parquet => Self::Parquet(Box::new(ArrowWriter::try_new(
                output,
                Arc::clone(schema),
                Some(f1lake_bronze::properties(schema)),
            )?)),
        })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        match self {
            Self::Json(writer) => writer.write(batch),
            Self::Ndjson(writer) => writer.write(batch),
            Self::Csv(writer) => writer.write(&flat(batch)?),
            Self::Parquet(writer) => Ok(writer.write(batch)?),
        }
    }

    fn finish(self) -> Result<(), ArrowError> {
        match self {
            Self::Json(mut writer) => {
                writer.finish()?;
                let mut output = writer.into_inner();
                output.write_all(b"\n")?;
                Ok(output.flush()?)
            }
            Self::Ndjson(mut writer) => {
                writer.finish()?;
                Ok(writer.into_inner().flush()?)
            }
            Self::Csv(writer) => Ok(writer.into_inner().flush()?),
            Self::Parquet(mut writer) => {
                writer.finish()?;
                Ok(writer.inner_mut().flush()?)
            }
        }
    }
}

/// Lists as text, because CSV has none.
fn flat(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let options = options();
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        if matches!(field.data_type(), DataType::List(_) | DataType::LargeList(_) | DataType::Struct(_)) {
            let formatter = ArrayFormatter::try_new(column, &options)?;
            let texts: StringArray = (0..column.len())
                .map(|row| column.is_valid(row).then(|| formatter.value(row).to_string()))
                .collect();
            fields.push(Field::new(field.name(), DataType::Utf8, true));
            columns.push(Arc::new(texts));
        } else {
            fields.push(field.as_ref().clone());
            columns.push(Arc::clone(column));
        }
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}
