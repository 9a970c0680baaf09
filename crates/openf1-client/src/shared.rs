//! What the clones of a client share: connections, limiter, login and counts.

use crate::limit::RateLimiter;
use crate::login::{Credentials, TokenStore};
use crate::redact::redact;
use crate::verdict::{FULL_MINUTE, quoted};
use backon::{BackoffBuilder, ExponentialBuilder};
use secrecy::SecretString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;
use tokio::sync::Semaphore;

/// What the clones of a client share.
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

impl Shared {
    /// Waits between the attempts of one request.
    pub(crate) fn backoff(&self, max_retries: u32) -> backon::ExponentialBackoff {
        ExponentialBuilder::default()
            .with_min_delay(self.retry_delay)
            .with_max_delay(FULL_MINUTE.max(self.retry_delay))
            .with_factor(2.0)
            .with_jitter()
            .with_max_times(max_retries as usize)
            .build()
    }

    /// A foreign message for an error, with the account's secrets masked and [`quoted`].
    pub(crate) fn redact(&self, words: &str, bearer: Option<&SecretString>) -> String {
        let password = self.credentials.as_ref().map(|credentials| &credentials.password);
        quoted(&redact(words, &[password, bearer].into_iter().flatten().collect::<Vec<_>>()))
    }
}
