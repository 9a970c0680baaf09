//! Responses in the service's form.

use axum::body::Body;
use axum::http::{Method, Response, StatusCode};
use serde_json::{Value, json};

pub(super) fn respond(status: u16, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

pub(super) fn give(status: u16, body: Value) -> Response<Body> {
    let mut response = respond(status, body.to_string());
    response.headers_mut().insert("content-type", "application/json".parse().unwrap());
    response
}

pub(super) fn fail(status: u16, code: &str, message: &str) -> Response<Body> {
    give(status, json!({ "error_code": code, "message": message, "details": [] }))
}

/// A response to HEAD has no body.
pub(super) fn bare(method: &Method, mut response: Response<Body>) -> Response<Body> {
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}
