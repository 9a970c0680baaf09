//! The HTTP server.

mod plain;
mod send;
mod serve;
mod state;

use crate::answer::Library;
use crate::config::SimConfig;
use crate::connection::{Peer, SimListener};
use crate::endpoint::Endpoint;
use crate::error::SimError;
use crate::faults::{FaultState, Verdict};
use crate::stats::Stats;
use crate::token::{Identity, Tokens};
use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use plain::{Plain, build, detail};
use serve::{LIVE, NO_RESULTS};
use state::{Server, lock};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Instant;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A running server. Dropping it stops the server and closes its connections.
#[derive(Debug)]
pub struct Simulator {
    address: SocketAddr,
    state: Arc<Server>,
    closed: CancellationToken,
    task: JoinHandle<()>,
}

/// Starts a server on 127.0.0.1. It runs until the [`Simulator`] is shut down or dropped.
pub async fn start(config: SimConfig) -> Result<Simulator, SimError> {
    let SimConfig { source, limits, budget, faults, now, accounts, token_lifetime_s, live, port } = config;
    let plan = faults.clone();
    let opened = tokio::task::spawn_blocking(move || Library::open(source, budget, &plan, now)).await;
    let library = opened.map_err(|e| SimError::Config(e.to_string()))??;
    let bind = |source| SimError::Bind { port, source };
    let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(bind)?;
    let address = tcp.local_addr().map_err(bind)?;
    let state = Arc::new(Server {
        started: Instant::now(),
        library,
        limits,
        live,
        token_lifetime_s,
        faults: FaultState::new(faults),
        limiter: Mutex::default(),
        tokens: Mutex::new(Tokens::new(accounts, token_lifetime_s)),
        stats: Mutex::default(),
    });
    let closed = CancellationToken::new();
    let listener = SimListener { tcp, closed: closed.clone() };
    let service = Router::new()
        .fallback(handle)
        .with_state(Arc::clone(&state))
        .into_make_service_with_connect_info::<Peer>();
    let task = tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, service).await {
            tracing::error!(%error, "the simulator stopped");
        }
    });
    Ok(Simulator { address, state, closed, task })
}

impl Simulator {
    /// Base URL for clients: `http://127.0.0.1:PORT/v1`.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Login URL for clients: `http://127.0.0.1:PORT/token`.
    pub fn token_url(&self) -> String {
        format!("http://{}/token", self.address)
    }

    /// Address of the server.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the server has received so far.
    pub fn stats(&self) -> Stats {
        lock(&self.state.stats).clone()
    }

    /// Stops the server and cuts requests in flight.
    pub async fn shutdown(mut self) {
        self.close();
        // Wait until the port is free again.
        drop((&mut self.task).await);
    }

    /// Waits until the server ends, which it does not do by itself: for programs that only serve.
    pub async fn wait(mut self) {
        drop((&mut self.task).await);
    }

    fn close(&self) {
        self.closed.cancel();
        self.task.abort();
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.close();
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
) -> Response {
    let path = request.uri().path().to_lowercase();
    if path == "/_sim/stats" {
        let text = serde_json::to_vec(&*lock(&server.stats)).unwrap_or_default();
        return build(Plain::json(StatusCode::OK, text), None);
    }
    if let Some(key) = path.strip_prefix("/_sim/truth/") {
        let key = key.parse().ok();
        // Simulating a season is CPU-bound.
        let made = tokio::task::spawn_blocking(move || key.and_then(|key| server.library.truth(key))).await;
        let plain = match made.ok().flatten() {
            Some(text) => Plain::json(StatusCode::OK, text),
            None => Plain::json(StatusCode::NOT_FOUND, NO_RESULTS),
        };
        return build(plain, None);
    }
    let (parts, body) = request.into_parts();
    let query = parts.uri.query().unwrap_or("").to_owned();
    let name = match path.trim_start_matches('/') {
        "token" => "token",
        other => other
            .strip_prefix("v1/")
            .map(|p| p.trim_end_matches('/'))
            .and_then(Endpoint::from_name)
            .map_or("unknown", Endpoint::name),
    };
    {
        let mut stats = lock(&server.stats);
        stats.requests += 1;
        *stats.by_endpoint.entry(name.to_owned()).or_default() += 1;
        if !matches!(name, "sessions" | "meetings" | "token") {
            stats.data_requests += 1;
        }
    }
    let gzip = accepts_gzip(&parts.headers);
    if name == "token" {
        let verdict = server.faults.judge(name, &query, server.started.elapsed());
        tokio::time::sleep(verdict.delay).await;
        let form = axum::body::to_bytes(body, 64 * 1024).await.unwrap_or_default();
        let plain = server.login(&parts.method, &String::from_utf8_lossy(&form));
        return server.send(plain, gzip, verdict, &peer);
    }
    let authorization = parts.headers.get(header::AUTHORIZATION);
    let identity = {
        let text = authorization.map(|v| v.to_str().unwrap_or(""));
        lock(&server.tokens).identify(text, Instant::now())
    };
    if let Err(violation) = server.arrive(&identity, &peer) {
        let body = serde_json::json!({ "detail": violation.detail(), "error": "Too Many Requests" });
        let plain = Plain::json(StatusCode::TOO_MANY_REQUESTS, body.to_string());
        return server.send(plain, gzip, Verdict::default(), &peer);
    }
    let verdict = server.faults.judge(name, &query, server.started.elapsed());
    if !verdict.delay.is_zero() {
        tokio::time::sleep(verdict.delay).await;
    }
    let refused = match &identity {
        Identity::Refused(reason) => Some(detail(reason)),
        Identity::Anonymous if server.is_live() => Some(LIVE.to_owned()),
        _ => None,
    };
    if let Some(body) = refused {
        return server.send(Plain::json(StatusCode::UNAUTHORIZED, body), gzip, verdict, &peer);
    }
    // Collecting rows is CPU-bound for up to a second: keep it off the event loop.
    let worker = Arc::clone(&server);
    let made = tokio::task::spawn_blocking(move || {
        let plain = worker.serve(&parts.method, name, &query);
        worker.send(plain, gzip, verdict, &peer)
    });
    made.await.unwrap_or_else(|error| {
        tracing::error!(%error, "cannot make a response");
        build(Plain::html(StatusCode::INTERNAL_SERVER_ERROR, "<h1>An error occurred</h1>".into()), None)
    })
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .filter_map(|v| {
            let (coding, weight) = v.split_once(';').unwrap_or((v, ""));
            let refused = matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
            (!refused).then_some(coding.trim())
        })
        .any(|coding| coding.eq_ignore_ascii_case("gzip"))
}
