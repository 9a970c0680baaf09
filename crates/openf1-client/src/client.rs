//! The client: limits, retries, login and the outcome of every status the API is known to answer.

use crate::body::{Body, MAX_BODY, Unpacked};
use crate::endpoint::Row;
use crate::error::Error;
use crate::limit::{Limits, RateLimiter};
use crate::login::{Credentials, Token, TokenTry, request_token};
use crate::query::{Op, Operand, Query};
use crate::redact::redact;
use crate::retry_after::parse_retry_after;
use crate::{Endpoint, endpoint};
use backon::{BackoffBuilder, ExponentialBuilder};
use bytes::Bytes;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Address of the public API.
pub const DEFAULT_BASE_URL: &str = "https://api.openf1.org/v1";

/// Bodies up to this size, as they came, are unpacked and checked where they arrive.
const SMALL_BODY: usize = 32 * 1024;
/// Start of a body that is looked through for words and secrets.
const LONGEST_QUOTED: usize = 16 * 1024;
/// Wait after a 429 of the minute window that names no time.
const MINUTE_PAUSE: Duration = Duration::from_secs(15);
/// An address that has given no rows yet and answers with something else is probably the wrong one.
const TRIES_OF_STRANGER: u32 = 2;

/// Settings of a client. All have defaults that suit the free tier.
#[derive(Debug, Clone)]
pub struct ClientBuilder {
    base_url: String,
    timeout: Duration,
    connect_timeout: Duration,
    max_retries: u32,
    retry_delay: Duration,
    limiter: Option<RateLimiter>,
    credentials: Option<Credentials>,
    user_agent: String,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            base_url: DEFAULT_BASE_URL.to_owned(),
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            max_retries: 5,
            retry_delay: Duration::from_secs(1),
            limiter: None,
            credentials: None,
            user_agent: concat!("f1lake/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

impl ClientBuilder {
    /// Address up to and including `/v1`.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Longest wait for one answer, from sending to the last byte.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Tries after the first, for 429, 5xx, timeouts and resets.
    #[must_use]
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// First wait between tries; doubles each time, with jitter, up to a minute.
    #[must_use]
    pub fn retry_delay(mut self, delay: Duration) -> Self {
        self.retry_delay = delay;
        self
    }

    /// The limiter; share one among all clients of a process. Default: a new one for the tier in use.
    #[must_use]
    pub fn limiter(mut self, limiter: RateLimiter) -> Self {
        self.limiter = Some(limiter);
        self
    }

    /// Account to log in with.
    #[must_use]
    pub fn credentials(mut self, credentials: Option<Credentials>) -> Self {
        self.credentials = credentials;
        self
    }

    /// Replaces `f1lake/<version>`.
    #[must_use]
    pub fn user_agent(mut self, agent: impl Into<String>) -> Self {
        self.user_agent = agent.into();
        self
    }

    /// The client.
    ///
    /// # Errors
    /// When the base URL is no URL, or is plain http to another machine.
    pub fn build(self) -> Result<OpenF1, Error> {
        let base = self.base_url.trim_end_matches('/').to_owned();
        // First, and without the address: what follows quotes it.
        if base.contains('@') {
            return Err(Error::Config(
                "base_url holds a user or password; set OPENF1_USERNAME and OPENF1_PASSWORD instead"
                    .to_owned(),
            ));
        }
        let url = url::Url::parse(&base).map_err(|error| {
            Error::Config(format!("base_url `{base}` is no URL ({error}); try {DEFAULT_BASE_URL}"))
        })?;
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => {
                return Err(Error::Config(format!(
                    "base_url `{base}` is plain http to another machine; use https"
                )));
            }
            other => {
                return Err(Error::Config(format!("base_url `{base}` has scheme `{other}`; use https")));
            }
        }
        let http = reqwest::Client::builder()
            .user_agent(self.user_agent)
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
            // A redirect could carry the token to another host, and the API sends none.
            .redirect(reqwest::redirect::Policy::none())
            // Answers stay packed until it is their turn.
            .no_gzip()
            .build()
            .map_err(|error| Error::Config(format!("no HTTP client: {}", describe(&error))))?;
        let limits = if self.credentials.is_some() { Limits::SPONSOR } else { Limits::FREE };
        let root = base.strip_suffix("/v1").unwrap_or(&base);
        Ok(OpenF1 {
            shared: Arc::new(Shared {
                token_url: format!("{root}/token"),
                base,
                http,
                limiter: self.limiter.unwrap_or_else(|| RateLimiter::new(limits)),
                credentials: self.credentials,
                token: tokio::sync::Mutex::new(None),
                max_retries: self.max_retries,
                retry_delay: self.retry_delay,
                sent: AtomicU64::new(0),
                received: AtomicU64::new(0),
                retried: AtomicU64::new(0),
                answered: AtomicBool::new(false),
                unpacking: Arc::new(Semaphore::new(1)),
            }),
        })
    }
}

fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

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
struct Shared {
    base: String,
    token_url: String,
    http: reqwest::Client,
    limiter: RateLimiter,
    credentials: Option<Credentials>,
    token: tokio::sync::Mutex<Option<Token>>,
    max_retries: u32,
    retry_delay: Duration,
    sent: AtomicU64,
    received: AtomicU64,
    retried: AtomicU64,
    /// Whether rows ever came from this address.
    answered: AtomicBool,
    /// Its one permit is the turn of a large answer.
    unpacking: Arc<Semaphore>,
}

/// While it lives, no other large answer of the client is unpacked.
#[derive(Debug, Default)]
pub struct Turn {
    _permit: Option<OwnedSemaphorePermit>,
}

/// What a client has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests sent, retries and logins included.
    pub requests: u64,
    /// Of these, repetitions of a failed one.
    pub retries: u64,
    /// Body bytes of whole answers, after decompression.
    pub bytes: u64,
}

/// A good answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Rows in the body; 0 for a 404 "No results found." and for `[]`.
    pub rows: usize,
    /// The JSON array as it came; `[]` for a 404.
    pub body: Bytes,
    /// HTTP status, 200 or 404.
    pub status: u16,
    /// Tries it took.
    pub tries: u32,
    /// When it was received.
    pub received_at: Timestamp,
    /// The server's clock when it answered, to the second; none when it sends no `Date`.
    pub served_at: Option<Timestamp>,
}

/// What [`OpenF1::check_health`] found.
#[derive(Debug, Clone)]
pub struct Health {
    /// Newest session of the API; none while it has none.
    pub latest_session: Option<endpoint::Session>,
    /// From asking to the answer, waiting for the limiter included.
    pub round_trip: Duration,
    /// This machine's clock less the server's; none when the server sends no `Date`.
    pub clock_difference: Option<jiff::SignedDuration>,
}

/// A client of the API. Clones share connections, limiter and login.
#[derive(Debug, Clone)]
pub struct OpenF1 {
    shared: Arc<Shared>,
}

/// What one try came to.
enum Try {
    Good(Answer, Turn),
    Final(Error),
    /// Try again, not before the pause.
    Again {
        error: Error,
        pause: Option<Duration>,
        everyone: bool,
    },
    /// The token was refused.
    Unauthorised(String),
}

impl OpenF1 {
    /// Settings to start from.
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

    /// Sends a query and returns the checked bytes of its answer. Each try passes the limiter.
    ///
    /// # Errors
    /// See [`Error`]; an answer that is an error is never returned as "no rows".
    pub async fn fetch(&self, query: &Query) -> Result<Answer, Error> {
        Ok(self.fetch_in_turn(query, None).await?.0)
    }

    /// As [`fetch`](Self::fetch); large answers are unpacked one at a time, and the next one waits, packed as it came, until the [`Turn`]
    /// is dropped: many requests at once then need the memory of one answer. Keep the answer or its turn, not both for long.
    /// `max_retries` replaces the client's number: large requests give up sooner, to be split.
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
        loop {
            let bearer = self.bearer().await?;
            self.shared.limiter.acquire().await?;
            tries += 1;
            self.shared.sent.fetch_add(1, Ordering::Relaxed);
            match self.try_once(&url, &request, bearer.as_ref(), tries, started).await {
                Try::Good(answer, turn) => {
                    self.shared.answered.store(true, Ordering::Relaxed);
                    return Ok((answer, turn));
                }
                Try::Final(error) => return Err(error),
                Try::Unauthorised(detail) if renewed || bearer.is_none() => {
                    return Err(Error::LoginRefused { request, detail });
                }
                Try::Unauthorised(detail) => {
                    tracing::debug!(%request, %detail, "token refused, renewing once");
                    renewed = true;
                    *self.shared.token.lock().await = None;
                }
                Try::Again { error, pause, everyone } => {
                    let never_good = !self.shared.answered.load(Ordering::Relaxed);
                    if never_good && tries >= TRIES_OF_STRANGER && matches!(error, Error::Body { .. }) {
                        return Err(error);
                    }
                    let Some(delay) = backoff.next() else { return Err(error) };
                    let delay =
                        pause.map_or(delay, |pause| pause.max(delay.min(pause + self.shared.retry_delay)));
                    // Once is everyday; more of it is why the user waits.
                    if tries > 1 && !everyone {
                        tracing::warn!(%error, ?delay, "trying again");
                    } else {
                        tracing::info!(%error, ?delay, "trying again");
                    }
                    self.shared.retried.fetch_add(1, Ordering::Relaxed);
                    if everyone {
                        self.shared.limiter.pause(delay).await;
                    } else {
                        tokio::time::sleep(delay).await;
                    }
                }
            }
        }
    }

    fn backoff(&self, max_retries: u32) -> backon::ExponentialBackoff {
        ExponentialBuilder::default()
            .with_min_delay(self.shared.retry_delay)
            .with_max_delay(Duration::from_secs(60).max(self.shared.retry_delay))
            .with_factor(2.0)
            .with_jitter()
            .with_max_times(max_retries as usize)
            .build()
    }

    async fn bearer(&self) -> Result<Option<SecretString>, Error> {
        let Some(credentials) = &self.shared.credentials else { return Ok(None) };
        // Held while logging in, so that workers ask for one token together.
        let mut token = self.shared.token.lock().await;
        if let Some(token) = token.as_ref().filter(|token| Timestamp::now() < token.renew_at) {
            return Ok(Some(token.bearer.clone()));
        }
        let mut backoff = self.backoff(self.shared.max_retries);
        loop {
            self.shared.limiter.acquire().await?;
            self.shared.sent.fetch_add(1, Ordering::Relaxed);
            match request_token(&self.shared.http, &self.shared.token_url, credentials).await {
                TokenTry::Token(new) => {
                    let bearer = new.bearer.clone();
                    *token = Some(new);
                    return Ok(Some(bearer));
                }
                TokenTry::Refused(error) => return Err(error),
                TokenTry::Later(error) => {
                    let Some(delay) = backoff.next() else { return Err(error) };
                    self.shared.retried.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(delay).await;
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
            everyone: false,
        };
        let too_large = || {
            let detail = format!("more than {MAX_BODY} bytes");
            Try::Final(Error::TooLarge { request: request.to_owned(), detail })
        };
        let mut builder = self.shared.http.get(url).header(reqwest::header::ACCEPT_ENCODING, "gzip");
        if let Some(bearer) = bearer {
            builder = builder.bearer_auth(bearer.expose_secret());
        }
        let mut answer = match builder.send().await {
            Ok(answer) => answer,
            Err(error) => return transport(error.is_timeout(), &describe(&error)),
        };
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
        let received = Received { status, retry_after, served_at, received_at, body: bytes, rows, turn };
        judge(request, received, tries, started, &|words| self.redact(words, bearer))
    }

    /// Large bodies one at a time, beside the network's work.
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

    /// Blanks the account's secrets in words of others.
    fn redact(&self, words: &str, bearer: Option<&SecretString>) -> String {
        let password = self.shared.credentials.as_ref().map(|credentials| &credentials.password);
        redact(words, &[password, bearer].into_iter().flatten().collect::<Vec<_>>())
    }

    /// Asks for the newest session: is the API there, open, and what it says it is?
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn check_health(&self) -> Result<Health, Error> {
        let query = Query::new(Endpoint::Sessions).latest_session();
        let started = Instant::now();
        let answer = self.fetch(&query).await?;
        let sessions: Vec<endpoint::Session> = self.rows_of(&query, &answer).await?;
        Ok(Health {
            latest_session: sessions.into_iter().next(),
            round_trip: started.elapsed(),
            clock_difference: answer.served_at.map(|served_at| answer.received_at.duration_since(served_at)),
        })
    }

    /// The rows of an answer.
    async fn rows_of<R: Row>(&self, query: &Query, answer: &Answer) -> Result<Vec<R>, Error> {
        match serde_json::from_slice(&answer.body) {
            Ok(rows) => Ok(rows),
            Err(error) => {
                let token = self.shared.token.lock().await;
                Err(Error::Body {
                    request: query.to_string(),
                    tries: answer.tries,
                    detail: self.redact(&error.to_string(), token.as_ref().map(|token| &token.bearer)),
                })
            }
        }
    }

    /// A typed request from a query of that endpoint.
    pub fn query<R: Row>(&self, query: Query) -> Request<'_, R> {
        Request { client: self, query, row: PhantomData }
    }
}

/// What one try brought.
struct Received {
    status: u16,
    retry_after: Option<Duration>,
    served_at: Option<Timestamp>,
    received_at: Timestamp,
    body: Vec<u8>,
    /// Rows of a 200, or why it holds none.
    rows: Result<usize, String>,
    turn: Turn,
}

/// The meaning of each status. The server's words are blanked where they repeat a secret.
fn judge(
    request: &str,
    received: Received,
    tries: u32,
    started: Instant,
    redacted: &dyn Fn(&str) -> String,
) -> Try {
    let Received { status, retry_after, served_at, received_at, body, rows, turn } = received;
    let good = |rows, body| Try::Good(Answer { rows, body, status, tries, received_at, served_at }, turn);
    // First: a good answer is not looked through for words.
    let reason = match rows {
        Ok(rows) if status == 200 => return good(rows, Bytes::from(body)),
        Ok(_) => String::new(),
        Err(reason) => redacted(&reason),
    };
    let request = request.to_owned();
    let detail = detail_of(&body, redacted);
    let failed = |request: String, detail: String| Error::Status {
        request,
        status,
        tries,
        elapsed: started.elapsed(),
        detail,
    };
    match status {
        200 => Try::Again {
            error: Error::Body { request, tries, detail: format!("{reason}: {detail}") },
            pause: None,
            everyone: false,
        },
        404 if detail.starts_with("No results found") => good(0, Bytes::from_static(b"[]")),
        401 | 403 if is_live_lock(&detail) => Try::Final(Error::Locked { request, detail }),
        401 | 403 => Try::Unauthorised(detail),
        422 => Try::Final(Error::TooLarge { request, detail }),
        429 => {
            let pause = retry_after.unwrap_or(if detail.contains("minute") {
                MINUTE_PAUSE
            } else {
                Duration::from_secs(1)
            });
            Try::Again { error: failed(request, detail), pause: Some(pause), everyone: true }
        }
        408 | 425 | 500..=599 => {
            Try::Again { error: failed(request, detail), pause: retry_after, everyone: false }
        }
        _ => Try::Final(failed(request, detail)),
    }
}

/// Words of the live-session answer of 2026 and of 2025.
fn is_live_lock(detail: &str) -> bool {
    detail.contains("session in progress") || detail.contains("Session in progress")
}

/// The `detail` of an error body, or the start of its text, on one line.
fn detail_of(body: &[u8], redacted: &dyn Fn(&str) -> String) -> String {
    #[derive(Deserialize)]
    struct Detail {
        detail: serde_json::Value,
    }
    // Only error bodies are objects; a megabyte of rows is not parsed for a message.
    if body.first() == Some(&b'{')
        && let Ok(parsed) = serde_json::from_slice::<Detail>(body)
    {
        return match parsed.detail {
            serde_json::Value::String(text) => redacted(&text),
            other => redacted(&other.to_string()),
        };
    }
    // Blanked before it is cut: half a secret is one too.
    let start = redacted(&String::from_utf8_lossy(&body[..body.len().min(LONGEST_QUOTED)]));
    let start: String = start.chars().take(200).collect();
    let line = start.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.is_empty() { "empty body".to_owned() } else { line }
}

/// A typed request. Add filters, then [`send`](Self::send).
#[derive(Debug, Clone)]
pub struct Request<'c, R> {
    client: &'c OpenF1,
    query: Query,
    row: PhantomData<R>,
}

impl<R: Row> Request<'_, R> {
    /// `session_key = key`.
    #[must_use]
    pub fn session(mut self, key: i64) -> Self {
        self.query = self.query.session(key);
        self
    }

    /// `meeting_key = key`.
    #[must_use]
    pub fn meeting(mut self, key: i64) -> Self {
        self.query = self.query.meeting(key);
        self
    }

    /// `driver_number = number`; repeated it means any of them.
    #[must_use]
    pub fn driver(mut self, number: i64) -> Self {
        self.query = self.query.driver(number);
        self
    }

    /// Any other condition.
    #[must_use]
    pub fn filter(mut self, field: &str, op: Op, value: impl Into<Operand>) -> Self {
        self.query = self.query.filter(field, op, value);
        self
    }

    /// The half-open window `from <= date < to`.
    #[must_use]
    pub fn between(mut self, from: Timestamp, to: Timestamp) -> Self {
        self.query = self.query.window("date", Some(from), Some(to));
        self
    }

    /// Sends it and reads the rows.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send(self) -> Result<Vec<R>, Error> {
        let answer = self.client.fetch(&self.query).await?;
        self.client.rows_of(&self.query, &answer).await
    }

    /// Sends it and returns the bytes.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn send_raw(self) -> Result<Answer, Error> {
        self.client.fetch(&self.query).await
    }
}

macro_rules! typed_requests {
    ($($method:ident -> $row:ident: $what:literal),+ $(,)?) => {
        impl OpenF1 {
            $(
                #[doc = concat!("A typed request for ", $what, ".")]
                pub fn $method(&self) -> Request<'_, endpoint::$row> {
                    self.query(Query::new(<endpoint::$row as Row>::ENDPOINT))
                }
            )+
        }
    };
}

typed_requests! {
    car_data -> CarDataPoint: "telemetry of cars",
    championship_drivers -> ChampionshipDriver: "the drivers' championship",
    championship_teams -> ChampionshipTeam: "the teams' championship",
    drivers -> Driver: "drivers",
    intervals -> Interval: "gaps between cars",
    laps -> Lap: "laps",
    location -> LocationPoint: "positions of cars on the track",
    meetings -> Meeting: "meetings",
    overtakes -> Overtake: "overtakes",
    pit -> PitStop: "passages through the pit lane",
    position -> PositionChange: "changes of position",
    race_control -> RaceControlMessage: "messages of race control",
    session_result -> SessionResult: "results",
    sessions -> Session: "sessions",
    starting_grid -> GridSlot: "starting grids",
    stints -> Stint: "stints",
    team_radio -> RadioMessage: "team radio",
    weather -> WeatherSample: "weather",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_goes_to_loopback_only() {
        assert!(OpenF1::builder().base_url("http://127.0.0.1:1/v1").build().is_ok());
        assert!(OpenF1::builder().base_url("http://localhost:1/v1").build().is_ok());
        for url in [
            "http://api.openf1.org/v1",
            "ftp://x",
            "nonsense",
            "https://a:b@api.openf1.org/v1",
            "http://a:b@x",
            "a:b@:x",
        ] {
            let error = OpenF1::builder().base_url(url).build().unwrap_err().to_string();
            assert!(error.contains("base_url"), "{error}");
            assert!(!error.contains("a:b"), "{error}");
        }
    }
}
