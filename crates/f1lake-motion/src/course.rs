//! A lap stretched onto common positions.

use crate::knot::{Knot, between};
use crate::lap::TimedLap;

/// Below this speed, m/s, a position in metres says little about a time.
const LEAST_SPEED: f64 = 5.0;

/// Metres on either side of a position over which speed is averaged.
const SPEED_WINDOW: f64 = 50.0;

/// A lap as a function of position on the track.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// Times ascend, positions do not descend.
    knots: Vec<Knot>,
    /// Anchors: position in metres, official time in seconds.
    official: Vec<(f64, f64)>,
}

impl Course {
    /// Stretches a lap so that its official times fall on these positions: the start, optionally the sector
    /// lines, the end.
    pub(crate) fn of(lap: &TimedLap, places_m: &[f64]) -> Self {
        let times_s = lap.official_s(places_m.len() > 2);
        let own: Vec<Knot> = times_s.iter().map(|time| lap.at(*time)).collect();
        let mut knots = Vec::with_capacity(lap.knots().len() + 2);
        for (ends, places) in own.windows(2).zip(places_m.windows(2)) {
            let ([from, to], [from_m, to_m]) = (ends, places) else { continue };
            let factor = (to_m - from_m) / (to.place_m - from.place_m);
            knots.push(Knot { place_m: *from_m, ..*from });
            let inside =
                lap.knots().iter().filter(|knot| from.time_s < knot.time_s && knot.time_s < to.time_s);
            knots.extend(inside.map(|knot| Knot {
                place_m: (from_m + (knot.place_m - from.place_m) * factor).clamp(*from_m, *to_m),
                ..*knot
            }));
        }
        if let (Some(end), Some(place_m)) = (own.last(), places_m.last()) {
            knots.push(Knot { place_m: *place_m, ..*end });
        }
        Self { knots, official: places_m.iter().copied().zip(times_s).collect() }
    }

    /// When the car passed a position, seconds since the lap began. Exactly the official time at an anchor.
    pub fn time_s(&self, place_m: f64) -> f64 {
        match self.official.iter().find(|(place, _)| *place == place_m) {
            Some((_, time)) => *time,
            None => between(&self.knots, place_m, |knot| knot.place_m).time_s,
        }
    }

    /// Position of the car on the common axis at a time since the lap began, metres.
    pub fn place_m(&self, time_s: f64) -> f64 {
        between(&self.knots, time_s, |knot| knot.time_s).place_m
    }

    /// Mean speed around a position, m/s, at least 5.
    pub(crate) fn speed_mps(&self, place_m: f64) -> f64 {
        let end = self.knots.last().map_or(0.0, |knot| knot.place_m);
        let (from, to) = ((place_m - SPEED_WINDOW).max(0.0), (place_m + SPEED_WINDOW).min(end));
        let speed = (to - from) / (self.time_s(to) - self.time_s(from));
        if speed.is_finite() { speed.max(LEAST_SPEED) } else { LEAST_SPEED }
    }

    /// Square of the position's possible error, summed from the start, m².
    pub fn unsure_m2(&self, place_m: f64) -> f64 {
        between(&self.knots, place_m, |knot| knot.place_m).unsure_m2
    }
}

/// Error of the difference of two laps' times in a part of a section at whose ends both are exact, seconds.
pub(crate) fn part_noise_s(laps: [&Course; 2], part: (f64, f64), section: (f64, f64)) -> f64 {
    let unsure = |(from_m, to_m): (f64, f64)| {
        laps.iter().map(|lap| lap.unsure_m2(to_m) - lap.unsure_m2(from_m)).sum::<f64>()
    };
    let (inside, all) = (unsure(part), unsure(section));
    let left = if all > 0.0 { (inside * (1.0 - inside / all)).max(0.0) } else { 0.0 };
    let taken: f64 = laps.iter().map(|lap| lap.time_s(part.1) - lap.time_s(part.0)).sum();
    let speed = 2.0 * (part.1 - part.0) / taken;
    left.sqrt() / speed.max(LEAST_SPEED)
}
