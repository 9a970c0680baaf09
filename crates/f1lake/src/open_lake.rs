//! The configured lake.

use crate::config::Config;
use crate::error::Error;
use f1lake_lake::Lake;

/// Opens the configured lake, which is made by the first load. Limits the memory of the engine: the first lake of a
/// process sets it.
///
/// # Errors
/// When the lake cannot be opened.
pub fn open_lake(config: &Config) -> Result<Lake, Error> {
    f1lake_lake::limit_memory(config.memory_limit.map(|mib| mib.saturating_mul(1 << 20)));
    Ok(Lake::open_with(&config.lake_path, config.store_plain_http)?)
}

/// Opens the configured lake, which must exist.
///
/// # Errors
/// [`Error::Usage`] when it does not.
pub fn require_lake(config: &Config) -> Result<Lake, Error> {
    let local = !config.lake_path.contains("://");
    if local && !std::path::Path::new(&config.lake_path).is_dir() {
        return Err(Error::Usage(format!(
            "no lake at {}\nhint: `f1lake load` creates one; {} names another",
            config.lake_path,
            config.names.of("lake_path")
        )));
    }
    open_lake(config)
}
