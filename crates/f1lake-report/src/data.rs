//! The contents of a report.

mod race;
mod timed;
mod weather;

pub use race::{LapPosition, Penalty, PitStop, StintPace};
pub use timed::{LongRun, QualifyingPart, QualifyingTime};
pub use weather::{RainWindow, SessionWeather, WeatherSample};

use crate::queries::Part;
use f1lake_motion::Anchors;
use serde::{Deserialize, Serialize};

/// The contents of a session's report. Every list may be empty: the report omits what is missing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportData {
    /// The session; `None` when the lake does not contain it.
    pub session: Option<SessionHeader>,
    /// The drivers, in the order of the session's driver list.
    pub drivers: Vec<Driver>,
    /// The result, best first.
    pub leaderboard: Vec<LeaderboardRow>,
    /// Every lap of every driver, by driver and lap.
    pub laps: Vec<Lap>,
    /// Every stint, by driver and stint.
    pub stints: Vec<Stint>,
    /// Telemetry of the laps to compare; the first two are overlaid. The best lap of up to ten drivers,
    /// fastest first, or the laps that were asked for, in their order.
    pub compared_laps: Vec<LapTrace>,
    /// Whether the laps to compare were asked for.
    pub are_laps_chosen: bool,
    /// Positions of the sector lines and the end of the lap in the session's clean laps; `None` when no lap
    /// has them.
    pub anchors: Option<Anchors>,
    /// Safety car, virtual safety car and red flag periods, in time order.
    pub neutralisations: Vec<Neutralisation>,
    /// Gaps at the end of each lap of a race, by driver and lap.
    pub lap_positions: Vec<LapPosition>,
    /// Stops of a race, by lap.
    pub pit_stops: Vec<PitStop>,
    /// Pace of the stints of a race, by driver and stint.
    pub stint_pace: Vec<StintPace>,
    /// Penalties and deleted lap times, in order of time.
    pub penalties: Vec<Penalty>,
    /// Drivers in the parts of qualifying, by part and place.
    pub qualifying_times: Vec<QualifyingTime>,
    /// The parts of qualifying.
    pub qualifying_parts: Vec<QualifyingPart>,
    /// Long runs of practice, fastest first.
    pub long_runs: Vec<LongRun>,
    /// Weather during the session, in time order.
    pub weather: Vec<WeatherSample>,
    /// Spells of rain, in time order.
    pub rain_windows: Vec<RainWindow>,
    /// The weather while the cars drove.
    pub session_weather: Option<SessionWeather>,
    /// All checks of the session's data.
    pub quality: Vec<QualityLine>,
    /// Parts whose tables the lake lacks because an older version built it.
    pub not_built: Vec<Part>,
}

/// Names and date of a session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SessionHeader {
    /// OpenF1's key.
    pub session_key: i64,
    /// `Race`, `Practice 1`.
    pub session_name: Option<String>,
    /// Practice, Qualifying, Sprint Qualifying, Sprint, Race or Testing.
    pub session_category: Option<String>,
    /// `Australian Grand Prix`.
    pub meeting_name: Option<String>,
    /// `Melbourne`.
    pub circuit_short_name: Option<String>,
    /// Town.
    pub location: Option<String>,
    /// Country.
    pub country_name: Option<String>,
    /// Season.
    pub year: Option<i64>,
    /// Start in UTC, as text that begins with `YYYY-MM-DD`; the time of day may follow.
    pub date_start: Option<String>,
    /// Whether the simulator generated the data.
    #[serde(default)]
    pub is_generated: bool,
}

impl SessionHeader {
    /// Whether cars race each other: in a race or a sprint.
    pub fn is_race(&self) -> bool {
        matches!(self.session_category.as_deref(), Some("Race" | "Sprint"))
    }

    /// Whether it is a qualifying or sprint qualifying, which has parts.
    pub fn is_qualifying(&self) -> bool {
        matches!(self.session_category.as_deref(), Some("Qualifying" | "Sprint Qualifying"))
    }
}

/// A driver of the session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Driver {
    /// Number on the car.
    pub driver_number: i64,
    /// `VER`.
    pub name_acronym: Option<String>,
    /// `Max VERSTAPPEN`.
    pub full_name: Option<String>,
    /// `Red Bull Racing`.
    pub team_name: Option<String>,
    /// Six hexadecimal digits, `3671C6`.
    pub team_colour: Option<String>,
}

/// A line of the result.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LeaderboardRow {
    /// Position; `None` when not classified.
    pub position: Option<i64>,
    /// Number on the car.
    pub driver_number: i64,
    /// `DNF`, `DNS` or `DSQ`; `None` when classified.
    pub status: Option<String>,
    /// Grid position (races and sprints).
    pub grid_position: Option<i64>,
    /// Laps driven.
    pub number_of_laps: Option<i64>,
    /// Seconds behind the first; outside races, best lap relative to the session's best.
    pub gap_to_leader_s: Option<f64>,
    /// Whole laps behind the first.
    pub gap_to_leader_laps: Option<i64>,
    /// Fastest valid lap in seconds.
    pub best_lap_s: Option<f64>,
    /// Number of the fastest lap.
    pub best_lap_number: Option<i64>,
    /// Best lap of the first part of qualifying in seconds.
    pub best_q1_s: Option<f64>,
    /// Best lap of the second part of qualifying in seconds.
    pub best_q2_s: Option<f64>,
    /// Best lap of the third part of qualifying in seconds.
    pub best_q3_s: Option<f64>,
    /// Sum of the best three sectors in seconds.
    pub theoretical_best_s: Option<f64>,
    /// Pit stops.
    pub pit_stops: Option<i64>,
    /// Championship points won.
    pub points: Option<f64>,
}

/// A lap.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lap {
    /// Number on the car.
    pub driver_number: i64,
    /// Counted from 1.
    pub lap_number: i64,
    /// Start in UTC as text, like `2024-03-24T04:00:00Z`; `None` when unknown.
    pub date_start: Option<String>,
    /// Lap time in seconds.
    pub lap_time_s: Option<f64>,
    /// Position at the end of the lap.
    pub position: Option<i64>,
    /// Whether the position is derived from the order in which the cars completed the lap, because OpenF1 has
    /// none.
    #[serde(default)]
    pub is_position_derived: bool,
    /// `SOFT`, `MEDIUM`, `HARD`, `INTERMEDIATE`, `WET`.
    pub compound: Option<String>,
    /// Whether the lap began in the pit lane.
    pub is_pit_out_lap: Option<bool>,
    /// Whether the lap ended in the pit lane.
    pub is_pit_in_lap: Option<bool>,
    /// Complete and consistent, see `silver_laps`.
    pub is_valid_lap: Option<bool>,
    /// Whether it counts as a lap time.
    pub is_timed_lap: Option<bool>,
    /// Whether the stewards deleted its time.
    pub is_deleted: Option<bool>,
    /// Whether it was driven under a safety car, virtual safety car or red flag.
    pub is_neutralised: Option<bool>,
}

/// Laps on one set of tyres.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stint {
    /// Number on the car.
    pub driver_number: i64,
    /// Counted from 1.
    pub stint_number: Option<i64>,
    /// `SOFT`, `MEDIUM`, `HARD`, `INTERMEDIATE`, `WET`.
    pub compound: Option<String>,
    /// First lap.
    pub lap_start: Option<i64>,
    /// Last lap.
    pub lap_end: Option<i64>,
    /// Laps that the tyres had done before.
    pub tyre_age_at_start: Option<i64>,
}

/// Telemetry of one lap.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LapTrace {
    /// Number on the car.
    pub driver_number: i64,
    /// Its number.
    pub lap_number: i64,
    /// Lap time in seconds.
    pub lap_duration_s: Option<f64>,
    /// Times of the three sectors in seconds.
    #[serde(default)]
    pub sectors_s: [Option<f64>; 3],
    /// In time order.
    pub samples: Vec<TraceSample>,
}

/// One reading within a lap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct TraceSample {
    /// Metres from the start of the lap.
    pub lap_distance_m: Option<f64>,
    /// Seconds from the start of the lap.
    pub lap_time_s: Option<f64>,
    /// km/h.
    pub speed: Option<f64>,
    /// Percent.
    pub throttle: Option<f64>,
    /// Percent; in practice 0 or 100.
    pub brake: Option<f64>,
    /// 0 is neutral.
    pub n_gear: Option<i64>,
    /// Position on the track in tenths of a metre.
    pub x: Option<f64>,
    /// Position on the track in tenths of a metre.
    pub y: Option<f64>,
}

/// What neutralised the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeutralisationKind {
    /// Safety car.
    SafetyCar,
    /// Virtual safety car.
    VirtualSafetyCar,
    /// Red flag.
    RedFlag,
}

impl NeutralisationKind {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::SafetyCar => "Safety car",
            Self::VirtualSafetyCar => "Virtual safety car",
            Self::RedFlag => "Red flag",
        }
    }
}

/// A neutralised period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neutralisation {
    /// Its kind.
    pub kind: NeutralisationKind,
    /// The leader's lap in which it began; `None` where laps have no leader.
    pub lap_start: Option<i64>,
    /// The leader's last neutralised lap; `None` when it lasted to the end.
    pub lap_end: Option<i64>,
}

/// Result of a data-quality check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum QualityStatus {
    /// Nothing odd.
    #[serde(rename = "passed")]
    Passed,
    /// Something odd.
    #[serde(rename = "warned")]
    Warned,
    /// There was nothing to check.
    #[default]
    #[serde(rename = "not checked", other)]
    NotChecked,
}

/// One data-quality check of the session.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct QualityLine {
    /// Name of the check.
    pub check_name: String,
    /// What it counts.
    pub description: Option<String>,
    /// Its result.
    pub status: QualityStatus,
    /// Number of odd rows.
    pub odd: Option<i64>,
    /// Number of rows checked.
    pub looked_at: Option<i64>,
    /// Numbers of the affected drivers, separated by commas; `None` for the session as a whole.
    pub drivers: Option<String>,
}
