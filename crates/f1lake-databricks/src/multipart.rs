//! Uploads a large file in parts, directly to cloud storage, through URLs that the workspace signs.

use crate::error::{Error, one_line};
use crate::retry::{Repeat, wait, wait_of};
use crate::volume_path::VolumePath;
use crate::workspace::{Call, OCTETS, Workspace};
use bytes::Bytes;
use f1lake_http::{header, may_carry_secrets};
use futures::{StreamExt, TryStreamExt};
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use url::Url;

const MIB: u64 = 1024 * 1024;
/// Smallest size of a part, except the last.
const SMALLEST_PART: u64 = 10 * MIB;
/// Most parts of a file.
const MOST_PARTS: u64 = 100;
/// Parts in flight at once.
const PARALLEL: usize = 4;
/// Lifetime of a signed URL.
const ADDRESS_LIFE: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

#[derive(Deserialize)]
struct Started {
    /// Absent where the cloud has another protocol.
    multipart_upload: Option<Session>,
}

#[derive(Deserialize)]
struct Session {
    session_token: String,
}

#[derive(Deserialize)]
struct PartAddresses {
    upload_part_urls: Vec<Signed>,
}

/// A URL that needs no login: never printed.
#[derive(Deserialize)]
struct Signed {
    url: String,
    #[serde(default)]
    headers: Vec<Header>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

/// Sends a file in parts. False when the service does not offer such uploads here, or no part got through: a
/// single request may still work.
pub(crate) async fn upload(
    workspace: &Workspace,
    file: &VolumePath,
    chunks: &[Bytes],
    bytes: u64,
    overwrite: bool,
) -> Result<bool, Error> {
    // Starting an upload twice is harmless: the first is never completed.
    let start = Call::new(Method::POST, file.file_url())
        .query("action", "initiate-upload")
        .query("overwrite", overwrite.to_string());
    let started: Started = match workspace.json(&start).await {
        Ok(started) => started,
        // Workspaces behind some gateways, and emulators, lack such uploads; the official client also falls
        // back.
        Err(error) if is_no_such_upload(&error) => {
            tracing::debug!(%file, %error, "the service does not support uploads in parts; sending the file \
                in one request");
            return Ok(false);
        }
        Err(error) => return Err(error),
    };
    let Some(Session { session_token }) = started.multipart_upload else { return Ok(false) };

    let size = SMALLEST_PART.max(bytes.div_ceil(MOST_PARTS));
    let some_arrived = AtomicBool::new(false);
    let sent: Result<Vec<serde_json::Value>, Error> = futures::stream::iter(parts(chunks, size))
        .enumerate()
        .map(|(index, body)| {
            let (session_token, some_arrived) = (&session_token, &some_arrived);
            async move {
                let number = index + 1;
                let etag = send_part(workspace, file, session_token, number, body).await?;
                some_arrived.store(true, Ordering::Relaxed);
                Ok(json!({ "part_number": number, "etag": etag }))
            }
        })
        .buffered(PARALLEL)
        .try_collect()
        .await;
    let completed = match sent {
        Ok(parts) => {
            let mut complete = Call::post(file.file_url(), &json!({ "parts": parts }))
                .query("action", "complete-upload")
                .query("upload_type", "multipart")
                .query("session_token", &session_token);
            complete.accept = None;
            workspace.send(&complete).await.map(|_| true)
        }
        // For example, a firewall between this machine and cloud storage.
        Err(_) if !some_arrived.load(Ordering::Relaxed) => Ok(false),
        Err(error) => Err(error),
    };
    if !matches!(completed, Ok(true))
        && let Err(error) = abort(workspace, file, &session_token).await
    {
        // Report the upload's failure, not the abort's; the service discards the parts later.
        tracing::debug!(%file, %error, "cannot abort the upload");
    }
    completed
}

/// Whether the response to starting a multipart upload means that there are none, not that the file may not
/// be written.
fn is_no_such_upload(error: &Error) -> bool {
    match error {
        Error::Api(answer) => !error.is_already_exists() && !matches!(answer.status, 401 | 412 | 429),
        Error::Answer { .. } => true,
        _ => false,
    }
}

/// Cuts a file into parts without copying it.
fn parts(chunks: &[Bytes], size: u64) -> Vec<Vec<Bytes>> {
    let (mut parts, mut part, mut room) = (Vec::new(), Vec::new(), size);
    for chunk in chunks {
        let mut rest = chunk.clone();
        while !rest.is_empty() {
            let take = usize::try_from(room).unwrap_or(usize::MAX).min(rest.len());
            part.push(rest.split_to(take));
            room -= take as u64;
            if room == 0 {
                parts.push(std::mem::take(&mut part));
                room = size;
            }
        }
    }
    if !part.is_empty() {
        parts.push(part);
    }
    parts
}

fn expire_time() -> String {
    let seconds = (jiff::Timestamp::now() + ADDRESS_LIFE).as_second();
    jiff::Timestamp::from_second(seconds).unwrap_or_default().to_string()
}

async fn send_part(
    workspace: &Workspace,
    file: &VolumePath,
    session_token: &str,
    number: usize,
    body: Vec<Bytes>,
) -> Result<String, Error> {
    let request = format!("PUT part {number} of {file}");
    let mut retries = workspace.retry().start();
    loop {
        // A new URL each time: the last one may have expired.
        let mut ask = Call::post(
            "/api/2.0/fs/create-upload-part-urls",
            &json!({
                "path": file.to_string(),
                "session_token": session_token,
                "start_part_number": number,
                "count": 1,
                "expire_time": expire_time(),
            }),
        );
        (ask.repeat, ask.accept) = (Repeat::Safe, None);
        let addresses: PartAddresses = workspace.json(&ask).await?;
        let Some(signed) = addresses.upload_part_urls.into_iter().next() else {
            return Err(workspace.wrong(&ask, "no address for the part"));
        };
        let mut call = Call { body: body.clone(), ..Call::new(Method::PUT, "") };
        let url = prepare(workspace, &ask, signed, &mut call)?;
        if !call.headers.iter().any(|(name, _)| name == "content-type") {
            call.content_type = Some(OCTETS);
        }
        let (detail, again, after) = match workspace.attempt(&call, url, None).await {
            Ok(answer) if answer.status().is_success() => {
                return Ok(header(answer.headers(), "etag").unwrap_or_default().to_owned());
            }
            Ok(answer) => {
                let status = answer.status().as_u16();
                let again = status == 403 || Repeat::Safe.on_status(status);
                (format!("HTTP {status}"), again, wait_of(answer.headers()))
            }
            Err(detail) => (one_line(&detail), true, None),
        };
        let (host, tries) = ("cloud storage".to_owned(), retries.attempt());
        let error = Error::Transport { request: request.clone(), host, tries, detail };
        if !again {
            return Err(error);
        }
        wait(&request, error, &mut retries, after).await?;
    }
}

/// Aborts the upload: the workspace does it, so a firewall before cloud storage does not matter.
async fn abort(workspace: &Workspace, file: &VolumePath, session_token: &str) -> Result<(), Error> {
    let mut call = Call::new(Method::POST, file.file_url())
        .query("action", "abort-upload")
        .query("upload_type", "multipart")
        .query("session_token", session_token);
    // Whatever broke the upload may still be broken.
    call.repeat = Repeat::Refused;
    workspace.send(&call).await.map(drop)
}

fn prepare(workspace: &Workspace, ask: &Call, signed: Signed, call: &mut Call) -> Result<Url, Error> {
    let url = Url::parse(&signed.url)
        .ok()
        .filter(may_carry_secrets)
        .ok_or_else(|| workspace.wrong(ask, "a signed address that is not https"))?;
    for Header { name, value } in signed.headers {
        let header = HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(&value).ok());
        let Some((name, mut value)) = header else {
            return Err(workspace.wrong(ask, "a header that cannot be sent"));
        };
        value.set_sensitive(true);
        call.headers.push((name, value));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_hold_all_bytes_in_order() {
        let chunks: Vec<Bytes> =
            ["abcd", "e", "fghij"].map(|text| Bytes::from_static(text.as_bytes())).into();
        for (size, expected) in [
            (3, vec!["abc", "def", "ghi", "j"]),
            (5, vec!["abcde", "fghij"]),
            (10, vec!["abcdefghij"]),
            (99, vec!["abcdefghij"]),
        ] {
            let parts: Vec<_> = parts(&chunks, size).iter().map(|part| part.concat()).collect();
            assert_eq!(parts, expected.iter().map(|text| text.as_bytes()).collect::<Vec<_>>(), "{size}");
        }
    }

    #[test]
    fn the_expiry_is_written_as_recorded() {
        let text = expire_time();
        assert!(text.len() == "2026-11-24T02:57:07Z".len() && text.ends_with('Z'), "{text}");
    }
}
