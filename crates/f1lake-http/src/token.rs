//! Access tokens: fetched once, renewed before they end, by one caller at a time.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

/// Lifetime when the server states none, or none that can be true.
const DEFAULT_LIFETIME_S: u64 = 3600;
/// Longest lifetime that is believed.
const LONGEST_LIFETIME_S: u64 = 24 * 3600;

/// A bearer token and the instant from which on it is renewed.
///
/// ```
/// let token = f1lake_http::Token { bearer: "eyJ-s3cr3t".into(), renew_at: 3540 };
/// assert!(!format!("{token:?}").contains("s3cr3t"));
/// ```
#[derive(Debug, Clone)]
pub struct Token<I> {
    /// The token; unprintable.
    pub bearer: SecretString,
    /// When to renew it, by the clock of the caller.
    pub renew_at: I,
}

/// The token of an account, shared by all requests of a client. `I` is an instant of the caller's clock.
///
/// ```
/// use f1lake_http::{ExposeSecret, Token, TokenCache};
/// use std::time::{Duration, Instant};
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let tokens = TokenCache::default();
/// let fetch = async {
///     // Log in here.
///     Ok::<_, String>(Token { bearer: "t1".into(), renew_at: Instant::now() + Duration::from_secs(60) })
/// };
/// let bearer = tokens.get_or_fetch(Instant::now, fetch).await?;
/// assert_eq!(bearer.expose_secret(), "t1");
/// assert!(tokens.current(Instant::now()).is_some());
/// // The server refused it.
/// tokens.forget(&bearer);
/// assert!(tokens.last().is_none());
/// # Ok::<(), String>(())
/// # }).unwrap();
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct TokenCache<I> {
    token: RwLock<Option<Token<I>>>,
    /// Held while fetching, so that concurrent requests fetch one token.
    fetching: tokio::sync::Mutex<()>,
}

impl<I> Default for TokenCache<I> {
    fn default() -> Self {
        Self { token: RwLock::new(None), fetching: tokio::sync::Mutex::default() }
    }
}

impl<I: PartialOrd> TokenCache<I> {
    /// The token, unless it is due for renewal.
    pub fn current(&self, now: I) -> Option<SecretString> {
        let token = self.token.read().unwrap_or_else(PoisonError::into_inner);
        token.as_ref().filter(|token| now < token.renew_at).map(|token| token.bearer.clone())
    }

    /// The token, whatever its age.
    pub fn last(&self) -> Option<SecretString> {
        let token = self.token.read().unwrap_or_else(PoisonError::into_inner);
        token.as_ref().map(|token| token.bearer.clone())
    }

    /// The token; fetches it if there is none or it is due for renewal.
    ///
    /// # Errors
    /// That of `fetch`.
    pub async fn get_or_fetch<E>(
        &self,
        now: impl Fn() -> I,
        fetch: impl Future<Output = Result<Token<I>, E>>,
    ) -> Result<SecretString, E> {
        if let Some(bearer) = self.current(now()) {
            return Ok(bearer);
        }
        let _fetching = self.fetching.lock().await;
        // Another caller may have fetched it meanwhile.
        if let Some(bearer) = self.current(now()) {
            return Ok(bearer);
        }
        let token = fetch.await?;
        let bearer = token.bearer.clone();
        *self.token.write().unwrap_or_else(PoisonError::into_inner) = Some(token);
        Ok(bearer)
    }

    /// Forgets a token that the server refused, unless it has been replaced meanwhile.
    pub fn forget(&self, refused: &SecretString) {
        let mut token = self.token.write().unwrap_or_else(PoisonError::into_inner);
        token.take_if(|token| token.bearer.expose_secret() == refused.expose_secret());
    }
}

/// A token service's response.
///
/// ```
/// use f1lake_http::TokenResponse;
/// use std::time::Duration;
/// let response = TokenResponse::parse(br#"{"access_token":"t1","expires_in":"600"}"#).unwrap();
/// assert_eq!(response.good_for(Duration::from_secs(60)), Duration::from_secs(540));
/// assert!(TokenResponse::parse(b"{}").is_none());
/// ```
#[derive(Debug)]
pub struct TokenResponse {
    /// The token; unprintable.
    pub bearer: SecretString,
    /// How long the server accepts it; an hour when it says nothing credible.
    pub lifetime: Duration,
}

impl TokenResponse {
    /// Parses the JSON of a response; `None` when it has no `access_token`. Never quote the body in an error:
    /// it contains the token.
    pub fn parse(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Fields {
            access_token: SecretString,
            #[serde(default)]
            expires_in: serde_json::Value,
        }
        let Fields { access_token: bearer, expires_in } = serde_json::from_slice(body).ok()?;
        // Some services send the number as text.
        let seconds = match &expires_in {
            serde_json::Value::String(text) => text.trim().parse().ok(),
            other => other.as_u64(),
        };
        let credible = seconds.filter(|seconds| (1..=LONGEST_LIFETIME_S).contains(seconds));
        Some(Self { bearer, lifetime: Duration::from_secs(credible.unwrap_or(DEFAULT_LIFETIME_S)) })
    }

    /// How long to use it, if it is renewed `early`, or at half its life when that is short.
    pub fn good_for(&self, early: Duration) -> Duration {
        self.lifetime - early.min(self.lifetime / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    async fn fetch(count: &AtomicU32, renew_at: u32) -> Result<Token<u32>, &'static str> {
        let number = count.fetch_add(1, Ordering::Relaxed) + 1;
        tokio::task::yield_now().await;
        Ok(Token { bearer: format!("t{number}").into(), renew_at })
    }

    #[tokio::test]
    async fn concurrent_callers_fetch_one_token_and_renew_it_once() {
        let (tokens, count) = (TokenCache::default(), AtomicU32::new(0));
        for (now, expected) in [(0, "t1"), (9, "t1"), (10, "t2"), (19, "t2")] {
            let (one, two) = tokio::join!(
                tokens.get_or_fetch(|| now, fetch(&count, now + 10)),
                tokens.get_or_fetch(|| now, fetch(&count, now + 10)),
            );
            assert_eq!((one.unwrap().expose_secret(), two.unwrap().expose_secret()), (expected, expected));
        }
    }

    #[tokio::test]
    async fn only_the_refused_token_is_forgotten() {
        let (tokens, count) = (TokenCache::default(), AtomicU32::new(0));
        let first = tokens.get_or_fetch(|| 0, fetch(&count, 10)).await.unwrap();
        tokens.forget(&first);
        let second = tokens.get_or_fetch(|| 0, fetch(&count, 10)).await.unwrap();
        tokens.forget(&first);
        assert_eq!(tokens.current(0).unwrap().expose_secret(), second.expose_secret());
        let failed = tokens.get_or_fetch(|| 10, async { Err("refused") }).await;
        assert_eq!(failed.unwrap_err(), "refused");
        assert_eq!(tokens.last().unwrap().expose_secret(), "t2", "still masked in messages");
    }

    #[test]
    fn lifetimes_are_read_as_numbers_and_as_text_and_never_believed_when_absurd() {
        for (stated, lifetime) in [
            ("600", 600),
            ("\" 600 \"", 600),
            ("1", 1),
            ("0", 3600),
            ("-1", 3600),
            ("1e300", 3600),
            ("31536000", 3600),
            ("\"soon\"", 3600),
            ("null", 3600),
        ] {
            let body = format!(r#"{{"access_token":"t","expires_in":{stated}}}"#);
            let response = TokenResponse::parse(body.as_bytes()).unwrap();
            assert_eq!(response.lifetime.as_secs(), lifetime, "{stated}");
        }
        assert_eq!(TokenResponse::parse(br#"{"access_token":"t"}"#).unwrap().lifetime.as_secs(), 3600);
        assert!(TokenResponse::parse(br#"{"token":"t"}"#).is_none());
    }
}
