//! The login that Databricks gives to what runs inside it.

use secrecy::SecretString;
use std::fmt;

/// A workspace and a token for it.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Workspace, such as `https://adb-1.2.azuredatabricks.net`.
    pub host: String,
    /// Bearer token; unprintable.
    pub token: SecretString,
}

impl Grant {
    /// A workspace and a token for it.
    pub fn new(host: impl Into<String>, token: impl Into<String>) -> Self {
        Self { host: host.into(), token: SecretString::from(token.into()) }
    }
}

/// The runtime of a notebook or job. Code inside it is logged in without a secret of its own; only its Python
/// knows how (`databricks.sdk`, as `WorkspaceClient()` asks it), so the caller hands it in.
pub trait Runtime: fmt::Debug + Send + Sync {
    /// The login in force now. Asked again for every minute of work, and after a refusal. May block for a moment.
    ///
    /// # Errors
    /// Why there is none, in words; they must hold no secret.
    fn grant(&self) -> Result<Grant, String>;
}
