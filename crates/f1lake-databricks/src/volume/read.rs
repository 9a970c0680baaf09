//! Downloads files, and resumes where a connection broke.

use super::shared::{Volume, to_store};
use crate::error::Error;
use crate::workspace::{Call, OCTETS};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use f1lake_http::{Retries, RetryPolicy, describe, header};
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{GetRange, ObjectMeta};
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue, IF_UNMODIFIED_SINCE, RANGE};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

/// Longest pause within a download.
const SILENCE: Duration = Duration::from_secs(60);
/// How often a broken download is resumed.
const RESUMES: u32 = 5;

/// A file being downloaded.
pub(super) struct Download {
    response: reqwest::Response,
    /// Position in the file at which the body begins.
    pub(super) start: u64,
    pub(super) meta: ObjectMeta,
}

impl Volume {
    fn meta(&self, location: &Path, response: &reqwest::Response, size: u64) -> ObjectMeta {
        let last_modified = header(response.headers(), "last-modified")
            .and_then(|value| httpdate::parse_http_date(value).ok())
            .map_or(DateTime::<Utc>::UNIX_EPOCH, DateTime::from);
        ObjectMeta {
            location: location.clone(),
            last_modified,
            size,
            e_tag: header(response.headers(), "etag").map(str::to_owned),
            version: None,
        }
    }

    pub(super) async fn head(&self, location: &Path) -> Result<ObjectMeta, Error> {
        // A file may legitimately be a web page.
        let call = Call { html_is_wrong: false, ..Call::new(Method::HEAD, self.place(location).file_url()) };
        let response = self.workspace.send(&call).await?;
        let size = number(&response, "content-length")
            .ok_or_else(|| self.workspace.wrong(&call, "no Content-Length"))?;
        Ok(self.meta(location, &response, size))
    }

    /// Opens a download; the body may begin before the range when the service ignores it.
    pub(super) async fn download(
        &self,
        location: &Path,
        range: Option<&GetRange>,
        unmodified_since: Option<DateTime<Utc>>,
    ) -> Result<Download, Error> {
        let mut call =
            Call { accept: Some(OCTETS), ..Call::new(Method::GET, self.place(location).file_url()) };
        let name = location.filename().unwrap_or_default().to_ascii_lowercase();
        call.html_is_wrong = !(name.ends_with(".html") || name.ends_with(".htm"));
        let mut add = |name: HeaderName, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                call.headers.push((name, value));
            }
        };
        if let Some(range) = range {
            add(RANGE, &range.to_string());
        }
        if let Some(date) = unmodified_since {
            add(IF_UNMODIFIED_SINCE, &httpdate::fmt_http_date(date.into()));
        }
        let response = self.workspace.send(&call).await?;
        let (start, size) = if response.status().as_u16() == 206 {
            header(response.headers(), "content-range")
                .and_then(content_range)
                .ok_or_else(|| self.workspace.wrong(&call, "a part without a readable Content-Range"))?
        } else {
            let size = number(&response, "content-length")
                .ok_or_else(|| self.workspace.wrong(&call, "no Content-Length"))?;
            (0, size)
        };
        let meta = self.meta(location, &response, size);
        Ok(Download { response, start, meta })
    }

    /// The bytes of a range; resumes where a connection broke.
    pub(super) fn body(
        self: Arc<Self>,
        download: Download,
        range: Range<u64>,
    ) -> BoxStream<'static, object_store::Result<Bytes>> {
        struct State {
            volume: Arc<Volume>,
            download: Download,
            /// Position in the file of the next byte from the connection, and of the next byte to return.
            arriving: u64,
            next: u64,
            end: u64,
            /// Of the connection, not of a request.
            resumes: Retries,
        }
        let policy = RetryPolicy { retries: RESUMES, budget: Duration::MAX, ..*self.workspace.retry() };
        let (arriving, resumes) = (download.start, policy.start());
        let state = State { volume: self, download, arriving, next: range.start, end: range.end, resumes };
        futures::stream::try_unfold(state, |mut state| async move {
            while state.next < state.end {
                let read = tokio::time::timeout(SILENCE, state.download.response.chunk()).await;
                let broken = match read {
                    Ok(Ok(Some(mut chunk))) => {
                        let skip = state.next.saturating_sub(state.arriving).min(chunk.len() as u64);
                        state.arriving += chunk.len() as u64;
                        let _ = chunk.split_to(usize::try_from(skip).unwrap_or(usize::MAX).min(chunk.len()));
                        let left = usize::try_from(state.end - state.next).unwrap_or(usize::MAX);
                        chunk.truncate(left);
                        if chunk.is_empty() {
                            continue;
                        }
                        state.next += chunk.len() as u64;
                        return Ok(Some((chunk, state)));
                    }
                    Ok(Ok(None)) => "the file ended early".to_owned(),
                    Ok(Err(error)) => describe(&error),
                    Err(_) => format!("no data for {} s", SILENCE.as_secs()),
                };
                let location = state.download.meta.location.clone();
                let Some(wait) = state.resumes.next_wait(None) else {
                    let error = Error::Transport {
                        request: format!("GET {}", state.volume.place(&location)),
                        host: state.volume.workspace.host().to_owned(),
                        tries: state.resumes.attempt(),
                        detail: broken,
                    };
                    return Err(to_store(error, &location));
                };
                tracing::debug!(%location, at = state.next, broken, "resuming the download");
                tokio::time::sleep(wait).await;
                let range = GetRange::Bounded(state.next..state.end);
                let meta = &state.download.meta;
                let resumed = state.volume.download(&location, Some(&range), Some(meta.last_modified)).await;
                let resumed = resumed.map_err(|error| to_store(error, &location))?;
                let same = resumed.meta.size == meta.size
                    && resumed.meta.last_modified == meta.last_modified
                    && resumed.start <= state.next;
                if !same {
                    return Err(object_store::Error::Precondition {
                        path: location.to_string(),
                        source: "the file changed while it was read".into(),
                    });
                }
                state.arriving = resumed.start;
                state.download = resumed;
            }
            Ok(None)
        })
        .boxed()
    }
}

/// A header's number.
fn number(response: &reqwest::Response, name: &str) -> Option<u64> {
    header(response.headers(), name)?.trim().parse().ok()
}

/// Start and total size from `bytes 3-6/14`.
pub(super) fn content_range(value: &str) -> Option<(u64, u64)> {
    let (range, size) = value.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.trim().parse().ok()?, size.trim().parse().ok()?))
}
