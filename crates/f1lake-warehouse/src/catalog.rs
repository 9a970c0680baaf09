//! What a schema has of the bronze tables, and what it lacks.

use crate::error::WarehouseError;
use crate::sql::{self, Place};
use f1lake_bronze::{BronzeTable, Column, EXTRACTED, LOADS, SOURCE_FILE, loads_columns};
use f1lake_databricks::Rows;
use std::collections::BTreeMap;

/// Types of tables that take no rows of a load, and what they are.
const NOT_WRITABLE: [(&str, &str); 4] = [
    ("VIEW", "a view"),
    ("MATERIALIZED_VIEW", "a materialized view"),
    ("STREAMING_TABLE", "a streaming table, which only its pipeline writes"),
    ("FOREIGN", "a table of another system"),
];

/// Tables of a schema.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    /// Whether the schema exists.
    schema: bool,
    tables: BTreeMap<String, Found>,
}

#[derive(Debug, Default)]
struct Found {
    kind: String,
    columns: Vec<String>,
}

impl Found {
    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|there| there == column)
    }

    fn lacking(&self, columns: &[Column]) -> Vec<Column> {
        columns.iter().filter(|column| !self.has(&column.name)).cloned().collect()
    }
}

impl Catalog {
    /// From the response to [`sql::present`].
    pub(crate) fn of(rows: Rows) -> Self {
        let mut catalog = Self { schema: !rows.rows.is_empty(), tables: BTreeMap::new() };
        for row in rows.rows {
            let mut values = row.into_iter().skip(1);
            let (Some(Some(table)), kind) = (values.next(), values.next().flatten()) else { continue };
            let found = catalog.tables.entry(table).or_default();
            found.kind = kind.unwrap_or_default();
            found.columns.extend(values.next().flatten());
        }
        catalog
    }

    /// Whether the schema has a table.
    pub(crate) fn has(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    /// Columns of a table in their order, once it has all of ours.
    pub(crate) fn order(&self, table: &BronzeTable) -> Vec<String> {
        let found = self.tables.get(&table.name);
        let there = found.map(|found| found.columns.clone()).unwrap_or_default();
        let lacking = table.columns.iter().map(|column| column.name.clone());
        let lacking: Vec<String> = lacking.filter(|name| !there.contains(name)).collect();
        there.into_iter().chain(lacking).collect()
    }

    /// Refuses tables of our names that f1lake did not create: it must neither alter nor fill them.
    pub(crate) fn refuse_foreign(&self, place: &Place) -> Result<(), WarehouseError> {
        let bronze = BronzeTable::all().map(|table| (table.name, vec![SOURCE_FILE, EXTRACTED]));
        let loads = (LOADS.to_owned(), vec!["table_name", "sha256", "extracted_at"]);
        for (name, ours) in bronze.chain([loads]) {
            let Some(found) = self.tables.get(&name) else { continue };
            let not_writable = NOT_WRITABLE.iter().find(|(kind, _)| *kind == found.kind);
            let detail = match (not_writable, ours.iter().find(|column| !found.has(column))) {
                (Some((_, what)), _) => format!("it is {what}"),
                (None, Some(column)) => format!("it has no column {column}"),
                (None, None) => continue,
            };
            let table = format!("{}.{}.{name}", place.catalog, place.schema);
            return Err(WarehouseError::Foreign { table, detail });
        }
        Ok(())
    }

    /// Bronze tables that are missing although loads were recorded.
    pub(crate) fn lost(&self) -> Vec<String> {
        if !self.has(LOADS) {
            return Vec::new();
        }
        BronzeTable::all().map(|table| table.name).filter(|name| !self.has(name)).collect()
    }

    /// Statements that create what the schema lacks.
    pub(crate) fn missing(&self, place: &Place) -> Vec<(&'static str, String)> {
        let mut statements = Vec::new();
        if !self.schema {
            statements.push(("cannot create the schema", sql::create_schema(place)));
        }
        let mut table = |name: &str, columns: &[Column], create: String| match self.tables.get(name) {
            None => statements.push(("cannot create a table", create)),
            Some(found) => {
                let lacking = found.lacking(columns);
                if !lacking.is_empty() {
                    statements.push(("cannot add columns", sql::add_columns(place, name, &lacking)));
                }
            }
        };
        for bronze in BronzeTable::all() {
            table(&bronze.name, &bronze.columns, sql::create_bronze(place, &bronze));
        }
        table(LOADS, &loads_columns(), sql::create_loads(place));
        statements
    }
}
