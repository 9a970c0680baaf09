//! Rows of a query, in memory.

use crate::error::Error;
use f1lake_lake::deltalake::arrow::array::RecordBatch;
use f1lake_lake::deltalake::arrow::datatypes::SchemaRef;
use f1lake_lake::{AsOf, LakeError, Query};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Rows of a query.
///
/// ```no_run
/// # async fn run(pipeline: f1lake::Pipeline) -> Result<(), f1lake::Error> {
/// let rows: f1lake::Rows = pipeline.query("select * from session_leaderboard").await?;
/// println!("{} columns, {} batches", rows.schema.fields().len(), rows.batches.len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Rows {
    /// Columns.
    pub schema: SchemaRef,
    /// Rows.
    pub batches: Vec<RecordBatch>,
}

impl Rows {
    /// The rows of a query of a lake.
    ///
    /// # Errors
    /// When the query is wrong, or a table cannot be read.
    pub async fn of(query: &Query, sql: &str) -> Result<Self, Error> {
        let frame = query.sql(sql).await?;
        let schema = Arc::new(frame.schema().as_arrow().clone());
        let batches = frame.collect().await.map_err(LakeError::from)?;
        Ok(Self { schema, batches })
    }
}

/// Parses a version of tables: its number, a day or an instant (UTC).
///
/// # Errors
/// What is expected instead.
///
/// ```
/// use f1lake::{lake::AsOf, parse_as_of};
///
/// assert_eq!(parse_as_of("12"), Ok(AsOf::Version(12)));
/// assert_eq!(parse_as_of("2024-12-08"), parse_as_of("2024-12-08T00:00:00Z"));
/// assert!(parse_as_of("yesterday").is_err());
/// ```
pub fn parse_as_of(text: &str) -> Result<AsOf, String> {
    if let Ok(version) = text.parse() {
        return Ok(AsOf::Version(version));
    }
    let day = || TimeZone::UTC.to_timestamp(text.parse::<Date>().ok()?.at(0, 0, 0, 0)).ok();
    text.parse::<Timestamp>().ok().or_else(day).map(AsOf::Instant).ok_or_else(|| {
        "expected a version such as 12, a day such as 2024-12-08, or an instant such as 2024-12-08T15:00:00Z"
            .to_owned()
    })
}
