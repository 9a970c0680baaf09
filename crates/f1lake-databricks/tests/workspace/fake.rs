//! A fake workspace on loopback. It responds as in the recorded exchanges, and records every request that
//! differs from what the official client sends: such a test fails when the fake is dropped.

mod files;
mod login;
mod providers;
mod response;
mod route;
mod state;
mod statements;
mod uploads;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::Response;
use f1lake_databricks::{Explicit, Login, RetryPolicy, VolumeStore, Workspace};
use response::{fail, respond};
use state::{Fault, Inner};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

pub(crate) use providers::{ENTRA_SECRET, IDENTITY, JOB};
pub(crate) use state::{
    ACCESS_TOKEN, BASIC, CLIENT_ID, CLIENT_SECRET, PAT, SIGNATURE, Seen, VOLUME, WAREHOUSE,
};

type Shared = Arc<Mutex<Inner>>;

pub(crate) struct Fake {
    shared: Shared,
    pub(crate) url: String,
}

impl Fake {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared: Shared = Arc::default();
        {
            let mut inner = shared.lock().unwrap();
            inner.page_size = 1000;
            inner.folders.insert(VOLUME.to_owned());
            inner.url = url.clone();
        }
        let app = axum::Router::new().fallback(answer).with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { shared, url }
    }

    pub(crate) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.shared.lock().unwrap()
    }

    pub(crate) fn login(&self) -> Login {
        self.login_at(&self.url)
    }

    pub(crate) fn login_at(&self, url: &str) -> Login {
        let explicit =
            Explicit { host: Some(url.to_owned()), token: Some(PAT.into()), ..Explicit::default() };
        Login::resolve_with(&explicit, |_| None).unwrap()
    }

    pub(crate) fn principal(&self) -> Login {
        let explicit = Explicit {
            host: Some(self.url.clone()),
            client_id: Some(CLIENT_ID.to_owned()),
            client_secret: Some(CLIENT_SECRET.into()),
            ..Explicit::default()
        };
        Login::resolve_with(&explicit, |_| None).unwrap()
    }

    pub(crate) fn workspace(&self) -> Workspace {
        workspace(self.login())
    }

    pub(crate) fn store(&self) -> VolumeStore {
        VolumeStore::open(&self.workspace(), VOLUME).unwrap()
    }

    /// Sets the response for the next request whose line begins with `line`.
    pub(crate) fn fault(&self, line: &str, status: u16, headers: &[(&'static str, &str)], body: &str) {
        self.add_fault(line, status, headers, body, false);
    }

    /// Like [`Fake::fault`], but the request takes effect; only its response is lost.
    pub(crate) fn lost_answer(&self, line: &str, status: u16) {
        self.add_fault(line, status, &[], "", true);
    }

    fn add_fault(
        &self,
        line: &str,
        status: u16,
        headers: &[(&'static str, &str)],
        body: &str,
        after_effect: bool,
    ) {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let fault = Fault { line: line.to_owned(), status, headers, body: body.to_owned(), after_effect };
        self.inner().faults.push(fault);
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.inner().seen.iter().map(Seen::line).collect()
    }

    /// Takes the recorded requests.
    pub(crate) fn take_seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.inner().seen)
    }

    /// Revokes all OAuth tokens.
    pub(crate) fn expire_tokens(&self) {
        self.inner().tokens.clear();
    }

    pub(crate) fn file(&self, name: &str) -> Option<Bytes> {
        self.inner().files.get(&format!("{VOLUME}/{name}")).map(|file| file.bytes.clone())
    }
}

pub(crate) fn workspace(login: Login) -> Workspace {
    Workspace::builder(login).retry(FAST).build().unwrap()
}

/// A retry policy with short delays.
pub(crate) const FAST: RetryPolicy = RetryPolicy {
    retries: 6,
    first_wait: Duration::from_millis(5),
    longest_wait: Duration::from_millis(80),
    budget: Duration::from_secs(20),
};

impl Drop for Fake {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let violations = std::mem::take(&mut self.inner().violations);
            assert!(
                violations.is_empty(),
                "requests unlike the official client's:\n{}",
                violations.join("\n")
            );
        }
    }
}

async fn answer(State(shared): State<Shared>, request: Request) -> Response<Body> {
    let (head, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        // A truncated request has no effect.
        return respond(400, Body::empty());
    };
    let target = head.uri.path_and_query().unwrap().as_str().to_owned();
    let seen = Seen { method: head.method.to_string(), target, headers: head.headers, body };
    let mut inner = shared.lock().unwrap();
    inner.seen.push(seen.clone());
    let line = seen.line();
    let fault = inner.faults.iter().position(|fault| line.starts_with(&fault.line));
    let fault = fault.map(|at| inner.faults.remove(at));
    if let Some(fault) = &fault
        && !fault.after_effect
    {
        return faulty(fault);
    }
    if let Some(quota) = inner.quota {
        let (start, count) = inner.window.unwrap_or((Instant::now(), 0));
        let (start, count) =
            if start.elapsed() > Duration::from_millis(250) { (Instant::now(), 0) } else { (start, count) };
        inner.window = Some((start, count + 1));
        if count >= quota {
            return fail(429, "REQUEST_LIMIT_EXCEEDED", "slow down");
        }
    }
    let answer = inner.route(&head.method, &seen);
    fault.as_ref().map_or(answer, faulty)
}

fn faulty(fault: &Fault) -> Response<Body> {
    let mut response = respond(fault.status, fault.body.clone());
    for (name, value) in &fault.headers {
        response.headers_mut().insert(*name, value.parse().unwrap());
    }
    response
}
