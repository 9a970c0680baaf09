//! What HTTP clients of an API share: retries, `Retry-After`, a token cache, redaction of secrets, and the
//! rule where a secret may be sent. It knows no API: what a status means stays with the client.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use f1lake_http::{RetryPolicy, attempts, client_builder, describe, retry_after};
//! use std::time::Duration;
//! let url: url::Url = "https://example.com/rows".parse()?;
//! let http = client_builder(&url, "tool/1.0").build()?;
//! let mut retries = RetryPolicy::default().start();
//! let response = loop {
//!     let (error, after) = match http.get(url.clone()).send().await {
//!         Ok(response) if response.status().is_success() => break response,
//!         Ok(response) => {
//!             let after = retry_after(response.headers(), Duration::from_secs(60));
//!             (response.status().to_string(), after)
//!         }
//!         Err(error) => (describe(&error), None),
//!     };
//!     let Some(wait) = retries.next_wait(after) else {
//!         return Err(format!("{error} after {}", attempts(retries.attempt())).into());
//!     };
//!     tokio::time::sleep(wait).await;
//! };
//! # Ok(())
//! # }
//! ```

mod address;
mod client;
mod message;
mod redact;
mod response;
mod retry;
mod retry_after;
mod token;

pub use address::{is_loopback, may_carry_secrets};
pub use client::client_builder;
pub use message::{attempts, one_line};
pub use redact::{MASK, redact};
pub use response::{describe, header, read_up_to};
pub use retry::{Retries, RetryPolicy};
pub use retry_after::{parse_retry_after, retry_after};
pub use secrecy::{ExposeSecret, SecretString};
pub use token::{Token, TokenCache, TokenResponse};
