//! What the rows of a session are made from, and the form that they share.

use crate::generate::calendar::Session;
use crate::generate::model::{Lap, Model, Run};
use crate::generate::random::Rng;
use crate::generate::roster::Driver;
use crate::row::Row;
use serde_json::{Map, Value, json};

/// A session whose rows are made.
pub(super) struct Table<'a> {
    pub(super) seed: u64,
    pub(super) session: &'a Session,
    pub(super) roster: &'a [Driver],
    pub(super) model: &'a Model,
}

impl Table<'_> {
    pub(super) fn rng(&self, what: u64) -> Rng {
        Rng::new(&[self.seed, self.session.key as u64, what])
    }

    /// A row with the two common keys.
    pub(super) fn keyed(&self, value: Value) -> Row {
        let mut row = row(value);
        row.fields.insert("meeting_key".to_owned(), json!(self.session.meeting_key));
        row.fields.insert("session_key".to_owned(), json!(self.session.key));
        row
    }

    pub(super) fn runs(&self) -> impl Iterator<Item = (&Driver, &Run)> {
        self.roster.iter().zip(&self.model.runs)
    }

    /// When the leader of a race completed each of his laps.
    pub(super) fn leader_ends(&self) -> Vec<i64> {
        let laps = self.model.runs.iter().map(|r| r.laps.len()).max().unwrap_or(0);
        let ends =
            |n: usize| self.model.runs.iter().filter_map(move |r| r.laps.get(n).filter(|l| l.complete));
        (0..laps).map_while(|n| ends(n).map(Lap::end).min()).collect()
    }
}

/// A row from a JSON object.
pub(super) fn row(value: Value) -> Row {
    match value {
        Value::Object(fields) => Row::new(fields),
        _ => Row::new(Map::new()),
    }
}

/// Milliseconds as the API's seconds. Whole numbers lose their fraction, as they often do there.
pub(super) fn seconds(ms: i64) -> Value {
    if ms % 1000 == 0 { json!(ms / 1000) } else { json!(ms as f64 / 1000.0) }
}
