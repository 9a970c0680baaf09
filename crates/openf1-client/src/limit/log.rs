//! The requests that hold slots of the windows, and when the next one may be sent.

use super::limits::{Limits, Window};
use super::machine::Process;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::time::Duration;

#[cfg(test)]
mod tests;

/// How late an abandoned request may still arrive, because the network holds it. Microseconds.
pub(super) const LATE: i64 = 5_000_000;
/// After this time a request has arrived or never will. Microseconds.
pub(super) const LONGEST_FLIGHT: i64 = 60_000_000;

/// A released request without a response so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Flight {
    pub(super) id: u64,
    /// When it was released.
    pub(super) sent: i64,
    /// The process that sent it.
    pub(super) process: Process,
}

/// Requests that another machine, or this one before a reboot, wrote into the shared file. Its clock is not
/// comparable, so they count as if they had happened when we first saw them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stranger {
    /// When we first saw this state.
    pub(super) since: i64,
    /// Completed requests.
    pub(super) ended: usize,
    /// Requests without a response.
    pub(super) in_flight: usize,
}

impl Stranger {
    /// Whether none of its requests can matter any more.
    pub(super) fn is_past(&self, now: i64, memory: i64) -> bool {
        now.saturating_sub(self.since) > memory.saturating_add(LONGEST_FLIGHT)
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The head of its response came: it has arrived.
    Over,
    /// We gave up on it; it may still arrive.
    Lost,
    /// It was never sent.
    Unused,
}

/// The state behind the windows. All times are microseconds of the clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Log {
    /// When completed requests ended, ascending; for those that may still arrive, the latest time of arrival.
    pub(super) ended: VecDeque<i64>,
    pub(super) in_flight: Vec<Flight>,
    pub(super) strangers: Vec<Stranger>,
    /// No request is released before this.
    pub(super) paused_until: i64,
}

impl Log {
    /// Releases one request now, or returns how long to wait before looking again, in microseconds.
    pub(super) fn take(&mut self, limits: &Limits, now: i64, process: &Process) -> Result<u64, i64> {
        self.settle(now);
        self.forget(limits.memory(), now);
        let windows: Vec<Window> = limits.windows().map(Window::guarded).collect();
        let wait = self.free_at(&windows, now).saturating_sub(now);
        if wait > 0 {
            return Err(wait);
        }
        let id = fastrand::u64(..);
        self.in_flight.push(Flight { id, sent: now, process: process.clone() });
        Ok(id)
    }

    /// Records how a request ended. It may have been removed from the list before.
    pub(super) fn end(&mut self, id: u64, end: End, now: i64) {
        let Some(index) = self.in_flight.iter().position(|flight| flight.id == id) else { return };
        self.in_flight.swap_remove(index);
        match end {
            End::Over => self.ended_at(now),
            End::Lost => self.ended_at(now.saturating_add(LATE)),
            End::Unused => {}
        }
    }

    /// When the next request may be sent, at least `now`. While responses are missing, the earliest possible
    /// moment.
    pub(super) fn free_at(&self, windows: &[Window], now: i64) -> i64 {
        let (ended, in_flight) = self.with_strangers(now);
        let free = windows.iter().map(|window| match window.count.checked_sub(in_flight) {
            // A response that came at once would free its slot after the window.
            None | Some(0) => now.saturating_add(window.length),
            Some(left) => match ended.len().checked_sub(left).and_then(|index| ended.get(index)) {
                Some(at) => at.saturating_add(window.length),
                None => now,
            },
        });
        free.fold(now.max(self.paused_until), i64::max)
    }

    /// Least time for `requests` further requests, if every response comes at once.
    pub(super) fn time_for(&self, requests: usize, windows: &[Window], memory: i64, start: i64) -> Duration {
        let (ended, in_flight) = self.with_strangers(start);
        let mut log = Self { ended, paused_until: self.paused_until, ..Self::default() };
        for _ in 0..in_flight {
            log.ended_at(start);
        }
        let mut now = start;
        for _ in 0..requests {
            now = log.free_at(windows, now);
            log.ended_at(now);
            log.forget(memory, now);
        }
        Duration::from_micros(now.saturating_sub(start).unsigned_abs())
    }

    /// Requests that arrived after `since`, or may still arrive.
    pub(super) fn since(&self, since: i64) -> usize {
        self.in_flight.len() + self.ended.iter().filter(|at| **at > since).count()
    }

    fn with_strangers(&self, now: i64) -> (VecDeque<i64>, usize) {
        let mut ended = self.ended.clone();
        let mut in_flight = self.in_flight.len();
        for stranger in &self.strangers {
            ended.extend(std::iter::repeat_n(stranger.since, stranger.ended));
            let landed = stranger.since.saturating_add(LONGEST_FLIGHT);
            if landed > now {
                in_flight += stranger.in_flight;
            } else {
                ended.extend(std::iter::repeat_n(landed, stranger.in_flight));
            }
        }
        if !self.strangers.is_empty() {
            ended.make_contiguous().sort_unstable();
        }
        (ended, in_flight)
    }

    fn ended_at(&mut self, at: i64) {
        let index = self.ended.partition_point(|other| *other <= at);
        self.ended.insert(index, at);
    }

    /// Drops requests of dead processes and impossible times from before a reboot. Future times count as now.
    fn settle(&mut self, now: i64) {
        let latest = now.saturating_add(LATE);
        for at in &mut self.ended {
            if *at > latest {
                *at = now;
            }
        }
        self.ended.make_contiguous().sort_unstable();
        for flight in std::mem::take(&mut self.in_flight) {
            let sent = flight.sent.min(now);
            let arrived = sent.saturating_add(LONGEST_FLIGHT);
            if arrived <= now {
                self.ended_at(arrived);
            } else if flight.process.is_gone() {
                self.ended_at(latest.min(arrived));
            } else {
                self.in_flight.push(Flight { sent, ..flight });
            }
        }
    }

    /// Drops requests that no window covers any more.
    fn forget(&mut self, memory: i64, now: i64) {
        let oldest = now.saturating_sub(memory);
        while self.ended.front().is_some_and(|at| *at < oldest) {
            self.ended.pop_front();
        }
    }
}

impl Limits {
    /// Least time from the first to the last of `requests` arrivals within these limits.
    pub fn least_time(&self, requests: usize) -> Duration {
        let windows: Vec<Window> = self.windows().collect();
        Log::default().time_for(requests, &windows, self.memory(), 0)
    }
}
