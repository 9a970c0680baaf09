//! Landing zone to bronze: a lake as the destination of a load.

mod record;
mod table_state;

use crate::error::{LakeError, or_stopped};
use crate::lake::{Lake, QUARANTINE};
use crate::table_writer::{Marks, Scope, TableSpec, TableWriter};
use f1lake_bronze::{
    BronzeSink, BronzeTable, Decoded, FileLoad, LandedFile, LoadProgress, LoadReport, LoadSettings,
    LoadStatus, RecordScope, Refused, SessionLoad, Verdict, keep_refused,
};
use f1lake_zone::{Landing, Manifest};
use object_store::path::Path;
use openf1_client::Endpoint;
use record::{Records, loads_spec};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use table_state::{GENERATION, Names, TableState, Told};
use tokio_util::sync::CancellationToken;

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
    let mut bronze = Bronze { lake, tables: Mutex::default(), records: Records::default() };
    or_stopped(cancel, f1lake_bronze::load(&mut bronze, landing, settings, &progress)).await
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

/// The bronze tables of a lake, and their state, which is read once per run and again after a conflict.
struct Bronze<'a> {
    lake: &'a Lake,
    /// By name; or why a table cannot be read.
    tables: Mutex<BTreeMap<String, Result<Arc<TableState>, String>>>,
    records: Records,
}

impl BronzeSink for Bronze<'_> {
    type Error = LakeError;

    /// One decodes while another encodes.
    const TABLES_AT_ONCE: usize = 2;

    async fn open(&mut self, manifests: &[Manifest]) -> Result<(), LakeError> {
        let endpoints: BTreeSet<Endpoint> =
            manifests.iter().flat_map(|manifest| manifest.endpoints.keys().copied()).collect();
        for table in endpoints.into_iter().map(BronzeTable::of) {
            let state = TableState::read(self.lake, &table).await;
            self.keep(&table, state.map_err(|error| error.to_string()));
        }
        self.records = Records::read(self.lake).await?;
        Ok(())
    }

    fn judge(&self, table: &BronzeTable, file: &LandedFile<'_>) -> Result<Verdict, String> {
        let state = self.state(table)?;
        let key = file.session_key();
        Ok(match state.judge(key, table.endpoint, file.landed) {
            Verdict::Due { gone } => {
                let recorded = self.records.of(key, &table.name).is_some_and(|recorded| recorded.rows > 0);
                Verdict::Due { gone: gone || (recorded && state.known(key).is_none()) }
            }
            spared => spared,
        })
    }

    async fn replace(
        &self,
        table: &BronzeTable,
        files: &[LandedFile<'_>],
    ) -> Result<Vec<FileLoad>, LakeError> {
        let failed = |error: String| vec![Err(error); files.len()];
        for tries in 0.. {
            let state = match self.state(table) {
                Ok(state) => state,
                Err(error) => return Ok(failed(error)),
            };
            match self.write(table, files, &state).await {
                Ok(results) => return Ok(results),
                Err(LakeError::Conflict { .. }) if tries < CONFLICTS => {
                    let fresh = TableState::read(self.lake, table).await;
                    self.keep(table, fresh.map_err(|error| error.to_string()));
                }
                Err(error) => return Ok(failed(error.to_string())),
            }
        }
        Ok(failed(LakeError::Conflict { table: table.full_name() }.to_string()))
    }

    /// The rows of a session with a damaged landing file stay unchanged.
    async fn rewrite(
        &self,
        table: &BronzeTable,
        files: &[LandedFile<'_>],
    ) -> Result<Vec<FileLoad>, LakeError> {
        let state = match self.state(table) {
            Ok(state) => state,
            // Reading it returns why it is unreadable.
            Err(_) => Arc::new(TableState::read(self.lake, table).await?),
        };
        let mut damaged = BTreeMap::new();
        loop {
            // Nothing is committed when another file proves to be damaged.
            match self.write_all(table, files, &state, &damaged).await? {
                Ok(results) => return Ok(results),
                Err((session_key, error)) => damaged.insert(session_key, error),
            };
        }
    }

    async fn record(
        &mut self,
        sessions: &[(&Manifest, &SessionLoad)],
        scope: RecordScope,
    ) -> Result<(), LakeError> {
        let mut records = std::mem::take(&mut self.records);
        let mut changed = BTreeSet::new();
        for (manifest, session) in sessions {
            let key = manifest.session_key;
            let known = |table: &BronzeTable| self.state(table).ok()?.known(key);
            if records.update(manifest, &session.tables, known) {
                changed.insert(key);
            }
        }
        if let RecordScope::AllBut(failed) = &scope {
            let here: BTreeSet<i64> = sessions.iter().map(|(manifest, _)| manifest.session_key).collect();
            records.retain(|key| here.contains(&key) || failed.contains(&key));
        }
        self.records = records;
        match scope {
            RecordScope::These if changed.is_empty() => Ok(()),
            RecordScope::These => self.records.write(self.lake, Some(&changed)).await,
            RecordScope::AllBut(_) => self.records.write(self.lake, None).await,
        }
    }

    /// Creates missing tables and columns.
    async fn close(&mut self) -> Result<(), LakeError> {
        for table in BronzeTable::all() {
            // The affected sessions report an unreadable table.
            if !matches!(self.tables().get(&table.name), Some(Err(_))) {
                crate::table_writer::ensure(self.lake, &spec(&table)).await?;
            }
        }
        crate::table_writer::ensure(self.lake, &loads_spec()).await
    }
}

impl Bronze<'_> {
    fn tables(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Result<Arc<TableState>, String>>> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self, table: &BronzeTable) -> Result<Arc<TableState>, String> {
        self.tables().get(&table.name).cloned().unwrap_or_else(|| Err("its table was not read".to_owned()))
    }

    fn keep(&self, table: &BronzeTable, state: Result<TableState, String>) {
        self.tables().insert(table.name.clone(), state.map(Arc::new));
    }

    /// Replaces sessions of a table, based on the state that was read.
    async fn write(
        &self,
        table: &BronzeTable,
        files: &[LandedFile<'_>],
        state: &TableState,
    ) -> Result<Vec<FileLoad>, LakeError> {
        let replaced = |keys| Scope::Sessions { column: table.session_column.to_owned(), keys };
        let mut writer = TableWriter::open(self.lake, spec(table), &replaced(BTreeSet::new())).await?;
        if writer.base() != state.version {
            return Err(LakeError::Conflict { table: table.full_name() });
        }
        let mut results = Vec::new();
        let mut marks = Marks::default();
        let mut keys = BTreeSet::new();
        for file in files {
            let key = file.session_key();
            // Another run may have loaded it before a conflict.
            if let Verdict::Spared(status, decoded) = state.judge(key, table.endpoint, file.landed) {
                results.push(Ok((status, decoded)));
                continue;
            }
            results.push(match self.fill(&mut writer, table, file).await {
                Ok(decoded) => {
                    // A session has files of its own, so that replacing it rewrites no other.
                    writer.close_files().await?;
                    let names = Names::of(state.generation, key);
                    marks.transactions.extend(Told::new(file.landed, decoded.rows).transactions(names));
                    keys.insert(key);
                    Ok((LoadStatus::Loaded, decoded))
                }
                Err(LakeError::Bronze(error)) => {
                    writer.discard();
                    Err(error.to_string())
                }
                Err(error) => return Err(error),
            });
        }
        if !keys.is_empty() {
            let next = writer.next_version();
            let version = Some(writer.commit(&replaced(keys), marks).await?);
            // Otherwise another run has committed meanwhile, and the next batch reads what.
            if version == next {
                self.keep(table, Ok(state.clone().at(version)));
            }
        }
        Ok(results)
    }

    /// Rewrites a table, except for the sessions of damaged files. Returns the next session with a damaged file instead,
    /// if there is one.
    async fn write_all(
        &self,
        table: &BronzeTable,
        files: &[LandedFile<'_>],
        before: &TableState,
        damaged: &BTreeMap<i64, String>,
    ) -> Result<Result<Vec<FileLoad>, (i64, String)>, LakeError> {
        let scope = if damaged.is_empty() {
            Scope::All
        } else {
            let keys = damaged.keys().copied().collect();
            Scope::AllBut { column: table.session_column.to_owned(), keys }
        };
        let mut writer = TableWriter::open(self.lake, spec(table), &scope).await?;
        let generation = before.next_generation();
        let mut marks = Marks::default();
        marks.properties.insert(GENERATION.to_owned(), generation.to_string());
        let mut results = Vec::new();
        for file in files {
            let key = file.session_key();
            let names = Names::of(generation, key);
            if let Some(error) = damaged.get(&key) {
                let told = before.told(key).map(|told| told.transactions(names));
                marks.transactions.extend(told.into_iter().flatten());
                results.push(Err(error.clone()));
                continue;
            }
            let decoded = match self.fill(&mut writer, table, file).await {
                Ok(decoded) => decoded,
                Err(LakeError::Bronze(error)) => return Ok(Err((key, error.to_string()))),
                Err(error) => return Err(error),
            };
            writer.close_partitions().await?;
            marks.transactions.extend(Told::new(file.landed, decoded.rows).transactions(names));
            results.push(Ok((LoadStatus::Loaded, decoded)));
        }
        writer.commit(&scope, marks).await?;
        Ok(Ok(results))
    }

    /// Decodes a landing file into a writer.
    async fn fill(
        &self,
        writer: &mut TableWriter,
        table: &BronzeTable,
        file: &LandedFile<'_>,
    ) -> Result<Decoded, LakeError> {
        let quarantine = format!("{}/{}.ndjson", table.name, file.session_key());
        let Some(mut rows) = file.decode(table).await? else {
            self.keep_aside(&quarantine, &[]).await?;
            return Ok(Decoded::default());
        };
        while let Some(batch) = rows.next().await {
            writer.write(&batch).await?;
        }
        let (decoded, refused) = rows.finish().await?;
        self.keep_aside(&quarantine, &refused).await?;
        Ok(decoded)
    }

    /// Quarantines rows without a usable key, or removes those of an earlier load.
    async fn keep_aside(&self, name: &str, refused: &[Refused]) -> Result<(), LakeError> {
        let local = self.lake.local_path();
        if refused.is_empty() && local.is_some_and(|root| !root.join(QUARANTINE).join(name).exists()) {
            return Ok(());
        }
        let kept = keep_refused(&*self.lake.store(QUARANTINE)?, &Path::from(name), refused).await;
        kept.map_err(|error| LakeError::table(QUARANTINE, "cannot write")(error.into()))
    }
}
