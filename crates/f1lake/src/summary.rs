//! Reports in one line, and the words for their statuses.

use f1lake_bronze::{LoadReport, LoadStatus};
use f1lake_extract::{RunReport, SessionStatus};
#[cfg(feature = "lake")]
use f1lake_lake::{BuildReport, BuildStatus, CheckResult, CheckStatus};
use indicatif::{HumanBytes, HumanCount};

/// `1 row`, `1,013 rows`.
pub fn counted(count: impl TryInto<u64>, one: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    format!("{} {one}{}", HumanCount(count), if count == 1 { "" } else { "s" })
}

/// The last line of an extract.
pub fn of_extract(report: &RunReport, destination: &str) -> String {
    let counts: Vec<String> = SessionStatus::ALL
        .into_iter()
        .map(|status| (report.count(status), status.name()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    let retries = match report.retries {
        0 => String::new(),
        1 => " (1 retry)".to_owned(),
        many => format!(" ({many} retries)"),
    };
    format!(
        "{} ({}), {}{retries}, {} received in {:.1} s -> {destination}",
        counted(report.sessions.len(), "session"),
        if counts.is_empty() { "none selected".to_owned() } else { counts.join(", ") },
        counted(report.requests, "request"),
        HumanBytes(report.bytes_received),
        report.seconds,
    )
}

/// The last line of a load.
pub(crate) fn of_load(report: &LoadReport, destination: &str) -> String {
    if report.sessions.is_empty() {
        return format!("no session is landed, so nothing was loaded into {destination}");
    }
    format!(
        "loaded {} of {} into {destination}: {} in {:.1} s",
        report.count(LoadStatus::Loaded),
        counted(report.sessions.len(), "session"),
        counted(report.rows(), "row"),
        report.seconds
    )
}

/// `lost rows of 2 tables were loaded again`.
pub fn brought_back(count: usize) -> Option<String> {
    (count > 0).then(|| format!("lost rows of {} were loaded again", counted(count, "table")))
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
    let troubled: String = [BuildStatus::Failed, BuildStatus::Skipped]
        .into_iter()
        .filter(|status| report.count(*status) > 0)
        .map(|status| format!(", {} {}", report.count(status), build_status(status)))
        .collect();
    format!(
        "built {} of {}, {} unchanged{troubled}, in {:.1} s{}",
        report.count(BuildStatus::Built),
        counted(report.models.len(), "table"),
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
        "{}: {} passed, {} warned, {} failed",
        counted(checks.len(), "test"),
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

#[cfg(all(test, feature = "lake"))]
mod tests {
    use super::*;
    use f1lake_lake::ModelBuild;

    #[test]
    fn counts_agree_in_number() {
        assert_eq!(["0 rows", "1 row", "1,013 rows"], [0, 1, 1013].map(|count| counted(count, "row")));
    }

    #[test]
    fn failed_and_skipped_tables_are_counted() {
        let model = |status| ModelBuild {
            model: "gold_analytics.fact_laps".to_owned(),
            status,
            sessions: None,
            rows: 0,
            seconds: 0.0,
            error: None,
        };
        let report = |statuses: &[BuildStatus]| BuildReport {
            models: statuses.iter().copied().map(model).collect(),
            ..Default::default()
        };
        let told = of_build(&report(&[BuildStatus::Built, BuildStatus::Failed, BuildStatus::Skipped]), false);
        assert_eq!(told, "built 1 of 3 tables, 0 unchanged, 1 FAILED, 1 skipped, in 0.0 s");
        let told = of_build(&report(&[BuildStatus::Built]), false);
        assert_eq!(told, "built 1 of 1 table, 0 unchanged, in 0.0 s");
    }
}
