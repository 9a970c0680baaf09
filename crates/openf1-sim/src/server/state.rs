//! State of a running server.

use crate::answer::Library;
use crate::config::{LiveWindow, SimLimits};
use crate::faults::FaultState;
use crate::limits::Limiter;
use crate::stats::Stats;
use crate::token::Tokens;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

#[derive(Debug)]
pub(super) struct Server {
    pub(super) started: Instant,
    pub(super) library: Library,
    pub(super) limits: SimLimits,
    pub(super) live: Vec<LiveWindow>,
    pub(super) token_lifetime_s: u64,
    pub(super) faults: FaultState,
    pub(super) limiter: Mutex<Limiter>,
    pub(super) tokens: Mutex<Tokens>,
    pub(super) stats: Mutex<Stats>,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere must not disable the server: counters stay usable.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
