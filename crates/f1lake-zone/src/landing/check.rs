//! Checks that a destination can be a zone.

use super::objects::Created;
use super::unique::unique;
use super::zone::Landing;
use crate::error::ZoneError;
use crate::files::UNFINISHED;
use crate::manifest::MANIFEST_DIR;

impl Landing {
    /// Checks that the destination supports what a run does: creates a file, replaces it, reads it back and
    /// removes it.
    ///
    /// # Errors
    /// With the cause.
    pub async fn check_writable(&self) -> Result<(), ZoneError> {
        // A unique name, because several runs may test at once.
        let name = format!("{MANIFEST_DIR}/{UNFINISHED}write-test-{}", unique());
        let tried = self.try_file(&name).await;
        let removed = self.remove(&name).await;
        tried?;
        removed
    }

    async fn try_file(&self, name: &str) -> Result<(), ZoneError> {
        let wrong = |detail: &str| ZoneError::Unreliable {
            place: self.description.clone(),
            detail: detail.to_owned(),
        };
        let written = b"f1lake";
        if self.create(name, written).await? == Created::Taken {
            return Err(wrong("reports that a new file already exists"));
        }
        let (_, version) = self.get_version(name).await?.ok_or_else(|| wrong("has lost a file"))?;
        if !self.update(name, written, version).await? {
            return Err(wrong("reports a change to a file that did not change"));
        }
        match self.get(name).await? {
            Some(bytes) if bytes == written[..] => Ok(()),
            _ => Err(wrong("does not return what was written")),
        }
    }
}
