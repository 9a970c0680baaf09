//! Lap times over the time of the session, for practice and qualifying.

use super::{Chart, WIDTH, lap_time, laps_by_driver, runs};
use crate::canvas::Canvas;
use crate::clock::Clock;
use crate::data::{Lap, ReportData};
use crate::error::ReportError;
use crate::field::Field;
use crate::format;
use crate::frame::{Axis, Margins, Plot, round_ticks};

const HEIGHT: i32 = 460;
/// Slower laps than this share of the best are out-laps, in-laps and cooling down.
const SLOW: f64 = 1.07;

/// Draws the chart; `None` without lap times.
pub(crate) fn draw(data: &ReportData, field: &Field) -> Result<Option<Chart>, ReportError> {
    let laps = laps_by_driver(data);
    let clock = Clock::of(data);
    // The end of the lap, when its time became known. Without any date, laps are counted.
    let dated = laps.values().flatten().any(|lap| lap.date_start.is_some() && clock.is_some());
    let place = |lap: &Lap| match clock.filter(|_| dated) {
        Some(clock) => Some(clock.minutes(lap.date_start.as_deref())? + lap_time(lap)? / 60.0),
        None => Some(lap.lap_number as f64),
    };
    let timed = || laps.values().flatten().filter_map(|lap| lap_time(lap));
    let Some(best) = timed().min_by(f64::total_cmp) else { return Ok(None) };
    let ceiling = best * SLOW;
    let shown = |lap: &Lap| Some((place(lap)?, lap_time(lap).filter(|time| *time <= ceiling)?));
    let points: Vec<(f64, f64)> = laps.values().flatten().filter_map(|lap| shown(lap)).collect();
    let ends = points.iter().fold(None, |ends: Option<[f64; 3]>, (x, y)| {
        Some(ends.map_or([*x, *x, *y], |[from, to, slow]| [from.min(*x), to.max(*x), slow.max(*y)]))
    });
    let Some([from, to, slowest]) = ends else { return Ok(None) };
    let edge = ((to - from) * 0.02).max(0.5);
    let axis = from - edge..to + edge;

    let canvas = Canvas::new("session-laps", WIDTH, HEIGHT);
    let plot = Plot::new(
        &canvas,
        &canvas.area(),
        Margins { top: 10, right: 14, bottom: 44, left: 66 },
        Axis {
            ticks: round_ticks(&axis, 14).into_iter().filter(|tick| tick.fract() == 0.0).collect(),
            range: axis,
            label: &format::whole,
            title: if dated { "Minutes of the session" } else { "Lap" },
        },
        Axis::lap_times(best, slowest),
    )?;
    for member in field.members().iter().rev() {
        let Some(laps) = laps.get(&member.number) else { continue };
        canvas.group(&member.series(), None, || {
            for run in runs(laps.iter().filter_map(|lap| Some((lap.lap_number, shown(lap)?)))) {
                plot.line(run, 13)?;
            }
            for lap in laps {
                let Some(point) = shown(lap) else { continue };
                canvas.title_next(super::lap_times::title(lap, &member.acronym, point.1));
                plot.marker(point, member.shape())?;
            }
            Ok(())
        })?;
    }
    let slow = timed().filter(|time| *time > ceiling).count();
    let unplaced = laps
        .values()
        .flatten()
        .filter(|lap| lap_time(lap).is_some_and(|time| time <= ceiling) && place(lap).is_none())
        .count();
    let mut caption = format!("Best lap {}.", format::lap_time(best));
    if dated {
        caption.push_str(" A lap stands where it ended.");
    }
    for (count, why) in [
        (slow, format!("slower than 107% of the best ({})", format::lap_time(ceiling))),
        (unplaced, "without a known start".to_owned()),
    ] {
        if count > 0 {
            caption.push_str(&format!(
                " Left out: {} {why}; the table has {}.",
                format::counted(count, "lap"),
                if count == 1 { "it" } else { "them" }
            ));
        }
    }
    let label = format!(
        "Lap times of {} drivers over the session, from {} to {}",
        laps.len(),
        format::lap_time(best),
        format::lap_time(slowest)
    );
    Ok(Some(Chart { svg: canvas.finish(&label), caption }))
}
