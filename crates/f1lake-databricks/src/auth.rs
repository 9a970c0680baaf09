//! Signs requests: chooses the login, gets its tokens and renews them.

mod azure_cli;
mod command;
mod databricks_cli;
mod discovery;
mod entra;
mod id_token;
mod jwt;
mod metadata_service;
mod refusal;
mod service;
mod signature;

use crate::config::{Login, Method, is_same_host};
use crate::error::{Error, one_line};
use crate::runtime::Runtime;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use discovery::Endpoints;
use f1lake_http::{ExposeSecret, RetryPolicy, SecretString, Token, TokenCache, redact};
use refusal::Refusal;
use service::{Service, TokenRequest};
pub(crate) use signature::Signature;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;

/// How long a token of the runtime is used before the runtime is asked again.
const GRANTED: Duration = Duration::from_secs(60);
/// Which workspace of a host is meant.
const WORKSPACE_ID: &str = "x-databricks-workspace-id";
/// Which workspace of Azure is meant: a service principal may act before it is added to the workspace.
const AZURE_RESOURCE: &str = "x-databricks-azure-workspace-resource-id";
/// Shows Azure that a service principal may manage the workspace.
const AZURE_MANAGEMENT: &str = "x-databricks-azure-sp-management-token";
/// For whom GitHub issues a token that Entra ID accepts.
const ENTRA_AUDIENCE: &str = "api://AzureADTokenExchange";

/// Signs requests.
#[derive(Debug)]
pub(crate) struct Auth {
    login: Login,
    /// Index of the login that is set up.
    chosen: OnceCell<usize>,
    endpoints: OnceCell<Endpoints>,
    tenant: OnceCell<Option<String>>,
    /// How this version of the Databricks CLI is asked.
    arguments: OnceCell<Vec<String>>,
    tokens: TokenCache<Instant>,
    /// Tokens for Azure's management API.
    management: TokenCache<Instant>,
}

impl Auth {
    pub(crate) fn new(login: Login) -> Self {
        Self {
            login,
            chosen: OnceCell::new(),
            endpoints: OnceCell::new(),
            tenant: OnceCell::new(),
            arguments: OnceCell::new(),
            tokens: TokenCache::default(),
            management: TokenCache::default(),
        }
    }

    pub(crate) fn login(&self) -> &Login {
        &self.login
    }

    /// The login in use, or the first to be tried.
    pub(crate) fn method(&self) -> &Method {
        let index = self.chosen.get().copied().unwrap_or_default();
        self.methods().nth(index).unwrap_or(&self.login.method)
    }

    fn methods(&self) -> impl Iterator<Item = &Method> {
        std::iter::once(&self.login.method).chain(&self.login.otherwise)
    }

    /// What the next request carries.
    pub(crate) async fn sign(
        &self,
        http: &reqwest::Client,
        policy: &RetryPolicy,
    ) -> Result<Signature, Error> {
        self.chosen.get_or_try_init(|| self.choose(http, policy)).await?;
        let method = self.method();
        let service = Service { http, policy, method };
        let explain = |refusal| match refusal {
            Refusal::Declined(why) => service.failed(why),
            Refusal::Failed(error) => error,
        };
        let signature = match method {
            Method::Basic { username, password } => {
                let pair = format!("{}:{}", username.value, password.value.expose_secret());
                Signature::basic(SecretString::from(STANDARD.encode(pair)))
            }
            _ => Signature::bearer(self.token(&service).await.map_err(explain)?),
        };
        let id = self.login.workspace_id.as_ref().map(|id| id.value.as_str());
        let id = id.or_else(|| self.endpoints.get()?.workspace_id.as_deref());
        let signature = signature.with(WORKSPACE_ID, id.map(SecretString::from));
        match method {
            Method::AzureServicePrincipal { .. } | Method::AzureCli { .. } => {
                let resource = self.login.details.azure_workspace_resource_id.as_deref();
                let management = self.management_token(&service, &signature.secret).await?;
                let signature = signature.with(AZURE_RESOURCE, resource.map(SecretString::from));
                Ok(signature.with(AZURE_MANAGEMENT, management))
            }
            _ => Ok(signature),
        }
    }

    /// The first login of the order that gives a token.
    async fn choose(&self, http: &reqwest::Client, policy: &RetryPolicy) -> Result<usize, Error> {
        let mut tried = Vec::new();
        for (index, method) in self.methods().enumerate() {
            let service = Service { http, policy, method };
            match self.token(&service).await {
                Ok(_) => {
                    tracing::debug!(auth_type = method.name(), "the login is chosen");
                    return Ok(index);
                }
                Err(Refusal::Declined(why)) => {
                    tracing::debug!(auth_type = method.name(), why, "the login is not set up");
                    tried.push((method.name(), why));
                }
                Err(Refusal::Failed(error)) => return Err(error),
            }
        }
        Err(Error::NoCredentials { tried })
    }

    /// The token, kept until shortly before its end.
    async fn token(&self, service: &Service<'_>) -> Result<SecretString, Refusal> {
        match service.method {
            Method::Token(token) => Ok(token.value.clone()),
            // It has none.
            Method::Basic { password, .. } => Ok(password.value.clone()),
            _ => self.tokens.get_or_fetch(Instant::now, self.issued(service)).await,
        }
    }

    async fn issued(&self, service: &Service<'_>) -> Result<Token<Instant>, Refusal> {
        let details = &self.login.details;
        let scope = details.scope();
        match service.method {
            Method::Token(_) | Method::Basic { .. } => Err(service.failed("it has no tokens").into()),
            Method::MetadataService { url } => {
                Ok(metadata_service::token(&self.login, url.value.expose_secret(), service).await?)
            }
            Method::ServicePrincipal { client_id, client_secret } => {
                let url = &self.endpoints(service).await?.token;
                let mut form = vec![("grant_type", "client_credentials"), ("scope", &*scope)];
                form.extend(details.group_id.as_deref().map(|group| ("assume_group", group)));
                let basic = Some((&*client_id.value, client_secret.value.expose_secret()));
                Ok(service.token(&TokenRequest { url, basic, form, secrets: &[] }).await?)
            }
            Method::Federation { source, client_id } => {
                let Endpoints { token: url, audience, .. } = self.endpoints(service).await?;
                let subject = id_token::fetch(source, audience, service).await?;
                let mut form = vec![
                    ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                    ("scope", &*scope),
                    ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
                    ("subject_token", subject.expose_secret()),
                ];
                form.extend(details.group_id.as_deref().map(|group| ("assume_group", group)));
                form.extend(client_id.as_ref().map(|id| ("client_id", &*id.value)));
                let secrets: &[&SecretString] = &[&subject];
                Ok(service.token(&TokenRequest { url, basic: None, form, secrets }).await?)
            }
            Method::AzureServicePrincipal { .. } => {
                let resource = &entra::cloud(&self.login, service)?.application_id;
                Ok(self.entra_token(resource, service).await?)
            }
            Method::AzureFederation { source, client_id } => {
                let cloud = entra::cloud(&self.login, service)?;
                let subject = id_token::fetch(source, ENTRA_AUDIENCE, service).await?;
                let tenant = self.tenant(entra::AUTHORIZE, service).await?;
                let url = entra::token_url(cloud, tenant, service)?;
                let form = vec![
                    ("grant_type", "client_credentials"),
                    ("scope", &*scope),
                    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                    ("resource", &*cloud.application_id),
                    ("client_assertion", subject.expose_secret()),
                    ("client_id", &*client_id.value),
                ];
                Ok(entra::token(&url, form, &[&subject], service).await?)
            }
            Method::AzureCli { program } => {
                let resource = &entra::cloud(&self.login, service)?.application_id;
                self.az_token(program, resource, service).await
            }
            Method::DatabricksCli { program, profile } => {
                let host = self.login.host.value.as_str().trim_end_matches('/');
                let arguments = databricks_cli::arguments(program, host, profile.as_deref());
                let arguments = self.arguments.get_or_init(|| arguments).await;
                databricks_cli::token(program, arguments, &self.login, service).await
            }
            Method::Runtime(runtime) => Ok(self.granted(runtime, service).await?),
        }
    }

    /// The token that shows Azure what a service principal may do; users have none.
    async fn management_token(
        &self,
        service: &Service<'_>,
        token: &SecretString,
    ) -> Result<Option<SecretString>, Error> {
        let resource = &entra::cloud(&self.login, service)?.service_management;
        match service.method {
            Method::AzureServicePrincipal { .. } => {
                let issued = self.entra_token(resource, service);
                self.management.get_or_fetch(Instant::now, issued).await.map(Some)
            }
            Method::AzureCli { program } if !azure_cli::is_human(token) => {
                let issued = self.az_token(program, resource, service);
                match self.management.get_or_fetch(Instant::now, issued).await {
                    Ok(token) => Ok(Some(token)),
                    // Those who are in the workspace do not need it.
                    Err(refusal) => {
                        tracing::debug!(?refusal, "Not including service management token in headers");
                        Ok(None)
                    }
                }
            }
            _ => Ok(None),
        }
    }

    async fn entra_token(&self, resource: &str, service: &Service<'_>) -> Result<Token<Instant>, Error> {
        let Method::AzureServicePrincipal { client_id, client_secret } = service.method else {
            return Err(service.failed("it is not a service principal"));
        };
        let cloud = entra::cloud(&self.login, service)?;
        let tenant = self.tenant(entra::LOGIN_PAGE, service).await?;
        let url = entra::token_url(cloud, tenant, service)?;
        let scope = self.login.details.scope();
        let form = vec![
            ("grant_type", "client_credentials"),
            ("scope", &*scope),
            ("resource", resource),
            ("client_id", &*client_id.value),
            ("client_secret", client_secret.value.expose_secret()),
        ];
        entra::token(&url, form, &[], service).await
    }

    async fn az_token(
        &self,
        program: &std::path::Path,
        resource: &str,
        service: &Service<'_>,
    ) -> Result<Token<Instant>, Refusal> {
        let tenant = self.tenant(entra::LOGIN_PAGE, service).await?;
        let wanted = azure_cli::Wanted {
            program,
            resource,
            workspace_resource_id: self.login.details.azure_workspace_resource_id.as_deref(),
            tenant: tenant.map(String::as_str),
        };
        azure_cli::token(&wanted, service).await
    }

    async fn endpoints(&self, service: &Service<'_>) -> Result<&Endpoints, Error> {
        self.endpoints.get_or_try_init(|| discovery::endpoints(&self.login, service)).await
    }

    async fn tenant(&self, page: &str, service: &Service<'_>) -> Result<Option<&String>, Error> {
        Ok(self.tenant.get_or_try_init(|| entra::tenant(&self.login, page, service)).await?.as_ref())
    }

    /// The token that the runtime grants now.
    async fn granted(
        &self,
        runtime: &Arc<dyn Runtime>,
        service: &Service<'_>,
    ) -> Result<Token<Instant>, Error> {
        let runtime = Arc::clone(runtime);
        let host = service::host(&self.login.host.value);
        let refused = |detail: String| Error::LoginRefused {
            host: host.clone(),
            auth_type: service.method.name(),
            detail,
            advice: service.method.advice(),
        };
        let asked = tokio::task::spawn_blocking(move || runtime.grant()).await;
        let granted = asked.map_err(|_| refused("the runtime stopped".to_owned()))?.map_err(refused)?;
        // A token is only for its own workspace.
        if !is_same_host(&granted.host, &self.login.host.value) {
            return Err(Error::Config(format!(
                "the runtime logs in to a workspace other than {host}; set a login for that one"
            )));
        }
        Ok(Token { bearer: granted.token, renew_at: Instant::now() + GRANTED })
    }

    /// Forgets tokens that the service refused; false when there are no others.
    pub(crate) fn renew(&self, refused: &Signature) -> bool {
        for secret in refused.secrets() {
            self.tokens.forget(secret);
            self.management.forget(secret);
        }
        !matches!(self.method(), Method::Token(_) | Method::Basic { .. })
    }

    /// Advice for a 401.
    pub(crate) fn advice(&self) -> String {
        self.method().advice()
    }

    /// Masks secrets that a server repeats in its messages.
    pub(crate) fn redact(&self, text: &str, signature: Option<&Signature>) -> String {
        let last = [self.tokens.last(), self.management.last()];
        let fixed = self.methods().filter_map(Method::secret);
        let sent = signature.into_iter().flat_map(Signature::secrets);
        redact(text, &fixed.chain(last.iter().flatten()).chain(sent).collect::<Vec<_>>())
    }

    /// A server's message for an error: masked, then cut to one line.
    pub(crate) fn message(&self, text: &str, signature: Option<&Signature>) -> String {
        one_line(&self.redact(text, signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Explicit;

    #[test]
    fn secrets_in_server_messages_are_redacted() {
        let explicit =
            Explicit { host: Some("h".into()), token: Some("dapi-canary".into()), ..Explicit::default() };
        let auth = Auth::new(Login::resolve_with(&explicit, |_| None).unwrap());
        let renewed = Signature::bearer(SecretString::from("eyJ-canary"))
            .with(AZURE_MANAGEMENT, Some(SecretString::from("eyJ-other")));
        let words = "token dapi-canary, eyJ-canary, eyJ-other";
        assert_eq!(auth.redact(words, Some(&renewed)), "token ********, ********, ********");
        // Half a secret is a secret too.
        let cut = format!("{} dapi-canary", "x".repeat(490));
        assert!(!auth.message(&cut, None).contains("dapi"));
    }
}
