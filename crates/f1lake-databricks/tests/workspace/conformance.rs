//! What a volume does as an object store.

use bytes::Bytes;
use f1lake_databricks::VolumeStore;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt, WriteMultipart};

pub(crate) const MIB: usize = 1024 * 1024;

pub(crate) fn path(name: &str) -> Path {
    Path::parse(name).unwrap()
}

pub(crate) fn bytes(length: usize) -> Bytes {
    (0..length).map(|i| (i * 31 % 251) as u8).collect::<Vec<_>>().into()
}

pub(crate) async fn names(store: &dyn ObjectStore, prefix: Option<&str>) -> Vec<String> {
    let prefix = prefix.map(path);
    let listed: Vec<_> = store.list(prefix.as_ref()).try_collect().await.unwrap();
    let mut names: Vec<String> = listed.into_iter().map(|meta| meta.location.to_string()).collect();
    names.sort_unstable();
    names
}

pub(crate) async fn read(store: &dyn ObjectStore, name: &str) -> Bytes {
    store.get(&path(name)).await.unwrap().bytes().await.unwrap()
}

pub(crate) async fn conforms(store: &VolumeStore) {
    assert!(matches!(store.get(&path("absent.json")).await, Err(Error::NotFound { .. })));
    assert!(matches!(store.head(&path("absent.json")).await, Err(Error::NotFound { .. })));
    assert!(matches!(store.delete(&path("absent.json")).await, Err(Error::NotFound { .. })));
    assert!(names(store, None).await.is_empty(), "not empty at the start");
    assert!(names(store, Some("_manifest")).await.is_empty());

    store.put(&path("laps.json"), "[]".into()).await.unwrap();
    store.put(&path("laps.json"), "[{}]".into()).await.unwrap();
    assert_eq!(read(store, "laps.json").await, "[{}]", "not replaced whole");

    // Empty, one part, several parts and a remainder.
    for (name, length) in [("none", 0), ("small_São_Paulo.json", 1000), ("large", 2 * MIB + 12_345)] {
        let expected = bytes(length);
        let upload = store.put_multipart(&path(name)).await.unwrap();
        let mut upload = WriteMultipart::new_with_chunk_size(upload, MIB);
        for chunk in expected.chunks(100_000) {
            upload.write(chunk);
        }
        assert!(matches!(store.head(&path(name)).await, Err(Error::NotFound { .. })), "half of {name} shows");
        upload.finish().await.unwrap();
        assert!(read(store, name).await == expected, "{name} differs");
        assert_eq!(store.head(&path(name)).await.unwrap().size, length as u64);
    }

    let whole = bytes(1000);
    for (range, expected) in [
        (GetRange::Bounded(10..20), 10..20),
        (GetRange::Bounded(990..5000), 990..1000),
        (GetRange::Offset(400), 400..1000),
        (GetRange::Suffix(7), 993..1000),
    ] {
        let options = GetOptions::new().with_range(Some(range.clone()));
        let result = store.get_opts(&path("small_São_Paulo.json"), options).await.unwrap();
        assert_eq!((result.meta.size, &result.range), (1000, &(expected.start as u64..expected.end as u64)));
        assert_eq!(result.bytes().await.unwrap(), whole.slice(expected), "{range}");
    }
    for range in [GetRange::Offset(1000), GetRange::Bounded(2000..2001)] {
        let options = GetOptions::new().with_range(Some(range));
        assert!(store.get_opts(&path("small_São_Paulo.json"), options).await.is_err());
    }

    for name in ["_aside/pit.json", "_aside/deep/a", "_aside/deep/b", "_aside/c", "_aside/d"] {
        store.put(&path(name), "x".into()).await.unwrap();
    }
    let aside = ["_aside/c", "_aside/d", "_aside/deep/a", "_aside/deep/b", "_aside/pit.json"];
    assert_eq!(names(store, Some("_aside")).await, aside);
    assert!(names(store, Some("_asi")).await.is_empty(), "a prefix is whole names");
    let listed = store.list_with_delimiter(None).await.unwrap();
    let top: Vec<_> = listed.objects.iter().map(|meta| meta.location.as_ref()).collect();
    assert_eq!(top, ["laps.json", "large", "none", "small_São_Paulo.json"], "deeper ones too?");
    assert_eq!(listed.common_prefixes, [path("_aside")]);
    assert_eq!(listed.objects[3].size, 1000);
    let head = store.head(&path("laps.json")).await.unwrap();
    assert_eq!(listed.objects[0].last_modified, head.last_modified);

    store.copy(&path("laps.json"), &path("copy/laps.json")).await.unwrap();
    assert!(matches!(
        store.copy_if_not_exists(&path("large"), &path("copy/laps.json")).await,
        Err(Error::AlreadyExists { .. })
    ));
    store.rename(&path("copy/laps.json"), &path("renamed")).await.unwrap();
    assert_eq!(read(store, "renamed").await, "[{}]");
    assert!(matches!(store.head(&path("copy/laps.json")).await, Err(Error::NotFound { .. })));

    let all: Vec<Path> = names(store, None).await.iter().map(|name| path(name)).collect();
    assert_eq!(all.len(), 10);
    let gone: Vec<_> =
        store.delete_stream(futures::stream::iter(all.clone()).map(Ok).boxed()).try_collect().await.unwrap();
    assert_eq!(gone, all);
    assert!(names(store, None).await.is_empty());
}
