//! Errors of a load, a build or a query.

use deltalake::DeltaTableError;
use deltalake::arrow::error::ArrowError;
use deltalake::datafusion::error::DataFusionError;
use f1lake_bronze::BronzeError;
use f1lake_zone::ZoneError;

/// Failure of the lake.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LakeError {
    /// A location of the lake or the landing zone cannot be used as requested.
    #[error("{location}: {detail}")]
    Location {
        /// Folder or URL.
        location: String,
        /// What is wrong and what to do.
        detail: String,
    },
    /// A landing file, or the landing zone.
    #[error(transparent)]
    Bronze(#[from] BronzeError),
    /// A table that cannot be read or written.
    #[error("table {table}: {what}: {cause}", cause = plain(source))]
    Table {
        /// Its name: `bronze_raw.bronze_laps`.
        table: String,
        /// What was being done.
        what: &'static str,
        /// Cause.
        source: Box<DeltaTableError>,
    },
    /// A table whose log or files are damaged.
    #[error("table {table} is damaged: {detail}; {advice}")]
    Damaged {
        /// Its name.
        table: String,
        /// The damage.
        detail: String,
        /// What to do.
        advice: &'static str,
    },
    /// Another process changed the same session's rows at the same time.
    #[error("table {table}: another run is writing the same sessions; run again when it has ended")]
    Conflict {
        /// Its name.
        table: String,
    },
    /// An error in the user's SQL.
    #[error("{text}")]
    Sql {
        /// What it is about, for programs.
        problem: SqlProblem,
        /// What is wrong, the line with a mark below the position if known, and a hint, each on its own lines.
        text: String,
    },
    /// A model or data test of ours that cannot be built.
    #[error("{model}: {detail}")]
    Model {
        /// Its name.
        model: String,
        /// Cause.
        detail: String,
    },
    /// A failure of the query engine.
    #[error("query engine: {cause}", cause = plain(.0))]
    Engine(#[from] DataFusionError),
    /// The work was stopped.
    #[error("stopped; committed work is kept, and the next run resumes")]
    Interrupted,
}

/// What an error in SQL is about, for programs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SqlProblem {
    /// A table that does not exist.
    NoTable {
        /// The name in the query.
        wrong: String,
        /// The name that was probably meant, with its schema.
        right: Option<String>,
    },
    /// A column that does not exist.
    NoColumn {
        /// The name in the query.
        wrong: String,
        /// The name that was probably meant.
        right: Option<String>,
    },
    /// Text that is not SQL.
    Syntax,
    /// Anything else, such as an unknown function or a statement that would write.
    #[default]
    Other,
}

/// A cause in plain words with advice. A full disk comes wrapped in the names of four layers.
fn plain(error: &impl std::fmt::Display) -> String {
    const FULL: &str = "No space left on device";
    let text = error.to_string();
    if text.contains(FULL) {
        format!("{FULL}; free some space and run again; finished work is kept")
    } else {
        text
    }
}

impl LakeError {
    /// An error in SQL that is not about a name.
    pub(crate) fn sql(text: impl Into<String>) -> Self {
        Self::Sql { problem: SqlProblem::Other, text: text.into() }
    }

    /// Wraps a table's error with its action.
    pub(crate) fn table(table: &str, what: &'static str) -> impl FnOnce(DeltaTableError) -> Self {
        let table = table.to_owned();
        move |source| Self::Table { table, what, source: Box::new(source) }
    }
}

impl From<ArrowError> for LakeError {
    fn from(error: ArrowError) -> Self {
        DataFusionError::from(error).into()
    }
}

impl From<ZoneError> for LakeError {
    fn from(error: ZoneError) -> Self {
        BronzeError::from(error).into()
    }
}

/// Runs work until it is stopped: what it has not committed by then leaves no trace in any table.
pub(crate) async fn or_stopped<T>(
    cancel: &tokio_util::sync::CancellationToken,
    work: impl Future<Output = Result<T, LakeError>>,
) -> Result<T, LakeError> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(LakeError::Interrupted),
        done = work => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_disk_is_reported() {
        let disk = std::io::Error::from_raw_os_error(28);
        if !disk.to_string().contains("No space left") {
            return;
        }
        let store = object_store::Error::Generic { store: "LocalFileSystem", source: Box::new(disk) };
        let told = LakeError::table("bronze_raw.bronze_laps", "cannot write")(store.into()).to_string();
        assert_eq!(
            told,
            "table bronze_raw.bronze_laps: cannot write: No space left on device; free some space and run \
             again; finished work is kept"
        );
    }
}
