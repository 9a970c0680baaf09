//! The state of a bronze table's sessions: the transactions in its log, and its rows.
//!
//! Both must agree. A transaction stays in the log when the rows are gone, after a table was rebuilt or
//! restored to an older version. Rows alone cannot show a session that landed without rows, nor the file they
//! came from.
//!
//! The application transactions of a session, each a name and a number:
//!
//! | name | number |
//! |---|---|
//! | `f1lake/<session>` | when the landing file was extracted, microseconds since 1970 |
//! | `f1lake/<session>/sha256` | the first 60 bits of its digest |
//! | `f1lake/<session>/version` | version of the landing file, as in its name |
//! | `f1lake/<session>/rows` | rows in the table |
//!
//! Lakes written by earlier versions of the program lack the last two.
//!
//! A full rewrite raises the table's generation (property [`GENERATION`]); from generation 1 on, the names
//! begin with `f1lake/g<generation>/`, which invalidates loads before the rewrite.

use crate::error::LakeError;
use crate::file_stats::FileStats;
use crate::lake::Lake;
use crate::query::Query;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, StructArray};
use delta_kernel::engine::arrow_data::ArrowEngineData;
use deltalake::table::state::DeltaTableState;
use deltalake::{DeltaTable, DeltaTableError};
use f1lake_bronze::{BronzeTable, CONFIRMED_AFTER, Decoded, EXTRACTED, LoadStatus, RESCUED, Verdict};
use f1lake_zone::LandedEndpoint;
use openf1_client::Endpoint;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Table property: how often the whole table was rewritten.
pub(crate) const GENERATION: &str = "f1lake.generation";

/// Names of a session's application transactions.
#[derive(Debug)]
pub(crate) struct Names {
    extracted: String,
    digest: String,
    version: String,
    rows: String,
}

impl Names {
    pub(crate) fn of(generation: u64, session_key: i64) -> Self {
        let extracted = match generation {
            0 => format!("f1lake/{session_key}"),
            _ => format!("f1lake/g{generation}/{session_key}"),
        };
        Self {
            digest: format!("{extracted}/sha256"),
            version: format!("{extracted}/version"),
            rows: format!("{extracted}/rows"),
            extracted,
        }
    }
}

/// The state of a session according to the transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    /// Microseconds since 1970, UTC.
    pub(crate) extracted_at: i64,
    digest: Option<i64>,
    version: Option<i64>,
    rows: Option<u64>,
    /// When it was loaded, milliseconds since 1970.
    pub(crate) loaded_at: Option<i64>,
}

impl Told {
    /// The state that a load of a landing file results in.
    pub(crate) fn new(landed: &LandedEndpoint, rows: u64) -> Self {
        let extracted_at = landed.extracted_at.as_microsecond();
        let version = Some(i64::from(landed.version));
        Self { extracted_at, digest: Some(digest(landed)), version, rows: Some(rows), loaded_at: None }
    }

    /// The transactions that express this state.
    pub(crate) fn transactions(&self, names: Names) -> Vec<(String, i64)> {
        let rows = self.rows.map(|rows| i64::try_from(rows).unwrap_or(i64::MAX));
        [
            Some((names.extracted, self.extracted_at)),
            self.digest.map(|digest| (names.digest, digest)),
            self.version.map(|version| (names.version, version)),
            rows.map(|rows| (names.rows, rows)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The first 60 bits of a landing file's digest; 0 when it landed without rows.
fn digest(landed: &LandedEndpoint) -> i64 {
    let digest = landed.sha256.as_deref().and_then(|sha256| i64::from_str_radix(sha256.get(..15)?, 16).ok());
    digest.unwrap_or(0)
}

/// The rows of a session in the table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
struct Held {
    rows: u64,
    rescued: u64,
    /// Milliseconds since 1970, UTC; of the newest row.
    extracted_at: i64,
}

/// State of a bronze table when it was opened; empty for a missing one.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableState {
    /// Its version; `None` for a missing table.
    pub(crate) version: Option<u64>,
    pub(crate) generation: u64,
    /// Newest generation in any transaction.
    newest: u64,
    /// Number and time of each application transaction.
    transactions: BTreeMap<String, (i64, Option<i64>)>,
    held: BTreeMap<i64, Held>,
}

impl TableState {
    /// Reads the state of a table.
    ///
    /// # Errors
    /// When an existing table cannot be read.
    pub(crate) async fn read(lake: &Lake, table: &BronzeTable) -> Result<Self, LakeError> {
        let name = table.full_name();
        let Some(opened) = lake.table(&name, None).await? else { return Ok(Self::default()) };
        let failed = || LakeError::table(&name, "cannot read its log");
        let state = opened.snapshot().map_err(failed())?;
        let transactions = transactions(&opened).await.map_err(failed())?;
        let newest = transactions.keys().filter_map(|name| generation_of(name)).max().unwrap_or(0);
        let held = match held_by_files(state, table.session_column) {
            Some(held) => held,
            None => held_by_rows(lake, table).await?,
        };
        Ok(Self { version: opened.version(), generation: generation(state), newest, transactions, held })
    }

    /// The same state at a later version, for sessions that did not change in between.
    pub(crate) fn at(self, version: Option<u64>) -> Self {
        Self { version, ..self }
    }

    /// A generation that no transaction of the table has used.
    pub(crate) fn next_generation(&self) -> u64 {
        self.generation.max(self.newest) + 1
    }

    /// The state of a session according to the transactions.
    pub(crate) fn told(&self, session_key: i64) -> Option<Told> {
        let names = Names::of(self.generation, session_key);
        let (extracted_at, loaded_at) = *self.transactions.get(&names.extracted)?;
        let number = |name: &str| self.transactions.get(name).map(|(number, _)| *number);
        Some(Told {
            extracted_at,
            digest: number(&names.digest),
            version: number(&names.version),
            rows: number(&names.rows).and_then(|rows| u64::try_from(rows).ok()),
            loaded_at,
        })
    }

    /// The state of a session according to the transactions, otherwise its rows.
    pub(crate) fn known(&self, session_key: i64) -> Option<Told> {
        let by_rows = || {
            let held = self.held.get(&session_key)?;
            let extracted_at = held.extracted_at.saturating_mul(1000);
            Some(Told { extracted_at, digest: None, version: None, rows: Some(held.rows), loaded_at: None })
        };
        self.told(session_key).or_else(by_rows)
    }

    /// Whether a landing file must be loaded.
    pub(crate) fn judge(&self, session_key: i64, endpoint: Endpoint, landed: &LandedEndpoint) -> Verdict {
        let landed_at = landed.extracted_at.as_microsecond();
        let held = self.held.get(&session_key).copied().unwrap_or_default();
        let spared = |status, quarantined| {
            Verdict::Spared(status, Decoded { rows: held.rows, rescued: held.rescued, quarantined })
        };
        let rows_are_newer = held.rows > 0 && held.extracted_at > landed_at.div_euclid(1000);
        let Some(told) = self.told(session_key) else {
            // Rows of another writer, or of a version to which the table was restored.
            return if rows_are_newer { spared(LoadStatus::Stale, 0) } else { Verdict::Due { gone: false } };
        };
        let same = told.digest == Some(digest(landed));
        let whole = self.is_whole(held, told, same.then_some(landed.rows));
        if same {
            let confirmed = endpoint == Endpoint::SessionResult
                && landed_at.saturating_sub(told.extracted_at) >= CONFIRMED_AFTER;
            // The same rows in a file of another name: rows record the name of their file.
            let renamed = told.version.is_some_and(|version| version != i64::from(landed.version));
            return match (whole, confirmed || renamed) {
                (true, false) => spared(LoadStatus::Unchanged, landed.rows.saturating_sub(held.rows)),
                (true, true) => Verdict::Due { gone: false },
                // Without a row count, some of them may have been in quarantine from the start.
                (false, _) => Verdict::Due { gone: told.rows.is_some() || held.rows == 0 },
            };
        }
        if rows_are_newer || (told.extracted_at > landed_at && whole) {
            return spared(LoadStatus::Stale, 0);
        }
        Verdict::Due { gone: !whole }
    }

    /// Whether the table contains the rows that the transactions state for a session.
    fn is_whole(&self, held: Held, told: Told, landed_rows: Option<u64>) -> bool {
        let rows = told.rows.or(landed_rows).unwrap_or(held.rows);
        let apart = held.extracted_at.abs_diff(told.extracted_at.div_euclid(1000));
        // Some writers round a statistic up.
        held.rows == rows && (rows == 0 || apart <= 1)
    }
}

/// The generation of a table: 0 until the whole table is rewritten.
fn generation(state: &DeltaTableState) -> u64 {
    let property = state.metadata().configuration().get(GENERATION);
    property.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// The generation in a transaction's name, if it is one of ours.
fn generation_of(name: &str) -> Option<u64> {
    let rest = name.strip_prefix("f1lake/")?;
    match rest.strip_prefix('g') {
        Some(rest) => rest.split('/').next()?.parse().ok(),
        None => Some(0),
    }
}

/// Every application transaction of a table's log, in one pass; reading them one by one would scan the log
/// each time.
async fn transactions(table: &DeltaTable) -> Result<BTreeMap<String, (i64, Option<i64>)>, DeltaTableError> {
    let engine = table.log_store().engine(None);
    let mut root = table.table_url().clone();
    if !root.path().ends_with('/') {
        root.set_path(&format!("{}/", root.path()));
    }
    let version = table.version();
    let read = move || -> Result<_, delta_kernel::Error> {
        let mut builder = delta_kernel::Snapshot::builder_for(root);
        if let Some(version) = version {
            builder = builder.at_version(version);
        }
        let snapshot = builder.build(engine.as_ref())?;
        let mut found = BTreeMap::new();
        // Newest first.
        for batch in snapshot
            .log_segment()
            .read_actions(engine.as_ref(), delta_kernel::actions::LOG_TXN_SCHEMA.clone())?
        {
            let batch = ArrowEngineData::try_from_engine_data(batch?.actions)?;
            let Some(column) = batch.record_batch().column_by_name("txn").and_then(|c| c.as_struct_opt())
            else {
                continue;
            };
            add_transactions(column, &mut found);
        }
        Ok(found)
    };
    let found = tokio::task::spawn_blocking(read).await;
    let found = found.map_err(|error| DeltaTableError::GenericError { source: Box::new(error) })?;
    found.map_err(|error| DeltaTableError::GenericError { source: Box::new(error) })
}

fn add_transactions(column: &StructArray, found: &mut BTreeMap<String, (i64, Option<i64>)>) {
    let number = |name: &str| column.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>());
    let (Some(names), Some(versions)) =
        (column.column_by_name("appId").and_then(|c| c.as_string_opt::<i32>()), number("version"))
    else {
        return;
    };
    let updated = number("lastUpdated");
    for row in (0..column.len()).filter(|row| column.is_valid(*row) && names.is_valid(*row)) {
        let at = updated.filter(|updated| updated.is_valid(row)).map(|updated| updated.value(row));
        found.entry(names.value(row).to_owned()).or_insert((versions.value(row), at));
    }
}

/// Rows by session, from the log alone; `None` when a file lacks the statistics.
fn held_by_files(state: &DeltaTableState, session_column: &str) -> Option<BTreeMap<i64, Held>> {
    let mut held: BTreeMap<i64, Held> = BTreeMap::new();
    for file in state.log_data().iter() {
        if file.deletion_vector_descriptor().is_some() {
            return None;
        }
        let stats = FileStats::of(&file);
        let rows = stats.rows()?;
        if rows == 0 {
            continue;
        }
        let session_key = match file.partition_values_map().get(session_column) {
            Some(value) => value.as_ref()?.parse().ok()?,
            None => stats.only(session_column)?,
        };
        let session = held.entry(session_key).or_default();
        session.rows += rows;
        session.rescued += rows.checked_sub(stats.nulls(RESCUED)?)?;
        session.extracted_at = session.extracted_at.max(stats.latest(EXTRACTED)?);
    }
    Some(held)
}

#[derive(Deserialize)]
struct HeldRow {
    session_key: i64,
    #[serde(flatten)]
    held: Held,
}

/// Rows by session, counted.
async fn held_by_rows(lake: &Lake, table: &BronzeTable) -> Result<BTreeMap<i64, Held>, LakeError> {
    let sql = format!(
        "select {session} as session_key, count(*) as rows, count({RESCUED}) as rescued, \
         coalesce(cast(max({EXTRACTED}) as bigint) / 1000, 0) as extracted_at \
         from {table} where {session} is not null group by 1",
        session = table.session_column,
        table = table.full_name()
    );
    let sessions = Query::open(lake, None).await?.rows::<HeldRow>(&sql).await?;
    Ok(sessions.into_iter().map(|row| (row.session_key, row.held)).collect())
}
