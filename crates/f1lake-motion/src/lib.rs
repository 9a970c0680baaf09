//! Overlays two laps by position on the track: which is ahead where, and by how much.
//!
//! Telemetry has a reading every quarter of a second, and its distance is integrated speed, so the same
//! corner has a different distance in every lap. The official times are exact to a millisecond at four
//! positions: the start, the two sector lines and the end. So each lap
//!
//! 1. gets an edge at its exact start and end ([`TimedLap`]), because the last reading may be half a second
//!    before the line;
//! 2. is stretched piece by piece so that its official times fall on common positions, the [`Anchors`] of the
//!    circuit.
//!
//! The difference at each sector line and at the end then equals the official one, and an error of the
//! telemetry does not propagate past a sector line. Between the lines, sampling noise remains, which
//! [`Overlay::noise_s`] estimates; for parts below it, neither lap counts as faster.
//!
//! [`minisectors`] compares any number of laps in the same way: the lap is cut into short parts within the
//! sectors, and each part has the time of every lap.
//!
//! Units: seconds, and metres along the lap. Everything here is a pure function.
//!
//! ```
//! use f1lake_motion::{OfficialTimes, Overlay, OverlayError, Reading, Side, TimedLap};
//!
//! # fn main() -> Result<(), OverlayError> {
//! // A reading every quarter of a second, at 50 m/s until 40 s and slower or faster after.
//! let lap = |later_mps: f64, sectors_s: [f64; 3]| {
//!     let readings = (1..400).map(|i| f64::from(i) * 0.25).map(|time_s| Reading {
//!         time_s,
//!         distance_m: 50.0 * time_s.min(40.0) + later_mps * (time_s - 40.0).max(0.0),
//!     });
//!     let times = OfficialTimes { lap_s: sectors_s.iter().sum(), sectors_s: sectors_s.map(Some) };
//!     TimedLap::new(readings, times)
//! };
//! let first = lap(50.0, [20.0, 30.0, 30.111])?;
//! let second = lap(48.0, [20.004, 30.399, 31.102])?;
//! let overlay = Overlay::of(&first, &second, None)?;
//! let official: Vec<_> = overlay.official().iter().map(|(_, delta_s)| format!("{delta_s:+.3}")).collect();
//! assert_eq!(official, ["+0.004", "+0.403", "+1.394"]);
//! let parts = overlay.parts(24);
//! assert_eq!(parts[0].faster(), None);
//! assert_eq!(parts[23].faster(), Some(Side::First));
//! # Ok(())
//! # }
//! ```

mod anchors;
mod course;
mod error;
mod knot;
mod lap;
mod minisectors;
mod overlay;

pub use anchors::{Anchors, SectorLinesRow};
pub use course::Course;
pub use error::{LeftOut, MinisectorError, NoSectorLines, OverlayError};
pub use lap::{OfficialTimes, Reading, TimedLap};
pub use minisectors::{MINISECTORS, Minisector, Minisectors, minisectors};
pub use overlay::{Overlay, Part, Side};

/// The readings of a session from which its [`minisectors`] come, as SQL over gold tables in the common subset
/// of DataFusion, DuckDB and Spark, with `{session_key}` to replace. Ordered by lap, fastest first, and time:
/// `driver_number` and `lap_number` (BIGINT), `name_acronym` (STRING), the official times `lap_s`,
/// `sector_1_s`, `sector_2_s`, `sector_3_s`, and `time_s` and `distance_m` within the lap (DOUBLE).
pub const BEST_LAPS_SQL: &str = include_str!("../sql/best_laps.sql");

/// The rows from which a session's [`Anchors`] come, as SQL over gold tables in the common subset of
/// DataFusion, DuckDB and Spark, with `{session_key}` to replace: `line_1_m`, `line_2_m` and `length_m` of
/// each clean lap, DOUBLE, for [`Anchors::of_rows`].
pub const SECTOR_LINES_SQL: &str = include_str!("../sql/sector_lines.sql");
