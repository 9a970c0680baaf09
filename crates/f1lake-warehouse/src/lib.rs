//! Bronze tables in a Databricks SQL warehouse: the same tables, columns and rows as the lake's, loaded by SQL.

mod earlier_loads;
mod error;
mod load;
mod pipeline;
mod sql;
mod staging;
mod warehouse;

pub use error::WarehouseError;
pub use load::{load_statements, load_warehouse};
pub use pipeline::{LandingFiles, pipeline};
pub use sql::Place;
pub use warehouse::{Warehouse, setup_statements};
