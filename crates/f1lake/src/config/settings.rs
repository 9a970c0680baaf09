//! The settings: one table gives the names in file, environment and Python, the flags, their help and completion, and
//! the rows of the documents.

use super::choices::{FetchMode, LoadTo};
use super::expected::{COUNT, RATE, any_of};
use super::kind::{Choice, Item, Kind, Shape};
use super::names::Names;
use crate::error::Error;
use crate::nearest::nearest;
use f1lake_extract::{OnLocked, Order};
use f1lake_zone::{Compression, Format};
use figment::value::Value;
use jiff::civil::Date;
use openf1_client::Endpoint;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::path::PathBuf;
use std::sync::LazyLock;

/// Flags that belong together; a command takes some of the groups.
///
/// ```
/// assert_eq!(f1lake::config::Group::Api.heading(), "API");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Which sessions.
    Sessions,
    /// What to fetch, and how.
    Work,
    /// Where files land.
    Landing,
    /// What landing files are.
    Files,
    /// How to reach the API.
    Api,
    /// Where the lake is.
    Lake,
    /// Where bronze tables are loaded.
    Load,
    /// Where bronze tables are in Databricks.
    Databricks,
}

impl Group {
    /// Its heading in the help.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Sessions => "Which sessions",
            Self::Work => "What and how",
            Self::Landing | Self::Files => "Landing zone",
            Self::Api => "API",
            Self::Lake | Self::Load => "Lake",
            Self::Databricks => "Databricks",
        }
    }
}

/// The flag of a setting.
///
/// ```
/// use f1lake::config::{Flag, Setting};
///
/// let flag: Option<Flag> = Setting::named("num_latest_sessions")?.flag;
/// assert_eq!(flag.map(|flag| (flag.long, flag.short)), Some(("num-sessions", Some('n'))));
/// # Ok::<(), f1lake::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    /// Its group.
    pub group: Group,
    /// Its name, without the dashes.
    pub long: &'static str,
    /// Its short name.
    pub short: Option<char>,
    /// Name of its value in the help.
    pub value_name: &'static str,
}

/// A flag `--long VALUE`.
const fn flag(group: Group, long: &'static str, value_name: &'static str) -> Flag {
    Flag { group, long, short: None, value_name }
}

/// A setting: all that is known of it.
///
/// ```
/// use f1lake::config::SETTINGS;
///
/// for setting in SETTINGS {
///     println!("{}: {}", setting.name, setting.meaning());
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Name in the file; in the environment, in capitals after `F1LAKE_`.
    pub name: &'static str,
    /// Meaning and unit.
    pub doc: &'static str,
    /// What applies while it is unset or empty.
    pub unset: Option<&'static str>,
    /// Its flag; a few settings have none.
    pub flag: Option<Flag>,
    /// How many values it takes.
    pub shape: Shape,
    item: Item,
}

macro_rules! settings {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident: $type:ty = $default:expr
        $(, unset $unset:literal)?
        $(, expected $expected:expr)?
        $(, flag $flag:expr)?;
    )+) => {
        /// All settings.
        ///
        /// ```
        /// use f1lake::Config;
        ///
        /// let config = Config { landing_path: "s3://bucket/raw".to_owned(), ..Config::default() };
        /// assert_eq!(config.num_latest_sessions, 10);
        /// ```
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Config {
            $($(#[doc = $doc])+ $(#[doc = concat!("; unset: ", $unset)])?
            #[serde(deserialize_with = "Kind::decode")]
            pub $name: $type,)+
            /// What messages call settings.
            #[serde(skip)]
            pub names: Names,
        }

        impl Default for Config {
            fn default() -> Self {
                Self { $($name: $default,)+ names: Names::Settings }
            }
        }

        /// All settings, in the order of the documents.
        pub const SETTINGS: &[Setting] = &[$(Setting {
            name: stringify!($name),
            doc: concat!($($doc),+).trim_ascii(),
            unset: settings!(@or None $(, Some($unset))?),
            flag: settings!(@or None $(, Some($flag))?),
            shape: <$type as Kind>::SHAPE,
            item: Item { $(expected: $expected,)? ..<$type as Kind>::ITEM },
        },)+];
    };
    (@or $default:expr) => { $default };
    (@or $default:expr, $given:expr) => { $given };
}

settings! {
    /// How sessions are chosen
    fetch_mode: FetchMode = FetchMode::Latest, flag flag(Group::Sessions, "mode", "MODE");
    /// Number of sessions in mode `latest`
    num_latest_sessions: usize = 10,
        flag Flag { short: Some('n'), ..flag(Group::Sessions, "num-sessions", "N") };
    /// Season of mode `year`, from 2023
    fetch_year: Option<i16> = None, unset "the current one", flag flag(Group::Sessions, "year", "YEAR");
    /// Days of mode `manual`, such as 2024-03-24
    manual_batch_days: Vec<Date> = Vec::new(), flag flag(Group::Sessions, "date", "YYYY-MM-DD,...");
    /// Which sessions come first
    order: Order = Order::Latest, flag flag(Group::Sessions, "order", "ORDER");
    /// Sessions by key, instead of a mode
    session_keys: Vec<i64> = Vec::new(), flag flag(Group::Sessions, "session-key", "KEY,...");
    /// Whole weekends by key, instead of a mode
    meeting_keys: Vec<i64> = Vec::new(), flag flag(Group::Sessions, "meeting-key", "KEY,...");
    /// Only these countries: names or three-letter codes
    countries: Vec<String> = Vec::new(), flag flag(Group::Sessions, "country", "COUNTRY,...");
    /// Only these locations or circuits
    locations: Vec<String> = Vec::new(), flag flag(Group::Sessions, "location", "LOCATION,...");
    /// Only these types or names of sessions, such as `Race`, `Practice 1`, or `Grand Prix` for races that are not sprints
    session_types: Vec<String> = Vec::new(), flag flag(Group::Sessions, "session-type", "TYPE,...");
    /// Only sessions that start on this day or later
    since: Option<Date> = None, flag flag(Group::Sessions, "since", "YYYY-MM-DD");
    /// Only sessions that start on this day or earlier
    until: Option<Date> = None, flag flag(Group::Sessions, "until", "YYYY-MM-DD");
    /// Read days in local time at the venue instead of UTC
    local_days: bool = false, flag flag(Group::Sessions, "local-days", "");
    /// Endpoints to fetch, such as `laps,pit`
    endpoints: Vec<Endpoint> = Vec::new(), unset "all 18, except those that a setting `fetch_...` switches off",
        flag flag(Group::Work, "endpoints", "NAME,...");
    /// Fetch `sessions` when `endpoints` is empty
    fetch_sessions: bool = true;
    /// Fetch `drivers` when `endpoints` is empty
    fetch_drivers: bool = true;
    /// Fetch `laps` when `endpoints` is empty
    fetch_laps: bool = true;
    /// Fetch `location` when `endpoints` is empty
    fetch_locations: bool = true;
    /// Time window of a telemetry request, minutes
    location_chunk_minutes: Option<u32> = None, unset "whole sessions, split when they are too large", expected COUNT;
    /// Maximum number of windows per driver; windows grow to stay within it, so no data is lost
    max_location_chunks: Option<u32> = None, expected COUNT;
    /// Drivers in the first telemetry request; more while responses are quick, fewer after the server refuses one
    drivers_per_request: usize = 4;
    /// Maximum number of drivers in a telemetry request
    max_drivers_per_request: Option<usize> = None, unset "all of the session", expected COUNT;
    /// Requests in flight at the same time
    max_workers: usize = 3, flag flag(Group::Work, "max-workers", "N");
    /// Base URL of the API, up to and including `/v1`
    base_url: String = openf1_client::DEFAULT_BASE_URL.to_owned(), flag flag(Group::Api, "base-url", "URL");
    /// Timeout for a response, seconds
    timeout: f64 = 30.0, flag flag(Group::Api, "timeout", "SECONDS");
    /// Retries after the first attempt, for 429, 5xx, timeouts and broken responses
    max_retries: u32 = 5, flag flag(Group::Api, "max-retries", "N");
    /// Delay before the first retry, seconds; it doubles each time, with jitter
    retry_delay: f64 = 1.0, flag flag(Group::Api, "retry-delay", "SECONDS");
    /// Requests per second
    rate_per_second: Option<f64> = None, unset "3, or 6 with an account; no limit for a server on this machine",
        expected RATE, flag flag(Group::Api, "rate-per-second", "RATE");
    /// Requests per minute
    rate_per_minute: Option<u32> = None, unset "30, or 60 with an account; no limit for a server on this machine",
        flag flag(Group::Api, "rate-per-minute", "N");
    /// Maximum number of bytes received in ten seconds; the next request waits
    bytes_per_10_seconds: Option<u64> = None, unset "no limit", expected COUNT;
    /// File in which processes share the rate limits
    limiter_state: Option<PathBuf> = None, unset "one per server and user, in the cache folder",
        flag flag(Group::Api, "limiter-state", "FILE");
    /// Folder, URL of an object store, or Databricks volume, for landing files
    landing_path: String = "./landing".to_owned(), flag flag(Group::Landing, "out", "FOLDER|URL|VOLUME");
    /// Databricks volume for landing files, instead of `landing_path`
    landing_volume_path: Option<String> = None;
    /// When landing in a volume: also keep the files in a folder, `landing_path`
    also_local: bool = false, flag flag(Group::Landing, "also-local", "");
    /// Object stores: allow plain `http://` in addresses such as `AWS_ENDPOINT_URL`, for this machine only
    store_plain_http: bool = false;
    /// Folder for staging and locks
    work_path: Option<PathBuf> = None, unset "`_work` in the landing folder";
    /// Folder, or URL of an object store, of the lake's tables
    lake_path: String = "./lake".to_owned(), flag flag(Group::Lake, "lake", "FOLDER|URL");
    /// Memory of the query engine, MiB, before it spills to disk
    memory_limit: Option<u64> = None, unset "half of the memory of the machine or its cgroup";
    /// Where `load` and `run` put bronze tables
    load_to: LoadTo = LoadTo::Lake, flag flag(Group::Load, "load-to", "WHERE");
    /// Databricks: profile of `~/.databrickscfg`
    databricks_profile: Option<String> = None, unset "environment variables, then the default profile",
        flag flag(Group::Landing, "profile", "NAME");
    /// Databricks: SQL warehouse, by ID or name
    databricks_warehouse: Option<String> = None, unset "`DATABRICKS_WAREHOUSE_ID`",
        flag flag(Group::Databricks, "warehouse", "ID|NAME");
    /// Databricks: catalog of the bronze tables
    databricks_catalog: Option<String> = None, unset "that of the landing volume",
        flag flag(Group::Databricks, "catalog", "NAME");
    /// Databricks: schema of the bronze tables
    databricks_schema: String = f1lake_bronze::BRONZE.to_owned(), flag flag(Group::Databricks, "schema", "NAME");
    /// Databricks: volume for files that are being loaded
    databricks_staging_path: Option<String> = None, unset "the landing volume, else volume `f1lake` of the schema";
    /// Format of landing files
    format: Format = Format::Json, flag flag(Group::Files, "format", "FORMAT");
    /// Compression of landing files
    compression: Compression = Compression::None, flag flag(Group::Files, "compression", "COMPRESSION");
    /// Days after its end until a session counts as settled and is no longer fetched again
    settle_days: u32 = 30, flag flag(Group::Work, "settle-days", "DAYS");
    /// Hours after which results, grids and standings of landed sessions are checked again, settled or not; 0 for never
    recheck_results_hours: u32 = 24;
    /// What to do while a live session locks OpenF1
    on_locked: OnLocked = OnLocked::Stop, flag flag(Group::Work, "on-locked", "WHAT");
}

/// Former names of settings, which still work.
pub(super) const FORMER: [(&str, &str); 2] = [("from", "since"), ("to", "until")];

/// Retired settings, and what became of them.
pub(super) const RETIRED: [(&str, &str); 1] = [(
    "use_pagination_for_locations",
    "was a setting of the Python extractor: locations are now always fetched in parts\nhint: remove it",
)];

impl Setting {
    /// The setting of a keyword: its name, the name of its flag with `_` for `-`, the plural of that, or a former name.
    ///
    /// # Errors
    /// [`Error::Usage`], with the nearest valid name.
    ///
    /// ```
    /// use f1lake::config::Setting;
    ///
    /// assert_eq!(Setting::named("dates")?.name, "manual_batch_days");
    /// assert_eq!(Setting::named("num_sessions")?.name, "num_latest_sessions");
    /// assert_eq!(Setting::named("from_")?.name, "since");
    /// let wrong = Setting::named("yaer").unwrap_err();
    /// assert_eq!(wrong.to_string(), "unknown setting `yaer`\nhint: did you mean `year`?");
    /// # Ok::<(), f1lake::Error>(())
    /// ```
    pub fn named(keyword: &str) -> Result<&'static Self, Error> {
        Self::find(keyword).ok_or_else(|| {
            let hint = near(keyword).map_or_else(|| meant(keyword), |near| format!("did you mean `{near}`?"));
            Error::Usage(format!("unknown setting `{keyword}`\nhint: {hint}"))
        })
    }

    fn find(keyword: &str) -> Option<&'static Self> {
        let former = FORMER.iter().find(|(old, _)| *old == keyword.trim_end_matches('_'));
        let name = former.map_or(keyword, |(_, new)| *new);
        Self::get(name).or_else(|| {
            SETTINGS.iter().find(|setting| {
                let flag = setting.keyword();
                name == flag || setting.shape == Shape::List && name.strip_suffix('s') == Some(&flag)
            })
        })
    }

    /// The setting of this name in the file.
    pub fn get(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name)
    }

    /// The name of its flag, as a keyword; its own name where it has none.
    pub fn keyword(&self) -> String {
        self.flag.map_or_else(|| self.name.to_owned(), |flag| flag.long.replace('-', "_"))
    }

    /// Its flag as it is typed, such as `--num-sessions`.
    pub fn flag_name(&self) -> String {
        format!("--{}", self.keyword().replace('_', "-"))
    }

    /// All values it can have, where there are only a few.
    pub fn choices(&self) -> Vec<Choice> {
        (self.item.choices)()
    }

    /// What is expected instead of a wrong value, with an example.
    pub fn expected(&self) -> String {
        let names: Vec<&str> = self.choices().iter().map(|choice| choice.name).collect();
        if names.is_empty() || self.shape == Shape::List {
            self.item.expected.to_owned()
        } else {
            any_of(&names)
        }
    }

    /// Reads the text of its flag, or of one element of a list.
    ///
    /// # Errors
    /// What is expected.
    ///
    /// ```
    /// use f1lake::config::Setting;
    ///
    /// let order = Setting::named("order")?;
    /// assert_eq!(order.read("oldest"), Ok("oldest".into()));
    /// assert_eq!(order.read("9").unwrap_err(), "expected latest or oldest");
    /// # Ok::<(), f1lake::Error>(())
    /// ```
    pub fn read(&self, text: &str) -> Result<Value, String> {
        (self.item.read)(text).map_err(|error| match (self.shape, self.choices().is_empty()) {
            (Shape::One, true) => format!("expected {}", self.item.expected),
            _ => error,
        })
    }

    /// Its default; `None` when it has none.
    pub fn default(&self) -> Option<Json> {
        static DEFAULTS: LazyLock<Json> =
            LazyLock::new(|| serde_json::to_value(Config::default()).unwrap_or_default());
        DEFAULTS.get(self.name).filter(|value| !value.is_null()).cloned()
    }

    /// Its meaning, as the documents and the example file say it.
    pub fn meaning(&self) -> String {
        let mut text = self.doc.to_owned();
        let names: Vec<String> = self.choices().iter().map(|choice| format!("`{}`", choice.name)).collect();
        let when = if self.shape == Shape::List { "empty" } else { "unset" };
        if !names.is_empty() && self.shape == Shape::One {
            text.push_str(&format!(": {}", any_of(&names)));
        }
        if let Some(unset) = self.unset {
            text.push_str(&format!("; {when}: {unset}"));
        }
        text + "."
    }

    /// Its meaning, as the help of its flag says it.
    pub fn help(&self) -> String {
        let default = match self.default() {
            Some(Json::String(text)) => Some(text),
            Some(Json::Number(number)) => Some(number.to_string().trim_end_matches(".0").to_owned()),
            _ => self.unset.map(str::to_owned),
        };
        let default = default.map(|default| format!(" [default: {default}]")).unwrap_or_default();
        format!("{}{default}", self.doc).replace('`', "")
    }
}

impl Config {
    /// The value of a setting; null when unset.
    pub fn value(&self, setting: &str) -> Json {
        serde_json::to_value(self)
            .ok()
            .and_then(|mut all| all.get_mut(setting).map(std::mem::take))
            .unwrap_or_default()
    }
}

/// Advice for a wrong name in the file or the environment: the nearest setting.
pub(super) fn meant(name: &str) -> String {
    if ["password", "token", "username"].iter().any(|secret| name.contains(secret)) {
        return "set accounts in the environment only: OPENF1_USERNAME and OPENF1_PASSWORD".to_owned();
    }
    near(name).and_then(|near| Setting::find(&near)).map_or_else(
        || "`f1lake config` lists the settings".to_owned(),
        |setting| format!("did you mean `{}`?", setting.name),
    )
}

/// The nearest name or keyword of a setting.
fn near(name: &str) -> Option<String> {
    let names = SETTINGS.iter().flat_map(|setting| [setting.name.to_owned(), setting.keyword()]);
    nearest(name, names, 0.8)
}
