//! The table of loads: a report on the other tables, written after them. It never decides what to load.

use crate::error::LakeError;
use crate::lake::Lake;
use crate::load::table_state::Told;
use crate::query::Query;
use crate::table_writer::{Marks, Scope, TableSpec, TableWriter};
use arrow_array::builder::{Int64Builder, StringBuilder, TimestampMicrosecondBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use f1lake_bronze::{BRONZE, BronzeTable, LOADS, LoadStatus, TableLoad, arrow_schema, loads_columns};
use f1lake_zone::{LandedEndpoint, Manifest};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Retries of a commit that lost a conflict with another run.
const CONFLICTS: usize = 5;

/// A row of the table of loads, without its session and table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recorded {
    pub(crate) file: Option<String>,
    pub(crate) sha256: Option<String>,
    pub(crate) version: Option<i64>,
    pub(crate) rows: u64,
    pub(crate) rescued: u64,
    pub(crate) quarantined: u64,
    /// Microseconds since 1970, UTC.
    pub(crate) extracted_at: i64,
    /// Microseconds since 1970, UTC.
    pub(crate) loaded_at: i64,
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
        for batch in Query::open(lake, None).await?.collect(&sql).await? {
            records.add(&batch);
        }
        Ok(records)
    }

    fn add(&mut self, batch: &RecordBatch) {
        let int = |name: &str| batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>());
        let (Some(keys), Some(versions), Some(extracted), Some(loaded)) =
            (int("session_key"), int("file_version"), int("extracted_at"), int("loaded_at"))
        else {
            return;
        };
        let (Some(rows), Some(rescued), Some(quarantined)) =
            (int("rows"), int("rescued_rows"), int("quarantined_rows"))
        else {
            return;
        };
        let (Some(tables), Some(files), Some(digests)) =
            (text(batch, "table_name"), text(batch, "source_file"), text(batch, "sha256"))
        else {
            return;
        };
        let count = |values: &arrow_array::Int64Array, row| u64::try_from(values.value(row)).unwrap_or(0);
        for row in 0..batch.num_rows() {
            let recorded = Recorded {
                file: files[row].clone(),
                sha256: digests[row].clone(),
                version: versions.is_valid(row).then(|| versions.value(row)),
                rows: count(rows, row),
                rescued: count(rescued, row),
                quarantined: count(quarantined, row),
                extracted_at: extracted.value(row),
                loaded_at: loaded.value(row),
            };
            let table = tables[row].clone().unwrap_or_default();
            self.0.entry(keys.value(row)).or_default().insert(table, recorded);
        }
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
        let (mut keys, mut versions) = (Int64Builder::new(), Int64Builder::new());
        let (mut names, mut files, mut digests) =
            (StringBuilder::new(), StringBuilder::new(), StringBuilder::new());
        let (mut rows, mut rescued, mut quarantined) =
            (Int64Builder::new(), Int64Builder::new(), Int64Builder::new());
        let mut extracted = TimestampMicrosecondBuilder::new().with_timezone("UTC");
        let mut loaded = TimestampMicrosecondBuilder::new().with_timezone("UTC");
        let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let chosen = self.0.iter().filter(|(key, _)| sessions.is_none_or(|wanted| wanted.contains(key)));
        for (key, (table, recorded)) in chosen.flat_map(|(key, rows)| rows.iter().map(move |row| (key, row)))
        {
            keys.append_value(*key);
            names.append_value(table);
            files.append_option(recorded.file.as_deref());
            digests.append_option(recorded.sha256.as_deref());
            versions.append_option(recorded.version);
            rows.append_value(count(recorded.rows));
            rescued.append_value(count(recorded.rescued));
            quarantined.append_value(count(recorded.quarantined));
            extracted.append_value(recorded.extracted_at);
            loaded.append_value(recorded.loaded_at);
        }
        let batch = RecordBatch::try_new(
            arrow_schema(&loads_columns()),
            vec![
                Arc::new(keys.finish()),
                Arc::new(names.finish()),
                Arc::new(files.finish()),
                Arc::new(digests.finish()),
                Arc::new(versions.finish()),
                Arc::new(rows.finish()),
                Arc::new(rescued.finish()),
                Arc::new(quarantined.finish()),
                Arc::new(extracted.finish()),
                Arc::new(loaded.finish()),
            ],
        );
        Ok(batch.map_err(|error| {
            deltalake::datafusion::error::DataFusionError::ArrowError(Box::new(error), None)
        })?)
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

/// Text values of a column of any text type.
fn text(batch: &RecordBatch, name: &str) -> Option<Vec<Option<String>>> {
    let column = batch.column_by_name(name)?;
    let column = deltalake::arrow::compute::cast(column, &DataType::Utf8).ok()?;
    let column = column.as_string_opt::<i32>()?;
    Some((0..column.len()).map(|row| column.is_valid(row).then(|| column.value(row).to_owned())).collect())
}
