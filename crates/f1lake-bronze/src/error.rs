//! What stops a landing file on its way into a bronze table.

use f1lake_zone::ZoneError;

/// Failure of a landing file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BronzeError {
    /// The landing zone.
    #[error(transparent)]
    Landing(#[from] ZoneError),
    /// A session that was named has not landed.
    #[error("{landing}: session {session_key} is not landed; `f1lake status` lists what is")]
    NotLanded {
        /// Session.
        session_key: i64,
        /// Landing zone.
        landing: String,
    },
    /// A landing file that does not fit its endpoint.
    #[error("{file}: {detail}")]
    Rows {
        /// Which.
        file: String,
        /// What is wrong and what to do.
        detail: String,
    },
}
