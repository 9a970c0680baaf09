//! What stops a command, and the exit code it means.

use crate::exit_code::ExitCode;
use f1lake_extract::ExtractError;
use f1lake_report::ReportError;
use f1lake_tables::TablesError;
use openf1_sim::SimError;

/// Failure of a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A flag, file or variable holds something unusable; nothing was done.
    #[error("{0}")]
    Usage(String),
    /// The extract or the landing zone.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// The API.
    #[error(transparent)]
    Api(#[from] openf1_client::Error),
    /// The lake.
    #[error(transparent)]
    Tables(#[from] TablesError),
    /// The Databricks workspace.
    #[error("Databricks: {0}")]
    Databricks(#[from] f1lake_databricks::Error),
    /// The report.
    #[error("report: {0}")]
    Report(#[from] ReportError),
    /// The simulator.
    #[error("simulator: {0}")]
    Simulator(#[from] SimError),
    /// Standard output, or something of the system's.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: &'static str,
        /// Cause.
        source: std::io::Error,
    },
}

impl Error {
    /// Wraps an I/O error with what was being done.
    pub(crate) fn io(what: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { what, source }
    }

    /// The exit code it means.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::Usage,
            Self::Simulator(SimError::Bind { .. }) | Self::Io { .. } => ExitCode::Failed,
            Self::Simulator(_) => ExitCode::Usage,
            Self::Api(error) => of_api(error),
            Self::Extract(error) | Self::Tables(TablesError::Landing(error)) => of_extract(error),
            Self::Tables(error) => match error {
                TablesError::Location { .. } | TablesError::Sql(_) => ExitCode::Usage,
                TablesError::Interrupted => ExitCode::Interrupted,
                TablesError::Warehouse { source, .. } if source.is_refused() => ExitCode::LoginRefused,
                _ => ExitCode::Failed,
            },
            Self::Databricks(f1lake_databricks::Error::Config(_)) => ExitCode::Usage,
            Self::Databricks(error) if error.is_refused() => ExitCode::LoginRefused,
            Self::Databricks(_) => ExitCode::Failed,
            Self::Report(_) => ExitCode::Failed,
        }
    }

    /// The text for people: one line, except SQL errors, which point at the place.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::Tables(TablesError::Sql(text)) => text.clone(),
            other => other.to_string().split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }
}

fn of_extract(error: &ExtractError) -> ExitCode {
    match error {
        ExtractError::Settings(_) => ExitCode::Usage,
        ExtractError::Api(error) => of_api(error),
        ExtractError::Interrupted => ExitCode::Interrupted,
        error if error.is_refused() => ExitCode::LoginRefused,
        _ => ExitCode::Failed,
    }
}

fn of_api(error: &openf1_client::Error) -> ExitCode {
    match error {
        openf1_client::Error::Config(_) | openf1_client::Error::Limit(_) => ExitCode::Usage,
        openf1_client::Error::Locked { .. } => ExitCode::Locked,
        openf1_client::Error::LoginRefused { .. } => ExitCode::LoginRefused,
        _ => ExitCode::Failed,
    }
}
