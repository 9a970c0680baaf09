//! The settings that the official clients share: their names in a profile, their variables, and the login that
//! each belongs to.

use super::setting::Setting;
use std::collections::{BTreeMap, BTreeSet};

/// A setting of the official clients.
pub(super) struct Attribute {
    /// Name in a profile.
    pub(super) name: &'static str,
    /// Variables, the first one that is set counts.
    variables: &'static [&'static str],
    /// The kind of login that it configures, in the words of the official clients.
    login: Option<&'static str>,
}

const fn general(name: &'static str, variables: &'static [&'static str]) -> Attribute {
    Attribute { name, variables, login: None }
}

const fn of(login: &'static str, name: &'static str, variables: &'static [&'static str]) -> Attribute {
    Attribute { name, variables, login: Some(login) }
}

/// As in databricks-sdk 0.162.0, without those of logins that do not exist here.
pub(super) const ATTRIBUTES: &[Attribute] = &[
    general("host", &["DATABRICKS_HOST"]),
    general("account_id", &["DATABRICKS_ACCOUNT_ID"]),
    general("workspace_id", &["DATABRICKS_WORKSPACE_ID"]),
    general("group_id", &["DATABRICKS_GROUP_ID"]),
    general("discovery_url", &["DATABRICKS_DISCOVERY_URL"]),
    of("pat", "token", &["DATABRICKS_TOKEN"]),
    general("token_audience", &["DATABRICKS_TOKEN_AUDIENCE"]),
    of("env-oidc", "oidc_token_env", &["DATABRICKS_OIDC_TOKEN_ENV"]),
    of("file-oidc", "oidc_token_filepath", &["DATABRICKS_OIDC_TOKEN_FILEPATH", "DATABRICKS_OIDC_TOKEN_FILE"]),
    of("basic", "username", &["DATABRICKS_USERNAME"]),
    of("basic", "password", &["DATABRICKS_PASSWORD"]),
    of("oauth", "client_id", &["DATABRICKS_CLIENT_ID"]),
    of("oauth", "client_secret", &["DATABRICKS_CLIENT_SECRET"]),
    of("azure", "azure_workspace_resource_id", &["DATABRICKS_AZURE_RESOURCE_ID"]),
    of("azure", "azure_client_secret", &["ARM_CLIENT_SECRET"]),
    of("azure", "azure_client_id", &["ARM_CLIENT_ID"]),
    of("azure", "azure_tenant_id", &["ARM_TENANT_ID"]),
    general("databricks_cli_path", &["DATABRICKS_CLI_PATH"]),
    general("auth_type", &["DATABRICKS_AUTH_TYPE"]),
    of("metadata-service", "metadata_service_url", &["DATABRICKS_METADATA_SERVICE_URL"]),
    general("scopes", &[]),
];

/// The settings found, by name.
#[derive(Default)]
pub(super) struct Attributes(BTreeMap<&'static str, Setting<String>>);

impl Attributes {
    pub(super) fn get(&self, name: &str) -> Option<&Setting<String>> {
        self.0.get(name)
    }

    /// The value alone.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(|setting| setting.value.clone())
    }

    /// Sets what is not set yet.
    pub(super) fn fill(&mut self, name: &'static str, found: Option<Setting<String>>) {
        if let Some(setting) = found {
            self.0.entry(name).or_insert(setting);
        }
    }

    /// Reads the variables of everything that is not set yet.
    pub(super) fn fill_from_environment(&mut self, env: impl Fn(&'static str) -> Option<Setting<String>>) {
        for attribute in ATTRIBUTES {
            self.fill(attribute.name, attribute.variables.iter().find_map(|name| env(name)));
        }
    }

    /// Each kind of login that is configured, with the origins of its settings.
    pub(super) fn logins(&self) -> BTreeMap<&'static str, BTreeSet<String>> {
        let mut logins = BTreeMap::<_, BTreeSet<_>>::new();
        for attribute in ATTRIBUTES {
            if let (Some(login), Some(setting)) = (attribute.login, self.get(attribute.name)) {
                logins.entry(login).or_default().insert(setting.origin.to_string());
            }
        }
        logins
    }
}
