//! A query within the page's limits.

use crate::error::{ErrorKind, Failure};
use crate::shared::Shared;
use crate::tables::{Rows, TableFormat};
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use futures::{StreamExt, stream};
use serde::de::DeserializeOwned;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Longest time of a query, waiting included.
const LONGEST: Duration = Duration::from_secs(10);
/// Most rows of an answer.
const MOST_ROWS: usize = 100_000;
/// Most bytes of an answer in memory.
const MOST_BYTES: usize = 64 << 20;

/// Why an answer has fewer rows than the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    Rows,
    Bytes,
}

/// A whole answer, or the first part of it.
pub(crate) struct Answer {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
    pub(crate) cut: Option<Cut>,
    pub(crate) elapsed: Duration,
}

/// Runs a query. When the future is dropped, because the page went away, so is the query.
pub(crate) async fn run(shared: &Shared, sql: &str) -> Result<Answer, Failure> {
    let began = Instant::now();
    let work = async {
        let _turn = shared.queries.acquire().await.map_err(Failure::failed)?;
        let rows = shared.tables.query(sql).await?;
        let (schema, mut stream) = (rows.schema, rows.batches);
        let (mut batches, mut count, mut bytes, mut cut) = (Vec::new(), 0, 0, None);
        while let Some(batch) = stream.next().await {
            let batch = batch?;
            if count + batch.num_rows() > MOST_ROWS {
                batches.push(batch.slice(0, MOST_ROWS - count));
                cut = Some(Cut::Rows);
                break;
            }
            bytes += batch.get_array_memory_size();
            if bytes > MOST_BYTES && count > 0 {
                cut = Some(Cut::Bytes);
                break;
            }
            count += batch.num_rows();
            batches.push(batch);
        }
        Ok((schema, batches, cut))
    };
    let (schema, batches, cut) = tokio::time::timeout(LONGEST, work).await.map_err(|_| {
        Failure::new(ErrorKind::Timeout, "Stopped after 10 s")
            .with_hint("Add a filter, or run it with `f1lake sql`, which has no limit")
    })??;
    Ok(Answer { schema, batches, cut, elapsed: began.elapsed() })
}

/// Runs a query and reads each row into a type with the columns' names.
pub(crate) async fn typed<T: DeserializeOwned>(shared: &Shared, sql: String) -> Result<Vec<T>, Failure> {
    let answer = run(shared, &sql).await?;
    let batches = stream::iter(answer.batches.into_iter().map(Ok)).boxed();
    let text = Text::default();
    let rows = Rows { schema: answer.schema, batches };
    shared.tables.write(rows, TableFormat::Json, Box::new(text.clone())).await?;
    let text = text.0.lock().map_err(Failure::failed)?;
    serde_json::from_slice(&text).map_err(Failure::failed)
}

/// Text that its reader shares with its writer.
#[derive(Clone, Default)]
struct Text(Arc<Mutex<Vec<u8>>>);

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().map_err(|error| io::Error::other(error.to_string()))?.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
