//! Bronze tables in a Databricks SQL warehouse: the same tables, columns and rows as the lake's, loaded by SQL.

mod error;
mod load;
mod pipeline;
mod sql;
mod staging;

pub use error::WarehouseError;
pub use load::{Warehouse, load_statements, load_warehouse, setup_statements};
pub use pipeline::{LandingFiles, pipeline};
pub use sql::Place;
