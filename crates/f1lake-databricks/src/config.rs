//! Resolves host and login from the caller, the environment and the profile, in this order.

mod attribute;
mod azure;
mod host;
mod method;
mod order;
mod programs;
mod setting;
#[cfg(test)]
mod tests;

use crate::error::Error;
use crate::profile::Profile;
use crate::user_agent;
use attribute::{ATTRIBUTES, Attributes};
use f1lake_http::{ExposeSecret, MASK, SecretString};
use host::parse_host;
use std::path::PathBuf;
use url::Url;

pub use azure::AzureEnvironment;
pub(crate) use host::is_same_host;
pub use method::{IdTokenSource, Method};
pub use setting::{Explicit, Origin, Setting};

/// A resolved login: each value with its origin.
///
/// ```
/// use f1lake_databricks::{Explicit, Login};
/// let login = Login::resolve_with(&Explicit::default(), |name| match name {
///     "DATABRICKS_HOST" => Some("https://adb-1.example/?o=123".to_owned()),
///     "DATABRICKS_TOKEN" => Some("dapi-s3cr3t".to_owned()),
///     _ => None,
/// })?;
/// assert_eq!(login.host.value.as_str(), "https://adb-1.example/");
/// assert_eq!(login.workspace_id.as_ref().map(|id| id.value.as_str()), Some("123"));
/// assert_eq!(login.describe()[2], ("token", "********".into(), "environment DATABRICKS_TOKEN".into()));
/// # Ok::<(), f1lake_databricks::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Login {
    /// Workspace's address: scheme, host and port.
    pub host: Setting<Url>,
    /// Which workspace of a host that serves several.
    pub workspace_id: Option<Setting<String>>,
    /// How requests are signed.
    pub method: Method,
    /// What is tried, in this order, where `method` turns out not to be set up.
    pub otherwise: Vec<Method>,
    /// Warehouse's id or name, when set.
    pub warehouse: Option<Setting<String>>,
    pub(crate) details: Details,
}

/// Settings of some logins.
#[derive(Debug, Clone, Default)]
pub(crate) struct Details {
    pub(crate) account_id: Option<String>,
    /// Acts as this group.
    pub(crate) group_id: Option<String>,
    /// Where the OAuth endpoints are published.
    pub(crate) discovery_url: Option<String>,
    /// For whom an identity provider issues its token.
    pub(crate) token_audience: Option<String>,
    /// The configured scopes, sorted.
    pub(crate) scopes: Option<Vec<String>>,
    pub(crate) azure: Option<AzureEnvironment>,
    pub(crate) azure_tenant_id: Option<String>,
    pub(crate) azure_workspace_resource_id: Option<String>,
    /// Where the program runs, for `User-Agent`.
    pub(crate) surroundings: String,
}

impl Details {
    /// The scopes to ask for.
    pub(crate) fn scope(&self) -> String {
        self.scopes.as_ref().map_or_else(|| "all-apis".to_owned(), |scopes| scopes.join(" "))
    }
}

impl Login {
    /// Reads the process's environment and the configuration file.
    ///
    /// # Errors
    /// When no host or no secret is set anywhere, a value is unusable, or a requested profile is absent.
    pub fn resolve(explicit: &Explicit) -> Result<Self, Error> {
        Self::resolve_with(explicit, |name| std::env::var(name).ok())
    }

    /// Like [`Login::resolve`] with another environment. Programs (`az`, `databricks`) are looked for in its
    /// `PATH`; they get the environment of the process.
    ///
    /// # Errors
    /// Like [`Login::resolve`].
    pub fn resolve_with(
        explicit: &Explicit,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        // An empty variable counts as unset.
        let variable = |name: &str| {
            let value = environment(name)?.trim().to_owned();
            (!value.is_empty()).then_some(value)
        };
        let env =
            |name: &'static str| Some(Setting { value: variable(name)?, origin: Origin::Environment(name) });
        let mut attributes = given(explicit);
        attributes.fill_from_environment(env);
        let mut warehouse = text(explicit.warehouse.as_deref())
            .or_else(|| env("DATABRICKS_WAREHOUSE_ID"))
            .or_else(|| env("DATABRICKS_HTTP_PATH").map(last_segment));

        // A named profile fills in missing values. A default profile is read only when nothing is set, so
        // that a token from the environment never goes to the host of a forgotten file.
        let wanted = text(explicit.profile.as_deref()).or_else(|| env("DATABRICKS_CONFIG_PROFILE"));
        let untouched = attributes.get("host").is_none() && attributes.logins().is_empty();
        let mut profile_name = None;
        if wanted.is_some() || untouched {
            let file = explicit
                .config_file
                .clone()
                .or_else(|| variable("DATABRICKS_CONFIG_FILE").map(|path| expand_home(&path)))
                .or_else(|| home().map(|home| home.join(".databrickscfg")));
            let profile = match file {
                Some(file) => Profile::read(&file, wanted.as_ref().map(|wanted| wanted.value.as_str()))?,
                None => None,
            };
            if let Some(profile) = profile {
                let read = |key: &str| {
                    let origin = Origin::Profile { file: profile.file.clone(), name: profile.name.clone() };
                    Some(Setting { value: profile.get(key)?.to_owned(), origin })
                };
                for attribute in ATTRIBUTES {
                    attributes.fill(attribute.name, read(attribute.name));
                }
                warehouse = warehouse
                    .or_else(|| read("warehouse_id"))
                    .or_else(|| read("http_path").map(last_segment));
                profile_name = profile.chosen.then_some(profile.name);
            }
        }

        // Variables of dbt users. Their token goes only to its own host.
        let dbt_host = env("DBT_DATABRICKS_HOST");
        let same_host = match (attributes.get("host"), &dbt_host) {
            (Some(host), Some(dbt)) => {
                parse_host(dbt).is_ok_and(|dbt| parse_host(host).is_ok_and(|host| host.0 == dbt.0))
            }
            _ => true,
        };
        if same_host {
            attributes.fill("host", dbt_host);
            if attributes.logins().is_empty() {
                attributes.fill("token", env("DBT_DATABRICKS_TOKEN"));
            }
            warehouse = warehouse.or_else(|| env("DBT_DATABRICKS_HTTP_PATH").map(last_segment));
        }

        // Last, as in the official client.
        let auth_type = attributes.text("auth_type");
        let bare = attributes.logins().is_empty() && variable("DATABRICKS_OIDC_TOKEN").is_none();
        let wants_runtime = auth_type.as_deref() == Some(method::RUNTIME);
        let runtime = explicit.runtime.clone().filter(|_| wants_runtime || (bare && auth_type.is_none()));
        if let (None, Some(runtime)) = (attributes.get("host"), &runtime) {
            let granted = runtime.grant().map_err(|why| {
                Error::Config(format!("the runtime of this notebook or job provides no login: {why}"))
            })?;
            attributes.fill("host", Some(Setting { value: granted.host, origin: Origin::Runtime }));
        }
        let host = attributes.get("host").ok_or_else(|| {
            Error::NoWorkspace(if variable("DATABRICKS_RUNTIME_VERSION").is_some() {
                "; inside Databricks, the Python package logs in by itself, but the program does not"
            } else {
                ""
            })
        })?;
        let (url, in_host) = parse_host(host)?;
        let in_host = in_host.map(|value| Setting { value, origin: host.origin.clone() });
        let workspace_id = attributes.get("workspace_id").cloned().or(in_host);
        let host = Setting { value: url, origin: host.origin.clone() };
        let azure = explicit.azure_environment.clone().or_else(|| AzureEnvironment::of_host(&host.value));
        let mut methods = match runtime {
            Some(runtime) => vec![Method::Runtime(runtime)],
            None => order::logins(&order::Given {
                attributes: &attributes,
                variable: &variable,
                profile: profile_name,
                azure: azure.as_ref(),
            })?,
        };
        let details = Details {
            account_id: attributes.text("account_id"),
            group_id: attributes.text("group_id"),
            discovery_url: attributes.text("discovery_url"),
            token_audience: attributes.text("token_audience"),
            scopes: attributes.get("scopes").and_then(|scopes| parse_scopes(&scopes.value)),
            azure,
            azure_tenant_id: attributes.text("azure_tenant_id"),
            azure_workspace_resource_id: attributes.text("azure_workspace_resource_id"),
            surroundings: user_agent::surroundings(&environment),
        };
        let method = methods.remove(0);
        Ok(Self { host, workspace_id, method, otherwise: methods, warehouse, details })
    }

    /// Name, value and origin of each setting, for display; secrets are masked.
    pub fn describe(&self) -> Vec<(&'static str, String, String)> {
        let row = |name, value: &str, origin: &Origin| (name, value.to_owned(), origin.to_string());
        let mut rows = vec![row("host", self.host.value.as_str().trim_end_matches('/'), &self.host.origin)];
        if let Some(id) = &self.workspace_id {
            rows.push(row("workspace_id", &id.value, &id.origin));
        }
        for method in std::iter::once(&self.method).chain(&self.otherwise) {
            match method {
                Method::Token(token) => rows.push(row("token", MASK, &token.origin)),
                Method::Basic { username, password } => {
                    rows.push(row("username", &username.value, &username.origin));
                    rows.push(row("password", MASK, &password.origin));
                }
                Method::MetadataService { url } => {
                    rows.push(row("metadata_service_url", MASK, &url.origin));
                }
                Method::ServicePrincipal { client_id, client_secret } => {
                    rows.push(row("client_id", &client_id.value, &client_id.origin));
                    rows.push(row("client_secret", MASK, &client_secret.origin));
                }
                Method::Federation { source, client_id } => {
                    rows.push(("auth_type", source.name().to_owned(), token_from(source)));
                    if let Some(id) = client_id {
                        rows.push(row("client_id", &id.value, &id.origin));
                    }
                }
                Method::AzureServicePrincipal { client_id, client_secret } => {
                    rows.push(row("azure_client_id", &client_id.value, &client_id.origin));
                    rows.push(row("azure_client_secret", MASK, &client_secret.origin));
                }
                Method::AzureFederation { source, client_id } => {
                    rows.push(("auth_type", method.name().to_owned(), token_from(source)));
                    rows.push(row("azure_client_id", &client_id.value, &client_id.origin));
                }
                Method::AzureCli { program } => {
                    rows.push(("auth_type", method.name().to_owned(), program.display().to_string()));
                }
                Method::DatabricksCli { program, profile } => {
                    let profile = profile.as_ref().map_or(String::new(), |name| format!(", profile {name}"));
                    let origin = format!("{}{profile}", program.display());
                    rows.push(("auth_type", method.name().to_owned(), origin));
                }
                Method::Runtime(_) => rows.push(row("token", MASK, &Origin::Runtime)),
            }
        }
        if let Some(warehouse) = &self.warehouse {
            rows.push(row("warehouse", &warehouse.value, &warehouse.origin));
        }
        rows
    }
}

/// The settings of the caller.
fn given(explicit: &Explicit) -> Attributes {
    let secret = |value: &Option<SecretString>| text(value.as_ref().map(ExposeSecret::expose_secret));
    let mut attributes = Attributes::default();
    attributes.fill("host", text(explicit.host.as_deref()));
    attributes.fill("token", secret(&explicit.token));
    attributes.fill("client_id", text(explicit.client_id.as_deref()));
    attributes.fill("client_secret", secret(&explicit.client_secret));
    attributes.fill("auth_type", text(explicit.auth_type.as_deref()));
    attributes
}

fn text(value: Option<&str>) -> Option<Setting<String>> {
    let value = value.map(str::trim).filter(|value| !value.is_empty())?;
    Some(Setting { value: value.to_owned(), origin: Origin::Explicit })
}

/// Where an identity provider's token comes from.
fn token_from(source: &IdTokenSource) -> String {
    match source {
        IdTokenSource::Variable { name, .. } => format!("environment {name}"),
        IdTokenSource::File(path) => path.display().to_string(),
        IdTokenSource::GitHub { .. } => "environment ACTIONS_ID_TOKEN_REQUEST_URL".to_owned(),
        IdTokenSource::AzureDevOps { .. } => "environment SYSTEM_ACCESSTOKEN".to_owned(),
    }
}

/// `b, a b` -> `a`, `b`.
fn parse_scopes(text: &str) -> Option<Vec<String>> {
    let parts = text.split([',', ' ']).filter(|part| !part.is_empty()).map(str::to_owned);
    let scopes: std::collections::BTreeSet<String> = parts.collect();
    (!scopes.is_empty()).then(|| scopes.into_iter().collect())
}

/// `/sql/1.0/warehouses/<id>` -> `<id>`.
fn last_segment(mut setting: Setting<String>) -> Setting<String> {
    if let Some((_, last)) = setting.value.trim_end_matches('/').rsplit_once('/') {
        setting.value = last.to_owned();
    }
    setting
}

fn home() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned())
}

fn expand_home(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), home()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}
