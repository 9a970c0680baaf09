//! Columns as fields of a Delta schema.

use deltalake::kernel::{ArrayType, DataType as DeltaType, MetadataValue, PrimitiveType, StructField};
use f1lake_bronze::{Column, ColumnType};

fn delta_type(column_type: ColumnType) -> DeltaType {
    match column_type {
        ColumnType::Bigint => DeltaType::Primitive(PrimitiveType::Long),
        ColumnType::Double => DeltaType::Primitive(PrimitiveType::Double),
        ColumnType::Boolean => DeltaType::Primitive(PrimitiveType::Boolean),
        ColumnType::String => DeltaType::Primitive(PrimitiveType::String),
        ColumnType::Timestamp => DeltaType::Primitive(PrimitiveType::Timestamp),
        ColumnType::Date => DeltaType::Primitive(PrimitiveType::Date),
        ColumnType::BigintList => {
            DeltaType::from(ArrayType::new(DeltaType::Primitive(PrimitiveType::Long), true))
        }
    }
}

/// A column as a field of a Delta schema, with its comment. All columns are nullable: what the API may leave out
/// tomorrow must not break a table.
pub(crate) fn delta_field(column: &Column) -> StructField {
    StructField::new(column.name.clone(), delta_type(column.column_type), true)
        .with_metadata([("comment", MetadataValue::String(column.doc.clone()))])
}
