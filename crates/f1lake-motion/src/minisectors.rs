//! The lap cut into short parts, and who was fastest in each.

use crate::anchors::Anchors;
use crate::course::{Course, part_noise_s};
use crate::error::{LeftOut, MinisectorError};
use crate::lap::TimedLap;
use serde::Serialize;

/// Usual number of minisectors of a lap.
pub const MINISECTORS: usize = 25;

/// Every sector has at least one part.
const LEAST: usize = 3;

/// More parts would be shorter than the distance between two readings.
const MOST: usize = 1000;

/// A part of the lap that lies within one sector.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Minisector {
    /// The sector, 1 to 3.
    pub sector: usize,
    /// Its start, metres.
    pub from_m: f64,
    /// Its end, metres.
    pub to_m: f64,
    /// Time of each lap, seconds, in the order of the laps; `None` for laps that were left out.
    pub times_s: Vec<Option<f64>>,
    /// The fastest lap, as its place among the laps. `None` when its lead over another lap is within the
    /// noise, and when there is no other lap.
    pub fastest: Option<usize>,
    /// Lead of the least time over the lap that is hardest to tell from it, seconds; `None` when there are
    /// fewer than two laps.
    pub lead_s: Option<f64>,
    /// Smaller leads are indistinguishable from sampling noise, seconds.
    pub noise_s: Option<f64>,
}

/// The minisectors of a lap, and the times of several laps in them.
#[derive(Debug, Clone, PartialEq)]
pub struct Minisectors {
    /// In the order of the track.
    pub parts: Vec<Minisector>,
    /// Why a lap has no times, in the order of the laps; `None` for laps that have them.
    pub left_out: Vec<Option<LeftOut>>,
}

/// Cuts the lap into `count` parts of nearly equal length that never cross a sector line, and names the
/// fastest of the laps in each.
///
/// The parts are apportioned to the sectors by length, at least one to each. Times come from telemetry
/// stretched onto common positions, scaled so that the times of a lap's parts in a sector add up to its
/// official sector time. `anchors` are those of the session ([`Anchors::median`] over its clean laps); without
/// them, the laps supply their own.
///
/// A part goes to a lap only if its lead over every other lap is above the sampling noise of the two, as in
/// [`Overlay::parts`](crate::Overlay::parts).
///
/// # Errors
/// [`MinisectorError::Count`] when `count` is not 3 to 1000, and [`MinisectorError::NoSectorLines`] when the
/// positions of the sector lines are unknown. A lap that does not fit is no error; it is in
/// [`Minisectors::left_out`].
///
/// # Example
/// ```
/// use f1lake_motion::{MINISECTORS, OfficialTimes, Reading, TimedLap, minisectors};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // 60 m/s in the first sector and 50 m/s after it, against 55 and 51 m/s; 5,000 m.
/// let lap = |first_mps: f64, later_mps: f64| {
///     let line_s = 1500.0 / first_mps;
///     let distance_m = move |t: f64| {
///         if t < line_s { first_mps * t } else { 1500.0 + later_mps * (t - line_s) }
///     };
///     let sectors_s = [line_s, 1500.0 / later_mps, 2000.0 / later_mps];
///     let readings = (1..500).map(|i| f64::from(i) * 0.2);
///     TimedLap::new(
///         readings.map(|time_s| Reading { time_s, distance_m: distance_m(time_s) }),
///         OfficialTimes { lap_s: sectors_s.iter().sum(), sectors_s: sectors_s.map(Some) },
///     )
/// };
/// let found = minisectors(&[lap(60.0, 50.0)?, lap(55.0, 51.0)?], None, MINISECTORS)?;
/// assert_eq!(found.parts.len(), 25);
/// assert_eq!(found.parts[0].fastest, Some(0));
/// assert_eq!(found.parts[24].sector, 3);
/// let in_first_sector = found.parts.iter().filter(|part| part.sector == 1);
/// let sum: f64 = in_first_sector.filter_map(|part| part.times_s[0]).sum();
/// assert!((sum - 25.0).abs() < 0.001);
/// # Ok(())
/// # }
/// ```
pub fn minisectors(
    laps: &[TimedLap],
    anchors: Option<&Anchors>,
    count: usize,
) -> Result<Minisectors, MinisectorError> {
    if !(LEAST..=MOST).contains(&count) {
        return Err(MinisectorError::Count { count });
    }
    let own = || Anchors::median(&laps.iter().map(TimedLap::anchors).collect::<Vec<_>>());
    let Some(anchors) = anchors.copied().or_else(own) else {
        return Err(MinisectorError::NoSectorLines);
    };
    let [first, second] = anchors.lines().map_err(|_| MinisectorError::NoSectorLines)?;
    let sectors = [(0.0, first), (first, second), (second, anchors.length_m)];
    let placed: Vec<Result<Placed, LeftOut>> = laps.iter().map(|lap| Placed::on(lap, &anchors)).collect();

    let mut parts = Vec::with_capacity(count);
    for (index, (ends, share)) in
        sectors.into_iter().zip(apportion(sectors.map(|(from, to)| to - from), count)).enumerate()
    {
        let (from, to) = ends;
        let edge = |i: usize| if i == share { to } else { from + (to - from) * i as f64 / share as f64 };
        parts.extend((0..share).map(|i| part(&placed, index, (edge(i), edge(i + 1)), ends)));
    }
    Ok(Minisectors { parts, left_out: placed.into_iter().map(Result::err).collect() })
}

/// A lap on the common positions.
struct Placed {
    course: Course,
    sectors_s: [f64; 3],
}

impl Placed {
    fn on(lap: &TimedLap, anchors: &Anchors) -> Result<Self, LeftOut> {
        lap.fits_track(anchors.length_m)?;
        let sectors_s = lap.sectors_s()?;
        let places = lap.common_lines(anchors)?;
        let course = Course::of(lap, &[0.0, places[0], places[1], anchors.length_m]);
        Ok(Self { course, sectors_s })
    }

    /// Time within a part of a sector. The sum of the official sector times may differ from the lap time by
    /// some milliseconds, so the time in the sector is scaled to its own.
    fn time_s(&self, sector: usize, (from_m, to_m): (f64, f64), ends: (f64, f64)) -> Option<f64> {
        let taken = |from: f64, to: f64| self.course.time_s(to) - self.course.time_s(from);
        let factor = self.sectors_s.get(sector)? / taken(ends.0, ends.1);
        Some(taken(from_m, to_m) * factor)
    }
}

fn part(
    placed: &[Result<Placed, LeftOut>],
    sector: usize,
    (from_m, to_m): (f64, f64),
    ends: (f64, f64),
) -> Minisector {
    let times_s: Vec<Option<f64>> =
        placed.iter().map(|lap| lap.as_ref().ok()?.time_s(sector, (from_m, to_m), ends)).collect();
    let timed = || {
        placed
            .iter()
            .zip(&times_s)
            .enumerate()
            .filter_map(|(index, (lap, time))| Some((index, &lap.as_ref().ok()?.course, (*time)?)))
    };
    let least = timed().min_by(|a, b| a.2.total_cmp(&b.2));
    // The rival whose lead over the noise is smallest decides.
    let rival = least.and_then(|(index, course, time)| {
        timed()
            .filter(|(other, ..)| *other != index)
            .map(|(_, other, later)| (later - time, part_noise_s([course, other], (from_m, to_m), ends)))
            .min_by(|a, b| (a.0 - a.1).total_cmp(&(b.0 - b.1)))
    });
    let fastest = match (least, rival) {
        (Some((index, ..)), Some((lead, noise))) if lead > noise => Some(index),
        _ => None,
    };
    Minisector {
        sector: sector + 1,
        from_m,
        to_m,
        times_s,
        fastest,
        lead_s: rival.map(|(lead, _)| lead),
        noise_s: rival.map(|(_, noise)| noise),
    }
}

/// Shares of `count` in proportion to the lengths, each at least 1.
fn apportion(lengths_m: [f64; 3], count: usize) -> [usize; 3] {
    let whole: f64 = lengths_m.iter().sum();
    let quotas = lengths_m.map(|length| count as f64 * length / whole);
    let mut shares = quotas.map(|quota| (quota.floor() as usize).clamp(1, count));
    loop {
        let excess = |index: &usize| shares[*index] as f64 - quotas[*index];
        match shares.iter().sum::<usize>().cmp(&count) {
            std::cmp::Ordering::Equal => return shares,
            std::cmp::Ordering::Less => {
                let Some(short) = (0..3).min_by(|a, b| excess(a).total_cmp(&excess(b))) else {
                    return shares;
                };
                shares[short] += 1;
            }
            std::cmp::Ordering::Greater => {
                let several = (0..3).filter(|index| shares[*index] > 1);
                let Some(long) = several.max_by(|a, b| excess(a).total_cmp(&excess(b))) else {
                    return shares;
                };
                shares[long] -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::apportion;
    use proptest::prelude::*;

    #[test]
    fn sectors_share_by_length() {
        assert_eq!(apportion([1000.0, 2000.0, 2000.0], 25), [5, 10, 10]);
        assert_eq!(apportion([1600.0, 2000.0, 1700.0], 25), [8, 9, 8]);
        assert_eq!(apportion([10.0, 5000.0, 10.0], 25), [1, 23, 1]);
        assert_eq!(apportion([10.0, 5000.0, 10.0], 3), [1, 1, 1]);
    }

    proptest! {
        #[test]
        fn every_part_is_shared(lengths in [1e-6..1e5_f64, 1e-6..1e5_f64, 1e-6..1e5_f64], count in 3..1000_usize) {
            let shares = apportion(lengths, count);
            prop_assert_eq!(shares.iter().sum::<usize>(), count);
            prop_assert!(shares.iter().all(|share| *share >= 1));
        }
    }
}
