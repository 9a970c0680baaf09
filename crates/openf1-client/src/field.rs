//! Field types of the API, and the values in typed rows.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;

/// A field's name while a row is read: a slice of the row's text unless it contains escapes. (Plain `Cow`
/// always copies.)
///
/// ```
/// use openf1_client::field::FieldName;
/// let name: FieldName<'_> = serde_json::from_str(r#""lap_number""#)?;
/// assert_eq!(name.0, "lap_number");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct FieldName<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// Type of a field. All fields except keys may be null or absent in any response.
///
/// ```
/// use openf1_client::{Endpoint, field::FieldType};
/// assert_eq!(Endpoint::Laps.spec().field("date_start").unwrap().field_type, FieldType::Time);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldType {
    /// 64-bit signed integer.
    Int,
    /// 64-bit float; the API also sends whole floats without a fraction (`0`, `15`).
    Float,
    /// `true` or `false`.
    Bool,
    /// UTF-8 text.
    Text,
    /// A UTC instant with millisecond precision; printed with six digits, or with none at a whole second.
    Time,
    /// A list of integers in which single elements may be null (mini-sectors of a lap).
    IntList,
    /// Seconds behind, or text such as `+1 LAP`.
    Gap,
    /// One time in seconds, or one per qualifying phase (Q1, Q2, Q3), or text such as `+1 LAP`.
    ResultTime,
}

/// Distance to a car ahead, as `intervals` sends it.
///
/// ```
/// use openf1_client::{endpoint::Interval, field::Gap};
/// let row: Interval = serde_json::from_str(r#"{"interval":0.7,"gap_to_leader":"+1 LAP"}"#)?;
/// assert_eq!((row.interval, row.gap_to_leader), (Some(Gap::Seconds(0.7)), Some(Gap::Laps(1))));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Gap {
    /// Seconds.
    Seconds(f64),
    /// Whole laps, from `+1 LAP` or `+N LAPS`.
    Laps(i64),
}

/// `duration` and `gap_to_leader` of `session_result`.
///
/// ```
/// use openf1_client::{endpoint::SessionResult, field::ResultTime};
/// let row: SessionResult = serde_json::from_str(r#"{"duration":[90.1,89.5,null]}"#)?;
/// assert_eq!(row.duration, Some(ResultTime::Phases(vec![Some(90.1), Some(89.5), None])));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum ResultTime {
    /// Practice, race and sprint: seconds.
    Seconds(f64),
    /// A lapped car: whole laps behind, from `+1 LAP` or `+N LAPS`.
    Laps(i64),
    /// Qualifying: seconds in Q1, Q2 and Q3; null where the driver set no time.
    Phases(Vec<Option<f64>>),
}

/// Reads `+1 LAP` and `+12 LAPS`.
pub fn parse_laps_behind(text: &str) -> Option<i64> {
    let rest = text.strip_prefix('+')?;
    let number = rest.strip_suffix(" LAPS").or_else(|| rest.strip_suffix(" LAP"))?;
    number.trim().parse().ok()
}

fn laps_text(laps: i64) -> Value {
    Value::from(format!("+{laps} LAP{}", if laps == 1 { "" } else { "S" }))
}

/// Parses an instant as the API prints it; text without an offset is UTC, as in early 2024.
pub fn parse_time(text: &str) -> Option<Timestamp> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()
}

/// Microseconds since 1970 of an instant as the API prints it. The common form,
/// `2024-03-02T15:00:00[.123456]+00:00`, takes a fast path; [`parse_time`] handles all others.
pub fn parse_time_us(text: &str) -> Option<i64> {
    common_time(text.as_bytes()).or_else(|| parse_time(text).map(|time| time.as_microsecond()))
}

fn common_time(text: &[u8]) -> Option<i64> {
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0_i64, |number, digit| {
            digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0'))
        })
    };
    let (fraction, zone) = match text.len() {
        25 => (0, text.get(19..)?),
        32 if text[19] == b'.' => (number(text.get(20..26)?)?, text.get(26..)?),
        _ => return None,
    };
    if zone != b"+00:00"
        || [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')]
            .iter()
            .any(|(at, mark)| text[*at] != *mark)
    {
        return None;
    }
    let (year, month, day) = (number(&text[..4])?, number(&text[5..7])?, number(&text[8..10])?);
    let (hour, minute, second) = (number(&text[11..13])?, number(&text[14..16])?, number(&text[17..19])?);
    if !(1..=12).contains(&month) || !(1..=28).contains(&day) && !is_day(year, month, day) {
        return None;
    }
    // The last day of 9999 partly exceeds the range of a timestamp.
    if hour > 23 || minute > 59 || second > 59 || year == 9999 {
        return None;
    }
    Some(
        (((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000
            + fraction,
    )
}

fn is_day(year: i64, month: i64, day: i64) -> bool {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1..=last).contains(&day)
}

/// Days since 1970-01-01; years start in March here, so that the leap day comes last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (month * 153 + 2) / 5 + day - 1 - 719_468
}

/// Prints an instant as the API does: six digits of fraction, or none at a whole second.
pub fn format_time(time: Timestamp) -> String {
    let text = time.strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string();
    format!("{}+00:00", text.strip_suffix(".000000").unwrap_or(&text))
}

/// A Rust type that a field of a typed row can have.
///
/// ```
/// use openf1_client::field::{FieldType, FieldValue};
/// assert_eq!(<f64 as FieldValue>::TYPE, FieldType::Float);
/// assert_eq!(f64::from_json(&15.into()), Some(15.0));
/// ```
pub trait FieldValue: Sized {
    /// The API type it represents.
    const TYPE: FieldType;
    /// Converts JSON; `None` for another type (the row then keeps the JSON unchanged).
    fn from_json(value: &Value) -> Option<Self>;
    /// Converts back to JSON as the API would print it.
    fn to_json(&self) -> Value;
}

macro_rules! plain_values {
    ($($type:ty, $field_type:ident, $read:ident;)+) => {
        $(
            impl FieldValue for $type {
                const TYPE: FieldType = FieldType::$field_type;

                fn from_json(value: &Value) -> Option<Self> {
                    value.$read()
                }

                fn to_json(&self) -> Value {
                    Value::from(*self)
                }
            }
        )+
    };
}

plain_values! {
    i64, Int, as_i64;
    f64, Float, as_f64;
    bool, Bool, as_bool;
}

/// The values of a list, some of which may be null.
fn list<T>(value: &Value, read: fn(&Value) -> Option<T>) -> Option<Vec<Option<T>>> {
    let item = |item: &Value| if item.is_null() { Some(None) } else { read(item).map(Some) };
    value.as_array()?.iter().map(item).collect()
}

impl FieldValue for String {
    const TYPE: FieldType = FieldType::Text;
    fn from_json(value: &Value) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
    fn to_json(&self) -> Value {
        Value::from(self.as_str())
    }
}

impl FieldValue for Timestamp {
    const TYPE: FieldType = FieldType::Time;
    fn from_json(value: &Value) -> Option<Self> {
        value.as_str().and_then(parse_time)
    }
    fn to_json(&self) -> Value {
        Value::from(format_time(*self))
    }
}

impl FieldValue for Vec<Option<i64>> {
    const TYPE: FieldType = FieldType::IntList;
    fn from_json(value: &Value) -> Option<Self> {
        list(value, Value::as_i64)
    }
    fn to_json(&self) -> Value {
        self.iter().map(|item| item.map_or(Value::Null, Value::from)).collect()
    }
}

impl FieldValue for Gap {
    const TYPE: FieldType = FieldType::Gap;
    fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => parse_laps_behind(text).map(Self::Laps),
            other => other.as_f64().map(Self::Seconds),
        }
    }
    fn to_json(&self) -> Value {
        match self {
            Self::Seconds(seconds) => Value::from(*seconds),
            Self::Laps(laps) => laps_text(*laps),
        }
    }
}

impl FieldValue for ResultTime {
    const TYPE: FieldType = FieldType::ResultTime;
    fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => parse_laps_behind(text).map(Self::Laps),
            Value::Array(_) => list(value, Value::as_f64).map(Self::Phases),
            other => other.as_f64().map(Self::Seconds),
        }
    }
    fn to_json(&self) -> Value {
        match self {
            Self::Seconds(seconds) => Value::from(*seconds),
            Self::Laps(laps) => laps_text(*laps),
            Self::Phases(phases) => phases.iter().map(|item| item.map_or(Value::Null, Value::from)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_every_form_the_api_has_sent() {
        let expected: Timestamp = "2023-02-23T06:54:49.318Z".parse().unwrap();
        for text in [
            "2023-02-23T06:54:49.318000+00:00",
            "2023-02-23T06:54:49.318000",
            "2023-02-23 06:54:49.318+00:00",
        ] {
            assert_eq!(parse_time(text), Some(expected), "{text}");
        }
        assert_eq!(format_time(expected), "2023-02-23T06:54:49.318000+00:00");
        let whole = parse_time("2024-03-02T15:00:00+00:00").unwrap();
        assert_eq!(format_time(whole), "2024-03-02T15:00:00+00:00");
        let nearly = parse_time("2024-03-02T15:00:00.0000009Z").unwrap();
        assert_eq!(format_time(nearly), "2024-03-02T15:00:00+00:00");
        let before_1970 = parse_time("1969-12-31T23:59:59.9999999Z").unwrap();
        assert_eq!(format_time(before_1970), "1969-12-31T23:59:59.999999+00:00");
        assert_eq!(parse_time("soon"), None);
    }

    #[test]
    fn fast_time_parser_equals_general_parser() {
        for year in [1900, 1970, 2000, 2023, 2024, 2100] {
            for month in 0..=13 {
                for day in 0..=32 {
                    for rest in ["T00:00:00+00:00", "T23:59:59.999999+00:00", "T12:34:56.000001+00:00"] {
                        let text = format!("{year:04}-{month:02}-{day:02}{rest}");
                        let long = parse_time(&text).map(|time| time.as_microsecond());
                        assert_eq!(parse_time_us(&text), long, "{text}");
                    }
                }
            }
        }
        for text in [
            "2024-03-02T24:00:00+00:00",
            "2024-03-02T15:60:00+00:00",
            "2024-03-02T15:00:60+00:00",
            "9999-12-31T00:00:00+00:00",
            "9999-12-30T00:00:00+00:00",
            "",
        ] {
            assert_eq!(parse_time_us(text), parse_time(text).map(|time| time.as_microsecond()), "{text}");
        }
        assert_eq!(parse_time_us("2024-03-02T17:00:00+02:00"), parse_time_us("2024-03-02T15:00:00+00:00"));
    }

    #[test]
    fn laps_behind_are_read_in_singular_and_plural() {
        assert_eq!(parse_laps_behind("+1 LAP"), Some(1));
        assert_eq!(parse_laps_behind("+12 LAPS"), Some(12));
        assert_eq!(parse_laps_behind("LAP 1"), None);
    }
}
