//! Resolves host and login from the caller, the environment and the profile, in this order.

mod host;
mod setting;
#[cfg(test)]
mod tests;

use crate::error::Error;
use crate::profile::Profile;
use crate::runtime::Runtime;
use f1lake_http::{ExposeSecret, MASK, SecretString};
use host::parse_host;
use std::path::PathBuf;
use std::sync::Arc;
use url::Url;

pub(crate) use host::is_same_host;
pub use setting::{Explicit, Origin, Setting};

/// How requests are signed.
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
pub enum Method {
    /// Personal access token.
    Token(Setting<SecretString>),
    /// OAuth machine-to-machine: a service principal.
    ServicePrincipal {
        /// Application id.
        client_id: Setting<String>,
        /// OAuth secret.
        client_secret: Setting<SecretString>,
    },
    /// A grant by the runtime of a notebook or job.
    Runtime(Arc<dyn Runtime>),
}

impl Method {
    /// Its name in `DATABRICKS_AUTH_TYPE`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Token(_) => PAT,
            Self::ServicePrincipal { .. } => M2M,
            Self::Runtime(_) => RUNTIME,
        }
    }
}

const PAT: &str = "pat";
const M2M: &str = "oauth-m2m";
const RUNTIME: &str = "runtime";

/// A resolved login: each value with its origin.
///
/// ```
/// use f1lake_databricks::{Explicit, Login};
/// let login = Login::resolve_with(&Explicit::default(), |name| match name {
///     "DATABRICKS_HOST" => Some("https://adb-1.example/".to_owned()),
///     "DATABRICKS_TOKEN" => Some("dapi-s3cr3t".to_owned()),
///     _ => None,
/// })?;
/// assert_eq!(login.host.value.as_str(), "https://adb-1.example/");
/// assert_eq!(login.describe()[1], ("token", "********".into(), "environment DATABRICKS_TOKEN".into()));
/// # Ok::<(), f1lake_databricks::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Login {
    /// Workspace's address: scheme, host and port.
    pub host: Setting<Url>,
    /// How requests are signed.
    pub method: Method,
    /// Warehouse's id or name, when set.
    pub warehouse: Option<Setting<String>>,
}

impl Login {
    /// Reads the process's environment and the configuration file.
    ///
    /// # Errors
    /// When no host or no secret is set anywhere, a value is unusable, or a requested profile is absent.
    pub fn resolve(explicit: &Explicit) -> Result<Self, Error> {
        Self::resolve_with(explicit, |name| std::env::var(name).ok())
    }

    /// Like [`Login::resolve`] with another environment.
    ///
    /// # Errors
    /// Like [`Login::resolve`].
    pub fn resolve_with(
        explicit: &Explicit,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Error> {
        // An empty variable counts as unset.
        let env = |name: &'static str| {
            let value = environment(name)?.trim().to_owned();
            (!value.is_empty()).then_some(Setting { value, origin: Origin::Environment(name) })
        };
        let given = |value: &Option<String>| {
            let value = value.as_deref().map(str::trim).filter(|value| !value.is_empty())?;
            Some(Setting { value: value.to_owned(), origin: Origin::Explicit })
        };
        let given_secret = |value: &Option<SecretString>| {
            let value = value.as_ref().map(ExposeSecret::expose_secret)?.to_owned();
            given(&Some(value))
        };
        let mut host = given(&explicit.host).or_else(|| env("DATABRICKS_HOST"));
        let mut token = given_secret(&explicit.token).or_else(|| env("DATABRICKS_TOKEN"));
        let mut client_id = given(&explicit.client_id).or_else(|| env("DATABRICKS_CLIENT_ID"));
        let mut client_secret =
            given_secret(&explicit.client_secret).or_else(|| env("DATABRICKS_CLIENT_SECRET"));
        let mut auth_type = env("DATABRICKS_AUTH_TYPE");
        let mut warehouse = given(&explicit.warehouse)
            .or_else(|| env("DATABRICKS_WAREHOUSE_ID"))
            .or_else(|| env("DATABRICKS_HTTP_PATH").map(last_segment));

        // A named profile fills in missing values. A default profile is read only when nothing is set, so
        // that a token from the environment never goes to the host of a forgotten file.
        let wanted = given(&explicit.profile).or_else(|| env("DATABRICKS_CONFIG_PROFILE"));
        let untouched = host.is_none() && token.is_none() && client_id.is_none() && client_secret.is_none();
        if wanted.is_some() || untouched {
            let file = explicit
                .config_file
                .clone()
                .or_else(|| env("DATABRICKS_CONFIG_FILE").map(|setting| expand_home(&setting.value)))
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
                host = host.or_else(|| read("host"));
                token = token.or_else(|| read("token"));
                client_id = client_id.or_else(|| read("client_id"));
                client_secret = client_secret.or_else(|| read("client_secret"));
                auth_type = auth_type.or_else(|| read("auth_type"));
                warehouse = warehouse
                    .or_else(|| read("warehouse_id"))
                    .or_else(|| read("http_path").map(last_segment));
            }
        }

        // Variables of dbt users. Their token goes only to its own host.
        let dbt_host = env("DBT_DATABRICKS_HOST");
        let same_host = match (&host, &dbt_host) {
            (Some(host), Some(dbt)) => {
                parse_host(dbt).is_ok_and(|dbt| parse_host(host).is_ok_and(|host| host == dbt))
            }
            _ => true,
        };
        if same_host {
            host = host.or(dbt_host);
            if client_id.is_none() && client_secret.is_none() {
                token = token.or_else(|| env("DBT_DATABRICKS_TOKEN"));
            }
            warehouse = warehouse.or_else(|| env("DBT_DATABRICKS_HTTP_PATH").map(last_segment));
        }

        // Last, as in the official client.
        let secrets = [&token, &client_id, &client_secret];
        let bare = secrets.iter().all(|secret| secret.is_none());
        let wants_runtime = auth_type.as_ref().is_some_and(|wanted| wanted.value == RUNTIME);
        let runtime = explicit.runtime.clone().filter(|_| wants_runtime || (bare && auth_type.is_none()));
        if let (None, Some(runtime)) = (&host, &runtime) {
            let granted = runtime.grant().map_err(|why| {
                Error::Config(format!("the runtime of this notebook or job provides no login: {why}"))
            })?;
            host = Some(Setting { value: granted.host, origin: Origin::Runtime });
        }
        let host = host.ok_or_else(|| {
            Error::NoWorkspace(if env("DATABRICKS_RUNTIME_VERSION").is_some() {
                "; inside Databricks, the Python package logs in by itself, but the program does not"
            } else {
                ""
            })
        })?;
        let host = Setting { value: parse_host(&host)?, origin: host.origin };
        let method = match runtime {
            Some(runtime) => Method::Runtime(runtime),
            None => method(token, client_id, client_secret, auth_type)?,
        };
        Ok(Self { host, method, warehouse })
    }

    /// Name, value and origin of each setting, for display; secrets are masked.
    pub fn describe(&self) -> Vec<(&'static str, String, String)> {
        let row = |name, value: &str, origin: &Origin| (name, value.to_owned(), origin.to_string());
        let mut rows = vec![row("host", self.host.value.as_str().trim_end_matches('/'), &self.host.origin)];
        match &self.method {
            Method::Token(token) => rows.push(row("token", MASK, &token.origin)),
            Method::ServicePrincipal { client_id, client_secret } => {
                rows.push(row("client_id", &client_id.value, &client_id.origin));
                rows.push(row("client_secret", MASK, &client_secret.origin));
            }
            Method::Runtime(_) => rows.push(row("token", MASK, &Origin::Runtime)),
        }
        if let Some(warehouse) = &self.warehouse {
            rows.push(row("warehouse", &warehouse.value, &warehouse.origin));
        }
        rows
    }
}

fn method(
    token: Option<Setting<String>>,
    client_id: Option<Setting<String>>,
    client_secret: Option<Setting<String>>,
    auth_type: Option<Setting<String>>,
) -> Result<Method, Error> {
    let refuse = |text: String| Err(Error::Config(text));
    let secret = |setting: Setting<String>| Setting {
        value: SecretString::from(setting.value),
        origin: setting.origin,
    };
    let (mut token, mut client_id, mut client_secret) = (token, client_id, client_secret);
    if let Some(auth_type) = auth_type {
        match auth_type.value.as_str() {
            PAT => (client_id, client_secret) = (None, None),
            M2M => token = None,
            other => {
                return refuse(format!(
                    "auth_type `{other}` ({}) is not supported here; use `{PAT}` with DATABRICKS_TOKEN, or `{M2M}` \
                     with DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET",
                    auth_type.origin
                ));
            }
        }
    }
    match (token, client_id, client_secret) {
        (Some(token), None, None) => Ok(Method::Token(secret(token))),
        (None, Some(client_id), Some(client_secret)) => {
            Ok(Method::ServicePrincipal { client_id, client_secret: secret(client_secret) })
        }
        (Some(token), id, other) => {
            let origin = id.or(other).map(|setting| setting.origin.to_string()).unwrap_or_default();
            refuse(format!(
                "both a token ({}) and a service principal ({origin}) are set; unset one, or set \
                 DATABRICKS_AUTH_TYPE to `{PAT}` or `{M2M}`",
                token.origin
            ))
        }
        (None, Some(id), None) => refuse(format!(
            "client_id is set ({}) without its secret; set DATABRICKS_CLIENT_SECRET",
            id.origin
        )),
        (None, None, Some(secret)) => refuse(format!(
            "client_secret is set ({}) without its id; set DATABRICKS_CLIENT_ID",
            secret.origin
        )),
        (None, None, None) => refuse(
            "no Databricks login is set; set DATABRICKS_TOKEN, or DATABRICKS_CLIENT_ID and \
             DATABRICKS_CLIENT_SECRET, or a profile of ~/.databrickscfg"
                .to_owned(),
        ),
    }
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
