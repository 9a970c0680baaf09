//! Errors of a command, and their exit codes.

use f1lake::ExitCode;
use f1lake_extract::ExtractError;
#[cfg(feature = "lake")]
use f1lake_lake::LakeError;
#[cfg(feature = "lake")]
use f1lake_report::ReportError;
#[cfg(feature = "databricks")]
use f1lake_warehouse::WarehouseError;
use f1lake_zone::ZoneError;
#[cfg(feature = "lake")]
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
    #[cfg(feature = "lake")]
    #[error("simulator: {0}")]
    Simulator(#[from] SimError),
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

    /// Its exit code.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::Usage,
            Self::File { source, .. } if names_wrong_place(source) => ExitCode::Usage,
            Self::File { .. } => ExitCode::Failed,
            Self::Io { .. } => ExitCode::Failed,
            #[cfg(feature = "lake")]
            Self::Simulator(SimError::Bind { .. }) => ExitCode::Failed,
            #[cfg(feature = "lake")]
            Self::Simulator(_) => ExitCode::Usage,
            Self::Library(error) => error.into(),
            #[cfg(feature = "lake")]
            Self::Report(_) => ExitCode::Failed,
        }
    }

    /// The human-readable text: what is wrong, followed by advice on separate lines.
    pub(crate) fn told(&self) -> String {
        match self {
            Self::Usage(text) => text.clone(),
            Self::Library(error) => error.told(),
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
