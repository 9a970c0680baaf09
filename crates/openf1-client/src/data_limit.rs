//! A limit on the bytes received in ten seconds.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Length of the window, microseconds.
const WINDOW: i64 = 10_000_000;

/// Bytes received lately. Requests wait while the window is full; a response that has begun is received whole.
#[derive(Debug)]
pub(crate) struct DataLimit {
    most: u64,
    /// Time in microseconds and bytes of each piece, oldest first.
    received: Mutex<VecDeque<(i64, u64)>>,
}

impl DataLimit {
    pub(crate) fn new(most: u64) -> Self {
        Self { most, received: Mutex::default() }
    }

    pub(crate) fn received(&self, now: i64, bytes: u64) {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).push_back((now, bytes));
    }

    /// How long the next request waits.
    pub(crate) fn wait(&self, now: i64) -> Duration {
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        while received.front().is_some_and(|(at, _)| at.saturating_add(WINDOW) <= now) {
            received.pop_front();
        }
        let mut left: u64 = received.iter().map(|(_, bytes)| bytes).sum();
        let mut wait = 0;
        for (at, bytes) in received.iter() {
            if left < self.most {
                break;
            }
            left -= bytes;
            wait = at.saturating_add(WINDOW).saturating_sub(now);
        }
        Duration::from_micros(u64::try_from(wait).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_wait_until_enough_of_the_window_has_passed() {
        let limit = DataLimit::new(100);
        let second = 1_000_000;
        assert_eq!(limit.wait(0), Duration::ZERO);
        limit.received(0, 60);
        limit.received(second, 60);
        limit.received(2 * second, 60);
        assert_eq!(limit.wait(2 * second), Duration::from_secs(9), "180 - 60 - 60 is below 100");
        assert_eq!(limit.wait(10 * second), Duration::from_secs(1));
        assert_eq!(limit.wait(11 * second), Duration::ZERO);
        limit.received(11 * second, 1_000_000);
        assert_eq!(limit.wait(20 * second), Duration::from_secs(1), "one response may exceed it");
    }
}
