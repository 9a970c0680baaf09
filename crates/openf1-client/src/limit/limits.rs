//! How many requests may arrive, and errors of limits.

use f1lake_http::is_loopback;
use std::path::PathBuf;

/// Microseconds of a minute.
pub(super) const MINUTE: i64 = 60_000_000;
/// Slowest rate: one request in 1,000 seconds. Slower rates are typing errors.
const LEAST_PER_SECOND: f64 = 0.001;

/// A window of the server: at most this many arrivals within this many microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) count: usize,
    pub(super) length: i64,
}

impl Window {
    /// Extends the window, in case our clock runs faster than the server's.
    pub(super) fn guarded(self) -> Self {
        Self { length: self.length.saturating_add(self.length / 1000).saturating_add(15_000), ..self }
    }
}

/// How many requests may arrive at the server.
///
/// ```
/// use openf1_client::Limits;
/// assert_eq!(Limits::default_for("https://api.openf1.org/v1", false), Limits::FREE);
/// assert_eq!(Limits::default_for("http://127.0.0.1:8000/v1", false), Limits::unlimited());
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Requests a second. A rate of 2.8 means at most 3 in 3/2.8 s, so never more than 3 in any second.
    pub per_second: f64,
    /// Requests in any minute.
    pub per_minute: u32,
}

impl Limits {
    /// Without an account: 3 a second and 30 a minute.
    pub const FREE: Self = Self { per_second: 3.0, per_minute: 30 };
    /// With a sponsor's account: 6 a second and 60 a minute.
    pub const SPONSOR: Self = Self { per_second: 6.0, per_minute: 60 };

    /// No limits, for your own server.
    pub fn unlimited() -> Self {
        Self { per_second: f64::INFINITY, per_minute: u32::MAX }
    }

    /// The default limits: none for a server on this machine, otherwise those of the account's tier.
    pub fn default_for(base_url: &str, has_account: bool) -> Self {
        if url::Url::parse(base_url).is_ok_and(|url| is_loopback(&url)) {
            Self::unlimited()
        } else if has_account {
            Self::SPONSOR
        } else {
            Self::FREE
        }
    }

    /// Checks that the limits can be kept.
    ///
    /// # Errors
    /// [`LimitError::Unusable`] for a rate that is not positive, [`LimitError::TooSlow`] for less than one
    /// request in 1,000 seconds.
    pub fn validate(&self) -> Result<(), LimitError> {
        if self.per_second.is_nan() || self.per_second <= 0.0 || self.per_minute == 0 {
            return Err(LimitError::Unusable(*self));
        }
        if self.per_second < LEAST_PER_SECOND {
            return Err(LimitError::TooSlow(*self));
        }
        Ok(())
    }

    /// The windows of these limits: none, one or two.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "rates are positive, and too large ones end at the largest count"
    )]
    pub(super) fn windows(&self) -> impl Iterator<Item = Window> + use<> {
        let count = self.per_second.ceil().max(1.0);
        let short = self
            .per_second
            .is_finite()
            .then(|| Window { count: count as usize, length: (count / self.per_second * 1e6).ceil() as i64 });
        let minute = (self.per_minute < u32::MAX)
            .then_some(Window { count: self.per_minute as usize, length: MINUTE });
        short.into_iter().chain(minute)
    }

    pub(super) fn is_unlimited(&self) -> bool {
        self.windows().next().is_none()
    }

    /// How long requests are remembered: the longest window, and at least a minute.
    pub(super) fn memory(&self) -> i64 {
        self.windows().map(|window| window.guarded().length).fold(MINUTE, i64::max)
    }
}

/// Why no request can be released.
///
/// ```
/// use openf1_client::{LimitError, Limits};
/// let none = Limits { per_minute: 0, ..Limits::FREE };
/// assert!(matches!(none.validate(), Err(LimitError::Unusable(_))));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// A rate that is not positive.
    #[error("rate limits of {per_second} per second and {per_minute} per minute allow no request; set both \
        above 0", per_second = .0.per_second, per_minute = .0.per_minute)]
    Unusable(Limits),
    /// A rate below the minimum.
    #[error("a rate limit of {per_second} per second is too low; set {LEAST_PER_SECOND} or more (one \
        request in 1,000 s)", per_second = .0.per_second)]
    TooSlow(Limits),
    /// The shared state file cannot be used.
    #[error("cannot use the state file of the rate limiter, {}: {source}; make its folder writable, or set \
        limiter_state", path.display())]
    StateFile {
        /// Its path.
        path: PathBuf,
        /// Cause.
        source: std::io::Error,
    },
    /// The shared state file has a newer format.
    #[error("the state file of the rate limiter, {}, was written by a newer version of this program (format \
        {version}); use that version, or set limiter_state to another file", path.display())]
    NewerStateFile {
        /// Its path.
        path: PathBuf,
        /// Version of its format.
        version: u32,
    },
}
