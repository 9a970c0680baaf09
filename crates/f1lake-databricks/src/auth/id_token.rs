//! Tokens of other identity providers.

use super::refusal::Refusal;
use super::service::Service;
use crate::config::IdTokenSource;
use crate::error::Error;
use f1lake_http::{ExposeSecret, SecretString};
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde::Deserialize;

#[derive(Deserialize)]
struct Given {
    /// GitHub's and Azure DevOps' names for it.
    #[serde(alias = "oidcToken")]
    value: SecretString,
}

/// The provider's token for an audience.
pub(super) async fn fetch(
    source: &IdTokenSource,
    audience: &str,
    service: &Service<'_>,
) -> Result<SecretString, Refusal> {
    let (provider, body) = match source {
        IdTokenSource::Variable { token, .. } => return Ok(token.clone()),
        IdTokenSource::File(path) => {
            let wrong = |why: String, source| {
                Refusal::Failed(Error::Credentials {
                    auth_type: service.method.name(),
                    detail: why,
                    advice: "check DATABRICKS_OIDC_TOKEN_FILEPATH".to_owned(),
                    source,
                })
            };
            let text = tokio::fs::read_to_string(path).await.map_err(|error| {
                wrong(format!("Error reading token file: {}: {error}", path.display()), Some(error))
            })?;
            if text.trim().is_empty() {
                return Err(wrong(format!("File '{}' is empty", path.display()), None));
            }
            return Ok(SecretString::from(text.trim()));
        }
        IdTokenSource::GitHub { url, bearer } => {
            let url = format!("{url}&audience={audience}");
            let url = service.address(&url, "ACTIONS_ID_TOKEN_REQUEST_URL")?;
            let request = |http: &reqwest::Client| http.get(url.clone()).bearer_auth(bearer.expose_secret());
            ("GitHub OIDC", service.body("GitHub's token", &url, &[], request).await)
        }
        IdTokenSource::AzureDevOps { url, bearer } => {
            let url = service.address(url, "the address of Azure DevOps' tokens")?;
            let request = |http: &reqwest::Client| {
                http.post(url.clone())
                    .bearer_auth(bearer.expose_secret())
                    .header(CONTENT_TYPE, "application/json")
                    .header(CONTENT_LENGTH, "0")
            };
            ("Azure DevOps OIDC", service.body("Azure DevOps' token", &url, &[], request).await)
        }
    };
    let declined = |why: String| Refusal::Declined(format!("{provider}: no token available: {why}"));
    let body = body.map_err(|error| declined(error.to_string()))?;
    let given: Given =
        serde_json::from_slice(&body).map_err(|_| declined("the response has none".to_owned()))?;
    Ok(given.value)
}
