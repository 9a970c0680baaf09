//! A landing file as batches of a bronze table: decoded on its own thread, counted, and compared with its
//! manifest.

use crate::bronze::BronzeTable;
use crate::decode::{Decoder, RowOrigin};
use crate::error::TablesError;
use arrow_array::RecordBatch;
use f1lake_extract::{LandedEndpoint, LandedRows};
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use openf1_client::Endpoint;
use serde::Serialize;
use tokio::sync::mpsc::{Receiver, Sender};
use tokio::task::JoinHandle;

/// Rows per batch: enough for columns to compress well, few enough for flat memory.
const BATCH_ROWS: usize = 16_384;
/// Batches waiting between decoding and encoding.
const BATCHES_WAITING: usize = 2;

/// Result of decoding a landing file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Decoded {
    pub(crate) rows: u64,
    pub(crate) rescued: u64,
    pub(crate) quarantined: u64,
}

/// A row without a usable key.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Refused {
    reason: String,
    row: String,
}

/// Writes refused rows to the quarantine, or removes those of an earlier load.
pub(crate) async fn keep_refused(
    store: &dyn ObjectStore,
    path: &Path,
    refused: &[Refused],
) -> object_store::Result<()> {
    if !refused.is_empty() {
        store.put(path, refused_lines(refused).into()).await?;
        return Ok(());
    }
    match store.delete(path).await {
        Err(object_store::Error::NotFound { .. }) => Ok(()),
        deleted => deleted,
    }
}

/// One JSON object per line.
fn refused_lines(refused: &[Refused]) -> Vec<u8> {
    let mut text = String::new();
    for row in refused {
        text.push_str(&serde_json::to_string(row).unwrap_or_else(|_| row.row.clone()));
        text.push('\n');
    }
    text.into_bytes()
}

/// A landing file being decoded.
pub(crate) struct DecodedFile {
    file: String,
    endpoint: Endpoint,
    /// Rows according to its manifest.
    expected: u64,
    batches: Receiver<RecordBatch>,
    decoding: JoinHandle<Result<(Decoded, Vec<Refused>), TablesError>>,
}

impl DecodedFile {
    /// Starts to decode the rows of a session's landing file.
    pub(crate) fn start(
        session_key: i64,
        table: &BronzeTable,
        landed: &LandedEndpoint,
        rows: LandedRows,
    ) -> Self {
        let file = landed.file.clone().unwrap_or_default();
        let origin = RowOrigin {
            session_key,
            source_file: file.clone(),
            extracted_at: landed.extracted_at.as_microsecond(),
            ingested_at: Timestamp::now().as_microsecond(),
        };
        let (sender, batches) = tokio::sync::mpsc::channel(BATCHES_WAITING);
        let decoder = Decoder::new(table, origin);
        let decoding = tokio::task::spawn_blocking(move || decode(decoder, rows, &sender));
        Self { file, endpoint: table.endpoint, expected: landed.rows, batches, decoding }
    }

    /// The next rows; `None` at the end and after a failure, which [`DecodedFile::finish`] returns.
    pub(crate) async fn next(&mut self) -> Option<RecordBatch> {
        self.batches.recv().await
    }

    /// Returns the counts and the rows without a usable key.
    ///
    /// # Errors
    /// When the file cannot be read completely or differs from its manifest.
    pub(crate) async fn finish(self) -> Result<(Decoded, Vec<Refused>), TablesError> {
        let file = self.file;
        let (decoded, refused) = self.decoding.await.map_err(|error| TablesError::Rows {
            file: file.clone(),
            detail: format!("decoding broke off: {error}"),
        })??;
        if decoded.rows + decoded.quarantined != self.expected {
            return Err(TablesError::Rows {
                file,
                detail: format!(
                    "holds {} rows, its manifest says {}; extract the session again",
                    decoded.rows + decoded.quarantined,
                    self.expected
                ),
            });
        }
        if decoded.rows == 0 && decoded.quarantined > 0 {
            return Err(TablesError::Rows {
                file,
                detail: format!(
                    "none of its {} rows is one of {} ({}); is it the file of another endpoint? extract the session again",
                    decoded.quarantined,
                    self.endpoint,
                    refused.first().map(|row| row.reason.clone()).unwrap_or_default()
                ),
            });
        }
        Ok((decoded, refused))
    }
}

fn decode(
    mut decoder: Decoder,
    rows: LandedRows,
    sender: &Sender<RecordBatch>,
) -> Result<(Decoded, Vec<Refused>), TablesError> {
    let mut decoded = Decoded::default();
    let mut refused = Vec::new();
    let broken = |error| deltalake::datafusion::error::DataFusionError::ArrowError(Box::new(error), None);
    for row in rows {
        let row = row?;
        match decoder.push(&row) {
            Ok(()) => decoded.rows += 1,
            Err(refusal) => {
                decoded.quarantined += 1;
                refused.push(Refused { reason: refusal.to_string(), row });
            }
        }
        if decoder.rows() == BATCH_ROWS && sender.blocking_send(decoder.batch().map_err(broken)?).is_err() {
            // The writer gave up; its error is the one to report.
            break;
        }
    }
    if decoder.rows() > 0 {
        let _ = sender.blocking_send(decoder.batch().map_err(broken)?);
    }
    decoded.rescued = decoder.rescued_rows();
    Ok((decoded, refused))
}
