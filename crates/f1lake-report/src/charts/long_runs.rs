//! Laps of the long runs of practice.

use super::end_labels::{EndLabel, ROOM, spread};
use super::{Chart, WIDTH, lap_time, laps_by_driver};
use crate::canvas::Canvas;
use crate::colour::Tyre;
use crate::data::{LongRun, ReportData};
use crate::error::ReportError;
use crate::field::Field;
use crate::format;
use crate::frame::{Axis, Margins, Plot, lap_time_ceiling};

const HEIGHT: i32 = 440;
/// More lines cannot be told apart.
const MOST_RUNS: usize = 20;

/// Draws the chart; `None` without a long run whose laps are known.
pub(crate) fn draw(data: &ReportData, field: &Field) -> Result<Option<Chart>, ReportError> {
    let laps = laps_by_driver(data);
    let points = |run: &LongRun| -> Vec<(f64, f64)> {
        let (Some(first), Some(last)) = (run.first_lap, run.last_lap) else { return Vec::new() };
        let own = laps.get(&run.driver_number).into_iter().flatten();
        own.filter(|lap| (first..=last).contains(&lap.lap_number))
            .filter_map(|lap| Some(((lap.lap_number - first + 1) as f64, lap_time(lap)?)))
            .collect()
    };
    let runs: Vec<(&LongRun, Vec<(f64, f64)>)> =
        data.long_runs.iter().map(|run| (run, points(run))).filter(|(_, points)| points.len() > 1).collect();
    let all = runs.len();
    let runs = &runs[..all.min(MOST_RUNS)];
    let mut times: Vec<f64> = runs.iter().flat_map(|(_, points)| points.iter().map(|p| p.1)).collect();
    times.sort_by(f64::total_cmp);
    let (Some(best), Some(ceiling)) = (times.first().copied(), lap_time_ceiling(&times)) else {
        return Ok(None);
    };
    let longest = runs.iter().flat_map(|(_, points)| points.iter().map(|p| p.0 as i64)).max().unwrap_or(1);

    let canvas = Canvas::new("long-runs", WIDTH, HEIGHT);
    let plot = Plot::new(
        &canvas,
        &canvas.area(),
        Margins { top: 10, right: ROOM, bottom: 44, left: 66 },
        Axis::laps(longest, "Lap of the run"),
        Axis::lap_times(best, ceiling),
    )?;
    let labels = runs
        .iter()
        .filter_map(|(run, points)| {
            let end = points.iter().rev().find(|point| point.1 <= ceiling).copied();
            let remark = Tyre::of(run.compound.as_deref()).letter().to_owned();
            Some(EndLabel { member: field.get(run.driver_number)?, end, remark })
        })
        .collect();
    // In the order of the runs: only runs of known drivers have a label.
    let known = runs.iter().filter(|(run, _)| field.get(run.driver_number).is_some());
    for ((run, points), label) in known.zip(spread(&plot, labels)) {
        let Some(member) = field.get(run.driver_number) else { continue };
        let tyre = Tyre::of(run.compound.as_deref()).name().to_lowercase();
        let title = format!("{}, {tyre}, {} laps", member.acronym, points.len());
        canvas.group(&member.series(), Some(&title), || {
            let on_axis: Vec<(f64, f64)> = points.iter().copied().filter(|p| p.1 <= ceiling).collect();
            plot.line(on_axis.clone(), 15)?;
            for point in on_axis {
                canvas.title_next(format!(
                    "{title}: lap {:.0} of the run {}",
                    point.0,
                    format::lap_time(point.1)
                ));
                plot.marker(point, member.shape())?;
            }
            label.draw(&canvas, &plot)
        })?;
    }
    let mut caption =
        "Laps of each long run from its first one; the letter is the compound. Fuel is unknown.".to_owned();
    if all > MOST_RUNS {
        caption.push_str(&format!(" Drawn: the {MOST_RUNS} of {all} runs with the fastest median."));
    }
    let beyond = times.iter().filter(|time| **time > ceiling).count();
    if beyond > 0 {
        caption.push_str(&format!(" Left out: {beyond} slower than {}.", format::lap_time(ceiling)));
    }
    let label = format!("Lap times of {} long runs over up to {longest} laps", runs.len());
    Ok(Some(Chart { svg: canvas.finish(&label), caption }))
}
