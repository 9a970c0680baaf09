//! Queries with every filter of the API and without its pitfalls.
//!
//! The query string is written by hand, because the API reads operators inside the parameter's name: it
//! misreads a client that encodes a parameter called `date>=`.

mod error;
mod filter;
mod instant;
mod misread;
#[cfg(test)]
mod tests;
mod window;

use crate::endpoint::{Endpoint, FieldSpec};
use crate::field::FieldType;
use filter::display;
use instant::{milliseconds, time_text};
use jiff::Timestamp;
use misread::{LARGEST, UNCAST, ends_in_offset, hides_operator, would_be_cast};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fmt;

pub use error::QueryError;
pub use filter::{Filter, Op, Operand};

/// Characters that stay unencoded in a query string.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

/// A query on one endpoint. Filters on different fields are ANDed; `=` on one field repeated is ORed;
/// a lower and an upper bound on one field form a window.
///
/// ```
/// use openf1_client::{Endpoint, Op, Query};
/// let query = Query::new(Endpoint::CarData).session(9158).driver(1).driver(4).filter("speed", Op::Ge, 315);
/// assert_eq!(query.to_string(), "car_data?session_key=9158&driver_number=1&driver_number=4&speed>=315");
/// assert_eq!(query.to_query_string()?, "session_key=9158&driver_number=1&driver_number=4&speed%3E%3D315");
/// # Ok::<(), openf1_client::QueryError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    endpoint: Endpoint,
    filters: Vec<Filter>,
}

impl Query {
    /// A query without filters.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, filters: Vec::new() }
    }

    /// The endpoint.
    pub fn endpoint(&self) -> Endpoint {
        self.endpoint
    }

    /// Filters so far.
    pub fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// Adds a condition.
    #[must_use]
    pub fn filter(mut self, field: impl Into<String>, op: Op, value: impl Into<Operand>) -> Self {
        self.filters.push(Filter { field: field.into(), op, value: value.into() });
        self
    }

    /// `field = value`; repeated on one field it means OR.
    #[must_use]
    pub fn eq(self, field: impl Into<String>, value: impl Into<Operand>) -> Self {
        self.filter(field, Op::Eq, value)
    }

    /// `session_key = key`.
    #[must_use]
    pub fn session(self, key: i64) -> Self {
        self.eq("session_key", key)
    }

    /// The newest session, as the API sees it; may have no data yet.
    #[must_use]
    pub fn latest_session(self) -> Self {
        self.eq("session_key", Operand::Latest)
    }

    /// `meeting_key = key`.
    #[must_use]
    pub fn meeting(self, key: i64) -> Self {
        self.eq("meeting_key", key)
    }

    /// `driver_number = number`; repeated it means any of them.
    #[must_use]
    pub fn driver(self, number: i64) -> Self {
        self.eq("driver_number", number)
    }

    /// `year = year`.
    #[must_use]
    pub fn year(self, year: i64) -> Self {
        self.eq("year", year)
    }

    /// The half-open window `from <= field < to`; `None` leaves an end open.
    #[must_use]
    pub fn window(self, field: &str, from: Option<Timestamp>, to: Option<Timestamp>) -> Self {
        let with_from = match from {
            Some(from) => self.filter(field, Op::Ge, from),
            None => self,
        };
        match to {
            Some(to) => with_from.filter(field, Op::Lt, to),
            None => with_from,
        }
    }

    /// The query string, without `?`.
    ///
    /// # Errors
    /// When the API would misread it or answer 404 or 422: see [`QueryError`].
    pub fn to_query_string(&self) -> Result<String, QueryError> {
        if self.filters.is_empty() {
            return Err(QueryError::NoFilter { endpoint: self.endpoint });
        }
        let mut text = String::new();
        for filter in &self.filters {
            let value = self.operand_text(filter)?;
            if !text.is_empty() {
                text.push('&');
            }
            text.push_str(&filter.field);
            text.push_str(filter.op.encoded());
            text.extend(utf8_percent_encode(&value, VALUE));
        }
        window::check(self.endpoint, &self.filters)?;
        Ok(text)
    }

    fn spec_of(&self, filter: &Filter) -> Result<&'static FieldSpec, QueryError> {
        let spec = self.endpoint.spec();
        spec.field(&filter.field).ok_or_else(|| QueryError::UnknownField {
            endpoint: self.endpoint,
            field: filter.field.clone(),
            known: spec.fields.iter().map(|field| field.name).collect::<Vec<_>>().join(", "),
        })
    }

    fn operand_text(&self, filter: &Filter) -> Result<String, QueryError> {
        let field = self.spec_of(filter)?;
        let bad = |reason| QueryError::BadValue {
            endpoint: self.endpoint,
            field: filter.field.clone(),
            value: format!("{:?}", filter.value),
            reason,
        };
        if field.field_type == FieldType::IntList {
            return Err(QueryError::ListField { endpoint: self.endpoint, field: filter.field.clone() });
        }
        let numeric = matches!(
            field.field_type,
            FieldType::Int | FieldType::Float | FieldType::Gap | FieldType::ResultTime
        );
        let textual = matches!(field.field_type, FieldType::Text | FieldType::Gap | FieldType::ResultTime);
        match &filter.value {
            Operand::Int(number) if numeric && number.unsigned_abs() > LARGEST => {
                Err(bad("the API has no number this large"))
            }
            Operand::Int(number) if numeric => Ok(number.to_string()),
            Operand::Float(number) if numeric && number.is_finite() => Ok(number.to_string()),
            Operand::Float(number) if numeric => {
                Err(bad(if number.is_nan() { "not a number" } else { "the API has no infinity" }))
            }
            Operand::Bool(value) if field.field_type == FieldType::Bool => Ok(value.to_string()),
            Operand::Text(text) if textual => {
                if text.is_empty() {
                    Err(bad("the API cannot search for empty text"))
                } else if !UNCAST.contains(&field.name) && would_be_cast(text) {
                    Err(bad("the API reads this text as a number or date; filter the rows after fetching"))
                } else if hides_operator(filter.op, text) || ends_in_offset(field.name, text) {
                    Err(bad("the API splits this text in two; filter the rows after fetching"))
                } else {
                    Ok(text.clone())
                }
            }
            Operand::Time(time) if field.field_type == FieldType::Time => {
                let milli = milliseconds(filter.op, *time)
                    .ok_or_else(|| bad("stored times are whole milliseconds"))?;
                time_text(milli).ok_or_else(|| bad("the API reads the years 1 to 9999"))
            }
            Operand::Day(day) if field.field_type == FieldType::Time => {
                // The API must also know the following day.
                let known = day.year() >= 1 && *day < jiff::civil::date(9999, 12, 31);
                known.then(|| day.to_string()).ok_or_else(|| bad("the API reads the years 1 to 9999"))
            }
            Operand::Latest if filter.op == Op::Eq && matches!(field.name, "session_key" | "meeting_key") => {
                Ok("latest".to_owned())
            }
            _ => Err(bad("the types differ")),
        }
    }
}

impl fmt::Display for Query {
    /// Readable form for logs and errors: `laps?session_key=9158&driver_number=1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.endpoint)?;
        for (index, filter) in self.filters.iter().enumerate() {
            let joint = if index == 0 { '?' } else { '&' };
            write!(f, "{joint}{}{}{}", filter.field, filter.op, display(&filter.value))?;
        }
        Ok(())
    }
}
