//! Bronze tables in a Databricks SQL warehouse: the same tables, columns and rows as the lake's, loaded by SQL.

mod catalog;
mod earlier_loads;
mod error;
mod held;
mod load;
mod marker;
mod pipeline;
mod printed;
mod sql;
mod staging;
mod warehouse;

pub use error::WarehouseError;
pub use load::load_warehouse;
pub use pipeline::{LandingFiles, pipeline};
pub use printed::load_statements;
pub use sql::{Place, setup_statements};
pub use warehouse::Warehouse;
