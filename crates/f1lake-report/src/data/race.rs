//! What only races and sprints have.

use serde::{Deserialize, Serialize};

/// Gap of a car at the end of a lap.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LapPosition {
    /// Number on the car.
    pub driver_number: i64,
    /// Counted from 1.
    pub lap_number: i64,
    /// Seconds behind the first car that ended this lap.
    pub gap_to_leader_s: Option<f64>,
    /// Whether the leader had completed more laps at this moment.
    pub is_lapped: Option<bool>,
}

/// A stop, drive-through or stop-and-go, and what it cost.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PitStop {
    /// Number on the car.
    pub driver_number: i64,
    /// Passage of the driver through the pit lane, from 1.
    pub stop_number: i64,
    /// `stop`, `drive_through` or `stop_go`.
    pub pit_type: Option<String>,
    /// Lap into the pit lane.
    pub lap_number: Option<i64>,
    /// Compound before the stop.
    pub compound_before: Option<String>,
    /// Compound after it.
    pub compound_after: Option<String>,
    /// `green`, `virtual_safety_car`, `safety_car` or `red_flag`.
    pub track_status: Option<String>,
    /// Seconds in the pit lane.
    pub lane_s: Option<f64>,
    /// Stationary time in seconds.
    pub stationary_s: Option<f64>,
    /// `first` or `second` car of a team of which both were in the lane.
    pub double_stack: Option<String>,
    /// Seconds lost on the lap into the lane and the lap out of it.
    pub time_lost_s: Option<f64>,
    /// What the loss is relative to: `own_pace` or `nearby_cars`.
    pub expected_from: Option<String>,
    /// Median loss at the circuit under this track status, in seconds.
    pub circuit_median_s: Option<f64>,
    /// Stops that the median comes from.
    pub circuit_stops: Option<i64>,
    /// Position at the end of the lap before the stop.
    pub position_before: Option<i64>,
    /// Position at the end of the lap after it.
    pub position_after: Option<i64>,
    /// Seconds gained on the cars that stopped up to four laps later.
    pub undercut_gain_s: Option<f64>,
    /// Seconds gained on the cars that stopped up to four laps earlier.
    pub overcut_gain_s: Option<f64>,
}

/// Pace of a stint, without the time that the fuel costs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StintPace {
    /// Number on the car.
    pub driver_number: i64,
    /// Counted from 1.
    pub stint_number: i64,
    /// `SOFT`, `MEDIUM`, `HARD`, `INTERMEDIATE`, `WET`.
    pub compound: Option<String>,
    /// Clean laps.
    pub racing_laps: Option<i64>,
    /// Laps that the line goes through; `None` for fewer than five.
    pub fitted_laps: Option<i64>,
    /// Median of the corrected lap times in seconds.
    pub median_s: Option<f64>,
    /// Corrected lap time on new tyres by the line, in seconds.
    pub new_tyre_s: Option<f64>,
    /// Slope of the line, seconds per lap of tyre age.
    pub slope_s: Option<f64>,
    /// Standard error of the slope.
    pub slope_error_s: Option<f64>,
    /// Standard deviation of the laps around the line, in seconds.
    pub scatter_s: Option<f64>,
}

/// A penalty, or a deleted lap time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Penalty {
    /// Number on the car.
    pub driver_number: i64,
    /// Penalty of the driver in order of time, from 1.
    pub penalty_number: i64,
    /// Lap of the leader when it was announced.
    pub lap_number: Option<i64>,
    /// `time`, `stop_go`, `drive_through`, `grid`, `reprimand`, `fine`, `disqualification` or `lap_deletion`.
    pub kind: Option<String>,
    /// Seconds of a time penalty or of a stop-and-go.
    pub seconds: Option<i64>,
    /// Grid places lost.
    pub grid_places: Option<i64>,
    /// Fine in EUR.
    pub fine_eur: Option<i64>,
    /// Offence as race control words it.
    pub reason: Option<String>,
    /// Turn that the message names.
    pub turn: Option<i64>,
    /// Lap whose time was deleted.
    pub deleted_lap_number: Option<i64>,
    /// Whether the deleted lap time was given back.
    pub is_reinstated: Option<bool>,
    /// `pit_stop`, `pit_lane`, `race_control`, `race_time` or `not_served`.
    pub served_by: Option<String>,
    /// Lap into the pit lane at whose end it was served.
    pub served_lap_number: Option<i64>,
}

impl Penalty {
    /// Whether a lap time was deleted; other rows are penalties proper.
    pub fn is_lap_deletion(&self) -> bool {
        self.kind.as_deref() == Some("lap_deletion")
    }
}
