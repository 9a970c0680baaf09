//! Parquet landing files: one typed column per field, and `_rescued_data` for values that do not fit.

use super::hashing::Output;
use super::kinds::Compression;
use crate::added_fields::{RESCUED, added_fields};
use crate::error::ZoneError;
use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, ListBuilder, PrimitiveBuilder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, RecordBatch};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use openf1_client::Endpoint;
use openf1_client::field::{FieldType, FieldValue, format_time, parse_time};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Encoding, GzipLevel, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows buffered before encoding.
const BATCH: usize = 8192;

enum Column {
    Int(Int64Builder),
    Float(Float64Builder),
    Bool(BooleanBuilder),
    /// Text; polymorphic fields as their JSON.
    Text(StringBuilder, bool),
    Time(TimestampMicrosecondBuilder),
    List(ListBuilder<Int64Builder>),
}

impl Column {
    fn new(field_type: FieldType) -> Self {
        match field_type {
            FieldType::Int => Self::Int(Int64Builder::new()),
            FieldType::Float => Self::Float(Float64Builder::new()),
            FieldType::Bool => Self::Bool(BooleanBuilder::new()),
            FieldType::Time => Self::Time(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            FieldType::IntList => Self::List(ListBuilder::new(Int64Builder::new())),
            FieldType::Gap | FieldType::ResultTime => Self::Text(StringBuilder::new(), true),
            _ => Self::Text(StringBuilder::new(), false),
        }
    }

    fn data_type(field_type: FieldType) -> DataType {
        match field_type {
            FieldType::Int => DataType::Int64,
            FieldType::Float => DataType::Float64,
            FieldType::Bool => DataType::Boolean,
            FieldType::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            FieldType::IntList => DataType::List(Arc::new(Field::new_list_field(DataType::Int64, true))),
            _ => DataType::Utf8,
        }
    }

    /// Appends the value; `false` when it does not fit (null is appended then).
    fn append(&mut self, value: Option<&Value>) -> bool {
        let value = value.filter(|value| !value.is_null());
        let fits = match self {
            Self::Int(builder) => put(builder, value.and_then(Value::as_i64)),
            Self::Float(builder) => put(builder, value.and_then(Value::as_f64)),
            Self::Time(builder) => {
                let time = value.and_then(Value::as_str).and_then(parse_time);
                put(builder, time.map(|time| time.as_microsecond()))
            }
            Self::Bool(builder) => {
                let fit = value.and_then(Value::as_bool);
                builder.append_option(fit);
                fit.is_some()
            }
            Self::Text(builder, json) => {
                let fit = match value {
                    Some(other) if *json => Some(other.to_string()),
                    Some(Value::String(text)) => Some(text.clone()),
                    _ => None,
                };
                builder.append_option(fit.as_deref());
                fit.is_some()
            }
            Self::List(builder) => {
                let fit: Option<Vec<Option<i64>>> = value.and_then(FieldValue::from_json);
                let fits = fit.is_some();
                builder.append_option(fit);
                fits
            }
        };
        fits || value.is_none()
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Int(builder) => Arc::new(builder.finish()),
            Self::Float(builder) => Arc::new(builder.finish()),
            Self::Bool(builder) => Arc::new(builder.finish()),
            Self::Time(builder) => Arc::new(builder.finish()),
            Self::Text(builder, _) => Arc::new(builder.finish()),
            Self::List(builder) => Arc::new(builder.finish()),
        }
    }
}

/// Appends a value or null; `false` for null.
fn put<T: ArrowPrimitiveType>(builder: &mut PrimitiveBuilder<T>, value: Option<T::Native>) -> bool {
    builder.append_option(value);
    value.is_some()
}

/// Writes rows as Parquet.
pub(super) struct ParquetSink {
    endpoint: Endpoint,
    schema: Arc<Schema>,
    names: Vec<&'static str>,
    columns: Vec<Column>,
    gathered: usize,
    writer: ArrowWriter<Output>,
}

impl ParquetSink {
    pub(super) fn new(
        output: Output,
        endpoint: Endpoint,
        compression: Compression,
    ) -> Result<Self, ZoneError> {
        let mut fields: Vec<(&'static str, FieldType)> =
            endpoint.spec().fields.iter().map(|field| (field.name, field.field_type)).collect();
        fields.extend(added_fields(endpoint).map(|field| (field.name, field.field_type)));
        fields.push((RESCUED, FieldType::Text));
        let schema = Arc::new(Schema::new(
            fields
                .iter()
                .map(|(name, field_type)| Field::new(*name, Column::data_type(*field_type), true))
                .collect::<Vec<_>>(),
        ));
        let codec = match compression {
            Compression::Gzip => parquet::basic::Compression::GZIP(GzipLevel::default()),
            Compression::None | Compression::Zstd => {
                parquet::basic::Compression::ZSTD(ZstdLevel::try_new(3).unwrap_or_default())
            }
        };
        let mut properties = WriterProperties::builder().set_compression(codec);
        for (name, field_type) in &fields {
            // Sorted instants and counters compress best as differences; a dictionary would prevent that.
            if *field_type == FieldType::Time {
                let column = ColumnPath::from(*name);
                properties = properties
                    .set_column_dictionary_enabled(column.clone(), false)
                    .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
            }
        }
        let writer = ArrowWriter::try_new(output, Arc::clone(&schema), Some(properties.build()))
            .map_err(|error| encode(endpoint, error))?;
        Ok(Self {
            endpoint,
            schema,
            names: fields.iter().map(|(name, _)| *name).collect(),
            columns: fields.iter().map(|(_, field_type)| Column::new(*field_type)).collect(),
            gathered: 0,
            writer,
        })
    }

    pub(super) fn write(&mut self, row: &str) -> Result<(), ZoneError> {
        let mut object: Map<String, Value> =
            serde_json::from_str(row).map_err(|error| encode(self.endpoint, error))?;
        let last = self.columns.len() - 1;
        for (name, column) in self.names.iter().zip(&mut self.columns[..last]) {
            if column.append(object.get(*name)) {
                object.shift_remove(*name);
            }
        }
        let rescued = (!object.is_empty()).then(|| Value::String(Value::Object(object).to_string()));
        self.columns[last].append(rescued.as_ref());
        self.gathered += 1;
        if self.gathered == BATCH { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), ZoneError> {
        let arrays = self.columns.iter_mut().map(Column::finish).collect();
        self.gathered = 0;
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
            .map_err(|error| encode(self.endpoint, error))
            .and_then(|batch| self.writer.write(&batch).map_err(|error| encode(self.endpoint, error)))
    }

    pub(super) fn finish(mut self) -> Result<Output, ZoneError> {
        if self.gathered > 0 {
            self.flush()?;
        }
        let endpoint = self.endpoint;
        self.writer.into_inner().map_err(|error| encode(endpoint, error))
    }
}

fn encode(endpoint: Endpoint, error: impl std::fmt::Display) -> ZoneError {
    ZoneError::Encode { endpoint, format: "parquet", detail: error.to_string() }
}

/// Reads rows back as JSON text.
pub(super) struct ParquetRows {
    path: PathBuf,
    reader: ParquetRecordBatchReader,
    batch: Option<RecordBatch>,
    next: usize,
}

impl ParquetRows {
    pub(super) fn open(path: &Path) -> Result<Self, ZoneError> {
        let file = std::fs::File::open(path).map_err(ZoneError::io("cannot read", path))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)
            .and_then(|builder| builder.with_batch_size(BATCH).build())
            .map_err(|error| damaged(path, error))?;
        Ok(Self { path: path.to_owned(), reader, batch: None, next: 0 })
    }
}

fn damaged(path: &Path, error: impl std::fmt::Display) -> ZoneError {
    ZoneError::Damaged {
        path: path.display().to_string(),
        detail: error.to_string(),
        advice: "`f1lake extract --refresh` fetches the session again",
    }
}

impl Iterator for ParquetRows {
    type Item = Result<String, ZoneError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(batch) = self.batch.as_ref().filter(|batch| self.next < batch.num_rows()) {
                let row = self.next;
                self.next += 1;
                return Some(Ok(Value::Object(row_of(batch, row)).to_string()));
            }
            match self.reader.next()? {
                Ok(batch) => {
                    self.batch = Some(batch);
                    self.next = 0;
                }
                Err(error) => return Some(Err(damaged(&self.path, error))),
            }
        }
    }
}

fn row_of(batch: &RecordBatch, row: usize) -> Map<String, Value> {
    let mut object = Map::new();
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        if column.is_null(row) {
            continue;
        }
        let value = match field.data_type() {
            DataType::Int64 => Value::from(column.as_primitive::<Int64Type>().value(row)),
            DataType::Float64 => Value::from(column.as_primitive::<Float64Type>().value(row)),
            DataType::Boolean => Value::from(column.as_boolean().value(row)),
            DataType::Timestamp(..) => {
                let micros = column.as_primitive::<TimestampMicrosecondType>().value(row);
                jiff::Timestamp::from_microsecond(micros)
                    .map_or(Value::Null, |time| Value::from(format_time(time)))
            }
            DataType::List(_) => {
                let items = column.as_list::<i32>().value(row);
                items
                    .as_primitive::<Int64Type>()
                    .iter()
                    .map(|item| item.map_or(Value::Null, Value::from))
                    .collect()
            }
            _ => Value::from(column.as_string::<i32>().value(row)),
        };
        match (field.name().as_str(), &value) {
            (RESCUED, Value::String(text)) => {
                if let Ok(Value::Object(rescued)) = serde_json::from_str(text) {
                    object.extend(rescued);
                }
            }
            // Polymorphic fields are stored as their JSON.
            ("gap_to_leader" | "interval" | "duration", Value::String(text)) => {
                object.insert(field.name().clone(), serde_json::from_str(text).unwrap_or(value));
            }
            _ => {
                object.insert(field.name().clone(), value);
            }
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{FileWriter, Format, Rows};

    #[test]
    fn numbers_round_trip_exactly() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("intervals.parquet");
        // Numbers of a recorded session that came back one digit off, and the limits of the number format.
        let numbers = [
            "63.650999999999996",
            "0.1",
            "5e-324",
            "1.7976931348623157e308",
            "9007199254740993.5",
            "0.30000000000000004",
            "2.2250738585072014e-308",
            "78.06299999999999",
        ];
        let mut writer =
            FileWriter::create(&path, Endpoint::Intervals, Format::Parquet, Compression::Zstd).unwrap();
        for number in numbers {
            // As text in a field that may contain "+1 LAP", and as a number in an unknown one.
            writer.write(&format!(r#"{{"gap_to_leader":{number},"unknown":{number}}}"#)).unwrap();
        }
        writer.finish().unwrap();
        let rows = Rows::open(&path, Format::Parquet, Compression::Zstd).unwrap();
        for (number, row) in numbers.iter().zip(rows) {
            let row = row.unwrap();
            let exact: f64 = number.parse().unwrap();
            for field in ["\"gap_to_leader\":", "\"unknown\":"] {
                let text = row.split(field).nth(1).unwrap().split([',', '}']).next().unwrap();
                assert_eq!(text.parse::<f64>().unwrap().to_bits(), exact.to_bits(), "{number} in {row}");
            }
        }
    }
}
