//! A volume as an object store.

use crate::conformance::{MIB, bytes, conforms, names, path, read};
use crate::cutter::{Cut, cutter};
use crate::fake::{FAST, Fake, VOLUME, workspace};
use bytes::Bytes;
use f1lake_databricks::{RetryPolicy, VolumeStore, Workspace};
use futures::{StreamExt, TryStreamExt};
use object_store::{
    Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMode, PutPayload, UpdateVersion,
    WriteMultipart,
};

const FILES: &str = "/api/2.0/fs/files/Volumes/main/f1/landing";

#[tokio::test]
async fn a_file_goes_up_in_one_request_after_its_folder() {
    let fake = Fake::start().await;
    let store = fake.store();
    let name = path("laps/session key=9158/laps #1+ü.json");
    for text in ["one", "two"] {
        store.put(&name, text.into()).await.unwrap();
    }
    // As recorded; the folder is created once.
    let escaped = "laps/session%20key%3D9158/laps%20%231%2B%C3%BC.json";
    assert_eq!(
        fake.lines(),
        [
            "PUT /api/2.0/fs/directories/Volumes/main/f1/landing/laps/session%20key%3D9158".to_owned(),
            format!("PUT {FILES}/{escaped}?overwrite=true"),
            format!("PUT {FILES}/{escaped}?overwrite=true"),
        ]
    );
    assert_eq!(fake.file("laps/session key=9158/laps #1+ü.json").unwrap(), "two");
    let put = fake.inner().seen[1].clone();
    assert_eq!(put.header("content-length"), Some("3"));
    assert_eq!(put.header("transfer-encoding"), None);
    assert_eq!(put.header("accept-encoding"), None, "a compressed answer has another length");
}

#[tokio::test]
async fn acts_as_an_object_store() {
    let fake = Fake::start().await;
    fake.inner().page_size = 2;
    for store in [fake.store(), VolumeStore::open(&fake.workspace(), &format!("{VOLUME}/deep/er/")).unwrap()]
    {
        conforms(&store).await;
    }
    assert!(fake.inner().files.is_empty());
}

/// The contract of a landing zone's store; it begins and ends empty.
#[cfg(feature = "store-conformance")]
#[tokio::test]
async fn object_stores_own_tests_pass() {
    use object_store::integration::*;
    macro_rules! pass {
        ($($test:ident),*) => {$(
            let fake = Fake::start().await;
            fake.inner().page_size = 3;
            $test(&fake.store()).await;
        )*};
    }
    pass!(
        put_get_delete_list,
        put_get_attributes,
        stream_get,
        list_uses_directories_correctly,
        list_with_delimiter,
        rename_and_copy,
        copy_if_not_exists,
        copy_rename_nonexistent_object,
        multipart_out_of_order
    );
    let fake = Fake::start().await;
    put_opts(&fake.store(), false).await;
    multipart_race_condition(&fake.store(), true).await;
    let error = get_nonexistent_object(&fake.store(), None).await.unwrap_err();
    assert!(matches!(error, Error::NotFound { .. }), "{error}");
}

#[tokio::test]
async fn create_never_overwrites_and_is_not_repeated_blindly() {
    let fake = Fake::start().await;
    let store = fake.store();
    let name = path("manifest.json");
    let create = |text: &'static str| store.put_opts(&name, text.into(), PutMode::Create.into());
    create("first").await.unwrap();
    assert_eq!(fake.lines().last().unwrap(), &format!("PUT {FILES}/manifest.json?overwrite=false"));
    assert!(matches!(create("second").await, Err(Error::AlreadyExists { .. })));
    // The wording of another service for the same error.
    fake.fault("PUT", 400, &[], r#"{"error_code":"RESOURCE_ALREADY_EXISTS","message":"m"}"#);
    assert!(matches!(create("third").await, Err(Error::AlreadyExists { .. })));
    assert_eq!(fake.file("manifest.json").unwrap(), "first");
    // Its own file must not look like another writer's.
    store.delete(&name).await.unwrap();
    fake.lost_answer("PUT", 503);
    let error = create("fourth").await.unwrap_err();
    assert!(matches!(error, Error::Generic { .. }), "{error}");
    let update = PutMode::Update(UpdateVersion { e_tag: Some("x".into()), version: None });
    let error = store.put_opts(&name, "x".into(), update.into()).await.unwrap_err();
    assert!(matches!(error, Error::NotImplemented { .. }), "{error}");
}

#[tokio::test]
async fn busy_and_broken_responses_are_retried() {
    let fake = Fake::start().await;
    let store = fake.store();
    for status in [408, 429, 500, 502, 503, 504] {
        fake.fault("PUT", status, &[], "");
        fake.fault("HEAD", status, &[], "");
        fake.fault("GET", status, &[], "");
        store.put(&path("a"), "x".into()).await.unwrap();
        store.head(&path("a")).await.unwrap();
        assert_eq!(read(&store, "a").await, "x");
        assert_eq!(fake.take_seen().len(), 6, "{status}");
    }
    for status in [400, 403, 409, 413, 501] {
        fake.fault("PUT", status, &[], "");
        store.put(&path("a"), "x".into()).await.unwrap_err();
        assert_eq!(fake.take_seen().len(), 1, "{status} is no passing matter");
    }
    // Retries are bounded.
    for _ in 0..20 {
        fake.fault("PUT", 503, &[], "");
    }
    let error = store.put(&path("a"), "x".into()).await.unwrap_err().to_string();
    assert!(error.contains("HTTP 503 after 7 attempts"), "{error}");
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let fake = Fake::start().await;
    fake.fault(
        "PUT",
        429,
        &[("retry-after", "1")],
        r#"{"error_code":"REQUEST_LIMIT_EXCEEDED","message":"m"}"#,
    );
    let start = std::time::Instant::now();
    fake.store().put(&path("a"), "x".into()).await.unwrap();
    assert!(start.elapsed() >= std::time::Duration::from_secs(1));
    assert_eq!(fake.lines().len(), 2);
}

#[tokio::test]
async fn quota_errors_slow_uploads_without_loss() {
    let fake = Fake::start().await;
    fake.inner().quota = Some(10);
    let patient = RetryPolicy { retries: 50, ..FAST };
    let workspace = Workspace::builder(fake.login()).retry(patient).build().unwrap();
    let store = VolumeStore::open(&workspace, VOLUME).unwrap();
    let puts = (0..40).map(|i| {
        let store = store.clone();
        async move { store.put(&path(&format!("f{i}")), format!("{i}").into()).await }
    });
    futures::stream::iter(puts).buffer_unordered(4).try_collect::<Vec<_>>().await.unwrap();
    fake.inner().quota = None;
    assert_eq!(names(&store, None).await.len(), 40);
    assert!(fake.lines().len() > 41, "the quota was never met");
}

#[tokio::test]
async fn interrupted_upload_is_invisible_and_retried() {
    let fake = Fake::start().await;
    let url = cutter(&fake, vec![Cut::Up(300_000), Cut::Up(700_000)]).await;
    let store = VolumeStore::open(&workspace(fake.login_at(&url)), VOLUME).unwrap();
    let content = bytes(MIB);
    store.put(&path("laps.json"), content.clone().into()).await.unwrap();
    assert!(fake.file("laps.json").unwrap() == content);

    // When the network stays down, the old file stays intact.
    let url = cutter(&fake, (0..20).map(|_| Cut::Up(200_000)).collect()).await;
    let store = VolumeStore::open(&workspace(fake.login_at(&url)), VOLUME).unwrap();
    let error = store.put(&path("laps.json"), bytes(MIB / 2).into()).await.unwrap_err().to_string();
    assert!(error.contains("after 7 attempts") && error.contains("check DATABRICKS_HOST"), "{error}");
    assert!(fake.file("laps.json").unwrap() == content);
    let error = store.put(&path("new.json"), bytes(MIB / 2).into()).await.unwrap_err();
    assert!(matches!(error, Error::Generic { .. }), "{error}");
    assert_eq!(fake.file("new.json"), None);
}

#[tokio::test]
async fn broken_download_resumes_where_it_stopped() {
    for no_ranges in [false, true] {
        let fake = Fake::start().await;
        fake.inner().no_ranges = no_ranges;
        let content = bytes(3 * MIB);
        fake.store().put(&path("laps.json"), content.clone().into()).await.unwrap();
        let url = cutter(&fake, vec![Cut::Down(MIB as u64), Cut::Down(1_500_000)]).await;
        let store = VolumeStore::open(&workspace(fake.login_at(&url)), VOLUME).unwrap();
        assert!(read(&store, "laps.json").await == content, "{no_ranges}");
        let seen = fake.take_seen();
        let ranges: Vec<_> = seen.iter().filter_map(|seen| seen.header("range")).collect();
        assert_eq!(ranges.len(), 2, "{ranges:?}");
        assert!(seen.iter().all(|seen| seen.method == "PUT"
            || seen.header("range").is_none()
            || seen.header("if-unmodified-since").is_some()));

        // A file that changes during the download is not assembled from two versions.
        let url = cutter(&fake, vec![Cut::Down(MIB as u64)]).await;
        let store = VolumeStore::open(&workspace(fake.login_at(&url)), VOLUME).unwrap();
        let mut stream = store.get(&path("laps.json")).await.unwrap().into_stream();
        stream.try_next().await.unwrap();
        fake.store().put(&path("laps.json"), bytes(3 * MIB).into()).await.unwrap();
        let error = stream.try_collect::<Vec<_>>().await.unwrap_err();
        assert!(matches!(error, Error::Precondition { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_service_without_ranges_still_gives_the_right_bytes() {
    let fake = Fake::start().await;
    let store = fake.store();
    store.put(&path("a"), "arbitrary data".into()).await.unwrap();
    fake.inner().no_ranges = true;
    assert_eq!(store.get_range(&path("a"), 3..7).await.unwrap(), "itra");
    let options = GetOptions::new().with_range(Some(GetRange::Offset(100)));
    store.get_opts(&path("a"), options).await.unwrap_err();
}

#[tokio::test]
async fn dates_are_conditions() {
    let fake = Fake::start().await;
    let store = fake.store();
    store.put(&path("a"), "x".into()).await.unwrap();
    let date = store.head(&path("a")).await.unwrap().last_modified;
    let hour = chrono::TimeDelta::hours(1);
    store.get_opts(&path("a"), GetOptions::new().with_if_unmodified_since(Some(date))).await.unwrap();
    let error = store
        .get_opts(&path("a"), GetOptions::new().with_if_unmodified_since(Some(date - hour)))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Precondition { .. }), "{error}");
    let error =
        store.get_opts(&path("a"), GetOptions::new().with_if_modified_since(Some(date))).await.unwrap_err();
    assert!(matches!(error, Error::NotModified { .. }), "{error}");
}

#[tokio::test]
async fn lost_response_to_a_delete_is_not_an_error() {
    let fake = Fake::start().await;
    let store = fake.store();
    store.put(&path("a"), "x".into()).await.unwrap();
    fake.lost_answer("DELETE", 504);
    store.delete(&path("a")).await.unwrap();
    assert_eq!(fake.file("a"), None);
}

#[tokio::test]
async fn deleted_folder_is_created_again() {
    let fake = Fake::start().await;
    let store = fake.store();
    store.put(&path("laps/a"), "x".into()).await.unwrap();
    {
        let mut inner = fake.inner();
        inner.files.clear();
        inner.folders.remove(&format!("{VOLUME}/laps"));
    }
    store.put(&path("laps/b"), "x".into()).await.unwrap();
    assert_eq!(names(&store, None).await, ["laps/b"]);
}

#[tokio::test]
async fn all_pages_are_read_and_cycles_are_detected() {
    let fake = Fake::start().await;
    fake.inner().page_size = 10;
    let store = fake.store();
    let expected: Vec<String> = (0..73).map(|i| format!("f{i:03}")).collect();
    for name in &expected {
        store.put(&path(name), PutPayload::from_static(b"x")).await.unwrap();
    }
    assert_eq!(names(&store, None).await, expected, "a short page ended the list");
    let page = r#"{"contents":[],"next_page_token":"p-1"}"#;
    for _ in 0..2 {
        fake.fault("GET /api/2.0/fs/directories", 200, &[("content-type", "application/json")], page);
    }
    let error = store.list_with_delimiter(None).await.unwrap_err().to_string();
    assert!(error.contains("names itself"), "{error}");
}

#[tokio::test]
async fn missing_or_forbidden_volume_gives_advice() {
    let fake = Fake::start().await;
    for (volume, advice) in [
        (
            "/Volumes/main/f1/landnig",
            "check that the volume main.f1.landnig exists; CREATE VOLUME main.f1.landnig",
        ),
        (
            "/Volumes/main/f1/closed/x",
            "on volume main.f1.closed, USE SCHEMA on main.f1 and USE CATALOG on main",
        ),
    ] {
        let store = VolumeStore::open(&fake.workspace(), volume).unwrap();
        let errors = [
            store.check().await.unwrap_err().to_string(),
            store.put(&path("a/b"), "x".into()).await.unwrap_err().to_string(),
            store.put(&path("b"), "x".into()).await.unwrap_err().to_string(),
            store.list_with_delimiter(None).await.unwrap_err().to_string(),
            store.list(None).try_collect::<Vec<_>>().await.unwrap_err().to_string(),
        ];
        for error in errors {
            assert!(error.contains(advice), "{error}");
            assert!(error.contains("127.0.0.1") && error.contains("/api/2.0/fs/"), "{error}");
        }
    }
    for bad in ["/Volumes/main/f1", "/tmp/x", "/Volumes/main/f1/landing/../x"] {
        assert!(VolumeStore::open(&fake.workspace(), bad).is_err(), "{bad}");
    }
}

async fn large(store: &VolumeStore, name: &str, content: &Bytes) -> object_store::Result<()> {
    let upload = store.put_multipart(&path(name)).await?;
    let mut upload = WriteMultipart::new_with_chunk_size(upload, 7 * MIB);
    upload.write(content);
    upload.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_large_file_goes_up_in_parts() {
    let fake = Fake::start().await;
    let store = fake.store().multipart_from(20 * MIB as u64);
    let content = bytes(25 * MIB + 1);
    large(&store, "big file.json", &content).await.unwrap();
    assert!(fake.file("big file.json").unwrap() == content);
    let seen = fake.take_seen();
    let of = |start: &str| seen.iter().filter(|seen| seen.line().starts_with(start)).collect::<Vec<_>>();
    let line = format!("POST {FILES}/big%20file.json?action=initiate-upload&overwrite=true");
    assert_eq!(seen[0].line(), line);
    assert_eq!(of("POST /api/2.0/fs/create-upload-part-urls").len(), 3);
    let mut sizes: Vec<_> = of("PUT /cloud").iter().map(|seen| seen.body.len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [5 * MIB + 1, 10 * MIB, 10 * MIB]);
    let last = seen.last().unwrap();
    assert!(
        last.line().contains("?action=complete-upload&upload_type=multipart&session_token=tok-"),
        "{}",
        last.line()
    );
    assert_eq!(seen.len(), 8);
}

#[tokio::test]
async fn parts_are_retried_and_failed_uploads_aborted() {
    let fake = Fake::start().await;
    let store = fake.store().multipart_from(20 * MIB as u64);
    let content = bytes(21 * MIB);
    // An expired address, and a busy cloud.
    fake.fault("PUT /cloud", 403, &[], "<Error>expired</Error>");
    fake.fault("PUT /cloud", 503, &[], "");
    large(&store, "a", &content).await.unwrap();
    assert!(fake.file("a").unwrap() == content);
    assert_eq!(fake.inner().aborted, 0);

    fake.fault(&format!("POST {FILES}/b?action=complete-upload"), 400, &[], "");
    large(&store, "b", &content).await.unwrap_err();
    assert_eq!((fake.file("b"), fake.inner().aborted), (None, 1));
}

#[tokio::test]
async fn falls_back_to_a_single_request() {
    let fake = Fake::start().await;
    let store = fake.store().multipart_from(20 * MIB as u64);
    let content = bytes(21 * MIB);
    fake.inner().no_multipart = true;
    large(&store, "gcp", &content).await.unwrap();
    assert!(fake.file("gcp").unwrap() == content);
    assert_eq!(fake.lines().len(), 2);
    fake.inner().no_multipart = false;
    fake.inner().cloud_blocked = true;
    large(&store, "firewall", &content).await.unwrap();
    assert!(fake.file("firewall").unwrap() == content);
    assert_eq!(fake.inner().aborted, 1);
}

#[tokio::test]
async fn a_workspace_that_refuses_uploads_in_parts_gets_one_request() {
    let fake = Fake::start().await;
    let store = fake.store().multipart_from(20 * MIB as u64);
    let content = bytes(21 * MIB);
    for (name, status, code) in [
        ("emulator", 501, "NOT_IMPLEMENTED"),
        ("old", 404, "ENDPOINT_NOT_FOUND"),
        ("gateway", 403, "PERMISSION_DENIED"),
        ("strange", 400, "INVALID_PARAMETER_VALUE"),
    ] {
        let words = format!(r#"{{"error_code":"{code}","message":"no"}}"#);
        fake.fault(&format!("POST {FILES}/{name}?action=initiate-upload"), status, &[], &words);
        large(&store, name, &content).await.unwrap();
        assert!(fake.file(name).unwrap() == content, "{name}");
    }
    // An existing file is never overwritten.
    let taken = r#"{"error_code":"ALREADY_EXISTS","message":"taken"}"#;
    fake.fault(&format!("POST {FILES}/taken?action=initiate-upload"), 409, &[], taken);
    let refused = store.put_opts(&path("taken"), content.into(), PutMode::Create.into()).await.unwrap_err();
    assert!(matches!(refused, Error::AlreadyExists { .. }), "{refused}");
    assert_eq!(fake.file("taken"), None);
}

#[tokio::test]
async fn too_large_files_are_refused_before_sending() {
    let fake = Fake::start().await;
    let store = fake.store().largest_buffer(3 * MIB as u64);
    let error = large(&store, "a", &bytes(3 * MIB + 1)).await.unwrap_err().to_string();
    assert!(error.contains("at most 3145728") && error.contains("smaller files"), "{error}");
    // 5000 MiB and one byte, from one chunk repeated many times.
    let chunk = bytes(MIB);
    let payload: PutPayload = (0..5000).map(|_| chunk.clone()).chain([Bytes::from_static(b"x")]).collect();
    let error = store.put(&path("b"), payload).await.unwrap_err().to_string();
    assert!(error.contains("5242880001 bytes"), "{error}");
    assert!(fake.lines().is_empty());
}
