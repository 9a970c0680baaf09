//! A row of a response.

use crate::clock;
use serde_json::{Map, Value};
use std::sync::Arc;

/// One object of a response: its fields, and its original text if it was recorded.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) fields: Map<String, Value>,
    text: Option<Box<str>>,
}

impl Row {
    /// A row from JSON text; `None` when it is not an object.
    pub(crate) fn recorded(text: &str) -> Option<Self> {
        let fields = serde_json::from_str(text).ok()?;
        Some(Self { fields, text: Some(text.into()) })
    }

    pub(crate) fn new(fields: Map<String, Value>) -> Self {
        Self { fields, text: None }
    }

    /// Changes a field and discards the recorded text.
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        self.fields.insert(name.to_owned(), value);
        self.text = None;
    }

    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        self.fields.get(name).and_then(Value::as_i64)
    }

    /// Appends the row's JSON.
    pub(crate) fn write(&self, buffer: &mut Vec<u8>) {
        match &self.text {
            Some(text) => buffer.extend_from_slice(text.as_bytes()),
            // Writing a map of plain values into memory cannot fail.
            None => drop(serde_json::to_writer(buffer, &self.fields)),
        }
    }

    /// The API's sort key, which precedes the order of ingestion. Absent values sort first, like null.
    fn sort_key(&self) -> [Option<i64>; 4] {
        let start = self.fields.get("date_start").and_then(Value::as_str).and_then(clock::parse);
        let [meeting, session, position] =
            ["meeting_key", "session_key", "position_current"].map(|name| self.int(name));
        [start.map(|parsed| parsed.ms), meeting, session, position]
    }
}

/// Sorts rows like the API; rows with equal keys keep their order.
pub(crate) fn sort(rows: &mut [&Row]) {
    rows.sort_by_cached_key(|row| row.sort_key());
}

/// Rows by session; rows of the calendar have none.
pub(crate) type Tables = Vec<(Option<i64>, Arc<Vec<Row>>)>;
