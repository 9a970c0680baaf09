//! A fake workspace on loopback. It responds as in the recorded exchanges, and records every request that
//! differs from what the official client sends: such a test fails when the fake is dropped.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Response, StatusCode};
use f1lake_databricks::{Explicit, Login, RetryPolicy, VolumeStore, Workspace};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

pub(crate) const PAT: &str = "dapi-canary-7c1d";
pub(crate) const CLIENT_ID: &str = "cid";
pub(crate) const CLIENT_SECRET: &str = "dose-canary-91ab";
/// `base64("cid:dose-canary-91ab")`.
pub(crate) const BASIC: &str = "Basic Y2lkOmRvc2UtY2FuYXJ5LTkxYWI=";
pub(crate) const ACCESS_TOKEN: &str = "eyJ-canary-";
pub(crate) const SIGNATURE: &str = "sig-canary-33ef";
pub(crate) const VOLUME: &str = "/Volumes/main/f1/landing";
pub(crate) const WAREHOUSE: &str = "wh1";

/// A request as it arrived.
#[derive(Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// Path and query, not decoded.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// A fault for the next request whose line begins like this.
pub(crate) struct Fault {
    pub(crate) line: String,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    /// Whether the request takes effect anyway.
    pub(crate) after_effect: bool,
}

pub(crate) struct File {
    pub(crate) bytes: Bytes,
    modified_ms: i64,
}

struct Upload {
    path: String,
    overwrite: bool,
    parts: BTreeMap<u64, Bytes>,
}

struct Query {
    answers: Vec<Value>,
    chunks: Vec<Value>,
    canceled: bool,
}

#[derive(Default)]
pub(crate) struct Inner {
    pub(crate) seen: Vec<Seen>,
    violations: Vec<String>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) files: BTreeMap<String, File>,
    pub(crate) folders: BTreeSet<String>,
    uploads: HashMap<String, Upload>,
    pub(crate) aborted: usize,
    serial: u64,
    /// Valid OAuth tokens.
    tokens: BTreeSet<String>,
    pub(crate) expires_in: Option<u64>,
    pub(crate) page_size: usize,
    pub(crate) no_ranges: bool,
    pub(crate) no_multipart: bool,
    pub(crate) cloud_blocked: bool,
    pub(crate) no_discovery: bool,
    /// Requests allowed in each window of a quarter second.
    pub(crate) quota: Option<usize>,
    window: Option<(Instant, usize)>,
    queries: HashMap<String, Query>,
    url: String,
}

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

fn respond(status: u16, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

fn give(status: u16, body: Value) -> Response<Body> {
    let mut response = respond(status, body.to_string());
    response.headers_mut().insert("content-type", "application/json".parse().unwrap());
    response
}

fn fail(status: u16, code: &str, message: &str) -> Response<Body> {
    give(status, json!({ "error_code": code, "message": message, "details": [] }))
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

/// `/a%20b` -> `/a b`, each segment by itself.
fn decode(path: &str) -> String {
    percent_encoding::percent_decode_str(path).decode_utf8().unwrap().into_owned()
}

impl Inner {
    fn expect(&mut self, good: bool, seen: &Seen, what: &str) {
        if !good {
            self.violations.push(format!("{}: {what}; headers {:?}", seen.line(), seen.headers));
        }
    }

    fn route(&mut self, method: &Method, seen: &Seen) -> Response<Body> {
        let url = url::Url::parse(&format!("{}{}", self.url, seen.target)).unwrap();
        let query: HashMap<String, String> =
            url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        let path = seen.target.split('?').next().unwrap().to_owned();
        self.expect(
            seen.header("user-agent").is_some_and(|agent| {
                agent.contains("f1lake-databricks/")
                    || agent.contains("databricks-sdk-py/")
                    || agent.starts_with("python-requests/")
            }),
            seen,
            "no User-Agent",
        );
        if let Some(place) = path.strip_prefix("/cloud") {
            return self.cloud(method, seen, &decode(place), &query);
        }
        match (method.as_str(), path.as_str()) {
            ("GET", "/.well-known/databricks-config") => {
                let oidc = format!("{}/oidc", self.url);
                return give(200, json!({ "oidc_endpoint": oidc, "workspace_id": "1234567890" }));
            }
            ("GET", "/oidc/.well-known/oauth-authorization-server") => {
                self.expect(seen.header("authorization").is_none(), seen, "discovery needs no login");
                if self.no_discovery {
                    return fail(404, "NOT_FOUND", "none");
                }
                let at = |name: &str| format!("{}/oidc/v1/{name}", self.url);
                return give(
                    200,
                    json!({ "authorization_endpoint": at("authorize"), "token_endpoint": at("token") }),
                );
            }
            ("POST", "/oidc/v1/token") => return self.token(seen),
            _ => {}
        }
        if let Some(refusal) = self.login(seen) {
            return refusal;
        }
        if method == Method::PUT || method == Method::POST || method == Method::DELETE {
            let length = seen.header("content-length").map(str::to_owned);
            let sdk_empty = seen.body.is_empty() && seen.header("transfer-encoding").is_some();
            self.expect(
                length == Some(seen.body.len().to_string()) || (sdk_empty && is_sdk(seen)),
                seen,
                "Content-Length is missing or wrong",
            );
        }
        if let Some(place) = path.strip_prefix("/api/2.0/fs/files") {
            let escaped_well = place
                .split('/')
                .all(|part| part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
            self.expect(escaped_well, seen, "a segment is not escaped as recorded");
            return self.file_call(method, seen, &decode(place), &query);
        }
        if let Some(place) = path.strip_prefix("/api/2.0/fs/directories") {
            return self.folder_call(method, seen, &decode(place), &query);
        }
        match (method.as_str(), path.as_str()) {
            ("POST", "/api/2.0/fs/create-upload-part-urls") => self.part_address(seen),
            ("POST", "/api/2.0/fs/create-abort-upload-url") => self.abort_address(seen),
            ("POST", "/api/2.0/fs/create-download-url") if is_sdk(seen) => fail(404, "NOT_FOUND", "none"),
            ("GET", "/api/2.0/sql/warehouses") => self.warehouses(&query),
            _ if path.starts_with("/api/2.0/sql/statements") => self.statement(method, seen, &path),
            _ => {
                self.expect(false, seen, "no such endpoint");
                fail(404, "ENDPOINT_NOT_FOUND", "no such endpoint")
            }
        }
    }

    fn login(&mut self, seen: &Seen) -> Option<Response<Body>> {
        let bearer = seen.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        match bearer {
            None => {
                self.expect(false, seen, "no bearer token");
                Some(fail(401, "UNAUTHENTICATED", "Credential was not sent"))
            }
            Some(token) if token == PAT || self.tokens.contains(token) => None,
            // The real service would not repeat the token; a proxy may.
            Some(token) => Some(fail(401, "UNAUTHENTICATED", &format!("Invalid access token {token}"))),
        }
    }

    fn token(&mut self, seen: &Seen) -> Response<Body> {
        self.expect(seen.body == "grant_type=client_credentials&scope=all-apis", seen, "another form");
        let form = Some("application/x-www-form-urlencoded");
        self.expect(seen.header("content-type") == form, seen, "another content type");
        if seen.header("authorization") != Some(BASIC) {
            let words = seen.header("authorization").unwrap_or_default();
            return give(401, json!({ "error": "invalid_client", "error_description": words }));
        }
        self.serial += 1;
        let token = format!("{ACCESS_TOKEN}{}", self.serial);
        self.tokens.insert(token.clone());
        let expires_in = self.expires_in.unwrap_or(3600);
        give(200, json!({ "access_token": token, "token_type": "Bearer", "expires_in": expires_in }))
    }

    /// The refusal when the volume may not be used.
    fn volume_refusal(place: &str) -> Option<Response<Body>> {
        if place == VOLUME || place.starts_with(&format!("{VOLUME}/")) {
            return None;
        }
        if place.starts_with("/Volumes/main/f1/closed") {
            return Some(fail(
                403,
                "PERMISSION_DENIED",
                "User does not have READ VOLUME on Volume 'main.f1.closed'.",
            ));
        }
        Some(fail(404, "NOT_FOUND", "Volume does not exist."))
    }

    fn now(&mut self) -> i64 {
        self.serial += 1;
        1_763_942_400_881 + i64::try_from(self.serial).unwrap() * 1000
    }

    fn store_file(&mut self, place: &str, bytes: Bytes, overwrite: bool) -> Option<Response<Body>> {
        let parent = place.rsplit_once('/').unwrap().0;
        if !self.folders.contains(parent) {
            return Some(fail(404, "NOT_FOUND", "The directory being accessed is not found."));
        }
        if !overwrite && self.files.contains_key(place) {
            return Some(fail(409, "ALREADY_EXISTS", "The file being created already exists."));
        }
        let modified_ms = self.now();
        self.files.insert(place.to_owned(), File { bytes, modified_ms });
        None
    }

    fn file_call(
        &mut self,
        method: &Method,
        seen: &Seen,
        place: &str,
        query: &HashMap<String, String>,
    ) -> Response<Body> {
        if let Some(refusal) = Self::volume_refusal(place) {
            return bare(method, refusal);
        }
        match method.as_str() {
            "PUT" => {
                let octets = Some("application/octet-stream");
                self.expect(seen.header("content-type") == octets, seen, "not application/octet-stream");
                self.expect(
                    matches!(query.get("overwrite").map(String::as_str), Some("true" | "false")),
                    seen,
                    "overwrite is not said",
                );
                let overwrite = query.get("overwrite").is_none_or(|value| value == "true");
                self.store_file(place, seen.body.clone(), overwrite)
                    .unwrap_or_else(|| respond(204, Body::empty()))
            }
            "DELETE" => match self.files.remove(place) {
                Some(_) => respond(204, Body::empty()),
                None => fail(404, "NOT_FOUND", "The file being accessed is not found."),
            },
            "GET" | "HEAD" => self.read_file(method, seen, place),
            "POST" => self.multipart_call(seen, place, query),
            _ => {
                self.expect(false, seen, "no such method");
                fail(405, "NOT_ALLOWED", "")
            }
        }
    }

    fn read_file(&mut self, method: &Method, seen: &Seen, place: &str) -> Response<Body> {
        if method == Method::GET {
            let octets = Some("application/octet-stream");
            self.expect(seen.header("accept") == octets, seen, "accepts something else");
        }
        let Some(file) = self.files.get(place) else {
            return bare(method, fail(404, "NOT_FOUND", "The file being accessed is not found."));
        };
        // Headers have whole seconds, lists have milliseconds.
        let modified = file.modified_ms / 1000 * 1000;
        let date = std::time::UNIX_EPOCH + Duration::from_millis(modified.unsigned_abs());
        if let Some(since) = seen.header("if-unmodified-since")
            && httpdate::parse_http_date(since).unwrap() < date
        {
            return bare(method, fail(412, "PRECONDITION_FAILED", "modified"));
        }
        let size = file.bytes.len();
        let range = seen.header("range").filter(|_| !self.no_ranges && method == Method::GET);
        let mut response = match range {
            None => respond(200, file.bytes.clone()),
            Some(range) => {
                let (from, to) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
                let from: usize = from.parse().unwrap();
                let to = to.parse::<usize>().map_or(size, |to| (to + 1).min(size));
                if from >= size {
                    return fail(416, "INVALID_RANGE", "outside");
                }
                let mut part = respond(206, file.bytes.slice(from..to));
                let text = format!("bytes {from}-{}/{size}", to - 1);
                part.headers_mut().insert("content-range", text.parse().unwrap());
                part
            }
        };
        let headers = response.headers_mut();
        headers.insert("content-type", "application/octet-stream".parse().unwrap());
        headers.insert("last-modified", httpdate::fmt_http_date(date).parse().unwrap());
        if method == Method::HEAD {
            headers.insert("content-length", size.into());
            *response.body_mut() = Body::empty();
        }
        response
    }

    fn folder_call(
        &mut self,
        method: &Method,
        seen: &Seen,
        place: &str,
        query: &HashMap<String, String>,
    ) -> Response<Body> {
        if let Some(refusal) = Self::volume_refusal(place) {
            return bare(method, refusal);
        }
        match method.as_str() {
            "PUT" => {
                self.expect(seen.body.is_empty(), seen, "a folder has no body");
                let mut folder = place;
                while folder.len() > VOLUME.len() {
                    self.folders.insert(folder.to_owned());
                    folder = folder.rsplit_once('/').unwrap().0;
                }
                respond(204, Body::empty())
            }
            "HEAD" if self.folders.contains(place) => respond(200, Body::empty()),
            "DELETE" if self.folders.remove(place) => respond(204, Body::empty()),
            "HEAD" | "DELETE" => bare(method, fail(404, "NOT_FOUND", "")),
            _ => {
                self.expect(
                    seen.header("accept") == Some("application/json"),
                    seen,
                    "accepts something else",
                );
                if !self.folders.contains(place) {
                    return fail(404, "NOT_FOUND", "The directory being accessed is not found.");
                }
                self.list(seen, place, query)
            }
        }
    }

    /// Pages of a folder. The first one is always short, and one in the middle is empty.
    fn list(&mut self, seen: &Seen, place: &str, query: &HashMap<String, String>) -> Response<Body> {
        let child = |path: &str| path.rsplit_once('/').is_some_and(|(parent, _)| parent == place);
        let name = |path: &str| path.rsplit('/').next().unwrap().to_owned();
        let mut contents: Vec<Value> = self
            .files
            .iter()
            .filter(|(path, _)| child(path))
            .map(|(path, file)| {
                json!({ "path": path, "is_directory": false, "file_size": file.bytes.len(),
                    "last_modified": file.modified_ms, "name": name(path) })
            })
            .collect();
        contents.extend(
            self.folders
                .iter()
                .filter(|path| child(path))
                .map(|path| json!({ "path": path, "is_directory": true, "name": name(path) })),
        );
        let token = query.get("page_token").map_or("p-0", String::as_str).to_owned();
        let Some(start) = token.strip_prefix("p-") else {
            self.expect(false, seen, "a page token that was never given");
            return fail(400, "INVALID_PARAMETER_VALUE", "token");
        };
        let (start, empty) = match start.strip_suffix("-empty") {
            Some(start) => (start, true),
            None => (start, false),
        };
        let start: usize = start.parse().unwrap();
        let size = if empty {
            0
        } else if start == 0 {
            self.page_size.div_ceil(2)
        } else {
            self.page_size
        };
        let end = (start + size).min(contents.len());
        let mut page = json!({ "contents": contents[start..end] });
        if end < contents.len() {
            let next = if start == 0 { format!("p-{end}-empty") } else { format!("p-{end}") };
            page["next_page_token"] = json!(next);
        }
        give(200, page)
    }

    fn multipart_call(
        &mut self,
        seen: &Seen,
        place: &str,
        query: &HashMap<String, String>,
    ) -> Response<Body> {
        match query.get("action").map(String::as_str) {
            Some("initiate-upload") => {
                self.expect(seen.body.is_empty(), seen, "initiate has no body");
                if self.no_multipart {
                    return give(200, json!({ "resumable_upload": { "session_token": "gcp" } }));
                }
                self.serial += 1;
                let token = format!("tok-{}", self.serial);
                let overwrite = query.get("overwrite").is_some_and(|value| value == "true");
                let upload = Upload { path: place.to_owned(), overwrite, parts: BTreeMap::new() };
                self.uploads.insert(token.clone(), upload);
                give(200, json!({ "multipart_upload": { "session_token": token } }))
            }
            Some("complete-upload") => {
                self.expect(
                    query.get("upload_type").is_some_and(|kind| kind == "multipart"),
                    seen,
                    "no type",
                );
                let token = query.get("session_token").cloned().unwrap_or_default();
                let Some(upload) = self.uploads.remove(&token) else {
                    return fail(404, "NOT_FOUND", "no such upload");
                };
                let sent: Value = serde_json::from_slice(&seen.body).unwrap();
                let expected: Vec<Value> = upload
                    .parts
                    .keys()
                    .map(|number| json!({ "part_number": number, "etag": format!("\"etag-{number}\"") }))
                    .collect();
                self.expect(sent == json!({ "parts": expected }), seen, "other parts than were sent");
                let bytes: Vec<u8> = upload.parts.values().flatten().copied().collect();
                self.store_file(&upload.path, bytes.into(), upload.overwrite)
                    .unwrap_or_else(|| give(200, json!({})))
            }
            _ => {
                self.expect(false, seen, "no such action");
                fail(400, "BAD_REQUEST", "action")
            }
        }
    }

    fn address_request(&mut self, seen: &Seen, fields: &[&str]) -> Value {
        let sent: Value = serde_json::from_slice(&seen.body).unwrap();
        let names: Vec<&str> = sent.as_object().unwrap().keys().map(String::as_str).collect();
        self.expect(names == fields, seen, &format!("fields {names:?}"));
        self.expect(seen.header("content-type") == Some("application/json"), seen, "no JSON");
        let expiry = sent["expire_time"].as_str().unwrap_or_default();
        self.expect(expiry.len() == 20 && expiry.ends_with('Z'), seen, "another form of time");
        sent
    }

    fn part_address(&mut self, seen: &Seen) -> Response<Body> {
        let fields = ["path", "session_token", "start_part_number", "count", "expire_time"];
        let sent = self.address_request(seen, &fields);
        let (token, first) =
            (sent["session_token"].as_str().unwrap(), sent["start_part_number"].as_u64().unwrap());
        if !self.uploads.contains_key(token) {
            return fail(404, "NOT_FOUND", "no such upload");
        }
        let path = sent["path"].as_str().unwrap().replace(' ', "%20");
        let addresses: Vec<Value> = (first..first + sent["count"].as_u64().unwrap())
            .map(|number| {
                let url = format!("{}/cloud{path}?token={token}&partNumber={number}&sig={SIGNATURE}", self.url);
                json!({ "url": url, "part_number": number, "headers": [{ "name": "x-amz-demo", "value": "1" }] })
            })
            .collect();
        give(200, json!({ "upload_part_urls": addresses }))
    }

    fn abort_address(&mut self, seen: &Seen) -> Response<Body> {
        let sent = self.address_request(seen, &["path", "session_token", "expire_time"]);
        let token = sent["session_token"].as_str().unwrap();
        let url = format!("{}/cloud/abort?token={token}&sig={SIGNATURE}", self.url);
        give(200, json!({ "abort_upload_url": { "url": url, "headers": [] } }))
    }

    /// Cloud storage: it accepts signed addresses and must never see the workspace's token.
    fn cloud(
        &mut self,
        method: &Method,
        seen: &Seen,
        place: &str,
        query: &HashMap<String, String>,
    ) -> Response<Body> {
        self.expect(seen.header("authorization").is_none(), seen, "the token went to cloud storage");
        self.expect(query.get("sig").is_some_and(|sig| sig == SIGNATURE), seen, "not signed");
        if self.cloud_blocked && method == Method::PUT {
            return respond(403, "<Error>blocked by a firewall</Error>");
        }
        let token = query.get("token").cloned().unwrap_or_default();
        if method == Method::DELETE {
            let known = self.uploads.remove(&token).is_some();
            self.aborted += usize::from(known);
            return respond(if known { 200 } else { 404 }, Body::empty());
        }
        self.expect(seen.header("x-amz-demo") == Some("1"), seen, "the address's headers are missing");
        let number: u64 = query["partNumber"].parse().unwrap();
        let Some(upload) = self.uploads.get_mut(&token) else { return respond(404, Body::empty()) };
        let same_file = upload.path == place;
        upload.parts.insert(number, seen.body.clone());
        self.expect(same_file, seen, "another file");
        let mut response = respond(200, Body::empty());
        response.headers_mut().insert("etag", format!("\"etag-{number}\"").parse().unwrap());
        response
    }

    fn warehouses(&mut self, query: &HashMap<String, String>) -> Response<Body> {
        match query.get("page_token") {
            None => give(
                200,
                json!({ "warehouses": [{ "id": WAREHOUSE, "name": "Starter Warehouse", "state": "STOPPED",
                    "cluster_size": "2X-Small" }], "next_page_token": "w2" }),
            ),
            Some(_) => give(
                200,
                json!({ "warehouses": [{ "id": "wh2", "name": "Twin", "state": "RUNNING" },
                    { "id": "wh3", "name": "twin", "state": "RUNNING" },
                    { "id": "wh4", "name": "TWIN", "state": "RUNNING" },
                    { "id": "wh5", "name": "Twin", "state": "RUNNING" }] }),
            ),
        }
    }

    fn statement(&mut self, method: &Method, seen: &Seen, path: &str) -> Response<Body> {
        let rest = path.trim_start_matches("/api/2.0/sql/statements").trim_matches('/').to_owned();
        self.expect(seen.header("accept") == Some("application/json"), seen, "accepts something else");
        let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
        match (method.as_str(), parts.as_slice()) {
            ("POST", []) => self.submit(seen),
            ("GET", [id]) => match self.queries.get_mut(*id) {
                None => fail(404, "NOT_FOUND", "no such statement"),
                Some(query) if query.canceled => {
                    give(200, json!({ "statement_id": id, "status": { "state": "CANCELED" } }))
                }
                Some(query) if query.answers.len() > 1 => give(200, query.answers.remove(0)),
                Some(query) => give(200, query.answers[0].clone()),
            },
            ("GET", [id, "result", "chunks", index]) => {
                let index: usize = index.parse().unwrap();
                let chunk = self.queries.get(*id).and_then(|query| query.chunks.get(index)).cloned();
                chunk.map_or_else(|| fail(404, "NOT_FOUND", "no such chunk"), |chunk| give(200, chunk))
            }
            ("POST", [id, "cancel"]) => {
                self.expect(seen.body == "{}", seen, "cancel's body is {}");
                if let Some(query) = self.queries.get_mut(*id) {
                    query.canceled = true;
                }
                give(200, json!({}))
            }
            _ => {
                self.expect(false, seen, "no such endpoint");
                fail(404, "ENDPOINT_NOT_FOUND", "")
            }
        }
    }

    fn submit(&mut self, seen: &Seen) -> Response<Body> {
        let sent: Value = serde_json::from_slice(&seen.body).unwrap();
        let known = [
            "warehouse_id",
            "statement",
            "wait_timeout",
            "on_wait_timeout",
            "disposition",
            "format",
            "catalog",
            "schema",
            "parameters",
        ];
        let names: Vec<String> = sent.as_object().unwrap().keys().cloned().collect();
        self.expect(names.iter().all(|name| known.contains(&name.as_str())), seen, &format!("{names:?}"));
        let fixed = [("on_wait_timeout", "CONTINUE"), ("disposition", "INLINE"), ("format", "JSON_ARRAY")];
        for (name, value) in fixed {
            self.expect(sent[name] == value, seen, name);
        }
        let hold: u32 = sent["wait_timeout"].as_str().unwrap().trim_end_matches('s').parse().unwrap();
        self.expect(hold == 0 || (5..=50).contains(&hold), seen, "wait_timeout");
        match sent["warehouse_id"].as_str().unwrap() {
            WAREHOUSE => {}
            "closed" => {
                return fail(
                    403,
                    "PERMISSION_DENIED",
                    "You do not have permission to use the SQL Warehouse.",
                );
            }
            _ => return fail(404, "RESOURCE_DOES_NOT_EXIST", "SQL warehouse does not exist."),
        }
        self.serial += 1;
        let id = format!("01ef-{}", self.serial);
        let state = |state: &str| json!({ "statement_id": id, "status": { "state": state } });
        let error = |message: &str| {
            let error = json!({ "error_code": "BAD_REQUEST", "message": message });
            json!({ "statement_id": id, "status": { "state": "FAILED", "error": error } })
        };
        let columns = |names: &[(&str, &str)]| -> Value {
            names
                .iter()
                .map(|(name, kind)| json!({ "name": name, "type_text": kind, "type_name": kind }))
                .collect()
        };
        let success = |columns: Value, rows: Value, count: usize, next: Option<u64>| {
            let mut answer = state("SUCCEEDED");
            answer["manifest"] = json!({ "schema": { "columns": columns }, "total_row_count": count,
                "truncated": false });
            answer["result"] = json!({ "chunk_index": 0, "data_array": rows });
            if let Some(next) = next {
                answer["result"]["next_chunk_index"] = json!(next);
            }
            answer
        };
        let three = columns(&[("n", "BIGINT")]);
        let mut chunks = Vec::new();
        let mut answers = match sent["statement"].as_str().unwrap() {
            "SELECT :n, :nothing" => {
                let one = &sent["parameters"][0];
                self.expect(
                    *one == json!({ "name": "n", "type": "BIGINT", "value": "1" }),
                    seen,
                    "parameter",
                );
                let nothing = &sent["parameters"][1];
                self.expect(*nothing == json!({ "name": "nothing", "type": "DATE" }), seen, "NULL parameter");
                vec![success(
                    columns(&[("n", "BIGINT"), ("nothing", "DATE")]),
                    json!([[one["value"].clone(), nothing["value"].clone()]]),
                    1,
                    None,
                )]
            }
            "CREATE TABLE t (i INT)" => vec![state("PENDING"), state("RUNNING"), state("SUCCEEDED")],
            "SELECT n FROM many" | "SELECT n FROM short" => {
                chunks = vec![
                    json!({}),
                    json!({ "chunk_index": 1, "data_array": [["2"], ["3"]], "next_chunk_index": 2 }),
                    json!({ "chunk_index": 2, "data_array": [["4"]] }),
                ];
                let count = if sent["statement"] == "SELECT n FROM short" { 5 } else { 4 };
                vec![state("PENDING"), success(three, json!([["1"]]), count, Some(1))]
            }
            "SELECT n FROM circle" => {
                chunks = vec![json!({}), json!({ "data_array": [["2"]], "next_chunk_index": 1 })];
                vec![success(three, json!([["1"]]), 2, Some(1))]
            }
            "SELECT *\n  FORM laps" => vec![error(
                "[PARSE_SYNTAX_ERROR] Syntax error at or near 'FORM'. SQLSTATE: 42601 (line 2, pos 2)\n\n== SQL ==\nSELECT *\n  FORM laps\n--^^^\n",
            )],
            "CREATE SCHEMA s" => vec![
                state("RUNNING"),
                error(
                    "[INSUFFICIENT_PERMISSIONS] Insufficient privileges: User does not have CREATE SCHEMA on Catalog 'main'. SQLSTATE: 42501",
                ),
            ],
            "SELECT endless" => vec![state("RUNNING")],
            "SELECT closed" => vec![state("CLOSED")],
            other => {
                self.violations.push(format!("an unknown statement {other}"));
                vec![error("unknown")]
            }
        };
        let first = answers.remove(0);
        if answers.is_empty() {
            answers.push(first.clone());
        }
        self.queries.insert(id, Query { answers, chunks, canceled: false });
        give(200, first)
    }
}

fn is_sdk(seen: &Seen) -> bool {
    seen.header("user-agent").is_some_and(|agent| agent.contains("databricks-sdk-py/"))
}

/// A response to HEAD has no body.
fn bare(method: &Method, mut response: Response<Body>) -> Response<Body> {
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

/// A proxy in front of the fake that cuts the first connections, each after a number of bytes sent or
/// received.
pub(crate) async fn cutter(fake: &Fake, cuts: Vec<Cut>) -> String {
    let target = fake.url.trim_start_matches("http://").to_owned();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut cuts = cuts.into_iter();
        while let Ok((mut client, _)) = listener.accept().await {
            let cut = cuts.next();
            let target = target.clone();
            tokio::spawn(async move {
                let mut server = tokio::net::TcpStream::connect(target).await.unwrap();
                let (from_client, to_client) = client.split();
                let (from_server, to_server) = server.split();
                let (up, down) = match cut {
                    Some(Cut::Up(bytes)) => (bytes, u64::MAX),
                    Some(Cut::Down(bytes)) => (u64::MAX, bytes),
                    None => (u64::MAX, u64::MAX),
                };
                // The first direction to end closes both.
                tokio::select! {
                    _ = pump(from_client, to_server, up) => {}
                    _ = pump(from_server, to_client, down) => {}
                }
            });
        }
    });
    url
}

/// The point at which a connection breaks.
pub(crate) enum Cut {
    /// After this many bytes to the workspace.
    Up(u64),
    /// After this many bytes from the workspace.
    Down(u64),
}

async fn pump(
    from: impl tokio::io::AsyncRead + Unpin,
    mut to: impl tokio::io::AsyncWrite + Unpin,
    most: u64,
) -> std::io::Result<u64> {
    use tokio::io::AsyncReadExt;
    tokio::io::copy(&mut from.take(most), &mut to).await
}
