//! What the clones of a client share: connections, limiter, login and counts.

use crate::data_limit::DataLimit;
use crate::limit::RateLimiter;
use crate::login::Credentials;
use crate::verdict::LONGEST_DETAIL;
use f1lake_http::{RetryPolicy, SecretString, TokenCache, one_line, redact};
use std::sync::atomic::{AtomicBool, AtomicU64};

/// What the clones of a client share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) base: String,
    pub(crate) token_url: String,
    pub(crate) http: reqwest::Client,
    pub(crate) limiter: RateLimiter,
    pub(crate) data_limit: Option<DataLimit>,
    pub(crate) credentials: Option<Credentials>,
    /// Its times are those of the limiter's clock.
    pub(crate) tokens: TokenCache<i64>,
    pub(crate) retry: RetryPolicy,
    pub(crate) sent: AtomicU64,
    pub(crate) received: AtomicU64,
    pub(crate) retried: AtomicU64,
    /// Whether this address has ever returned rows.
    pub(crate) answered: AtomicBool,
}

impl Shared {
    /// A foreign message for an error, short and with the account's secrets masked.
    pub(crate) fn redact(&self, words: &str, bearer: Option<&SecretString>) -> String {
        let password = self.credentials.as_ref().map(|credentials| &credentials.password);
        let secrets = [password, bearer].into_iter().flatten().collect::<Vec<_>>();
        one_line(&redact(words, &secrets), LONGEST_DETAIL)
    }
}
