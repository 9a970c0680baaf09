//! The configuration in force: its layers read and checked.

use super::environment;
use super::given::Given;
use super::layer::{Layer, Layers};
use super::settings::Config;
use super::words;
use crate::error::Error;
use f1lake_extract::ExtractError;
use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// Default configuration file.
pub const DEFAULT_FILE: &str = "f1lake.toml";

/// The configuration in force, with the origin of each value.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Values.
    pub config: Config,
    /// The configuration file that was read.
    pub file: Option<PathBuf>,
    /// Lines for the user: former names that still work, and variables that are ignored.
    pub notes: Vec<String>,
    layers: Layers,
}

impl Loaded {
    /// Reads the file (default: `f1lake.toml`, if it exists) and the environment, with settings on top that the user
    /// gave as flags or keywords; of these, the last ones win.
    ///
    /// # Errors
    /// [`Error::Usage`]: what is wrong, where, and what is expected.
    ///
    /// ```
    /// use f1lake::config::{Given, Loaded};
    ///
    /// let given = Given::keywords([("max_workers", 2.into()), ("out", "s3://bucket/landing".into())])?;
    /// let loaded = Loaded::read(None, &[given])?;
    /// assert_eq!(loaded.config.landing_path, "s3://bucket/landing");
    /// assert_eq!(loaded.as_written("landing_path"), "out=s3://bucket/landing");
    /// # Ok::<(), f1lake::Error>(())
    /// ```
    pub fn read(file: Option<&Path>, given: &[Given]) -> Result<Self, Error> {
        let file = match file {
            Some(named) if !named.is_file() => {
                return Err(Error::Usage(format!(
                    "configuration file {} does not exist\nhint: `f1lake config --example` prints one",
                    named.display()
                )));
            }
            Some(named) => Some(named.to_owned()),
            None => Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.is_file()),
        };
        let (environment, mut notes) = environment::layer(std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
        }));
        let mut layers = Layers::default();
        for mut layer in file.as_deref().map(Layer::file).into_iter().chain([environment]) {
            notes.extend(layer.rename()?);
            layers.push(layer);
        }
        for given in given {
            layers.push(given.layer()?);
            notes.extend_from_slice(given.notes());
        }
        let config = layers.figment.extract::<Config>();
        let config = config.map_err(|error| Error::Usage(words::explain(error, &layers)))?;
        let loaded = Self { config, file, notes, layers };
        loaded.check()?;
        Ok(loaded)
    }

    /// A configuration that a program made, checked.
    ///
    /// # Errors
    /// As [`Loaded::read`].
    pub fn of(config: Config) -> Result<Self, Error> {
        let loaded = Self { config, file: None, notes: Vec::new(), layers: Layers::default() };
        loaded.check()?;
        Ok(loaded)
    }

    /// Origin of a setting's value.
    pub fn origin(&self, setting: &str) -> String {
        self.layers.origin(self.layers.metadata(setting), setting)
    }

    /// A setting with its value as the user wrote it: `--year 2022`, `F1LAKE_FETCH_YEAR=2022`, or a line of
    /// the file.
    pub fn as_written(&self, setting: &str) -> String {
        self.layers.as_written(self.layers.metadata(setting), setting)
    }

    /// Validates the selection before any request.
    ///
    /// # Errors
    /// [`Error::Usage`], which names the flag, variable or line.
    pub fn check_selection(&self) -> Result<(), Error> {
        let settings = self.config.extract_settings(PathBuf::new(), Timestamp::now());
        settings.validate().map_err(|error| match error {
            ExtractError::Setting { setting, problem } => {
                Error::Usage(format!("{}: {problem}", self.as_written(setting)))
            }
            other => Error::Usage(other.to_string()),
        })
    }

    fn check(&self) -> Result<(), Error> {
        let config = &self.config;
        // Addresses are printed, and their host is part of a file name. `abfss://container@account` is not a
        // password.
        for (name, address) in [
            ("base_url", &config.base_url),
            ("landing_path", &config.landing_path),
            ("lake_path", &config.lake_path),
        ] {
            if name == "base_url" && address.contains('@') || holds_password(address) {
                return Err(Error::Usage(format!(
                    "{name} ({}) contains a user name or password\nhint: set these in the environment \
                     (OPENF1_USERNAME and OPENF1_PASSWORD, or the variables of the object store)",
                    self.origin(name)
                )));
            }
        }
        for (name, value, least) in
            [("timeout", config.timeout, 0.001), ("retry_delay", config.retry_delay, 0.0)]
        {
            if !value.is_finite() || value < least || value > 86_400.0 {
                return Err(Error::Usage(format!(
                    "{}: expected seconds {}, up to 86,400, such as 30",
                    self.as_written(name),
                    if least > 0.0 { "above 0" } else { "from 0" }
                )));
            }
        }
        Ok(())
    }
}

/// Whether a URL has `user:password@` before its host.
fn holds_password(address: &str) -> bool {
    let account = address.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@'));
    account.is_some_and(|(account, _)| account.contains(':'))
}
