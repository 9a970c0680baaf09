//! Resolves host and login from the caller, the environment and the profile, in this order.

use crate::auth::MASK;
use crate::error::Error;
use crate::profile::Profile;
use crate::runtime::Runtime;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use url::Url;

/// Source of a value.
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
#[derive(Debug, Clone)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Its source.
    pub origin: Origin,
}

/// Settings of the caller, which take precedence over environment and profile.
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
    /// Warehouse's id or name.
    pub warehouse: Option<String>,
    /// Runtime of the notebook or job in which the program runs; it logs in where nothing else is set.
    pub runtime: Option<Arc<dyn Runtime>>,
}

/// How requests are signed.
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
        let sources = Sources { environment: &environment };
        let env = |name| sources.env(name);
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

struct Sources<'a> {
    environment: &'a dyn Fn(&str) -> Option<String>,
}

impl Sources<'_> {
    /// A variable; an empty one counts as unset.
    fn env(&self, name: &'static str) -> Option<Setting<String>> {
        let value = (self.environment)(name)?.trim().to_owned();
        (!value.is_empty()).then_some(Setting { value, origin: Origin::Environment(name) })
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

/// Whether two addresses belong to one workspace.
pub(crate) fn is_same_host(granted: &str, wanted: &Url) -> bool {
    let granted = Setting { value: granted.to_owned(), origin: Origin::Runtime };
    parse_host(&granted).is_ok_and(|host| host == *wanted)
}

/// Scheme, host and port of what users write: with or without `https://`, or copied from the browser with a
/// path.
fn parse_host(setting: &Setting<String>) -> Result<Url, Error> {
    let Setting { value, origin } = setting;
    let refuse = |why: &str| Err(Error::Config(format!("the workspace's host ({origin}) {why}")));
    let whole = if value.contains("://") { value.clone() } else { format!("https://{value}") };
    let Ok(mut url) = Url::parse(&whole) else { return refuse("is not an address; use https://WORKSPACE") };
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("contains a user name or password; use only https://WORKSPACE");
    }
    if url.host_str().is_none_or(str::is_empty) {
        return refuse("is not an address; use https://WORKSPACE");
    }
    if !is_safe(&url) {
        return refuse("is not https; a token is sent over https only (or plain http to this machine)");
    }
    url.set_path("");
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}

/// Whether a secret may be sent there: https, or plain http within this machine.
pub(crate) fn is_safe(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && loopback)
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

#[cfg(test)]
mod tests {
    use super::*;

    const CANARY: &str = "dapi-canary-5e1f";

    fn resolve(explicit: &Explicit, env: &[(&str, &str)]) -> Result<Login, Error> {
        Login::resolve_with(explicit, |name| {
            let found = env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            // The developer's own file must not leak into the tests.
            found.or_else(|| (name == "DATABRICKS_CONFIG_FILE").then(|| "/nonexistent/cfg".to_owned()))
        })
    }

    fn rows(login: &Login) -> Vec<String> {
        login.describe().into_iter().map(|(name, value, origin)| format!("{name}={value} {origin}")).collect()
    }

    fn profiles() -> (tempfile::TempDir, String) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("cfg");
        let text = format!(
            "[__settings__]\ndefault_profile = dev\n[dev]\nhost = dev.example\ntoken = {CANARY}\n\
             http_path = /sql/1.0/warehouses/devwh\n\
             [sp]\nhost = https://sp.example/\nclient_id = me\nclient_secret = {CANARY}\nwarehouse_id = spwh\n\
             [u2m]\nhost = https://u2m.example\nauth_type = databricks-cli\n"
        );
        std::fs::write(&file, text).unwrap();
        let name = file.display().to_string();
        (dir, name)
    }

    #[test]
    fn the_environment_alone_is_a_login() {
        let env = [
            ("DATABRICKS_HOST", "adb-1.2.azuredatabricks.net"),
            ("DATABRICKS_TOKEN", CANARY),
            ("DATABRICKS_WAREHOUSE_ID", "wh1"),
            ("DBT_DATABRICKS_HOST", "other"),
            ("DBT_DATABRICKS_HTTP_PATH", "/sql/1.0/warehouses/otherwh"),
        ];
        let login = resolve(&Explicit::default(), &env).unwrap();
        let expected = [
            "host=https://adb-1.2.azuredatabricks.net environment DATABRICKS_HOST",
            "token=******** environment DATABRICKS_TOKEN",
            "warehouse=wh1 environment DATABRICKS_WAREHOUSE_ID",
        ];
        assert_eq!(rows(&login), expected);
        assert!(!format!("{login:?}").contains(CANARY));
    }

    #[test]
    fn the_caller_wins_over_the_environment_and_it_over_a_named_profile() {
        let (_dir, file) = profiles();
        let env = [
            ("DATABRICKS_CONFIG_FILE", file.as_str()),
            ("DATABRICKS_CONFIG_PROFILE", "dev"),
            ("DATABRICKS_HOST", "env.example"),
        ];
        let explicit = Explicit { warehouse: Some("mine".into()), ..Explicit::default() };
        let login = resolve(&explicit, &env).unwrap();
        assert_eq!(
            rows(&login),
            [
                "host=https://env.example environment DATABRICKS_HOST".to_owned(),
                format!("token=******** profile dev of {file}"),
                "warehouse=mine given".to_owned()
            ]
        );
        let explicit = Explicit { profile: Some("sp".into()), ..Explicit::default() };
        let login = resolve(&explicit, &env[..2]).unwrap();
        assert_eq!(login.method.name(), "oauth-m2m", "{:?}", rows(&login));
        assert_eq!(rows(&login)[3], format!("warehouse=spwh profile sp of {file}"));
    }

    #[test]
    fn the_default_profile_is_read_only_where_nothing_is_set() {
        let (_dir, file) = profiles();
        let login = resolve(&Explicit::default(), &[("DATABRICKS_CONFIG_FILE", &file)]).unwrap();
        assert_eq!(login.host.value.as_str(), "https://dev.example/");
        assert_eq!(login.warehouse.unwrap().value, "devwh");
        let env = [("DATABRICKS_CONFIG_FILE", file.as_str()), ("DATABRICKS_HOST", "env.example")];
        let error = resolve(&Explicit::default(), &env).unwrap_err().to_string();
        assert!(error.contains("DATABRICKS_TOKEN"), "a file's token for another host: {error}");
    }

    #[test]
    fn names_that_dbt_users_have_set_come_last_and_stay_with_their_host() {
        let dbt = [
            ("DBT_DATABRICKS_HOST", "dbt.example"),
            ("DBT_DATABRICKS_TOKEN", CANARY),
            ("DBT_DATABRICKS_HTTP_PATH", "/sql/1.0/warehouses/abc123/"),
        ];
        let login = resolve(&Explicit::default(), &dbt).unwrap();
        assert_eq!(
            rows(&login),
            [
                "host=https://dbt.example environment DBT_DATABRICKS_HOST",
                "token=******** environment DBT_DATABRICKS_TOKEN",
                "warehouse=abc123 environment DBT_DATABRICKS_HTTP_PATH"
            ]
        );
        let mut elsewhere = dbt.to_vec();
        elsewhere.push(("DATABRICKS_HOST", "https://evil.example"));
        assert!(resolve(&Explicit::default(), &elsewhere).is_err(), "dbt's token would go elsewhere");
    }

    #[derive(Debug)]
    struct Granting(Result<&'static str, &'static str>);

    impl Runtime for Granting {
        fn grant(&self) -> Result<crate::Grant, String> {
            let host = self.0.map_err(str::to_owned)?.to_owned();
            Ok(crate::Grant { host, token: CANARY.into() })
        }
    }

    fn inside(granted: Result<&'static str, &'static str>) -> Explicit {
        Explicit { runtime: Some(Arc::new(Granting(granted))), ..Explicit::default() }
    }

    #[test]
    fn the_runtime_logs_in_where_nothing_is_set() {
        let granted = inside(Ok("https://adb-1.2.azuredatabricks.net"));
        let login = resolve(&granted, &[]).unwrap();
        assert_eq!(
            rows(&login),
            [
                "host=https://adb-1.2.azuredatabricks.net the runtime of this notebook or job",
                "token=******** the runtime of this notebook or job"
            ]
        );
        assert!(!format!("{login:?}").contains(CANARY));
        // A host without a secret, as in jobs: the runtime signs for it.
        let login = resolve(&granted, &[("DATABRICKS_HOST", "adb-1.2.azuredatabricks.net")]).unwrap();
        assert_eq!(login.method.name(), "runtime");

        let env = [("DATABRICKS_HOST", "h"), ("DATABRICKS_TOKEN", CANARY)];
        assert_eq!(resolve(&granted, &env).unwrap().method.name(), "pat", "what is set wins");
        let mut wanted = env.to_vec();
        wanted.push(("DATABRICKS_AUTH_TYPE", "runtime"));
        assert_eq!(resolve(&granted, &wanted).unwrap().method.name(), "runtime");
        let other = [("DATABRICKS_HOST", "h"), ("DATABRICKS_AUTH_TYPE", "databricks-cli")];
        assert!(resolve(&granted, &other).is_err(), "another login was asked for");
    }

    #[test]
    fn without_a_runtime_that_grants_there_is_no_login() {
        let refused = resolve(&inside(Err("no context")), &[]).unwrap_err().to_string();
        assert!(refused.contains("provides no login: no context"), "{refused}");
        let alone = resolve(&Explicit::default(), &[("DATABRICKS_RUNTIME_VERSION", "16.4")]).unwrap_err();
        assert!(
            matches!(alone, Error::NoWorkspace(_)) && alone.to_string().contains("Python package"),
            "{alone}"
        );
    }

    #[test]
    fn two_logins_need_a_choice_and_half_a_login_is_refused() {
        let both = [
            ("DATABRICKS_HOST", "h"),
            ("DATABRICKS_TOKEN", CANARY),
            ("DATABRICKS_CLIENT_ID", "me"),
            ("DATABRICKS_CLIENT_SECRET", CANARY),
        ];
        let error = resolve(&Explicit::default(), &both).unwrap_err().to_string();
        assert!(error.contains("DATABRICKS_AUTH_TYPE") && !error.contains(CANARY), "{error}");
        for auth_type in ["pat", "oauth-m2m"] {
            let mut env = both.to_vec();
            env.push(("DATABRICKS_AUTH_TYPE", auth_type));
            assert_eq!(resolve(&Explicit::default(), &env).unwrap().method.name(), auth_type);
        }
        let (_dir, file) = profiles();
        let u2m = [("DATABRICKS_CONFIG_FILE", file.as_str()), ("DATABRICKS_CONFIG_PROFILE", "u2m")];
        let cases: [(&[(&str, &str)], &str); 5] = [
            (&[], "DATABRICKS_HOST"),
            (&both[..1], "DATABRICKS_TOKEN"),
            (&[both[0], both[2]], "DATABRICKS_CLIENT_SECRET"),
            (&[both[0], both[3]], "DATABRICKS_CLIENT_ID"),
            (&u2m, "`databricks-cli`"),
        ];
        for (env, named) in cases {
            let error = resolve(&Explicit::default(), env).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn a_host_is_an_address_and_secrets_travel_safely() {
        let host = |value: &str| {
            parse_host(&Setting { value: value.to_owned(), origin: Origin::Explicit }).map(String::from)
        };
        for (written, read) in [
            ("https://adb-1.azuredatabricks.net/?o=123#job/1", "https://adb-1.azuredatabricks.net/"),
            ("adb-1.azuredatabricks.net/", "https://adb-1.azuredatabricks.net/"),
            ("http://127.0.0.1:8000", "http://127.0.0.1:8000/"),
            ("http://[::1]:8000", "http://[::1]:8000/"),
            ("http://localhost:1", "http://localhost:1/"),
        ] {
            assert_eq!(host(written).unwrap(), read);
        }
        for bad in [
            "http://dbc.cloud.databricks.com",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "ftp://localhost",
            "https://me:dapi-canary@h",
            "https://",
            "a b",
        ] {
            let error = host(bad).unwrap_err().to_string();
            assert!(!error.contains("canary"), "{error}");
        }
    }
}
