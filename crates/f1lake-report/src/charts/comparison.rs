//! Speed, time difference, throttle, brake and gear over the distance of the two best laps.

use super::{Chart, WIDTH};
use crate::canvas::{AXIS, Canvas, UNITS};
use crate::compare::{Along, Comparison};
use crate::data::{LapTrace, TraceSample};
use crate::error::ReportError;
use crate::field::Field;
use crate::format;
use crate::frame::{Axis, Margins, Plot, round_ticks};
use std::ops::Range;

/// A chart with what a pointer needs to read it.
pub(crate) struct Comparing {
    pub(crate) chart: Chart,
    /// Left, top, right, bottom of the plots in pixels.
    pub(crate) bounds: (i32, i32, i32, i32),
}

/// The strips, from above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Strip {
    Speed,
    Delta,
    Throttle,
    Brake,
    Gear,
}

impl Strip {
    fn height(self) -> i32 {
        match self {
            Self::Speed => 270,
            Self::Delta => 120,
            Self::Throttle => 84,
            Self::Brake => 66,
            Self::Gear => 96,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Speed => "Speed (km/h)",
            Self::Delta => "Delta (s)",
            Self::Throttle => "Throttle (%)",
            Self::Brake => "Brake (%)",
            Self::Gear => "Gear",
        }
    }

    fn value(self, sample: &TraceSample) -> Option<f64> {
        let value = match self {
            Self::Speed => sample.speed,
            Self::Delta => None,
            Self::Throttle => sample.throttle,
            Self::Brake => sample.brake,
            Self::Gear => sample.n_gear.map(|g| g as f64),
        };
        value.filter(|v| v.is_finite())
    }
}

/// The chart; none without telemetry that has distance and speed.
pub(crate) fn draw(
    laps: &[LapTrace],
    comparison: &Comparison,
    field: &Field,
) -> Result<Option<Comparing>, ReportError> {
    let traces: Vec<(&LapTrace, &Along)> = std::iter::once(&comparison.first)
        .chain(comparison.second.as_ref())
        .zip(laps)
        .map(|(along, lap)| (lap, along))
        .collect();
    let has =
        |strip: Strip| traces.iter().any(|(_, a)| a.samples.iter().any(|(_, s)| strip.value(s).is_some()));
    if !has(Strip::Speed) {
        return Ok(None);
    }
    let strips: Vec<Strip> = [Strip::Speed, Strip::Delta, Strip::Throttle, Strip::Brake, Strip::Gear]
        .into_iter()
        .filter(|s| if *s == Strip::Delta { !comparison.delta.is_empty() } else { has(*s) })
        .collect();
    let length = comparison.first.length();
    const AXIS_ROOM: i32 = 40;
    let height = strips.iter().map(|s| s.height()).sum::<i32>() + AXIS_ROOM;
    let canvas = Canvas::new("comparison", WIDTH, height);
    let mut rest = canvas.area();
    let mut bounds: Option<(i32, i32, i32, i32)> = None;
    for (index, strip) in strips.iter().enumerate() {
        let last = index + 1 == strips.len();
        let room = if last { AXIS_ROOM } else { 0 };
        let (area, below) = rest.split_vertically((strip.height() + room) * UNITS);
        rest = below;
        let range = span(*strip, &traces, comparison);
        let ticks = match strip {
            Strip::Throttle | Strip::Brake => vec![0.0, 100.0],
            Strip::Gear => vec![2.0, 4.0, 6.0, 8.0],
            Strip::Delta => round_ticks(&range, 7),
            Strip::Speed => round_ticks(&range, 8),
        };
        let kilometres = |v: f64| if last { format!("{:.1}", v / 1000.0) } else { String::new() };
        let seconds = |v: f64| if v.abs() < 1e-9 { "0".to_owned() } else { format!("{v:+.2}") };
        let plain = |v: f64| format!("{v:.0}");
        let plot = Plot::new(
            &canvas,
            &area,
            Margins { top: 12, right: 14, bottom: if last { AXIS_ROOM } else { 0 }, left: 66 },
            Axis {
                range: 0.0..length,
                ticks: round_ticks(&(0.0..length), 14),
                label: &kilometres,
                title: if last { "Distance (km)" } else { "" },
            },
            Axis {
                range: range.clone(),
                ticks,
                label: if *strip == Strip::Delta { &seconds } else { &plain },
                title: strip.title(),
            },
        )?;
        let (left, top, right, bottom) = plot.bounds();
        bounds = Some(bounds.map_or((left, top, right, bottom), |b| (b.0, b.1, b.2, bottom)));
        if *strip == Strip::Delta {
            let line: Vec<(f64, f64)> = comparison.delta.clone();
            canvas.group("zero", None, || plot.line_of(vec![(0.0, 0.0), (length, 0.0)], AXIS, 10))?;
            let classes = super::lap_classes(laps, 1, field);
            canvas.group(&format!("trace {classes}"), None, || plot.line(line, 18))?;
            continue;
        }
        for (place, (_, along)) in traces.iter().enumerate().rev() {
            let classes = super::lap_classes(laps, place, field);
            let step = matches!(strip, Strip::Gear | Strip::Brake);
            canvas.group(&format!("trace {classes}"), None, || {
                plot.line(points(along, *strip, step), if *strip == Strip::Speed { 18 } else { 13 })
            })?;
        }
    }
    let Some(bounds) = bounds else { return Ok(None) };
    let label = match traces.as_slice() {
        [(a, _), (b, _)] => format!(
            "Speed over distance: {} lap {} and {} lap {}, {:.0} m",
            field.acronym(a.driver_number),
            a.lap_number,
            field.acronym(b.driver_number),
            b.lap_number,
            length
        ),
        _ => format!("Speed over distance of the best lap, {length:.0} m"),
    };
    let chart = Chart { svg: canvas.finish(&label), caption: caption(&traces, comparison, field) };
    Ok(Some(Comparing { chart, bounds }))
}

fn caption(traces: &[(&LapTrace, &Along)], comparison: &Comparison, field: &Field) -> String {
    let [(first, _), (second, _)] = traces else {
        return "Distance is the integral of the car's speed.".to_owned();
    };
    let (a, b) = (field.acronym(first.driver_number), field.acronym(second.driver_number));
    let mut text = format!("Delta: time of {b} minus time of {a} at the same place; rising, {b} loses.");
    if let Some((_, behind)) = comparison.delta.last() {
        text.push_str(&format!(" At the end {behind:+.3} s by telemetry"));
        if let (Some(x), Some(y)) = (first.lap_duration_s, second.lap_duration_s) {
            text.push_str(&format!(", {:+.3} s by the lap times", y - x));
        }
        text.push('.');
    }
    text.push_str(" Distance is the integral of the car's speed; the second lap is stretched to the length of the first.");
    text
}

fn span(strip: Strip, traces: &[(&LapTrace, &Along)], comparison: &Comparison) -> Range<f64> {
    let ends = |values: &mut dyn Iterator<Item = f64>| {
        values.fold(None, |ends: Option<(f64, f64)>, v| {
            Some(ends.map_or((v, v), |(l, h)| (l.min(v), h.max(v))))
        })
    };
    match strip {
        Strip::Throttle | Strip::Brake => -6.0..106.0,
        Strip::Gear => 0.5..8.5,
        Strip::Delta => {
            let (low, high) = ends(&mut comparison.delta.iter().map(|(_, v)| *v)).unwrap_or((0.0, 0.0));
            let room = ((high - low) * 0.12).max(0.02);
            low.min(0.0) - room..high.max(0.0) + room
        }
        Strip::Speed => {
            let mut values =
                traces.iter().flat_map(|(_, a)| a.samples.iter().filter_map(|(_, s)| strip.value(s)));
            let (low, high) = ends(&mut values).unwrap_or((0.0, 350.0));
            low - 12.0..high + 12.0
        }
    }
}

/// Points of a line; steps stay level until the next sample.
fn points(along: &Along, strip: Strip, step: bool) -> Vec<(f64, f64)> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for (distance, sample) in &along.samples {
        let Some(value) = strip.value(sample) else { continue };
        if step && let Some((_, before)) = points.last().copied() {
            points.push((*distance, before));
        }
        points.push((*distance, value));
    }
    points
}

/// What the pointer reads: rows of distance, speeds, delta; a compact JSON array of numbers.
pub(crate) fn readings(comparison: &Comparison) -> String {
    const READINGS: usize = 300;
    let length = comparison.first.length();
    let round = |v: Option<f64>, scale: f64| {
        v.map_or(serde_json::Value::Null, |v| ((v * scale).round() / scale).into())
    };
    let rows: Vec<serde_json::Value> = (0..=READINGS)
        .map(|i| {
            let distance = length * i as f64 / READINGS as f64;
            let second = comparison.second.as_ref();
            let behind = second.and_then(|s| {
                Some(s.at(distance, |x| x.lap_time_s)? - comparison.first.at(distance, |x| x.lap_time_s)?)
            });
            serde_json::json!([
                round(Some(distance), 1.0),
                round(comparison.first.at(distance, |x| x.speed), 1.0),
                round(second.and_then(|s| s.at(distance, |x| x.speed)), 1.0),
                round(behind, 1000.0),
            ])
        })
        .collect();
    serde_json::Value::Array(rows).to_string()
}

/// Numbers of the chart for the table: distance, speeds and delta at about twenty places.
pub(crate) fn table(comparison: &Comparison) -> Vec<[String; 4]> {
    let length = comparison.first.length();
    (0..=20)
        .map(|i| {
            let distance = length * f64::from(i) / 20.0;
            let speed =
                |a: &Along| a.at(distance, |s| s.speed).map(|v| format!("{v:.0}")).unwrap_or_default();
            let behind = comparison.second.as_ref().and_then(|s| {
                Some(s.at(distance, |x| x.lap_time_s)? - comparison.first.at(distance, |x| x.lap_time_s)?)
            });
            [
                format!("{distance:.0}"),
                speed(&comparison.first),
                comparison.second.as_ref().map(speed).unwrap_or_default(),
                behind.map(|b| format!("{b:+.3}")).unwrap_or_default(),
            ]
        })
        .collect()
}

/// Caption of a lap: `VER, lap 12, 1:19.813`.
pub(crate) fn lap_label(lap: &LapTrace, field: &Field) -> String {
    let time = lap.lap_duration_s.map(|t| format!(", {}", format::lap_time(t))).unwrap_or_default();
    format!("{}, lap {}{time}", field.acronym(lap.driver_number), lap.lap_number)
}
