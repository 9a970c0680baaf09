//! `f1lake extract`: fetches from the API into the landing zone.

use super::Context;
use crate::cli::{ExtractArgs, How};
use crate::error::Error;
use crate::output::Table;
use f1lake::{ExitCode, Outcome, Pipeline};
use f1lake_extract::{RunReport, SessionReport, SessionStatus};
use indicatif::{HumanBytes, HumanCount};
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
    let report = extract(context, &Pipeline::of(loaded), args.how).await?;
    print_sessions(context, &report, &report)?;
    Ok(report.exit_code())
}

/// Extracts the configured sessions, with progress.
pub(crate) async fn extract(context: &Context, pipeline: &Pipeline, how: How) -> Result<RunReport, Error> {
    let task = pipeline.extract(pipeline.config().selection()).refresh(how.refresh);
    let task = task.accept_shrink(how.accept_shrink).wait(how.wait);
    context.show(pipeline.client()?, task).await
}

/// Prints the result of each session; `document` is the same for programs.
pub(crate) fn print_sessions(
    context: &Context,
    document: &impl Serialize,
    report: &RunReport,
) -> Result<(), Error> {
    let lines: Vec<Line> = report.sessions.iter().map(Line::from).collect();
    Table::of(&lines)
        .left("session", |line| line.session.clone())
        .right("key", |line| line.session_key.to_string())
        .left("status", |line| line.status.name().to_owned())
        .right("endpoints", |line| line.endpoints.to_string())
        .right("rows", |line| HumanCount(line.rows).to_string())
        .right("size", |line| HumanBytes(line.bytes).to_string())
        .left("remarks", Line::remark)
        .print(context.output(), document)
}
