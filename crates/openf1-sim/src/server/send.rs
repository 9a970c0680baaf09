//! Breaks, compresses and counts responses.

use super::plain::{Plain, build, detail};
use super::state::{Server, lock};
use crate::connection::Peer;
use crate::faults::{Kind, Verdict};
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::StreamExt;
use std::io::Write;
use std::time::Duration;

impl Server {
    /// Breaks, compresses, counts and builds a response.
    pub(super) fn send(&self, mut plain: Plain, gzip: bool, verdict: Verdict, peer: &Peer) -> Response {
        let mut retry_after = None;
        match &verdict.kind {
            Some(Kind::Status { status, body, retry_after: after }) => {
                let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY);
                plain = match body {
                    None => Plain::gateway(status),
                    Some(text) => {
                        let html = !text.trim_start().starts_with(['{', '[']);
                        if html {
                            Plain::html(status, text.clone())
                        } else {
                            Plain::json(status, text.clone())
                        }
                    }
                };
                retry_after.clone_from(after);
            }
            Some(Kind::Html) => {
                plain = Plain::html(
                    StatusCode::OK,
                    "<!DOCTYPE html><html><body><h1>Be right back</h1></body></html>".to_owned(),
                );
            }
            Some(Kind::Object) => {
                plain = Plain::json(StatusCode::OK, detail("Internal error, please try again later."));
            }
            Some(Kind::Nan) if plain.rows > 0 => put_nan(&mut plain.body),
            Some(Kind::DuplicateRows) if plain.rows > 0 => {
                plain.rows += duplicate_rows(&mut plain.body);
            }
            _ => {}
        }
        let size = plain.body.len();
        let mut encoding = None;
        if gzip && size > 0 {
            let mut encoder = GzEncoder::new(Vec::with_capacity(size / 6), Compression::fast());
            let done = encoder.write_all(&plain.body).and_then(|()| encoder.finish());
            if let Ok(bytes) = done {
                plain.body = bytes;
                encoding = Some("gzip");
            }
        }
        if verdict.kind == Some(Kind::BadGzip) {
            // Declares gzip and begins like gzip, but is not gzip.
            encoding = Some("gzip");
            plain.body = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xde, 0xad, 0xbe, 0xef, 0xff, 0xff];
        }
        {
            let mut stats = lock(&self.stats);
            let reset = verdict.kind == Some(Kind::Reset);
            let status = if reset { 0 } else { plain.status.as_u16() };
            *stats.by_status.entry(status).or_default() += 1;
            stats.rows += plain.rows as u64;
            stats.bytes += plain.body.len() as u64;
            stats.bytes_uncompressed += size as u64;
            stats.faults += verdict.struck;
        }
        let body = Bytes::from(std::mem::take(&mut plain.body));
        let half = body.slice(..body.len() / 2);
        let length = body.len();
        let mut response = build(plain, encoding);
        if let Some(value) = retry_after.and_then(|text| HeaderValue::from_str(&text).ok()) {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        // Hyper drops unwritten data when a body fails, so let it write first.
        let breaking_off = |sent: Bytes| {
            let failure = futures::stream::once(async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
            });
            Body::from_stream(futures::stream::iter([Ok(sent)]).chain(failure))
        };
        *response.body_mut() = match verdict.kind {
            // Chunked, without the last chunk: the client can detect it.
            Some(Kind::Cut) => breaking_off(half),
            Some(Kind::Stall) => {
                let head = futures::stream::iter([Ok::<_, std::io::Error>(half)]);
                Body::from_stream(head.chain(futures::stream::pending()))
            }
            Some(Kind::WrongLength) => {
                response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length + 1000));
                breaking_off(body)
            }
            Some(Kind::Reset) => {
                peer.kill();
                Body::empty()
            }
            _ => Body::from(body),
        };
        response
    }
}

/// Replaces the last value of the last row by NaN, which is not valid JSON.
fn put_nan(body: &mut Vec<u8>) {
    if let Some(end) = body.iter().rposition(|b| *b == b'}') {
        body.splice(end..end, br#","value":NaN"#.iter().copied());
    }
}

/// Repeats up to ten rows at the end of an array; returns their number.
fn duplicate_rows(body: &mut Vec<u8>) -> usize {
    let Ok(rows) = serde_json::from_slice::<Vec<&serde_json::value::RawValue>>(body) else {
        return 0;
    };
    let n = rows.len().min(10);
    let again: Vec<u8> = rows[..n].iter().flat_map(|r| [b",", r.get().as_bytes()].concat()).collect();
    if let Some(end) = body.iter().rposition(|b| *b == b']') {
        body.splice(end..end, again);
    }
    n
}
