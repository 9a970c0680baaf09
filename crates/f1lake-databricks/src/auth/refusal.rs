//! Why a login gives no token.

use crate::error::Error;

/// Why a login gives no token.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It is not set up here; the next one in the order may be.
    Declined(String),
    /// It is set up, and failed.
    Failed(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}
