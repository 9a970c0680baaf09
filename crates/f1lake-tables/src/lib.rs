//! Landing zone to bronze, silver and gold: Delta tables written, built and queried. Delta and DataFusion live here only.

mod bronze;
mod column;
mod decode;
mod error;
mod lake;
mod load;
mod query;
mod sql_error;
mod table_writer;

pub use arrow_array;
pub use bronze::{BRONZE, BronzeTable, LOADS, RESCUED};
pub use column::{Column, ColumnType};
pub use decode::{Decoder, Refusal, RowOrigin};
pub use error::TablesError;
pub use lake::{AsOf, GOLD, Lake, QUARANTINE, SCHEMAS, SILVER};
pub use load::{LoadProgress, LoadReport, LoadSettings, LoadStatus, SessionLoad, TableLoad, load};
pub use query::{CATALOG, Query};
