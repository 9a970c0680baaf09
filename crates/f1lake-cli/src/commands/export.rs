//! `f1lake export`: writes a table into a file.

use super::Context;
use super::row_file::RowFile;
use super::sql::{parse_as_of, say_written};
use super::sql_result::qualified;
use crate::cli::{ExportArgs, FileFormat};
use crate::error::Error;
use f1lake::{ExitCode, require_lake};
use f1lake_lake::Query;

pub(crate) async fn run(context: &Context, args: &ExportArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&args.settings)?;
    let named =
        args.to.as_deref().map(|name| RowFile::of(name, args.format.or(default_of(name)))).transpose()?;
    let lake = require_lake(&loaded.config)?;
    let as_of = args.as_of.as_deref().map(parse_as_of).transpose()?;
    let query = Query::open(&lake, as_of).await?;
    let table = qualified(&query, &args.table)?;
    let file = match named {
        Some(file) => file,
        None => {
            let format = args.format.unwrap_or_default();
            let short = table.rsplit('.').next().unwrap_or(&table);
            RowFile::of(&format!("{short}.{}", format.ending()), Some(format))?
        }
    };
    let mut sql = format!("select * from {table}");
    if let Some(condition) = &args.r#where {
        sql.push_str(&format!(" where {condition}"));
    }
    say_written(context, &file, file.write(query.sql(&sql).await?).await?);
    Ok(ExitCode::Done)
}

/// Standard output has no name that could select a format.
fn default_of(name: &str) -> Option<FileFormat> {
    (name == "-").then(FileFormat::default)
}
