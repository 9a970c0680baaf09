//! Writes and deletes files, and creates their folders.

use super::shared::{ADVICE, Volume};
use crate::error::Error;
use crate::multipart;
use crate::retry::Repeat;
use crate::volume_path::VolumePath;
use crate::workspace::{Call, OCTETS};
use bytes::Bytes;
use reqwest::Method;

/// Maximum size of one file in the service: 5000 MiB.
const LARGEST_FILE: u64 = 5000 * 1024 * 1024;

impl Volume {
    /// Creates a folder and its parents, once.
    async fn make_folder(&self, folder: &VolumePath) -> Result<(), Error> {
        if folder.is_root() || self.known_folders().contains(folder) {
            return Ok(());
        }
        self.workspace
            .send(&Call::new(Method::PUT, folder.folder_url()))
            .await
            .map_err(|error| self.advise(error, "WRITE VOLUME"))?;
        self.known_folders().insert(folder.clone());
        Ok(())
    }

    /// Writes a whole file.
    pub(super) async fn write(
        &self,
        file: &VolumePath,
        chunks: Vec<Bytes>,
        overwrite: bool,
    ) -> Result<(), Error> {
        let bytes: u64 = chunks.iter().map(|chunk| chunk.len() as u64).sum();
        if bytes > LARGEST_FILE {
            return Err(Error::TooLarge {
                path: file.to_string(),
                bytes,
                limit: LARGEST_FILE,
                advice: ADVICE,
            });
        }
        let folder = file.parent();
        let known = self.known_folders().contains(&folder);
        self.make_folder(&folder).await?;
        match self.send_file(file, &chunks, bytes, overwrite).await {
            // The folder was removed meanwhile.
            Err(error) if known && error.is_not_found() => {
                self.known_folders().remove(&folder);
                self.make_folder(&folder).await?;
                self.send_file(file, &chunks, bytes, overwrite).await
            }
            other => other,
        }
        .map_err(|error| self.advise(error, "WRITE VOLUME"))
    }

    async fn send_file(
        &self,
        file: &VolumePath,
        chunks: &[Bytes],
        bytes: u64,
        overwrite: bool,
    ) -> Result<(), Error> {
        if bytes >= self.multipart_from
            && multipart::upload(&self.workspace, file, chunks, bytes, overwrite).await?
        {
            return Ok(());
        }
        let call = Call {
            content_type: Some(OCTETS),
            body: chunks.to_vec(),
            // A repeated create would find its own file.
            repeat: if overwrite { Repeat::Safe } else { Repeat::Refused },
            ..Call::new(Method::PUT, file.file_url())
        }
        .query("overwrite", overwrite.to_string());
        self.workspace.send(&call).await?;
        Ok(())
    }

    pub(super) async fn delete(&self, file: &VolumePath) -> Result<(), Error> {
        match self.workspace.send(&Call::new(Method::DELETE, file.file_url())).await {
            Ok(_) => Ok(()),
            // An earlier attempt removed it and its response was lost.
            Err(Error::Api(error)) if error.status == 404 && error.tries > 1 => Ok(()),
            Err(error) if error.is_not_found() => Err(error),
            Err(error) => Err(self.advise(error, "WRITE VOLUME")),
        }
    }
}
