//! A load, wherever bronze tables are: which sessions, and how each of their tables ended.

use crate::decoded_file::Decoded;
use crate::error::BronzeError;
use f1lake_zone::{Landing, Manifest};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Rows confirmed at least this much later are loaded again although nothing changed: `data_quality` uses
/// `extracted_at` to report corrections that may have been missed. 14 days, in microseconds.
pub const CONFIRMED_AFTER: i64 = 14 * 24 * 3_600_000_000;

/// Settings of a load.
#[derive(Debug, Clone, Default)]
pub struct LoadSettings {
    /// Only these sessions; `None` for all that are landed.
    pub sessions: Option<BTreeSet<i64>>,
    /// Rebuild every bronze table from the landing zone.
    pub rebuild: bool,
}

/// Status of a table's load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadStatus {
    /// The session's rows were replaced.
    Loaded,
    /// The same landing file was loaded before; nothing was done.
    Unchanged,
    /// The table contains a newer extract than the landing zone; nothing was done.
    Stale,
    /// The session's rows are unchanged; see `error`.
    Failed,
}

/// One table of a loaded session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableLoad {
    /// Bronze table.
    pub table: String,
    /// Its status.
    pub status: LoadStatus,
    /// Rows of the session in the table.
    pub rows: u64,
    /// Rows with something in `_rescued_data`.
    pub rescued_rows: u64,
    /// Rows without a usable key, in the quarantine.
    pub quarantined_rows: u64,
    /// The table had lost the session's rows: it was moved away, or restored to an older version.
    pub brought_back: bool,
    /// Cause of the failure.
    pub error: Option<String>,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionLoad {
    /// Session.
    pub session_key: i64,
    /// `2024-03-24_Melbourne_Race`.
    pub session: String,
    /// Its status: failed when any table failed, loaded when any was loaded.
    pub status: LoadStatus,
    /// Its tables.
    pub tables: Vec<TableLoad>,
}

/// Result of a load.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct LoadReport {
    /// Sessions in order.
    pub sessions: Vec<SessionLoad>,
    /// Wall time, s.
    pub seconds: f64,
}

impl LoadReport {
    /// Number of sessions with this status.
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

/// Called for each completed session.
pub type LoadProgress = Arc<dyn Fn(&SessionLoad) + Send + Sync>;

/// Manifests of the sessions to load, in chronological order.
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

/// Status of a session, from its tables.
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

/// The result for a loaded table.
pub fn loaded(table: String, decoded: Decoded) -> TableLoad {
    outcome(table, Ok::<_, BronzeError>((LoadStatus::Loaded, decoded)))
}
