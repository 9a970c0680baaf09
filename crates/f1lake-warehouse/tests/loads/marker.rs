//! A load that has nothing to do asks no warehouse.

use crate::service::{Fate, MARKER, Service, statuses};
use crate::zone::{Zone, driver, pit};
use f1lake_bronze::{LoadSettings, LoadStatus};
use serde_json::{Value, json};

const FIRST: &str = "2024-04-01T10:00:00Z";
const LATER: &str = "2024-04-08T10:00:00Z";

fn zone() -> Zone {
    let zone = Zone::new();
    for session in [9488, 9492] {
        zone.land(session, FIRST, &[("drivers", vec![driver(session, 1, "Max")]), ("pit", vec![])]);
    }
    zone
}

fn has_marker(service: &Service) -> bool {
    let inner = service.inner();
    inner.files.contains_key(MARKER) && !inner.deleted.contains(MARKER)
}

fn change_marker(service: &Service, change: impl FnOnce(&mut Value)) {
    let mut inner = service.inner();
    let file = inner.files.get_mut(MARKER).unwrap();
    let mut marker: Value = serde_json::from_slice(file).unwrap();
    change(&mut marker);
    *file = marker.to_string().into_bytes();
}

#[tokio::test]
async fn a_second_load_sends_no_statement_and_reports_the_same_counts() {
    let (service, zone) = (Service::start().await, zone());
    let first = service.load(&zone).await;
    service.take_statements();
    for _ in 0..2 {
        let again = service.load(&zone).await;
        assert_eq!(statuses(&again), [LoadStatus::Unchanged; 2]);
        let rows = |report: &f1lake_bronze::LoadReport| -> Vec<u64> {
            report.sessions.iter().flat_map(|session| session.tables.iter().map(|table| table.rows)).collect()
        };
        assert_eq!(rows(&again), rows(&first));
    }
    let one = LoadSettings { sessions: Some([9492].into()), ..LoadSettings::default() };
    assert_eq!(statuses(&service.try_load(&zone, &one).await.unwrap()), [LoadStatus::Unchanged]);
    assert_eq!(service.take_statements(), Vec::<String>::new());
    // An older landing zone has nothing new either.
    zone.land(9492, LATER, &[("drivers", vec![driver(9492, 1, "Max V")]), ("pit", vec![pit(9492, 1, 3)])]);
    assert_eq!(statuses(&service.load(&zone).await), [LoadStatus::Unchanged, LoadStatus::Loaded]);
    service.take_statements();
    assert_eq!(statuses(&service.load(&self::zone()).await), [LoadStatus::Unchanged, LoadStatus::Stale]);
    assert_eq!(service.take_statements(), Vec::<String>::new());
}

#[tokio::test]
async fn a_correction_is_loaded() {
    let (service, zone) = (Service::start().await, zone());
    service.load(&zone).await;
    zone.land(9492, LATER, &[("drivers", vec![driver(9492, 1, "Max")]), ("pit", vec![pit(9492, 1, 3)])]);
    let report = service.load(&zone).await;
    assert_eq!(statuses(&report), [LoadStatus::Unchanged, LoadStatus::Loaded]);
    assert_eq!(service.inner().tables.rows("bronze_pit").len(), 1);
}

#[tokio::test]
async fn the_copy_is_void_after_a_week_for_another_version_and_when_it_is_damaged() {
    let hours = |count: i64| (jiff::Timestamp::now() - jiff::SignedDuration::from_hours(count)).to_string();
    let changes: [(&str, Value); 4] = [
        ("written_at", json!(hours(7 * 24 + 1))),
        // A clock was wrong.
        ("written_at", json!(hours(-2))),
        ("tables", json!(1)),
        ("loads", json!("none")),
    ];
    let (service, zone) = (Service::start().await, zone());
    service.load(&zone).await;
    for (field, value) in changes {
        service.take_statements();
        change_marker(&service, |marker| marker[field] = value);
        assert_eq!(statuses(&service.load(&zone).await), [LoadStatus::Unchanged; 2]);
        let statements = service.take_statements();
        assert_eq!(statements.len(), 2, "{statements:#?}");
        assert!(statements.iter().all(|text| text.starts_with("SELECT")));
        // It is valid again.
        service.load(&zone).await;
        assert_eq!(service.take_statements(), Vec::<String>::new());
    }
    change_marker(&service, |marker| marker["written_at"] = json!(hours(7 * 24 - 1)));
    service.load(&zone).await;
    assert_eq!(service.take_statements(), Vec::<String>::new());
}

#[tokio::test]
async fn a_load_with_a_failure_leaves_no_copy() {
    let (service, zone) = (Service::start().await, zone());
    service.prepare().await.unwrap();
    service.inner().fates.push_back(Fate::Fails("BAD_REQUEST", "[DIVIDE_BY_ZERO] Division by zero"));
    assert!(statuses(&service.load(&zone).await).contains(&LoadStatus::Failed));
    assert!(!has_marker(&service));
    assert_eq!(statuses(&service.load(&zone).await), [LoadStatus::Loaded; 2]);
    assert!(has_marker(&service));
}

#[tokio::test]
async fn a_rebuild_and_a_setup_that_changes_a_table_remove_the_copy_first() {
    let (service, zone) = (Service::start().await, zone());
    service.load(&zone).await;
    service.inner().fates.push_back(Fate::Fails("BAD_REQUEST", "[DIVIDE_BY_ZERO] Division by zero"));
    let rebuild = LoadSettings { rebuild: true, ..LoadSettings::default() };
    service.try_load(&zone, &rebuild).await.unwrap_err();
    assert!(!has_marker(&service));
    service.rebuild(&zone).await;
    service.take_statements();
    assert_eq!(statuses(&service.load(&zone).await), [LoadStatus::Unchanged; 2]);
    assert_eq!(service.take_statements(), Vec::<String>::new());

    service.prepare().await.unwrap();
    assert!(has_marker(&service), "nothing was missing");
    service.inner().tables.tables.remove("bronze_drivers");
    service.prepare().await.unwrap();
    assert!(!has_marker(&service));
}
