//! The client: limits, retries and login around every request.

use crate::Endpoint;
use crate::answer::Answer;
use crate::body::Whole;
use crate::endpoint::{Row, Session};
use crate::error::Error;
use crate::limit::{RateLimiter, Sending};
use crate::login::{Credentials, TokenTry, request_token};
use crate::query::Query;
use crate::rows::{RowSink, Rows, Take};
use crate::shared::Shared;
use crate::too_fast::TooFast;
use crate::verdict::Try;
use f1lake_http::{RetryPolicy, SecretString, Token};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Give up early on a host that has never returned rows: the base URL is probably wrong.
const TRIES_OF_STRANGER: u32 = 2;
/// Pauses from this length on are logged for the user.
const LONG_PAUSE: Duration = Duration::from_secs(10);
/// Renewals of a token that expires while its request waits for the limiter; after that the server decides.
const RENEWALS_WHILE_WAITING: u32 = 3;

/// Totals of a client so far.
///
/// ```
/// let client = openf1_client::OpenF1::builder().build()?;
/// assert_eq!(client.traffic(), openf1_client::Traffic::default());
/// # Ok::<(), openf1_client::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests sent, including retries and logins.
    pub requests: u64,
    /// How many of these were retries.
    pub retries: u64,
    /// Body bytes of complete responses, after decompression.
    pub bytes: u64,
}

/// Result of [`OpenF1::check_health`].
///
/// ```no_run
/// # async fn run(client: openf1_client::OpenF1) -> Result<(), openf1_client::Error> {
/// let health = client.check_health().await?;
/// println!("{:?} in {:?}", health.latest_session, health.round_trip);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Health {
    /// Newest session of the API, if it has any.
    pub latest_session: Option<Session>,
    /// From sending to the head of the response, without the limiter's wait.
    pub round_trip: Duration,
    /// This machine's clock minus the server's; `None` without a `Date` header.
    pub clock_difference: Option<jiff::SignedDuration>,
}

/// A client of the API. Clones share connections, limiter and login.
///
/// ```no_run
/// # async fn run() -> Result<(), openf1_client::Error> {
/// let client = openf1_client::OpenF1::builder().build()?;
/// let (laps, pits) = (client.laps().session(9158).await?, client.pit().session(9158).await?);
/// println!("{} laps, {} pit stops, {:?}", laps.len(), pits.len(), client.traffic());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct OpenF1 {
    pub(crate) shared: Arc<Shared>,
}

impl OpenF1 {
    /// The limiter in use.
    pub fn limiter(&self) -> &RateLimiter {
        &self.shared.limiter
    }

    /// Base URL in use.
    pub fn base_url(&self) -> &str {
        &self.shared.base
    }

    /// Whether an account is used.
    pub fn is_authenticated(&self) -> bool {
        self.shared.credentials.is_some()
    }

    /// What was sent and received so far.
    pub fn traffic(&self) -> Traffic {
        Traffic {
            requests: self.shared.sent.load(Ordering::Relaxed),
            retries: self.shared.retried.load(Ordering::Relaxed),
            bytes: self.shared.received.load(Ordering::Relaxed),
        }
    }

    /// Sends a query and returns the checked bytes of its response. Each attempt passes through the limiter.
    ///
    /// # Errors
    /// See [`Error`]; an error is never returned as "no rows".
    pub async fn fetch(&self, query: &Query) -> Result<Answer, Error> {
        self.send(query, None, || Whole).await
    }

    /// Like [`fetch`](Self::fetch), but gives the rows to a sink while they arrive, so that a response of any size
    /// needs little memory. Each attempt gets a sink of its own. `max_retries` replaces the client's number: large
    /// requests should fail early, so that they can be split.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn fetch_rows<S: RowSink>(
        &self,
        query: &Query,
        max_retries: Option<u32>,
        sink: impl Fn() -> S,
    ) -> Result<Answer<S>, Error> {
        self.send(query, max_retries, || Rows(sink())).await
    }

    async fn send<T: Take>(
        &self,
        query: &Query,
        max_retries: Option<u32>,
        take: impl Fn() -> T,
    ) -> Result<Answer<T::Kept>, Error> {
        let max_retries = max_retries.unwrap_or(self.shared.retry.retries);
        let url = format!("{}/{}?{}", self.shared.base, query.endpoint().name(), query.to_query_string()?);
        let request = query.to_string();
        let started = Instant::now();
        let mut retries = RetryPolicy { retries: max_retries, ..self.shared.retry }.start();
        let (mut tries, mut renewed, mut too_fast) = (0, false, TooFast::default());
        loop {
            let (place, bearer) = self.let_go().await?;
            tries += 1;
            self.shared.sent.fetch_add(1, Ordering::Relaxed);
            let tried =
                self.shared.try_once(&url, &request, bearer.as_ref(), tries, started, place, take()).await;
            match tried {
                Try::Good(answer) => {
                    self.shared.answered.store(true, Ordering::Relaxed);
                    return Ok(answer);
                }
                Try::Final(error) => return Err(error),
                Try::Unauthorised(detail) => match bearer {
                    Some(bearer) if !renewed => {
                        tracing::debug!(%request, %detail, "token refused; renewing it once");
                        renewed = true;
                        self.shared.tokens.forget(&bearer);
                    }
                    _ => return Err(Error::LoginRefused { request, detail }),
                },
                Try::TooFast { error, pause } => {
                    let Some(pause) = too_fast.next(pause, max_retries) else { return Err(error) };
                    if pause >= LONG_PAUSE {
                        tracing::warn!("all requests wait {:.1} s: {error}", pause.as_secs_f64());
                    } else {
                        tracing::info!("all requests wait {:.1} s: {error}", pause.as_secs_f64());
                    }
                    self.shared.retried.fetch_add(1, Ordering::Relaxed);
                    self.shared.limiter.pause(pause).await;
                }
                Try::Again { error, pause } => {
                    if tries >= TRIES_OF_STRANGER && self.seems_wrong(&error) {
                        return Err(self.with_hint(error));
                    }
                    let Some(wait) = retries.next_wait(pause) else { return Err(error) };
                    // One retry is normal; more of them explain to the user why the run waits.
                    if tries > 1 {
                        tracing::warn!("retrying in {:.1} s: {error}", wait.as_secs_f64());
                    } else {
                        tracing::info!("retrying in {:.1} s: {error}", wait.as_secs_f64());
                    }
                    self.wait(wait).await;
                }
            }
        }
    }

    /// Waits before a retry, and counts it.
    async fn wait(&self, length: Duration) {
        self.shared.retried.fetch_add(1, Ordering::Relaxed);
        self.shared.limiter.clock().sleep(length).await;
    }

    /// Whether the address is probably not the API's: it has never returned rows and responds with something
    /// else.
    fn seems_wrong(&self, error: &Error) -> bool {
        let never_good = !self.shared.answered.load(Ordering::Relaxed);
        never_good && (matches!(error, Error::Body { .. }) || self.lacks_version(error))
    }

    /// The API's server fails with 500 when `/v1` is missing from the path.
    fn lacks_version(&self, error: &Error) -> bool {
        matches!(error, Error::Status { status: 500, .. }) && !self.shared.base.ends_with("/v1")
    }

    fn with_hint(&self, mut error: Error) -> Error {
        let lacks_version = self.lacks_version(&error);
        if let Error::Status { detail, .. } = &mut error
            && lacks_version
        {
            *detail = format!("the base URL does not end in /v1 ({detail})");
        }
        error
    }

    /// A slot of the limits with a token for it. The token is read last, because the wait for a slot can
    /// outlast it.
    async fn let_go(&self) -> Result<(Sending, Option<SecretString>), Error> {
        if let Some(limit) = &self.shared.data_limit {
            let clock = self.shared.limiter.clock();
            loop {
                let wait = limit.wait(clock.now());
                if wait.is_zero() {
                    break;
                }
                clock.sleep(wait).await;
            }
        }
        let Some(credentials) = &self.shared.credentials else {
            return Ok((self.shared.limiter.acquire().await?, None));
        };
        let clock = self.shared.limiter.clock();
        let mut renewals = 0;
        loop {
            let bearer = self.bearer(credentials).await?;
            let place = self.shared.limiter.acquire().await?;
            match self.shared.tokens.current(clock.now()) {
                Some(bearer) => return Ok((place, Some(bearer))),
                None if renewals == RENEWALS_WHILE_WAITING => return Ok((place, Some(bearer))),
                None => place.unused().await,
            }
            renewals += 1;
        }
    }

    async fn bearer(&self, credentials: &Credentials) -> Result<SecretString, Error> {
        let clock = self.shared.limiter.clock();
        self.shared.tokens.get_or_fetch(|| clock.now(), self.log_in(credentials)).await
    }

    async fn log_in(&self, credentials: &Credentials) -> Result<Token<i64>, Error> {
        let Shared { http, token_url, limiter, retry, .. } = &*self.shared;
        let mut retries = retry.start();
        loop {
            let place = limiter.acquire().await?;
            self.shared.sent.fetch_add(1, Ordering::Relaxed);
            let tries = retries.attempt();
            match request_token(http, token_url, credentials, limiter.clock(), tries, place).await {
                TokenTry::Token(token) => return Ok(token),
                TokenTry::Refused(error) => return Err(error),
                TokenTry::Later(error) => match retries.next_wait(None) {
                    Some(wait) => self.wait(wait).await,
                    None => return Err(error),
                },
            }
        }
    }

    /// Requests the newest session, to see whether the API is reachable, open and what it claims to be.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn check_health(&self) -> Result<Health, Error> {
        let query = Query::new(Endpoint::Sessions).latest_session();
        let answer = self.fetch(&query).await?;
        let sessions: Vec<Session> = self.rows_of(&query, &answer)?;
        Ok(Health {
            latest_session: sessions.into_iter().next(),
            round_trip: answer.round_trip,
            clock_difference: answer.served_at.map(|served_at| answer.received_at.duration_since(served_at)),
        })
    }

    /// Parses the rows of a response.
    pub(crate) fn rows_of<R: Row>(&self, query: &Query, answer: &Answer) -> Result<Vec<R>, Error> {
        match serde_json::from_slice(&answer.body) {
            Ok(rows) => Ok(rows),
            Err(error) => Err(Error::Body {
                request: query.to_string(),
                tries: answer.tries,
                detail: self.shared.redact(&error.to_string(), self.shared.tokens.last().as_ref()),
            }),
        }
    }
}
