//! The client: limits, retries and login around every request.

use crate::Endpoint;
use crate::body::{Body, MAX_BODY, Unpacked};
use crate::builder::ClientBuilder;
use crate::endpoint::{Row, Session};
use crate::error::Error;
use crate::limit::{RateLimiter, Sending};
use crate::login::{Credentials, TokenStore, TokenTry, request_token};
use crate::query::Query;
use crate::redact::redact;
use crate::request::Request;
use crate::retry_after::parse_retry_after;
use crate::verdict::{FULL_MINUTE, Received, Try, judge, quoted};
use backon::{BackoffBuilder, ExponentialBuilder};
use bytes::Bytes;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bodies up to this compressed size are decompressed and checked on the network's threads.
const SMALL_BODY: usize = 32 * 1024;
/// Give up early on a host that has never returned rows: the base URL is probably wrong.
const TRIES_OF_STRANGER: u32 = 2;
/// Pauses from this length on are logged for the user.
const LONG_PAUSE: Duration = Duration::from_secs(10);
/// Renewals of a token that expires while its request waits for the limiter; after that the server decides.
const RENEWALS_WHILE_WAITING: u32 = 3;

/// An error of the HTTP library with its causes, without the URL.
pub(crate) fn describe(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() { "timed out".to_owned() } else { String::new() };
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let part = error.to_string();
        if !text.contains(&part) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&part);
        }
        cause = error.source();
    }
    if text.is_empty() { error.to_string() } else { text }
}

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) base: String,
    pub(crate) token_url: String,
    pub(crate) http: reqwest::Client,
    pub(crate) limiter: RateLimiter,
    pub(crate) credentials: Option<Credentials>,
    pub(crate) tokens: TokenStore,
    pub(crate) max_retries: u32,
    pub(crate) retry_delay: Duration,
    pub(crate) sent: AtomicU64,
    pub(crate) received: AtomicU64,
    pub(crate) retried: AtomicU64,
    /// Whether this address has ever returned rows.
    pub(crate) answered: AtomicBool,
    /// Its one permit serialises the decompression of large responses.
    pub(crate) unpacking: Arc<Semaphore>,
}

/// While it lives, the client decompresses no other large response.
#[derive(Debug, Default)]
pub struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

/// Totals of a client so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests sent, including retries and logins.
    pub requests: u64,
    /// How many of these were retries.
    pub retries: u64,
    /// Body bytes of complete responses, after decompression.
    pub bytes: u64,
}

/// A successful response.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Rows in the body; 0 for a 404 "No results found." and for `[]`.
    pub rows: usize,
    /// The JSON array as received; `[]` for a 404.
    pub body: Bytes,
    /// HTTP status, 200 or 404.
    pub status: u16,
    /// Number of attempts.
    pub tries: u32,
    /// When it was received.
    pub received_at: Timestamp,
    /// The server's clock when it responded, to the second; `None` without a `Date` header.
    pub served_at: Option<Timestamp>,
    /// From sending the last attempt to the head of its response: excludes the limiter's wait and the body.
    pub round_trip: Duration,
}

/// Result of [`OpenF1::check_health`].
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
#[derive(Debug, Clone)]
pub struct OpenF1 {
    pub(crate) shared: Arc<Shared>,
}

impl OpenF1 {
    /// Starts from the default settings.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

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
        Ok(self.fetch_in_turn(query, None).await?.0)
    }

    /// Like [`fetch`](Self::fetch), but large responses are decompressed one at a time: the next one waits,
    /// compressed, until the [`Turn`] is dropped. Many concurrent requests then need the memory of one
    /// response. Do not hold a response and its turn for long. `max_retries` replaces the client's number:
    /// large requests should fail early, so that they can be split.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn fetch_in_turn(
        &self,
        query: &Query,
        max_retries: Option<u32>,
    ) -> Result<(Answer, Turn), Error> {
        let max_retries = max_retries.unwrap_or(self.shared.max_retries);
        let url = format!("{}/{}?{}", self.shared.base, query.endpoint().name(), query.to_query_string()?);
        let request = query.to_string();
        let started = Instant::now();
        let mut backoff = self.backoff(max_retries);
        let mut tries = 0;
        let mut renewed = false;
        let mut too_fast = TooFast::default();
        loop {
            let (place, bearer) = self.let_go().await?;
            tries += 1;
            self.shared.sent.fetch_add(1, Ordering::Relaxed);
            match self.try_once(&url, &request, bearer.as_ref(), tries, started, place).await {
                Try::Good(answer, turn) => {
                    self.shared.answered.store(true, Ordering::Relaxed);
                    return Ok((answer, turn));
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
                    let Some(delay) = backoff.next() else { return Err(error) };
                    let delay =
                        pause.map_or(delay, |pause| pause.max(delay.min(pause + self.shared.retry_delay)));
                    // One retry is normal; more of them explain to the user why the run waits.
                    if tries > 1 {
                        tracing::warn!("retrying in {:.1} s: {error}", delay.as_secs_f64());
                    } else {
                        tracing::info!("retrying in {:.1} s: {error}", delay.as_secs_f64());
                    }
                    self.shared.retried.fetch_add(1, Ordering::Relaxed);
                    self.shared.limiter.clock().sleep(delay).await;
                }
            }
        }
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

    fn backoff(&self, max_retries: u32) -> backon::ExponentialBackoff {
        ExponentialBuilder::default()
            .with_min_delay(self.shared.retry_delay)
            .with_max_delay(FULL_MINUTE.max(self.shared.retry_delay))
            .with_factor(2.0)
            .with_jitter()
            .with_max_times(max_retries as usize)
            .build()
    }

    /// A slot of the limits with a token for it. The token is read last, because the wait for a slot can
    /// outlast it.
    async fn let_go(&self) -> Result<(Sending, Option<SecretString>), Error> {
        let Some(credentials) = &self.shared.credentials else {
            return Ok((self.shared.limiter.acquire().await?, None));
        };
        let clock = self.shared.limiter.clock();
        let mut renewals = 0;
        loop {
            let bearer = self.bearer(credentials).await?;
            let place = self.shared.limiter.acquire().await?;
            match self.shared.tokens.current(clock) {
                Some(bearer) => return Ok((place, Some(bearer))),
                None if renewals == RENEWALS_WHILE_WAITING => return Ok((place, Some(bearer))),
                None => place.unused().await,
            }
            renewals += 1;
        }
    }

    async fn bearer(&self, credentials: &Credentials) -> Result<SecretString, Error> {
        let (tokens, limiter) = (&self.shared.tokens, &self.shared.limiter);
        if let Some(bearer) = tokens.current(limiter.clock()) {
            return Ok(bearer);
        }
        let _renewing = tokens.renewing.lock().await;
        if let Some(bearer) = tokens.current(limiter.clock()) {
            return Ok(bearer);
        }
        let mut backoff = self.backoff(self.shared.max_retries);
        loop {
            let place = limiter.acquire().await?;
            self.shared.sent.fetch_add(1, Ordering::Relaxed);
            let (http, url) = (&self.shared.http, &self.shared.token_url);
            match request_token(http, url, credentials, limiter.clock(), place).await {
                TokenTry::Token(new) => return Ok(tokens.keep(new)),
                TokenTry::Refused(error) => return Err(error),
                TokenTry::Later(error) => {
                    let Some(delay) = backoff.next() else { return Err(error) };
                    self.shared.retried.fetch_add(1, Ordering::Relaxed);
                    limiter.clock().sleep(delay).await;
                }
            }
        }
    }

    async fn try_once(
        &self,
        url: &str,
        request: &str,
        bearer: Option<&SecretString>,
        tries: u32,
        started: Instant,
        place: Sending,
    ) -> Try {
        let transport = |timeout: bool, detail: &str| Try::Again {
            error: Error::Transport {
                request: request.to_owned(),
                tries,
                elapsed: started.elapsed(),
                timeout,
                detail: self.redact(detail, bearer),
            },
            pause: None,
        };
        let too_large = || {
            let detail = format!("more than {MAX_BODY} bytes");
            Try::Final(Error::TooLarge { request: request.to_owned(), detail })
        };
        let mut builder = self.shared.http.get(url).header(reqwest::header::ACCEPT_ENCODING, "gzip");
        if let Some(bearer) = bearer {
            builder = builder.bearer_auth(bearer.expose_secret());
        }
        let sent_at = Instant::now();
        let mut answer = match builder.send().await {
            Ok(answer) => answer,
            Err(error) => {
                settle(place, &error).await;
                return transport(error.is_timeout(), &describe(&error));
            }
        };
        let round_trip = sent_at.elapsed();
        place.over().await;
        let status = answer.status().as_u16();
        let retry_after = answer
            .headers()
            .get(reqwest::header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| parse_retry_after(value, Timestamp::now()));
        let served_at = answer
            .headers()
            .get(reqwest::header::DATE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| httpdate::parse_http_date(value).ok())
            .and_then(|time| Timestamp::try_from(time).ok());
        let gzip = answer
            .headers()
            .get(reqwest::header::CONTENT_ENCODING)
            .is_some_and(|coding| coding.as_bytes().eq_ignore_ascii_case(b"gzip"));
        let mut bytes = Vec::new();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => {
                    bytes.extend_from_slice(&chunk);
                    if bytes.len() > MAX_BODY {
                        return too_large();
                    }
                }
                Ok(None) => break,
                Err(error) => return transport(error.is_timeout(), &describe(&error)),
            }
        }
        let received_at = Timestamp::now();
        let (unpacked, turn) = match self.unpack(Body { bytes, gzip }, status).await {
            Ok(unpacked) => unpacked,
            Err(detail) => {
                return Try::Final(Error::Body { request: request.to_owned(), tries, detail });
            }
        };
        let Unpacked { bytes, rows } = match unpacked {
            Ok(Some(unpacked)) => unpacked,
            Ok(None) => return too_large(),
            Err(error) => return transport(false, &format!("broken gzip: {error}")),
        };
        self.shared.received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let received =
            Received { status, retry_after, served_at, received_at, body: bytes, rows, round_trip, turn };
        judge(request, received, tries, started, &|words| self.redact(words, bearer))
    }

    /// Decompresses large bodies one at a time, off the network's threads.
    async fn unpack(
        &self,
        body: Body,
        status: u16,
    ) -> Result<(std::io::Result<Option<Unpacked>>, Turn), String> {
        if body.bytes.len() <= SMALL_BODY {
            return Ok((body.unpack(status == 200), Turn::default()));
        }
        let permit = Arc::clone(&self.shared.unpacking).acquire_owned().await;
        let turn = Turn { _permit: Some(permit.map_err(|error| error.to_string())?) };
        let unpacking = tokio::task::spawn_blocking(move || (body.unpack(status == 200), turn));
        unpacking.await.map_err(|error| error.to_string())
    }

    /// A foreign message for an error, with the account's secrets masked and [`quoted`].
    fn redact(&self, words: &str, bearer: Option<&SecretString>) -> String {
        let password = self.shared.credentials.as_ref().map(|credentials| &credentials.password);
        quoted(&redact(words, &[password, bearer].into_iter().flatten().collect::<Vec<_>>()))
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
                detail: self.redact(&error.to_string(), self.shared.tokens.any().as_ref()),
            }),
        }
    }

    /// A typed request from a query of that endpoint.
    pub fn query<R: Row>(&self, query: Query) -> Request<'_, R> {
        Request { client: self, query, row: PhantomData }
    }
}

/// Waits after the 429s of one request. They grow to a full minute, because message and headers may name a
/// short window while a longer one is full too.
#[derive(Debug, Default)]
struct TooFast {
    times: u32,
    last: Duration,
}

impl TooFast {
    /// The next wait, at least as long as the server asked for; `None` when a full minute did not help or
    /// retries are off.
    fn next(&mut self, asked: Duration, max_retries: u32) -> Option<Duration> {
        if max_retries == 0 || (self.last >= FULL_MINUTE && self.times >= max_retries) {
            return None;
        }
        self.times += 1;
        self.last = asked.max((self.last * 2).min(FULL_MINUTE));
        Some(self.last)
    }
}

/// Settles the slot of a failed request: without a connection nothing was sent, otherwise it may still
/// arrive.
pub(crate) async fn settle(place: Sending, error: &reqwest::Error) {
    if error.is_connect() {
        place.unused().await;
    }
}
