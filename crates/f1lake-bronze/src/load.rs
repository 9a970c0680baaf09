//! A load, wherever bronze tables are: which sessions, and how each of their tables ended.

use crate::decoded_file::Decoded;
use crate::error::BronzeError;
use f1lake_zone::{Landing, Manifest};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Results that were confirmed this much later are loaded again, though nothing changed: `data_quality` tells from
/// `extracted_at` whether a correction may have been missed. 14 days, in microseconds.
pub const CONFIRMED_AFTER: i64 = 14 * 24 * 3_600_000_000;

/// What to load and how.
#[derive(Debug, Clone, Default)]
pub struct LoadSettings {
    /// Only these sessions; none: all that are landed.
    pub sessions: Option<BTreeSet<i64>>,
    /// Write every bronze table anew from the landing zone alone.
    pub rebuild: bool,
}

/// How a table's load ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadStatus {
    /// The session's rows were replaced.
    Loaded,
    /// The same landing file was loaded before; nothing was done.
    Unchanged,
    /// The table holds a newer extract than the landing zone; nothing was done.
    Stale,
    /// The session's rows are as before; the cause is told.
    Failed,
}

/// One table of a loaded session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableLoad {
    /// Bronze table.
    pub table: String,
    /// How it ended.
    pub status: LoadStatus,
    /// Rows of the session in the table.
    pub rows: u64,
    /// Rows with something in `_rescued_data`.
    pub rescued_rows: u64,
    /// Rows that could not be keyed; they are in the quarantine.
    pub quarantined_rows: u64,
    /// The table had lost the session's rows, which were loaded before: it was moved away, or restored to an older version.
    pub brought_back: bool,
    /// Why it failed.
    pub error: Option<String>,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionLoad {
    /// Session.
    pub session_key: i64,
    /// `2024-03-24_Melbourne_Race`.
    pub session: String,
    /// How it ended: failed when any table failed, loaded when any was loaded.
    pub status: LoadStatus,
    /// Its tables.
    pub tables: Vec<TableLoad>,
}

/// What a load did.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LoadReport {
    /// Sessions in order.
    pub sessions: Vec<SessionLoad>,
    /// Wall time, s.
    pub seconds: f64,
}

impl LoadReport {
    /// Sessions that ended so.
    pub fn count(&self, status: LoadStatus) -> usize {
        self.sessions.iter().filter(|session| session.status == status).count()
    }

    /// Rows written.
    pub fn rows(&self) -> u64 {
        self.sessions
            .iter()
            .flat_map(|session| &session.tables)
            .filter(|table| table.status == LoadStatus::Loaded)
            .map(|table| table.rows)
            .sum()
    }
}

/// Told about each session when it is done.
pub type LoadProgress = Arc<dyn Fn(&SessionLoad) + Send + Sync>;

/// Manifests of the sessions to load, in the order in which they took place.
pub async fn chosen(landing: &Landing, settings: &LoadSettings) -> Result<Vec<Manifest>, BronzeError> {
    let mut manifests = landing.manifests().await?;
    manifests.sort_by_key(|manifest| (manifest.date_start, manifest.session_key));
    if let Some(wanted) = &settings.sessions {
        let landed = |key: &i64| manifests.iter().any(|manifest| manifest.session_key == *key);
        if let Some(key) = wanted.iter().find(|key| !landed(key)) {
            return Err(BronzeError::NotLanded { session_key: *key, landing: landing.describe() });
        }
        manifests.retain(|manifest| wanted.contains(&manifest.session_key));
    }
    Ok(manifests)
}

/// How a session ended, from its tables.
pub fn status_of(tables: &[TableLoad]) -> LoadStatus {
    let any = |status| tables.iter().any(|table| table.status == status);
    if any(LoadStatus::Failed) {
        LoadStatus::Failed
    } else if any(LoadStatus::Loaded) {
        LoadStatus::Loaded
    } else if any(LoadStatus::Stale) {
        LoadStatus::Stale
    } else {
        LoadStatus::Unchanged
    }
}

/// The outcome of a table from what became of its load.
pub fn outcome(table: String, result: Result<(LoadStatus, Decoded), impl std::fmt::Display>) -> TableLoad {
    match result {
        Ok((status, decoded)) => TableLoad {
            table,
            status,
            rows: decoded.rows,
            rescued_rows: decoded.rescued,
            quarantined_rows: decoded.quarantined,
            brought_back: false,
            error: None,
        },
        Err(error) => TableLoad {
            table,
            status: LoadStatus::Failed,
            rows: 0,
            rescued_rows: 0,
            quarantined_rows: 0,
            brought_back: false,
            error: Some(error.to_string()),
        },
    }
}

/// The outcome of a table that was loaded.
pub fn loaded(table: String, decoded: Decoded) -> TableLoad {
    outcome(table, Ok::<_, BronzeError>((LoadStatus::Loaded, decoded)))
}
