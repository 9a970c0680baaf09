//! When a request may be retried.

use crate::error::Error;
use f1lake_http::{Retries, retry_after};
use reqwest::header::HeaderMap;
use std::time::Duration;

/// Longest wait that a server can impose.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(120);

/// When a request may be retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Sending it twice has the effect of sending it once.
    Safe,
    /// Only when the service refused it (429).
    Refused,
}

impl Repeat {
    pub(crate) fn on_status(self, status: u16) -> bool {
        match self {
            Self::Safe => matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
            Self::Refused => status == 429,
        }
    }

    pub(crate) fn on_transport(self) -> bool {
        self == Self::Safe
    }
}

/// The wait that the service asks for.
pub(crate) fn wait_of(head: &HeaderMap) -> Option<Duration> {
    retry_after(head, LONGEST_RETRY_AFTER)
}

/// Waits before the next retry of `request`.
///
/// # Errors
/// The error of the last attempt when no retry is left.
pub(crate) async fn wait(
    request: &str,
    error: Error,
    retries: &mut Retries,
    after: Option<Duration>,
) -> Result<(), Error> {
    let Some(wait) = retries.next_wait(after) else { return Err(error) };
    tracing::debug!(request, %error, wait_ms = wait.as_millis() as u64, "again");
    tokio::time::sleep(wait).await;
    Ok(())
}
