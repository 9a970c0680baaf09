//! Lists folders.

use super::shared::{Volume, to_store};
use chrono::{DateTime, Utc};
use object_store::ObjectMeta;
use object_store::path::Path;
use serde::Deserialize;

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    contents: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    path: String,
    #[serde(default)]
    is_directory: bool,
    file_size: Option<u64>,
    /// Milliseconds since 1970.
    last_modified: Option<i64>,
}

impl Volume {
    /// An entry's location below the store's root.
    fn location(&self, folder: &Path, entry: &Entry) -> object_store::Result<Path> {
        let name = entry.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let whole = if folder.as_ref().is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        Ok(Path::parse(whole)?)
    }

    fn entry_meta(&self, location: Path, entry: &Entry) -> ObjectMeta {
        // Whole seconds, as in the headers of a download: a file must have only one date.
        let last_modified = entry
            .last_modified
            .and_then(|milliseconds| DateTime::from_timestamp(milliseconds.div_euclid(1000), 0));
        ObjectMeta {
            location,
            last_modified: last_modified.unwrap_or(DateTime::<Utc>::UNIX_EPOCH),
            size: entry.file_size.unwrap_or_default(),
            e_tag: None,
            version: None,
        }
    }

    /// Folders and files of one folder. A missing folder is empty, a missing volume is an error.
    pub(super) async fn folder(&self, folder: &Path) -> object_store::Result<(Vec<Path>, Vec<ObjectMeta>)> {
        let place = self.place(folder);
        let parts: Vec<Part> = match self.workspace.pages(&place.folder_url()).await {
            Ok(parts) => parts,
            Err(error) if error.is_not_found() => {
                // An empty list would hide a typo in the volume's name.
                self.check().await.map_err(|error| to_store(error, folder))?;
                Vec::new()
            }
            Err(error) => return Err(to_store(self.advise(error, "READ VOLUME"), folder)),
        };
        let (mut folders, mut files) = (Vec::new(), Vec::new());
        for entry in parts.into_iter().flat_map(|part| part.contents) {
            let location = self.location(folder, &entry)?;
            if entry.is_directory {
                folders.push(location);
            } else {
                files.push(self.entry_meta(location, &entry));
            }
        }
        Ok((folders, files))
    }
}
