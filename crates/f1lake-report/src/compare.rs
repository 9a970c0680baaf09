//! Two laps laid over each other by distance.

use crate::data::{LapTrace, TraceSample};

/// Points along the lap at which two laps are compared.
const POINTS: usize = 400;

/// The two laps may differ so much in integrated length before they are no longer compared.
const MOST_STRETCH: f64 = 0.08;

/// A lap as a function of distance: samples with distance, ascending, distances stretched to a common length.
#[derive(Debug, Clone)]
pub(crate) struct Along {
    /// Distance in metres and the sample there.
    pub(crate) samples: Vec<(f64, TraceSample)>,
}

impl Along {
    /// Samples with a distance, each farther than the one before.
    pub(crate) fn of(trace: &LapTrace) -> Self {
        let mut samples: Vec<(f64, TraceSample)> = Vec::new();
        for sample in &trace.samples {
            let Some(distance) =
                sample.lap_distance_m.filter(|d| d.is_finite() && (0.0..50_000.0).contains(d))
            else {
                continue;
            };
            if samples.last().is_none_or(|(last, _)| distance > *last) {
                samples.push((distance, *sample));
            }
        }
        Self { samples }
    }

    /// Distance of the last sample.
    pub(crate) fn length(&self) -> f64 {
        self.samples.last().map_or(0.0, |(distance, _)| *distance)
    }

    /// A value at a distance, linear between the samples that have it.
    pub(crate) fn at(&self, distance: f64, value: impl Fn(&TraceSample) -> Option<f64>) -> Option<f64> {
        let split = self.samples.partition_point(|(d, _)| *d < distance);
        let (d1, v1) = self.samples.get(split..)?.iter().find_map(|(d, s)| Some((*d, value(s)?)))?;
        let before = self.samples.get(..split)?.iter().rev().find_map(|(d, s)| Some((*d, value(s)?)));
        match before {
            Some((d0, v0)) if d1 > d0 => Some(v0 + (v1 - v0) * (distance - d0) / (d1 - d0)),
            _ => (d1 - distance < 1.0).then_some(v1),
        }
    }

    fn stretched(mut self, factor: f64) -> Self {
        for (distance, _) in &mut self.samples {
            *distance *= factor;
        }
        self
    }
}

/// Two laps at the same points of the track.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// Fastest lap.
    pub(crate) first: Along,
    /// The other, stretched to the first's length; none when there is only one lap or the lengths do not fit.
    pub(crate) second: Option<Along>,
    /// Distance in metres and time of the second minus time of the first in seconds; empty without a second.
    pub(crate) delta: Vec<(f64, f64)>,
}

/// Lays the second lap over the first.
pub(crate) fn compare(laps: &[LapTrace]) -> Option<Comparison> {
    let first = Along::of(laps.first()?);
    if first.samples.len() < 2 {
        return None;
    }
    let second = laps.get(1).map(Along::of).filter(|lap| lap.samples.len() > 1).and_then(|lap| {
        let factor = first.length() / lap.length();
        ((factor - 1.0).abs() <= MOST_STRETCH).then(|| lap.stretched(factor))
    });
    let delta = second.as_ref().map_or_else(Vec::new, |second| {
        (0..=POINTS)
            .filter_map(|i| {
                let distance = first.length() * i as f64 / POINTS as f64;
                let behind = second.at(distance, |s| s.lap_time_s)? - first.at(distance, |s| s.lap_time_s)?;
                Some((distance, behind))
            })
            .collect()
    });
    Some(Comparison { first, second, delta })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lap(metres: f64, seconds: f64) -> LapTrace {
        let samples = (0..=100)
            .map(|i| TraceSample {
                lap_distance_m: Some(metres * f64::from(i) / 100.0),
                lap_time_s: Some(seconds * f64::from(i) / 100.0),
                speed: Some(200.0),
                ..Default::default()
            })
            .collect();
        LapTrace { samples, ..Default::default() }
    }

    #[test]
    fn the_delta_ends_at_the_difference_of_the_lap_times() {
        let comparison = compare(&[lap(5000.0, 80.0), lap(5050.0, 81.0)]).unwrap();
        let (distance, behind) = *comparison.delta.last().unwrap();
        assert!((distance - 5000.0).abs() < 1e-6 && (behind - 1.0).abs() < 1e-6);
        let (_, half) = comparison.delta[POINTS / 2];
        assert!((half - 0.5).abs() < 1e-6);
    }

    #[test]
    fn laps_of_other_lengths_are_not_compared() {
        let comparison = compare(&[lap(5000.0, 80.0), lap(3000.0, 81.0)]).unwrap();
        assert!(comparison.second.is_none() && comparison.delta.is_empty());
        assert!(compare(&[]).is_none());
        assert!(compare(&[LapTrace::default()]).is_none());
    }

    #[test]
    fn distances_that_go_back_are_left_out() {
        let mut trace = lap(5000.0, 80.0);
        trace.samples[50].lap_distance_m = Some(10.0);
        trace.samples[60].lap_distance_m = None;
        trace.samples[70].lap_distance_m = Some(f64::NAN);
        let along = Along::of(&trace);
        assert_eq!(along.samples.len(), 98);
        assert!(along.samples.is_sorted_by(|a, b| a.0 < b.0));
    }
}
