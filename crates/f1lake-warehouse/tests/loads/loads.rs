//! What a load does to tables: once, again, late, and from scratch.

use crate::service::{Fate, Service, statuses};
use crate::zone::{Zone, driver, grid, pit};
use f1lake_bronze::LoadStatus;

const FIRST: &str = "2024-04-01T10:00:00Z";
const LATER: &str = "2024-04-08T10:00:00Z";
const RACE: i64 = 9488;

fn changes(statements: &[String]) -> Vec<&str> {
    let kinds = ["INSERT", "DELETE", "MERGE", "ALTER", "CREATE"];
    let changing = |text: &&str| kinds.iter().any(|kind| text.starts_with(kind));
    statements.iter().map(String::as_str).filter(changing).collect()
}

/// A race with two drivers, three stops and a grid.
fn land(zone: &Zone, extracted_at: &str) {
    zone.land(
        RACE,
        extracted_at,
        &[
            ("drivers", vec![driver(RACE, 1, "Max"), driver(RACE, 44, "Lewis")]),
            ("pit", vec![pit(RACE, 1, 12), pit(RACE, 44, 13), pit(RACE, 44, 30)]),
            ("starting_grid", vec![grid(9484, 44, 1), grid(9484, 1, 2)]),
        ],
    );
}

#[tokio::test]
async fn a_load_replaces_sessions_and_prunes() {
    let (service, zone) = (Service::start().await, Zone::new());
    land(&zone, FIRST);
    assert_eq!(statuses(&service.load(&zone).await), [LoadStatus::Loaded]);
    zone.land(RACE, LATER, &[("drivers", vec![driver(RACE, 1, "Max")]), ("pit", vec![])]);
    service.take_statements();
    assert_eq!(statuses(&service.load(&zone).await), [LoadStatus::Loaded]);
    let statements = service.take_statements();
    let [drivers, pits, record] = changes(&statements)[..] else { panic!("{statements:#?}") };
    let mut inserts = [drivers, pits];
    inserts.sort_unstable();
    for (statement, table) in inserts.into_iter().zip(["bronze_drivers", "bronze_pit"]) {
        let begin =
            format!("INSERT INTO `dev`.`bronze_raw`.`{table}`\nREPLACE WHERE `session_key` IN (9488)\n");
        assert!(statement.starts_with(&begin), "{statement}");
    }
    assert!(record.starts_with("MERGE INTO `dev`.`bronze_raw`.`bronze_loads`"), "{record}");
    assert!(!statements.join("").contains("NOT MATCHED BY SOURCE"));
    let inner = service.inner();
    assert_eq!(inner.tables.rows("bronze_drivers").len(), 1);
    assert_eq!(inner.tables.rows("bronze_pit").len(), 0);
    // The manifest names no grid any more, so nothing is known of it.
    assert_eq!(inner.tables.rows("bronze_starting_grid").len(), 2);
    assert!(
        inner.files.keys().filter(|path| path.ends_with(".parquet")).all(|path| inner.deleted.contains(path))
    );
}

#[tokio::test]
async fn contradicting_rows_of_one_key_land_and_every_statement_may_be_repeated() {
    let (service, zone) = (Service::start().await, Zone::new());
    let twice = vec![driver(RACE, 44, "Lewis"), driver(RACE, 44, "Lewis Hamilton"), driver(RACE, 1, "Max")];
    zone.land(RACE, FIRST, &[("drivers", twice), ("pit", vec![pit(RACE, 1, 12)])]);
    // The response to the first of them is lost, so that it is sent again.
    service.prepare().await.unwrap();
    service.inner().fates.push_back(Fate::AnswerLost);
    assert_eq!(statuses(&service.load(&zone).await), [LoadStatus::Loaded]);
    let statements = service.take_statements();
    let mut inner = service.inner();
    let before = inner.tables.clone();
    assert_eq!(before.rows("bronze_drivers").len(), 3);
    for statement in changes(&statements) {
        let files = inner.files.clone();
        inner.tables.run(statement, &files).unwrap();
        assert_eq!(inner.tables.tables, before.tables, "{statement}");
    }
}

#[tokio::test]
async fn a_late_statement_fails_whole_and_is_reported_as_stale() {
    let (service, old, new) = (Service::start().await, Zone::new(), Zone::new());
    service.prepare().await.unwrap();
    for (zone, at) in [(&old, FIRST), (&new, LATER)] {
        zone.land(RACE, at, &[("drivers", vec![driver(RACE, 1, at)]), ("pit", vec![pit(RACE, 1, 12)])]);
    }
    // Only the old zone has the second session: it lands, although the first one is overtaken.
    old.land(9492, FIRST, &[("drivers", vec![driver(9492, 1, FIRST)]), ("pit", vec![pit(9492, 1, 12)])]);
    let gate = service.hold("INSERT INTO `dev`.`bronze_raw`.`bronze_drivers`");
    let overtaking = async {
        gate.arrived.notified().await;
        assert_eq!(statuses(&service.load(&new).await), [LoadStatus::Loaded]);
        gate.opened.notify_one();
    };
    let (report, ()) = tokio::join!(service.load(&old), overtaking);
    let status = |session: usize, table: &str| {
        let tables = &report.sessions[session].tables;
        tables.iter().find(|load| load.table == table).map(|load| (load.status, load.rows))
    };
    assert_eq!(status(0, "bronze_drivers"), Some((LoadStatus::Stale, 1)), "{report:#?}");
    assert_eq!(status(1, "bronze_drivers"), Some((LoadStatus::Loaded, 1)), "{report:#?}");
    let inner = service.inner();
    let names: Vec<String> =
        inner.tables.rows("bronze_drivers").into_iter().map(|row| row["full_name"].clone()).collect();
    assert_eq!(names.len(), 2);
    assert!(names.contains(&LATER.to_owned()), "{names:?}");
    let records = inner.tables.rows("bronze_loads");
    assert_eq!(records.len(), 4);
    let of_race = records.iter().filter(|row| row["session_key"] == RACE.to_string());
    assert!(
        of_race.clone().count() == 2 && of_race.clone().all(|row| row["extracted_at"] == "1712570400000000")
    );
}

#[tokio::test]
async fn an_older_zone_is_stale_even_when_the_record_is_lost() {
    let (service, old, new) = (Service::start().await, Zone::new(), Zone::new());
    land(&old, FIRST);
    land(&new, LATER);
    service.load(&new).await;
    let before = {
        let mut inner = service.inner();
        inner.tables.tables.get_mut("bronze_loads").unwrap().rows.clear();
        inner.files.clear();
        inner.tables.clone()
    };
    service.take_statements();
    let report = service.load(&old).await;
    assert_eq!(statuses(&report), [LoadStatus::Stale]);
    assert_eq!(report.sessions[0].tables.iter().map(|table| table.rows).sum::<u64>(), 7);
    assert_eq!(changes(&service.take_statements()), Vec::<&str>::new());
    assert_eq!(service.inner().tables.tables, before.tables);
}

#[tokio::test]
async fn what_an_interrupted_load_has_done_is_not_done_again() {
    let (service, zone) = (Service::start().await, Zone::new());
    service.prepare().await.unwrap();
    land(&zone, FIRST);
    let denied = "[INSUFFICIENT_PERMISSIONS] User does not have MODIFY on Table 'bronze_loads'.";
    service.inner().fates.extend([Fate::Runs; 3]);
    service.inner().fates.push_back(Fate::Fails("BAD_REQUEST", denied));
    let report = service.load(&zone).await;
    assert_eq!(statuses(&report), [LoadStatus::Failed]);
    assert!(report.sessions[0].errors()[0].contains("GRANT"), "{:?}", report.sessions[0].errors());
    service.take_statements();
    assert_eq!(statuses(&service.load(&zone).await), [LoadStatus::Loaded]);
    let statements = service.take_statements();
    assert!(matches!(changes(&statements)[..], [record] if record.starts_with("MERGE")), "{statements:#?}");
}

#[tokio::test]
async fn lost_conflicts_and_passing_failures_are_repeated_and_no_others() {
    for (code, message, repeated) in [
        ("BAD_REQUEST", "[DELTA_METADATA_CHANGED] MetadataChangedException: metadata changed", true),
        ("BAD_REQUEST", "[DELTA_CONCURRENT_DELETE_READ] ConcurrentDeleteReadException: deleted", true),
        ("WORKSPACE_TEMPORARILY_UNAVAILABLE", "try again", true),
        ("BAD_REQUEST", "[DIVIDE_BY_ZERO] Division by zero", false),
        ("INTERNAL_ERROR", "broken", false),
    ] {
        let (service, zone) = (Service::start().await, Zone::new());
        service.prepare().await.unwrap();
        zone.land(RACE, FIRST, &[("drivers", vec![driver(RACE, 1, "Max")])]);
        service.inner().fates.push_back(Fate::Fails(code, message));
        let report = service.load(&zone).await;
        let expected = if repeated { LoadStatus::Loaded } else { LoadStatus::Failed };
        assert_eq!(statuses(&report), [expected], "{code} {message}");
        let statements = service.take_statements();
        let sent = statements.iter().filter(|text| text.starts_with("INSERT")).count();
        assert_eq!(sent, 1 + usize::from(repeated), "{code} {message}");
    }
}

#[tokio::test]
async fn a_rebuild_stages_files_at_once_and_equals_a_load() {
    let (service, loaded, zone) = (Service::start().await, Service::start().await, Zone::new());
    for session in 9480..9490 {
        let rows = vec![driver(session, 1, "Max"), driver(session, 44, "Lewis")];
        zone.land(session, FIRST, &[("drivers", rows), ("pit", vec![])]);
    }
    loaded.load(&zone).await;
    service.prepare().await.unwrap();
    service.take_statements();
    service.inner().wait_for_another = true;
    let report = service.rebuild(&zone).await;
    assert_eq!(report.count(LoadStatus::Loaded), 10);
    let at_once = service.inner().sent_at_once;
    assert!((2..=4).contains(&at_once), "{at_once} at once");
    let statements = service.take_statements();
    assert_eq!(changes(&statements).len(), 18 + 2, "one a table, and the record's two");
    let (ours, theirs) = (service.inner(), loaded.inner());
    for table in theirs.tables.tables.keys() {
        assert_eq!(ours.tables.rows(table), theirs.tables.rows(table), "{table}");
    }
}

#[tokio::test]
async fn a_damaged_file_fails_its_session_and_the_others_land() {
    let (service, zone) = (Service::start().await, Zone::new());
    for session in [9488, 9492] {
        zone.land(session, FIRST, &[("drivers", vec![driver(session, 1, "Max")])]);
    }
    std::fs::write(zone.file("drivers", 9488), "[\n{}\n]\n").unwrap();
    let report = service.load(&zone).await;
    assert_eq!(statuses(&report), [LoadStatus::Failed, LoadStatus::Loaded]);
    let inner = service.inner();
    assert_eq!(inner.tables.rows("bronze_drivers").len(), 1);
    assert_eq!(inner.tables.rows("bronze_loads").len(), 1);
}
