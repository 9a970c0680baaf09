//! Lists that the service sends in pages.

use crate::error::Error;
use crate::workspace::{Call, Workspace};
use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
struct Page<T> {
    #[serde(flatten)]
    part: T,
    next_page_token: Option<String>,
}

impl Workspace {
    /// All parts of a list.
    pub(crate) async fn pages<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, Error> {
        let mut parts = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let mut call = Call::get(path);
            if let Some(token) = &token {
                call = call.query("page_token", token);
            }
            let page: Page<T> = self.json(&call).await?;
            parts.push(page.part);
            // A short or empty page is not the last one: only a missing token is.
            match page.next_page_token.filter(|next| !next.is_empty()) {
                Some(next) if token.as_ref() == Some(&next) => {
                    return Err(self.wrong(&call, "a page that names itself as the next"));
                }
                Some(next) => token = Some(next),
                None => return Ok(parts),
            }
        }
    }
}
