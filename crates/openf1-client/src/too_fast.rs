//! How long a request waits after each 429.

use crate::verdict::FULL_MINUTE;
use std::time::Duration;

/// Waits after the 429s of one request. They grow to a full minute, because message and headers may name a
/// short window while a longer one is full too.
#[derive(Debug, Default)]
pub(crate) struct TooFast {
    times: u32,
    last: Duration,
}

impl TooFast {
    /// The next wait, at least as long as the server asked for; `None` when a full minute did not help or
    /// retries are off.
    pub(crate) fn next(&mut self, asked: Duration, max_retries: u32) -> Option<Duration> {
        if max_retries == 0 || (self.last >= FULL_MINUTE && self.times >= max_retries) {
            return None;
        }
        self.times += 1;
        self.last = asked.max((self.last * 2).min(FULL_MINUTE));
        Some(self.last)
    }
}
