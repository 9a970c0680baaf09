//! What happened in a generated session, from the state of the generator and never from the rows that it
//! serves: a reference for a lakehouse built from those rows.
//!
//! All times are UTC as the API prints them, all durations seconds.

mod record;
mod tell;
mod write;

use super::seasons::Generated;

pub use record::{
    Driver, DriverResult, DriverStanding, Lap, Neutralisation, Part, Passage, Standings, Stint, TeamStanding,
    Trace, Truth,
};
#[cfg(test)]
pub(super) use tell::tell;
pub use write::write_truth;

impl Generated {
    /// What happened in a session; `None` when it is unknown, cancelled or not over.
    pub(crate) fn truth(&self, session_key: i64, now: i64) -> Option<Truth> {
        let index =
            self.sessions.iter().position(|s| s.key == session_key && !s.cancelled && s.end <= now)?;
        Some(tell::tell(self, index))
    }
}
