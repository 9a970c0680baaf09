//! Columns as fields of a Delta schema. Separate, so that the decoder builds without Delta (see `fuzz/`).

use crate::column::{Column, ColumnType};
use deltalake::kernel::{ArrayType, DataType as DeltaType, MetadataValue, PrimitiveType, StructField};

impl ColumnType {
    fn delta(self) -> DeltaType {
        match self {
            Self::Bigint => DeltaType::Primitive(PrimitiveType::Long),
            Self::Double => DeltaType::Primitive(PrimitiveType::Double),
            Self::Boolean => DeltaType::Primitive(PrimitiveType::Boolean),
            Self::String => DeltaType::Primitive(PrimitiveType::String),
            Self::Timestamp => DeltaType::Primitive(PrimitiveType::Timestamp),
            Self::Date => DeltaType::Primitive(PrimitiveType::Date),
            Self::BigintList => {
                DeltaType::from(ArrayType::new(DeltaType::Primitive(PrimitiveType::Long), true))
            }
        }
    }
}

impl Column {
    /// Converts to a field of a Delta schema, with its comment. All columns are nullable: a field that the
    /// API omits in future must not break a table.
    pub(crate) fn delta(&self) -> StructField {
        StructField::new(self.name.clone(), self.column_type.delta(), true)
            .with_metadata([("comment", MetadataValue::String(self.doc.clone()))])
    }
}
