//! The steps from the API to gold, as one value that a program can call.

mod builder;
pub mod step;
mod task;

pub use builder::PipelineBuilder;
pub use task::Task;

use crate::config::{Config, LoadTo, Loaded};
use crate::connect;
use crate::error::Error;
use crate::event::Event;
use crate::landing_zone::Zone;
#[cfg(feature = "lake")]
use crate::open_lake::{open_lake, require_lake};
#[cfg(feature = "lake")]
use crate::rows::Rows;
use crate::summary;
use crate::volume_name::landing;
use f1lake_bronze::{LoadProgress, LoadReport, SessionLoad};
use f1lake_extract::{
    ExtractError, Extractor, Progress, RepairReport, RunPlan, RunReport, Selected, Selection,
};
#[cfg(feature = "lake")]
use f1lake_lake::{BuildReport, LakeError, ModelBuild};
#[cfg(feature = "databricks")]
use f1lake_warehouse::load_warehouse;
use f1lake_zone::{Landing, ZoneError};
use jiff::Timestamp;
use openf1_client::OpenF1;
use serde::Serialize;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use task::Watch;

/// From the API to gold: a client, a landing zone and a lake. Each step opens what it needs.
///
/// ```
/// use f1lake::{Pipeline, Selection};
///
/// # tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
/// # let folder = tempfile::tempdir()?;
/// # let folder = |name: &str| folder.path().join(name).display().to_string();
/// let simulator = openf1_sim::start(openf1_sim::SimConfig::default()).await?;
/// let pipeline = Pipeline::builder()
///     .base_url(simulator.base_url())
///     .landing(folder("landing"))
///     .lake(folder("lake"))
///     .endpoints([openf1_client::Endpoint::Sessions, openf1_client::Endpoint::Laps])
///     .build()
///     .await?;
///
/// let extracted = pipeline.extract(Selection::latest(1)).await?;
/// # #[cfg(feature = "lake")]
/// # {
/// let loaded = pipeline.load().await?;
/// let rows = pipeline.query("select count(*) from bronze_raw.bronze_laps").await?;
/// assert_eq!((extracted.sessions.len(), loaded.sessions.len(), rows.batches.len()), (1, 1, 1));
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Pipeline {
    loaded: Loaded,
    client: OnceLock<OpenF1>,
}

/// Results of all steps.
///
/// ```no_run
/// # async fn run(pipeline: f1lake::Pipeline) -> Result<(), f1lake::Error> {
/// use f1lake::{ExitCode, Outcome, Selection};
///
/// let report = pipeline.run(Selection::latest(1)).await?;
/// if report.extract.exit_code() != ExitCode::Done {
///     eprintln!("{}", report.extract.trouble());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct PipelineReport {
    /// From the API into the landing zone.
    pub extract: RunReport,
    /// From the landing zone into bronze; `None` when the run ended before.
    pub load: Option<LoadReport>,
    /// From bronze into silver and gold; `None` when the run ended before, or loaded into Databricks.
    #[cfg(feature = "lake")]
    pub build: Option<BuildReport>,
}

impl Pipeline {
    /// A pipeline with this configuration.
    pub fn of(loaded: Loaded) -> Self {
        Self { loaded, client: OnceLock::new() }
    }

    /// Replaces the client of the API that the configuration describes.
    #[must_use]
    pub fn with_client(self, client: OpenF1) -> Self {
        Self { client: OnceLock::from(client), ..self }
    }

    /// Its settings.
    pub fn config(&self) -> &Config {
        &self.loaded.config
    }

    /// The client of the API, with the limiter that all steps share.
    ///
    /// # Errors
    /// When a setting or the account in the environment cannot be used.
    pub fn client(&self) -> Result<&OpenF1, Error> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = connect::client(&self.loaded)?;
        Ok(self.client.get_or_init(|| client))
    }

    /// All steps for these sessions. It ends after the extract when that was stopped or no session landed, so look at
    /// the statuses in its report. Where bronze is in Databricks, dbt builds the rest.
    pub fn run(&self, selection: Selection) -> Task<'_, step::Extract, PipelineReport> {
        Task::new(step::Extract::of(selection), move |step, watch| Box::pin(self.do_run(step, watch)))
    }

    /// Fetches what is due of these sessions into the landing zone.
    pub fn extract(&self, selection: Selection) -> Task<'_, step::Extract, RunReport> {
        Task::new(step::Extract::of(selection), move |step, watch| Box::pin(self.do_extract(step, watch)))
    }

    /// What an extract of these sessions would send. Only the catalogue is requested, and nothing is written.
    pub fn plan(&self, selection: Selection) -> Task<'_, step::Extract, RunPlan> {
        Task::new(step::Extract::of(selection), move |step, _| Box::pin(self.do_plan(step)))
    }

    /// Lands lost or damaged files again.
    pub fn repair(&self) -> Task<'_, step::Repair, RepairReport> {
        Task::new(step::Repair::default(), move |step, watch| Box::pin(self.do_repair(step, watch)))
    }

    /// Loads what is landed into bronze tables, in the lake or in Databricks as configured.
    pub fn load(&self) -> Task<'_, step::Load, LoadReport> {
        Task::new(step::Load::default(), move |step, watch| Box::pin(self.do_load(step, watch)))
    }

    /// Builds silver and gold from bronze, and tests them.
    #[cfg(feature = "lake")]
    pub fn build(&self) -> Task<'_, step::Build, BuildReport> {
        Task::new(step::Build::default(), move |step, watch| Box::pin(self.do_build(step, watch)))
    }

    /// Rows of a query, all in memory. SQL is read-only.
    #[cfg(feature = "lake")]
    pub fn query(&self, sql: impl Into<String>) -> Task<'_, step::Query, Rows> {
        Task::new(step::Query { sql: sql.into(), as_of: None }, move |step, watch| {
            Box::pin(self.do_query(step, watch))
        })
    }

    /// The sessions that a selection chooses, from the API.
    ///
    /// # Errors
    /// When the catalogue cannot be fetched.
    pub async fn sessions(&self, selection: Selection) -> Result<Selected, Error> {
        // Nothing is landed, so no folder is needed.
        let extractor = self.extractor(&step::Extract::of(selection), Landing::memory(), Path::new(""))?;
        extractor.sessions().await.map_err(|error| self.explained(error.into()))
    }

    /// Whether there is something to load after an extract: see [`Zone::should_load`].
    ///
    /// # Errors
    /// When the zone cannot be read.
    pub async fn should_load(&self, extract: &RunReport) -> Result<bool, Error> {
        match Zone::open_existing(self.config())? {
            Some(zone) => zone.should_load(extract).await,
            None => Ok(false),
        }
    }

    fn extractor(&self, step: &step::Extract, landing: Landing, work_dir: &Path) -> Result<Extractor, Error> {
        let mut settings = self.config().extract_settings(work_dir.to_owned(), Timestamp::now());
        settings.selection = step.selection.clone();
        settings.refresh = step.refresh;
        settings.accept_shrink = step.accept_shrink;
        settings.wait_for_lock = step.wait;
        Ok(Extractor::new(self.client()?.clone(), landing, settings)?)
    }

    /// Adds what only the configuration knows.
    fn explained(&self, error: Error) -> Error {
        error.explained(self.config())
    }

    async fn do_run(&self, step: step::Extract, watch: Watch) -> Result<PipelineReport, Error> {
        #[cfg(feature = "lake")]
        let wait = step.wait;
        let extract = self.do_extract(step, watch.clone()).await?;
        let mut report = PipelineReport {
            extract,
            load: None,
            #[cfg(feature = "lake")]
            build: None,
        };
        if !self.should_load(&report.extract).await? {
            return Ok(report);
        }
        report.load = Some(self.do_load(step::Load::default(), watch.clone()).await?);
        #[cfg(feature = "lake")]
        if self.config().load_to == LoadTo::Lake {
            let mut build = step::Build::default();
            build.settings.wait_for_lock = wait;
            report.build = Some(self.do_build(build, watch).await?);
        }
        Ok(report)
    }

    async fn do_extract(&self, step: step::Extract, watch: Watch) -> Result<RunReport, Error> {
        // A wrong account must not leave a folder behind.
        self.client()?;
        let zone = Zone::open(self.config()).await?;
        watch.tell(Event::Began(format!("landing in {}", zone.lands)));
        let result = match self.extractor(&step, zone.landing.clone(), &zone.work_dir) {
            Ok(extractor) => extractor.run(progress(&watch), watch.cancel.clone()).await.map_err(Error::from),
            Err(error) => Err(error),
        };
        let report = result.map_err(|error| {
            // Another run's folder is not ours.
            if !matches!(error, Error::Extract(ExtractError::Zone(ZoneError::Busy(_)))) {
                zone.forget_when_empty();
            }
            self.explained(error)
        })?;
        if report.sessions.is_empty() {
            zone.forget_when_empty();
        }
        watch.tell(Event::Ended(summary::of_extract(&report, &zone.landing.describe())));
        Ok(report)
    }

    async fn do_plan(&self, step: step::Extract) -> Result<RunPlan, Error> {
        // A missing zone has nothing landed, and planning must not create it.
        let (landing, work_dir) = match Zone::open_existing(self.config())? {
            Some(zone) => (zone.landing, zone.work_dir),
            None => (Landing::memory(), Path::new(landing(self.config())).join("_work")),
        };
        let extractor = self.extractor(&step, landing, &work_dir)?;
        extractor.plan().await.map_err(|error| self.explained(error.into()))
    }

    async fn do_repair(&self, step: step::Repair, watch: Watch) -> Result<RepairReport, Error> {
        self.client()?;
        let zone = Zone::require(self.config())?;
        watch.tell(Event::Began(format!("repairing {}", zone.lands)));
        let mut extract = step::Extract::of(self.config().selection());
        extract.wait = step.wait;
        let extractor = self.extractor(&extract, zone.landing.clone(), &zone.work_dir)?;
        let repaired = extractor.repair(progress(&watch), watch.cancel.clone()).await;
        let report = repaired.map_err(|error| self.explained(error.into()))?;
        if !report.found.is_empty() {
            watch.tell(Event::Ended(summary::of_extract(&report.run, &zone.landing.describe())));
        }
        Ok(report)
    }

    #[cfg_attr(
        not(any(feature = "lake", feature = "databricks")),
        allow(unused_variables, unreachable_code, reason = "it loads nowhere")
    )]
    async fn do_load(&self, step: step::Load, watch: Watch) -> Result<LoadReport, Error> {
        let config = self.config();
        let zone = Zone::require(config)?;
        let landed = async || match zone.landing.is_empty().await? {
            true => Err(zone.nothing_landed(config)),
            false => Ok(&zone.landing),
        };
        let teller = watch.clone();
        let progress: LoadProgress =
            Arc::new(move |session: &SessionLoad| teller.tell(Event::Loaded(session.clone())));
        let (settings, cancel) = (&step.settings, &watch.cancel);
        let (report, destination): (LoadReport, String) = match config.load_to {
            #[cfg(feature = "lake")]
            LoadTo::Lake => {
                let landing = landed().await?;
                let lake = open_lake(config)?;
                let loaded = f1lake_lake::load(&lake, landing, settings, progress, cancel).await;
                (loaded.map_err(|error| self.explained(error.into()))?, lake.describe())
            }
            #[cfg(feature = "databricks")]
            LoadTo::Databricks => {
                let warehouse = crate::workspace::warehouse(config).await?;
                watch.tell(Event::Began(format!("loading into {}", warehouse.describe())));
                let destination = warehouse.describe();
                let landing = landed().await?;
                (load_warehouse(&warehouse, landing, settings, progress, cancel).await?, destination)
            }
            #[cfg(not(all(feature = "lake", feature = "databricks")))]
            other => return Err(not_built(other)),
        };
        watch.tell(Event::Ended(summary::of_load(&report, &destination)));
        Ok(report)
    }

    #[cfg(feature = "lake")]
    async fn do_build(&self, step: step::Build, watch: Watch) -> Result<BuildReport, Error> {
        let lake = require_lake(self.config())?;
        let teller = watch.clone();
        let progress = Arc::new(move |model: &ModelBuild| teller.tell(Event::Built(model.clone())));
        let built = f1lake_lake::build(&lake, &step.settings, progress, &watch.cancel).await;
        let report = built.map_err(|error| self.explained(error.into()))?;
        watch.tell(Event::Ended(summary::of_build(&report, step.settings.checks)));
        Ok(report)
    }

    #[cfg(feature = "lake")]
    async fn do_query(&self, step: step::Query, watch: Watch) -> Result<Rows, Error> {
        let lake = require_lake(self.config())?;
        let work = async { Rows::of(&f1lake_lake::Query::open(&lake, step.as_of).await?, &step.sql).await };
        tokio::select! {
            rows = work => rows,
            () = watch.cancel.cancelled() => Err(LakeError::Interrupted.into()),
        }
    }
}

/// Passes on the events of an extract.
fn progress(watch: &Watch) -> Progress {
    let watch = watch.clone();
    Arc::new(move |event| watch.tell(Event::Extract(event)))
}

/// This build was made without what the load needs.
#[cfg(not(all(feature = "lake", feature = "databricks")))]
fn not_built(load_to: LoadTo) -> Error {
    let (what, feature) = match load_to {
        LoadTo::Lake => ("a lake", "lake"),
        LoadTo::Databricks => ("Databricks", "databricks"),
    };
    Error::Usage(format!(
        "this build of f1lake cannot load into {what}\nhint: install one with the feature `{feature}`, or change the setting \
         load_to"
    ))
}
