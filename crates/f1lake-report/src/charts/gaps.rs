//! Gap to the leader by lap.

use super::end_labels::{EndLabel, ROOM, spread};
use super::{Chart, MOST_LAPS, WIDTH, runs, shade};
use crate::canvas::Canvas;
use crate::data::{LapPosition, ReportData};
use crate::error::ReportError;
use crate::field::Field;
use crate::format;
use crate::frame::{Axis, Margins, Plot, quantile, round_ticks};
use std::collections::BTreeMap;

const HEIGHT: i32 = 480;
/// A shorter axis would make seconds look like minutes.
const LEAST_CEILING: f64 = 10.0;

/// Draws the chart; `None` without gaps.
pub(crate) fn draw(data: &ReportData, field: &Field) -> Result<Option<Chart>, ReportError> {
    let mut rows: BTreeMap<i64, Vec<&LapPosition>> = BTreeMap::new();
    for row in data.lap_positions.iter().filter(|row| (1..=MOST_LAPS).contains(&row.lap_number)) {
        rows.entry(row.driver_number).or_default().push(row);
    }
    let mut gaps: Vec<f64> = rows.values().flatten().filter_map(|row| gap(row)).collect();
    gaps.sort_by(f64::total_cmp);
    // A car that waits in the pit lane would stretch the axis.
    let (Some(most), Some(usual)) = (gaps.last().copied(), quantile(&gaps, 0.97)) else { return Ok(None) };
    let ceiling = most.min(usual * 1.25).max(LEAST_CEILING);
    let last_lap = rows.values().flatten().map(|row| row.lap_number).max().unwrap_or(1);

    let canvas = Canvas::new("gaps", WIDTH, HEIGHT);
    let (top, bottom) = (-ceiling * 0.03, ceiling * 1.03);
    let plot = Plot::new(
        &canvas,
        &canvas.area(),
        Margins { top: 10, right: ROOM, bottom: 44, left: 66 },
        Axis::laps(last_lap, "Lap"),
        Axis {
            ticks: round_ticks(&(0.0..ceiling), 9),
            range: bottom..top,
            label: &format::whole,
            title: "Gap to the leader (s)",
        },
    )?;
    shade(&canvas, &plot, &data.neutralisations, last_lap, (bottom, top))?;
    let labels = field
        .members()
        .iter()
        .filter_map(|member| {
            let own = rows.get(&member.number)?;
            let end = own
                .iter()
                .rev()
                .find_map(|row| gap(row).filter(|gap| *gap <= ceiling).map(|gap| (row.lap_number, gap)))?;
            let ended = own.last().map_or(0, |row| row.lap_number);
            let (at, remark) = match end {
                (lap, gap) if lap >= last_lap - 1 => (Some((lap as f64, gap)), String::new()),
                (lap, _) if ended > lap + 1 => (None, "lapped".to_owned()),
                (lap, _) => (None, format!("lap {lap}")),
            };
            Some(EndLabel { member, end: at, remark })
        })
        .collect();
    let labels = spread(&plot, labels);
    for member in field.members().iter().rev() {
        let Some(own) = rows.get(&member.number) else { continue };
        canvas.group(&member.series(), Some(&member.acronym), || {
            for run in runs(points(own, ceiling)) {
                plot.line(run, 17)?;
            }
            let mut own = labels.iter().filter(|label| label.number() == member.number);
            own.try_for_each(|label| label.draw(&canvas, &plot))
        })?;
    }
    let lapped = rows.values().flatten().filter(|row| row.is_lapped == Some(true)).count();
    let beyond = gaps.iter().filter(|gap| **gap > ceiling).count();
    let mut caption = "Seconds behind the leader at the end of each lap.".to_owned();
    for (count, what) in [
        (lapped, "of lapped cars".to_owned()),
        (beyond, format!("more than {} behind", format::seconds(ceiling))),
    ] {
        if count > 0 {
            caption.push_str(&format!(" Not drawn: {} {what}.", format::counted(count, "lap")));
        }
    }
    let label = format!(
        "Gaps of {} drivers to the leader over {last_lap} laps, up to {}",
        rows.len(),
        format::seconds(ceiling)
    );
    Ok(Some(Chart { svg: canvas.finish(&label), caption }))
}

/// The gap of a car that is not lapped.
fn gap(row: &LapPosition) -> Option<f64> {
    row.gap_to_leader_s.filter(|gap| row.is_lapped != Some(true) && (0.0..100_000.0).contains(gap))
}

/// Laps with a gap on the axis.
fn points(rows: &[&LapPosition], ceiling: f64) -> impl Iterator<Item = (i64, (f64, f64))> {
    rows.iter().filter_map(move |row| {
        let gap = gap(row).filter(|gap| *gap <= ceiling)?;
        Some((row.lap_number, (row.lap_number as f64, gap)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lapped_cars_and_far_gaps_break_the_line() {
        let row = |lap_number, gap: f64, lapped| LapPosition {
            driver_number: 1,
            lap_number,
            gap_to_leader_s: Some(gap),
            is_lapped: Some(lapped),
        };
        let rows = [
            row(1, 1.0, false),
            row(2, 2.0, false),
            row(3, 99.0, true),
            row(4, 3.0, false),
            row(5, 80.0, false),
        ];
        let runs = runs(points(&rows.iter().collect::<Vec<_>>(), 60.0));
        assert_eq!(runs, [vec![(1.0, 1.0), (2.0, 2.0)], vec![(4.0, 3.0)]]);
    }
}
