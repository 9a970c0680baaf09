//! The login of `databricks auth login`.

use super::command::{self, Fields, Trouble};
use super::jwt::claims;
use super::refusal::Refusal;
use super::service::{EARLY, Service};
use crate::config::Login;
use crate::error::{Error, one_line};
use f1lake_http::Token;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

const FIELDS: Fields = Fields { token: "access_token", expiry: &["expiry"] };
/// A program that waits for something must not hold up the run.
const LIMIT: Duration = Duration::from_secs(60);
const VERSION_LIMIT: Duration = Duration::from_secs(5);
/// The first version whose `auth token` knows `--profile`.
const PROFILE: Version = Version(0, 207, 1);
/// The first version with `--force-refresh`.
const FORCE_REFRESH: Version = Version(0, 296, 0);

/// A version of the CLI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version(u32, u32, u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}.{}", self.0, self.1, self.2)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Printed {
    major: u32,
    minor: u32,
    patch: u32,
}

/// The arguments with which this version gives a token.
pub(super) async fn arguments(program: &Path, host: &str, profile: Option<&str>) -> Vec<String> {
    let version = version(program).await;
    let known = version.map_or_else(|| "of unknown version".to_owned(), |version| version.to_string());
    let supports = |wanted: Version, what: &str, otherwise: &str| {
        let yes = version >= Some(wanted);
        if !yes {
            tracing::warn!(
                "Databricks CLI {known} is not known to support {what} (requires >= {wanted}). {otherwise}"
            );
        }
        yes
    };
    let selected = match profile {
        Some(profile) if supports(PROFILE, "--profile", "Falling back to --host.") => ["--profile", profile],
        _ => ["--host", host],
    };
    let mut arguments = vec!["auth", "token"];
    arguments.extend(selected);
    if supports(FORCE_REFRESH, "--force-refresh", "The CLI's token cache may provide stale tokens.") {
        arguments.push("--force-refresh");
    }
    arguments.into_iter().map(str::to_owned).collect()
}

/// `None` when it cannot be found out, or when it was built without one.
async fn version(program: &Path) -> Option<Version> {
    let ran = command::run(program, &["version", "--output", "json"], VERSION_LIMIT).await.ok()?;
    let Printed { major, minor, patch } = serde_json::from_slice(&ran.stdout().ok()?).ok()?;
    Some(Version(major, minor, patch))
}

/// Asks for a token.
pub(super) async fn token(
    program: &Path,
    arguments: &[String],
    login: &Login,
    service: &Service<'_>,
) -> Result<Token<Instant>, Refusal> {
    let failed = |detail: String, source| {
        Refusal::Failed(Error::Credentials {
            auth_type: service.method.name(),
            detail,
            advice: service.method.advice(),
            source,
        })
    };
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let ran = command::run(program, &arguments, LIMIT).await;
    let token = ran.and_then(|ran| ran.token(&FIELDS, EARLY)).map_err(|trouble| match trouble {
        Trouble::System(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Refusal::Declined("Most likely the Databricks CLI is not installed".to_owned())
        }
        Trouble::System(error) => failed(format!("cannot get access token: {error}"), Some(error)),
        Trouble::Refused(words) if words.contains("databricks OAuth is not") => {
            Refusal::Declined(format!("OAuth not configured or not available: {}", one_line(&words)))
        }
        Trouble::Refused(words) => failed(format!("cannot get access token: {}", one_line(&words)), None),
        Trouble::Unreadable(words) => failed(words, None),
    })?;
    match wrong_scopes(&token, login) {
        Some(words) => Err(Refusal::Declined(words)),
        None => Ok(token),
    }
}

/// The CLI gives the token of the last login, whatever scopes are configured.
fn wrong_scopes(token: &Token<Instant>, login: &Login) -> Option<String> {
    let scope = claims(&token.bearer).get("scope").cloned();
    let listed: Vec<String> = match scope? {
        serde_json::Value::String(text) => text.split_whitespace().map(str::to_owned).collect(),
        serde_json::Value::Array(all) => {
            all.into_iter().map(|each| each.as_str().unwrap_or_default().to_owned()).collect()
        }
        _ => return None,
    };
    // It grants nothing.
    let granting = |all: &[String]| -> BTreeSet<String> {
        all.iter().filter(|scope| *scope != "offline_access").cloned().collect()
    };
    let (given, wanted) = (granting(&listed), granting(login.details.scopes.as_ref()?));
    (given != wanted).then(|| {
        format!(
            "Token issued by Databricks CLI has scopes {given:?} which do not match the configured scopes \
             {wanted:?}. Please re-authenticate with the desired scopes by running `databricks auth login` \
             with the --scopes flag"
        )
    })
}
