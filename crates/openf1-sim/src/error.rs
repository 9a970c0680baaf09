//! Errors of setting up a simulator.

use std::path::PathBuf;

/// Why a simulator could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimError {
    /// The configuration asks for something that does not exist.
    #[error("{0}")]
    Config(String),
    /// The fault plan is not valid.
    #[error("fault plan: {0}")]
    FaultPlan(String),
    /// A file of recorded rows cannot be read or is not a JSON array of objects.
    #[error("cannot replay {path}: {reason}")]
    Replay {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The truth of a session cannot be written.
    #[error("cannot write the truth to {path}: {reason}")]
    Truth {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        reason: std::io::Error,
    },
    /// The port cannot be opened.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Bind {
        /// The requested port.
        port: u16,
        /// The system's reason.
        source: std::io::Error,
    },
}
