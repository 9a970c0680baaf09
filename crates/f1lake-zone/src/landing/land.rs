//! Landed files: created, never overwritten, and set aside when they are damaged.

use super::objects::{Created, created, found};
use super::unique::unique;
use super::zone::Landing;
use crate::error::ZoneError;
use crate::files::{self, Existing, blocking};
use jiff::Timestamp;
use object_store::{CopyMode, CopyOptions, ObjectStore, ObjectStoreExt, PutPayload};

/// Folder of a store for complete large files before they get their name.
pub(super) const WORK_DIR: &str = "_work";
/// Folder for data that is kept but not landed.
pub const ASIDE_DIR: &str = "_aside";

impl Landing {
    /// Lands one of our finished and synced files under a free name: moves it on the same disk, otherwise
    /// sends it. The folder entry is on disk once the session's manifest is.
    pub async fn land(&self, name: &str, file: &std::path::Path) -> Result<Created, ZoneError> {
        let landed = self.land_here(name, file).await?;
        if let (Some(copy), Created::New) = (&self.copy, landed) {
            let there = self.local.as_ref().map(|folder| folder.join(name));
            copy.put_file(name, there.as_deref().unwrap_or(file)).await?;
        }
        Ok(landed)
    }

    async fn land_here(&self, name: &str, file: &std::path::Path) -> Result<Created, ZoneError> {
        if let Some(folder) = &self.local {
            let (source, file) = (file.to_owned(), folder.join(name));
            return blocking(move || created(files::move_file(&source, &file, Existing::Keep), &file)).await;
        }
        if let Some(payload) = self.small(file).await? {
            return self.create_object(name, payload).await;
        }
        let path = self.path(name);
        let waiting = self.path(&format!("{WORK_DIR}/{}-{name}", unique()));
        self.send_parts(&waiting, file).await?;
        let options = CopyOptions::default().with_mode(CopyMode::Create);
        let copied = match self.store.copy_opts(&waiting, &path, options).await {
            Ok(()) => Ok(Created::New),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(Created::Taken),
            // A store that cannot copy this way gets it in one request.
            Err(object_store::Error::NotImplemented { .. } | object_store::Error::NotSupported { .. }) => {
                let bytes = tokio::fs::read(file).await.map_err(ZoneError::io("cannot read", file))?;
                self.create_object(name, PutPayload::from(bytes)).await
            }
            Err(error) => Err(ZoneError::store("cannot write", &path)(error)),
        };
        let removed = self.delete(&waiting).await;
        let created = copied?;
        if let Err(error) = removed {
            // It is landed anyway; a later run removes the remains.
            tracing::debug!(%error, name, "landed, but its upload could not be removed");
        }
        Ok(created)
    }

    /// Whether a landed file is missing or differs from what was landed. In a store only its length is
    /// compared.
    pub async fn is_lost(&self, name: &str, bytes: u64, sha256: Option<&str>) -> Result<bool, ZoneError> {
        if let Some(folder) = &self.local {
            let (file, sha256) = (folder.join(name), sha256.map(str::to_owned));
            return blocking(move || Ok(!file.is_file() || Some(crate::format::digest(&file)?.1) != sha256))
                .await;
        }
        let path = self.path(name);
        Ok(found(self.store.head(&path).await, &path)?.is_none_or(|meta| meta.size != bytes))
    }

    /// Moves a damaged file to `_aside/`, which frees its name; returns its new name, or `None` when it is
    /// missing.
    pub async fn set_aside(&self, name: &str, now: Timestamp) -> Result<Option<String>, ZoneError> {
        let aside =
            format!("{ASIDE_DIR}/damaged.{}.{}", now.strftime("%Y%m%dT%H%M%SZ"), name.replace('/', "_"));
        let scratch = files::scratch()?;
        let Some(there) = self.local_copy(name, scratch.path()).await? else { return Ok(None) };
        self.put_file(&aside, &there).await?;
        self.remove(name).await?;
        Ok(Some(aside))
    }
}
