//! From the configuration to a client of the API with its limiter.

use crate::config::{Config, Loaded};
use crate::error::Error;
use crate::folders::{cache_dir, fingerprint};
use openf1_client::{Credentials, Limits, OpenF1, RateLimiter};
use std::path::PathBuf;
use std::time::Duration;

/// Login for OpenF1 from the environment.
///
/// # Errors
/// When only one half of it is set.
pub fn credentials() -> Result<Option<Credentials>, Error> {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if set("OPENF1_USERNAME") != set("OPENF1_PASSWORD") {
        return Err(Error::Usage(
            "only one of OPENF1_USERNAME and OPENF1_PASSWORD is set\nhint: set both, or neither".to_owned(),
        ));
    }
    Ok(Credentials::from_env())
}

/// The limits in force: as configured, otherwise none for a server on this machine and those of the account's
/// tier elsewhere.
pub fn limits(config: &Config, authenticated: bool) -> Limits {
    let default = Limits::default_for(&config.base_url, authenticated);
    Limits {
        per_second: config.rate_per_second.unwrap_or(default.per_second),
        per_minute: config.rate_per_minute.unwrap_or(default.per_minute),
    }
}

/// A client with the shared limiter.
pub fn client(loaded: &Loaded) -> Result<OpenF1, Error> {
    let config = &loaded.config;
    let credentials = credentials()?;
    let limits = limits(config, credentials.is_some());
    limits.validate().map_err(|error| {
        Error::Usage(format!(
            "{error} (rate_per_second: {}, rate_per_minute: {})",
            loaded.origin("rate_per_second"),
            loaded.origin("rate_per_minute")
        ))
    })?;
    let state = limiter_state(config, credentials.as_ref());
    let client = OpenF1::builder()
        .base_url(&config.base_url)
        .timeout(Duration::from_secs_f64(config.timeout))
        .max_retries(config.max_retries)
        .retry_delay(Duration::from_secs_f64(config.retry_delay))
        .bytes_per_10_seconds(config.bytes_per_10_seconds)
        .limiter(RateLimiter::new(limits).with_state_file(state))
        .credentials(credentials)
        .build()?;
    Ok(client)
}

/// The file in which all processes of this user share the limits of one server and account.
pub fn limiter_state(config: &Config, credentials: Option<&Credentials>) -> PathBuf {
    if let Some(path) = &config.limiter_state {
        return path.clone();
    }
    let address = config.base_url.split_once("://").map_or(config.base_url.as_str(), |(_, rest)| rest);
    let host: String = address
        .split('/')
        .next()
        .unwrap_or(address)
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' })
        .collect();
    let user = credentials.map(|account| format!("-{}", fingerprint(&account.username))).unwrap_or_default();
    cache_dir().join("limits").join(format!("{host}{user}.json"))
}
