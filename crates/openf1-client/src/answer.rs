//! A successful response, and the turn to decompress it.

use bytes::Bytes;
use jiff::Timestamp;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// A successful response.
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
pub struct Answer {
    /// Rows in the body; 0 for a 404 "No results found." and for `[]`.
    pub rows: usize,
    /// The JSON array as received; `[]` for a 404.
    pub body: Bytes,
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

/// While it lives, the client decompresses no other large response.
///
/// ```no_run
/// # async fn run(client: openf1_client::OpenF1) -> Result<(), openf1_client::Error> {
/// # use openf1_client::{Endpoint, Query};
/// let query = Query::new(Endpoint::CarData).session(9158);
/// let (answer, turn) = client.fetch_in_turn(&query, Some(0)).await?;
/// // Keep the rows here, then let the next response in.
/// drop((answer, turn));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Turn {
    /// The turn lasts as long as the permit.
    pub(crate) fn holding(permit: OwnedSemaphorePermit) -> Self {
        Self { _permit: Some(permit) }
    }
}
