//! Errors of the library, with a kind for programs.

#[cfg(any(feature = "lake", feature = "databricks"))]
use f1lake_bronze::BronzeError;
use f1lake_extract::ExtractError;
#[cfg(feature = "lake")]
use f1lake_lake::LakeError;
#[cfg(feature = "databricks")]
use f1lake_warehouse::WarehouseError;
use f1lake_zone::ZoneError;

/// A failure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting that cannot be used; nothing was done.
    #[error("{0}")]
    Usage(String),
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
                LakeError::Location { .. } | LakeError::Sql(_) => ErrorKind::Usage,
                LakeError::Interrupted => ErrorKind::Interrupted,
                LakeError::Conflict { .. } => ErrorKind::Busy,
                _ => ErrorKind::Failed,
            },
            #[cfg(feature = "databricks")]
            Self::Warehouse(error) => match error {
                WarehouseError::Bronze(error) => of_bronze(error),
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
                f1lake_databricks::Error::Config(_) | f1lake_databricks::Error::NoWorkspace(_),
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
