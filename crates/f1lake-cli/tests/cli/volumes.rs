//! Landing in a Databricks volume, against a fake of the Files API.

use crate::program::{CANARY, Ended, Place, QUALIFYING, Simulated, ended};
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::sync::Mutex;

pub(crate) const VOLUME: &str = "/Volumes/dev/raw/landing";

/// A fake Files API with a token, files and folders, on loopback in this process.
pub(crate) struct Volume {
    pub(crate) host: String,
    pub(crate) files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    /// Files whose names contain this text are refused.
    refused: Arc<Mutex<Option<&'static str>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Volume {
    pub(crate) fn start() -> Self {
        use axum::body::Bytes;
        use axum::extract::{Path as Named, State};
        use axum::http::{Method, StatusCode};
        use axum::response::IntoResponse;
        type Files = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;
        type Refused = Arc<Mutex<Option<&'static str>>>;

        async fn file(
            State((files, refused)): State<(Files, Refused)>,
            Named(path): Named<String>,
            method: Method,
            body: Bytes,
        ) -> axum::response::Response {
            let mut files = files.lock().unwrap();
            match method {
                Method::PUT if refused.lock().unwrap().is_some_and(|part| path.contains(part)) => {
                    let error = r#"{"error_code":"PERMISSION_DENIED","message":"no WRITE VOLUME"}"#;
                    (StatusCode::FORBIDDEN, error).into_response()
                }
                Method::PUT => {
                    files.insert(path, body.to_vec());
                    StatusCode::NO_CONTENT.into_response()
                }
                Method::DELETE if files.remove(&path).is_some() => StatusCode::NO_CONTENT.into_response(),
                Method::GET | Method::HEAD if files.contains_key(&path) => {
                    let dated = [("last-modified", "Tue, 24 Nov 2026 12:00:00 GMT")];
                    (dated, files[&path].clone()).into_response()
                }
                _ => StatusCode::NOT_FOUND.into_response(),
            }
        }

        async fn folder(
            State((files, _)): State<(Files, Refused)>,
            Named(path): Named<String>,
            method: Method,
        ) -> axum::response::Response {
            if !path.starts_with("Volumes/dev/raw/landing") {
                let error = r#"{"error_code":"NOT_FOUND","message":"no such volume"}"#;
                return (StatusCode::NOT_FOUND, error).into_response();
            }
            if method == Method::PUT {
                return StatusCode::NO_CONTENT.into_response();
            }
            let files = files.lock().unwrap();
            let prefix = format!("{}/", path.trim_end_matches('/'));
            let contents: Vec<Value> = files
                .iter()
                .filter_map(|(name, bytes)| Some((name, name.strip_prefix(&prefix)?, bytes)))
                .filter(|(_, rest, _)| !rest.contains('/'))
                .map(|(name, rest, bytes)| {
                    serde_json::json!({"path": format!("/{name}"), "name": rest, "is_directory": false,
                        "file_size": bytes.len(), "last_modified": 1_795_000_000_000_i64})
                })
                .collect();
            axum::Json(serde_json::json!({ "contents": contents })).into_response()
        }

        async fn known_only(
            request: axum::extract::Request,
            next: axum::middleware::Next,
        ) -> axum::response::Response {
            let bearer = request.headers().get("authorization");
            if bearer.is_none_or(|value| value != &format!("Bearer {CANARY}")) {
                return StatusCode::UNAUTHORIZED.into_response();
            }
            next.run(request).await
        }

        async fn statement(
            State((_, refused)): State<(Files, Refused)>,
            body: axum::Json<Value>,
        ) -> axum::Json<Value> {
            let text = body["statement"].as_str().unwrap();
            if text.contains("information_schema") && *refused.lock().unwrap() == Some("bronze_laps") {
                // As the Python extractor's loader made it.
                let columns: Vec<Value> =
                    (0..4).map(|at| serde_json::json!({"name": format!("c{at}")})).collect();
                let rows = [["bronze_raw", "bronze_laps", "MANAGED", "_ingestion_timestamp"]];
                return axum::Json(
                    serde_json::json!({"statement_id": "03", "status": {"state": "SUCCEEDED"},
                    "manifest": {"schema": {"columns": columns}}, "result": {"data_array": rows}}),
                );
            }
            let refused = text.starts_with("CREATE SCHEMA");
            let error = serde_json::json!({"error_code": "BAD_REQUEST", "message":
                "[INSUFFICIENT_PERMISSIONS] User does not have CREATE SCHEMA on Catalog 'dev'."});
            axum::Json(match refused {
                true => {
                    serde_json::json!({"statement_id": "01", "status": {"state": "FAILED", "error": error}})
                }
                false => serde_json::json!({"statement_id": "02", "status": {"state": "SUCCEEDED"}}),
            })
        }

        let warehouses = r#"{"warehouses": [{"id": "abc123", "name": "Small", "state": "STOPPED"}]}"#;
        let files = Files::default();
        let refused = Refused::default();
        let app = axum::Router::new()
            .route("/api/2.0/fs/files/{*path}", axum::routing::any(file))
            .route("/api/2.0/fs/directories/{*path}", axum::routing::any(folder))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .route("/api/2.0/sql/warehouses", axum::routing::get(move || async move { warehouses }))
            .route("/api/2.0/sql/statements", axum::routing::post(statement))
            .layer(axum::middleware::from_fn(known_only))
            .with_state((Arc::clone(&files), Arc::clone(&refused)));
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { host, files, refused, _runtime: runtime }
    }

    /// Runs a command with a login of this workspace.
    pub(crate) fn run(&self, mut command: Command) -> Ended {
        command.env("DATABRICKS_HOST", &self.host).env("DATABRICKS_TOKEN", CANARY);
        ended(command)
    }
}

#[test]
fn a_copy_stays_on_this_machine_and_is_completed_later() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let volume = Volume::start();
    let extract = ["extract", "--session-key", QUALIFYING, "--endpoints", "sessions,laps", "--to", VOLUME];
    let extract = [&extract[..], &["--also-local", "--out", "copy"]].concat();
    let landed = volume.run(place.fast(&server, &extract));
    assert_eq!(landed.code, 0, "{}", landed.stderr);
    let copy = place.path().join("copy");
    let note =
        format!("`--to {VOLUME}` is now `--out {VOLUME}`, and the setting `landing_path` names the folder");
    assert!(landed.stderr.contains(&note), "{}", landed.stderr);
    let laps = copy.join("laps_2024-12-07_Yas_Island_Qualifying.json");
    let in_volume =
        |name: &str| volume.files.lock().unwrap()[&format!("Volumes/dev/raw/landing/{name}")].clone();
    assert_eq!(std::fs::read(&laps).unwrap(), in_volume("laps_2024-12-07_Yas_Island_Qualifying.json"));
    assert_eq!(std::fs::read(copy.join("_manifest/9610.json")).unwrap(), in_volume("_manifest/9610.json"));
    assert_eq!(place.run(&["verify", "--out", "copy"]).code, 0);

    let asked = server.count("data_requests");
    std::fs::remove_file(&laps).unwrap();
    std::fs::remove_file(copy.join("_manifest/9610.json")).unwrap();
    // The flags of today do the same; the folder is a setting.
    let of_today = [&extract[..5], &["--out", VOLUME, "--also-local"]].concat();
    let mut again = place.fast(&server, &of_today);
    again.env("F1LAKE_LANDING_PATH", "copy");
    let again = volume.run(again);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(place.run(&["verify", "--out", "copy"]).code, 0);
    assert_eq!(server.count("data_requests"), asked);

    let both = place.run(&["extract", "--to", VOLUME, "--out", "copy"]);
    assert_eq!(both.code, 2);
    assert!(both.stderr.contains("--also-local"), "{}", both.stderr);
    let none = place.run(&["extract", "--also-local", "--out", "copy"]);
    assert!(none.code == 2 && none.stderr.contains("landing_volume_path"), "{}", none.stderr);
}

#[test]
fn an_upload_that_fails_lands_nothing_and_the_next_run_goes_on() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let volume = Volume::start();
    *volume.refused.lock().unwrap() = Some("laps_");
    let extract =
        ["extract", "--session-key", QUALIFYING, "--endpoints", "sessions,laps,drivers", "--out", VOLUME];
    let failed = volume.run(place.fast(&server, &extract));
    assert_eq!(failed.code, 1, "{}", failed.stderr);
    assert!(failed.stdout.contains("WRITE VOLUME"), "{}", failed.stdout);
    let manifest = "Volumes/dev/raw/landing/_manifest/9610.json";
    assert!(!volume.files.lock().unwrap().contains_key(manifest));
    let loaded = volume.run(place.command(&["load", "--out", VOLUME]));
    assert!(loaded.stderr.contains("no session is landed"), "{}", loaded.stderr);

    let asked = server.count("data_requests");
    *volume.refused.lock().unwrap() = None;
    let landed = volume.run(place.fast(&server, &extract));
    assert_eq!(landed.code, 0, "{}", landed.stderr);
    assert!(volume.files.lock().unwrap().contains_key(manifest));
    assert_eq!(server.count("data_requests"), asked, "what was staged was asked for again");
}

#[test]
fn workspace_errors_come_with_advice() {
    let place = Place::new();
    let volume = Volume::start();
    let load = ["load", "--load-to", "databricks", "--out", VOLUME];
    let with = |more: &[&str]| place.command(&[&load[..], more].concat());
    let mut lines = Vec::new();
    let mut say = |what: &str, ended: Ended| {
        assert_ne!(ended.code, 0, "{what}");
        let error: Vec<&str> = ended.stderr.lines().skip_while(|line| !line.starts_with("error: ")).collect();
        let told = error.join("\n").replace(&volume.host, "HOST");
        let told = told.replace(volume.host.trim_start_matches("http://"), "HOST");
        let told = told.replace(&*place.path().to_string_lossy(), "HOME");
        // The test file has a different name each time.
        let mut trials = told.split(".tmp-write-test-");
        let mut shown = trials.next().unwrap_or_default().to_owned();
        for rest in trials {
            shown.push_str(".tmp-write-test");
            shown.push_str(rest.trim_start_matches(|c: char| c.is_ascii_hexdigit() || c == '-'));
        }
        lines.push(format!("{what} (exit code {}):\n  {shown}", ended.code));
    };
    say("no host", ended(with(&[])));
    let mut plain = with(&[]);
    plain.env("DATABRICKS_HOST", "http://example.com").env("DATABRICKS_TOKEN", CANARY);
    say("a token over plain http", ended(plain));
    let mut wrong = with(&["--warehouse", "Small"]);
    wrong.env("DATABRICKS_HOST", &volume.host).env("DATABRICKS_TOKEN", "wrong");
    say("wrong token", ended(wrong));
    let mut wrong = place.command(&["extract", "--out", VOLUME, "--base-url", "http://127.0.0.1:9/v1"]);
    wrong.env("DATABRICKS_HOST", &volume.host).env("DATABRICKS_TOKEN", "wrong");
    say("wrong token, of a volume", ended(wrong));
    say("no such profile", volume.run(with(&["--profile", "absent"])));
    say("no warehouse named", volume.run(with(&[])));
    say("no such warehouse", volume.run(with(&["--warehouse", "Large"])));
    let server = Simulated::start(&place, &["--limits", "none"]);
    let extract = ["extract", "--session-key", QUALIFYING, "--endpoints", "sessions", "--out", VOLUME];
    assert_eq!(volume.run(place.fast(&server, &extract)).code, 0);
    say("no CREATE SCHEMA", volume.run(with(&["--warehouse", "small"])));
    *volume.refused.lock().unwrap() = Some("bronze_laps");
    say("a table of the Python extractor", volume.run(with(&["--warehouse", "small"])));
    *volume.refused.lock().unwrap() = None;
    let typo = ["extract", "--to", "/Volumes/dev/raw"];
    say("no volume's path", volume.run(place.command(&typo)));
    let missing = ["extract", "--out", "/Volumes/dev/raw/lnading", "--base-url", "http://127.0.0.1:9/v1"];
    say("missing volume", volume.run(place.command(&missing)));
    let anywhere = ["load", "--load-to", "databricks", "--dry-run", "--out", "."];
    say("no catalog", volume.run(place.command(&anywhere)));
    insta::assert_snapshot!(lines.join("\n"));
    assert!(!lines.join("").contains(CANARY));
}

#[test]
fn the_sql_of_a_load_can_be_read_before_it_runs() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let extract = ["extract", "--session-key", QUALIFYING, "--endpoints", "sessions,laps"];
    assert_eq!(ended(place.fast(&server, &extract)).code, 0);
    let dry = place.run(&["load", "--load-to", "databricks", "--catalog", "dev", "--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    assert!(dry.stdout.contains("CREATE VOLUME IF NOT EXISTS `dev`.`bronze_raw`.`f1lake`"), "{}", dry.stdout);
    assert!(dry.stdout.contains("/Volumes/dev/bronze_raw/f1lake/bronze_staging/BATCH/bronze_laps"));
    assert_eq!(dry.stdout.matches("\nREPLACE WHERE `session_key` IN (9610)").count(), 2, "laps and sessions");
    assert_eq!(dry.stdout.matches("MERGE INTO").count(), 1, "what was loaded");
    let setup = place.run(&["databricks", "setup", "--catalog", "dev", "--dry-run"]);
    assert_eq!(setup.stdout.matches("CREATE TABLE").count(), 19);
    let pipeline = |format: &str, compression: &str| {
        place.run(&[
            "databricks",
            "pipeline",
            "--out",
            VOLUME,
            "--format",
            format,
            "--compression",
            compression,
        ])
    };
    for format in ["json", "ndjson", "parquet"] {
        let pipeline = pipeline(format, "none");
        assert_eq!(pipeline.stdout.matches("STREAM read_files").count(), 18, "{}", pipeline.stderr);
    }
    let refused = pipeline("ndjson", "zstd");
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("but not with zstd"), "{}", refused.stderr);
}

#[test]
fn a_session_lands_in_a_volume_and_a_fresh_machine_learns_what_is_landed() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let volume = Volume::start();
    let with = |place: &Place, token: &str, arguments: &[&str]| {
        let mut command = place.fast(&server, arguments);
        command.env("DATABRICKS_HOST", &volume.host).env("DATABRICKS_TOKEN", token);
        ended(command)
    };
    let extract = [
        "extract",
        "--session-key",
        QUALIFYING,
        "--endpoints",
        "sessions,laps,drivers",
        "--out",
        "/Volumes/dev/raw/landing",
    ];
    let landed = with(&place, CANARY, &extract);
    assert_eq!(landed.code, 0, "{}", landed.stderr);
    let names: Vec<String> = volume.files.lock().unwrap().keys().cloned().collect();
    assert_eq!(
        names,
        [
            "Volumes/dev/raw/landing/_manifest/9610.json",
            "Volumes/dev/raw/landing/drivers_2024-12-07_Yas_Island_Qualifying.json",
            "Volumes/dev/raw/landing/laps_2024-12-07_Yas_Island_Qualifying.json",
            "Volumes/dev/raw/landing/sessions_2024-12-07_Yas_Island_Qualifying.json",
        ]
    );
    let asked = server.count("data_requests");
    let elsewhere = Place::new();
    let again = with(&elsewhere, CANARY, &extract);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(again.stdout.contains("skipped"), "{}", again.stdout);
    assert_eq!(server.count("data_requests"), asked);

    let read = |arguments: &[&str]| {
        let mut command = elsewhere.command(arguments);
        command.env("DATABRICKS_HOST", &volume.host).env("DATABRICKS_TOKEN", CANARY);
        ended(command)
    };
    let zone = ["--out", "/Volumes/dev/raw/landing"];
    assert_eq!(read(&[&["verify"][..], &zone].concat()).code, 0);
    let loaded = read(&[&["load"][..], &zone].concat());
    assert_eq!(loaded.code, 0, "{}", loaded.stderr);
    let shown = read(&["config"]);
    assert!(shown.stdout.contains("databricks token"), "{}", shown.stdout);

    let refused = with(&place, "wrong", &extract);
    assert_ne!(refused.code, 0);
    assert_eq!(refused.stderr.lines().count(), 1, "{}", refused.stderr);
}
