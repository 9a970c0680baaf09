//! What a load is asked for and what it reports, wherever the bronze tables are.

use crate::decoded_file::Decoded;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

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

impl SessionLoad {
    /// Sets the status from the tables, in the order of their names.
    pub(crate) fn of(session_key: i64, session: String, mut tables: Vec<TableLoad>) -> Self {
        tables.sort_by(|a, b| a.table.cmp(&b.table));
        let any = |status| tables.iter().any(|table| table.status == status);
        let status = [LoadStatus::Failed, LoadStatus::Loaded, LoadStatus::Stale]
            .into_iter()
            .find(|status| any(*status))
            .unwrap_or(LoadStatus::Unchanged);
        Self { session_key, session, status, tables }
    }

    /// Why tables could not be loaded, each with its name.
    pub fn errors(&self) -> Vec<String> {
        let error = |table: &TableLoad| Some(format!("{}: {}", table.table, table.error.as_ref()?));
        self.tables.iter().filter_map(error).collect()
    }
}

impl TableLoad {
    /// The report on a table, from what became of its load.
    pub(crate) fn of(table: String, result: Result<(LoadStatus, Decoded), String>) -> Self {
        let (status, decoded, error) = match result {
            Ok((status, decoded)) => (status, decoded, None),
            Err(error) => (LoadStatus::Failed, Decoded::default(), Some(error)),
        };
        Self {
            table,
            status,
            rows: decoded.rows,
            rescued_rows: decoded.rescued,
            quarantined_rows: decoded.quarantined,
            brought_back: false,
            error,
        }
    }
}
