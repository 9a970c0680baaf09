//! A row of a response.

use crate::clock;
use serde_json::{Map, Value};
use std::cmp::Ordering;
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
    pub(crate) fn sort_key(&self) -> SortKey {
        SortKey {
            date_start: self
                .fields
                .get("date_start")
                .and_then(Value::as_str)
                .and_then(clock::parse)
                .map(|p| p.ms),
            meeting_key: self.int("meeting_key"),
            session_key: self.int("session_key"),
            position_current: self.int("position_current"),
        }
    }
}

/// See [`Row::sort_key`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SortKey {
    date_start: Option<i64>,
    meeting_key: Option<i64>,
    session_key: Option<i64>,
    position_current: Option<i64>,
}

/// Sorts rows like the API; rows with equal keys keep their order.
pub(crate) fn sort(rows: &mut Vec<&Row>) {
    let mut keyed: Vec<(SortKey, &Row)> = rows.drain(..).map(|r| (r.sort_key(), r)).collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0).then(Ordering::Equal));
    rows.extend(keyed.into_iter().map(|(_, r)| r));
}

/// Rows by session; rows of the calendar have none.
pub(crate) type Tables = Vec<(Option<i64>, Arc<Vec<Row>>)>;
