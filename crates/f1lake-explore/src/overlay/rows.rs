//! Samples of several laps on the axis of the first.

use super::laps::LapNotes;
use crate::error::{ErrorKind, Failure};
use f1lake_motion::{
    Anchors, MINISECTORS, Minisector, Overlay, OverlayError, Reading, TimedLap, minisectors,
};
use serde::Deserialize;

/// A row of `sql/overlay_samples.sql`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(crate) struct Sample {
    pub(crate) lap: usize,
    pub(crate) lap_time_s: Option<f64>,
    pub(crate) lap_distance_m: Option<f64>,
    pub(crate) speed: Option<f64>,
    pub(crate) throttle: Option<f64>,
    pub(crate) brake: Option<f64>,
    pub(crate) n_gear: Option<f64>,
    pub(crate) x: Option<f64>,
    pub(crate) y: Option<f64>,
}

/// A sample on the common axis, or an official time between samples.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct OverlayRow {
    /// Which of the laps, from 0.
    pub lap: usize,
    /// Distance on the common axis, m.
    pub distance_m: f64,
    /// Time since the lap began, s.
    pub time_s: f64,
    /// Time of this lap minus time of the first at the same place, s; `None` in the first lap.
    pub delta_s: Option<f64>,
    /// Possible error of the delta, s; 0 where times are official.
    pub noise_s: Option<f64>,
    /// Speed, km/h. `None` where the row is an official time, between samples.
    pub speed: Option<f64>,
    /// Throttle, percent.
    pub throttle: Option<f64>,
    /// Brake, percent.
    pub brake: Option<f64>,
    /// Gear, 0 is neutral.
    pub gear: Option<f64>,
    /// Position, m.
    pub x: Option<f64>,
    /// Position, m.
    pub y: Option<f64>,
}

/// Laps on one axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Laid {
    /// Samples by lap, then by distance.
    pub(crate) rows: Vec<OverlayRow>,
    /// Start, sector lines if they are known, end, m.
    pub(crate) anchors_m: Vec<f64>,
    /// Differences to the first lap at the anchors after the start, s; nothing for the first lap.
    pub(crate) deltas_s: Vec<Option<Vec<f64>>>,
    /// Whether all laps agree with their official times at the sector lines.
    pub(crate) is_anchored_at_sectors: bool,
    /// Parts of the lap and who was fastest there.
    pub(crate) minisectors: Vec<Minisector>,
}

/// Lays laps on the axis of the first one.
///
/// # Errors
/// [`ErrorKind::NoTelemetry`] when a lap has too few samples or no time, and [`ErrorKind::Circuit`] when the
/// lengths differ.
pub(crate) fn lay(
    notes: &[LapNotes],
    samples: &[Sample],
    anchors: Option<&Anchors>,
) -> Result<Laid, Failure> {
    let of_lap = |index: usize| samples.iter().filter(move |sample| sample.lap == index);
    let laps: Vec<TimedLap> = notes
        .iter()
        .map(|lap| {
            let readings = of_lap(lap.lap).filter_map(|sample| {
                Some(Reading { time_s: sample.lap_time_s?, distance_m: sample.lap_distance_m? })
            });
            TimedLap::new(readings, lap.times()).map_err(|error| refusal(lap, error))
        })
        .collect::<Result<_, _>>()?;
    let Some((first, others)) = laps.split_first() else {
        return Err(Failure::parameter("No lap is named"));
    };
    // Laps of this comparison supply the lines when the session has none.
    let own = || Anchors::median(&laps.iter().map(TimedLap::anchors).collect::<Vec<_>>());
    let anchors = anchors.copied().or_else(own);
    let pairs: Vec<Overlay> = std::iter::once(first)
        .chain(others)
        .zip(notes)
        .map(|(lap, notes)| Overlay::of(first, lap, anchors.as_ref()).map_err(|error| refusal(notes, error)))
        .collect::<Result<_, _>>()?;

    let mut rows = Vec::new();
    for (index, pair) in pairs.iter().enumerate() {
        let lap_s = notes.get(index).and_then(|lap| lap.lap_duration).unwrap_or_default();
        let (course, is_other) = (pair.second(), index > 0);
        let mut of_pair: Vec<OverlayRow> = of_lap(index)
            .filter_map(|sample| {
                let time_s = sample.lap_time_s.filter(|time| (0.0..=lap_s).contains(time))?;
                let distance_m = course.place_m(time_s);
                Some(OverlayRow {
                    lap: index,
                    distance_m,
                    time_s,
                    delta_s: is_other.then(|| pair.delta_s(distance_m)),
                    noise_s: is_other.then(|| pair.noise_s(distance_m)),
                    speed: sample.speed,
                    throttle: sample.throttle,
                    brake: sample.brake,
                    gear: sample.n_gear,
                    x: sample.x.map(|x| x / 10.0),
                    y: sample.y.map(|y| y / 10.0),
                })
            })
            .collect();
        let at_start = std::iter::once((0.0, 0.0));
        of_pair.extend(at_start.chain(pair.official()).map(|(distance_m, delta_s)| OverlayRow {
            lap: index,
            distance_m,
            time_s: course.time_s(distance_m),
            delta_s: is_other.then_some(delta_s),
            noise_s: is_other.then_some(0.0),
            ..OverlayRow::default()
        }));
        of_pair.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m).then(a.time_s.total_cmp(&b.time_s)));
        rows.extend(of_pair);
    }

    let is_anchored_at_sectors = pairs.iter().all(|pair| pair.ends_only().is_none());
    let lines = anchors.and_then(|anchors| anchors.sector_lines_m).filter(|_| is_anchored_at_sectors);
    let end = pairs.first().map(Overlay::length_m);
    let anchors_m = std::iter::once(0.0).chain(lines.into_iter().flatten()).chain(end).collect();
    let deltas_s = pairs
        .iter()
        .enumerate()
        .map(|(index, pair)| {
            (index > 0).then(|| pair.official().into_iter().map(|(_, delta)| delta).collect())
        })
        .collect();
    // Without sector lines a lap is not cut.
    let minisectors = minisectors(&laps, anchors.as_ref(), MINISECTORS).map(|found| found.parts);
    Ok(Laid {
        rows,
        anchors_m,
        deltas_s,
        is_anchored_at_sectors,
        minisectors: minisectors.unwrap_or_default(),
    })
}

fn refusal(lap: &LapNotes, error: OverlayError) -> Failure {
    match error {
        OverlayError::LengthsDiffer { .. } | OverlayError::OtherTrack { .. } => Failure::new(
            ErrorKind::Circuit,
            format!("{} does not fit the other laps: {error}", lap.describe()),
        )
        .with_hint("Pick a lap that covers the whole circuit"),
        _ => Failure::new(ErrorKind::NoTelemetry, format!("{} cannot be overlaid: {error}", lap.describe()))
            .with_hint("Pick a lap with telemetry and a time"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(lap: usize, sectors: [f64; 3]) -> LapNotes {
        LapNotes {
            lap,
            session_key: 1,
            driver_number: lap as i64 + 1,
            lap_number: 5,
            driver: None,
            name_acronym: None,
            team_name: None,
            team_colour: None,
            year: None,
            meeting_name: None,
            session_name: None,
            circuit_key: None,
            circuit_short_name: None,
            lap_duration: Some(sectors.iter().sum()),
            duration_sector_1: Some(sectors[0]),
            duration_sector_2: Some(sectors[1]),
            duration_sector_3: Some(sectors[2]),
            compound: None,
            tyre_age: None,
        }
    }

    fn samples(lap: usize, speed_mps: f64) -> Vec<Sample> {
        (1..440)
            .map(|index| {
                let time_s = f64::from(index) * 0.24;
                Sample {
                    lap,
                    lap_time_s: Some(time_s),
                    lap_distance_m: Some(speed_mps * time_s),
                    speed: Some(speed_mps * 3.6),
                    throttle: Some(100.0),
                    brake: None,
                    n_gear: Some(8.0),
                    x: Some(10.0),
                    y: None,
                }
            })
            .collect()
    }

    #[test]
    fn deltas_are_the_official_ones_at_the_lines() {
        let laps = [notes(0, [30.0, 40.0, 30.0]), notes(1, [30.25, 39.9, 30.125])];
        let all: Vec<Sample> = [samples(0, 50.0), samples(1, 49.8)].concat();
        let laid = lay(&laps, &all, None).unwrap();
        assert!(laid.is_anchored_at_sectors);
        assert_eq!(laid.anchors_m.len(), 4);
        assert_eq!(laid.deltas_s[0], None);
        let deltas = laid.deltas_s[1].clone().unwrap();
        for (delta, official) in deltas.iter().zip([0.25, 0.15, 0.275]) {
            assert!((delta - official).abs() < 1e-9, "{delta} {official}");
        }
        let at_lines: Vec<&OverlayRow> =
            laid.rows.iter().filter(|row| row.lap == 1 && row.speed.is_none()).collect();
        assert_eq!(at_lines.len(), 4);
        assert_eq!(at_lines[1].noise_s, Some(0.0));
        assert!((at_lines[3].delta_s.unwrap() - 0.275).abs() < 1e-9);
        assert_eq!(laid.minisectors.len(), 25);
        assert!(laid.rows.iter().filter(|row| row.lap == 0).all(|row| row.delta_s.is_none()));
        assert_eq!(laid.rows[1].x, Some(1.0));
    }

    #[test]
    fn a_lap_without_telemetry_or_of_another_length_is_refused() {
        let laps = [notes(0, [30.0, 40.0, 30.0]), notes(1, [30.0, 40.0, 30.0])];
        let failure = lay(&laps, &samples(0, 50.0), None).unwrap_err();
        assert_eq!(
            (failure.kind, failure.message.as_str()),
            (ErrorKind::NoTelemetry, "car 2 lap 5 cannot be overlaid: the lap has too little telemetry")
        );
        let all: Vec<Sample> = [samples(0, 50.0), samples(1, 40.0)].concat();
        assert_eq!(lay(&laps, &all, None).unwrap_err().kind, ErrorKind::Circuit);
    }

    #[test]
    fn one_lap_alone_is_an_overlay_of_itself() {
        let laid = lay(&[notes(0, [30.0, 40.0, 30.0])], &samples(0, 50.0), None).unwrap();
        assert_eq!(laid.deltas_s, [None]);
        assert!(laid.rows.len() > 400);
    }
}
