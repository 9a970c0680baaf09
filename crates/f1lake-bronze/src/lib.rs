//! From the landing zone to bronze tables, wherever these are: a landed file as typed Arrow batches, the tables' columns,
//! and the loader, which fills any [`BronzeSink`]. It knows no engine.

mod bronze_table;
mod column;
mod decode;
mod decoded_file;
mod error;
mod load;
mod parquet_properties;

pub use bronze_table::{
    BRONZE, BronzeTable, EXTRACTED, FieldColumns, INGESTED, LOADS, RACE_SESSION_KEY, SOURCE_FILE,
    loads_columns,
};
pub use column::{Column, ColumnType, arrow_schema};
pub use decode::{Decoder, Refusal, RowOrigin};
pub use decoded_file::{Decoded, DecodedFile, Refused, keep_refused};
pub use error::BronzeError;
pub use f1lake_zone::RESCUED;
pub use load::{
    BronzeSink, CONFIRMED_AFTER, FileLoad, LandedFile, LoadProgress, LoadReport, LoadSettings, LoadStatus,
    RecordScope, SessionLoad, TableLoad, Verdict, load,
};
pub use parquet_properties::properties;
