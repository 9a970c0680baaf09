//! What the server decides and responds to a request.

use super::plain::{Plain, detail};
use super::state::{Server, lock};
use crate::answer::Answer;
use crate::connection::Peer;
use crate::endpoint::Endpoint;
use crate::limits::Violation;
use crate::refusal::Refusal;
use crate::token::{Identity, Login};
use axum::http::{Method, StatusCode};
use std::time::Instant;

pub(super) const NO_RESULTS: &str = r#"{"detail":"No results found."}"#;
const TOO_MUCH: &str =
    r#"{"detail":"Failed to retrieve information. You're likely asking for too much data at once."}"#;
pub(super) const LIVE: &str = r#"{"detail":"Live F1 session in progress. Global API access (including past sessions) is restricted to authenticated users until the session ends."}"#;

impl Server {
    pub(super) fn is_live(&self) -> bool {
        let now = self.started.elapsed();
        self.live.iter().any(|w| w.from <= now && now < w.until)
    }

    pub(super) fn arrive(&self, identity: &Identity, peer: &Peer) -> Result<(), Violation> {
        let (client, has_token) = match identity {
            Identity::User(user) => (user.clone(), true),
            _ => (peer.address.ip().to_string(), false),
        };
        let outcome = {
            // Read the clock under the lock, so that arrivals are counted in order.
            let mut limiter = lock(&self.limiter);
            limiter.arrive(self.limits, &client, has_token, Instant::now())
        };
        let mut stats = lock(&self.stats);
        let stats = &mut *stats;
        let of_client = stats.by_client.entry(client).or_default();
        of_client.requests += 1;
        match outcome {
            Ok(()) => {}
            Err(Violation::PerSecond(_)) => {
                stats.violations += 1;
                stats.violations_per_second += 1;
                of_client.violations_per_second += 1;
            }
            Err(Violation::PerMinute(_)) => {
                stats.violations += 1;
                stats.violations_per_minute += 1;
                of_client.violations_per_minute += 1;
            }
        }
        outcome
    }

    pub(super) fn login(&self, method: &Method, form: &str) -> Plain {
        if method != Method::POST {
            return Plain::json(StatusCode::METHOD_NOT_ALLOWED, detail("Method Not Allowed"));
        }
        match lock(&self.tokens).login(form, Instant::now()) {
            Login::Token(token) => {
                // The lifetime is text, as the hosted API sends it.
                let body = serde_json::json!({
                    "access_token": token, "token_type": "bearer",
                    "expires_in": self.token_lifetime_s.to_string(),
                });
                Plain::json(StatusCode::OK, body.to_string())
            }
            Login::WrongGrantType | Login::Missing => {
                Plain::json(StatusCode::UNPROCESSABLE_ENTITY, detail("Invalid login form"))
            }
            Login::Refused => Plain::json(StatusCode::UNAUTHORIZED, detail("Incorrect username or password")),
            Login::Burst => Plain::gateway(StatusCode::TOO_MANY_REQUESTS),
        }
    }

    pub(super) fn serve(&self, method: &Method, name: &str, query: &str) -> Plain {
        if method != Method::GET && method != Method::POST && method != Method::HEAD {
            return Plain::json(StatusCode::METHOD_NOT_ALLOWED, detail("Method Not Allowed"));
        }
        let Some(endpoint) = Endpoint::from_name(name) else {
            return Plain::json(StatusCode::NOT_FOUND, NO_RESULTS);
        };
        match self.library.answer(endpoint, query) {
            Ok(Answer { body, rows, csv: true }) => Plain {
                content_type: "text/csv; charset=utf-8",
                file_name: Some(format!("{name}.csv")),
                rows,
                ..Plain::json(StatusCode::OK, body)
            },
            Ok(Answer { body, rows, .. }) => Plain { rows, ..Plain::json(StatusCode::OK, body) },
            Err(Refusal::Nothing) => Plain::json(StatusCode::NOT_FOUND, NO_RESULTS),
            Err(Refusal::TooMuch) => Plain::json(StatusCode::UNPROCESSABLE_ENTITY, TOO_MUCH),
            Err(Refusal::Broken(trace)) => Plain::html(
                StatusCode::INTERNAL_SERVER_ERROR,
                format!("<h1>An error occurred</h1><pre>{}</pre>", escape(&trace)),
            ),
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
