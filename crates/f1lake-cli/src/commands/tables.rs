//! `f1lake tables`: lists the tables of the lake. `f1lake maintain`: maintains them.

use super::Context;
use crate::cli::{LakeFlags, MaintainArgs};
use crate::error::Error;
use crate::output::Table;
use f1lake::summary::counted;
use f1lake::{ExitCode, require_lake};
use f1lake_lake::{MaintainSettings, TableInfo};
use indicatif::{HumanBytes, HumanCount};

pub(crate) async fn run(context: &Context, flags: &LakeFlags) -> Result<ExitCode, Error> {
    let loaded = context.load(flags)?;
    let lake = require_lake(&loaded.config)?;
    let tables = f1lake_lake::tables(&lake).await?;
    if tables.is_empty() {
        return Err(no_lake(&lake));
    }
    let changed = |table: &TableInfo| {
        let at = table.changed_at.map(|at| at.strftime("%Y-%m-%d %H:%M").to_string());
        table.error.clone().or(at).unwrap_or_default()
    };
    Table::of(&tables)
        .left("table", |table| table.table.clone())
        .right("rows", |table| HumanCount(table.rows).to_string())
        .right("columns", |table| table.columns.to_string())
        .right("version", |table| table.version.to_string())
        .right("files", |table| table.files.to_string())
        .right("size", |table| HumanBytes(table.bytes).to_string())
        .left("last change (UTC)", changed)
        .print(context.output(), &tables)?;
    context.say(&format!(
        "{} in {}: {}, {}",
        counted(tables.len(), "table"),
        lake.describe(),
        counted(tables.iter().map(|table| table.rows).sum::<u64>(), "row"),
        HumanBytes(tables.iter().map(|table| table.bytes).sum()),
    ));
    let damaged = tables.iter().any(|table| table.error.is_some());
    Ok(if damaged { ExitCode::Failed } else { ExitCode::Done })
}

/// Explains what a folder without tables probably is.
fn no_lake(lake: &f1lake_lake::Lake) -> Error {
    let place = lake.describe();
    let is_zone = lake.local_path().is_some_and(|folder| folder.join(f1lake_zone::MANIFEST_DIR).is_dir());
    Error::Usage(match is_zone {
        true => {
            format!("{place} is a landing zone, not a lake\nhint: `f1lake status --out {place}` shows it")
        }
        false => format!(
            "{place} has no tables\nhint: `f1lake load` and `f1lake build` create them; --lake names \
             another folder"
        ),
    })
}

pub(crate) async fn maintain(context: &Context, args: &MaintainArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&args.settings)?;
    let lake = require_lake(&loaded.config)?;
    let settings = MaintainSettings { retention_hours: args.retention_hours, dry_run: args.dry_run };
    let done = f1lake_lake::maintain(&lake, settings, &crate::interrupt::token()).await?;
    let removed = if args.dry_run { "old files to remove" } else { "old files removed" };
    Table::of(&done)
        .left("table", |line| line.table.clone())
        .right("files joined", |line| line.files_joined.to_string())
        .right("into", |line| line.files_written.to_string())
        .right(removed, |line| line.files_removed.to_string())
        .left("remarks", |line| line.error.clone().unwrap_or_default())
        .print(context.output(), &done)?;
    let failed = done.iter().any(|line| line.error.is_some());
    Ok(if failed { ExitCode::Failed } else { ExitCode::Done })
}
