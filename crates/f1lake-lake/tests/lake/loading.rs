//! Landing zone to bronze: invariant 5.

use crate::zone::{Zone, lap};
use f1lake_bronze::{LoadSettings, LoadStatus, RESCUED};
use f1lake_zone::Manifest;
use openf1_client::Endpoint;
use serde_json::json;

const LAPS: &str = "bronze_raw.bronze_laps";

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_loaded_once_and_a_repetition_makes_no_version() {
    let mut zone = Zone::new();
    zone.land(9488, Endpoint::Laps, &[lap(9488, 1, 1, 90.5), lap(9488, 1, 2, 91.0)]);
    zone.land(9488, Endpoint::TeamRadio, &[]);
    let first = zone.load().await;
    assert_eq!(first.count(LoadStatus::Loaded), 1, "{first:?}");
    assert_eq!(first.rows(), 2);
    let versions = (zone.version(LAPS).await, zone.version("bronze_raw.bronze_loads").await);
    let again = zone.load().await;
    assert_eq!(again.count(LoadStatus::Unchanged), 1, "{again:?}");
    assert_eq!((zone.version(LAPS).await, zone.version("bronze_raw.bronze_loads").await), versions);
    assert_eq!(
        zone.query(
            "select lap_number, date_start, lap_duration, i2_speed, segments_sector_1, batch_day, _source_file \
             from bronze_raw.bronze_laps order by lap_number limit 1"
        )
        .await,
        [[
            "1",
            "2024-03-24T04:01:00.123Z",
            "90.5",
            "",
            "[2049, , 2051]",
            "2024-03-24",
            "laps_2024-03-25_Melbourne_Race_9488.v1.json"
        ]]
    );
    assert_eq!(
        zone.query("select table_name, rows from bronze_raw.bronze_loads order by table_name").await,
        [["bronze_laps", "2"], ["bronze_team_radio", "0"]]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_replaces_its_session_and_no_other() {
    let mut zone = Zone::new();
    zone.land(1, Endpoint::Laps, &[lap(1, 1, 1, 90.5), lap(1, 1, 2, 91.0), lap(1, 4, 1, 92.0)]);
    zone.land(2, Endpoint::Laps, &[lap(2, 1, 1, 80.5)]);
    zone.load().await;
    // Upstream, a time is corrected and a row removed.
    zone.land(1, Endpoint::Laps, &[lap(1, 1, 1, 90.4), lap(1, 1, 2, 91.0)]);
    let report = zone.load().await;
    assert_eq!((report.count(LoadStatus::Loaded), report.count(LoadStatus::Unchanged)), (1, 1));
    assert_eq!(
        zone.query(
            "select session_key, driver_number, lap_number, lap_duration from bronze_raw.bronze_laps order by 1, 2, 3"
        )
        .await,
        [["1", "1", "1", "90.4"], ["1", "1", "2", "91.0"], ["2", "1", "1", "80.5"]]
    );
    // All rows are removed upstream, so none stays.
    zone.land(1, Endpoint::Laps, &[]);
    zone.load().await;
    assert_eq!(zone.query("select distinct session_key from bronze_raw.bronze_laps").await, [["2"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_manifest_never_overwrites_a_newer_one() {
    let mut zone = Zone::new();
    zone.land(1, Endpoint::Laps, &[lap(1, 1, 1, 90.5)]);
    let old: Manifest = zone.manifest(1).clone();
    zone.land(1, Endpoint::Laps, &[lap(1, 1, 1, 90.4)]);
    zone.load().await;
    *zone.manifest(1) = old;
    zone.write_manifest(1);
    let version = zone.version(LAPS).await;
    let report = zone.load().await;
    assert_eq!(report.count(LoadStatus::Stale), 1, "{report:?}");
    assert_eq!(zone.one("select lap_duration from bronze_raw.bronze_laps").await, "90.4");
    assert_eq!(zone.version(LAPS).await, version);
    // Nor when the record of loads is lost: the table itself has the state.
    std::fs::remove_dir_all(zone.folder.path().join("lake/bronze_raw/bronze_loads")).unwrap();
    assert_eq!(zone.load().await.count(LoadStatus::Stale), 1);
    assert_eq!(zone.one("select lap_duration from bronze_raw.bronze_laps").await, "90.4");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_that_ended_before_its_record_is_recognised() {
    let mut zone = Zone::new();
    zone.land(1, Endpoint::Laps, &[lap(1, 1, 1, 90.5)]);
    zone.load().await;
    std::fs::remove_dir_all(zone.folder.path().join("lake/bronze_raw/bronze_loads")).unwrap();
    let version = zone.version(LAPS).await;
    let report = zone.load().await;
    assert_eq!(report.count(LoadStatus::Unchanged), 1, "{report:?}");
    assert_eq!(zone.version(LAPS).await, version, "the rows were written again");
    assert_eq!(zone.one("select rows from bronze_raw.bronze_loads").await, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_fields_are_rescued_rows_without_a_key_quarantined() {
    let mut zone = Zone::new();
    let mut odd = lap(1, 1, 1, 90.5);
    odd["tyre"] = json!({"brand": "P"});
    odd["st_speed"] = json!("fast");
    odd["lap_duration"] = json!(90);
    let mut keyless = lap(1, 1, 2, 91.0);
    keyless["lap_number"] = json!(null);
    let foreign = lap(2, 1, 3, 92.0);
    zone.land(1, Endpoint::Laps, &[odd, keyless, foreign, lap(1, 1, 4, 93.0)]);
    let report = zone.load().await;
    let table = &report.sessions[0].tables[0];
    assert_eq!((table.rows, table.rescued_rows, table.quarantined_rows), (2, 1, 2), "{report:?}");
    assert_eq!(
        zone.one(&format!(
            "select lap_duration, st_speed, {RESCUED} from bronze_raw.bronze_laps where lap_number = 1"
        ))
        .await,
        r#"90.0  {"st_speed":"fast","tyre":{"brand":"P"}}"#
    );
    let kept = zone.folder.path().join("lake/_quarantine/bronze_laps/1.ndjson");
    let kept = std::fs::read_to_string(kept).unwrap();
    assert!(kept.contains("lap_number") && kept.contains("belongs to session 2"), "{kept}");
    assert_eq!(kept.lines().count(), 2);
    // A corrected file removes them.
    zone.land(1, Endpoint::Laps, &[lap(1, 1, 1, 90.5)]);
    zone.load().await;
    assert!(!zone.folder.path().join("lake/_quarantine/bronze_laps/1.ndjson").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_fails_its_session_and_the_others_go_on() {
    let mut zone = Zone::new();
    for key in [1, 2, 3] {
        zone.land(key, Endpoint::Laps, &[lap(key, 1, 1, 90.5), lap(key, 1, 2, 90.6)]);
    }
    // A truncated file, and the file of another endpoint.
    let file = zone.file(1, Endpoint::Laps);
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, &text[..text.len() / 2]).unwrap();
    let weather = json!({"session_key": 2, "date": "2024-03-24T04:00:00+00:00", "air_temperature": 20.5});
    zone.land(2, Endpoint::Laps, &[weather]);
    let report = zone.load().await;
    assert_eq!((report.count(LoadStatus::Failed), report.count(LoadStatus::Loaded)), (2, 1), "{report:?}");
    let error = |index: usize| report.sessions[index].tables[0].error.clone().unwrap();
    assert!(error(0).contains("landed with") && error(0).contains("extract it again"), "{}", error(0));
    assert!(error(1).contains("another endpoint"), "{}", error(1));
    assert_eq!(zone.query("select distinct session_key from bronze_raw.bronze_laps").await, [["3"]]);
    assert_eq!(zone.query("select session_key from bronze_raw.bronze_loads").await, [["3"]]);
    // Endpoints that never landed have empty tables, so that every model can be built.
    assert_eq!(zone.one("select count(*) from bronze_raw.bronze_weather").await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn file_with_wrong_digest_loads_no_rows() {
    let mut zone = Zone::new();
    for key in [1, 2, 3] {
        zone.land(key, Endpoint::Laps, &[lap(key, 1, 1, 90.5), lap(key, 1, 2, 90.6)]);
    }
    // Same length: a different time, and a row that is not JSON.
    for (key, from, to) in [(1, "90.6", "99.6"), (2, "{\"", "[\"")] {
        let file = zone.file(key, Endpoint::Laps);
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(from));
        std::fs::write(&file, text.replacen(from, to, 1)).unwrap();
    }
    let report = zone.load().await;
    assert_eq!((report.count(LoadStatus::Failed), report.count(LoadStatus::Loaded)), (2, 1), "{report:?}");
    for session in &report.sessions[..2] {
        let error = session.tables[0].error.clone().unwrap();
        assert!(error.contains("(SHA-256)") && error.contains("extract it again"), "{error}");
    }
    assert_eq!(zone.query("select distinct session_key from bronze_raw.bronze_laps").await, [["3"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn polymorphic_fields_fill_stable_columns() {
    let mut zone = Zone::new();
    let interval = |number: i64, gap: serde_json::Value| {
        json!({"session_key": 1, "meeting_key": 1, "driver_number": number,
               "date": "2024-03-24T04:00:00+00:00", "gap_to_leader": gap, "interval": null})
    };
    zone.land(
        1,
        Endpoint::Intervals,
        &[
            interval(1, json!(0)),
            interval(2, json!(1.25)),
            interval(3, json!("+2 LAPS")),
            interval(4, json!(null)),
        ],
    );
    let result = |number: i64, duration: serde_json::Value| json!({"session_key": 1, "meeting_key": 1, "driver_number": number, "duration": duration});
    zone.land(
        1,
        Endpoint::SessionResult,
        &[result(1, json!(5400.5)), result(2, json!("+1 LAP")), result(3, json!([88.1, 87.5, null]))],
    );
    zone.load().await;
    assert_eq!(
        zone.query(
            "select gap_to_leader_seconds, gap_to_leader_laps, gap_to_leader_text from bronze_raw.bronze_intervals order by driver_number"
        )
        .await,
        [["0.0", "", "0"], ["1.25", "", "1.25"], ["", "2", "+2 LAPS"], ["", "", ""]]
    );
    assert_eq!(
        zone.query(
            "select duration_seconds, duration_laps, duration_q1, duration_q2, duration_q3, duration_text \
             from bronze_raw.bronze_session_result order by driver_number"
        )
        .await,
        [
            ["5400.5", "", "", "", "", "5400.5"],
            ["", "1", "", "", "", "+1 LAP"],
            ["", "", "88.1", "87.5", "", "[88.1,87.5,null]"]
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grid_belongs_to_the_race_that_starts_from_it() {
    let mut zone = Zone::new();
    let slot = |position: i64| json!({"session_key": 10, "meeting_key": 1, "driver_number": position, "position": position});
    zone.land(11, Endpoint::StartingGrid, &[slot(1), slot(2)]);
    zone.load().await;
    zone.land(11, Endpoint::StartingGrid, &[slot(1)]);
    zone.load().await;
    assert_eq!(
        zone.query("select session_key, race_session_key from bronze_raw.bronze_starting_grid").await,
        [["10", "11"]]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calendar_of_the_season_stands_beside_the_meeting() {
    let mut zone = Zone::new();
    let with = json!({
        "meeting_key": 1229, "session_key": 1, "season_meetings": [1229, 1233], "season_races": [9472, 9673],
        "season_sprints": [null, 9672]
    });
    zone.land(1, Endpoint::Meetings, &[with]);
    // Landed by a version without the calendar.
    zone.land(2, Endpoint::Meetings, &[json!({"meeting_key": 1229, "session_key": 2})]);
    zone.load().await;
    assert_eq!(
        zone.query(
            "select season_meetings, season_races, season_sprints, _rescued_data \
             from bronze_raw.bronze_meetings order by session_key"
        )
        .await,
        [["[1229, 1233]", "[9472, 9673]", "[, 9672]", ""], ["", "", "", ""]]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rebuild_equals_the_loads_without_unlanded_sessions() {
    let mut zone = Zone::new();
    zone.land(1, Endpoint::Laps, &[lap(1, 1, 1, 90.5)]);
    zone.land(2, Endpoint::Laps, &[lap(2, 1, 1, 80.5)]);
    zone.load().await;
    std::fs::remove_file(zone.folder.path().join("landing/_manifest/2.json")).unwrap();
    let rebuilt = zone.load_with(&LoadSettings { rebuild: true, ..LoadSettings::default() }).await;
    assert_eq!(rebuilt.count(LoadStatus::Loaded), 1);
    assert_eq!(
        zone.query("select session_key, lap_duration from bronze_raw.bronze_laps").await,
        [["1", "90.5"]]
    );
    let version = zone.version(LAPS).await;
    assert_eq!(zone.load().await.count(LoadStatus::Unchanged), 1);
    assert_eq!(zone.version(LAPS).await, version);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_loads_at_once_lose_nothing() {
    let mut zone = Zone::new();
    for key in 1..=6 {
        zone.land(key, Endpoint::Laps, &[lap(key, 1, 1, 90.5)]);
    }
    let settings = LoadSettings::default();
    let (a, b) = tokio::join!(zone.load_with(&settings), zone.load_with(&settings));
    // The load that loses the commit sees that the session is loaded.
    assert_eq!((a.count(LoadStatus::Failed), b.count(LoadStatus::Failed)), (0, 0), "{a:?} {b:?}");
    let after = zone.load().await;
    assert_eq!(after.count(LoadStatus::Unchanged), 6, "{after:?}");
    assert_eq!(
        zone.one("select count(*), count(distinct session_key) from bronze_raw.bronze_laps").await,
        "6 6"
    );
    assert_eq!(
        zone.one("select count(*), count(distinct session_key) from bronze_raw.bronze_loads").await,
        "6 6"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_not_landed_cannot_be_loaded() {
    let mut zone = Zone::new();
    zone.land(1, Endpoint::Laps, &[lap(1, 1, 1, 90.5)]);
    let settings = LoadSettings { sessions: Some([1, 7].into()), ..LoadSettings::default() };
    let none = std::sync::Arc::new(|_: &f1lake_bronze::SessionLoad| {});
    let cancel = tokio_util::sync::CancellationToken::new();
    let error = f1lake_lake::load(&zone.lake(), &zone.landing(), &settings, none, &cancel).await.unwrap_err();
    assert!(error.to_string().contains("session 7 is not landed"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn maintain_joins_files_and_changes_no_row() {
    let mut zone = Zone::new();
    for key in 1..=4 {
        zone.land(key, Endpoint::Laps, &[lap(key, 1, 1, 90.5), lap(key, 1, 2, 90.0)]);
    }
    zone.load().await;
    let before = zone.query("select * from bronze_raw.bronze_laps order by session_key, lap_number").await;
    let done = zone.maintain().await;
    let laps = done.iter().find(|line| line.table == LAPS).unwrap();
    assert_eq!((laps.files_joined, laps.files_written, &laps.error), (4, 1, &None));
    for (file, metadata) in zone.parquet_files("bronze_raw/bronze_laps") {
        let times = metadata
            .row_group(0)
            .columns()
            .iter()
            .filter(|column| column.column_path().string() == "date_start");
        let encodings: Vec<_> = times.flat_map(|column| column.encodings()).collect();
        assert!(encodings.contains(&parquet::basic::Encoding::DELTA_BINARY_PACKED), "{file}: {encodings:?}");
    }
    assert_eq!(
        zone.query("select * from bronze_raw.bronze_laps order by session_key, lap_number").await,
        before
    );
    // Only one of the four sessions in the file is replaced.
    zone.land(2, Endpoint::Laps, &[lap(2, 1, 1, 70.0)]);
    zone.load().await;
    assert_eq!(
        zone.query("select session_key, count(*), min(lap_duration) from bronze_raw.bronze_laps group by 1 order by 1")
            .await,
        [["1", "2", "90.0"], ["2", "1", "70.0"], ["3", "2", "90.0"], ["4", "2", "90.0"]]
    );
    let short = f1lake_lake::MaintainSettings { retention_hours: 1, dry_run: false };
    let cancel = tokio_util::sync::CancellationToken::new();
    assert!(f1lake_lake::maintain(&zone.lake(), short, &cancel).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_sessions_share_a_commit_and_keep_files_of_their_own() {
    let mut zone = Zone::new();
    for key in 1..=25 {
        zone.land(key, Endpoint::Laps, &[lap(key, 1, 1, 90.5)]);
    }
    let report = zone.load().await;
    assert_eq!(report.count(LoadStatus::Loaded), 25, "{report:?}");
    let keys: Vec<i64> = report.sessions.iter().map(|session| session.session_key).collect();
    assert_eq!(keys, (1..=25).collect::<Vec<_>>());
    // Version 0 created them.
    assert_eq!((zone.version(LAPS).await, zone.version("bronze_raw.bronze_loads").await), (Some(2), Some(2)));
    let table = zone.lake().table(LAPS, None).await.unwrap().unwrap();
    assert_eq!(table.snapshot().unwrap().log_data().iter().count(), 25);
    assert_eq!(zone.load().await.count(LoadStatus::Unchanged), 25);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_file_that_proves_damaged_late_never_reach_the_table() {
    let mut zone = Zone::new();
    let laps: Vec<_> = (0..20_000).map(|row| lap(2, 1 + row / 1000, 1 + row % 1000, 90.5)).collect();
    let laps: Vec<String> = laps.iter().map(ToString::to_string).collect();
    zone.land(1, Endpoint::Laps, &[lap(1, 1, 1, 90.5)]);
    zone.land_texts(2, Endpoint::Laps, &laps);
    zone.land(3, Endpoint::Laps, &[lap(3, 1, 1, 90.5), lap(3, 1, 2, 90.5)]);
    zone.manifest(2).endpoints.get_mut(&Endpoint::Laps).unwrap().rows += 1;
    zone.write_manifest(2);
    let report = zone.load().await;
    let statuses: Vec<LoadStatus> = report.sessions.iter().map(|session| session.status).collect();
    assert_eq!(statuses, [LoadStatus::Loaded, LoadStatus::Failed, LoadStatus::Loaded], "{report:?}");
    assert_eq!(
        zone.query("select session_key, count(*) from bronze_raw.bronze_laps group by 1 order by 1").await,
        [["1", "1"], ["3", "2"]]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_load_between_two_batches_is_seen() {
    let mut zone = Zone::new();
    let mut elsewhere = Zone::new();
    for key in 1..=25 {
        zone.land(key, Endpoint::Laps, &[lap(key, 1, 1, 90.5)]);
    }
    for seconds in [90.5, 90.4] {
        elsewhere.land(25, Endpoint::Laps, &[lap(25, 1, 1, seconds)]);
    }
    let (lake, landing) = (zone.lake(), elsewhere.landing());
    let once = std::sync::Once::new();
    let runtime = tokio::runtime::Handle::current();
    let progress = std::sync::Arc::new(move |_: &f1lake_bronze::SessionLoad| {
        once.call_once(|| {
            let other = async {
                let none = std::sync::Arc::new(|_: &f1lake_bronze::SessionLoad| {});
                let cancel = tokio_util::sync::CancellationToken::new();
                f1lake_lake::load(&lake, &landing, &LoadSettings::default(), none, &cancel).await.unwrap()
            };
            let loaded = tokio::task::block_in_place(|| runtime.block_on(other));
            assert_eq!(loaded.count(LoadStatus::Loaded), 1, "{loaded:?}");
        });
    });
    let cancel = tokio_util::sync::CancellationToken::new();
    let report =
        f1lake_lake::load(&zone.lake(), &zone.landing(), &LoadSettings::default(), progress, &cancel)
            .await
            .unwrap();
    assert_eq!((report.count(LoadStatus::Loaded), report.count(LoadStatus::Stale)), (24, 1), "{report:?}");
    assert_eq!(
        zone.one("select lap_duration from bronze_raw.bronze_laps where session_key = 25").await,
        "90.4"
    );
}
