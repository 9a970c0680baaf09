//! What can go wrong between a query and its rows.

use crate::limit::LimitError;
use crate::query::QueryError;
use std::time::Duration;

/// Failure of a request. Each variant names the request and what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The query was refused before sending.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The rate limiter could not be used.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// A setting of the client is unusable.
    #[error("{0}")]
    Config(String),
    /// 401 while a session is live: without an account even history is closed until half an hour after it.
    #[error(
        "{request}: a session is live and OpenF1 is closed to anonymous users; try again later or log in"
    )]
    Locked {
        /// Request that was refused.
        request: String,
        /// Words of the server.
        detail: String,
    },
    /// 422: the answer would be too large. Ask for fewer drivers or a shorter window.
    #[error("{request}: the server finds the answer too large; ask for fewer drivers or a shorter window")]
    TooLarge {
        /// Request that was refused.
        request: String,
        /// Words of the server.
        detail: String,
    },
    /// The account or its token was refused.
    #[error("{request}: OpenF1 refused the login ({detail}); check OPENF1_USERNAME and OPENF1_PASSWORD")]
    LoginRefused {
        /// Request that was refused.
        request: String,
        /// Words of the server.
        detail: String,
    },
    /// An answer that the API never gives for good, or that never became good.
    #[error("{request}: HTTP {status} after {tries} tries in {elapsed:.1?}: {detail}")]
    Status {
        /// Request that failed.
        request: String,
        /// HTTP status of the last try.
        status: u16,
        /// Tries made.
        tries: u32,
        /// From the first try to the last answer, waiting included.
        elapsed: Duration,
        /// Start of the body, one line.
        detail: String,
    },
    /// HTTP 200 whose body is no JSON array of objects.
    #[error("{request}: the answer is no list of rows after {tries} tries: {detail}; is the base URL right?")]
    Body {
        /// Request that failed.
        request: String,
        /// Tries made.
        tries: u32,
        /// What is wrong with it.
        detail: String,
    },
    /// No whole answer arrived.
    #[error("{request}: no answer after {tries} tries in {elapsed:.1?}: {detail}")]
    Transport {
        /// Request that failed.
        request: String,
        /// Tries made.
        tries: u32,
        /// From the first try on, waiting included.
        elapsed: Duration,
        /// Whether the last try ran out of time.
        timeout: bool,
        /// Cause, without secrets.
        detail: String,
    },
}

impl Error {
    /// Whether asking for less may help: too large, out of time, or a gateway that gave up.
    pub fn is_splittable(&self) -> bool {
        match self {
            Self::TooLarge { .. } => true,
            Self::Transport { timeout, .. } => *timeout,
            Self::Status { status, .. } => matches!(status, 500 | 502 | 504),
            _ => false,
        }
    }

    /// Whether the same request may well succeed later, and asking for less would not help.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Transport { .. } | Self::Body { .. } => !self.is_splittable(),
            Self::Status { status, .. } => {
                !self.is_splittable() && matches!(status, 408 | 425 | 429 | 500..=599)
            }
            _ => false,
        }
    }

    /// Whether history is closed because a session is live.
    pub fn is_locked(&self) -> bool {
        matches!(self, Self::Locked { .. })
    }
}
