//! What stops a load into a warehouse.

use f1lake_bronze::BronzeError;
use f1lake_zone::ZoneError;

/// Failure of a load into Databricks.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WarehouseError {
    /// A landing file, or the landing zone.
    #[error(transparent)]
    Bronze(#[from] BronzeError),
    /// A statement or file operation of the workspace.
    #[error("Databricks: {what}: {source}")]
    Workspace {
        /// What was being done.
        what: &'static str,
        /// Cause.
        source: Box<f1lake_databricks::Error>,
    },
    /// The volume of staged files.
    #[error("{location}: {what}: {source}")]
    Volume {
        /// Its name.
        location: String,
        /// What was being done.
        what: &'static str,
        /// Cause.
        source: object_store::Error,
    },
    /// A table that does not hold what it should.
    #[error("table {table} is damaged: {detail}; {advice}")]
    Damaged {
        /// Its name.
        table: String,
        /// The damage.
        detail: String,
        /// What to do.
        advice: &'static str,
    },
    /// A table of one of our names that f1lake did not create.
    #[error(
        "table {table} was not created by f1lake: {detail}; nothing was changed\nhint: set databricks_schema (--schema) \
         to another schema, or rename the table"
    )]
    Foreign {
        /// Its name.
        table: String,
        /// By what it is known.
        detail: String,
    },
    /// The work was stopped.
    #[error("stopped; committed work is kept, and the next run resumes")]
    Interrupted,
}

impl WarehouseError {
    /// Wraps a workspace's error with its action.
    pub(crate) fn workspace(what: &'static str) -> impl FnOnce(f1lake_databricks::Error) -> Self {
        move |source| Self::Workspace { what, source: Box::new(source) }
    }
}

impl From<ZoneError> for WarehouseError {
    fn from(error: ZoneError) -> Self {
        BronzeError::from(error).into()
    }
}
