//! No secret is printed, written or uploaded: every command at the most verbose level, against servers that
//! repeat secrets, with files and variables that contain a secret in the wrong place.

use crate::{Place, QUALIFYING, Simulated, VOLUME, Volume};
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

/// Every secret contains this word, so that partial and re-encoded secrets are found too.
const WORD: &str = "canary";
/// Forms and JSON encode it differently.
const PASSWORD: &str = "canary pass&\"wörd\"";
const BEARER: &str = "eyJcanary.of.openf1";
const PAT: &str = "dapicanary91ab";
const CLIENT_SECRET: &str = "dosecanary44";

/// Response of a server.
#[derive(Debug, Clone, Copy, Default)]
struct Says {
    status: u16,
    content_type: &'static str,
    /// `ECHO` in it is replaced by everything the server has received.
    body: &'static str,
    /// Whether the token request gets this response too.
    token_too: bool,
}

const ANSWERS: &[Says] = &[
    json(400, r#"{"detail":"ECHO","error_code":"ECHO","message":"ECHO"}"#),
    Says { token_too: true, ..json(401, r#"{"detail":"ECHO","error_description":"ECHO","message":"ECHO"}"#) },
    json(403, r#"{"detail":"Session in progress: ECHO","message":"ECHO"}"#),
    text(404, "ECHO"),
    json(422, r#"{"detail":[{"loc":["query"],"input":"ECHO"}]}"#),
    text(200, "<html><pre>ECHO</pre></html>"),
    Says { token_too: true, ..json(200, r#"{"access_token":7,"detail":"ECHO","statement_id":"ECHO"}"#) },
    json(200, r#"["ECHO"]"#),
    json(200, r#"[{"session_key":"ECHO","meeting_key":"ECHO","date_start":"ECHO"}]"#),
    json(
        200,
        r#"{"warehouses":[{"id":"a","name":"Small","state":"ECHO"}],"statement_id":"1","status":{"state":"FAILED","error":{"error_code":"BAD_REQUEST","message":"ECHO"}}}"#,
    ),
    Says { content_type: "redirect", ..text(302, "ECHO") },
    // The quoted start of a page ends within the secret.
    text(
        405,
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxECHO",
    ),
    Says { token_too: true, ..text(502, "ECHO") },
];

const fn json(status: u16, body: &'static str) -> Says {
    Says { status, content_type: "application/json", body, token_too: false }
}

const fn text(status: u16, body: &'static str) -> Says {
    Says { status, content_type: "text/plain", body, token_too: false }
}

/// OpenF1 and a workspace in one, on loopback: grants tokens, and repeats secrets or forwards to a simulator.
struct Echo {
    host: String,
    says: Arc<Mutex<Option<Says>>>,
    _runtime: tokio::runtime::Runtime,
}

#[derive(Clone)]
struct Known {
    says: Arc<Mutex<Option<Says>>>,
    upstream: String,
}

impl Echo {
    fn start(upstream: &Simulated) -> Self {
        let says = Arc::<Mutex<Option<Says>>>::default();
        let known = Known { says: Arc::clone(&says), upstream: upstream.base_url.replace("/v1", "") };
        let app = axum::Router::new().fallback(answer).with_state(known);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { host, says, _runtime: runtime }
    }
}

async fn answer(State(known): State<Known>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let sent = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let says = *known.says.lock().unwrap();
    let path = parts.uri.path();
    if path.ends_with("/token") && says.is_none_or(|says| !says.token_too) {
        return (
            [(header::CONTENT_TYPE, "application/json")],
            format!(r#"{{"access_token":"{BEARER}","expires_in":"3600"}}"#),
        )
            .into_response();
    }
    if path.starts_with("/oidc/.well-known") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Some(says) = says else {
        let url = format!("{}{}", known.upstream, parts.uri);
        let answer = crate::program::get(&url).await;
        return (answer.status(), answer.bytes().await.unwrap()).into_response();
    };
    let authorization =
        parts.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    // A server can only repeat what it has received.
    let sent_before = match path.starts_with("/api") || path.starts_with("/oidc") {
        true if authorization.ends_with(PAT) => PAT.to_owned(),
        true => format!("{CLIENT_SECRET} {BEARER}"),
        false => format!("{PASSWORD} {BEARER}"),
    };
    let echo = format!("{authorization} {sent_before} {}", String::from_utf8_lossy(&sent));
    let echo = match says.content_type {
        "application/json" => serde_json::Value::from(echo).to_string().trim_matches('"').to_owned(),
        _ => echo,
    };
    let status = StatusCode::from_u16(says.status).unwrap();
    let body = Bytes::from(says.body.replace("ECHO", &echo));
    if says.content_type == "redirect" {
        return (status, [(header::LOCATION, format!("http://127.0.0.1:9/?{BEARER}"))], body).into_response();
    }
    (status, [(header::CONTENT_TYPE, says.content_type)], body).into_response()
}

/// Runs commands and collects the places where a secret appears.
#[derive(Default)]
struct Sweep {
    commands: usize,
    leaks: Vec<String>,
    /// Exit codes seen, so that a sweep in which nothing works is noticed.
    codes: Vec<i32>,
}

impl Sweep {
    fn run(&mut self, what: &str, mut command: Command) -> i32 {
        // Alternates between both log formats.
        let format = if self.commands.is_multiple_of(2) { "text" } else { "json" };
        command.args(["-vvv", "--log-format", format]);
        let arguments: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        let output = command.output().unwrap();
        self.commands += 1;
        let told = arguments.join(" ");
        for (stream, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            let text = String::from_utf8_lossy(bytes);
            if let Some(line) = text.lines().find(|line| line.to_lowercase().contains(WORD)) {
                self.leaks.push(format!("{what}: f1lake {told}\n  {stream}: {}", around(line)));
            }
            assert!(!text.contains("panicked at"), "{what}: {told}: {text}");
        }
        let code = output.status.code().unwrap_or(-1);
        self.codes.push(code);
        code
    }

    fn found_nothing(&self) {
        let Self { leaks, commands, .. } = self;
        assert!(leaks.is_empty(), "{} leaks of {commands} commands:\n{}", leaks.len(), leaks.join("\n"));
    }

    fn bytes(&mut self, name: &str, bytes: &[u8]) {
        if holds(bytes, WORD.as_bytes()) {
            self.leaks.push(format!("written: {name}"));
        }
    }

    /// Searches every file below a folder; returns their number.
    fn files(&mut self, folder: &Path) -> usize {
        let mut count = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            assert!(!path.to_string_lossy().contains(WORD), "a name holds a secret: {}", path.display());
            if path.is_dir() {
                count += self.files(&path);
            } else {
                self.bytes(&path.to_string_lossy(), &std::fs::read(&path).unwrap());
                count += 1;
            }
        }
        count
    }
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

/// The part of a line around the secret.
fn around(line: &str) -> String {
    let at = line.to_lowercase().find(WORD).unwrap_or_default();
    line.chars().skip(at.saturating_sub(80)).take(200).collect()
}

/// With an OpenF1 account and a workspace login, both at one server, without waiting between attempts.
fn with_secrets(mut command: Command, host: &str, principal: bool) -> Command {
    command.env("F1LAKE_BASE_URL", format!("{host}/v1"));
    for (setting, value) in [
        ("MAX_RETRIES", "2"),
        ("RETRY_DELAY", "0.01"),
        ("RATE_PER_SECOND", "1000"),
        ("RATE_PER_MINUTE", "10000"),
    ] {
        command.env(format!("F1LAKE_{setting}"), value);
    }
    command.env("OPENF1_USERNAME", "me").env("OPENF1_PASSWORD", PASSWORD).env("DATABRICKS_HOST", host);
    if principal {
        command.env("DATABRICKS_CLIENT_ID", "id").env("DATABRICKS_CLIENT_SECRET", CLIENT_SECRET);
    } else {
        command.env("DATABRICKS_TOKEN", PAT);
    }
    command
}

#[test]
fn no_secret_is_printed_or_written_by_any_command() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let echo = Echo::start(&server);
    let mut sweep = Sweep::default();

    // Without faults.
    let few = ["--endpoints", "sessions,laps,drivers"];
    let session = ["--session-key", QUALIFYING];
    let api: &[&[&str]] = &[&["sessions"], &["plan"], &["extract"], &["run"]];
    for command in api {
        let more = if command[0] == "sessions" { &[][..] } else { &few };
        let command = place.command(&[command, &session[..], more].concat());
        assert_eq!(sweep.run("well", with_secrets(command, &echo.host, false)), 0, "{:?}", sweep.leaks);
    }
    for command in [
        &["doctor"][..],
        &["status"],
        &["verify"],
        &["load", "--rebuild"],
        &["build", "--full-refresh"],
        &["test"],
        &["tables"],
        &["sql", "select count(*) from fact_laps"],
        &["export", "fact_laps", "--format", "csv"],
        &["report", QUALIFYING, "--html", "report.html"],
        &["maintain"],
        &["config"],
        &["config", "--output", "json"],
        &["config", "--example"],
        &["completions", "bash"],
        &["load", "--load-to", "databricks", "--catalog", "dev", "--dry-run"],
        &["databricks", "setup", "--catalog", "dev", "--dry-run"],
        &["databricks", "pipeline", "--out", VOLUME],
    ] {
        let command = with_secrets(place.command(command), &echo.host, sweep.commands % 4 < 2);
        assert_eq!(sweep.run("well", command), 0, "{:?}", sweep.leaks);
    }
    let volume = Volume::start();
    let upload = [&["extract", "--out", VOLUME], &session[..], &few].concat();
    let mut upload = with_secrets(place.command(&upload), &echo.host, false);
    upload.env("DATABRICKS_HOST", &volume.host).env("DATABRICKS_TOKEN", crate::program::CANARY);
    assert_eq!(sweep.run("upload", upload), 0, "{:?}", sweep.leaks);
    let uploaded = volume.files.lock().unwrap().clone();
    assert_eq!(uploaded.len(), 4);
    for (name, bytes) in &uploaded {
        sweep.bytes(name, bytes);
    }

    // The server repeats secrets.
    for (index, says) in ANSWERS.iter().enumerate() {
        *echo.says.lock().unwrap() = Some(*says);
        let out = format!("echo-{index}");
        for command in [&["sessions"][..], &["plan"], &["extract"], &["run"], &["doctor"]] {
            let place_of = if command[0] == "sessions" { &[][..] } else { &["--out", &out] };
            let command = place.command(&[command, place_of].concat());
            sweep.run(&format!("{says:?}"), with_secrets(command, &echo.host, false));
        }
        // The Databricks client retries gateway errors for minutes; its own tests cover them.
        if says.status >= 500 {
            continue;
        }
        for command in [
            &["load", "--load-to", "databricks", "--warehouse", "Small", "--catalog", "dev"][..],
            &["databricks", "setup", "--warehouse", "Small", "--catalog", "dev"],
            &["status", "--out", VOLUME],
            &["extract", "--out", VOLUME],
            &["doctor", "--warehouse", "Small"],
        ] {
            let command = with_secrets(place.command(command), &echo.host, index % 2 == 0);
            sweep.run(&format!("{says:?}"), command);
        }
    }
    *echo.says.lock().unwrap() = None;
    assert!(
        sweep.codes.contains(&1) && sweep.codes.contains(&2) && sweep.codes.contains(&5),
        "{:?}",
        sweep.codes
    );

    // No server listens.
    sweep.run("nobody", with_secrets(place.command(&["sessions"]), "http://127.0.0.1:9", true));

    let files = sweep.files(place.path());
    assert!(files > 100, "{files} files only");
    sweep.found_nothing();
}

#[test]
fn a_secret_in_the_wrong_place_is_not_repeated() {
    let place = Place::new();
    let mut sweep = Sweep::default();
    let commands = [&["config"][..], &["extract"], &["doctor"]];
    for text in [
        "openf1_password = \"canary\"",
        "openf1_password = \"canary",
        "openf1_password = canary",
        "openf1_password = 'canary' 7",
        "[openf1]\npassword = \"canary\"",
        "\"openf1_password\" \"canary\"",
        "max_workers = 3\nmax_workers = 4 # canary",
        "base_url = \"https://me:canary@api.openf1.org/v1\"",
        "base_url = \"https://me:can ary:canary@:host/v1\"",
        "base_url = \"https://canary@api.openf1.org/v1\"",
        "base_url = \"me:pa/canary@api.openf1.org/v1\"",
        "landing_path = \"s3://id:canary@bucket/landing\"",
        "lake_path = \"s3://id:canary@bucket/lake\"",
    ] {
        place.write("f1lake.toml", text);
        for command in commands {
            assert_eq!(sweep.run(text, place.command(command)), 2, "{text}: {command:?}");
        }
    }
    std::fs::remove_file(place.path().join("f1lake.toml")).unwrap();
    for (name, value) in [
        ("F1LAKE_OPENF1_PASSWORD", "canary"),
        ("F1LAKE_DATABRICKS_TOKEN", "canary"),
        ("F1LAKE_BASE_URL", "https://me:canary@api.openf1.org/v1"),
        ("F1LAKE_LANDING_PATH", "gs://id:canary@bucket/x"),
    ] {
        for command in commands {
            let mut command = place.command(command);
            command.env(name, value);
            assert_eq!(sweep.run(name, command), 2, "{name}");
        }
    }
    for arguments in [
        &["extract", "--base-url", "https://me:canary@api.openf1.org/v1"][..],
        &["extract", "--out", "s3://id:canary@bucket/landing"],
        &["load", "--lake", "s3://id:canary@bucket/lake"],
    ] {
        assert_eq!(sweep.run("flag", place.command(arguments)), 2);
    }
    let volume = ["status", "--out", VOLUME];
    for (host, token) in [
        ("https://me:canary@work.cloud.databricks.com", "x"),
        ("http://me:canary@example.com", "x"),
        ("me:canary@:example", "x"),
        ("https://example.com", "canary\ncanary"),
    ] {
        let mut command = place.command(&volume);
        command.env("DATABRICKS_HOST", host).env("DATABRICKS_TOKEN", token);
        assert_ne!(sweep.run(host, command), 0);
    }
    for text in [
        "[DEFAULT]\nhost = https://example.com\ntoken canary",
        "[DEFAULT\nhost = https://example.com\ntoken = canary",
        "host = x\n  canary\n[DEFAULT]\ntoken = \"canary",
        "[DEFAULT]\nhost = https://me:canary@example.com\ntoken = canary",
        "[DEFAULT]\nhost = http://example.com\ntoken = canary",
        "[DEFAULT]\nhost = https://example.com\nclient_secret = canary",
        "[DEFAULT]\nhost = https://example.com\ntoken = canary\nauth_type = odd",
    ] {
        place.write(".databrickscfg", text);
        for command in [&volume[..], &["config"], &["doctor"]] {
            let mut command_of = place.command(command);
            command_of.env("F1LAKE_BASE_URL", "http://127.0.0.1:9/v1").env("F1LAKE_MAX_RETRIES", "0");
            let code = sweep.run(text, command_of);
            assert!(command[0] == "config" || code != 0, "{text}: {command:?}");
        }
    }
    sweep.found_nothing();
}
