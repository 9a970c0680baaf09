//! `f1lake verify`: compares files with manifests.

use super::Context;
use crate::cli::ZoneFlags;
use crate::error::Error;
use crate::output::{OutputFormat, Table};
use f1lake::ExitCode;
use f1lake::Zone;
use f1lake::summary::counted;
use indicatif::HumanBytes;

pub(crate) async fn run(context: &Context, flags: &ZoneFlags) -> Result<ExitCode, Error> {
    let loaded = context.load(flags)?;
    let zone = Zone::require(&loaded.config)?;
    let report = f1lake_zone::verify(&zone.landing).await?;
    if report.sessions == 0 && report.problems.is_empty() {
        return Err(zone.nothing_landed(&loaded.config).into());
    }
    if !report.problems.is_empty() || context.output() != OutputFormat::Table {
        Table::of(&report.problems)
            .right("session", |problem| problem.session_key.to_string())
            .left("file", |problem| problem.file.clone())
            .left("damage", |problem| problem.what.clone())
            .print(context.output(), &report)?;
    }
    for name in &report.unlisted {
        context.say(&format!("note: {name} is in no manifest"));
    }
    context.say(&format!(
        "{}, {}, {}, {} checked: {}",
        counted(report.sessions, "session"),
        counted(report.files, "file"),
        counted(report.rows, "row"),
        HumanBytes(report.bytes),
        match report.problems.len() {
            0 => "all as landed".to_owned(),
            count => format!("{count} damaged; `f1lake repair` lands them again"),
        }
    ));
    Ok(if report.problems.is_empty() { ExitCode::Done } else { ExitCode::Failed })
}
