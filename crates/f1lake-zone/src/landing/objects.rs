//! Puts, gets, lists and removes the objects of a zone.

use super::zone::{Landing, PART};
use crate::error::ZoneError;
use crate::files::{self, Existing, blocking};
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutMode, PutPayload, UpdateVersion, WriteMultipart};
use std::path::PathBuf;

/// Result of creating a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// It was created.
    New,
    /// Another file has the name and stays.
    Taken,
}

impl Landing {
    pub(super) async fn delete(&self, path: &Path) -> Result<(), ZoneError> {
        match self.store.delete(path).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            other => other.map_err(ZoneError::store("cannot delete", path)),
        }
    }

    /// Removes a file; succeeds if it is missing.
    pub async fn remove(&self, name: &str) -> Result<(), ZoneError> {
        let Some(folder) = &self.local else { return self.delete(&self.path(name)).await };
        let file = folder.join(name);
        blocking(move || match std::fs::remove_file(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            other => other.map_err(ZoneError::io("cannot delete", &file)),
        })
        .await
    }

    /// Writes a whole small object, replacing an existing one; afterwards it survives a power cut.
    pub async fn put_bytes(&self, name: &str, bytes: Vec<u8>) -> Result<(), ZoneError> {
        if let Some(folder) = &self.local {
            let file = folder.join(name);
            return blocking(move || files::replace(&file, &bytes)).await;
        }
        let path = self.path(name);
        let put = self.store.put(&path, PutPayload::from(bytes)).await;
        put.map_err(ZoneError::store("cannot write", &path)).map(drop)
    }

    /// Writes a whole small object under a free name.
    pub(super) async fn create(&self, name: &str, bytes: &[u8]) -> Result<Created, ZoneError> {
        if let Some(folder) = &self.local {
            let (file, bytes) = (folder.join(name), bytes.to_vec());
            return blocking(move || created(files::write_file(&file, &bytes, Existing::Keep), &file)).await;
        }
        self.create_object(name, PutPayload::from(bytes.to_vec())).await
    }

    pub(super) async fn create_object(&self, name: &str, payload: PutPayload) -> Result<Created, ZoneError> {
        let path = self.path(name);
        match self.store.put_opts(&path, payload, PutMode::Create.into()).await {
            Ok(_) => Ok(Created::New),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(Created::Taken),
            Err(error) => Err(ZoneError::store("cannot write", &path)(error)),
        }
    }

    /// Replaces a small object that was just read; false when it changed since. A store without conditional
    /// puts, such as a volume, and a folder replace it at once: there the preceding read is the only
    /// protection.
    pub(super) async fn update(
        &self,
        name: &str,
        bytes: &[u8],
        version: UpdateVersion,
    ) -> Result<bool, ZoneError> {
        let path = self.path(name);
        let conditional = self.local.is_none() && (version.e_tag.is_some() || version.version.is_some());
        if conditional {
            let payload = PutPayload::from(bytes.to_vec());
            match self.store.put_opts(&path, payload, PutMode::Update(version).into()).await {
                Ok(_) => return Ok(true),
                Err(object_store::Error::Precondition { .. } | object_store::Error::NotFound { .. }) => {
                    return Ok(false);
                }
                Err(
                    object_store::Error::NotImplemented { .. } | object_store::Error::NotSupported { .. },
                ) => {}
                Err(error) => return Err(ZoneError::store("cannot write", &path)(error)),
            }
        }
        self.put_bytes(name, bytes.to_vec()).await?;
        Ok(true)
    }

    /// Sends a local file, replacing an existing object; the object appears complete or not at all.
    pub async fn put_file(&self, name: &str, file: &std::path::Path) -> Result<(), ZoneError> {
        if let Some(folder) = &self.local {
            let (source, file) = (file.to_owned(), folder.join(name));
            return blocking(move || {
                files::copy_file(&source, &file, Existing::Replace)
                    .map_err(ZoneError::io("cannot write", &file))
            })
            .await;
        }
        let path = self.path(name);
        if let Some(payload) = self.small(file).await? {
            let put = self.store.put(&path, payload).await;
            return put.map_err(ZoneError::store("cannot write", &path)).map(drop);
        }
        self.send_parts(&path, file).await
    }

    /// The bytes of a file that is small enough for one request; `None` when it is larger.
    pub(super) async fn small(&self, file: &std::path::Path) -> Result<Option<PutPayload>, ZoneError> {
        let read = || ZoneError::io("cannot read", file);
        let length = tokio::fs::metadata(file).await.map_err(read())?.len();
        if length > self.single_put {
            return Ok(None);
        }
        Ok(Some(PutPayload::from(tokio::fs::read(file).await.map_err(read())?)))
    }

    pub(super) async fn send_parts(&self, path: &Path, file: &std::path::Path) -> Result<(), ZoneError> {
        use tokio::io::AsyncReadExt;
        let read = || ZoneError::io("cannot read", file);
        let mut source = tokio::fs::File::open(file).await.map_err(read())?;
        let upload = self.store.put_multipart(path).await;
        let upload = upload.map_err(ZoneError::store("cannot write", path))?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART);
        let mut buffer = vec![0; 256 * 1024];
        let sent = loop {
            match source.read(&mut buffer).await {
                Ok(0) => break Ok(()),
                Ok(count) => {
                    if let Err(error) = upload.wait_for_capacity(4).await {
                        break Err(ZoneError::store("cannot write", path)(error));
                    }
                    upload.write(&buffer[..count]);
                }
                Err(error) => break Err(read()(error)),
            }
        };
        if let Err(error) = sent {
            // Remove what was sent, but report the first error.
            let _ = upload.abort().await;
            return Err(error);
        }
        upload.finish().await.map_err(ZoneError::store("cannot write", path)).map(drop)
    }

    /// An object's bytes; `None` when it does not exist.
    pub async fn get(&self, name: &str) -> Result<Option<bytes::Bytes>, ZoneError> {
        Ok(self.get_version(name).await?.map(|(bytes, _)| bytes))
    }

    /// An object's bytes and version.
    pub(super) async fn get_version(
        &self,
        name: &str,
    ) -> Result<Option<(bytes::Bytes, UpdateVersion)>, ZoneError> {
        let path = self.path(name);
        let Some(result) = found(self.store.get(&path).await, &path)? else { return Ok(None) };
        let version =
            UpdateVersion { e_tag: result.meta.e_tag.clone(), version: result.meta.version.clone() };
        let bytes = result.bytes().await.map_err(ZoneError::store("cannot read", &path))?;
        Ok(Some((bytes, version)))
    }

    /// An object as a local file: itself when the zone is local, otherwise a copy in `scratch`.
    pub async fn local_copy(
        &self,
        name: &str,
        scratch: &std::path::Path,
    ) -> Result<Option<PathBuf>, ZoneError> {
        use tokio::io::AsyncWriteExt;
        if let Some(folder) = &self.local {
            let file = folder.join(name);
            return Ok(file.is_file().then_some(file));
        }
        let path = self.path(name);
        let Some(result) = found(self.store.get(&path).await, &path)? else { return Ok(None) };
        let copy = scratch.join(name.replace('/', "_"));
        let write = || ZoneError::io("cannot write", &copy);
        let mut file = tokio::fs::File::create(&copy).await.map_err(write())?;
        let mut stream = result.into_stream();
        while let Some(chunk) = stream.try_next().await.map_err(ZoneError::store("cannot read", &path))? {
            file.write_all(&chunk).await.map_err(write())?;
        }
        file.flush().await.map_err(write())?;
        Ok(Some(copy))
    }

    /// Names of the objects in a folder (`""`: the top), without subfolders.
    pub async fn list(&self, folder: &str) -> Result<Vec<String>, ZoneError> {
        let path = if folder.is_empty() { self.prefix.clone() } else { self.path(folder) };
        let listed = self
            .store
            .list_with_delimiter(Some(&path))
            .await
            .map_err(ZoneError::store("cannot list", &path))?;
        let mut names: Vec<String> = listed
            .objects
            .iter()
            .filter_map(|object| object.location.filename().map(str::to_owned))
            .collect();
        names.sort_unstable();
        Ok(names)
    }
}

/// What became of a new file.
pub(super) fn created(written: std::io::Result<()>, file: &std::path::Path) -> Result<Created, ZoneError> {
    match written {
        Ok(()) => Ok(Created::New),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(Created::Taken),
        Err(error) => Err(ZoneError::io("cannot write", file)(error)),
    }
}

/// What was read of an object; `None` when there is no such object.
pub(super) fn found<T>(read: object_store::Result<T>, path: &Path) -> Result<Option<T>, ZoneError> {
    match read {
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        read => read.map(Some).map_err(ZoneError::store("cannot read", path)),
    }
}
