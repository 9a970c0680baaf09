//! A schema of a Databricks workspace and the SQL warehouse that works on it.

use crate::catalog::Catalog;
use crate::error::WarehouseError;
use crate::marker::Marker;
use crate::sql::{self, Place};
use f1lake_databricks::{RetryPolicy, Rows, Statement, VolumeStore, Workspace};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

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
    /// Retries of a statement that lost a conflict, met a passing failure, or whose outcome is unknown.
    pub retry: RetryPolicy,
}

impl Warehouse {
    /// The usual retries: about half a minute.
    pub const RETRY: RetryPolicy = RetryPolicy {
        retries: 4,
        first_wait: Duration::from_secs(2),
        longest_wait: Duration::from_secs(16),
        budget: Duration::MAX,
    };

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

    /// Creates what is missing; returns what existed before.
    pub(crate) async fn make_missing(&self, cancel: &CancellationToken) -> Result<Catalog, WarehouseError> {
        let catalog = self.catalog(cancel).await?;
        catalog.refuse_foreign(&self.place)?;
        let missing = catalog.missing(&self.place);
        if !missing.is_empty() {
            Marker::remove(&self.staging, &self.place).await?;
        }
        // Before the tables are there again: a record of rows that are gone would keep them from being loaded.
        let lost = catalog.lost();
        if !lost.is_empty() {
            self.run("cannot update the record", &sql::forget_tables(&self.place, &lost), cancel).await?;
        }
        for (what, statement) in &missing {
            let Err(error) = self.run(what, statement, cancel).await else { continue };
            // Another load may have been first, or the same statement when its response was lost.
            match self.catalog(cancel).await {
                Ok(now) if !now.missing(&self.place).iter().any(|(_, missing)| missing == statement) => {}
                _ => return Err(error),
            }
        }
        if self.staging.check().await.is_err_and(|error| error.is_not_found()) {
            let volume = self.staging.path().volume();
            self.run("cannot create the volume", &sql::create_volume(&volume), cancel).await?;
            self.staging.check().await.map_err(WarehouseError::workspace("cannot use the volume"))?;
        }
        Ok(catalog)
    }

    async fn catalog(&self, cancel: &CancellationToken) -> Result<Catalog, WarehouseError> {
        Ok(Catalog::of(self.run("cannot read the catalog", &sql::present(&self.place), cancel).await?))
    }

    /// Runs a statement; retries it after a lost conflict, a passing failure or an unknown outcome, because all
    /// of ours may be repeated.
    pub(crate) async fn run(
        &self,
        what: &'static str,
        statement: &str,
        cancel: &CancellationToken,
    ) -> Result<Rows, WarehouseError> {
        let mut retries = self.retry.start();
        // In the query history and `system.query.history`: what it costs, and which version did it.
        let statement = Statement::new(statement)
            .query_tag("product", Some("f1lake"))
            .query_tag("version", Some(env!("CARGO_PKG_VERSION")));
        loop {
            let ran = self.workspace.execute(&self.warehouse_id, &statement, cancel).await;
            let error = match ran {
                Ok(rows) => return Ok(rows),
                Err(f1lake_databricks::Error::Canceled { .. }) if cancel.is_cancelled() => {
                    return Err(WarehouseError::Interrupted);
                }
                Err(error) => error,
            };
            let again = match &error {
                f1lake_databricks::Error::OutcomeUnknown { .. } => true,
                f1lake_databricks::Error::Sql(error) => error.may_pass(),
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
}
