//! Login of a sponsor account: `POST /token`, a bearer token good for an hour, renewed early.

use crate::error::Error;
use crate::limit::{Clock, Sending};
use crate::transport::{describe, settle};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::sync::{PoisonError, RwLock};

/// Tokens are renewed this long before they expire, because the API grants no grace period.
const EARLY_S: i64 = 60;
/// Lifetime when the server states none, or none that can be parsed.
const DEFAULT_LIFETIME_S: i64 = 3600;

/// Name and password of an OpenF1 account. The password is never printed.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// E-mail address of the account.
    pub username: String,
    /// Password.
    pub password: SecretString,
}

impl Credentials {
    /// From a name and a password.
    pub fn new(username: impl Into<String>, password: impl Into<String>) -> Self {
        Self { username: username.into(), password: SecretString::from(password.into()) }
    }

    /// From `OPENF1_USERNAME` and `OPENF1_PASSWORD`, when both are set and not empty.
    pub fn from_env() -> Option<Self> {
        let read = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
        Some(Self::new(read("OPENF1_USERNAME")?, read("OPENF1_PASSWORD")?))
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Token {
    bearer: SecretString,
    /// Microseconds of the limiter's clock.
    renew_at: i64,
}

/// The token of an account, shared by all requests of a client.
#[derive(Debug, Default)]
pub(crate) struct TokenStore {
    token: RwLock<Option<Token>>,
    /// Held while logging in, so that workers share one login.
    pub(crate) renewing: tokio::sync::Mutex<()>,
}

impl TokenStore {
    /// The token, unless it is due for renewal.
    pub(crate) fn current(&self, clock: &dyn Clock) -> Option<SecretString> {
        let token = self.token.read().unwrap_or_else(PoisonError::into_inner);
        token.as_ref().filter(|token| clock.now() < token.renew_at).map(|token| token.bearer.clone())
    }

    /// The token, whatever its age.
    pub(crate) fn any(&self) -> Option<SecretString> {
        let token = self.token.read().unwrap_or_else(PoisonError::into_inner);
        token.as_ref().map(|token| token.bearer.clone())
    }

    pub(crate) fn keep(&self, token: Token) -> SecretString {
        let bearer = token.bearer.clone();
        *self.token.write().unwrap_or_else(PoisonError::into_inner) = Some(token);
        bearer
    }

    /// Forgets a token that the server refused, unless it has been replaced meanwhile.
    pub(crate) fn forget(&self, refused: &SecretString) {
        let mut token = self.token.write().unwrap_or_else(PoisonError::into_inner);
        if token.as_ref().is_some_and(|token| token.bearer.expose_secret() == refused.expose_secret()) {
            *token = None;
        }
    }
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    #[serde(default)]
    expires_in: serde_json::Value,
}

/// Result of one attempt to get a token.
pub(crate) enum TokenTry {
    Token(Token),
    Refused(Error),
    Later(Error),
}

pub(crate) async fn request_token(
    http: &reqwest::Client,
    url: &str,
    who: &Credentials,
    clock: &dyn Clock,
    place: Sending,
) -> TokenTry {
    let request = "POST /token".to_owned();
    let transport = |error: reqwest::Error| Error::Transport {
        request: "POST /token".to_owned(),
        tries: 1,
        elapsed: std::time::Duration::ZERO,
        timeout: error.is_timeout(),
        detail: describe(&error),
    };
    let form = [("username", who.username.as_str()), ("password", who.password.expose_secret())];
    let answer = match http.post(url).form(&form).send().await {
        Ok(answer) => answer,
        Err(error) => {
            settle(place, &error).await;
            return TokenTry::Later(transport(error));
        }
    };
    place.over().await;
    let status = answer.status().as_u16();
    match status {
        200 => {}
        400 | 401 | 403 | 404 | 422 => {
            return TokenTry::Refused(Error::LoginRefused { request, detail: format!("HTTP {status}") });
        }
        _ => {
            return TokenTry::Later(Error::Status {
                request,
                status,
                tries: 1,
                elapsed: std::time::Duration::ZERO,
                detail: "no token".to_owned(),
            });
        }
    }
    // The body contains the token, so no part of it may reach an error.
    let parsed = match answer.bytes().await {
        Ok(body) => serde_json::from_slice::<TokenAnswer>(&body).ok(),
        Err(error) => return TokenTry::Later(transport(error)),
    };
    let Some(parsed) = parsed else {
        let detail = "the response has no access_token".to_owned();
        return TokenTry::Later(Error::Body { request, tries: 1, detail });
    };
    // The API sends `expires_in` as text.
    let lifetime = match &parsed.expires_in {
        serde_json::Value::String(text) => text.trim().parse().ok(),
        other => other.as_i64(),
    }
    .filter(|seconds| (1..=86_400).contains(seconds))
    .unwrap_or(DEFAULT_LIFETIME_S);
    let good_for = lifetime - EARLY_S.min(lifetime / 2);
    let renew_at = clock.now().saturating_add(good_for * 1_000_000);
    TokenTry::Token(Token { bearer: SecretString::from(parsed.access_token), renew_at })
}
