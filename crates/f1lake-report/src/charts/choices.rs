//! All compared laps on one axis, so that the page's script can overlay any two of them.

use crate::compare::{Along, Comparison, timed};
use crate::data::{LapTrace, ReportData, TraceSample};
use crate::field::Field;
use f1lake_motion::{Anchors, Course, Overlay};
use serde_json::{Value, json};

/// Intervals along the lap: about 20 m, the distance between two readings.
const INTERVALS: usize = 240;

/// A lap that can be chosen.
pub(crate) struct Choice {
    /// `VER, lap 12, 1:19.813`.
    pub(crate) label: String,
    /// CSS classes of the driver.
    pub(crate) class: String,
    /// For each lap, 1 where its driver has nearly the same colour, else 0.
    pub(crate) near: String,
}

/// The laps to choose from, and their values as JSON arrays of numbers.
pub(crate) struct Choices {
    pub(crate) laps: Vec<Choice>,
    pub(crate) data: String,
}

/// `None` when there are fewer than three laps on the axis of the overlay, or when it lacks the sector lines.
pub(crate) fn choices(
    data: &ReportData,
    comparison: &Comparison,
    anchors: Option<&Anchors>,
    field: &Field,
) -> Option<Choices> {
    anchors?;
    if comparison.overlay.as_ref()?.ends_only().is_some() {
        return None;
    }
    let placed: Vec<(&LapTrace, Overlay)> = data
        .compared_laps
        .iter()
        .filter_map(|trace| {
            let lap = timed(trace).ok()?;
            let overlay = Overlay::of(&lap, &lap, anchors).ok()?;
            overlay.ends_only().is_none().then_some((trace, overlay))
        })
        .collect();
    if placed.len() < 3 {
        return None;
    }
    let colour = |trace: &LapTrace| field.get(trace.driver_number).map(|member| member.colour);
    let laps = placed
        .iter()
        .map(|(trace, _)| Choice {
            label: super::comparison::lap_label(trace, field),
            class: field.get(trace.driver_number).map(|member| member.class()).unwrap_or_default(),
            near: placed
                .iter()
                .map(|(other, _)| match (colour(trace), colour(other)) {
                    (Some(a), Some(b)) if a.is_near(b) => '1',
                    _ => '0',
                })
                .collect(),
        })
        .collect();
    let ends: Vec<f64> =
        placed.first().map(|(_, overlay)| overlay.official().iter().map(|(place, _)| *place).collect())?;
    let values: Vec<Value> = placed
        .iter()
        .map(|(trace, overlay)| values(trace, overlay.first(), comparison.length, &ends))
        .collect();
    Some(Choices { laps, data: json!([rounded(Some(comparison.length), 10.0), ends, values]).to_string() })
}

/// Milliseconds, speed, throttle, brake, gear and uncertainty at each place, then milliseconds and uncertainty
/// at the places with official times.
fn values(trace: &LapTrace, course: &Course, length: f64, ends: &[f64]) -> Value {
    let along = Along::on(course, trace);
    let places: Vec<f64> = (0..=INTERVALS).map(|i| length * i as f64 / INTERVALS as f64).collect();
    let of = |places: &[f64], value: &dyn Fn(f64) -> Option<f64>, scale: f64| -> Vec<Value> {
        places.iter().map(|place| rounded(value(*place), scale)).collect()
    };
    let time = |place: f64| Some(course.time_s(place) * 1000.0);
    let unsure = |place: f64| Some(course.unsure_m2(place));
    let gear = |sample: &TraceSample| sample.n_gear.map(|gear| gear as f64);
    json!([
        of(&places, &time, 1.0),
        of(&places, &|place| along.at(place, |s| s.speed), 1.0),
        of(&places, &|place| along.at(place, |s| s.throttle), 1.0),
        of(&places, &|place| along.step(place, |s| s.brake), 1.0),
        of(&places, &|place| along.step(place, gear), 1.0),
        of(&places, &unsure, 10.0),
        of(ends, &time, 1.0),
        of(ends, &unsure, 10.0),
    ])
}

/// A number without needless digits.
fn rounded(value: Option<f64>, scale: f64) -> Value {
    match value.filter(|v| v.is_finite()).map(|v| (v * scale).round() / scale) {
        Some(v) if v.fract() == 0.0 && v.abs() < 1e15 => json!(v as i64),
        Some(v) => json!(v),
        None => Value::Null,
    }
}
