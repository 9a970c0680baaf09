//! Commits a session by its manifest, and completes the copy of a zone.

use super::manifests::journal;
use super::objects::Created;
use super::zone::Landing;
use crate::error::ZoneError;
use crate::files::{self, blocking, is_mounted_volume};
use crate::manifest::Manifest;
use std::path::PathBuf;

/// Result of committing a manifest.
#[derive(Debug)]
pub enum Commit {
    /// The manifest is written.
    Done,
    /// The manifest changed since it was read; this is the current one.
    Overtaken(Box<Option<Manifest>>),
}

impl Landing {
    /// Commits a session by writing its manifest, last of all, if the current one is still `old`.
    pub async fn commit(&self, manifest: &Manifest, old: Option<&Manifest>) -> Result<Commit, ZoneError> {
        let name = manifest.path();
        if let Some(folder) = self.local.clone() {
            blocking(move || files::sync_folder(&folder).map_err(ZoneError::io("cannot sync", &folder)))
                .await?;
        }
        let text = manifest.text()?;
        // A manifest written in one pass is incomplete for a moment, so a full copy stays next to it until
        // the write ends.
        let journaled = self.local.as_deref().is_some_and(is_mounted_volume);
        let current = self.manifest(&name).await?;
        let current = match current {
            Some((manifest, version)) => Some((manifest?, version)),
            None => None,
        };
        let as_expected = current.as_ref().map(|(manifest, _)| manifest) == old;
        if as_expected && journaled {
            self.put_bytes(&journal(&name), text.clone()).await?;
        }
        let done = as_expected
            && match current {
                None => self.create(&name, &text).await? == Created::New,
                Some((_, version)) => self.update(&name, &text, version).await?,
            };
        if !done {
            let theirs = self.manifest(&name).await?.map(|(manifest, _)| manifest).transpose()?;
            return Ok(Commit::Overtaken(Box::new(theirs)));
        }
        if journaled {
            self.remove(&journal(&name)).await?;
        }
        self.complete_copies(&[manifest]).await?;
        Ok(Commit::Done)
    }

    /// Brings the copies of landed sessions up to date.
    pub async fn complete_copies(&self, landed: &[&Manifest]) -> Result<(), ZoneError> {
        let Some(copy) = &self.copy else { return Ok(()) };
        for manifest in landed {
            self.complete(copy, manifest).await?;
        }
        Ok(())
    }

    /// Copies the missing files of a session, its manifest last.
    async fn complete(&self, copy: &Self, manifest: &Manifest) -> Result<(), ZoneError> {
        let text = manifest.text()?;
        if copy.get(&manifest.path()).await?.is_some_and(|there| there == text) {
            return Ok(());
        }
        let scratch = files::scratch()?;
        for landed in manifest.endpoints.values() {
            let Some(name) = &landed.file else { continue };
            let digest = |file: PathBuf| blocking(move || crate::format::digest(&file));
            if let Some(there) = copy.local_copy(name, scratch.path()).await?
                && Some(digest(there).await?.1) == landed.sha256
            {
                continue;
            }
            let whole = match self.local_copy(name, scratch.path()).await? {
                Some(file) if Some(digest(file.clone()).await?.1) == landed.sha256 => file,
                _ => {
                    return Err(ZoneError::Damaged {
                        path: name.clone(),
                        detail: "cannot be copied: it is missing, or differs from what was landed".to_owned(),
                        advice: "`f1lake verify` lists damaged files",
                    });
                }
            };
            copy.put_file(name, &whole).await?;
        }
        copy.put_bytes(&manifest.path(), text).await
    }
}
