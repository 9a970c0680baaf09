//! The track, coloured by speed and by which lap is faster where.

use super::map::{Map, WIDTH, Way, parts, way};
use super::{Chart, lap_classes};
use crate::canvas::{SERIES, TEXT, UNITS, fill};
use crate::colour::SPEED_SCALE;
use crate::compare::Comparison;
use crate::data::LapTrace;
use crate::error::ReportError;
use crate::field::Field;
use crate::frame::letters;
use f1lake_motion::{Overlay, Side};
use plotters::element::{Rectangle, Text};
use plotters::style::text_anchor::{HPos, VPos};

/// Approximate number of parts in the map of the faster lap.
const PARTS: usize = 24;
/// Class of a part in which neither lap is faster.
const NEUTRAL: usize = 2;

/// Draws both maps: by speed, and by the faster lap when two laps can be compared.
pub(crate) fn draw(
    laps: &[LapTrace],
    comparison: &Comparison,
    field: &Field,
) -> Result<(Option<Chart>, Option<Chart>), ReportError> {
    let Some(lap) = laps.first() else { return Ok((None, None)) };
    let Some(way) = way(&comparison.first) else { return Ok((None, None)) };
    let speed = by_speed(lap, comparison, &way, field)?;
    let faster = match (laps, &comparison.overlay) {
        ([first, second, ..], Some(overlay)) => Some(by_faster([first, second], laps, overlay, &way, field)?),
        _ => None,
    };
    Ok((speed, faster))
}

fn by_speed(
    lap: &LapTrace,
    comparison: &Comparison,
    way: &Way,
    field: &Field,
) -> Result<Option<Chart>, ReportError> {
    let speeds: Vec<f64> =
        comparison.first.samples.iter().filter_map(|(_, s)| s.speed).filter(|v| v.is_finite()).collect();
    let (Some(low), Some(high)) =
        (speeds.iter().copied().reduce(f64::min), speeds.iter().copied().reduce(f64::max))
    else {
        return Ok(None);
    };
    let bins = SPEED_SCALE.len();
    let bin = |speed: f64| (((speed - low) / (high - low).max(1.0) * bins as f64) as usize).min(bins - 1);
    let map = Map::new("track", way)?;
    for (class, part) in
        parts(way, |distance| comparison.first.at(distance, |s| s.speed.filter(|v| v.is_finite())).map(bin))
    {
        map.canvas.group(&format!("v{class}"), None, || map.line(part))?;
    }
    map.start()?;
    let y = way.height() * UNITS - 26 * UNITS;
    let (from, width) = (110 * UNITS, (WIDTH - 220) * UNITS / bins as i32);
    for index in 0..bins {
        let left = from + width * index as i32;
        map.canvas.group(&format!("v{index}"), None, || {
            map.draw(&Rectangle::new([(left, y), (left + width, y + 9 * UNITS)], fill(SERIES)))
        })?;
    }
    let right = from + width * bins as i32;
    for (text, at, side) in [
        (format!("{low:.0} km/h"), from - 8 * UNITS, HPos::Right),
        (format!("{high:.0} km/h"), right + 8 * UNITS, HPos::Left),
    ] {
        let style = letters(TEXT, 12.0, (side, VPos::Center));
        map.draw(&Text::new(text, (at, y + 45), style))?;
    }
    let name = field.acronym(lap.driver_number);
    let label = format!("Map of the track coloured by the speed of {name}, from {low:.0} to {high:.0} km/h");
    let caption = format!("Speed of {name} on lap {}. The dot is the start of the lap.", lap.lap_number);
    Ok(Some(Chart { svg: map.canvas.finish(&label), caption }))
}

fn by_faster(
    pair: [&LapTrace; 2],
    laps: &[LapTrace],
    overlay: &Overlay,
    way: &Way,
    field: &Field,
) -> Result<Chart, ReportError> {
    let names = pair.map(|lap| field.acronym(lap.driver_number));
    let classes = [lap_classes(laps, 0, field), lap_classes(laps, 1, field), "neutral".to_owned()];
    let said =
        [format!("{} faster", names[0]), format!("{} faster", names[1]), "within the noise".to_owned()];
    let index = |side: Option<Side>| match side {
        Some(Side::First) => 0,
        Some(Side::Second) => 1,
        None => NEUTRAL,
    };
    let found = overlay.parts(PARTS);
    let faster = |distance: f64| {
        let place = found.partition_point(|part| part.to_m < distance);
        found.get(place).or(found.last()).map(|part| index(part.faster()))
    };
    let map = Map::new("faster", way)?;
    for (who, part) in parts(way, faster) {
        map.canvas.group(&classes[who], Some(&said[who]), || map.line(part))?;
    }
    map.start()?;
    let y = way.height() * UNITS - 21 * UNITS;
    for (place, (class, text)) in classes.iter().zip(&said).enumerate() {
        let left = (40 + 165 * place as i32) * UNITS;
        map.canvas.group(class, None, || map.line(vec![(left, y), (left + 36 * UNITS, y)]))?;
        let style = letters(TEXT, 12.0, (HPos::Left, VPos::Center));
        map.draw(&Text::new(text.clone(), (left + 44 * UNITS, y), style))?;
    }
    let count = |who: usize| found.iter().filter(|part| index(part.faster()) == who).count();
    let (least, most) = found
        .iter()
        .map(|part| part.noise_s * 1000.0)
        .fold((f64::INFINITY, 0.0_f64), |(least, most), noise| (least.min(noise), most.max(noise)));
    let all = found.len();
    let caption = format!(
        "Faster driver in {all} parts that end at the {}: {} in {}, {} in {}. In {} (thin and grey), the \
         difference is within the sampling noise, {least:.0} to {most:.0} ms per part.",
        if overlay.ends_only().is_none() { "sector lines" } else { "end of the lap" },
        names[0],
        count(0),
        names[1],
        count(1),
        count(NEUTRAL),
    );
    let label = format!(
        "Map of the track: {} faster in {} of {all} parts, {} in {}, neither in {}",
        names[0],
        count(0),
        names[1],
        count(1),
        count(NEUTRAL),
    );
    Ok(Chart { svg: map.canvas.finish(&label), caption })
}
