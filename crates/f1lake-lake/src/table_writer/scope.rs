//! The part of a table that a commit replaces, and what of its files stays.

use super::spec::LOST_FILE;
use crate::error::LakeError;
use crate::file_stats::FileStats;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{BooleanArray, Int64Array, RecordBatch};
use deltalake::DeltaTable;
use deltalake::arrow::compute::filter_record_batch;
use deltalake::kernel::LogicalFileView;
use object_store::ObjectStoreExt;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The part of a table that is replaced.
#[derive(Debug, Clone)]
pub(crate) enum Scope {
    /// Everything, schema included.
    All,
    /// Everything, schema included, except the rows of some sessions.
    AllBut {
        /// The session column.
        column: String,
        /// Their keys.
        keys: BTreeSet<i64>,
    },
    /// The rows of some sessions.
    Sessions {
        /// The session column.
        column: String,
        /// Their keys.
        keys: BTreeSet<i64>,
    },
}

impl Scope {
    /// The replaced rows as a condition; `None` for all.
    pub(super) fn predicate(&self) -> Option<String> {
        match self {
            Self::All => None,
            Self::AllBut { column, keys } => Some(format!("{column} NOT IN ({})", listed(keys))),
            Self::Sessions { column, keys } => Some(format!("{column} IN ({})", listed(keys))),
        }
    }
}

/// How a file relates to the replaced sessions.
pub(super) enum Relation {
    /// Contains none of their rows.
    None,
    /// Contains only their rows.
    Whole,
    /// May also contain rows of other sessions.
    Mixed,
}

pub(super) fn relation(file: &LogicalFileView, scope: &Scope) -> Relation {
    let (column, keys, named_go) = match scope {
        Scope::All => return Relation::Whole,
        Scope::AllBut { column, keys } => (column, keys, false),
        Scope::Sessions { column, keys } => (column, keys, true),
    };
    let stats = FileStats::of(file);
    let partitions = file.partition_values_map();
    // Rows without a session belong to none.
    let holds_named_only = match partitions.get(column) {
        Some(value) => {
            let held = value.as_ref().and_then(|key| key.parse::<i64>().ok());
            Some(held.is_some_and(|key| keys.contains(&key)))
        }
        None => match (stats.range(column), stats.only(column)) {
            (_, Some(key)) => Some(keys.contains(&key)),
            (Some((min, max)), None) if keys.range(min..=max).next().is_none() => Some(false),
            _ => None,
        },
    };
    match (holds_named_only, named_go) {
        (None, _) => Relation::Mixed,
        (Some(true), true) | (Some(false), false) => Relation::Whole,
        (Some(false), true) => Relation::None,
        // The schema may be new, so remaining rows are rewritten.
        (Some(true), false) => Relation::Mixed,
    }
}

fn listed(keys: &BTreeSet<i64>) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Rows of a file that a scope does not replace.
pub(super) async fn staying(
    table: &DeltaTable,
    name: &str,
    path: &str,
    partitions: &BTreeMap<String, i64>,
    scope: &Scope,
) -> Result<Vec<RecordBatch>, LakeError> {
    let (column, keys, named_stay) = match scope {
        Scope::All => return Ok(Vec::new()),
        Scope::AllBut { column, keys } => (column, keys, true),
        Scope::Sessions { column, keys } => (column, keys, false),
    };
    let damaged = |detail: String| LakeError::Damaged {
        table: name.to_owned(),
        detail: format!("file {path}: {detail}"),
        advice: LOST_FILE,
    };
    let bytes = table
        .object_store()
        .get(&object_store::path::Path::from(path))
        .await
        .map_err(|error| damaged(error.to_string()))?
        .bytes()
        .await
        .map_err(|error| damaged(error.to_string()))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(|error| damaged(error.to_string()))?;
    let mut kept = Vec::new();
    for batch in reader {
        let batch = batch.map_err(|error| damaged(error.to_string()))?;
        let batch = with_partitions(&batch, partitions).map_err(|error| damaged(error.to_string()))?;
        let sessions = batch
            .column_by_name(column)
            .and_then(|values| values.as_primitive_opt::<Int64Type>())
            .ok_or_else(|| damaged(format!("it has no column {column}")))?;
        let named = |key: Option<i64>| key.is_some_and(|key| keys.contains(&key));
        let stay: BooleanArray = sessions.iter().map(|key| Some(named(key) == named_stay)).collect();
        let rest = filter_record_batch(&batch, &stay).map_err(|error| damaged(error.to_string()))?;
        if rest.num_rows() > 0 {
            kept.push(rest);
        }
    }
    Ok(kept)
}

/// A file's rows with the partition columns, which are only in the log.
fn with_partitions(
    batch: &RecordBatch,
    partitions: &BTreeMap<String, i64>,
) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let mut fields: Vec<arrow_schema::FieldRef> = batch.schema().fields().iter().cloned().collect();
    let mut columns = batch.columns().to_vec();
    for (name, value) in partitions {
        fields.push(Arc::new(arrow_schema::Field::new(name, arrow_schema::DataType::Int64, true)));
        columns.push(Arc::new(Int64Array::from(vec![*value; batch.num_rows()])));
    }
    RecordBatch::try_new(Arc::new(arrow_schema::Schema::new(fields)), columns)
}
