//! The charts, each an inline SVG.

pub(crate) mod choices;
pub(crate) mod comparison;
mod end_labels;
pub(crate) mod gaps;
pub(crate) mod lap_times;
pub(crate) mod long_runs;
mod map;
pub(crate) mod minisectors;
pub(crate) mod pace;
pub(crate) mod positions;
pub(crate) mod qualifying;
pub(crate) mod session_laps;
pub(crate) mod track_map;
pub(crate) mod tyre_stints;
pub(crate) mod weather;

use crate::canvas::TEXT;
use crate::data::{Lap, LapTrace, Neutralisation, NeutralisationKind, ReportData};
use crate::error::ReportError;
use crate::field::Field;
use crate::frame::{Plot, letters};
use plotters::style::text_anchor::{HPos, VPos};
use std::collections::BTreeMap;

/// Laps beyond this number are errors in the data and are not drawn.
const MOST_LAPS: i64 = 200;

/// Width of the wide charts in pixels of their view box.
const WIDTH: i32 = 1120;

/// A chart and its caption.
#[derive(Debug, Clone)]
pub(crate) struct Chart {
    /// The SVG.
    pub(crate) svg: String,
    /// What it shows and what it omits.
    pub(crate) caption: String,
}

/// Laps that can be drawn, by driver.
pub(crate) fn laps_by_driver(data: &ReportData) -> BTreeMap<i64, Vec<&Lap>> {
    let mut laps: BTreeMap<i64, Vec<&Lap>> = BTreeMap::new();
    for lap in data.laps.iter().filter(|l| (1..=MOST_LAPS).contains(&l.lap_number)) {
        laps.entry(lap.driver_number).or_default().push(lap);
    }
    for list in laps.values_mut() {
        list.sort_by_key(|l| l.lap_number);
    }
    laps
}

/// Classes of the series of a compared lap: its rank and its driver. Where the drivers' colours are alike
/// (team mates), the second gets `alt`: the colour of text.
pub(crate) fn lap_classes(laps: &[LapTrace], place: usize, field: &Field) -> String {
    let member = |place: usize| field.get(laps.get(place)?.driver_number);
    let Some(own) = member(place) else { return format!("lap{place}") };
    let alike = place == 1 && member(0).is_some_and(|first| first.colour.is_near(own.colour));
    format!("lap{place} {}{}", own.class(), if alike { " alt" } else { "" })
}

/// Lines through the points of consecutive laps.
fn runs(points: impl Iterator<Item = (i64, (f64, f64))>) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut last = None;
    for (lap, point) in points {
        match runs.last_mut() {
            Some(run) if last == Some(lap - 1) => run.push(point),
            _ => runs.push(vec![point]),
        }
        last = Some(lap);
    }
    runs
}

/// A lap time that can be drawn.
pub(crate) fn lap_time(lap: &Lap) -> Option<f64> {
    lap.lap_time_s.filter(|t| t.is_finite() && *t > 0.0)
}

/// Shades laps under a safety car, virtual safety car or red flag over the whole height.
fn shade(
    canvas: &crate::canvas::Canvas,
    plot: &Plot<'_>,
    periods: &[Neutralisation],
    last_lap: i64,
    (bottom, top): (f64, f64),
) -> Result<(), ReportError> {
    for period in periods {
        let Some(lap_start) = period.lap_start.filter(|lap| (0..=last_lap).contains(lap)) else { continue };
        let (class, short) = match period.kind {
            NeutralisationKind::SafetyCar => ("sc", "SC"),
            NeutralisationKind::VirtualSafetyCar => ("vsc", "VSC"),
            NeutralisationKind::RedFlag => ("red", "RED"),
        };
        let end = period.lap_end.unwrap_or(last_lap).clamp(lap_start, last_lap);
        let (from, to) = (lap_start as f64 - 0.5, end as f64 + 0.5);
        let (from, to) = (from.max(0.5), to.min(last_lap as f64 + 0.5));
        let title = format!("{}, laps {} to {}", period.kind.label(), lap_start, end);
        canvas.group(&format!("period {class}"), Some(&title), || {
            plot.rectangle([(from, bottom), (to, top)], crate::canvas::SERIES)?;
            // Near the right edge, the label goes to the left of the period.
            let (at, side, moved) =
                if last_lap as f64 - from < 3.0 { (from, HPos::Right, -3) } else { (from, HPos::Left, 3) };
            plot.text(short, (at, top), (moved, 3), letters(TEXT, 10.0, (side, VPos::Top)))
        })?;
    }
    Ok(())
}
