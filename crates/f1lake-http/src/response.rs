//! Reads responses, and says what went wrong without them.

use reqwest::Response;
use reqwest::header::HeaderMap;
use std::error::Error;

/// A header's text; `None` when it is absent or not text.
///
/// ```
/// let headers = [("etag".parse()?, "\"v1\"".parse()?)].into_iter().collect();
/// assert_eq!(f1lake_http::header(&headers, "etag"), Some("\"v1\""));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Appends a response's body to `body` until that exceeds `limit` bytes; false when it does.
///
/// # Errors
/// When the connection breaks; `body` then holds what arrived before.
///
/// ```no_run
/// # async fn run(mut response: reqwest::Response) -> Result<(), Box<dyn std::error::Error>> {
/// let mut body = Vec::new();
/// if !f1lake_http::read_up_to(&mut response, &mut body, 1 << 20).await? {
///     return Err("more than 1 MiB".into());
/// }
/// # Ok(())
/// # }
/// ```
pub async fn read_up_to(
    response: &mut Response,
    body: &mut Vec<u8>,
    limit: usize,
) -> Result<bool, reqwest::Error> {
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > limit {
            return Ok(false);
        }
    }
    Ok(true)
}

/// An error of the HTTP client with its causes, without the URL, whose query may be a signature.
///
/// ```
/// let http = f1lake_http::client_builder(&"https://example.com".parse()?, "tool/1.0").build()?;
/// let error = http.get("nonsense?signature=abc").build().unwrap_err();
/// assert_eq!(f1lake_http::describe(&error), "relative URL without a base");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn describe(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() { "timed out".to_owned() } else { String::new() };
    let mut cause = error.source();
    while let Some(error) = cause {
        let part = error.to_string();
        if !text.contains(&part) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&part);
        }
        cause = error.source();
    }
    // Its own text ends with the URL.
    if text.is_empty() {
        error.to_string().split(" for url").next().unwrap_or_default().to_owned()
    } else {
        text
    }
}
