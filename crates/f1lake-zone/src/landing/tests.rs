//! The conformance suite of landing zones.

use super::zone::PART;
use super::*;
use crate::error::ZoneError;
use crate::format::digest;
use crate::manifest::{MANIFEST_DIR, Manifest};
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutPayload};
use std::sync::Arc;

/// The conformance suite of landing zones. Add each new store below; it must pass unchanged.
async fn conforms(landing: &Landing) {
    assert_eq!(landing.get("absent.json").await.unwrap(), None);
    assert_eq!(landing.list("").await.unwrap(), Vec::<String>::new(), "not empty at the start");
    assert_eq!(landing.manifests().await.unwrap(), Vec::new());
    landing.check_writable().await.unwrap();
    assert_eq!(landing.list(MANIFEST_DIR).await.unwrap(), Vec::<String>::new(), "the check left something");

    let version = |name: &'static str| async move { landing.get_version(name).await.unwrap().unwrap().1 };
    assert_eq!(landing.create("laps.json", b"[]").await.unwrap(), Created::New);
    assert_eq!(landing.create("laps.json", b"[1]").await.unwrap(), Created::Taken);
    let read = version("laps.json").await;
    landing.put_bytes("laps.json", b"[{}]".to_vec()).await.unwrap();
    if landing.local.is_none() && read.e_tag.is_some() {
        assert!(!landing.update("laps.json", b"[2]", read).await.unwrap(), "not what was read");
    }
    assert_eq!(landing.get("laps.json").await.unwrap().unwrap(), "[{}]", "not replaced whole");

    let scratch = tempfile::tempdir().unwrap();
    let source = scratch.path().join("source");
    // Nothing, one part, exactly one part, and several parts with a remainder.
    for (name, length) in
        [("none", 0), ("small_São_Paulo.json", 1000), ("part", PART), ("large", 2 * PART + 12_345)]
    {
        let bytes: Vec<u8> = (0..length).map(|i| (i * 31 % 251) as u8).collect();
        std::fs::write(&source, &bytes).unwrap();
        landing.put_file(name, &source).await.unwrap();
        assert!(landing.get(name).await.unwrap().unwrap() == bytes, "{name} differs");
        let copy = landing.local_copy(name, scratch.path()).await.unwrap().unwrap();
        assert_eq!(digest(&copy).unwrap(), digest(&source).unwrap(), "{name}");
    }
    assert_eq!(landing.local_copy("absent", scratch.path()).await.unwrap(), None);
    landed_files_are_never_overwritten(landing, &source).await;

    landing.put_bytes("_aside/pit.json", b"[]".to_vec()).await.unwrap();
    let names = landing.list("").await.unwrap();
    assert_eq!(
        names,
        ["laps.json", "large", "new", "new_large", "none", "part", "small_São_Paulo.json"],
        "deeper ones too?"
    );
    assert_eq!(landing.list("_aside").await.unwrap(), ["pit.json"]);
    manifests_are_replaced_only_as_they_were_read(landing).await;

    landing.put_bytes("_manifest/4.json", b"{".to_vec()).await.unwrap();
    let damaged = landing.manifests().await.unwrap_err().to_string();
    assert!(damaged.contains("_manifest/4.json") && damaged.contains("f1lake repair"), "{damaged}");
    landing.put_bytes("_manifest/4.json.next", manifest(4).text().unwrap()).await.unwrap();
    assert_eq!(landing.manifests().await.unwrap()[1], manifest(4), "its journal was whole");
}

async fn landed_files_are_never_overwritten(landing: &Landing, source: &std::path::Path) {
    for (name, length) in [("new", 5), ("new_large", PART + 7)] {
        let first = vec![b'1'; length];
        std::fs::write(source, &first).unwrap();
        assert_eq!(landing.land(name, source).await.unwrap(), Created::New, "{name}");
        std::fs::write(source, vec![b'2'; length]).unwrap();
        assert_eq!(landing.land(name, source).await.unwrap(), Created::Taken, "{name}");
        assert!(landing.get(name).await.unwrap().unwrap() == first, "{name} was overwritten");
        let sha256 = crate::files::hex(&<sha2::Sha256 as sha2::Digest>::digest(&first));
        let length = length as u64;
        assert!(!landing.is_lost(name, length, Some(&sha256)).await.unwrap(), "{name}");
        assert!(landing.is_lost(name, length + 1, None).await.unwrap(), "{name}");
    }
    assert!(landing.is_lost("never", 1, None).await.unwrap());
    assert_eq!(landing.list("_work").await.unwrap(), Vec::<String>::new(), "an upload stayed behind");

    let now = Timestamp::UNIX_EPOCH;
    landing.put_bytes("bad", b"x".to_vec()).await.unwrap();
    let aside = landing.set_aside("bad", now).await.unwrap().unwrap();
    assert_eq!(landing.get(&aside).await.unwrap().unwrap(), "x");
    assert_eq!(landing.set_aside("bad", now).await.unwrap(), None);
    landing.remove(&aside).await.unwrap();
    landing.remove(&aside).await.unwrap();
}

async fn manifests_are_replaced_only_as_they_were_read(landing: &Landing) {
    let of_tool = |key, tool: &str| Manifest { tool: tool.to_owned(), ..manifest(key) };
    let is_done = |commit| matches!(commit, Commit::Done);
    for session_key in [20, 3] {
        assert!(is_done(landing.commit(&manifest(session_key), None).await.unwrap()));
    }
    // Two runs read the same manifest: the second one is refused, and the first one's manifest stays.
    let (mine, theirs) = (of_tool(3, "mine"), of_tool(3, "theirs"));
    assert!(is_done(landing.commit(&theirs, Some(&manifest(3))).await.unwrap()));
    match landing.commit(&mine, Some(&manifest(3))).await.unwrap() {
        Commit::Overtaken(there) => assert_eq!(*there, Some(theirs.clone())),
        Commit::Done => panic!("overwritten"),
    }
    match landing.commit(&mine, None).await.unwrap() {
        Commit::Overtaken(there) => assert_eq!(*there, Some(theirs.clone())),
        Commit::Done => panic!("overwritten"),
    }
    match landing.commit(&of_tool(7, "mine"), Some(&manifest(7))).await.unwrap() {
        Commit::Overtaken(there) => assert_eq!(*there, None, "it was removed"),
        Commit::Done => panic!("made from nothing"),
    }
    assert!(is_done(landing.commit(&mine, Some(&theirs)).await.unwrap()));
    assert_eq!(landing.manifests().await.unwrap(), [mine, manifest(20)]);
}

fn manifest(session_key: i64) -> Manifest {
    serde_json::from_value(serde_json::json!({
        "manifest_version": 1, "session_key": session_key, "meeting_key": 1, "name": "2024-03-24_Melbourne_Race",
        "session_name": "Race", "batch_day": "2024-03-24", "year": 2024, "date_start": "2024-03-24T04:00:00Z",
        "date_end": "2024-03-24T06:00:00Z", "extracted_at": "2024-05-01T00:00:00Z", "tool": "test",
        "base_url": "http://localhost/v1", "endpoints": {}
    }))
    .unwrap()
}

#[tokio::test]
async fn a_local_folder_conforms() {
    let folder = tempfile::tempdir().unwrap();
    let landing = Landing::open(folder.path().join("new/zone").to_str().unwrap()).unwrap();
    conforms(&landing).await;
    assert!(landing.local_path().unwrap().join("small_São_Paulo.json").is_file(), "names are not kept");
}

#[tokio::test]
async fn memory_conforms() {
    conforms(&Landing::memory()).await;
}

#[tokio::test]
async fn a_folder_of_a_bucket_conforms_and_leaves_the_rest_alone() {
    let bucket = Arc::new(object_store::memory::InMemory::new());
    let foreign = Path::from("raw/f1-other/laps.json");
    bucket.put(&foreign, PutPayload::from_static(b"x")).await.unwrap();
    let whole = Landing::from_store(bucket, "bucket");
    conforms(&Landing { prefix: Path::from("raw/f1"), ..whole.clone() }).await;
    assert_eq!(whole.list("raw/f1-other").await.unwrap(), ["laps.json"]);
    assert_eq!(whole.list("").await.unwrap(), Vec::<String>::new());
}

#[test]
fn invalid_destinations_are_refused() {
    for target in ["", "  ", "/Volumes/main/f1/landing", "dbfs:/Volumes/main/f1/landing", "ftp://host/folder"]
    {
        assert!(matches!(Landing::open(target), Err(ZoneError::Address(_))), "{target:?}");
    }
}
