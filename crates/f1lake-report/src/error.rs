//! What can go wrong.

use crate::Part;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A row of a query does not have the columns or types that the report reads.
    #[error("{part}, row {row}: {source}; build the lake with this version of f1lake and try again")]
    Row {
        /// Which query.
        part: Part,
        /// Which row, counted from 1.
        row: usize,
        /// Cause.
        source: serde_json::Error,
    },
    /// A chart could not be drawn.
    #[error("the chart {chart} could not be drawn: {detail}")]
    Chart {
        /// Which.
        chart: &'static str,
        /// Cause.
        detail: String,
    },
    /// The page could not be put together.
    #[error("the page could not be written: {0}")]
    Page(#[from] askama::Error),
}
