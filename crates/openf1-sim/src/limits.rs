//! Two exact sliding windows per client.

use crate::SimLimits;
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// Which window a request exceeded, and its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Violation {
    PerSecond(usize),
    PerMinute(usize),
}

impl Violation {
    /// The detail of the 429. The form of the second one was captured from the hosted API.
    pub(crate) fn detail(self) -> String {
        match self {
            Self::PerSecond(n) => format!("Rate limit exceeded. Max {n} requests/second."),
            Self::PerMinute(n) => format!("Rate limit exceeded. Max {n} requests/minute."),
        }
    }
}

/// Arrivals of the last minute of every client. A refused request does not count.
#[derive(Debug, Default)]
pub(crate) struct Limiter {
    clients: HashMap<String, VecDeque<Instant>>,
}

impl Limiter {
    /// Counts a request that arrived at `now`. Instants must not go backwards.
    pub(crate) fn arrive(
        &mut self,
        limits: SimLimits,
        client: &str,
        has_token: bool,
        now: Instant,
    ) -> Result<(), Violation> {
        let (second, minute) = match (limits, has_token) {
            (SimLimits::None, _) => return Ok(()),
            (SimLimits::Sponsor, _) | (SimLimits::Free, true) => (6, 60),
            (SimLimits::Free, false) => (3, 30),
        };
        let arrivals = self.clients.entry(client.to_owned()).or_default();
        let within = |window: Duration, t: &Instant| now.saturating_duration_since(*t) < window;
        while arrivals.front().is_some_and(|t| !within(Duration::from_secs(60), t)) {
            arrivals.pop_front();
        }
        let last_second = arrivals.iter().rev().take_while(|t| within(Duration::from_secs(1), t)).count();
        if last_second >= second {
            return Err(Violation::PerSecond(second));
        }
        if arrivals.len() >= minute {
            return Err(Violation::PerMinute(minute));
        }
        arrivals.push_back(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn three_a_second_thirty_a_minute() {
        let mut limiter = Limiter::default();
        let start = Instant::now();
        let mut at = |ms: u64| limiter.arrive(SimLimits::Free, "a", false, start + Duration::from_millis(ms));
        assert_eq!([at(0), at(0), at(999)], [Ok(()); 3]);
        assert_eq!(at(999), Err(Violation::PerSecond(3)));
        assert_eq!([at(1000), at(1000)], [Ok(()); 2]);
        assert_eq!(at(1000), Err(Violation::PerSecond(3)));
        for i in 0..25 {
            assert_eq!(at(3000 + i * 500), Ok(()), "{i}");
        }
        assert_eq!(at(50_000), Err(Violation::PerMinute(30)));
        assert_eq!(at(59_999), Err(Violation::PerMinute(30)));
        assert_eq!(at(60_000), Ok(()));
    }

    #[test]
    fn clients_are_apart_and_tokens_get_more() {
        let mut limiter = Limiter::default();
        let now = Instant::now();
        for _ in 0..3 {
            assert!(limiter.arrive(SimLimits::Free, "a", false, now).is_ok());
        }
        assert!(limiter.arrive(SimLimits::Free, "a", false, now).is_err());
        for _ in 0..6 {
            assert!(limiter.arrive(SimLimits::Free, "user", true, now).is_ok());
        }
        assert_eq!(limiter.arrive(SimLimits::Free, "user", true, now), Err(Violation::PerSecond(6)));
        assert!(limiter.arrive(SimLimits::None, "a", false, now).is_ok());
    }

    proptest! {
        /// No sequence of arrivals exceeds a window.
        #[test]
        fn no_window_is_exceeded(gaps in prop::collection::vec(0_u64..2500, 1..200)) {
            let mut limiter = Limiter::default();
            let start = Instant::now();
            let mut at = 0;
            let mut passed = Vec::new();
            for gap in gaps {
                at += gap;
                if limiter.arrive(SimLimits::Free, "a", false, start + Duration::from_millis(at)).is_ok() {
                    passed.push(at);
                }
            }
            for (i, t) in passed.iter().enumerate() {
                let within = |window: u64| passed[..=i].iter().filter(|p| t - **p < window).count();
                prop_assert!(within(1000) <= 3 && within(60_000) <= 30);
            }
        }
    }
}
