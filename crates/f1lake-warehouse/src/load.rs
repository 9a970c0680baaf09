//! Bronze in a Databricks warehouse: the same tables, columns and rows as in the local lake, loaded by SQL.
//!
//! A landing file is decoded here, as for the local lake, and staged as Parquet in a volume; one statement per
//! table and batch of sessions replaces their rows. Correctness does not depend on a statement running exactly
//! once, or in time: see [`sql`].
//!
//! One case needs a second look. A statement of an older load fails when the table or the record of loads has a
//! newer extract. Of a session that has no rows any more, only the record can say so, and it comes last. So
//! [`Bronze::settle`] looks again after the record, and removes what came in between. What remains is a
//! statement that read the record before it was written and commits after that look, seconds later.

use crate::catalog::Catalog;
use crate::earlier_loads::EarlierLoads;
use crate::error::WarehouseError;
use crate::held::{Held, Wanted};
use crate::marker::Marker;
use crate::sql::{self, LoadRow, Place, StagedSession};
use crate::staging::{Batch, FILES_AT_ONCE, Staging};
use crate::warehouse::Warehouse;
use f1lake_bronze::{
    BronzeSink, BronzeTable, Decoded, FileLoad, LandedFile, LoadProgress, LoadReport, LoadSettings,
    LoadStatus, RecordScope, SessionLoad, Verdict,
};
use f1lake_zone::{LandedEndpoint, Landing, Manifest};
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
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
    let mut bronze = Bronze {
        warehouse,
        staging: Staging::new(&warehouse.staging),
        rebuild: settings.rebuild,
        asked: false,
        catalog: Catalog::default(),
        earlier: EarlierLoads::default(),
        held: Held::default(),
        cancel,
    };
    let report = f1lake_bronze::load(&mut bronze, landing, settings, &progress).await?;
    if bronze.asked && report.count(LoadStatus::Failed) == 0 {
        Marker::new(&warehouse.place, bronze.earlier).write(&warehouse.staging, &warehouse.place).await;
    }
    Ok(report)
}

/// The bronze tables of a warehouse.
struct Bronze<'a> {
    warehouse: &'a Warehouse,
    staging: Staging<'a>,
    rebuild: bool,
    /// Whether the warehouse was asked for what it has.
    asked: bool,
    /// What was there at the start.
    catalog: Catalog,
    earlier: EarlierLoads,
    held: Held,
    cancel: &'a CancellationToken,
}

/// Every landed file, with its session and table.
fn all(manifests: &[Manifest]) -> impl Iterator<Item = (i64, BronzeTable, &LandedEndpoint)> {
    manifests.iter().flat_map(|manifest| {
        let files = manifest.endpoints.iter();
        files.map(|(endpoint, landed)| (manifest.session_key, BronzeTable::of(*endpoint), landed))
    })
}

impl BronzeSink for Bronze<'_> {
    type Error = WarehouseError;

    /// Each decodes files, or waits for its statement.
    const TABLES_AT_ONCE: usize = 4;

    async fn open(&mut self, manifests: &[Manifest]) -> Result<(), WarehouseError> {
        if self.rebuild {
            Marker::remove(&self.warehouse.staging, &self.warehouse.place).await?;
        } else if let Some(marker) = Marker::read(&self.warehouse.staging, &self.warehouse.place).await
            && all(manifests).all(|(key, table, landed)| {
                matches!(marker.loads.judge(key, &table, landed), Verdict::Spared(..))
            })
        {
            self.earlier = marker.loads;
            return Ok(());
        }
        self.asked = true;
        self.catalog = self.warehouse.make_missing(self.cancel).await?;
        self.staging.open(Timestamp::now()).await?;
        self.earlier = self.earlier_loads().await?;
        if !self.rebuild {
            let mut due = Wanted::default();
            for (key, table, landed) in all(manifests) {
                let is_due = matches!(self.earlier.judge(key, &table, landed), Verdict::Due { .. });
                if is_due && self.catalog.has(&table.name) {
                    due.add(&table, key);
                }
            }
            self.held = Held::read(self.warehouse, &due, self.cancel).await?;
        }
        Ok(())
    }

    fn judge(&self, table: &BronzeTable, file: &LandedFile<'_>) -> Result<Verdict, String> {
        Ok(judge(&self.earlier, &self.held, table, file))
    }

    async fn replace(
        &self,
        table: &BronzeTable,
        files: &[LandedFile<'_>],
    ) -> Result<Vec<FileLoad>, WarehouseError> {
        let batch = Batch::new(Timestamp::now());
        let staged: Vec<_> = self.stage_all(&batch, table, files).collect().await;
        self.go_on()?;
        let mut results: Vec<FileLoad> = staged
            .into_iter()
            .map(|staged| {
                staged.map(|decoded| (LoadStatus::Loaded, decoded)).map_err(|error| error.to_string())
            })
            .collect();
        let mut due: Vec<usize> = (0..files.len())
            .filter(|index| match (&files[*index], &results[*index]) {
                (file, Ok((_, decoded))) => {
                    !self.held.is_complete(file.session_key(), table, file.landed, *decoded)
                }
                (_, Err(_)) => false,
            })
            .collect();
        while !due.is_empty() {
            let sessions: Vec<StagedSession> = due
                .iter()
                .filter_map(|index| {
                    Some(staged_session(&files[*index], results[*index].as_ref().ok()?.1.rows))
                })
                .collect();
            let Err(error) = self.replace_rows(&batch, table, &sessions).await else { break };
            self.go_on()?;
            let overtaken = match is_late(&error) {
                true => self.overtaken(table, files, &due).await,
                false => Ok(BTreeMap::new()),
            };
            match overtaken {
                Ok(overtaken) if !overtaken.is_empty() => {
                    due.retain(|index| !overtaken.contains_key(index));
                    overtaken.into_iter().for_each(|(index, spared)| results[index] = Ok(spared));
                }
                _ => {
                    // A statement whose outcome is unknown may still read its files.
                    due.iter().for_each(|index| results[*index] = Err(error.to_string()));
                    return Ok(results);
                }
            }
        }
        self.staging.forget(&batch).await;
        Ok(results)
    }

    async fn rewrite(
        &self,
        table: &BronzeTable,
        files: &[LandedFile<'_>],
    ) -> Result<Vec<FileLoad>, WarehouseError> {
        let batch = Batch::new(Timestamp::now());
        let staged: Vec<Decoded> = self.stage_all(&batch, table, files).try_collect().await?;
        let folder = self.folder(&batch, table);
        let rows = staged.iter().any(|decoded| decoded.rows > 0);
        let statement = sql::overwrite(&self.warehouse.place, table, rows.then_some(folder.as_str()));
        self.warehouse.run("cannot rebuild a table", &statement, self.cancel).await?;
        self.staging.forget(&batch).await;
        Ok(staged.into_iter().map(|decoded| Ok((LoadStatus::Loaded, decoded))).collect())
    }

    async fn record(
        &mut self,
        sessions: &[(&Manifest, &SessionLoad)],
        scope: RecordScope,
    ) -> Result<(), WarehouseError> {
        for statement in record_statements(&self.warehouse.place, sessions, &scope, Timestamp::now()) {
            self.warehouse.run("cannot record the load", &statement, self.cancel).await?;
        }
        if scope == RecordScope::These {
            self.settle(sessions).await?;
        }
        self.earlier.add(sessions, &scope);
        Ok(())
    }
}

/// Whether a landing file must be loaded into a table.
fn judge(earlier: &EarlierLoads, held: &Held, table: &BronzeTable, file: &LandedFile<'_>) -> Verdict {
    match earlier.judge(file.session_key(), table, file.landed) {
        Verdict::Due { .. } => held.judge(file.session_key(), table, file.landed),
        spared => spared,
    }
}

impl Bronze<'_> {
    fn go_on(&self) -> Result<(), WarehouseError> {
        if self.cancel.is_cancelled() { Err(WarehouseError::Interrupted) } else { Ok(()) }
    }

    /// Decodes files into a batch, some at once; results in order.
    fn stage_all<'b>(
        &'b self,
        batch: &'b Batch,
        table: &'b BronzeTable,
        files: &'b [LandedFile<'b>],
    ) -> impl futures::Stream<Item = Result<Decoded, WarehouseError>> + Send + 'b {
        let staged: Vec<_> = files
            .iter()
            .map(|file| async move {
                self.go_on()?;
                self.staging.stage(batch, table, file).await
            })
            .collect();
        futures::stream::iter(staged).buffered(FILES_AT_ONCE)
    }

    fn folder(&self, batch: &Batch, table: &BronzeTable) -> String {
        format!("{}/{}", self.warehouse.staging.path(), batch.folder(&table.name))
    }

    async fn replace_rows(
        &self,
        batch: &Batch,
        table: &BronzeTable,
        sessions: &[StagedSession],
    ) -> Result<(), WarehouseError> {
        let (order, folder) = (self.catalog.order(table), self.folder(batch, table));
        let statement = sql::replace(&self.warehouse.place, table, &order, &folder, sessions);
        self.warehouse.run("cannot load", &statement, self.cancel).await.map(drop)
    }

    async fn earlier_loads(&self) -> Result<EarlierLoads, WarehouseError> {
        let place = &self.warehouse.place;
        let what = "cannot read the earlier loads";
        EarlierLoads::of(&self.warehouse.run(what, &sql::known(place), self.cancel).await?, place)
    }

    /// The files that another load has overtaken since the start.
    async fn overtaken(
        &self,
        table: &BronzeTable,
        files: &[LandedFile<'_>],
        due: &[usize],
    ) -> Result<BTreeMap<usize, (LoadStatus, Decoded)>, WarehouseError> {
        let mut wanted = Wanted::default();
        due.iter().for_each(|index| wanted.add(table, files[*index].session_key()));
        let earlier = self.earlier_loads().await?;
        let held = Held::read(self.warehouse, &wanted, self.cancel).await?;
        let spared = |index: &usize| match judge(&earlier, &held, table, &files[*index]) {
            Verdict::Spared(status, decoded) => Some((*index, (status, decoded))),
            Verdict::Due { .. } => None,
        };
        Ok(due.iter().filter_map(spared).collect())
    }

    /// Removes rows of older extracts that came, between the statements of this load, into tables in which
    /// their session has no rows. From the record on, such a statement fails.
    async fn settle(&self, sessions: &[(&Manifest, &SessionLoad)]) -> Result<(), WarehouseError> {
        let mut emptied: Vec<(BronzeTable, StagedSession)> = Vec::new();
        let mut wanted = Wanted::default();
        for (session_key, landed, load) in sql::load_rows(sessions) {
            if load.status == LoadStatus::Loaded
                && load.rows == 0
                && let Some(table) = BronzeTable::all().find(|table| table.name == load.table)
            {
                wanted.add(&table, session_key);
                let extracted_at = landed.extracted_at;
                emptied.push((table, StagedSession { session_key, extracted_at, rows: false }));
            }
        }
        let held = Held::read(self.warehouse, &wanted, self.cancel).await?;
        for table in BronzeTable::all() {
            let older: Vec<StagedSession> = emptied
                .iter()
                .filter(|(of, session)| *of == table && held.is_older(&table, session))
                .map(|(_, session)| session.clone())
                .collect();
            if older.is_empty() {
                continue;
            }
            match self.replace_rows(&Batch::new(Timestamp::now()), &table, &older).await {
                Err(error) if !is_late(&error) => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

fn is_late(error: &WarehouseError) -> bool {
    matches!(error, WarehouseError::Workspace { source, .. } if sql::is_late(source))
}

pub(crate) fn staged_session(file: &LandedFile<'_>, rows: u64) -> StagedSession {
    StagedSession { session_key: file.session_key(), extracted_at: file.landed.extracted_at, rows: rows > 0 }
}

/// The statements that record completely loaded sessions.
pub(crate) fn record_statements(
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
    for sessions in sessions.chunks(RECORDED_AT_ONCE) {
        let rows: Vec<LoadRow> = sql::load_rows(sessions).collect();
        if !rows.is_empty() {
            statements.push(sql::record(place, &rows, loaded_at));
        }
    }
    statements
}
