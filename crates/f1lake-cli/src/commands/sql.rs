//! `f1lake sql`: queries, or a shell.

use super::Context;
use super::row_file::RowFile;
use super::sql_result::{Look, show};
use crate::cli::SqlArgs;
use crate::error::Error;
use f1lake::summary::counted;
use f1lake::{ExitCode, require_lake};
use f1lake_lake::{AsOf, Query};
use std::io::{IsTerminal, Read};

pub(crate) async fn run(context: &Context, args: &SqlArgs) -> Result<ExitCode, Error> {
    if let Some(number) = args.examples {
        return super::sql_examples::run(context, number);
    }
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

/// Reports the rows written into a file.
pub(super) fn say_written(context: &Context, file: &RowFile, rows: Option<u64>) {
    if let Some(rows) = rows {
        context.say(&format!("{}: {}", file.name(), counted(rows, "row")));
    }
}

fn piped() -> Result<String, Error> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(Error::io("cannot read standard input"))?;
    Ok(text)
}

/// `12`, `2024-12-08` or an instant.
pub(super) fn parse_as_of(text: &str) -> Result<AsOf, Error> {
    f1lake::parse_as_of(text).map_err(|expected| Error::Usage(format!("--as-of {text}: {expected}")))
}
