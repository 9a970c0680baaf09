//! `f1lake load`: landing files into bronze tables.

use super::Context;
use crate::cli::LoadArgs;
use crate::error::Error;
use crate::output::Table;
#[cfg(feature = "databricks")]
use crate::output::write;
use f1lake::config::LoadTo;
use f1lake::summary::{brought_back, load_status};
#[cfg(feature = "databricks")]
use f1lake::{DatabricksNames, Zone, config::Config};
use f1lake::{ExitCode, Outcome, Pipeline};
#[cfg(feature = "databricks")]
use f1lake_bronze::LoadSettings;
use f1lake_bronze::{LoadReport, LoadStatus, SessionLoad};
#[cfg(feature = "databricks")]
use f1lake_warehouse::load_statements;
use indicatif::HumanCount;
use serde::Serialize;

#[derive(Serialize)]
struct Line {
    session_key: i64,
    session: String,
    status: LoadStatus,
    tables: usize,
    rows: u64,
    rescued_rows: u64,
    quarantined_rows: u64,
    /// Tables that had lost the session's rows.
    brought_back: usize,
    error: Option<String>,
}

impl From<&SessionLoad> for Line {
    fn from(session: &SessionLoad) -> Self {
        let sum = |count: fn(&f1lake_bronze::TableLoad) -> u64| session.tables.iter().map(count).sum();
        let errors = session.errors();
        Self {
            session_key: session.session_key,
            session: session.session.clone(),
            status: session.status,
            tables: session.tables.len(),
            rows: sum(|table| table.rows),
            rescued_rows: sum(|table| table.rescued_rows),
            quarantined_rows: sum(|table| table.quarantined_rows),
            brought_back: session.tables.iter().filter(|table| table.brought_back).count(),
            error: (!errors.is_empty()).then(|| errors.join("; ")),
        }
    }
}

impl Line {
    fn remark(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(brought_back(self.brought_back));
        if self.rescued_rows > 0 {
            parts.push(format!("{} with rescued fields", self.rescued_rows));
        }
        if self.quarantined_rows > 0 {
            parts.push(format!("{} in quarantine", self.quarantined_rows));
        }
        parts.extend(self.error.clone());
        parts.join("; ")
    }
}

pub(crate) async fn run(context: &Context, args: &LoadArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&args.settings)?;
    if args.dry_run && loaded.config.load_to == LoadTo::Lake {
        return Err(Error::Usage("--dry-run needs --load-to databricks: it prints SQL".to_owned()));
    }
    #[cfg(feature = "databricks")]
    if args.dry_run {
        return dry_run(&loaded.config, args).await;
    }
    let pipeline = Pipeline::of(loaded);
    let keys = args.session_key.iter().copied();
    let report = context.perform(pipeline.load().sessions(keys).rebuild(args.rebuild)).await?;
    show(context, &report)?;
    Ok(report.exit_code())
}

#[cfg(feature = "databricks")]
async fn dry_run(config: &Config, args: &LoadArgs) -> Result<ExitCode, Error> {
    let zone = Zone::require(config)?;
    let names = DatabricksNames::of(config)?;
    let settings = LoadSettings {
        sessions: (!args.session_key.is_empty()).then(|| args.session_key.iter().copied().collect()),
        rebuild: args.rebuild,
    };
    write(&script(&load_statements(&names.place, &names.staging, &zone.landing, &settings).await?))?;
    Ok(ExitCode::Done)
}

/// Statements as a script for a SQL editor.
#[cfg(feature = "databricks")]
pub(crate) fn script(statements: &[String]) -> String {
    statements.iter().map(|statement| format!("{statement};\n\n")).collect()
}

pub(crate) fn show(context: &Context, report: &LoadReport) -> Result<(), Error> {
    let lines: Vec<Line> = report.sessions.iter().map(Line::from).collect();
    Table::of(&lines)
        .left("session", |line| line.session.clone())
        .right("key", |line| line.session_key.to_string())
        .left("status", |line| load_status(line.status).to_owned())
        .right("tables", |line| line.tables.to_string())
        .right("rows", |line| HumanCount(line.rows).to_string())
        .left("remarks", Line::remark)
        .print(context.output(), report)
}
