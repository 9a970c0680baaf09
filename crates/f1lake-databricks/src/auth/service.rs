//! Requests to token services, with retries. What they say is masked and cut before it gets into an error.

use crate::config::Method;
use crate::error::{ApiError, Error, one_line};
use crate::retry::{Repeat, wait, wait_of};
use f1lake_http::{
    RetryPolicy, SecretString, Token, TokenResponse, client_builder, describe, header, is_loopback,
    may_carry_secrets, read_up_to, redact,
};
use reqwest::{Client, RequestBuilder};
use std::time::{Duration, Instant};
use url::Url;

/// Tokens are renewed this long before they expire, or at half their life.
pub(super) const EARLY: Duration = Duration::from_secs(20 * 60);
const TIMEOUT: Duration = Duration::from_secs(60);
/// Longest response of a token service.
const MAX_RESPONSE: usize = 1024 * 1024;

/// Sends requests for one login.
#[derive(Debug)]
pub(super) struct Service<'a> {
    pub(super) http: &'a Client,
    pub(super) policy: &'a RetryPolicy,
    pub(super) method: &'a Method,
}

/// A request for a token.
pub(super) struct TokenRequest<'a> {
    pub(super) url: &'a Url,
    /// Name and password in the header.
    pub(super) basic: Option<(&'a str, &'a str)>,
    pub(super) form: Vec<(&'static str, &'a str)>,
    /// Secrets in the form.
    pub(super) secrets: &'a [&'a SecretString],
}

/// A response that is no error.
struct Answer {
    status: u16,
    location: Option<String>,
    body: Vec<u8>,
}

impl Service<'_> {
    /// A failure of this login that no server reported.
    pub(super) fn failed(&self, detail: impl Into<String>) -> Error {
        Error::Credentials {
            auth_type: self.method.name(),
            detail: detail.into(),
            advice: self.method.advice(),
            source: None,
        }
    }

    /// An address that gets a secret.
    pub(super) fn address(&self, text: &str, what: &str) -> Result<Url, Error> {
        let url = Url::parse(text).map_err(|_| self.failed(format!("{what} is not an address")))?;
        if may_carry_secrets(&url) { Ok(url) } else { Err(self.failed(format!("{what} is not https"))) }
    }

    /// Asks for a token.
    pub(super) async fn token(&self, request: &TokenRequest<'_>) -> Result<Token<Instant>, Error> {
        let TokenRequest { url, basic, form, secrets } = request;
        let build = |http: &Client| {
            let request = http.post((*url).clone()).form(form);
            match basic {
                Some((name, password)) => request.basic_auth(name, Some(password)),
                None => request,
            }
        };
        let body = self.body("the OAuth token", url, secrets, build).await?;
        // The body contains the token, so no part of it may reach an error.
        let response = TokenResponse::parse(&body).ok_or_else(|| Error::Answer {
            request: format!("POST {}", url.path()),
            host: host(url),
            detail: "it has no access_token".to_owned(),
        })?;
        tracing::debug!(host = host(url), lifetime_s = response.lifetime.as_secs(), "new OAuth token");
        let renew_at = Instant::now() + response.good_for(EARLY);
        Ok(Token { bearer: response.bearer, renew_at })
    }

    /// The body of a response.
    pub(super) async fn body(
        &self,
        what: &str,
        url: &Url,
        secrets: &[&SecretString],
        request: impl Fn(&Client) -> RequestBuilder,
    ) -> Result<Vec<u8>, Error> {
        let answer = self.send(what, url, secrets, request).await?;
        if answer.location.is_some() || answer.status >= 300 {
            let what_came = format!("a redirect (HTTP {})", answer.status);
            return Err(Error::NotTheApi { request: what.to_owned(), host: host(url), what: what_came });
        }
        Ok(answer.body)
    }

    /// Where an address redirects to; nothing is sent there.
    pub(super) async fn location(&self, what: &str, url: &Url) -> Result<Option<Url>, Error> {
        let answer = self.send(what, url, &[], |http| http.get(url.clone())).await?;
        Ok(answer.location.and_then(|location| url.join(&location).ok()))
    }

    async fn send(
        &self,
        what: &str,
        url: &Url,
        secrets: &[&SecretString],
        request: impl Fn(&Client) -> RequestBuilder,
    ) -> Result<Answer, Error> {
        let local;
        let http = if is_loopback(url) {
            // A proxy cannot reach this machine's own ports.
            local = client_builder(url, concat!("f1lake-databricks/", env!("CARGO_PKG_VERSION")))
                .build()
                .map_err(|error| {
                    Error::Config(format!("cannot create an HTTP client: {}", describe(&error)))
                })?;
            &local
        } else {
            self.http
        };
        let known: Vec<&SecretString> = secrets.iter().copied().chain(self.method.secret()).collect();
        let mut retries = self.policy.start();
        loop {
            let (host, tries) = (host(url), retries.attempt());
            let answer = async {
                let mut answer = request(http).timeout(TIMEOUT).send().await?;
                let mut body = Vec::new();
                read_up_to(&mut answer, &mut body, MAX_RESPONSE).await?;
                let location = header(answer.headers(), "location").map(str::to_owned);
                let status = answer.status();
                let location = location.filter(|_| status.is_redirection());
                Ok::<_, reqwest::Error>((status, location, wait_of(answer.headers()), body))
            };
            let (error, after) = match answer.await {
                Ok((status, location, _, body)) if status.is_success() || status.is_redirection() => {
                    return Ok(Answer { status: status.as_u16(), location, body });
                }
                Ok((status, _, after, body)) => {
                    let (status, message) = (status.as_u16(), one_line(&redact(&words(&body), &known)));
                    if matches!(status, 400 | 401 | 403) {
                        return Err(Error::LoginRefused {
                            host,
                            auth_type: self.method.name(),
                            detail: format!("HTTP {status}: {message}"),
                            advice: self.method.advice(),
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
                    let detail = one_line(&redact(&describe(&error), &known));
                    (Error::Transport { request: what.to_owned(), host, tries, detail }, None)
                }
            };
            wait(what, error, &mut retries, after).await?;
        }
    }
}

/// The name of an address's host.
pub(super) fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// The message in an error response of a token service.
fn words(body: &[u8]) -> String {
    let json: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let field = |name: &str| Some(json.as_ref()?.get(name)?.as_str()?.to_owned());
    let coded = |code: &str, summary: &str| Some(format!("{}: {}", field(code)?, field(summary)?));
    coded("errorCode", "errorSummary")
        .or_else(|| coded("error", "error_description"))
        .or_else(|| ["error_description", "message", "error"].into_iter().find_map(field))
        .unwrap_or_else(|| String::from_utf8_lossy(body).into_owned())
}
