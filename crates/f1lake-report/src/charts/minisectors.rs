//! The track, coloured by who was fastest in each minisector.

use super::Chart;
use super::map::{Map, parts, way};
use crate::canvas::{INK, UNITS};
use crate::compare::{Comparison, timed};
use crate::data::ReportData;
use crate::error::ReportError;
use crate::field::Field;
use crate::frame::letters;
use f1lake_motion::{Anchors, MINISECTORS, Minisectors, TimedLap, minisectors};
use plotters::element::Text;
use plotters::style::text_anchor::{HPos, VPos};
use std::collections::BTreeSet;

/// Legend entries in a row.
const IN_A_ROW: usize = 5;
const LEGEND_ROW: i32 = 20;

/// The minisectors of the compared laps, and which laps they are.
pub(crate) struct Sectors {
    pub(crate) found: Minisectors,
    /// Places of the laps among those compared.
    pub(crate) laps: Vec<usize>,
}

impl Sectors {
    /// `None` unless two laps have telemetry and official sector times.
    pub(crate) fn of(data: &ReportData, anchors: Option<&Anchors>) -> Option<Self> {
        let usable: Vec<(usize, TimedLap)> = data
            .compared_laps
            .iter()
            .enumerate()
            .filter_map(|(place, lap)| Some((place, timed(lap).ok()?)))
            .collect();
        let (laps, usable): (Vec<usize>, Vec<TimedLap>) = usable.into_iter().unzip();
        let found = minisectors(&usable, anchors, MINISECTORS).ok()?;
        let with_times = found.left_out.iter().filter(|why| why.is_none()).count();
        (with_times > 1).then_some(Self { found, laps })
    }

    /// Place of the fastest lap of a part among those compared.
    pub(crate) fn fastest(&self, part: usize) -> Option<usize> {
        self.laps.get(self.found.parts.get(part)?.fastest?).copied()
    }
}

/// Draws the map; `None` without positions of the fastest lap.
pub(crate) fn draw(
    data: &ReportData,
    sectors: &Sectors,
    comparison: &Comparison,
    field: &Field,
) -> Result<Option<Chart>, ReportError> {
    let named: BTreeSet<usize> =
        (0..sectors.found.parts.len()).filter_map(|part| sectors.fastest(part)).collect();
    let rows = (named.len() + 1).div_ceil(IN_A_ROW) as i32;
    let Some(way) = way(&comparison.first).map(|way| way.with_legend(rows * LEGEND_ROW)) else {
        return Ok(None);
    };
    // Without an overlay, the path is on the lap's own axis.
    let track = sectors.found.parts.last().map_or(0.0, |part| part.to_m);
    let scale = track / comparison.length;
    let neutral = data.compared_laps.len();
    let class = |distance: f64| {
        let part = sectors.found.parts.partition_point(|part| part.to_m < distance * scale);
        Some(sectors.fastest(part).unwrap_or(neutral))
    };
    let look = |lap: usize| {
        let lap = data.compared_laps.get(lap)?;
        let member = field.get(lap.driver_number)?;
        let count = (0..sectors.found.parts.len()).filter(|part| {
            sectors.fastest(*part).and_then(|l| data.compared_laps.get(l)).is_some_and(|l| l == lap)
        });
        Some((format!("{} seat{}", member.class(), member.seat), member.acronym.clone(), count.count()))
    };
    let map = Map::new("minisectors", &way)?;
    for (lap, points) in parts(&way, class) {
        let (class, name) = look(lap).map_or(("neutral".to_owned(), "nobody".to_owned()), |l| (l.0, l.1));
        map.canvas.group(&class, Some(&name), || map.line(points))?;
    }
    map.start()?;
    let count_of_nobody =
        (0..sectors.found.parts.len()).filter(|part| sectors.fastest(*part).is_none()).count();
    let entries = named.iter().filter_map(|lap| look(*lap)).chain([(
        "neutral".to_owned(),
        "nobody".to_owned(),
        count_of_nobody,
    )]);
    for (index, (class, name, count)) in entries.enumerate() {
        let (row, column) = (index / IN_A_ROW, index % IN_A_ROW);
        let x = (20 + 106 * column as i32) * UNITS;
        let y = (way.height() - (rows - row as i32) * LEGEND_ROW + LEGEND_ROW / 2 - 4) * UNITS;
        map.canvas.group(&class, None, || map.line(vec![(x, y), (x + 26 * UNITS, y)]))?;
        let style = letters(INK, 12.0, (HPos::Left, VPos::Center));
        map.draw(&Text::new(format!("{name} {count}"), (x + 33 * UNITS, y), style))?;
    }
    let all = sectors.found.parts.len();
    let laps = sectors.found.left_out.iter().filter(|why| why.is_none()).count();
    let mut caption = format!(
        "Fastest of {laps} laps in {all} minisectors, none of which crosses a sector line; the times of a lap \
         add up to its official sectors. Grey: the lead is within the sampling noise."
    );
    let left_out: Vec<String> = sectors
        .found
        .left_out
        .iter()
        .zip(&sectors.laps)
        .filter_map(|(why, lap)| {
            let lap = data.compared_laps.get(*lap)?;
            Some(format!("{} ({})", field.acronym(lap.driver_number), why.as_ref()?))
        })
        .collect();
    if !left_out.is_empty() {
        caption.push_str(&format!(" Left out: {}.", left_out.join(", ")));
    }
    let label = format!("Map of the track coloured by the fastest of {laps} laps in {all} minisectors");
    Ok(Some(Chart { svg: map.canvas.finish(&label), caption }))
}
