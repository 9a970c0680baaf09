//! A schema of a Databricks workspace and the SQL warehouse that works on it.

use crate::error::WarehouseError;
use crate::sql::{self, Place};
use f1lake_bronze::{BronzeTable, Column, LOADS, loads_columns};
use f1lake_databricks::{RetryPolicy, Rows, Statement, VolumeStore, Workspace};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

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
    pub(crate) async fn make_missing(
        &self,
        cancel: &CancellationToken,
    ) -> Result<BTreeSet<String>, WarehouseError> {
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
    pub(crate) async fn run(
        &self,
        what: &'static str,
        statement: &str,
        cancel: &CancellationToken,
    ) -> Result<Rows, WarehouseError> {
        let mut retries = RETRIES.start();
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
