//! How rows are packed as Parquet.

use crate::column::{Column, ColumnType};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

/// Rows of a row group: one or two drivers of telemetry, so that statistics can locate a driver.
const ROW_GROUP_ROWS: usize = 65_536;
/// Measurements that change little from row to row: differences compress better than a dictionary.
const COUNTERS: [&str; 5] = ["rpm", "speed", "x", "y", "z"];

/// How the rows of a table with these columns are packed.
pub fn properties(columns: &[Column]) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("f1lake ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).unwrap_or_default()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
    for column in columns {
        if column.column_type == ColumnType::Timestamp || COUNTERS.contains(&column.name.as_str()) {
            let path = ColumnPath::from(column.name.as_str());
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
    }
    properties.build()
}
