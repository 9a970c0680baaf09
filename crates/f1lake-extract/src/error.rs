//! Errors of an extract.

use f1lake_zone::ZoneError;

/// Failure of an extract as a whole, or of one session.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// A setting is wrong; nothing was done.
    #[error("{0}")]
    Settings(String),
    /// The value of a setting is unusable; nothing was done.
    #[error("{setting}: {problem}")]
    Setting {
        /// Its name in the configuration.
        setting: &'static str,
        /// What is wrong and what is expected.
        problem: String,
    },
    /// A failure of the API.
    #[error(transparent)]
    Api(#[from] openf1_client::Error),
    /// The landing zone, or a file of this machine.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// The run was stopped.
    #[error("stopped; fetched responses are kept, and the next run resumes")]
    Interrupted,
}

impl ExtractError {
    /// Whether the destination refused the login or the write.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Zone(error) if error.is_refused())
    }

    /// Whether a live session is the cause.
    pub fn is_locked(&self) -> bool {
        matches!(self, Self::Api(error) if error.is_locked())
    }

    /// Whether the account was refused.
    pub fn is_login_refused(&self) -> bool {
        matches!(self, Self::Api(openf1_client::Error::LoginRefused { .. }))
    }
}
