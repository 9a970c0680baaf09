//! Lap times of a race by lap.

use super::{Chart, WIDTH, lap_time, laps_by_driver, runs, shade};
use crate::canvas::Canvas;
use crate::data::{Lap, ReportData};
use crate::error::ReportError;
use crate::field::Field;
use crate::format;
use crate::frame::{Axis, Margins, Plot, Shape, lap_time_ceiling};

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
    let axis = Axis::lap_times(best, ceiling);
    let (bottom, top) = (axis.range.start, axis.range.end);

    let canvas = Canvas::new("lap-times", WIDTH, HEIGHT);
    let plot = Plot::new(
        &canvas,
        &canvas.area(),
        Margins { top: 10, right: 14, bottom: 44, left: 66 },
        Axis::laps(last_lap, "Lap"),
        axis,
    )?;
    shade(&canvas, &plot, &data.neutralisations, last_lap, (bottom, top))?;
    let mut beyond = 0;
    for member in field.members().iter().rev() {
        let Some(laps) = laps.get(&member.number) else { continue };
        canvas.group(&member.series(), None, || {
            for run in runs(points(laps, ceiling)) {
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
            " Small triangles on the upper edge: {} slower than {} (pit stops, safety car, red flag); the \
             table has their times.",
            format::counted(beyond, "lap"),
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

/// Laps with a time on the axis, neither into nor out of the pit.
fn points(laps: &[&Lap], ceiling: f64) -> impl Iterator<Item = (i64, (f64, f64))> {
    laps.iter().filter_map(move |lap| {
        let pit = lap.is_pit_in_lap == Some(true) || lap.is_pit_out_lap == Some(true);
        let time = lap_time(lap).filter(|time| *time <= ceiling && !pit)?;
        Some((lap.lap_number, (lap.lap_number as f64, time)))
    })
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
        let runs = runs(points(&laps.iter().collect::<Vec<_>>(), 95.0));
        assert_eq!(runs, [vec![(1.0, 90.0), (2.0, 90.5)], vec![(4.0, 91.0)], vec![(6.0, 91.0)]]);
    }
}
