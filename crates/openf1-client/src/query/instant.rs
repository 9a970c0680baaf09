//! Instants as the API stores and reads them.

use super::filter::Op;
use jiff::Timestamp;

/// Milliseconds since 1970, rounded so that the comparison selects the same stored milliseconds; `None` when
/// no stored value can be equal.
pub(super) fn milliseconds(op: Op, time: Timestamp) -> Option<i64> {
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
pub(super) fn time_text(milli: i64) -> Option<String> {
    let time = Timestamp::from_millisecond(milli).ok()?;
    let year = jiff::tz::TimeZone::UTC.to_datetime(time).year();
    (1..=9999).contains(&year).then(|| time.strftime("%Y-%m-%dT%H:%M:%S.%3f").to_string())
}
