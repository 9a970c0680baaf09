//! Bronze to silver and gold: only changes are built, with the same result as a full build.

use crate::zone::{Zone, driver, lap, no_checks, session};
use deltalake::kernel::{DataType, PrimitiveType, StructField};
use deltalake::protocol::SaveMode;
use f1lake_bronze::LoadSettings;
use f1lake_lake::{BuildSettings, BuildStatus, CheckStatus, Model, ModelGrain, Models, Query, check};
use openf1_client::Endpoint;
use serde_json::{Value, json};
use std::collections::BTreeSet;
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

    // One session is corrected: only its rows are rebuilt.
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
    // The fastest lap is the third, not the first valid one.
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

    // All rows twice: every key is duplicated. Telemetry is tested session by session, laps all at once.
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
            failed("gold_minisectors_keep_every_code", 2),
            failed("unique_key_silver_car_data_session_key__driver_number__date", 4),
            failed("unique_key_silver_laps_session_key__driver_number__lap_number", 12),
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_that_knew_no_calendar_is_built_without_being_loaded_again() {
    let zone = two_races();
    zone.load().await;
    // The table as written by a version without those columns.
    let folder = zone.folder.path().join("lake/bronze_raw/bronze_meetings");
    std::fs::remove_dir_all(&folder).unwrap();
    let columns = f1lake_bronze::BronzeTable::of(Endpoint::Meetings).columns;
    let known = columns.iter().filter(|column| !column.name.starts_with("season_")).map(|column| {
        let kind = match column.column_type {
            f1lake_bronze::ColumnType::Timestamp => PrimitiveType::Timestamp,
            f1lake_bronze::ColumnType::Date => PrimitiveType::Date,
            f1lake_bronze::ColumnType::Boolean => PrimitiveType::Boolean,
            f1lake_bronze::ColumnType::Bigint => PrimitiveType::Long,
            _ => PrimitiveType::String,
        };
        StructField::new(column.name.clone(), DataType::Primitive(kind), true)
    });
    let made = deltalake::operations::create::CreateBuilder::new()
        .with_location(folder.to_str().unwrap())
        .with_columns(known.collect::<Vec<_>>())
        .await
        .unwrap();
    assert!(made.snapshot().unwrap().schema().field("season_races").is_none());

    let built = zone.build(&no_checks()).await;
    assert_eq!(built.count(BuildStatus::Built), built.models.len(), "{built:#?}");
    assert_eq!(zone.one("select count(season_races) from bronze_raw.bronze_meetings").await, "0");
}

/// Lands a race or sprint with its results, and the calendar of its season.
fn scored(zone: &mut Zone, key: i64, meeting: i64, name: &str, calendar: &Value, places: &[(i64, f64)]) {
    let mut row = session(key, name);
    row["meeting_key"] = meeting.into();
    zone.land(key, Endpoint::Sessions, &[row]);
    let mut row = calendar.clone();
    row["meeting_key"] = meeting.into();
    row["session_key"] = key.into();
    zone.land(key, Endpoint::Meetings, &[row]);
    let results: Vec<Value> = (1_i64..)
        .zip(places)
        .map(|(place, (number, points))| {
            json!({
                "meeting_key": meeting, "session_key": key, "driver_number": number, "position": place,
                "points": points, "dnf": false, "dns": false, "dsq": false
            })
        })
        .collect();
    zone.land(key, Endpoint::SessionResult, &results);
}

#[tokio::test(flavor = "multi_thread")]
async fn standings_have_positions_once_every_round_of_the_calendar_is_there() {
    let calendar = json!({
        "season_meetings": [10, 20, 30], "season_races": [1, 3, 4], "season_sprints": [null, 2, null]
    });
    let mut zone = Zone::new();
    scored(&mut zone, 1, 10, "Race", &calendar, &[(1, 25.0), (4, 18.0), (81, 15.0)]);
    zone.land(1, Endpoint::Drivers, &[driver(1, 1, "Max", "Verstappen", "Red Bull Racing")]);
    scored(&mut zone, 3, 20, "Race", &calendar, &[(4, 25.0), (1, 18.0), (81, 0.0)]);
    zone.land(3, Endpoint::Drivers, &[driver(3, 4, "Lando", "Norris", "McLaren")]);
    let standings = "select round, rounds_missing, competitor_id, points, position, is_title_open \
                     from championship_progress where competitor_type = 'driver' order by round, points desc, position";
    zone.load().await;
    let built = zone.build(&BuildSettings::default()).await;
    let failed: Vec<_> = built.checks.iter().filter(|check| check.status == CheckStatus::Failed).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    let warned: Vec<_> = built.checks.iter().filter(|check| check.status == CheckStatus::Warned).collect();
    assert!(
        warned.iter().any(|check| check.check == "gold_points_fit_places" && check.rows == 1),
        "{warned:#?}"
    );
    // The sprint is not landed, so there is no position from its round on. Cars without a name are identified
    // elsewhere or stay numbers.
    assert_eq!(
        zone.query(standings).await,
        [
            ["1", "0", "max_verstappen", "25.0", "1", "true"],
            ["1", "0", "lando_norris", "18.0", "2", "true"],
            ["1", "0", "unknown_81", "15.0", "3", "true"],
            ["2", "1", "lando_norris", "43.0", "", ""],
            ["2", "1", "max_verstappen", "43.0", "", ""],
            ["2", "1", "unknown_81", "15.0", "", ""],
        ]
    );
    scored(&mut zone, 2, 20, "Sprint", &calendar, &[(81, 8.0), (1, 7.0), (4, 6.0)]);
    zone.load().await;
    zone.build(&no_checks()).await;
    assert_eq!(
        zone.query(&format!("{standings} limit 6")).await[3..],
        [
            ["2", "0", "max_verstappen", "50.0", "1", "true"],
            ["2", "0", "lando_norris", "49.0", "2", "true"],
            ["2", "0", "unknown_81", "23.0", "3", "false"],
        ]
    );
}

const SILVER_LAPS: &str = "silver_clean.silver_laps";

fn model<'a>(models: &'a mut Models, name: &str) -> &'a mut Model {
    models.models.iter_mut().find(|model| model.name == name).unwrap()
}

/// A model and all models that depend on it, directly or indirectly.
fn descendants(models: &Models, name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::from([name.to_owned()]);
    for model in &models.models {
        if model.depends_on.iter().any(|table| found.contains(table)) {
            found.insert(model.name.clone());
        }
    }
    found
}

/// Removes the models that these do not depend on, and the tests of the removed tables.
fn only(models: &mut Models, names: &[&str]) {
    let mut chosen: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
    for model in models.models.iter().rev() {
        if chosen.contains(&model.name) {
            chosen.extend(model.depends_on.iter().cloned());
        }
    }
    models.models.retain(|model| chosen.contains(&model.name));
    models.checks.retain(|check| check.depends_on.iter().all(|table| chosen.contains(table)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_model_rebuilds_everything_that_is_built_from_it() {
    let zone = two_races();
    zone.load().await;
    let mut models = Models::carried().unwrap();
    zone.build_models(&models, &no_checks()).await;
    let laps = "select driver_number, count(*) from gold_analytics.fact_laps group by 1 order by 1";
    assert_eq!(zone.query(laps).await, [["1", "6"], ["4", "6"]]);
    let chosen = descendants(&models, SILVER_LAPS);
    assert!(chosen.len() > 5 && chosen.len() < models.models.len(), "{chosen:?}");

    // Possible changes in a new version of the program: another query, key or partitioning.
    type Change = fn(&mut Model);
    let changes: [(&str, Change); 3] = [
        ("query", |model| {
            model.sql =
                format!("select * from (\n{}\n) as every_lap where driver_number = 1", model.sql).leak();
        }),
        ("key", |model| model.key.reverse()),
        ("partitions", |model| model.partition_by = vec!["session_key".to_owned()]),
    ];
    for (what, change) in changes {
        if what == "key" {
            // A few models are enough for the rest, since every build takes seconds.
            only(&mut models, &[SILVER_LAPS, "gold_analytics.fact_laps"]);
        }
        change(model(&mut models, SILVER_LAPS));
        let report = zone.build_models(&models, &no_checks()).await;
        for done in &report.models {
            let expected =
                if chosen.contains(&done.model) { BuildStatus::Built } else { BuildStatus::Unchanged };
            assert_eq!(done.status, expected, "{what} changed: {done:?}");
        }
        assert_eq!(zone.query(laps).await, [["1", "6"]], "{what}");
    }
    let table = zone.lake().table(SILVER_LAPS, None).await.unwrap().unwrap();
    let metadata = table.snapshot().unwrap().metadata().clone();
    assert_eq!(*metadata.partition_columns(), ["session_key"]);
    let again = zone.build_models(&models, &no_checks()).await;
    assert_eq!(again.count(BuildStatus::Unchanged), again.models.len(), "{again:#?}");
    let incremental = zone.contents().await;
    zone.build_models(&models, &BuildSettings { full_refresh: true, ..no_checks() }).await;
    for ((name, incremental), (_, full)) in incremental.iter().zip(zone.contents().await) {
        assert_eq!(*incremental, full, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_check_is_run_again_until_it_passes() {
    let mut zone = two_races();
    zone.load().await;
    let mut models = Models::carried().unwrap();
    only(&mut models, &[SILVER_LAPS]);
    // Only one session is wrong.
    let check = models.checks.iter_mut().find(|check| check.depends_on == [SILVER_LAPS]).unwrap();
    let name = check.name.clone();
    check.sql = "select * from silver_clean.silver_laps where session_key = 9488 and lap_duration > 90.25";
    let found = |report: f1lake_lake::BuildReport| {
        let found = report.checks.into_iter().find(|check| check.check == name);
        found.map(|check| (check.status, check.rows))
    };
    let settings = BuildSettings::default();
    assert_eq!(found(zone.build_models(&models, &settings).await), Some((CheckStatus::Failed, 2)));
    // Nothing is built, and the test has not passed yet.
    let again = zone.build_models(&models, &settings).await;
    assert_eq!(again.count(BuildStatus::Unchanged), again.models.len());
    assert_eq!(again.checks.len(), 1, "{:?}", again.checks);
    assert_eq!(found(again), Some((CheckStatus::Failed, 2)));
    // Another session changes: the wrong rows of the first are still found.
    zone.land(9496, Endpoint::Laps, &[lap(9496, 1, 1, 80.0)]);
    zone.load().await;
    assert_eq!(found(zone.build_models(&models, &settings).await), Some((CheckStatus::Failed, 2)));
    zone.land(9488, Endpoint::Laps, &[lap(9488, 1, 1, 80.0)]);
    zone.load().await;
    assert_eq!(found(zone.build_models(&models, &settings).await), Some((CheckStatus::Passed, 0)));
    assert_eq!(found(zone.build_models(&models, &settings).await), None);
    // A skipped test is due the next time, and after a full refresh.
    zone.land(9488, Endpoint::Laps, &[lap(9488, 1, 1, 95.0)]);
    zone.load().await;
    zone.build_models(&models, &no_checks()).await;
    assert_eq!(found(zone.build_models(&models, &settings).await), Some((CheckStatus::Failed, 1)));
    zone.land(9488, Endpoint::Laps, &[lap(9488, 1, 1, 80.0)]);
    zone.load().await;
    zone.build_models(&models, &settings).await;
    let full = BuildSettings { full_refresh: true, ..BuildSettings::default() };
    assert_eq!(found(zone.build_models(&models, &full).await), Some((CheckStatus::Passed, 0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_of_one_model_checks_only_tables_that_are_there() {
    let zone = two_races();
    zone.load().await;
    let one = BuildSettings { models: vec!["silver_laps".to_owned()], ..BuildSettings::default() };
    let report = zone.build(&one).await;
    let there: BTreeSet<&str> = report.models.iter().map(|model| model.model.as_str()).collect();
    assert!(report.checks.iter().any(|check| check.check.contains("silver_laps")), "{:?}", report.checks);
    let failed: Vec<_> = report.checks.iter().filter(|check| check.status == CheckStatus::Failed).collect();
    assert!(failed.is_empty(), "built {there:?}: {failed:#?}");
    let models = Models::carried().unwrap();
    for check in &report.checks {
        let check = models.checks.iter().find(|known| known.name == check.check).unwrap();
        let missing = check
            .depends_on
            .iter()
            .find(|table| !table.starts_with("bronze_raw.") && !there.contains(table.as_str()));
        assert_eq!(missing, None, "{}", check.name);
    }
    // The other tests run once their tables exist.
    let whole = zone.build(&BuildSettings::default()).await;
    assert!(whole.checks.iter().any(|check| check.check.contains("fact_laps")), "{:?}", whole.checks);
    assert!(models.models.iter().any(|model| model.grain == ModelGrain::Lake));
}
