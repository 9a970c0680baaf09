//! A successful response.

use bytes::Bytes;
use jiff::Timestamp;
use std::time::Duration;

/// A successful response: with its whole body, or with the [`RowSink`](crate::RowSink) that took its rows.
///
/// ```no_run
/// # async fn run(client: openf1_client::OpenF1) -> Result<(), Box<dyn std::error::Error>> {
/// use openf1_client::{Endpoint, Query};
/// let answer = client.fetch(&Query::new(Endpoint::Laps).session(9158)).await?;
/// println!("{} rows in {} attempts", answer.rows, answer.tries);
/// std::fs::write("laps.json", &answer.body)?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Answer<B = Bytes> {
    /// Rows in the body; 0 for a 404 "No results found." and for `[]`.
    pub rows: usize,
    /// The JSON array as received, `[]` for a 404; or what took its rows.
    pub body: B,
    /// Length of the body without compression.
    pub bytes: u64,
    /// HTTP status, 200 or 404.
    pub status: u16,
    /// Number of attempts.
    pub tries: u32,
    /// When it was received.
    pub received_at: Timestamp,
    /// The server's clock when it responded, to the second; `None` without a `Date` header.
    pub served_at: Option<Timestamp>,
    /// From sending the last attempt to the head of its response: excludes the limiter's wait and the body.
    pub round_trip: Duration,
}
