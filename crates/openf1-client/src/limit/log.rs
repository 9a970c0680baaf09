//! The requests that take places of the windows, and when the next one may go.

use super::limits::{Limits, Window};
use super::machine::Process;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::time::Duration;

#[cfg(test)]
mod tests;

/// A request that we gave up may arrive so much later: what the network still holds. Microseconds.
pub(super) const LATE: i64 = 5_000_000;
/// After so long a request has arrived, or never will. Microseconds.
pub(super) const LONGEST_FLIGHT: i64 = 60_000_000;

/// A request that was let go and whose answer is not here yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Flight {
    pub(super) id: u64,
    /// When it was let go.
    pub(super) sent: i64,
    /// Who sent it.
    pub(super) process: Process,
}

/// Requests that another machine, or this one before it restarted, wrote into the shared file. Its clock means nothing to us, so they count
/// as if they had happened when we first saw them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stranger {
    /// When we first saw this state of it.
    pub(super) since: i64,
    /// Requests that were over.
    pub(super) ended: usize,
    /// Requests without an answer.
    pub(super) in_flight: usize,
}

impl Stranger {
    /// Whether nothing of it can matter any more.
    pub(super) fn is_past(&self, now: i64, memory: i64) -> bool {
        now.saturating_sub(self.since) > memory.saturating_add(LONGEST_FLIGHT)
    }
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The head of its answer came: it has arrived.
    Over,
    /// We gave up; it may still be on its way.
    Lost,
    /// It was never sent.
    Unused,
}

/// What the windows look at. All times are microseconds of the clock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Log {
    /// When the requests that are over ended, ascending; those that may still arrive, when they will have.
    pub(super) ended: VecDeque<i64>,
    pub(super) in_flight: Vec<Flight>,
    pub(super) strangers: Vec<Stranger>,
    /// Nothing goes before this.
    pub(super) paused_until: i64,
}

impl Log {
    /// Lets one request go now, or says how long to wait before looking again, in microseconds.
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

    /// Notes how a request ended. One that was let go of before is not in the list any more.
    pub(super) fn end(&mut self, id: u64, end: End, now: i64) {
        let Some(index) = self.in_flight.iter().position(|flight| flight.id == id) else { return };
        self.in_flight.swap_remove(index);
        match end {
            End::Over => self.ended_at(now),
            End::Lost => self.ended_at(now.saturating_add(LATE)),
            End::Unused => {}
        }
    }

    /// When the next request may go, not before `now`. While answers are missing, the earliest moment that they leave possible.
    pub(super) fn free_at(&self, windows: &[Window], now: i64) -> i64 {
        let (ended, in_flight) = self.with_strangers(now);
        let free = windows.iter().map(|window| match window.count.checked_sub(in_flight) {
            // An answer that came at once would free its place after the window.
            None | Some(0) => now.saturating_add(window.length),
            Some(left) => match ended.len().checked_sub(left).and_then(|index| ended.get(index)) {
                Some(at) => at.saturating_add(window.length),
                None => now,
            },
        });
        free.fold(now.max(self.paused_until), i64::max)
    }

    /// How long so many further requests take at least, when every answer comes at once.
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

    /// Requests that arrived after `since`, or may yet.
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

    /// Drops requests that nobody will end, and times that cannot be: from before the machine restarted. Times in the future count as now.
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

    /// Drops what no window looks at any more.
    fn forget(&mut self, memory: i64, now: i64) {
        let oldest = now.saturating_sub(memory);
        while self.ended.front().is_some_and(|at| *at < oldest) {
            self.ended.pop_front();
        }
    }
}
