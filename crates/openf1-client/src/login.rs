//! Login of a sponsor account: `POST /token`, a bearer token good for an hour, renewed early.

use crate::error::Error;
use crate::limit::{Clock, Sending};
use crate::transport::settle;
use f1lake_http::{ExposeSecret, SecretString, Token, TokenResponse, describe, read_up_to};
use std::time::Duration;

/// Tokens are renewed this long before they expire, because the API grants no grace period.
const EARLY: Duration = Duration::from_secs(60);
/// Longest response with a token.
const MAX_RESPONSE: usize = 64 * 1024;

/// Name and password of an OpenF1 account. The password is never printed.
///
/// ```
/// let account = openf1_client::Credentials::new("me@example.org", "s3cr3t");
/// assert!(!format!("{account:?}").contains("s3cr3t"));
/// ```
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

/// Result of one attempt to get a token, whose times are those of the limiter's clock.
pub(crate) enum TokenTry {
    Token(Token<i64>),
    Refused(Error),
    Later(Error),
}

pub(crate) async fn request_token(
    http: &reqwest::Client,
    url: &str,
    who: &Credentials,
    clock: &dyn Clock,
    tries: u32,
    place: Sending,
) -> TokenTry {
    let request = "POST /token".to_owned();
    let transport = |error: reqwest::Error| Error::Transport {
        request: "POST /token".to_owned(),
        tries,
        elapsed: Duration::ZERO,
        timeout: error.is_timeout(),
        detail: describe(&error),
    };
    let form = [("username", who.username.as_str()), ("password", who.password.expose_secret())];
    let mut answer = match http.post(url).form(&form).send().await {
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
            let detail = "no token".to_owned();
            return TokenTry::Later(Error::Status {
                request,
                status,
                tries,
                elapsed: Duration::ZERO,
                detail,
            });
        }
    }
    let mut body = Vec::new();
    if let Err(error) = read_up_to(&mut answer, &mut body, MAX_RESPONSE).await {
        return TokenTry::Later(transport(error));
    }
    // The body contains the token, so no part of it may reach an error.
    let Some(response) = TokenResponse::parse(&body) else {
        let detail = "the response has no access_token".to_owned();
        return TokenTry::Later(Error::Body { request, tries, detail });
    };
    let good_for = i64::try_from(response.good_for(EARLY).as_micros()).unwrap_or(0);
    let renew_at = clock.now().saturating_add(good_for);
    TokenTry::Token(Token { bearer: response.bearer, renew_at })
}
