//! Every status of the API, its retries and its login, over real HTTP from a scripted server on loopback.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod server;

use futures::future::BoxFuture;
use openf1_client::{
    Clock, Credentials, Endpoint, Error, FakeClock, Limits, OpenF1, Query, RateLimiter, RowSink,
};
use server::{Answer, Server, answer};
use std::ops::ControlFlow;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

const LIVE: &str = r#"{"detail":"Live F1 session in progress. Global API access (including past sessions) is restricted to authenticated users until the session ends."}"#;
const EXPIRED: &str = r#"{"detail":"Invalid ID token: Token expired"}"#;
const TOO_MUCH: &str =
    r#"{"detail":"Failed to retrieve information. You're likely asking for too much data at once."}"#;
const TOO_FAST: &str =
    r#"{"detail":"Rate limit exceeded. Max 3 requests/second.","error":"Too Many Requests"}"#;

fn laps() -> Query {
    Query::new(Endpoint::Laps).session(9158).driver(1)
}

#[tokio::test]
async fn rows_are_typed_and_requests_name_the_client() {
    let server = Server::start([answer(
        200,
        r#"[{"session_key":9158,"driver_number":1,"lap_number":1,"lap_duration":null,"new":1}]"#,
    )])
    .await;
    let client = server.client().build().unwrap();
    let rows = client.laps().session(9158).driver(1).await.unwrap();
    assert_eq!((rows[0].lap_number, rows[0].lap_duration), (Some(1), None));
    assert_eq!(rows[0].extra["new"], 1);
    let (uri, headers) = &server.seen()[0];
    assert_eq!(uri, "/v1/laps?session_key=9158&driver_number=1");
    assert!(headers["user-agent"].to_str().unwrap().starts_with("f1lake/"));
    assert!(headers["accept-encoding"].to_str().unwrap().contains("gzip"));
    assert!(!headers.contains_key("authorization"));
}

#[tokio::test]
async fn not_found_is_empty_other_errors_are_errors() {
    for (status, body) in [(404, r#"{"detail":"No results found."}"#), (200, "[]")] {
        let server = Server::start([answer(status, body)]).await;
        let found = server.client().build().unwrap().fetch(&laps()).await.unwrap();
        assert_eq!((found.rows, &found.body[..]), (0, &b"[]"[..]));
    }
    for body in [r#"{"detail":"Not Found"}"#, "<html>404</html>", ""] {
        let server = Server::start([answer(404, body)]).await;
        let error = server.client().build().unwrap().fetch(&laps()).await.unwrap_err();
        assert!(matches!(error, Error::Status { status: 404, .. }), "{error}");
    }
    for body in [r#"{"detail":"oops"}"#, "<html>", "[1]", "", r#"[{"a":NaN}]"#, "[{}"] {
        // An address that never returned rows is probably wrong, so the client gives up earlier.
        let server = Server::start([answer(200, body)]).await;
        let error = server.client().build().unwrap().fetch(&laps()).await.unwrap_err();
        assert!(matches!(error, Error::Body { tries: 2, .. }), "{body}: {error}");
        let server = Server::start([answer(200, "[{}]"), answer(200, body)]).await;
        let client = server.client().build().unwrap();
        assert_eq!(client.fetch(&laps()).await.unwrap().rows, 1);
        let error = client.fetch(&laps()).await.unwrap_err();
        assert!(matches!(error, Error::Body { tries: 4, .. }), "{body}: {error}");
    }
}

/// Counts rows; ends after the second if asked to.
#[derive(Debug)]
struct Count(usize, bool);

impl RowSink for Count {
    fn row(&mut self, text: &str) -> Result<ControlFlow<()>, serde_json::Error> {
        serde_json::from_str::<serde_json::Value>(text)?;
        self.0 += 1;
        Ok(if self.1 && self.0 == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}

#[tokio::test]
async fn rows_go_to_a_sink_and_a_damaged_response_to_none() {
    let large: &str = format!("[{}{{}}]", "{},".repeat(20_000)).leak();
    let server = Server::start([
        answer(200, large),
        answer(200, large),
        answer(404, r#"{"detail":"No results found."}"#),
        answer(200, "[{},{},{\"a\":NaN}]"),
        answer(200, "[{},{}"),
        answer(200, "[{},{},{}]"),
    ])
    .await;
    let client = server.client().build().unwrap();
    let rows = async |until_two| {
        let found = client.fetch_rows(&laps(), None, || Count(0, until_two)).await.unwrap();
        assert_eq!(found.rows, found.body.0);
        (found.rows, found.tries)
    };
    assert_eq!(rows(false).await, (20_001, 1));
    assert_eq!(rows(true).await, (2, 1), "a sink that has enough ends the response");
    assert_eq!(rows(false).await, (0, 1));
    assert_eq!(rows(false).await, (3, 3), "each attempt has a sink of its own");
}

#[tokio::test]
async fn transient_errors_are_retried() {
    for first in [
        answer(500, "<html>trace</html>"),
        answer(502, "x"),
        answer(503, "Service Unavailable"),
        answer(504, "upstream request timeout"),
        answer(429, TOO_FAST),
        answer(200, "[{"),
    ] {
        let status = first.status;
        let server = Server::start([first, answer(200, "[{}]")]).await;
        let found = server.client().build().unwrap().fetch(&laps()).await.unwrap();
        assert_eq!((found.rows, found.tries), (1, 2), "{status}");
    }
}

#[tokio::test]
async fn timed_out_request_is_retried() {
    let never = Answer { delay: Duration::from_secs(3600), ..answer(200, "[]") };
    let server = Server::start([never, answer(200, "[{}]")]).await;
    let client = server.client().timeout(Duration::from_secs(2)).build().unwrap();
    assert_eq!(client.fetch(&laps()).await.unwrap().rows, 1);
    assert!(server.seen().len() >= 2);
}

#[tokio::test]
async fn permanent_failure_reports_attempts_and_elapsed_time() {
    let server = Server::start([answer(503, "Service Unavailable")]).await;
    let error = server.client().build().unwrap().fetch(&laps()).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("laps?session_key=9158") && text.contains("503") && text.contains("4 attempts"),
        "{text}"
    );
    assert_eq!(server.seen().len(), 4);

    let client = OpenF1::builder()
        .base_url("http://127.0.0.1:9/v1")
        .limiter(RateLimiter::new(Limits::unlimited()))
        .retry_delay(Duration::from_millis(1))
        .max_retries(1);
    let error = client.build().unwrap().fetch(&laps()).await.unwrap_err();
    assert!(matches!(error, Error::Transport { timeout: false, .. }), "{error}");
}

/// A clock that stands still for all waiting tasks until it is released.
#[derive(Debug)]
struct HeldClock {
    time: Arc<FakeClock>,
    go: Arc<tokio::sync::Semaphore>,
}

impl Clock for HeldClock {
    fn now(&self) -> i64 {
        self.time.now()
    }

    fn sleep(&self, length: Duration) -> BoxFuture<'static, ()> {
        let (time, go) = (Arc::clone(&self.time), Arc::clone(&self.go));
        Box::pin(async move {
            let _go = go.acquire().await.unwrap();
            time.advance(length);
        })
    }
}

#[tokio::test]
async fn all_workers_wait_for_retry_after() {
    let wait = Answer { headers: &[("retry-after", "7")], ..answer(429, TOO_FAST) };
    let server = Server::start([wait, answer(200, "[]")]).await;
    let clock = Arc::new(HeldClock { time: Arc::default(), go: Arc::new(tokio::sync::Semaphore::new(0)) });
    let limiter = RateLimiter::with_clock(Limits::unlimited(), Arc::<HeldClock>::clone(&clock));
    let client = server.client().limiter(limiter.clone()).build().unwrap();
    let fetch = || {
        let client = client.clone();
        tokio::spawn(async move { client.fetch(&laps()).await.unwrap() })
    };
    let until_waiting = async |callers| {
        while limiter.snapshot().waiting < callers {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let first = fetch();
    until_waiting(1).await;
    assert_eq!(limiter.snapshot().next_in, Duration::from_secs(7));
    let second = fetch();
    until_waiting(2).await;
    assert_eq!(server.seen().len(), 1, "nobody else sends");
    clock.go.add_permits(1);
    first.await.unwrap();
    second.await.unwrap();
    assert_eq!((server.seen().len(), clock.now()), (3, 7_000_000));
}

#[tokio::test]
async fn invalid_retry_after_is_ignored() {
    for junk in ["-3", "0", "soon"] {
        let headers: &'static [(&str, &str)] = vec![("retry-after", junk)].leak();
        let server = Server::start([Answer { headers, ..answer(503, "x") }, answer(200, "[]")]).await;
        server.client().build().unwrap().fetch(&laps()).await.unwrap();
        assert!(server.waited() <= Duration::from_millis(4), "{junk}: {:?}", server.waited());
    }
}

#[tokio::test]
async fn a_429_is_waited_out_for_up_to_a_minute() {
    // With refusals that fill a minute.
    for (body, refusals) in [
        (TOO_FAST, 6),
        ("slow down", 6),
        (r#"{"error":"Rate limit exceeded: 30 per 10 second"}"#, 3),
        (r#"{"detail":"Rate limit exceeded. Max 30 requests/minute."}"#, 3),
    ] {
        let refused = (0..refusals).map(|_| answer(429, body));
        let server = Server::start(refused.chain([answer(200, "[{}]")])).await;
        let found = server.client().max_retries(2).build().unwrap().fetch(&laps()).await.unwrap();
        assert_eq!((found.rows, found.tries), (1, refusals + 1), "{body}");
        assert!(server.waited() >= Duration::from_secs(60), "{body}: {:?}", server.waited());

        let server = Server::start([answer(429, body)]).await;
        let error = server.client().max_retries(2).build().unwrap().fetch(&laps()).await.unwrap_err();
        assert!(matches!(error, Error::Status { status: 429, .. }), "{error}");
        let waited = server.waited();
        assert!((Duration::from_secs(100)..Duration::from_secs(240)).contains(&waited), "{body}: {waited:?}");
    }
}

#[tokio::test]
async fn retry_delays_differ_between_clients() {
    let mut waits = std::collections::BTreeSet::new();
    for _ in 0..8 {
        let server = Server::start([answer(503, "x"), answer(200, "[]")]).await;
        let client = server.client().retry_delay(Duration::from_secs(1)).build().unwrap();
        client.fetch(&laps()).await.unwrap();
        assert!((Duration::from_secs(1)..=Duration::from_secs(2)).contains(&server.waited()));
        waits.insert(server.waited());
    }
    assert!(waits.len() > 1, "all wait {waits:?}: they come back together");
}

#[tokio::test]
async fn too_large_and_locked_are_final_at_once() {
    let server = Server::start([answer(422, TOO_MUCH)]).await;
    let error = server.client().build().unwrap().fetch(&laps()).await.unwrap_err();
    assert!(error.is_splittable() && matches!(error, Error::TooLarge { .. }));
    assert_eq!(server.seen().len(), 1);
    for body in [
        LIVE,
        r#"{"detail":"Session in progress, access is restricted to authenticated users. Sign up here: https://tally.so/r/w2yWDb"}"#,
    ] {
        let server = Server::start([answer(401, body)]).await;
        let error = server.client().build().unwrap().fetch(&laps()).await.unwrap_err();
        assert!(error.is_locked(), "{error}");
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_token_is_fetched_once_and_renewed_once() {
    let token = answer(200, r#"{"access_token":"tok-canary","token_type":"bearer","expires_in":"3600"}"#);
    let server = Server::start([
        token.clone(),
        answer(200, "[]"),
        answer(401, EXPIRED),
        token.clone(),
        answer(200, "[{}]"),
    ])
    .await;
    let client =
        server.client().credentials(Some(Credentials::new("me@example.org", "pass-canary"))).build().unwrap();
    client.fetch(&laps()).await.unwrap();
    assert_eq!(client.fetch(&laps()).await.unwrap().rows, 1);
    let seen = server.seen();
    assert_eq!(seen.iter().filter(|(uri, _)| uri == "/token").count(), 2);
    assert_eq!(seen[1].1["authorization"], "Bearer tok-canary");

    let server = Server::start([token, answer(401, EXPIRED)]).await;
    let client =
        server.client().credentials(Some(Credentials::new("me@example.org", "pass-canary"))).build().unwrap();
    let error = client.fetch(&laps()).await.unwrap_err();
    assert!(matches!(error, Error::LoginRefused { .. }), "{error}");
    for text in [format!("{error} {error:?}"), format!("{client:?}")] {
        assert!(!text.contains("canary"), "{text}");
    }
    let server = Server::start([answer(401, "no")]).await;
    let client =
        server.client().credentials(Some(Credentials::new("me@example.org", "pass-canary"))).build().unwrap();
    assert!(matches!(client.fetch(&laps()).await.unwrap_err(), Error::LoginRefused { .. }));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let there = Answer { headers: &[("location", "http://127.0.0.1:9/steal")], ..answer(302, "") };
    let server = Server::start([there]).await;
    let error = server.client().build().unwrap().fetch(&laps()).await.unwrap_err();
    assert!(matches!(error, Error::Status { status: 302, .. }), "{error}");
}

#[tokio::test]
async fn redirects_carry_no_credentials_to_another_host() {
    let token = || answer(200, r#"{"access_token":"tok-canary","token_type":"bearer","expires_in":"3600"}"#);
    for status in [301, 302, 303, 307, 308] {
        let other = Server::start([token()]).await;
        let there: &'static str = format!("{}/laps", other.base_url).leak();
        let headers: &'static [(&str, &str)] = vec![("location", there)].leak();
        let moved = Answer { headers, ..answer(status, "") };
        for answers in [vec![token(), moved.clone()], vec![moved]] {
            let server = Server::start(answers).await;
            let credentials = Credentials::new("me@example.org", "pass-canary");
            let client = server.client().credentials(Some(credentials)).build().unwrap();
            let error = client.fetch(&laps()).await.unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
            assert!(!server.seen().is_empty());
            assert_eq!(other.seen().len(), 0, "HTTP {status} was followed");
        }
    }
}

#[tokio::test]
async fn neither_debug_nor_a_panic_shows_password_or_token() {
    let token = answer(200, r#"{"access_token":"tok-canary","token_type":"bearer","expires_in":"3600"}"#);
    let server = Server::start([token, answer(200, "[]")]).await;
    let builder = server.client().credentials(Some(Credentials::new("me@example.org", "pass-canary")));
    let before = format!("{builder:?}");
    let client = builder.build().unwrap();
    client.fetch(&laps()).await.unwrap();
    assert_eq!(server.seen().len(), 2, "a token is held");
    let panic = std::panic::catch_unwind(AssertUnwindSafe(|| panic!("{client:?}"))).unwrap_err();
    let told = panic.downcast_ref::<String>().unwrap();
    for text in [&before, told] {
        assert!(text.contains("me@example.org") && !text.contains("canary"), "{text}");
    }
}

#[tokio::test]
async fn every_retry_passes_the_limiter() {
    let server = Server::start([answer(500, "x")]).await;
    let limiter = RateLimiter::new(Limits { per_second: 1000.0, per_minute: 1000 });
    let client = server.client().limiter(limiter.clone()).build().unwrap();
    client.fetch(&laps()).await.unwrap_err();
    assert_eq!(limiter.snapshot().sent_last_minute, server.seen().len());
}

#[tokio::test]
async fn a_round_trip_is_timed_without_the_limiters_wait() {
    let server = Server::start([answer(200, "[]")]).await;
    let clock = Arc::new(HeldClock { time: Arc::default(), go: Arc::new(tokio::sync::Semaphore::new(0)) });
    let limiter = RateLimiter::with_clock(Limits::unlimited(), Arc::<HeldClock>::clone(&clock));
    limiter.pause(Duration::from_secs(1)).await;
    let client = server.client().limiter(limiter.clone()).build().unwrap();
    let health = tokio::spawn(async move { client.check_health().await.unwrap() });
    while limiter.snapshot().waiting == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let let_go = std::time::Instant::now();
    clock.go.add_permits(1);
    assert!(health.await.unwrap().round_trip <= let_go.elapsed());
}

#[tokio::test]
async fn numbers_keep_their_last_digit() {
    let server = Server::start([answer(200, r#"[{"gap_to_leader":63.650999999999996}]"#)]).await;
    let rows = server.client().build().unwrap().intervals().session(9839).await.unwrap();
    assert!(format!("{:?}", rows[0].gap_to_leader).contains("63.650999999999996"), "{:?}", rows[0]);
}

#[tokio::test]
async fn base_url_without_version_fails_early() {
    let server = Server::start([answer(500, "<h1>Invalid route</h1>")]).await;
    let base = server.base_url.strip_suffix("/v1").unwrap();
    let error =
        server.client().max_retries(5).base_url(base).build().unwrap().fetch(&laps()).await.unwrap_err();
    assert!(error.to_string().contains("does not end in /v1"), "{error}");
    assert_eq!(server.seen().len(), 2);
}
