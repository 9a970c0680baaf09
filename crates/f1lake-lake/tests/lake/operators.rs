//! Operator actions on a lake: prune the landing zone, move tables away, restore versions, damage a log. The
//! next load restores the landed rows.

use crate::zone::{Zone, lap};
use f1lake_bronze::{LoadReport, LoadSettings, LoadStatus, TableLoad};
use f1lake_zone::Manifest;
use openf1_client::Endpoint;
use std::path::PathBuf;

const LAPS: &str = "bronze_raw.bronze_laps";

fn rebuild() -> LoadSettings {
    LoadSettings { rebuild: true, ..LoadSettings::default() }
}

fn folder(zone: &Zone, table: &str) -> PathBuf {
    zone.folder.path().join("lake").join(table.replace('.', "/"))
}

/// The load of a session's laps.
fn laps_of(report: &LoadReport, session_key: i64) -> &TableLoad {
    let session = report.sessions.iter().find(|session| session.session_key == session_key).unwrap();
    session.tables.iter().find(|table| table.table == "bronze_laps").unwrap()
}

/// Session, rows and fastest lap.
async fn sessions(zone: &Zone) -> Vec<Vec<String>> {
    zone.query(
        "select session_key, count(*), min(lap_duration) from bronze_raw.bronze_laps group by 1 order by 1",
    )
    .await
}

async fn restore(zone: &Zone, table: &str, version: u64) {
    let opened = zone.lake().table(table, None).await.unwrap().unwrap();
    opened.restore().with_version_to_restore(version).await.unwrap();
}

fn two_sessions() -> Zone {
    let mut zone = Zone::new();
    zone.land(1, Endpoint::Laps, &[lap(1, 1, 1, 90.5), lap(1, 1, 2, 91.5)]);
    zone.land(1, Endpoint::TeamRadio, &[]);
    zone.land(2, Endpoint::Laps, &[lap(2, 1, 1, 80.5)]);
    zone
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pruned_session_that_is_landed_again_after_a_rebuild_is_loaded() {
    let zone = two_sessions();
    zone.load().await;
    std::fs::remove_file(zone.folder.path().join("landing/_manifest/1.json")).unwrap();
    zone.load_with(&rebuild()).await;
    assert_eq!(sessions(&zone).await, [["2", "1", "80.5"]]);
    // The same file with the same times, as if it had never been removed.
    zone.write_manifest(1);
    let report = zone.load().await;
    let laps = laps_of(&report, 1);
    assert_eq!((laps.status, laps.rows, laps.quarantined_rows), (LoadStatus::Loaded, 2, 0), "{report:?}");
    assert_eq!(sessions(&zone).await, [["1", "2", "90.5"], ["2", "1", "80.5"]]);
    assert_eq!(
        zone.query("select session_key, table_name, rows from bronze_raw.bronze_loads order by 1, 2").await,
        [["1", "bronze_laps", "2"], ["1", "bronze_team_radio", "0"], ["2", "bronze_laps", "1"]]
    );
    assert_eq!(zone.load().await.count(LoadStatus::Unchanged), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn rebuild_clears_the_state_of_omitted_sessions() {
    let mut zone = two_sessions();
    let old: Manifest = zone.manifest(1).clone();
    zone.land(1, Endpoint::Laps, &[lap(1, 1, 1, 70.5)]);
    zone.load().await;
    let path = zone.folder.path().join("landing/_manifest/1.json");
    std::fs::remove_file(path).unwrap();
    zone.load_with(&rebuild()).await;
    // An older extract than the one loaded before, but now the only one.
    *zone.manifest(1) = old;
    zone.write_manifest(1);
    let report = zone.load().await;
    assert_eq!(laps_of(&report, 1).status, LoadStatus::Loaded, "{report:?}");
    assert_eq!(sessions(&zone).await, [["1", "2", "90.5"], ["2", "1", "80.5"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn moved_table_is_reloaded_and_reported() {
    let zone = two_sessions();
    zone.load().await;
    std::fs::remove_dir_all(folder(&zone, LAPS)).unwrap();
    let report = zone.load().await;
    for (key, rows) in [(1, 2), (2, 1)] {
        let laps = laps_of(&report, key);
        assert_eq!(
            (laps.status, laps.rows, laps.brought_back),
            (LoadStatus::Loaded, rows, true),
            "{report:?}"
        );
    }
    assert_eq!(sessions(&zone).await, [["1", "2", "90.5"], ["2", "1", "80.5"]]);
    let again = zone.load().await;
    assert_eq!(again.count(LoadStatus::Unchanged), 2, "{again:?}");
    assert_eq!(laps_of(&again, 1).rows, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_log_advice_restores_all_rows() {
    let zone = two_sessions();
    zone.load().await;
    let log = folder(&zone, LAPS).join("_delta_log/00000000000000000000.json");
    std::fs::write(log, "{ no log").unwrap();
    let told = zone.lake().table(LAPS, None).await.unwrap_err().to_string();
    assert!(told.contains("move the table's folder away") && told.contains("f1lake load"), "{told}");
    // The others are loaded, and the failed sessions report why.
    let report = zone.load().await;
    assert_eq!(report.count(LoadStatus::Failed), 2, "{report:?}");
    assert!(
        laps_of(&report, 1).error.as_deref().unwrap().contains("move the table's folder away"),
        "{report:?}"
    );
    // Follow the advice.
    std::fs::rename(folder(&zone, LAPS), zone.folder.path().join("aside")).unwrap();
    zone.load().await;
    assert_eq!(sessions(&zone).await, [["1", "2", "90.5"], ["2", "1", "80.5"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_was_restored_to_an_older_version_is_completed() {
    let mut zone = two_sessions();
    zone.load().await;
    let before = zone.version(LAPS).await.unwrap();
    // A correction with the same number of rows, and one more session.
    zone.land(2, Endpoint::Laps, &[lap(2, 1, 1, 79.5)]);
    zone.land(3, Endpoint::Laps, &[lap(3, 1, 1, 60.5)]);
    zone.load().await;
    let whole = sessions(&zone).await;
    assert_eq!(whole, [["1", "2", "90.5"], ["2", "1", "79.5"], ["3", "1", "60.5"]]);
    for (version, missing) in [(before, vec![2, 3]), (0, vec![1, 2, 3])] {
        restore(&zone, LAPS, version).await;
        assert_ne!(sessions(&zone).await, whole);
        let report = zone.load().await;
        for key in 1..=3 {
            let laps = laps_of(&report, key);
            assert_eq!(
                laps.brought_back,
                missing.contains(&key),
                "version {version}, session {key}: {laps:?}"
            );
        }
        assert_eq!(sessions(&zone).await, whole, "version {version}");
    }
    // Restore to before a rebuild, and back.
    let before = zone.version(LAPS).await.unwrap();
    zone.load_with(&rebuild()).await;
    restore(&zone, LAPS, before).await;
    zone.load().await;
    assert_eq!(sessions(&zone).await, whole);
    zone.load_with(&rebuild()).await;
    restore(&zone, LAPS, 0).await;
    zone.load_with(&rebuild()).await;
    assert_eq!(sessions(&zone).await, whole);
    assert_eq!(zone.load().await.count(LoadStatus::Unchanged), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_table_beside_a_fresh_one_is_recorded_as_it_is() {
    let mut zone = Zone::new();
    let radio = |url: &str| {
        serde_json::json!({
            "meeting_key": 1229, "session_key": 1, "driver_number": 1, "date": "2024-03-24T04:00:00+00:00",
            "recording_url": url
        })
    };
    zone.land(1, Endpoint::Laps, &[lap(1, 1, 1, 90.5)]);
    zone.land(1, Endpoint::TeamRadio, &[radio("a")]);
    let old: Manifest = zone.manifest(1).clone();
    zone.land(1, Endpoint::Laps, &[lap(1, 1, 1, 88.5), lap(1, 1, 2, 89.5)]);
    let new: Manifest = zone.manifest(1).clone();
    zone.load().await;
    // An older landing zone in which only team radio is newer.
    *zone.manifest(1) = old;
    zone.land(1, Endpoint::TeamRadio, &[radio("a"), radio("b")]);
    let report = zone.load().await;
    let status = |name: &str| {
        let tables = &report.sessions[0].tables;
        tables.iter().find(|table| table.table == name).map(|table| (table.status, table.rows)).unwrap()
    };
    assert_eq!(status("bronze_laps"), (LoadStatus::Stale, 2), "{report:?}");
    assert_eq!(status("bronze_team_radio"), (LoadStatus::Loaded, 2), "{report:?}");
    // The record matches the table.
    let recorded =
        "select rows, file_version, sha256 from bronze_raw.bronze_loads where table_name = 'bronze_laps'";
    let landed = &new.endpoints[&Endpoint::Laps];
    assert_eq!(zone.query(recorded).await, [["2", "2", landed.sha256.as_deref().unwrap()]]);
    assert_eq!(sessions(&zone).await, [["1", "2", "88.5"]]);
    // Back with the newer zone, every table is classified correctly.
    *zone.manifest(1) = new;
    zone.write_manifest(1);
    assert_eq!(laps_of(&zone.load().await, 1).status, LoadStatus::Unchanged);
}

#[tokio::test(flavor = "multi_thread")]
async fn rebuild_continues_past_a_damaged_file_and_names_it() {
    let zone = two_sessions();
    zone.load().await;
    std::fs::write(zone.file(1, Endpoint::Laps), "[\n{\"cut\": ").unwrap();
    let report = zone.load_with(&rebuild()).await;
    assert_eq!((report.count(LoadStatus::Failed), report.count(LoadStatus::Loaded)), (1, 1), "{report:?}");
    let error = laps_of(&report, 1).error.clone().unwrap();
    assert!(error.contains("laps_2024-03-02_Melbourne_Race_1.v1.json"), "{error}");
    // Its rows in the table stay.
    assert_eq!(sessions(&zone).await, [["1", "2", "90.5"], ["2", "1", "80.5"]]);
    assert_eq!(
        zone.query("select session_key, table_name, rows from bronze_raw.bronze_loads order by 1, 2").await,
        [["1", "bronze_laps", "2"], ["1", "bronze_team_radio", "0"], ["2", "bronze_laps", "1"]]
    );
}

/// Removes the transactions from a table's log that older versions of the program did not write.
fn as_older_versions_wrote(zone: &Zone, table: &str) {
    for entry in std::fs::read_dir(folder(zone, table).join("_delta_log")).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> =
            text.lines().filter(|line| !line.contains("/rows\"") && !line.contains("/version\"")).collect();
        assert!(lines.len() < text.lines().count() || !text.contains("\"txn\""), "{text}");
        std::fs::write(path, lines.join("\n")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lake_of_an_older_version_is_not_loaded_again_and_completed_where_rows_are_missing() {
    let zone = two_sessions();
    zone.load_with(&LoadSettings { sessions: Some([1].into()), ..LoadSettings::default() }).await;
    zone.load().await;
    as_older_versions_wrote(&zone, LAPS);
    let version = zone.version(LAPS).await;
    assert_eq!(zone.load().await.count(LoadStatus::Unchanged), 2);
    assert_eq!(zone.version(LAPS).await, version);
    restore(&zone, LAPS, 1).await;
    let report = zone.load().await;
    assert_eq!(laps_of(&report, 1).status, LoadStatus::Unchanged, "{report:?}");
    assert_eq!((laps_of(&report, 2).status, laps_of(&report, 2).brought_back), (LoadStatus::Loaded, true));
    assert_eq!(sessions(&zone).await, [["1", "2", "90.5"], ["2", "1", "80.5"]]);
}
