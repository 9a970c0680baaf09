//! Why a request has no answer, for programs and for people.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// What went wrong, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The token is missing or wrong.
    Token,
    /// The request is for another host name.
    Host,
    /// The request comes from another page.
    Origin,
    /// Only GET, HEAD and POST exist.
    Method,
    /// The body is over 1 MB.
    TooLarge,
    /// The place has no tables.
    NoLake,
    /// The lake has no session.
    EmptyLake,
    /// Gold was not built.
    NoGold,
    /// The query names a table that is not there.
    NoTable,
    /// The query names a column that is not there.
    NoColumn,
    /// The query is wrong in another way, or would write.
    Sql,
    /// The query took more than its time.
    Timeout,
    /// The query needs more memory than the page may use.
    Memory,
    /// There is no such address.
    NotFound,
    /// A parameter is missing, unknown or not of its type.
    Parameter,
    /// The laps are on different circuits.
    Circuit,
    /// A lap has no telemetry.
    NoTelemetry,
    /// Something failed that the user did not ask for.
    Failed,
}

impl ErrorKind {
    fn status(self) -> StatusCode {
        match self {
            Self::Token => StatusCode::UNAUTHORIZED,
            Self::Host | Self::Origin => StatusCode::FORBIDDEN,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound | Self::NoTelemetry => StatusCode::NOT_FOUND,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::NoLake | Self::EmptyLake | Self::NoGold => StatusCode::CONFLICT,
            Self::NoTable | Self::NoColumn | Self::Sql | Self::Memory => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Parameter | Self::Circuit => StatusCode::BAD_REQUEST,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// A name that was probably meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// The name in the query.
    pub wrong: String,
    /// The name that exists.
    pub right: String,
}

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// For programs.
    pub kind: ErrorKind,
    /// What is, in one sentence.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
    /// How to repair the query.
    pub suggestion: Option<Suggestion>,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, suggestion: None }
    }

    /// Adds what to do.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    pub(crate) fn parameter(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Parameter, message)
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(ErrorKind::NotFound, format!("There is nothing at {what}"))
    }

    pub(crate) fn failed(error: impl std::fmt::Display) -> Self {
        Self::new(ErrorKind::Failed, error.to_string())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.kind.status(), Json(self)).into_response()
    }
}
