//! A lap from its exact start to its exact end.

use crate::anchors::Anchors;
use crate::error::{LeftOut, NoSectorLines, OverlayError};
use crate::knot::{Knot, between};

/// A car that covered less did not move, metres.
const LEAST_LENGTH: f64 = 1.0;

/// Longer laps are errors in the data, metres.
const MOST_LENGTH: f64 = 50_000.0;

/// Longer laps are errors in the data, seconds.
const MOST_TIME: f64 = 100_000.0;

/// The sum of the sectors and the lap time may differ by this many seconds.
const MOST_SECTOR_ERROR: f64 = 0.010;

/// A lap's length within a sector may differ from the circuit's by up to this factor.
const MOST_SECTOR_STRETCH: f64 = 2.0;

/// Lengths that differ by more than this share belong to different tracks, or to broken telemetry.
const MOST_STRETCH: f64 = 0.08;

/// The acceleration of a car may change by up to this much between two readings, m/s².
const UNSEEN_ACCELERATION: f64 = 25.0;

/// Position of a car at an instant of its lap, by telemetry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Seconds since the lap began.
    pub time_s: f64,
    /// Metres since the lap began: the integral of the speed.
    pub distance_m: f64,
}

/// Official times of a lap.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct OfficialTimes {
    /// Lap time, seconds.
    pub lap_s: f64,
    /// Times of the three sectors, seconds.
    pub sectors_s: [Option<f64>; 3],
}

impl OfficialTimes {
    /// When the car crossed the two sector lines, seconds since the lap began.
    ///
    /// # Errors
    /// [`NoSectorLines`] when a sector time is missing or the three do not add up to the lap time within 10
    /// ms.
    pub fn sector_lines_s(&self) -> Result<[f64; 2], NoSectorLines> {
        let [first, second, _] = self.sectors()?;
        Ok([first, first + second])
    }

    fn sectors(&self) -> Result<[f64; 3], NoSectorLines> {
        let [Some(first), Some(second), Some(third)] =
            self.sectors_s.map(|time| time.filter(|t| t.is_finite() && *t > 0.0))
        else {
            return Err(NoSectorLines::Missing);
        };
        // The tolerance needs an extra tenth of a microsecond for binary rounding.
        if (first + second + third - self.lap_s).abs() > MOST_SECTOR_ERROR + 1e-7 {
            return Err(NoSectorLines::DoNotAddUp);
        }
        Ok([first, second, third])
    }
}

/// A lap from the instant of its start to the instant of its end.
#[derive(Debug, Clone, PartialEq)]
pub struct TimedLap {
    /// The start, the readings, the end; times ascend, positions do not descend.
    knots: Vec<Knot>,
    times: OfficialTimes,
}

impl TimedLap {
    /// Builds a lap from its readings in time order, which may continue after the lap's end.
    ///
    /// The end is interpolated between the readings around it. If there is none after it, the car keeps the
    /// speed that it had between the last two readings. A reading that is not later than the previous one, or
    /// is behind it, is skipped.
    ///
    /// # Errors
    /// [`OverlayError::NoLapTime`] and [`OverlayError::TooFewReadings`].
    pub fn new(
        readings: impl IntoIterator<Item = Reading>,
        times: OfficialTimes,
    ) -> Result<Self, OverlayError> {
        let end = times.lap_s;
        if !(end > 0.0 && end < MOST_TIME) {
            return Err(OverlayError::NoLapTime);
        }
        let mut kept = vec![Reading { time_s: 0.0, distance_m: 0.0 }];
        let mut after = None;
        for reading in readings {
            let Some(last) = kept.last() else { break };
            let is_later = reading.time_s > last.time_s && reading.time_s < MOST_TIME;
            if !is_later || !(last.distance_m..MOST_LENGTH).contains(&reading.distance_m) {
                continue;
            }
            if reading.time_s >= end {
                after = Some(reading);
                break;
            }
            kept.push(reading);
        }
        let [_, .., before, last] = kept.as_slice() else { return Err(OverlayError::TooFewReadings) };
        let (from, to) = after.map_or((*before, *last), |after| (*last, after));
        let speed = (to.distance_m - from.distance_m) / (to.time_s - from.time_s);
        let distance_m = last.distance_m + speed * (end - last.time_s);
        if !(LEAST_LENGTH..MOST_LENGTH).contains(&distance_m) {
            return Err(OverlayError::TooFewReadings);
        }
        kept.push(Reading { time_s: end, distance_m });

        let last_gap = kept.len() - 2;
        let mut unsure_m2 = 0.0;
        let mut knots = vec![Knot { time_s: 0.0, place_m: 0.0, unsure_m2 }];
        for (index, pair) in kept.windows(2).enumerate() {
            let [from, to] = pair else { continue };
            let gap = match after {
                Some(after) if index == last_gap => after.time_s - from.time_s,
                _ => to.time_s - from.time_s,
            };
            // Half of a gap is on the far side of a reading, but not at the ends.
            let is_open = index == 0 || (index == last_gap && after.is_none());
            let reach = if is_open { gap } else { gap / 2.0 };
            unsure_m2 += (UNSEEN_ACCELERATION * reach * reach / 2.0).powi(2);
            knots.push(Knot { time_s: to.time_s, place_m: to.distance_m, unsure_m2 });
        }
        Ok(Self { knots, times })
    }

    /// Length by telemetry, metres.
    pub fn length_m(&self) -> f64 {
        self.knots.last().map_or(0.0, |knot| knot.place_m)
    }

    /// Positions of the sector lines and the end by this lap's telemetry.
    pub fn anchors(&self) -> Anchors {
        Anchors { sector_lines_m: self.lines().ok(), length_m: self.length_m() }
    }

    /// Positions of the sector lines by this lap's telemetry.
    pub(crate) fn lines(&self) -> Result<[f64; 2], NoSectorLines> {
        Ok(self.times.sector_lines_s()?.map(|time| self.at(time).place_m))
    }

    /// The common positions of the sector lines, if the lap can be stretched from its own to them.
    pub(crate) fn common_lines(&self, anchors: &Anchors) -> Result<[f64; 2], NoSectorLines> {
        let sectors = |[first, second]: [f64; 2], end: f64| [first, second - first, end - second];
        let own = sectors(self.lines()?, self.length_m());
        let places = anchors.lines()?;
        let fits = own
            .into_iter()
            .zip(sectors(places, anchors.length_m))
            .all(|(own, common)| own * MOST_SECTOR_STRETCH >= common && own <= common * MOST_SECTOR_STRETCH);
        if fits { Ok(places) } else { Err(NoSectorLines::DoNotFit) }
    }

    /// Whether the lap is about as long as the track.
    pub(crate) fn fits_track(&self, track_m: f64) -> Result<(), LeftOut> {
        let lap_m = self.length_m();
        if is_near(lap_m, track_m) { Ok(()) } else { Err(LeftOut::OtherTrack { lap_m, track_m }) }
    }

    /// Official times of the sectors, if they add up to the lap time.
    pub(crate) fn sectors_s(&self) -> Result<[f64; 3], NoSectorLines> {
        self.times.sectors()
    }

    /// Official times of the start, of the sector lines if `lines` is set, and of the end.
    pub(crate) fn official_s(&self, lines: bool) -> Vec<f64> {
        let lines = self.times.sector_lines_s().ok().filter(|_| lines);
        std::iter::once(0.0).chain(lines.into_iter().flatten()).chain([self.times.lap_s]).collect()
    }

    pub(crate) fn knots(&self) -> &[Knot] {
        &self.knots
    }

    /// State at an instant, interpolated between the readings.
    pub(crate) fn at(&self, time_s: f64) -> Knot {
        between(&self.knots, time_s, |knot| knot.time_s)
    }
}

/// Whether two lengths can be those of one track.
pub(crate) fn is_near(a_m: f64, b_m: f64) -> bool {
    a_m > 0.0 && b_m > 0.0 && a_m.max(b_m) / a_m.min(b_m) - 1.0 <= MOST_STRETCH
}
