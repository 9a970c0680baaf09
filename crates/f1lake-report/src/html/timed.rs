//! Tables of qualifying and practice.

use super::grid::{Cell, Grid};
use crate::charts::{Chart, qualifying};
use crate::clean::clean;
use crate::data::ReportData;
use crate::error::ReportError;
use crate::field::Field;
use crate::format;
use crate::heading::part_name;
use std::collections::BTreeSet;

/// A part of qualifying: its name and its chart.
pub(super) struct PartView {
    pub(super) name: String,
    pub(super) chart: Chart,
}

/// The parts, last first: it decides the front of the grid.
pub(super) fn parts(data: &ReportData, field: &Field) -> Result<Vec<PartView>, ReportError> {
    let known: BTreeSet<i64> =
        data.qualifying_times.iter().map(|time| time.part).filter(|part| (1..=3).contains(part)).collect();
    let mut views = Vec::new();
    for part in known.into_iter().rev() {
        let name = part_name(data, part);
        if let Some(chart) = qualifying::draw(data, field, part, &name)? {
            views.push(PartView { name, chart });
        }
    }
    Ok(views)
}

/// Every driver in every part.
pub(super) fn part_table<'a>(data: &ReportData, field: &'a Field) -> Option<Grid<'a>> {
    let rows = data
        .qualifying_times
        .iter()
        .map(|time| {
            vec![
                Cell::of(part_name(data, time.part)),
                Cell::whole(time.place),
                Cell::driver(field.get(time.driver_number)),
                Cell::number(time.best_s, format::lap_time),
                Cell::number(time.gap_to_best_s.filter(|gap| *gap > 0.0), |v| format::difference(v, 3)),
                Cell::whole(time.best_lap_number),
                Cell::some(time.compound.as_deref(), |c| clean(c, 16).to_lowercase()),
                Cell::whole(time.tyre_age),
                Cell::number(time.ideal_s, format::lap_time),
                Cell::whole(time.deleted_laps.filter(|laps| *laps > 0)),
                Cell::some(time.is_advanced, |yes| if yes { "yes" } else { "no" }.to_owned()),
            ]
        })
        .collect();
    const TITLES: [&str; 11] = [
        "Part",
        ">Place",
        "Driver",
        ">Best",
        ">Gap (s)",
        ">on lap",
        "Tyres",
        ">Tyre age",
        ">Best sectors",
        ">Deleted laps",
        "Advanced",
    ];
    Grid::of("parts", &TITLES, rows)
}

/// The long runs of practice.
pub(super) fn long_runs<'a>(data: &ReportData, field: &'a Field) -> Option<Grid<'a>> {
    let rows = data
        .long_runs
        .iter()
        .map(|run| {
            let laps = run.first_lap.zip(run.last_lap);
            vec![
                Cell::driver(field.get(run.driver_number)),
                Cell::some(run.compound.as_deref(), |c| clean(c, 16).to_lowercase()),
                Cell::whole(run.tyre_age_first),
                Cell::whole(run.laps),
                Cell::some(laps, |(first, last)| format!("{first} to {last}")),
                Cell::number(run.median_s, format::lap_time),
                Cell::number(run.gap_s.filter(|gap| *gap > 0.0), |v| format::difference(v, 3)),
                Cell::number(run.best_s, format::lap_time),
                Cell::number(run.slope_s, |v| format::difference(v, 3)),
                Cell::number(run.slope_error_s, |v| format!("{v:.3}")),
            ]
        })
        .collect();
    const TITLES: [&str; 10] = [
        "Driver",
        "Tyres",
        ">Tyre age",
        ">Laps",
        ">Numbers",
        ">Median",
        ">To the best on the compound (s)",
        ">Best",
        ">Slope (s/lap)",
        ">Standard error",
    ];
    Grid::of("long-runs", &TITLES, rows)
}
