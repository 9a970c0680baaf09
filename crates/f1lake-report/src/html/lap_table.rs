//! The table of all lap times.

use crate::charts;
use crate::data::ReportData;
use crate::field::{Field, Member};
use crate::format;
use std::collections::BTreeMap;

/// Lap times by lap and driver.
pub(super) struct LapTable<'a> {
    pub(super) drivers: Vec<&'a Member>,
    pub(super) rows: Vec<(i64, Vec<LapCell>)>,
}

/// A lap time and how it is marked.
pub(super) struct LapCell {
    pub(super) text: String,
    pub(super) class: &'static str,
}

pub(super) fn lap_table<'a>(data: &ReportData, field: &'a Field) -> Option<LapTable<'a>> {
    let laps = charts::laps_by_driver(data);
    let members: Vec<&Member> = field.members().iter().filter(|m| laps.contains_key(&m.number)).collect();
    let last = laps.values().flatten().map(|l| l.lap_number).max()?;
    let by_key: BTreeMap<(i64, i64), _> =
        laps.values().flatten().map(|l| ((l.lap_number, l.driver_number), *l)).collect();
    let best: BTreeMap<i64, f64> =
        data.leaderboard.iter().filter_map(|r| Some((r.driver_number, r.best_lap_s?))).collect();
    let rows = (1..=last)
        .map(|number| {
            let cells = members
                .iter()
                .map(|member| {
                    let lap = by_key.get(&(number, member.number));
                    let time = lap.and_then(|l| charts::lap_time(l));
                    let is_best =
                        time.zip(best.get(&member.number)).is_some_and(|(t, b)| (t - b).abs() < 5e-4);
                    let pit =
                        lap.is_some_and(|l| l.is_pit_in_lap == Some(true) || l.is_pit_out_lap == Some(true));
                    LapCell {
                        text: time.map(format::lap_time).unwrap_or_default(),
                        class: if is_best {
                            "best"
                        } else if pit {
                            "pit"
                        } else {
                            ""
                        },
                    }
                })
                .collect();
            (number, cells)
        })
        .collect();
    Some(LapTable { drivers: members, rows })
}
