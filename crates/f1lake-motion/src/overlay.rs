//! Two laps on one axis of positions.

use crate::anchors::Anchors;
use crate::course::{Course, part_noise_s};
use crate::error::{NoSectorLines, OverlayError};
use crate::lap::{TimedLap, is_near};
use serde::Serialize;

/// One of the two laps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The reference lap.
    First,
    /// The other lap.
    Second,
}

/// A part of the lap and the time gained there.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Part {
    /// Its start, metres.
    pub from_m: f64,
    /// Its end, metres.
    pub to_m: f64,
    /// Time of the second lap minus time of the first within the part, seconds.
    pub gain_s: f64,
    /// Smaller gains are indistinguishable from sampling noise, seconds.
    pub noise_s: f64,
}

impl Part {
    /// The faster lap in this part; `None` when the difference is within the noise.
    pub fn faster(&self) -> Option<Side> {
        (self.gain_s.abs() > self.noise_s).then_some(if self.gain_s > 0.0 {
            Side::First
        } else {
            Side::Second
        })
    }
}

/// Two laps on one axis of positions.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    first: Course,
    second: Course,
    /// Positions with both official times: the start, the sector lines if usable, the end.
    places_m: Vec<f64>,
    ends_only: Option<NoSectorLines>,
}

impl Overlay {
    /// Overlays two laps. `anchors` are those of the session ([`Anchors::median`] over its clean laps);
    /// without them, the two laps supply their own.
    ///
    /// When a sector time of either lap is missing or wrong, both are anchored only at their ends, and
    /// [`Overlay::ends_only`] gives the reason.
    ///
    /// # Errors
    /// [`OverlayError::LengthsDiffer`] and [`OverlayError::OtherTrack`] when the lengths differ by more than
    /// 8%.
    pub fn of(first: &TimedLap, second: &TimedLap, anchors: Option<&Anchors>) -> Result<Self, OverlayError> {
        let (first_m, second_m) = (first.length_m(), second.length_m());
        if !is_near(first_m, second_m) {
            return Err(OverlayError::LengthsDiffer { first_m, second_m });
        }
        let own = Anchors::median(&[first.anchors(), second.anchors()]);
        let Some(anchors) = anchors.copied().or(own) else { return Err(OverlayError::TooFewReadings) };
        for lap_m in [first_m, second_m] {
            if !is_near(lap_m, anchors.length_m) {
                return Err(OverlayError::OtherTrack { lap_m, track_m: anchors.length_m });
            }
        }
        let lines = first.common_lines(&anchors).and_then(|_| second.common_lines(&anchors));
        let (lines, ends_only) = match lines {
            Ok(places) => (Some(places), None),
            Err(why) => (None, Some(why)),
        };
        let places_m: Vec<f64> =
            std::iter::once(0.0).chain(lines.into_iter().flatten()).chain([anchors.length_m]).collect();
        Ok(Self {
            first: Course::of(first, &places_m),
            second: Course::of(second, &places_m),
            places_m,
            ends_only,
        })
    }

    /// The first lap on the common axis.
    pub fn first(&self) -> &Course {
        &self.first
    }

    /// The second lap on the common axis.
    pub fn second(&self) -> &Course {
        &self.second
    }

    /// Length of the common axis, metres.
    pub fn length_m(&self) -> f64 {
        self.places_m.last().copied().unwrap_or_default()
    }

    /// Why the sector lines are not used as anchors; `None` when they are.
    pub fn ends_only(&self) -> Option<NoSectorLines> {
        self.ends_only
    }

    /// Time of the second lap minus time of the first at a position, seconds: positive where the second is
    /// behind. Positions off the lap count as its nearest end.
    pub fn delta_s(&self, place_m: f64) -> f64 {
        self.second.time_s(place_m) - self.first.time_s(place_m)
    }

    /// Positions with official times of both laps after the start (sector lines, end), metres, and the
    /// difference there, seconds.
    pub fn official(&self) -> Vec<(f64, f64)> {
        self.places_m.iter().skip(1).map(|place| (*place, self.delta_s(*place))).collect()
    }

    /// Error of the delta at a position, seconds: about 19 of 20 deltas are closer to the truth.
    ///
    /// The speed between two readings is unknown. A car whose acceleration changes by 25 m/s² deviates from a
    /// constant change by half of that times the square of half a sample interval: 0.2 m in 0.24 s, 5 m when
    /// the feed lost 1.3 s. These errors add up like independent ones, are zero at both anchors, and are
    /// weighted by the speed there.
    pub fn noise_s(&self, place_m: f64) -> f64 {
        let (from, to) = self.section(place_m);
        let (before, after) = (self.unsure_m2(from, place_m), self.unsure_m2(place_m, to));
        if before <= 0.0 || after <= 0.0 {
            return 0.0;
        }
        let speed = self.first.speed_mps(place_m).min(self.second.speed_mps(place_m));
        (before * after / (before + after)).sqrt() / speed
    }

    /// The lap that is ahead at a position; `None` when the delta is within the noise.
    pub fn ahead(&self, place_m: f64) -> Option<Side> {
        let delta = self.delta_s(place_m);
        (delta.abs() > self.noise_s(place_m)).then_some(if delta > 0.0 { Side::First } else { Side::Second })
    }

    /// Splits the lap into about this many parts of nearly equal length. No part crosses an anchor, so the
    /// gains of a sector's parts add up to its official difference.
    pub fn parts(&self, about: usize) -> Vec<Part> {
        let mut parts = Vec::new();
        for (from, to) in self.sections() {
            let share = (to - from) / self.length_m();
            let count = (about as f64 * share).round().max(1.0) as usize;
            let edge = |i: usize| {
                if i == count { to } else { from + (to - from) * i as f64 / count as f64 }
            };
            parts.extend((0..count).map(|i| self.part(edge(i), edge(i + 1), (from, to))));
        }
        parts
    }

    fn part(&self, from_m: f64, to_m: f64, section: (f64, f64)) -> Part {
        let gain_s = self.delta_s(to_m) - self.delta_s(from_m);
        let noise_s = part_noise_s([&self.first, &self.second], (from_m, to_m), section);
        Part { from_m, to_m, gain_s, noise_s }
    }

    fn sections(&self) -> impl Iterator<Item = (f64, f64)> {
        self.places_m.iter().copied().zip(self.places_m.iter().copied().skip(1))
    }

    fn section(&self, place_m: f64) -> (f64, f64) {
        self.sections().find(|(_, to)| place_m <= *to).unwrap_or((self.length_m(), self.length_m()))
    }

    fn unsure_m2(&self, from_m: f64, to_m: f64) -> f64 {
        let between = |course: &Course| course.unsure_m2(to_m) - course.unsure_m2(from_m);
        between(&self.first) + between(&self.second)
    }
}
