//! A copy of the record of loads in the volume of staged files. A load that has nothing to do according to it
//! sends no statement, so that it starts no warehouse.
//!
//! The copy is written after a load without failures. It is void after [`VALID`], for another version of the
//! program, and when `f1lake databricks setup` or `--rebuild` changes a table; then the tables are asked. So a
//! load with nothing new can overlook for that time that somebody dropped or restored a table.

use crate::earlier_loads::EarlierLoads;
use crate::error::WarehouseError;
use crate::sql::{Place, setup_statements};
use crate::staging::volume;
use f1lake_databricks::VolumeStore;
use jiff::{SignedDuration, Timestamp};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use serde::{Deserialize, Serialize};
use std::hash::{DefaultHasher, Hash, Hasher};

/// How long a copy is believed.
const VALID: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The copy, and what it is of.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Marker {
    /// Digest of the version and the tables' definitions.
    tables: u64,
    written_at: Timestamp,
    pub(crate) loads: EarlierLoads,
}

impl Marker {
    pub(crate) fn new(place: &Place, loads: EarlierLoads) -> Self {
        Self { tables: tables(place), written_at: Timestamp::now(), loads }
    }

    /// Reads the copy; `None` when there is no valid one. It only saves work, so no failure to read it counts.
    pub(crate) async fn read(staging: &VolumeStore, place: &Place) -> Option<Self> {
        let path = path(place);
        let bytes = async { staging.get(&path).await?.bytes().await }.await;
        let marker: Self = serde_json::from_slice(&bytes.ok()?).ok()?;
        let age = Timestamp::now().duration_since(marker.written_at);
        (marker.tables == tables(place) && !age.is_negative() && age <= VALID).then_some(marker)
    }

    /// Stores the copy; without it the next load asks the tables.
    pub(crate) async fn write(&self, staging: &VolumeStore, place: &Place) {
        let path = path(place);
        let written = match serde_json::to_vec(self) {
            Ok(text) => staging.put(&path, text.into()).await.map(drop).map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = written {
            tracing::warn!(error, %path, "cannot store what is loaded; the next load asks the warehouse");
        }
    }

    /// Removes the copy before tables change in a way that it does not say.
    pub(crate) async fn remove(staging: &VolumeStore, place: &Place) -> Result<(), WarehouseError> {
        let path = path(place);
        match staging.delete(&path).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            removed => removed.map_err(volume(staging, "cannot remove", &path)),
        }
    }
}

/// A staging volume may serve several schemas.
fn path(place: &Place) -> Path {
    Path::from_iter(["bronze_loaded", &format!("{}.{}.json", place.catalog, place.schema)])
}

fn tables(place: &Place) -> u64 {
    let mut digest = DefaultHasher::new();
    env!("CARGO_PKG_VERSION").hash(&mut digest);
    setup_statements(place, "").hash(&mut digest);
    digest.finish()
}
