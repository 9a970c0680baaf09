//! Requests that must not be answered, and what every answer must carry.

use crate::served::{SECRET, Served};
use f1lake_explore::App;

/// What is tried, the request, and the status that refuses it.
type Attack = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)], u16);

/// The headers replace those of an honest request; `+name` adds one.
const ATTACKS: &[Attack] = &[
    // Another name for this machine (DNS rebinding).
    ("a name that resolves to loopback", "GET", "/api/sessions", &[("host", "evil.example:PORT")], 403),
    ("the same for the page", "GET", "/", &[("host", "evil.example:PORT")], 403),
    ("the same for a script", "GET", "/assets/app.js", &[("host", "evil.example:PORT")], 403),
    ("our name with a dot", "GET", "/api/sessions", &[("host", "localhost.:PORT")], 403),
    ("our name as a part", "GET", "/api/sessions", &[("host", "127.0.0.1.evil.example:PORT")], 403),
    ("our name in front", "GET", "/api/sessions", &[("host", "localhost.evil.example:PORT")], 403),
    ("another port", "GET", "/api/sessions", &[("host", "127.0.0.1:1")], 403),
    ("no port", "GET", "/api/sessions", &[("host", "127.0.0.1")], 403),
    ("another address of loopback", "GET", "/api/sessions", &[("host", "127.0.0.2:PORT")], 403),
    ("all addresses", "GET", "/api/sessions", &[("host", "0.0.0.0:PORT")], 403),
    ("the number of the address", "GET", "/api/sessions", &[("host", "2130706433:PORT")], 403),
    ("a short form of the address", "GET", "/api/sessions", &[("host", "127.1:PORT")], 403),
    ("IPv6 in long form", "GET", "/api/sessions", &[("host", "[0:0:0:0:0:0:0:1]:PORT")], 403),
    ("a user before the name", "GET", "/api/sessions", &[("host", "evil@127.0.0.1:PORT")], 403),
    ("a port with a zero in front", "GET", "/api/sessions", &[("host", "127.0.0.1:0PORT")], 403),
    ("spaces in the name", "GET", "/api/sessions", &[("host", "127.0.0.1 :PORT")], 403),
    ("no host", "GET", "/api/sessions", &[("host", "")], 400),
    ("two hosts, ours first", "GET", "/api/sessions", &[("+host", "evil.example:PORT")], 400),
    ("an address that names another host", "GET", "http://evil.example:PORT/api/sessions", &[], 403),
    (
        "an address that names us under a header that does not",
        "GET",
        "http://127.0.0.1:PORT/api/sessions",
        &[("host", "evil.example:PORT")],
        403,
    ),
    // Another page in the same browser.
    ("a form of another site", "POST", "/api/sql", &[("sec-fetch-site", "cross-site")], 403),
    ("a page on another port", "GET", "/api/sessions", &[("sec-fetch-site", "same-site")], 403),
    ("a script tag on another site", "GET", "/assets/app.js", &[("sec-fetch-site", "cross-site")], 403),
    ("the page in a frame of another site", "GET", "/", &[("sec-fetch-site", "cross-site")], 403),
    ("an unknown value", "GET", "/api/sessions", &[("sec-fetch-site", "SAME-ORIGIN")], 403),
    (
        "two values, ours first",
        "GET",
        "/api/sessions",
        &[("sec-fetch-site", "same-origin"), ("+sec-fetch-site", "cross-site")],
        403,
    ),
    ("an origin elsewhere", "POST", "/api/sql", &[("origin", "https://evil.example")], 403),
    ("an origin of no site", "POST", "/api/sql", &[("origin", "null")], 403),
    ("an origin on another port", "POST", "/api/sql", &[("origin", "http://127.0.0.1:1")], 403),
    ("our origin over TLS", "POST", "/api/sql", &[("origin", "https://127.0.0.1:PORT")], 403),
    ("our origin as a part", "POST", "/api/sql", &[("origin", "http://127.0.0.1:PORT.evil.example")], 403),
    ("our origin and a path", "POST", "/api/sql", &[("origin", "http://127.0.0.1:PORT/")], 403),
    (
        "two origins, ours first",
        "POST",
        "/api/sql",
        &[("origin", "http://127.0.0.1:PORT"), ("+origin", "https://evil.example")],
        403,
    ),
    (
        "a preflight of another site",
        "OPTIONS",
        "/api/sql",
        &[("origin", "https://evil.example"), ("access-control-request-method", "POST")],
        405,
    ),
    // Another user of the machine.
    ("no token", "GET", "/api/sessions", &[("authorization", "")], 401),
    ("no token, with a body", "POST", "/api/sql", &[("authorization", "")], 401),
    (
        "a token of the right length",
        "GET",
        "/api/sessions",
        &[("authorization", "Bearer 0000000000000000000000000000000000000000000000000000000000000000")],
        401,
    ),
    ("an empty token", "GET", "/api/sessions", &[("authorization", "Bearer ")], 401),
    ("the token and more", "GET", "/api/sessions", &[("authorization", "Bearer TOKEN0")], 401),
    ("the token with a comma", "GET", "/api/sessions", &[("authorization", "Bearer TOKEN, Bearer x")], 401),
    ("two tokens, ours first", "GET", "/api/sessions", &[("+authorization", "Bearer x")], 401),
    ("another scheme", "GET", "/api/sessions", &[("authorization", "Basic TOKEN")], 401),
    ("the scheme in capitals", "GET", "/api/sessions", &[("authorization", "BEARER TOKEN")], 401),
    ("the token in the address", "GET", "/api/sessions?t=TOKEN", &[("authorization", "")], 401),
    ("the token in a cookie", "GET", "/api/sessions", &[("authorization", ""), ("cookie", "t=TOKEN")], 401),
    ("an address of no route", "GET", "/metrics", &[("authorization", "")], 401),
    ("a route with a slash at its end", "GET", "/api/sessions/", &[("authorization", "")], 401),
    ("a route in capitals", "GET", "/API/sessions", &[("authorization", "")], 401),
    ("a route with an encoded letter", "GET", "/%61pi/sessions", &[("authorization", "")], 401),
    ("a route after two slashes", "GET", "//api/sessions", &[("authorization", "")], 401),
    ("a route behind a file", "GET", "/assets/app.js/../../api/sessions", &[("authorization", "")], 401),
    ("a view that is posted to", "POST", "/", &[("authorization", "")], 401),
    // Files of the machine.
    ("a file above the page", "GET", "/assets/../Cargo.toml", &[("authorization", "")], 401),
    ("the same, encoded", "GET", "/assets/%2e%2e%2fCargo.toml", &[], 404),
    ("the same, encoded twice", "GET", "/assets/%252e%252e%252fCargo.toml", &[], 404),
    ("the same, with backslashes", "GET", "/assets/..%5cCargo.toml", &[], 404),
    ("a file by its whole path", "GET", "/assets//etc/passwd", &[], 404),
    ("a query file that is none", "GET", "/api/view/..%2f..%2fCargo", &[], 404),
    // Too much, and nonsense.
    ("a length over the limit", "POST", "/api/sql", &[("content-length", "1048577")], 413),
    ("a length that is no number", "POST", "/api/sql", &[("content-length", "ten")], 400),
    ("a length below zero", "POST", "/api/sql", &[("content-length", "-1")], 400),
    ("a method that changes", "PUT", "/api/sql", &[], 405),
    ("a method that removes", "DELETE", "/api/sessions", &[], 405),
    ("a method that echoes", "TRACE", "/api/sessions", &[], 405),
    ("a method of nobody", "BREW", "/api/sessions", &[], 405),
    ("reading what is written to", "GET", "/api/sql", &[], 405),
    ("SQL as a parameter", "GET", "/api/view/drivers?session_key=1%20or%201=1", &[], 400),
    ("a parameter of nobody", "GET", "/api/view/drivers?session_key=1&sql=x", &[], 400),
];

#[tokio::test]
async fn attacks_are_refused_and_learn_nothing() {
    assert!(ATTACKS.len() >= 60);
    let served = Served::start().await;
    let mut wrong = Vec::new();
    for (what, method, path, headers, expected) in ATTACKS {
        let body = if *method == "POST" { r#"{"sql": "select 1"}"# } else { "" };
        let answer = served.ask(method, path, headers, body).await;
        let told = answer.text.contains(SECRET) || answer.text.contains(&served.token);
        let cors = answer.text.to_lowercase().contains("access-control-allow");
        if answer.status() != *expected || told || cors {
            wrong.push(format!("{what}: {} for {expected}, secret {told}, CORS {cors}", answer.status()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn every_route_of_data_needs_the_token() {
    let served = Served::start().await;
    let paths = App::data_paths();
    assert!(paths.len() >= 9);
    for path in paths {
        for method in ["GET", "POST", "HEAD"] {
            let answer =
                served.ask(method, &path.replace("{name}", "drivers"), &[("authorization", "")], "").await;
            assert_eq!(answer.status(), 401, "{method} {path}");
            assert!(!answer.text.contains(SECRET), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn an_honest_page_is_answered() {
    let served = Served::start().await;
    let post = r#"{"sql": "select 1"}"#;
    for (method, path, headers, body) in [
        ("GET", "/", &[("authorization", "")][..], ""),
        ("GET", "/session/9158/laps?drivers=1", &[("authorization", ""), ("sec-fetch-site", "none")], ""),
        ("GET", "/assets/app.js", &[("authorization", ""), ("sec-fetch-site", "same-origin")], ""),
        ("GET", "/api/lake", &[("sec-fetch-site", "same-origin")], ""),
        ("GET", "/api/sessions", &[("host", "localhost:PORT")], ""),
        ("GET", "/api/tables", &[("host", "[::1]:PORT")], ""),
        ("GET", "/api/view/drivers?session_key=9158", &[], ""),
        ("POST", "/api/sql", &[("origin", "http://127.0.0.1:PORT")], post),
    ] {
        let answer = served.ask(method, path, headers, body).await;
        assert_eq!(answer.status(), 200, "{method} {path}: {}", answer.text);
    }
}

#[tokio::test]
async fn every_answer_carries_the_policy() {
    let served = Served::start().await;
    for (path, headers) in [
        ("/", &[][..]),
        ("/assets/app.js", &[]),
        ("/api/lake", &[]),
        ("/api/sessions", &[("authorization", "")]),
        ("/nothing", &[]),
        ("/", &[("host", "evil.example")]),
    ] {
        let answer = served.ask("GET", path, headers, "").await;
        let policy = answer.header("content-security-policy").unwrap_or_default();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"), "{path}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        let expected = if path.starts_with("/assets/") { "no-cache" } else { "no-store" };
        assert_eq!(answer.header("cache-control"), Some(expected), "{path}");
    }
}

#[tokio::test]
async fn the_nonce_of_a_page_is_that_of_its_policy_and_used_once() {
    let served = Served::start().await;
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let answer = served.ask("GET", "/", &[], "").await;
        let policy = answer.header("content-security-policy").unwrap();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert_eq!(nonce.len(), 64);
        assert!(answer.text.contains(&format!("content=\"{nonce}\"")));
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn bytes_that_are_no_request_do_not_end_the_server() {
    let served = Served::start().await;
    for bytes in [
        &b"\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\nhost: \xff\xfe\r\nconnection: close\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nhost: x\r\n\r\n",
    ] {
        let mut closed = bytes.to_vec();
        closed.extend_from_slice(b"\r\n\r\n\r\n");
        let answer = served.raw(&closed).await;
        assert_ne!(answer.status(), 200);
    }
    assert_eq!(served.ask("GET", "/", &[], "").await.status(), 200);
}
