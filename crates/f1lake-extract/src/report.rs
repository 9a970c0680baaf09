//! What a run did, and what it reports while running.

use openf1_client::Endpoint;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// A session in reports and events.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SessionLabel {
    /// Key.
    pub session_key: i64,
    /// `2024-03-24_Melbourne_Race`.
    pub name: String,
}

/// Status of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Landed in this run for the first time.
    Landed,
    /// Was landed; fetched again, with changes.
    Updated,
    /// Was landed; fetched again, without changes.
    Unchanged,
    /// Was landed and settled, or not due: no request.
    Skipped,
    /// Not landed; fetched responses are staged.
    Failed,
    /// Not reached: a live session locks OpenF1.
    Locked,
    /// Not finished: the run was stopped.
    Interrupted,
}

impl SessionStatus {
    /// All of them, good ones first.
    pub const ALL: [Self; 7] = [
        Self::Landed,
        Self::Updated,
        Self::Unchanged,
        Self::Skipped,
        Self::Failed,
        Self::Locked,
        Self::Interrupted,
    ];

    /// Whether all that was due of the session is landed.
    pub(crate) fn is_good(self) -> bool {
        matches!(self, Self::Landed | Self::Updated | Self::Unchanged | Self::Skipped)
    }

    /// As reports name it: `landed`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Landed => "landed",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Locked => "locked",
            Self::Interrupted => "interrupted",
        }
    }
}

/// Maximum number of examples.
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
    /// The first few: `+ driver_number=44 lap_number=2`.
    pub examples: Vec<String>,
}

impl Changes {
    /// Whether there are no differences.
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
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Rows landed.
    pub rows: u64,
    /// Exact duplicates removed.
    pub duplicates_dropped: u64,
    /// Half-null duplicates merged (drivers).
    pub rows_merged: u64,
    /// Landing file; `None` when there are no rows.
    pub file: Option<String>,
    /// Bytes of the file.
    pub bytes: u64,
    /// Differences from what was landed.
    pub changes: Option<Changes>,
    /// Path of a smaller response that was set aside instead of landed.
    pub kept_aside: Option<String>,
}

impl EndpointReport {
    /// Whether it is as it was landed before.
    pub(crate) fn is_as_landed(&self) -> bool {
        self.kept_aside.is_none() && self.changes.as_ref().is_some_and(Changes::is_empty)
    }
}

/// One session.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SessionReport {
    /// The session.
    #[serde(flatten)]
    pub session: SessionLabel,
    /// Its status.
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
    /// Requests sent, including retries.
    pub requests: u64,
    /// How many of these were retries.
    pub retries: u64,
    /// Body bytes received.
    pub bytes_received: u64,
    /// Seconds from start to end.
    pub seconds: f64,
}

impl RunReport {
    /// Number of sessions with this status.
    pub fn count(&self, status: SessionStatus) -> usize {
        self.sessions.iter().filter(|session| session.status == status).count()
    }
}

/// Progress of a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// Sessions were selected.
    Selected {
        /// Number of sessions to fetch.
        due: usize,
        /// Number of sessions skipped.
        skipped: usize,
        /// Expected requests.
        requests: usize,
        /// Least time that the rate limits allow for them.
        least: Duration,
    },
    /// A session begins.
    SessionStarted(SessionLabel),
    /// Change of the expected requests.
    RequestsAdded(i64),
    /// A request succeeded.
    RequestDone {
        /// Its endpoint.
        endpoint: Endpoint,
        /// Rows.
        rows: u64,
        /// Bytes of its body.
        bytes: u64,
    },
    /// A message for the user.
    Note(String),
    /// A session ended.
    SessionEnded(SessionReport),
}

/// Receives events; cheap, never blocks.
pub type Progress = Arc<dyn Fn(Event) + Send + Sync>;

/// Ignores all events.
pub fn silent() -> Progress {
    Arc::new(|_| {})
}
