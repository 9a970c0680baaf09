//! Which logins are set up, in the order of the official clients.

use super::attribute::Attributes;
use super::azure::AzureEnvironment;
use super::method::{IdTokenSource, Method, RUNTIME};
use super::programs;
use super::setting::Setting;
use crate::error::Error;
use f1lake_http::SecretString;
use std::path::PathBuf;

/// Why a login is not set up: `None` when nothing of it is.
type Missing = Option<String>;

/// What the choice depends on.
pub(super) struct Given<'a> {
    pub(super) attributes: &'a Attributes,
    /// Reads a variable; an empty one counts as unset.
    pub(super) variable: &'a dyn Fn(&str) -> Option<String>,
    /// The selected profile.
    pub(super) profile: Option<String>,
    pub(super) azure: Option<&'a AzureEnvironment>,
}

/// A login of the order.
struct Step {
    name: &'static str,
    /// Whether it can act as a group (`DATABRICKS_GROUP_ID`).
    groups: bool,
    find: fn(&Given<'_>) -> Result<Method, Missing>,
}

const fn step(name: &'static str, groups: bool, find: fn(&Given<'_>) -> Result<Method, Missing>) -> Step {
    Step { name, groups, find }
}

/// The order of databricks-sdk 0.162.0 (`DefaultCredentials`). Left out: `external-browser`, which
/// `databricks auth login` replaces; `runtime-oauth` and `runtime`, which the caller provides; `google-*`,
/// which need Google's libraries; `model-serving`.
const ORDER: [Step; 12] = [
    step("pat", false, token),
    step("basic", false, basic),
    step("metadata-service", false, metadata_service),
    step("oauth-m2m", true, service_principal),
    step("env-oidc", true, variable),
    step("file-oidc", true, file),
    step("github-oidc", true, github),
    step("azure-client-secret", false, azure_service_principal),
    step("github-oidc-azure", false, azure_federation),
    step("azure-cli", false, azure_cli),
    step("azure-devops-oidc", true, azure_devops),
    step("databricks-cli", false, databricks_cli),
];

/// The logins to try, in this order; all but the last may find that they are not set up.
pub(super) fn logins(given: &Given<'_>) -> Result<Vec<Method>, Error> {
    let attributes = given.attributes;
    let wanted = attributes.get("auth_type");
    if let Some(wanted) = wanted
        && !ORDER.iter().any(|step| step.name == wanted.value)
    {
        let names = ORDER.map(|step| step.name).join("`, `");
        if wanted.value == RUNTIME {
            return Err(Error::Config(format!(
                "auth_type `runtime` ({}): the runtime of a notebook or job logs in the Python package only",
                wanted.origin
            )));
        }
        return Err(Error::Config(format!(
            "auth_type `{}` ({}) is not supported here; use one of `{names}`",
            wanted.value, wanted.origin
        )));
    }
    let set = attributes.logins();
    if wanted.is_none() && set.len() > 1 {
        let names: Vec<&str> = set.keys().copied().collect();
        let origins: Vec<String> = set.values().flatten().cloned().collect();
        return Err(Error::Config(format!(
            "validate: more than one authorization method configured: {} ({}); unset all but one, or set \
             DATABRICKS_AUTH_TYPE",
            names.join(" and "),
            origins.join(", ")
        )));
    }
    let (mut found, mut tried) = (Vec::new(), Vec::new());
    for step in &ORDER {
        if wanted.is_some_and(|wanted| wanted.value != step.name) {
            continue;
        }
        if attributes.get("group_id").is_some() && !step.groups {
            if wanted.is_some() {
                return Err(Error::Config(format!(
                    "auth type \"{}\" does not support group role assumption. Use Databricks OAuth \
                     authentication",
                    step.name
                )));
            }
            continue;
        }
        match (step.find)(given) {
            Ok(method) => {
                let last = !method.may_decline();
                found.push(method);
                if last {
                    break;
                }
            }
            Err(Some(why)) => tried.push((step.name, why)),
            Err(None) if wanted.is_some() => tried.push((step.name, "it is not set up".to_owned())),
            Err(None) => {}
        }
    }
    if found.is_empty() { Err(Error::NoCredentials { tried }) } else { Ok(found) }
}

fn secret(setting: &Setting<String>) -> Setting<SecretString> {
    Setting { value: SecretString::from(setting.value.as_str()), origin: setting.origin.clone() }
}

/// Two settings that belong together.
fn both<'a>(
    given: &'a Given<'_>,
    first: (&str, &str),
    second: (&str, &str),
) -> Result<(&'a Setting<String>, &'a Setting<String>), Missing> {
    match (given.attributes.get(first.0), given.attributes.get(second.0)) {
        (Some(one), Some(two)) => Ok((one, two)),
        (Some(one), None) => {
            Err(Some(format!("{} is set ({}) without {}; set {}", first.0, one.origin, second.0, second.1)))
        }
        (None, Some(two)) => {
            Err(Some(format!("{} is set ({}) without {}; set {}", second.0, two.origin, first.0, first.1)))
        }
        (None, None) => Err(None),
    }
}

fn token(given: &Given<'_>) -> Result<Method, Missing> {
    given.attributes.get("token").map(|token| Method::Token(secret(token))).ok_or(None)
}

fn basic(given: &Given<'_>) -> Result<Method, Missing> {
    let (username, password) =
        both(given, ("username", "DATABRICKS_USERNAME"), ("password", "DATABRICKS_PASSWORD"))?;
    Ok(Method::Basic { username: username.clone(), password: secret(password) })
}

fn metadata_service(given: &Given<'_>) -> Result<Method, Missing> {
    let url = given.attributes.get("metadata_service_url").ok_or(None)?;
    Ok(Method::MetadataService { url: secret(url) })
}

fn service_principal(given: &Given<'_>) -> Result<Method, Missing> {
    let (client_id, client_secret) =
        both(given, ("client_id", "DATABRICKS_CLIENT_ID"), ("client_secret", "DATABRICKS_CLIENT_SECRET"))?;
    Ok(Method::ServicePrincipal { client_id: client_id.clone(), client_secret: secret(client_secret) })
}

fn federation(given: &Given<'_>, source: IdTokenSource) -> Method {
    Method::Federation { source, client_id: given.attributes.get("client_id").cloned() }
}

fn variable(given: &Given<'_>) -> Result<Method, Missing> {
    let named = given.attributes.text("oidc_token_env");
    let name = named.clone().unwrap_or_else(|| "DATABRICKS_OIDC_TOKEN".to_owned());
    match (given.variable)(&name) {
        Some(token) => Ok(federation(given, IdTokenSource::Variable { name, token: token.into() })),
        None => Err(named.map(|name| format!("Missing env var '{name}'"))),
    }
}

fn file(given: &Given<'_>) -> Result<Method, Missing> {
    let path = given.attributes.text("oidc_token_filepath").ok_or(None)?;
    match std::fs::read_to_string(&path) {
        Ok(token) if token.trim().is_empty() => Err(Some(format!("File '{path}' is empty"))),
        Ok(_) => Ok(federation(given, IdTokenSource::File(PathBuf::from(path)))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(Some(format!("File '{path}' does not exist")))
        }
        Err(error) => Err(Some(format!("Error reading token file: {path}: {error}"))),
    }
}

fn github_tokens(given: &Given<'_>) -> Result<IdTokenSource, Missing> {
    let variable = |name| (given.variable)(name);
    let found = variable("ACTIONS_ID_TOKEN_REQUEST_URL").zip(variable("ACTIONS_ID_TOKEN_REQUEST_TOKEN"));
    match found {
        Some((url, bearer)) => Ok(IdTokenSource::GitHub { url, bearer: bearer.into() }),
        None if variable("GITHUB_ACTIONS").is_some() => Err(Some(
            "this job of GitHub Actions may not ask for a token; give it `permissions: id-token: write`"
                .to_owned(),
        )),
        None => Err(None),
    }
}

fn github(given: &Given<'_>) -> Result<Method, Missing> {
    if given.attributes.get("client_id").is_none() {
        return Err(None);
    }
    Ok(federation(given, github_tokens(given)?))
}

fn azure_cloud(given: &Given<'_>) -> Result<(), Missing> {
    match given.azure {
        Some(_) => Ok(()),
        None => Err(Some("the host is not a workspace of Azure".to_owned())),
    }
}

fn azure_service_principal(given: &Given<'_>) -> Result<Method, Missing> {
    let (client_id, client_secret) =
        both(given, ("azure_client_id", "ARM_CLIENT_ID"), ("azure_client_secret", "ARM_CLIENT_SECRET"))?;
    azure_cloud(given)?;
    Ok(Method::AzureServicePrincipal { client_id: client_id.clone(), client_secret: secret(client_secret) })
}

fn azure_federation(given: &Given<'_>) -> Result<Method, Missing> {
    let client_id = given.attributes.get("azure_client_id").ok_or(None)?.clone();
    let source = github_tokens(given)?;
    azure_cloud(given)?;
    Ok(Method::AzureFederation { source, client_id })
}

fn azure_cli(given: &Given<'_>) -> Result<Method, Missing> {
    if given.azure.is_none() {
        // Every other workspace would be told of Azure.
        return Err(given.attributes.get("auth_type").and_then(|_| azure_cloud(given).err().flatten()));
    }
    let path = (given.variable)("PATH").unwrap_or_default();
    match programs::find("az", &path) {
        Some(program) => Ok(Method::AzureCli { program }),
        None => Err(Some(
            "Most likely Azure CLI is not installed. See \
             https://docs.microsoft.com/en-us/cli/azure/?view=azure-cli-latest for details"
                .to_owned(),
        )),
    }
}

fn azure_devops(given: &Given<'_>) -> Result<Method, Missing> {
    if given.attributes.get("client_id").is_none() {
        return Err(None);
    }
    let names = [
        "SYSTEM_ACCESSTOKEN",
        "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI",
        "SYSTEM_TEAMPROJECTID",
        "SYSTEM_PLANID",
        "SYSTEM_JOBID",
        "SYSTEM_HOSTTYPE",
    ];
    let found = names.map(|name| (given.variable)(name));
    let missing: Vec<&str> =
        names.iter().zip(&found).filter(|(_, found)| found.is_none()).map(|(name, _)| *name).collect();
    let [Some(bearer), Some(collection), Some(project), Some(plan), Some(job), Some(hub)] = found else {
        // Anywhere but in a pipeline, none of them is set.
        let elsewhere = missing.len() == names.len();
        return Err((!elsewhere).then(|| {
            format!("Azure DevOps OIDC: missing required environment variables: {}", missing.join(", "))
        }));
    };
    let url = format!(
        "{collection}{project}/_apis/distributedtask/hubs/{hub}/plans/{plan}/jobs/{job}/oidctoken\
         ?api-version=7.2-preview.1"
    );
    Ok(federation(given, IdTokenSource::AzureDevOps { url, bearer: bearer.into() }))
}

fn databricks_cli(given: &Given<'_>) -> Result<Method, Missing> {
    let path = (given.variable)("PATH").unwrap_or_default();
    let configured = given.attributes.text("databricks_cli_path");
    match programs::databricks_cli(configured.as_deref(), &path) {
        Ok(program) => Ok(Method::DatabricksCli { program, profile: given.profile.clone() }),
        Err(why) => {
            let meant = given.attributes.get("auth_type").is_some() || configured.is_some();
            Err((meant || why.contains("version")).then(|| why.to_owned()))
        }
    }
}
