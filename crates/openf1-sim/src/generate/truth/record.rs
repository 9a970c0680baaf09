//! The truth of one session, as it is written.

use serde::{Deserialize, Serialize};

/// One session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// Key of the session.
    pub session_key: i64,
    /// Key of the weekend.
    pub meeting_key: i64,
    /// The season.
    pub year: i32,
    /// `race`, `sprint`, `qualifying`, `sprint_qualifying`, `practice` or `testing`.
    pub kind: String,
    /// When the lights of a race went out; elsewhere the first green light.
    pub start: String,
    /// When the last car ended its last lap.
    pub end: String,
    /// The parts of qualifying; one part for any other session.
    pub parts: Vec<Part>,
    /// Safety cars and red flags of a race, in order of time.
    pub neutralisations: Vec<Neutralisation>,
    /// All drivers, by number.
    pub drivers: Vec<Driver>,
    /// The standings after a race; null after any other session.
    pub standings: Option<Standings>,
    /// One clean timed lap of each car that has one; empty where the session has no telemetry.
    pub traces: Vec<Trace>,
}

/// A part of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// From 1.
    pub part: i64,
    /// Its first green light.
    pub start: String,
    /// The chequered flag, or the red flag after which it was not resumed.
    pub end: String,
    /// `chequered_flag` or `red_flag`.
    pub ended_by: String,
}

/// A period in which racing is suspended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Neutralisation {
    /// `safety_car`, `virtual_safety_car` or `red_flag`.
    pub kind: String,
    /// When it was called.
    pub from: String,
    /// When racing resumed; null when it never did.
    pub to: Option<String>,
    /// First lap of the leader that it affects; null if there is none.
    pub first_lap: Option<i64>,
    /// Last lap of the leader that it affects.
    pub last_lap: Option<i64>,
    /// `rolling` behind a safety car or `standing` from the grid; null after a virtual safety car.
    pub restart: Option<String>,
}

/// One driver's session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Driver {
    /// Number of the car.
    pub driver_number: i64,
    /// In order.
    pub laps: Vec<Lap>,
    /// Pit lane passages and stays, in order.
    pub passages: Vec<Passage>,
    /// Sets of tyres, in order.
    pub stints: Vec<Stint>,
    /// The official result.
    pub result: DriverResult,
}

/// One lap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lap {
    /// From 1.
    pub lap_number: i64,
    /// When the car crossed the line, was released from the grid or left its garage.
    pub start: String,
    /// When the car crossed the line again, also in the pit lane; null for an incomplete lap.
    pub end: Option<String>,
    /// From start to end.
    pub duration: Option<f64>,
    /// Sector times.
    pub sectors: [Option<f64>; 3],
    /// Whether the lap was completed.
    pub is_completed: bool,
    /// Begins in the pit lane.
    pub is_out_lap: bool,
    /// Ends in the pit lane.
    pub is_in_lap: bool,
    /// Whether part of it was neutralised; in races.
    pub is_neutralised: bool,
    /// Whether part of it was under a red flag: in races until the restart, elsewhere until the green light.
    pub is_under_red_flag: bool,
    /// Begins from a standing start on the grid.
    pub is_start_lap: bool,
    /// Its time was deleted by the stewards.
    pub is_deleted: bool,
    /// The feed gives it the time and the third sector of an earlier lap.
    pub is_repeated_by_feed: bool,
    /// Position at the line at the end of the lap; in races.
    pub position: Option<i64>,
    /// Seconds behind the first car to complete this lap; in races.
    pub gap_to_leader: Option<f64>,
    /// Part of the session in which the lap began.
    pub part: Option<i64>,
}

/// A passage through the pit lane, or a stay in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Passage {
    /// `stop`, `drive_through`, `stop_go`, `safety_car` (led through the lane), `red_flag` or `garage`.
    pub kind: String,
    /// When the car entered the lane; the start of the session for a car that began it in its garage.
    pub entry: String,
    /// When it left the lane; null if it never did.
    pub exit: Option<String>,
    /// The lap that ended in the lane; 0 if there was none before.
    pub in_lap: i64,
    /// The lap that began in the lane; null if there was none.
    pub out_lap: Option<i64>,
    /// Seconds stationary for work or a penalty; null where the car only waited or did not stop.
    pub standing: Option<f64>,
    /// Whether it left on another set.
    pub tyres_changed: bool,
}

/// Laps on one set of tyres.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stint {
    /// The first lap on the set.
    pub first_lap: i64,
    /// The last one.
    pub last_lap: i64,
    /// `SOFT`, `MEDIUM`, `HARD`, `INTERMEDIATE` or `WET`; null when the feed never knew.
    pub compound: Option<String>,
    /// Laps that the set had done before.
    pub age_at_start: i64,
}

/// The official result of a driver.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DriverResult {
    /// Null when not classified.
    pub position: Option<i64>,
    /// Laps completed.
    pub laps: i64,
    /// Points won; 0 outside races.
    pub points: i64,
    /// `finished`, `lapped`, `dnf`, `dns` or `dsq` in races; outside them null except for `dsq`.
    pub status: Option<String>,
    /// Race time from start to flag, for cars that completed all laps.
    pub time: Option<f64>,
    /// Best counting lap time: one per part in qualifying, otherwise one.
    pub best: Vec<Option<f64>>,
}

/// The championship standings after a race. Equal points are decided by places in Grands Prix.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standings {
    /// By position.
    pub drivers: Vec<DriverStanding>,
    /// By position.
    pub teams: Vec<TeamStanding>,
}

/// A driver's standing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriverStanding {
    /// Number of the car.
    pub driver_number: i64,
    /// Points of the season so far.
    pub points: i64,
    /// From 1.
    pub position: i64,
}

/// A team's standing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TeamStanding {
    /// The team.
    pub team_name: String,
    /// Points of the season so far.
    pub points: i64,
    /// From 1.
    pub position: i64,
}

/// Positions of a car on one lap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trace {
    /// Number of the car.
    pub driver_number: i64,
    /// The lap.
    pub lap_number: i64,
    /// Seconds since the lap's start at 1, 2 ... 100 hundredths of its length.
    pub times: Vec<f64>,
    /// Seconds since the lap's start, x and y in tenths of metres, five times a second.
    pub line: Vec<[f64; 3]>,
}
