//! Configuration: defaults < `f1lake.toml` < environment (`F1LAKE_...`) < flags < keywords, each value with its origin.

mod called;
mod choices;
mod environment;
pub mod expected;
mod given;
mod kind;
mod layer;
mod loaded;
mod names;
mod settings;
mod words;

pub use choices::{FetchMode, LoadTo};
pub use environment::read_value;
pub use given::Given;
pub use kind::{Choice, Shape};
pub use loaded::{DEFAULT_FILE, Loaded};
pub use names::Names;
pub use settings::{Config, Flag, Group, SETTINGS, Setting};

use f1lake_extract::{ExtractSettings, Mode, Selection};
use jiff::Timestamp;
use openf1_client::Endpoint;
use std::collections::BTreeSet;
use std::path::PathBuf;

impl Config {
    /// The configured selection of sessions.
    pub fn selection(&self) -> Selection {
        self.extract_settings(PathBuf::new(), Timestamp::now()).selection
    }

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
                since: self.since,
                until: self.until,
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
            max_drivers_per_request: self.max_drivers_per_request,
            recheck_results_hours: self.recheck_results_hours,
            called: self.names.function(),
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
}

/// A configuration file with every setting at its default, each explained.
pub fn example_file() -> String {
    let mut text = String::from(
        "# Settings of f1lake. Every line shows a default; remove its `#` to change it.\n\
         # The environment (F1LAKE_FETCH_YEAR=2024) and flags (--year 2024) override this file.\n\
         # Accounts do not belong here: set OPENF1_USERNAME and OPENF1_PASSWORD in the environment.\n",
    );
    for setting in SETTINGS {
        let value = setting.default().map(|value| value.to_string()).unwrap_or_default();
        text.push_str(&format!("\n# {}\n# {} = {value}\n", setting.meaning(), setting.name));
    }
    text
}
