//! Gaps to the best time of a part of qualifying, with the cut-off.

use super::Chart;
use crate::canvas::{Canvas, INK, SERIES};
use crate::data::{QualifyingPart, QualifyingTime, ReportData};
use crate::error::ReportError;
use crate::field::Field;
use crate::format;
use crate::frame::{Axis, Margins, Plot, letters, quantile, round_ticks};
use plotters::style::text_anchor::{HPos, VPos};

const WIDTH: i32 = 550;
const ROW: i32 = 21;
/// More drivers are an error in the data.
const MOST_DRIVERS: usize = 60;

/// Draws a part; `None` when no driver has a time in it.
pub(crate) fn draw(
    data: &ReportData,
    field: &Field,
    part: i64,
    name: &str,
) -> Result<Option<Chart>, ReportError> {
    let mut times: Vec<(&QualifyingTime, f64)> = data
        .qualifying_times
        .iter()
        .filter(|time| time.part == part)
        .filter_map(|time| Some((time, time.best_s.filter(|t| t.is_finite() && *t > 0.0 && *t < 100_000.0)?)))
        .take(MOST_DRIVERS)
        .collect();
    times.sort_by(|a, b| a.1.total_cmp(&b.1));
    let Some(best) = times.first().map(|(_, time)| *time) else { return Ok(None) };
    let gaps: Vec<f64> = times.iter().map(|(_, time)| time - best).collect();
    // One slow car would squeeze all other bars.
    let usual = quantile(&gaps, 0.8).unwrap_or_default() * 2.0;
    let ceiling = gaps.last().copied().unwrap_or_default().min(usual.max(0.2)).max(0.05);
    let summary = data.qualifying_parts.iter().find(|summary| summary.part == part);
    let cutoff = summary
        .and_then(|s| s.cutoff_s)
        .map(|cutoff| cutoff - best)
        .filter(|gap| (0.0..=ceiling).contains(gap));

    let rows = times.len() as i32;
    let canvas = Canvas::new("qualifying-part", WIDTH, rows * ROW + 58);
    let label = |v: f64| {
        let row = times.get(v.round() as usize);
        row.map(|(time, _)| field.acronym(time.driver_number)).unwrap_or_default()
    };
    let gap_label = |v: f64| if v == 0.0 { "0".to_owned() } else { format!("+{}", trimmed(v)) };
    let plot = Plot::new(
        &canvas,
        &canvas.area(),
        Margins { top: 8, right: 10, bottom: 44, left: 56 },
        Axis {
            // Room for the figures behind the longest bar.
            range: 0.0..ceiling * 1.28,
            ticks: round_ticks(&(0.0..ceiling), 6),
            label: &gap_label,
            title: "Gap to the best time (s)",
        },
        Axis::rows(rows, &label),
    )?;
    // Below the bars, so that it crosses no figure.
    if let Some(cutoff) = cutoff {
        canvas.group("cut", Some("Cut-off"), || {
            plot.line(vec![(cutoff, f64::from(rows) - 0.5), (cutoff, -0.5)], 14)
        })?;
    }
    for (row, ((time, seconds), gap)) in times.iter().zip(&gaps).enumerate() {
        let Some(member) = field.get(time.driver_number) else { continue };
        let out = if time.is_advanced == Some(false) { " out" } else { "" };
        let title = format!("{}: {}", member.acronym, format::lap_time(*seconds));
        let text = if row == 0 { format::lap_time(*seconds) } else { format::difference(*gap, 3) };
        let end = gap.min(ceiling);
        canvas.group(&format!("{} seat{}{out}", member.class(), member.seat), Some(&title), || {
            let row = row as f64;
            plot.rectangle([(0.0, row - 0.34), (end, row + 0.34)], SERIES)?;
            plot.text(&text, (end, row), (5, 0), letters(INK, 12.0, (HPos::Left, VPos::Center)))
        })?;
    }
    let best_driver = times.first().map(|(time, _)| field.acronym(time.driver_number)).unwrap_or_default();
    let label = format!(
        "{name}: gaps of {rows} drivers to the best time, {} by {best_driver}",
        format::lap_time(best)
    );
    let beyond = gaps.iter().filter(|gap| **gap > ceiling).count();
    let caption = summary.map(|summary| caption(summary, field, beyond)).unwrap_or_default();
    Ok(Some(Chart { svg: canvas.finish(&label), caption }))
}

/// Cut-off, deleted laps and how the track evolved.
fn caption(summary: &QualifyingPart, field: &Field, beyond: usize) -> String {
    let finite = |value: Option<f64>| value.filter(|v| v.is_finite());
    let mut parts: Vec<String> = Vec::new();
    if let (Some(best), Some(driver)) = (finite(summary.best_s), summary.best_driver_number) {
        parts.push(format!("Best {} by {}.", format::lap_time(best), field.acronym(driver)));
    }
    if let Some(cutoff) = finite(summary.cutoff_s) {
        parts.push(format!("Dashed line: cut-off {}; pale bars did not advance.", format::lap_time(cutoff)));
    }
    if let Some(ideal) = finite(summary.ideal_s) {
        parts.push(format!("Best sectors of all drivers: {}.", format::lap_time(ideal)));
    }
    if let (Some(deleted), Some(laps)) = (summary.deleted_laps.filter(|n| *n > 0), summary.laps) {
        parts.push(format!("Deleted: {deleted} of {laps} laps."));
    }
    let pace = |value: f64, unit: &str| {
        let word = if value >= 0.0 { "faster" } else { "slower" };
        format!("{:.3} {unit} {word}", value.abs())
    };
    if let Some(value) = finite(summary.evolution_from_previous_part_s).filter(|v| v.abs() < 1_000.0) {
        parts.push(format!("Median driver {} than in the part before.", pace(value, "s")));
    }
    if let Some(value) = finite(summary.evolution_s_per_minute).filter(|v| v.abs() < 1_000.0) {
        let drivers = summary.evolution_drivers.map(|n| format!(" ({n} drivers)")).unwrap_or_default();
        parts.push(format!("Within it, the track became {}{drivers}.", pace(value, "s a minute")));
    }
    if beyond > 0 {
        parts.push(format!("{beyond} {} cut at the edge.", if beyond == 1 { "bar is" } else { "bars are" }));
    }
    parts.join(" ")
}

/// A number without trailing zeros.
fn trimmed(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
