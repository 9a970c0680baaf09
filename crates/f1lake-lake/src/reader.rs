//! Queries of a program that stays: it sees every new version of a table, and reads each log once.

use crate::error::LakeError;
use crate::lake::{Lake, SCHEMAS};
use crate::query::{Query, Snapshot};
use deltalake::datafusion::execution::memory_pool::{FairSpillPool, MemoryPool};
use deltalake::{ObjectStore, Path};
use f1lake_zone::ZoneError;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long the lake counts as unchanged after it was looked at: a folder costs little, a bucket a request for
/// each table.
const LOCAL: Duration = Duration::from_millis(500);
const REMOTE: Duration = Duration::from_secs(15);

/// A lake that is queried for as long as a program runs, in memory of its own.
pub struct Reader {
    lake: Lake,
    memory: Arc<dyn MemoryPool>,
    seen: Mutex<Option<Seen>>,
}

struct Seen {
    at: Instant,
    revision: String,
    tables: Arc<Snapshot>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("lake", &self.lake).finish_non_exhaustive()
    }
}

impl Reader {
    /// All its queries together use at most `memory` bytes before they spill to disk.
    pub fn new(lake: Lake, memory: usize) -> Self {
        Self { lake, memory: Arc::new(FairSpillPool::new(memory)), seen: Mutex::new(None) }
    }

    /// The lake.
    pub fn lake(&self) -> &Lake {
        &self.lake
    }

    /// A text that changes whenever a table changes, appears or goes.
    ///
    /// # Errors
    /// When the lake cannot be listed.
    pub async fn revision(&self) -> Result<String, LakeError> {
        Ok(self.newest().await?.0)
    }

    /// Queries on the newest versions of the tables. They do not change while it is used.
    ///
    /// # Errors
    /// When the lake cannot be listed.
    pub async fn query(&self) -> Result<Query, LakeError> {
        self.newest().await?.1.query_with(None, Arc::clone(&self.memory))
    }

    async fn newest(&self) -> Result<(String, Arc<Snapshot>), LakeError> {
        let pause = if self.lake.local_path().is_some() { LOCAL } else { REMOTE };
        let mut seen = self.seen.lock().await;
        if let Some(seen) = seen.as_ref().filter(|seen| seen.at.elapsed() < pause) {
            return Ok((seen.revision.clone(), Arc::clone(&seen.tables)));
        }
        let revision = revision(&self.lake).await?;
        let tables = match seen.as_ref().filter(|seen| seen.revision == revision) {
            Some(seen) => Arc::clone(&seen.tables),
            None => Arc::new(Snapshot::of(&self.lake).await?),
        };
        *seen = Some(Seen { at: Instant::now(), revision: revision.clone(), tables: Arc::clone(&tables) });
        Ok((revision, tables))
    }
}

/// A digest of the names of all tables and their newest commits.
async fn revision(lake: &Lake) -> Result<String, LakeError> {
    let mut digest = Sha256::new();
    for schema in SCHEMAS {
        for table in lake.tables(schema).await? {
            let newest = newest_commit(lake, schema, &table).await?.unwrap_or_default();
            digest.update(format!("{schema}.{table} {newest}\n"));
        }
    }
    Ok(digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}

/// The last file name of a table's log.
async fn newest_commit(lake: &Lake, schema: &str, table: &str) -> Result<Option<String>, LakeError> {
    let is_commit = |name: &String| name.ends_with(".json");
    if let Some(folder) = lake.local_path() {
        let log = folder.join(schema).join(table).join("_delta_log");
        let entries = match std::fs::read_dir(&log) {
            // The table went in this moment.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(ZoneError::io("cannot list", &log))?,
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        return Ok(names.filter(is_commit).max());
    }
    let listed = lake
        .store(&format!("{schema}/{table}"))?
        .list_with_delimiter(Some(&Path::from("_delta_log")))
        .await
        .map_err(|error| LakeError::table(table, "cannot list")(error.into()))?;
    let names = listed.objects.iter().filter_map(|object| object.location.filename().map(str::to_owned));
    Ok(names.filter(is_commit).max())
}
