//! The dbt project's tests, run on the lake: each is a query that returns the rows that are wrong.

use crate::build::loads;
use crate::error::TablesError;
use crate::lake::Lake;
use crate::models::{Check, ModelGrain, Models, Severity};
use crate::query::{Query, SessionFilter, Snapshot};
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use serde::Serialize;
use std::collections::BTreeSet;
use tokio_util::sync::CancellationToken;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// No row is wrong.
    Passed,
    /// Rows are odd at the source.
    Warned,
    /// Rows are wrong.
    Failed,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckResult {
    /// Name.
    pub check: String,
    /// How it ended.
    pub status: CheckStatus,
    /// Rows that are wrong.
    pub rows: u64,
    /// What is checked.
    pub description: String,
    /// Why it could not be run; it then counts as failed.
    pub error: Option<String>,
}

/// Runs all checks on the whole lake.
///
/// # Errors
/// When the lake cannot be read at all.
pub async fn check(lake: &Lake, cancel: &CancellationToken) -> Result<Vec<CheckResult>, TablesError> {
    let carried = Models::carried()?;
    run_checks(lake, &carried, &carried.checks.iter().collect::<Vec<_>>(), None, cancel).await
}

/// Runs checks; those of models that are built by session look at the changed sessions only, when given.
pub(crate) async fn run_checks(
    lake: &Lake,
    carried: &Models,
    checks: &[&Check],
    changed: Option<BTreeSet<i64>>,
    cancel: &CancellationToken,
) -> Result<Vec<CheckResult>, TablesError> {
    let lake_now = Snapshot::of(lake).await?;
    let whole = vec![lake_now.query(None)?];
    let keys = match &changed {
        Some(keys) => keys.clone(),
        None => loads(lake).await?.into_keys().collect(),
    };
    // Telemetry is checked session by session, as it is built: memory is that of the largest one, however many there are.
    let mut portions = Vec::new();
    for session in SessionFilter::portions(carried, &keys, 1) {
        portions.push(lake_now.query(Some(session))?);
    }
    let narrow = if changed.is_some() {
        Some(vec![lake_now.query(Some(SessionFilter::of(carried, keys)))?])
    } else {
        portions.push(lake_now.query(Some(SessionFilter::but(carried, keys)))?);
        None
    };
    let mut results = Vec::new();
    for check in checks {
        if cancel.is_cancelled() {
            return Err(TablesError::Interrupted);
        }
        let models = || carried.models.iter().filter(|model| check.depends_on.contains(&model.name));
        let queries = if models().any(|model| model.grain == ModelGrain::Lake) {
            &whole
        } else if models().any(|model| !model.partition_by.is_empty()) {
            &portions
        } else {
            narrow.as_ref().unwrap_or(&whole)
        };
        results.push(run_check(queries, check).await);
    }
    Ok(results)
}

/// Wrong rows in all parts of the lake.
async fn wrong_rows(parts: &[Query], check: &Check) -> Result<u64, TablesError> {
    let sql = format!("select count(*) as wrong from (\n{}\n)", check.sql);
    let mut wrong = 0;
    for part in parts {
        let batches = part.collect(&sql).await?;
        let counts = batches.first().and_then(|batch| batch.column(0).as_primitive_opt::<Int64Type>());
        wrong += counts.and_then(|counts| u64::try_from(counts.value(0)).ok()).unwrap_or(0);
    }
    Ok(wrong)
}

async fn run_check(parts: &[Query], check: &Check) -> CheckResult {
    let (status, rows, error) = match wrong_rows(parts, check).await {
        Ok(0) => (CheckStatus::Passed, 0, None),
        Ok(rows) if check.severity == Severity::Warn => (CheckStatus::Warned, rows, None),
        Ok(rows) => (CheckStatus::Failed, rows, None),
        Err(error) => (CheckStatus::Failed, 0, Some(error.to_string())),
    };
    CheckResult { check: check.name.clone(), status, rows, description: check.description.clone(), error }
}
