//! Tokens of a service on this machine.

use super::service::{EARLY, Service};
use crate::config::Login;
use crate::error::Error;
use f1lake_http::{SecretString, Token};
use serde::Deserialize;
use std::time::{Duration, Instant, SystemTime};

#[derive(Deserialize)]
struct Granted {
    access_token: Option<SecretString>,
    token_type: Option<String>,
    expires_on: Option<f64>,
}

/// Asks for a token.
pub(super) async fn token(
    login: &Login,
    address: &str,
    service: &Service<'_>,
) -> Result<Token<Instant>, Error> {
    let url = service.address(address, "DATABRICKS_METADATA_SERVICE_URL")?;
    let host = login.host.value.as_str().trim_end_matches('/');
    let request = |http: &reqwest::Client| {
        http.get(url.clone()).header("X-Databricks-Metadata-Version", "1").header("X-Databricks-Host", host)
    };
    let body = service.body("the metadata service's token", &url, &[], request).await?;
    // The body contains the token, so no part of it may reach an error.
    let granted: Granted =
        serde_json::from_slice(&body).map_err(|_| service.failed("Metadata Service returned no JSON"))?;
    let bearer =
        granted.access_token.ok_or_else(|| service.failed("Metadata Service returned empty token"))?;
    if granted.token_type.is_none() {
        return Err(service.failed("Metadata Service returned empty token type"));
    }
    let expiry = granted
        .expires_on
        .filter(|seconds| *seconds > 0.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| service.failed("Metadata Service returned invalid expiry"))?;
    let left = (SystemTime::UNIX_EPOCH + expiry).duration_since(SystemTime::now()).unwrap_or_default();
    Ok(Token { bearer, renew_at: Instant::now() + (left - EARLY.min(left / 2)) })
}
