//! Several processes that share a clock and a state file, and what may happen to them.

use super::super::limits::MINUTE;
use super::super::{Clock, FakeClock, Limits, RateLimiter};
use proptest::prelude::*;
use std::sync::Arc;

/// Far enough from zero for any window.
pub(super) const START: i64 = 1_700_000_000_000_000;

pub(super) fn now<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// One request whose response comes at once.
pub(super) fn go(limiter: &RateLimiter) {
    now(async { limiter.acquire().await.unwrap().over().await });
}

/// Most times within any span, excluding its end.
fn most_within(times: &[i64], span: i64) -> usize {
    let from = |start: &i64| times.iter().filter(|at| (*start..start + span).contains(*at)).count();
    times.iter().map(from).max().unwrap_or(0)
}

/// What the server would count as a violation: more in a second than the rate rounded up, or in a minute.
pub(super) fn within(limits: Limits, times: &[i64]) -> Result<(), TestCaseError> {
    let a_second = limits.per_second.ceil() as usize;
    prop_assert!(most_within(times, 1_000_000) <= a_second, "{a_second} a second: {times:?}");
    prop_assert!(most_within(times, MINUTE) <= limits.per_minute as usize, "a minute: {times:?}");
    Ok(())
}

pub(super) fn limits() -> impl Strategy<Value = Limits> {
    prop_oneof![
        Just(Limits::FREE),
        Just(Limits::SPONSOR),
        (0.5f64..9.0, 1u32..90).prop_map(|(per_second, per_minute)| Limits { per_second, per_minute }),
    ]
}

/// An event in one of several processes with one state file.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// This many workers ask at once.
    Ask(usize),
    /// A failing request is retried this many times, after pauses of this many milliseconds.
    Retry(usize, u64),
    Idle(u64),
    Restart,
    Pause(u64),
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => (1usize..4).prop_map(Step::Ask),
        2 => (1usize..4, 0u64..3_000).prop_map(|(tries, pause)| Step::Retry(tries, pause)),
        3 => (0u64..2_000).prop_map(Step::Idle),
        1 => (0u64..70_000).prop_map(Step::Idle),
        1 => Just(Step::Restart),
        1 => (1u64..5_000).prop_map(Step::Pause),
    ]
}

/// Several processes with one clock and one state file.
pub(super) struct Machine {
    pub(super) limits: Limits,
    pub(super) clock: Arc<FakeClock>,
    pub(super) folder: tempfile::TempDir,
    pub(super) processes: Vec<RateLimiter>,
    pub(super) sent: Vec<i64>,
}

impl Machine {
    pub(super) fn new(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FakeClock::at(START));
        let mut machine = Self { limits, clock, folder, processes: Vec::new(), sent: Vec::new() };
        machine.processes = (0..4).map(|_| machine.open()).collect();
        machine
    }

    pub(super) fn open(&self) -> RateLimiter {
        RateLimiter::with_clock(self.limits, Arc::<FakeClock>::clone(&self.clock))
            .with_state_file(self.folder.path().join("limits.json"))
    }

    pub(super) fn ask(&mut self, process: usize, workers: usize) {
        let ask = || async {
            let sending = self.processes[process].acquire().await.unwrap();
            let at = self.clock.now();
            sending.over().await;
            at
        };
        let sent = now(futures::future::join_all((0..workers).map(|_| ask())));
        self.sent.extend(sent);
    }
}
