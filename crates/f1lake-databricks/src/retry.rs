//! When to retry a request, and how long to wait before.

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::time::{Duration, SystemTime};

/// Longest wait that a server can impose.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(120);

/// How often and for how long requests are retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Retries after the first attempt.
    pub retries: u32,
    /// Wait before the first retry; later waits double, with jitter.
    pub first_wait: Duration,
    /// Longest wait of our own choice.
    pub longest_wait: Duration,
    /// No retry starts after this time.
    pub budget: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            retries: 8,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(10),
            budget: Duration::from_secs(300),
        }
    }
}

impl RetryPolicy {
    pub(crate) fn waits(&self) -> ExponentialBackoff {
        ExponentialBuilder::default()
            .with_min_delay(self.first_wait)
            .with_max_delay(self.longest_wait)
            .with_max_times(self.retries as usize)
            .with_jitter()
            .build()
    }
}

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

/// Parses seconds or an HTTP date; unreadable or past values count as absent.
pub(crate) fn retry_after(value: Option<&str>, now: SystemTime) -> Option<Duration> {
    let value = value?.trim();
    let wait = match value.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(now).ok()?,
    };
    (!wait.is_zero()).then_some(wait.min(LONGEST_RETRY_AFTER))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_honoured_and_junk_is_not() {
        let now = httpdate::parse_http_date("Tue, 24 Nov 2026 12:00:00 GMT").unwrap();
        let read = |value| retry_after(Some(value), now);
        assert_eq!(read(" 2 "), Some(Duration::from_secs(2)));
        assert_eq!(read("Tue, 24 Nov 2026 12:00:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(read("31536000"), Some(LONGEST_RETRY_AFTER));
        for junk in ["", "0", "-1", "soon", "Tue, 24 Nov 2026 11:00:00 GMT"] {
            assert_eq!(read(junk), None, "{junk}");
        }
        assert_eq!(retry_after(None, now), None);
    }
}
