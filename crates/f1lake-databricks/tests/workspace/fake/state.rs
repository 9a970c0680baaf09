//! What a fake workspace holds, and the requests that it has seen.

use axum::body::Bytes;
use axum::http::HeaderMap;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Instant;

pub(crate) const PAT: &str = "dapi-canary-7c1d";
pub(crate) const CLIENT_ID: &str = "cid";
pub(crate) const CLIENT_SECRET: &str = "dose-canary-91ab";
/// `base64("cid:dose-canary-91ab")`.
pub(crate) const BASIC: &str = "Basic Y2lkOmRvc2UtY2FuYXJ5LTkxYWI=";
/// `base64("me:pw-canary-5")`.
pub(crate) const USER: &str = "Basic bWU6cHctY2FuYXJ5LTU=";
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
    pub(super) modified_ms: i64,
}

pub(super) struct Upload {
    pub(super) path: String,
    pub(super) overwrite: bool,
    pub(super) parts: BTreeMap<u64, Bytes>,
}

pub(super) struct Query {
    pub(super) answers: Vec<Value>,
    pub(super) chunks: Vec<Value>,
    pub(super) canceled: bool,
}

#[derive(Default)]
pub(crate) struct Inner {
    pub(crate) seen: Vec<Seen>,
    pub(super) violations: Vec<String>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) files: BTreeMap<String, File>,
    pub(crate) folders: BTreeSet<String>,
    pub(super) uploads: HashMap<String, Upload>,
    pub(crate) aborted: usize,
    pub(super) serial: u64,
    /// Valid OAuth tokens.
    pub(crate) tokens: BTreeSet<String>,
    pub(crate) metadata_service: Option<Value>,
    /// What the host says of itself, if not what a workspace says.
    pub(crate) metadata: Option<Value>,
    pub(crate) expires_in: Option<u64>,
    pub(crate) page_size: usize,
    pub(crate) no_ranges: bool,
    pub(crate) no_multipart: bool,
    pub(crate) cloud_blocked: bool,
    pub(crate) no_discovery: bool,
    /// Requests allowed in each window of a quarter second.
    pub(crate) quota: Option<usize>,
    pub(super) window: Option<(Instant, usize)>,
    pub(super) queries: HashMap<String, Query>,
    pub(super) url: String,
}

impl Inner {
    /// Records a request that the official client would not send.
    pub(super) fn expect(&mut self, good: bool, seen: &Seen, what: &str) {
        if !good {
            self.violations.push(format!("{}: {what}; headers {:?}", seen.line(), seen.headers));
        }
    }

    pub(super) fn now(&mut self) -> i64 {
        self.serial += 1;
        1_763_942_400_881 + i64::try_from(self.serial).unwrap() * 1000
    }
}

pub(super) fn is_sdk(seen: &Seen) -> bool {
    seen.header("user-agent").is_some_and(|agent| agent.contains("databricks-sdk-py/"))
}
