//! Temperatures, rain and wind over the session.

use super::{Chart, WIDTH};
use crate::canvas::{Canvas, INK, SERIES, TEXT, UNITS};
use crate::clock::Clock;
use crate::data::{ReportData, SessionWeather, WeatherSample};
use crate::error::ReportError;
use crate::format;
use crate::frame::{Axis, Margins, Plot, letters, round_ticks};
use plotters::style::text_anchor::{HPos, VPos};
use std::ops::Range;

const TEMPERATURES: i32 = 170;
const WIND: i32 = 130;
/// Weather this many minutes before and after the laps is shown where the session's own ends are unknown.
const AROUND: f64 = 5.0;
/// Other values are errors of the sensor.
const TEMPERATURE_RANGE: Range<f64> = -40.0..90.0;
const WIND_RANGE: Range<f64> = 0.0..80.0;

/// A sample at its minute.
type Timed<'a> = (f64, &'a WeatherSample);

/// Draws the chart; `None` without temperatures.
pub(crate) fn draw(data: &ReportData) -> Result<Option<Chart>, ReportError> {
    let Some(clock) = Clock::of(data) else { return Ok(None) };
    let samples = samples(data, clock);
    let (Some((from, _)), Some((to, _))) = (samples.first().copied(), samples.last().copied()) else {
        return Ok(None);
    };
    let line = |value: fn(&WeatherSample) -> Option<f64>, known: &Range<f64>| -> Vec<(f64, f64)> {
        samples.iter().filter_map(|(at, s)| Some((*at, value(s).filter(|v| known.contains(v))?))).collect()
    };
    let track = line(|s| s.track_c, &TEMPERATURE_RANGE);
    let air = line(|s| s.air_c, &TEMPERATURE_RANGE);
    let wind = line(|s| s.wind_mps, &WIND_RANGE);
    if track.len() + air.len() == 0 || to <= from {
        return Ok(None);
    }
    let with_wind = wind.len() > 1;
    let height = TEMPERATURES + if with_wind { WIND } else { 44 };
    let canvas = Canvas::new("weather", WIDTH, height);
    let (upper, lower) =
        canvas.area().split_vertically((TEMPERATURES + if with_wind { 0 } else { 44 }) * UNITS);
    let values: Vec<f64> = track.iter().chain(&air).map(|(_, v)| *v).collect();
    let (low, high) = ends(&values);
    let room = ((high - low) * 0.1).max(1.0);
    let range = low - room..high + room;
    let plot = strip(&canvas, &upper, from..to, range.clone(), "Temperature (°C)", !with_wind)?;
    rain(data, clock, &canvas, &plot, from..to, &range)?;
    for (class, name, points) in [("track-temperature", "track", &track), ("air-temperature", "air", &air)] {
        let Some(end) = points.last().copied() else { continue };
        canvas.group(class, Some(name), || {
            plot.line(points.clone(), 18)?;
            plot.text(
                &format!("{name} {:.1}", end.1),
                (to, end.1),
                (6, 0),
                letters(INK, 12.0, (HPos::Left, VPos::Center)),
            )
        })?;
    }
    if with_wind {
        let most = ends(&wind.iter().map(|(_, v)| *v).collect::<Vec<_>>()).1;
        let plot = strip(&canvas, &lower, from..to, 0.0..(most * 1.15).max(1.0), "Wind (m/s)", true)?;
        canvas.group("wind", Some("Wind"), || plot.line(wind.clone(), 15))?;
    }
    let caption = summary(data).unwrap_or_default();
    let label = format!(
        "Weather over {:.0} minutes: air and track temperature{}",
        to - from,
        if with_wind { ", wind" } else { "" }
    );
    Ok(Some(Chart { svg: canvas.finish(&label), caption }))
}

/// The samples of the session, in time order.
fn samples(data: &ReportData, clock: Clock) -> Vec<Timed<'_>> {
    let at = |text: &Option<String>| clock.minutes(text.as_deref());
    let laps = || data.laps.iter().filter_map(|lap| at(&lap.date_start));
    let whole = data.session_weather.as_ref();
    let from =
        whole.and_then(|w| at(&w.date_start)).or_else(|| Some(laps().min_by(f64::total_cmp)? - AROUND));
    let to = whole.and_then(|w| at(&w.date_end)).or_else(|| Some(laps().max_by(f64::total_cmp)? + AROUND));
    let mut samples: Vec<Timed<'_>> = data
        .weather
        .iter()
        .filter_map(|sample| Some((at(&sample.date)?, sample)))
        .filter(|(minute, _)| from.is_none_or(|from| *minute >= from) && to.is_none_or(|to| *minute <= to))
        .collect();
    samples.sort_by(|a, b| a.0.total_cmp(&b.0));
    samples
}

fn strip<'a>(
    canvas: &'a Canvas,
    area: &plotters::drawing::DrawingArea<crate::canvas::Backend, plotters::coord::Shift>,
    minutes: Range<f64>,
    range: Range<f64>,
    title: &str,
    is_last: bool,
) -> Result<Plot<'a>, ReportError> {
    let whole = |v: f64| if is_last { format!("{v:.0}") } else { String::new() };
    Plot::new(
        canvas,
        area,
        Margins { top: 10, right: 84, bottom: if is_last { 44 } else { 0 }, left: 66 },
        Axis {
            ticks: round_ticks(&minutes, 14),
            range: minutes,
            label: &whole,
            title: if is_last { "Minutes of the session" } else { "" },
        },
        Axis { ticks: round_ticks(&range, 5), range, label: &format::whole, title },
    )
}

/// Shades the spells of rain.
fn rain(
    data: &ReportData,
    clock: Clock,
    canvas: &Canvas,
    plot: &Plot<'_>,
    minutes: Range<f64>,
    range: &Range<f64>,
) -> Result<(), ReportError> {
    for window in &data.rain_windows {
        let Some(start) = clock.minutes(window.date_start.as_deref()) else { continue };
        let end = clock.minutes(window.date_end.as_deref()).unwrap_or(minutes.end);
        let (start, end) = (start.max(minutes.start), end.min(minutes.end));
        if start >= end {
            continue;
        }
        canvas.group("period rain", Some("Rain"), || {
            plot.rectangle([(start, range.start), (end, range.end)], SERIES)?;
            plot.text("rain", (start, range.end), (3, 3), letters(TEXT, 10.0, (HPos::Left, VPos::Top)))
        })?;
    }
    Ok(())
}

fn ends(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)))
}

/// `Air 24.1 to 25.3 °C, track 33.0 to 38.2 °C. No rain.`; `None` when nothing is known.
pub(crate) fn summary(data: &ReportData) -> Option<String> {
    let weather = data.session_weather.as_ref()?;
    let span = |name: &str, low: Option<f64>, high: Option<f64>| {
        let known = |v: Option<f64>| v.filter(|v| TEMPERATURE_RANGE.contains(v));
        let (low, high) = (known(low)?, known(high)?);
        Some(format!("{name} {low:.1} to {high:.1} °C"))
    };
    let known = [
        span("air", weather.air_min_c, weather.air_max_c),
        span("track", weather.track_min_c, weather.track_max_c),
        weather.humidity_percent.filter(|v| (0.0..=100.0).contains(v)).map(|v| format!("humidity {v:.0}%")),
        wind(weather),
    ];
    let mut text = known.into_iter().flatten().collect::<Vec<_>>().join(", ");
    if let Some(first) = text.get(..1).map(str::to_uppercase) {
        text.replace_range(..1, &first);
        text.push('.');
    }
    match (weather.has_rain, weather.rain_minutes.filter(|v| (0.0..10_000.0).contains(v))) {
        (Some(false), _) => text.push_str(" No rain."),
        (Some(true), Some(minutes)) => text.push_str(&format!(" Rain for {minutes:.0} min.")),
        (Some(true), None) => text.push_str(" Rain."),
        (None, _) => {}
    }
    let text = text.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// `wind 1.8 m/s, up to 4.2, from the south-west`.
fn wind(weather: &SessionWeather) -> Option<String> {
    const NAMES: [&str; 8] =
        ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];
    let mean = weather.wind_mps.filter(|v| WIND_RANGE.contains(v))?;
    let mut text = format!("wind {mean:.1} m/s");
    if let Some(most) = weather.wind_most_mps.filter(|v| WIND_RANGE.contains(v)) {
        text.push_str(&format!(", up to {most:.1} m/s"));
    }
    let degrees = weather.wind_direction.filter(|v| (0..=360).contains(v));
    if let Some(name) = degrees.and_then(|v| NAMES.get(((v as f64 / 45.0).round() as usize) % 8)) {
        text.push_str(&format!(", from the {name}"));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weather_is_summed_up() {
        let mut data = ReportData::default();
        assert_eq!(summary(&data), None);
        data.session_weather = Some(SessionWeather {
            air_min_c: Some(24.04),
            air_max_c: Some(25.3),
            humidity_percent: Some(45.2),
            wind_mps: Some(1.84),
            wind_most_mps: Some(f64::NAN),
            wind_direction: Some(338),
            has_rain: Some(true),
            rain_minutes: Some(12.4),
            ..Default::default()
        });
        let text = summary(&data).unwrap();
        assert_eq!(text, "Air 24.0 to 25.3 °C, humidity 45%, wind 1.8 m/s, from the north. Rain for 12 min.");
        data.session_weather = Some(SessionWeather { has_rain: Some(false), ..Default::default() });
        assert_eq!(summary(&data).as_deref(), Some("No rain."));
        data.session_weather = Some(SessionWeather::default());
        assert_eq!(summary(&data), None);
    }
}
