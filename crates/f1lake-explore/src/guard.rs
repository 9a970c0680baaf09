//! What a request must be before anything is answered.
//!
//! A server on loopback is reachable by every page that a browser has open and by every user of the machine.
//! The rules, in order: the host name is this server's (DNS rebinding), the method is known, the request does
//! not come from another page (CSRF, inclusion of data as a script), and what is not part of the page itself
//! needs the token (other users). There are no cookies, so a browser sends nothing by itself, and no CORS
//! headers, so other pages cannot read answers.

use crate::error::{ErrorKind, Failure};
use crate::token::Token;
use axum::body::Body;
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, HOST, HeaderName, HeaderValue,
    ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use axum::response::{IntoResponse, Response};

/// Largest body of a request, bytes.
pub(crate) const LARGEST_BODY: usize = 1 << 20;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No host, several, or one that is not text.
    MalformedHost,
    /// The host is not this server.
    OtherHost,
    /// The method is not GET, HEAD or POST.
    Method,
    /// The request comes from another page.
    OtherPage,
    /// The body is too large.
    TooLarge,
    /// The token is missing or wrong.
    Token,
}

/// Decides which requests are answered.
#[derive(Debug, Clone)]
pub struct Guard {
    hosts: [String; 3],
    token: Token,
    is_page: fn(&str) -> bool,
}

impl Guard {
    /// A guard for a server on a port of loopback. `is_page` tells which paths are the page itself, which
    /// needs no token: it holds no data.
    pub fn new(port: u16, token: Token, is_page: fn(&str) -> bool) -> Self {
        let hosts = ["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{port}"));
        Self { hosts, token, is_page }
    }

    /// Checks a request; its body is not looked at.
    ///
    /// # Errors
    /// [`Refusal`] of the first rule that does not hold.
    pub fn check<B>(&self, request: &Request<B>) -> Result<(), Refusal> {
        self.host(request)?;
        if ![Method::GET, Method::HEAD, Method::POST].contains(request.method()) {
            return Err(Refusal::Method);
        }
        self.same_page(request.headers())?;
        if let Some(length) = request.headers().get(CONTENT_LENGTH) {
            let length = length.to_str().ok().and_then(|text| text.parse::<usize>().ok());
            if length.is_none_or(|length| length > LARGEST_BODY) {
                return Err(Refusal::TooLarge);
            }
        }
        let reads = request.method() != Method::POST;
        if reads && (self.is_page)(request.uri().path()) { Ok(()) } else { self.token(request.headers()) }
    }

    /// The header and the authority of the address must both be ours, as far as they are there.
    fn host<B>(&self, request: &Request<B>) -> Result<(), Refusal> {
        let mut headers = request.headers().get_all(HOST).iter();
        let header = headers.next().map(|value| value.to_str().map_err(|_| Refusal::MalformedHost));
        let header = header.transpose()?;
        let authority = request.uri().authority().map(|authority| authority.as_str());
        if headers.next().is_some() || (header.is_none() && authority.is_none()) {
            return Err(Refusal::MalformedHost);
        }
        let is_ours = |host: &str| self.hosts.iter().any(|ours| ours.eq_ignore_ascii_case(host));
        if [header, authority].into_iter().flatten().all(is_ours) { Ok(()) } else { Err(Refusal::OtherHost) }
    }

    fn same_page(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let is_own_site = |value: &HeaderValue| value == "same-origin" || value == "none";
        let is_own_origin = |value: &HeaderValue| {
            let host = value.to_str().ok().and_then(|text| text.strip_prefix("http://"));
            host.is_some_and(|host| self.hosts.iter().any(|ours| ours == host))
        };
        let all_own = headers.get_all(SEC_FETCH_SITE).iter().all(is_own_site)
            && headers.get_all(ORIGIN).iter().all(is_own_origin);
        if all_own { Ok(()) } else { Err(Refusal::OtherPage) }
    }

    fn token(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let mut given = headers.get_all(AUTHORIZATION).iter();
        let (Some(only), None) = (given.next(), given.next()) else { return Err(Refusal::Token) };
        let token = only.as_bytes().strip_prefix(b"Bearer ").ok_or(Refusal::Token)?;
        if self.token.matches(token) { Ok(()) } else { Err(Refusal::Token) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let failure = match self {
            Self::MalformedHost => {
                let text = Failure::new(ErrorKind::Host, "The request names no host, or several");
                return (StatusCode::BAD_REQUEST, text.into_response()).into_response();
            }
            Self::OtherHost => Failure::new(ErrorKind::Host, "This address is not the one of f1lake explore")
                .with_hint("Open the address that f1lake explore printed"),
            Self::Method => Failure::new(ErrorKind::Method, "Only GET, HEAD and POST are answered"),
            Self::OtherPage => Failure::new(ErrorKind::Origin, "The request comes from another page")
                .with_hint("Open the address that f1lake explore printed"),
            Self::TooLarge => Failure::new(ErrorKind::TooLarge, "The request is over 1 MB"),
            Self::Token => Failure::new(ErrorKind::Token, "This address has no valid token")
                .with_hint("Open the address that f1lake explore printed last; each start has its own"),
        };
        failure.into_response()
    }
}

/// Headers of every answer. `nonce` lets the page's own code editor add its styles.
pub(crate) fn seal(response: &mut Response<Body>, nonce: Option<&str>) {
    let nonce = nonce.map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'{nonce}; img-src 'self' data: blob:; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    for name in ["cross-origin-resource-policy", "cross-origin-opener-policy"] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static("same-origin"));
    }
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
