//! The clouds of Azure and their addresses.

use url::Url;

/// Addresses of an Azure cloud. They follow from the workspace's host name; set them only for another cloud.
///
/// ```
/// use f1lake_databricks::AzureEnvironment;
/// let host = "https://adb-1.2.azuredatabricks.net".parse()?;
/// let cloud = AzureEnvironment::of_host(&host).unwrap();
/// assert_eq!(cloud.active_directory, "https://login.microsoftonline.com/");
/// # Ok::<(), url::ParseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AzureEnvironment {
    /// Azure Databricks in Entra ID: the resource for which tokens are issued.
    pub application_id: String,
    /// Where Entra ID issues tokens, with a `/` at the end.
    pub active_directory: String,
    /// The management API's resource, with a `/` at the end.
    pub service_management: String,
}

const APPLICATION: &str = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";

/// End of the host's name, application, addresses of Entra ID and of the management API. The first that fits
/// counts. As in `environments.py` of databricks-sdk 0.162.0.
const CLOUDS: [(&str, &str, &str, &str); 5] = [
    (
        ".dev.azuredatabricks.net",
        "62a912ac-b58e-4c1d-89ea-b2dbfc7358fc",
        "https://login.microsoftonline.com/",
        "https://management.core.windows.net/",
    ),
    (
        ".staging.azuredatabricks.net",
        "4a67d088-db5c-48f1-9ff2-0aace800ae68",
        "https://login.microsoftonline.com/",
        "https://management.core.windows.net/",
    ),
    (
        ".azuredatabricks.net",
        APPLICATION,
        "https://login.microsoftonline.com/",
        "https://management.core.windows.net/",
    ),
    (
        ".databricks.azure.us",
        APPLICATION,
        "https://login.microsoftonline.us/",
        "https://management.core.usgovcloudapi.net/",
    ),
    (
        ".databricks.azure.cn",
        APPLICATION,
        "https://login.chinacloudapi.cn/",
        "https://management.core.chinacloudapi.cn/",
    ),
];

impl AzureEnvironment {
    /// The cloud of a workspace; `None` when it is not on Azure.
    pub fn of_host(host: &Url) -> Option<Self> {
        let name = host.host_str()?;
        let (_, application, directory, management) =
            CLOUDS.iter().find(|(zone, ..)| name.ends_with(zone))?;
        Some(Self {
            application_id: (*application).to_owned(),
            active_directory: (*directory).to_owned(),
            service_management: (*management).to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cloud_follows_from_the_host() {
        let cloud = |host: &str| AzureEnvironment::of_host(&format!("https://{host}").parse().unwrap());
        let found = |host| cloud(host).map(|cloud| cloud.service_management);
        assert_eq!(
            found("adb-1.2.azuredatabricks.net").as_deref(),
            Some("https://management.core.windows.net/")
        );
        assert_eq!(
            found("adb-1.2.databricks.azure.us").as_deref(),
            Some("https://management.core.usgovcloudapi.net/")
        );
        assert_ne!(cloud("a.dev.azuredatabricks.net").unwrap().application_id, APPLICATION);
        for none in ["dbc-1.cloud.databricks.com", "azuredatabricks.net.example", "localhost"] {
            assert_eq!(cloud(none), None, "{none}");
        }
    }
}
