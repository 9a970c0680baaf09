//! Errors of a report.

use crate::Part;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A row of a query does not have the columns or types that the report reads.
    #[error("{part}, row {row}: {source}; build the lake with this version of f1lake and try again")]
    Row {
        /// The query.
        part: Part,
        /// The row, counted from 1.
        row: usize,
        /// Cause.
        source: serde_json::Error,
    },
    /// A chart could not be drawn.
    #[error("cannot draw the chart {chart}: {detail}")]
    Chart {
        /// The chart.
        chart: &'static str,
        /// Cause.
        detail: String,
    },
    /// The page could not be rendered.
    #[error("cannot write the page: {0}")]
    Page(#[from] askama::Error),
}
