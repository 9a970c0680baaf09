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
    #[error("{0}")]
    Sql(String),
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
