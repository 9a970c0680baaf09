//! Speed, time difference, throttle, brake and gear over the distance of the two best laps.

use super::{Chart, WIDTH};
use crate::canvas::{AXIS, Canvas, UNITS};
use crate::compare::{Along, Comparison};
use crate::data::{LapTrace, TraceSample};
use crate::error::ReportError;
use crate::field::Field;
use crate::format;
use crate::frame::{Axis, Margins, Plot, Shape, round_ticks};
use f1lake_motion::Overlay;
use std::ops::Range;

/// Points along the lap at which the delta is drawn.
const POINTS: usize = 400;

/// A chart with the data that its pointer read-out needs.
pub(crate) struct Comparing {
    pub(crate) chart: Chart,
    /// Left, top, right and bottom of the plots in pixels.
    pub(crate) bounds: (i32, i32, i32, i32),
    /// Top and bottom of each strip in pixels, and the values there.
    pub(crate) strips: Vec<(i32, i32, f64, f64)>,
}

/// The strips, from top to bottom.
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

    /// CSS class.
    fn class(self) -> &'static str {
        match self {
            Self::Speed => "strip speed",
            Self::Delta => "strip delta",
            Self::Throttle => "strip throttle",
            Self::Brake => "strip brake",
            Self::Gear => "strip gear",
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

/// Draws the chart; `None` without telemetry that has distance and speed.
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
        .filter(|s| if *s == Strip::Delta { comparison.overlay.is_some() } else { has(*s) })
        .collect();
    let length = comparison.length;
    const AXIS_ROOM: i32 = 40;
    let height = strips.iter().map(|s| s.height()).sum::<i32>() + AXIS_ROOM;
    let canvas = Canvas::new("comparison", WIDTH, height);
    let mut rest = canvas.area();
    let mut bounds: Option<(i32, i32, i32, i32)> = None;
    let mut drawn = Vec::new();
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
        let (left, top, right, bottom) = canvas.group(strip.class(), None, || {
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
                    label: if *strip == Strip::Delta { &seconds } else { &format::whole },
                    title: strip.title(),
                },
            )?;
            if let (Strip::Delta, Some(overlay)) = (strip, &comparison.overlay) {
                delta(&canvas, &plot, overlay, &super::lap_classes(laps, 1, field))?;
                return Ok(plot.bounds());
            }
            for (place, (_, along)) in traces.iter().enumerate().rev() {
                let classes = super::lap_classes(laps, place, field);
                let step = matches!(strip, Strip::Gear | Strip::Brake);
                canvas.group(&format!("trace {classes}"), None, || {
                    plot.line(points(along, *strip, step), if *strip == Strip::Speed { 18 } else { 13 })
                })?;
            }
            Ok(plot.bounds())
        })?;
        bounds = Some(bounds.map_or((left, top, right, bottom), |b| (b.0, b.1, b.2, bottom)));
        drawn.push((top, bottom, range.start, range.end));
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
    Ok(Some(Comparing { chart, bounds, strips: drawn }))
}

/// Draws the noise band, the curve (neutral where it is within the noise), and squares at official
/// differences.
fn delta(canvas: &Canvas, plot: &Plot<'_>, overlay: &Overlay, classes: &str) -> Result<(), ReportError> {
    let length = overlay.length_m();
    let official = overlay.official();
    let mut places: Vec<f64> = (0..=POINTS).map(|i| length * i as f64 / POINTS as f64).collect();
    places.extend(official.iter().map(|(place, _)| *place));
    places.sort_by(f64::total_cmp);
    let edge = |side: f64| {
        let places = places.iter().copied();
        places.map(move |place| (place, overlay.delta_s(place) + side * overlay.noise_s(place)))
    };
    canvas.group("noise", Some("Sampling noise"), || {
        plot.area(edge(1.0).chain(edge(-1.0).collect::<Vec<_>>().into_iter().rev()).collect())
    })?;
    canvas.group("zero", None, || plot.line_of(vec![(0.0, 0.0), (length, 0.0)], AXIS, 10))?;
    let mut runs: Vec<(bool, Vec<(f64, f64)>)> = Vec::new();
    for place in &places {
        let known = overlay.ahead(*place).is_some();
        let point = (*place, overlay.delta_s(*place));
        match runs.last_mut() {
            Some((last, points)) if *last == known => points.push(point),
            // Neighbours share a point, so that no gap shows.
            Some((_, points)) => {
                points.push(point);
                runs.push((known, vec![point]));
            }
            None => runs.push((known, vec![point])),
        }
    }
    for (known, points) in runs {
        let (classes, width) = if known { (classes, 18) } else { ("neutral", 10) };
        canvas.group(&format!("trace {classes}"), None, || plot.line(points, width))?;
    }
    canvas.group(&format!("official {classes}"), None, || {
        official.iter().try_for_each(|(place, delta)| {
            canvas.title_next(format!("Official at {place:.0} m: {delta:+.3} s"));
            plot.marker((*place, *delta), Shape::Square)
        })
    })
}

fn caption(traces: &[(&LapTrace, &Along)], comparison: &Comparison, field: &Field) -> String {
    let integrated = "Distance is the integral of the car's speed";
    let name = |lap: &LapTrace| field.acronym(lap.driver_number);
    match (traces, &comparison.overlay, comparison.refused) {
        ([(first, _), (second, _)], Some(overlay), _) => {
            let (a, b) = (name(first), name(second));
            let official = overlay.official();
            let deltas: Vec<String> = official.iter().map(|(_, delta)| format!("{delta:+.3}")).collect();
            let (squares, fitted) = match overlay.ends_only() {
                None => (
                    format!(
                        "Squares: official delta at the sector lines and at the finish ({} s).",
                        deltas.join(", ")
                    ),
                    "each lap is fitted to the sector lines".to_owned(),
                ),
                Some(why) => (
                    format!("Square: official delta at the finish ({} s).", deltas.join(", ")),
                    format!("each lap is fitted to the whole length only, because {why}"),
                ),
            };
            let noise = (0..=POINTS)
                .map(|i| overlay.noise_s(overlay.length_m() * i as f64 / POINTS as f64))
                .fold(0.0, f64::max);
            format!(
                "Delta: time of {b} minus time of {a} at the same place; where it rises, {b} loses time. \
                 {squares} Elsewhere, the band shows the sampling noise, at most {:.0} ms; where the delta \
                 is smaller than the noise, the line is thin and grey. {integrated}; {fitted}.",
                noise * 1000.0
            )
        }
        (_, _, Some(error)) => format!("No delta: {error}. {integrated}."),
        _ => format!("{integrated}."),
    }
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
            let mut edges = comparison.overlay.iter().flat_map(|overlay| {
                (0..=POINTS).flat_map(move |i| {
                    let place = overlay.length_m() * i as f64 / POINTS as f64;
                    let (delta, noise) = (overlay.delta_s(place), overlay.noise_s(place));
                    [delta - noise, delta + noise]
                })
            });
            let (low, high) = ends(&mut edges).unwrap_or((0.0, 0.0));
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

/// Data for the pointer read-out: rows of distance, speeds, delta and its noise, as a compact JSON array of
/// numbers.
pub(crate) fn readings(comparison: &Comparison) -> String {
    const READINGS: usize = 300;
    let round = |v: Option<f64>, scale: f64| {
        v.map_or(serde_json::Value::Null, |v| ((v * scale).round() / scale).into())
    };
    let rows: Vec<serde_json::Value> = (0..=READINGS)
        .map(|i| {
            let distance = comparison.length * i as f64 / READINGS as f64;
            let overlay = comparison.overlay.as_ref();
            serde_json::json!([
                round(Some(distance), 1.0),
                round(comparison.first.at(distance, |x| x.speed), 1.0),
                round(comparison.second.as_ref().and_then(|s| s.at(distance, |x| x.speed)), 1.0),
                round(overlay.map(|o| o.delta_s(distance)), 1000.0),
                round(overlay.map(|o| o.noise_s(distance)), 1000.0),
            ])
        })
        .collect();
    serde_json::Value::Array(rows).to_string()
}

/// Data for the table: distance, speeds, delta and its noise at about twenty positions.
pub(crate) fn table(comparison: &Comparison) -> Vec<[String; 5]> {
    (0..=20)
        .map(|i| {
            let distance = comparison.length * f64::from(i) / 20.0;
            let speed =
                |a: &Along| a.at(distance, |s| s.speed).map(|v| format!("{v:.0}")).unwrap_or_default();
            let overlay = comparison.overlay.as_ref();
            [
                format!("{distance:.0}"),
                speed(&comparison.first),
                comparison.second.as_ref().map(speed).unwrap_or_default(),
                overlay.map(|o| format!("{:+.3}", o.delta_s(distance))).unwrap_or_default(),
                overlay.map(|o| format!("{:.3}", o.noise_s(distance))).unwrap_or_default(),
            ]
        })
        .collect()
}

/// Caption of a lap: `VER, lap 12, 1:19.813`.
pub(crate) fn lap_label(lap: &LapTrace, field: &Field) -> String {
    let time = lap.lap_duration_s.map(|t| format!(", {}", format::lap_time(t))).unwrap_or_default();
    format!("{}, lap {}{time}", field.acronym(lap.driver_number), lap.lap_number)
}
