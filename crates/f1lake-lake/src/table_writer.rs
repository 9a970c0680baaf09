//! Replaces sessions of a Delta table in one commit: it adds the new files, removes the sessions' old ones,
//! and contains the data that identifies a repetition.

mod scope;
mod spec;
#[cfg(test)]
mod tests;

pub(crate) use scope::Scope;
pub(crate) use spec::{TableSpec, ensure};

use crate::column_delta::delta_field;
use crate::error::LakeError;
use crate::file_stats::FileStats;
use crate::lake::Lake;
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use deltalake::kernel::transaction::{
    CommitBuilder, CommitConflictError, CommitProperties, TransactionError,
};
use deltalake::kernel::{Action, Add, LogicalFileView, MetadataExt, StructType, Transaction};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::writer::{DeltaWriter, RecordBatchWriter};
use deltalake::{DeltaTable, DeltaTableError};
use f1lake_bronze::properties;
use scope::{Relation, relation, staying};
pub(crate) use spec::arrow_of;
use spec::{create, evolve, kept_apart_by};
use std::collections::BTreeMap;

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
    /// Rows in closed files.
    closed_rows: u64,
    pub(crate) rows: u64,
    /// Whether the table was missing.
    created: bool,
}

impl TableWriter {
    /// Opens the table, or creates it.
    pub(crate) async fn open(lake: &Lake, spec: TableSpec, scope: &Scope) -> Result<Self, LakeError> {
        let found = lake.table(&spec.name, None).await?;
        let created = found.is_none();
        let table = match found {
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
        let schema = writer.arrow_schema();
        let writer = writer.with_writer_properties(properties(&schema));
        Ok(Self {
            table,
            spec,
            writer,
            schema,
            evolved,
            repartitioned,
            files: Vec::new(),
            closed_rows: 0,
            rows: 0,
            created,
        })
    }

    /// Version of the table that is replaced; `None` for a new one.
    pub(crate) fn base(&self) -> Option<u64> {
        // Another process may have created the table first and written to it.
        self.table.version().filter(|version| !self.created || *version > 0)
    }

    /// Version that the commit makes if no other process commits first.
    pub(crate) fn next_version(&self) -> Option<u64> {
        self.table.version().map(|version| version + 1)
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
        if self.spec.partition_by.is_empty() { Ok(()) } else { self.close_files().await }
    }

    /// Closes the open files: rows that follow go into others.
    pub(crate) async fn close_files(&mut self) -> Result<(), LakeError> {
        let closed = self.writer.flush().await.map_err(LakeError::table(&self.spec.name, "cannot write"))?;
        self.files.extend(closed);
        self.closed_rows = self.rows;
        Ok(())
    }

    /// Forgets the rows since files were last closed.
    pub(crate) fn discard(&mut self) {
        self.writer.reset();
        self.rows = self.closed_rows;
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
        let operation = DeltaOperation::Write {
            mode: SaveMode::Overwrite,
            partition_by: (!self.spec.partition_by.is_empty()).then(|| self.spec.partition_by.clone()),
            predicate: scope.predicate(),
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
