//! The truth, and whether rows agree with it.

use super::*;
use crate::generate::truth::Truth;

fn ms(text: &str) -> i64 {
    crate::clock::parse(text).unwrap().ms
}

fn truths(seed: u64, year: i32) -> (Generated, Vec<(usize, Truth)>) {
    let g = generated(seed, &[year]);
    let held: Vec<usize> = (0..g.sessions.len()).filter(|i| !g.sessions[*i].cancelled).collect();
    let truths = held.into_iter().map(|i| (i, tell(&g, i))).collect();
    (g, truths)
}

#[test]
fn truth_is_consistent_with_itself() {
    for (seed, year) in [(4, 2024), (5, 2026)] {
        let (_, truths) = truths(seed, year);
        for (_, truth) in &truths {
            let key = truth.session_key;
            let race = matches!(truth.kind.as_str(), "race" | "sprint");
            for driver in &truth.drivers {
                let name = format!("{key} {} car {}", truth.kind, driver.driver_number);
                for lap in &driver.laps {
                    let name = format!("{name} lap {}", lap.lap_number);
                    assert_eq!(lap.is_completed, lap.end.is_some(), "{name}");
                    let sum: f64 = lap.sectors.iter().flatten().sum();
                    assert!((sum - lap.duration.unwrap_or(0.0)).abs() < 1e-6, "{name}");
                    assert!(lap.sectors.iter().flatten().all(|s| *s > 4.0), "{name}: {:?}", lap.sectors);
                    assert_eq!(race && lap.is_completed, lap.position.is_some(), "{name}");
                    let into = driver.passages.iter().any(|p| p.in_lap == lap.lap_number);
                    assert_eq!(lap.is_in_lap, into, "{name}");
                    let out = driver.passages.iter().any(|p| p.out_lap == Some(lap.lap_number));
                    assert_eq!(lap.is_out_lap, out, "{name}");
                }
                for two in driver.laps.windows(2) {
                    assert!(two[0].end.as_deref().is_some_and(|end| ms(end) <= ms(&two[1].start)), "{name}");
                    assert!(!race || two[0].end.as_ref() == Some(&two[1].start), "{name}");
                }
                for passage in &driver.passages {
                    let lap = |n: i64| driver.laps.iter().find(|l| l.lap_number == n);
                    let entry = ms(&passage.entry);
                    if let Some(lap) = lap(passage.in_lap) {
                        assert!(ms(&lap.start) < entry && entry < ms(lap.end.as_deref().unwrap()), "{name}");
                    }
                    if let (Some(exit), Some(lap)) = (&passage.exit, passage.out_lap.and_then(lap)) {
                        assert!(entry < ms(exit) && ms(&lap.start) <= ms(exit), "{name}");
                        assert!(lap.end.as_deref().is_none_or(|end| ms(exit) < ms(end)), "{name}");
                    }
                }
                // Each lap is on one set, and a set lasts until it is changed.
                let laps: Vec<i64> = driver.stints.iter().flat_map(|s| s.first_lap..=s.last_lap).collect();
                assert_eq!(laps, driver.laps.iter().map(|l| l.lap_number).collect::<Vec<_>>(), "{name}");
                let changed: Vec<i64> =
                    driver.passages.iter().filter(|p| p.tyres_changed).filter_map(|p| p.out_lap).collect();
                assert_eq!(
                    changed,
                    driver.stints.iter().skip(1).map(|s| s.first_lap).collect::<Vec<_>>(),
                    "{name}"
                );
            }
            places_follow_from_times(truth, race);
            for trace in &truth.traces {
                assert_eq!(trace.times.len(), 100);
                assert!(trace.times.is_sorted_by(|a, b| a < b), "{key}");
                let driver = truth.drivers.iter().find(|d| d.driver_number == trace.driver_number).unwrap();
                let lap = driver.laps.iter().find(|l| l.lap_number == trace.lap_number).unwrap();
                assert_eq!(trace.times.last().copied(), lap.duration);
            }
            assert_eq!(truth.standings.is_some(), truth.kind == "race");
        }
    }
}

/// Positions lap by lap and at the end follow from the crossing times.
fn places_follow_from_times(truth: &Truth, race: bool) {
    if !race {
        return;
    }
    let laps = truth.drivers.iter().map(|d| d.laps.len()).max().unwrap();
    for n in 0..laps {
        let mut ends: Vec<(i64, i64)> = truth
            .drivers
            .iter()
            .filter_map(|d| d.laps.get(n))
            .filter_map(|l| Some((ms(l.end.as_deref()?), l.position?)))
            .collect();
        ends.sort_unstable();
        assert!(ends.iter().zip(1..).all(|(end, place)| end.1 == place), "{}: lap {n}", truth.session_key);
    }
    let mut finished: Vec<_> = truth
        .drivers
        .iter()
        .filter(|d| matches!(d.result.status.as_deref(), Some("finished" | "lapped")))
        .map(|d| (-d.result.laps, ms(d.laps.last().unwrap().end.as_deref().unwrap()), d.result.position))
        .collect();
    finished.sort_unstable();
    assert!(finished.is_sorted_by_key(|f| f.2), "{}", truth.session_key);
    let points: i64 = truth.drivers.iter().map(|d| d.result.points).sum();
    assert_eq!(points, if truth.kind == "race" { 101 } else { 36 });
}

#[test]
fn rows_agree_with_the_truth() {
    for (seed, year) in [(4, 2024), (5, 2026)] {
        let (g, truths) = truths(seed, year);
        for (index, truth) in &truths {
            let session = &g.sessions[*index];
            let race = session.kind.is_race();
            let name = format!("{} {}", session.place.location, session.name);
            let laps = g.table(*index, Endpoint::Laps);
            let pit = g.table(*index, Endpoint::Pit);
            let positions = g.table(*index, Endpoint::Position);
            let mut rows = laps.iter();
            for driver in &truth.drivers {
                for lap in &driver.laps {
                    let row = rows.next().unwrap();
                    assert_eq!(row.int("lap_number"), Some(lap.lap_number), "{name}");
                    assert_eq!(row.int("driver_number"), Some(driver.driver_number), "{name}");
                    if let Some(time) = row.fields["lap_duration"].as_f64() {
                        assert_eq!(Some(time) == lap.duration, !lap.is_repeated_by_feed, "{name}");
                    }
                    if let Some(start) = row.fields["date_start"].as_str() {
                        assert_eq!(start, lap.start, "{name}");
                    }
                    if lap.is_repeated_by_feed {
                        let sum: f64 = (1..=3)
                            .filter_map(|i| row.fields[&format!("duration_sector_{i}")].as_f64())
                            .sum();
                        assert!((sum - row.fields["lap_duration"].as_f64().unwrap()).abs() > 1.0, "{name}");
                    }
                }
                let left: Vec<(i64, &str)> = driver
                    .passages
                    .iter()
                    .filter_map(|p| Some((if race { p.in_lap } else { p.in_lap + 1 }, p.exit.as_deref()?)))
                    .collect();
                let own = |r: &&Row| r.int("driver_number") == Some(driver.driver_number);
                let told: Vec<(i64, &str)> = pit
                    .iter()
                    .filter(own)
                    .map(|r| (r.int("lap_number").unwrap(), r.fields["date"].as_str().unwrap()))
                    .collect();
                assert_eq!(told, left, "{name}");
                let last = positions.iter().rfind(own).unwrap().int("position");
                let official = matches!(driver.result.status.as_deref(), Some("finished" | "lapped") | None);
                if official && !truth.drivers.iter().any(|d| d.result.status.as_deref() == Some("dsq")) {
                    assert_eq!(last, driver.result.position, "{name} car {}", driver.driver_number);
                }
            }
            assert!(rows.next().is_none());
        }
    }
}

#[test]
fn only_past_sessions_have_a_truth() {
    let g = generated(4, &[2024]);
    assert!(g.truth(1, NOW).is_none());
    assert!(g.truth(g.sessions[0].key, g.sessions[0].end - 1).is_none());
    let cancelled = g.sessions.iter().find(|s| s.cancelled).unwrap();
    assert!(g.truth(cancelled.key, NOW).is_none());
    assert_eq!(g.held(NOW).len(), g.sessions.iter().filter(|s| !s.cancelled).count());
}
