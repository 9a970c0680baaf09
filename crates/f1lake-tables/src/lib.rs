//! Landing zone to bronze, silver and gold: Delta tables written, built and queried. Only this crate uses
//! Delta and DataFusion.

#![cfg_attr(not(test), deny(clippy::disallowed_methods))]

mod bronze;
mod build;
mod checks;
mod checks_passed;
mod column;
mod column_delta;
mod decode;
mod decoded_file;
mod engine_memory;
mod error;
mod file_stats;
mod functions;
mod inventory;
mod lake;
mod load;
mod maintain;
mod models;
#[cfg(feature = "cloud")]
mod object_stores;
mod query;
mod rows_out;
mod scalar_subquery;
mod sql_error;
mod table_writer;
mod using;
mod warehouse;

pub use arrow_array;
pub use bronze::{BRONZE, BronzeTable, LOADS, RESCUED};
pub use build::{BuildProgress, BuildReport, BuildSettings, BuildStatus, ModelBuild, build, build_models};
pub use checks::{CheckResult, CheckStatus, check};
pub use column::{Column, ColumnType};
pub use decode::{Decoder, Refusal, RowOrigin};
pub use deltalake;
pub use engine_memory::{LEAST_MEMORY, limit_memory, machine_memory};
pub use error::TablesError;
pub use inventory::{TableInfo, tables};
pub use lake::{AsOf, GOLD, Lake, QUARANTINE, SCHEMAS, SILVER};
pub use load::{LoadProgress, LoadReport, LoadSettings, LoadStatus, SessionLoad, TableLoad, load};
pub use maintain::{LEAST_RETENTION_HOURS, MaintainSettings, Maintained, maintain};
pub use models::{Check, Model, ModelGrain, Models, Severity, columns};
pub use query::{CATALOG, Query};
pub use rows_out::{RowFormat, texts, write_rows};
pub use warehouse::pipeline::{LandingFiles, pipeline};
pub use warehouse::{Place, Warehouse, load_statements, load_warehouse, setup_statements};
