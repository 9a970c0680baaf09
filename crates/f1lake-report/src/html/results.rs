//! The table of results.

use crate::data::ReportData;
use crate::field::{Field, Member};
use crate::format;
use crate::standing::{fastest, place};

/// A row of the results.
pub(super) struct ResultView<'a> {
    pub(super) place: String,
    pub(super) driver: &'a Member,
    pub(super) grid: String,
    pub(super) laps: String,
    pub(super) gap: String,
    pub(super) best: String,
    pub(super) best_lap: String,
    pub(super) fastest: bool,
    pub(super) phases: [String; 3],
    pub(super) theoretical: String,
    pub(super) stops: String,
    pub(super) points: String,
}

pub(super) fn results<'a>(data: &ReportData, field: &'a Field) -> Vec<ResultView<'a>> {
    let best = fastest(data).map(|(row, _)| row.driver_number);
    let number = |value: Option<i64>| value.map(|v| v.to_string()).unwrap_or_default();
    let time = |value: Option<f64>| value.filter(|t| t.is_finite()).map(format::lap_time).unwrap_or_default();
    data.leaderboard
        .iter()
        .filter_map(|row| {
            Some(ResultView {
                place: place(row),
                driver: field.get(row.driver_number)?,
                grid: number(row.grid_position),
                laps: number(row.number_of_laps),
                gap: format::gap(row),
                best: time(row.best_lap_s),
                best_lap: number(row.best_lap_number),
                fastest: best == Some(row.driver_number),
                phases: [time(row.best_q1_s), time(row.best_q2_s), time(row.best_q3_s)],
                theoretical: time(row.theoretical_best_s),
                stops: number(row.pit_stops),
                points: row.points.map(format::points).unwrap_or_default(),
            })
        })
        .collect()
}
