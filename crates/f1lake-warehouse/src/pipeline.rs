//! The SQL of a declarative pipeline that reads landing files itself: streaming tables on the volume.

use crate::sql::{literal, quoted, schema_text};
use f1lake_bronze::{
    BronzeTable, Column, ColumnType, EXTRACTED, FieldColumns, INGESTED, LOADS, RACE_SESSION_KEY, RESCUED,
    SOURCE_FILE, loads_columns,
};
use f1lake_zone::MANIFEST_DIR;
use openf1_client::Endpoint;
use openf1_client::field::FieldType;
use std::fmt::Write;

/// Formats of landing files that a pipeline can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LandingFiles {
    /// One JSON object per line, also within an array.
    Json,
    /// Typed columns.
    Parquet,
}

/// Fields of a row by name, as text: all of a JSON row, of a Parquet row those that fit no column.
const FIELDS: &str = "MAP<STRING, STRING>";

/// SQL of a pipeline from the landing files of a volume folder to the bronze tables.
pub fn pipeline(landing: &str, files: LandingFiles) -> String {
    let landing = landing.trim_end_matches('/');
    let mut text = String::from(
        "-- Bronze as a Lakeflow declarative pipeline on the landing volume. Written by `f1lake databricks pipeline`; set the\n\
         -- pipeline's default catalog and schema to those of the bronze tables.\n\
         --\n\
         -- landed_...     rows of all landing files; each file is read once\n\
         -- landing_files  the current file of each session and endpoint, as the manifests name it\n\
         -- bronze_...     rows of the current files, and bronze_loads, as `f1lake load --load-to databricks` writes them\n\
         -- unread_files   files whose rows are not all in the pipeline; if there are any, refresh their landed_ table fully\n\
         --\n\
         -- Values in _rescued_data are text here, and a text that looks like a number is taken for one.\n\n",
    );
    text.push_str(&landing_files(landing));
    for table in BronzeTable::all() {
        let _ = write!(text, "\n{}\n{}", landed(&table, landing, files), bronze(&table));
    }
    let _ = write!(text, "\n{}\n{}", bronze_loads(), unread_files());
    text
}

fn landing_files(landing: &str) -> String {
    let schema = "session_key BIGINT, endpoints MAP<STRING, STRUCT<file: STRING, version: BIGINT, rows: BIGINT, sha256: STRING, \
                  extracted_at: STRING>>";
    format!(
        "CREATE MATERIALIZED VIEW landing_files\n\
         COMMENT 'Current landing files: one row per session and endpoint; without a file where there are no rows.'\n\
         AS SELECT\n  session_key,\n  endpoint,\n  landed.file AS {SOURCE_FILE},\n  landed.version AS file_version,\n  \
         landed.rows AS file_rows,\n  landed.sha256 AS sha256,\n  CAST(landed.extracted_at AS TIMESTAMP) AS {EXTRACTED}\n\
         FROM (\n  SELECT session_key, explode(endpoints) AS (endpoint, landed)\n  \
         FROM read_files(\n    {path},\n    format => 'json',\n    multiLine => true,\n    mode => 'FAILFAST',\n    \
         schema => {schema}\n  )\n) AS manifests;\n",
        path = literal(&format!("{landing}/{MANIFEST_DIR}/*.json")),
        schema = literal(schema),
    )
}

fn landed(table: &BronzeTable, landing: &str, files: LandingFiles) -> String {
    let name = table.endpoint.spec().landing_name;
    let (extension, read, fields, rows) = match files {
        LandingFiles::Json => {
            let fields = format!("from_json(trim(TRAILING ',' FROM value), '{FIELDS}')");
            ("json*", "format => 'text'".to_owned(), fields, "\n    WHERE value LIKE '{%'")
        }
        LandingFiles::Parquet => {
            let schema = literal(&schema_text(&parquet_columns(table)));
            let fields = format!("*, from_json({RESCUED}, '{FIELDS}')");
            ("parquet", format!("format => 'parquet',\n      schema => {schema}"), fields, "")
        }
    };
    // Every format of JSON rows has its own extension.
    let pattern = match files {
        LandingFiles::Json => format!("{landing}/{name}_20*.*{extension}"),
        LandingFiles::Parquet => format!("{landing}/{name}_20*.{extension}"),
    };
    let typed: Vec<String> = table.fields.iter().flat_map(|field| typed(table, field, files)).collect();
    let names: Vec<String> = own_columns(table).map(|column| quoted(&column.name)).collect();
    let fitting: Vec<String> = table.fields.iter().map(|field| fits(table, field)).collect();
    format!(
        "CREATE STREAMING TABLE landed_{name}\n\
         COMMENT 'Rows of all landing files of {name}, also of those that a correction replaced.'\n\
         AS SELECT\n  {names},\n  {SOURCE_FILE},\n  current_timestamp() AS {INGESTED},\n  \
         nullif(to_json(map_filter(fields, (name, value) -> value IS NOT NULL AND NOT array_contains(array(\n    {fitting}\n  ), name))), '{{}}') AS {RESCUED}\n\
         FROM (\n  SELECT\n    {typed},\n    {SOURCE_FILE},\n    fields\n  FROM (\n    \
         SELECT {fields} AS fields, _metadata.file_name AS {SOURCE_FILE}\n    \
         FROM STREAM read_files(\n      {path},\n      {read}\n    ){rows}\n  ) AS row\n) AS typed;\n",
        names = names.join(",\n  "),
        fitting = fitting.join(",\n    "),
        typed = typed.join(",\n    "),
        path = literal(&pattern),
    )
}

fn bronze(table: &BronzeTable) -> String {
    let spec = table.endpoint.spec();
    let values: Vec<String> = table
        .columns
        .iter()
        .map(|column| match column.name.as_str() {
            EXTRACTED => format!("files.{EXTRACTED}"),
            RACE_SESSION_KEY => format!("files.session_key AS {RACE_SESSION_KEY}"),
            name => format!("landed.{}", quoted(name)),
        })
        .collect();
    // Without the rows that `f1lake load` puts into quarantine.
    let mut keyed: Vec<String> = table
        .fields
        .iter()
        .filter(|field| field.required)
        .map(|field| format!("landed.{} IS NOT NULL", quoted(&table.columns[field.first].name)))
        .collect();
    if table.session_column != RACE_SESSION_KEY {
        keyed.push("landed.`session_key` = files.session_key".to_owned());
    }
    let query = format!(
        "SELECT\n  {values}\nFROM landed_{name} AS landed\n\
         INNER JOIN landing_files AS files ON landed.{SOURCE_FILE} = files.{SOURCE_FILE}\nWHERE {keyed}",
        values = values.join(",\n  "),
        name = spec.landing_name,
        keyed = keyed.join(" AND "),
    );
    view(&table.name, &table.columns, table.session_column, spec.doc, &query)
}

/// A materialized view with the columns of a bronze table.
fn view(name: &str, columns: &[Column], cluster: &str, comment: &str, query: &str) -> String {
    let defined: Vec<String> = columns
        .iter()
        .map(|column| {
            format!(
                "  {} {} COMMENT {}",
                quoted(&column.name),
                column.column_type.sql(),
                literal(&column.doc)
            )
        })
        .collect();
    format!(
        "CREATE MATERIALIZED VIEW {name} (\n{}\n)\nCLUSTER BY ({cluster})\nCOMMENT {}\nAS {query};\n",
        defined.join(",\n"),
        literal(comment)
    )
}

/// The record of loads, by which dbt knows which sessions changed.
fn bronze_loads() -> String {
    let tables: Vec<String> = BronzeTable::all()
        .map(|table| format!("  ({}, {})", literal(table.endpoint.name()), literal(&table.name)))
        .collect();
    let counts = BronzeTable::all().map(|table| {
        format!(
            "  SELECT {SOURCE_FILE}, count(*) AS table_rows, count({RESCUED}) AS rescued_rows, max({INGESTED}) AS loaded_at \
             FROM {} GROUP BY {SOURCE_FILE}",
            table.name
        )
    });
    // An endpoint that lost its rows has no load: its extract counts.
    let query = format!(
        "SELECT\n  files.session_key,\n  tables.table_name,\n  files.{SOURCE_FILE} AS source_file,\n  files.sha256,\n  \
         files.file_version,\n  coalesce(loaded.table_rows, 0) AS `rows`,\n  coalesce(loaded.rescued_rows, 0) AS rescued_rows,\n  \
         files.file_rows - coalesce(loaded.table_rows, 0) AS quarantined_rows,\n  files.{EXTRACTED} AS extracted_at,\n  \
         greatest(files.{EXTRACTED}, loaded.loaded_at) AS loaded_at\nFROM landing_files AS files\nINNER JOIN VALUES\n{}\n  \
         AS tables(endpoint, table_name) ON files.endpoint = tables.endpoint\nLEFT JOIN (\n{}\n) AS loaded ON files.{SOURCE_FILE} = loaded.{SOURCE_FILE}",
        tables.join(",\n"),
        counts.collect::<Vec<_>>().join("\n  UNION ALL\n")
    );
    view(LOADS, &loads_columns(), "session_key", "One row per session and endpoint.", &query)
}

fn unread_files() -> String {
    let counts: Vec<String> = Endpoint::ALL
        .iter()
        .map(|endpoint| {
            let name = endpoint.spec().landing_name;
            format!(
                "  SELECT {SOURCE_FILE}, count(*) AS landed_rows FROM landed_{name} GROUP BY {SOURCE_FILE}"
            )
        })
        .collect();
    format!(
        "CREATE MATERIALIZED VIEW unread_files\n\
         COMMENT 'Current landing files whose rows are not all in the pipeline; empty when all is well.'\n\
         AS SELECT files.session_key, files.endpoint, files.{SOURCE_FILE}, files.file_rows, coalesce(landed.landed_rows, 0) AS landed_rows\n\
         FROM landing_files AS files\nLEFT JOIN (\n{}\n) AS landed ON landed.{SOURCE_FILE} = files.{SOURCE_FILE}\n\
         WHERE files.file_rows <> coalesce(landed.landed_rows, 0);\n",
        counts.join("\n  UNION ALL\n")
    )
}

/// Columns that fields fill.
fn own_columns(table: &BronzeTable) -> impl Iterator<Item = &Column> {
    let added = [RACE_SESSION_KEY, SOURCE_FILE, EXTRACTED, INGESTED, RESCUED];
    table.columns.iter().filter(move |column| !added.contains(&column.name.as_str()))
}

/// Columns of Parquet landing files. Those with numbers, text or lists hold their JSON.
fn parquet_columns(table: &BronzeTable) -> Vec<Column> {
    let columns = table.fields.iter().map(|field| {
        let column = &table.columns[field.first];
        let column_type = match (field.field_type, column.column_type) {
            (FieldType::Gap | FieldType::ResultTime, _) | (_, ColumnType::Date) => ColumnType::String,
            (_, column_type) => column_type,
        };
        Column::new(field.name, column_type, column.doc.clone())
    });
    columns.chain([Column::new(RESCUED, ColumnType::String, "")]).collect()
}

/// Expressions for the columns of a field.
fn typed(table: &BronzeTable, field: &FieldColumns, files: LandingFiles) -> Vec<String> {
    let columns = &table.columns[field.first..];
    let text = format!("row.fields[{}]", literal(field.name));
    let stored = format!("row.{}", quoted(field.name));
    let json = files == LandingFiles::Json;
    // The API sends some whole numbers with a fraction.
    let whole = format!(
        "coalesce(try_cast({text} AS BIGINT), try_cast(nullif(regexp_extract({text}, '^(-?[0-9]+)[.]0+$', 1), '') AS BIGINT))"
    );
    let one = match (field.field_type, columns[0].column_type) {
        (FieldType::Gap | FieldType::ResultTime, _) => {
            let text = if json {
                text
            } else {
                format!("from_json(concat('{{\"v\":', {stored}, '}}'), '{FIELDS}')['v']")
            };
            return parts(field, &text);
        }
        (_, ColumnType::Bigint) => {
            if json {
                whole
            } else {
                format!("coalesce({stored}, {whole})")
            }
        }
        (_, ColumnType::Date) => format!("try_cast({} AS DATE)", if json { text } else { stored }),
        _ if !json => stored,
        (_, ColumnType::String) => text,
        (_, ColumnType::BigintList) => format!("from_json({text}, 'ARRAY<BIGINT>')"),
        (_, kind) => format!("try_cast({text} AS {})", kind.sql()),
    };
    vec![format!("{one} AS {}", quoted(&columns[0].name))]
}

/// The parts of a number, text or list.
fn parts(field: &FieldColumns, text: &str) -> Vec<String> {
    let part = |suffix: &str, expression: &str| {
        format!("{expression} AS {}", quoted(&format!("{}_{suffix}", field.name)))
    };
    let seconds = part("seconds", &format!("try_cast({text} AS DOUBLE)"));
    let laps = part(
        "laps",
        &format!("try_cast(nullif(regexp_extract({text}, '^[+]([0-9]+) LAPS?$', 1), '') AS BIGINT)"),
    );
    let phase = |index: usize| {
        part(&format!("q{}", index + 1), &format!("get(from_json({text}, 'ARRAY<DOUBLE>'), {index})"))
    };
    let mut all = vec![seconds, laps];
    if field.field_type == FieldType::ResultTime {
        all.extend((0..3).map(phase));
    }
    all.push(part("text", text));
    all
}

/// The field's name when its value has a column, otherwise an empty text.
fn fits(table: &BronzeTable, field: &FieldColumns) -> String {
    let column = match field.field_type {
        FieldType::Gap | FieldType::ResultTime => format!("{}_text", field.name),
        _ => table.columns[field.first].name.clone(),
    };
    format!("CASE WHEN {} IS NULL THEN '' ELSE {} END", quoted(&column), literal(field.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipeline_tables_match_their_snapshot() {
        let results = BronzeTable::of(Endpoint::SessionResult);
        let both = [LandingFiles::Json, LandingFiles::Parquet]
            .map(|files| landed(&results, "/Volumes/dev/raw/landing", files));
        let [json, parquet] = both;
        insta::assert_snapshot!(
            [landing_files("/Volumes/dev/raw/landing"), json, parquet, bronze(&results)].join("\n")
        );
    }

    #[test]
    fn every_table_has_its_columns_once() {
        for files in [LandingFiles::Json, LandingFiles::Parquet] {
            for table in BronzeTable::all() {
                let written: Vec<String> =
                    table.fields.iter().flat_map(|field| typed(&table, field, files)).collect();
                assert_eq!(written.len(), own_columns(&table).count(), "{}", table.name);
                for (expression, column) in written.iter().zip(own_columns(&table)) {
                    assert!(expression.ends_with(&format!(" AS {}", quoted(&column.name))), "{expression}");
                }
            }
        }
    }

    #[test]
    fn a_pipeline_reads_each_endpoint_once_and_the_manifests() {
        let text = pipeline("/Volumes/dev/raw/landing/", LandingFiles::Parquet);
        assert_eq!(text.matches("STREAM read_files").count(), Endpoint::ALL.len());
        assert_eq!(
            text.matches("CREATE MATERIALIZED VIEW bronze_").count(),
            Endpoint::ALL.len() + 1,
            "and loads"
        );
        assert!(text.contains("'/Volumes/dev/raw/landing/_manifest/*.json'"), "{text}");
    }
}
