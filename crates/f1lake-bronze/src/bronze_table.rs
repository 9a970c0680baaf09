//! Bronze tables, derived from the endpoint table.

use crate::column::{Column, ColumnType};
use f1lake_zone::{RESCUED, added_fields};
use openf1_client::Endpoint;
use openf1_client::endpoint::Presence;
use openf1_client::field::FieldType;

/// Schema of the bronze tables.
pub const BRONZE: &str = "bronze_raw";
/// Table of loads: one row per session and table.
pub const LOADS: &str = "bronze_loads";
/// Landing file a row came from.
pub const SOURCE_FILE: &str = "_source_file";
/// When the API was asked for the landing file.
pub const EXTRACTED: &str = "_extracted_at";
/// When the row was loaded.
pub const INGESTED: &str = "_ingestion_timestamp";
/// Session whose landing file contains a grid.
pub const RACE_SESSION_KEY: &str = "race_session_key";

/// A field of the API and the columns it fills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldColumns {
    /// Its name in the API.
    pub name: &'static str,
    /// Its type in the API.
    pub field_type: FieldType,
    /// Index of its first column.
    pub first: usize,
    /// Whether a row without it cannot be identified.
    pub required: bool,
}

/// The bronze table of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BronzeTable {
    /// Endpoint.
    pub endpoint: Endpoint,
    /// `bronze_laps`.
    pub name: String,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// Column that identifies a session's rows.
    pub session_column: &'static str,
    /// Whether each session has its own files (telemetry).
    pub partitioned: bool,
    /// Fields of the API, and which columns they fill.
    pub fields: Vec<FieldColumns>,
}

impl BronzeTable {
    /// The table of an endpoint.
    pub fn of(endpoint: Endpoint) -> Self {
        let spec = endpoint.spec();
        let mut columns = Vec::new();
        let mut fields = Vec::new();
        for field in spec.fields {
            fields.push(FieldColumns {
                name: field.name,
                field_type: field.field_type,
                first: columns.len(),
                required: !field.nullable && spec.key.contains(&field.name),
            });
            columns.extend(columns_of(field.name, field.field_type, field.doc));
        }
        for field in added_fields(endpoint) {
            fields.push(FieldColumns {
                name: field.name,
                field_type: field.field_type,
                first: columns.len(),
                required: false,
            });
            match field.name {
                "batch_day" => columns.push(Column::new(field.name, ColumnType::Date, field.doc)),
                name => columns.extend(columns_of(name, field.field_type, field.doc)),
            }
        }
        let session_column = if spec.presence == Presence::GridOfRaceAndSprint {
            columns.push(Column::new(
                RACE_SESSION_KEY,
                ColumnType::Bigint,
                "Race or sprint that starts from this grid; session_key is the qualifying session.",
            ));
            RACE_SESSION_KEY
        } else {
            "session_key"
        };
        columns.push(Column::new(SOURCE_FILE, ColumnType::String, "Landing file that the row came from."));
        columns.push(Column::new(
            EXTRACTED,
            ColumnType::Timestamp,
            "Time of the request for the landing file, UTC.",
        ));
        columns.push(Column::new(INGESTED, ColumnType::Timestamp, "Time of the load, UTC."));
        columns.push(Column::new(
            RESCUED,
            ColumnType::String,
            "Fields without a column or of an unexpected type, as a JSON object; null when there are none.",
        ));
        Self {
            endpoint,
            name: format!("bronze_{}", spec.landing_name),
            columns,
            session_column,
            partitioned: endpoint.is_telemetry(),
            fields,
        }
    }

    /// `bronze_raw.bronze_laps`.
    pub fn full_name(&self) -> String {
        format!("{BRONZE}.{}", self.name)
    }

    /// All 18 tables.
    pub fn all() -> impl Iterator<Item = Self> {
        Endpoint::ALL.iter().copied().map(Self::of)
    }
}

/// Columns of the table of loads.
pub fn loads_columns() -> Vec<Column> {
    use ColumnType::{Bigint, String, Timestamp};
    [
        ("session_key", Bigint, "Session."),
        ("table_name", String, "Bronze table."),
        ("source_file", String, "Landing file; null when the endpoint landed without rows."),
        ("sha256", String, "Digest of the landing file, hex."),
        ("file_version", Bigint, "Version of the landing file: 1, then one more per correction."),
        ("rows", Bigint, "Rows in the table."),
        ("rescued_rows", Bigint, "Rows with rescued fields (_rescued_data)."),
        ("quarantined_rows", Bigint, "Rows without a key, which were quarantined."),
        ("extracted_at", Timestamp, "Time of the request, UTC."),
        ("loaded_at", Timestamp, "Time of the load, UTC."),
    ]
    .into_iter()
    .map(|(name, column_type, doc)| Column::new(name, column_type, doc))
    .collect()
}

/// One column for most fields; several for fields that contain numbers, text or lists.
fn columns_of(name: &str, field_type: FieldType, doc: &str) -> Vec<Column> {
    let one = |column_type| vec![Column::new(name, column_type, doc)];
    let part = |suffix: &str, column_type, meaning: &str| {
        Column::new(format!("{name}_{suffix}"), column_type, format!("{doc} {meaning}"))
    };
    match field_type {
        FieldType::Int => one(ColumnType::Bigint),
        FieldType::Float => one(ColumnType::Double),
        FieldType::Bool => one(ColumnType::Boolean),
        FieldType::Time => one(ColumnType::Timestamp),
        FieldType::IntList => one(ColumnType::BigintList),
        FieldType::Gap => vec![
            part("seconds", ColumnType::Double, "This column: seconds, when it is a time."),
            part("laps", ColumnType::Bigint, "This column: whole laps, when it is `+N LAPS`."),
            part("text", ColumnType::String, "This column: as the API sent it."),
        ],
        FieldType::ResultTime => vec![
            part("seconds", ColumnType::Double, "This column: seconds, when it is a single time."),
            part("laps", ColumnType::Bigint, "This column: whole laps, when it is `+N LAPS`."),
            part("q1", ColumnType::Double, "This column: seconds in the first phase of qualifying."),
            part("q2", ColumnType::Double, "This column: seconds in the second phase of qualifying."),
            part("q3", ColumnType::Double, "This column: seconds in the third phase of qualifying."),
            part("text", ColumnType::String, "This column: as the API sent it."),
        ],
        _ => one(ColumnType::String),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_unique_columns_and_its_metadata() {
        for table in BronzeTable::all() {
            let mut names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            assert_eq!(&names[names.len() - 4..], [SOURCE_FILE, EXTRACTED, INGESTED, RESCUED]);
            assert!(names.contains(&table.session_column), "{}", table.name);
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{}", table.name);
        }
    }

    #[test]
    fn polymorphic_fields_have_stable_columns() {
        let names: Vec<String> = BronzeTable::of(Endpoint::SessionResult)
            .columns
            .into_iter()
            .map(|column| column.name)
            .filter(|name| name.starts_with("duration"))
            .collect();
        assert_eq!(
            names,
            [
                "duration_seconds",
                "duration_laps",
                "duration_q1",
                "duration_q2",
                "duration_q3",
                "duration_text"
            ]
        );
    }
}
