//! Rows that change after a number of requests, as real ones do after penalties and re-ingests.

use crate::endpoint::Endpoint;
use crate::row::Row;
use serde_json::{Map, Value};

/// What happens to the matching rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Set,
    Remove,
    Add,
}

/// One correction of the plan.
#[derive(Debug, Clone)]
pub(crate) struct Correction {
    pub(crate) endpoint: Endpoint,
    pub(crate) session_key: Option<i64>,
    pub(crate) after_requests: u64,
    pub(crate) change: Change,
    pub(crate) matching: Map<String, Value>,
    pub(crate) values: Map<String, Value>,
}

impl Correction {
    /// Whether it applies to a table of an endpoint.
    pub(crate) fn concerns(&self, endpoint: Endpoint, session_key: Option<i64>) -> bool {
        self.endpoint == endpoint && (self.session_key.is_none() || self.session_key == session_key)
    }

    fn matches(&self, row: &Row) -> bool {
        self.matching.iter().all(|(name, wanted)| {
            let found = row.fields.get(name).unwrap_or(&Value::Null);
            // 1 and 1.0 are the same number to a database.
            match (found.as_f64(), wanted.as_f64()) {
                (Some(a), Some(b)) => a == b,
                _ => found == wanted,
            }
        })
    }

    /// Changes the rows of one session.
    pub(crate) fn apply(&self, rows: &mut Vec<Row>) {
        match self.change {
            Change::Remove => rows.retain(|row| !self.matches(row)),
            Change::Set => {
                for row in rows.iter_mut().filter(|row| self.matches(row)) {
                    for (name, value) in &self.values {
                        row.set(name, value.clone());
                    }
                }
            }
            Change::Add => {
                let mut fields = self.values.clone();
                for name in ["meeting_key", "session_key"] {
                    let known = rows.first().and_then(|r| r.fields.get(name)).cloned();
                    let known =
                        known.or_else(|| self.session_key.filter(|_| name == "session_key").map(Value::from));
                    if let (None, Some(value)) = (fields.get(name), known) {
                        fields.insert(name.to_owned(), value);
                    }
                }
                rows.push(Row::new(fields));
            }
        }
    }
}
