//! Stages landing files as Parquet files in a volume, where a warehouse reads them. The decoder is that of
//! the local bronze tables, so both have the same rows.

use crate::error::WarehouseError;
use f1lake_bronze::arrow_schema;
use f1lake_bronze::properties;
use f1lake_bronze::{BronzeError, BronzeTable};
use f1lake_bronze::{Decoded, DecodedFile, Refused, keep_refused};
use f1lake_databricks::VolumeStore;
use f1lake_zone::{LandedEndpoint, Landing, Manifest};
use futures::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::ArrowWriter;
use std::collections::BTreeSet;

/// Folder of the volume for staged files.
const FOLDER: &str = "bronze_staging";
/// Folder for rows without a usable key.
const QUARANTINE: &str = "bronze_quarantine";
/// Age at which a batch of a failed run is removed: no statement reads it any more.
const LEFT_BEHIND: SignedDuration = SignedDuration::from_hours(24);
/// Format of the time in a batch's name.
const STAMP: &str = "%Y%m%dT%H%M%SZ";

/// The files of one load. Names are never reused, so no reader sees a file change.
#[derive(Debug)]
pub(crate) struct Batch {
    name: String,
    /// Refused rows kept by earlier loads.
    kept_aside: BTreeSet<Path>,
}

impl Batch {
    /// A new batch, named by timestamp and a random suffix.
    pub(crate) async fn start(store: &VolumeStore, now: Timestamp) -> Result<Self, WarehouseError> {
        let folder = Path::from(QUARANTINE);
        let listed = store.list(Some(&folder)).map_ok(|file| file.location).try_collect().await;
        let kept_aside = listed.map_err(volume(store, "cannot list", &folder))?;
        Ok(Self { name: format!("{}-{:08x}", now.strftime(STAMP), fastrand::u32(..)), kept_aside })
    }

    /// A batch for statements that are only printed.
    pub(crate) fn example() -> Self {
        Self { name: "BATCH".to_owned(), kept_aside: BTreeSet::new() }
    }

    /// Path of a table's files below the volume folder.
    pub(crate) fn folder(&self, table: &str) -> String {
        format!("{FOLDER}/{}/{table}", self.name)
    }
}

/// Decodes a session's landing file into the batch.
pub(crate) async fn stage(
    store: &VolumeStore,
    batch: &Batch,
    landing: &Landing,
    manifest: &Manifest,
    table: &BronzeTable,
    landed: &LandedEndpoint,
) -> Result<Decoded, WarehouseError> {
    let key = manifest.session_key;
    let Some(rows) = landing.read(landed).await? else {
        keep_aside(store, batch, table, key, &[]).await?;
        return Ok(Decoded::default());
    };
    let broken = |error: parquet::errors::ParquetError| BronzeError::Rows {
        file: landed.file.clone().unwrap_or_default(),
        detail: format!("cannot be written as Parquet: {error}"),
    };
    let mut writer =
        ArrowWriter::try_new(Vec::new(), arrow_schema(&table.columns), Some(properties(&table.columns)))
            .map_err(broken)?;
    let mut file = DecodedFile::start(key, table, landed, rows);
    while let Some(rows) = file.next().await {
        writer.write(&rows).map_err(broken)?;
    }
    let (decoded, refused) = file.finish().await?;
    keep_aside(store, batch, table, key, &refused).await?;
    if decoded.rows > 0 {
        let path = Path::from(format!("{}/{key}.parquet", batch.folder(&table.name)));
        put(store, &path, writer.into_inner().map_err(broken)?).await?;
    }
    Ok(decoded)
}

/// Quarantines rows without a usable key, or removes those of an earlier load.
async fn keep_aside(
    store: &VolumeStore,
    batch: &Batch,
    table: &BronzeTable,
    session_key: i64,
    refused: &[Refused],
) -> Result<(), WarehouseError> {
    let path = Path::from(format!("{QUARANTINE}/{}/{session_key}.ndjson", table.name));
    if refused.is_empty() && !batch.kept_aside.contains(&path) {
        return Ok(());
    }
    keep_refused(store, &path, refused).await.map_err(volume(store, "cannot write", &path))
}

async fn put(store: &VolumeStore, path: &Path, bytes: Vec<u8>) -> Result<(), WarehouseError> {
    store.put(path, bytes.into()).await.map_err(volume(store, "cannot write", path))?;
    Ok(())
}

/// Wraps a failure with its location.
fn volume(
    store: &VolumeStore,
    what: &'static str,
    path: &Path,
) -> impl FnOnce(object_store::Error) -> WarehouseError {
    let location = format!("{}/{path}", store.path());
    move |error| WarehouseError::Volume { location, what, source: error }
}

/// Removes the files of a batch.
pub(crate) async fn clear(store: &VolumeStore, batch: &Batch) -> Result<(), WarehouseError> {
    remove(store, &Path::from(format!("{FOLDER}/{}", batch.name))).await
}

/// Removes batches that failed runs left at least a day ago.
pub(crate) async fn clear_left_behind(store: &VolumeStore, now: Timestamp) -> Result<(), WarehouseError> {
    let folder = Path::from(FOLDER);
    let listed =
        store.list_with_delimiter(Some(&folder)).await.map_err(volume(store, "cannot list", &folder))?;
    for batch in listed.common_prefixes {
        let made = batch.filename().and_then(|name| name.split_once('-')).and_then(|(stamp, _)| {
            let made = jiff::civil::DateTime::strptime(STAMP, stamp).ok()?;
            jiff::tz::TimeZone::UTC.to_timestamp(made).ok()
        });
        if made.is_some_and(|made| now.duration_since(made) > LEFT_BEHIND) {
            remove(store, &batch).await?;
        }
    }
    Ok(())
}

async fn remove(store: &VolumeStore, folder: &Path) -> Result<(), WarehouseError> {
    store.remove_folder(folder).await.map_err(volume(store, "cannot remove", folder))
}
