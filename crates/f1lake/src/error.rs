//! Errors of the library, with a kind for programs.

use crate::config::Config;
use crate::unreachable::explain;
#[cfg(any(feature = "lake", feature = "databricks"))]
use f1lake_bronze::BronzeError;
use f1lake_extract::ExtractError;
#[cfg(feature = "lake")]
use f1lake_lake::LakeError;
#[cfg(feature = "databricks")]
use f1lake_warehouse::WarehouseError;
use f1lake_zone::ZoneError;

/// A failure.
///
/// ```
/// use f1lake::{Error, ErrorKind, Pipeline};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let error = Pipeline::builder().base_url("ftp://example.org").build().await?.client().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Usage);
/// # Ok::<(), Error>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting that cannot be used; nothing was done.
    #[error("{0}")]
    Usage(String),
    /// The API cannot be reached: why, and what helps.
    #[error("{0}")]
    Unreachable(String),
    /// Another run works on the same landing zone or lake.
    #[error("{0}")]
    Busy(String),
    /// The extract or the landing zone.
    #[error(transparent)]
    Extract(#[from] ExtractError),
    /// The API.
    #[error(transparent)]
    Api(#[from] openf1_client::Error),
    /// The lake.
    #[cfg(feature = "lake")]
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// Bronze tables in a warehouse.
    #[cfg(feature = "databricks")]
    #[error(transparent)]
    Warehouse(#[from] WarehouseError),
    /// The Databricks workspace.
    #[error("Databricks: {0}")]
    Databricks(#[from] f1lake_databricks::Error),
}

/// Kind of an [`Error`]: what a program can do about it.
///
/// ```
/// use f1lake::{ErrorKind, ExitCode};
///
/// assert_eq!(ExitCode::from(ErrorKind::Locked) as u8, 4);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Settings or arguments; nothing was done.
    Usage,
    /// A live session locks OpenF1 for anonymous users; try again later.
    Locked,
    /// OpenF1, a store or Databricks refused the login or a privilege.
    LoginRefused,
    /// Another run works on the same landing zone or lake; try again later.
    Busy,
    /// The work was stopped; the next run resumes.
    Interrupted,
    /// Anything else; the message says what.
    Failed,
}

impl From<ZoneError> for Error {
    fn from(error: ZoneError) -> Self {
        Self::Extract(error.into())
    }
}

impl Error {
    /// The same error with what only the configuration knows: the way to the API, and what users call settings.
    pub fn explained(self, config: &Config) -> Self {
        if let Some(busy) = self.busy() {
            return Self::Busy(format!("{busy}, or use {}", config.names.of("wait")));
        }
        let why = match &self {
            Self::Api(error) | Self::Extract(ExtractError::Api(error)) => explain(error, config),
            _ => None,
        };
        why.map_or(self, Self::Unreachable)
    }

    /// The lock that another run holds, if that is the failure.
    fn busy(&self) -> Option<&ZoneError> {
        let error = match self {
            Self::Extract(ExtractError::Zone(error)) => error,
            #[cfg(feature = "lake")]
            Self::Lake(LakeError::Bronze(BronzeError::Landing(error))) => error,
            _ => return None,
        };
        matches!(error, ZoneError::Busy(_)).then_some(error)
    }

    /// The text for people: what is wrong in one line, then advice on lines of its own.
    pub fn told(&self) -> String {
        match self {
            #[cfg(feature = "lake")]
            Self::Lake(LakeError::Sql { text, .. }) => text.clone(),
            Self::Usage(text)
            | Self::Unreachable(text)
            | Self::Extract(ExtractError::Settings(text) | ExtractError::Zone(ZoneError::Address(text))) => {
                text.clone()
            }
            #[cfg(feature = "databricks")]
            Self::Warehouse(error @ WarehouseError::Foreign { .. }) => error.to_string(),
            Self::Extract(ExtractError::Setting { setting, problem }) => format!("{setting}: {problem}"),
            other => other.to_string().split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }

    /// Its kind.
    ///
    /// ```
    /// use f1lake::{Error, ErrorKind};
    ///
    /// let error = Error::Usage("endpoints: none is chosen".to_owned());
    /// assert_eq!(error.kind(), ErrorKind::Usage);
    /// ```
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Usage(_) => ErrorKind::Usage,
            Self::Unreachable(_) => ErrorKind::Failed,
            Self::Busy(_) => ErrorKind::Busy,
            Self::Api(error) => of_api(error),
            Self::Extract(error) => match error {
                ExtractError::Settings(_) | ExtractError::Setting { .. } => ErrorKind::Usage,
                ExtractError::Api(error) => of_api(error),
                ExtractError::Interrupted => ErrorKind::Interrupted,
                ExtractError::Zone(error) => of_zone(error),
                _ => ErrorKind::Failed,
            },
            #[cfg(feature = "lake")]
            Self::Lake(error) => match error {
                LakeError::Bronze(error) => of_bronze(error),
                LakeError::Location { .. } | LakeError::Sql { .. } => ErrorKind::Usage,
                LakeError::Interrupted => ErrorKind::Interrupted,
                LakeError::Conflict { .. } => ErrorKind::Busy,
                _ => ErrorKind::Failed,
            },
            #[cfg(feature = "databricks")]
            Self::Warehouse(error) => match error {
                WarehouseError::Bronze(error) => of_bronze(error),
                WarehouseError::Foreign { .. } => ErrorKind::Usage,
                WarehouseError::Volume { source: object_store::Error::NotFound { .. }, .. } => {
                    ErrorKind::Usage
                }
                WarehouseError::Volume { source, .. } if f1lake_zone::is_refused(source) => {
                    ErrorKind::LoginRefused
                }
                WarehouseError::Interrupted => ErrorKind::Interrupted,
                WarehouseError::Workspace { source, .. } if source.is_refused() => ErrorKind::LoginRefused,
                _ => ErrorKind::Failed,
            },
            Self::Databricks(
                f1lake_databricks::Error::Config(_)
                | f1lake_databricks::Error::NoWorkspace(_)
                | f1lake_databricks::Error::NoCredentials { .. },
            ) => ErrorKind::Usage,
            Self::Databricks(error) if error.is_refused() => ErrorKind::LoginRefused,
            Self::Databricks(_) => ErrorKind::Failed,
        }
    }
}

fn of_api(error: &openf1_client::Error) -> ErrorKind {
    match error {
        openf1_client::Error::Config(_) | openf1_client::Error::Limit(_) => ErrorKind::Usage,
        openf1_client::Error::Locked { .. } => ErrorKind::Locked,
        openf1_client::Error::LoginRefused { .. } => ErrorKind::LoginRefused,
        _ => ErrorKind::Failed,
    }
}

fn of_zone(error: &ZoneError) -> ErrorKind {
    match error {
        ZoneError::Address(_) => ErrorKind::Usage,
        ZoneError::Busy(_) => ErrorKind::Busy,
        error if error.is_refused() => ErrorKind::LoginRefused,
        _ => ErrorKind::Failed,
    }
}

#[cfg(any(feature = "lake", feature = "databricks"))]
fn of_bronze(error: &BronzeError) -> ErrorKind {
    match error {
        BronzeError::Landing(error) => of_zone(error),
        BronzeError::NotLanded { .. } => ErrorKind::Usage,
        _ => ErrorKind::Failed,
    }
}
