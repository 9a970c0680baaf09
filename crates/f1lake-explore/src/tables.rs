//! What the server needs of a lake.

use crate::error::Failure;
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use async_trait::async_trait;
use futures::stream::BoxStream;
use serde::Serialize;
use std::io::Write;

/// Rows of a query as they arrive. Dropping the stream cancels the query.
pub type RowStream = BoxStream<'static, Result<RecordBatch, Failure>>;

/// The result of a query.
pub struct Rows {
    /// Columns of every batch.
    pub schema: SchemaRef,
    /// Batches in the order of the query.
    pub batches: RowStream,
}

/// Text formats of rows, written by the lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// A JSON array.
    Json,
    /// Comma-separated values with a header.
    Csv,
    /// Parquet.
    Parquet,
}

/// How far a lake is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LakeState {
    /// There are sessions in gold.
    Ready,
    /// The place has no tables.
    NoLake,
    /// There are tables, and no session in them.
    EmptyLake,
    /// There are bronze tables, and gold was not built.
    NoGold,
}

/// A column, as the catalogue describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// `lap_duration`.
    pub name: String,
    /// Type in SQL, such as `BIGINT`.
    #[serde(rename = "type")]
    pub sql_type: String,
    /// What the values mean; empty when nobody wrote it down.
    pub description: String,
}

/// A table, as the catalogue describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableNotes {
    /// `gold_analytics`.
    pub schema: String,
    /// `fact_laps`.
    pub table: String,
    /// What a row is; empty when nobody wrote it down.
    pub description: String,
    /// Columns in their order.
    pub columns: Vec<Column>,
}

/// A lake that can only be read.
#[async_trait]
pub trait Tables: Send + Sync + 'static {
    /// How far the lake is.
    ///
    /// # Errors
    /// When the lake cannot be listed.
    async fn state(&self) -> Result<LakeState, Failure>;

    /// A text that changes whenever a table changes.
    ///
    /// # Errors
    /// When the lake cannot be listed.
    async fn revision(&self) -> Result<String, Failure>;

    /// Starts one query that reads. It runs while the stream is read.
    ///
    /// # Errors
    /// When the text is not one query, or names what is not there.
    async fn query(&self, sql: &str) -> Result<Rows, Failure>;

    /// Writes rows in a format, and returns their number.
    ///
    /// # Errors
    /// When the query fails or `output` does.
    async fn write(
        &self,
        rows: Rows,
        format: TableFormat,
        output: Box<dyn Write + Send>,
    ) -> Result<u64, Failure>;

    /// All tables with their columns.
    ///
    /// # Errors
    /// When the lake cannot be listed.
    async fn catalogue(&self) -> Result<Vec<TableNotes>, Failure>;

    /// Where the lake is, for people.
    fn place(&self) -> String;

    /// Whether the rows were generated rather than recorded.
    fn is_generated(&self) -> bool;
}
