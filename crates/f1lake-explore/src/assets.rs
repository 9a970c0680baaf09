//! The page itself: files of `assets/`, built from `web/` and committed.

use crate::token::hex;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use axum::http::{HeaderMap, Response, StatusCode};
use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/assets");

/// Where the page names the nonce of its policy.
const NONCE: &str = "NONCE";

/// Whether a path is part of the page: it holds no data.
pub(crate) fn is_page(path: &str) -> bool {
    is_view(path) || path.strip_prefix("/assets/").is_some_and(|name| FILES.get_file(name).is_some())
}

/// Whether a path is a view, which the page draws by itself.
pub(crate) fn is_view(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match parts.as_slice() {
        ["" | "sql" | "season"] => true,
        ["season" | "session", number] => is_number(number),
        ["session", key, "laps" | "overlay" | "strategy" | "quality"] => is_number(key),
        _ => false,
    }
}

/// The page for a view, with a nonce in it.
pub(crate) fn index(nonce: &str) -> Response<Body> {
    let page = FILES.get_file("index.html").and_then(|file| file.contents_utf8()).unwrap_or_default();
    let mut response = Response::new(Body::from(page.replace(NONCE, nonce)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// A file of the page; `None` when there is none of that name.
pub(crate) fn file(name: &str, headers: &HeaderMap) -> Option<Response<Body>> {
    let bytes = FILES.get_file(name)?.contents();
    let tag = HeaderValue::from_str(&format!("\"{}\"", hex(&Sha256::digest(bytes)))).ok()?;
    let is_known = headers.get(IF_NONE_MATCH) == Some(&tag);
    let mut response = Response::new(if is_known { Body::empty() } else { Body::from(bytes) });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let of_type = match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(of_type));
    headers.insert(ETAG, tag);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Some(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_there() {
        assert!(FILES.get_file("index.html").and_then(|file| file.contents_utf8()).unwrap().contains(NONCE));
        assert!(FILES.get_file("app.js").is_some());
    }

    #[test]
    fn views_have_their_paths_and_nothing_else() {
        for path in ["/", "/sql", "/season", "/season/2024", "/session/9158", "/session/9158/laps"] {
            assert!(is_view(path), "{path}");
        }
        for path in [
            "",
            "/api/sessions",
            "/session",
            "/session/x",
            "/session/1/replays",
            "/season/1/2",
            "/sql/",
            "//",
            "/session/9158/../api",
            "/session/%39",
        ] {
            assert!(!is_view(path), "{path}");
        }
        for path in ["/assets/../Cargo.toml", "/assets//etc/passwd", "/assets/", "/assets"] {
            assert!(!is_page(path), "{path}");
        }
    }
}
