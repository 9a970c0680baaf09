//! Positions by lap.

use super::end_labels::{EndLabel, ROOM, spread};
use super::{Chart, WIDTH, laps_by_driver, shade};
use crate::canvas::Canvas;
use crate::data::ReportData;
use crate::error::ReportError;
use crate::field::Field;
use crate::format;
use crate::frame::{Axis, Margins, Plot, whole_ticks};
use std::collections::BTreeMap;

/// Positions beyond this number are errors in the data.
const MOST_PLACES: i64 = 60;
/// A car that ends this many laps before the last one retired; fewer, it was lapped.
const RETIRED_LAPS: i64 = 5;

/// Draws the chart; `None` unless cars raced each other and positions are known.
pub(crate) fn draw(data: &ReportData, field: &Field) -> Result<Option<Chart>, ReportError> {
    if !data.session.as_ref().is_some_and(|s| s.is_race()) {
        return Ok(None);
    }
    let real = |place: Option<i64>| place.filter(|p| (1..=MOST_PLACES).contains(p));
    let grid: BTreeMap<i64, i64> =
        data.leaderboard.iter().filter_map(|r| Some((r.driver_number, real(r.grid_position)?))).collect();
    let laps = laps_by_driver(data);
    let lines: BTreeMap<i64, Vec<(i64, i64)>> = field
        .members()
        .iter()
        .map(|m| {
            let start = grid.get(&m.number).map(|place| (0, *place));
            let rest = laps.get(&m.number).into_iter().flatten();
            let line = start
                .into_iter()
                .chain(rest.filter_map(|l| Some((l.lap_number, real(l.position)?))))
                .collect();
            (m.number, line)
        })
        .filter(|(_, line): &(i64, Vec<_>)| !line.is_empty())
        .collect();
    let last_lap = lines.values().flatten().map(|(lap, _)| *lap).max().unwrap_or(0);
    let last_place = lines.values().flatten().map(|(_, place)| *place).max().unwrap_or(0);
    if last_lap == 0 {
        return Ok(None);
    }

    let height = (110 + last_place as i32 * 21).max(200);
    let canvas = Canvas::new("positions", WIDTH, height);
    let lap_label = |v: f64| if v == 0.0 { "Grid".to_owned() } else { format::whole(v) };
    let (top, bottom) = (0.4, last_place as f64 + 0.6);
    let plot = Plot::new(
        &canvas,
        &canvas.area(),
        Margins { top: 10, right: ROOM, bottom: 44, left: 46 },
        Axis {
            range: -0.5..last_lap as f64 + 0.5,
            ticks: whole_ticks(0, last_lap, 20),
            label: &lap_label,
            title: "Lap",
        },
        Axis {
            range: bottom..top,
            ticks: (1..=last_place).map(|p| p as f64).collect(),
            label: &format::whole,
            title: "Position",
        },
    )?;
    shade(&canvas, &plot, &data.neutralisations, last_lap, (bottom, top))?;
    let mut ends: Vec<EndLabel<'_>> = field
        .members()
        .iter()
        .filter_map(|member| {
            let (lap, place) = lines.get(&member.number)?.last().copied()?;
            let is_out = lap + RETIRED_LAPS <= last_lap;
            Some(EndLabel {
                member,
                end: (!is_out).then_some((lap as f64, place as f64)),
                remark: if is_out { format!("lap {lap}") } else { String::new() },
            })
        })
        .collect();
    let last_of = |label: &EndLabel<'_>| {
        lines.get(&label.member.number).and_then(|line| line.last()).map_or(0, |l| l.0)
    };
    ends.sort_by_key(|label| std::cmp::Reverse(last_of(label)));
    let labels = spread(&plot, ends);
    for member in field.members().iter().rev() {
        let Some(line) = lines.get(&member.number) else { continue };
        let Some((end_lap, end_place)) = line.last().copied() else { continue };
        let title = match (grid.get(&member.number), end_lap) {
            (Some(start), _) => format!("{}: started {start}, lap {end_lap} {end_place}", member.acronym),
            (None, _) => format!("{}: lap {end_lap} {end_place}", member.acronym),
        };
        canvas.group(&member.series(), Some(&title), || {
            plot.line(line.iter().map(|(lap, place)| (*lap as f64, *place as f64)).collect(), 22)?;
            plot.marker((end_lap as f64, end_place as f64), member.shape())?;
            let mut own = labels.iter().filter(|label| label.number() == member.number);
            own.try_for_each(|label| label.draw(&canvas, &plot))
        })?;
    }
    let mut caption =
        "Position at the end of each lap; a line that ends early belongs to a car that retired.".to_owned();
    if laps.values().flatten().any(|l| l.is_position_derived && l.position.is_some()) {
        caption.push_str(
            " OpenF1 has no positions of this session, so this is the order in which the cars completed \
             each lap.",
        );
    }
    let label = format!("Positions of {} drivers over {last_lap} laps", lines.len());
    Ok(Some(Chart { svg: canvas.finish(&label), caption }))
}
