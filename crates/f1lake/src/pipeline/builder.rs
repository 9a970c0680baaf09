//! A pipeline from settings that a Rust program gives.

use super::Pipeline;
use crate::config::{Config, Loaded};
use crate::error::Error;

/// Settings of a [`Pipeline`]; those that are not set have the program's defaults.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// use f1lake::{PipelineBuilder, client::Endpoint};
///
/// let pipeline = PipelineBuilder::default().landing("raw").endpoints([Endpoint::Laps]).build().await?;
/// assert_eq!(pipeline.config().landing_path, "raw");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct PipelineBuilder {
    config: Config,
}

impl PipelineBuilder {
    /// Replaces all settings.
    pub fn config(self, config: Config) -> Self {
        Self { config }
    }

    /// Folder or URL of landing files; default `./landing`.
    pub fn landing(mut self, landing: impl Into<String>) -> Self {
        self.config.landing_path = landing.into();
        self
    }

    /// Folder or URL of the lake; default `./lake`.
    pub fn lake(mut self, lake: impl Into<String>) -> Self {
        self.config.lake_path = lake.into();
        self
    }

    /// Address of the API up to `/v1`.
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.config.base_url = base_url.into();
        self
    }

    /// Endpoints to fetch; default: all 18.
    pub fn endpoints(mut self, endpoints: impl IntoIterator<Item = openf1_client::Endpoint>) -> Self {
        self.config.endpoints = endpoints.into_iter().collect();
        self
    }

    /// Checks the settings. Nothing is opened or requested yet; accounts come from the environment.
    ///
    /// # Errors
    /// When a setting cannot be used.
    pub async fn build(self) -> Result<Pipeline, Error> {
        let loaded = Loaded::of(self.config)?;
        loaded.check_selection()?;
        Ok(Pipeline::of(loaded))
    }
}

impl Pipeline {
    /// Settings for a pipeline.
    pub fn builder() -> PipelineBuilder {
        PipelineBuilder::default()
    }
}
