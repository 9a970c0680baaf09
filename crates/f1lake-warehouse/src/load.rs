//! Bronze in a Databricks warehouse: the same tables, columns and rows as in the local lake, loaded by SQL.
//!
//! A landing file is decoded here, as for the local lake, and staged as Parquet in a volume; one `MERGE` per
//! table and batch of sessions loads it. Correctness does not depend on a statement running exactly once: see
//! [`sql`].

use crate::error::WarehouseError;
use crate::sql::{self, LoadRow, Place, StagedSession};
use crate::staging::{self, Batch};
use f1lake_bronze::Column;
use f1lake_bronze::Decoded;
use f1lake_bronze::{BronzeTable, LOADS, loads_columns};
use f1lake_bronze::{
    CONFIRMED_AFTER, LoadProgress, LoadReport, LoadSettings, LoadStatus, SessionLoad, TableLoad, chosen,
    loaded, outcome, status_of,
};
use f1lake_databricks::{RetryPolicy, Rows, Statement, VolumePath, VolumeStore, Workspace};
use f1lake_zone::{LandedEndpoint, Landing, Manifest};
use futures::StreamExt;
use jiff::Timestamp;
use openf1_client::Endpoint;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Sessions of a batch: one commit per table for several weekends, and at most a few hundred MiB of staged
/// files.
const BATCH_SESSIONS: usize = 20;
/// Landing files decoded at once.
const FILES_AT_ONCE: usize = 3;
/// Statements on the warehouse at once; each concerns its own table.
const STATEMENTS_AT_ONCE: usize = 4;
/// Retries of a statement that lost a conflict or whose outcome is unknown.
const RETRIES: RetryPolicy = RetryPolicy {
    retries: 4,
    first_wait: Duration::from_secs(2),
    longest_wait: Duration::from_secs(16),
    budget: Duration::MAX,
};

/// The destination of bronze tables.
#[derive(Debug, Clone)]
pub struct Warehouse {
    /// Workspace.
    pub workspace: Workspace,
    /// Id of the SQL warehouse that runs the statements.
    pub warehouse_id: String,
    /// Catalog and schema of the tables.
    pub place: Place,
    /// Volume, or folder in it, for staged files.
    pub staging: VolumeStore,
}

impl Warehouse {
    /// `dev.bronze_raw on adb-1.2.azuredatabricks.net`.
    pub fn describe(&self) -> String {
        format!("{}.{} on {}", self.place.catalog, self.place.schema, self.workspace.host())
    }

    /// Creates what is missing: schema, volume of the staged files, tables, columns.
    ///
    /// # Errors
    /// When a statement is refused: the message names the privilege.
    pub async fn prepare(&self, cancel: &CancellationToken) -> Result<(), WarehouseError> {
        self.make_missing(cancel).await.map(drop)
    }

    /// Creates what is missing; returns the tables that existed before.
    async fn make_missing(&self, cancel: &CancellationToken) -> Result<BTreeSet<String>, WarehouseError> {
        let present = self.run("cannot read the catalog", &sql::present(&self.place), cancel).await?;
        for (what, statement) in missing(&self.place, &present) {
            self.run(what, &statement, cancel).await?;
        }
        if self.staging.check().await.is_err_and(|error| error.is_not_found()) {
            let volume = self.staging.path().volume();
            self.run("cannot create the volume", &sql::create_volume(&volume), cancel).await?;
            self.staging.check().await.map_err(WarehouseError::workspace("cannot use the volume"))?;
        }
        Ok(present.rows.into_iter().filter_map(|row| row.into_iter().nth(1)?).collect())
    }

    /// Runs a statement; retries it after a lost conflict or an unknown outcome, because all of ours may be
    /// repeated.
    async fn run(
        &self,
        what: &'static str,
        statement: &str,
        cancel: &CancellationToken,
    ) -> Result<Rows, WarehouseError> {
        let mut retries = RETRIES.start();
        loop {
            let ran = self.workspace.execute(&self.warehouse_id, &Statement::new(statement), cancel).await;
            let error = match ran {
                Ok(rows) => return Ok(rows),
                Err(f1lake_databricks::Error::Canceled { .. }) if cancel.is_cancelled() => {
                    return Err(WarehouseError::Interrupted);
                }
                Err(error) => error,
            };
            let again = match &error {
                f1lake_databricks::Error::OutcomeUnknown { .. } => true,
                f1lake_databricks::Error::Sql(error) => error.is_conflict(),
                _ => false,
            };
            let wait = if again && !cancel.is_cancelled() { retries.next_wait(None) } else { None };
            let Some(wait) = wait else { return Err(WarehouseError::workspace(what)(error)) };
            tracing::warn!(%error, attempt = retries.attempt(), "the statement is repeated");
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = cancel.cancelled() => {}
            }
        }
    }

    async fn known(
        &self,
        cancel: &CancellationToken,
    ) -> Result<BTreeMap<(i64, String), Known>, WarehouseError> {
        let what = "cannot read the earlier loads";
        let answer = self.run(what, &sql::known(&self.place), cancel).await?;
        let unreadable = |detail: String| WarehouseError::Damaged {
            table: format!("{}.{LOADS}", self.place.schema),
            detail,
            advice: "`f1lake load --to databricks --rebuild` rebuilds the bronze tables",
        };
        if answer.truncated {
            return Err(unreadable(
                "it is larger than a response of the warehouse can be (25 MiB)".to_owned(),
            ));
        }
        let mut known = BTreeMap::new();
        for row in &answer.rows {
            let [key, table, sha256, rows, rescued, quarantined, extracted_at] = row.as_slice() else {
                return Err(unreadable(format!("{} values in a row", row.len())));
            };
            let int = |value: &Option<String>| value.as_ref().and_then(|text| text.parse::<i64>().ok());
            let count = |value| int(value).and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
            let (Some(key), Some(table), Some(extracted_at)) = (int(key), table.clone(), int(extracted_at))
            else {
                return Err(unreadable(format!("a row without session, table or time: {row:?}")));
            };
            let decoded =
                Decoded { rows: count(rows), rescued: count(rescued), quarantined: count(quarantined) };
            known.insert((key, table), Known { sha256: sha256.clone(), extracted_at, decoded });
        }
        Ok(known)
    }
}

/// State of a loaded landing file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    sha256: Option<String>,
    /// Microseconds since 1970, UTC.
    extracted_at: i64,
    decoded: Decoded,
}

impl Known {
    /// Why a landing file need not be loaded; `None` when it must be.
    fn spares(&self, endpoint: Endpoint, landed: &LandedEndpoint) -> Option<(LoadStatus, Decoded)> {
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

/// Statements that create what a schema lacks.
fn missing(place: &Place, present: &Rows) -> Vec<(&'static str, String)> {
    let mut statements = Vec::new();
    if present.rows.is_empty() {
        statements.push(("cannot create the schema", sql::create_schema(place)));
    }
    let mut tables: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in &present.rows {
        if let [_, Some(table), Some(column)] = row.as_slice() {
            tables.entry(table).or_default().insert(column);
        }
    }
    let mut table = |name: &str, columns: &[Column], create: String| match tables.get(name) {
        None => statements.push(("cannot create a table", create)),
        Some(there) => {
            let lacking: Vec<Column> =
                columns.iter().filter(|column| !there.contains(column.name.as_str())).cloned().collect();
            if !lacking.is_empty() {
                statements.push(("cannot add columns", sql::add_columns(place, name, &lacking)));
            }
        }
    };
    for bronze in BronzeTable::all() {
        table(&bronze.name, &bronze.columns, sql::create_bronze(place, &bronze));
    }
    table(LOADS, &loads_columns(), sql::create_loads(place));
    statements
}

/// Statements that create everything, human-readable.
pub fn setup_statements(place: &Place, volume: &str) -> Vec<String> {
    let mut statements = vec![sql::create_schema(place), sql::create_volume(volume)];
    statements.extend(BronzeTable::all().map(|table| sql::create_bronze(place, &table)));
    statements.push(sql::create_loads(place));
    statements
}

/// The pending loads of a batch.
struct Work<'a> {
    manifest: &'a Manifest,
    tables: Vec<TableLoad>,
    due: Vec<(BronzeTable, &'a LandedEndpoint)>,
}

impl<'a> Work<'a> {
    fn new(manifest: &'a Manifest) -> Self {
        Self { manifest, tables: Vec::new(), due: Vec::new() }
    }
}

/// Loads what is landed and not loaded yet.
///
/// # Errors
/// When the landing zone, the volume or the warehouse cannot be used at all; failures of sessions are in the
/// report.
pub async fn load_warehouse(
    warehouse: &Warehouse,
    landing: &Landing,
    settings: &LoadSettings,
    progress: LoadProgress,
    cancel: &CancellationToken,
) -> Result<LoadReport, WarehouseError> {
    let started = std::time::Instant::now();
    let manifests = chosen(landing, settings).await?;
    let there = warehouse.make_missing(cancel).await?;
    staging::clear_left_behind(&warehouse.staging, Timestamp::now()).await?;
    let mut report = LoadReport::default();
    if settings.rebuild {
        report.sessions = rebuild(warehouse, landing, &manifests, cancel).await?;
        report.sessions.iter().for_each(|session| progress(session));
    } else {
        let mut known = warehouse.known(cancel).await?;
        // The record of a table that was dropped and has just been recreated is void.
        known.retain(|(_, table), _| there.contains(table));
        let (mut due, done): (Vec<Work>, Vec<Work>) =
            manifests.iter().map(|manifest| due(manifest, &known)).partition(|work| !work.due.is_empty());
        let mut add = |sessions: Vec<SessionLoad>| {
            sessions.iter().for_each(|session| progress(session));
            report.sessions.extend(sessions);
        };
        add(done.into_iter().map(session_load).collect());
        while !due.is_empty() {
            let batch = due.drain(..BATCH_SESSIONS.min(due.len())).collect();
            add(load_batch(warehouse, landing, batch, cancel).await?);
        }
        let order: BTreeMap<i64, usize> =
            manifests.iter().enumerate().map(|(place, manifest)| (manifest.session_key, place)).collect();
        report.sessions.sort_by_key(|session| order.get(&session.session_key));
    }
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// The tables of a session that must be loaded.
fn due<'a>(manifest: &'a Manifest, known: &BTreeMap<(i64, String), Known>) -> Work<'a> {
    let mut work = Work::new(manifest);
    for (endpoint, landed) in &manifest.endpoints {
        let table = BronzeTable::of(*endpoint);
        let before = known.get(&(manifest.session_key, table.name.clone()));
        match before.and_then(|before| before.spares(*endpoint, landed)) {
            Some(spared) => work.tables.push(outcome(table.name, Ok::<_, WarehouseError>(spared))),
            None => work.due.push((table, landed)),
        }
    }
    work
}

fn session_load(work: Work<'_>) -> SessionLoad {
    let Work { manifest, mut tables, .. } = work;
    tables.sort_by(|a, b| a.table.cmp(&b.table));
    SessionLoad {
        session_key: manifest.session_key,
        session: manifest.name.clone(),
        status: status_of(&tables),
        tables,
    }
}

/// A landing file of a batch after staging.
struct Staged<'a> {
    session: usize,
    table: BronzeTable,
    landed: &'a LandedEndpoint,
    /// Counts, or why it is not in the table; a failed statement fails all its sessions.
    result: Result<Decoded, String>,
}

/// Stages the files of a batch, merges each table, then records the sessions whose tables are all loaded.
async fn load_batch(
    warehouse: &Warehouse,
    landing: &Landing,
    mut batch: Vec<Work<'_>>,
    cancel: &CancellationToken,
) -> Result<Vec<SessionLoad>, WarehouseError> {
    let files = Batch::start(&warehouse.staging, Timestamp::now()).await?;
    let wanted: Vec<_> = batch
        .iter_mut()
        .enumerate()
        .flat_map(|(session, work)| {
            let manifest = work.manifest;
            std::mem::take(&mut work.due)
                .into_iter()
                .map(move |(table, landed)| (session, manifest, table, landed))
        })
        .collect();
    let staged: Vec<Staged> = futures::stream::iter(wanted)
        .map(|(session, manifest, table, landed)| {
            let files = &files;
            async move {
                let result = if cancel.is_cancelled() {
                    Err(WarehouseError::Interrupted)
                } else {
                    staging::stage(&warehouse.staging, files, landing, manifest, &table, landed).await
                };
                Staged { session, table, landed, result: result.map_err(|error| error.to_string()) }
            }
        })
        .buffer_unordered(FILES_AT_ONCE)
        .collect()
        .await;
    if cancel.is_cancelled() {
        return Err(WarehouseError::Interrupted);
    }
    let mut by_table: BTreeMap<Endpoint, Vec<Staged>> = BTreeMap::new();
    for file in staged {
        by_table.entry(file.table.endpoint).or_default().push(file);
    }
    let merged: Vec<Vec<Staged>> = futures::stream::iter(by_table.into_values())
        .map(|staged| merge_table(warehouse, &files, &batch, staged, cancel))
        .buffer_unordered(STATEMENTS_AT_ONCE)
        .collect()
        .await;
    if cancel.is_cancelled() {
        return Err(WarehouseError::Interrupted);
    }
    let loaded_at = Timestamp::now();
    for file in merged.into_iter().flatten() {
        let result = file.result.map(|decoded| (LoadStatus::Loaded, decoded));
        batch[file.session].tables.push(outcome(file.table.name, result));
    }
    let whole = |work: &Work| status_of(&work.tables) == LoadStatus::Loaded;
    let rows: Vec<LoadRow> =
        batch.iter().filter(|work| whole(work)).flat_map(|work| load_rows(work, loaded_at)).collect();
    if !rows.is_empty() {
        let statement = sql::record(&warehouse.place, &rows);
        if let Err(error) = warehouse.run("cannot record the load", &statement, cancel).await {
            for work in batch.iter_mut().filter(|work| whole(work)) {
                work.tables.push(outcome(LOADS.to_owned(), Err(&error)));
            }
        }
    }
    let sessions: Vec<SessionLoad> = batch.into_iter().map(session_load).collect();
    // A statement whose outcome is unknown may still read its files.
    if sessions.iter().all(|session| session.status != LoadStatus::Failed) {
        forget(warehouse, &files).await;
    }
    Ok(sessions)
}

/// Removes staged files that are no longer needed; a later load removes what remains.
async fn forget(warehouse: &Warehouse, files: &Batch) {
    if let Err(error) = staging::clear(&warehouse.staging, files).await {
        tracing::warn!(%error, "staged files are kept for now");
    }
}

/// The record of a completely loaded session.
fn load_rows(work: &Work<'_>, loaded_at: Timestamp) -> Vec<LoadRow> {
    let landed: BTreeMap<String, &LandedEndpoint> = work
        .manifest
        .endpoints
        .iter()
        .map(|(endpoint, landed)| (BronzeTable::of(*endpoint).name, landed))
        .collect();
    work.tables
        .iter()
        .filter_map(|table| {
            let landed = landed.get(&table.table)?;
            Some(LoadRow {
                session_key: work.manifest.session_key,
                table: table.table.clone(),
                file: landed.file.clone(),
                sha256: landed.sha256.clone(),
                version: landed.version,
                rows: table.rows,
                rescued: table.rescued_rows,
                quarantined: table.quarantined_rows,
                extracted_at: landed.extracted_at,
                loaded_at,
            })
        })
        .collect()
}

/// Merges the staged files of a table; a failure affects every session in it.
async fn merge_table<'a>(
    warehouse: &Warehouse,
    files: &Batch,
    batch: &[Work<'_>],
    mut staged: Vec<Staged<'a>>,
    cancel: &CancellationToken,
) -> Vec<Staged<'a>> {
    let sessions: Vec<StagedSession> = staged
        .iter()
        .filter_map(|file| {
            let decoded = file.result.as_ref().ok()?;
            Some(StagedSession {
                session_key: batch[file.session].manifest.session_key,
                extracted_at: file.landed.extracted_at,
                rows: decoded.rows > 0,
            })
        })
        .collect();
    let Some(table) = staged.first().map(|file| file.table.clone()) else { return staged };
    if sessions.is_empty() {
        return staged;
    }
    let folder = format!("{}/{}", warehouse.staging.path(), files.folder(&table.name));
    let statement = replacing(&warehouse.place, &table, &folder, &sessions);
    if let Err(error) = warehouse.run("cannot load", &statement, cancel).await {
        for file in staged.iter_mut().filter(|file| file.result.is_ok()) {
            file.result = Err(error.to_string());
        }
    }
    staged
}

/// The single statement that replaces sessions of a table.
fn replacing(place: &Place, table: &BronzeTable, folder: &str, sessions: &[StagedSession]) -> String {
    if sessions.iter().any(|session| session.rows) {
        sql::merge(place, table, folder, sessions)
    } else {
        sql::delete(place, table, sessions)
    }
}

/// Rebuilds every table, each in one commit; readers see the old one until then.
async fn rebuild(
    warehouse: &Warehouse,
    landing: &Landing,
    manifests: &[Manifest],
    cancel: &CancellationToken,
) -> Result<Vec<SessionLoad>, WarehouseError> {
    let files = Batch::start(&warehouse.staging, Timestamp::now()).await?;
    let mut works: Vec<Work> = manifests.iter().map(Work::new).collect();
    for table in BronzeTable::all() {
        let mut rows = false;
        for work in &mut works {
            if cancel.is_cancelled() {
                return Err(WarehouseError::Interrupted);
            }
            let Some(landed) = work.manifest.endpoints.get(&table.endpoint) else { continue };
            let decoded =
                staging::stage(&warehouse.staging, &files, landing, work.manifest, &table, landed).await?;
            rows |= decoded.rows > 0;
            work.tables.push(loaded(table.name.clone(), decoded));
        }
        let folder = format!("{}/{}", warehouse.staging.path(), files.folder(&table.name));
        let statement = sql::overwrite(&warehouse.place, &table, rows.then_some(folder.as_str()));
        warehouse.run("cannot rebuild a table", &statement, cancel).await?;
    }
    let keys: Vec<i64> = manifests.iter().map(|manifest| manifest.session_key).collect();
    warehouse.run("cannot record the load", &sql::forget_others(&warehouse.place, &keys), cancel).await?;
    let loaded_at = Timestamp::now();
    for works in works.chunks(BATCH_SESSIONS) {
        let rows: Vec<LoadRow> = works.iter().flat_map(|work| load_rows(work, loaded_at)).collect();
        if !rows.is_empty() {
            let statement = sql::record(&warehouse.place, &rows);
            warehouse.run("cannot record the load", &statement, cancel).await?;
        }
    }
    forget(warehouse, &files).await;
    Ok(works.into_iter().map(session_load).collect())
}

/// The statements of a load into an empty schema, without running them: `f1lake load --to databricks
/// --dry-run`. Counts come from the manifests.
///
/// # Errors
/// When the landing zone cannot be read.
pub async fn load_statements(
    place: &Place,
    staging: &VolumePath,
    landing: &Landing,
    settings: &LoadSettings,
) -> Result<Vec<String>, WarehouseError> {
    let manifests = chosen(landing, settings).await?;
    let mut statements = setup_statements(place, &staging.volume());
    let files = Batch::example();
    let loaded_at = Timestamp::now();
    let batches = if settings.rebuild { manifests.len().max(1) } else { BATCH_SESSIONS };
    for batch in manifests.chunks(batches) {
        let mut works: Vec<Work> = batch.iter().map(Work::new).collect();
        for table in BronzeTable::all() {
            let mut sessions = Vec::new();
            for work in &mut works {
                let Some(landed) = work.manifest.endpoints.get(&table.endpoint) else { continue };
                sessions.push(StagedSession {
                    session_key: work.manifest.session_key,
                    extracted_at: landed.extracted_at,
                    rows: landed.rows > 0,
                });
                let decoded = Decoded { rows: landed.rows, ..Decoded::default() };
                work.tables.push(loaded(table.name.clone(), decoded));
            }
            let folder = format!("{staging}/{}", files.folder(&table.name));
            if settings.rebuild {
                let rows = sessions.iter().any(|session| session.rows);
                statements.push(sql::overwrite(place, &table, rows.then_some(folder.as_str())));
            } else if !sessions.is_empty() {
                statements.push(replacing(place, &table, &folder, &sessions));
            }
        }
        if settings.rebuild {
            let keys: Vec<i64> = batch.iter().map(|manifest| manifest.session_key).collect();
            statements.push(sql::forget_others(place, &keys));
        }
        let rows: Vec<LoadRow> = works.iter().flat_map(|work| load_rows(work, loaded_at)).collect();
        if !rows.is_empty() {
            statements.push(sql::record(place, &rows));
        }
    }
    Ok(statements)
}
