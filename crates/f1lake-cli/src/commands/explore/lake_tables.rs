//! A lake as the page reads it.

use super::query_threads::QueryThreads;
use arrow_schema::SchemaRef;
use async_trait::async_trait;
use f1lake::config::Config;
use f1lake::require_lake;
use f1lake_bronze::BronzeTable;
use f1lake_explore::{
    Column, ErrorKind, Failure, LakeState, Rows, Suggestion, TableFormat, TableNotes, Tables,
};
use f1lake_lake::deltalake::datafusion::common::DataFusionError;
use f1lake_lake::{GOLD, LakeError, Models, Query, Reader, RowFormat, SqlProblem, write_batches};
use futures::{StreamExt, TryStreamExt};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, OnceLock};

/// Memory of all queries of a page together.
const MEMORY: usize = 1 << 30;
/// The table without which no view has anything to show.
const SESSIONS: &str = "dim_sessions";

/// The configured lake, opened when it is there: looking must not create it.
pub(super) struct LakeTables {
    config: Config,
    reader: OnceLock<Reader>,
    threads: QueryThreads,
}

impl LakeTables {
    /// # Errors
    /// When the system gives no threads.
    pub(super) fn new(config: Config) -> io::Result<Self> {
        Ok(Self { config, reader: OnceLock::new(), threads: QueryThreads::start()? })
    }

    fn reader(&self) -> Result<&Reader, Failure> {
        if let Some(reader) = self.reader.get() {
            return Ok(reader);
        }
        match require_lake(&self.config) {
            Ok(lake) => Ok(self.reader.get_or_init(|| Reader::new(lake, MEMORY))),
            Err(f1lake::Error::Usage(_)) => Err(self.no_lake()),
            Err(error) => Err(Failure::new(ErrorKind::Failed, error.to_string())),
        }
    }

    fn no_lake(&self) -> Failure {
        Failure::new(ErrorKind::NoLake, format!("There is no lake at {}", self.place()))
    }

    /// Why a query found no table: the lake itself may be the reason.
    async fn explained(&self, failure: Failure) -> Failure {
        match self.state().await {
            Ok(LakeState::NoLake) => self.no_lake(),
            Ok(LakeState::NoGold) => Failure::new(ErrorKind::NoGold, "The tables for analysis are not built")
                .with_hint("f1lake build"),
            _ => failure,
        }
    }
}

#[async_trait]
impl Tables for LakeTables {
    async fn state(&self) -> Result<LakeState, Failure> {
        let reader = match self.reader() {
            Err(failure) if failure.kind == ErrorKind::NoLake => return Ok(LakeState::NoLake),
            other => other?,
        };
        let query = reader.query().await.map_err(failure)?;
        if query.tables().values().all(Vec::is_empty) {
            return Ok(LakeState::NoLake);
        }
        let Some(sessions) = query.full_name(SESSIONS) else { return Ok(LakeState::NoGold) };
        let some = query.collect(&format!("select 1 from {sessions} limit 1")).await.map_err(failure)?;
        let is_empty = some.iter().all(|batch| batch.num_rows() == 0);
        Ok(if is_empty { LakeState::EmptyLake } else { LakeState::Ready })
    }

    async fn revision(&self) -> Result<String, Failure> {
        match self.reader() {
            Ok(reader) => reader.revision().await.map_err(failure),
            Err(_) => Ok(String::new()),
        }
    }

    async fn query(&self, sql: &str) -> Result<Rows, Failure> {
        let query = self.reader()?.query().await.map_err(failure)?;
        let (known, text) = (query.full_name(SESSIONS).is_some(), sql.to_owned());
        let work = async move {
            let frame = query.sql(&text).await.map_err(failure)?;
            let schema: SchemaRef = Arc::new(frame.schema().as_arrow().clone());
            let batches = frame.execute_stream().await.map_err(|error| failure(error.into()))?;
            Ok(Rows { schema, batches: batches.map_err(|error| failure(error.into())).boxed() })
        };
        match self.threads.run(work).await {
            Err(failure) if failure.kind == ErrorKind::NoTable && !known => {
                Err(self.explained(failure).await)
            }
            result => result,
        }
    }

    async fn write(
        &self,
        rows: Rows,
        format: TableFormat,
        output: Box<dyn Write + Send>,
    ) -> Result<u64, Failure> {
        let format = match format {
            TableFormat::Json => RowFormat::Json,
            TableFormat::Csv => RowFormat::Csv,
            TableFormat::Parquet => RowFormat::Parquet,
        };
        write_batches::<Wrapped>(&rows.schema, rows.batches.map_err(Wrapped), format, output)
            .await
            .map_err(|Wrapped(failure)| failure)
    }

    async fn catalogue(&self) -> Result<Vec<TableNotes>, Failure> {
        let query = self.reader()?.query().await.map_err(failure)?;
        let known = known_tables().map_err(failure)?;
        let mut all = Vec::new();
        for (schema, names) in query.tables() {
            for table in names {
                let full = format!("{schema}.{table}");
                let (description, columns) = match known.get(&full) {
                    Some((description, columns)) => (description.clone(), columns.clone()),
                    None => (String::new(), columns_of(&query, &full).await),
                };
                all.push(TableNotes { schema: schema.clone(), table: table.clone(), description, columns });
            }
        }
        // Gold first: it is what people ask for.
        all.sort_by_key(|table| table.schema != GOLD);
        Ok(all)
    }

    fn place(&self) -> String {
        self.config.lake_path.clone()
    }

    fn is_generated(&self) -> bool {
        let folder = self.reader.get().and_then(|reader| reader.lake().local_path()?.parent());
        folder.is_some_and(|folder| folder.join(super::super::demo::SEED_FILE).is_file())
    }
}

/// An error of rows on their way into a format.
struct Wrapped(Failure);

impl From<LakeError> for Wrapped {
    fn from(error: LakeError) -> Self {
        Self(failure(error))
    }
}

/// Description and columns of the tables that f1lake makes.
fn known_tables() -> Result<BTreeMap<String, (String, Vec<Column>)>, LakeError> {
    let notes = |columns: &[f1lake_bronze::Column]| -> Vec<Column> {
        columns
            .iter()
            .map(|column| Column {
                name: column.name.clone(),
                sql_type: column.column_type.sql().to_owned(),
                description: column.doc.clone(),
            })
            .collect()
    };
    let bronze = BronzeTable::all()
        .map(|table| (table.full_name(), (table.endpoint.spec().doc.to_owned(), notes(&table.columns))));
    let models = Models::carried()?.models.into_iter();
    Ok(models.map(|model| (model.name, (model.description, notes(&model.columns)))).chain(bronze).collect())
}

/// Columns of a table that someone else made; none when it cannot be opened.
async fn columns_of(query: &Query, table: &str) -> Vec<Column> {
    let Ok(frame) = query.sql(&format!("select * from {table} limit 0")).await else { return Vec::new() };
    let fields = frame.schema().fields().iter();
    fields
        .map(|field| Column {
            name: field.name().clone(),
            sql_type: field.data_type().to_string(),
            description: String::new(),
        })
        .collect()
}

/// The lake's error in the words of the page.
fn failure(error: LakeError) -> Failure {
    let text = match &error {
        LakeError::Engine(cause) => plain_cause(cause),
        error => error.to_string(),
    };
    let mut lines = text.lines();
    let message = capitalised(lines.next().unwrap_or_default());
    let hints: Vec<&str> = lines.filter_map(|line| line.strip_prefix("hint: ")).collect();
    let (kind, meant) = match error {
        LakeError::Sql { problem, .. } => match problem {
            SqlProblem::NoTable { wrong, right } => (ErrorKind::NoTable, right.map(|right| (wrong, right))),
            SqlProblem::NoColumn { wrong, right } => (ErrorKind::NoColumn, right.map(|right| (wrong, right))),
            _ => (ErrorKind::Sql, None),
        },
        LakeError::Engine(cause) => match cause.find_root() {
            DataFusionError::ResourcesExhausted(_) => (ErrorKind::Memory, None),
            DataFusionError::Plan(_) | DataFusionError::Execution(_) | DataFusionError::ArrowError(..) => {
                (ErrorKind::Sql, None)
            }
            _ => (ErrorKind::Failed, None),
        },
        _ => (ErrorKind::Failed, None),
    };
    Failure {
        kind,
        message,
        hint: (!hints.is_empty()).then(|| hints.join("\n")),
        suggestion: meant.map(|(wrong, right)| Suggestion { wrong, right }),
    }
}

/// The innermost cause, without the names of the engine's steps.
fn plain_cause(error: &DataFusionError) -> String {
    match error.find_root() {
        DataFusionError::Plan(text) | DataFusionError::Execution(text) => text.clone(),
        root => root.to_string(),
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
