//! Tables of penalties and of deleted lap times.

use super::grid::{Cell, Grid};
use crate::data::ReportData;
use crate::field::Field;
use crate::penalty::{kind, proper, reason, served};

pub(super) fn penalties<'a>(data: &ReportData, field: &'a Field) -> Option<Grid<'a>> {
    let rows = proper(data)
        .map(|penalty| {
            vec![
                Cell::whole(penalty.lap_number),
                Cell::driver(field.get(penalty.driver_number)),
                Cell::of(kind(penalty)),
                Cell::of(reason(penalty)),
                Cell::of(served(penalty)),
            ]
        })
        .collect();
    Grid::of("penalties", &[">Lap", "Driver", "Penalty", "Reason", "Served"], rows)
}

pub(super) fn deleted_laps<'a>(data: &ReportData, field: &'a Field) -> Option<Grid<'a>> {
    let rows = data
        .penalties
        .iter()
        .filter(|penalty| penalty.is_lap_deletion())
        .map(|penalty| {
            let given_back = penalty.is_reinstated == Some(true);
            vec![
                Cell::driver(field.get(penalty.driver_number)),
                Cell::whole(penalty.deleted_lap_number),
                Cell::of(reason(penalty)),
                Cell::of(if given_back { "given back" } else { "" }),
            ]
        })
        .collect();
    Grid::of("deleted", &["Driver", ">Lap of the driver", "Reason", "Remarks"], rows)
}
