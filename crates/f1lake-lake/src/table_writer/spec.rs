//! Definition of a table: creating it, and adding columns to it.

use crate::column_delta::delta_field;
use crate::error::LakeError;
use crate::lake::Lake;
use deltalake::kernel::{Metadata, StructField, StructType};
use deltalake::{DeltaTable, DeltaTableError, TableProperty};
use f1lake_bronze::Column;

/// Commits between two checkpoints of a table's log. Every load reads what came since the last one: with
/// Delta's usual hundred, the cost of a season grows with the square of its sessions.
const CHECKPOINT_INTERVAL: &str = "10";

/// Advice for a table with missing or unreadable files.
pub(super) const LOST_FILE: &str =
    "`f1lake load --rebuild` rebuilds bronze tables, `f1lake build --full-refresh` the others";

/// Definition of a table.
#[derive(Debug, Clone)]
pub(crate) struct TableSpec {
    /// `silver_clean.silver_laps`.
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) partition_by: Vec<String>,
    pub(crate) comment: String,
}

/// Creates the table if it does not exist, and adds missing columns.
pub(crate) async fn ensure(lake: &Lake, spec: &TableSpec) -> Result<(), LakeError> {
    let Some(table) = lake.table(&spec.name, None).await? else {
        create(lake, spec).await?;
        return Ok(());
    };
    let failed = || LakeError::table(&spec.name, "cannot extend its schema");
    let lacking = |table: &DeltaTable| -> Result<Vec<StructField>, LakeError> {
        let present = table.snapshot().map_err(failed())?.schema();
        let columns = spec.columns.iter().filter(|column| present.field(&column.name).is_none());
        Ok(columns.map(delta_field).collect())
    };
    let fields = lacking(&table)?;
    if fields.is_empty() {
        return Ok(());
    }
    let Err(error) = table.add_columns().with_fields(fields).await else { return Ok(()) };
    // Another process may have added them meanwhile.
    match lake.table(&spec.name, None).await? {
        Some(table) if lacking(&table)?.is_empty() => Ok(()),
        _ => Err(failed()(error)),
    }
}

pub(super) async fn create(lake: &Lake, spec: &TableSpec) -> Result<DeltaTable, LakeError> {
    let made = lake
        .unloaded(&spec.name)?
        .create()
        .with_table_name(spec.name.rsplit('.').next().unwrap_or(&spec.name))
        .with_comment(&spec.comment)
        .with_columns(spec.columns.iter().map(delta_field))
        .with_partition_columns(spec.partition_by.clone())
        .with_configuration_property(TableProperty::CheckpointInterval, Some(CHECKPOINT_INTERVAL))
        .await;
    match made {
        Ok(table) => Ok(table),
        // Another process may have created it meanwhile.
        Err(error) => match lake.table(&spec.name, None).await? {
            Some(table) => Ok(table),
            None => Err(LakeError::table(&spec.name, "cannot create")(error)),
        },
    }
}

/// The table's schema with missing columns added; `None` when none are missing.
pub(super) fn evolve(
    spec: &TableSpec,
    present: &StructType,
    wanted: StructType,
) -> Result<Option<StructType>, LakeError> {
    let mut fields: Vec<_> = present.fields().cloned().collect();
    let mut grown = false;
    for field in wanted.fields() {
        match present.field(field.name()) {
            None => {
                fields.push(field.clone());
                grown = true;
            }
            Some(known) if known.data_type() != field.data_type() => {
                return Err(LakeError::Damaged {
                    table: spec.name.clone(),
                    detail: format!(
                        "column {} is {}, expected {}",
                        field.name(),
                        known.data_type(),
                        field.data_type()
                    ),
                    advice: LOST_FILE,
                });
            }
            Some(_) => {}
        }
    }
    if !grown {
        return Ok(None);
    }
    StructType::try_new(fields)
        .map(Some)
        .map_err(|error| LakeError::table(&spec.name, "cannot extend its schema")(error.into()))
}

/// A table's metadata with other partition columns.
pub(super) fn kept_apart_by(metadata: &Metadata, columns: &[String]) -> Result<Metadata, DeltaTableError> {
    let mut value = serde_json::to_value(metadata)?;
    value["partitionColumns"] = columns.into();
    Ok(serde_json::from_value(value)?)
}

pub(crate) fn arrow_of(schema: &StructType) -> Result<arrow_schema::Schema, DeltaTableError> {
    use deltalake::kernel::engine::arrow_conversion::TryIntoArrow;
    schema.try_into_arrow().map_err(|error| DeltaTableError::Arrow { source: error })
}
