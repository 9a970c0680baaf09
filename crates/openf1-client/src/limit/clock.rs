//! Clocks for the limiter.

use futures::future::BoxFuture;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Time, and waiting for it.
///
/// ```
/// use futures::future::BoxFuture;
/// use openf1_client::Clock;
/// use std::time::Duration;
/// /// Never waits.
/// #[derive(Debug)]
/// struct Impatient;
/// impl Clock for Impatient {
///     fn now(&self) -> i64 {
///         0
///     }
///     fn sleep(&self, _length: Duration) -> BoxFuture<'static, ()> {
///         Box::pin(std::future::ready(()))
///     }
/// }
/// ```
pub trait Clock: std::fmt::Debug + Send + Sync + 'static {
    /// Microseconds since a moment shared by all processes with the same state file.
    fn now(&self) -> i64;
    /// Identifies the zero point of [`now`](Self::now). Times of clocks with different epochs cannot be
    /// compared.
    fn epoch(&self) -> String {
        String::from("default")
    }
    /// Waits.
    fn sleep(&self, length: Duration) -> BoxFuture<'static, ()>;
}

/// The machine's steady clock: shared by all processes and unaffected by changes to the time of day.
///
/// It starts at boot, so after a restart earlier requests seem younger than they are, never older. Where
/// processes share no steady clock (Windows), it is the time of day at process start, steady from then on.
///
/// ```
/// use openf1_client::{Clock, SystemClock};
/// let before = SystemClock.now();
/// assert!(SystemClock.now() >= before);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[cfg(unix)]
fn steady() -> i64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
}

#[cfg(not(unix))]
fn steady() -> i64 {
    static START: std::sync::LazyLock<(std::time::Instant, i64)> =
        std::sync::LazyLock::new(|| (std::time::Instant::now(), jiff::Timestamp::now().as_microsecond()));
    START.1 + i64::try_from(START.0.elapsed().as_micros()).unwrap_or(i64::MAX / 2)
}

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        steady()
    }

    fn epoch(&self) -> String {
        super::machine::boot().to_owned()
    }

    fn sleep(&self, length: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(length))
    }
}

/// A clock for tests: sleeping advances it at once.
///
/// ```
/// use openf1_client::{Clock, FakeClock};
/// use std::time::Duration;
/// let clock = FakeClock::at(0);
/// clock.advance(Duration::from_secs(2));
/// assert_eq!(clock.now(), 2_000_000);
/// ```
#[derive(Debug, Default)]
pub struct FakeClock {
    now: AtomicI64,
    epoch: String,
}

impl FakeClock {
    /// Starts at `micros` microseconds.
    pub fn at(micros: i64) -> Self {
        Self { now: AtomicI64::new(micros), epoch: "fake".to_owned() }
    }

    /// Uses another epoch than other fake clocks, like a clock on another machine.
    #[must_use]
    pub fn with_epoch(self, epoch: impl Into<String>) -> Self {
        Self { epoch: epoch.into(), ..self }
    }

    /// Advances the clock.
    pub fn advance(&self, length: Duration) {
        self.now.fetch_add(i64::try_from(length.as_micros()).unwrap_or(0), Ordering::SeqCst);
    }

    /// Sets the clock, also backwards.
    pub fn set(&self, micros: i64) {
        self.now.store(micros, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    fn epoch(&self) -> String {
        self.epoch.clone()
    }

    fn sleep(&self, length: Duration) -> BoxFuture<'static, ()> {
        self.advance(length);
        Box::pin(tokio::task::yield_now())
    }
}
