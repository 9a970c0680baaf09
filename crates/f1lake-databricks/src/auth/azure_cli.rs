//! The login of `az`.

use super::command::{self, Fields, Ran, Trouble};
use super::jwt::claims;
use super::refusal::Refusal;
use super::service::Service;
use crate::error::{Error, one_line};
use f1lake_http::{SecretString, Token};
use serde::Deserialize;
use std::path::Path;
use std::time::{Duration, Instant};

/// `expires_on` is exact; `expiresOn`, all that older versions print, is in the time zone of this machine.
const FIELDS: Fields = Fields { token: "accessToken", expiry: &["expires_on", "expiresOn"] };
/// `az` gives a new token only at the end of the last; Azure Databricks refuses those that end in 30 s.
const EARLY: Duration = Duration::from_secs(40);
const LIMIT: Duration = Duration::from_secs(60);

#[derive(Deserialize)]
struct Account {
    user: Option<User>,
}

#[derive(Deserialize)]
struct User {
    #[serde(rename = "type")]
    kind: Option<String>,
    name: Option<String>,
}

/// A token for a resource.
pub(super) struct Wanted<'a> {
    pub(super) program: &'a Path,
    pub(super) resource: &'a str,
    pub(super) workspace_resource_id: Option<&'a str>,
    pub(super) tenant: Option<&'a str>,
}

/// Asks for a token: with the workspace's subscription, and without it when the user may not use that.
pub(super) async fn token(wanted: &Wanted<'_>, service: &Service<'_>) -> Result<Token<Instant>, Refusal> {
    let tenant = match wanted.tenant {
        Some(tenant) if !is_managed_identity(wanted.program).await => Some(tenant),
        _ => None,
    };
    let mut trouble = None;
    if let Some(subscription) = wanted.workspace_resource_id.and_then(subscription) {
        match ask(wanted, Some(subscription), tenant).await.and_then(read) {
            Ok(token) => return Ok(token),
            Err(Trouble::Unreadable(words)) => trouble = Some(Trouble::Unreadable(words)),
            Err(_) => tracing::warn!("Failed to get token for subscription. Using resource only token."),
        }
    }
    let found = match trouble {
        Some(trouble) => Err(trouble),
        None => ask(wanted, None, tenant).await.and_then(read),
    };
    found.map_err(|trouble| match trouble {
        Trouble::System(error) => Refusal::Declined(format!("cannot run `az`: {error}")),
        Trouble::Refused(words) => {
            Refusal::Declined(format!("cannot get access token: {}", one_line(&words)))
        }
        Trouble::Unreadable(detail) => Refusal::Failed(Error::Credentials {
            auth_type: service.method.name(),
            detail,
            advice: service.method.advice(),
            source: None,
        }),
    })
}

async fn ask(wanted: &Wanted<'_>, subscription: Option<&str>, tenant: Option<&str>) -> Result<Ran, Trouble> {
    let mut arguments =
        vec!["account", "get-access-token", "--resource", wanted.resource, "--output", "json"];
    arguments.extend(subscription.into_iter().flat_map(|id| ["--subscription", id]));
    arguments.extend(tenant.into_iter().flat_map(|id| ["--tenant", id]));
    command::run(wanted.program, &arguments, LIMIT).await
}

fn read(ran: Ran) -> Result<Token<Instant>, Trouble> {
    ran.token(&FIELDS, EARLY)
}

/// A managed identity has one tenant, and `az` refuses to be told which.
async fn is_managed_identity(program: &Path) -> bool {
    let Ok(ran) = command::run(program, &["account", "show", "--output", "json"], LIMIT).await else {
        return false;
    };
    let account = ran.stdout().ok().and_then(|json| serde_json::from_slice::<Account>(&json).ok());
    account.and_then(|account| account.user).is_some_and(|user| {
        user.kind.as_deref() == Some("servicePrincipal")
            && matches!(user.name.as_deref(), Some("systemAssignedIdentity" | "userAssignedIdentity"))
    })
}

/// The subscription of `/subscriptions/ID/resourceGroups/...`.
fn subscription(resource_id: &str) -> Option<&str> {
    resource_id.split('/').nth(2).filter(|id| !id.is_empty())
}

/// Whether the token is a user's, not a service principal's.
pub(super) fn is_human(token: &SecretString) -> bool {
    claims(token).contains_key("upn")
}
