//! Tables of a race: stops and pace.

use super::grid::{Cell, Grid};
use crate::clean::clean;
use crate::colour::Tyre;
use crate::data::{PitStop, ReportData, StintPace};
use crate::field::Field;
use crate::format;

/// The stops with what they cost.
pub(super) fn pit_stops<'a>(data: &ReportData, field: &'a Field) -> Option<Grid<'a>> {
    let seconds = |value: Option<f64>| Cell::number(value, |v| format::difference(v, 1));
    let rows = data
        .pit_stops
        .iter()
        .map(|stop| {
            vec![
                Cell::whole(stop.lap_number),
                Cell::driver(field.get(stop.driver_number)),
                Cell::of(tyres(stop)),
                Cell::number(stop.stationary_s, |v| format!("{v:.1}")),
                Cell::number(stop.lane_s, |v| format!("{v:.1}")),
                Cell::number(stop.time_lost_s, |v| format!("{v:.1}")),
                Cell::number(stop.circuit_median_s, |v| format!("{v:.1}")),
                seconds(stop.time_lost_s.zip(stop.circuit_median_s).map(|(lost, median)| lost - median)),
                Cell::of(places(stop)),
                seconds(stop.undercut_gain_s),
                seconds(stop.overcut_gain_s),
                Cell::of(remarks(stop)),
            ]
        })
        .collect();
    const TITLES: [&str; 12] = [
        ">Lap",
        "Driver",
        "Tyres",
        ">Stationary",
        ">In the lane",
        ">Lost",
        ">Circuit",
        ">Difference",
        ">Position",
        ">Undercut",
        ">Overcut",
        "Remarks",
    ];
    Grid::of("stops", &TITLES, rows)
}

/// `Medium to hard`.
fn tyres(stop: &PitStop) -> String {
    let name = |compound: &Option<String>| {
        compound.as_deref().map(|compound| match Tyre::of(Some(compound)) {
            Tyre::Unknown => clean(compound, 16),
            tyre => tyre.name().to_owned(),
        })
    };
    match (name(&stop.compound_before), name(&stop.compound_after)) {
        (Some(before), Some(after)) => format!("{before} to {}", after.to_lowercase()),
        (None, Some(after)) => format!("to {}", after.to_lowercase()),
        _ => String::new(),
    }
}

/// `3 → 8`.
fn places(stop: &PitStop) -> String {
    match (stop.position_before, stop.position_after) {
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (Some(before), None) => format!("{before} →"),
        (None, Some(after)) => format!("→ {after}"),
        (None, None) => String::new(),
    }
}

/// What was not ordinary about the stop.
fn remarks(stop: &PitStop) -> String {
    let kind = match stop.pit_type.as_deref() {
        Some("drive_through") => Some("drive-through"),
        Some("stop_go") => Some("stop-and-go"),
        _ => None,
    };
    let status = match stop.track_status.as_deref() {
        Some("safety_car") => Some("safety car"),
        Some("virtual_safety_car") => Some("virtual safety car"),
        Some("red_flag") => Some("red flag"),
        _ => None,
    };
    let stack = match stop.double_stack.as_deref() {
        Some("first") => Some("first of a double stack"),
        Some("second") => Some("second of a double stack"),
        _ => None,
    };
    let basis = (stop.expected_from.as_deref() == Some("nearby_cars")).then_some("compared with nearby cars");
    [kind, status, stack, basis].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// The stints with their pace, stints of one driver together, in the order of the result.
pub(super) fn stint_pace<'a>(data: &ReportData, field: &'a Field) -> Option<Grid<'a>> {
    let rows = field
        .members()
        .iter()
        .flat_map(|member| {
            data.stint_pace.iter().filter(|stint| stint.driver_number == member.number).map(move |stint| {
                vec![
                    Cell::driver(Some(member)),
                    Cell::of(stint.stint_number.to_string()),
                    Cell::some(stint.compound.as_deref(), |c| clean(c, 16).to_lowercase()),
                    Cell::of(laps(stint)),
                    Cell::number(stint.median_s, format::lap_time),
                    Cell::number(stint.new_tyre_s, format::lap_time),
                    Cell::number(stint.slope_s, |v| format::difference(v, 3)),
                    Cell::number(stint.slope_error_s, |v| format!("{v:.3}")),
                    Cell::number(stint.scatter_s, |v| format!("{v:.3}")),
                ]
            })
        })
        .collect();
    const TITLES: [&str; 9] = [
        "Driver",
        ">Stint",
        "Tyres",
        ">Laps fitted",
        ">Median",
        ">Expected on new tyres",
        ">Slope (s/lap)",
        ">Standard error",
        ">Scatter (s)",
    ];
    Grid::of("pace", &TITLES, rows)
}

/// `12 of 15`.
fn laps(stint: &StintPace) -> String {
    match (stint.fitted_laps, stint.racing_laps) {
        (Some(fitted), Some(all)) => format!("{fitted} of {all}"),
        (None, Some(all)) => format!("none of {all}"),
        (Some(fitted), None) => fitted.to_string(),
        (None, None) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_is_put_in_words() {
        let mut stop = PitStop {
            compound_before: Some("MEDIUM".to_owned()),
            compound_after: Some("HARD".to_owned()),
            position_before: Some(3),
            position_after: Some(8),
            pit_type: Some("stop".to_owned()),
            track_status: Some("green".to_owned()),
            ..Default::default()
        };
        assert_eq!(
            (tyres(&stop), places(&stop), remarks(&stop)),
            ("Medium to hard".into(), "3 → 8".into(), String::new())
        );
        stop.compound_before = None;
        stop.position_after = None;
        stop.pit_type = Some("drive_through".to_owned());
        stop.track_status = Some("safety_car".to_owned());
        stop.double_stack = Some("second".to_owned());
        assert_eq!((tyres(&stop), places(&stop)), ("to hard".into(), "3 →".into()));
        assert_eq!(remarks(&stop), "drive-through, safety car, second of a double stack");
    }
}
