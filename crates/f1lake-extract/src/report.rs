//! What a run did, and what it tells while it runs.

use openf1_client::Endpoint;
use serde::Serialize;
use std::sync::Arc;

/// A session in reports and events.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SessionLabel {
    /// Key.
    pub session_key: i64,
    /// `2024-03-24_Melbourne_Race`.
    pub name: String,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Landed in this run for the first time.
    Landed,
    /// Was landed; fetched again and changed.
    Updated,
    /// Was landed; fetched again and the same.
    Unchanged,
    /// Was landed and settled, or not due: no request.
    Skipped,
    /// Not landed; what was fetched is staged.
    Failed,
    /// Not reached: a live session locks history.
    Locked,
    /// Not finished: the run was stopped.
    Interrupted,
}

/// Examples kept.
const EXAMPLES: usize = 10;

/// Rows added, changed and removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Keys that are new.
    pub added: u64,
    /// Keys whose values differ.
    pub changed: u64,
    /// Keys that are gone.
    pub removed: u64,
    /// The first few, in words: `+ driver_number=44 lap_number=2`.
    pub examples: Vec<String>,
}

impl Changes {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.added + self.changed + self.removed == 0
    }

    /// Adds an example while there is room.
    pub(crate) fn example(&mut self, text: impl FnOnce() -> String) {
        if self.examples.len() < EXAMPLES {
            self.examples.push(text());
        }
    }
}

/// One endpoint of a session.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EndpointReport {
    /// Which.
    pub endpoint: Endpoint,
    /// Rows landed.
    pub rows: u64,
    /// Exact duplicates left out.
    pub duplicates_dropped: u64,
    /// Half-null duplicates merged (drivers).
    pub rows_merged: u64,
    /// Landing file; none when there are no rows.
    pub file: Option<String>,
    /// Bytes of that file.
    pub bytes: u64,
    /// Differences to what was landed.
    pub changes: Option<Changes>,
    /// A shrunken answer kept aside instead of landed: its path.
    pub kept_aside: Option<String>,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SessionReport {
    /// Which.
    #[serde(flatten)]
    pub session: SessionLabel,
    /// How it ended.
    pub status: SessionStatus,
    /// Why it failed.
    pub error: Option<String>,
    /// Endpoints fetched in this run.
    pub endpoints: Vec<EndpointReport>,
}

impl SessionReport {
    /// Rows landed in this run.
    pub fn rows(&self) -> u64 {
        self.endpoints.iter().map(|endpoint| endpoint.rows).sum()
    }
}

/// A whole run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RunReport {
    /// Sessions in the order they were selected.
    pub sessions: Vec<SessionReport>,
    /// Requests sent, retries included.
    pub requests: u64,
    /// Of these, repetitions.
    pub retries: u64,
    /// Body bytes received.
    pub bytes_received: u64,
    /// Seconds from start to end.
    pub seconds: f64,
}

impl RunReport {
    /// How many sessions ended so.
    pub fn count(&self, status: SessionStatus) -> usize {
        self.sessions.iter().filter(|session| session.status == status).count()
    }
}

/// What happens during a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// Sessions are chosen.
    Selected {
        /// How many are to be fetched.
        due: usize,
        /// How many are skipped.
        skipped: usize,
        /// Requests expected.
        requests: usize,
    },
    /// A session begins.
    SessionStarted(SessionLabel),
    /// More or fewer requests are needed than expected.
    RequestsAdded(i64),
    /// A request ended well.
    RequestDone {
        /// Which endpoint.
        endpoint: Endpoint,
        /// Rows.
        rows: u64,
        /// Bytes of its body.
        bytes: u64,
    },
    /// Something the user should know.
    Note(String),
    /// A session ended.
    SessionEnded(SessionReport),
}

/// Receives events; cheap, never blocks.
pub type Progress = Arc<dyn Fn(Event) + Send + Sync>;

/// Receives nothing.
pub fn silent() -> Progress {
    Arc::new(|_| {})
}
