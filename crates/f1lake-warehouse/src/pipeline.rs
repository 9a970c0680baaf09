//! The SQL of a declarative pipeline that reads landing files itself: streaming tables on the volume.

use crate::sql::{literal, quoted, schema_text};
use f1lake_bronze::{BronzeTable, EXTRACTED, INGESTED, RACE_SESSION_KEY, RESCUED, SOURCE_FILE};
use f1lake_bronze::{Column, ColumnType};
use openf1_client::Endpoint;
use openf1_client::field::FieldType;
use std::fmt::Write;

/// Formats of landing files that a pipeline can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LandingFiles {
    /// One JSON array per file.
    Json,
    /// One JSON object per line.
    Ndjson,
}

/// A file's name without endpoint, version and extensions: the session's part.
const SESSION_PART: &str = "^[a-z_]+_(20[0-9-]+_.*?)([.]v[0-9]+)?[.][a-z.]+$";

/// SQL of a pipeline from the landing files of a volume folder to the bronze tables.
pub fn pipeline(landing: &str, files: LandingFiles) -> String {
    let mut text = String::from(
        "-- Bronze as a Lakeflow declarative pipeline: streaming tables on the landing volume. Written by `f1lake databricks\n\
         -- pipeline`; set the pipeline's default catalog and schema to those of the bronze tables.\n\
         --\n\
         -- It differs from `f1lake load --load-to databricks` in three points: a row that vanished upstream stays; of rows with one\n\
         -- key the last file's stays; _extracted_at is the time at which the file came into the volume.\n",
    );
    for table in BronzeTable::all() {
        text.push('\n');
        text.push_str(&streaming(&table, landing, files));
    }
    text
}

fn streaming(table: &BronzeTable, landing: &str, files: LandingFiles) -> String {
    let spec = table.endpoint.spec();
    let name = spec.landing_name;
    let multi_line = files == LandingFiles::Json;
    let typed = typed_columns(table).join(",\n  ");
    let keys: Vec<String> = std::iter::once(table.session_column)
        .chain(crate::sql::key_columns(table).into_iter().map(|(name, _)| name))
        .map(quoted)
        .collect();
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let comment = if column.name == EXTRACTED {
                "Time at which the landing file arrived in the volume, UTC."
            } else {
                &column.doc
            };
            format!("  {} {} COMMENT {}", quoted(&column.name), column.column_type.sql(), literal(comment))
        })
        .collect();
    let mut text = String::new();
    let _ = write!(
        text,
        "CREATE OR REFRESH STREAMING TABLE landed_{name}\n\
         COMMENT 'Landing files of {name} as they arrived; each correction is another file.'\n\
         AS SELECT *, _metadata.file_name AS {SOURCE_FILE}, _metadata.file_modification_time AS {EXTRACTED}\n\
         FROM STREAM read_files(\n  {path},\n  format => 'json',\n  multiLine => {multi_line},\n  \
         schema => {schema},\n  rescuedDataColumn => '{RESCUED}'\n);\n\n",
        path = literal(&format!("{}/{name}_20*.*json*", landing.trim_end_matches('/'))),
        schema = literal(&schema_text(&landed_columns(table))),
    );
    let from = match table.session_column {
        // The grid's file has the race's name, its rows the key of the qualifying session.
        RACE_SESSION_KEY => format!(
            "STREAM landed_{name} AS landed\nLEFT JOIN (\n  SELECT regexp_extract({SOURCE_FILE}, {part}, 1) AS session_part, \
             max(session_key) AS {RACE_SESSION_KEY}\n  FROM landed_{sessions}\n  GROUP BY 1\n) AS race ON race.session_part = \
             regexp_extract(landed.{SOURCE_FILE}, {part}, 1)",
            part = literal(SESSION_PART),
            sessions = Endpoint::Sessions.spec().landing_name,
        ),
        _ => format!("STREAM landed_{name} AS landed"),
    };
    let _ = write!(
        text,
        "CREATE TEMPORARY VIEW typed_{name} AS\nSELECT\n  {typed}\nFROM {from};\n\n\
         CREATE OR REFRESH STREAMING TABLE {bronze} (\n{columns}\n)\nCLUSTER BY ({session})\nCOMMENT {comment};\n\n\
         CREATE FLOW {bronze}_flow AS AUTO CDC INTO {bronze}\nFROM STREAM typed_{name}\nKEYS ({keys})\n\
         SEQUENCE BY {EXTRACTED}\nSTORED AS SCD TYPE 1;\n",
        bronze = table.name,
        columns = columns.join(",\n"),
        session = table.session_column,
        comment = literal(spec.doc),
        keys = keys.join(", "),
    );
    text
}

/// Fields as in landing files; those with numbers, text or lists are read as text.
fn landed_columns(table: &BronzeTable) -> Vec<Column> {
    table
        .fields
        .iter()
        .map(|field| {
            let column = &table.columns[field.first];
            let column_type = match field.field_type {
                FieldType::Gap | FieldType::ResultTime => ColumnType::String,
                _ => column.column_type,
            };
            Column::new(field.name, column_type, column.doc.clone())
        })
        .collect()
}

/// Expressions for the table's columns, in order.
fn typed_columns(table: &BronzeTable) -> Vec<String> {
    let mut expressions = Vec::new();
    for field in &table.fields {
        let source = format!("landed.{}", quoted(field.name));
        let part = |suffix: &str, expression: String| {
            format!("{expression} AS {}", quoted(&format!("{}_{suffix}", field.name)))
        };
        let seconds = format!("try_cast({source} AS DOUBLE)");
        let laps =
            format!("try_cast(nullif(regexp_extract({source}, '^[+]([0-9]+) LAPS?$', 1), '') AS BIGINT)");
        match field.field_type {
            FieldType::Gap => {
                expressions.extend([
                    part("seconds", seconds),
                    part("laps", laps),
                    part("text", source.clone()),
                ]);
            }
            FieldType::ResultTime => {
                let phase = |index: u8| format!("get(from_json({source}, 'ARRAY<DOUBLE>'), {index})");
                expressions.extend([
                    part("seconds", seconds),
                    part("laps", laps),
                    part("q1", phase(0)),
                    part("q2", phase(1)),
                    part("q3", phase(2)),
                    part("text", source.clone()),
                ]);
            }
            _ => expressions.push(source),
        }
    }
    if table.session_column == RACE_SESSION_KEY {
        expressions.push(format!("race.{RACE_SESSION_KEY}"));
    }
    expressions.extend([
        format!("landed.{SOURCE_FILE}"),
        format!("landed.{EXTRACTED}"),
        format!("current_timestamp() AS {INGESTED}"),
        format!("landed.{RESCUED}"),
    ]);
    expressions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipeline_table_matches_snapshot() {
        let results = BronzeTable::of(Endpoint::SessionResult);
        insta::assert_snapshot!(streaming(&results, "/Volumes/dev/raw/landing/", LandingFiles::Json));
    }

    #[test]
    fn every_table_has_as_many_expressions_as_columns() {
        for table in BronzeTable::all() {
            assert_eq!(typed_columns(&table).len(), table.columns.len(), "{}", table.name);
        }
        let all = pipeline("/Volumes/dev/raw/landing", LandingFiles::Ndjson);
        assert_eq!(all.matches("AUTO CDC INTO").count(), Endpoint::ALL.len());
    }
}
