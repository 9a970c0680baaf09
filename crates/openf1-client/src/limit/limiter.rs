//! The limiter: callers wait here until their request may be sent.

use super::clock::{Clock, SystemClock};
use super::limits::{LimitError, Limits, MINUTE, Window};
use super::log::{End, Log};
use super::machine::Process;
use super::state_file::StateFile;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

/// Longest pause that a response can impose.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// State of a limiter.
///
/// ```
/// use openf1_client::{Limits, RateLimiter};
/// let snapshot = RateLimiter::new(Limits::FREE).snapshot();
/// assert_eq!((snapshot.sent_last_minute, snapshot.next_in.as_secs()), (0, 0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LimiterSnapshot {
    /// Limits in force.
    pub limits: Limits,
    /// Requests of the last second: those in flight, and those whose response arrived in it.
    pub sent_last_second: usize,
    /// The same for the last minute.
    pub sent_last_minute: usize,
    /// Earliest time until the next request may be sent.
    pub next_in: Duration,
    /// Number of waiting callers.
    pub waiting: usize,
}

#[derive(Debug)]
struct Shared {
    limits: Limits,
    clock: Arc<dyn Clock>,
    /// The whole log, or the last known state of the file.
    log: Mutex<Log>,
    file: Option<StateFile>,
    /// Fair: callers go in order of arrival.
    turn: tokio::sync::Mutex<()>,
    waiting: AtomicUsize,
}

/// The limiter. Clones share it; limiters with one state file share that. [The rule and its
/// proof](crate::limit).
///
/// ```
/// use openf1_client::{Limits, OpenF1, RateLimiter};
/// let limiter = RateLimiter::new(Limits::FREE);
/// let (one, two) = (OpenF1::builder().limiter(limiter.clone()), OpenF1::builder().limiter(limiter));
/// // Both clients together keep the limits.
/// # (one.build()?, two.build()?);
/// # Ok::<(), openf1_client::Error>(())
/// ```
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

/// A released request. It holds a slot of the limits until [`over`](Self::over) reports that it has arrived.
///
/// If it is dropped, for instance because the caller was cancelled, it counts as arriving up to 5 s later.
///
/// ```no_run
/// # async fn run(limiter: openf1_client::RateLimiter) -> Result<(), openf1_client::LimitError> {
/// let sending = limiter.acquire().await?;
/// // Send the request here, and await the head of its response.
/// sending.over().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a dropped request counts as lost in transit"]
pub struct Sending {
    shared: Arc<Shared>,
    id: Option<u64>,
    /// Whether the caller has received it: a request that never left [`RateLimiter::acquire`] was never sent.
    let_go: bool,
}

impl Sending {
    /// Marks the request as arrived, because the head of its response is here.
    pub async fn over(mut self) {
        self.end(End::Over).await;
    }

    /// Marks the request as not sent: its slot is free at once.
    pub async fn unused(mut self) {
        self.end(End::Unused).await;
    }

    async fn end(&mut self, end: End) {
        let Some(id) = self.id.take() else { return };
        // Read the clock before waiting for a thread or a lock.
        let now = self.shared.clock.now();
        if self.shared.file.is_none() {
            return self.shared.log().end(id, end, now);
        }
        let shared = Arc::clone(&self.shared);
        // The task continues even if the caller is cancelled meanwhile.
        drop(tokio::task::spawn_blocking(move || shared.end_in_file(id, end, now)).await);
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        let Some(id) = self.id.take() else { return };
        let end = if self.let_go { End::Lost } else { End::Unused };
        let now = self.shared.clock.now();
        if self.shared.file.is_none() {
            return self.shared.log().end(id, end, now);
        }
        let shared = Arc::clone(&self.shared);
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(move || shared.end_in_file(id, end, now))),
            Err(_) => shared.end_in_file(id, end, now),
        }
    }
}

impl RateLimiter {
    /// A limiter in memory, with the system's clock.
    pub fn new(limits: Limits) -> Self {
        Self::with_clock(limits, Arc::new(SystemClock))
    }

    /// A limiter in memory, with another clock.
    pub fn with_clock(limits: Limits, clock: Arc<dyn Clock>) -> Self {
        Self::open(limits, clock, None)
    }

    /// Keeps the requests in a locked file, shared with other processes and across restarts. Has no effect
    /// without limits.
    #[must_use]
    pub fn with_state_file(self, path: impl Into<PathBuf>) -> Self {
        let limits = self.shared.limits;
        let file = (!limits.is_unlimited()).then(|| StateFile::new(path.into()));
        Self::open(limits, Arc::clone(&self.shared.clock), file)
    }

    fn open(limits: Limits, clock: Arc<dyn Clock>, file: Option<StateFile>) -> Self {
        let (log, turn, waiting) = (Mutex::default(), tokio::sync::Mutex::new(()), AtomicUsize::new(0));
        Self { shared: Arc::new(Shared { limits, clock, log, file, turn, waiting }) }
    }

    /// Limits in force.
    pub fn limits(&self) -> Limits {
        self.shared.limits
    }

    /// The clock in use.
    pub fn clock(&self) -> &dyn Clock {
        &*self.shared.clock
    }

    /// Waits until one request may be sent; the returned [`Sending`] holds its slot. Dropping the future
    /// releases nothing.
    ///
    /// # Errors
    /// When the limits or the state file are unusable.
    pub async fn acquire(&self) -> Result<Sending, LimitError> {
        let shared = &self.shared;
        shared.limits.validate()?;
        shared.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&shared.waiting);
        let _turn = shared.turn.lock().await;
        loop {
            let taken = match &shared.file {
                Some(file) => {
                    let (file, same) = (file.clone(), Arc::clone(shared));
                    let path = file.clone();
                    // Dropped with this future, whose thread may still be waiting for the file then.
                    let asking = Arc::new(());
                    let caller = Arc::downgrade(&asking);
                    tokio::task::spawn_blocking(move || same.take_in_file(&file, &caller))
                        .await
                        .unwrap_or_else(|error| Err(path.error(std::io::Error::other(error))))?
                }
                None => shared.take(&mut shared.log(), shared.clock.now()),
            };
            match taken {
                Ok(mut sending) => {
                    sending.let_go = true;
                    return Ok(sending);
                }
                Err(wait) => shared.clock.sleep(Duration::from_micros(wait.unsigned_abs())).await,
            }
        }
    }

    /// Blocks all requests for a while (at most 15 minutes), because the server asked for fewer.
    pub async fn pause(&self, length: Duration) {
        let shared = &self.shared;
        let length = i64::try_from(length.min(LONGEST_PAUSE).as_micros()).unwrap_or(0);
        let hold = move |log: &mut Log, now: i64| {
            log.paused_until = log.paused_until.max(now.saturating_add(length));
        };
        hold(&mut shared.log(), shared.clock.now());
        if let Some(file) = &shared.file {
            let (file, same) = (file.clone(), Arc::clone(shared));
            let kept = tokio::task::spawn_blocking(move || same.update(&file, hold)).await;
            if let Ok(Err(error)) = kept {
                tracing::warn!(%error, "other processes are not told of the pause");
            }
        }
    }

    /// Current state, as far as this process knows it.
    pub fn snapshot(&self) -> LimiterSnapshot {
        let now = self.shared.clock.now();
        let log = self.shared.log();
        let free = log.free_at(&self.shared.windows(), now);
        LimiterSnapshot {
            limits: self.shared.limits,
            sent_last_second: log.since(now.saturating_sub(1_000_000)),
            sent_last_minute: log.since(now.saturating_sub(MINUTE)),
            next_in: Duration::from_micros(free.saturating_sub(now).unsigned_abs()),
            waiting: self.shared.waiting.load(Ordering::Relaxed),
        }
    }

    /// Least time that `requests` further requests will take from now.
    pub fn estimate(&self, requests: usize) -> Duration {
        let now = self.shared.clock.now();
        self.shared.log().time_for(requests, &self.shared.windows(), self.shared.limits.memory(), now)
    }
}

impl Shared {
    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn windows(&self) -> Vec<Window> {
        self.limits.windows().map(Window::guarded).collect()
    }

    /// Releases a request now, or returns how long to wait, in microseconds.
    fn take(self: &Arc<Self>, log: &mut Log, now: i64) -> Result<Sending, i64> {
        let longest = i64::try_from(LONGEST_PAUSE.as_micros()).unwrap_or(i64::MAX);
        // A pause this long dates from before a reboot.
        if log.paused_until > now.saturating_add(longest) {
            log.paused_until = now;
        }
        let id = log.take(&self.limits, now, Process::current())?;
        Ok(Sending { shared: Arc::clone(self), id: Some(id), let_go: false })
    }

    fn update<T>(&self, file: &StateFile, change: impl FnOnce(&mut Log, i64) -> T) -> Result<T, LimitError> {
        file.update(
            &self.limits,
            &self.clock.epoch(),
            || self.clock.now(),
            |log, now| {
                let result = change(log, now);
                self.log().clone_from(log);
                result
            },
        )
    }

    /// Takes no slot for a caller that is gone by the time the file is locked.
    fn take_in_file(
        self: &Arc<Self>,
        file: &StateFile,
        caller: &Weak<()>,
    ) -> Result<Result<Sending, i64>, LimitError> {
        self.update(file, |log, now| if caller.strong_count() == 0 { Err(0) } else { self.take(log, now) })
    }

    fn end_in_file(&self, id: u64, end: End, at: i64) {
        let Some(file) = &self.file else { return };
        if let Err(error) = self.update(file, |log, _| log.end(id, end, at)) {
            tracing::warn!(%error, "the limiter counts a request as under way for a minute");
        }
    }
}
