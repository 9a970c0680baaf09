//! Why a query is refused.

use crate::endpoint::Endpoint;

/// Why a query is refused before sending.
///
/// ```
/// use openf1_client::{Endpoint, Query, QueryError};
/// let error = Query::new(Endpoint::Laps).eq("lap", 1).to_query_string().unwrap_err();
/// assert!(matches!(error, QueryError::UnknownField { .. }));
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The API would answer 404, as if there were no rows.
    #[error("{endpoint} has no field `{field}`; available fields: {known}")]
    UnknownField {
        /// The endpoint.
        endpoint: Endpoint,
        /// The requested field.
        field: String,
        /// Its available fields.
        known: String,
    },
    /// The API cannot filter on lists.
    #[error("{endpoint}.{field} is a list; the API cannot filter on it")]
    ListField {
        /// The endpoint.
        endpoint: Endpoint,
        /// The requested field.
        field: String,
    },
    /// The value does not match the field's type.
    #[error("{endpoint}.{field} cannot be compared with {value}: {reason}")]
    BadValue {
        /// The endpoint.
        endpoint: Endpoint,
        /// The requested field.
        field: String,
        /// The given value.
        value: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The API would OR the two bounds and return nearly everything.
    #[error("the window of {endpoint}.{field} is empty or inverted: {lower} to {upper}")]
    EmptyWindow {
        /// The endpoint.
        endpoint: Endpoint,
        /// The requested field.
        field: String,
        /// Lower bound.
        lower: String,
        /// Upper bound.
        upper: String,
    },
    /// The API would pair the bounds differently than intended.
    #[error("the bounds of {endpoint}.{field} do not form separate windows; use one query per window")]
    AmbiguousWindows {
        /// The endpoint.
        endpoint: Endpoint,
        /// The requested field.
        field: String,
    },
    /// The API answers 422.
    #[error("a query on {endpoint} needs at least one filter")]
    NoFilter {
        /// The endpoint.
        endpoint: Endpoint,
    },
}
