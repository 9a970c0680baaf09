//! Bronze to silver and gold: builds the models in dependency order, only for changes, with one commit per
//! table.

use crate::checks::{CheckResult, run_due};
use crate::error::{LakeError, or_stopped};
use crate::inputs::{INPUTS, MODEL, SESSIONS, loads};
use crate::lake::Lake;
use crate::models::{Model, ModelGrain, Models};
use crate::query::{Query, SessionFilter, Snapshot};
use crate::table_writer::{Marks, Scope, TableSpec, TableWriter};
use deltalake::datafusion::prelude::col;
use f1lake_zone::RunLock;
use futures::StreamExt;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Sessions built together: memory does not grow with the season, and queries are not planned too often.
const SESSIONS_AT_ONCE: usize = 20;

/// Settings of a build.
#[derive(Debug, Clone)]
pub struct BuildSettings {
    /// Rebuild everything, changed or not.
    pub full_refresh: bool,
    /// Run the data tests of what was built.
    pub checks: bool,
    /// Only these models (with or without their schema), and what they read; empty for all.
    pub models: Vec<String>,
    /// Wait for another build of the lake to end, instead of refusing.
    pub wait_for_lock: bool,
}

impl Default for BuildSettings {
    fn default() -> Self {
        Self { full_refresh: false, checks: true, models: Vec::new(), wait_for_lock: false }
    }
}

/// Status of a model's build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BuildStatus {
    /// Rows were replaced.
    Built,
    /// None of its inputs changed.
    Unchanged,
    /// The table is unchanged; see `error`.
    Failed,
    /// A table that it reads could not be built.
    Skipped,
}

/// One model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelBuild {
    /// `gold_analytics.fact_laps`.
    pub model: String,
    /// Its status.
    pub status: BuildStatus,
    /// Sessions whose rows were replaced; `None` for models of the whole lake.
    pub sessions: Option<usize>,
    /// Rows written.
    pub rows: u64,
    /// Wall time, s.
    pub seconds: f64,
    /// Cause of the failure.
    pub error: Option<String>,
}

/// Result of a build.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct BuildReport {
    /// Models in order.
    pub models: Vec<ModelBuild>,
    /// Data tests in order.
    pub checks: Vec<CheckResult>,
    /// Wall time, s.
    pub seconds: f64,
}

impl BuildReport {
    /// Number of models with this status.
    pub fn count(&self, status: BuildStatus) -> usize {
        self.models.iter().filter(|model| model.status == status).count()
    }
}

/// Called for each completed model.
pub type BuildProgress = Arc<dyn Fn(&ModelBuild) + Send + Sync>;

/// Builds what changed, with the embedded models.
///
/// # Errors
/// When the lake cannot be read at all, or another build works on it; failures of models are in the report.
pub async fn build(
    lake: &Lake,
    settings: &BuildSettings,
    progress: BuildProgress,
    cancel: &CancellationToken,
) -> Result<BuildReport, LakeError> {
    build_models(lake, &Models::carried()?, settings, progress, cancel).await
}

/// Builds what changed, with other models.
///
/// # Errors
/// See [`build`].
pub async fn build_models(
    lake: &Lake,
    models: &Models,
    settings: &BuildSettings,
    progress: BuildProgress,
    cancel: &CancellationToken,
) -> Result<BuildReport, LakeError> {
    let started = std::time::Instant::now();
    let chosen = choose(models, &settings.models)?;
    // Fail before creating anything if nothing is loaded.
    loads(lake).await?;
    let lock = async {
        match lake.local_path() {
            // Two builds would write the same sessions of the same tables. In a remote lake, commits detect
            // that.
            Some(root) => Ok(Some(RunLock::take(&root.join("_work"), settings.wait_for_lock).await?)),
            None => Ok(None),
        }
    };
    let _lock = or_stopped(cancel, lock).await?;
    let loads = loads(lake).await?;
    crate::load::ensure_tables(lake).await?;
    let before = crate::checks_passed::tables_of(lake, models).await?;
    let digests = models.digests();
    let mut report = BuildReport::default();
    let mut built = BTreeMap::new();
    for model in models.models.iter().filter(|model| chosen.contains(&model.name)) {
        let clock = std::time::Instant::now();
        let broken = model
            .depends_on
            .iter()
            .find(|table| matches!(built.get(*table), Some((BuildStatus::Failed | BuildStatus::Skipped, _))));
        let result = match broken {
            Some(table) => Err(table.clone()),
            None => {
                let work = Work { lake, models, loads: &loads, full_refresh: settings.full_refresh };
                let digest = digests.get(&model.name).cloned().unwrap_or_default();
                Ok(or_stopped(cancel, work.build(model, digest)).await)
            }
        };
        let mut done = ModelBuild {
            model: model.name.clone(),
            status: BuildStatus::Skipped,
            sessions: None,
            rows: 0,
            seconds: clock.elapsed().as_secs_f64(),
            error: None,
        };
        let mut changed = BTreeSet::new();
        match result {
            Err(table) => done.error = Some(format!("{table} could not be built")),
            Ok(Err(LakeError::Interrupted)) => return Err(LakeError::Interrupted),
            Ok(Err(error)) => {
                done.status = BuildStatus::Failed;
                done.error = Some(error.to_string());
            }
            Ok(Ok(None)) => done.status = BuildStatus::Unchanged,
            Ok(Ok(Some(outcome))) => {
                done.status = BuildStatus::Built;
                done.rows = outcome.rows;
                done.sessions = (model.grain == ModelGrain::Session).then_some(outcome.sessions.len());
                changed = outcome.sessions;
            }
        }
        built.insert(model.name.clone(), (done.status, changed));
        progress(&done);
        report.models.push(done);
    }
    if settings.checks {
        let changed: BTreeSet<i64> = built.values().flat_map(|(_, sessions)| sessions).copied().collect();
        report.checks =
            run_due(lake, models, &chosen, &before, (!settings.full_refresh).then_some(changed), cancel)
                .await?;
    }
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// The named models and all that they read.
fn choose(carried: &Models, named: &[String]) -> Result<BTreeSet<String>, LakeError> {
    if named.is_empty() {
        return Ok(carried.models.iter().map(|model| model.name.clone()).collect());
    }
    let mut chosen = BTreeSet::new();
    for name in named {
        let model = carried
            .models
            .iter()
            .find(|model| model.name == *name || model.name.rsplit('.').next() == Some(name))
            .ok_or_else(|| LakeError::Model {
                model: name.clone(),
                detail: "this model does not exist; `f1lake tables` lists the models".to_owned(),
            })?;
        chosen.insert(model.name.clone());
    }
    for model in carried.models.iter().rev() {
        if chosen.contains(&model.name) {
            chosen.extend(model.depends_on.iter().cloned());
        }
    }
    Ok(chosen)
}

struct Outcome {
    rows: u64,
    sessions: BTreeSet<i64>,
}

/// Inputs shared by all models of a build.
struct Work<'a> {
    lake: &'a Lake,
    models: &'a Models,
    loads: &'a BTreeMap<i64, i64>,
    full_refresh: bool,
}

impl Work<'_> {
    /// Builds a model when it, or one of its inputs, has changed.
    async fn build(&self, model: &Model, digest: String) -> Result<Option<Outcome>, LakeError> {
        let Self { lake, models, loads, full_refresh } = *self;
        let present = lake.table(&model.name, None).await?;
        let property = |name: &str| {
            let state = present.as_ref()?.snapshot().ok()?;
            state.metadata().configuration().get(name).cloned()
        };
        let anew = full_refresh || property(MODEL).as_ref() != Some(&digest);
        let mut marks = Marks::default();
        marks.properties.insert(MODEL.to_owned(), digest);
        let spec = TableSpec {
            name: model.name.clone(),
            columns: model.columns.clone(),
            partition_by: model.partition_by.clone(),
            comment: model.description.clone(),
        };
        if model.grain == ModelGrain::Lake {
            let inputs = inputs(lake, model).await?;
            if !anew && property(INPUTS).as_ref() == Some(&inputs) {
                return Ok(None);
            }
            marks.properties.insert(INPUTS.to_owned(), inputs);
            let mut writer = TableWriter::open(lake, spec, &Scope::All).await?;
            run_model(&Query::open(lake, None).await?, model, &mut writer).await?;
            let rows = writer.rows;
            writer.commit(&Scope::All, marks).await?;
            return Ok(Some(Outcome { rows, sessions: BTreeSet::new() }));
        }
        let before: BTreeMap<i64, i64> =
            property(SESSIONS).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let changed: BTreeSet<i64> = if anew {
            loads.keys().copied().collect()
        } else {
            let newer = loads.iter().filter(|(key, at)| before.get(key) != Some(at)).map(|(key, _)| *key);
            newer.chain(before.keys().filter(|key| !loads.contains_key(key)).copied()).collect()
        };
        if changed.is_empty() && !anew {
            return Ok(None);
        }
        let text = serde_json::to_string(loads)
            .map_err(|error| LakeError::Model { model: model.name.clone(), detail: error.to_string() })?;
        marks.properties.insert(SESSIONS.to_owned(), text);
        let scope = if anew {
            Scope::All
        } else {
            Scope::Sessions { column: "session_key".to_owned(), keys: changed.clone() }
        };
        let mut writer = TableWriter::open(lake, spec, &scope).await?;
        // Telemetry is partitioned, and a single session of it is large.
        let at_once = if model.partition_by.is_empty() { SESSIONS_AT_ONCE } else { 1 };
        let lake_now = Snapshot::of(lake).await?;
        for filter in SessionFilter::portions(models, &changed, at_once) {
            let query = lake_now.query(Some(filter))?;
            run_model(&query, model, &mut writer).await?;
            writer.close_partitions().await?;
        }
        let rows = writer.rows;
        writer.commit(&scope, marks).await?;
        Ok(Some(Outcome { rows, sessions: changed }))
    }
}

/// Versions of the tables that a model reads.
async fn inputs(lake: &Lake, model: &Model) -> Result<String, LakeError> {
    let mut inputs = Vec::new();
    for table in &model.depends_on {
        let version = lake.table(table, None).await?.and_then(|table| table.version());
        inputs.push(format!("{table}@{}", version.map_or_else(|| "none".to_owned(), |v| v.to_string())));
    }
    Ok(inputs.join(" "))
}

async fn run_model(query: &Query, model: &Model, writer: &mut TableWriter) -> Result<(), LakeError> {
    let wrong = |detail: String| LakeError::Model { model: model.name.clone(), detail };
    let frame = query.sql(model.sql).await.map_err(|error| wrong(error.to_string()))?;
    let missing =
        model.columns.iter().find(|column| !frame.schema().has_column_with_unqualified_name(&column.name));
    if let Some(column) = missing {
        return Err(wrong(format!("its query has no column {}", column.name)));
    }
    let order = model.key.iter().map(|key| col(key.as_str()).sort(true, false)).collect();
    let mut rows = frame.sort(order)?.execute_stream().await?;
    while let Some(batch) = rows.next().await {
        writer.write(&batch.map_err(|error| wrong(error.to_string()))?).await?;
    }
    Ok(())
}
