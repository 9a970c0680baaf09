//! Pace of the stints of a race without the time that the fuel costs.

use super::{Chart, WIDTH};
use crate::canvas::{AXIS, Canvas, SERIES, TEXT};
use crate::colour::Tyre;
use crate::data::{ReportData, StintPace};
use crate::error::ReportError;
use crate::field::{Field, Member};
use crate::format;
use crate::frame::{Axis, Margins, Plot, letters, quantile, round_ticks};
use plotters::style::text_anchor::{HPos, VPos};

const ROW: i32 = 24;
/// More drivers are an error in the data.
const MOST_DRIVERS: usize = 60;

/// Draws the chart; `None` without a fitted stint.
pub(crate) fn draw(data: &ReportData, field: &Field) -> Result<Option<Chart>, ReportError> {
    let fitted: Vec<(&StintPace, f64)> = data
        .stint_pace
        .iter()
        .filter(|stint| stint.fitted_laps.is_some())
        .filter_map(|stint| {
            Some((stint, stint.median_s.filter(|t| t.is_finite() && *t > 0.0 && *t < 100_000.0)?))
        })
        .collect();
    let mut times: Vec<f64> = fitted.iter().map(|(_, time)| *time).collect();
    times.sort_by(f64::total_cmp);
    let (Some(best), Some(slowest), Some(lower), Some(upper)) =
        (times.first().copied(), times.last().copied(), quantile(&times, 0.25), quantile(&times, 0.75))
    else {
        return Ok(None);
    };
    // A stint on wet tyres would squeeze the others.
    let ceiling = slowest.min((upper + 4.0 * (upper - lower)).max(best * 1.02));
    let rows: Vec<&Member> = field
        .members()
        .iter()
        .filter(|member| {
            fitted.iter().any(|(stint, time)| stint.driver_number == member.number && *time <= ceiling)
        })
        .take(MOST_DRIVERS)
        .collect();

    let count = rows.len() as i32;
    let canvas = Canvas::new("pace", WIDTH, count * ROW + 58);
    let room = ((ceiling - best) * 0.06).max(0.1);
    let range = best - room..ceiling + room;
    let name = |v: f64| rows.get(v.round() as usize).map(|member| member.acronym.clone()).unwrap_or_default();
    let plot = Plot::new(
        &canvas,
        &canvas.area(),
        Margins { top: 8, right: 14, bottom: 44, left: 56 },
        Axis {
            ticks: round_ticks(&range, 10),
            range,
            label: &format::axis_time,
            title: "Median lap time without fuel",
        },
        Axis::rows(count, &name),
    )?;
    for (row, member) in rows.iter().enumerate() {
        let own =
            fitted.iter().filter(|(stint, time)| stint.driver_number == member.number && *time <= ceiling);
        for (stint, time) in own {
            let tyre = Tyre::of(stint.compound.as_deref());
            let at = (*time, row as f64);
            if let Some(scatter) = stint.scatter_s.filter(|s| (0.0..10.0).contains(s)) {
                let ends = [time - scatter, time + scatter]
                    .map(|end| (end.clamp(best - room, ceiling + room), at.1));
                plot.line_of(ends.to_vec(), AXIS, 14)?;
            }
            canvas.group(&format!("tyre {}", tyre.class()), Some(&title(member, stint, *time)), || {
                plot.disc(at, 85, SERIES)?;
                plot.text(tyre.letter(), at, (0, 0), letters(TEXT, 11.0, (HPos::Center, VPos::Center)))
            })?;
        }
    }
    let beyond = times.iter().filter(|time| **time > ceiling).count();
    let mut caption =
        "Each disc is a stint: the letter of its compound at the median of its clean laps; the \
                       bar is the scatter of the laps around their line."
            .to_owned();
    if beyond > 0 {
        caption.push_str(&format!(
            " Left out: {} slower than {}; the table has {}.",
            format::counted(beyond, "stint"),
            format::lap_time(ceiling),
            if beyond == 1 { "it" } else { "them" }
        ));
    }
    let label = format!("Median lap times without fuel of the stints of {count} drivers");
    Ok(Some(Chart { svg: canvas.finish(&label), caption }))
}

fn title(member: &Member, stint: &StintPace, time: f64) -> String {
    let tyre = Tyre::of(stint.compound.as_deref()).name().to_lowercase();
    let mut title =
        format!("{} stint {}, {tyre}: {}", member.acronym, stint.stint_number, format::lap_time(time));
    if let (Some(slope), Some(error)) = (stint.slope_s, stint.slope_error_s) {
        title.push_str(&format!(", {} ± {error:.3} s per lap", format::difference(slope, 3)));
    }
    title
}
