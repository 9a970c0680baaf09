//! Maintenance: joins small files, removes files of old versions, writes checkpoints.

use crate::error::{LakeError, or_stopped};
use crate::lake::{Lake, SCHEMAS};
use crate::table_writer::arrow_of;
use deltalake::operations::optimize::OptimizeType;
use deltalake::protocol::checkpoints::create_checkpoint;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

/// Minimum time for which files of old versions are kept, hours: a reader that started before must be able to
/// finish.
pub const LEAST_RETENTION_HOURS: u64 = 7 * 24;

/// Settings of maintenance.
#[derive(Debug, Clone, Copy)]
pub struct MaintainSettings {
    /// Hours for which old versions stay readable; at least [`LEAST_RETENTION_HOURS`].
    pub retention_hours: u64,
    /// Only list what would be removed.
    pub dry_run: bool,
}

impl Default for MaintainSettings {
    fn default() -> Self {
        Self { retention_hours: LEAST_RETENTION_HOURS, dry_run: false }
    }
}

/// Result for a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Maintained {
    /// Table.
    pub table: String,
    /// Small files that were joined.
    pub files_joined: u64,
    /// Files written by joining.
    pub files_written: u64,
    /// Files of old versions that were removed, or would be.
    pub files_removed: usize,
    /// Cause of a failure.
    pub error: Option<String>,
}

/// Maintains every table.
///
/// # Errors
/// [`LakeError::Location`] for a retention that is too short; failures of tables are in their results.
pub async fn maintain(
    lake: &Lake,
    settings: MaintainSettings,
    cancel: &CancellationToken,
) -> Result<Vec<Maintained>, LakeError> {
    if settings.retention_hours < LEAST_RETENTION_HOURS {
        return Err(LakeError::Location {
            location: lake.describe(),
            detail: format!(
                "a retention of {} h would remove files that running queries still read; keep at least \
                 {LEAST_RETENTION_HOURS} h",
                settings.retention_hours
            ),
        });
    }
    let mut done = Vec::new();
    for schema in SCHEMAS {
        for name in lake.tables(schema).await? {
            let mut line = Maintained { table: format!("{schema}.{name}"), ..Maintained::default() };
            match or_stopped(cancel, maintain_table(lake, settings, &mut line)).await {
                Ok(()) => {}
                Err(LakeError::Interrupted) => return Err(LakeError::Interrupted),
                Err(error) => line.error = Some(error.to_string()),
            }
            done.push(line);
        }
    }
    Ok(done)
}

async fn maintain_table(
    lake: &Lake,
    settings: MaintainSettings,
    line: &mut Maintained,
) -> Result<(), LakeError> {
    let failed = |what| LakeError::table(&line.table, what);
    let Some(mut table) = lake.table(&line.table, None).await? else { return Ok(()) };
    if !settings.dry_run {
        let schema = table.snapshot().map_err(failed("cannot read its log"))?.schema();
        let schema = arrow_of(&schema).map_err(failed("cannot read its schema"))?;
        let properties = f1lake_bronze::properties(&schema);
        let (joined, metrics) = table
            .optimize()
            .with_type(OptimizeType::Compact)
            .with_writer_properties(properties)
            .await
            .map_err(failed("cannot join its files"))?;
        table = joined;
        line.files_joined = metrics.num_files_removed;
        line.files_written = metrics.num_files_added;
        create_checkpoint(&table, None).await.map_err(failed("cannot write a checkpoint"))?;
    }
    let hours = i64::try_from(settings.retention_hours).unwrap_or(i64::MAX / 3600);
    let (_, metrics) = table
        .vacuum()
        .with_retention_period(chrono::Duration::hours(hours))
        .with_dry_run(settings.dry_run)
        .await
        .map_err(failed("cannot remove old files"))?;
    line.files_removed = metrics.files_deleted.len();
    Ok(())
}
