//! Errors of a command, and their exit codes.

use crate::exit_code::ExitCode;
use f1lake_extract::ExtractError;
#[cfg(feature = "lake")]
use f1lake_lake::LakeError;
#[cfg(feature = "lake")]
use f1lake_report::ReportError;
#[cfg(feature = "databricks")]
use f1lake_warehouse::WarehouseError;
use f1lake_zone::ZoneError;
use openf1_sim::SimError;

/// Failure of a command.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A flag, file or variable cannot be used; nothing was done.
    #[error("{0}")]
    Usage(String),
    /// Anything of the library.
    #[error(transparent)]
    Library(f1lake::Error),
    /// A failure of the report.
    #[cfg(feature = "lake")]
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

impl From<f1lake::Error> for Error {
    fn from(error: f1lake::Error) -> Self {
        match error {
            f1lake::Error::Usage(text) => Self::Usage(text),
            error => Self::Library(error),
        }
    }
}

macro_rules! through_the_library {
    ($($(#[$gate:meta])? $error:ty),+ $(,)?) => {
        $($(#[$gate])?
        impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::Library(error.into())
            }
        })+
    };
}

through_the_library!(
    ExtractError,
    ZoneError,
    #[cfg(feature = "lake")]
    LakeError,
    #[cfg(feature = "databricks")]
    WarehouseError,
    openf1_client::Error,
    f1lake_databricks::Error,
);

impl Error {
    /// Wraps an I/O error with its action.
    pub(crate) fn io(what: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { what, source }
    }

    /// Adds host and advice to an error on the way to the API.
    pub(crate) fn of_extract(error: ExtractError, base_url: &str) -> Self {
        match &error {
            ExtractError::Api(api) => {
                crate::unreachable::explain(api, base_url).map_or_else(|| error.into(), Self::Unreachable)
            }
            _ => error.into(),
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
            Self::Library(error) => error.kind().into(),
            #[cfg(feature = "lake")]
            Self::Report(_) => ExitCode::Failed,
        }
    }

    /// The human-readable text: what is wrong, followed by advice on separate lines.
    pub(crate) fn told(&self) -> String {
        match self {
            #[cfg(feature = "lake")]
            Self::Library(f1lake::Error::Lake(LakeError::Sql(text))) => text.clone(),
            Self::Usage(text)
            | Self::Unreachable(text)
            | Self::Library(f1lake::Error::Extract(
                ExtractError::Settings(text) | ExtractError::Zone(ZoneError::Address(text)),
            )) => text.clone(),
            Self::Library(f1lake::Error::Extract(ExtractError::Setting { setting, problem })) => {
                format!("{setting}: {problem}")
            }
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
