//! The table of results.

use super::grid::{Cell, Grid};
use crate::data::{LeaderboardRow, ReportData};
use crate::field::Field;
use crate::format;
use crate::heading::part_name;
use crate::standing::{fastest, place};

pub(super) fn results<'a>(data: &ReportData, field: &'a Field) -> Option<Grid<'a>> {
    let best = fastest(data).map(|(row, _)| row.driver_number);
    let any = |has: fn(&LeaderboardRow) -> bool| data.leaderboard.iter().any(has);
    // A practice gives no points, and only qualifying has parts.
    let has_points = any(|r| r.points.is_some_and(|p| p > 0.0));
    let has_parts = any(|r| r.best_q2_s.is_some() || r.best_q3_s.is_some());
    let time = |value: Option<f64>| Cell::number(value, format::lap_time);
    let rows = data
        .leaderboard
        .iter()
        .filter_map(|row| {
            let member = field.get(row.driver_number)?;
            let part = |value: Option<f64>| time(value.filter(|_| has_parts));
            Some(vec![
                Cell::of(place(row)).classed("place"),
                Cell::driver(Some(member)),
                Cell::of(member.team.clone()),
                Cell::whole(row.grid_position),
                Cell::whole(row.number_of_laps),
                Cell::of(format::gap(row)).classed("gap"),
                time(row.best_lap_s).classed(if best == Some(row.driver_number) { "best" } else { "" }),
                Cell::whole(row.best_lap_number),
                part(row.best_q1_s),
                part(row.best_q2_s),
                part(row.best_q3_s),
                time(row.theoretical_best_s),
                Cell::whole(row.pit_stops),
                Cell::some(row.points.filter(|_| has_points), format::points),
            ])
        })
        .collect();
    let parts: Vec<String> = (1..=3).map(|part| format!(">{}", part_name(data, part))).collect();
    let mut titles = vec![">Pos", "Driver", "Team", ">Grid", ">Laps", ">Gap", ">Best lap", ">on lap"];
    titles.extend(parts.iter().map(String::as_str));
    titles.extend([">Best sectors", ">Stops", ">Points"]);
    Grid::of("board", &titles, rows)
}
