//! Minisectors against laps whose true times are known.

#![allow(clippy::print_stdout, reason = "the figures are what the tests are read for")]

use crate::overlay::{any_lap, any_or, even_lap, timed};
use crate::synthetic::{LINES, NODES, Random, STEP, pair};
use f1lake_motion::{
    Anchors, LeftOut, MINISECTORS, MinisectorError, Minisectors, NoSectorLines, OfficialTimes, Reading,
    TimedLap, minisectors,
};
use proptest::prelude::*;

/// Sum of a lap's times in a sector.
fn sum(found: &Minisectors, lap: usize, sector: usize) -> f64 {
    found.parts.iter().filter(|part| part.sector == sector).filter_map(|part| part.times_s[lap]).sum()
}

/// 100 pairs of laps, sampled like the feed: the named lap was faster.
#[test]
fn the_named_lap_was_faster() {
    let mut random = Random(11);
    let (mut named, mut wrong, mut all) = (0, 0, 0);
    for _ in 0..100 {
        let truths = pair(&mut random);
        let laps = truths.each_ref().map(|truth| truth.sampled(&mut random));
        let places = LINES.map(|node| node as f64 * STEP);
        let anchors = Anchors { sector_lines_m: Some(places), length_m: NODES as f64 * STEP };
        let found = minisectors(&laps, Some(&anchors), MINISECTORS).unwrap();
        for part in &found.parts {
            all += 1;
            let Some(fastest) = part.fastest else { continue };
            let truth = truths.each_ref().map(|lap| lap.time(part.to_m) - lap.time(part.from_m));
            named += 1;
            wrong += usize::from(truth[fastest] > truth[1 - fastest]);
        }
    }
    println!("{named} of {all} minisectors name a lap, {wrong} the wrong one");
    assert!(named * 4 > all && wrong * 33 < named, "{named} {wrong}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Times add up to the official sector times, and no part crosses a sector line.
    #[test]
    fn parts_add_up_to_the_official_sectors(
        laps in proptest::collection::vec(any_lap(), 1..5), count in 3..80_usize, own in any::<bool>(),
    ) {
        let session = Anchors { sector_lines_m: Some([1500.0, 3300.0]), length_m: 5050.0 };
        let timed: Vec<TimedLap> = laps.iter().map(timed).collect();
        let found = minisectors(&timed, (!own).then_some(&session), count).unwrap();
        prop_assert_eq!(found.parts.len(), count);
        prop_assert_eq!(found.parts[0].from_m, 0.0);
        for pair in found.parts.windows(2) {
            prop_assert_eq!(pair[0].to_m, pair[1].from_m);
            prop_assert!(pair[0].from_m < pair[0].to_m && pair[0].sector <= pair[1].sector);
        }
        if !own {
            // A sector line is the edge of two parts.
            for (line, sector) in [(1500.0, 1), (3300.0, 2), (5050.0, 3)] {
                let last = found.parts.iter().rfind(|part| part.sector == sector).unwrap();
                prop_assert_eq!(last.to_m, line);
            }
        }
        for (index, (_, times)) in laps.iter().enumerate() {
            let is_used = found.left_out[index].is_none();
            prop_assert!(found.parts.iter().all(|part| part.times_s[index].is_some() == is_used));
            for sector in (1..=3).filter(|_| is_used) {
                let official = times.sectors_s[sector - 1].unwrap();
                prop_assert!((sum(&found, index, sector) - official).abs() < 0.0005);
            }
        }
        for part in &found.parts {
            if let Some(fastest) = part.fastest {
                let best = part.times_s[fastest].unwrap();
                prop_assert!(part.lead_s.unwrap() > part.noise_s.unwrap());
                prop_assert!(part.times_s.iter().flatten().all(|time| *time >= best));
            }
        }
    }

    /// Any laps and anchors are accepted or refused.
    #[test]
    fn any_numbers_are_cut_or_refused(
        readings in proptest::collection::vec((any_or(0.0..120.0), any_or(0.0..6000.0)), 0..30),
        times in proptest::collection::vec(any_or(0.0..40.0), 3),
        places in proptest::collection::vec(any_or(0.0..6000.0), 3),
        count in any::<usize>(),
    ) {
        let mut sorted = readings;
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let readings = sorted.into_iter().map(|(time_s, distance_m)| Reading { time_s, distance_m: distance_m.abs() });
        let sectors_s = [times[0], times[1], times[2]].map(Some);
        let lap = TimedLap::new(readings, OfficialTimes { lap_s: times.iter().sum(), sectors_s });
        let anchors = Anchors { sector_lines_m: Some([places[0], places[1]]), length_m: places[2] };
        let laps: Vec<TimedLap> = lap.into_iter().collect();
        for anchors in [None, Some(&anchors)] {
            for count in [count, MINISECTORS] {
                let Ok(found) = minisectors(&laps, anchors, count) else { continue };
                prop_assert!(found.parts.iter().all(|part| part.fastest.is_none()));
                prop_assert!(found.parts.iter().flat_map(|part| part.times_s.iter().flatten()).all(|time| time.is_finite()));
            }
        }
    }
}

#[test]
fn ties_and_leads_within_the_noise_go_to_nobody() {
    let official = |miss: f64| OfficialTimes {
        lap_s: 80.0 + miss,
        sectors_s: [Some(20.0), Some(30.0 + miss), Some(30.0)],
    };
    let lap = even_lap(50.0, official(0.0)).unwrap();
    let equal = minisectors(&[lap.clone(), lap.clone()], None, MINISECTORS).unwrap();
    assert!(equal.parts.iter().all(|part| part.fastest.is_none() && part.lead_s == Some(0.0)));
    // A millisecond in a sector of 30 s is within the noise of every part.
    let near =
        minisectors(&[lap.clone(), even_lap(50.0, official(0.001)).unwrap()], None, MINISECTORS).unwrap();
    assert!(near.parts.iter().all(|part| part.fastest.is_none()));
    // Two seconds are not.
    let far = minisectors(&[lap.clone(), even_lap(50.0, official(2.0)).unwrap()], None, MINISECTORS).unwrap();
    assert!(far.parts.iter().filter(|part| part.sector == 2).all(|part| part.fastest == Some(0)));
    // A third lap that equals the first takes its lead away.
    let third =
        minisectors(&[lap.clone(), even_lap(50.0, official(2.0)).unwrap(), lap.clone()], None, MINISECTORS)
            .unwrap();
    assert!(third.parts.iter().all(|part| part.fastest.is_none()));
    let alone = minisectors(&[lap], None, MINISECTORS).unwrap();
    assert!(alone.parts.iter().all(|part| part.fastest.is_none() && part.lead_s.is_none()));
}

#[test]
fn unusable_laps_are_left_out_with_the_reason() {
    let times = |sectors_s| OfficialTimes { lap_s: 80.0, sectors_s };
    let good = even_lap(50.0, times([Some(20.0), Some(30.0), Some(30.0)])).unwrap();
    let missing = even_lap(50.0, times([Some(20.0), None, Some(30.0)])).unwrap();
    let long = even_lap(60.0, times([Some(20.0), Some(30.0), Some(30.0)])).unwrap();
    let found =
        minisectors(&[good.clone(), missing.clone(), long], Some(&good.anchors()), MINISECTORS).unwrap();
    assert_eq!(found.left_out[0], None);
    assert_eq!(found.left_out[1], Some(LeftOut::Sectors(NoSectorLines::Missing)));
    assert!(matches!(found.left_out[2], Some(LeftOut::OtherTrack { .. })));
    assert!(found.parts.iter().all(|part| part.times_s[0].is_some() && part.times_s[1..] == [None, None]));

    let refused = |laps: &[TimedLap], count| minisectors(laps, None, count).unwrap_err();
    assert_eq!(refused(&[good], 2), MinisectorError::Count { count: 2 });
    assert_eq!(refused(&[], MINISECTORS), MinisectorError::NoSectorLines);
    assert_eq!(refused(&[missing], MINISECTORS), MinisectorError::NoSectorLines);
}

/// The sum of the sectors misses the lap time by 10 ms; the parts follow the sectors.
#[test]
fn sectors_that_miss_the_lap_time_keep_their_own_times() {
    let times = OfficialTimes { lap_s: 80.0, sectors_s: [Some(20.0), Some(30.0), Some(30.01)] };
    let lap = even_lap(50.0, times).unwrap();
    let found = minisectors(&[lap], None, MINISECTORS).unwrap();
    assert!((sum(&found, 0, 3) - 30.01).abs() < 1e-9);
}
