//! The login that Databricks gives to programs running inside it.

use f1lake_http::SecretString;
use std::fmt;

/// A workspace and a token for it.
///
/// ```
/// let grant = f1lake_databricks::Grant::new("https://adb-1.example", "s3cr3t");
/// assert!(!format!("{grant:?}").contains("s3cr3t"));
/// ```
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

/// The runtime of a notebook or job. Code inside it is logged in without a secret of its own. Only its Python
/// can ask for that login (through `databricks.sdk`, as `WorkspaceClient()` does), so the caller passes it
/// in.
///
/// ```
/// use f1lake_databricks::{Grant, Runtime};
/// #[derive(Debug)]
/// struct Notebook;
/// impl Runtime for Notebook {
///     fn grant(&self) -> Result<Grant, String> {
///         let token = std::env::var("NOTEBOOK_TOKEN").map_err(|_| "the notebook has ended")?;
///         Ok(Grant::new("https://adb-1.example", token))
///     }
/// }
/// ```
pub trait Runtime: fmt::Debug + Send + Sync {
    /// The current login. Called again for every minute of work, and after a refusal. May block for a moment.
    ///
    /// # Errors
    /// The reason why there is none; it must not contain a secret.
    fn grant(&self) -> Result<Grant, String>;
}
