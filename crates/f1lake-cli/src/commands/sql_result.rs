//! Prints results of queries, and finds the tables that they name.

use super::Context;
use super::row_file::to_stdout;
use crate::cli::FileFormat;
use crate::error::Error;
use crate::output::{Column, OutputFormat, records, table, write};
use f1lake::nearest::nearest;
use f1lake::summary::counted;
use f1lake_lake::deltalake::arrow::datatypes::{DataType, Schema};
use f1lake_lake::deltalake::datafusion::prelude::DataFrame;
use f1lake_lake::{LakeError, Query};

/// Maximum number of rows in a printed table.
const MOST_ROWS: usize = 1000;

/// How a result is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// One value per line.
    pub(super) expanded: bool,
    /// How the user can enable that.
    pub(super) advice: &'static str,
}

/// A table with its schema; the name alone is enough, because names are unique.
pub(super) fn qualified(query: &Query, table: &str) -> Result<String, Error> {
    query.full_name(table).ok_or_else(|| {
        let meant = nearest(table, query.tables().values().flatten(), 0.75)
            .map_or_else(|| "`f1lake tables` lists them".to_owned(), |name| format!("did you mean {name}?"));
        Error::Usage(format!("there is no table {table}\nhint: {meant}"))
    })
}

/// Runs queries one after the other, and prints their results.
pub(super) async fn show(context: &Context, query: &Query, sql: &str, look: Look) -> Result<(), Error> {
    for (number, frame) in query.all(sql).await?.into_iter().enumerate() {
        if number > 0 && context.output() == OutputFormat::Csv {
            write("\n")?;
        }
        match context.output() {
            OutputFormat::Json => to_stdout(frame, FileFormat::Json).await?,
            OutputFormat::Csv => to_stdout(frame, FileFormat::Csv).await?,
            OutputFormat::Table => show_table(context, frame, look).await?,
        }
    }
    Ok(())
}

async fn show_table(context: &Context, frame: DataFrame, look: Look) -> Result<(), Error> {
    let schema = frame.schema().as_arrow().clone();
    let frame = frame.limit(0, Some(MOST_ROWS + 1)).map_err(LakeError::from)?;
    let batches = frame.collect().await.map_err(LakeError::from)?;
    let rows = f1lake_lake::texts(&batches, MOST_ROWS)?;
    let found: usize = batches.iter().map(|batch| batch.num_rows()).sum();
    let columns = columns(&schema);
    if look.expanded {
        write(&records(&columns, &rows))?;
    } else {
        write(&table(&columns, &rows, look.advice))?;
    }
    if found > MOST_ROWS {
        context.say(&format!("first {MOST_ROWS} rows; --output csv or --to FILE.parquet writes all of them"));
    } else {
        context.say(&counted(found, "row"));
    }
    Ok(())
}

/// Columns of a printed table: numbers are right-aligned.
fn columns(schema: &Schema) -> Vec<Column<'_>> {
    let column = |name, data_type: &DataType| match data_type {
        data_type if data_type.is_numeric() || data_type.is_null() => Column::Right(name),
        _ => Column::Left(name),
    };
    schema.fields().iter().map(|field| column(field.name().as_str(), field.data_type())).collect()
}
