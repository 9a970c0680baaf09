//! Loads, builds and readers at once: nothing is lost, and readers see whole sessions only.

use crate::zone::{Zone, driver, lap, no_checks, session};
use f1lake_bronze::{LoadReport, LoadSettings, LoadStatus};
use f1lake_lake::{BuildSettings, BuildStatus};
use openf1_client::Endpoint;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_util::sync::CancellationToken;

const SESSIONS: std::ops::RangeInclusive<i64> = 1..=4;

/// Lands laps of one duration for each session.
fn land_laps(zone: &mut Zone, count: i16, seconds: f64) {
    for key in SESSIONS {
        let laps: Vec<_> = (1..=count).map(|number| lap(key, 1, number.into(), seconds)).collect();
        zone.land(key, Endpoint::Laps, &laps);
    }
}

fn some(keys: impl IntoIterator<Item = i64>) -> LoadSettings {
    LoadSettings { sessions: Some(keys.into_iter().collect()), ..LoadSettings::default() }
}

/// Loads once the reader has read, and stops it at the end.
async fn load_while_read(zone: &Zone, has_read: &AtomicBool, stop: &AtomicBool) -> LoadReport {
    while !has_read.load(Ordering::SeqCst) {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    let report = zone.load().await;
    stop.store(true, Ordering::SeqCst);
    report
}

/// Reads until stopped; returns the number of distinct states seen, without a table among them. `whole` are the
/// allowed states of the sessions.
async fn read(zone: &Zone, has_read: &AtomicBool, stop: &AtomicBool, whole: &[&str]) -> usize {
    let mut seen = BTreeSet::new();
    let laps = "select session_key, count(*), min(lap_duration), max(lap_duration) from bronze_raw.bronze_laps \
                group by 1 order by 1";
    loop {
        let last = stop.load(Ordering::SeqCst);
        // Sessions recorded as loaded are complete in every table.
        let recorded: BTreeSet<String> =
            match zone.lake().table("bronze_raw.bronze_loads", None).await.unwrap() {
                None => BTreeSet::new(),
                Some(_) => zone
                    .query("select distinct session_key from bronze_raw.bronze_loads")
                    .await
                    .into_iter()
                    .map(|mut row| row.remove(0))
                    .collect(),
            };
        if zone.lake().table("bronze_raw.bronze_laps", None).await.unwrap().is_some() {
            let rows = zone.query(laps).await;
            for row in &rows {
                assert!(whole.contains(&row[1..].join(" ").as_str()), "a session in part: {row:?}");
            }
            let there: BTreeSet<String> = rows.iter().map(|row| row[0].clone()).collect();
            assert!(there.is_superset(&recorded), "recorded {recorded:?}, there {there:?}");
            seen.insert(rows);
        } else {
            seen.insert(Vec::new());
        }
        has_read.store(true, Ordering::SeqCst);
        if last {
            return seen.len();
        }
        // The load runs in the same task; a read without a table would never yield to it.
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_during_a_load_sees_whole_sessions_only() {
    let mut zone = Zone::new();
    land_laps(&mut zone, 30, 90.0);
    let (has_read, stop) = (AtomicBool::new(false), AtomicBool::new(false));
    let load = load_while_read(&zone, &has_read, &stop);
    let (report, states) = tokio::join!(load, read(&zone, &has_read, &stop, &["30 90.0 90.0"]));
    assert_eq!(report.count(LoadStatus::Loaded), 4, "{report:?}");
    assert!(states >= 2, "the reader saw {states} states only");

    // Corrections: each session is in its old or its new state.
    land_laps(&mut zone, 20, 80.0);
    let (has_read, stop) = (AtomicBool::new(false), AtomicBool::new(false));
    let load = load_while_read(&zone, &has_read, &stop);
    let (report, states) =
        tokio::join!(load, read(&zone, &has_read, &stop, &["30 90.0 90.0", "20 80.0 80.0"]));
    assert_eq!(report.count(LoadStatus::Loaded), 4, "{report:?}");
    assert!(states >= 2, "the reader saw {states} states only");
    assert_eq!(zone.one("select count(*), max(lap_duration) from bronze_raw.bronze_laps").await, "80 80.0");
}

#[tokio::test(flavor = "multi_thread")]
async fn loads_of_sessions_that_share_a_file_lose_nothing() {
    let mut zone = Zone::new();
    land_laps(&mut zone, 3, 90.0);
    zone.load().await;
    let joined = zone.maintain().await;
    let laps = joined.iter().find(|line| line.table == "bronze_raw.bronze_laps").unwrap();
    assert_eq!(laps.files_written, 1, "all sessions are in one file now");
    land_laps(&mut zone, 2, 80.0);
    let (odd, even) = (some([1, 3]), some([2, 4]));
    let (a, b) = tokio::join!(zone.load_with(&odd), zone.load_with(&even));
    assert_eq!((a.count(LoadStatus::Loaded), b.count(LoadStatus::Loaded)), (2, 2), "{a:?} {b:?}");
    assert_eq!(
        zone.one(
            "select count(*), count(distinct session_key), max(lap_duration) from bronze_raw.bronze_laps"
        )
        .await,
        "8 4 80.0"
    );
    assert_eq!(
        zone.one("select count(*), count(distinct session_key), sum(rows) from bronze_raw.bronze_loads")
            .await,
        "4 4 8"
    );
}

fn land_all(zone: &mut Zone, keys: impl IntoIterator<Item = i64>, seconds: f64) {
    for key in keys {
        for endpoint in Endpoint::ALL {
            zone.land(key, *endpoint, &[]);
        }
        zone.land(key, Endpoint::Sessions, &[session(key, "Race")]);
        zone.land(key, Endpoint::Drivers, &[driver(key, 1, "Max", "Verstappen", "Red Bull Racing")]);
        let laps: Vec<_> = (1..=3_i16).map(|number| lap(key, 1, number.into(), seconds)).collect();
        zone.land(key, Endpoint::Laps, &laps);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_during_a_build_is_in_the_next_build() {
    let mut zone = Zone::new();
    land_all(&mut zone, [1, 2], 90.0);
    zone.load().await;
    land_all(&mut zone, [2, 3], 80.0);
    let settings = no_checks();
    let (built, loaded) = tokio::join!(zone.build(&settings), zone.load());
    assert_eq!(built.count(BuildStatus::Failed) + built.count(BuildStatus::Skipped), 0, "{built:#?}");
    assert_eq!(loaded.count(LoadStatus::Failed), 0, "{loaded:?}");
    let next = zone.build(&no_checks()).await;
    assert_eq!(next.count(BuildStatus::Failed), 0, "{next:#?}");
    assert_eq!(
        zone.query("select session_key, count(*), max(lap_duration) from gold_analytics.fact_laps group by 1 order by 1")
            .await,
        [["1", "3", "90.0"], ["2", "3", "80.0"], ["3", "3", "80.0"]]
    );
    let incremental = zone.contents().await;
    zone.build(&BuildSettings { full_refresh: true, ..no_checks() }).await;
    for ((name, incremental), (_, full)) in incremental.iter().zip(zone.contents().await) {
        assert_eq!(*incremental, full, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_builds_at_once_the_second_waits_or_is_refused() {
    let mut zone = Zone::new();
    land_all(&mut zone, [1, 2], 90.0);
    zone.load().await;
    let (none, cancel) = (std::sync::Arc::new(|_: &f1lake_lake::ModelBuild| {}), CancellationToken::new());
    let waits = BuildSettings { wait_for_lock: true, ..no_checks() };
    let lake = zone.lake();
    let build = |settings| f1lake_lake::build(&lake, settings, none.clone(), &cancel);
    let settings = no_checks();
    let (a, b, c) = tokio::join!(build(&settings), build(&settings), build(&waits));
    // The first build does the work; the waiting one finds nothing left to do.
    let mut built = c.unwrap().count(BuildStatus::Built);
    let mut refused = 0;
    for ended in [a, b] {
        match ended {
            Ok(report) => built += report.count(BuildStatus::Built),
            Err(error) => {
                let told = error.to_string();
                assert!(told.contains("another f1lake run"), "{told}");
                refused += 1;
            }
        }
    }
    assert!(refused >= 1, "two builds worked side by side");
    assert_eq!(built, f1lake_lake::Models::carried().unwrap().models.len());
    let together = zone.contents().await;
    zone.build(&BuildSettings { full_refresh: true, ..no_checks() }).await;
    for ((name, together), (_, full)) in together.iter().zip(zone.contents().await) {
        assert_eq!(*together, full, "{name}");
    }
}
