//! Rows as the body of an answer, written while they are sent.

use crate::error::Failure;
use crate::ipc;
use crate::shared::Shared;
use crate::tables::{Rows, TableFormat};
use arrow_ipc::writer::StreamWriter;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::Response;
use futures::channel::mpsc;
use futures::executor::block_on;
use futures::{SinkExt, StreamExt};
use std::io::{self, Write};
use std::sync::Arc;
use tokio::runtime::Handle as Runtime;

/// Chunks between writer and network; with them, memory does not depend on the number of rows.
const CHUNKS: usize = 8;
const CHUNK: usize = 64 << 10;

/// Rows in a format, written while they are sent.
pub(super) fn streamed(shared: &Shared, rows: Rows, format: TableFormat) -> Response {
    let tables = Arc::clone(&shared.tables);
    let of_type = match format {
        TableFormat::Json => "application/json",
        TableFormat::Csv => "text/csv; charset=utf-8",
        TableFormat::Parquet => "application/vnd.apache.parquet",
    };
    written(
        of_type,
        move |output| async move { tables.write(rows, format, Box::new(output)).await.map(|_| ()) },
    )
}

pub(super) fn streamed_arrow(mut rows: Rows) -> Response {
    written(ipc::MEDIA_TYPE, |output| async move {
        let mut writer = StreamWriter::try_new(output, &rows.schema).map_err(Failure::failed)?;
        while let Some(batch) = rows.batches.next().await {
            writer.write(&batch?).map_err(Failure::failed)?;
        }
        writer.finish().and_then(|()| writer.flush()).map_err(Failure::failed)
    })
}

/// A body that a writer fills on a thread of its own, which waits while the network is slow. A failure breaks
/// the body off, so that no receiver takes a part for the whole.
fn written<W>(of_type: &'static str, write: impl FnOnce(Chunks) -> W + Send + 'static) -> Response
where
    W: Future<Output = Result<(), Failure>>,
{
    let (sender, receiver) = mpsc::channel::<Result<Bytes, io::Error>>(CHUNKS);
    let runtime = Runtime::current();
    tokio::task::spawn_blocking(move || {
        let mut end = sender.clone();
        if let Err(failure) = runtime.block_on(write(Chunks { sender, buffer: Vec::new() })) {
            tracing::warn!(%failure, "an answer broke off");
            // The receiver may be gone, and then nobody needs to know.
            let _ = block_on(end.send(Err(io::Error::other(failure))));
        }
    });
    let mut response = Response::new(Body::from_stream(receiver));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(of_type));
    response
}

/// A writer into the body of a response.
struct Chunks {
    sender: mpsc::Sender<Result<Bytes, io::Error>>,
    buffer: Vec<u8>,
}

impl Chunks {
    fn send(&mut self) -> io::Result<()> {
        let chunk = Bytes::from(std::mem::take(&mut self.buffer));
        block_on(self.sender.send(Ok(chunk))).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= CHUNK {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() { Ok(()) } else { self.send() }
    }
}

impl Drop for Chunks {
    fn drop(&mut self) {
        // Writers that never flush, such as that of Parquet, leave their end here.
        let _ = self.flush();
    }
}
