//! How often a request is sent, and how long to wait in between.

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::time::{Duration, Instant};

/// How often and for how long requests are retried.
///
/// ```
/// use f1lake_http::RetryPolicy;
/// let policy = RetryPolicy { retries: 0, ..RetryPolicy::default() };
/// assert_eq!(policy.start().next_wait(None), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Retries after the first attempt.
    pub retries: u32,
    /// Wait before the first retry; later waits double, with jitter.
    pub first_wait: Duration,
    /// Longest wait of our own choice, without its jitter.
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
    /// The retries of a request that is sent now.
    pub fn start(&self) -> Retries {
        let waits = ExponentialBuilder::default()
            .with_min_delay(self.first_wait)
            .with_max_delay(self.longest_wait.max(self.first_wait))
            .with_max_times(self.retries as usize)
            .with_jitter()
            .build();
        Retries { policy: *self, started: Instant::now(), waits, attempt: 1 }
    }
}

/// The retries of one request: how many are left, and how long to wait before each.
///
/// ```
/// use f1lake_http::RetryPolicy;
/// use std::time::Duration;
/// let mut retries = RetryPolicy { retries: 1, ..RetryPolicy::default() }.start();
/// assert_eq!(retries.attempt(), 1);
/// // The first attempt failed, and the server asked for a pause.
/// let asked = Duration::from_secs(3);
/// assert!(retries.next_wait(Some(asked)).is_some_and(|wait| wait >= asked));
/// assert_eq!(retries.attempt(), 2);
/// assert_eq!(retries.next_wait(None), None);
/// ```
#[derive(Debug)]
pub struct Retries {
    policy: RetryPolicy,
    started: Instant,
    waits: ExponentialBackoff,
    attempt: u32,
}

impl Retries {
    /// Number of the attempt, from 1. An attempt that had no effect, and whose cause is removed, is repeated
    /// under its number.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// After a failed attempt, the wait before the next one; `None` when no retry is left. It is never
    /// shorter than the server asked for in `after`. Jitter lengthens it, so that clients that failed
    /// together do not return together.
    pub fn next_wait(&mut self, after: Option<Duration>) -> Option<Duration> {
        if self.started.elapsed() >= self.policy.budget {
            return None;
        }
        let own = self.waits.next()?;
        self.attempt += 1;
        Some(after.map_or(own, |after| after.max(own.min(after.saturating_add(self.policy.first_wait)))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy {
        retries: 3,
        first_wait: Duration::from_secs(1),
        longest_wait: Duration::from_secs(2),
        budget: Duration::MAX,
    };

    /// All waits of a request to which the server always responds with the same wish.
    fn waits(policy: RetryPolicy, after: Option<Duration>) -> Vec<Duration> {
        let mut retries = policy.start();
        std::iter::from_fn(|| retries.next_wait(after)).collect()
    }

    #[test]
    fn waits_double_up_to_the_longest_and_end() {
        let waits = waits(POLICY, None);
        assert_eq!(waits.len(), 3);
        for (wait, least) in waits.iter().zip([1, 2, 2]) {
            let least = Duration::from_secs(least);
            assert!((least..=least * 2).contains(wait), "{waits:?}");
        }
    }

    #[test]
    fn the_servers_wait_is_kept_with_a_short_spread() {
        for after in [Duration::from_millis(1), Duration::from_secs(60)] {
            let waits = waits(POLICY, Some(after));
            assert_eq!(waits.len(), 3);
            assert!(waits.iter().all(|wait| (after..=after + POLICY.first_wait).contains(wait)), "{waits:?}");
        }
    }

    #[test]
    fn nothing_is_retried_without_retries_or_time() {
        assert!(waits(RetryPolicy { retries: 0, ..POLICY }, None).is_empty());
        assert!(waits(RetryPolicy { budget: Duration::ZERO, ..POLICY }, None).is_empty());
    }

    #[test]
    fn a_first_wait_beyond_the_longest_is_kept() {
        let first_wait = Duration::from_secs(100);
        let waits = waits(RetryPolicy { first_wait, ..POLICY }, None);
        assert!(waits.iter().all(|wait| (first_wait..=first_wait * 2).contains(wait)), "{waits:?}");
    }
}
