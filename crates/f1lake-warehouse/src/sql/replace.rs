//! Bronze rows: sessions are replaced by staged rows, whole tables are rewritten.

use super::{Place, instant, keys_in, list, literal, names, quoted};
use f1lake_bronze::{BronzeTable, EXTRACTED, LOADS};
use jiff::Timestamp;

/// Begin of the error by which a late statement fails. No statement contains it in one piece, because messages
/// may repeat the statement.
const LATE: &str = "f1lake: a newer extract is loaded";

/// A session's landing file, staged for a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StagedSession {
    pub(crate) session_key: i64,
    pub(crate) extracted_at: Timestamp,
    /// Whether rows are staged.
    pub(crate) rows: bool,
}

/// Whether a statement failed because it came late.
pub(crate) fn is_late(error: &f1lake_databricks::Error) -> bool {
    matches!(error, f1lake_databricks::Error::Sql(error) if error.message.contains(LATE))
}

/// Replaces sessions of a bronze table by their rows in a folder of Parquet files, in one commit. Only files
/// with rows of these sessions are read and rewritten.
///
/// `order` has the table's columns in their order: before Databricks Runtime 18, `REPLACE WHERE` takes neither
/// `BY NAME` nor a list of columns.
pub(crate) fn replace(
    place: &Place,
    table: &BronzeTable,
    order: &[String],
    folder: &str,
    sessions: &[StagedSession],
) -> String {
    let session = quoted(table.session_column);
    let keys = keys_in(&session, sessions.iter().map(|staged| &staged.session_key));
    let rows = if sessions.iter().any(|staged| staged.rows) {
        let columns =
            list(order, ", ", |name| match table.columns.iter().any(|column| column.name == *name) {
                true => format!("staged.{}", quoted(name)),
                false => format!("NULL AS {}", quoted(name)),
            });
        format!("SELECT {columns}\nFROM {} AS staged\nWHERE staged.{keys}\nUNION ALL\n", staged_files(folder))
    } else {
        String::new()
    };
    format!(
        "INSERT INTO {}\nREPLACE WHERE {keys}\n{rows}{}",
        place.table(&table.name),
        guard(place, table, order, sessions)
    )
}

/// A query without rows that fails when there is a newer extract of one of the sessions. It is a part of the
/// rows to insert and does not depend on the staged ones, so no engine can leave it out.
fn guard(place: &Place, table: &BronzeTable, order: &[String], sessions: &[StagedSession]) -> String {
    let nothing = list(order, ", ", |name| {
        let ours = table.columns.iter().find(|column| column.name == *name);
        let null = ours.map_or_else(
            || "NULL".to_owned(),
            |column| format!("CAST(NULL AS {})", column.column_type.sql()),
        );
        format!("{null} AS {}", quoted(name))
    });
    let newer = |session: &str, extracted: &str| {
        list(sessions, " OR ", |staged| {
            format!("({session} = {} AND {extracted} > {})", staged.session_key, instant(staged.extracted_at))
        })
    };
    let (begin, end) = LATE.split_at(LATE.find(' ').unwrap_or_default());
    format!(
        "SELECT {nothing}\nFROM (\n  SELECT count(*) AS newer\n  FROM (\n    \
         SELECT {session} AS session_key FROM {target} WHERE {in_table}\n    \
         UNION ALL\n    \
         SELECT session_key FROM {loads} WHERE table_name = {name} AND ({in_loads})\n  ) AS held\n) AS late\n\
         WHERE CASE WHEN late.newer > 0\n  \
         THEN CAST(raise_error(concat({begin}, {end}, ': ', CAST(late.newer AS STRING))) AS BOOLEAN) ELSE false END",
        session = quoted(table.session_column),
        target = place.table(&table.name),
        in_table = newer(&quoted(table.session_column), EXTRACTED),
        loads = place.table(LOADS),
        name = literal(&table.name),
        in_loads = newer("session_key", "extracted_at"),
        begin = literal(begin),
        end = literal(end),
    )
}

fn staged_files(folder: &str) -> String {
    format!("parquet.{}", quoted(folder))
}

/// Rewrites a table from the rows in a folder of Parquet files.
pub(crate) fn overwrite(place: &Place, table: &BronzeTable, folder: Option<&str>) -> String {
    let target = place.table(&table.name);
    let Some(folder) = folder else { return format!("DELETE FROM {target}\nWHERE true") };
    format!(
        "INSERT OVERWRITE {target} ({})\nSELECT {}\nFROM {} AS staged",
        names(&table.columns, ""),
        names(&table.columns, "staged."),
        staged_files(folder)
    )
}
