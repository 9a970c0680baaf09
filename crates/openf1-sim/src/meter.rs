//! The budget of a response.

use crate::config::Budget;
use crate::refusal::Refusal;
use std::time::Instant;

/// Counts rows and bytes against the budget.
pub(crate) struct Meter<'a> {
    budget: &'a Budget,
    started: Instant,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(budget: &'a Budget) -> Self {
        Self { budget, started: Instant::now() }
    }

    pub(crate) fn check(&self, rows: usize, bytes: usize) -> Result<(), Refusal> {
        let over = self.budget.max_rows.is_some_and(|m| rows > m)
            || self.budget.max_bytes.is_some_and(|m| bytes > m)
            || self.budget.max_time.is_some_and(|m| self.started.elapsed() > m);
        if over { Err(Refusal::TooMuch) } else { Ok(()) }
    }
}
