//! Decodes rows of landing files (JSON text) into Arrow batches: one schema-driven decoder for all endpoints.
//!
//! A row is scanned once into slices of its text, one per field; each slice is then parsed as its column's
//! type. Values that do not fit go to `_rescued_data` unchanged; a row without its key is refused and
//! quarantined.

mod builder;
#[cfg(test)]
mod tests;

use crate::bronze_table::{BronzeTable, FieldColumns, RACE_SESSION_KEY};
use crate::column::arrow_schema;
use arrow_array::builder::PrimitiveBuilder;
use arrow_array::{ArrowPrimitiveType, RecordBatch};
use arrow_schema::{ArrowError, SchemaRef};
use builder::Builder;
use openf1_client::field::{FieldName, FieldType, parse_laps_behind, parse_time_us};
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// Constants of all rows of a landing file.
#[derive(Debug, Clone)]
pub struct RowOrigin {
    /// Session of the landing file.
    pub session_key: i64,
    /// Name of the landing file.
    pub source_file: String,
    /// When the API was asked for the file, microseconds since 1970, UTC.
    pub extracted_at: i64,
    /// When the rows are loaded, microseconds since 1970, UTC.
    pub ingested_at: i64,
}

/// Why a row was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a JSON object.
    #[error("not a JSON object: {0}")]
    NoObject(String),
    /// A part of the primary key is missing or of another type.
    #[error("key field {0} is missing or cannot be read")]
    NoKey(&'static str),
    /// The row belongs to another session.
    #[error("belongs to session {0}")]
    OtherSession(i64),
}

/// Decodes the rows of one landing file.
pub struct Decoder {
    fields: Vec<FieldColumns>,
    builders: Vec<Builder>,
    schema: SchemaRef,
    /// Columns after the fields: constants of the file, and `_rescued_data` last.
    tail: usize,
    race_column: bool,
    origin: RowOrigin,
    /// Position of each field's value in the current row.
    slots: Vec<Option<Range<usize>>>,
    unknown: Vec<(String, Range<usize>)>,
    rescued: String,
    rows: usize,
    rescued_rows: u64,
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder").field("origin", &self.origin).field("rows", &self.rows).finish()
    }
}

impl Decoder {
    /// Creates a decoder for one file's rows.
    pub fn new(table: &BronzeTable, origin: RowOrigin) -> Self {
        let race_column = table.session_column == RACE_SESSION_KEY;
        Self {
            fields: table.fields.clone(),
            builders: table.columns.iter().map(|column| Builder::new(column.column_type)).collect(),
            schema: arrow_schema(&table.columns),
            tail: table.columns.len() - 4 - usize::from(race_column),
            race_column,
            origin,
            slots: vec![None; table.fields.len()],
            unknown: Vec::new(),
            rescued: String::new(),
            rows: 0,
            rescued_rows: 0,
        }
    }

    /// Schema of the batches.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Rows buffered since the last batch.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Rows so far with something in `_rescued_data`.
    pub fn rescued_rows(&self) -> u64 {
        self.rescued_rows
    }

    /// Adds a row.
    ///
    /// # Errors
    /// [`Refusal`] when the row has no usable key; it is not added.
    pub fn push(&mut self, row: &str) -> Result<(), Refusal> {
        self.scan(row).map_err(|error| Refusal::NoObject(error.to_string()))?;
        self.check_key(row)?;
        self.rescued.clear();
        for index in 0..self.fields.len() {
            self.append(index, row);
        }
        for (name, range) in std::mem::take(&mut self.unknown) {
            rescue(&mut self.rescued, &name, &row[range]);
        }
        let mut column = self.tail;
        if self.race_column {
            self.builders[column].bigint(Some(self.origin.session_key));
            column += 1;
        }
        self.builders[column].string(Some(&self.origin.source_file));
        self.builders[column + 1].timestamp(Some(self.origin.extracted_at));
        self.builders[column + 2].timestamp(Some(self.origin.ingested_at));
        if self.rescued.is_empty() {
            self.builders[column + 3].string(None);
        } else {
            self.rescued.push('}');
            self.builders[column + 3].string(Some(&self.rescued));
            self.rescued_rows += 1;
        }
        self.rows += 1;
        Ok(())
    }

    /// Returns the buffered rows as a batch.
    ///
    /// # Errors
    /// Never in practice: columns have equal length and the schema's types.
    pub fn batch(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        let columns = self.builders.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }

    /// Finds the position of each field's value.
    fn scan(&mut self, row: &str) -> Result<(), serde_json::Error> {
        self.slots.fill(None);
        self.unknown.clear();
        let mut deserializer = serde_json::Deserializer::from_str(row);
        deserializer.deserialize_map(Scan { decoder: self, base: row.as_ptr().addr() })?;
        deserializer.end()
    }

    fn text<'a>(&self, index: usize, row: &'a str) -> Option<&'a str> {
        self.slots[index].clone().map(|range| &row[range]).filter(|text| *text != "null")
    }

    fn check_key(&self, row: &str) -> Result<(), Refusal> {
        for (index, field) in self.fields.iter().enumerate() {
            if field.required {
                let readable = self.text(index, row).is_some_and(|text| match field.field_type {
                    FieldType::Int => read_int(text).is_some(),
                    FieldType::Time => read_time(text).is_some(),
                    _ => true,
                });
                if !readable {
                    return Err(Refusal::NoKey(field.name));
                }
            }
            if field.name == "session_key" && !self.race_column {
                match self.text(index, row).map(read_int) {
                    Some(Some(key)) if key == self.origin.session_key => {}
                    Some(Some(key)) => return Err(Refusal::OtherSession(key)),
                    _ => return Err(Refusal::NoKey("session_key")),
                }
            }
        }
        Ok(())
    }

    /// Appends a field's value to its columns.
    fn append(&mut self, index: usize, row: &str) {
        let FieldColumns { name, field_type, first, .. } = self.fields[index];
        let text = self.text(index, row);
        let builders = &mut self.builders[first..];
        let fits = match (&mut builders[0], field_type) {
            (Builder::Bigint(builder), _) => put(builder, text.and_then(read_int)),
            (Builder::Double(builder), FieldType::Float) => put(builder, text.and_then(read_float)),
            (Builder::Timestamp(builder), _) => put(builder, text.and_then(read_time)),
            (Builder::Date(builder), _) => put(builder, text.and_then(read_date)),
            (Builder::Boolean(builder), _) => {
                let value = text.and_then(|text| text.parse().ok());
                builder.append_option(value);
                value.is_some()
            }
            (Builder::String(builder), _) => {
                let value = text.and_then(read_string);
                builder.append_option(value.as_deref());
                value.is_some()
            }
            (Builder::List(builder), _) => {
                let value = text.and_then(|text| serde_json::from_str::<Vec<Option<i64>>>(text).ok());
                let fits = value.is_some();
                builder.append_option(value);
                fits
            }
            (Builder::Double(_), FieldType::Gap) => append_gap(builders, text),
            (Builder::Double(_), _) => append_result_time(builders, text),
        };
        if let Some(text) = text
            && !fits
        {
            rescue(&mut self.rescued, name, text);
        }
    }
}

struct Scan<'a> {
    decoder: &'a mut Decoder,
    /// Address of the row's text, to compute the position of a value.
    base: usize,
}

impl<'de> Visitor<'de> for Scan<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // Fields usually come in the table's order, so the next one is tried before all are searched.
        let mut expected = 0;
        while let Some(FieldName(name)) = map.next_key()? {
            let value: &'de RawValue = map.next_value()?;
            let start = value.get().as_ptr().addr() - self.base;
            let range = start..start + value.get().len();
            let fields = &self.decoder.fields;
            let index = if fields.get(expected).is_some_and(|field| field.name == name) {
                Some(expected)
            } else {
                fields.iter().position(|field| field.name == name)
            };
            match index {
                Some(index) => {
                    self.decoder.slots[index] = Some(range);
                    expected = index + 1;
                }
                // A null in an unknown field carries no information.
                None if value.get() == "null" => {}
                None => self.decoder.unknown.push((name.into_owned(), range)),
            }
        }
        Ok(())
    }
}

/// Adds a field to a JSON object being written; its closing brace is added last.
fn rescue(object: &mut String, name: &str, value: &str) {
    object.push(if object.is_empty() { '{' } else { ',' });
    object.push_str(&serde_json::Value::from(name).to_string());
    object.push(':');
    object.push_str(value);
}

/// Appends a value or null; `false` for null.
fn put<T: ArrowPrimitiveType>(builder: &mut PrimitiveBuilder<T>, value: Option<T::Native>) -> bool {
    builder.append_option(value);
    value.is_some()
}

/// Parses an integer; also accepts a float without a fraction, because the API sends both for some fields.
fn read_int(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let float = read_float(text)?;
        // Beyond 2^53, a float cannot distinguish neighbouring integers.
        let exact = float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0;
        #[allow(clippy::cast_possible_truncation, reason = "whole and in range")]
        exact.then_some(float as i64)
    })
}

fn read_float(text: &str) -> Option<f64> {
    // Rust also parses `inf` and `nan`, which are not valid JSON.
    let number = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    number.then(|| text.parse().ok())?.filter(|value: &f64| value.is_finite())
}

fn read_string(text: &str) -> Option<Cow<'_, str>> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(text).ok().map(Cow::Owned) } else { Some(inner.into()) }
}

fn read_time(text: &str) -> Option<i64> {
    read_string(text).and_then(|text| parse_time_us(&text))
}

/// Days since 1970.
fn read_date(text: &str) -> Option<i32> {
    let date: jiff::civil::Date = read_string(text)?.parse().ok()?;
    date.since(jiff::civil::date(1970, 1, 1)).ok().map(|span| span.get_days())
}

/// `1.234`, `"+1 LAP"` or null: seconds, laps, text.
fn append_gap(builders: &mut [Builder], text: Option<&str>) -> bool {
    let seconds = text.and_then(read_float);
    let words = text.and_then(read_string);
    builders[0].double(seconds);
    builders[1].bigint(words.as_deref().and_then(parse_laps_behind));
    let kept = words.as_deref().or(text.filter(|_| seconds.is_some()));
    builders[2].string(kept);
    kept.is_some()
}

/// Parses up to three times like other numbers: serde_json's own floats are sometimes off by one bit.
fn read_phases(text: &str) -> Option<Vec<Option<f64>>> {
    let phases: Vec<Option<&RawValue>> = serde_json::from_str(text).ok()?;
    let read = phases.iter().map(|phase| phase.map_or(Some(None), |phase| read_float(phase.get()).map(Some)));
    read.collect::<Option<Vec<_>>>().filter(|phases| phases.len() <= 3)
}

/// `88.123`, `"+1 LAP"`, `[88.1, null, null]` or null: seconds, laps, three phases, text.
fn append_result_time(builders: &mut [Builder], text: Option<&str>) -> bool {
    let seconds = text.and_then(read_float);
    let words = text.and_then(read_string);
    let phases = text.and_then(read_phases);
    let phase = |index: usize| phases.as_ref().and_then(|phases| phases.get(index).copied().flatten());
    builders[0].double(seconds);
    builders[1].bigint(words.as_deref().and_then(parse_laps_behind));
    builders[2].double(phase(0));
    builders[3].double(phase(1));
    builders[4].double(phase(2));
    let kept = words.as_deref().or(text.filter(|_| seconds.is_some() || phases.is_some()));
    builders[5].string(kept);
    kept.is_some()
}
