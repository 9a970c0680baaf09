//! Reads landed files back, for the steps after the landing zone.

use super::zone::Landing;
use crate::error::ZoneError;
use crate::files::{blocking, scratch};
use crate::format::{Rows, digest};
use crate::manifest::LandedEndpoint;
use std::path::Path;
use std::thread::JoinHandle;

/// Rows of a landed file as JSON text, in file order. The file is compared with its manifest while it is
/// read; damage is reported at the end at the latest, so the rows are valid only once the end was reached.
pub struct LandedRows {
    rows: Rows,
    check: Option<JoinHandle<Result<(), ZoneError>>>,
    /// Copy of a remote file; removed when reading ends.
    _scratch: Option<tempfile::TempDir>,
}

impl std::fmt::Debug for LandedRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LandedRows")
    }
}

impl Iterator for LandedRows {
    type Item = Result<String, ZoneError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.rows.next() {
            Some(Ok(row)) => Some(Ok(row)),
            // Damage explains any other error.
            end => match self.checked() {
                Ok(()) => end,
                Err(error) => Some(Err(error)),
            },
        }
    }
}

impl LandedRows {
    fn checked(&mut self) -> Result<(), ZoneError> {
        let Some(check) = self.check.take() else { return Ok(()) };
        check.join().unwrap_or_else(|_| {
            let broke_off = std::io::Error::other("the check of its digest failed");
            Err(ZoneError::io("cannot read", "landing file")(broke_off))
        })
    }
}

impl Landing {
    /// Opens a landed file after comparing its length with its manifest; `None` when the endpoint landed
    /// without rows. The digest is checked while the rows are read. Reading the rows blocks.
    ///
    /// # Errors
    /// [`ZoneError::Damaged`], here or from the rows, when the file is missing or differs from what was
    /// landed.
    pub async fn read(&self, landed: &LandedEndpoint) -> Result<Option<LandedRows>, ZoneError> {
        let Some(name) = landed.file.clone() else { return Ok(None) };
        let scratch = match self.local_path() {
            Some(_) => None,
            None => Some(scratch()?),
        };
        let folder = scratch.as_ref().map_or_else(std::env::temp_dir, |folder| folder.path().to_owned());
        let file = self.local_copy(&name, &folder).await?.ok_or_else(|| damaged(&name, "it is missing"))?;
        let bytes = std::fs::metadata(&file).map_err(ZoneError::io("cannot read", &file))?.len();
        if bytes != landed.bytes {
            return Err(damaged(&name, &format!("{bytes} bytes long, but landed with {}", landed.bytes)));
        }
        let rows = Rows::open(&file, landed.format, landed.compression);
        let (checked, wanted) = (file.clone(), landed.sha256.clone());
        let check = move || check_digest(&name, &checked, wanted.as_deref());
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => return blocking(check).await.and(Err(error)),
        };
        let check = std::thread::Builder::new()
            .name("digest".to_owned())
            .spawn(check)
            .map_err(ZoneError::io("cannot start reading", &file))?;
        Ok(Some(LandedRows { rows, check: Some(check), _scratch: scratch }))
    }
}

fn check_digest(name: &str, file: &Path, landed: Option<&str>) -> Result<(), ZoneError> {
    let Some(landed) = landed else { return Ok(()) };
    if digest(file)?.1 == landed {
        return Ok(());
    }
    Err(damaged(name, "its content differs from what was landed (SHA-256)"))
}

fn damaged(name: &str, detail: &str) -> ZoneError {
    ZoneError::Damaged {
        path: name.to_owned(),
        detail: detail.to_owned(),
        advice: "remove the session's file in _manifest/ and extract it again",
    }
}
