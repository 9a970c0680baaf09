//! One attempt of a request: send, receive, decompress, classify.

use crate::error::Error;
use crate::limit::Sending;
use crate::rows::{Arriving, Start, Take, Unusable, read_plain};
use crate::shared::Shared;
use crate::transport::settle;
use crate::verdict::{Received, Try, is_no_results, judge};
use bytes::Bytes;
use f1lake_http::{ExposeSecret, SecretString, describe, header, retry_after};
use jiff::Timestamp;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, DATE};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Pieces of a body that wait to be decompressed.
const PIECES_WAITING: usize = 8;
/// Longest wait that a response can impose.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(15 * 60);

impl Shared {
    /// Sends a request once and classifies its response.
    #[allow(clippy::too_many_arguments, reason = "what one attempt of a request depends on")]
    pub(crate) async fn try_once<T: Take>(
        &self,
        url: &str,
        request: &str,
        bearer: Option<&SecretString>,
        tries: u32,
        started: Instant,
        place: Sending,
        take: T,
    ) -> Try<T::Kept> {
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
        let read = if status == 200 {
            self.receive(&mut answer, gzip, take).await
        } else {
            // The start of an error's body says what is wrong; an empty list stands for a 404 without rows.
            self.receive(&mut answer, gzip, Start).await.map(|(_, start, bytes)| {
                let empty = if is_no_results(status, &start) { &b"[]"[..] } else { &b""[..] };
                (read_plain(empty, false, |body| take.take(body)).0, start, bytes)
            })
        };
        let (outcome, start, bytes) = match read {
            Ok(read) => read,
            Err(Broken::Network(error)) => return transport(error.is_timeout(), &describe(&error)),
            Err(Broken::Program(detail)) => {
                return Try::Final(Error::Body { request: request.to_owned(), tries, detail });
            }
        };
        let rows = match outcome {
            Ok(rows) => Ok(rows),
            Err(Unusable::NotRows(reason)) => Err(reason),
            Err(Unusable::Damaged(error)) => return transport(false, &format!("broken gzip: {error}")),
            Err(Unusable::TooLarge(most)) => {
                let detail = format!("more than {most} bytes");
                return Try::Final(Error::TooLarge { request: request.to_owned(), detail });
            }
        };
        self.received.fetch_add(bytes, Ordering::Relaxed);
        let received_at = Timestamp::now();
        let received =
            Received { status, retry_after, served_at, received_at, start, bytes, rows, round_trip };
        judge(request, received, tries, started, &|words| self.redact(words, bearer))
    }

    /// Receives a body, which is decompressed and read off the network's threads while it arrives. Returns what was
    /// made of it, its start and its length.
    async fn receive<T: Take>(
        &self,
        answer: &mut reqwest::Response,
        gzip: bool,
        take: T,
    ) -> Result<Read<T::Kept>, Broken> {
        let (sender, chunks) = mpsc::channel(PIECES_WAITING);
        let reading = tokio::task::spawn_blocking(move || {
            let body = Arriving { chunks, chunk: Bytes::new() };
            read_plain(body, gzip, |body| take.take(body))
        });
        let arrived = loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => {
                    if let Some(limit) = &self.data_limit {
                        limit.received(self.limiter.clock().now(), chunk.len() as u64);
                    }
                    if sender.send(chunk).await.is_err() {
                        // The reader has enough.
                        break Ok(());
                    }
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(Broken::Network(error)),
            }
        };
        drop(sender);
        let read = reading.await.map_err(|error| Broken::Program(error.to_string()));
        arrived.and(read)
    }
}

/// What was made of a body, its start, and its length without compression.
type Read<K> = (Result<(usize, K), Unusable>, Vec<u8>, u64);

/// Why a body was not read.
enum Broken {
    Network(reqwest::Error),
    Program(String),
}
