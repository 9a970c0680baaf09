//! Landing zone to bronze: each session replaces its own rows, once.

use crate::bronze::{BRONZE, BronzeTable, LOADS, RESCUED, loads_columns};
use crate::column::arrow_schema;
use crate::decoded_file::{Decoded, DecodedFile, Refused, keep_refused};
use crate::error::TablesError;
use crate::lake::{Lake, QUARANTINE};
use crate::query::Query;
use crate::table_writer::{Marks, Scope, TableSpec, TableWriter};
use arrow_array::builder::{Int64Builder, StringBuilder, TimestampMicrosecondBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch};
use f1lake_extract::{LandedEndpoint, LandedRows, Landing, Manifest};
use futures::StreamExt;
use jiff::Timestamp;
use object_store::path::Path;
use openf1_client::Endpoint;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Tables of a session in work at once: one decodes while another one packs.
const TABLES_AT_ONCE: usize = 2;
/// Times that a commit which lost against another run's is tried again.
const CONFLICTS: usize = 5;

/// What to load and how.
#[derive(Debug, Clone, Default)]
pub struct LoadSettings {
    /// Only these sessions; none: all that are landed.
    pub sessions: Option<BTreeSet<i64>>,
    /// Write every bronze table anew from the landing zone alone.
    pub rebuild: bool,
}

/// How a table's load ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadStatus {
    /// The session's rows were replaced.
    Loaded,
    /// The same landing file was loaded before; nothing was done.
    Unchanged,
    /// The table holds a newer extract than the landing zone; nothing was done.
    Stale,
    /// The session's rows are as before; the cause is told.
    Failed,
}

/// One table of a loaded session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableLoad {
    /// Bronze table.
    pub table: String,
    /// How it ended.
    pub status: LoadStatus,
    /// Rows of the session in the table.
    pub rows: u64,
    /// Rows with something in `_rescued_data`.
    pub rescued_rows: u64,
    /// Rows that could not be keyed; they are in the quarantine.
    pub quarantined_rows: u64,
    /// Why it failed.
    pub error: Option<String>,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionLoad {
    /// Session.
    pub session_key: i64,
    /// `2024-03-24_Melbourne_Race`.
    pub session: String,
    /// How it ended: failed when any table failed, loaded when any was loaded.
    pub status: LoadStatus,
    /// Its tables.
    pub tables: Vec<TableLoad>,
}

/// What a load did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LoadReport {
    /// Sessions in order.
    pub sessions: Vec<SessionLoad>,
    /// Wall time, s.
    pub seconds: f64,
}

impl LoadReport {
    /// Sessions that ended so.
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

/// Told about each session when it is done.
pub type LoadProgress = Arc<dyn Fn(&SessionLoad) + Send + Sync>;

/// What is known of a loaded landing file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) sha256: Option<String>,
    /// Microseconds since 1970, UTC.
    pub(crate) extracted_at: i64,
    pub(crate) decoded: Decoded,
}

/// Results that were confirmed this much later are loaded again, though nothing changed: `data_quality` tells from
/// `extracted_at` whether a correction may have been missed. 14 days, in microseconds.
const CONFIRMED_AFTER: i64 = 14 * 24 * 3_600_000_000;

impl Known {
    /// Why a landing file need not be loaded; `None`: it must be.
    pub(crate) fn spares(
        &self,
        endpoint: Endpoint,
        landed: &LandedEndpoint,
    ) -> Option<(LoadStatus, Decoded)> {
        let later = landed.extracted_at.as_microsecond().saturating_sub(self.extracted_at);
        if self.sha256 == landed.sha256 && !(endpoint == Endpoint::SessionResult && later >= CONFIRMED_AFTER)
        {
            Some((LoadStatus::Unchanged, self.decoded))
        } else if self.extracted_at > landed.extracted_at.as_microsecond() {
            Some((LoadStatus::Stale, self.decoded))
        } else {
            None
        }
    }
}

/// Loads what is landed and not loaded yet.
///
/// # Errors
/// When the landing zone or the lake cannot be read at all; the failure of a session is in the report.
pub async fn load(
    lake: &Lake,
    landing: &Landing,
    settings: &LoadSettings,
    progress: LoadProgress,
    cancel: &CancellationToken,
) -> Result<LoadReport, TablesError> {
    let started = std::time::Instant::now();
    let manifests = chosen(landing, settings).await?;
    let mut report = LoadReport::default();
    if settings.rebuild {
        report.sessions = rebuild(lake, landing, &manifests, cancel).await?;
        report.sessions.iter().for_each(|session| progress(session));
    } else {
        let known = known(lake).await?;
        for manifest in manifests {
            if cancel.is_cancelled() {
                return Err(TablesError::Interrupted);
            }
            let session = load_session(lake, landing, &manifest, &known).await;
            progress(&session);
            report.sessions.push(session);
        }
    }
    ensure_tables(lake).await?;
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// Makes what the bronze tables lack: models read all of them, also those of endpoints that were never chosen, and
/// columns that a later version of the program knows.
pub(crate) async fn ensure_tables(lake: &Lake) -> Result<(), TablesError> {
    for table in BronzeTable::all() {
        crate::table_writer::ensure(lake, &spec(&table)).await?;
    }
    crate::table_writer::ensure(lake, &loads_spec()).await
}

/// Manifests of the sessions to load, in the order in which they took place.
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

fn loads_spec() -> TableSpec {
    TableSpec {
        name: format!("{BRONZE}.{LOADS}"),
        columns: loads_columns(),
        partition_by: Vec::new(),
        comment: "What was loaded: a row per session and table, written when the whole session is loaded."
            .to_owned(),
    }
}

async fn load_session(
    lake: &Lake,
    landing: &Landing,
    manifest: &Manifest,
    known: &BTreeMap<(i64, String), Known>,
) -> SessionLoad {
    // The largest first: the small ones fill what time is left, and every session needs the same memory.
    let mut endpoints: Vec<(&Endpoint, &LandedEndpoint)> = manifest.endpoints.iter().collect();
    endpoints.sort_by_key(|(_, landed)| std::cmp::Reverse(landed.bytes));
    let tables: Vec<TableLoad> = futures::stream::iter(endpoints)
        .map(|(endpoint, landed)| async move {
            let table = BronzeTable::of(*endpoint);
            let before = known.get(&(manifest.session_key, table.name.clone()));
            let result = match before.and_then(|before| before.spares(*endpoint, landed)) {
                Some(spared) => Ok(spared),
                None => load_or_see_loaded(lake, landing, manifest, &table, landed).await,
            };
            outcome(table.name, result)
        })
        .buffer_unordered(TABLES_AT_ONCE)
        .collect()
        .await;
    finish_session(lake, manifest, tables).await
}

/// Records the session when all its tables are loaded.
async fn finish_session(lake: &Lake, manifest: &Manifest, mut tables: Vec<TableLoad>) -> SessionLoad {
    tables.sort_by(|a, b| a.table.cmp(&b.table));
    let mut status = status_of(&tables);
    if status == LoadStatus::Loaded
        && let Err(error) = record(lake, &[(manifest, &tables)], false).await
    {
        status = LoadStatus::Failed;
        tables.push(outcome(LOADS.to_owned(), Err(error)));
    }
    SessionLoad { session_key: manifest.session_key, session: manifest.name.clone(), status, tables }
}

/// How a session ended, from its tables.
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
            error: None,
        },
        Err(error) => TableLoad {
            table,
            status: LoadStatus::Failed,
            rows: 0,
            rescued_rows: 0,
            quarantined_rows: 0,
            error: Some(error.to_string()),
        },
    }
}

/// The outcome of a table that was loaded.
pub(crate) fn loaded(table: String, decoded: Decoded) -> TableLoad {
    outcome(table, Ok::<_, TablesError>((LoadStatus::Loaded, decoded)))
}

/// The application transactions of a loaded landing file: when it was extracted, and its digest.
fn transactions(session_key: i64, landed: &LandedEndpoint) -> [(String, i64); 2] {
    let digest = landed.sha256.as_deref().and_then(|sha256| i64::from_str_radix(sha256.get(..15)?, 16).ok());
    [
        (format!("f1lake/{session_key}"), landed.extracted_at.as_microsecond()),
        (format!("f1lake/{session_key}/sha256"), digest.unwrap_or(0)),
    ]
}

/// Loads a table; when another run was faster, looks again at what is loaded then.
async fn load_or_see_loaded(
    lake: &Lake,
    landing: &Landing,
    manifest: &Manifest,
    table: &BronzeTable,
    landed: &LandedEndpoint,
) -> Result<(LoadStatus, Decoded), TablesError> {
    for _ in 0..CONFLICTS {
        match load_table(lake, landing, manifest, table, landed).await {
            Err(TablesError::Conflict { .. }) => {}
            other => return other,
        }
    }
    load_table(lake, landing, manifest, table, landed).await
}

async fn load_table(
    lake: &Lake,
    landing: &Landing,
    manifest: &Manifest,
    table: &BronzeTable,
    landed: &LandedEndpoint,
) -> Result<(LoadStatus, Decoded), TablesError> {
    let rows = landing.read(landed).await?;
    let scope = Scope::Sessions {
        column: table.session_column.to_owned(),
        keys: BTreeSet::from([manifest.session_key]),
    };
    let mut writer = TableWriter::open(lake, spec(table), &scope).await?;
    let [(extracted, at), (digest, content)] = transactions(manifest.session_key, landed);
    let loaded_at = writer.transaction(&extracted).await?;
    // A run that ended before it could record the session, or another one at work.
    if loaded_at.is_some_and(|loaded_at| loaded_at >= at)
        && writer.transaction(&digest).await? == Some(content)
    {
        return Ok((LoadStatus::Loaded, count(lake, manifest.session_key, table, landed).await?));
    }
    if loaded_at.is_some_and(|loaded_at| loaded_at > at) {
        return Ok((LoadStatus::Stale, count(lake, manifest.session_key, table, landed).await?));
    }
    let decoded = fill(lake, &mut writer, manifest, table, landed, rows).await?;
    let marks = Marks { transactions: vec![(extracted, at), (digest, content)], ..Marks::default() };
    writer.commit(&scope, marks).await?;
    Ok((LoadStatus::Loaded, decoded))
}

/// Counts what a table holds of a session.
async fn count(
    lake: &Lake,
    session_key: i64,
    table: &BronzeTable,
    landed: &LandedEndpoint,
) -> Result<Decoded, TablesError> {
    let sql = format!(
        "select count(*) as rows, count({RESCUED}) as rescued from {} where {} = {session_key}",
        table.full_name(),
        table.session_column
    );
    let batches = Query::open(lake, None).await?.collect(&sql).await?;
    let value = |name: &str| {
        batches
            .first()
            .and_then(|batch| batch.column_by_name(name)?.as_primitive_opt::<Int64Type>().map(|c| c.value(0)))
            .and_then(|value| u64::try_from(value).ok())
            .unwrap_or(0)
    };
    let rows = value("rows");
    Ok(Decoded { rows, rescued: value("rescued"), quarantined: landed.rows.saturating_sub(rows) })
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

/// Keeps rows that could not be keyed, or forgets those of an earlier load.
async fn keep_aside(lake: &Lake, name: &str, refused: &[Refused]) -> Result<(), TablesError> {
    if refused.is_empty() && lake.local_path().is_some_and(|root| !root.join(QUARANTINE).join(name).exists())
    {
        return Ok(());
    }
    let kept = keep_refused(&*lake.store(QUARANTINE)?, &Path::from(name), refused).await;
    kept.map_err(|error| TablesError::table(QUARANTINE, "cannot write")(error.into()))
}

/// Writes every table anew, each in one commit; readers see the old one until then.
async fn rebuild(
    lake: &Lake,
    landing: &Landing,
    manifests: &[Manifest],
    cancel: &CancellationToken,
) -> Result<Vec<SessionLoad>, TablesError> {
    let mut tables: BTreeMap<i64, Vec<TableLoad>> = BTreeMap::new();
    for endpoint in Endpoint::ALL {
        let table = BronzeTable::of(*endpoint);
        let mut writer = TableWriter::open(lake, spec(&table), &Scope::All).await?;
        let mut marks = Marks::default();
        for manifest in manifests {
            if cancel.is_cancelled() {
                return Err(TablesError::Interrupted);
            }
            let Some(landed) = manifest.endpoints.get(endpoint) else { continue };
            let rows = landing.read(landed).await?;
            let decoded = fill(lake, &mut writer, manifest, &table, landed, rows).await?;
            writer.close_partitions().await?;
            marks.transactions.extend(transactions(manifest.session_key, landed));
            let loaded = loaded(table.name.clone(), decoded);
            tables.entry(manifest.session_key).or_default().push(loaded);
        }
        writer.commit(&Scope::All, marks).await?;
    }
    let sessions: Vec<(&Manifest, Vec<TableLoad>)> = manifests
        .iter()
        .map(|manifest| (manifest, tables.remove(&manifest.session_key).unwrap_or_default()))
        .collect();
    let recorded: Vec<(&Manifest, &[TableLoad])> =
        sessions.iter().map(|(manifest, tables)| (*manifest, tables.as_slice())).collect();
    record(lake, &recorded, true).await?;
    Ok(sessions
        .into_iter()
        .map(|(manifest, tables)| SessionLoad {
            session_key: manifest.session_key,
            session: manifest.name.clone(),
            status: LoadStatus::Loaded,
            tables,
        })
        .collect())
}

/// Writes the rows of [`LOADS`] for sessions, or for all.
async fn record(
    lake: &Lake,
    sessions: &[(&Manifest, impl AsRef<[TableLoad]>)],
    all: bool,
) -> Result<(), TablesError> {
    let columns = loads_columns();
    let now = Timestamp::now().as_microsecond();
    let (mut keys, mut versions) = (Int64Builder::new(), Int64Builder::new());
    let (mut names, mut files, mut digests) =
        (StringBuilder::new(), StringBuilder::new(), StringBuilder::new());
    let (mut rows, mut rescued, mut quarantined) =
        (Int64Builder::new(), Int64Builder::new(), Int64Builder::new());
    let mut extracted = TimestampMicrosecondBuilder::new().with_timezone("UTC");
    let mut loaded = TimestampMicrosecondBuilder::new().with_timezone("UTC");
    let count = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    for (manifest, tables) in sessions {
        for table in tables.as_ref() {
            let landed = manifest
                .endpoints
                .iter()
                .find(|(endpoint, _)| BronzeTable::of(**endpoint).name == table.table)
                .map(|(_, landed)| landed);
            let Some(landed) = landed else { continue };
            keys.append_value(manifest.session_key);
            names.append_value(&table.table);
            files.append_option(landed.file.as_deref());
            digests.append_option(landed.sha256.as_deref());
            versions.append_value(i64::from(landed.version));
            rows.append_value(count(table.rows));
            rescued.append_value(count(table.rescued_rows));
            quarantined.append_value(count(table.quarantined_rows));
            extracted.append_value(landed.extracted_at.as_microsecond());
            loaded.append_value(now);
        }
    }
    let batch = RecordBatch::try_new(
        arrow_schema(&columns),
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
    )
    .map_err(|error| deltalake::datafusion::error::DataFusionError::ArrowError(Box::new(error), None))?;
    let scope = if all {
        Scope::All
    } else {
        Scope::Sessions {
            column: "session_key".to_owned(),
            keys: sessions.iter().map(|(manifest, _)| manifest.session_key).collect(),
        }
    };
    for tries in 0.. {
        let mut writer = TableWriter::open(lake, loads_spec(), &scope).await?;
        if batch.num_rows() > 0 {
            writer.write(&batch).await?;
        }
        match writer.commit(&scope, Marks::default()).await {
            Err(TablesError::Conflict { .. }) if tries < CONFLICTS => {}
            other => return other.map(drop),
        }
    }
    Ok(())
}

/// What was loaded before.
async fn known(lake: &Lake) -> Result<BTreeMap<(i64, String), Known>, TablesError> {
    let mut known = BTreeMap::new();
    if lake.table(&format!("{BRONZE}.{LOADS}"), None).await?.is_none() {
        return Ok(known);
    }
    let sql = format!(
        "select session_key, table_name, sha256, rows, rescued_rows, quarantined_rows, \
         cast(extracted_at as bigint) as extracted_at from {BRONZE}.{LOADS}"
    );
    for batch in Query::open(lake, None).await?.collect(&sql).await? {
        let int = |name: &str| batch.column_by_name(name).and_then(|c| c.as_primitive_opt::<Int64Type>());
        let (Some(keys), Some(rows), Some(rescued), Some(quarantined), Some(extracted)) = (
            int("session_key"),
            int("rows"),
            int("rescued_rows"),
            int("quarantined_rows"),
            int("extracted_at"),
        ) else {
            continue;
        };
        let (Some(names), Some(digests)) = (text(&batch, "table_name"), text(&batch, "sha256")) else {
            continue;
        };
        let count = |values: &arrow_array::Int64Array, row| u64::try_from(values.value(row)).unwrap_or(0);
        for row in 0..batch.num_rows() {
            known.insert(
                (keys.value(row), names[row].clone().unwrap_or_default()),
                Known {
                    sha256: digests[row].clone(),
                    extracted_at: extracted.value(row),
                    decoded: Decoded {
                        rows: count(rows, row),
                        rescued: count(rescued, row),
                        quarantined: count(quarantined, row),
                    },
                },
            );
        }
    }
    Ok(known)
}

/// Texts of a column, whatever kind of text it is stored as.
pub(crate) fn text(batch: &RecordBatch, name: &str) -> Option<Vec<Option<String>>> {
    let column = batch.column_by_name(name)?;
    let column = deltalake::arrow::compute::cast(column, &arrow_schema::DataType::Utf8).ok()?;
    let column = column.as_string_opt::<i32>()?;
    Some((0..column.len()).map(|row| column.is_valid(row).then(|| column.value(row).to_owned())).collect())
}
