//! The tests of the dbt project, run on the lake: each is a query that returns wrong rows.

use crate::checks_passed::{Passed, Seen, tables_of};
use crate::error::{LakeError, or_stopped};
use crate::inputs::loads;
use crate::lake::Lake;
use crate::models::{Check, ModelGrain, Models, Severity};
use crate::query::{Query, SessionFilter, Snapshot};
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use tokio_util::sync::CancellationToken;

/// Result of a data test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// No wrong rows.
    Passed,
    /// The source has odd rows.
    Warned,
    /// There are wrong rows.
    Failed,
}

/// One data test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckResult {
    /// Name.
    pub check: String,
    /// Its result.
    pub status: CheckStatus,
    /// Number of wrong rows.
    pub rows: u64,
    /// What it tests.
    pub description: String,
    /// Why it could not run; it then counts as failed.
    pub error: Option<String>,
}

/// Runs all data tests on the whole lake.
///
/// # Errors
/// When the lake cannot be read at all.
pub async fn check(lake: &Lake, cancel: &CancellationToken) -> Result<Vec<CheckResult>, LakeError> {
    let carried = Models::carried()?;
    let tables = tables_of(lake, &carried).await?;
    let all: Vec<&Check> = carried.checks.iter().collect();
    let results = run_checks(lake, &carried, &all, None, cancel).await?;
    let mut passed = Passed::read(lake).await?;
    note(&mut passed, &all, &results, &tables);
    passed.write(lake).await?;
    Ok(results)
}

/// Records which data tests passed on these tables. A warning concerns the source and counts as passed.
fn note(
    passed: &mut Passed,
    checks: &[&Check],
    results: &[CheckResult],
    tables: &BTreeMap<String, Option<String>>,
) {
    for (check, result) in checks.iter().zip(results) {
        let seen = (result.status != CheckStatus::Failed).then(|| Seen::of(check, tables)).flatten();
        passed.note(check, seen);
    }
}

/// Runs the data tests that are due after a build: those whose tables changed since they last passed. A test
/// that passed on the previous tables looks only at the changed sessions; others, and all tests if no changed
/// sessions are given, look at all sessions. Tests of missing tables wait for them.
pub(crate) async fn run_due(
    lake: &Lake,
    carried: &Models,
    chosen: &BTreeSet<String>,
    before: &BTreeMap<String, Option<String>>,
    changed: Option<BTreeSet<i64>>,
    cancel: &CancellationToken,
) -> Result<Vec<CheckResult>, LakeError> {
    let tables = tables_of(lake, carried).await?;
    let mut passed = Passed::read(lake).await?;
    let (mut whole, mut partly): (Vec<&Check>, Vec<&Check>) = (Vec::new(), Vec::new());
    for check in &carried.checks {
        let Some(seen) = Seen::of(check, &tables) else { continue };
        let holds = |seen: &Seen| changed.is_some() && passed.holds(check, seen);
        if holds(&seen) || !check.depends_on.iter().any(|table| chosen.contains(table)) {
            continue;
        }
        let held = Seen::of(check, before).is_some_and(|seen| holds(&seen));
        if held { partly.push(check) } else { whole.push(check) }
    }
    let mut results = Vec::new();
    for (checks, changed) in [(whole, None), (partly, changed)] {
        if checks.is_empty() {
            continue;
        }
        let done = run_checks(lake, carried, &checks, changed, cancel).await?;
        note(&mut passed, &checks, &done, &tables);
        results.extend(done);
    }
    if !results.is_empty() {
        passed.write(lake).await?;
    }
    let place: BTreeMap<&str, usize> =
        carried.checks.iter().enumerate().map(|(place, check)| (check.name.as_str(), place)).collect();
    results.sort_by_key(|result| place.get(result.check.as_str()).copied());
    Ok(results)
}

/// The part of the lake that a data test reads in one query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The whole lake, whatever changed.
    Lake,
    /// All sessions, or the changed ones.
    Sessions,
    /// One session of telemetry, as in the build: memory depends on the largest session, not on their number.
    Session,
}

impl Reach {
    fn of(check: &Check, carried: &Models) -> Self {
        let mut models = carried.models.iter().filter(|model| check.depends_on.contains(&model.name));
        if models.clone().any(|model| model.grain == ModelGrain::Lake) {
            Self::Lake
        } else if models.any(|model| !model.partition_by.is_empty()) {
            Self::Session
        } else {
            Self::Sessions
        }
    }
}

/// Runs data tests; those of models built by session read only the changed sessions, if given.
pub(crate) async fn run_checks(
    lake: &Lake,
    carried: &Models,
    checks: &[&Check],
    changed: Option<BTreeSet<i64>>,
    cancel: &CancellationToken,
) -> Result<Vec<CheckResult>, LakeError> {
    let changed_only = changed.clone().map(|keys| SessionFilter::of(carried, keys));
    let mut parts = vec![(Reach::Lake, None), (Reach::Sessions, changed_only)];
    let keys = match changed {
        Some(keys) => keys,
        None => {
            let keys: BTreeSet<i64> = loads(lake).await?.into_keys().collect();
            parts.push((Reach::Session, Some(SessionFilter::but(carried, keys.clone()))));
            keys
        }
    };
    let sessions = SessionFilter::portions(carried, &keys, 1);
    parts.extend(sessions.into_iter().map(|session| (Reach::Session, Some(session))));

    let mut found: Vec<(&Check, Reach, Result<u64, LakeError>)> =
        checks.iter().map(|check| (*check, Reach::of(check, carried), Ok(0))).collect();
    let lake_now = Snapshot::of(lake).await?;
    for (part, filter) in parts {
        if !found.iter().any(|(_, reach, _)| *reach == part) {
            continue;
        }
        let query = lake_now.query(filter)?;
        for (check, reach, wrong) in &mut found {
            if let Ok(rows) = wrong
                && *reach == part
            {
                match or_stopped(cancel, wrong_rows(&query, check)).await {
                    Ok(more) => *rows += more,
                    Err(LakeError::Interrupted) => return Err(LakeError::Interrupted),
                    Err(error) => *wrong = Err(error),
                }
            }
        }
    }
    Ok(found.into_iter().map(|(check, _, wrong)| result(check, wrong)).collect())
}

async fn wrong_rows(query: &Query, check: &Check) -> Result<u64, LakeError> {
    let sql = format!("select count(*) as wrong from (\n{}\n)", check.sql);
    let batches = query.collect(&sql).await?;
    let first = batches.iter().find(|batch| batch.num_rows() > 0);
    let counts = first.and_then(|batch| batch.column(0).as_primitive_opt::<Int64Type>());
    counts.and_then(|counts| u64::try_from(counts.value(0)).ok()).ok_or_else(|| LakeError::Model {
        model: check.name.clone(),
        detail: "its query returned no count".to_owned(),
    })
}

fn result(check: &Check, wrong: Result<u64, LakeError>) -> CheckResult {
    let (status, rows, error) = match wrong {
        Ok(0) => (CheckStatus::Passed, 0, None),
        Ok(rows) if check.severity == Severity::Warn => (CheckStatus::Warned, rows, None),
        Ok(rows) => (CheckStatus::Failed, rows, None),
        Err(error) => (CheckStatus::Failed, 0, Some(error.to_string())),
    };
    CheckResult { check: check.name.clone(), status, rows, description: check.description.clone(), error }
}
