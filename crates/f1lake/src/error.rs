//! Errors of a command, and their exit codes.

use crate::exit_code::ExitCode;
use f1lake_bronze::BronzeError;
use f1lake_extract::ExtractError;
use f1lake_lake::LakeError;
use f1lake_report::ReportError;
use f1lake_warehouse::WarehouseError;
use f1lake_zone::ZoneError;
use openf1_sim::SimError;

/// Failure of a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A flag, file or variable is unusable; nothing was done.
    #[error("{0}")]
    Usage(String),
    /// A failure of the extract or the landing zone.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// A failure of the API.
    #[error(transparent)]
    Api(#[from] openf1_client::Error),
    /// A failure of the lake.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// Bronze tables in a warehouse.
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// A failure of the Databricks workspace.
    #[error("Databricks: {0}")]
    Databricks(#[from] f1lake_databricks::Error),
    /// A failure of the report.
    #[error("report: {0}")]
    Report(#[from] ReportError),
    /// A failure of the simulator.
    #[error("simulator: {0}")]
    Simulator(#[from] SimError),
    /// The API cannot be reached.
    #[error("{0}")]
    Unreachable(String),
    /// A failure on a file that the user named.
    #[error("cannot write {path}: {cause}", cause = without_path(source))]
    File {
        /// Its path.
        path: String,
        /// Cause.
        source: std::io::Error,
    },
    /// A failure of standard output or the system.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: &'static str,
        /// Cause.
        source: std::io::Error,
    },
}

impl From<ZoneError> for Error {
    fn from(error: ZoneError) -> Self {
        Self::Extract(error.into())
    }
}

impl Error {
    /// Wraps an I/O error with its action.
    pub(crate) fn io(what: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { what, source }
    }

    /// Adds host and advice to an error on the way to the API.
    pub(crate) fn of_extract(error: ExtractError, base_url: &str) -> Self {
        match &error {
            ExtractError::Api(api) => crate::unreachable::explain(api, base_url)
                .map_or_else(|| Self::Extract(error), Self::Unreachable),
            _ => Self::Extract(error),
        }
    }

    /// Its exit code.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::Usage,
            Self::File { source, .. } if names_wrong_place(source) => ExitCode::Usage,
            Self::File { .. } | Self::Unreachable(_) => ExitCode::Failed,
            Self::Simulator(SimError::Bind { .. }) | Self::Io { .. } => ExitCode::Failed,
            Self::Simulator(_) => ExitCode::Usage,
            Self::Api(error) => of_api(error),
            Self::Extract(error) => of_extract(error),
            Self::Lake(error) => match error {
                LakeError::Bronze(error) => of_bronze(error),
                LakeError::Location { .. } | LakeError::Sql(_) => ExitCode::Usage,
                LakeError::Interrupted => ExitCode::Interrupted,
                _ => ExitCode::Failed,
            },
            Self::Warehouse(error) => match error {
                WarehouseError::Bronze(error) => of_bronze(error),
                WarehouseError::Volume { .. } => ExitCode::Usage,
                WarehouseError::Interrupted => ExitCode::Interrupted,
                WarehouseError::Workspace { source, .. } if source.is_refused() => ExitCode::LoginRefused,
                _ => ExitCode::Failed,
            },
            Self::Databricks(
                f1lake_databricks::Error::Config(_) | f1lake_databricks::Error::NoWorkspace(_),
            ) => ExitCode::Usage,
            Self::Databricks(error) if error.is_refused() => ExitCode::LoginRefused,
            Self::Databricks(_) => ExitCode::Failed,
            Self::Report(_) => ExitCode::Failed,
        }
    }

    /// The human-readable text: what is wrong, followed by advice on separate lines.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::Usage(text)
            | Self::Unreachable(text)
            | Self::Lake(LakeError::Sql(text))
            | Self::Extract(ExtractError::Settings(text))
            | Self::Extract(ExtractError::Zone(ZoneError::Address(text))) => text.clone(),
            other => other.to_string().split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }
}

/// The error without the path of a temporary file, which would not help the user.
fn without_path(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split_once(" at path ").map_or_else(|| text.clone(), |(cause, _)| cause.to_owned())
}

/// Whether the path itself is the cause: nothing was written.
fn names_wrong_place(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{IsADirectory, NotADirectory, NotFound, PermissionDenied};
    matches!(error.kind(), NotFound | NotADirectory | IsADirectory | PermissionDenied)
}

fn of_extract(error: &ExtractError) -> ExitCode {
    match error {
        ExtractError::Settings(_) | ExtractError::Setting { .. } => ExitCode::Usage,
        ExtractError::Api(error) => of_api(error),
        ExtractError::Interrupted => ExitCode::Interrupted,
        ExtractError::Zone(error) => of_zone(error),
        _ => ExitCode::Failed,
    }
}

fn of_zone(error: &ZoneError) -> ExitCode {
    match error {
        ZoneError::Address(_) => ExitCode::Usage,
        error if error.is_refused() => ExitCode::LoginRefused,
        _ => ExitCode::Failed,
    }
}

fn of_bronze(error: &BronzeError) -> ExitCode {
    match error {
        BronzeError::Landing(error) => of_zone(error),
        BronzeError::NotLanded { .. } => ExitCode::Usage,
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
