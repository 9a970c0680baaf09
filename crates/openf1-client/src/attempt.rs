//! One attempt of a request: send, receive, decompress, classify.

use crate::answer::Turn;
use crate::body::{Body, MAX_BODY, Unpacked};
use crate::error::Error;
use crate::limit::Sending;
use crate::shared::Shared;
use crate::transport::settle;
use crate::verdict::{Received, Try, judge};
use f1lake_http::{ExposeSecret, SecretString, describe, header, read_up_to, retry_after};
use jiff::Timestamp;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, DATE};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Bodies up to this compressed size are decompressed and checked on the network's threads.
const SMALL_BODY: usize = 32 * 1024;
/// Longest wait that a response can impose.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(15 * 60);

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
        let mut builder = self.http.get(url).header(ACCEPT_ENCODING, "gzip");
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
        let head = answer.headers();
        let retry_after = retry_after(head, LONGEST_RETRY_AFTER);
        let served_at = header(head, DATE.as_str())
            .and_then(|value| httpdate::parse_http_date(value).ok())
            .and_then(|time| Timestamp::try_from(time).ok());
        let gzip =
            header(head, CONTENT_ENCODING.as_str()).is_some_and(|coding| coding.eq_ignore_ascii_case("gzip"));
        let mut bytes = Vec::new();
        match read_up_to(&mut answer, &mut bytes, MAX_BODY).await {
            Ok(true) => {}
            Ok(false) => return too_large(),
            Err(error) => return transport(error.is_timeout(), &describe(&error)),
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
