//! Records which data tests passed on which contents of their tables. A test that failed, or has not run on
//! the current contents, is due until it passes.

use crate::error::LakeError;
use crate::inputs::contents;
use crate::lake::Lake;
use crate::models::{Check, Models};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use serde::{Deserialize, Serialize};
use sha2::Digest;
use std::collections::BTreeMap;

/// Folder of the lake.
const FOLDER: &str = "_checks";
const FILE: &str = "passed.json";

/// What a data test read when it passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// Digest of its query.
    query: String,
    /// Contents of each table.
    tables: BTreeMap<String, String>,
}

impl Seen {
    /// What a data test reads now; `None` when one of its tables is missing.
    pub(crate) fn of(check: &Check, tables: &BTreeMap<String, Option<String>>) -> Option<Self> {
        let query = f1lake_zone::files::hex(&sha2::Sha256::digest(check.sql));
        let tables = check
            .depends_on
            .iter()
            .map(|table| Some((table.clone(), tables.get(table)?.clone()?)))
            .collect::<Option<_>>()?;
        Some(Self { query, tables })
    }
}

/// The data tests that passed, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Passed(BTreeMap<String, Seen>);

impl Passed {
    /// Reads the record; without a readable record, all tests run again.
    pub(crate) async fn read(lake: &Lake) -> Result<Self, LakeError> {
        let failed = |error: object_store::Error| LakeError::table(FOLDER, "cannot read")(error.into());
        if lake.local_path().is_some_and(|root| !root.join(FOLDER).is_dir()) {
            return Ok(Self::default());
        }
        match lake.store(FOLDER)?.get(&Path::from(FILE)).await {
            Ok(found) => {
                Ok(serde_json::from_slice(&found.bytes().await.map_err(failed)?).unwrap_or_default())
            }
            Err(object_store::Error::NotFound { .. }) => Ok(Self::default()),
            Err(error) => Err(failed(error)),
        }
    }

    pub(crate) async fn write(&self, lake: &Lake) -> Result<(), LakeError> {
        let text = serde_json::to_vec(self)
            .map_err(|error| LakeError::Model { model: FOLDER.to_owned(), detail: error.to_string() })?;
        let written = lake.store(FOLDER)?.put(&Path::from(FILE), text.into()).await;
        written.map(drop).map_err(|error| LakeError::table(FOLDER, "cannot write")(error.into()))
    }

    /// Whether a data test passed on these contents.
    pub(crate) fn holds(&self, check: &Check, seen: &Seen) -> bool {
        self.0.get(&check.name) == Some(seen)
    }

    /// Records whether a data test passed on these contents.
    pub(crate) fn note(&mut self, check: &Check, seen: Option<Seen>) {
        match seen {
            Some(seen) => self.0.insert(check.name.clone(), seen),
            None => self.0.remove(&check.name),
        };
    }
}

/// Contents of the tables that data tests read; `None` for missing tables.
pub(crate) async fn tables_of(
    lake: &Lake,
    carried: &Models,
) -> Result<BTreeMap<String, Option<String>>, LakeError> {
    let mut tables = BTreeMap::new();
    for table in carried.checks.iter().flat_map(|check| &check.depends_on) {
        if !tables.contains_key(table) {
            tables.insert(table.clone(), contents(lake, table).await?);
        }
    }
    Ok(tables)
}
