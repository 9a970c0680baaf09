//! Replaces sessions of a Delta table in one commit: it adds the new files, removes the sessions' old ones,
//! and contains the data that identifies a repetition.

use crate::column_delta::delta_field;
use crate::error::LakeError;
use crate::file_stats::FileStats;
use crate::lake::Lake;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Int64Array, RecordBatch};
use arrow_schema::SchemaRef;
use deltalake::arrow::array::BooleanArray;
use deltalake::arrow::compute::filter_record_batch;
use deltalake::kernel::transaction::{
    CommitBuilder, CommitConflictError, CommitProperties, TransactionError,
};
use deltalake::kernel::{
    Action, Add, LogicalFileView, Metadata, MetadataExt, StructField, StructType, Transaction,
};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::table::state::DeltaTableState;
use deltalake::writer::{DeltaWriter, RecordBatchWriter};
use deltalake::{DeltaTable, DeltaTableError, TableProperty};
use f1lake_bronze::{Column, properties};
use object_store::ObjectStoreExt;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Commits between two checkpoints of a table's log. Every load reads what came since the last one: with
/// Delta's usual hundred, the cost of a season grows with the square of its sessions.
const CHECKPOINT_INTERVAL: &str = "10";

/// Advice for a table with missing or unreadable files.
const LOST_FILE: &str =
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

/// The metadata of a commit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks {
    /// Application transactions, which identify a repetition.
    pub(crate) transactions: Vec<(String, i64)>,
    /// Table properties to set.
    pub(crate) properties: BTreeMap<String, String>,
}

/// Writes a table. Nothing is visible before [`TableWriter::commit`].
pub(crate) struct TableWriter {
    table: DeltaTable,
    spec: TableSpec,
    writer: RecordBatchWriter,
    schema: SchemaRef,
    evolved: Option<StructType>,
    /// Whether the commit changes the partition columns.
    repartitioned: bool,
    /// Closed files.
    files: Vec<Add>,
    pub(crate) rows: u64,
}

impl TableWriter {
    /// Opens the table, or creates it.
    pub(crate) async fn open(lake: &Lake, spec: TableSpec, scope: &Scope) -> Result<Self, LakeError> {
        let table = match lake.table(&spec.name, None).await? {
            Some(table) => table,
            None => create(lake, &spec).await?,
        };
        let wanted = StructType::try_new(spec.columns.iter().map(delta_field))
            .map_err(|error| LakeError::table(&spec.name, "cannot create its schema")(error.into()))?;
        let failed = || LakeError::table(&spec.name, "cannot write");
        let state = table.snapshot().map_err(failed())?;
        let present = state.schema();
        let evolved = match scope {
            Scope::All | Scope::AllBut { .. } if *present != wanted => Some(wanted),
            Scope::All | Scope::AllBut { .. } => None,
            Scope::Sessions { .. } => evolve(&spec, &present, wanted)?,
        };
        let whole = !matches!(scope, Scope::Sessions { .. });
        let repartitioned = whole && *state.metadata().partition_columns() != spec.partition_by;
        let mut writer = RecordBatchWriter::for_table(&table).map_err(failed())?;
        if evolved.is_some() || repartitioned {
            let schema = evolved.as_ref().unwrap_or(&present);
            // Files are written with the schema that the commit will set.
            writer = RecordBatchWriter::try_new(
                table.table_url(),
                std::sync::Arc::new(arrow_of(schema).map_err(failed())?),
                Some(spec.partition_by.clone()),
                None,
            )
            .map_err(failed())?;
        }
        let writer = writer.with_writer_properties(properties(&spec.columns));
        let schema = writer.arrow_schema();
        Ok(Self { table, spec, writer, schema, evolved, repartitioned, files: Vec::new(), rows: 0 })
    }

    /// State of the table when it was opened.
    pub(crate) fn state(&self) -> Result<&DeltaTableState, LakeError> {
        self.table.snapshot().map_err(LakeError::table(&self.spec.name, "cannot read its log"))
    }

    /// Version of an application transaction in the table, if present.
    pub(crate) async fn transaction(&mut self, app: &str) -> Result<Option<i64>, LakeError> {
        let failed = || LakeError::table(&self.spec.name, "cannot read its log");
        let state = self.table.snapshot().map_err(failed())?;
        state.transaction_version(self.table.log_store().as_ref(), app).await.map_err(failed())
    }

    /// Adds rows with the table's columns in order; additional columns of the table become null.
    pub(crate) async fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        self.rows += batch.num_rows() as u64;
        let failed = || LakeError::table(&self.spec.name, "cannot write");
        let given = batch.schema();
        let columns = self
            .schema
            .fields()
            .iter()
            .map(|field| {
                let Ok(index) = given.index_of(field.name()) else {
                    return Ok(deltalake::arrow::array::new_null_array(field.data_type(), batch.num_rows()));
                };
                let column = batch.column(index);
                if column.data_type() == field.data_type() {
                    Ok(std::sync::Arc::clone(column))
                } else {
                    deltalake::arrow::compute::cast(column, field.data_type())
                }
            })
            .collect::<Result<Vec<_>, _>>()
            .and_then(|columns| RecordBatch::try_new(std::sync::Arc::clone(&self.schema), columns))
            .map_err(|error| failed()(DeltaTableError::Arrow { source: error }))?;
        self.writer.write(columns).await.map_err(failed())
    }

    /// Closes the files of complete partitions, because each open file uses memory. Without partitions
    /// nothing is closed, so that there is one file.
    pub(crate) async fn close_partitions(&mut self) -> Result<(), LakeError> {
        if !self.spec.partition_by.is_empty() {
            let closed = self.writer.flush().await;
            self.files.extend(closed.map_err(LakeError::table(&self.spec.name, "cannot write"))?);
        }
        Ok(())
    }

    /// Replaces the scope by the written rows, in one commit; returns the new version.
    pub(crate) async fn commit(mut self, scope: &Scope, marks: Marks) -> Result<u64, LakeError> {
        let name = self.spec.name.clone();
        let failed = || LakeError::table(&name, "cannot commit");
        let mut actions: Vec<Action> = Vec::new();
        let state = self.table.snapshot().map_err(failed())?.clone();
        let files: Vec<LogicalFileView> = state.log_data().iter().collect();
        let mut kept = Vec::new();
        for file in files {
            match relation(&file, scope) {
                Relation::None => continue,
                Relation::Whole => {}
                Relation::Mixed => kept.push((file.path().into_owned(), FileStats::partitions(&file))),
            }
            actions.push(Action::Remove(file.remove_action(true)));
        }
        for (path, partitions) in kept {
            for batch in staying(&self.table, &name, &path, &partitions, scope).await? {
                let rows = self.rows;
                self.write(&batch).await?;
                self.rows = rows;
            }
        }
        self.files.extend(self.writer.flush().await.map_err(failed())?);
        actions.extend(self.files.into_iter().map(Action::Add));
        let mut metadata = None;
        if let Some(schema) = &self.evolved {
            metadata =
                Some(state.metadata().clone().with_schema(schema).map_err(|error| failed()(error.into()))?);
        }
        if self.repartitioned {
            let changed = metadata.take().unwrap_or_else(|| state.metadata().clone());
            metadata = Some(kept_apart_by(&changed, &self.spec.partition_by).map_err(failed())?);
        }
        for (key, value) in marks.properties {
            if state.metadata().configuration().get(&key) != Some(&value) {
                let changed = metadata.take().unwrap_or_else(|| state.metadata().clone());
                metadata = Some(changed.add_config_key(key, value).map_err(|error| failed()(error.into()))?);
            }
        }
        actions.extend(metadata.map(Action::Metadata));
        let properties = CommitProperties::default().with_application_transactions(
            marks
                .transactions
                .into_iter()
                .map(|(app, version)| {
                    Transaction::new_with_last_update(
                        app,
                        version,
                        Some(jiff::Timestamp::now().as_millisecond()),
                    )
                })
                .collect(),
        );
        let predicate = match scope {
            Scope::All => None,
            Scope::AllBut { column, keys } => Some(format!("{column} NOT IN ({})", listed(keys))),
            Scope::Sessions { column, keys } => Some(format!("{column} IN ({})", listed(keys))),
        };
        let operation = DeltaOperation::Write {
            mode: SaveMode::Overwrite,
            partition_by: (!self.spec.partition_by.is_empty()).then(|| self.spec.partition_by.clone()),
            predicate,
        };
        let committed = CommitBuilder::from(properties)
            .with_actions(actions)
            .build(Some(state.snapshot()), self.table.log_store(), operation)
            .await;
        match committed {
            Ok(done) => Ok(done.version()),
            Err(DeltaTableError::Transaction {
                source:
                    TransactionError::CommitConflict(
                        CommitConflictError::ConcurrentTransaction
                        | CommitConflictError::ConcurrentAppend
                        | CommitConflictError::ConcurrentDeleteRead
                        | CommitConflictError::ConcurrentDeleteDelete
                        | CommitConflictError::MetadataChanged,
                    ),
            }) => Err(LakeError::Conflict { table: name }),
            Err(error) => Err(failed()(error)),
        }
    }
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

async fn create(lake: &Lake, spec: &TableSpec) -> Result<DeltaTable, LakeError> {
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
fn evolve(
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
fn kept_apart_by(metadata: &Metadata, columns: &[String]) -> Result<Metadata, DeltaTableError> {
    let mut value = serde_json::to_value(metadata)?;
    value["partitionColumns"] = columns.into();
    Ok(serde_json::from_value(value)?)
}

fn arrow_of(schema: &StructType) -> Result<arrow_schema::Schema, DeltaTableError> {
    use deltalake::kernel::engine::arrow_conversion::TryIntoArrow;
    schema.try_into_arrow().map_err(|error| DeltaTableError::Arrow { source: error })
}

/// How a file relates to the replaced sessions.
enum Relation {
    /// Contains none of their rows.
    None,
    /// Contains only their rows.
    Whole,
    /// May also contain rows of other sessions.
    Mixed,
}

fn relation(file: &LogicalFileView, scope: &Scope) -> Relation {
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
async fn staying(
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

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::StringArray;
    use arrow_schema::{DataType, Field, Schema};
    use f1lake_bronze::ColumnType;

    fn spec(columns: &[(&str, ColumnType)]) -> TableSpec {
        TableSpec {
            name: "bronze_raw.bronze_test".to_owned(),
            columns: columns.iter().map(|(name, kind)| Column::new(*name, *kind, "A column.")).collect(),
            partition_by: Vec::new(),
            comment: "A table.".to_owned(),
        }
    }

    fn session(key: i64) -> Scope {
        Scope::Sessions { column: "session_key".to_owned(), keys: BTreeSet::from([key]) }
    }

    async fn paths(lake: &Lake) -> BTreeSet<String> {
        let table = lake.table("bronze_raw.bronze_test", None).await.unwrap().unwrap();
        table.snapshot().unwrap().log_data().iter().map(|file| file.path().into_owned()).collect()
    }

    #[tokio::test]
    async fn a_table_of_an_older_version_gets_its_columns_though_nothing_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path().to_str().unwrap()).unwrap();
        let old = spec(&[("session_key", ColumnType::Bigint)]);
        let new = spec(&[("session_key", ColumnType::Bigint), ("season_races", ColumnType::BigintList)]);
        let mut names = Vec::new();
        for spec in [&old, &new, &new, &old] {
            ensure(&lake, spec).await.unwrap();
            let table = lake.table("bronze_raw.bronze_test", None).await.unwrap().unwrap();
            let schema = table.snapshot().unwrap().schema();
            let columns: Vec<String> = schema.fields().map(|field| field.name().clone()).collect();
            names.push((table.version(), columns.join(" ")));
        }
        let both = (Some(1), "session_key season_races".to_owned());
        assert_eq!(names, [(Some(0), "session_key".to_owned()), both.clone(), both.clone(), both]);
    }

    #[tokio::test]
    async fn rows_without_a_session_are_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path().to_str().unwrap()).unwrap();
        let spec = || spec(&[("session_key", ColumnType::Bigint)]);
        let schema = Arc::new(Schema::new(vec![Field::new("session_key", DataType::Int64, true)]));
        let batch = |keys: Vec<Option<i64>>| {
            RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(Int64Array::from(keys))]).unwrap()
        };
        // As another writer may leave a file: a single session by the statistics, and rows without one.
        let mut writer = TableWriter::open(&lake, spec(), &session(1)).await.unwrap();
        writer.write(&batch(vec![Some(1), None, Some(1)])).await.unwrap();
        writer.commit(&session(1), Marks::default()).await.unwrap();
        let mut writer = TableWriter::open(&lake, spec(), &session(1)).await.unwrap();
        writer.write(&batch(vec![Some(1)])).await.unwrap();
        writer.commit(&session(1), Marks::default()).await.unwrap();
        let query = crate::query::Query::open(&lake, None).await.unwrap();
        let counted = "select count(*), count(session_key) from bronze_raw.bronze_test";
        let rows = query.collect(counted).await.unwrap();
        assert_eq!(crate::rows_out::texts(&rows, 10).unwrap(), [["2", "1"]]);
        // They do not stay with the sessions that a rewrite keeps, either.
        let but = Scope::AllBut { column: "session_key".to_owned(), keys: [1].into() };
        let writer = TableWriter::open(&lake, spec(), &but).await.unwrap();
        writer.commit(&but, Marks::default()).await.unwrap();
        let query = crate::query::Query::open(&lake, None).await.unwrap();
        let rows = query.collect(counted).await.unwrap();
        assert_eq!(crate::rows_out::texts(&rows, 10).unwrap(), [["1", "1"]]);
    }

    #[tokio::test]
    async fn a_column_that_becomes_known_is_added_and_no_file_is_rewritten() {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path().to_str().unwrap()).unwrap();
        let old = spec(&[("session_key", ColumnType::Bigint)]);
        let mut writer = TableWriter::open(&lake, old, &session(1)).await.unwrap();
        let schema = Arc::new(Schema::new(vec![Field::new("session_key", DataType::Int64, true)]));
        let batch = RecordBatch::try_new(schema, vec![Arc::new(Int64Array::from(vec![1, 1]))]).unwrap();
        writer.write(&batch).await.unwrap();
        writer.commit(&session(1), Marks::default()).await.unwrap();
        let before = paths(&lake).await;

        let new = spec(&[("session_key", ColumnType::Bigint), ("tyre", ColumnType::String)]);
        let mut writer = TableWriter::open(&lake, new, &session(2)).await.unwrap();
        let schema = Arc::new(Schema::new(vec![
            Field::new("session_key", DataType::Int64, true),
            Field::new("tyre", DataType::Utf8, true),
        ]));
        let columns: Vec<arrow_array::ArrayRef> =
            vec![Arc::new(Int64Array::from(vec![2])), Arc::new(StringArray::from(vec!["soft"]))];
        writer.write(&RecordBatch::try_new(schema, columns).unwrap()).await.unwrap();
        writer.commit(&session(2), Marks::default()).await.unwrap();

        assert!(paths(&lake).await.is_superset(&before), "old files were rewritten");
        let query = crate::query::Query::open(&lake, None).await.unwrap();
        let rows = query
            .collect("select session_key, tyre from bronze_raw.bronze_test order by session_key")
            .await
            .unwrap();
        let rows = crate::rows_out::texts(&rows, 10).unwrap();
        assert_eq!(rows, [["1", ""], ["1", ""], ["2", "soft"]]);

        let other = spec(&[("session_key", ColumnType::String)]);
        let error = TableWriter::open(&lake, other, &session(3)).await.err().unwrap().to_string();
        assert!(error.contains("session_key") && error.contains("--rebuild"), "{error}");
    }
}
