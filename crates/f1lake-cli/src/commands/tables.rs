//! `f1lake tables`: lists the tables of the lake. `f1lake maintain`: maintains them.

use super::Context;
use crate::cli::{LakeFlags, MaintainArgs};
use crate::error::Error;
use crate::output::{Column, print};
use f1lake::{ExitCode, require_lake};
use f1lake_lake::MaintainSettings;
use indicatif::{HumanBytes, HumanCount};

pub(crate) async fn run(context: &Context, flags: &LakeFlags) -> Result<ExitCode, Error> {
    let loaded = context.load(flags)?;
    let lake = require_lake(&loaded.config)?;
    let tables = f1lake_lake::tables(&lake).await?;
    if tables.is_empty() {
        return Err(no_lake(&lake));
    }
    print(
        context.output(),
        &tables,
        &tables,
        &[
            Column::Left("table"),
            Column::Right("rows"),
            Column::Right("columns"),
            Column::Right("version"),
            Column::Right("files"),
            Column::Right("size"),
            Column::Left("last change (UTC)"),
        ],
        |table| {
            vec![
                table.table.clone(),
                HumanCount(table.rows).to_string(),
                table.columns.to_string(),
                table.version.to_string(),
                table.files.to_string(),
                HumanBytes(table.bytes).to_string(),
                table.error.clone().unwrap_or_else(|| {
                    let at = table.changed_at.map(|at| at.strftime("%Y-%m-%d %H:%M").to_string());
                    at.unwrap_or_default()
                }),
            ]
        },
    )?;
    context.say(&format!(
        "{} tables in {}: {} rows, {}",
        tables.len(),
        lake.describe(),
        HumanCount(tables.iter().map(|table| table.rows).sum()),
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
    print(
        context.output(),
        &done,
        &done,
        &[
            Column::Left("table"),
            Column::Right("files joined"),
            Column::Right("into"),
            Column::Right(if args.dry_run { "old files to remove" } else { "old files removed" }),
            Column::Left("remarks"),
        ],
        |line| {
            vec![
                line.table.clone(),
                line.files_joined.to_string(),
                line.files_written.to_string(),
                line.files_removed.to_string(),
                line.error.clone().unwrap_or_default(),
            ]
        },
    )?;
    let failed = done.iter().any(|line| line.error.is_some());
    Ok(if failed { ExitCode::Failed } else { ExitCode::Done })
}
