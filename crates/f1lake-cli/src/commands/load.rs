//! `f1lake load`: landing files into bronze tables.

use super::Context;
use crate::cli::LoadArgs;
use crate::error::Error;
use crate::exit_code::ExitCode;
#[cfg(feature = "databricks")]
use crate::output::write;
use crate::output::{Column, print};
use crate::progress::plural;
#[cfg(feature = "databricks")]
use f1lake::DatabricksNames;
use f1lake::Zone;
use f1lake::config::{Config, LoadTo};
use f1lake_bronze::{LoadProgress, LoadReport, LoadSettings, LoadStatus, SessionLoad};
#[cfg(feature = "lake")]
use f1lake_lake::Lake;
#[cfg(feature = "databricks")]
use f1lake_warehouse::{load_statements, load_warehouse};
use f1lake_zone::Landing;
use indicatif::HumanCount;
use serde::Serialize;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

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
        let errors: Vec<String> = session
            .tables
            .iter()
            .filter_map(|table| Some(format!("{}: {}", table.table, table.error.as_ref()?)))
            .collect();
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
    /// `lost rows of 2 tables were loaded again`.
    fn brought_back(&self) -> Option<String> {
        let tables = plural(self.brought_back, "table", "tables");
        (self.brought_back > 0)
            .then(|| format!("lost rows of {} {tables} were loaded again", self.brought_back))
    }

    fn remark(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.brought_back());
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

pub(crate) fn status_name(status: LoadStatus) -> &'static str {
    match status {
        LoadStatus::Loaded => "loaded",
        LoadStatus::Unchanged => "unchanged",
        LoadStatus::Stale => "stale",
        LoadStatus::Failed => "FAILED",
    }
}

pub(crate) async fn run(context: &Context, args: &LoadArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&args.settings)?;
    let config = &loaded.config;
    let zone = Zone::require(config)?;
    let settings = LoadSettings {
        sessions: (!args.session_key.is_empty()).then(|| args.session_key.iter().copied().collect()),
        rebuild: args.rebuild,
    };
    let cancel = crate::interrupt::token();
    let report = match config.load_to {
        LoadTo::Lake if args.dry_run => {
            return Err(Error::Usage("--dry-run needs --load-to databricks: it prints SQL".to_owned()));
        }
        #[cfg(feature = "lake")]
        LoadTo::Lake => load(context, &open_lake(config)?, &zone.landing, &settings, &cancel).await?,
        #[cfg(feature = "databricks")]
        LoadTo::Databricks if args.dry_run => {
            let names = DatabricksNames::of(config)?;
            let statements = load_statements(&names.place, &names.staging, &zone.landing, &settings).await?;
            write(&script(&statements))?;
            return Ok(ExitCode::Done);
        }
        #[cfg(feature = "databricks")]
        LoadTo::Databricks => load_databricks(context, config, &zone.landing, &settings, &cancel).await?,
        #[cfg(not(all(feature = "lake", feature = "databricks")))]
        _ => return Err(not_built(config.load_to)),
    };
    show(context, &report)?;
    Ok(exit_code(&report))
}

/// This build of the program was made without what the load needs.
#[cfg(not(all(feature = "lake", feature = "databricks")))]
pub(crate) fn not_built(load_to: LoadTo) -> Error {
    let (what, feature) = match load_to {
        LoadTo::Lake => ("a lake", "lake"),
        LoadTo::Databricks => ("Databricks", "databricks"),
    };
    Error::Usage(format!(
        "this build of f1lake cannot load into {what}\nhint: install one with the feature `{feature}`, or choose the other \
         with --load-to"
    ))
}

/// Opens the configured lake.
#[cfg(feature = "lake")]
pub(crate) fn open_lake(config: &Config) -> Result<Lake, Error> {
    Ok(f1lake::open_lake(config)?)
}

/// Opens the configured lake, which must exist.
#[cfg(feature = "lake")]
pub(crate) fn require_lake(config: &Config) -> Result<Lake, Error> {
    let local = !config.lake_path.contains("://");
    if local && !std::path::Path::new(&config.lake_path).is_dir() {
        return Err(Error::Usage(format!(
            "no lake at {}\nhint: `f1lake load` creates one; --lake names another",
            config.lake_path
        )));
    }
    open_lake(config)
}

/// Loads, and reports each completed session.
#[cfg(feature = "lake")]
pub(crate) async fn load(
    context: &Context,
    lake: &Lake,
    landing: &Landing,
    settings: &LoadSettings,
    cancel: &CancellationToken,
) -> Result<LoadReport, Error> {
    let report = f1lake_lake::load(lake, landing, settings, progress(context), cancel).await?;
    say_loaded(context, &report, &lake.describe());
    Ok(report)
}

/// Loads into tables of a Databricks workspace.
#[cfg(feature = "databricks")]
pub(crate) async fn load_databricks(
    context: &Context,
    config: &Config,
    landing: &Landing,
    settings: &LoadSettings,
    cancel: &CancellationToken,
) -> Result<LoadReport, Error> {
    let warehouse = f1lake::workspace::warehouse(config).await?;
    context.say(&format!("loading into {}", warehouse.describe()));
    let report = load_warehouse(&warehouse, landing, settings, progress(context), cancel).await?;
    say_loaded(context, &report, &warehouse.describe());
    Ok(report)
}

/// Statements as a script for a SQL editor.
#[cfg(feature = "databricks")]
pub(crate) fn script(statements: &[String]) -> String {
    statements.iter().map(|statement| format!("{statement};\n\n")).collect()
}

/// Reports each session that changed.
fn progress(context: &Context) -> LoadProgress {
    let teller = context.teller();
    Arc::new(move |session: &SessionLoad| {
        if session.status != LoadStatus::Unchanged {
            let line = Line::from(session);
            teller.tell(&format!("{}: {}", session.session, told(session, &line)));
        }
    })
}

/// What happened to a session; for a failed one, the cause first.
fn told(session: &SessionLoad, line: &Line) -> String {
    let count = |tables: usize| format!("{tables} {}", plural(tables, "table", "tables"));
    if session.status == LoadStatus::Failed {
        let failed = session.tables.iter().filter(|table| table.status == LoadStatus::Failed).count();
        let loaded = session.tables.iter().filter(|table| table.status == LoadStatus::Loaded).count();
        let others = if loaded > 0 {
            format!("; {} loaded, {} rows", count(loaded), HumanCount(line.rows))
        } else {
            String::new()
        };
        let why = line.error.as_deref().unwrap_or_default();
        return format!("FAILED in {}{others}: {why}", count(failed));
    }
    let back = line.brought_back().map(|back| format!("; {back}")).unwrap_or_default();
    let name = status_name(session.status);
    format!("{name}, {} rows in {}{back}", HumanCount(line.rows), count(line.tables))
}

fn say_loaded(context: &Context, report: &LoadReport, place: &str) {
    let count = report.sessions.len();
    context.say(&format!(
        "loaded {} of {count} {} into {}: {} rows in {:.1} s",
        report.count(LoadStatus::Loaded),
        plural(count, "session", "sessions"),
        place,
        HumanCount(report.rows()),
        report.seconds
    ));
}

pub(crate) fn show(context: &Context, report: &LoadReport) -> Result<(), Error> {
    let lines: Vec<Line> = report.sessions.iter().map(Line::from).collect();
    print(
        context.output(),
        report,
        &lines,
        &[
            Column::Left("session"),
            Column::Right("key"),
            Column::Left("status"),
            Column::Right("tables"),
            Column::Right("rows"),
            Column::Left("remarks"),
        ],
        |line| {
            vec![
                line.session.clone(),
                line.session_key.to_string(),
                status_name(line.status).to_owned(),
                line.tables.to_string(),
                HumanCount(line.rows).to_string(),
                line.remark(),
            ]
        },
    )
}

pub(crate) fn exit_code(report: &LoadReport) -> ExitCode {
    match report.count(LoadStatus::Failed) {
        0 => ExitCode::Done,
        failed if failed == report.sessions.len() => ExitCode::Failed,
        _ => ExitCode::SomeFailed,
    }
}
