//! A server on loopback that responds from a script.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response};
use openf1_client::{Clock, FakeClock, Limits, OpenF1, RateLimiter};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Responses of the server, in order; the last one repeats.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: &'static str,
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) delay: Duration,
}

pub(crate) fn answer(status: u16, body: &'static str) -> Answer {
    Answer { status, body, headers: &[], delay: Duration::ZERO }
}

#[derive(Default)]
struct Script {
    answers: VecDeque<Answer>,
    seen: Vec<(String, HeaderMap)>,
}

pub(crate) struct Server {
    script: Arc<Mutex<Script>>,
    pub(crate) base_url: String,
    /// Clients do not really wait.
    pub(crate) clock: Arc<FakeClock>,
}

impl Server {
    pub(crate) async fn start(answers: impl IntoIterator<Item = Answer>) -> Self {
        let script =
            Arc::new(Mutex::new(Script { answers: answers.into_iter().collect(), seen: Vec::new() }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(reply).with_state(Arc::clone(&script));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { script, base_url, clock: Arc::default() }
    }

    pub(crate) fn seen(&self) -> Vec<(String, HeaderMap)> {
        self.script.lock().unwrap().seen.clone()
    }

    pub(crate) fn client(&self) -> openf1_client::ClientBuilder {
        OpenF1::builder()
            .base_url(&self.base_url)
            .limiter(RateLimiter::with_clock(Limits::unlimited(), Arc::<FakeClock>::clone(&self.clock)))
            .retry_delay(Duration::from_millis(2))
            .max_retries(3)
    }

    /// Total time that clients have waited.
    pub(crate) fn waited(&self) -> Duration {
        Duration::from_micros(self.clock.now().unsigned_abs())
    }
}

async fn reply(State(script): State<Arc<Mutex<Script>>>, request: Request) -> Response<Body> {
    let answer = {
        let mut script = script.lock().unwrap();
        script.seen.push((request.uri().to_string(), request.headers().clone()));
        let next = script.answers.pop_front().unwrap();
        if script.answers.is_empty() {
            script.answers.push_back(next.clone());
        }
        next
    };
    tokio::time::sleep(answer.delay).await;
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(*name, *value);
    }
    response.body(Body::from(answer.body)).unwrap()
}
