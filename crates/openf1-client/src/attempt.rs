//! One attempt of a request: send, receive, decompress, classify.

use crate::answer::Turn;
use crate::body::{Body, MAX_BODY, Unpacked};
use crate::error::Error;
use crate::limit::Sending;
use crate::retry_after::parse_retry_after;
use crate::shared::Shared;
use crate::transport::{describe, settle};
use crate::verdict::{Received, Try, judge};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Bodies up to this compressed size are decompressed and checked on the network's threads.
const SMALL_BODY: usize = 32 * 1024;

impl Shared {
    /// Sends a request once and classifies its response.
    pub(crate) async fn try_once(
        &self,
        url: &str,
        request: &str,
        bearer: Option<&SecretString>,
        tries: u32,
        started: Instant,
        place: Sending,
    ) -> Try {
        let transport = |timeout: bool, detail: &str| Try::Again {
            error: Error::Transport {
                request: request.to_owned(),
                tries,
                elapsed: started.elapsed(),
                timeout,
                detail: self.redact(detail, bearer),
            },
            pause: None,
        };
        let too_large = || {
            let detail = format!("more than {MAX_BODY} bytes");
            Try::Final(Error::TooLarge { request: request.to_owned(), detail })
        };
        let mut builder = self.http.get(url).header(reqwest::header::ACCEPT_ENCODING, "gzip");
        if let Some(bearer) = bearer {
            builder = builder.bearer_auth(bearer.expose_secret());
        }
        let sent_at = Instant::now();
        let mut answer = match builder.send().await {
            Ok(answer) => answer,
            Err(error) => {
                settle(place, &error).await;
                return transport(error.is_timeout(), &describe(&error));
            }
        };
        let round_trip = sent_at.elapsed();
        place.over().await;
        let status = answer.status().as_u16();
        let retry_after = answer
            .headers()
            .get(reqwest::header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| parse_retry_after(value, Timestamp::now()));
        let served_at = answer
            .headers()
            .get(reqwest::header::DATE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| httpdate::parse_http_date(value).ok())
            .and_then(|time| Timestamp::try_from(time).ok());
        let gzip = answer
            .headers()
            .get(reqwest::header::CONTENT_ENCODING)
            .is_some_and(|coding| coding.as_bytes().eq_ignore_ascii_case(b"gzip"));
        let mut bytes = Vec::new();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => {
                    bytes.extend_from_slice(&chunk);
                    if bytes.len() > MAX_BODY {
                        return too_large();
                    }
                }
                Ok(None) => break,
                Err(error) => return transport(error.is_timeout(), &describe(&error)),
            }
        }
        let received_at = Timestamp::now();
        let (unpacked, turn) = match self.unpack(Body { bytes, gzip }, status).await {
            Ok(unpacked) => unpacked,
            Err(detail) => {
                return Try::Final(Error::Body { request: request.to_owned(), tries, detail });
            }
        };
        let Unpacked { bytes, rows } = match unpacked {
            Ok(Some(unpacked)) => unpacked,
            Ok(None) => return too_large(),
            Err(error) => return transport(false, &format!("broken gzip: {error}")),
        };
        self.received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let received =
            Received { status, retry_after, served_at, received_at, body: bytes, rows, round_trip, turn };
        judge(request, received, tries, started, &|words| self.redact(words, bearer))
    }

    /// Decompresses large bodies one at a time, off the network's threads.
    async fn unpack(
        &self,
        body: Body,
        status: u16,
    ) -> Result<(std::io::Result<Option<Unpacked>>, Turn), String> {
        if body.bytes.len() <= SMALL_BODY {
            return Ok((body.unpack(status == 200), Turn::default()));
        }
        let permit = Arc::clone(&self.unpacking).acquire_owned().await;
        let turn = Turn::holding(permit.map_err(|error| error.to_string())?);
        let unpacking = tokio::task::spawn_blocking(move || (body.unpack(status == 200), turn));
        unpacking.await.map_err(|error| error.to_string())
    }
}
