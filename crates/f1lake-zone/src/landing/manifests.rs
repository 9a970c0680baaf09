//! Reads the manifests of landed sessions.

use super::zone::Landing;
use crate::error::ZoneError;
use crate::manifest::{MANIFEST_DIR, Manifest};
use futures::{StreamExt, TryStreamExt};
use object_store::UpdateVersion;

/// Manifests read at once.
const PARALLEL: usize = 16;

impl Landing {
    /// Manifests of all landed sessions, by session key.
    ///
    /// # Errors
    /// When the zone cannot be read, or a manifest is damaged or of a newer version.
    pub async fn manifests(&self) -> Result<Vec<Manifest>, ZoneError> {
        let read = self.each_manifest().await?;
        let mut manifests: Vec<Manifest> =
            read.into_iter().map(|(_, manifest)| manifest).collect::<Result<_, _>>()?;
        manifests.sort_by_key(|manifest| manifest.session_key);
        Ok(manifests)
    }

    /// Whether no session is landed.
    ///
    /// # Errors
    /// When the zone cannot be read.
    pub async fn is_empty(&self) -> Result<bool, ZoneError> {
        Ok(self.manifest_names().await?.is_empty())
    }

    async fn manifest_names(&self) -> Result<Vec<String>, ZoneError> {
        let mut names = self.list(MANIFEST_DIR).await?;
        names.retain(|name| name.ends_with(".json"));
        Ok(names)
    }

    /// Every manifest by its name in the zone, including damaged ones.
    pub async fn each_manifest(&self) -> Result<Vec<(String, Result<Manifest, ZoneError>)>, ZoneError> {
        let read: Vec<_> = futures::stream::iter(self.manifest_names().await?)
            .map(|name| async move {
                let name = format!("{MANIFEST_DIR}/{name}");
                let manifest = self.manifest(&name).await?;
                Ok::<_, ZoneError>(manifest.map(|(manifest, _)| (name, manifest)))
            })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        Ok(read.into_iter().flatten().collect())
    }

    /// A manifest by its name in the zone, with its version there.
    pub(super) async fn manifest(
        &self,
        name: &str,
    ) -> Result<Option<(Result<Manifest, ZoneError>, UpdateVersion)>, ZoneError> {
        let Some((bytes, version)) = self.get_version(name).await? else { return Ok(None) };
        let mut manifest = Manifest::parse(name, &bytes);
        if matches!(manifest, Err(ZoneError::Damaged { .. }))
            && let Some(bytes) = self.get(&journal(name)).await?
            && let Ok(whole) = Manifest::parse(name, &bytes)
        {
            // The write was interrupted after its journal was complete.
            manifest = Ok(whole);
        }
        Ok(Some((manifest, version)))
    }
}

/// Name of the journal next to a manifest written in one pass.
pub(super) fn journal(manifest: &str) -> String {
    format!("{manifest}.next")
}
