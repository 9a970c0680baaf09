//! What can go wrong between a query and its rows.

use crate::limit::LimitError;
use crate::query::QueryError;
use f1lake_http::attempts;
use std::time::Duration;

/// Failure of a request. Each variant names the request and what to do next.
///
/// ```no_run
/// # async fn run(client: openf1_client::OpenF1) -> Result<(), openf1_client::Error> {
/// match client.laps().session(9158).await {
///     Ok(laps) => println!("{} laps", laps.len()),
///     Err(error) if error.is_locked() => println!("a session is live; try again half an hour after it"),
///     Err(error) if error.is_passing() => println!("try again: {error}"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
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
        "{request}: a session is live, and OpenF1 is locked for anonymous users; try again later, or log in"
    )]
    Locked {
        /// The refused request.
        request: String,
        /// The server's message.
        detail: String,
    },
    /// 422: the answer would be too large. Ask for fewer drivers or a shorter window.
    #[error(
        "{request}: the server refuses the response as too large; request fewer drivers or a shorter window"
    )]
    TooLarge {
        /// The refused request.
        request: String,
        /// The server's message.
        detail: String,
    },
    /// The account or its token was refused.
    #[error("{request}: OpenF1 refused the login ({detail}); check OPENF1_USERNAME and OPENF1_PASSWORD")]
    LoginRefused {
        /// The refused request.
        request: String,
        /// The server's message.
        detail: String,
    },
    /// A status that the API does not use for rows, or that retries did not resolve.
    #[error(
        "{request}: HTTP {status} after {attempts} in {seconds:.1} s: {detail}",
        attempts = attempts(*tries),
        seconds = elapsed.as_secs_f64()
    )]
    Status {
        /// The failed request.
        request: String,
        /// HTTP status of the last attempt.
        status: u16,
        /// Number of attempts.
        tries: u32,
        /// From the first attempt to the last response, including waits.
        elapsed: Duration,
        /// Start of the body, on one line.
        detail: String,
    },
    /// A 200 response whose body is not a JSON array of objects.
    #[error(
        "{request}: the response is not a list of rows after {attempts}: {detail}; check the base URL",
        attempts = attempts(*tries)
    )]
    Body {
        /// The failed request.
        request: String,
        /// Number of attempts.
        tries: u32,
        /// What is wrong with it.
        detail: String,
    },
    /// No complete response arrived.
    #[error(
        "{request}: no response after {attempts} in {seconds:.1} s: {detail}",
        attempts = attempts(*tries),
        seconds = elapsed.as_secs_f64()
    )]
    Transport {
        /// The failed request.
        request: String,
        /// Number of attempts.
        tries: u32,
        /// Time since the first attempt, including waits.
        elapsed: Duration,
        /// Whether the last attempt timed out.
        timeout: bool,
        /// Cause, without secrets.
        detail: String,
    },
}

impl Error {
    /// Whether a smaller request may succeed: too large, timed out, or a gateway gave up.
    pub fn is_splittable(&self) -> bool {
        match self {
            Self::TooLarge { .. } => true,
            Self::Transport { timeout, .. } => *timeout,
            Self::Status { status, .. } => matches!(status, 500 | 502 | 504),
            _ => false,
        }
    }

    /// Whether the same request may succeed later and a smaller one would not help.
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
