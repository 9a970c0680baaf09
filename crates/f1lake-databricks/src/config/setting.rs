//! Settings and where they come from.

use super::azure::AzureEnvironment;
use crate::runtime::Runtime;
use f1lake_http::SecretString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Source of a value.
///
/// ```
/// use f1lake_databricks::Origin;
/// assert_eq!(Origin::Environment("DATABRICKS_HOST").to_string(), "environment DATABRICKS_HOST");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The caller: a flag or a setting of the program.
    Explicit,
    /// An environment variable, by name.
    Environment(&'static str),
    /// The runtime of a notebook or job.
    Runtime,
    /// A profile of a configuration file.
    Profile {
        /// The file.
        file: PathBuf,
        /// The profile's name.
        name: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Explicit => write!(f, "given"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Runtime => write!(f, "the runtime of this notebook or job"),
            Self::Profile { file, name } => write!(f, "profile {name} of {}", file.display()),
        }
    }
}

/// A value and its source. A secret value stays unprintable.
///
/// ```
/// use f1lake_databricks::{Origin, Setting};
/// let warehouse = Setting { value: "Starter Warehouse".to_owned(), origin: Origin::Explicit };
/// assert_eq!(format!("{} ({})", warehouse.value, warehouse.origin), "Starter Warehouse (given)");
/// ```
#[derive(Debug, Clone)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Its source.
    pub origin: Origin,
}

/// Settings of the caller, which take precedence over environment and profile.
///
/// ```
/// use f1lake_databricks::Explicit;
/// let explicit = Explicit { profile: Some("team".to_owned()), token: Some("s3cr3t".into()), ..Explicit::default() };
/// assert!(!format!("{explicit:?}").contains("s3cr3t"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Explicit {
    /// Profile of the configuration file (`--profile`).
    pub profile: Option<String>,
    /// Configuration file, instead of `DATABRICKS_CONFIG_FILE` and `~/.databrickscfg`.
    pub config_file: Option<PathBuf>,
    /// Workspace, such as `https://adb-1.2.azuredatabricks.net`.
    pub host: Option<String>,
    /// Personal access token.
    pub token: Option<SecretString>,
    /// Service principal's application id.
    pub client_id: Option<String>,
    /// Service principal's OAuth secret.
    pub client_secret: Option<SecretString>,
    /// Name of the login to use, whatever else is set (`DATABRICKS_AUTH_TYPE`).
    pub auth_type: Option<String>,
    /// Warehouse's id or name.
    pub warehouse: Option<String>,
    /// Azure's addresses, where they do not follow from the host.
    pub azure_environment: Option<AzureEnvironment>,
    /// Runtime of the notebook or job in which the program runs; it logs in where nothing else is set.
    pub runtime: Option<Arc<dyn Runtime>>,
}
