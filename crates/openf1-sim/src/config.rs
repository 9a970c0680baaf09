//! Configuration of a simulator: source of rows, limits, accounts, live windows and faults.

use crate::FaultPlan;
use std::path::PathBuf;
use std::time::Duration;

/// Configuration for [`crate::start`].
#[derive(Debug, Clone)]
pub struct SimConfig {
    /// Where rows come from.
    pub source: Source,
    /// How many requests a client may send.
    pub limits: SimLimits,
    /// How large a response may be before it is refused with 422.
    pub budget: Budget,
    /// Responses to break and rows to correct.
    pub faults: FaultPlan,
    /// The server's frozen "today": sessions that end later have no data yet, and `latest` depends on it.
    /// `None` is the real clock.
    pub now: Option<jiff::Timestamp>,
    /// Who may log in at `/token`.
    pub accounts: Vec<Account>,
    /// Lifetime of a token in seconds.
    pub token_lifetime_s: u64,
    /// When anonymous users are locked out because a session is live.
    pub live: Vec<LiveWindow>,
    /// Port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
}

impl Default for SimConfig {
    fn default() -> Self {
        Self {
            source: Source::Generated(GeneratedConfig::default()),
            limits: SimLimits::Free,
            budget: Budget::default(),
            faults: FaultPlan::default(),
            now: None,
            accounts: Vec::new(),
            token_lifetime_s: 3600,
            live: Vec::new(),
            port: 0,
        }
    }
}

/// Where the rows come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// Seeded seasons: the same configuration always gives the same rows.
    Generated(GeneratedConfig),
    /// A folder of `<endpoint>.json` or `<endpoint>.json.gz` files, each an array of objects, served as
    /// recorded.
    Replay(PathBuf),
}

/// How seasons are generated.
#[derive(Debug, Clone, PartialEq)]
pub struct GeneratedConfig {
    /// Changes every result; the calendar and its keys stay.
    pub seed: u64,
    /// The existing seasons, from 2023.
    pub seasons: Vec<i32>,
    /// Samples a second of `car_data` and `location`.
    pub telemetry_hz: f64,
}

impl Default for GeneratedConfig {
    fn default() -> Self {
        Self { seed: 1, seasons: vec![2024], telemetry_hz: 3.7 }
    }
}

/// Request limits, counted in exact sliding windows when a request arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SimLimits {
    /// 3 a second and 30 a minute by address; 6 and 60 for users with a token.
    #[default]
    Free,
    /// 6 a second and 60 a minute for everyone.
    Sponsor,
    /// No limits.
    None,
}

/// How large a response may be. Larger ones are refused with 422, as the API does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Most rows of a response.
    pub max_rows: Option<usize>,
    /// Most bytes of a response before compression.
    pub max_bytes: Option<usize>,
    /// Most time that collecting the rows may take.
    pub max_time: Option<Duration>,
}

impl Default for Budget {
    /// A race's telemetry of four drivers fits, that of five does not.
    fn default() -> Self {
        Self { max_rows: Some(140_000), max_bytes: None, max_time: None }
    }
}

/// A user who may log in.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The name sent as `username`.
    pub username: String,
    /// The text sent as `password`.
    pub password: String,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("username", &self.username).field("password", &"...").finish()
    }
}

/// A period in which a session is live, measured from the server's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveWindow {
    /// When it begins.
    pub from: Duration,
    /// When it is over.
    pub until: Duration,
}
