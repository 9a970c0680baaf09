//! What a host says of itself, and where it issues tokens.

use super::service::Service;
use crate::config::Login;
use crate::error::Error;
use serde::Deserialize;
use url::Url;

/// Where a host describes itself.
const METADATA: &str = "/.well-known/databricks-config";
/// Where OAuth endpoints are published, below their root.
const DISCOVERY: &str = "/.well-known/oauth-authorization-server";
/// Token endpoint of a workspace that publishes none.
const TOKEN_PATH: &str = "/oidc/v1/token";

/// Where tokens are issued, and for whom.
#[derive(Debug)]
pub(super) struct Endpoints {
    pub(super) token: Url,
    /// For whom an identity provider issues its token.
    pub(super) audience: String,
    /// The workspace, as its host names it.
    pub(super) workspace_id: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metadata {
    oidc_endpoint: Option<String>,
    account_id: Option<String>,
    workspace_id: Option<serde_json::Value>,
    token_federation_default_oidc_audiences: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Discovered {
    token_endpoint: String,
}

pub(super) async fn endpoints(login: &Login, service: &Service<'_>) -> Result<Endpoints, Error> {
    let at = |path: &str| {
        let mut url = login.host.value.clone();
        url.set_path(path);
        url
    };
    let metadata = metadata(&at(METADATA), service).await?;
    let details = &login.details;
    let known = metadata.unwrap_or_default();
    let account = details.account_id.clone().or(known.account_id);
    let workspace_id = known.workspace_id.and_then(|id| match id {
        serde_json::Value::String(text) if !text.is_empty() => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    let named = match (&details.discovery_url, known.oidc_endpoint.filter(|root| !root.is_empty())) {
        (Some(url), _) => Some(url.clone()),
        (None, Some(root)) if root.contains("{account_id}") && account.is_none() => {
            return Err(service.failed(
                "account_id is required to resolve discovery_url from host metadata; set \
                 DATABRICKS_ACCOUNT_ID",
            ));
        }
        (None, Some(root)) => {
            let root = root.replace("{account_id}", account.as_deref().unwrap_or_default());
            Some(format!("{}{DISCOVERY}", root.trim_end_matches('/')))
        }
        (None, None) => None,
    };
    let from = match &named {
        Some(text) => service.address(text, "the address of the OAuth endpoints")?,
        None => at(&format!("/oidc{DISCOVERY}")),
    };
    let token = match token_endpoint(&from, service).await {
        Ok(url) => url,
        Err(Error::Api(error)) if error.status == 404 && details.discovery_url.is_none() => at(TOKEN_PATH),
        Err(error) => return Err(error),
    };
    let default_audience =
        known.token_federation_default_oidc_audiences.and_then(|all| all.into_iter().next());
    let audience = details
        .token_audience
        .clone()
        .or(default_audience)
        // A host of an account, not of a workspace.
        .or_else(|| account.filter(|_| workspace_id.is_none() && named.is_some()))
        .unwrap_or_else(|| token.to_string());
    Ok(Endpoints { token, audience, workspace_id })
}

/// What the host says of itself; `None` when it says nothing, as older ones do.
async fn metadata(url: &Url, service: &Service<'_>) -> Result<Option<Metadata>, Error> {
    match service.body("the host's metadata", url, &[], |http| http.get(url.clone())).await {
        Ok(body) => Ok(serde_json::from_slice(&body).ok()),
        // Nothing else would get through either.
        Err(error @ Error::Transport { .. }) => Err(error),
        // The answer is left out of the log: it was asked without a token, and may repeat anything.
        Err(_) => {
            tracing::debug!(%url, "the host has no metadata");
            Ok(None)
        }
    }
}

async fn token_endpoint(from: &Url, service: &Service<'_>) -> Result<Url, Error> {
    let body = service.body("the OAuth endpoints", from, &[], |http| http.get(from.clone())).await?;
    let wrong = |detail: &str| Error::Answer {
        request: format!("GET {}", from.path()),
        host: super::service::host(from),
        detail: detail.to_owned(),
    };
    let found: Discovered = serde_json::from_slice(&body).map_err(|_| wrong("it has no token_endpoint"))?;
    let url = Url::parse(&found.token_endpoint).map_err(|_| wrong("its token_endpoint is not an address"))?;
    if f1lake_http::may_carry_secrets(&url) { Ok(url) } else { Err(wrong("its token_endpoint is not https")) }
}
