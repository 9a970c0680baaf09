//! Lists folders, page by page.

use super::shared::{Volume, to_store};
use crate::error::Error;
use crate::volume_path::VolumePath;
use crate::workspace::Call;
use chrono::{DateTime, Utc};
use object_store::ObjectMeta;
use object_store::path::Path;
use serde::Deserialize;

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    contents: Vec<Entry>,
    #[serde(default)]
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    path: String,
    #[serde(default)]
    is_directory: bool,
    #[serde(default)]
    file_size: Option<u64>,
    /// Milliseconds since 1970.
    #[serde(default)]
    last_modified: Option<i64>,
}

impl Volume {
    /// A page of a folder; `None` when the folder does not exist.
    async fn page(&self, folder: &VolumePath, token: Option<&str>) -> Result<Option<Page>, Error> {
        let mut call = Call::get(folder.folder_url());
        if let Some(token) = token {
            call = call.query("page_token", token);
        }
        match self.workspace.json::<Page>(&call).await {
            Ok(page) if token.is_some() && page.next_page_token.as_deref() == token => {
                Err(self.wrong(&call, "a page that names itself as the next"))
            }
            Ok(page) => Ok(Some(page)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(self.advise(error, "READ VOLUME")),
        }
    }

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
        let (mut folders, mut files) = (Vec::new(), Vec::new());
        let mut token: Option<String> = None;
        loop {
            let page = self.page(&place, token.as_deref()).await.map_err(|error| to_store(error, folder))?;
            let Some(page) = page else {
                // An empty list would hide a typo in the volume's name.
                self.check().await.map_err(|error| to_store(error, folder))?;
                return Ok((Vec::new(), Vec::new()));
            };
            for entry in &page.contents {
                let location = self.location(folder, entry)?;
                if entry.is_directory {
                    folders.push(location);
                } else {
                    files.push(self.entry_meta(location, entry));
                }
            }
            // A short or empty page is not the last one: only a missing token is.
            match page.next_page_token.filter(|token| !token.is_empty()) {
                Some(next) => token = Some(next),
                None => return Ok((folders, files)),
            }
        }
    }
}
