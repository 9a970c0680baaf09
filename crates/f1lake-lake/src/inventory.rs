//! Lists the tables of the lake with rows, versions and size.

use crate::error::LakeError;
use crate::lake::{Lake, SCHEMAS};
use jiff::Timestamp;
use serde::Serialize;

/// A table of the lake.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TableInfo {
    /// `bronze_raw.bronze_laps`.
    pub table: String,
    /// Rows.
    pub rows: u64,
    /// Columns.
    pub columns: usize,
    /// Current version.
    pub version: u64,
    /// Data files.
    pub files: u64,
    /// Bytes of the data files.
    pub bytes: u64,
    /// When it was last changed.
    pub changed_at: Option<Timestamp>,
    /// Why it cannot be read; the numbers are then 0.
    pub error: Option<String>,
}

/// All tables, in the order of the data flow.
///
/// # Errors
/// When the lake cannot be listed; an unreadable table is in the list with the cause.
pub async fn tables(lake: &Lake) -> Result<Vec<TableInfo>, LakeError> {
    let mut all = Vec::new();
    for schema in SCHEMAS {
        for name in lake.tables(schema).await? {
            all.push(info(lake, format!("{schema}.{name}")).await);
        }
    }
    Ok(all)
}

async fn info(lake: &Lake, table: String) -> TableInfo {
    let mut info = TableInfo { table, ..TableInfo::default() };
    if let Err(error) = fill(lake, &mut info).await {
        info.error = Some(error.to_string());
    }
    info
}

async fn fill(lake: &Lake, info: &mut TableInfo) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let Some(opened) = lake.table(&info.table, None).await? else { return Ok(()) };
    let state = opened.snapshot()?;
    info.version = state.version();
    info.columns = state.schema().fields().count();
    info.changed_at = state
        .version_timestamp(state.version())
        .and_then(|millisecond| Timestamp::from_millisecond(millisecond).ok());
    for file in state.log_data().iter() {
        info.files += 1;
        info.bytes += u64::try_from(file.size()).unwrap_or(0);
        info.rows += file.num_records().unwrap_or(0) as u64;
    }
    Ok(())
}
