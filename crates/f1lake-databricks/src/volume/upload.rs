//! An upload held in memory until it is complete.

use super::shared::{ADVICE, Volume, to_store};
use crate::error::Error;
use async_trait::async_trait;
use bytes::Bytes;
use futures::FutureExt;
use object_store::path::Path;
use object_store::{MultipartUpload, PutPayload, PutResult, UploadPart};
use std::fmt;
use std::sync::Arc;

/// An upload held in memory until it is complete.
pub(super) struct VolumeUpload {
    pub(super) volume: Arc<Volume>,
    pub(super) location: Path,
    pub(super) chunks: Vec<Bytes>,
    pub(super) bytes: u64,
}

impl fmt::Debug for VolumeUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VolumeUpload")
            .field("location", &self.location)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

impl VolumeUpload {
    fn too_large(&self) -> Option<object_store::Error> {
        let limit = self.volume.largest_buffer;
        (self.bytes > limit).then(|| {
            let path = self.volume.place(&self.location).to_string();
            to_store(Error::TooLarge { path, bytes: self.bytes, limit, advice: ADVICE }, &self.location)
        })
    }
}

#[async_trait]
impl MultipartUpload for VolumeUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        self.bytes += data.content_length() as u64;
        if let Some(error) = self.too_large() {
            self.chunks.clear();
            return futures::future::ready(Err(error)).boxed();
        }
        self.chunks.extend(chunks(data));
        futures::future::ready(Ok(())).boxed()
    }

    async fn complete(&mut self) -> object_store::Result<PutResult> {
        if let Some(error) = self.too_large() {
            return Err(error);
        }
        let chunks = std::mem::take(&mut self.chunks);
        self.volume
            .write(&self.volume.place(&self.location), chunks, true)
            .await
            .map_err(|error| to_store(error, &self.location))?;
        Ok(PutResult { e_tag: None, version: None })
    }

    async fn abort(&mut self) -> object_store::Result<()> {
        self.chunks.clear();
        Ok(())
    }
}

/// The filled pieces of a payload.
pub(super) fn chunks(payload: PutPayload) -> Vec<Bytes> {
    payload.into_iter().filter(|chunk| !chunk.is_empty()).collect()
}
