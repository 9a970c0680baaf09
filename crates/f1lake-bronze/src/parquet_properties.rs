//! How rows are packed as Parquet.

use arrow_schema::{DataType, Schema};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

/// Rows of a row group: one or two drivers of telemetry, so that statistics can locate a driver.
const ROW_GROUP_ROWS: usize = 65_536;
/// Measurements that change little from row to row: differences compress better than a dictionary.
const COUNTERS: [&str; 5] = ["rpm", "speed", "x", "y", "z"];

/// How rows of this schema are packed, in bronze, silver, gold, joined files and exports alike.
pub fn properties(schema: &Schema) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("f1lake ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3).unwrap_or_default()))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
    for field in schema.fields() {
        let is_counter = *field.data_type() == DataType::Int64 && COUNTERS.contains(&field.name().as_str());
        if is_counter || matches!(field.data_type(), DataType::Timestamp(..)) {
            let path = ColumnPath::from(field.name().as_str());
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
    }
    properties.build()
}
