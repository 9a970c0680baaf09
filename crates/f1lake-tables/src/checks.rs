//! The dbt project's tests, run on the lake: each is a query that returns the rows that are wrong.

use crate::error::TablesError;
use crate::lake::Lake;
use crate::models::{Check, ModelGrain, Models, Severity};
use crate::query::{Query, SessionFilter};
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
    let whole = Query::open(lake, None).await?;
    let narrow = match changed {
        None => None,
        Some(keys) => {
            let filter = SessionFilter { columns: carried.session_columns(), keys };
            Some(Query::open_filtered(lake, None, Some(filter)).await?)
        }
    };
    let by_session = |check: &Check| {
        check.depends_on.iter().all(|table| {
            !carried.models.iter().any(|model| model.name == *table && model.grain == ModelGrain::Lake)
        })
    };
    let mut results = Vec::new();
    for check in checks {
        if cancel.is_cancelled() {
            return Err(TablesError::Interrupted);
        }
        let query = narrow.as_ref().filter(|_| by_session(check)).unwrap_or(&whole);
        results.push(run_check(query, check).await);
    }
    Ok(results)
}

async fn run_check(query: &Query, check: &Check) -> CheckResult {
    let counted = query.collect(&format!("select count(*) as wrong from (\n{}\n)", check.sql)).await;
    let rows = counted.map(|batches| {
        let counts = batches.first().and_then(|batch| batch.column(0).as_primitive_opt::<Int64Type>());
        counts.and_then(|counts| u64::try_from(counts.value(0)).ok()).unwrap_or(0)
    });
    let (status, rows, error) = match rows {
        Ok(0) => (CheckStatus::Passed, 0, None),
        Ok(rows) if check.severity == Severity::Warn => (CheckStatus::Warned, rows, None),
        Ok(rows) => (CheckStatus::Failed, rows, None),
        Err(error) => (CheckStatus::Failed, 0, Some(error.to_string())),
    };
    CheckResult { check: check.name.clone(), status, rows, description: check.description.clone(), error }
}
