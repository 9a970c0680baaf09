//! Bronze in a Databricks warehouse: the same tables, columns and rows as in the local lake, loaded by SQL.
//!
//! A landing file is decoded here, as for the local lake, and staged as Parquet in a volume; one `MERGE` per
//! table and batch of sessions loads it. Correctness does not depend on a statement running exactly once: see
//! [`sql`].

use crate::earlier_loads::EarlierLoads;
use crate::error::WarehouseError;
use crate::sql::{self, LoadRow, Place, StagedSession};
use crate::staging::{Batch, Staging};
use crate::warehouse::{Warehouse, setup_statements};
use f1lake_bronze::{
    BronzeSink, BronzeTable, Decoded, FileLoad, LandedFile, LoadProgress, LoadReport, LoadSettings,
    LoadStatus, RecordScope, SessionLoad, Verdict,
};
use f1lake_databricks::VolumePath;
use f1lake_zone::{Landing, Manifest};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;

/// Sessions in a statement that records loads.
const RECORDED_AT_ONCE: usize = 20;

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
    let staging = Staging::new(&warehouse.staging);
    let mut bronze = Bronze { warehouse, staging, earlier: EarlierLoads::default(), cancel };
    f1lake_bronze::load(&mut bronze, landing, settings, &progress).await
}

/// The bronze tables of a warehouse.
struct Bronze<'a> {
    warehouse: &'a Warehouse,
    staging: Staging<'a>,
    earlier: EarlierLoads,
    cancel: &'a CancellationToken,
}

impl BronzeSink for Bronze<'_> {
    type Error = WarehouseError;

    /// Each decodes a file, or waits for its statement.
    const TABLES_AT_ONCE: usize = 4;

    async fn open(&mut self, _manifests: &[Manifest]) -> Result<(), WarehouseError> {
        let there = self.warehouse.make_missing(self.cancel).await?;
        self.staging.open(Timestamp::now()).await?;
        self.earlier = EarlierLoads::read(self.warehouse, self.cancel).await?;
        // The record of a table that was dropped and has just been recreated is void.
        self.earlier.retain(|table| there.contains(table));
        Ok(())
    }

    fn judge(&self, table: &BronzeTable, file: &LandedFile<'_>) -> Result<Verdict, String> {
        Ok(self.earlier.judge(file.session_key(), table, file.landed))
    }

    async fn replace(
        &self,
        table: &BronzeTable,
        files: &[LandedFile<'_>],
    ) -> Result<Vec<FileLoad>, WarehouseError> {
        let batch = Batch::new(Timestamp::now());
        let mut results: Vec<FileLoad> = Vec::new();
        for file in files {
            let staged = self.stage(&batch, table, file).await;
            self.go_on()?;
            results
                .push(staged.map(|decoded| (LoadStatus::Loaded, decoded)).map_err(|error| error.to_string()));
        }
        let staged: Vec<StagedSession> = files
            .iter()
            .zip(&results)
            .filter_map(|(file, result)| Some(staged_session(file, result.as_ref().ok()?.1.rows)))
            .collect();
        if staged.is_empty() {
            return Ok(results);
        }
        let statement = replacing(&self.warehouse.place, table, &self.folder(&batch, table), &staged);
        match self.warehouse.run("cannot load", &statement, self.cancel).await {
            Ok(_) => self.staging.forget(&batch).await,
            Err(error) => {
                self.go_on()?;
                // A statement whose outcome is unknown may still read its files.
                results
                    .iter_mut()
                    .filter(|result| result.is_ok())
                    .for_each(|result| *result = Err(error.to_string()));
            }
        }
        Ok(results)
    }

    async fn rewrite(
        &self,
        table: &BronzeTable,
        files: &[LandedFile<'_>],
    ) -> Result<Vec<FileLoad>, WarehouseError> {
        let batch = Batch::new(Timestamp::now());
        let mut results = Vec::new();
        let mut rows = false;
        for file in files {
            let decoded = self.stage(&batch, table, file).await?;
            rows |= decoded.rows > 0;
            results.push(Ok((LoadStatus::Loaded, decoded)));
        }
        let folder = self.folder(&batch, table);
        let statement = sql::overwrite(&self.warehouse.place, table, rows.then_some(folder.as_str()));
        self.warehouse.run("cannot rebuild a table", &statement, self.cancel).await?;
        self.staging.forget(&batch).await;
        Ok(results)
    }

    async fn record(
        &mut self,
        sessions: &[(&Manifest, &SessionLoad)],
        scope: RecordScope,
    ) -> Result<(), WarehouseError> {
        for statement in record_statements(&self.warehouse.place, sessions, &scope, Timestamp::now()) {
            self.warehouse.run("cannot record the load", &statement, self.cancel).await?;
        }
        Ok(())
    }
}

impl Bronze<'_> {
    fn go_on(&self) -> Result<(), WarehouseError> {
        if self.cancel.is_cancelled() { Err(WarehouseError::Interrupted) } else { Ok(()) }
    }

    async fn stage(
        &self,
        batch: &Batch,
        table: &BronzeTable,
        file: &LandedFile<'_>,
    ) -> Result<Decoded, WarehouseError> {
        self.go_on()?;
        self.staging.stage(batch, table, file).await
    }

    fn folder(&self, batch: &Batch, table: &BronzeTable) -> String {
        format!("{}/{}", self.warehouse.staging.path(), batch.folder(&table.name))
    }
}

fn staged_session(file: &LandedFile<'_>, rows: u64) -> StagedSession {
    StagedSession { session_key: file.session_key(), extracted_at: file.landed.extracted_at, rows: rows > 0 }
}

/// The single statement that replaces sessions of a table.
fn replacing(place: &Place, table: &BronzeTable, folder: &str, sessions: &[StagedSession]) -> String {
    if sessions.iter().any(|session| session.rows) {
        sql::merge(place, table, folder, sessions)
    } else {
        sql::delete(place, table, sessions)
    }
}

/// The statements that record completely loaded sessions.
fn record_statements(
    place: &Place,
    sessions: &[(&Manifest, &SessionLoad)],
    scope: &RecordScope,
    loaded_at: Timestamp,
) -> Vec<String> {
    let mut statements = Vec::new();
    if let RecordScope::AllBut(failed) = scope {
        let here = sessions.iter().map(|(manifest, _)| manifest.session_key);
        let keys: BTreeSet<i64> = here.chain(failed.iter().copied()).collect();
        statements.push(sql::forget_others(place, &keys));
    }
    let loaded: Vec<_> =
        sessions.iter().filter(|(_, session)| session.status == LoadStatus::Loaded).collect();
    for sessions in loaded.chunks(RECORDED_AT_ONCE) {
        let rows: Vec<LoadRow> =
            sessions.iter().flat_map(|(manifest, session)| load_rows(manifest, session)).collect();
        if !rows.is_empty() {
            statements.push(sql::record(place, &rows, loaded_at));
        }
    }
    statements
}

/// The record of a completely loaded session.
fn load_rows<'a>(manifest: &'a Manifest, session: &'a SessionLoad) -> impl Iterator<Item = LoadRow<'a>> {
    manifest.endpoints.iter().filter_map(|(endpoint, landed)| {
        let name = BronzeTable::of(*endpoint).name;
        let table = session.tables.iter().find(|table| table.table == name)?;
        Some((manifest.session_key, landed, table))
    })
}

/// The statements of a load into an empty schema, without running them: `f1lake load --load-to databricks
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
    let statements = Mutex::new(setup_statements(place, &staging.volume()));
    let mut printed = Printed { place, staging, statements };
    f1lake_bronze::load(&mut printed, landing, settings, &(Arc::new(|_: &SessionLoad| {}) as LoadProgress))
        .await?;
    Ok(printed.statements.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Bronze tables that are empty, and only told what to do.
struct Printed<'a> {
    place: &'a Place,
    staging: &'a VolumePath,
    statements: Mutex<Vec<String>>,
}

impl Printed<'_> {
    fn add(&self, statements: impl IntoIterator<Item = String>) {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner).extend(statements);
    }

    fn folder(&self, table: &BronzeTable) -> String {
        format!("{}/{}", self.staging, Batch::example().folder(&table.name))
    }
}

/// The counts of the manifests.
fn as_landed(files: &[LandedFile<'_>]) -> Vec<FileLoad> {
    let decoded = |file: &LandedFile<'_>| Decoded { rows: file.landed.rows, ..Decoded::default() };
    files.iter().map(|file| Ok((LoadStatus::Loaded, decoded(file)))).collect()
}

impl BronzeSink for Printed<'_> {
    type Error = WarehouseError;

    const TABLES_AT_ONCE: usize = 1;

    async fn open(&mut self, _manifests: &[Manifest]) -> Result<(), WarehouseError> {
        Ok(())
    }

    fn judge(&self, _table: &BronzeTable, _file: &LandedFile<'_>) -> Result<Verdict, String> {
        Ok(Verdict::Due { gone: false })
    }

    async fn replace(
        &self,
        table: &BronzeTable,
        files: &[LandedFile<'_>],
    ) -> Result<Vec<FileLoad>, WarehouseError> {
        let staged: Vec<StagedSession> =
            files.iter().map(|file| staged_session(file, file.landed.rows)).collect();
        self.add([replacing(self.place, table, &self.folder(table), &staged)]);
        Ok(as_landed(files))
    }

    async fn rewrite(
        &self,
        table: &BronzeTable,
        files: &[LandedFile<'_>],
    ) -> Result<Vec<FileLoad>, WarehouseError> {
        let folder = self.folder(table);
        let rows = files.iter().any(|file| file.landed.rows > 0);
        self.add([sql::overwrite(self.place, table, rows.then_some(folder.as_str()))]);
        Ok(as_landed(files))
    }

    async fn record(
        &mut self,
        sessions: &[(&Manifest, &SessionLoad)],
        scope: RecordScope,
    ) -> Result<(), WarehouseError> {
        self.add(record_statements(self.place, sessions, &scope, Timestamp::now()));
        Ok(())
    }
}
