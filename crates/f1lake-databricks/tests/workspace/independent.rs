//! The Files API against minilake, an independent emulator from PyPI. Its SQL proves nothing and is not used.

use crate::conformance::conforms;
use crate::fake::{FAST, PAT};
use f1lake_databricks::{Explicit, Login, VolumeStore, Workspace};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
#[ignore = "needs minilake 1.9.0: F1LAKE_MINILAKE=<program> cargo test -p f1lake-databricks -- --ignored independent"]
async fn an_independent_workspace_takes_our_files() {
    let program = std::env::var("F1LAKE_MINILAKE").unwrap_or_else(|_| "minilake".to_owned());
    let data = tempfile::tempdir().unwrap();
    // A currently free port.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new(program)
        .args(["--port", &port.to_string()])
        .env("MINILAKE_NOTEBOOK", "0")
        .env("MINILAKE_DATA_DIR", data.path())
        .current_dir(data.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _process = Process(child);
    for _ in 0..120 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let explicit = Explicit {
        host: Some(format!("http://127.0.0.1:{port}")),
        token: Some(PAT.into()),
        ..Explicit::default()
    };
    let login = Login::resolve_with(&explicit, |_| None).unwrap();
    let workspace = Workspace::builder(login).retry(FAST).build().unwrap();
    let store = VolumeStore::open(&workspace, "/Volumes/f1/raw/landing/zone").unwrap();
    store.check().await.unwrap_err();
    // It creates a volume's folder with the first file.
    let first = Path::from("first");
    store.put(&first, "x".into()).await.unwrap();
    store.delete(&first).await.unwrap();
    store.check().await.unwrap();
    conforms(&store).await;
    let odd = Path::parse("odd/a b#c%+é=1.json").unwrap();
    store.put(&odd, "odd".into()).await.unwrap();
    assert_eq!(store.get(&odd).await.unwrap().bytes().await.unwrap(), "odd");
    assert!(data.path().join("dbfs/Volumes/f1/raw/landing/zone/odd/a b#c%+é=1.json").is_file());
}
