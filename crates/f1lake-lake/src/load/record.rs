//! The table of loads: a report on the other tables, written after them. It never decides what to load.

use crate::error::LakeError;
use crate::lake::Lake;
use crate::load::table_state::Told;
use crate::query::Query;
use crate::table_writer::{Marks, Scope, TableSpec, TableWriter};
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use f1lake_bronze::{BRONZE, BronzeTable, LOADS, LoadStatus, TableLoad, arrow_schema, loads_columns};
use f1lake_zone::{LandedEndpoint, Manifest};
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Retries of a commit that lost a conflict with another run.
const CONFLICTS: usize = 5;

/// A row of the table of loads, without its session and table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Recorded {
    #[serde(rename = "source_file")]
    pub(crate) file: Option<String>,
    pub(crate) sha256: Option<String>,
    #[serde(rename = "file_version")]
    pub(crate) version: Option<i64>,
    pub(crate) rows: u64,
    #[serde(rename = "rescued_rows")]
    pub(crate) rescued: u64,
    #[serde(rename = "quarantined_rows")]
    pub(crate) quarantined: u64,
    /// Microseconds since 1970, UTC.
    pub(crate) extracted_at: i64,
    /// Microseconds since 1970, UTC.
    pub(crate) loaded_at: i64,
}

/// A row of the table of loads.
#[derive(Deserialize)]
struct Row {
    session_key: i64,
    table_name: String,
    #[serde(flatten)]
    recorded: Recorded,
}

/// The record, by session and table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Records(BTreeMap<i64, BTreeMap<String, Recorded>>);

pub(crate) fn loads_spec() -> TableSpec {
    TableSpec {
        name: format!("{BRONZE}.{LOADS}"),
        columns: loads_columns(),
        partition_by: Vec::new(),
        comment: "Loads: one row per session and table, written when the whole session is loaded.".to_owned(),
    }
}

impl Records {
    /// Reads the table; empty when it does not exist.
    pub(crate) async fn read(lake: &Lake) -> Result<Self, LakeError> {
        let mut records = Self::default();
        if lake.table(&format!("{BRONZE}.{LOADS}"), None).await?.is_none() {
            return Ok(records);
        }
        let sql = format!(
            "select session_key, table_name, source_file, sha256, file_version, rows, rescued_rows, quarantined_rows, \
             cast(extracted_at as bigint) as extracted_at, cast(loaded_at as bigint) as loaded_at from {BRONZE}.{LOADS}"
        );
        for row in Query::open(lake, None).await?.rows::<Row>(&sql).await? {
            records.0.entry(row.session_key).or_default().insert(row.table_name, row.recorded);
        }
        Ok(records)
    }

    /// The record of a session's table.
    pub(crate) fn of(&self, session_key: i64, table: &str) -> Option<&Recorded> {
        self.0.get(&session_key)?.get(table)
    }

    /// Updates the record of a session to match its tables; `told` is their state before the load. Returns whether
    /// anything changed.
    pub(crate) fn update(
        &mut self,
        manifest: &Manifest,
        tables: &[TableLoad],
        told: impl Fn(&BronzeTable) -> Option<Told>,
    ) -> bool {
        let now = Timestamp::now();
        let session = self.0.entry(manifest.session_key).or_default();
        let before = session.clone();
        for (endpoint, landed) in &manifest.endpoints {
            let table = BronzeTable::of(*endpoint);
            let Some(load) = tables.iter().find(|load| load.table == table.name) else { continue };
            let row = row(load, landed, told(&table), session.get(&table.name), now);
            session.insert(table.name, row);
        }
        *session != before
    }

    /// Removes sessions that do not meet a condition.
    pub(crate) fn retain(&mut self, stays: impl Fn(i64) -> bool) {
        self.0.retain(|session_key, _| stays(*session_key));
    }

    /// Writes the record of some sessions, or of all.
    pub(crate) async fn write(&self, lake: &Lake, sessions: Option<&BTreeSet<i64>>) -> Result<(), LakeError> {
        let batch = self.batch(sessions)?;
        let scope = match sessions {
            None => Scope::All,
            Some(keys) => Scope::Sessions { column: "session_key".to_owned(), keys: keys.clone() },
        };
        for tries in 0.. {
            let mut writer = TableWriter::open(lake, loads_spec(), &scope).await?;
            if batch.num_rows() > 0 {
                writer.write(&batch).await?;
            }
            match writer.commit(&scope, Marks::default()).await {
                Err(LakeError::Conflict { .. }) if tries < CONFLICTS => {}
                other => return other.map(drop),
            }
        }
        Ok(())
    }

    fn batch(&self, sessions: Option<&BTreeSet<i64>>) -> Result<RecordBatch, LakeError> {
        let chosen = self.0.iter().filter(|(key, _)| sessions.is_none_or(|wanted| wanted.contains(key)));
        let rows: Vec<(i64, &String, &Recorded)> = chosen
            .flat_map(|(key, tables)| tables.iter().map(|(table, recorded)| (*key, table, recorded)))
            .collect();
        let texts = |of: fn(&Recorded) -> Option<&str>| -> ArrayRef {
            Arc::new(rows.iter().map(|(.., recorded)| of(recorded)).collect::<StringArray>())
        };
        let numbers = |of: fn(&Recorded) -> Option<i64>| -> ArrayRef {
            Arc::new(rows.iter().map(|(.., recorded)| of(recorded)).collect::<Int64Array>())
        };
        let times = |of: fn(&Recorded) -> i64| -> ArrayRef {
            let times = rows.iter().map(|(.., recorded)| of(recorded));
            Arc::new(TimestampMicrosecondArray::from_iter_values(times).with_timezone("UTC"))
        };
        Ok(RecordBatch::try_new(
            arrow_schema(&loads_columns()),
            vec![
                Arc::new(Int64Array::from_iter_values(rows.iter().map(|(key, ..)| *key))),
                Arc::new(StringArray::from_iter_values(rows.iter().map(|(_, table, _)| table))),
                texts(|recorded| recorded.file.as_deref()),
                texts(|recorded| recorded.sha256.as_deref()),
                numbers(|recorded| recorded.version),
                numbers(|recorded| Some(i64::try_from(recorded.rows).unwrap_or(i64::MAX))),
                numbers(|recorded| Some(i64::try_from(recorded.rescued).unwrap_or(i64::MAX))),
                numbers(|recorded| Some(i64::try_from(recorded.quarantined).unwrap_or(i64::MAX))),
                times(|recorded| recorded.extracted_at),
                times(|recorded| recorded.loaded_at),
            ],
        )?)
    }
}

/// The row of a table: what it contains, which may differ from what is landed.
fn row(
    table: &TableLoad,
    landed: &LandedEndpoint,
    told: Option<Told>,
    before: Option<&Recorded>,
    now: Timestamp,
) -> Recorded {
    let now = now.as_microsecond();
    let of_landing = Recorded {
        file: landed.file.clone(),
        sha256: landed.sha256.clone(),
        version: Some(i64::from(landed.version)),
        rows: table.rows,
        rescued: table.rescued_rows,
        quarantined: table.quarantined_rows,
        extracted_at: landed.extracted_at.as_microsecond(),
        loaded_at: now,
    };
    let Some(told) = told.filter(|_| table.status != LoadStatus::Loaded) else { return of_landing };
    let at_least = told.loaded_at.map_or(now, |ms| now.max((ms + 1) * 1000));
    match before {
        Some(before) if before.extracted_at >= told.extracted_at && before.rows == table.rows => {
            // A load that ended before recording: rebuild what was built from the table since.
            let behind = told.loaded_at.is_some_and(|ms| before.loaded_at.div_euclid(1000) < ms);
            // Fetched again without a change: the rows are as recent as that.
            let is_same = table.status == LoadStatus::Unchanged && before.sha256 == of_landing.sha256;
            Recorded {
                extracted_at: before.extracted_at.max(if is_same { of_landing.extracted_at } else { 0 }),
                loaded_at: if behind { at_least } else { before.loaded_at },
                ..before.clone()
            }
        }
        _ if table.status == LoadStatus::Unchanged => Recorded {
            extracted_at: told.extracted_at.max(of_landing.extracted_at),
            loaded_at: at_least,
            ..of_landing
        },
        // A newer extract, which this landing zone does not contain.
        _ => Recorded {
            file: None,
            sha256: None,
            version: None,
            extracted_at: told.extracted_at,
            loaded_at: at_least,
            ..of_landing
        },
    }
}
