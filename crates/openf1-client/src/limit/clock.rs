//! The clocks a limiter can go by.

use futures::future::BoxFuture;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

/// Time, and waiting for it.
pub trait Clock: std::fmt::Debug + Send + Sync + 'static {
    /// Unix microseconds.
    fn now(&self) -> i64;
    /// Waits.
    fn sleep(&self, length: Duration) -> BoxFuture<'static, ()>;
}

/// The system's time at the start, and steady from then on: setting the clock changes nothing in a process.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
    wall: i64,
}

impl SystemClock {
    /// A clock that starts now.
    pub fn new() -> Self {
        Self { started: Instant::now(), wall: jiff::Timestamp::now().as_microsecond() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        self.wall + i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX / 2)
    }

    fn sleep(&self, length: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(length))
    }
}

/// A clock for tests: waiting moves it on at once.
#[derive(Debug, Default)]
pub struct FakeClock {
    now: AtomicI64,
}

impl FakeClock {
    /// Starts at so many Unix microseconds.
    pub fn at(micros: i64) -> Self {
        Self { now: AtomicI64::new(micros) }
    }

    /// Moves it on.
    pub fn advance(&self, length: Duration) {
        self.now.fetch_add(i64::try_from(length.as_micros()).unwrap_or(0), Ordering::SeqCst);
    }

    /// Sets it, backwards too.
    pub fn set(&self, micros: i64) {
        self.now.store(micros, Ordering::SeqCst);
    }
}

impl Clock for FakeClock {
    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    fn sleep(&self, length: Duration) -> BoxFuture<'static, ()> {
        self.advance(length);
        Box::pin(tokio::task::yield_now())
    }
}
