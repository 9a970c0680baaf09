//! Signs requests with a personal access token, or with an OAuth access token that it fetches and renews.

use crate::config::{Login, Method, is_same_host};
use crate::error::{ApiError, Error, one_line};
use crate::retry::{Repeat, wait, wait_of};
use crate::runtime::Runtime;
use f1lake_http::{
    ExposeSecret, RetryPolicy, SecretString, Token, TokenCache, TokenResponse, describe, may_carry_secrets,
    read_up_to, redact,
};
use serde::Deserialize;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;
use url::Url;

/// Tokens are renewed this long before they expire, or at half their life.
const EARLY: Duration = Duration::from_secs(20 * 60);
/// How long a token of the runtime is used before the runtime is asked again.
const GRANTED: Duration = Duration::from_secs(60);
/// Where the service publishes its OAuth endpoints.
const DISCOVERY: &str = "/oidc/.well-known/oauth-authorization-server";
/// Token endpoint of a workspace that publishes none.
const TOKEN_PATH: &str = "/oidc/v1/token";
const TIMEOUT: Duration = Duration::from_secs(60);
/// Longest response of the token service.
const MAX_RESPONSE: usize = 1024 * 1024;

/// Signs requests.
#[derive(Debug)]
pub(crate) struct Auth {
    login: Login,
    endpoint: OnceCell<Url>,
    tokens: TokenCache<Instant>,
}

#[derive(Deserialize)]
struct Discovery {
    token_endpoint: String,
}

impl Auth {
    pub(crate) fn new(login: Login) -> Self {
        Self { login, endpoint: OnceCell::new(), tokens: TokenCache::default() }
    }

    pub(crate) fn login(&self) -> &Login {
        &self.login
    }

    /// The bearer token for the next request.
    pub(crate) async fn bearer(
        &self,
        http: &reqwest::Client,
        policy: &RetryPolicy,
    ) -> Result<SecretString, Error> {
        match &self.login.method {
            Method::Token(token) => Ok(token.value.clone()),
            Method::Runtime(runtime) => self.tokens.get_or_fetch(Instant::now, self.granted(runtime)).await,
            Method::ServicePrincipal { client_id, client_secret } => {
                let issued = self.issued(&client_id.value, &client_secret.value, http, policy);
                self.tokens.get_or_fetch(Instant::now, issued).await
            }
        }
    }

    /// A new token of a service principal.
    async fn issued(
        &self,
        client_id: &str,
        client_secret: &SecretString,
        http: &reqwest::Client,
        policy: &RetryPolicy,
    ) -> Result<Token<Instant>, Error> {
        let endpoint = self.endpoint.get_or_try_init(|| self.discover(http, policy)).await?;
        let request = || {
            http.post(endpoint.clone())
                .basic_auth(client_id, Some(client_secret.expose_secret()))
                .form(&[("grant_type", "client_credentials"), ("scope", "all-apis")])
        };
        let body = self.fetch(request, "the OAuth token", policy).await?;
        // The body contains the token, so no part of it may reach an error.
        let response = TokenResponse::parse(&body).ok_or_else(|| Error::Answer {
            request: format!("POST {}", endpoint.path()),
            host: self.host(),
            detail: "it has no access_token".to_owned(),
        })?;
        tracing::debug!(host = self.host(), lifetime_s = response.lifetime.as_secs(), "new OAuth token");
        let renew_at = Instant::now() + response.good_for(EARLY);
        Ok(Token { bearer: response.bearer, renew_at })
    }

    /// The token that the runtime grants now.
    async fn granted(&self, runtime: &Arc<dyn Runtime>) -> Result<Token<Instant>, Error> {
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
        Ok(Token { bearer: granted.token, renew_at: Instant::now() + GRANTED })
    }

    /// Forgets a token that the service refused; false when there is no other.
    pub(crate) fn renew(&self, refused: &SecretString) -> bool {
        self.tokens.forget(refused);
        !matches!(self.login.method, Method::Token(_))
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
        redact(text, &[fixed, bearer].into_iter().flatten().collect::<Vec<_>>())
    }

    /// A server's message for an error: masked, then cut to one line.
    pub(crate) fn message(&self, text: &str, bearer: Option<&SecretString>) -> String {
        one_line(&self.redact(text, bearer))
    }

    fn host(&self) -> String {
        self.login.host.value.host_str().unwrap_or_default().to_owned()
    }

    async fn discover(&self, http: &reqwest::Client, policy: &RetryPolicy) -> Result<Url, Error> {
        let at = |path: &str| {
            let mut url = self.login.host.value.clone();
            url.set_path(path);
            url
        };
        let body = match self.fetch(|| http.get(at(DISCOVERY)), "the OAuth endpoints", policy).await {
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
        if !may_carry_secrets(&url) {
            return Err(wrong("its token_endpoint is not https"));
        }
        Ok(url)
    }

    async fn fetch(
        &self,
        request: impl Fn() -> reqwest::RequestBuilder,
        what: &str,
        policy: &RetryPolicy,
    ) -> Result<Vec<u8>, Error> {
        let mut retries = policy.start();
        loop {
            let (host, tries) = (self.host(), retries.attempt());
            let answer = async {
                let mut answer = request().timeout(TIMEOUT).send().await?;
                let mut body = Vec::new();
                read_up_to(&mut answer, &mut body, MAX_RESPONSE).await?;
                Ok::<_, reqwest::Error>((answer.status(), wait_of(answer.headers()), body))
            };
            let (error, after) = match answer.await {
                Ok((status, _, body)) if status.is_success() => return Ok(body),
                Ok((status, _, _)) if status.is_redirection() => {
                    let redirect = format!("a redirect (HTTP {})", status.as_u16());
                    return Err(Error::NotTheApi { request: what.to_owned(), host, what: redirect });
                }
                Ok((status, after, body)) => {
                    let (status, message) = (status.as_u16(), self.message(&words(&body), None));
                    if matches!(status, 400 | 401 | 403) {
                        return Err(Error::LoginRefused {
                            host,
                            detail: format!("HTTP {status}: {message}"),
                        });
                    }
                    let error = Error::from(ApiError {
                        request: what.to_owned(),
                        host,
                        status,
                        error_code: String::new(),
                        message,
                        tries,
                        advice: None,
                    });
                    if !Repeat::Safe.on_status(status) {
                        return Err(error);
                    }
                    (error, after)
                }
                Err(error) => {
                    let (request, detail) = (what.to_owned(), one_line(&describe(&error)));
                    (Error::Transport { request, host, tries, detail }, None)
                }
            };
            wait(what, error, &mut retries, after).await?;
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
        let words = "token dapi-canary, eyJ-canary";
        assert_eq!(auth.redact(words, Some(&renewed)), "token ********, ********");
        // Half a secret is a secret too.
        let cut = format!("{} dapi-canary", "x".repeat(490));
        assert!(!auth.message(&cut, None).contains("dapi"));
    }
}
