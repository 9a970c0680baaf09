//! Configuration: defaults < `f1lake.toml` < environment (`F1LAKE_...`) < flags, each value with its origin.

mod lists;
pub mod words;

pub use words::meant;

use crate::error::Error;
use f1lake_extract::{ExtractError, ExtractSettings, Mode, OnLocked, Order, Selection};
use f1lake_zone::{Compression, Format};
use figment::providers::{Format as _, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use jiff::Timestamp;
use jiff::civil::Date;
use openf1_client::Endpoint;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Default configuration file.
pub const DEFAULT_FILE: &str = "f1lake.toml";
/// Prefix of environment variables.
const PREFIX: &str = "F1LAKE_";
/// Variables with the prefix that are not settings: the path of the file, those of the dbt project and of the
/// example job, and those of our own tests, which may be set for everything that runs there.
const NO_SETTINGS: [&str; 23] = [
    "F1LAKE_CONFIG",
    // dbt
    "F1LAKE_CATALOG",
    "F1LAKE_DBT_ENGINE",
    "F1LAKE_DUCKDB",
    "F1LAKE_ENV",
    "F1LAKE_LAKE",
    "F1LAKE_SPARK_OUT",
    "F1LAKE_THREADS",
    "F1LAKE_VOLUME",
    // tests
    "F1LAKE_ADVISORY_DB",
    "F1LAKE_DATABRICKS_VENV",
    "F1LAKE_EXAMPLES_VENV",
    "F1LAKE_FAULT_LIST",
    "F1LAKE_FAULT_POINTS",
    "F1LAKE_FAULT_STEP",
    "F1LAKE_KILL_ROUNDS",
    "F1LAKE_KILL_SEED",
    "F1LAKE_MINILAKE",
    "F1LAKE_PROOF_JOBS",
    "F1LAKE_PROOF_SECONDS",
    "F1LAKE_PYTHON_VENV",
    "F1LAKE_SDK_PYTHON",
    "F1LAKE_VENV",
];

/// Ways to choose sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FetchMode {
    /// The last sessions that are over.
    #[default]
    Latest,
    /// A whole season.
    Year,
    /// Days from `manual_batch_days`.
    Manual,
}

/// Where bronze tables are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoadTo {
    /// Delta tables of the lake.
    #[default]
    Lake,
    /// Tables of a Databricks workspace.
    Databricks,
}

/// A setting, for lists and documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Name in the file; in the environment, in capitals after `F1LAKE_`.
    pub name: &'static str,
    /// Meaning, unit and default.
    pub doc: &'static str,
}

macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $(#[serde($serde:meta)])? $name:ident: $type:ty = $default:expr;)+) => {
        /// All settings.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Config {
            $($(#[doc = $doc])+ $(#[serde($serde)])? pub $name: $type,)+
        }

        impl Default for Config {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        /// All settings with their meaning, in the order of the documents.
        pub const SETTINGS: &[Setting] =
            &[$(Setting { name: stringify!($name), doc: concat!($($doc),+).trim_ascii() },)+];
    };
}

settings! {
    /// How sessions are chosen: `latest`, `year` or `manual`.
    fetch_mode: FetchMode = FetchMode::Latest;
    /// Number of sessions in mode `latest`.
    num_latest_sessions: usize = 10;
    /// Season of mode `year`, from 2023; unset: the current one.
    fetch_year: Option<i16> = None;
    /// Days of mode `manual`, such as `["2024-03-24"]`.
    #[serde(deserialize_with = "lists::list")]
    manual_batch_days: Vec<Date> = Vec::new();
    /// Which sessions come first: `latest` or `oldest`.
    order: Order = Order::Latest;
    /// Sessions by key, instead of a mode.
    #[serde(deserialize_with = "lists::list")]
    session_keys: Vec<i64> = Vec::new();
    /// Whole weekends by key, instead of a mode.
    #[serde(deserialize_with = "lists::list")]
    meeting_keys: Vec<i64> = Vec::new();
    /// Only these countries: names or three-letter codes.
    #[serde(deserialize_with = "lists::list")]
    countries: Vec<String> = Vec::new();
    /// Only these locations or circuits.
    #[serde(deserialize_with = "lists::list")]
    locations: Vec<String> = Vec::new();
    /// Only these types or names of sessions, such as `Race`, `Practice 1`, or `Grand Prix` for races that are not sprints.
    #[serde(deserialize_with = "lists::list")]
    session_types: Vec<String> = Vec::new();
    /// Only sessions that start on this day or later.
    #[serde(deserialize_with = "lists::day")]
    from: Option<Date> = None;
    /// Only sessions that start on this day or earlier.
    #[serde(deserialize_with = "lists::day")]
    to: Option<Date> = None;
    /// Read days in local time at the venue instead of UTC.
    local_days: bool = false;
    /// Endpoints to fetch; empty: all 18, except those switched off below.
    #[serde(deserialize_with = "lists::list")]
    endpoints: Vec<Endpoint> = Vec::new();
    /// Fetch `sessions` when `endpoints` is empty.
    fetch_sessions: bool = true;
    /// Fetch `drivers` when `endpoints` is empty.
    fetch_drivers: bool = true;
    /// Fetch `laps` when `endpoints` is empty.
    fetch_laps: bool = true;
    /// Fetch `location` when `endpoints` is empty.
    fetch_locations: bool = true;
    /// Time window of a telemetry request, minutes; unset: whole sessions, split when they are too large.
    location_chunk_minutes: Option<u32> = None;
    /// Maximum number of windows per driver; windows grow to stay within it, so no data is lost.
    max_location_chunks: Option<u32> = None;
    /// Drivers in the first telemetry request; fewer after the server refuses one.
    drivers_per_request: usize = 4;
    /// Requests in flight at the same time.
    max_workers: usize = 3;
    /// Base URL of the API, up to and including `/v1`.
    base_url: String = openf1_client::DEFAULT_BASE_URL.to_owned();
    /// Timeout for a response, seconds.
    timeout: f64 = 30.0;
    /// Retries after the first attempt, for 429, 5xx, timeouts and broken responses.
    max_retries: u32 = 5;
    /// Delay before the first retry, seconds; it doubles each time, with jitter.
    retry_delay: f64 = 1.0;
    /// Requests per second; unset: 3, or 6 with an account; no limit for a server on this machine.
    rate_per_second: Option<f64> = None;
    /// Requests per minute; unset: 30, or 60 with an account; no limit for a server on this machine.
    rate_per_minute: Option<u32> = None;
    /// File in which processes share the rate limits; unset: one per server and user, in the cache folder.
    limiter_state: Option<PathBuf> = None;
    /// Folder, or URL of an object store, for landing files.
    landing_path: String = "./landing".to_owned();
    /// Databricks volume for landing files, instead of `landing_path`.
    landing_volume_path: Option<String> = None;
    /// With `landing_volume_path`: also keep the files in `landing_path`.
    also_local: bool = false;
    /// Object stores: allow plain `http://` in addresses such as `AWS_ENDPOINT_URL`, for this machine only.
    store_plain_http: bool = false;
    /// Folder for staging and locks; unset: `_work` in the landing folder.
    work_path: Option<PathBuf> = None;
    /// Folder, or URL of an object store, of the lake's tables.
    lake_path: String = "./lake".to_owned();
    /// Memory of the query engine, MiB, before it spills to disk; unset: half of the memory of the machine or its cgroup.
    memory_limit: Option<u64> = None;
    /// Where `load` and `run` put bronze tables: `lake` (`lake_path`) or `databricks`.
    load_to: LoadTo = LoadTo::Lake;
    /// Databricks: profile of `~/.databrickscfg`; unset: environment variables, then the default profile.
    databricks_profile: Option<String> = None;
    /// Databricks: SQL warehouse, by ID or name; unset: `DATABRICKS_WAREHOUSE_ID`.
    databricks_warehouse: Option<String> = None;
    /// Databricks: catalog of the bronze tables; unset: that of `landing_volume_path`.
    databricks_catalog: Option<String> = None;
    /// Databricks: schema of the bronze tables.
    databricks_schema: String = f1lake_bronze::BRONZE.to_owned();
    /// Databricks: volume for files that are being loaded; unset: `landing_volume_path`, else volume `f1lake` of the schema.
    databricks_staging_path: Option<String> = None;
    /// Format of landing files: `json`, `ndjson` or `parquet`.
    format: Format = Format::Json;
    /// Compression of landing files: `none`, `gzip` or `zstd`.
    compression: Compression = Compression::None;
    /// Days after its end until a session counts as settled and is no longer fetched again.
    settle_days: u32 = 30;
    /// What to do while a live session locks OpenF1: `stop` (exit code 4) or `wait`.
    on_locked: OnLocked = OnLocked::Stop;
}

/// The configuration in force, with the origin of each value.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Values.
    pub config: Config,
    /// The configuration file that was read.
    pub file: Option<PathBuf>,
    figment: Figment,
}

/// A layer of settings with a name for its origin.
struct Layer {
    name: &'static str,
    values: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}

const ENVIRONMENT: &str = "environment";
const FLAGS: &str = "command line";
const KEYWORDS: &str = "keyword";

/// Variables `F1LAKE_...`; empty ones count as unset.
fn environment() -> Dict {
    std::env::vars()
        .filter(|(name, value)| !value.is_empty() && !NO_SETTINGS.contains(&name.as_str()))
        .filter_map(|(name, value)| {
            let name = name.strip_prefix(PREFIX)?.to_lowercase();
            Some((name, read_value(&value)))
        })
        .collect()
}

/// Parses a value of the environment. figment's parser panics on some escapes beside non-ASCII letters; such
/// text is taken literally.
pub fn read_value(text: &str) -> Value {
    if text.contains('\\') && !text.is_ascii() {
        return Value::from(text);
    }
    text.parse::<Value>().unwrap_or_else(|never| match never {})
}

impl Loaded {
    /// Reads the file (default: `f1lake.toml`, if it exists), the environment and the flags.
    ///
    /// # Errors
    /// [`Error::Usage`] in one line: what is wrong, where, and what is expected.
    pub fn read(file: Option<&Path>, flags: Dict) -> Result<Self, Error> {
        Self::read_all(file, flags, Dict::new())
    }

    /// Like [`Loaded::read`], with settings on top that a calling program passed by name.
    ///
    /// # Errors
    /// See [`Loaded::read`].
    pub fn read_all(file: Option<&Path>, flags: Dict, keywords: Dict) -> Result<Self, Error> {
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
        let mut figment = Figment::new();
        if let Some(path) = &file {
            figment = figment.merge(Toml::file_exact(path));
        }
        figment = figment
            .merge(Layer { name: ENVIRONMENT, values: environment() })
            .merge(Layer { name: FLAGS, values: flags })
            .merge(Layer { name: KEYWORDS, values: keywords });
        let config =
            figment.extract::<Config>().map_err(|error| Error::Usage(words::explain(error, &figment)))?;
        let loaded = Self { config, file, figment };
        loaded.check()?;
        Ok(loaded)
    }

    /// Origin of a setting's value.
    pub fn origin(&self, setting: &str) -> String {
        match self.figment.find_metadata(setting) {
            Some(metadata) => origin(metadata, setting),
            None => "default".to_owned(),
        }
    }

    /// A setting with its value as the user wrote it: `--year 2022`, `F1LAKE_FETCH_YEAR=2022`, or a line of
    /// the file.
    pub fn as_written(&self, setting: &str) -> String {
        words::as_written(&self.figment, setting)
    }

    /// A configuration that a program made, checked.
    ///
    /// # Errors
    /// As [`Loaded::read`].
    pub fn of(config: Config) -> Result<Self, Error> {
        let loaded = Self { config, file: None, figment: Figment::new() };
        loaded.check()?;
        Ok(loaded)
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

impl Config {
    /// Settings of an extract, with staging in `work_dir`; relative times count from `now`.
    pub fn extract_settings(&self, work_dir: PathBuf, now: Timestamp) -> ExtractSettings {
        let mode = if !self.session_keys.is_empty() || !self.meeting_keys.is_empty() {
            Mode::Keys { session_keys: self.session_keys.clone(), meeting_keys: self.meeting_keys.clone() }
        } else {
            match self.fetch_mode {
                FetchMode::Latest => Mode::Latest { sessions: self.num_latest_sessions },
                FetchMode::Year => Mode::Year {
                    year: self.fetch_year.unwrap_or_else(|| jiff::tz::TimeZone::UTC.to_datetime(now).year()),
                },
                FetchMode::Manual => Mode::Manual { days: self.manual_batch_days.clone() },
            }
        };
        ExtractSettings {
            selection: Selection {
                mode,
                order: self.order,
                countries: self.countries.clone(),
                locations: self.locations.clone(),
                session_types: self.session_types.clone(),
                from: self.from,
                to: self.to,
                local_days: self.local_days,
            },
            endpoints: self.chosen_endpoints(),
            max_workers: self.max_workers,
            format: self.format,
            compression: self.compression,
            settle_days: self.settle_days,
            on_locked: self.on_locked,
            chunk_minutes: self.location_chunk_minutes,
            max_chunks: self.max_location_chunks,
            drivers_per_request: self.drivers_per_request,
            ..ExtractSettings::new(work_dir)
        }
    }

    fn chosen_endpoints(&self) -> BTreeSet<Endpoint> {
        if !self.endpoints.is_empty() {
            return self.endpoints.iter().copied().collect();
        }
        Endpoint::ALL
            .iter()
            .copied()
            .filter(|endpoint| match endpoint {
                Endpoint::Sessions => self.fetch_sessions,
                Endpoint::Drivers => self.fetch_drivers,
                Endpoint::Laps => self.fetch_laps,
                Endpoint::Location => self.fetch_locations,
                _ => true,
            })
            .collect()
    }

    /// The value of a setting, human-readable; empty when unset.
    pub fn value(&self, setting: &str) -> serde_json::Value {
        serde_json::to_value(self)
            .ok()
            .and_then(|mut all| all.get_mut(setting).map(std::mem::take))
            .unwrap_or_default()
    }
}

/// Origin of a configuration layer.
fn origin(metadata: &Metadata, setting: &str) -> String {
    match (&metadata.source, metadata.name.as_ref()) {
        (Some(figment::Source::File(path)), _) => path.display().to_string(),
        (_, ENVIRONMENT) => format!("{ENVIRONMENT} ({PREFIX}{})", setting.to_uppercase()),
        (_, name) => name.to_owned(),
    }
}

/// Whether a URL has `user:password@` before its host.
fn holds_password(address: &str) -> bool {
    let account = address.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@'));
    account.is_some_and(|(account, _)| account.contains(':'))
}

/// A configuration file with every setting at its default, each explained.
pub fn example_file() -> String {
    let mut text = String::from(
        "# Settings of f1lake. Every line shows a default; remove its `#` to change it.\n\
         # The environment (F1LAKE_FETCH_YEAR=2024) and flags (--year 2024) override this file.\n\
         # Accounts do not belong here: set OPENF1_USERNAME and OPENF1_PASSWORD in the environment.\n",
    );
    let defaults = Config::default();
    for setting in SETTINGS {
        let value = match defaults.value(setting.name) {
            serde_json::Value::Null => String::new(),
            value => value.to_string(),
        };
        text.push_str(&format!("\n# {}\n# {} = {value}\n", setting.doc, setting.name));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_environment_values_are_parsed() {
        for text in ["\"Italy,Spaim\\ting\u{fffd}\u{fffd}\"", "\"é\\té\\q\"", "[\"ü\\\\\", \"\\u00e9ß\"]"]
        {
            assert_eq!(read_value(text), Value::from(text));
        }
        assert_eq!(read_value("[1, 2]"), Value::from(vec![1_u8, 2]));
        assert_eq!(read_value("\"a\\tb\"").as_str(), Some("a\tb"));
    }
}
