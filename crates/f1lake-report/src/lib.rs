//! A session's report: the leaderboard, stints and data quality as text for a terminal, and one
//! self-contained HTML page with plots.
//!
//! Everything here is a pure function of [`ReportData`]. The data comes from the lake's gold tables:
//! [`Part::sql`] returns the query of each part, and [`ReportData::from_rows`] takes the results. No query
//! engine is needed: any program that can run SQL and return rows as JSON objects can make a report.
//!
//! ```
//! use f1lake_report::{Part, ReportData, Rows, render_html, render_text};
//! # fn run(_sql: &str) -> Vec<serde_json::Value> { Vec::new() }
//!
//! # fn main() -> Result<(), f1lake_report::ReportError> {
//! let rows: Rows = Part::ALL.iter().map(|part| (*part, run(&part.sql(9488)))).collect();
//! let data = ReportData::from_rows(rows)?;
//! println!("{}", render_text(&data, 100, false));
//! let page = render_html(&data)?;
//! # assert!(page.starts_with("<!doctype html>"));
//! # Ok(())
//! # }
//! ```

mod canvas;
mod charts;
mod choice;
mod clean;
mod clock;
mod colour;
mod compare;
mod data;
mod error;
mod field;
mod format;
mod frame;
mod heading;
mod html;
mod penalty;
mod quality;
mod queries;
mod rows;
mod standing;
mod text;

pub use choice::{ChoiceError, ChosenLap};
pub use data::{
    Driver, Lap, LapPosition, LapTrace, LeaderboardRow, LongRun, Neutralisation, NeutralisationKind, Penalty,
    PitStop, QualifyingPart, QualifyingTime, QualityLine, QualityStatus, RainWindow, ReportData,
    SessionHeader, SessionWeather, Stint, StintPace, TraceSample, WeatherSample,
};
pub use error::ReportError;
pub use html::render_html;
pub use queries::{Part, lap_telemetry_sql};
pub use rows::Rows;
pub use text::render_text;
