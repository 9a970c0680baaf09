//! Instants: the short way agrees with jiff or both refuse, and what is printed is read back.

use jiff::Timestamp;
use openf1_client::field::{format_time, parse_time, parse_time_us};

/// An independent reading: an instant with an offset, or a civil time that counts as UTC.
fn naive(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>().ok().or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        jiff::tz::TimeZone::UTC.to_timestamp(civil).ok()
    })
}

pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let expected = naive(text);
    assert_eq!(parse_time(text), expected, "{text:?}");
    let short = parse_time_us(text);
    assert_eq!(short, expected.map(|time| time.as_microsecond()), "{text:?}");
    // The API prints years of four digits only.
    let Some(time) = expected else { return };
    if (0..=9999).contains(&jiff::tz::TimeZone::UTC.to_datetime(time).year()) {
        let printed = format_time(time);
        let again = parse_time(&printed).unwrap_or_else(|| panic!("{printed:?} is not read back"));
        assert_eq!(
            again.as_nanosecond().div_euclid(1000),
            time.as_nanosecond().div_euclid(1000),
            "{printed:?}"
        );
        assert_eq!(format_time(again), printed);
    }
}
