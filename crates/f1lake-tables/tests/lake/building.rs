//! Bronze to silver and gold: only what changed, and the same as from nothing.

use crate::zone::{Zone, driver, lap, no_checks, session};
use deltalake::protocol::SaveMode;
use f1lake_tables::{BuildSettings, BuildStatus, CheckStatus, LoadSettings, Query, check};
use openf1_client::Endpoint;
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// Two races with two drivers each and every other endpoint landed empty.
fn two_races() -> Zone {
    let mut zone = Zone::new();
    for key in [9488, 9496] {
        for endpoint in Endpoint::ALL {
            zone.land(key, *endpoint, &[]);
        }
        zone.land(key, Endpoint::Sessions, &[session(key, "Race")]);
        zone.land(
            key,
            Endpoint::Drivers,
            &[
                driver(key, 1, "Max", "Verstappen", "Red Bull Racing"),
                driver(key, 4, "Lando", "Norris", "McLaren"),
            ],
        );
        let laps: Vec<_> = [1, 4]
            .into_iter()
            .flat_map(|number| {
                (1..=3_i16).map(move |n| lap(key, number, n.into(), 90.0 + f64::from(n) / 10.0))
            })
            .collect();
        zone.land(key, Endpoint::Laps, &laps);
    }
    zone
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_changed_is_built_and_it_equals_a_full_refresh() {
    let mut zone = two_races();
    zone.load().await;
    let first = zone.build(&BuildSettings::default()).await;
    let broken: Vec<_> = first.models.iter().filter(|model| model.error.is_some()).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    let failed: Vec<_> = first.checks.iter().filter(|check| check.status == CheckStatus::Failed).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(first.models.len() >= 34, "{}", first.models.len());

    let again = zone.build(&no_checks()).await;
    assert_eq!(again.count(BuildStatus::Unchanged), again.models.len(), "{again:#?}");

    // One session is corrected: its rows are built anew, and only its.
    let other =
        "select * from silver_clean.silver_laps where session_key = 9496 order by driver_number, lap_number";
    let untouched = zone.query(other).await;
    zone.land(9488, Endpoint::Laps, &[lap(9488, 1, 1, 80.0), lap(9488, 1, 2, 80.5)]);
    zone.load().await;
    let changed = zone.build(&no_checks()).await;
    let laps = changed.models.iter().find(|model| model.model == "silver_clean.silver_laps").unwrap();
    assert_eq!((laps.status, laps.sessions, laps.rows), (BuildStatus::Built, Some(1), 2));
    assert_eq!(zone.query(other).await, untouched);
    assert_eq!(zone.one("select count(*) from silver_clean.silver_laps").await, "8");

    let incremental = zone.contents().await;
    let full = zone.build(&BuildSettings { full_refresh: true, ..no_checks() }).await;
    assert_eq!(full.count(BuildStatus::Built), full.models.len());
    for ((name, incremental), (_, full)) in incremental.iter().zip(zone.contents().await) {
        assert_eq!(*incremental, full, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn loading_again_never_doubles_rows() {
    let zone = two_races();
    zone.load().await;
    zone.build(&no_checks()).await;
    let before = zone.contents().await;
    zone.load_with(&LoadSettings { rebuild: true, ..LoadSettings::default() }).await;
    zone.build(&no_checks()).await;
    let after = zone.contents().await;
    for ((name, before), (_, after)) in before.iter().zip(&after) {
        assert_eq!(before.len(), after.len(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_no_longer_landed_leaves_silver_and_gold() {
    let zone = two_races();
    zone.load().await;
    zone.build(&no_checks()).await;
    std::fs::remove_file(zone.folder.path().join("landing/_manifest/9496.json")).unwrap();
    zone.load_with(&LoadSettings { rebuild: true, ..LoadSettings::default() }).await;
    zone.build(&no_checks()).await;
    assert_eq!(zone.query("select distinct session_key from silver_clean.silver_laps").await, [["9488"]]);
    assert_eq!(zone.query("select distinct session_key from gold_analytics.fact_laps").await, [["9488"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn driver_number_one_is_two_people() {
    let mut zone = Zone::new();
    for (key, first, last, team, day) in [
        (9839, "Max", "Verstappen", "Red Bull Racing", "2025-12-07"),
        (11234, "Lando", "Norris", "McLaren", "2026-03-08"),
    ] {
        for endpoint in Endpoint::ALL {
            zone.land(key, *endpoint, &[]);
        }
        let mut race = session(key, "Race");
        race["date_start"] = json!(format!("{day}T04:00:00+00:00"));
        race["date_end"] = json!(format!("{day}T06:00:00+00:00"));
        race["batch_day"] = json!(day);
        race["year"] = json!(day[..4].parse::<i64>().unwrap());
        zone.land(key, Endpoint::Sessions, &[race]);
        zone.land(key, Endpoint::Drivers, &[driver(key, 1, first, last, team)]);
        zone.land(key, Endpoint::Laps, &[lap(key, 1, 1, 90.0)]);
    }
    zone.load().await;
    let report = zone.build(&no_checks()).await;
    assert_eq!(report.count(BuildStatus::Failed), 0, "{report:#?}");
    assert_eq!(
        zone.query("select session_key, driver_id from gold_analytics.fact_laps order by session_key").await,
        [["9839", "max_verstappen"], ["11234", "lando_norris"]]
    );
    assert_eq!(
        zone.query("select driver_id from gold_analytics.dim_drivers where is_current order by driver_id")
            .await,
        [["lando_norris"], ["max_verstappen"]]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fastest_lap_is_told_by_its_own_number() {
    let mut zone = two_races();
    // The fastest lap is the third, not the first that is valid.
    let laps = [lap(9488, 1, 1, 92.0), lap(9488, 1, 2, 91.0), lap(9488, 1, 3, 89.0), lap(9488, 1, 4, 91.5)];
    zone.land(9488, Endpoint::Laps, &laps);
    zone.load().await;
    zone.build(&no_checks()).await;
    assert_eq!(
        zone.one(
            "select lap_number from gold_analytics.fact_laps where session_key = 9488 and is_personal_best"
        )
        .await,
        "3"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_rows_are_counted_over_all_sessions() {
    let mut zone = two_races();
    for key in [9488, 9496] {
        let sample = |second: i64| {
            json!({
                "meeting_key": 1229, "session_key": key, "driver_number": 1, "date": format!("2024-03-24T04:01:{second:02}+00:00"),
                "speed": 300, "rpm": 11_000, "n_gear": 8, "throttle": 100, "brake": 0, "drs": 12,
            })
        };
        zone.land(key, Endpoint::CarData, &[sample(1), sample(2)]);
    }
    zone.load().await;
    zone.build(&no_checks()).await;
    let wrong = async || {
        let results = check(&zone.lake(), &CancellationToken::new()).await.unwrap();
        let failed = results.into_iter().filter(|result| result.status == CheckStatus::Failed);
        failed.map(|result| (result.check, result.rows)).collect::<Vec<_>>()
    };
    assert_eq!(wrong().await, []);

    // All rows once more: every key is there twice. Telemetry is checked session by session, laps are at once.
    for table in ["silver_clean.silver_car_data", "silver_clean.silver_laps"] {
        let query = Query::open(&zone.lake(), None).await.unwrap();
        let rows = query.collect(&format!("select * from {table}")).await.unwrap();
        let opened = zone.lake().table(table, None).await.unwrap().unwrap();
        opened.write(rows).with_save_mode(SaveMode::Append).await.unwrap();
    }
    let failed = |name: &str, rows| (name.to_owned(), rows);
    assert_eq!(
        wrong().await,
        [
            // In both sessions gold has fewer laps than silver now.
            failed("gold_facts_keep_every_row", 2),
            failed("unique_key_silver_car_data_session_key__driver_number__date", 4),
            failed("unique_key_silver_laps_session_key__driver_number__lap_number", 12),
        ]
    );
}
