//! Tyre stints.

use super::{Chart, MOST_LAPS, WIDTH};
use crate::canvas::{Canvas, PAGE, SERIES, TEXT};
use crate::clean::clean;
use crate::colour::Tyre;
use crate::data::{ReportData, Stint};
use crate::error::ReportError;
use crate::field::Field;
use crate::frame::{Axis, Margins, Plot, letters};
use plotters::style::text_anchor::{HPos, VPos};
use std::collections::BTreeSet;

const ROW: i32 = 24;

/// Stints with known laps.
pub(crate) fn drawable(data: &ReportData) -> Vec<(&Stint, i64, i64)> {
    data.stints
        .iter()
        .filter_map(|s| {
            let (start, end) = (s.lap_start?, s.lap_end?);
            (start >= 0 && end >= start && end <= MOST_LAPS).then_some((s, start.max(1), end.max(1)))
        })
        .collect()
}

/// Draws the chart; `None` without stints.
pub(crate) fn draw(data: &ReportData, field: &Field) -> Result<Option<Chart>, ReportError> {
    let stints = drawable(data);
    let drivers: BTreeSet<i64> = stints.iter().map(|(s, ..)| s.driver_number).collect();
    let members: Vec<_> = field.members().iter().filter(|m| drivers.contains(&m.number)).collect();
    let Some(last_lap) = stints.iter().map(|(_, _, end)| *end).max() else {
        return Ok(None);
    };
    let rows = members.len() as i32;
    let canvas = Canvas::new("tyre-stints", WIDTH, rows * ROW + 58);
    let name = |v: f64| members.get(v.round() as usize).map(|m| m.acronym.clone()).unwrap_or_default();
    let plot = Plot::new(
        &canvas,
        &canvas.area(),
        Margins { top: 8, right: 14, bottom: 44, left: 56 },
        Axis::laps(last_lap, "Lap"),
        Axis::rows(rows, &name),
    )?;
    let lap_width = f64::from(WIDTH - 70) / last_lap as f64;
    for (row, member) in members.iter().enumerate() {
        for (stint, start, end) in stints.iter().filter(|(s, ..)| s.driver_number == member.number) {
            let tyre = Tyre::of(stint.compound.as_deref());
            let laps = end - start + 1;
            let title = format!("{}: {}", member.acronym, describe(stint, *start, *end));
            let (left, right) = (*start as f64 - 0.5, *end as f64 + 0.5);
            let (up, down) = (row as f64 - 0.38, row as f64 + 0.38);
            canvas.group(&format!("tyre {}", tyre.class()), Some(&title), || {
                plot.rectangle([(left, up), (right, down)], SERIES)?;
                plot.line_of(vec![(left, up), (left, down)], PAGE, 20)?;
                let text = if lap_width * laps as f64 > 40.0 {
                    format!("{} {laps}", tyre.letter())
                } else if lap_width * laps as f64 > 11.0 {
                    tyre.letter().to_owned()
                } else {
                    String::new()
                };
                plot.text(
                    &text,
                    ((left + right) / 2.0, row as f64),
                    (0, 0),
                    letters(TEXT, 11.0, (HPos::Center, VPos::Center)),
                )
            })?;
        }
    }
    let caption =
        "Each bar shows the letter of the compound and the laps on the set, and begins where the set was \
         fitted."
            .to_owned();
    let label = format!("Tyre stints of {rows} drivers over {last_lap} laps");
    Ok(Some(Chart { svg: canvas.finish(&label), caption }))
}

/// `medium, laps 1 to 14 (14 laps), new` or `3 laps old`.
pub(crate) fn describe(stint: &Stint, start: i64, end: i64) -> String {
    let compound = match Tyre::of(stint.compound.as_deref()) {
        Tyre::Unknown => stint.compound.as_deref().map_or_else(|| "unknown".to_owned(), |c| clean(c, 16)),
        tyre => tyre.name().to_owned(),
    };
    let age = match stint.tyre_age_at_start {
        Some(0) => ", new".to_owned(),
        Some(1) => ", 1 lap old".to_owned(),
        Some(age) if age > 1 => format!(", {age} laps old"),
        _ => String::new(),
    };
    let laps = end - start + 1;
    format!("{compound}, laps {start} to {end} ({laps} {}){age}", if laps == 1 { "lap" } else { "laps" })
}
