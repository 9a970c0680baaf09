//! Landing zone to bronze: each session replaces its own rows, once.

mod rebuild;
mod record;
mod table_state;

use crate::error::{LakeError, or_stopped};
use crate::lake::{Lake, QUARANTINE};
use crate::table_writer::{Marks, Scope, TableSpec, TableWriter};
use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use f1lake_bronze::{
    BronzeTable, Decoded, DecodedFile, LOADS, LoadProgress, LoadReport, LoadSettings, LoadStatus, Refused,
    SessionLoad, TableLoad, chosen, keep_refused, outcome, status_of,
};
use f1lake_zone::{LandedEndpoint, LandedRows, Landing, Manifest};
use futures::StreamExt;
use jiff::Timestamp;
use object_store::path::Path;
use openf1_client::Endpoint;
use record::{Records, loads_spec};
use std::collections::{BTreeMap, BTreeSet};
use table_state::{Names, TableState, Told, Verdict};
use tokio_util::sync::CancellationToken;

/// Tables of a session processed at once: one decodes while another encodes.
const TABLES_AT_ONCE: usize = 2;
/// Retries of a commit that lost a conflict with another run.
const CONFLICTS: usize = 5;

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
) -> Result<LoadReport, LakeError> {
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
    async fn read(lake: &Lake, manifests: &[Manifest]) -> Result<Self, LakeError> {
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
    ) -> Result<(), LakeError> {
        let mut records = std::mem::take(&mut self.records);
        let known = |table: &str| self.known(table, manifest.session_key);
        let changed = records.update(manifest, tables, known, Timestamp::now());
        self.records = records;
        if changed { self.records.write(lake, Some(manifest.session_key)).await } else { Ok(()) }
    }
}

/// Creates missing bronze tables and columns: models read all of them, including endpoints that were never
/// selected and columns of a later version.
pub(crate) async fn ensure_tables(lake: &Lake) -> Result<(), LakeError> {
    for table in BronzeTable::all() {
        crate::table_writer::ensure(lake, &spec(&table)).await?;
    }
    crate::table_writer::ensure(lake, &loads_spec()).await
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
    // Collected, so that the future of a load can be sent between threads.
    let work: Vec<_> = endpoints
        .into_iter()
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
                None => outcome(table.name, Err("its table was not read")),
            }
        })
        .collect();
    let mut tables: Vec<TableLoad> =
        futures::stream::iter(work).buffer_unordered(TABLES_AT_ONCE).collect().await;
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

/// Loads a table; after a conflict, checks again what is loaded. Also returns whether rows had been lost.
async fn load_table(
    lake: &Lake,
    landing: &Landing,
    manifest: &Manifest,
    table: &BronzeTable,
    landed: &LandedEndpoint,
    known: &TableState,
) -> Result<(LoadStatus, Decoded, bool), LakeError> {
    let mut fresh;
    let mut state = known;
    for tries in 0.. {
        let gone = match state.judge(manifest.session_key, table.endpoint, landed) {
            Verdict::Spared(status, decoded) => return Ok((status, decoded, false)),
            Verdict::Due { gone } => gone,
        };
        match write_session(lake, landing, manifest, table, landed, state).await {
            Err(LakeError::Conflict { .. }) if tries < CONFLICTS => {
                fresh = TableState::read(lake, table).await?;
                state = &fresh;
            }
            other => return other.map(|decoded| (LoadStatus::Loaded, decoded, gone)),
        }
    }
    Err(LakeError::Conflict { table: table.full_name() })
}

/// Replaces a session's rows in a table, based on the state that was read.
async fn write_session(
    lake: &Lake,
    landing: &Landing,
    manifest: &Manifest,
    table: &BronzeTable,
    landed: &LandedEndpoint,
    state: &TableState,
) -> Result<Decoded, LakeError> {
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
        return Err(LakeError::Conflict { table: table.full_name() });
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
) -> Result<Decoded, LakeError> {
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
async fn keep_aside(lake: &Lake, name: &str, refused: &[Refused]) -> Result<(), LakeError> {
    if refused.is_empty() && lake.local_path().is_some_and(|root| !root.join(QUARANTINE).join(name).exists())
    {
        return Ok(());
    }
    let kept = keep_refused(&*lake.store(QUARANTINE)?, &Path::from(name), refused).await;
    kept.map_err(|error| LakeError::table(QUARANTINE, "cannot write")(error.into()))
}

/// Text values of a column of any text type.
pub(crate) fn text(batch: &RecordBatch, name: &str) -> Option<Vec<Option<String>>> {
    let column = batch.column_by_name(name)?;
    let column = deltalake::arrow::compute::cast(column, &arrow_schema::DataType::Utf8).ok()?;
    let column = column.as_string_opt::<i32>()?;
    Some((0..column.len()).map(|row| column.is_valid(row).then(|| column.value(row).to_owned())).collect())
}
