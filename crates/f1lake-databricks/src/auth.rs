//! Signs requests with a personal access token, or with an OAuth access token that it fetches and renews.

use crate::config::{Login, Method, is_safe, is_same_host};
use crate::error::{ApiError, Error, one_line};
use crate::mask::MASK;
use crate::retry::{Repeat, RetryPolicy, retry_after};
use crate::runtime::Runtime;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::Mutex;
use url::Url;

/// Tokens are renewed this long before they expire, or at half their life.
const EARLY: Duration = Duration::from_secs(20 * 60);
/// Lifetime when the server states none, or none that can be parsed.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(3600);
/// How long a token of the runtime is used before the runtime is asked again.
const GRANTED: Duration = Duration::from_secs(60);
/// Where the service publishes its OAuth endpoints.
const DISCOVERY: &str = "/oidc/.well-known/oauth-authorization-server";
/// Token endpoint of a workspace that publishes none.
const TOKEN_PATH: &str = "/oidc/v1/token";
const TIMEOUT: Duration = Duration::from_secs(60);

/// Signs requests.
#[derive(Debug)]
pub(crate) struct Auth {
    login: Login,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    endpoint: Option<Url>,
    token: Option<Token>,
}

#[derive(Debug, Clone)]
struct Token {
    bearer: SecretString,
    renew_at: Instant,
}

#[derive(Deserialize)]
struct Discovery {
    token_endpoint: String,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    #[serde(default)]
    expires_in: Option<u64>,
}

impl Auth {
    pub(crate) fn new(login: Login) -> Self {
        Self { login, held: Mutex::default() }
    }

    pub(crate) fn login(&self) -> &Login {
        &self.login
    }

    /// The bearer token for the next request.
    pub(crate) async fn bearer(
        &self,
        http: &reqwest::Client,
        retry: &RetryPolicy,
    ) -> Result<SecretString, Error> {
        let (client_id, client_secret) = match &self.login.method {
            Method::Token(token) => return Ok(token.value.clone()),
            Method::Runtime(runtime) => return self.granted(runtime).await,
            Method::ServicePrincipal { client_id, client_secret } => (&client_id.value, &client_secret.value),
        };
        // Held while the token is fetched, so that concurrent requests fetch one token.
        let mut held = self.held.lock().await;
        if let Some(token) = held.token.as_ref().filter(|token| Instant::now() < token.renew_at) {
            return Ok(token.bearer.clone());
        }
        let endpoint = match &held.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => {
                let found = self.discover(http, retry).await?;
                held.endpoint.insert(found).clone()
            }
        };
        let request = || {
            http.post(endpoint.clone())
                .basic_auth(client_id, Some(client_secret.expose_secret()))
                .form(&[("grant_type", "client_credentials"), ("scope", "all-apis")])
        };
        let body = self.fetch(request, "the OAuth token", retry).await?;
        // The body contains the token, so no part of it may reach an error.
        let answer: TokenAnswer = serde_json::from_slice(&body).map_err(|_| Error::Answer {
            request: format!("POST {}", endpoint.path()),
            host: self.host(),
            detail: "it has no access_token".to_owned(),
        })?;
        let lifetime =
            answer.expires_in.map_or(DEFAULT_LIFETIME, Duration::from_secs).min(DEFAULT_LIFETIME * 24);
        let token = Token {
            bearer: SecretString::from(answer.access_token),
            renew_at: Instant::now() + (lifetime - EARLY.min(lifetime / 2)),
        };
        tracing::debug!(host = self.host(), lifetime_s = lifetime.as_secs(), "new OAuth token");
        Ok(held.token.insert(token).bearer.clone())
    }

    /// The token that the runtime grants now.
    async fn granted(&self, runtime: &Arc<dyn Runtime>) -> Result<SecretString, Error> {
        let mut held = self.held.lock().await;
        if let Some(token) = held.token.as_ref().filter(|token| Instant::now() < token.renew_at) {
            return Ok(token.bearer.clone());
        }
        let runtime = Arc::clone(runtime);
        let refused = |detail: String| Error::LoginRefused { host: self.host(), detail };
        let asked = tokio::task::spawn_blocking(move || runtime.grant()).await;
        let granted = asked.map_err(|_| refused("the runtime stopped".to_owned()))?.map_err(refused)?;
        // A token is only for its own workspace.
        if !is_same_host(&granted.host, &self.login.host.value) {
            return Err(Error::Config(format!(
                "the runtime logs in to a workspace other than {}; set a login for that one",
                self.host()
            )));
        }
        let token = Token { bearer: granted.token, renew_at: Instant::now() + GRANTED };
        Ok(held.token.insert(token).bearer.clone())
    }

    /// Forgets a token that the service refused; false when there is no other.
    pub(crate) async fn renew(&self, refused: &SecretString) -> bool {
        if matches!(self.login.method, Method::Token(_)) {
            return false;
        }
        let mut held = self.held.lock().await;
        // Another request may have renewed it meanwhile.
        if held.token.as_ref().is_some_and(|token| token.bearer.expose_secret() == refused.expose_secret()) {
            held.token = None;
        }
        true
    }

    /// Advice for a 401.
    pub(crate) fn advice(&self) -> String {
        match &self.login.method {
            Method::Token(token) => format!(
                "the token ({}) is wrong, expired, or of another workspace; create a new one and set \
                 DATABRICKS_TOKEN",
                token.origin
            ),
            Method::ServicePrincipal { client_id, .. } => format!(
                "the service principal ({}) does not belong to this workspace; check DATABRICKS_CLIENT_ID \
                 and DATABRICKS_CLIENT_SECRET",
                client_id.origin
            ),
            Method::Runtime(_) => {
                "the login of this notebook or job has expired or lacks the permission; start it again, or \
                 set DATABRICKS_TOKEN"
                    .to_owned()
            }
        }
    }

    /// Masks secrets that a server repeats in its messages.
    pub(crate) fn redact(&self, text: &str, bearer: Option<&SecretString>) -> String {
        let fixed = match &self.login.method {
            Method::Token(token) => Some(&token.value),
            Method::ServicePrincipal { client_secret, .. } => Some(&client_secret.value),
            Method::Runtime(_) => None,
        };
        let known = [fixed, bearer]
            .into_iter()
            .flatten()
            .map(ExposeSecret::expose_secret)
            .filter(|secret| !secret.is_empty())
            .fold(text.to_owned(), |text, secret| text.replace(secret, MASK));
        // An encoded pair of id and secret is a secret too.
        ["Basic ", "Bearer "].into_iter().fold(known, |text, scheme| {
            let mut parts = text.split(scheme);
            let mut blanked = parts.next().unwrap_or_default().to_owned();
            for part in parts {
                let end = part.find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | ','));
                blanked.push_str(scheme);
                blanked.push_str(MASK);
                blanked.push_str(&part[end.unwrap_or(part.len())..]);
            }
            blanked
        })
    }

    fn host(&self) -> String {
        self.login.host.value.host_str().unwrap_or_default().to_owned()
    }

    async fn discover(&self, http: &reqwest::Client, retry: &RetryPolicy) -> Result<Url, Error> {
        let at = |path: &str| {
            let mut url = self.login.host.value.clone();
            url.set_path(path);
            url
        };
        let body = match self.fetch(|| http.get(at(DISCOVERY)), "the OAuth endpoints", retry).await {
            Ok(body) => body,
            Err(Error::Api(error)) if error.status == 404 => return Ok(at(TOKEN_PATH)),
            Err(error) => return Err(error),
        };
        let wrong = |detail: &str| Error::Answer {
            request: format!("GET {DISCOVERY}"),
            host: self.host(),
            detail: detail.to_owned(),
        };
        let found: Discovery =
            serde_json::from_slice(&body).map_err(|_| wrong("it has no token_endpoint"))?;
        let url =
            Url::parse(&found.token_endpoint).map_err(|_| wrong("its token_endpoint is not an address"))?;
        if !is_safe(&url) {
            return Err(wrong("its token_endpoint is not https"));
        }
        Ok(url)
    }

    async fn fetch(
        &self,
        request: impl Fn() -> reqwest::RequestBuilder,
        what: &str,
        retry: &RetryPolicy,
    ) -> Result<Vec<u8>, Error> {
        let start = Instant::now();
        let mut waits = retry.waits();
        let mut tries = 0;
        loop {
            tries += 1;
            let answer = async {
                let answer = request().timeout(TIMEOUT).send().await?;
                let wait = retry_after(header(&answer, "retry-after"), SystemTime::now());
                let status = answer.status();
                Ok::<_, reqwest::Error>((status, wait, answer.bytes().await?))
            };
            let (error, wait) = match answer.await {
                Ok((status, _, body)) if status.is_success() => return Ok(body.into()),
                Ok((status, _, _)) if status.is_redirection() => {
                    return Err(Error::NotTheApi {
                        request: what.to_owned(),
                        host: self.host(),
                        what: format!("a redirect (HTTP {})", status.as_u16()),
                    });
                }
                Ok((status, wait, body)) => {
                    let (status, message) = (status.as_u16(), self.redact(&one_line(&words(&body)), None));
                    if matches!(status, 400 | 401 | 403) {
                        let detail = format!("HTTP {status}: {message}");
                        return Err(Error::LoginRefused { host: self.host(), detail });
                    }
                    let error = Error::from(ApiError {
                        request: what.to_owned(),
                        host: self.host(),
                        status,
                        error_code: String::new(),
                        message,
                        tries,
                        advice: None,
                    });
                    if !Repeat::Safe.on_status(status) {
                        return Err(error);
                    }
                    (error, wait)
                }
                Err(error) => {
                    let (request, host, detail) = (what.to_owned(), self.host(), describe(error));
                    (Error::Transport { request, host, tries, detail }, None)
                }
            };
            match waits.next() {
                Some(own) if start.elapsed() < retry.budget => tokio::time::sleep(wait.unwrap_or(own)).await,
                _ => return Err(error),
            }
        }
    }
}

/// The message in an error response of the token service.
fn words(body: &[u8]) -> String {
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let field = |name| Some(json.as_ref()?.get(name)?.as_str()?.to_owned());
    ["error_description", "message", "error"]
        .into_iter()
        .find_map(field)
        .unwrap_or_else(|| String::from_utf8_lossy(body).into_owned())
}

/// A header's text.
pub(crate) fn header<'a>(answer: &'a reqwest::Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name)?.to_str().ok()
}

/// An error of the HTTP client with its causes, without the URL, whose query may be a signature.
pub(crate) fn describe(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "out of time".to_owned();
    }
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    one_line(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Explicit;

    #[test]
    fn secrets_in_server_messages_are_redacted() {
        let explicit =
            Explicit { host: Some("h".into()), token: Some("dapi-canary".into()), ..Explicit::default() };
        let auth = Auth::new(Login::resolve_with(&explicit, |_| None).unwrap());
        let renewed = SecretString::from("eyJ-canary");
        let words = "token dapi-canary, eyJ-canary (Basic YTpi\"), Bearer x-y<br>; Basic";
        assert_eq!(
            auth.redact(words, Some(&renewed)),
            "token ********, ******** (Basic ********\"), Bearer ********<br>; Basic"
        );
    }
}
