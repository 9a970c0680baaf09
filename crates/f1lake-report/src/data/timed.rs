//! What only qualifying or practice have.

use serde::{Deserialize, Serialize};

/// A driver in a part of qualifying or sprint qualifying.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct QualifyingTime {
    /// Number on the car.
    pub driver_number: i64,
    /// The part, 1 to 3.
    pub part: i64,
    /// Place by best time.
    pub place: Option<i64>,
    /// Best time in seconds.
    pub best_s: Option<f64>,
    /// Lap of that time.
    pub best_lap_number: Option<i64>,
    /// Gap to the best time of the part in seconds.
    pub gap_to_best_s: Option<f64>,
    /// Whether the driver advanced; `None` in the last part.
    pub is_advanced: Option<bool>,
    /// Compound of that lap.
    pub compound: Option<String>,
    /// Age of the tyres on that lap.
    pub tyre_age: Option<i64>,
    /// Laps whose time was deleted.
    pub deleted_laps: Option<i64>,
    /// Sum of the three best sectors of the part in seconds.
    pub ideal_s: Option<f64>,
}

/// A part of qualifying over all drivers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct QualifyingPart {
    /// The part, 1 to 3.
    pub part: i64,
    /// Drivers with a time.
    pub drivers_with_time: Option<i64>,
    /// Best time in seconds.
    pub best_s: Option<f64>,
    /// Number of the car that set it.
    pub best_driver_number: Option<i64>,
    /// Slowest time that advanced, in seconds; `None` in the last part.
    pub cutoff_s: Option<f64>,
    /// Laps of all drivers.
    pub laps: Option<i64>,
    /// Laps whose time was deleted.
    pub deleted_laps: Option<i64>,
    /// Sum of the best sectors of all drivers in seconds.
    pub ideal_s: Option<f64>,
    /// Median time by which drivers were faster than in the part before.
    pub evolution_from_previous_part_s: Option<f64>,
    /// Median time by which drivers became faster within the part, seconds per minute.
    pub evolution_s_per_minute: Option<f64>,
    /// Drivers that this median comes from.
    pub evolution_drivers: Option<i64>,
}

/// Five or more clean laps in a row on one set of tyres.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LongRun {
    /// Number on the car.
    pub driver_number: i64,
    /// Long run of the driver, from 1.
    pub run_number: i64,
    /// `SOFT`, `MEDIUM`, `HARD`, `INTERMEDIATE`, `WET`.
    pub compound: Option<String>,
    /// Age of the tyres on the first lap.
    pub tyre_age_first: Option<i64>,
    /// First lap.
    pub first_lap: Option<i64>,
    /// Last lap.
    pub last_lap: Option<i64>,
    /// Number of laps.
    pub laps: Option<i64>,
    /// Fastest lap in seconds.
    pub best_s: Option<f64>,
    /// Median lap in seconds.
    pub median_s: Option<f64>,
    /// Slope of the line through the lap times, seconds per lap.
    pub slope_s: Option<f64>,
    /// Standard error of the slope.
    pub slope_error_s: Option<f64>,
    /// Median relative to the best median on this compound, in seconds.
    pub gap_s: Option<f64>,
}
