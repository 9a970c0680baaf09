//! Stages landing files as Parquet files in a volume, where a warehouse reads them. The decoder is that of
//! the local bronze tables, so both have the same rows.

use crate::error::WarehouseError;
use f1lake_bronze::{
    BronzeError, BronzeTable, Decoded, LandedFile, Refused, arrow_schema, keep_refused, properties,
};
use f1lake_databricks::VolumeStore;
use futures::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::ArrowWriter;
use std::collections::BTreeSet;
use tokio::sync::Semaphore;

/// Files decoded and sent at once, of all tables together: each holds a thread and its Parquet file in memory.
pub(crate) const FILES_AT_ONCE: usize = 4;
/// Folder of the volume for staged files.
const FOLDER: &str = "bronze_staging";
/// Folder for rows without a usable key.
const QUARANTINE: &str = "bronze_quarantine";
/// Age at which a batch of a failed run is removed: no statement reads it any more.
const LEFT_BEHIND: SignedDuration = SignedDuration::from_hours(24);
/// Format of the time in a batch's name.
const STAMP: &str = "%Y%m%dT%H%M%SZ";

/// The files of one statement. Names are never reused, so no reader sees a file change.
#[derive(Debug)]
pub(crate) struct Batch {
    name: String,
}

impl Batch {
    /// A new batch, named by timestamp and a random suffix.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self { name: format!("{}-{:016x}", now.strftime(STAMP), fastrand::u64(..)) }
    }

    /// A batch for statements that are only printed.
    pub(crate) fn example() -> Self {
        Self { name: "BATCH".to_owned() }
    }

    /// Path of a table's files below the volume folder.
    pub(crate) fn folder(&self, table: &str) -> String {
        format!("{FOLDER}/{}/{table}", self.name)
    }
}

/// The volume folder of staged files.
#[derive(Debug)]
pub(crate) struct Staging<'a> {
    store: &'a VolumeStore,
    /// Refused rows kept by earlier loads.
    kept_aside: BTreeSet<Path>,
    slots: Semaphore,
}

impl<'a> Staging<'a> {
    /// Prepares to stage files in a volume, which must exist by the first one.
    pub(crate) fn new(store: &'a VolumeStore) -> Self {
        Self { store, kept_aside: BTreeSet::new(), slots: Semaphore::new(FILES_AT_ONCE) }
    }

    /// Reads what earlier loads left, and removes batches that failed ones left at least a day ago.
    pub(crate) async fn open(&mut self, now: Timestamp) -> Result<(), WarehouseError> {
        let folder = Path::from(QUARANTINE);
        let listed = self.store.list(Some(&folder)).map_ok(|file| file.location).try_collect().await;
        self.kept_aside = listed.map_err(volume(self.store, "cannot list", &folder))?;
        self.clear_left_behind(now).await
    }

    /// Decodes a landing file into a batch.
    pub(crate) async fn stage(
        &self,
        batch: &Batch,
        table: &BronzeTable,
        file: &LandedFile<'_>,
    ) -> Result<Decoded, WarehouseError> {
        // It is never closed.
        let _slot = self.slots.acquire().await;
        let key = file.session_key();
        let Some(mut rows) = file.decode(table).await? else {
            self.keep_aside(table, key, &[]).await?;
            return Ok(Decoded::default());
        };
        let broken = |error: parquet::errors::ParquetError| BronzeError::Rows {
            file: file.landed.file.clone().unwrap_or_default(),
            detail: format!("cannot be written as Parquet: {error}"),
        };
        let schema = arrow_schema(&table.columns);
        let properties = properties(&schema);
        let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties)).map_err(broken)?;
        while let Some(rows) = rows.next().await {
            writer.write(&rows).map_err(broken)?;
        }
        let (decoded, refused) = rows.finish().await?;
        self.keep_aside(table, key, &refused).await?;
        if decoded.rows > 0 {
            let path = Path::from(format!("{}/{key}.parquet", batch.folder(&table.name)));
            let bytes = writer.into_inner().map_err(broken)?;
            self.store.put(&path, bytes.into()).await.map_err(volume(self.store, "cannot write", &path))?;
        }
        Ok(decoded)
    }

    /// Quarantines rows without a usable key, or removes those of an earlier load.
    async fn keep_aside(
        &self,
        table: &BronzeTable,
        session_key: i64,
        refused: &[Refused],
    ) -> Result<(), WarehouseError> {
        let path = Path::from(format!("{QUARANTINE}/{}/{session_key}.ndjson", table.name));
        if refused.is_empty() && !self.kept_aside.contains(&path) {
            return Ok(());
        }
        keep_refused(self.store, &path, refused).await.map_err(volume(self.store, "cannot write", &path))
    }

    /// Removes the files of a batch, which are no longer needed; a later load removes what remains.
    pub(crate) async fn forget(&self, batch: &Batch) {
        if let Err(error) = self.remove(&Path::from(format!("{FOLDER}/{}", batch.name))).await {
            tracing::warn!(%error, "staged files are kept for now");
        }
    }

    async fn clear_left_behind(&self, now: Timestamp) -> Result<(), WarehouseError> {
        let folder = Path::from(FOLDER);
        let listed = self.store.list_with_delimiter(Some(&folder)).await;
        let listed = listed.map_err(volume(self.store, "cannot list", &folder))?;
        for batch in listed.common_prefixes {
            let made = batch.filename().and_then(|name| name.split_once('-')).and_then(|(stamp, _)| {
                let made = jiff::civil::DateTime::strptime(STAMP, stamp).ok()?;
                jiff::tz::TimeZone::UTC.to_timestamp(made).ok()
            });
            if made.is_some_and(|made| now.duration_since(made) > LEFT_BEHIND) {
                self.remove(&batch).await?;
            }
        }
        Ok(())
    }

    async fn remove(&self, folder: &Path) -> Result<(), WarehouseError> {
        self.store.remove_folder(folder).await.map_err(volume(self.store, "cannot remove", folder))
    }
}

/// Wraps a failure with its location.
pub(crate) fn volume(
    store: &VolumeStore,
    what: &'static str,
    path: &Path,
) -> impl FnOnce(object_store::Error) -> WarehouseError {
    let location = format!("{}/{path}", store.path());
    move |error| WarehouseError::Volume { location, what, source: error }
}
