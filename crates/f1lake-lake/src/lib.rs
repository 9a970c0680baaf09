//! The lake: bronze, silver and gold as Delta tables, loaded, built, checked and queried. Delta and DataFusion live here only.

#![cfg_attr(not(test), deny(clippy::disallowed_methods))]

mod build;
mod checks;
mod checks_passed;
mod column_delta;
mod engine_memory;
mod error;
mod file_stats;
mod functions;
mod inputs;
mod inventory;
mod lake;
mod load;
mod maintain;
mod minisectors;
mod models;
#[cfg(feature = "cloud")]
mod object_stores;
mod query;
mod reader;
mod rows_out;
mod scalar_subquery;
mod sql_error;
mod table_writer;
mod using;
mod yielding;

pub use build::{BuildProgress, BuildReport, BuildSettings, BuildStatus, ModelBuild, build, build_models};
pub use checks::{CheckResult, CheckStatus, check};
pub use deltalake;
pub use engine_memory::{LEAST_MEMORY, limit_memory, machine_memory};
pub use error::{LakeError, SqlProblem};
pub use inventory::{TableInfo, tables};
pub use lake::{AsOf, GOLD, Lake, QUARANTINE, SCHEMAS, SILVER};
pub use load::load;
pub use maintain::{LEAST_RETENTION_HOURS, MaintainSettings, Maintained, maintain};
pub use models::{Check, Model, ModelGrain, Models, Severity, columns};
pub use query::{CATALOG, Query};
pub use reader::Reader;
pub use rows_out::{RowFormat, texts, write_batches, write_rows};
