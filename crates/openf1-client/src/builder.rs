//! Builds a client from settings.

use crate::client::OpenF1;
use crate::data_limit::DataLimit;
use crate::error::Error;
use crate::limit::{Limits, RateLimiter};
use crate::login::Credentials;
use crate::shared::Shared;
use crate::verdict::FULL_MINUTE;
use f1lake_http::{RetryPolicy, TokenCache, client_builder, describe, may_carry_secrets};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

/// Address of the public API.
pub const DEFAULT_BASE_URL: &str = "https://api.openf1.org/v1";

impl OpenF1 {
    /// Starts from the default settings.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }
}

/// Settings of a client. The defaults suit the free tier.
///
/// A proxy is taken from `HTTPS_PROXY` (or `ALL_PROXY`), except for the hosts of `NO_PROXY`. TLS trusts the
/// system's authorities; on Linux, `SSL_CERT_FILE` and `SSL_CERT_DIR` name others, such as a proxy's own.
///
/// ```
/// use openf1_client::{Credentials, OpenF1};
/// let client = OpenF1::builder()
///     .credentials(Credentials::from_env())
///     .user_agent("tool/1.0 (me@example.org)")
///     .build()?;
/// assert_eq!(client.base_url(), "https://api.openf1.org/v1");
/// # Ok::<(), openf1_client::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until it is built"]
pub struct ClientBuilder {
    base_url: String,
    timeout: Duration,
    connect_timeout: Duration,
    max_retries: u32,
    retry_delay: Duration,
    data_limit: Option<u64>,
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
            data_limit: None,
            limiter: None,
            credentials: None,
            user_agent: concat!("f1lake/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

impl ClientBuilder {
    /// Base address up to and including `/v1`.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Timeout for one response, from sending to the last byte.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Retries for 5xx, timeouts and resets. A 429 is waited out separately, with pauses that grow to a full
    /// minute, unless this is 0.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// First wait between attempts; doubles each time, with jitter, up to a minute.
    pub fn retry_delay(mut self, delay: Duration) -> Self {
        self.retry_delay = delay;
        self
    }

    /// The limiter; share one among all clients of a process. Defaults to a new one with
    /// [`Limits::default_for`] the address.
    pub fn limiter(mut self, limiter: RateLimiter) -> Self {
        self.limiter = Some(limiter);
        self
    }

    /// Most bytes received in ten seconds, as they arrive: the next request waits while they are reached. Counts this
    /// client and its clones only.
    pub fn bytes_per_10_seconds(mut self, bytes: Option<u64>) -> Self {
        self.data_limit = bytes;
        self
    }

    /// Account to log in with.
    pub fn credentials(mut self, credentials: Option<Credentials>) -> Self {
        self.credentials = credentials;
        self
    }

    /// Replaces the user agent `f1lake/<version>`.
    pub fn user_agent(mut self, agent: impl Into<String>) -> Self {
        self.user_agent = agent.into();
        self
    }

    /// Builds the client.
    ///
    /// # Errors
    /// When the base URL is not a URL, or is plain http to another machine.
    pub fn build(self) -> Result<OpenF1, Error> {
        let base = self.base_url.trim_end_matches('/').to_owned();
        // Check this first and without quoting the address, because later errors quote it.
        if base.contains('@') {
            return Err(Error::Config(
                "base_url contains a user name or password; set OPENF1_USERNAME and OPENF1_PASSWORD instead"
                    .to_owned(),
            ));
        }
        let url = url::Url::parse(&base).map_err(|error| {
            Error::Config(format!("invalid base_url `{base}`: {error}; try {DEFAULT_BASE_URL}"))
        })?;
        match url.scheme() {
            "http" | "https" if may_carry_secrets(&url) => {}
            "http" => {
                return Err(Error::Config(format!(
                    "base_url `{base}` is plain http to another machine; use https"
                )));
            }
            other => {
                return Err(Error::Config(format!("base_url `{base}` has scheme `{other}`; use https")));
            }
        }
        let http = client_builder(&url, &self.user_agent)
            .timeout(self.timeout)
            .connect_timeout(self.connect_timeout)
            // Every attempt passes through the limiter, so only this crate may retry.
            .retry(reqwest::retry::never())
            .build()
            .map_err(|error| Error::Config(format!("cannot create an HTTP client: {}", describe(&error))))?;
        let limits = Limits::default_for(&base, self.credentials.is_some());
        let root = base.strip_suffix("/v1").unwrap_or(&base);
        Ok(OpenF1 {
            shared: Arc::new(Shared {
                token_url: format!("{root}/token"),
                base,
                http,
                limiter: self.limiter.unwrap_or_else(|| RateLimiter::new(limits)),
                data_limit: self.data_limit.map(DataLimit::new),
                credentials: self.credentials,
                tokens: TokenCache::default(),
                retry: RetryPolicy {
                    retries: self.max_retries,
                    first_wait: self.retry_delay,
                    longest_wait: FULL_MINUTE,
                    budget: Duration::MAX,
                },
                sent: AtomicU64::new(0),
                received: AtomicU64::new(0),
                retried: AtomicU64::new(0),
                answered: AtomicBool::new(false),
            }),
        })
    }
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
