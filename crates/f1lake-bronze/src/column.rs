//! Columns of the lake's tables and their types.

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use std::sync::Arc;

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// 64-bit signed integer.
    Bigint,
    /// 64-bit float.
    Double,
    /// `true` or `false`.
    Boolean,
    /// UTF-8 text.
    String,
    /// UTC instant, microseconds.
    Timestamp,
    /// Calendar day, UTC.
    Date,
    /// List of 64-bit integers; elements may be null.
    BigintList,
}

impl ColumnType {
    /// Name in SQL.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Bigint => "BIGINT",
            Self::Double => "DOUBLE",
            Self::Boolean => "BOOLEAN",
            Self::String => "STRING",
            Self::Timestamp => "TIMESTAMP",
            Self::Date => "DATE",
            Self::BigintList => "ARRAY<BIGINT>",
        }
    }

    fn arrow(self) -> DataType {
        match self {
            Self::Bigint => DataType::Int64,
            Self::Double => DataType::Float64,
            Self::Boolean => DataType::Boolean,
            Self::String => DataType::Utf8,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Date => DataType::Date32,
            // Delta's own name for the element, so that batches need no cast.
            Self::BigintList => DataType::List(Arc::new(Field::new("element", DataType::Int64, true))),
        }
    }
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Type.
    pub column_type: ColumnType,
    /// Meaning and unit.
    pub doc: String,
}

impl Column {
    /// A column.
    ///
    /// ```
    /// use f1lake_bronze::{Column, ColumnType};
    ///
    /// let column = Column::new("lap_duration", ColumnType::Double, "Lap time, s.");
    /// assert_eq!(column.column_type.sql(), "DOUBLE");
    /// ```
    pub fn new(name: impl Into<String>, column_type: ColumnType, doc: impl Into<String>) -> Self {
        Self { name: name.into(), column_type, doc: doc.into() }
    }
}

/// Arrow schema of columns.
pub fn arrow_schema(columns: &[Column]) -> SchemaRef {
    Arc::new(Schema::new(
        columns
            .iter()
            .map(|column| Field::new(&column.name, column.column_type.arrow(), true))
            .collect::<Vec<_>>(),
    ))
}
