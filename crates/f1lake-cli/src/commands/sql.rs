//! `f1lake sql`: queries, or a shell.

use super::Context;
use super::load::require_lake;
use super::row_file::{RowFile, to_stdout};
use crate::cli::{FileFormat, SqlArgs};
use crate::embed::Rows;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::output::{Column, OutputFormat, records, table, write};
use crate::progress::plural;
use f1lake::nearest::nearest;
use f1lake_lake::deltalake::arrow::datatypes::{DataType, Schema};
use f1lake_lake::deltalake::datafusion::prelude::DataFrame;
use f1lake_lake::{AsOf, LakeError, Query};
use indicatif::HumanCount;
use std::io::{IsTerminal, Read};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

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

pub(crate) async fn run(context: &Context, args: &SqlArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&[&args.lake])?;
    let file = args.to.as_deref().map(|name| RowFile::of(name, args.format)).transpose()?;
    let lake = require_lake(&loaded.config)?;
    let as_of = args.as_of.as_deref().map(parse_as_of).transpose()?;
    let query = Query::open(&lake, as_of).await?;
    let text = match &args.query {
        Some(text) if text == "-" => piped()?,
        Some(text) => text.clone(),
        None if !std::io::stdin().is_terminal() => piped()?,
        None => return super::shell::run(context, &query, args.expanded).await,
    };
    match file {
        Some(file) => say_written(context, &file, file.write(query.sql(&text).await?).await?),
        None => {
            let look = Look { expanded: args.expanded, advice: "--expanded shows them all" };
            show(context, &query, &text, look).await?;
        }
    }
    Ok(ExitCode::Done)
}

/// The rows of a query, for a calling program.
pub(crate) async fn rows(
    context: &Context,
    args: &SqlArgs,
    cancel: &CancellationToken,
) -> Result<Rows, Error> {
    let loaded = context.load(&[&args.lake])?;
    let lake = require_lake(&loaded.config)?;
    let as_of = args.as_of.as_deref().map(parse_as_of).transpose()?;
    let work = async {
        let query = Query::open(&lake, as_of).await?;
        let frame = query.sql(args.query.as_deref().unwrap_or_default()).await?;
        let schema = Arc::new(frame.schema().as_arrow().clone());
        Ok(Rows { schema, batches: frame.collect().await.map_err(LakeError::from)? })
    };
    tokio::select! {
        rows = work => rows,
        () = cancel.cancelled() => Err(LakeError::Interrupted.into()),
    }
}

/// Reports the rows written into a file.
pub(super) fn say_written(context: &Context, file: &RowFile, rows: Option<u64>) {
    if let Some(rows) = rows {
        let count = usize::try_from(rows).unwrap_or(usize::MAX);
        context.say(&format!("{}: {} {}", file.name(), HumanCount(rows), plural(count, "row", "rows")));
    }
}

/// A table with its schema; the name alone is enough, because names are unique.
pub(super) fn qualified(query: &Query, table: &str) -> Result<String, Error> {
    let known = query.tables();
    let found = known.iter().find_map(|(schema, names)| {
        let name = table.strip_prefix(&format!("{schema}.")).unwrap_or(table);
        names.iter().any(|known| known == name).then(|| format!("{schema}.{name}"))
    });
    found.ok_or_else(|| {
        let meant = nearest(table, known.values().flatten(), 0.75)
            .map_or_else(|| "`f1lake tables` lists them".to_owned(), |name| format!("did you mean {name}?"));
        Error::Usage(format!("there is no table {table}\nhint: {meant}"))
    })
}

fn piped() -> Result<String, Error> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(Error::io("cannot read standard input"))?;
    Ok(text)
}

/// `12`, `2024-12-08` or an instant.
pub(super) fn parse_as_of(text: &str) -> Result<AsOf, Error> {
    if let Ok(version) = text.parse() {
        return Ok(AsOf::Version(version));
    }
    let day = || {
        let date: jiff::civil::Date = text.parse().ok()?;
        jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()
    };
    text.parse::<jiff::Timestamp>().ok().or_else(day).map(AsOf::Instant).ok_or_else(|| {
        Error::Usage(format!(
            "--as-of {text}: expected a version such as 12, a day such as 2024-12-08, or an instant such as \
             2024-12-08T15:00:00Z"
        ))
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
        context.say(&format!("{found} {}", plural(found, "row", "rows")));
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
