//! Tokens of Entra ID, for workspaces of Azure.

use super::service::{Service, TokenRequest};
use crate::config::{AzureEnvironment, Login};
use crate::error::Error;
use f1lake_http::{SecretString, Token};
use std::time::Instant;
use url::Url;

/// The login page of a workspace; its redirect names the tenant.
pub(super) const LOGIN_PAGE: &str = "/aad/auth";
/// The same for applications.
pub(super) const AUTHORIZE: &str = "/oidc/oauth2/v2.0/authorize";

/// The cloud of a login that is on Azure.
pub(super) fn cloud<'a>(login: &'a Login, service: &Service<'_>) -> Result<&'a AzureEnvironment, Error> {
    login.details.azure.as_ref().ok_or_else(|| service.failed("the host is not a workspace of Azure"))
}

/// The tenant: configured, or as the workspace redirects to it.
pub(super) async fn tenant(
    login: &Login,
    page: &str,
    service: &Service<'_>,
) -> Result<Option<String>, Error> {
    if let Some(tenant) = &login.details.azure_tenant_id {
        return Ok(Some(tenant.clone()));
    }
    let mut url = login.host.value.clone();
    url.set_path(page);
    match service.location("the tenant", &url).await {
        Ok(location) => {
            let tenant = location
                .and_then(|to| to.path_segments()?.next().filter(|name| !name.is_empty()).map(str::to_owned));
            Ok(tenant)
        }
        Err(error @ Error::Transport { .. }) => Err(error),
        Err(_) => {
            tracing::debug!("the workspace names no tenant");
            Ok(None)
        }
    }
}

/// Where a tenant's tokens are issued.
pub(super) fn token_url(
    cloud: &AzureEnvironment,
    tenant: Option<&String>,
    service: &Service<'_>,
) -> Result<Url, Error> {
    let tenant =
        tenant.ok_or_else(|| service.failed("the workspace does not name its tenant: set ARM_TENANT_ID"))?;
    service.address(&format!("{}{tenant}/oauth2/token", cloud.active_directory), "Entra ID")
}

/// Asks for a token with the form's fields in the order of the official clients.
pub(super) async fn token(
    url: &Url,
    form: Vec<(&'static str, &str)>,
    secrets: &[&SecretString],
    service: &Service<'_>,
) -> Result<Token<Instant>, Error> {
    service.token(&TokenRequest { url, basic: None, form, secrets }).await
}
