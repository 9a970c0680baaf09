//! The steps from the API to gold, as one value that a program can call.

use crate::config::{Config, LoadTo, Loaded};
use crate::connect;
use crate::error::Error;
use crate::landing_zone::Zone;
use f1lake_bronze::{LoadReport, LoadSettings, SessionLoad};
use f1lake_extract::{Extractor, RunPlan, RunReport, Selection};
use f1lake_lake::deltalake::arrow::array::RecordBatch;
use f1lake_lake::deltalake::arrow::datatypes::SchemaRef;
use f1lake_lake::{BuildReport, BuildSettings, Lake, LakeError, ModelBuild, Query};
use jiff::Timestamp;
use openf1_client::OpenF1;
use serde::Serialize;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What happens while a pipeline works.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// Of the extract.
    Extract(f1lake_extract::Event),
    /// A session was loaded, or had nothing to load.
    Loaded(SessionLoad),
    /// A model was built, or was current.
    Built(ModelBuild),
}

type Listener = Arc<dyn Fn(Event) + Send + Sync>;

/// From the API to gold: a client, a landing zone and a lake.
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
/// let loaded = pipeline.load().await?;
/// let rows = pipeline.query("select count(*) from bronze_raw.bronze_laps").await?;
/// assert_eq!((extracted.sessions.len(), loaded.sessions.len(), rows.batches.len()), (1, 1, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Pipeline {
    config: Config,
    client: OpenF1,
    zone: Zone,
    lake: Lake,
}

/// Settings of a [`Pipeline`]; those that are not set have the program's defaults.
#[derive(Debug, Clone, Default)]
pub struct PipelineBuilder {
    config: Config,
}

impl PipelineBuilder {
    /// Replaces all settings.
    #[must_use]
    pub fn config(self, config: Config) -> Self {
        Self { config }
    }

    /// Folder or URL of landing files; default `./landing`.
    #[must_use]
    pub fn landing(mut self, landing: impl Into<String>) -> Self {
        self.config.landing_path = landing.into();
        self
    }

    /// Folder or URL of the lake; default `./lake`.
    #[must_use]
    pub fn lake(mut self, lake: impl Into<String>) -> Self {
        self.config.lake_path = lake.into();
        self
    }

    /// Address of the API up to `/v1`.
    #[must_use]
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.config.base_url = base_url.into();
        self
    }

    /// Endpoints to fetch; default: all 18.
    #[must_use]
    pub fn endpoints(mut self, endpoints: impl IntoIterator<Item = openf1_client::Endpoint>) -> Self {
        self.config.endpoints = endpoints.into_iter().collect();
        self
    }

    /// Opens the landing zone, which is tried by writing a file, and the lake. OpenF1 is sent no request yet; its account comes
    /// from the environment. The limit on the engine's memory is one for the process: the first pipeline sets it.
    ///
    /// # Errors
    /// When a setting cannot be used, or the landing zone cannot be written. Loads into Databricks are the program's:
    /// `load_to` must be the lake.
    pub async fn build(self) -> Result<Pipeline, Error> {
        let loaded = Loaded::of(self.config)?;
        if loaded.config.load_to != LoadTo::Lake {
            return Err(Error::Usage("load_to: a pipeline loads into a lake only".to_owned()));
        }
        loaded.config.extract_settings(PathBuf::new(), Timestamp::now()).validate().map_err(Error::from)?;
        let client = connect::client(&loaded)?;
        let config = loaded.config;
        let zone = Zone::open(&config).await?;
        let lake = open_lake(&config).inspect_err(|_| zone.forget_when_empty())?;
        Ok(Pipeline { config, client, zone, lake })
    }
}

/// Results of all steps.
#[derive(Debug, Clone, Serialize)]
pub struct PipelineReport {
    /// From the API into the landing zone.
    pub extract: RunReport,
    /// From the landing zone into bronze; `None` when the run ended before.
    pub load: Option<LoadReport>,
    /// From bronze into silver and gold; `None` when the run ended before.
    pub build: Option<BuildReport>,
}

/// Rows of a query.
#[derive(Debug, Clone)]
pub struct Rows {
    /// Columns.
    pub schema: SchemaRef,
    /// Rows.
    pub batches: Vec<RecordBatch>,
}

impl Rows {
    /// The rows of a query of a lake.
    ///
    /// # Errors
    /// When the query is wrong, or a table cannot be read.
    pub async fn of(query: &Query, sql: &str) -> Result<Self, Error> {
        let frame = query.sql(sql).await?;
        let schema = Arc::new(frame.schema().as_arrow().clone());
        let batches = frame.collect().await.map_err(LakeError::from)?;
        Ok(Self { schema, batches })
    }
}

/// Opens the configured lake, which is made by the first load. Limits the memory of the engine.
///
/// # Errors
/// When the lake cannot be opened.
pub fn open_lake(config: &Config) -> Result<Lake, Error> {
    f1lake_lake::limit_memory(config.memory_limit.map(|mib| mib.saturating_mul(1 << 20)));
    Ok(Lake::open_with(&config.lake_path, config.store_plain_http)?)
}

impl Pipeline {
    /// Settings for a pipeline.
    pub fn builder() -> PipelineBuilder {
        PipelineBuilder::default()
    }

    /// All steps for these sessions: [`PipelineReport`]. It ends after the extract when that was stopped or no session
    /// landed, so look at the statuses in its report.
    pub fn run(&self, selection: Selection) -> Task<'_, step::Run> {
        self.task(step::Run(step::Extract::of(selection)))
    }

    /// Fetches what is due of these sessions into the landing zone: [`RunReport`].
    pub fn extract(&self, selection: Selection) -> Task<'_, step::Extract> {
        self.task(step::Extract::of(selection))
    }

    /// Loads what is landed into bronze tables: [`LoadReport`].
    pub fn load(&self) -> Task<'_, step::Load> {
        self.task(step::Load::default())
    }

    /// Builds silver and gold from bronze, and tests them: [`BuildReport`].
    pub fn build(&self) -> Task<'_, step::Build> {
        self.task(step::Build::default())
    }

    /// What an extract of these sessions would send. Only the catalogue is requested.
    ///
    /// # Errors
    /// When the catalogue or the landing zone cannot be read.
    pub async fn plan(&self, selection: Selection) -> Result<RunPlan, Error> {
        Ok(self.extractor(&step::Extract::of(selection))?.plan().await?)
    }

    /// Rows of a query, all in memory. SQL is read-only.
    ///
    /// # Errors
    /// When the query is wrong, or a table cannot be read.
    pub async fn query(&self, sql: &str) -> Result<Rows, Error> {
        Rows::of(&Query::open(&self.lake, None).await?, sql).await
    }

    fn task<S>(&self, step: S) -> Task<'_, S> {
        Task { pipeline: self, step, listener: Arc::new(|_| {}), cancel: CancellationToken::new() }
    }

    fn extractor(&self, step: &step::Extract) -> Result<Extractor, Error> {
        let mut settings = self.config.extract_settings(self.zone.work_dir.clone(), Timestamp::now());
        settings.selection = step.selection.clone();
        settings.refresh = step.refresh;
        settings.accept_shrink = step.accept_shrink;
        Ok(Extractor::new(self.client.clone(), self.zone.landing.clone(), settings)?)
    }

    async fn do_extract(
        &self,
        step: &step::Extract,
        listener: &Listener,
        cancel: &CancellationToken,
    ) -> Result<RunReport, Error> {
        let listener = Arc::clone(listener);
        let progress = Arc::new(move |event| listener(Event::Extract(event)));
        Ok(self.extractor(step)?.run(progress, cancel.clone()).await?)
    }

    async fn do_load(
        &self,
        step: &step::Load,
        listener: &Listener,
        cancel: &CancellationToken,
    ) -> Result<LoadReport, Error> {
        let listener = Arc::clone(listener);
        let progress = Arc::new(move |session: &SessionLoad| listener(Event::Loaded(session.clone())));
        Ok(f1lake_lake::load(&self.lake, &self.zone.landing, &step.0, progress, cancel).await?)
    }

    async fn do_build(
        &self,
        step: &step::Build,
        listener: &Listener,
        cancel: &CancellationToken,
    ) -> Result<BuildReport, Error> {
        let listener = Arc::clone(listener);
        let progress = Arc::new(move |model: &ModelBuild| listener(Event::Built(model.clone())));
        Ok(f1lake_lake::build(&self.lake, &step.0, progress, cancel).await?)
    }
}

/// A step of a [`Pipeline`] that begins when it is awaited.
///
/// ```no_run
/// # async fn run(pipeline: f1lake::Pipeline) -> Result<(), f1lake::Error> {
/// use f1lake::{Event, Selection};
/// use tokio_util::sync::CancellationToken;
///
/// let cancel = CancellationToken::new();
/// let report = pipeline
///     .run(Selection::year(2024).countries(["ITA"]))
///     .on_event(|event| {
///         if let Event::Loaded(session) = event {
///             println!("{}", session.session);
///         }
///     })
///     .cancel_with(cancel.clone())
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "it begins when it is awaited"]
pub struct Task<'a, S> {
    pipeline: &'a Pipeline,
    step: S,
    listener: Listener,
    cancel: CancellationToken,
}

impl<S: std::fmt::Debug> std::fmt::Debug for Task<'_, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task").field("step", &self.step).finish_non_exhaustive()
    }
}

impl<S> Task<'_, S> {
    /// Calls `listener` with each event. It must not block.
    pub fn on_event(mut self, listener: impl Fn(Event) + Send + Sync + 'static) -> Self {
        self.listener = Arc::new(listener);
        self
    }

    /// Stops cleanly when `token` is cancelled: what is landed or committed by then stays, and the next call resumes.
    pub fn cancel_with(mut self, token: CancellationToken) -> Self {
        self.cancel = token;
        self
    }
}

impl Task<'_, step::Extract> {
    /// Fetches again what has landed, settled or not.
    pub fn refresh(mut self) -> Self {
        self.step.refresh = true;
        self
    }

    /// Lands responses that hold fewer rows than what has landed.
    pub fn accept_shrink(mut self) -> Self {
        self.step.accept_shrink = true;
        self
    }
}

impl Task<'_, step::Load> {
    /// Loads only these sessions.
    pub fn sessions(mut self, keys: impl IntoIterator<Item = i64>) -> Self {
        self.step.0.sessions = Some(keys.into_iter().collect());
        self
    }

    /// Rebuilds every bronze table from the landing zone.
    pub fn rebuild(mut self) -> Self {
        self.step.0.rebuild = true;
        self
    }
}

impl Task<'_, step::Build> {
    /// Rebuilds every table, changed or not.
    pub fn full_refresh(mut self) -> Self {
        self.step.0.full_refresh = true;
        self
    }
}

/// The steps of a [`Pipeline`], as the types of their tasks.
pub mod step {
    use super::{BuildSettings, LoadSettings, Selection};

    /// From the API into the landing zone.
    #[derive(Debug)]
    pub struct Extract {
        pub(super) selection: Selection,
        pub(super) refresh: bool,
        pub(super) accept_shrink: bool,
    }

    impl Extract {
        pub(super) fn of(selection: Selection) -> Self {
            Self { selection, refresh: false, accept_shrink: false }
        }
    }

    /// From the landing zone into bronze.
    #[derive(Debug, Default)]
    pub struct Load(pub(super) LoadSettings);

    /// From bronze into silver and gold.
    #[derive(Debug, Default)]
    pub struct Build(pub(super) BuildSettings);

    /// All of them.
    #[derive(Debug)]
    pub struct Run(pub(super) Extract);
}

type Working<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

impl<'a> IntoFuture for Task<'a, step::Extract> {
    type Output = Result<RunReport, Error>;
    type IntoFuture = Working<'a, RunReport>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.pipeline.do_extract(&self.step, &self.listener, &self.cancel).await })
    }
}

impl<'a> IntoFuture for Task<'a, step::Load> {
    type Output = Result<LoadReport, Error>;
    type IntoFuture = Working<'a, LoadReport>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.pipeline.do_load(&self.step, &self.listener, &self.cancel).await })
    }
}

impl<'a> IntoFuture for Task<'a, step::Build> {
    type Output = Result<BuildReport, Error>;
    type IntoFuture = Working<'a, BuildReport>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.pipeline.do_build(&self.step, &self.listener, &self.cancel).await })
    }
}

impl<'a> IntoFuture for Task<'a, step::Run> {
    type Output = Result<PipelineReport, Error>;
    type IntoFuture = Working<'a, PipelineReport>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let Self { pipeline, step, listener, cancel } = self;
            let extract = pipeline.do_extract(&step.0, &listener, &cancel).await?;
            let mut report = PipelineReport { extract, load: None, build: None };
            if !pipeline.zone.should_load(&report.extract).await? {
                return Ok(report);
            }
            report.load = Some(pipeline.do_load(&step::Load::default(), &listener, &cancel).await?);
            report.build = Some(pipeline.do_build(&step::Build::default(), &listener, &cancel).await?);
            Ok(report)
        })
    }
}
