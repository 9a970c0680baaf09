//! Arrow builders by column type.

use crate::column::ColumnType;
use arrow_array::ArrayRef;
use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, ListBuilder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_schema::{DataType, Field};
use std::sync::Arc;

/// An array of a column's type that grows by one value a row; a value of another type is ignored.
pub(super) enum Builder {
    Bigint(Int64Builder),
    Double(Float64Builder),
    Boolean(BooleanBuilder),
    String(StringBuilder),
    Timestamp(TimestampMicrosecondBuilder),
    Date(Date32Builder),
    List(ListBuilder<Int64Builder>),
}

impl Builder {
    pub(super) fn new(column_type: ColumnType) -> Self {
        match column_type {
            ColumnType::Bigint => Self::Bigint(Int64Builder::new()),
            ColumnType::Double => Self::Double(Float64Builder::new()),
            ColumnType::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnType::String => Self::String(StringBuilder::new()),
            ColumnType::Timestamp => Self::Timestamp(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            ColumnType::Date => Self::Date(Date32Builder::new()),
            ColumnType::BigintList => {
                let element = Field::new("element", DataType::Int64, true);
                Self::List(ListBuilder::new(Int64Builder::new()).with_field(element))
            }
        }
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Bigint(builder) => Arc::new(builder.finish()),
            Self::Double(builder) => Arc::new(builder.finish()),
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::String(builder) => Arc::new(builder.finish()),
            Self::Timestamp(builder) => Arc::new(builder.finish()),
            Self::Date(builder) => Arc::new(builder.finish()),
            Self::List(builder) => Arc::new(builder.finish()),
        }
    }

    pub(super) fn bigint(&mut self, value: Option<i64>) {
        if let Self::Bigint(builder) = self {
            builder.append_option(value);
        }
    }

    pub(super) fn double(&mut self, value: Option<f64>) {
        if let Self::Double(builder) = self {
            builder.append_option(value);
        }
    }

    pub(super) fn string(&mut self, value: Option<&str>) {
        if let Self::String(builder) = self {
            builder.append_option(value);
        }
    }

    pub(super) fn timestamp(&mut self, value: Option<i64>) {
        if let Self::Timestamp(builder) = self {
            builder.append_option(value);
        }
    }
}
