//! SQL over the lake: every table under its schema's name, opened when a query names it.

use crate::error::LakeError;
use crate::lake::{AsOf, GOLD, Lake, SCHEMAS};
use crate::models::Models;
use crate::rows_out::typed_rows;
use crate::yielding::YieldingJoins;
use arrow_array::RecordBatch;
use async_trait::async_trait;
use deltalake::datafusion::catalog::{CatalogProvider, MemoryCatalogProvider, SchemaProvider, TableProvider};
use deltalake::datafusion::common::DataFusionError;
use deltalake::datafusion::datasource::{ViewTable, provider_as_source};
use deltalake::datafusion::execution::memory_pool::MemoryPool;
use deltalake::datafusion::execution::runtime_env::RuntimeEnvBuilder;
use deltalake::datafusion::execution::session_state::SessionStateBuilder;
use deltalake::datafusion::logical_expr::{Expr, LogicalPlanBuilder, col, lit};
use deltalake::datafusion::prelude::{DataFrame, SQLOptions, SessionConfig, SessionContext};
use deltalake::datafusion::sql::parser::{DFParserBuilder, Statement};
use deltalake::datafusion::sql::sqlparser::dialect::GenericDialect;
use deltalake::datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Name of the catalog: `f1lake.gold_analytics.fact_laps`.
pub const CATALOG: &str = "f1lake";
/// Schema in which every table is available by its name alone: names are unique.
const ANY: &str = "any_schema";
/// Maximum depth of nested parentheses and operators in a query.
const DEEPEST: usize = 50;
/// Maximum number of operators in a text: each makes the tree of an expression one level deeper, and a tree of
/// 8,000 levels overflows the stack.
const MOST_OPERATORS: usize = 3000;

/// Restricts tables to some sessions.
#[derive(Debug, Clone)]
pub(crate) struct SessionFilter {
    /// Session column by table.
    columns: BTreeMap<String, String>,
    keys: BTreeSet<i64>,
    /// Whether to select all rows except those of the keys.
    others: bool,
}

impl SessionFilter {
    /// The rows of these sessions.
    pub(crate) fn of(carried: &Models, keys: BTreeSet<i64>) -> Self {
        Self { columns: carried.session_columns(), keys, others: false }
    }

    /// The rows of other sessions, and rows without a session.
    pub(crate) fn but(carried: &Models, keys: BTreeSet<i64>) -> Self {
        Self { others: true, ..Self::of(carried, keys) }
    }

    /// Splits sessions into portions of a size, in the order of their keys.
    pub(crate) fn portions(carried: &Models, keys: &BTreeSet<i64>, size: usize) -> Vec<Self> {
        let keys: Vec<i64> = keys.iter().copied().collect();
        keys.chunks(size).map(|portion| Self::of(carried, portion.iter().copied().collect())).collect()
    }

    fn condition(&self, column: &str) -> Expr {
        let keys = self.keys.iter().map(|key| lit(*key)).collect();
        let listed = col(column).in_list(keys, self.others);
        if self.others { listed.or(col(column).is_null()) } else { listed }
    }
}

/// A session of the query engine on a lake.
pub struct Query {
    lake: Lake,
    as_of: Option<AsOf>,
    context: SessionContext,
    tables: BTreeMap<String, Vec<String>>,
}

impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Query").field("tables", &self.tables).finish_non_exhaustive()
    }
}

impl Query {
    /// Opens the lake's tables at the newest version, or as of an earlier one.
    ///
    /// # Errors
    /// When the lake cannot be listed.
    pub async fn open(lake: &Lake, as_of: Option<AsOf>) -> Result<Self, LakeError> {
        let memory = crate::engine_memory::pool();
        Self::new(lake, table_names(lake).await?, as_of, None, None, memory)
    }

    fn new(
        lake: &Lake,
        tables: BTreeMap<String, Vec<String>>,
        as_of: Option<AsOf>,
        filter: Option<SessionFilter>,
        opened: Option<Arc<Opened>>,
        memory: Arc<dyn MemoryPool>,
    ) -> Result<Self, LakeError> {
        let config = SessionConfig::new()
            .with_default_catalog_and_schema(CATALOG, ANY)
            .with_create_default_catalog_and_schema(false)
            .with_information_schema(true)
            // Columns carry their comments as field metadata, which differ between the sides of a union.
            .set_bool("datafusion.execution.skip_physical_aggregate_schema_check", true);
        let runtime = RuntimeEnvBuilder::new().with_memory_pool(memory);
        let state = SessionStateBuilder::new_with_default_features()
            .with_config(config)
            .with_runtime_env(runtime.build_arc()?)
            .with_physical_optimizer_rule(Arc::new(YieldingJoins))
            .build();
        let context = SessionContext::new_with_state(state);
        crate::functions::register(&context);
        let catalog = MemoryCatalogProvider::new();
        let filter = filter.map(Arc::new);
        let mut schemas = Vec::new();
        for (schema, names) in &tables {
            let provider = Arc::new(LakeSchema {
                lake: lake.clone(),
                schema: schema.clone(),
                names: names.clone(),
                as_of,
                filter: filter.clone(),
                opened: opened.clone(),
            });
            schemas.push(Arc::clone(&provider));
            catalog.register_schema(schema, provider)?;
        }
        // If two schemas have a table of the same name, gold takes precedence.
        schemas.sort_by_key(|schema| schema.schema != GOLD);
        catalog.register_schema(ANY, Arc::new(AnySchema { schemas }))?;
        context.register_catalog(CATALOG, Arc::new(catalog));
        Ok(Self { lake: lake.clone(), as_of, context, tables })
    }

    /// Schemas and their tables.
    pub fn tables(&self) -> &BTreeMap<String, Vec<String>> {
        &self.tables
    }

    /// The name of a table with its schema; the schema may already be there. `None` when there is no such table.
    pub fn full_name(&self, table: &str) -> Option<String> {
        self.tables.iter().find_map(|(schema, names)| {
            let name = table.strip_prefix(&format!("{schema}.")).unwrap_or(table);
            names.iter().any(|known| known == name).then(|| format!("{schema}.{name}"))
        })
    }

    /// The engine itself.
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// Plans a query; evaluates scalar subqueries first. Refuses statements that would change something: only
    /// load and build write the lake.
    ///
    /// # Errors
    /// [`LakeError::Sql`], with the position and a suggestion.
    pub async fn sql(&self, sql: &str) -> Result<DataFrame, LakeError> {
        let mut statements = self.statements(sql)?;
        match (statements.pop_front(), statements.len()) {
            (Some(statement), 0) => self.plan(sql, statement).await,
            (_, more) => Err(LakeError::sql(format!("expected one query, found {}", more + 1))),
        }
    }

    /// Plans queries separated by `;`.
    ///
    /// # Errors
    /// See [`Query::sql`]; then none of them runs.
    pub async fn all(&self, sql: &str) -> Result<Vec<DataFrame>, LakeError> {
        let mut frames = Vec::new();
        for statement in self.statements(sql)? {
            frames.push(self.plan(sql, statement).await?);
        }
        Ok(frames)
    }

    fn statements(&self, sql: &str) -> Result<VecDeque<Statement>, LakeError> {
        if operators(sql) > MOST_OPERATORS {
            return Err(LakeError::sql(format!(
                "the SQL has more than {MOST_OPERATORS} operators\nhint: write a list as `x in (1, 2, 3)` instead of \
                 many `or`"
            )));
        }
        let mut parsed = DFParserBuilder::new(sql)
            .with_dialect(&GenericDialect {})
            .with_recursion_limit(DEEPEST)
            .build()
            .and_then(|mut parser| parser.parse_statements())
            .map_err(|error| self.explained(sql, &error))?;
        parsed.iter_mut().for_each(crate::using::qualify);
        if parsed.is_empty() {
            return Err(LakeError::sql("the SQL is empty"));
        }
        Ok(parsed)
    }

    async fn plan(&self, sql: &str, statement: Statement) -> Result<DataFrame, LakeError> {
        let read_only =
            SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let planned = async {
            let plan = self.context.state().statement_to_plan(statement).await?;
            read_only.verify_plan(&plan)?;
            self.context.execute_logical_plan(plan).await
        };
        let frame = match planned.await {
            Ok(frame) => frame,
            Err(error) => {
                return Err(match self.not_yet(&error).await? {
                    Some(text) => LakeError::sql(text),
                    None => self.explained(sql, &error),
                });
            }
        };
        let (state, plan) = frame.into_parts();
        let plan = crate::scalar_subquery::answered(&state, plan).await?;
        Ok(DataFrame::new(state, plan))
    }

    /// The message for a table that exists but did not exist at the requested time.
    async fn not_yet(&self, error: &DataFusionError) -> Result<Option<String>, LakeError> {
        let (Some(as_of), Some(missing)) = (self.as_of, crate::sql_error::missing_table(error)) else {
            return Ok(None);
        };
        let Some(full) = self.full_name(missing) else { return Ok(None) };
        let Some(versions) = self.lake.versions(&full).await? else { return Ok(None) };
        let (first, last) = (versions.first_at.strftime("%Y-%m-%dT%H:%M:%SZ"), versions.last);
        Ok(Some(match as_of {
            AsOf::Version(version) => {
                format!("`{full}` has no version {version}\nhint: available versions: 0 to {last}")
            }
            AsOf::Instant(instant) => format!(
                "`{full}` did not exist at {instant}\nhint: its first version is of {first}; use that time \
                 or a later one"
            ),
        }))
    }

    fn explained(&self, sql: &str, error: &DataFusionError) -> LakeError {
        crate::sql_error::explain(sql, error, &self.tables)
    }

    /// Runs a query.
    ///
    /// # Errors
    /// See [`Query::sql`]; also when a table's files cannot be read.
    pub async fn collect(&self, sql: &str) -> Result<Vec<RecordBatch>, LakeError> {
        Ok(self.sql(sql).await?.collect().await?)
    }

    /// Runs a query and reads each row into a type with the columns' names.
    ///
    /// # Errors
    /// See [`Query::collect`]; also when a row does not fit the type.
    pub async fn rows<T: DeserializeOwned>(&self, sql: &str) -> Result<Vec<T>, LakeError> {
        typed_rows(self.sql(sql).await?).await
    }
}

/// Operators of a text, as far as it can be read.
fn operators(sql: &str) -> usize {
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, sql).tokenize() else { return 0 };
    let is_operator = |token: &Token| match token {
        Token::Word(word) => {
            let connects = ["and", "or", "union", "except", "intersect", "not", "like", "is"];
            connects.iter().any(|known| word.value.eq_ignore_ascii_case(known))
        }
        Token::Plus | Token::Minus | Token::Mul | Token::Div | Token::Mod | Token::StringConcat => true,
        Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq => true,
        Token::DoubleColon | Token::Pipe | Token::Ampersand | Token::Caret => true,
        _ => false,
    };
    tokens.iter().filter(|token| is_operator(token)).count()
}

async fn table_names(lake: &Lake) -> Result<BTreeMap<String, Vec<String>>, LakeError> {
    let mut tables = BTreeMap::new();
    for schema in SCHEMAS {
        tables.insert(schema.to_owned(), lake.tables(schema).await?);
    }
    Ok(tables)
}

/// Tables opened so far; `None` for missing ones.
type Opened = Mutex<BTreeMap<String, Option<Arc<dyn TableProvider>>>>;

/// A lake in which each table stays as it was when a query first named it: many queries read its log once.
pub(crate) struct Snapshot {
    lake: Lake,
    tables: BTreeMap<String, Vec<String>>,
    opened: Arc<Opened>,
}

impl Snapshot {
    /// # Errors
    /// When the lake cannot be listed.
    pub(crate) async fn of(lake: &Lake) -> Result<Self, LakeError> {
        Ok(Self { lake: lake.clone(), tables: table_names(lake).await?, opened: Arc::default() })
    }

    /// Opens it for queries, with all or some of its sessions.
    ///
    /// # Errors
    /// When the query engine cannot be set up.
    pub(crate) fn query(&self, filter: Option<SessionFilter>) -> Result<Query, LakeError> {
        self.query_with(filter, crate::engine_memory::pool())
    }

    /// Opens it for queries that use this memory.
    ///
    /// # Errors
    /// When the query engine cannot be set up.
    pub(crate) fn query_with(
        &self,
        filter: Option<SessionFilter>,
        memory: Arc<dyn MemoryPool>,
    ) -> Result<Query, LakeError> {
        let opened = Some(Arc::clone(&self.opened));
        Query::new(&self.lake, self.tables.clone(), None, filter, opened, memory)
    }
}

#[derive(Debug)]
struct LakeSchema {
    lake: Lake,
    schema: String,
    names: Vec<String>,
    as_of: Option<AsOf>,
    filter: Option<Arc<SessionFilter>>,
    /// Cache of open tables; without it each query reads the newest version.
    opened: Option<Arc<Opened>>,
}

impl LakeSchema {
    async fn open(&self, table: &str) -> Result<Option<Arc<dyn TableProvider>>, LakeError> {
        let Some(opened) = self.lake.table(table, self.as_of).await? else { return Ok(None) };
        let provider = opened.table_provider().await;
        Ok(Some(provider.map_err(|error| LakeError::table(table, "cannot read")(error.into()))?))
    }

    async fn open_once(
        &self,
        table: &str,
        opened: &Opened,
    ) -> Result<Option<Arc<dyn TableProvider>>, LakeError> {
        let mut opened = opened.lock().await;
        if let Some(known) = opened.get(table) {
            return Ok(known.clone());
        }
        let found = self.open(table).await?;
        opened.insert(table.to_owned(), found.clone());
        Ok(found)
    }
}

#[async_trait]
impl SchemaProvider for LakeSchema {
    fn table_names(&self) -> Vec<String> {
        self.names.clone()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>, DataFusionError> {
        if !self.table_exist(name) {
            return Ok(None);
        }
        let full = format!("{}.{name}", self.schema);
        let found = match &self.opened {
            Some(opened) => self.open_once(&full, opened).await,
            None => self.open(&full).await,
        };
        let Some(provider) = found.map_err(|error| DataFusionError::External(Box::new(error)))? else {
            return Ok(None);
        };
        let Some((filter, column)) =
            self.filter.as_ref().and_then(|filter| Some((filter, filter.columns.get(&full)?)))
        else {
            return Ok(Some(provider));
        };
        let plan = LogicalPlanBuilder::scan(name, provider_as_source(provider), None)?
            .filter(filter.condition(column))?
            .build()?;
        Ok(Some(Arc::new(ViewTable::new(plan, None))))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }
}

/// Finds tables that are named without their schema. Lists none, so that no table is listed twice.
#[derive(Debug)]
struct AnySchema {
    schemas: Vec<Arc<LakeSchema>>,
}

#[async_trait]
impl SchemaProvider for AnySchema {
    fn table_names(&self) -> Vec<String> {
        Vec::new()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>, DataFusionError> {
        match self.schemas.iter().find(|schema| schema.table_exist(name)) {
            Some(schema) => schema.table(name).await,
            None => Ok(None),
        }
    }

    fn table_exist(&self, name: &str) -> bool {
        self.schemas.iter().any(|schema| schema.table_exist(name))
    }
}
