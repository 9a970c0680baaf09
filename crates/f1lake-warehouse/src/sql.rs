//! The SQL for a warehouse.
//!
//! A client cannot always know whether a statement ran, so each one may run twice or late:
//!
//! - [`replace`] writes the same rows again. If the table or the record of loads has a newer extract of one of
//!   its sessions, it fails as a whole.
//! - [`overwrite`] writes the same table again; the deletions delete the same rows.
//! - [`record`] keeps records that are newer.
//! - `CREATE` has `IF NOT EXISTS`. `ADD COLUMNS` fails when the columns exist, which
//!   [`crate::warehouse::Warehouse::make_missing`] takes for done.

mod record;
mod replace;

pub(crate) use record::{LoadRow, forget_others, forget_tables, held, known, load_rows, record};
pub(crate) use replace::{StagedSession, is_late, overwrite, replace};

use f1lake_bronze::{BronzeTable, Column, LOADS, loads_columns};
use jiff::Timestamp;

/// Catalog and schema of the bronze tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Catalog.
    pub catalog: String,
    /// Schema.
    pub schema: String,
}

impl Place {
    /// Quoted name of a table in the schema.
    pub(crate) fn table(&self, name: &str) -> String {
        format!("{}.{}", self.quoted(), quoted(name))
    }

    /// Quoted name of the schema.
    pub(crate) fn quoted(&self) -> String {
        format!("{}.{}", quoted(&self.catalog), quoted(&self.schema))
    }
}

/// Statements that create everything, human-readable.
pub fn setup_statements(place: &Place, volume: &str) -> Vec<String> {
    let mut statements = vec![create_schema(place), create_volume(volume)];
    statements.extend(BronzeTable::all().map(|table| create_bronze(place, &table)));
    statements.push(create_loads(place));
    statements
}

/// Texts of items, with a separator between them.
fn list<T>(items: impl IntoIterator<Item = T>, separator: &str, text: impl Fn(T) -> String) -> String {
    items.into_iter().map(text).collect::<Vec<_>>().join(separator)
}

/// An identifier in backticks.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Text as a SQL literal.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn optional(text: Option<&str>) -> String {
    text.map_or_else(|| "CAST(NULL AS STRING)".to_owned(), literal)
}

/// An instant as a SQL literal, to the microsecond, with its zone.
fn instant(at: Timestamp) -> String {
    format!("TIMESTAMP '{at:.6}'")
}

/// `name TYPE, ...`, the schema format of `read_files`.
pub(crate) fn schema_text(columns: &[Column]) -> String {
    list(columns, ", ", |column| format!("{} {}", column.name, column.column_type.sql()))
}

/// Creates the schema.
pub(crate) fn create_schema(place: &Place) -> String {
    format!(
        "CREATE SCHEMA IF NOT EXISTS {}\nCOMMENT 'Formula 1 data as OpenF1 sent it: one table per endpoint, loaded by f1lake'",
        place.quoted()
    )
}

/// Creates a volume.
pub(crate) fn create_volume(volume: &str) -> String {
    format!("CREATE VOLUME IF NOT EXISTS {}\nCOMMENT 'Files of f1lake'", list(volume.split('.'), ".", quoted))
}

/// Creates a bronze table.
pub(crate) fn create_bronze(place: &Place, table: &BronzeTable) -> String {
    let mut clusters = vec![table.session_column];
    if table.partitioned {
        clusters.push("driver_number");
    }
    create_table(place, &table.name, &table.columns, table.endpoint.spec().doc, &clusters)
}

/// Creates the table of loads.
pub(crate) fn create_loads(place: &Place) -> String {
    create_table(
        place,
        LOADS,
        &loads_columns(),
        "Loads: one row per session and table, written when the whole session is loaded.",
        &["session_key"],
    )
}

fn create_table(place: &Place, name: &str, columns: &[Column], comment: &str, clusters: &[&str]) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS {} (\n{}\n)\nUSING DELTA\nCLUSTER BY ({})\nCOMMENT {}",
        place.table(name),
        defined(columns),
        list(clusters, ", ", |name| quoted(name)),
        literal(comment)
    )
}

fn defined(columns: &[Column]) -> String {
    list(columns, ",\n", |column| {
        let (name, kind) = (quoted(&column.name), column.column_type.sql());
        format!("  {name} {kind} COMMENT {}", literal(&column.doc))
    })
}

/// Adds missing columns to a table.
pub(crate) fn add_columns(place: &Place, table: &str, columns: &[Column]) -> String {
    format!("ALTER TABLE {} ADD COLUMNS (\n{}\n)", place.table(table), defined(columns))
}

/// Existing schemas, tables and columns in their order.
pub(crate) fn present(place: &Place) -> String {
    let information = format!("{}.`information_schema`", quoted(&place.catalog));
    format!(
        "SELECT s.schema_name, t.table_name, t.table_type, c.column_name\nFROM {information}.`schemata` AS s\n\
         LEFT JOIN {information}.`tables` AS t ON t.table_schema = s.schema_name\n\
         LEFT JOIN {information}.`columns` AS c ON c.table_schema = t.table_schema AND c.table_name = t.table_name\n\
         WHERE s.schema_name = {}\nORDER BY t.table_name, c.ordinal_position",
        literal(&place.schema)
    )
}

/// `session_key IN (1, 2)`.
fn keys_in<'a>(column: &str, keys: impl IntoIterator<Item = &'a i64>) -> String {
    format!("{column} IN ({})", list(keys, ", ", ToString::to_string))
}

fn names(columns: &[Column], prefix: &str) -> String {
    list(columns, ", ", |column| format!("{prefix}{}", quoted(&column.name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use f1lake_bronze::{LoadStatus, TableLoad};
    use f1lake_zone::{Compression, Format, LandedEndpoint};
    use openf1_client::Endpoint;

    fn place() -> Place {
        Place { catalog: "dev".to_owned(), schema: "bronze_raw".to_owned() }
    }

    fn staged(session_key: i64) -> StagedSession {
        StagedSession { session_key, extracted_at: "2024-05-01T10:00:00.25Z".parse().unwrap(), rows: true }
    }

    fn order(table: &BronzeTable) -> Vec<String> {
        table.columns.iter().map(|column| column.name.clone()).collect()
    }

    #[test]
    fn statements_match_snapshot() {
        let pit = BronzeTable::of(Endpoint::Pit);
        let folder = "/Volumes/dev/raw/landing/bronze_staging/20240501T100000Z-0a1b/bronze_pit";
        let landed = LandedEndpoint {
            file: Some("pit_2024-03-24_Melbourne_Race.json".to_owned()),
            version: 1,
            rows: 36,
            bytes: 6480,
            sha256: None,
            duplicates_dropped: 0,
            rows_merged: 0,
            extracted_at: "2024-05-01T10:00:00Z".parse().unwrap(),
            format: Format::Json,
            compression: Compression::None,
            requests: Vec::new(),
            replaced: Vec::new(),
            kept_aside: None,
        };
        let loaded = TableLoad {
            table: "bronze_pit".to_owned(),
            status: LoadStatus::Loaded,
            rows: 36,
            rescued_rows: 0,
            quarantined_rows: 0,
            brought_back: false,
            error: None,
        };
        let loaded_at = "2024-05-01T10:05:00Z".parse().unwrap();
        let all = [
            create_schema(&place()),
            create_volume("dev.raw.landing"),
            create_bronze(&place(), &pit),
            add_columns(&place(), "bronze_pit", &pit.columns[..1]),
            present(&place()),
            known(&place()),
            held(&place(), [(&pit, &[9488, 9492].into())]),
            replace(&place(), &pit, &order(&pit), folder, &[staged(9488), staged(9492)]),
            replace(&place(), &pit, &order(&pit), folder, &[StagedSession { rows: false, ..staged(9488) }]),
            overwrite(&place(), &pit, Some(folder)),
            overwrite(&place(), &pit, None),
            forget_others(&place(), &[9488].into()),
            forget_tables(&place(), &["bronze_pit".to_owned()]),
            record(&place(), &[(9488, &landed, &loaded)], loaded_at),
        ];
        insta::assert_snapshot!(all.join(";\n\n"));
    }

    #[test]
    fn a_hostile_name_stays_a_name() {
        let place = Place { catalog: "a`; DROP TABLE x; --".to_owned(), schema: "b'c".to_owned() };
        assert_eq!(place.table("t"), "`a``; DROP TABLE x; --`.`b'c`.`t`");
        assert_eq!(literal("it's \\ here"), "'it\\'s \\\\ here'");
    }

    #[test]
    fn the_grid_is_found_by_its_race() {
        let grid = BronzeTable::of(Endpoint::StartingGrid);
        let sql = replace(&place(), &grid, &order(&grid), "/Volumes/a/b/c", &[staged(9574)]);
        assert!(sql.contains("REPLACE WHERE `race_session_key` IN (9574)"), "{sql}");
        assert!(sql.contains("(`race_session_key` = 9574 AND _extracted_at > TIMESTAMP"), "{sql}");
        assert!(held(&place(), [(&grid, &[9574].into())]).contains("GROUP BY `race_session_key`"));
    }

    #[test]
    fn rows_come_in_the_order_of_the_tables_columns() {
        let pit = BronzeTable::of(Endpoint::Pit);
        let mut order = order(&pit);
        order.reverse();
        order.insert(1, "of another".to_owned());
        let sql = replace(&place(), &pit, &order, "/Volumes/a/b/c", &[staged(9488)]);
        let selected: Vec<&str> = sql.lines().filter(|line| line.starts_with("SELECT")).collect();
        assert!(
            selected[0].starts_with("SELECT staged.`_rescued_data`, NULL AS `of another`, staged."),
            "{sql}"
        );
        let guard =
            "SELECT CAST(NULL AS STRING) AS `_rescued_data`, NULL AS `of another`, CAST(NULL AS TIMESTAMP)";
        assert!(selected[1].starts_with(guard), "{sql}");
    }

    #[test]
    fn only_a_late_statement_is_taken_for_late() {
        let pit = BronzeTable::of(Endpoint::Pit);
        let statement = replace(&place(), &pit, &order(&pit), "/Volumes/a/b/c", &[staged(9488)]);
        let failed = |message: String| {
            let error = f1lake_databricks::SqlError {
                statement_id: "01".to_owned(),
                state: "FAILED".to_owned(),
                error_code: "BAD_REQUEST".to_owned(),
                message,
                position: None,
                line: None,
            };
            f1lake_databricks::Error::Sql(Box::new(error))
        };
        let raised = "[USER_RAISED_EXCEPTION] f1lake: a newer extract is loaded: 36 SQLSTATE: P0001";
        assert!(is_late(&failed(format!("{raised}\n\n== SQL (line 1) ==\n{statement}"))));
        // A message may repeat the whole statement.
        let parse = "[PARSE_SYNTAX_ERROR] Syntax error at or near 'REPLACE'. SQLSTATE: 42601 (line 2, pos 0)";
        assert!(!is_late(&failed(format!("{parse}\n\n== SQL ==\n{statement}"))));
    }
}
