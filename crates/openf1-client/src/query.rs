//! Queries with every filter of the API and without its pitfalls.
//!
//! The query string is written by hand, because the API reads operators inside the parameter's name: it
//! misreads a client that encodes a parameter called `date>=`.

use crate::endpoint::{Endpoint, FieldSpec};
use crate::field::FieldType;
use jiff::{Timestamp, civil::Date};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::cmp::Ordering;
use std::fmt;

/// Characters that stay unencoded in a query string.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b':');

/// Comparison of a filter.
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
    fn is_lower(self) -> bool {
        matches!(self, Self::Gt | Self::Ge)
    }

    fn is_upper(self) -> bool {
        matches!(self, Self::Lt | Self::Le)
    }

    /// As written in a query string, percent-encoded.
    fn encoded(self) -> &'static str {
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
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Field of the endpoint.
    pub field: String,
    /// Comparison.
    pub op: Op,
    /// Value.
    pub value: Operand,
}

/// Why a query is refused before sending.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The API would answer 404, as if there were no rows.
    #[error("{endpoint} has no field `{field}`; available fields: {known}")]
    UnknownField {
        /// The endpoint.
        endpoint: Endpoint,
        /// The requested field.
        field: String,
        /// Its available fields.
        known: String,
    },
    /// The API cannot filter on lists.
    #[error("{endpoint}.{field} is a list; the API cannot filter on it")]
    ListField {
        /// The endpoint.
        endpoint: Endpoint,
        /// The requested field.
        field: String,
    },
    /// The value does not match the field's type.
    #[error("{endpoint}.{field} cannot be compared with {value}: {reason}")]
    BadValue {
        /// The endpoint.
        endpoint: Endpoint,
        /// The requested field.
        field: String,
        /// The given value.
        value: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The API would OR the two bounds and return nearly everything.
    #[error("the window of {endpoint}.{field} is empty or inverted: {lower} to {upper}")]
    EmptyWindow {
        /// The endpoint.
        endpoint: Endpoint,
        /// The requested field.
        field: String,
        /// Lower bound.
        lower: String,
        /// Upper bound.
        upper: String,
    },
    /// The API would pair the bounds differently than intended.
    #[error("the bounds of {endpoint}.{field} do not form separate windows; use one query per window")]
    AmbiguousWindows {
        /// The endpoint.
        endpoint: Endpoint,
        /// The requested field.
        field: String,
    },
    /// The API answers 422.
    #[error("a query on {endpoint} needs at least one filter")]
    NoFilter {
        /// The endpoint.
        endpoint: Endpoint,
    },
}

/// A query on one endpoint. Filters on different fields are ANDed; `=` on one field repeated is ORed;
/// a lower and an upper bound on one field form a window.
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
        self.check_windows()?;
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

    /// Pairs the bounds as the API does (the smallest lower bound with the smallest upper bound not below it)
    /// and refuses pairs that would become an OR.
    fn check_windows(&self) -> Result<(), QueryError> {
        let mut fields: Vec<&str> = self.filters.iter().map(|filter| filter.field.as_str()).collect();
        fields.sort_unstable();
        fields.dedup();
        for field in fields {
            let ambiguous =
                || QueryError::AmbiguousWindows { endpoint: self.endpoint, field: field.to_owned() };
            let of_field = || self.filters.iter().filter(|filter| filter.field == field);
            // The API turns a day into two bounds, and pairs them with any others.
            if of_field().any(|filter| filter.op == Op::Eq && matches!(filter.value, Operand::Day(_)))
                && of_field().any(|filter| filter.op != Op::Eq)
            {
                return Err(ambiguous());
            }
            let bounds = |want: fn(Op) -> bool, from: Op| {
                let mut found: Vec<Bound<'_>> = Vec::new();
                for filter in of_field() {
                    let bound = match (filter.op, &filter.value) {
                        (Op::Eq, Operand::Day(_)) => Bound::of(filter, from),
                        (op, _) if want(op) => Bound::of(filter, op),
                        _ => continue,
                    };
                    // Duplicate bounds count once.
                    if !found.iter().any(|other| other.same(&bound)) {
                        found.push(bound);
                    }
                }
                found.sort_by(|a, b| a.at.compare(&b.at).unwrap_or(Ordering::Equal));
                found
            };
            let lowers = bounds(Op::is_lower, Op::Ge);
            let uppers = bounds(Op::is_upper, Op::Le);
            if lowers.is_empty() || uppers.is_empty() {
                // Several bounds on one side are ORed to the widest, which is never intended.
                if lowers.len() + uppers.len() > 1 {
                    return Err(ambiguous());
                }
                continue;
            }
            if lowers.len() != uppers.len() {
                return Err(ambiguous());
            }
            for (index, (lower, upper)) in lowers.iter().zip(&uppers).enumerate() {
                // Numbers and text have no order: the API fails.
                let order = lower.at.compare(&upper.at).ok_or_else(ambiguous)?;
                if order.is_gt() || (order.is_eq() && !(lower.inclusive && upper.inclusive)) {
                    return Err(QueryError::EmptyWindow {
                        endpoint: self.endpoint,
                        field: field.to_owned(),
                        lower: format!("{}{}", lower.filter.op, display(&lower.filter.value)),
                        upper: format!("{}{}", upper.filter.op, display(&upper.filter.value)),
                    });
                }
                if let Some(next) = lowers.get(index + 1)
                    && next.at.compare(&upper.at).ok_or_else(ambiguous)?.is_lt()
                {
                    return Err(ambiguous());
                }
            }
        }
        Ok(())
    }
}

/// The API stores numbers as floats, so larger integers become indistinguishable.
const LARGEST: u64 = 1 << 53;

/// The position of a bound as the API sees it.
enum At<'a> {
    /// A number, a truth value, or milliseconds since 1970.
    Number(f64),
    Text(&'a str),
}

impl At<'_> {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

/// A bound as the API will read it.
struct Bound<'a> {
    at: At<'a>,
    inclusive: bool,
    filter: &'a Filter,
}

impl<'a> Bound<'a> {
    fn of(filter: &'a Filter, op: Op) -> Self {
        let mut inclusive = matches!(op, Op::Ge | Op::Le);
        #[expect(clippy::cast_precision_loss, reason = "numbers and milliseconds that are sent fit 53 bits")]
        let at = match &filter.value {
            Operand::Int(number) => At::Number(*number as f64),
            Operand::Float(number) => At::Number(*number),
            Operand::Bool(value) => At::Number(f64::from(u8::from(*value))),
            Operand::Text(text) => At::Text(text),
            Operand::Time(time) => {
                At::Number(milliseconds(op, *time).unwrap_or_else(|| time.as_millisecond()) as f64)
            }
            Operand::Day(day) => {
                // "After a day" starts with the next day; "up to a day" ends before it.
                let whole = matches!(op, Op::Gt | Op::Le);
                inclusive ^= whole;
                let day = if whole { day.tomorrow().unwrap_or(*day) } else { *day };
                let midnight = jiff::tz::TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0));
                At::Number(midnight.map_or(0.0, |time| time.as_millisecond() as f64))
            }
            Operand::Latest => At::Text("latest"),
        };
        Self { at, inclusive, filter }
    }

    fn same(&self, other: &Self) -> bool {
        self.inclusive == other.inclusive && self.at.compare(&other.at).is_some_and(Ordering::is_eq)
    }
}

/// Whether the API, which searches for one kind of operator after the other, would find another operator than
/// the filter's.
fn hides_operator(op: Op, text: &str) -> bool {
    let written = format!("{op}{text}");
    [Op::Ge, Op::Le, Op::Eq, Op::Gt, Op::Lt]
        .into_iter()
        .find_map(|looked_for| written.find(&looked_for.to_string()).map(|at| (looked_for, at)))
        != Some((op, 0))
}

/// Whether the API would take the end for an offset and put a plus before it: it looks for `date` anywhere.
fn ends_in_offset(field: &str, text: &str) -> bool {
    let dated = field.contains("date") || text.contains("date");
    let end: Vec<char> = text.chars().rev().take(6).collect();
    dated
        && matches!(end.as_slice(), [a, b, ':', c, d, ' ']
            if [a, b, c, d].iter().all(|digit| digit.is_ascii_digit()))
}

/// The API compares these as text.
const UNCAST: &[&str] = &["gmt_offset", "team_colour"];

/// Whether the API would convert the text into a number, a truth value or a date (it tries those first).
fn would_be_cast(text: &str) -> bool {
    let lower = text.trim().to_ascii_lowercase();
    const NAMES: &[&str] = &[
        "jan",
        "feb",
        "mar",
        "apr",
        "may",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "am",
        "pm",
        "utc",
        "gmt",
        "z",
        "t",
        "true",
        "false",
        "none",
        "nan",
        "inf",
        "infinity",
        "latest",
    ];
    NAMES.contains(&lower.as_str())
        || lower.parse::<f64>().is_ok()
        || (lower.starts_with(|first: char| first.is_ascii_digit())
            && lower.chars().all(|c| c.is_ascii_digit() || "-/:. t+z".contains(c)))
}

/// Milliseconds since 1970, rounded so that the comparison selects the same stored milliseconds; `None` when
/// no stored value can be equal.
fn milliseconds(op: Op, time: Timestamp) -> Option<i64> {
    let nanos = time.as_nanosecond();
    let floor = nanos.div_euclid(1_000_000);
    let exact = nanos.rem_euclid(1_000_000) == 0;
    let milli = match op {
        Op::Eq if !exact => return None,
        Op::Ge | Op::Lt if !exact => floor + 1,
        _ => floor,
    };
    i64::try_from(milli).ok()
}

/// Naive UTC with milliseconds; `None` in a year that the API cannot read.
fn time_text(milli: i64) -> Option<String> {
    let time = Timestamp::from_millisecond(milli).ok()?;
    let year = jiff::tz::TimeZone::UTC.to_datetime(time).year();
    (1..=9999).contains(&year).then(|| time.strftime("%Y-%m-%dT%H:%M:%S.%3f").to_string())
}

fn display(value: &Operand) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn operators_are_written_as_the_api_reads_them() {
        let query = Query::new(Endpoint::Location).session(9161).driver(81).driver(4).window(
            "date",
            Some(time("2024-03-02T15:00:00Z")),
            Some(time("2024-03-02T15:10:00Z")),
        );
        assert_eq!(
            query.to_query_string().unwrap(),
            "session_key=9161&driver_number=81&driver_number=4\
             &date%3E%3D2024-03-02T15:00:00.000&date%3C2024-03-02T15:10:00.000"
        );
        let text = Query::new(Endpoint::RaceControl).eq("flag", "BLACK AND WHITE").to_query_string();
        assert_eq!(text.unwrap(), "flag=BLACK%20AND%20WHITE");
    }

    #[test]
    fn values_the_api_would_misread_are_refused() {
        let drivers = || Query::new(Endpoint::Drivers).session(1);
        assert!(matches!(drivers().eq("limit", 1).to_query_string(), Err(QueryError::UnknownField { .. })));
        for text in ["MAR", "SUN", "44", "2024-01-02", "true", ""] {
            let query = drivers().eq("name_acronym", text);
            assert!(matches!(query.to_query_string(), Err(QueryError::BadValue { .. })), "{text}");
        }
        assert!(drivers().eq("team_colour", "102030").to_query_string().is_ok());
        assert!(matches!(
            Query::new(Endpoint::Laps).eq("segments_sector_1", 1).to_query_string(),
            Err(QueryError::ListField { .. })
        ));
        assert!(matches!(Query::new(Endpoint::Laps).to_query_string(), Err(QueryError::NoFilter { .. })));
        assert!(matches!(
            Query::new(Endpoint::Laps).eq("lap_duration", f64::NAN).to_query_string(),
            Err(QueryError::BadValue { .. })
        ));
    }

    #[test]
    fn several_windows_pass_only_when_the_api_pairs_them_alike() {
        let position = |bounds: &[(Op, i64)]| {
            bounds
                .iter()
                .fold(Query::new(Endpoint::Position).session(1), |q, (op, v)| q.filter("position", *op, *v))
                .to_query_string()
        };
        assert!(position(&[(Op::Ge, 4), (Op::Le, 7), (Op::Ge, 10), (Op::Le, 15)]).is_ok());
        assert!(position(&[(Op::Ge, 4), (Op::Le, 7), (Op::Ge, 6), (Op::Le, 15)]).is_err());
        assert!(position(&[(Op::Ge, 4), (Op::Ge, 7)]).is_err());
        assert!(position(&[(Op::Gt, 4), (Op::Le, 4)]).is_err());
        assert!(position(&[(Op::Ge, 4), (Op::Le, 4)]).is_ok());
    }

    #[test]
    fn text_that_the_api_would_split_is_refused() {
        let ask = |op, text: &str| {
            Query::new(Endpoint::RaceControl).session(1).filter("message", op, text).to_query_string().is_ok()
        };
        assert!(ask(Op::Eq, "CAR 1 > CAR 2") && ask(Op::Eq, "A=B") && ask(Op::Ge, "<=") && ask(Op::Ge, ">="));
        for (op, text) in [
            (Op::Eq, "A>=B"),
            (Op::Eq, "A<=B"),
            (Op::Gt, "=A"),
            (Op::Gt, "A=B"),
            (Op::Lt, "A>B"),
            (Op::Le, ">="),
        ] {
            assert!(!ask(op, text), "{op}{text}");
        }
        assert!(!ask(Op::Eq, "update at 12:34") && ask(Op::Eq, "OUT AT 12:34"));
    }

    #[test]
    fn bounds_are_compared_as_the_api_will_read_them() {
        let date = |bounds: Vec<(Op, Operand)>| {
            bounds
                .into_iter()
                .fold(Query::new(Endpoint::Position).session(1), |query, (op, value)| {
                    query.filter("date", op, value)
                })
                .to_query_string()
        };
        let at = |text: &str| Operand::Time(time(text));
        let day = Operand::Day(jiff::civil::date(2024, 3, 2));
        // From 0.5 ms to 0.7 ms would be sent as from 1 ms to 0 ms, which selects nearly everything.
        let from = at("2024-03-02T00:00:00.0005Z");
        assert!(date(vec![(Op::Ge, from), (Op::Le, at("2024-03-02T00:00:00.0007Z"))]).is_err());
        // After a day and before its noon.
        let noon = at("2024-03-02T12:00:00Z");
        assert!(date(vec![(Op::Gt, day.clone()), (Op::Lt, noon.clone())]).is_err());
        assert!(date(vec![(Op::Ge, noon), (Op::Le, day.clone())]).is_ok(), "noon to midnight");
        assert!(date(vec![(Op::Ge, day.clone()), (Op::Le, day.clone())]).is_ok());
        assert!(date(vec![(Op::Ge, day.clone()), (Op::Lt, day.clone())]).is_err());
        // The API turns a day into a window, and would pair its halves with other bounds.
        let next = Operand::Day(jiff::civil::date(2024, 3, 3));
        assert!(date(vec![(Op::Eq, day.clone()), (Op::Eq, next)]).is_ok());
        assert!(date(vec![(Op::Eq, day.clone()), (Op::Le, day.clone())]).is_err());
        assert!(date(vec![(Op::Eq, day.clone()), (Op::Eq, day.clone()), (Op::Le, day)]).is_err());
        // The API drops duplicate bounds, so three lower bounds would meet two upper ones.
        let (one, two) = (at("2024-03-05T00:00:00Z"), at("2024-03-06T00:00:00Z"));
        let bounds = [(Op::Ge, &one), (Op::Ge, &two), (Op::Le, &two), (Op::Le, &two)];
        assert!(date(bounds.map(|(op, value)| (op, value.clone())).to_vec()).is_err());
        assert!(date(vec![(Op::Ge, at("-000100-01-01T00:00:00Z"))]).is_err());

        let text = |low: &str, high: &str| {
            let query = Query::new(Endpoint::Drivers).filter("last_name", Op::Ge, low);
            query.filter("last_name", Op::Le, high).to_query_string()
        };
        assert!(text("A", "B").is_ok() && text("B", "A").is_err());
        let mixed =
            Query::new(Endpoint::Intervals).filter("interval", Op::Ge, 1).filter("interval", Op::Lt, "x");
        assert!(matches!(mixed.to_query_string(), Err(QueryError::AmbiguousWindows { .. })));
        let large = Query::new(Endpoint::Drivers).filter("driver_number", Op::Ge, (1_i64 << 53) + 1);
        assert!(matches!(large.to_query_string(), Err(QueryError::BadValue { .. })));
    }

    proptest! {
        #[test]
        fn empty_or_inverted_windows_are_refused(a in 0i64..10_000, b in 0i64..10_000) {
            let at = |ms| Timestamp::from_millisecond(1_700_000_000_000 + ms).unwrap();
            let query = Query::new(Endpoint::CarData).session(1).driver(1).window("date", Some(at(a)), Some(at(b)));
            prop_assert_eq!(query.to_query_string().is_ok(), a < b);
        }

        #[test]
        fn every_text_arrives_unchanged(text in "\\PC{1,30}") {
            if let Ok(query) = Query::new(Endpoint::Sessions).eq("location", text.as_str()).to_query_string() {
                let value = query.strip_prefix("location=").unwrap();
                prop_assert!(!value.contains(['&', '=', '>', '<', '+', ' ', '#']));
                let decoded = percent_encoding::percent_decode_str(value).decode_utf8().unwrap();
                prop_assert_eq!(decoded, text);
            }
        }

        #[test]
        fn rounding_to_milliseconds_selects_the_same_rows(
            stored in 0i128..50, nanos in 0i128..50_000_000, op in prop::sample::select(vec![Op::Gt, Op::Ge, Op::Lt, Op::Le])
        ) {
            let asked = Timestamp::from_nanosecond(nanos).unwrap();
            let sent = crate::field::parse_time(&time_text(milliseconds(op, asked).unwrap()).unwrap()).unwrap().as_nanosecond();
            let row = stored * 1_000_000;
            let holds = |bound: i128| match op {
                Op::Gt => row > bound, Op::Ge => row >= bound, Op::Lt => row < bound, Op::Le => row <= bound,
                Op::Eq => row == bound,
            };
            prop_assert_eq!(holds(nanos), holds(sent));
        }
    }
}
