//! What stops a landing file on its way into a bronze table.

use f1lake_zone::ZoneError;

/// Failure of a landing file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BronzeError {
    /// A failure of the landing zone.
    #[error(transparent)]
    Landing(#[from] ZoneError),
    /// A session that was named has not landed.
    #[error("{landing}: session {session_key} is not landed; `f1lake status` lists landed sessions")]
    NotLanded {
        /// Session.
        session_key: i64,
        /// Landing zone.
        landing: String,
    },
    /// A landing file that does not match its endpoint.
    #[error("{file}: {detail}")]
    Rows {
        /// Its name.
        file: String,
        /// What is wrong and what to do.
        detail: String,
    },
}
