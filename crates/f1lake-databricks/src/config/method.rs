//! The logins, with what each needs.

use super::setting::Setting;
use crate::runtime::Runtime;
use f1lake_http::SecretString;
use std::path::PathBuf;
use std::sync::Arc;

/// The name of the runtime's login.
pub(super) const RUNTIME: &str = "runtime";

/// How requests are signed. The names and the order of preference are those of the official clients.
///
/// ```
/// use f1lake_databricks::{Explicit, Login};
/// let explicit =
///     Explicit { host: Some("adb-1.example".into()), token: Some("dapi".into()), ..Default::default() };
/// let login = Login::resolve_with(&explicit, |_| None)?;
/// assert_eq!(login.method.name(), "pat");
/// # Ok::<(), f1lake_databricks::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Method {
    /// Personal access token.
    Token(Setting<SecretString>),
    /// Name and password of a user.
    Basic {
        /// User.
        username: Setting<String>,
        /// Its password.
        password: Setting<SecretString>,
    },
    /// A service on this machine that grants tokens.
    MetadataService {
        /// Its address; it may contain a secret.
        url: Setting<SecretString>,
    },
    /// OAuth machine-to-machine: a service principal with a secret.
    ServicePrincipal {
        /// Application id.
        client_id: Setting<String>,
        /// OAuth secret.
        client_secret: Setting<SecretString>,
    },
    /// A token of another identity provider, exchanged for one of the workspace: nothing to keep secret.
    Federation {
        /// Where the provider's token comes from.
        source: IdTokenSource,
        /// The service principal that trusts the provider; without one, the account's federation policy
        /// decides.
        client_id: Option<Setting<String>>,
    },
    /// A service principal of Entra ID with a secret.
    AzureServicePrincipal {
        /// Application id.
        client_id: Setting<String>,
        /// Secret.
        client_secret: Setting<SecretString>,
    },
    /// GitHub's identity, exchanged for a token of Entra ID.
    AzureFederation {
        /// GitHub's token service.
        source: IdTokenSource,
        /// Application id that trusts GitHub.
        client_id: Setting<String>,
    },
    /// The login of Azure's `az`.
    AzureCli {
        /// The program.
        program: PathBuf,
    },
    /// The login of `databricks auth login`.
    DatabricksCli {
        /// The program.
        program: PathBuf,
        /// The profile that it logs in; by host where none is selected.
        profile: Option<String>,
    },
    /// A grant by the runtime of a notebook or job.
    Runtime(Arc<dyn Runtime>),
}

/// Where the token of another identity provider comes from.
///
/// ```
/// use f1lake_databricks::IdTokenSource;
/// assert_eq!(IdTokenSource::File("/var/run/token".into()).name(), "file-oidc");
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum IdTokenSource {
    /// An environment variable.
    Variable {
        /// Its name.
        name: String,
        /// The token.
        token: SecretString,
    },
    /// A file, read again for each token.
    File(PathBuf),
    /// The token service of a GitHub Actions job with `permissions: id-token: write`.
    GitHub {
        /// Its address (`ACTIONS_ID_TOKEN_REQUEST_URL`).
        url: String,
        /// The job's token for it (`ACTIONS_ID_TOKEN_REQUEST_TOKEN`).
        bearer: SecretString,
    },
    /// The token service of an Azure DevOps pipeline.
    AzureDevOps {
        /// Its address.
        url: String,
        /// The pipeline's token for it (`SYSTEM_ACCESSTOKEN`).
        bearer: SecretString,
    },
}

impl IdTokenSource {
    /// Name in `DATABRICKS_AUTH_TYPE` of the login that uses it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Variable { .. } => "env-oidc",
            Self::File(_) => "file-oidc",
            Self::GitHub { .. } => "github-oidc",
            Self::AzureDevOps { .. } => "azure-devops-oidc",
        }
    }

    fn secret(&self) -> Option<&SecretString> {
        match self {
            Self::Variable { token: secret, .. }
            | Self::GitHub { bearer: secret, .. }
            | Self::AzureDevOps { bearer: secret, .. } => Some(secret),
            Self::File(_) => None,
        }
    }
}

impl Method {
    /// Its name in `DATABRICKS_AUTH_TYPE`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Token(_) => "pat",
            Self::Basic { .. } => "basic",
            Self::MetadataService { .. } => "metadata-service",
            Self::ServicePrincipal { .. } => "oauth-m2m",
            Self::Federation { source, .. } => source.name(),
            Self::AzureServicePrincipal { .. } => "azure-client-secret",
            Self::AzureFederation { .. } => "github-oidc-azure",
            Self::AzureCli { .. } => "azure-cli",
            Self::DatabricksCli { .. } => "databricks-cli",
            Self::Runtime(_) => RUNTIME,
        }
    }

    /// Its fixed secret, which is masked wherever a server repeats it.
    pub(crate) fn secret(&self) -> Option<&SecretString> {
        match self {
            Self::Token(secret)
            | Self::MetadataService { url: secret }
            | Self::Basic { password: secret, .. }
            | Self::ServicePrincipal { client_secret: secret, .. }
            | Self::AzureServicePrincipal { client_secret: secret, .. } => Some(&secret.value),
            Self::Federation { source, .. } | Self::AzureFederation { source, .. } => source.secret(),
            Self::AzureCli { .. } | Self::DatabricksCli { .. } | Self::Runtime(_) => None,
        }
    }

    /// Whether only the first token shows that it is not set up here, so that the next one in the order is
    /// tried.
    pub(super) fn may_decline(&self) -> bool {
        match self {
            Self::AzureCli { .. } | Self::DatabricksCli { .. } | Self::AzureFederation { .. } => true,
            Self::Federation { source, .. } => {
                matches!(source, IdTokenSource::GitHub { .. } | IdTokenSource::AzureDevOps { .. })
            }
            _ => false,
        }
    }

    /// What to check when it is refused.
    pub(crate) fn advice(&self) -> String {
        match self {
            Self::Token(token) => format!(
                "the token ({}) is wrong, expired, or of another workspace; create a new one and set \
                 DATABRICKS_TOKEN",
                token.origin
            ),
            Self::Basic { username, .. } => format!(
                "the user or password ({}) is wrong, or the workspace no longer accepts passwords; use \
                 another login",
                username.origin
            ),
            Self::MetadataService { .. } => "check the service at DATABRICKS_METADATA_SERVICE_URL".to_owned(),
            Self::ServicePrincipal { client_id, .. } => format!(
                "the service principal ({}) does not belong to this workspace; check DATABRICKS_CLIENT_ID \
                 and DATABRICKS_CLIENT_SECRET",
                client_id.origin
            ),
            Self::Federation { client_id, .. } => format!(
                "check the federation policy {}: its issuer, subject and audience must be those of the \
                 token",
                match client_id {
                    Some(id) => format!("of the service principal {} ({})", id.value, id.origin),
                    None => "of the account, or set DATABRICKS_CLIENT_ID".to_owned(),
                }
            ),
            Self::AzureServicePrincipal { client_id, .. } => format!(
                "the service principal ({}) is not known here; check ARM_CLIENT_ID, ARM_CLIENT_SECRET and \
                 ARM_TENANT_ID",
                client_id.origin
            ),
            Self::AzureFederation { client_id, .. } => format!(
                "check the federated credential of {} ({}) in Entra ID, and that it may use the workspace",
                client_id.value, client_id.origin
            ),
            Self::AzureCli { .. } => {
                "log in with `az login` as a user of this workspace; check ARM_TENANT_ID".to_owned()
            }
            Self::DatabricksCli { .. } => {
                "log in again with `databricks auth login`, for this host or profile".to_owned()
            }
            Self::Runtime(_) => {
                "the login of this notebook or job has expired or lacks the permission; start it again, or \
                 set DATABRICKS_TOKEN"
                    .to_owned()
            }
        }
    }
}
