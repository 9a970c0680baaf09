//! Names of Databricks volumes: `/Volumes/...`, with or without the scheme that says how to reach them.

use crate::config::Config;

/// Over the network, by the workspace.
pub(crate) const DBFS: &str = "dbfs:";
/// As a folder of this machine.
pub(crate) const FILE: &str = "file://";

/// A volume's path without the scheme that says how to reach it.
pub fn bare(name: &str) -> &str {
    let stripped = name.strip_prefix(DBFS).or_else(|| name.strip_prefix(FILE));
    stripped.filter(|rest| rest.starts_with("/Volumes/")).unwrap_or(name)
}

/// The destination of landing files, as it is configured.
pub fn landing(config: &Config) -> &str {
    let volume = config.landing_volume_path.as_deref().filter(|path| !path.is_empty());
    volume.unwrap_or(&config.landing_path)
}

/// The landing zone's volume, if it is in one.
pub fn volume(config: &Config) -> Option<&str> {
    let volume = config.landing_volume_path.as_deref().filter(|path| !path.is_empty());
    volume.map(bare).or_else(|| {
        let bare = bare(&config.landing_path);
        bare.starts_with("/Volumes/").then_some(bare)
    })
}
