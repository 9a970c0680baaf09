//! The two best laps on one axis.

use crate::data::{LapTrace, ReportData, TraceSample};
use f1lake_motion::{Anchors, Course, OfficialTimes, Overlay, OverlayError, Reading, TimedLap};

/// Up to this many metres beyond its first and last sample, a lap keeps their values.
const EDGE: f64 = 50.0;

/// A lap as a function of distance: samples with distance, ascending.
#[derive(Debug, Clone)]
pub(crate) struct Along {
    /// Distance in metres and the sample there.
    pub(crate) samples: Vec<(f64, TraceSample)>,
}

impl Along {
    /// A lap by its own distance.
    fn of(trace: &LapTrace) -> Self {
        Self::at_places(trace, |sample| {
            sample.lap_distance_m.filter(|d| d.is_finite() && (0.0..50_000.0).contains(d))
        })
    }

    /// A lap by the positions of an overlay.
    pub(crate) fn on(course: &Course, trace: &LapTrace) -> Self {
        let end = trace.lap_duration_s.unwrap_or_default();
        Self::at_places(trace, |sample| {
            sample.lap_time_s.filter(|time| (0.0..=end).contains(time)).map(|time| course.place_m(time))
        })
    }

    /// Samples with a position, each farther than the one before.
    fn at_places(trace: &LapTrace, place: impl Fn(&TraceSample) -> Option<f64>) -> Self {
        let mut samples: Vec<(f64, TraceSample)> = Vec::new();
        for sample in &trace.samples {
            if let Some(distance) = place(sample)
                && samples.last().is_none_or(|(last, _)| distance > *last)
            {
                samples.push((distance, *sample));
            }
        }
        Self { samples }
    }

    /// A value that changes in steps: that of the last sample that has it.
    pub(crate) fn step(&self, distance: f64, value: impl Fn(&TraceSample) -> Option<f64>) -> Option<f64> {
        let split = self.samples.partition_point(|(d, _)| *d <= distance);
        self.samples.get(..split)?.iter().rev().find_map(|(_, sample)| value(sample))
    }

    /// A value at a distance, interpolated between the samples that have it; beyond the ends, that of the
    /// nearest sample.
    pub(crate) fn at(&self, distance: f64, value: impl Fn(&TraceSample) -> Option<f64>) -> Option<f64> {
        let split = self.samples.partition_point(|(d, _)| *d < distance);
        let known = |(d, s): &(f64, TraceSample)| Some((*d, value(s)?));
        let after = self.samples.get(split..)?.iter().find_map(known);
        let before = self.samples.get(..split)?.iter().rev().find_map(known);
        match (before, after) {
            (Some((d0, v0)), Some((d1, v1))) => Some(v0 + (v1 - v0) * (distance - d0) / (d1 - d0)),
            (only, None) | (None, only) => {
                only.filter(|(d, _)| (d - distance).abs() <= EDGE).map(|(_, value)| value)
            }
        }
    }
}

/// The best laps on one axis.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// Fastest lap.
    pub(crate) first: Along,
    /// The other lap; `None` when there is only one or the two cannot be compared.
    pub(crate) second: Option<Along>,
    /// Length of the axis in metres.
    pub(crate) length: f64,
    /// The overlay of the two laps; `None` without a second.
    pub(crate) overlay: Option<Overlay>,
    /// Why the second lap is not compared.
    pub(crate) refused: Option<OverlayError>,
}

/// Compares the first two laps; `None` without a lap of at least two samples.
pub(crate) fn compare(laps: &[LapTrace], anchors: Option<&Anchors>) -> Option<Comparison> {
    let trace = laps.first()?;
    let first = Along::of(trace);
    let [_, .., (length, _)] = first.samples.as_slice() else { return None };
    let length = *length;
    let Some(other) = laps.get(1) else {
        return Some(Comparison { first, second: None, length, overlay: None, refused: None });
    };
    let laid = timed(trace).and_then(|first| Overlay::of(&first, &timed(other)?, anchors));
    Some(match laid {
        Ok(overlay) => Comparison {
            first: Along::on(overlay.first(), trace),
            second: Some(Along::on(overlay.second(), other)),
            length: overlay.length_m(),
            overlay: Some(overlay),
            refused: None,
        },
        Err(error) => Comparison { first, second: None, length, overlay: None, refused: Some(error) },
    })
}

/// Positions of the sector lines and the end: those of the session, else the median of the compared laps.
pub(crate) fn anchors(data: &ReportData) -> Option<Anchors> {
    let own = || -> Vec<Anchors> {
        data.compared_laps.iter().filter_map(|lap| Some(timed(lap).ok()?.anchors())).collect()
    };
    data.anchors.or_else(|| Anchors::median(&own()))
}

/// A lap with its official times, for the overlay and the minisectors.
pub(crate) fn timed(trace: &LapTrace) -> Result<TimedLap, OverlayError> {
    let readings = trace.samples.iter().filter_map(|sample| {
        Some(Reading { time_s: sample.lap_time_s?, distance_m: sample.lap_distance_m? })
    });
    let times = OfficialTimes { lap_s: trace.lap_duration_s.unwrap_or_default(), sectors_s: trace.sectors_s };
    TimedLap::new(readings, times)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lap(metres: f64, seconds: f64) -> LapTrace {
        let samples = (0..100)
            .map(|i| TraceSample {
                lap_distance_m: Some(metres * f64::from(i) / 100.0),
                lap_time_s: Some(seconds * f64::from(i) / 100.0),
                speed: Some(200.0),
                ..Default::default()
            })
            .collect();
        LapTrace { lap_duration_s: Some(seconds), samples, ..Default::default() }
    }

    #[test]
    fn the_axis_is_the_anchors() {
        let laps = [lap(5000.0, 80.0), lap(5050.0, 81.0)];
        let comparison = compare(&laps, None).unwrap();
        assert!((comparison.length - 5025.0).abs() < 1e-6, "{}", comparison.length);
        let delta = comparison.overlay.unwrap().delta_s(comparison.length);
        assert!((delta - 1.0).abs() < 1e-9, "{delta}");
        let anchors = Anchors { sector_lines_m: None, length_m: 5100.0 };
        let comparison = compare(&laps, Some(&anchors)).unwrap();
        assert!((comparison.length - 5100.0).abs() < f64::EPSILON);
        for along in [comparison.first, comparison.second.unwrap()] {
            let (last, _) = along.samples.last().unwrap();
            assert!((last - 5049.0).abs() < 1e-6, "{last}");
            assert_eq!(along.at(5090.0, |s| s.speed), Some(200.0));
            assert_eq!(along.at(5100.0, |s| s.speed), None);
        }
    }

    #[test]
    fn laps_of_other_lengths_are_not_compared() {
        let comparison = compare(&[lap(5000.0, 80.0), lap(3000.0, 81.0)], None).unwrap();
        assert!(comparison.second.is_none() && comparison.overlay.is_none());
        let why = comparison.refused.unwrap().to_string();
        assert_eq!(why, "the laps differ too much in length: 5000 m and 3000 m");
        assert!(compare(&[], None).is_none());
        assert!(compare(&[LapTrace::default()], None).is_none());
    }

    #[test]
    fn distances_that_go_back_are_left_out() {
        let mut trace = lap(5000.0, 80.0);
        trace.samples[50].lap_distance_m = Some(10.0);
        trace.samples[60].lap_distance_m = None;
        trace.samples[70].lap_distance_m = Some(f64::NAN);
        let along = Along::of(&trace);
        assert_eq!(along.samples.len(), 97);
        assert!(along.samples.is_sorted_by(|a, b| a.0 < b.0));
    }
}
