//! Reports in one line, and the words for their statuses.

use f1lake_bronze::{LoadReport, LoadStatus};
use f1lake_extract::{RunReport, SessionStatus};
#[cfg(feature = "lake")]
use f1lake_lake::{BuildReport, BuildStatus, CheckResult, CheckStatus};
use indicatif::{HumanBytes, HumanCount};

/// Singular or plural, by number.
pub fn plural(count: usize, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

/// `2 tables`.
pub(crate) fn tables(count: usize) -> String {
    format!("{count} {}", plural(count, "table", "tables"))
}

/// The last line of an extract.
pub fn of_extract(report: &RunReport, destination: &str) -> String {
    let counts: Vec<String> = SessionStatus::ALL
        .into_iter()
        .map(|status| (report.count(status), status.name()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    let sessions = report.sessions.len();
    let retries = if report.retries > 0 { format!(" ({} retries)", report.retries) } else { String::new() };
    let requests = usize::try_from(report.requests).unwrap_or(usize::MAX);
    format!(
        "{sessions} {} ({}), {requests} {}{retries}, {} received in {:.1} s -> {destination}",
        plural(sessions, "session", "sessions"),
        if counts.is_empty() { "none selected".to_owned() } else { counts.join(", ") },
        plural(requests, "request", "requests"),
        HumanBytes(report.bytes_received),
        report.seconds,
    )
}

/// The last line of a load.
pub(crate) fn of_load(report: &LoadReport, destination: &str) -> String {
    let count = report.sessions.len();
    format!(
        "loaded {} of {count} {} into {destination}: {} rows in {:.1} s",
        report.count(LoadStatus::Loaded),
        plural(count, "session", "sessions"),
        HumanCount(report.rows()),
        report.seconds
    )
}

/// `lost rows of 2 tables were loaded again`.
pub fn brought_back(count: usize) -> Option<String> {
    (count > 0).then(|| format!("lost rows of {} were loaded again", tables(count)))
}

/// A session's or table's status in words.
pub fn load_status(status: LoadStatus) -> &'static str {
    match status {
        LoadStatus::Loaded => "loaded",
        LoadStatus::Unchanged => "unchanged",
        LoadStatus::Stale => "stale",
        LoadStatus::Failed => "FAILED",
    }
}

/// The last line of a build.
#[cfg(feature = "lake")]
pub(crate) fn of_build(report: &BuildReport, with_checks: bool) -> String {
    format!(
        "built {} of {} tables, {} unchanged, in {:.1} s{}",
        report.count(BuildStatus::Built),
        report.models.len(),
        report.count(BuildStatus::Unchanged),
        report.seconds,
        if with_checks { format!("; {}", of_checks(&report.checks)) } else { String::new() }
    )
}

/// Tests in one line.
#[cfg(feature = "lake")]
pub fn of_checks(checks: &[CheckResult]) -> String {
    let count = |status| checks.iter().filter(|check| check.status == status).count();
    format!(
        "{} {}: {} passed, {} warned, {} failed",
        checks.len(),
        plural(checks.len(), "test", "tests"),
        count(CheckStatus::Passed),
        count(CheckStatus::Warned),
        count(CheckStatus::Failed)
    )
}

/// A model's status in words.
#[cfg(feature = "lake")]
pub fn build_status(status: BuildStatus) -> &'static str {
    match status {
        BuildStatus::Built => "built",
        BuildStatus::Unchanged => "unchanged",
        BuildStatus::Failed => "FAILED",
        BuildStatus::Skipped => "skipped",
    }
}
