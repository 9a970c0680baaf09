//! Landed files read back, for whatever comes after the landing zone.

use crate::error::ExtractError;
use crate::files::blocking;
use crate::landing::Landing;
use crate::landing_file::{Rows, digest};
use crate::manifest::LandedEndpoint;

/// Rows of a landed file as JSON text, in the file's order.
pub struct LandedRows {
    rows: Rows,
    /// Copy of a remote file; removed when the reading ends.
    _scratch: Option<tempfile::TempDir>,
}

impl std::fmt::Debug for LandedRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LandedRows")
    }
}

impl Iterator for LandedRows {
    type Item = Result<String, ExtractError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next()
    }
}

impl Landing {
    /// Opens a landed file after checking length and digest against its manifest; `None` when the endpoint
    /// landed without rows. Reading the rows blocks.
    ///
    /// # Errors
    /// [`ExtractError::Damaged`] when the file is missing or is not what was landed.
    pub async fn read(&self, landed: &LandedEndpoint) -> Result<Option<LandedRows>, ExtractError> {
        let Some(name) = landed.file.clone() else { return Ok(None) };
        let damaged = |detail: String| ExtractError::Damaged {
            path: name.clone(),
            detail,
            advice: "remove the session's file in _manifest/ and extract it again",
        };
        let scratch = match self.local_path() {
            Some(_) => None,
            None => Some(
                tempfile::tempdir()
                    .map_err(ExtractError::io("cannot make a folder in", std::env::temp_dir()))?,
            ),
        };
        let folder = scratch.as_ref().map_or_else(std::env::temp_dir, |folder| folder.path().to_owned());
        let file =
            self.local_copy(&name, &folder).await?.ok_or_else(|| damaged("it is missing".to_owned()))?;
        let checked = file.clone();
        let (bytes, sha256) = blocking(move || digest(&checked)).await?;
        if bytes != landed.bytes {
            return Err(damaged(format!("{bytes} bytes long, landed with {}", landed.bytes)));
        }
        if landed.sha256.as_deref().is_some_and(|landed| landed != sha256) {
            return Err(damaged("its content is not what was landed (SHA-256 differs)".to_owned()));
        }
        let rows = Rows::open(&file, landed.format, landed.compression)?;
        Ok(Some(LandedRows { rows, _scratch: scratch }))
    }
}
