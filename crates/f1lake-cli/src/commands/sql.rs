//! `f1lake sql`: queries, or a shell.

use super::Context;
use super::load::require_lake;
use super::row_file::RowFile;
use super::sql_result::{Look, show};
use crate::cli::SqlArgs;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::progress::plural;
use f1lake::Rows;
use f1lake_lake::{AsOf, LakeError, Query};
use indicatif::HumanCount;
use std::io::{IsTerminal, Read};
use tokio_util::sync::CancellationToken;

pub(crate) async fn run(context: &Context, args: &SqlArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&args.settings)?;
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
    let loaded = context.load(&args.settings)?;
    let lake = require_lake(&loaded.config)?;
    let as_of = args.as_of.as_deref().map(parse_as_of).transpose()?;
    let work = async {
        let query = Query::open(&lake, as_of).await?;
        Ok(Rows::of(&query, args.query.as_deref().unwrap_or_default()).await?)
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
