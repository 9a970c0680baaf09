//! The record of loads, and what the tables themselves hold.

use super::{Place, instant, keys_in, list, literal, names, optional, quoted};
use f1lake_bronze::{
    BronzeTable, ColumnType, EXTRACTED, LOADS, LoadStatus, RESCUED, SessionLoad, TableLoad, loads_columns,
};
use f1lake_zone::{LandedEndpoint, Manifest};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A row of the table of loads: a session, one of its landing files, and what became of it.
pub(crate) type LoadRow<'a> = (i64, &'a LandedEndpoint, &'a TableLoad);

/// The rows for sessions that were loaded completely.
pub(crate) fn load_rows<'a>(
    sessions: &[(&'a Manifest, &'a SessionLoad)],
) -> impl Iterator<Item = LoadRow<'a>> {
    let loaded = sessions.iter().copied().filter(|(_, session)| session.status == LoadStatus::Loaded);
    loaded.flat_map(|(manifest, session)| {
        manifest.endpoints.iter().filter_map(move |(endpoint, landed)| {
            let name = BronzeTable::of(*endpoint).name;
            // The record of a newer extract is that of the load that brought it.
            let recorded = |table: &&TableLoad| table.table == name && table.status != LoadStatus::Stale;
            Some((manifest.session_key, landed, session.tables.iter().find(recorded)?))
        })
    })
}

/// The record of previous loads.
pub(crate) fn known(place: &Place) -> String {
    format!(
        "SELECT session_key, table_name, sha256, rows, rescued_rows, quarantined_rows, \
         unix_micros(extracted_at) AS extracted_at\nFROM {}",
        place.table(LOADS)
    )
}

/// The extracts and rows that tables hold of these sessions.
pub(crate) fn held<'a>(
    place: &Place,
    wanted: impl IntoIterator<Item = (&'a BronzeTable, &'a BTreeSet<i64>)>,
) -> String {
    list(wanted, "\nUNION ALL\n", |(table, keys)| {
        let session = quoted(table.session_column);
        format!(
            "SELECT {name} AS table_name, {session} AS session_key, unix_micros(min({EXTRACTED})) AS oldest, \
             unix_micros(max({EXTRACTED})) AS newest, count(*) AS rows, count({RESCUED}) AS rescued_rows\n\
             FROM {target}\nWHERE {in_keys}\nGROUP BY {session}",
            name = literal(&table.name),
            target = place.table(&table.name),
            in_keys = keys_in(&session, keys),
        )
    })
}

/// Deletes every row of the table of loads for other sessions.
pub(crate) fn forget_others(place: &Place, sessions: &BTreeSet<i64>) -> String {
    let loads = place.table(LOADS);
    if sessions.is_empty() {
        return format!("DELETE FROM {loads}\nWHERE true");
    }
    format!("DELETE FROM {loads}\nWHERE {}", keys_in("session_key NOT", sessions))
}

/// Deletes the record of tables that are lost.
pub(crate) fn forget_tables(place: &Place, tables: &[String]) -> String {
    let names = list(tables, ", ", |name| literal(name));
    format!("DELETE FROM {}\nWHERE table_name IN ({names})", place.table(LOADS))
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
