//! Secrets never appear in errors, `Debug` output or logs, even when a server repeats them.

use crate::fake::{ACCESS_TOKEN, BASIC, CLIENT_SECRET, Fake, PAT, SIGNATURE, VOLUME, WAREHOUSE, workspace};
use f1lake_databricks::{Statement, VolumeStore};
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use std::fmt::Debug;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_secret_shows_anywhere() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // Global for the binary, so the logs of concurrent tests are searched too.
    tracing::subscriber::set_global_default(subscriber).unwrap();

    let fake = Fake::start().await;
    let mut texts = Vec::new();
    for login in [fake.login(), fake.principal()] {
        texts.push(show(&login));
        texts.push(show(&login.describe()));
        let workspace = workspace(login);
        let store = VolumeStore::open(&workspace, VOLUME).unwrap().multipart_from(1000);
        fake.fault("HEAD", 503, &[], "");
        store.check().await.unwrap();
        texts.push(show(&workspace));
        texts.push(show(&store));
        texts.push(show(&store.put_multipart(&Path::from("a")).await.unwrap()));

        // A server that repeats the request in every kind of wrong response.
        let bearer = fake.inner().seen.last().unwrap().header("authorization").unwrap().to_owned();
        let echo = match workspace.login().method.name() {
            "pat" => bearer,
            _ => format!("{bearer} {CLIENT_SECRET}"),
        };
        for (status, kind, body) in [
            (400, "application/json", format!(r#"{{"error_code":"X {echo}","message":"{echo}"}}"#)),
            (400, "text/html", format!("<pre>{echo}</pre>")),
            (403, "text/plain", format!("DENIED: {echo}")),
            (200, "application/json", format!("{{ {echo}")),
        ] {
            fake.fault("GET", status, &[("content-type", kind)], &body);
            let error = workspace.warehouses().await.unwrap_err();
            texts.push(format!("{error} {error:?}"));
        }
        // Failing cloud storage, with signed addresses.
        fake.inner().cloud_blocked = true;
        for lines in [&["POST /api/2.0/fs/files", "PUT /api/2.0/fs/files"][..], &["PUT /api/2.0/fs/files"]] {
            lines.iter().for_each(|line| fake.fault(line, 400, &[], ""));
            let error = store.put(&Path::from("b"), PutPayload::from(vec![0; 2000])).await.unwrap_err();
            texts.push(format!("{error} {error:?}"));
        }
        fake.inner().cloud_blocked = false;
        fake.fault("POST", 503, &[], "");
        let statement = Statement::new("SELECT closed");
        let error = workspace.execute(WAREHOUSE, &statement, &CancellationToken::new()).await.unwrap_err();
        texts.push(format!("{error} {error:?}"));
    }
    // A refused principal whose header is repeated in the response.
    let wrong = f1lake_databricks::Explicit {
        host: Some(fake.url.clone()),
        client_id: Some("other".into()),
        client_secret: Some(CLIENT_SECRET.into()),
        ..Default::default()
    };
    let login = f1lake_databricks::Login::resolve_with(&wrong, |_| None).unwrap();
    let error = workspace(login).warehouses().await.unwrap_err();
    texts.push(format!("{error} {error:?}"));
    // base64("other:dose-canary-91ab")
    let other_basic = "b3RoZXI6ZG9zZS1jYW5hcnktOTFhYg==";

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("again") && log.contains("new OAuth token"), "nothing was logged");
    texts.push(log);
    let basic = BASIC.trim_start_matches("Basic ");
    for text in &texts {
        for secret in [PAT, CLIENT_SECRET, ACCESS_TOKEN, SIGNATURE, basic, other_basic] {
            assert!(!text.contains(secret), "{secret} shows in {text}");
        }
    }
}

fn show(what: &dyn Debug) -> String {
    format!("{what:?} {what:#?}")
}
