//! `f1lake extract`: fetches from the API into the landing zone.

use super::Context;
use crate::cli::{ExtractArgs, How};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::output::{Column, print};
use crate::progress::{Shown, closing_line, status_name};
use f1lake::Zone;
use f1lake::config::Loaded;
use f1lake_extract::{ExtractError, Extractor, RunReport, SessionReport, SessionStatus};
use f1lake_zone::ZoneError;
use indicatif::{HumanBytes, HumanCount};
use jiff::Timestamp;
use openf1_client::OpenF1;
use serde::Serialize;

/// A session in the summary.
#[derive(Serialize)]
struct Line {
    session_key: i64,
    session: String,
    status: SessionStatus,
    endpoints: usize,
    rows: u64,
    bytes: u64,
    duplicates_dropped: u64,
    added: u64,
    changed: u64,
    removed: u64,
    kept_aside: usize,
    error: Option<String>,
}

impl From<&SessionReport> for Line {
    fn from(report: &SessionReport) -> Self {
        let changes = || report.endpoints.iter().filter_map(|endpoint| endpoint.changes.as_ref());
        Self {
            session_key: report.session.session_key,
            session: report.session.name.clone(),
            status: report.status,
            endpoints: report.endpoints.len(),
            rows: report.rows(),
            bytes: report.endpoints.iter().map(|endpoint| endpoint.bytes).sum(),
            duplicates_dropped: report.endpoints.iter().map(|endpoint| endpoint.duplicates_dropped).sum(),
            added: changes().map(|changes| changes.added).sum(),
            changed: changes().map(|changes| changes.changed).sum(),
            removed: changes().map(|changes| changes.removed).sum(),
            kept_aside: report.endpoints.iter().filter(|endpoint| endpoint.kept_aside.is_some()).count(),
            error: report.error.clone(),
        }
    }
}

impl Line {
    fn remark(&self) -> String {
        let mut parts = Vec::new();
        if self.added + self.changed + self.removed > 0 {
            parts.push(format!("+{} ~{} -{}", self.added, self.changed, self.removed));
        }
        if self.duplicates_dropped > 0 {
            parts.push(format!("{} duplicates dropped", self.duplicates_dropped));
        }
        if self.kept_aside > 0 {
            parts.push(format!("{} smaller responses set aside", self.kept_aside));
        }
        parts.extend(self.error.clone());
        parts.join("; ")
    }
}

pub(crate) async fn run(context: &Context, args: &ExtractArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&args.settings)?;
    let report = run_loaded(context, &loaded, args.how).await?;
    print_sessions(context, &report, &report)?;
    Ok(exit_code(&report))
}

/// Extracts with a loaded configuration.
pub(crate) async fn run_loaded(context: &Context, loaded: &Loaded, how: How) -> Result<RunReport, Error> {
    let mut settings = loaded.config.extract_settings(std::path::PathBuf::new(), Timestamp::now());
    settings.refresh = how.refresh;
    settings.accept_shrink = how.accept_shrink;
    settings.wait_for_lock = how.wait;
    let client = f1lake::connect::client(loaded)?;
    let zone = Zone::open(&loaded.config).await?;
    settings.work_dir.clone_from(&zone.work_dir);
    extract(context, client, &zone, settings).await
}

/// Extracts with progress, and reports the result.
pub(crate) async fn extract(
    context: &Context,
    client: OpenF1,
    zone: &Zone,
    settings: f1lake_extract::ExtractSettings,
) -> Result<RunReport, Error> {
    context.say(&format!("landing in {}", zone.lands));
    let shown = Shown::start(
        &context.bars,
        client.limiter().clone(),
        context.globals.quiet,
        context.globals.log_format,
    );
    let base_url = client.base_url().to_owned();
    let result = match Extractor::new(client, zone.landing.clone(), settings) {
        Ok(extractor) => extractor.run(shown.listener(), crate::interrupt::token()).await,
        Err(error) => Err(error),
    };
    shown.finish();
    let report = result.map_err(|error| {
        if !matches!(error, ExtractError::Zone(ZoneError::Busy(_))) {
            zone.forget_when_empty();
        }
        Error::of_extract(error, &base_url)
    })?;
    if report.sessions.is_empty() {
        zone.forget_when_empty();
    }
    context.say(&closing_line(&report, &zone.landing.describe()));
    Ok(report)
}

/// Prints the result of each session; `document` is the same for programs.
pub(crate) fn print_sessions(
    context: &Context,
    document: &impl Serialize,
    report: &RunReport,
) -> Result<(), Error> {
    let lines: Vec<Line> = report.sessions.iter().map(Line::from).collect();
    print(
        context.output(),
        document,
        &lines,
        &[
            Column::Left("session"),
            Column::Right("key"),
            Column::Left("status"),
            Column::Right("endpoints"),
            Column::Right("rows"),
            Column::Right("size"),
            Column::Left("remarks"),
        ],
        |line| {
            vec![
                line.session.clone(),
                line.session_key.to_string(),
                status_name(line.status).to_owned(),
                line.endpoints.to_string(),
                HumanCount(line.rows).to_string(),
                HumanBytes(line.bytes).to_string(),
                line.remark(),
            ]
        },
    )
}

pub(crate) fn exit_code(report: &RunReport) -> ExitCode {
    let failed = report.count(SessionStatus::Failed);
    if report.count(SessionStatus::Interrupted) > 0 {
        ExitCode::Interrupted
    } else if failed > 0 && failed == report.sessions.len() {
        ExitCode::Failed
    } else if failed > 0 {
        ExitCode::SomeFailed
    } else if report.count(SessionStatus::Locked) > 0 {
        ExitCode::Locked
    } else {
        ExitCode::Done
    }
}
