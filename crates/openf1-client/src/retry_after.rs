//! `Retry-After`, validated: the API documents none, and a wrong value must neither stall nor hammer.

use jiff::Timestamp;
use std::time::Duration;

/// Longest wait that a server can impose.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Parses seconds or an HTTP date. Zero, negative, past, absurd and unreadable values give `None` (the
/// caller's own backoff then applies); longer waits are cut to 15 minutes.
pub fn parse_retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    let seconds = match value.parse::<f64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let date = httpdate::parse_http_date(value).ok()?;
            let date = Timestamp::try_from(date).ok()?;
            date.duration_since(now).as_secs_f64()
        }
    };
    if seconds.is_nan() || seconds <= 0.0 {
        return None;
    }
    Some(Duration::from_secs_f64(seconds.min(LONGEST.as_secs_f64())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn seconds_and_dates_are_honoured_and_junk_is_not() {
        let now: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
        let parse = |value| parse_retry_after(value, now);
        assert_eq!(parse("3"), Some(Duration::from_secs(3)));
        assert_eq!(parse(" 1.5 "), Some(Duration::from_millis(1500)));
        assert_eq!(parse("Tue, 24 Nov 2026 12:00:30 GMT"), Some(Duration::from_secs(30)));
        for junk in ["0", "-5", "", "soon", "NaN", "-inf", "Tue, 24 Nov 2026 11:00:00 GMT"] {
            assert_eq!(parse(junk), None, "{junk}");
        }
        for year in ["31536000", "1e300", "inf", "Wed, 24 Nov 2027 12:00:00 GMT"] {
            assert_eq!(parse(year), Some(LONGEST), "{year}");
        }
    }

    proptest! {
        #[test]
        fn any_retry_after_is_parsed_without_panic(text in "\\PC{0,40}") {
            let wait = parse_retry_after(&text, Timestamp::UNIX_EPOCH);
            prop_assert!(wait.is_none_or(|wait| wait > Duration::ZERO && wait <= LONGEST));
        }
    }
}
