//! The overlay against laps whose true times are known.

#![allow(clippy::print_stdout, reason = "the figures are what the tests are read for")]

use crate::simulated::best_laps_of_the_race;
use crate::synthetic::{LINES, NODES, Random, STEP, pair};
use f1lake_motion::{Anchors, NoSectorLines, OfficialTimes, Overlay, OverlayError, Reading, TimedLap};
use proptest::prelude::*;

struct Errors {
    squares: f64,
    most: f64,
    within_noise: usize,
    count: usize,
}

impl Errors {
    fn new() -> Self {
        Self { squares: 0.0, most: 0.0, within_noise: 0, count: 0 }
    }

    fn add(&mut self, error: f64, noise: f64) {
        self.squares += error * error;
        self.most = self.most.max(error.abs());
        // Official times are rounded to a millisecond.
        self.within_noise += usize::from(error.abs() <= noise + 0.001);
        self.count += 1;
    }

    fn rms(&self) -> f64 {
        (self.squares / self.count as f64).sqrt()
    }

    fn covered(&self) -> f64 {
        self.within_noise as f64 / self.count as f64
    }

    fn print(&self, what: &str) {
        println!(
            "{what}: RMS {:.1} ms, worst {:.1} ms, {:.1} % of {} within the noise",
            self.rms() * 1000.0,
            self.most * 1000.0,
            self.covered() * 100.0,
            self.count
        );
    }
}

/// 100 pairs of laps, sampled like the feed. The noise bounds the error, and the named driver was faster.
#[test]
fn the_delta_of_sampled_laps_is_near_the_truth() {
    let mut random = Random(7);
    let (mut deltas, mut gains) = (Errors::new(), Errors::new());
    let (mut named, mut wrong) = (0, 0);
    for _ in 0..100 {
        let [first, second] = pair(&mut random);
        let laps = [first.sampled(&mut random), second.sampled(&mut random)];
        // Like the median of the session, these are close to the lines.
        let places = LINES.map(|node| node as f64 * STEP);
        let anchors = Anchors { sector_lines_m: Some(places), length_m: NODES as f64 * STEP };
        let overlay = Overlay::of(&laps[0], &laps[1], Some(&anchors)).unwrap();
        assert_eq!(overlay.ends_only(), None);
        let truth = |place: f64| second.time(place) - first.time(place);
        for i in 0..100 {
            let place = anchors.length_m * (f64::from(i) + 0.5) / 100.0;
            deltas.add(overlay.delta_s(place) - truth(place), overlay.noise_s(place));
        }
        for part in overlay.parts(24) {
            let gain = truth(part.to_m) - truth(part.from_m);
            gains.add(part.gain_s - gain, part.noise_s);
            named += usize::from(part.faster().is_some());
            wrong += usize::from(part.faster().is_some() && gain * part.gain_s < 0.0);
        }
    }
    deltas.print("delta at 100 points");
    gains.print("gain of a part");
    println!("{named} of {} parts name a driver, {wrong} the wrong one", gains.count);
    assert!(deltas.rms() <= 0.030 && gains.rms() <= 0.030);
    // A noise that covers everything would be meaningless.
    assert!((0.95..0.995).contains(&deltas.covered()) && (0.93..0.99).contains(&gains.covered()));
    assert!(named * 4 > gains.count && wrong * 33 < named);
}

/// The simulator's cars, sampled 3.7 and 50 times per second.
#[tokio::test]
async fn the_delta_of_simulated_laps_is_near_the_truth() {
    let seen = best_laps_of_the_race(3.7).await;
    let known = best_laps_of_the_race(50.0).await;
    let timed = |(times, readings): &(OfficialTimes, Vec<Reading>)| {
        TimedLap::new(readings.iter().copied(), *times).unwrap()
    };
    let (seen, known): (Vec<_>, Vec<_>) =
        (seen.iter().map(timed).collect(), known.iter().map(timed).collect());
    let own: Vec<Anchors> = seen.iter().map(TimedLap::anchors).collect();
    let anchors = Anchors::median(&own).unwrap();
    let mut deltas = Errors::new();
    for i in 1..seen.len() {
        let overlay = Overlay::of(&seen[0], &seen[i], Some(&anchors)).unwrap();
        let truth = Overlay::of(&known[0], &known[i], Some(&anchors)).unwrap();
        for ((_, delta), (_, official)) in overlay.official().into_iter().zip(truth.official()) {
            assert!((delta - official).abs() < 1e-9);
        }
        for point in 0..100 {
            let place = anchors.length_m * (f64::from(point) + 0.5) / 100.0;
            deltas.add(overlay.delta_s(place) - truth.delta_s(place), overlay.noise_s(place));
        }
    }
    deltas.print("delta of simulated laps at 100 points");
    assert!(seen.len() >= 19 && deltas.rms() <= 0.030 && deltas.covered() >= 0.95);
}

/// A lap with random gaps, speeds and sector times.
pub(crate) fn any_lap() -> impl Strategy<Value = (Vec<Reading>, OfficialTimes)> {
    let samples = proptest::collection::vec((0.16..1.3_f64, 0.0..95.0_f64), 150..500);
    // The sum of the sectors may miss the lap time by up to 10 ms, and the feed may end late.
    (samples, 0.25..0.4_f64, 0.25..0.4_f64, -0.01..0.01_f64, 0..4_usize).prop_map(
        |(samples, first, second, miss, beyond)| {
            let (mut time_s, mut distance_m) = (0.0, 0.0);
            let mut readings: Vec<Reading> = Vec::new();
            for (gap, speed) in samples {
                time_s += gap;
                distance_m += (20.0 + speed) * gap;
                readings.push(Reading { time_s, distance_m });
            }
            // A common length, so that any two can be compared.
            let last = readings[readings.len() - 1 - beyond];
            for reading in &mut readings {
                reading.distance_m *= 5000.0 / last.distance_m;
            }
            let round = |time: f64| (time * 1000.0).round() / 1000.0;
            let lap_s = round(last.time_s + 0.1);
            let (first, second) = (round(lap_s * first), round(lap_s * second));
            let sectors_s = [first, second, lap_s - first - second + miss].map(Some);
            (readings, OfficialTimes { lap_s, sectors_s })
        },
    )
}

/// Any number, or one of this range.
pub(crate) fn any_or(range: std::ops::Range<f64>) -> impl Strategy<Value = f64> {
    prop_oneof![1 => any::<f64>(), 4 => range]
}

pub(crate) fn timed((readings, times): &(Vec<Reading>, OfficialTimes)) -> TimedLap {
    TimedLap::new(readings.iter().copied(), *times).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// At the sector lines and at the end the delta is the official one, whatever the telemetry says.
    #[test]
    fn the_delta_is_official_at_the_anchors(first in any_lap(), second in any_lap(), own in any::<bool>()) {
        let session = Anchors { sector_lines_m: Some([1500.0, 3300.0]), length_m: 5050.0 };
        let (a, b) = (timed(&first), timed(&second));
        let overlay = Overlay::of(&a, &b, (!own).then_some(&session)).unwrap();
        let after = |lap: &(Vec<Reading>, OfficialTimes)| {
            let [first, second] = [0, 1].map(|i| lap.1.sectors_s[i].unwrap());
            [first, first + second, lap.1.lap_s]
        };
        let ends = (after(&first), after(&second));
        let official = overlay.official();
        if overlay.ends_only() == Some(NoSectorLines::DoNotFit) {
            prop_assert_eq!(official.len(), 1);
            prop_assert!((official[0].1 - (ends.1[2] - ends.0[2])).abs() < 1e-9);
        } else {
            prop_assert_eq!(overlay.ends_only(), None);
            prop_assert_eq!(official.len(), 3);
            for (i, (place, delta)) in official.iter().enumerate() {
                let truth = ends.1[i] - ends.0[i];
                prop_assert!((delta - truth).abs() < 1e-9, "{delta} {truth}");
                // Also next to the line.
                for aside in [-0.001, 0.001] {
                    prop_assert!((overlay.delta_s(place + aside) - truth).abs() < 1e-3);
                }
            }
        }
    }

    /// Cars move forward, also on the common axis, and the parts of a sector add up.
    #[test]
    fn places_ascend_and_parts_add_up(first in any_lap(), second in any_lap(), about in 1..60_usize) {
        let overlay = Overlay::of(&timed(&first), &timed(&second), None).unwrap();
        for (course, (_, times)) in [(overlay.first(), &first), (overlay.second(), &second)] {
            let mut last = 0.0;
            for i in 0..=500 {
                let time = times.lap_s * f64::from(i) / 500.0;
                let place = course.place_m(time);
                prop_assert!(place >= last && place <= overlay.length_m());
                prop_assert!((course.time_s(place) - time).abs() < 1e-6);
                last = place;
            }
            prop_assert!(last == overlay.length_m());
        }
        let parts = overlay.parts(about);
        prop_assert!(parts.windows(2).all(|pair| pair[0].to_m == pair[1].from_m && pair[0].from_m < pair[0].to_m));
        let mut sum = 0.0;
        let mut official = overlay.official().into_iter().peekable();
        for part in &parts {
            sum += part.gain_s;
            prop_assert!(part.noise_s >= 0.0 && part.noise_s.is_finite());
            if let Some((_, delta)) = official.next_if(|(place, _)| *place == part.to_m) {
                prop_assert!((sum - delta).abs() < 1e-9);
                prop_assert!(overlay.noise_s(part.to_m) == 0.0);
            }
        }
        prop_assert!(official.next().is_none());
    }

    /// With the laps swapped all differences change their sign and nothing else.
    #[test]
    fn swapped_laps_negate_the_delta(first in any_lap(), second in any_lap(), own in any::<bool>()) {
        let session = Anchors { sector_lines_m: Some([1500.0, 3300.0]), length_m: 5050.0 };
        let (first, second, anchors) = (timed(&first), timed(&second), (!own).then_some(&session));
        let there = Overlay::of(&first, &second, anchors).unwrap();
        let back = Overlay::of(&second, &first, anchors).unwrap();
        for i in 0..=200 {
            let place = there.length_m() * f64::from(i) / 200.0;
            prop_assert!(there.delta_s(place) == -back.delta_s(place));
            prop_assert!((there.noise_s(place) - back.noise_s(place)).abs() < 1e-9);
        }
        for (there, back) in there.parts(24).iter().zip(back.parts(24)) {
            prop_assert!(there.gain_s == -back.gain_s && (there.noise_s - back.noise_s).abs() < 1e-9);
        }
    }

    /// Any readings are accepted or refused.
    #[test]
    fn any_numbers_are_accepted_or_refused(
        readings in proptest::collection::vec((any_or(0.0..120.0), any_or(0.0..6000.0)), 0..30),
        times in proptest::collection::vec(any_or(0.0..40.0), 4),
        places in proptest::collection::vec(any_or(0.0..6000.0), 3),
    ) {
        let sectors_s = [times[0], times[1], times[2]].map(Some);
        for lap_s in [times[3], times[0] + times[1] + times[2], 90.0] {
            let mut sorted = readings.clone();
            sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
            let readings = sorted.into_iter().map(|(time_s, distance_m)| Reading { time_s, distance_m: distance_m.abs() });
            let Ok(lap) = TimedLap::new(readings, OfficialTimes { lap_s, sectors_s }) else { continue };
            let anchors = Anchors { sector_lines_m: Some([places[0], places[1]]), length_m: places[2] };
            for anchors in [None, Some(&anchors)] {
                let Ok(overlay) = Overlay::of(&lap, &lap, anchors) else { continue };
                for place in [-1.0, 0.0, overlay.length_m() / 3.0, overlay.length_m(), f64::NAN, f64::INFINITY] {
                    prop_assert!(overlay.delta_s(place) == 0.0 && overlay.noise_s(place) >= 0.0);
                }
                prop_assert!(overlay.parts(24).iter().all(|part| part.faster().is_none()));
            }
        }
    }
}

/// A lap at one speed, in m/s.
pub(crate) fn even_lap(speed: f64, times: OfficialTimes) -> Result<TimedLap, OverlayError> {
    let readings = (1..).map(|i| f64::from(i) * 0.25).take_while(|time| *time < times.lap_s);
    TimedLap::new(readings.map(|time_s| Reading { time_s, distance_m: speed * time_s }), times)
}

#[test]
fn the_end_is_the_official_end_and_not_the_last_reading() {
    let times = |lap_s| OfficialTimes { lap_s, sectors_s: [None; 3] };
    let lap = even_lap(50.0, times(80.2)).unwrap();
    assert!((lap.length_m() - 4010.0).abs() < 1e-6);
    // With a reading after the end, the end lies between the two.
    let reading = |time_s, distance_m| Reading { time_s, distance_m };
    let readings = [reading(40.0, 2000.0), reading(80.0, 4000.0), reading(80.4, 4012.0)];
    let lap = TimedLap::new(readings, times(80.2)).unwrap();
    assert!((lap.length_m() - 4006.0).abs() < 1e-6);
}

#[test]
fn unusable_sector_times_are_reported() {
    let lap = |sectors_s| OfficialTimes { lap_s: 80.0, sectors_s };
    let all = [Some(20.0), Some(30.0), Some(30.0)];
    let good = even_lap(50.0, lap(all)).unwrap();
    for (sectors_s, why) in [
        (all, None),
        ([Some(20.0), Some(30.0), Some(30.01)], None),
        ([Some(20.0), Some(30.0), Some(30.011)], Some(NoSectorLines::DoNotAddUp)),
        ([Some(20.0), None, Some(30.0)], Some(NoSectorLines::Missing)),
        ([Some(50.0), Some(0.0), Some(30.0)], Some(NoSectorLines::Missing)),
        ([Some(8.0), Some(42.0), Some(30.0)], Some(NoSectorLines::DoNotFit)),
    ] {
        let other = even_lap(50.0, lap(sectors_s)).unwrap();
        let anchors = good.anchors();
        for (first, second) in [(&good, &other), (&other, &good)] {
            let overlay = Overlay::of(first, second, Some(&anchors)).unwrap();
            assert_eq!(overlay.ends_only(), why);
            assert_eq!(overlay.official().len(), if why.is_none() { 3 } else { 1 });
        }
    }
    let unknown = Anchors { sector_lines_m: None, length_m: 4000.0 };
    assert_eq!(Overlay::of(&good, &good, Some(&unknown)).unwrap().ends_only(), Some(NoSectorLines::Unknown));
}

#[test]
fn unrelated_laps_are_refused() {
    let times = |lap_s| OfficialTimes { lap_s, sectors_s: [None; 3] };
    assert_eq!(even_lap(50.0, times(f64::NAN)), Err(OverlayError::NoLapTime));
    assert_eq!(even_lap(50.0, times(0.0)), Err(OverlayError::NoLapTime));
    assert_eq!(even_lap(50.0, times(1e6)), Err(OverlayError::NoLapTime));
    assert_eq!(even_lap(0.0, times(80.0)), Err(OverlayError::TooFewReadings));
    assert_eq!(even_lap(50.0, times(0.4)), Err(OverlayError::TooFewReadings));
    let (short, long) = (even_lap(50.0, times(80.0)).unwrap(), even_lap(54.1, times(80.0)).unwrap());
    for laps in [[&short, &long], [&long, &short]] {
        let refused = Overlay::of(laps[0], laps[1], None);
        assert!(matches!(refused, Err(OverlayError::LengthsDiffer { .. })), "{refused:?}");
    }
    let refused = Overlay::of(&short, &short, Some(&long.anchors()));
    assert!(matches!(refused, Err(OverlayError::OtherTrack { .. })), "{refused:?}");
}

/// A lost second of the feed shows in the noise.
#[test]
fn a_gap_in_the_feed_is_noise() {
    let times = OfficialTimes { lap_s: 80.0, sectors_s: [Some(20.0), Some(30.0), Some(30.0)] };
    let whole = even_lap(50.0, times).unwrap();
    let readings = (1..320)
        .map(|i| f64::from(i) * 0.25)
        .filter(|time| !(34.9..36.1).contains(time))
        .map(|time_s| Reading { time_s, distance_m: 50.0 * time_s });
    let broken = TimedLap::new(readings, times).unwrap();
    let noise = |lap: &TimedLap| Overlay::of(&whole, lap, None).unwrap().noise_s(1775.0);
    assert!(noise(&broken) > 2.0 * noise(&whole), "{} {}", noise(&broken), noise(&whole));
}
