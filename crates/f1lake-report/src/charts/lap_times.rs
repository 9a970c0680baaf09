//! Lap times of a race by lap.

use super::{Chart, WIDTH, lap_time, laps_by_driver, shade};
use crate::canvas::Canvas;
use crate::data::{Lap, ReportData};
use crate::error::ReportError;
use crate::field::Field;
use crate::format;
use crate::frame::{Axis, Margins, Plot, Shape, lap_time_ceiling, round_ticks, whole_ticks};

const HEIGHT: i32 = 460;

/// Draws the chart; `None` without lap times.
pub(crate) fn draw(data: &ReportData, field: &Field) -> Result<Option<Chart>, ReportError> {
    let laps = laps_by_driver(data);
    let mut times: Vec<f64> = laps.values().flatten().filter_map(|l| lap_time(l)).collect();
    times.sort_by(f64::total_cmp);
    let (Some(best), Some(ceiling)) = (times.first().copied(), lap_time_ceiling(&times)) else {
        return Ok(None);
    };
    let last_lap = laps.values().flatten().map(|l| l.lap_number).max().unwrap_or(1);
    let room = ((ceiling - best) * 0.05).max(0.1);
    let range = best - room..ceiling + room;
    let top = range.end;

    let canvas = Canvas::new("lap-times", WIDTH, HEIGHT);
    let whole = |v: f64| format!("{v:.0}");
    let plot = Plot::new(
        &canvas,
        &canvas.area(),
        Margins { top: 10, right: 14, bottom: 44, left: 66 },
        Axis {
            range: 0.5..last_lap as f64 + 0.5,
            ticks: whole_ticks(1, last_lap, 20),
            label: &whole,
            title: "Lap",
        },
        Axis { ticks: round_ticks(&range, 9), range, label: &format::axis_time, title: "Lap time" },
    )?;
    shade(&canvas, &plot, &data.neutralisations, last_lap, (best - room, top))?;
    let mut beyond = 0;
    for member in field.members().iter().rev() {
        let Some(laps) = laps.get(&member.number) else { continue };
        canvas.group(&member.series(), None, || {
            for run in runs(laps, ceiling) {
                plot.line(run, 15)?;
            }
            for lap in laps {
                let Some(time) = lap_time(lap) else { continue };
                canvas.title_next(title(lap, &member.acronym, time));
                let x = lap.lap_number as f64;
                if time > ceiling {
                    beyond += 1;
                    plot.marker((x, top), Shape::Tick)?;
                } else {
                    plot.marker((x, time), member.shape())?;
                }
            }
            Ok(())
        })?;
    }
    let mut caption = format!("Best lap {}.", format::lap_time(best));
    if beyond > 0 {
        caption.push_str(&format!(
            " Small triangles on the upper edge: {beyond} {} slower than {} (pit stops, safety car, red \
             flag); the table has their times.",
            if beyond == 1 { "lap" } else { "laps" },
            format::lap_time(ceiling),
        ));
    }
    let label = format!(
        "Lap times of {} drivers over {last_lap} laps, from {} to {}",
        laps.len(),
        format::lap_time(best),
        format::lap_time(ceiling)
    );
    Ok(Some(Chart { svg: canvas.finish(&label), caption }))
}

/// Unbroken runs of laps with a time on the axis, neither into nor out of the pit.
fn runs(laps: &[&Lap], ceiling: f64) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut last = None;
    for lap in laps {
        let pit = lap.is_pit_in_lap == Some(true) || lap.is_pit_out_lap == Some(true);
        let Some(time) = lap_time(lap).filter(|t| *t <= ceiling && !pit) else { continue };
        let point = (lap.lap_number as f64, time);
        match runs.last_mut() {
            Some(run) if last == Some(lap.lap_number - 1) => run.push(point),
            _ => runs.push(vec![point]),
        }
        last = Some(lap.lap_number);
    }
    runs
}

/// What a point says.
pub(super) fn title(lap: &Lap, acronym: &str, time: f64) -> String {
    let mut title = format!("{acronym} lap {}: {}", lap.lap_number, format::lap_time(time));
    if let Some(compound) = &lap.compound {
        title.push_str(", ");
        title.push_str(&crate::clean::clean(compound, 16).to_lowercase());
    }
    if lap.is_deleted == Some(true) {
        title.push_str(", deleted");
    }
    if lap.is_pit_out_lap == Some(true) {
        title.push_str(", out of the pit");
    }
    if lap.is_pit_in_lap == Some(true) {
        title.push_str(", into the pit");
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_where_laps_are_missing_or_slow() {
        let laps: Vec<Lap> =
            [(1, Some(90.0)), (2, Some(90.5)), (3, Some(300.0)), (4, Some(91.0)), (6, Some(91.0)), (7, None)]
                .into_iter()
                .map(|(lap_number, lap_time_s)| Lap { lap_number, lap_time_s, ..Default::default() })
                .collect();
        let runs = runs(&laps.iter().collect::<Vec<_>>(), 95.0);
        assert_eq!(runs, [vec![(1.0, 90.0), (2.0, 90.5)], vec![(4.0, 91.0)], vec![(6.0, 91.0)]]);
    }
}
