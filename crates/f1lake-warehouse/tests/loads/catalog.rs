//! What a schema has and lacks before a load.

use crate::service::{Fate, Service, statuses};
use crate::tables::{Row, Table};
use crate::zone::{Zone, driver};
use f1lake_bronze::{LoadSettings, LoadStatus};

fn zone() -> Zone {
    let zone = Zone::new();
    zone.land(
        9488,
        "2024-04-01T10:00:00Z",
        &[("drivers", vec![driver(9488, 1, "Max"), driver(9488, 44, "Lewis")])],
    );
    zone
}

fn table(kind: &str, columns: &[&str]) -> Table {
    let rows = vec![Row::from([(columns[0].to_owned(), "1".to_owned())])];
    Table { kind: kind.to_owned(), columns: columns.iter().map(|name| (*name).to_owned()).collect(), rows }
}

#[tokio::test]
async fn tables_of_others_are_refused_and_nothing_is_changed() {
    for (name, table, why) in [
        // As the Python extractor's loader made it.
        (
            "bronze_laps",
            table(
                "MANAGED",
                &["session_key", "lap_number", "session_name", "batch_day", "_ingestion_timestamp"],
            ),
            "it has no column _source_file",
        ),
        (
            "bronze_drivers",
            table("EXTERNAL", &["session_key", "_source_file", "_ingestion_timestamp"]),
            "it has no column _extracted_at",
        ),
        ("bronze_loads", table("MANAGED", &["table_name", "loaded_at"]), "it has no column sha256"),
        (
            "bronze_pit",
            table("STREAMING_TABLE", &["session_key", "_source_file", "_extracted_at"]),
            "it is a streaming table, which only its pipeline writes",
        ),
        ("bronze_weather", table("VIEW", &["session_key", "_source_file", "_extracted_at"]), "it is a view"),
    ] {
        let service = Service::start().await;
        {
            let mut inner = service.inner();
            inner.tables.schema = true;
            inner.tables.tables.insert(name.to_owned(), table);
        }
        let before = service.inner().tables.clone();
        let expected = format!(
            "table dev.bronze_raw.{name} was not created by f1lake: {why}; nothing was changed\nhint: set \
             databricks_schema (--schema) to another schema, or rename the table"
        );
        let loaded = service.try_load(&zone(), &LoadSettings::default()).await;
        assert_eq!(loaded.unwrap_err().to_string(), expected);
        let rebuilt =
            service.try_load(&zone(), &LoadSettings { rebuild: true, ..LoadSettings::default() }).await;
        assert_eq!(rebuilt.unwrap_err().to_string(), expected);
        assert_eq!(service.prepare().await.unwrap_err().to_string(), expected);
        assert_eq!(service.inner().tables.tables, before.tables, "{name}");
        assert!(service.take_statements().iter().all(|text| text.starts_with("SELECT")), "{name}");
    }
}

#[tokio::test]
async fn other_tables_of_the_schema_are_left_alone() {
    let service = Service::start().await;
    {
        let mut inner = service.inner();
        inner.tables.schema = true;
        inner.tables.tables.insert("notes".to_owned(), table("VIEW", &["text"]));
    }
    assert_eq!(statuses(&service.load(&zone()).await), [LoadStatus::Loaded]);
    assert_eq!(service.inner().tables.tables["notes"], table("VIEW", &["text"]));
}

#[tokio::test]
async fn rows_reach_their_columns_whatever_the_order() {
    let (service, usual, zone) = (Service::start().await, Service::start().await, zone());
    usual.load(&zone).await;
    service.prepare().await.unwrap();
    {
        // A table of an earlier version, in which somebody added a column.
        let mut inner = service.inner();
        let columns = &mut inner.tables.tables.get_mut("bronze_drivers").unwrap().columns;
        columns.retain(|name| name != "full_name" && name != "session_name");
        columns.reverse();
        columns.insert(2, "of_another".to_owned());
    }
    // The response to the added columns is lost, and adding them again is refused.
    service.inner().fates.push_back(Fate::AnswerLost);
    assert_eq!(statuses(&service.load(&zone).await), [LoadStatus::Loaded]);
    let added = service.take_statements().iter().filter(|text| text.starts_with("ALTER")).count();
    assert_eq!(added, 2);
    assert_eq!(service.inner().tables.rows("bronze_drivers"), usual.inner().tables.rows("bronze_drivers"));
}

#[tokio::test]
async fn a_dropped_table_is_loaded_again_after_setup() {
    let (service, zone) = (Service::start().await, zone());
    service.load(&zone).await;
    let before = service.inner().tables.rows("bronze_drivers");
    service.inner().tables.tables.remove("bronze_drivers");
    service.prepare().await.unwrap();
    assert_eq!(statuses(&service.load(&zone).await), [LoadStatus::Loaded]);
    assert_eq!(service.inner().tables.rows("bronze_drivers"), before);
}
