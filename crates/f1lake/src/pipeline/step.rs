//! The steps of a [`Pipeline`](crate::Pipeline), with what each can be told before it begins.

use super::task::Task;
use f1lake_bronze::LoadSettings;
use f1lake_extract::Selection;
#[cfg(feature = "lake")]
use f1lake_lake::{AsOf, BuildSettings};

/// From the API into the landing zone.
///
/// ```no_run
/// # async fn run(pipeline: f1lake::Pipeline) -> Result<(), f1lake::Error> {
/// use f1lake::Selection;
///
/// let report = pipeline.extract(Selection::latest(1)).refresh(true).wait(true).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Extract {
    pub(crate) selection: Selection,
    pub(crate) refresh: bool,
    pub(crate) accept_shrink: bool,
    pub(crate) wait: bool,
}

impl Extract {
    pub(crate) fn of(selection: Selection) -> Self {
        Self { selection, refresh: false, accept_shrink: false, wait: false }
    }
}

impl<R> Task<'_, Extract, R> {
    /// Whether what has landed is fetched again, settled or not.
    pub fn refresh(mut self, refresh: bool) -> Self {
        self.step.refresh = refresh;
        self
    }

    /// Whether responses land that hold fewer rows than what has landed.
    pub fn accept_shrink(mut self, accept: bool) -> Self {
        self.step.accept_shrink = accept;
        self
    }

    /// Whether it waits for another run on the same folder to end, instead of failing.
    pub fn wait(mut self, wait: bool) -> Self {
        self.step.wait = wait;
        self
    }
}

/// Lost or damaged files of the landing zone, landed again.
///
/// ```no_run
/// # async fn run(pipeline: f1lake::Pipeline) -> Result<(), f1lake::Error> {
/// assert!(pipeline.repair().await?.left.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Repair {
    pub(crate) wait: bool,
}

impl<R> Task<'_, Repair, R> {
    /// Whether it waits for another run on the same folder to end, instead of failing.
    pub fn wait(mut self, wait: bool) -> Self {
        self.step.wait = wait;
        self
    }
}

/// From the landing zone into bronze.
///
/// ```no_run
/// # async fn run(pipeline: f1lake::Pipeline) -> Result<(), f1lake::Error> {
/// let report = pipeline.load().sessions([9158]).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Load {
    pub(crate) settings: LoadSettings,
}

impl<R> Task<'_, Load, R> {
    /// Loads only these sessions; none for all.
    pub fn sessions(mut self, keys: impl IntoIterator<Item = i64>) -> Self {
        self.step.settings.sessions =
            Some(keys.into_iter().collect()).filter(|keys: &std::collections::BTreeSet<_>| !keys.is_empty());
        self
    }

    /// Whether every bronze table is rebuilt from the landing zone.
    pub fn rebuild(mut self, rebuild: bool) -> Self {
        self.step.settings.rebuild = rebuild;
        self
    }
}

/// From bronze into silver and gold.
///
/// ```no_run
/// # async fn run(pipeline: f1lake::Pipeline) -> Result<(), f1lake::Error> {
/// let report = pipeline.build().models(["fact_laps"]).tests(false).await?;
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "lake")]
#[derive(Debug, Default)]
pub struct Build {
    pub(crate) settings: BuildSettings,
}

#[cfg(feature = "lake")]
impl<R> Task<'_, Build, R> {
    /// Whether every table is rebuilt, changed or not.
    pub fn full_refresh(mut self, full_refresh: bool) -> Self {
        self.step.settings.full_refresh = full_refresh;
        self
    }

    /// Builds only these tables and what they are built from; none for all.
    pub fn models(mut self, models: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.step.settings.models = models.into_iter().map(Into::into).collect();
        self
    }

    /// Whether what was built is tested; it is unless told otherwise.
    pub fn tests(mut self, tests: bool) -> Self {
        self.step.settings.checks = tests;
        self
    }

    /// Whether it waits for another build of the lake to end, instead of failing.
    pub fn wait(mut self, wait: bool) -> Self {
        self.step.settings.wait_for_lock = wait;
        self
    }
}

/// Read-only SQL on the lake.
///
/// ```no_run
/// # async fn run(pipeline: f1lake::Pipeline) -> Result<(), f1lake::Error> {
/// use f1lake::lake::AsOf;
///
/// let rows = pipeline.query("select count(*) from fact_laps").as_of(AsOf::Version(3)).await?;
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "lake")]
#[derive(Debug)]
pub struct Query {
    pub(crate) sql: String,
    pub(crate) as_of: Option<AsOf>,
}

#[cfg(feature = "lake")]
impl<R> Task<'_, Query, R> {
    /// Reads the tables as they were.
    pub fn as_of(mut self, when: impl Into<Option<AsOf>>) -> Self {
        self.step.as_of = when.into();
        self
    }
}
