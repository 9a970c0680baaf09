//! The official Python SDK and our client do the same things to the same fake; their requests must be the
//! same.

use crate::fake::{CLIENT_ID, CLIENT_SECRET, Fake, PAT, Seen, VOLUME, WAREHOUSE, workspace};
use f1lake_databricks::{Parameter, Statement};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use tokio_util::sync::CancellationToken;

/// A request without the parts that may differ: client name, connection handling, compression, times and
/// serial numbers.
#[derive(Debug, PartialEq)]
struct Essence {
    line: String,
    headers: BTreeMap<String, String>,
    body: Value,
}

fn essence(seen: &Seen) -> Essence {
    // The SDK sends the workspace's id wherever its host names one; with a token, we do not ask the host.
    const FREE: [&str; 6] =
        ["user-agent", "accept-encoding", "connection", "host", "x-databricks-workspace-id", "priority"];
    let headers =
        seen.headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .filter(|(name, _)| !FREE.contains(&name.as_str()))
            .filter(|(name, value)| name != "accept" || value != "*/*")
            // JSON is compared by fields, ignoring white space.
            .filter(|(name, _)| !(name == "content-length" && is_json(seen)))
            // Each login has its own token.
            .map(|(name, value)| {
                if value.starts_with("Bearer eyJ") { (name, "Bearer eyJ".to_owned()) } else { (name, value) }
            })
            .collect();
    let mut body = match serde_json::from_slice::<Value>(&seen.body) {
        Ok(json) if is_json(seen) => json,
        _ => Value::from(format!("{} bytes", seen.body.len())),
    };
    for serial in ["expire_time", "session_token"] {
        if body.get(serial).is_some() {
            body[serial] = "any".into();
        }
    }
    Essence { line: without_serial(&seen.line()), headers, body }
}

fn is_json(seen: &Seen) -> bool {
    seen.header("content-type") == Some("application/json")
}

fn without_serial(line: &str) -> String {
    let Some((start, rest)) = line.split_once("tok-") else { return line.to_owned() };
    format!("{start}tok-N{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()))
}

async fn ours(fake: &Fake, operation: &str) {
    let store = fake.store();
    let name = Path::parse("laps/session key=9158/laps #1+ü.json").unwrap();
    match operation {
        // The folder is created with the first file.
        "create_folder" => {
            store.put(&name, "12345678".into()).await.unwrap();
            fake.inner().seen.truncate(1);
        }
        "upload" => {
            store.put(&name, "12345678".into()).await.unwrap();
            fake.inner().seen.remove(0);
        }
        "create" => {
            store.put_opts(&Path::from("new.json"), "x".into(), PutMode::Create.into()).await.unwrap();
        }
        "head" => {
            store.head(&name).await.unwrap();
        }
        "download" => {
            store.get(&name).await.unwrap().bytes().await.unwrap();
        }
        "list" => {
            store.list_with_delimiter(None).await.unwrap();
        }
        "folder_exists" => store.check().await.unwrap(),
        "large" => {
            let content = PutPayload::from(vec![b'x'; 55 * 1024 * 1024]);
            store.put(&Path::from("big.parquet"), content).await.unwrap();
        }
        "abort" => {
            let content = PutPayload::from(vec![b'x'; 55 * 1024 * 1024]);
            store.put(&Path::from("aborted.parquet"), content).await.unwrap_err();
        }
        "cancel" => {
            let stop = CancellationToken::new();
            let (workspace, inner_stop) = (fake.workspace(), stop.clone());
            let running = tokio::spawn(async move {
                workspace.execute(WAREHOUSE, &Statement::new("SELECT endless"), &inner_stop).await
            });
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            stop.cancel();
            running.await.unwrap().unwrap_err();
        }
        "delete" => store.delete(&Path::from("new.json")).await.unwrap(),
        "statement" => {
            let statement = Statement::new("SELECT :n, :nothing")
                .catalog("main")
                .schema("f1")
                .parameter(Parameter::bigint("n", 1))
                .parameter(Parameter::typed("nothing", "DATE", None))
                .query_tag("team", Some("eng"))
                .query_tag("alone", None);
            fake.workspace().execute(WAREHOUSE, &statement, &CancellationToken::new()).await.unwrap();
        }
        "warehouses" => {
            fake.workspace().warehouses().await.unwrap();
        }
        "machine_to_machine" => {
            workspace(fake.principal()).warehouses().await.unwrap();
        }
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs databricks-sdk: F1LAKE_SDK_PYTHON=<python> cargo test -p f1lake-databricks -- --ignored official"]
async fn the_official_client_sends_the_same_requests() {
    let python = std::env::var("F1LAKE_SDK_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let fake = Fake::start().await;
    let mut sdk = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk_compare.py"))
        .args([&fake.url, PAT, CLIENT_ID, CLIENT_SECRET])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut questions = sdk.stdin.take().unwrap();
    let mut answers = BufReader::new(sdk.stdout.take().unwrap()).lines();
    assert_eq!(answers.next().unwrap().unwrap(), "ready");
    fake.take_seen();
    let operations = [
        "create_folder",
        "upload",
        "create",
        "head",
        "download",
        "list",
        "folder_exists",
        "large",
        "abort",
        "delete",
        "statement",
        "cancel",
        "warehouses",
        "machine_to_machine",
    ];
    let mut compared = 0;
    for operation in operations {
        let broken = format!("POST /api/2.0/fs/files{VOLUME}/aborted.parquet?action=complete-upload");
        let fault = || {
            if operation == "abort" {
                fake.fault(&broken, 403, &[("content-type", "application/json")], "{}");
            }
        };
        fault();
        writeln!(questions, "{operation}").unwrap();
        let answer = answers.next().unwrap().unwrap();
        assert!(answer == "done" || operation == "abort", "{operation}: {answer}");
        let theirs = part(operation, shape(&fake.take_seen()));
        if operation == "create" {
            fake.inner().files.remove(&format!("{VOLUME}/new.json"));
        }
        if operation == "delete" {
            fake.store().put(&Path::from("new.json"), "x".into()).await.unwrap();
            fake.take_seen();
        }
        fault();
        ours(&fake, operation).await;
        let ours = part(operation, shape(&fake.take_seen()));
        assert_eq!(ours, theirs, "{operation}: ours on the left");
        compared += ours.len();
    }
    drop(questions);
    assert!(sdk.wait().unwrap().success());
    println!("{compared} requests of {} operations are the same", operations.len());
}

/// Of an abort or a cancellation only the request itself: what leads to it is compared elsewhere.
fn part(operation: &str, mut all: Vec<Essence>) -> Vec<Essence> {
    if operation == "abort" {
        all.retain(|each| each.line.contains("action=abort-upload"));
        assert_eq!(all.len(), 1);
    }
    if operation == "cancel" {
        all.retain(|each| each.line.ends_with("/cancel"));
        all.iter_mut().for_each(|each| each.line = "POST .../cancel".to_owned());
        assert_eq!(all.len(), 1);
    }
    all
}

/// The essence of requests, in an order that does not depend on which part came first.
fn shape(seen: &[Seen]) -> Vec<Essence> {
    // The SDK first requests host metadata and a signed download, and continues without them.
    let extras = ["/.well-known/databricks-config", "/api/2.0/fs/create-download-url"];
    let mut all: Vec<_> = seen
        .iter()
        .filter(|seen| !extras.iter().any(|extra| seen.target.starts_with(extra)))
        .map(essence)
        .collect();
    if let Some(from) = all.iter().position(|each| each.line.contains("create-upload-part-urls")) {
        let to = all.len() - 1;
        all[from..to].sort_by_key(|each| (each.line.clone(), each.body.to_string()));
    }
    all
}
