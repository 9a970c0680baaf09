//! The SQL for a warehouse. Every statement is safe to repeat, because a client cannot always know whether
//! one ran.

use f1lake_bronze::{BronzeTable, Column, ColumnType, EXTRACTED, LOADS, TableLoad, loads_columns};
use f1lake_zone::LandedEndpoint;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::fmt::Write;

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

/// A session's landing file, staged for a table; without a path when it landed without rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StagedSession {
    pub(crate) session_key: i64,
    pub(crate) extracted_at: Timestamp,
    /// Whether rows are staged.
    pub(crate) rows: bool,
}

/// A row of the table of loads: a session, one of its landing files, and what became of it.
pub(crate) type LoadRow<'a> = (i64, &'a LandedEndpoint, &'a TableLoad);

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

/// Existing schemas and columns.
pub(crate) fn present(place: &Place) -> String {
    let information = format!("{}.`information_schema`", quoted(&place.catalog));
    format!(
        "SELECT s.schema_name, c.table_name, c.column_name\nFROM {information}.`schemata` AS s\n\
         LEFT JOIN {information}.`columns` AS c ON c.table_schema = s.schema_name\nWHERE s.schema_name = {}",
        literal(&place.schema)
    )
}

/// The record of previous loads.
pub(crate) fn known(place: &Place) -> String {
    format!(
        "SELECT session_key, table_name, sha256, rows, rescued_rows, quarantined_rows, \
         unix_micros(extracted_at) AS extracted_at\nFROM {}",
        place.table(LOADS)
    )
}

/// `session_key IN (1, 2)`, or the race of a grid.
fn sessions_in(column: &str, sessions: &[StagedSession]) -> String {
    format!("{column} IN ({})", list(sessions, ", ", |session| session.session_key.to_string()))
}

/// Rows of an older extract of these sessions.
fn older(alias: &str, column: &str, sessions: &[StagedSession]) -> String {
    list(sessions, "\n  OR ", |session| {
        let (key, at) = (session.session_key, instant(session.extracted_at));
        format!("({alias}{column} = {key} AND {alias}{EXTRACTED} < {at})")
    })
}

fn staged_rows(folder: &str, table: &BronzeTable) -> String {
    format!(
        "read_files(\n    {},\n    format => 'parquet',\n    schema => {},\n    schemaEvolutionMode => 'none'\n  )",
        literal(folder),
        literal(&schema_text(&table.columns))
    )
}

fn names(columns: &[Column], prefix: &str) -> String {
    list(columns, ", ", |column| format!("{prefix}{}", quoted(&column.name)))
}

/// Columns of the primary key, and whether they are never null.
pub(crate) fn key_columns(table: &BronzeTable) -> Vec<(&str, bool)> {
    let key = table.endpoint.spec().key;
    table
        .fields
        .iter()
        .filter(|field| key.contains(&field.name))
        .map(|field| (table.columns[field.first].name.as_str(), field.required))
        .filter(|(name, _)| *name != table.session_column)
        .collect()
}

/// Replaces sessions of a bronze table by the rows in a folder of Parquet files, in one commit.
///
/// A row is identified by its session, the time of its extract and its key: loading the same files again
/// matches every row and changes nothing. If the table has rows of a newer extract, the files are ignored.
/// Rows of an older extract that are not in the files are deleted, so rows that vanished upstream vanish
/// here.
pub(crate) fn merge(place: &Place, table: &BronzeTable, folder: &str, sessions: &[StagedSession]) -> String {
    let target = place.table(&table.name);
    let session = table.session_column;
    let mut on = format!(
        "t.{session} = s.{session}\n  AND t.{EXTRACTED} = s.{EXTRACTED}\n  AND {}",
        sessions_in(&format!("t.{session}"), sessions)
    );
    for (column, never_null) in key_columns(table) {
        let (column, equal) = (quoted(column), if never_null { "=" } else { "<=>" });
        let _ = write!(on, "\n  AND t.{column} {equal} s.{column}");
    }
    format!(
        "MERGE INTO {target} AS t\n\
         USING (\n  SELECT {columns}\n  FROM {rows} AS staged\n  LEFT JOIN (\n    \
         SELECT held_session, max(held_at) AS newest\n    FROM (\n      \
         SELECT {session} AS held_session, {EXTRACTED} AS held_at FROM {target} WHERE {in_table}\n      \
         UNION ALL\n      \
         SELECT session_key, extracted_at FROM {loads} WHERE table_name = {name} AND {in_loads}\n    ) AS loaded\n    \
         GROUP BY held_session\n  ) AS held ON held.held_session = staged.{session}\n  \
         WHERE held.newest IS NULL OR held.newest <= staged.{EXTRACTED}\n) AS s\n\
         ON {on}\n\
         WHEN NOT MATCHED THEN INSERT ({inserted})\n  VALUES ({values})\n\
         WHEN NOT MATCHED BY SOURCE AND (\n  {older}\n) THEN DELETE",
        columns = names(&table.columns, "staged."),
        rows = staged_rows(folder, table),
        loads = place.table(LOADS),
        name = literal(&table.name),
        in_table = sessions_in(session, sessions),
        in_loads = sessions_in("session_key", sessions),
        inserted = names(&table.columns, ""),
        values = names(&table.columns, "s."),
        older = older("t.", session, sessions),
    )
}

/// Deletes the rows of an older extract for sessions that have no rows now.
pub(crate) fn delete(place: &Place, table: &BronzeTable, sessions: &[StagedSession]) -> String {
    format!("DELETE FROM {}\nWHERE {}", place.table(&table.name), older("", table.session_column, sessions))
}

/// Rewrites a table from the rows in a folder of Parquet files.
pub(crate) fn overwrite(place: &Place, table: &BronzeTable, folder: Option<&str>) -> String {
    let target = place.table(&table.name);
    let Some(folder) = folder else { return format!("DELETE FROM {target}\nWHERE true") };
    format!(
        "INSERT OVERWRITE {target} ({})\nSELECT {}\nFROM {} AS staged",
        names(&table.columns, ""),
        names(&table.columns, "staged."),
        staged_rows(folder, table)
    )
}

/// Deletes every row of the table of loads for other sessions.
pub(crate) fn forget_others(place: &Place, sessions: &BTreeSet<i64>) -> String {
    let loads = place.table(LOADS);
    if sessions.is_empty() {
        return format!("DELETE FROM {loads}\nWHERE true");
    }
    let keys = list(sessions, ", ", ToString::to_string);
    format!("DELETE FROM {loads}\nWHERE session_key NOT IN ({keys})")
}

/// Records loads. Existing and newer records stay unchanged.
pub(crate) fn record(place: &Place, loads: &[LoadRow<'_>], loaded_at: Timestamp) -> String {
    let columns = loads_columns();
    let rows = list(loads, ",\n", |(session_key, landed, table)| {
        format!(
            "    ({session_key}, {}, {}, {}, {}, {}, {}, {}, {}, {})",
            literal(&table.table),
            optional(landed.file.as_deref()),
            optional(landed.sha256.as_deref()),
            landed.version,
            table.rows,
            table.rescued_rows,
            table.quarantined_rows,
            instant(landed.extracted_at),
            instant(loaded_at)
        )
    });
    let typed = list(&columns, ", ", |column| {
        let name = quoted(&column.name);
        // An integer in a list of values is an INT.
        match column.column_type {
            ColumnType::Bigint => format!("CAST({name} AS BIGINT) AS {name}"),
            _ => name,
        }
    });
    let set = columns.iter().filter(|column| !matches!(column.name.as_str(), "session_key" | "table_name"));
    let set = list(set, ", ", |column| format!("t.{0} = s.{0}", quoted(&column.name)));
    format!(
        "MERGE INTO {target} AS t\nUSING (\n  SELECT {typed}\n  FROM VALUES\n{rows}\n  AS loads({names})\n) AS s\n\
         ON t.`session_key` = s.`session_key` AND t.`table_name` = s.`table_name`\n\
         WHEN MATCHED AND (t.`extracted_at` < s.`extracted_at`\n    OR t.`extracted_at` = s.`extracted_at` AND NOT t.`sha256` <=> s.`sha256`) THEN UPDATE SET {set}\n\
         WHEN NOT MATCHED THEN INSERT ({names})\n  VALUES ({values})",
        target = place.table(LOADS),
        names = names(&columns, ""),
        values = names(&columns, "s."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use f1lake_bronze::LoadStatus;
    use f1lake_zone::{Compression, Format};
    use openf1_client::Endpoint;

    fn place() -> Place {
        Place { catalog: "dev".to_owned(), schema: "bronze_raw".to_owned() }
    }

    fn staged(session_key: i64) -> StagedSession {
        StagedSession { session_key, extracted_at: "2024-05-01T10:00:00.25Z".parse().unwrap(), rows: true }
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
            merge(&place(), &pit, folder, &[staged(9488), staged(9492)]),
            delete(&place(), &pit, &[staged(9488)]),
            overwrite(&place(), &pit, Some(folder)),
            overwrite(&place(), &pit, None),
            forget_others(&place(), &[9488].into()),
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
        let sql = merge(&place(), &grid, "/Volumes/a/b/c", &[staged(9574)]);
        assert!(sql.contains("t.race_session_key = s.race_session_key"), "{sql}");
        assert!(sql.contains("(t.race_session_key = 9574 AND t._extracted_at < TIMESTAMP"), "{sql}");
    }
}
