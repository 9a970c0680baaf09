//! What reports say of the step as a whole: its exit code, and its failures in one line.

use crate::exit_code::ExitCode;
use f1lake_bronze::{LoadReport, LoadStatus};
use f1lake_extract::{RunReport, SessionStatus};
#[cfg(feature = "lake")]
use f1lake_lake::{BuildReport, CheckResult, CheckStatus};

/// How a step ended, from its report.
///
/// ```
/// use f1lake::{ExitCode, Outcome, RunReport};
///
/// let nothing_due = RunReport::default();
/// assert_eq!(nothing_due.exit_code(), ExitCode::Done);
/// assert_eq!(nothing_due.trouble(), "");
/// ```
pub trait Outcome {
    /// The exit code.
    fn exit_code(&self) -> ExitCode;

    /// What failed, in one line; empty when nothing did.
    fn trouble(&self) -> String;
}

impl Outcome for RunReport {
    fn exit_code(&self) -> ExitCode {
        let failed = self.count(SessionStatus::Failed);
        if self.count(SessionStatus::Interrupted) > 0 {
            ExitCode::Interrupted
        } else if failed > 0 && failed == self.sessions.len() {
            ExitCode::Failed
        } else if failed > 0 {
            ExitCode::SomeFailed
        } else if self.count(SessionStatus::Locked) > 0 {
            ExitCode::Locked
        } else {
            ExitCode::Done
        }
    }

    fn trouble(&self) -> String {
        let worst = [SessionStatus::Failed, SessionStatus::Interrupted, SessionStatus::Locked]
            .into_iter()
            .find(|status| self.count(*status) > 0);
        let Some(status) = worst else { return String::new() };
        let these = self.sessions.iter().filter(|session| session.status == status);
        let told = these
            .filter_map(|session| Some(format!("{}: {}", session.session.name, session.error.as_ref()?)));
        of_sessions(self.count(status), self.sessions.len(), status.name(), told.collect())
    }
}

impl Outcome for LoadReport {
    fn exit_code(&self) -> ExitCode {
        match self.count(LoadStatus::Failed) {
            0 => ExitCode::Done,
            failed if failed == self.sessions.len() => ExitCode::Failed,
            _ => ExitCode::SomeFailed,
        }
    }

    fn trouble(&self) -> String {
        let failed = self.count(LoadStatus::Failed);
        if failed == 0 {
            return String::new();
        }
        let tables = self.sessions.iter().flat_map(|load| load.tables.iter().map(move |table| (load, table)));
        let told = tables.filter_map(|(load, table)| {
            Some(format!("{}: {}: {}", load.session, table.table, table.error.as_ref()?))
        });
        of_sessions(failed, self.sessions.len(), "failed", told.collect())
    }
}

/// `1 of 2 sessions failed: 2024-12-08_Yas_Island_Race: ...`.
fn of_sessions(count: usize, all: usize, status: &str, told: Vec<String>) -> String {
    let colon = if told.is_empty() { "" } else { ": " };
    format!("{count} of {all} sessions {status}{colon}{}", told.join("; "))
}

#[cfg(feature = "lake")]
impl Outcome for BuildReport {
    fn exit_code(&self) -> ExitCode {
        if self.models.iter().any(|model| model.error.is_some()) {
            ExitCode::Failed
        } else {
            self.checks.exit_code()
        }
    }

    fn trouble(&self) -> String {
        let models = self
            .models
            .iter()
            .filter_map(|model| Some(format!("{}: {}", model.model, model.error.as_ref()?)));
        let checks = self.checks.trouble();
        models.chain((!checks.is_empty()).then_some(checks)).collect::<Vec<_>>().join("; ")
    }
}

#[cfg(feature = "lake")]
impl Outcome for [CheckResult] {
    fn exit_code(&self) -> ExitCode {
        let failed = self.iter().any(|check| check.status == CheckStatus::Failed);
        if failed { ExitCode::Failed } else { ExitCode::Done }
    }

    fn trouble(&self) -> String {
        let failed = self.iter().filter(|check| check.status == CheckStatus::Failed);
        let told = failed.map(|check| match &check.error {
            Some(error) => format!("{}: {error}", check.check),
            None => format!("{}: {} rows are wrong", check.check, check.rows),
        });
        told.collect::<Vec<_>>().join("; ")
    }
}
