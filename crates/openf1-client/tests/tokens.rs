//! A token that expires early, or while its request waits, is renewed once for all workers.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use axum::extract::{Request, State};
use axum::http::StatusCode;
use openf1_client::{Credentials, Endpoint, FakeClock, Limits, OpenF1, Query, RateLimiter};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

const WORKERS: usize = 6;

/// A server whose tokens are counted from 1; those below `least` are refused.
struct Accounts {
    issued: watch::Sender<usize>,
    least: watch::Sender<usize>,
    /// Tokens of the requests for data, in their order.
    seen: Mutex<Vec<usize>>,
    refused: Mutex<usize>,
}

async fn answer(State(accounts): State<Arc<Accounts>>, request: Request) -> (StatusCode, String) {
    if request.uri().path() == "/token" {
        accounts.issued.send_modify(|issued| *issued += 1);
        let issued = *accounts.issued.borrow();
        return (StatusCode::OK, format!(r#"{{"access_token":"tok-{issued}","expires_in":"600"}}"#));
    }
    let bearer = request.headers()["authorization"].to_str().unwrap();
    let token: usize = bearer.strip_prefix("Bearer tok-").unwrap().parse().unwrap();
    accounts.seen.lock().unwrap().push(token);
    let least = *accounts.least.borrow();
    if token >= least {
        return (StatusCode::OK, "[{}]".to_owned());
    }
    let first = {
        let mut refused = accounts.refused.lock().unwrap();
        *refused += 1;
        *refused == 1
    };
    if !first {
        // The others notice it when the first already has a new token.
        accounts.issued.subscribe().wait_for(|issued| *issued >= least).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    (StatusCode::UNAUTHORIZED, r#"{"detail":"Invalid ID token: Token expired"}"#.to_owned())
}

async fn start() -> (Arc<Accounts>, OpenF1, RateLimiter) {
    let accounts = Arc::new(Accounts {
        issued: watch::Sender::new(0),
        least: watch::Sender::new(1),
        seen: Mutex::default(),
        refused: Mutex::default(),
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    let app = axum::Router::new().fallback(answer).with_state(Arc::clone(&accounts));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let limiter = RateLimiter::with_clock(Limits::unlimited(), Arc::new(FakeClock::at(0)));
    let client = OpenF1::builder()
        .base_url(base_url)
        .limiter(limiter.clone())
        .credentials(Some(Credentials::new("me@example.org", "secret")));
    (accounts, client.build().unwrap(), limiter)
}

fn laps() -> Query {
    Query::new(Endpoint::Laps).session(9158)
}

#[tokio::test]
async fn a_token_that_ends_early_is_renewed_once_for_all_workers() {
    let (accounts, client, _) = start().await;
    client.fetch(&laps()).await.unwrap();
    accounts.least.send_replace(2);
    let query = laps();
    let asked = futures::future::join_all((0..WORKERS).map(|_| client.fetch(&query))).await;
    assert!(asked.into_iter().all(|answer| answer.unwrap().rows == 1));
    assert_eq!(*accounts.issued.borrow(), 2, "logins; requests had {:?}", accounts.seen.lock().unwrap());
}

#[tokio::test]
async fn a_token_that_ends_while_its_request_waits_is_renewed_before_it_goes() {
    let (accounts, client, limiter) = start().await;
    client.fetch(&laps()).await.unwrap();
    // Longer than the ten minutes of the token.
    limiter.pause(Duration::from_secs(15 * 60)).await;
    client.fetch(&laps()).await.unwrap();
    assert_eq!(*accounts.seen.lock().unwrap(), [1, 2]);
}
