//! Where bronze tables are: what the loader asks of a lake and of a warehouse alike.

use super::report::{LoadStatus, SessionLoad};
use crate::bronze_table::BronzeTable;
use crate::decoded_file::{Decoded, DecodedFile};
use crate::error::BronzeError;
use f1lake_zone::{LandedEndpoint, Landing, Manifest};
use std::collections::BTreeSet;

/// Rows confirmed at least this much later are loaded again although nothing changed: `data_quality` uses
/// `extracted_at` to report corrections that may have been missed. 14 days, in microseconds.
pub const CONFIRMED_AFTER: i64 = 14 * 24 * 3_600_000_000;

/// A landing file on its way into a bronze table.
#[derive(Debug, Clone, Copy)]
pub struct LandedFile<'a> {
    /// Its landing zone.
    pub landing: &'a Landing,
    /// Its session.
    pub manifest: &'a Manifest,
    /// The file, according to the manifest.
    pub landed: &'a LandedEndpoint,
}

impl LandedFile<'_> {
    /// Its session.
    pub fn session_key(&self) -> i64 {
        self.manifest.session_key
    }

    /// Starts to decode its rows; `None` when the endpoint landed without rows.
    ///
    /// # Errors
    /// When the file is missing or damaged.
    pub async fn decode(&self, table: &BronzeTable) -> Result<Option<DecodedFile>, BronzeError> {
        let rows = self.landing.read(self.landed).await?;
        Ok(rows.map(|rows| DecodedFile::start(self.session_key(), table, self.landed, rows)))
    }
}

/// Whether a landing file must be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Not due: the table contains it, or a newer one.
    Spared(LoadStatus, Decoded),
    /// It must be loaded.
    Due {
        /// Whether its rows were in the table before and are gone.
        gone: bool,
    },
}

/// What became of a landing file: its status and counts, or why its rows are not in the table.
pub type FileLoad = Result<(LoadStatus, Decoded), String>;

/// Which part of the table of loads a record replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordScope {
    /// The rows of these sessions.
    These,
    /// All rows, except those of sessions that failed and whose rows stay in the tables.
    AllBut(BTreeSet<i64>),
}

/// The destination of bronze tables. Only it knows which sessions its tables hold.
pub trait BronzeSink: Sync {
    /// A failure that ends the load; failures of single files are in their [`FileLoad`].
    type Error: From<BronzeError> + std::fmt::Display + Send;

    /// Tables to load at the same time.
    const TABLES_AT_ONCE: usize;

    /// Reads what the tables hold of these sessions.
    fn open(&mut self, manifests: &[Manifest]) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Whether a landing file must be loaded into a table.
    ///
    /// # Errors
    /// Why the table cannot be read.
    fn judge(&self, table: &BronzeTable, file: &LandedFile<'_>) -> Result<Verdict, String>;

    /// Replaces the rows of the files' sessions in a table, in one commit. Returns a result for each file, in order.
    fn replace(
        &self,
        table: &BronzeTable,
        files: &[LandedFile<'_>],
    ) -> impl Future<Output = Result<Vec<FileLoad>, Self::Error>> + Send;

    /// Replaces the whole table by the files' rows, in one commit. Returns a result for each file, in order.
    fn rewrite(
        &self,
        table: &BronzeTable,
        files: &[LandedFile<'_>],
    ) -> impl Future<Output = Result<Vec<FileLoad>, Self::Error>> + Send;

    /// Updates the table of loads, which is a report on the other tables, for sessions that are complete in each.
    fn record(
        &mut self,
        sessions: &[(&Manifest, &SessionLoad)],
        scope: RecordScope,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Ends the load.
    fn close(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send {
        std::future::ready(Ok(()))
    }
}
