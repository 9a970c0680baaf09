//! Filters: a field, a comparison and a value.

use jiff::{Timestamp, civil::Date};
use std::fmt;

/// Comparison of a filter.
///
/// ```
/// use openf1_client::{Endpoint, Op, Query};
/// let query = Query::new(Endpoint::Laps).filter("lap_number", Op::Le, 10);
/// assert_eq!(query.to_string(), "laps?lap_number<=10");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Op {
    /// `=`; repeated on one field it means OR.
    Eq,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `<`
    Lt,
    /// `<=`
    Le,
}

impl Op {
    pub(super) fn is_lower(self) -> bool {
        matches!(self, Self::Gt | Self::Ge)
    }

    pub(super) fn is_upper(self) -> bool {
        matches!(self, Self::Lt | Self::Le)
    }

    /// As written in a query string, percent-encoded.
    pub(super) fn encoded(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Gt => "%3E",
            Self::Ge => "%3E%3D",
            Self::Lt => "%3C",
            Self::Le => "%3C%3D",
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Eq => "=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Lt => "<",
            Self::Le => "<=",
        })
    }
}

/// Value of a filter.
///
/// ```
/// use openf1_client::Operand;
/// assert_eq!(Operand::from("Race"), Operand::Text("Race".to_owned()));
/// assert_eq!(Operand::from(315), Operand::Int(315));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// Whole number.
    Int(i64),
    /// Number.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// Text; case matters.
    Text(String),
    /// Instant, sent as naive UTC with milliseconds.
    Time(Timestamp),
    /// A whole UTC day: `=` selects the day, `<=` includes it.
    Day(Date),
    /// `latest`, for `session_key` and `meeting_key`.
    Latest,
}

macro_rules! operand_from {
    ($($from:ty => $variant:ident),+) => {
        $(impl From<$from> for Operand {
            fn from(value: $from) -> Self {
                Self::$variant(value.into())
            }
        })+
    };
}
operand_from!(i64 => Int, i32 => Int, u32 => Int, f64 => Float, bool => Bool, &str => Text, String => Text,
    Timestamp => Time, Date => Day);

/// One condition of a query.
///
/// ```
/// use openf1_client::{Endpoint, Op, Query};
/// let query = Query::new(Endpoint::Laps).session(9158);
/// assert_eq!((query.filters()[0].field.as_str(), query.filters()[0].op), ("session_key", Op::Eq));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Field of the endpoint.
    pub field: String,
    /// Comparison.
    pub op: Op,
    /// Value.
    pub value: Operand,
}

/// A value in the readable form of a query.
pub(super) fn display(value: &Operand) -> String {
    match value {
        Operand::Int(number) => number.to_string(),
        Operand::Float(number) => number.to_string(),
        Operand::Bool(value) => value.to_string(),
        Operand::Text(text) => text.clone(),
        Operand::Time(time) => time.to_string(),
        Operand::Day(day) => day.to_string(),
        Operand::Latest => "latest".to_owned(),
    }
}
