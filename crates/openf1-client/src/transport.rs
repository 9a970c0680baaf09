//! What a failed request of the HTTP library says, and what becomes of its slot.

use crate::limit::Sending;

/// An error of the HTTP library with its causes, without the URL.
pub(crate) fn describe(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() { "timed out".to_owned() } else { String::new() };
    let mut cause = std::error::Error::source(error);
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
    if text.is_empty() { error.to_string() } else { text }
}

/// Settles the slot of a failed request: without a connection nothing was sent, otherwise it may still
/// arrive.
pub(crate) async fn settle(place: Sending, error: &reqwest::Error) {
    if error.is_connect() {
        place.unused().await;
    }
}
