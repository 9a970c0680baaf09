//! What to extract, how, and where to.

use f1lake_zone::{Compression, Format};
use jiff::{Timestamp, civil::Date};
use openf1_client::Endpoint;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// First season the API serves.
pub const FIRST_YEAR: i16 = 2023;

/// How sessions are chosen.
#[derive(Debug, Clone, PartialEq)]
pub enum Mode {
    /// The last sessions that are over and were not cancelled.
    Latest {
        /// Their number, at least 1.
        sessions: usize,
    },
    /// Every session of a season that is over and was not cancelled.
    Year {
        /// Season, from 2023.
        year: i16,
    },
    /// The sessions that started on given days.
    Manual {
        /// Days, at least one.
        days: Vec<Date>,
    },
    /// Sessions by key.
    Keys {
        /// `session_key` of each.
        session_keys: Vec<i64>,
        /// `meeting_key` of whole weekends.
        meeting_keys: Vec<i64>,
    },
}

/// Order of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Newest first.
    #[default]
    Latest,
    /// Oldest first.
    Oldest,
}

/// Which sessions. Filters besides the mode narrow it; accents, case and punctuation do not matter, and
/// common names are known.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Mode of selection.
    pub mode: Mode,
    /// Newest or oldest first; mode `latest` takes the first ones in this order, so with `Oldest` the oldest
    /// of all.
    pub order: Order,
    /// Country name or three-letter code.
    pub countries: Vec<String>,
    /// Location, such as `Monza`, or circuit.
    pub locations: Vec<String>,
    /// Session type or session name, such as `Race`, `Practice 1`, or `Grand Prix` for races other than
    /// sprints.
    pub session_types: Vec<String>,
    /// Earliest day of the session's start.
    pub since: Option<Date>,
    /// Latest day of the session's start, included.
    pub until: Option<Date>,
    /// Whether days are those of the venue instead of UTC.
    pub local_days: bool,
}

impl Selection {
    /// The last sessions that are over.
    ///
    /// ```
    /// use f1lake_extract::{Mode, Selection};
    ///
    /// let selection = Selection::latest(5).session_types(["Race"]);
    /// assert_eq!(selection.mode, Mode::Latest { sessions: 5 });
    /// ```
    pub fn latest(sessions: usize) -> Self {
        Self { mode: Mode::Latest { sessions }, ..Self::default() }
    }

    /// A season, from 2023 on.
    pub fn year(year: i16) -> Self {
        Self { mode: Mode::Year { year }, ..Self::default() }
    }

    /// The sessions that start on these days.
    pub fn days(days: impl IntoIterator<Item = Date>) -> Self {
        Self { mode: Mode::Manual { days: days.into_iter().collect() }, ..Self::default() }
    }

    /// Sessions by key.
    pub fn sessions(keys: impl IntoIterator<Item = i64>) -> Self {
        let session_keys = keys.into_iter().collect();
        Self { mode: Mode::Keys { session_keys, meeting_keys: Vec::new() }, ..Self::default() }
    }

    /// Whole weekends by key.
    pub fn meetings(keys: impl IntoIterator<Item = i64>) -> Self {
        let meeting_keys = keys.into_iter().collect();
        Self { mode: Mode::Keys { session_keys: Vec::new(), meeting_keys }, ..Self::default() }
    }

    /// Only these countries: names or three-letter codes.
    #[must_use]
    pub fn countries(mut self, countries: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.countries = countries.into_iter().map(Into::into).collect();
        self
    }

    /// Only these locations or circuits.
    #[must_use]
    pub fn locations(mut self, locations: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.locations = locations.into_iter().map(Into::into).collect();
        self
    }

    /// Only these types or names of sessions, such as `Race` or `Practice 1`.
    #[must_use]
    pub fn session_types(mut self, types: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.session_types = types.into_iter().map(Into::into).collect();
        self
    }
}

impl Default for Selection {
    fn default() -> Self {
        Self {
            mode: Mode::Latest { sessions: 10 },
            order: Order::Latest,
            countries: Vec::new(),
            locations: Vec::new(),
            session_types: Vec::new(),
            since: None,
            until: None,
            local_days: false,
        }
    }
}

/// What to do when a live session locks OpenF1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnLocked {
    /// Stop; a later run resumes.
    #[default]
    Stop,
    /// Retry every few minutes and resume without help.
    Wait,
}

/// Settings of an extract.
#[derive(Debug, Clone)]
pub struct ExtractSettings {
    /// Which sessions.
    pub selection: Selection,
    /// Which endpoints.
    pub endpoints: BTreeSet<Endpoint>,
    /// Requests in flight.
    pub max_workers: usize,
    /// Format of landing files.
    pub format: Format,
    /// Compression of landing files.
    pub compression: Compression,
    /// Days after a session's end from which its data counts as settled.
    pub settle_days: u32,
    /// Fetch landed sessions again, settled or not.
    pub refresh: bool,
    /// Fetch only these endpoints of these sessions, landed or not.
    pub only: Option<BTreeMap<i64, BTreeSet<Endpoint>>>,
    /// Land responses with fewer rows than what is landed.
    pub accept_shrink: bool,
    /// What to do while a live session locks OpenF1.
    pub on_locked: OnLocked,
    /// Pause between attempts while locked, when waiting.
    pub locked_poll: std::time::Duration,
    /// Initial time window for telemetry requests, minutes; `None` for whole sessions.
    pub chunk_minutes: Option<u32>,
    /// Maximum number of windows per driver; windows grow to keep it, data is never cut off.
    pub max_chunks: Option<u32>,
    /// Initial number of drivers in one telemetry request; more are tried while responses are quick.
    pub drivers_per_request: usize,
    /// Maximum number of drivers in one telemetry request; `None` for all.
    pub max_drivers_per_request: Option<usize>,
    /// Hours after which results, grids and standings of landed sessions are requested again, settled or not; 0 for never.
    pub recheck_results_hours: u32,
    /// Local folder for staging, lock and learned group sizes.
    pub work_dir: PathBuf,
    /// Wait for another run on the same folder to end, instead of refusing.
    pub wait_for_lock: bool,
    /// What the caller's user calls a setting or an option, for messages: `countries` is `--country` on a command line.
    pub called: fn(&str) -> String,
    /// Overrides the current time in tests; `None` uses the system clock.
    pub now: Option<Timestamp>,
}

impl ExtractSettings {
    /// Defaults, with staging in `work_dir`.
    pub fn new(work_dir: impl Into<PathBuf>) -> Self {
        Self {
            selection: Selection::default(),
            endpoints: Endpoint::ALL.iter().copied().collect(),
            max_workers: 3,
            format: Format::default(),
            compression: Compression::default(),
            settle_days: 30,
            refresh: false,
            only: None,
            accept_shrink: false,
            on_locked: OnLocked::default(),
            locked_poll: std::time::Duration::from_secs(300),
            chunk_minutes: None,
            max_chunks: None,
            drivers_per_request: 4,
            max_drivers_per_request: None,
            recheck_results_hours: 24,
            work_dir: work_dir.into(),
            wait_for_lock: false,
            called: str::to_owned,
            now: None,
        }
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.now.unwrap_or_else(Timestamp::now)
    }

    /// Checks what needs no request.
    ///
    /// # Errors
    /// [`ExtractError::Setting`](crate::ExtractError::Setting), which names the setting and the expected
    /// value.
    pub fn validate(&self) -> Result<(), crate::ExtractError> {
        let refuse =
            |setting: &'static str, problem: String| Err(crate::ExtractError::Setting { setting, problem });
        let this_year = jiff::tz::TimeZone::UTC.to_datetime(self.now()).year();
        match &self.selection.mode {
            Mode::Latest { sessions: 0 } => {
                return refuse("num_latest_sessions", "expected at least 1 session".to_owned());
            }
            Mode::Year { year } if *year < FIRST_YEAR || *year > this_year + 1 => {
                return refuse("fetch_year", format!("OpenF1 serves {FIRST_YEAR} to {this_year}"));
            }
            Mode::Manual { days } if days.is_empty() => {
                let days = (self.called)("manual_batch_days");
                return refuse(
                    "manual_batch_days",
                    format!(
                        "mode manual needs at least one day\nhint: give {days} 2024-03-24, or set \
                         manual_batch_days in f1lake.toml"
                    ),
                );
            }
            Mode::Manual { days }
                if days.iter().any(|day| day.year() < FIRST_YEAR || day.year() > this_year + 1) =>
            {
                return refuse("manual_batch_days", format!("OpenF1 serves {FIRST_YEAR} to {this_year}"));
            }
            Mode::Keys { session_keys, meeting_keys }
                if session_keys.is_empty() && meeting_keys.is_empty() =>
            {
                return refuse(
                    "session_keys",
                    "no key is given\nhint: `f1lake sessions` lists the keys".to_owned(),
                );
            }
            _ => {}
        }
        if let (Some(since), Some(until)) = (self.selection.since, self.selection.until)
            && since > until
        {
            return refuse("since", format!("later than the last day, {until}\nhint: swap them"));
        }
        if self.endpoints.is_empty() {
            let endpoints = (self.called)("endpoints");
            return refuse(
                "endpoints",
                format!(
                    "no endpoint is chosen\nhint: name some with {endpoints}, or enable a fetch_ setting"
                ),
            );
        }
        for (setting, zero) in [
            ("max_workers", self.max_workers == 0),
            ("drivers_per_request", self.drivers_per_request == 0),
            ("max_drivers_per_request", self.max_drivers_per_request == Some(0)),
            ("location_chunk_minutes", self.chunk_minutes == Some(0)),
            ("max_location_chunks", self.max_chunks == Some(0)),
        ] {
            if zero {
                return refuse(setting, "expected a whole number from 1".to_owned());
            }
        }
        Ok(())
    }
}
