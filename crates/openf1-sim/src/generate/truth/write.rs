//! Writes the truth to files.

use crate::config::{SimConfig, Source};
use crate::error::SimError;
use crate::generate::seasons::Generated;
use std::path::Path;

/// Writes `<session_key>.json` into a folder for every session held in the configured seasons, and returns
/// their number. Creates the folder if it is missing.
///
/// # Errors
///
/// [`SimError::Config`] for recorded rows, which have no truth, and for seasons that cannot be generated;
/// [`SimError::Truth`] when the folder cannot be written.
pub fn write_truth(config: &SimConfig, folder: &Path) -> Result<usize, SimError> {
    let Source::Generated(seasons) = &config.source else {
        return Err(SimError::Config(
            "recorded rows have no truth: only generated seasons know what happened".to_owned(),
        ));
    };
    let generated = Generated::new(seasons.clone())?;
    let failed = |path: &Path, reason: std::io::Error| SimError::Truth { path: path.to_owned(), reason };
    std::fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
    let now = config.now.unwrap_or_else(jiff::Timestamp::now).as_millisecond();
    let mut written = 0;
    for key in generated.held(now) {
        let Some(truth) = generated.truth(key, now) else {
            continue;
        };
        let path = folder.join(format!("{key}.json"));
        let text = serde_json::to_vec(&truth).map_err(|e| failed(&path, e.into()))?;
        std::fs::write(&path, text).map_err(|e| failed(&path, e))?;
        written += 1;
    }
    Ok(written)
}
