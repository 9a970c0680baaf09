//! A workspace: one connection pool, one login, one way to send requests.

use crate::auth::{Auth, Signature};
use crate::config::{Login, Method};
use crate::error::{ApiError, Error};
use crate::retry::{Repeat, wait, wait_of};
use crate::user_agent::UserAgent;
use bytes::Bytes;
use f1lake_http::{ExposeSecret, RetryPolicy, client_builder, describe, header, read_up_to};
use futures::StreamExt;
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// Timeout for response headers, in addition to upload time.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(90);
/// An upload slower than this, in bytes a second, is aborted.
const SLOWEST_UPLOAD: u64 = 64 * 1024;
/// Largest error body that is read.
const LARGEST_ERROR: usize = 64 * 1024;
/// Largest body that is parsed: results of statements have at most 25 MiB.
const LARGEST_JSON: usize = 256 * 1024 * 1024;

pub(crate) const JSON: &str = "application/json";
pub(crate) const OCTETS: &str = "application/octet-stream";

/// A workspace. Clones share the connection and the login.
///
/// ```no_run
/// # async fn run() -> Result<(), f1lake_databricks::Error> {
/// use f1lake_databricks::{Explicit, Login, Workspace};
/// let workspace = Workspace::connect(Login::resolve(&Explicit::default())?)?;
/// println!("{} has {} warehouses", workspace.host(), workspace.warehouses().await?.len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Workspace {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    http: reqwest::Client,
    auth: Auth,
    host: String,
    retry: RetryPolicy,
    user_agent: UserAgent,
}

/// Builds a [`Workspace`].
///
/// ```
/// # fn build(login: f1lake_databricks::Login) -> Result<(), f1lake_databricks::Error> {
/// use f1lake_databricks::{RetryPolicy, Workspace};
/// let retry = RetryPolicy { retries: 2, ..RetryPolicy::default() };
/// let workspace = Workspace::builder(login).product("tool/1.0").partner("acme").retry(retry).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a builder does nothing until it is built"]
pub struct WorkspaceBuilder {
    login: Login,
    retry: RetryPolicy,
    user_agent: UserAgent,
}

impl WorkspaceBuilder {
    /// Sets how failed requests are retried.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Name and version of the program, such as `tool/1.0`, put before ours in `User-Agent`.
    pub fn product(mut self, product: &str) -> Self {
        self.user_agent.product(product);
        self
    }

    /// A partner of Databricks whose tool this is part of, named in `User-Agent`.
    pub fn partner(mut self, partner: &str) -> Self {
        self.user_agent.partner(partner);
        self
    }

    /// Builds the workspace without connecting: the first request connects.
    ///
    /// # Errors
    /// When the product or the token is not valid in a header, or TLS cannot be set up.
    pub fn build(self) -> Result<Workspace, Error> {
        let secret = match &self.login.method {
            Method::Token(token) => Some(&token.value),
            Method::ServicePrincipal { client_secret, .. } => Some(&client_secret.value),
            // Others are asked when the first request is signed.
            _ => None,
        };
        if secret.is_some_and(|secret| HeaderValue::from_str(secret.expose_secret()).is_err()) {
            let wrong = "the Databricks token or secret contains invalid characters";
            return Err(Error::Config(wrong.to_owned()));
        }
        self.user_agent.check()?;
        let surroundings = &self.login.details.surroundings;
        let user_agent = self.user_agent.header(self.login.method.name(), surroundings);
        // Uncompressed: the length of a file must be the length of the response.
        let http = client_builder(&self.login.host.value, &user_agent)
            .connect_timeout(Duration::from_secs(20))
            .build()
            .map_err(|error| Error::Config(format!("cannot create an HTTP client: {}", describe(&error))))?;
        let host = self.login.host.value.host_str().unwrap_or_default().to_owned();
        Ok(Workspace {
            shared: Arc::new(Shared {
                http,
                auth: Auth::new(self.login),
                host,
                retry: self.retry,
                user_agent: self.user_agent,
            }),
        })
    }
}

/// A request, with how often it may be sent.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: reqwest::Method,
    /// Escaped path from `/api/` on.
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) accept: Option<&'static str>,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// Chunks of the body.
    pub(crate) body: Vec<Bytes>,
    pub(crate) repeat: Repeat,
    /// Whether a web page is an invalid response.
    pub(crate) html_is_wrong: bool,
}

impl Call {
    pub(crate) fn new(method: reqwest::Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            accept: None,
            content_type: None,
            headers: Vec::new(),
            body: Vec::new(),
            repeat: Repeat::Safe,
            html_is_wrong: true,
        }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { accept: Some(JSON), ..Self::new(reqwest::Method::GET, path) }
    }

    /// A POST of JSON, which is not retried once it may have had an effect.
    pub(crate) fn post(path: impl Into<String>, body: &serde_json::Value) -> Self {
        Self {
            accept: Some(JSON),
            content_type: Some(JSON),
            body: vec![Bytes::from(body.to_string())],
            repeat: Repeat::Refused,
            ..Self::new(reqwest::Method::POST, path)
        }
    }

    pub(crate) fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Method and path, human-readable.
    pub(crate) fn describe(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

impl Workspace {
    /// A workspace with the default retries.
    ///
    /// # Errors
    /// See [`WorkspaceBuilder::build`].
    pub fn connect(login: Login) -> Result<Self, Error> {
        Self::builder(login).build()
    }

    /// Starts from the default settings.
    pub fn builder(login: Login) -> WorkspaceBuilder {
        WorkspaceBuilder { login, retry: RetryPolicy::default(), user_agent: UserAgent::default() }
    }

    /// The login in use.
    pub fn login(&self) -> &Login {
        self.shared.auth.login()
    }

    /// The login that signs requests: before the first one, the first in the order of preference.
    pub fn method(&self) -> &Method {
        self.shared.auth.method()
    }

    /// The workspace's host name.
    pub fn host(&self) -> &str {
        &self.shared.host
    }

    /// Masks secrets in a server's message.
    pub(crate) fn redact(&self, text: &str) -> String {
        self.shared.auth.redact(text, None)
    }

    pub(crate) fn retry(&self) -> &RetryPolicy {
        &self.shared.retry
    }

    /// Sends a request, retries where that is safe, and returns a successful response.
    pub(crate) async fn send(&self, call: &Call) -> Result<reqwest::Response, Error> {
        let url = self.url(call)?;
        let Shared { http, auth, retry: policy, .. } = &*self.shared;
        let request = call.describe();
        let (mut retries, mut renewed) = (policy.start(), false);
        loop {
            let tries = retries.attempt();
            let signature = auth.sign(http, policy).await?;
            let (error, again, after) = match self.attempt(call, url.clone(), Some(&signature)).await {
                Ok(response) => {
                    let status = response.status();
                    if status.is_success() {
                        self.refuse_pages(call, &response)?;
                        return Ok(response);
                    }
                    if status.is_redirection() {
                        let what = format!("a redirect (HTTP {})", status.as_u16());
                        return Err(self.not_the_api(call, what));
                    }
                    if status.as_u16() == 401 && !renewed && auth.renew(&signature) {
                        // It had no effect, so it is repeated under its number.
                        renewed = true;
                        continue;
                    }
                    let after = wait_of(response.headers());
                    let error = self.api_error(call, response, tries, &signature).await;
                    (error, call.repeat.on_status(status.as_u16()), after)
                }
                Err(detail) => {
                    let (host, detail) = (self.shared.host.clone(), auth.message(&detail, Some(&signature)));
                    let error = Error::Transport { request: request.clone(), host, tries, detail };
                    (error, call.repeat.on_transport(), None)
                }
            };
            if !again {
                return Err(error);
            }
            wait(&request, error, &mut retries, after).await?;
        }
    }

    /// Sends a request and parses the JSON of its response.
    pub(crate) async fn json<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Error> {
        let mut response = self.send(call).await?;
        let wrong = |detail: String| self.wrong(call, self.shared.auth.message(&detail, None));
        let mut body = Vec::new();
        let arriving = read_up_to(&mut response, &mut body, LARGEST_JSON);
        match tokio::time::timeout(ANSWER_TIMEOUT, arriving).await {
            Ok(Ok(true)) => {}
            Ok(Ok(false)) => return Err(wrong(format!("it exceeds {LARGEST_JSON} bytes"))),
            Ok(Err(error)) => return Err(wrong(describe(&error))),
            Err(_) => return Err(wrong("it did not arrive in time".to_owned())),
        }
        // The parser's message may quote the response, so only its position is used.
        serde_json::from_slice(&body).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            wrong(format!(
                "{} bytes that are not the expected JSON (line {line} column {column})",
                body.len()
            ))
        })
    }

    /// One attempt at any URL; a URL outside the workspace gets no signature.
    pub(crate) async fn attempt(
        &self,
        call: &Call,
        url: Url,
        signature: Option<&Signature>,
    ) -> Result<reqwest::Response, String> {
        let mut headers = HeaderMap::new();
        if let Some(accept) = call.accept {
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
        }
        if let Some(content_type) = call.content_type {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        headers.extend(call.headers.iter().cloned());
        let length: u64 = call.body.iter().map(|chunk| chunk.len() as u64).sum();
        let mut request = self.shared.http.request(call.method.clone(), url);
        if let Some(signature) = signature {
            signature.sign(&mut headers).map_err(|name| format!("{name} cannot be sent"))?;
            let auth = &self.shared.auth;
            let surroundings = &auth.login().details.surroundings;
            let agent = self.shared.user_agent.header(auth.method().name(), surroundings);
            headers.extend(HeaderValue::from_str(&agent).ok().map(|agent| (USER_AGENT, agent)));
        }
        if matches!(call.method, reqwest::Method::PUT | reqwest::Method::POST | reqwest::Method::DELETE) {
            headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
            request = match call.body.as_slice() {
                [] => request,
                [one] => request.body(one.clone()),
                many => {
                    let chunks = futures::stream::iter(many.to_vec()).map(Ok::<_, std::io::Error>);
                    request.body(reqwest::Body::wrap_stream(chunks))
                }
            };
        }
        let limit = ANSWER_TIMEOUT + Duration::from_secs(length / SLOWEST_UPLOAD);
        match tokio::time::timeout(limit, request.headers(headers).send()).await {
            Ok(answer) => answer.map_err(|error| describe(&error)),
            Err(_) => Err(format!("no response in {} s", limit.as_secs())),
        }
    }

    fn url(&self, call: &Call) -> Result<Url, Error> {
        let base = &self.shared.auth.login().host.value;
        let mut url = Url::parse(&format!("{}{}", base.as_str().trim_end_matches('/'), call.path))
            .map_err(|error| Error::Config(format!("{} is not an address: {error}", call.path)))?;
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&call.query);
        }
        Ok(url)
    }

    /// A response that cannot be used.
    pub(crate) fn wrong(&self, call: &Call, detail: impl Into<String>) -> Error {
        Error::Answer { request: call.describe(), host: self.shared.host.clone(), detail: detail.into() }
    }

    fn not_the_api(&self, call: &Call, what: String) -> Error {
        Error::NotTheApi { request: call.describe(), host: self.shared.host.clone(), what }
    }

    fn refuse_pages(&self, call: &Call, response: &reqwest::Response) -> Result<(), Error> {
        let html =
            header(response.headers(), "content-type").is_some_and(|value| value.contains("text/html"));
        if html && call.html_is_wrong {
            return Err(self.not_the_api(call, "a web page, perhaps a login".to_owned()));
        }
        Ok(())
    }

    /// Parses the forms of error responses: JSON of two ages, `CODE: message`, a web page, nothing.
    async fn api_error(
        &self,
        call: &Call,
        mut response: reqwest::Response,
        tries: u32,
        signature: &Signature,
    ) -> Error {
        let status = response.status().as_u16();
        let html =
            header(response.headers(), "content-type").is_some_and(|value| value.contains("text/html"));
        // The start of it, when the rest does not arrive.
        let mut body = Vec::new();
        let arriving = read_up_to(&mut response, &mut body, LARGEST_ERROR);
        drop(tokio::time::timeout(ANSWER_TIMEOUT, arriving).await);
        let text = String::from_utf8_lossy(&body);
        let json: Option<serde_json::Value> = serde_json::from_slice(&body).ok();
        let field = |name: &str| match json.as_ref()?.get(name)? {
            serde_json::Value::String(text) => Some(text.clone()),
            serde_json::Value::Null => None,
            other => Some(other.to_string()),
        };
        let (error_code, message) = if json.is_some() {
            let message = field("message").or_else(|| field("error")).or_else(|| field("detail"));
            (field("error_code").unwrap_or_default(), message.unwrap_or_default())
        } else if html {
            let page = text.split("<pre>").nth(1).and_then(|rest| rest.split("</pre>").next());
            (String::new(), page.unwrap_or("a web page").to_owned())
        } else {
            match text.split_once(": ") {
                Some((code, words))
                    if !code.is_empty() && code.chars().all(|c| c.is_ascii_uppercase() || c == '_') =>
                {
                    (code.to_owned(), words.to_owned())
                }
                _ => (String::new(), text.into_owned()),
            }
        };
        let message_of = |text: &str| self.shared.auth.message(text, Some(signature));
        Error::from(ApiError {
            request: call.describe(),
            host: self.shared.host.clone(),
            status,
            error_code: message_of(&error_code),
            message: message_of(&message),
            tries,
            advice: (status == 401).then(|| self.shared.auth.advice()),
        })
    }
}
