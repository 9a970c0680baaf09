//! The guard of the local page: whatever passes is addressed to us, comes from our page, and has the token
//! where data is.

use axum::http::{Method, Request};
use f1lake_explore::{Guard, Token};
use std::sync::LazyLock;

const PORT: u16 = 8000;
/// Stands for the token in the input, which cannot know it.
const PLACEHOLDER: &[u8] = b"TOKEN";

static TOKEN: LazyLock<Token> = LazyLock::new(|| Token::random().unwrap());

fn is_page(path: &str) -> bool {
    path == "/" || path == "/assets/app.js"
}

/// A first line `METHOD PATH`, then lines `name: value`, as bytes.
pub fn check(data: &[u8]) {
    let mut lines = data.split(|byte| *byte == b'\n');
    let first = lines.next().unwrap_or_default();
    let at = first.iter().position(|byte| *byte == b' ').unwrap_or(first.len());
    let (method, path) = first.split_at(at);
    let mut request = Request::builder().method(method).uri(path.get(1..).unwrap_or_default());
    let mut headers = Vec::new();
    for line in lines {
        let Some(at) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (&line[..at], line[at + 1..].trim_ascii());
        let value = with_token(value);
        headers.push((String::from_utf8_lossy(name).to_lowercase(), value.clone()));
        request = request.header(name, value);
    }
    // What is no request never arrives.
    let Ok(request) = request.body(()) else { return };
    if Guard::new(PORT, TOKEN.clone(), is_page).check(&request).is_err() {
        return;
    }
    let of = |name: &str| -> Vec<&[u8]> {
        headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_slice()).collect()
    };
    let ours = |host: &[u8]| {
        let host = host.to_ascii_lowercase();
        [&b"127.0.0.1:8000"[..], b"localhost:8000", b"[::1]:8000"].contains(&host.as_slice())
    };
    let hosts = of("host");
    let authority = request.uri().authority().map(|authority| authority.as_str());
    assert!(hosts.len() <= 1 && (hosts.len() == 1 || authority.is_some()), "{request:?}");
    assert!(hosts.iter().all(|host| ours(host)), "{request:?}");
    assert!(authority.is_none_or(|authority| ours(authority.as_bytes())), "{request:?}");
    assert!([Method::GET, Method::HEAD, Method::POST].contains(request.method()), "{request:?}");
    for site in of("sec-fetch-site") {
        assert!([&b"same-origin"[..], b"none"].contains(&site), "{request:?}");
    }
    for origin in of("origin") {
        assert!(origin.strip_prefix(b"http://").is_some_and(ours), "{request:?}");
    }
    if request.method() == Method::POST || !is_page(request.uri().path()) {
        let given = format!("Bearer {}", TOKEN.reveal());
        assert_eq!(of("authorization"), [given.as_bytes()], "{request:?}");
    }
}

fn with_token(value: &[u8]) -> Vec<u8> {
    match value.windows(PLACEHOLDER.len()).position(|part| part == PLACEHOLDER) {
        Some(at) => [&value[..at], TOKEN.reveal().as_bytes(), &value[at + PLACEHOLDER.len()..]].concat(),
        None => value.to_vec(),
    }
}
