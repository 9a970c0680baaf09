//! Landing zone to bronze: each session replaces its own rows, once.

mod rebuild;
mod record;
mod table_state;

use crate::bronze::{BronzeTable, LOADS};
use crate::decoded_file::{Decoded, DecodedFile, Refused, keep_refused};
use crate::error::{TablesError, or_stopped};
use crate::lake::{Lake, QUARANTINE};
use crate::table_writer::{Marks, Scope, TableSpec, TableWriter};
use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use f1lake_extract::{LandedEndpoint, LandedRows, Landing, Manifest};
use futures::StreamExt;
use jiff::Timestamp;
use object_store::path::Path;
use openf1_client::Endpoint;
use record::{Records, loads_spec};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
pub(crate) use table_state::CONFIRMED_AFTER;
use table_state::{Names, TableState, Told, Verdict};
use tokio_util::sync::CancellationToken;

/// Tables of a session processed at once: one decodes while another encodes.
const TABLES_AT_ONCE: usize = 2;
/// Retries of a commit that lost a conflict with another run.
const CONFLICTS: usize = 5;

/// Settings of a load.
#[derive(Debug, Clone, Default)]
pub struct LoadSettings {
    /// Only these sessions; `None` for all that are landed.
    pub sessions: Option<BTreeSet<i64>>,
    /// Rebuild every bronze table from the landing zone.
    pub rebuild: bool,
}

/// Status of a table's load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadStatus {
    /// The session's rows were replaced.
    Loaded,
    /// The same landing file was loaded before; nothing was done.
    Unchanged,
    /// The table contains a newer extract than the landing zone; nothing was done.
    Stale,
    /// The session's rows are unchanged; see `error`.
    Failed,
}

/// One table of a loaded session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableLoad {
    /// Bronze table.
    pub table: String,
    /// Its status.
    pub status: LoadStatus,
    /// Rows of the session in the table.
    pub rows: u64,
    /// Rows with something in `_rescued_data`.
    pub rescued_rows: u64,
    /// Rows without a usable key, in the quarantine.
    pub quarantined_rows: u64,
    /// The table had lost the session's rows: it was moved away, or restored to an older version.
    pub brought_back: bool,
    /// Cause of the failure.
    pub error: Option<String>,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionLoad {
    /// Session.
    pub session_key: i64,
    /// `2024-03-24_Melbourne_Race`.
    pub session: String,
    /// Its status: failed when any table failed, loaded when any was loaded.
    pub status: LoadStatus,
    /// Its tables.
    pub tables: Vec<TableLoad>,
}

/// Result of a load.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LoadReport {
    /// Sessions in order.
    pub sessions: Vec<SessionLoad>,
    /// Wall time, s.
    pub seconds: f64,
}

impl LoadReport {
    /// Number of sessions with this status.
    pub fn count(&self, status: LoadStatus) -> usize {
        self.sessions.iter().filter(|session| session.status == status).count()
    }

    /// Rows written.
    pub fn rows(&self) -> u64 {
        self.sessions
            .iter()
            .flat_map(|session| &session.tables)
            .filter(|table| table.status == LoadStatus::Loaded)
            .map(|table| table.rows)
            .sum()
    }
}

/// Called for each completed session.
pub type LoadProgress = Arc<dyn Fn(&SessionLoad) + Send + Sync>;

/// Loads what is landed and not loaded yet.
///
/// # Errors
/// When the landing zone or the lake cannot be read at all; failures of sessions are in the report.
pub async fn load(
    lake: &Lake,
    landing: &Landing,
    settings: &LoadSettings,
    progress: LoadProgress,
    cancel: &CancellationToken,
) -> Result<LoadReport, TablesError> {
    let started = std::time::Instant::now();
    let work = async {
        let manifests = chosen(landing, settings).await?;
        let mut state = LakeState::read(lake, &manifests).await?;
        let mut report = LoadReport::default();
        if settings.rebuild {
            report.sessions = rebuild::rebuild(lake, landing, &manifests, &mut state).await?;
            report.sessions.iter().for_each(|session| progress(session));
        } else {
            for manifest in &manifests {
                let session = load_session(lake, landing, manifest, &mut state).await;
                progress(&session);
                report.sessions.push(session);
            }
        }
        for table in BronzeTable::all() {
            // The affected sessions report an unreadable table.
            if !matches!(state.tables.get(&table.name), Some(Err(_))) {
                crate::table_writer::ensure(lake, &spec(&table)).await?;
            }
        }
        crate::table_writer::ensure(lake, &loads_spec()).await?;
        Ok(report)
    };
    let mut report = or_stopped(cancel, work).await?;
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// The state of the lake's tables, read once per run.
struct LakeState {
    /// By name; or why a table cannot be read.
    tables: BTreeMap<String, Result<TableState, String>>,
    records: Records,
}

impl LakeState {
    async fn read(lake: &Lake, manifests: &[Manifest]) -> Result<Self, TablesError> {
        let endpoints: BTreeSet<Endpoint> =
            manifests.iter().flat_map(|manifest| manifest.endpoints.keys().copied()).collect();
        let mut tables = BTreeMap::new();
        for table in endpoints.into_iter().map(BronzeTable::of) {
            let state = TableState::read(lake, &table).await.map_err(|error| error.to_string());
            tables.insert(table.name, state);
        }
        Ok(Self { tables, records: Records::read(lake).await? })
    }

    /// The state of a session in a table; `None` when it has none.
    fn known(&self, table: &str, session_key: i64) -> Option<Told> {
        self.tables.get(table)?.as_ref().ok()?.known(session_key)
    }

    /// Updates the record of a session to match its tables.
    async fn record(
        &mut self,
        lake: &Lake,
        manifest: &Manifest,
        tables: &[TableLoad],
    ) -> Result<(), TablesError> {
        let mut records = std::mem::take(&mut self.records);
        let known = |table: &str| self.known(table, manifest.session_key);
        let changed = records.update(manifest, tables, known, Timestamp::now());
        self.records = records;
        if changed { self.records.write(lake, Some(manifest.session_key)).await } else { Ok(()) }
    }
}

/// Creates missing bronze tables and columns: models read all of them, including endpoints that were never
/// selected and columns of a later version.
pub(crate) async fn ensure_tables(lake: &Lake) -> Result<(), TablesError> {
    for table in BronzeTable::all() {
        crate::table_writer::ensure(lake, &spec(&table)).await?;
    }
    crate::table_writer::ensure(lake, &loads_spec()).await
}

/// Manifests of the sessions to load, in chronological order.
pub(crate) async fn chosen(landing: &Landing, settings: &LoadSettings) -> Result<Vec<Manifest>, TablesError> {
    let mut manifests = landing.manifests().await?;
    manifests.sort_by_key(|manifest| (manifest.date_start, manifest.session_key));
    if let Some(wanted) = &settings.sessions {
        let landed = |key: &i64| manifests.iter().any(|manifest| manifest.session_key == *key);
        if let Some(key) = wanted.iter().find(|key| !landed(key)) {
            return Err(TablesError::Location {
                location: landing.describe(),
                detail: format!("session {key} is not landed; `f1lake status` lists what is"),
            });
        }
        manifests.retain(|manifest| wanted.contains(&manifest.session_key));
    }
    Ok(manifests)
}

fn spec(table: &BronzeTable) -> TableSpec {
    TableSpec {
        name: table.full_name(),
        columns: table.columns.clone(),
        partition_by: if table.partitioned { vec!["session_key".to_owned()] } else { Vec::new() },
        comment: table.endpoint.spec().doc.to_owned(),
    }
}

async fn load_session(
    lake: &Lake,
    landing: &Landing,
    manifest: &Manifest,
    state: &mut LakeState,
) -> SessionLoad {
    // The largest first: small ones fill the remaining time, and every session needs the same memory.
    let mut endpoints: Vec<(&Endpoint, &LandedEndpoint)> = manifest.endpoints.iter().collect();
    endpoints.sort_by_key(|(_, landed)| std::cmp::Reverse(landed.bytes));
    let known = &*state;
    let mut tables: Vec<TableLoad> = futures::stream::iter(endpoints)
        .map(|(endpoint, landed)| async move {
            let table = BronzeTable::of(*endpoint);
            let recorded = known.records.of(manifest.session_key, &table.name);
            match known.tables.get(&table.name) {
                Some(Ok(state)) => {
                    let loaded = load_table(lake, landing, manifest, &table, landed, state).await;
                    let (result, gone) = match loaded {
                        Ok((status, decoded, gone)) => (Ok((status, decoded)), gone),
                        Err(error) => (Err(error), false),
                    };
                    let mut load = outcome(table.name, result);
                    let before = recorded.is_some_and(|recorded| recorded.rows > 0);
                    let lost = gone || (before && state.known(manifest.session_key).is_none());
                    load.brought_back = lost && load.status == LoadStatus::Loaded && load.rows > 0;
                    load
                }
                Some(Err(error)) => outcome(table.name, Err(error)),
                None => outcome(table.name, Err("its table was not looked at")),
            }
        })
        .buffer_unordered(TABLES_AT_ONCE)
        .collect()
        .await;
    tables.sort_by(|a, b| a.table.cmp(&b.table));
    let mut status = status_of(&tables);
    // Record only sessions that are complete in every table.
    if status != LoadStatus::Failed
        && let Err(error) = state.record(lake, manifest, &tables).await
    {
        status = LoadStatus::Failed;
        tables.push(outcome(LOADS.to_owned(), Err(error)));
    }
    SessionLoad { session_key: manifest.session_key, session: manifest.name.clone(), status, tables }
}

/// Status of a session, from its tables.
pub(crate) fn status_of(tables: &[TableLoad]) -> LoadStatus {
    let any = |status| tables.iter().any(|table| table.status == status);
    if any(LoadStatus::Failed) {
        LoadStatus::Failed
    } else if any(LoadStatus::Loaded) {
        LoadStatus::Loaded
    } else if any(LoadStatus::Stale) {
        LoadStatus::Stale
    } else {
        LoadStatus::Unchanged
    }
}

pub(crate) fn outcome(
    table: String,
    result: Result<(LoadStatus, Decoded), impl std::fmt::Display>,
) -> TableLoad {
    match result {
        Ok((status, decoded)) => TableLoad {
            table,
            status,
            rows: decoded.rows,
            rescued_rows: decoded.rescued,
            quarantined_rows: decoded.quarantined,
            brought_back: false,
            error: None,
        },
        Err(error) => TableLoad {
            table,
            status: LoadStatus::Failed,
            rows: 0,
            rescued_rows: 0,
            quarantined_rows: 0,
            brought_back: false,
            error: Some(error.to_string()),
        },
    }
}

/// The result for a loaded table.
pub(crate) fn loaded(table: String, decoded: Decoded) -> TableLoad {
    outcome(table, Ok::<_, TablesError>((LoadStatus::Loaded, decoded)))
}

/// Loads a table; after a conflict, checks again what is loaded. Also returns whether rows had been lost.
async fn load_table(
    lake: &Lake,
    landing: &Landing,
    manifest: &Manifest,
    table: &BronzeTable,
    landed: &LandedEndpoint,
    known: &TableState,
) -> Result<(LoadStatus, Decoded, bool), TablesError> {
    let mut fresh;
    let mut state = known;
    for tries in 0.. {
        let gone = match state.judge(manifest.session_key, table.endpoint, landed) {
            Verdict::Spared(status, decoded) => return Ok((status, decoded, false)),
            Verdict::Due { gone } => gone,
        };
        match write_session(lake, landing, manifest, table, landed, state).await {
            Err(TablesError::Conflict { .. }) if tries < CONFLICTS => {
                fresh = TableState::read(lake, table).await?;
                state = &fresh;
            }
            other => return other.map(|decoded| (LoadStatus::Loaded, decoded, gone)),
        }
    }
    Err(TablesError::Conflict { table: table.full_name() })
}

/// Replaces a session's rows in a table, based on the state that was read.
async fn write_session(
    lake: &Lake,
    landing: &Landing,
    manifest: &Manifest,
    table: &BronzeTable,
    landed: &LandedEndpoint,
    state: &TableState,
) -> Result<Decoded, TablesError> {
    let rows = landing.read(landed).await?;
    let scope = Scope::Sessions {
        column: table.session_column.to_owned(),
        keys: BTreeSet::from([manifest.session_key]),
    };
    let mut writer = TableWriter::open(lake, spec(table), &scope).await?;
    let names = Names::of(state.generation, manifest.session_key);
    let told = state.told(manifest.session_key).map(|told| told.extracted_at);
    if table_state::generation(writer.state()?) != state.generation
        || writer.transaction(&names.extracted).await? != told
    {
        return Err(TablesError::Conflict { table: table.full_name() });
    }
    let decoded = fill(lake, &mut writer, manifest, table, landed, rows).await?;
    let transactions = Told::new(landed, decoded.rows).transactions(names);
    writer.commit(&scope, Marks { transactions, ..Marks::default() }).await?;
    Ok(decoded)
}

/// Decodes a landing file into a writer.
async fn fill(
    lake: &Lake,
    writer: &mut TableWriter,
    manifest: &Manifest,
    table: &BronzeTable,
    landed: &LandedEndpoint,
    rows: Option<LandedRows>,
) -> Result<Decoded, TablesError> {
    let quarantine = format!("{}/{}.ndjson", table.name, manifest.session_key);
    let Some(rows) = rows else {
        keep_aside(lake, &quarantine, &[]).await?;
        return Ok(Decoded::default());
    };
    let mut file = DecodedFile::start(manifest.session_key, table, landed, rows);
    while let Some(batch) = file.next().await {
        writer.write(&batch).await?;
    }
    let (decoded, refused) = file.finish().await?;
    keep_aside(lake, &quarantine, &refused).await?;
    Ok(decoded)
}

/// Quarantines rows without a usable key, or removes those of an earlier load.
async fn keep_aside(lake: &Lake, name: &str, refused: &[Refused]) -> Result<(), TablesError> {
    if refused.is_empty() && lake.local_path().is_some_and(|root| !root.join(QUARANTINE).join(name).exists())
    {
        return Ok(());
    }
    let kept = keep_refused(&*lake.store(QUARANTINE)?, &Path::from(name), refused).await;
    kept.map_err(|error| TablesError::table(QUARANTINE, "cannot write")(error.into()))
}

/// Text values of a column of any text type.
pub(crate) fn text(batch: &RecordBatch, name: &str) -> Option<Vec<Option<String>>> {
    let column = batch.column_by_name(name)?;
    let column = deltalake::arrow::compute::cast(column, &arrow_schema::DataType::Utf8).ok()?;
    let column = column.as_string_opt::<i32>()?;
    Some((0..column.len()).map(|row| column.is_valid(row).then(|| column.value(row).to_owned())).collect())
}
