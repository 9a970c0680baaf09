//! A workspace on loopback: files of a volume, and statements on tables.

use crate::tables::{Answer, Files, Tables};
use crate::zone::Zone;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use f1lake_bronze::{LoadReport, LoadSettings, LoadStatus};
use f1lake_databricks::{Explicit, Login, RetryPolicy, VolumeStore, Workspace};
use f1lake_warehouse::{Place, Warehouse, WarehouseError, load_warehouse};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub(crate) const STAGING: &str = "/Volumes/dev/raw/landing/staged";
/// Where the copy of the record is.
pub(crate) const MARKER: &str = "Volumes/dev/raw/landing/staged/bronze_loaded/dev.bronze_raw.json";

/// What becomes of a statement that changes rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It runs, and the response arrives.
    Runs,
    /// It runs, and the response is lost.
    AnswerLost,
    /// It is lost.
    Lost,
    /// The response is lost, and it runs at some time later.
    Late,
    /// It runs, and once more at some time later.
    Twice,
    /// It fails with this code and message.
    Fails(&'static str, &'static str),
}

/// Holds back the first statement with this begin.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    begin: &'static str,
    pub(crate) arrived: Arc<Notify>,
    pub(crate) opened: Arc<Notify>,
}

#[derive(Default)]
pub(crate) struct Inner {
    pub(crate) tables: Tables,
    pub(crate) files: Files,
    /// Deleted files: a late statement may still find them.
    pub(crate) deleted: BTreeSet<String>,
    pub(crate) statements: Vec<String>,
    /// Of the next statements that change rows.
    pub(crate) fates: VecDeque<Fate>,
    /// Decides for all others, if there is one.
    pub(crate) random: Option<fastrand::Rng>,
    attempts: BTreeMap<String, u8>,
    late: Vec<String>,
    gate: Option<Gate>,
    /// Staged files that are being sent, now and at most.
    sending: usize,
    pub(crate) sent_at_once: usize,
    /// Whether the first staged file waits for a second one, for up to two seconds.
    pub(crate) wait_for_another: bool,
}

impl Inner {
    fn fate(&mut self, sql: &str) -> Fate {
        if let Some(fate) = self.fates.pop_front() {
            return fate;
        }
        let Some(random) = &mut self.random else { return Fate::Runs };
        if sql.contains("FROM parquet.") && random.u8(..20) == 0 {
            return Fate::Fails("INTERNAL_ERROR", "not to be repeated");
        }
        // A load gives up after five attempts.
        let attempts = self.attempts.entry(sql.to_owned()).or_default();
        *attempts += 1;
        match random.u8(..20) {
            0..=2 if *attempts < 4 => Fate::AnswerLost,
            3 | 4 if *attempts < 4 => Fate::Lost,
            5..=7 if *attempts < 4 => Fate::Late,
            8 if *attempts < 4 => Fate::Fails("BAD_REQUEST", "[DELTA_CONCURRENT_APPEND] Files were added"),
            9 if *attempts < 4 => Fate::Fails("TEMPORARILY_UNAVAILABLE", "try again"),
            10..=12 => Fate::Twice,
            _ => Fate::Runs,
        }
    }

    fn run(&mut self, sql: &str) -> Result<Answer, String> {
        self.tables.run(sql, &self.files)
    }

    /// Runs a statement that is late; it may fail.
    fn run_late(&mut self, index: usize) {
        let statement = self.late.swap_remove(index);
        let _ = self.run(&statement);
    }

    /// Runs everything that is still late.
    pub(crate) fn flush(&mut self) {
        while !self.late.is_empty() {
            let index = self.random.as_mut().map_or(0, |random| random.usize(..self.late.len()));
            self.run_late(index);
        }
    }

    fn statement(&mut self, sql: &str) -> (StatusCode, Value) {
        self.statements.push(sql.to_owned());
        if let Some(random) = &mut self.random
            && !self.late.is_empty()
            && random.u8(..4) == 0
        {
            let index = random.usize(..self.late.len());
            self.run_late(index);
        }
        let changes = ["INSERT", "DELETE", "MERGE", "ALTER"].iter().any(|begin| sql.starts_with(begin));
        let fate = if changes { self.fate(sql) } else { Fate::Runs };
        let lost = (StatusCode::SERVICE_UNAVAILABLE, json!({ "message": "lost" }));
        let failed = |code: &str, message: &str| {
            let error = json!({ "error_code": code, "message": message });
            (StatusCode::OK, json!({ "statement_id": "01", "status": { "state": "FAILED", "error": error } }))
        };
        match fate {
            Fate::Lost => return lost,
            Fate::Late => {
                self.late.push(sql.to_owned());
                return lost;
            }
            Fate::Fails(code, message) => return failed(code, message),
            Fate::Twice => self.late.push(sql.to_owned()),
            Fate::Runs | Fate::AnswerLost => {}
        }
        let ran = self.run(sql);
        match ran {
            _ if fate == Fate::AnswerLost => lost,
            Err(message) => failed("BAD_REQUEST", &message),
            Ok(rows) => {
                let width = rows.first().map_or(0, Vec::len);
                let columns: Vec<Value> =
                    (0..width).map(|index| json!({ "name": format!("c{index}") })).collect();
                let answer = json!({
                    "statement_id": "01", "status": { "state": "SUCCEEDED" },
                    "manifest": { "schema": { "columns": columns }, "total_row_count": rows.len() },
                    "result": { "data_array": rows }
                });
                (StatusCode::OK, answer)
            }
        }
    }
}

type Shared = Arc<Mutex<Inner>>;

/// The workspace, and a warehouse of it.
pub(crate) struct Service {
    shared: Shared,
    pub(crate) warehouse: Warehouse,
}

impl Service {
    pub(crate) async fn start() -> Self {
        let shared = Shared::default();
        let app = axum::Router::new()
            .route("/api/2.0/fs/files/{*path}", axum::routing::any(file))
            .route("/api/2.0/fs/directories/{*path}", axum::routing::any(folder))
            .route("/api/2.0/sql/statements", axum::routing::post(statement))
            .with_state(Arc::clone(&shared));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let explicit = Explicit { host: Some(host), token: Some("dapi".into()), ..Explicit::default() };
        let workspace = Workspace::connect(Login::resolve_with(&explicit, |_| None).unwrap()).unwrap();
        let warehouse = Warehouse {
            warehouse_id: "wh1".to_owned(),
            place: Place { catalog: "dev".to_owned(), schema: "bronze_raw".to_owned() },
            staging: VolumeStore::open(&workspace, STAGING).unwrap(),
            retry: RetryPolicy {
                first_wait: Duration::from_millis(1),
                longest_wait: Duration::from_millis(2),
                ..Warehouse::RETRY
            },
            workspace,
        };
        Self { shared, warehouse }
    }

    pub(crate) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.shared.lock().unwrap()
    }

    /// The statements since the last call.
    pub(crate) fn take_statements(&self) -> Vec<String> {
        std::mem::take(&mut self.inner().statements)
    }

    /// Holds back the first statement with this begin.
    pub(crate) fn hold(&self, begin: &'static str) -> Gate {
        let gate = Gate { begin, arrived: Arc::default(), opened: Arc::default() };
        self.inner().gate = Some(gate.clone());
        gate
    }

    pub(crate) async fn try_load(
        &self,
        zone: &Zone,
        settings: &LoadSettings,
    ) -> Result<LoadReport, WarehouseError> {
        let cancel = CancellationToken::new();
        load_warehouse(&self.warehouse, &zone.landing(), settings, Arc::new(|_| {}), &cancel).await
    }

    pub(crate) async fn load(&self, zone: &Zone) -> LoadReport {
        self.try_load(zone, &LoadSettings::default()).await.unwrap()
    }

    pub(crate) async fn rebuild(&self, zone: &Zone) -> LoadReport {
        self.try_load(zone, &LoadSettings { rebuild: true, ..LoadSettings::default() }).await.unwrap()
    }

    pub(crate) async fn prepare(&self) -> Result<(), WarehouseError> {
        self.warehouse.prepare(&CancellationToken::new()).await
    }
}

/// Statuses of a report's sessions.
pub(crate) fn statuses(report: &LoadReport) -> Vec<LoadStatus> {
    report.sessions.iter().map(|session| session.status).collect()
}

async fn statement(State(shared): State<Shared>, Json(body): Json<Value>) -> Response {
    let sql = body["statement"].as_str().unwrap().to_owned();
    let (gate, yields) = {
        let mut inner = shared.lock().unwrap();
        let held = inner.gate.take_if(|gate| sql.starts_with(gate.begin));
        (held, inner.random.as_mut().map_or(0, |random| random.u8(..40)))
    };
    if let Some(gate) = gate {
        gate.arrived.notify_one();
        gate.opened.notified().await;
    }
    // Gives way to the other load.
    for _ in 0..yields {
        tokio::task::yield_now().await;
    }
    let (status, answer) = shared.lock().unwrap().statement(&sql);
    (status, Json(answer)).into_response()
}

async fn file(
    State(shared): State<Shared>,
    Path(path): Path<String>,
    method: Method,
    body: Bytes,
) -> Response {
    if method == Method::PUT && path.ends_with(".parquet") {
        let sending = |change: isize| {
            let mut inner = shared.lock().unwrap();
            inner.sending = inner.sending.saturating_add_signed(change);
            inner.sent_at_once = inner.sent_at_once.max(inner.sending);
        };
        sending(1);
        for _ in 0..200 {
            let alone = {
                let inner = shared.lock().unwrap();
                inner.wait_for_another && inner.sent_at_once < 2
            };
            if !alone {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        sending(-1);
    }
    let mut inner = shared.lock().unwrap();
    let there = inner.files.contains_key(&path) && !inner.deleted.contains(&path);
    match method {
        Method::PUT => {
            inner.deleted.remove(&path);
            inner.files.insert(path, body.to_vec());
            StatusCode::NO_CONTENT.into_response()
        }
        Method::DELETE if there => {
            inner.deleted.insert(path);
            StatusCode::NO_CONTENT.into_response()
        }
        Method::GET if there => {
            ([("last-modified", "Tue, 24 Nov 2026 12:00:00 GMT")], inner.files[&path].clone()).into_response()
        }
        _ => (StatusCode::NOT_FOUND, Json(json!({ "error_code": "NOT_FOUND" }))).into_response(),
    }
}

async fn folder(State(shared): State<Shared>, Path(path): Path<String>, method: Method) -> Response {
    if method != Method::GET {
        return StatusCode::NO_CONTENT.into_response();
    }
    let prefix = format!("{}/", path.trim_end_matches('/'));
    let inner = shared.lock().unwrap();
    let there = inner.files.keys().filter(|path| !inner.deleted.contains(*path));
    let names: BTreeSet<(&str, bool)> = there
        .filter_map(|path| path.strip_prefix(&prefix))
        .map(|rest| rest.split_once('/').map_or((rest, false), |(folder, _)| (folder, true)))
        .collect();
    let contents: Vec<Value> = names
        .into_iter()
        .map(|(name, is_directory)| {
            json!({ "path": format!("/{prefix}{name}"), "name": name, "is_directory": is_directory, "file_size": 1 })
        })
        .collect();
    Json(json!({ "contents": contents })).into_response()
}
