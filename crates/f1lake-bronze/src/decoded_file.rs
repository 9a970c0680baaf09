//! A landing file as batches of a bronze table: decoded on its own thread, counted, and compared with its
//! manifest.

use crate::bronze_table::BronzeTable;
use crate::decode::{Decoder, RowOrigin};
use crate::error::BronzeError;
use arrow_array::RecordBatch;
use f1lake_zone::{LandedEndpoint, LandedRows};
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
pub struct Decoded {
    /// Rows for the table.
    pub rows: u64,
    /// Of these, rows with something in `_rescued_data`.
    pub rescued: u64,
    /// Rows that could not be keyed.
    pub quarantined: u64,
}

/// A row without a usable key.
#[derive(Debug, Clone, Serialize)]
pub struct Refused {
    reason: String,
    row: String,
}

/// Writes refused rows to the quarantine, or removes those of an earlier load.
pub async fn keep_refused(
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
pub struct DecodedFile {
    file: String,
    endpoint: Endpoint,
    /// Rows according to its manifest.
    expected: u64,
    batches: Receiver<RecordBatch>,
    decoding: JoinHandle<Result<(Decoded, Vec<Refused>), BronzeError>>,
}

impl DecodedFile {
    /// Starts to decode the rows of a session's landing file.
    pub fn start(session_key: i64, table: &BronzeTable, landed: &LandedEndpoint, rows: LandedRows) -> Self {
        let file = landed.file.clone().unwrap_or_default();
        let origin = RowOrigin {
            session_key,
            source_file: file.clone(),
            extracted_at: landed.extracted_at.as_microsecond(),
            ingested_at: Timestamp::now().as_microsecond(),
        };
        let (sender, batches) = tokio::sync::mpsc::channel(BATCHES_WAITING);
        let decoder = Decoder::new(table, origin);
        let origin_file = file.clone();
        let decoding = tokio::task::spawn_blocking(move || decode(decoder, rows, &origin_file, &sender));
        Self { file, endpoint: table.endpoint, expected: landed.rows, batches, decoding }
    }

    /// The next rows; `None` at the end and after a failure, which [`DecodedFile::finish`] returns.
    pub async fn next(&mut self) -> Option<RecordBatch> {
        self.batches.recv().await
    }

    /// Returns the counts and the rows without a usable key.
    ///
    /// # Errors
    /// When the file cannot be read completely or differs from its manifest.
    pub async fn finish(self) -> Result<(Decoded, Vec<Refused>), BronzeError> {
        let wrong = |detail| BronzeError::Rows { file: self.file.clone(), detail };
        let decoding = self.decoding.await;
        let (decoded, refused) = decoding.map_err(|error| wrong(format!("decoding stopped: {error}")))??;
        if decoded.rows + decoded.quarantined != self.expected {
            return Err(wrong(format!(
                "has {} rows instead of the {} in its manifest; extract the session again",
                decoded.rows + decoded.quarantined,
                self.expected
            )));
        }
        if decoded.rows == 0 && decoded.quarantined > 0 {
            return Err(wrong(format!(
                "none of its {} rows belongs to {} ({}); it may be the file of another endpoint; \
                 extract the session again",
                decoded.quarantined,
                self.endpoint,
                refused.first().map(|row| row.reason.clone()).unwrap_or_default()
            )));
        }
        Ok((decoded, refused))
    }
}

fn decode(
    mut decoder: Decoder,
    rows: LandedRows,
    file: &str,
    sender: &Sender<RecordBatch>,
) -> Result<(Decoded, Vec<Refused>), BronzeError> {
    let mut decoded = Decoded::default();
    let mut refused = Vec::new();
    let broken = |error: arrow_schema::ArrowError| BronzeError::Rows {
        file: file.to_owned(),
        detail: format!("cannot be decoded: {error}"),
    };
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
