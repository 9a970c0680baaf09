//! SQL over the lake: every table under its schema's name, opened when a query names it.

use crate::error::TablesError;
use crate::lake::{AsOf, GOLD, Lake, SCHEMAS};
use crate::models::Models;
use arrow_array::RecordBatch;
use async_trait::async_trait;
use deltalake::datafusion::catalog::{CatalogProvider, MemoryCatalogProvider, SchemaProvider, TableProvider};
use deltalake::datafusion::common::DataFusionError;
use deltalake::datafusion::datasource::{ViewTable, provider_as_source};
use deltalake::datafusion::execution::memory_pool::FairSpillPool;
use deltalake::datafusion::execution::runtime_env::RuntimeEnvBuilder;
use deltalake::datafusion::logical_expr::{Expr, LogicalPlanBuilder, col, lit};
use deltalake::datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Name of the catalog: `f1lake.gold_analytics.fact_laps`.
pub const CATALOG: &str = "f1lake";
/// Memory that a query may use before it spills to disk, bytes.
const MEMORY: usize = 4 << 30;

/// Shows tables as holding some sessions only.
#[derive(Debug, Clone)]
pub(crate) struct SessionFilter {
    /// By table, the column that names the session.
    columns: BTreeMap<String, String>,
    keys: BTreeSet<i64>,
    /// All rows but those of the keys instead.
    others: bool,
}

impl SessionFilter {
    /// The rows of some sessions.
    pub(crate) fn of(carried: &Models, keys: BTreeSet<i64>) -> Self {
        Self { columns: carried.session_columns(), keys, others: false }
    }

    /// The rows of no such session, or of none at all.
    pub(crate) fn but(carried: &Models, keys: BTreeSet<i64>) -> Self {
        Self { others: true, ..Self::of(carried, keys) }
    }

    /// Sessions in portions of a size, in the order of their keys.
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
    context: SessionContext,
    tables: BTreeMap<String, Vec<String>>,
}

impl std::fmt::Debug for Query {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Query").field("tables", &self.tables).finish_non_exhaustive()
    }
}

impl Query {
    /// Opens the lake's tables as they are now, or as they were.
    ///
    /// # Errors
    /// When the lake cannot be listed.
    pub async fn open(lake: &Lake, as_of: Option<AsOf>) -> Result<Self, TablesError> {
        Self::open_filtered(lake, as_of, None).await
    }

    pub(crate) async fn open_filtered(
        lake: &Lake,
        as_of: Option<AsOf>,
        filter: Option<SessionFilter>,
    ) -> Result<Self, TablesError> {
        let config = SessionConfig::new()
            .with_default_catalog_and_schema(CATALOG, GOLD)
            .with_create_default_catalog_and_schema(false)
            .with_information_schema(true)
            // Columns carry their comments as field metadata, which differ between the sides of a union.
            .set_bool("datafusion.execution.skip_physical_aggregate_schema_check", true);
        let runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(FairSpillPool::new(MEMORY)));
        let context = SessionContext::new_with_config_rt(config, runtime.build_arc()?);
        let catalog = MemoryCatalogProvider::new();
        let filter = filter.map(Arc::new);
        let mut tables = BTreeMap::new();
        for schema in SCHEMAS {
            let names = lake.tables(schema).await?;
            let provider = LakeSchema {
                lake: lake.clone(),
                schema: schema.to_owned(),
                names: names.clone(),
                as_of,
                filter: filter.clone(),
            };
            catalog.register_schema(schema, Arc::new(provider))?;
            tables.insert(schema.to_owned(), names);
        }
        context.register_catalog(CATALOG, Arc::new(catalog));
        Ok(Self { context, tables })
    }

    /// Schemas and their tables.
    pub fn tables(&self) -> &BTreeMap<String, Vec<String>> {
        &self.tables
    }

    /// The engine itself.
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// Plans a query. Statements that would change something are refused: the lake is written by load and build.
    ///
    /// # Errors
    /// [`TablesError::Sql`], which names the place and what was probably meant.
    pub async fn sql(&self, sql: &str) -> Result<DataFrame, TablesError> {
        use deltalake::datafusion::execution::context::SQLOptions;
        let read_only =
            SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        self.context
            .sql_with_options(sql, read_only)
            .await
            .map_err(|error| TablesError::Sql(crate::sql_error::explain(sql, &error, &self.tables)))
    }

    /// Runs a query.
    ///
    /// # Errors
    /// As [`Query::sql`], and when a table's files cannot be read.
    pub async fn collect(&self, sql: &str) -> Result<Vec<RecordBatch>, TablesError> {
        Ok(self.sql(sql).await?.collect().await?)
    }
}

#[derive(Debug)]
struct LakeSchema {
    lake: Lake,
    schema: String,
    names: Vec<String>,
    as_of: Option<AsOf>,
    filter: Option<Arc<SessionFilter>>,
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
        let external = |error: TablesError| DataFusionError::External(Box::new(error));
        let Some(table) = self.lake.table(&full, self.as_of).await.map_err(external)? else {
            return Ok(None);
        };
        let provider: Arc<dyn TableProvider> = table
            .table_provider()
            .await
            .map_err(|error| external(TablesError::table(&full, "cannot read")(error.into())))?;
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
