//! Two exact sliding windows at once, shared by clones, by processes and across restarts.
//!
//! A token bucket that refills at 30 a minute and holds 30 lets 59 requests into one minute; only the times
//! of the last requests tell the truth, so these are kept. A request is counted when it is let go.

mod clock;
mod state_file;

pub use clock::{Clock, FakeClock, SystemClock};

use state_file::StateFile;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const MINUTE: i64 = 60_000_000;
/// The server counts arrivals, whose spacing differs from that of the sendings by the network's jitter.
const MINUTE_GUARD: i64 = 500_000;
const SECOND_GUARD: i64 = 15_000;
/// Where the minute decides the pace, a burst may take a little longer: it costs nothing in the long run.
const BURST_GUARD: i64 = 50_000;
/// Longest pause that an answer can impose.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// How many requests may be sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Requests a second. A rate of 2.8 means at most 3 in 3/2.8 s, so never more than 3 in any second.
    pub per_second: f64,
    /// Requests in any minute.
    pub per_minute: u32,
}

impl Limits {
    /// Without an account: 3 a second and 30 a minute, held safely.
    pub const FREE: Self = Self { per_second: 2.8, per_minute: 30 };
    /// With a sponsor's account: 6 a second and 60 a minute.
    pub const SPONSOR: Self = Self { per_second: 6.0, per_minute: 60 };

    /// No limits, for servers of one's own.
    pub fn unlimited() -> Self {
        Self { per_second: f64::INFINITY, per_minute: u32::MAX }
    }

    /// Whether they can be kept.
    ///
    /// # Errors
    /// [`LimitError::Unusable`] for a rate that is not positive.
    pub fn validate(&self) -> Result<(), LimitError> {
        if self.per_second.is_nan() || self.per_second <= 0.0 || self.per_minute == 0 {
            return Err(LimitError::Unusable(*self));
        }
        Ok(())
    }

    /// Requests in the short window, and its length in microseconds.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rates are small and positive"
    )]
    fn short_window(&self) -> Option<(usize, i64)> {
        if !self.per_second.is_finite() {
            return None;
        }
        let count = self.per_second.ceil().max(1.0);
        Some((count as usize, (count / self.per_second * 1e6).ceil() as i64))
    }

    fn second_guard(&self) -> i64 {
        if self.per_second * 60.0 >= f64::from(self.per_minute) * 2.0 { BURST_GUARD } else { SECOND_GUARD }
    }

    /// Least time from the first to the last of `requests` sendings that these limits allow.
    pub fn least_time(&self, requests: usize) -> Duration {
        let mut sent: VecDeque<i64> = VecDeque::new();
        let mut now = 0;
        for _ in 0..requests {
            now = self.free_at(&sent, now, 0, 0);
            sent.push_back(now);
            self.forget(&mut sent, now);
        }
        Duration::from_micros(now.unsigned_abs())
    }

    /// When the next request may go, not before `now`. `sent` is in ascending order.
    fn free_at(&self, sent: &VecDeque<i64>, now: i64, second_guard: i64, minute_guard: i64) -> i64 {
        let after = |count: usize, window: i64| match sent.len().checked_sub(count) {
            Some(index) => sent.get(index).map_or(now, |at| at + window),
            None => now,
        };
        let mut free = now;
        if let Some((count, window)) = self.short_window() {
            free = free.max(after(count, window.max(1_000_000 + second_guard)));
        }
        if self.per_minute < u32::MAX {
            free = free.max(after(self.per_minute as usize, MINUTE + minute_guard));
        }
        free
    }

    /// Drops what no window looks at any more.
    fn forget(&self, sent: &mut VecDeque<i64>, now: i64) {
        let longest = self.short_window().map_or(MINUTE, |(_, window)| window.max(MINUTE)) + MINUTE_GUARD;
        while sent.front().is_some_and(|at| *at < now - longest) {
            sent.pop_front();
        }
    }
}

/// Why no request can be let go.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// A rate that is not positive.
    #[error("rate limits of {per_second} a second and {per_minute} a minute let nothing through; set both above 0", per_second = .0.per_second, per_minute = .0.per_minute)]
    Unusable(Limits),
    /// The file that processes share cannot be used.
    #[error("cannot use the rate limiter's state file {}: {source}; make its folder writable or set limiter_state", path.display())]
    StateFile {
        /// Which.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
}

/// What a limiter is doing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LimiterSnapshot {
    /// Limits in force.
    pub limits: Limits,
    /// Sent in the last second.
    pub sent_last_second: usize,
    /// Sent in the last minute.
    pub sent_last_minute: usize,
    /// How long until a request may go.
    pub next_in: Duration,
    /// Callers waiting.
    pub waiting: usize,
}

/// What the windows look at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log {
    /// Times of sending, microseconds of the clock, ascending.
    pub(crate) sent: VecDeque<i64>,
    /// Nothing goes before this.
    pub(crate) paused_until: i64,
}

impl Log {
    /// Times in the future come from before the machine restarted: they count as now.
    fn clamp(&mut self, now: i64) {
        for at in &mut self.sent {
            *at = (*at).min(now);
        }
        let longest = i64::try_from(LONGEST_PAUSE.as_micros()).unwrap_or(i64::MAX);
        if self.paused_until > now + longest {
            self.paused_until = now;
        }
    }
}

#[derive(Debug)]
struct Shared {
    limits: Limits,
    clock: Arc<dyn Clock>,
    log: Mutex<Log>,
    file: Option<StateFile>,
    /// Fair: callers go in the order they came.
    turn: tokio::sync::Mutex<()>,
    waiting: AtomicUsize,
}

/// The limiter. Clones share it; limiters with one state file share that.
#[derive(Debug, Clone)]
pub struct RateLimiter {
    shared: Arc<Shared>,
}

/// Counts a caller while it waits.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl RateLimiter {
    /// In memory, by the system's clock.
    pub fn new(limits: Limits) -> Self {
        Self::with_clock(limits, Arc::new(SystemClock))
    }

    /// In memory, by another clock.
    pub fn with_clock(limits: Limits, clock: Arc<dyn Clock>) -> Self {
        Self {
            shared: Arc::new(Shared {
                limits,
                clock,
                log: Mutex::default(),
                file: None,
                turn: tokio::sync::Mutex::new(()),
                waiting: AtomicUsize::new(0),
            }),
        }
    }

    /// Keeps the times in a locked file, shared with other processes and across restarts.
    #[must_use]
    pub fn with_state_file(self, path: impl Into<PathBuf>) -> Self {
        Self {
            shared: Arc::new(Shared {
                limits: self.shared.limits,
                clock: Arc::clone(&self.shared.clock),
                log: Mutex::default(),
                file: Some(StateFile::new(path.into())),
                turn: tokio::sync::Mutex::new(()),
                waiting: AtomicUsize::new(0),
            }),
        }
    }

    /// Limits in force.
    pub fn limits(&self) -> Limits {
        self.shared.limits
    }

    /// Waits until one request may be sent, and counts it. Dropping the future grants nothing.
    ///
    /// # Errors
    /// When the limits are unusable or the state file cannot be used.
    pub async fn acquire(&self) -> Result<(), LimitError> {
        let shared = &self.shared;
        shared.limits.validate()?;
        shared.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&shared.waiting);
        let _turn = shared.turn.lock().await;
        loop {
            let wait = match &shared.file {
                Some(file) => {
                    let (file, path) = (file.clone(), file.path().to_owned());
                    let same = Arc::clone(shared);
                    tokio::task::spawn_blocking(move || file.update(same.limits, |log| same.take(log)))
                        .await
                        .map_err(std::io::Error::other)
                        .flatten()
                        .map_err(|source| LimitError::StateFile { path, source })?
                }
                None => shared.take(&mut shared.log()),
            };
            if wait <= 0 {
                return Ok(());
            }
            shared.clock.sleep(Duration::from_micros(wait.unsigned_abs())).await;
        }
    }

    /// Lets nobody send for so long (at most 15 minutes): the server said that it is too much.
    pub async fn pause(&self, length: Duration) {
        let shared = &self.shared;
        let length = i64::try_from(length.min(LONGEST_PAUSE).as_micros()).unwrap_or(0);
        let hold = move |shared: &Shared, log: &mut Log| {
            log.paused_until = log.paused_until.max(shared.clock.now() + length);
            0
        };
        hold(shared, &mut shared.log());
        if let Some(file) = &shared.file {
            let (file, same) = (file.clone(), Arc::clone(shared));
            let kept =
                tokio::task::spawn_blocking(move || file.update(same.limits, |log| hold(&same, log))).await;
            if let Ok(Err(error)) = kept {
                tracing::warn!(%error, "other processes do not learn of the pause");
            }
        }
    }

    /// What it is doing, as far as this process knows.
    pub fn snapshot(&self) -> LimiterSnapshot {
        let now = self.shared.clock.now();
        let log = self.shared.log();
        let since = |span: i64| log.sent.iter().filter(|at| **at > now - span).count();
        let free = self.shared.free_at(&log, now);
        LimiterSnapshot {
            limits: self.shared.limits,
            sent_last_second: since(1_000_000),
            sent_last_minute: since(MINUTE),
            next_in: Duration::from_micros((free - now).max(0).unsigned_abs()),
            waiting: self.shared.waiting.load(Ordering::Relaxed),
        }
    }

    /// How long so many further requests will take from now.
    pub fn estimate(&self, requests: usize) -> Duration {
        let start = self.shared.clock.now();
        let mut log = self.shared.log().clone();
        let mut now = start;
        for _ in 0..requests {
            now = self.shared.free_at(&log, now);
            log.sent.push_back(now);
            self.shared.limits.forget(&mut log.sent, now);
        }
        Duration::from_micros((now - start).max(0).unsigned_abs())
    }
}

impl Shared {
    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn free_at(&self, log: &Log, now: i64) -> i64 {
        self.limits.free_at(&log.sent, now, self.limits.second_guard(), MINUTE_GUARD).max(log.paused_until)
    }

    /// Counts a request when it may go now; otherwise says how long to wait, in microseconds.
    fn take(&self, log: &mut Log) -> i64 {
        let now = self.clock.now();
        log.clamp(now);
        self.limits.forget(&mut log.sent, now);
        let wait = self.free_at(log, now) - now;
        if wait <= 0 {
            log.sent.push_back(now);
        }
        if self.file.is_some() {
            self.log().clone_from(log);
        }
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Far enough from zero for any window.
    const START: i64 = 1_700_000_000_000_000;

    fn now<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
    }

    /// Most times within any span, its end excluded.
    fn most_within(times: &[i64], span: i64) -> usize {
        let from = |start: &i64| times.iter().filter(|at| (*start..start + span).contains(*at)).count();
        times.iter().map(from).max().unwrap_or(0)
    }

    /// What the server would count as a violation: more in a second than the rate rounded up, or in a minute.
    fn within(limits: Limits, times: &[i64]) -> Result<(), TestCaseError> {
        let a_second = limits.per_second.ceil() as usize;
        prop_assert!(most_within(times, 1_000_000) <= a_second, "{a_second} a second: {times:?}");
        prop_assert!(most_within(times, MINUTE) <= limits.per_minute as usize, "a minute: {times:?}");
        Ok(())
    }

    fn limits() -> impl Strategy<Value = Limits> {
        prop_oneof![
            Just(Limits::FREE),
            Just(Limits::SPONSOR),
            (0.5f64..9.0, 1u32..90).prop_map(|(per_second, per_minute)| Limits { per_second, per_minute }),
        ]
    }

    /// What happens to one of several processes with one state file.
    #[derive(Debug, Clone)]
    enum Step {
        /// So many workers ask at once.
        Ask(usize),
        /// A request that fails is repeated so often, after pauses of so many ms.
        Retry(usize, u64),
        Idle(u64),
        Restart,
        Pause(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
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
    struct Machine {
        limits: Limits,
        clock: Arc<FakeClock>,
        folder: tempfile::TempDir,
        processes: Vec<RateLimiter>,
        sent: Vec<i64>,
    }

    impl Machine {
        fn new(limits: Limits) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let clock = Arc::new(FakeClock::at(START));
            let mut machine = Self { limits, clock, folder, processes: Vec::new(), sent: Vec::new() };
            machine.processes = (0..4).map(|_| machine.open()).collect();
            machine
        }

        fn open(&self) -> RateLimiter {
            RateLimiter::with_clock(self.limits, Arc::<FakeClock>::clone(&self.clock))
                .with_state_file(self.folder.path().join("limits.json"))
        }

        fn ask(&mut self, process: usize, workers: usize) {
            let ask = || async {
                self.processes[process].acquire().await.unwrap();
                self.clock.now()
            };
            let sent = now(futures::future::join_all((0..workers).map(|_| ask())));
            self.sent.extend(sent);
        }
    }

    proptest! {
        // `PROPTEST_CASES=10000` for the long run.
        #![proptest_config(ProptestConfig::default())]

        #[test]
        fn no_window_is_exceeded_whatever_processes_do(
            limits in limits(),
            steps in prop::collection::vec((0usize..4, step()), 1..120),
            jitter in prop::collection::vec(0.0f64..=1.0, 1..50),
        ) {
            let mut machine = Machine::new(limits);
            for (process, step) in steps {
                match step {
                    Step::Ask(workers) => machine.ask(process, workers),
                    Step::Retry(tries, pause) => for _ in 0..tries {
                        machine.ask(process, 1);
                        machine.clock.advance(Duration::from_millis(pause));
                    },
                    Step::Idle(millis) => machine.clock.advance(Duration::from_millis(millis)),
                    Step::Restart => machine.processes[process] = machine.open(),
                    Step::Pause(millis) => {
                        let until = machine.clock.now() + i64::try_from(millis).unwrap() * 1000;
                        now(machine.processes[process].pause(Duration::from_millis(millis)));
                        machine.ask((process + 1) % 4, 1);
                        prop_assert!(machine.clock.now() >= until, "another process did not learn of the pause");
                    }
                }
            }
            within(limits, &machine.sent)?;
            // The server counts arrivals: each is late by what the guards allow, or less.
            let late = limits.second_guard() as f64;
            let arrived: Vec<i64> =
                machine.sent.iter().zip(jitter.iter().cycle()).map(|(at, part)| at + (late * part) as i64).collect();
            within(limits, &arrived)?;
        }

        #[test]
        fn at_least_98_percent_of_what_is_allowed_is_used(
            limits in limits(),
            turns in prop::collection::vec((0usize..4, 1usize..6, prop::bool::weighted(0.1)), 1..20),
        ) {
            let mut machine = Machine::new(limits);
            let least_count = limits.per_minute as usize * 3 + 1;
            for (process, workers, restart) in turns.into_iter().cycle() {
                if machine.sent.len() >= least_count {
                    break;
                }
                if restart {
                    machine.processes[process] = machine.open();
                }
                machine.ask(process, workers);
            }
            within(limits, &machine.sent)?;
            let took = (machine.clock.now() - START) as f64;
            let least = limits.least_time(machine.sent.len()).as_micros() as f64;
            prop_assert!(took * 0.98 <= least, "{took} of {least} for {}: {limits:?}", machine.sent.len());
        }
    }

    #[test]
    fn the_least_time_is_that_of_two_exact_windows() {
        // 30 at once fill the first minute; each later one waits for the one 30 before it, or for its second.
        let seconds = |limits: Limits, requests| limits.least_time(requests).as_secs_f64();
        let exact = Limits { per_second: 3.0, per_minute: 30 };
        assert_eq!(seconds(exact, 3), 0.0);
        assert_eq!(seconds(exact, 4), 1.0);
        assert_eq!(seconds(exact, 30), 9.0);
        assert_eq!(seconds(exact, 31), 60.0);
        assert_eq!(seconds(exact, 57), 68.0);
        assert!((seconds(Limits::FREE, 30) - 9.0 * 3.0 / 2.8).abs() < 1e-3);
    }

    #[test]
    fn a_restart_of_the_machine_and_a_damaged_file_cost_a_minute_at_most() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("limits.json");
        let open = |at| {
            let clock = Arc::new(FakeClock::at(at));
            let limiter = RateLimiter::with_clock(Limits::FREE, Arc::<FakeClock>::clone(&clock));
            (limiter.with_state_file(&path), clock)
        };
        let (limiter, _) = open(START);
        for _ in 0..30 {
            now(limiter.acquire()).unwrap();
        }
        let booted = 20_000_000;
        let (limiter, clock) = open(booted);
        now(limiter.acquire()).unwrap();
        let waited = clock.now() - booted;
        assert!((MINUTE..MINUTE + 2_000_000).contains(&waited), "{waited}");

        std::fs::write(&path, "{\"version\":1,\"se").unwrap();
        let (limiter, clock) = open(START);
        now(limiter.acquire()).unwrap();
        let waited = clock.now() - START;
        assert!((MINUTE - 2_000_000..MINUTE + 2_000_000).contains(&waited), "{waited}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn many_workers_at_once_are_let_go_one_by_one() {
        let clock = Arc::new(FakeClock::at(START));
        let limiter = RateLimiter::with_clock(Limits::SPONSOR, Arc::<FakeClock>::clone(&clock));
        let workers: Vec<_> = (0..100)
            .map(|_| {
                let limiter = limiter.clone();
                tokio::spawn(async move { limiter.acquire().await })
            })
            .collect();
        for worker in workers {
            worker.await.unwrap().unwrap();
        }
        let took = Duration::from_micros((clock.now() - START).unsigned_abs());
        let least = Limits::SPONSOR.least_time(100);
        assert!(took >= least && took.as_secs_f64() * 0.98 <= least.as_secs_f64(), "{took:?} of {least:?}");
    }

    #[test]
    fn limits_that_let_nothing_through_are_refused() {
        for (per_second, per_minute) in [(0.0, 30), (-1.0, 30), (f64::NAN, 30), (3.0, 0)] {
            let limiter = RateLimiter::new(Limits { per_second, per_minute });
            assert!(matches!(now(limiter.acquire()), Err(LimitError::Unusable(_))));
        }
    }

    fn limiter(limits: Limits) -> (RateLimiter, Arc<FakeClock>) {
        let clock = Arc::new(FakeClock::at(START));
        (RateLimiter::with_clock(limits, Arc::<FakeClock>::clone(&clock)), clock)
    }

    #[test]
    fn no_pause_is_longer_than_15_minutes_for_one_process_or_several() {
        let folder = tempfile::tempdir().unwrap();
        let longest = Duration::from_secs(15 * 60);
        let (alone, clock) = limiter(Limits::FREE);
        let together = alone.clone().with_state_file(folder.path().join("limits.json"));
        for limiter in [alone, together] {
            let start = clock.now();
            now(limiter.pause(Duration::from_secs(86_400)));
            assert_eq!(limiter.snapshot().next_in, longest);
            now(limiter.acquire()).unwrap();
            assert_eq!(clock.now() - start, 15 * MINUTE);
        }
    }

    #[test]
    fn a_pause_from_before_a_restart_of_the_machine_is_over() {
        let folder = tempfile::tempdir().unwrap();
        let (limiter, clock) = limiter(Limits::FREE);
        let open = || limiter.clone().with_state_file(folder.path().join("limits.json"));
        now(open().pause(Duration::from_secs(60)));
        let booted = 20_000_000;
        clock.set(booted);
        now(open().acquire()).unwrap();
        assert_eq!(clock.now(), booted);
    }

    #[test]
    fn a_snapshot_tells_what_was_sent_and_when_the_next_may_go() {
        let (limiter, clock) = limiter(Limits::FREE);
        for _ in 0..3 {
            now(limiter.acquire()).unwrap();
        }
        let seen = limiter.snapshot();
        assert_eq!((seen.sent_last_second, seen.sent_last_minute, seen.waiting), (3, 3, 0));
        // Three in 3/2.8 s.
        assert_eq!(seen.next_in, Duration::from_micros(1_071_429));
        clock.advance(Duration::from_secs(1));
        let seen = limiter.snapshot();
        assert_eq!((seen.sent_last_second, seen.sent_last_minute), (0, 3));
        assert_eq!(seen.next_in, Duration::from_micros(71_429));
        assert_eq!(limiter.estimate(1), seen.next_in);
        assert_eq!(limiter.estimate(3), seen.next_in);
        assert_eq!(limiter.estimate(4), seen.next_in + Duration::from_micros(1_071_429));
        clock.advance(Duration::from_secs(60));
        assert_eq!(limiter.snapshot().next_in, Duration::ZERO);
        assert_eq!(limiter.snapshot().sent_last_minute, 0);
    }

    #[test]
    fn a_caller_counts_as_waiting_until_it_goes_or_gives_up() {
        let (limiter, _) = limiter(Limits::SPONSOR);
        now(limiter.pause(Duration::from_secs(60)));
        let mut waiting = Box::pin(limiter.acquire());
        assert!(now(async { futures::poll!(&mut waiting) }).is_pending());
        assert_eq!(limiter.snapshot().waiting, 1);
        drop(waiting);
        assert_eq!(limiter.snapshot().waiting, 0);
    }

    #[test]
    fn a_burst_may_take_longer_where_the_minute_decides_the_pace() {
        let third = |per_second, per_minute| {
            let (limiter, clock) = limiter(Limits { per_second, per_minute });
            for _ in 0..3 {
                now(limiter.acquire()).unwrap();
            }
            clock.now() - START
        };
        assert_eq!(third(2.0, 40), 1_000_000 + BURST_GUARD);
        assert_eq!(third(2.0, 60), 1_000_000 + BURST_GUARD);
        assert_eq!(third(2.0, 61), 1_000_000 + SECOND_GUARD);
    }

    #[test]
    fn what_no_window_looks_at_any_more_is_forgotten() {
        let (limiter, clock) = limiter(Limits::FREE);
        for _ in 0..100 {
            now(limiter.acquire()).unwrap();
            clock.advance(Duration::from_secs(3));
        }
        assert!(limiter.shared.log().sent.len() <= 21, "{:?}", limiter.shared.log());
    }

    #[test]
    fn without_limits_nothing_waits() {
        let (limiter, clock) = limiter(Limits::unlimited());
        for _ in 0..100 {
            now(limiter.acquire()).unwrap();
        }
        assert_eq!(clock.now(), START);
        assert_eq!(limiter.limits().least_time(1_000), Duration::ZERO);
    }

    #[test]
    fn a_state_file_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let (limiter, _) = limiter(Limits::FREE);
        let refused = now(limiter.with_state_file(folder.path()).acquire()).unwrap_err();
        assert!(matches!(refused, LimitError::StateFile { path, .. } if path == folder.path()));
    }

    #[tokio::test]
    async fn the_systems_clock_counts_microseconds_and_waits() {
        let started = std::time::Instant::now();
        let before = SystemClock.now();
        SystemClock.sleep(Duration::from_millis(1_100)).await;
        let took = SystemClock.now() - before;
        let most = i64::try_from(started.elapsed().as_micros()).unwrap() + 1;
        assert!((1_100_000..=most).contains(&took), "{took} of {most}");
    }
}
