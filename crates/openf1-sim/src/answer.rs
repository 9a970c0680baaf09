//! Turns a query into the rows of a response.

use crate::config::{Budget, Source};
use crate::correction::Correction;
use crate::csv;
use crate::endpoint::Endpoint;
use crate::error::SimError;
use crate::faults::FaultPlan;
use crate::generate::Generated;
use crate::meter::Meter;
use crate::query::Query;
use crate::refusal::Refusal;
use crate::replay::Replay;
use crate::row::{self, Row, Tables};
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// An open source of rows.
#[derive(Debug)]
enum Rows {
    Generated(Box<Generated>),
    Replay(Replay),
}

/// A 200 response.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) body: Vec<u8>,
    pub(crate) rows: usize,
    pub(crate) csv: bool,
}

/// Answers queries.
#[derive(Debug)]
pub(crate) struct Library {
    rows: Rows,
    budget: Budget,
    corrections: Vec<Correction>,
    /// Requests so far, by endpoint and the session they named.
    asked: Mutex<HashMap<(Endpoint, Option<i64>), u64>>,
    now: Option<i64>,
}

impl Library {
    pub(crate) fn open(
        source: Source,
        budget: Budget,
        plan: &FaultPlan,
        now: Option<jiff::Timestamp>,
    ) -> Result<Self, SimError> {
        let rows = match source {
            Source::Generated(config) => Rows::Generated(Box::new(Generated::new(config)?)),
            Source::Replay(folder) => Rows::Replay(Replay::open(&folder)?),
        };
        Ok(Self {
            rows,
            budget,
            corrections: plan.corrections.clone(),
            asked: Mutex::default(),
            now: now.map(jiff::Timestamp::as_millisecond),
        })
    }

    fn now(&self) -> i64 {
        self.now.unwrap_or_else(|| jiff::Timestamp::now().as_millisecond())
    }

    fn latest(&self) -> Option<(i64, i64)> {
        match &self.rows {
            Rows::Generated(generated) => generated.latest(self.now()),
            Rows::Replay(replay) => replay.latest(self.now()),
        }
    }

    /// What happened in a generated session, as JSON; `None` for sessions that are unknown, not over or
    /// recorded.
    pub(crate) fn truth(&self, session_key: i64) -> Option<Vec<u8>> {
        let Rows::Generated(generated) = &self.rows else {
            return None;
        };
        serde_json::to_vec(&generated.truth(session_key, self.now())?).ok()
    }

    /// Evaluates a raw query string.
    pub(crate) fn answer(&self, endpoint: Endpoint, raw: &str) -> Result<Answer, Refusal> {
        let query = Query::parse(raw, || self.latest()).map_err(|e| Refusal::Broken(e.0))?;
        let dated = query.filters.iter().any(|f| f.field == "date");
        let telemetry_without_end =
            endpoint.is_telemetry() && query.field("driver_number").is_none() && !dated;
        if query.filters.is_empty() || telemetry_without_end {
            return Err(Refusal::TooMuch);
        }
        let corrected = self.count(endpoint, &query);
        let meter = Meter::new(&self.budget);

        if let (Rows::Generated(generated), true, false) =
            (&self.rows, endpoint.is_telemetry(), self.has_corrections(endpoint))
        {
            let (body, rows) = generated.telemetry(endpoint, &query, self.now(), &meter)?;
            if rows == 0 {
                return Err(Refusal::Nothing);
            }
            if !query.csv {
                return Ok(Answer { body, rows, csv: false });
            }
            let rows = parse_rows(&body);
            return finish(rows.iter().collect(), true, &meter);
        }

        let mut tables: Tables = match &self.rows {
            Rows::Replay(replay) => replay.tables(endpoint, &query),
            Rows::Generated(generated) if endpoint.is_telemetry() => {
                let (body, _) = generated.telemetry(endpoint, &query, self.now(), &meter)?;
                let key = |row: &Row| row.int("session_key");
                let rows = parse_rows(&body);
                let sessions = rows.chunk_by(|a, b| key(a) == key(b));
                sessions.map(|rows| (key(&rows[0]), Arc::new(rows.to_vec()))).collect()
            }
            Rows::Generated(generated) => generated.tables(endpoint, &query, self.now(), &meter)?,
        };
        self.correct(endpoint, &mut tables, &corrected);

        let mut found: Vec<&Row> = Vec::new();
        for (_, table) in &tables {
            found.extend(table.iter().filter(|row| query.matches(&row.fields)));
            meter.check(found.len(), 0)?;
        }
        if found.is_empty() {
            return Err(Refusal::Nothing);
        }
        row::sort(&mut found);
        finish(found, query.csv, &meter)
    }

    fn has_corrections(&self, endpoint: Endpoint) -> bool {
        self.corrections.iter().any(|c| c.endpoint == endpoint)
    }

    /// Counts the request and returns the corrections that apply from now on.
    fn count(&self, endpoint: Endpoint, query: &Query) -> Vec<&Correction> {
        let concerned: Vec<&Correction> =
            self.corrections.iter().filter(|c| c.endpoint == endpoint).collect();
        if concerned.is_empty() {
            return concerned;
        }
        let mut keys: Vec<Option<i64>> = vec![None];
        for correction in &concerned {
            if let Some(key) = correction.session_key
                && !keys.contains(&Some(key))
                && query.allows("session_key", key)
            {
                keys.push(Some(key));
            }
        }
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &keys {
            *asked.entry((endpoint, *key)).or_default() += 1;
        }
        concerned
            .into_iter()
            .filter(|c| asked.get(&(endpoint, c.session_key)).is_some_and(|n| *n > c.after_requests))
            .collect()
    }

    fn correct(&self, endpoint: Endpoint, tables: &mut Tables, corrections: &[&Correction]) {
        for correction in corrections {
            // The calendar's tables are not split by session.
            let calendar = matches!(endpoint, Endpoint::Sessions | Endpoint::Meetings);
            if let Some(key) = correction.session_key
                && !calendar
                && !tables.iter().any(|(k, _)| *k == Some(key))
            {
                tables.push((Some(key), Arc::default()));
            }
            for (key, table) in tables.iter_mut() {
                if calendar || correction.concerns(endpoint, *key) {
                    let mut rows = table.to_vec();
                    correction.apply(&mut rows);
                    *table = Arc::new(rows);
                }
            }
        }
    }
}

fn parse_rows(body: &[u8]) -> Vec<Row> {
    let objects: Vec<&RawValue> = serde_json::from_slice(body).unwrap_or_default();
    objects.iter().filter_map(|o| Row::recorded(o.get())).collect()
}

fn finish(found: Vec<&Row>, as_csv: bool, meter: &Meter<'_>) -> Result<Answer, Refusal> {
    if as_csv {
        let body = csv::write(&found).into_bytes();
        meter.check(found.len(), body.len())?;
        return Ok(Answer { body, rows: found.len(), csv: true });
    }
    let mut body = Vec::with_capacity(found.len() * 256 + 2);
    body.push(b'[');
    for (i, row) in found.iter().enumerate() {
        if i > 0 {
            body.push(b',');
        }
        row.write(&mut body);
        if i % 1024 == 0 {
            meter.check(found.len(), body.len())?;
        }
    }
    body.push(b']');
    meter.check(found.len(), body.len())?;
    Ok(Answer { body, rows: found.len(), csv: false })
}
