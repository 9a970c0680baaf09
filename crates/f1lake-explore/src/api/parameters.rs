//! What a request asks for: the parameters of its address, or a body of JSON.

use crate::error::{ErrorKind, Failure};
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, Uri};
use percent_encoding::percent_decode_str;

/// The parameters of an address in their order.
pub(super) fn parameters(uri: &Uri) -> Vec<(String, String)> {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect()
}

/// The message for a body that is not what the address expects.
pub(super) fn not_json(rejection: &JsonRejection) -> Failure {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::new(ErrorKind::TooLarge, "The request is over 1 MB"),
        _ => Failure::parameter(format!("The body is not the JSON that this address expects: {rejection}")),
    }
}
