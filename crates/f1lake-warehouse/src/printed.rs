//! The statements of a load, to be read instead of run.

use crate::catalog::Catalog;
use crate::error::WarehouseError;
use crate::load::{record_statements, staged_session};
use crate::sql::{self, Place, StagedSession};
use crate::staging::Batch;
use f1lake_bronze::{
    BronzeSink, BronzeTable, Decoded, FileLoad, LandedFile, LoadProgress, LoadSettings, LoadStatus,
    RecordScope, SessionLoad, Verdict,
};
use f1lake_databricks::VolumePath;
use f1lake_zone::{Landing, Manifest};
use jiff::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};

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
    let statements = Mutex::new(sql::setup_statements(place, &staging.volume()));
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
        // An empty schema has nothing to remove.
        if staged.iter().any(|session| session.rows) {
            let order = Catalog::default().order(table);
            self.add([sql::replace(self.place, table, &order, &self.folder(table), &staged)]);
        }
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
