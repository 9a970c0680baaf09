//! `Retry-After`, validated: a wrong value must neither stall nor hammer.

use crate::response::header;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// The wait that a server asks for in `Retry-After`; see [`parse_retry_after`].
///
/// ```
/// use std::time::Duration;
/// let headers = [("retry-after".parse()?, "3600".parse()?)].into_iter().collect();
/// let longest = Duration::from_secs(60);
/// assert_eq!(f1lake_http::retry_after(&headers, longest), Some(longest));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn retry_after(headers: &HeaderMap, longest: Duration) -> Option<Duration> {
    parse_retry_after(header(headers, RETRY_AFTER.as_str())?, SystemTime::now(), longest)
}

/// Parses seconds or an HTTP date. Zero, negative, past, absurd and unreadable values give `None` (the
/// client's own wait then applies); longer waits are cut to `longest`.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// let parse = |value| f1lake_http::parse_retry_after(value, SystemTime::UNIX_EPOCH, Duration::from_secs(60));
/// assert_eq!(parse("3"), Some(Duration::from_secs(3)));
/// assert_eq!(parse("Thu, 01 Jan 1970 00:00:30 GMT"), Some(Duration::from_secs(30)));
/// assert_eq!(parse("soon"), None);
/// ```
pub fn parse_retry_after(value: &str, now: SystemTime, longest: Duration) -> Option<Duration> {
    let value = value.trim();
    let seconds = match value.parse::<f64>() {
        Ok(seconds) => seconds,
        Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(now).ok()?.as_secs_f64(),
    };
    if seconds.is_nan() || seconds <= 0.0 {
        return None;
    }
    Some(Duration::from_secs_f64(seconds.min(longest.as_secs_f64())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LONGEST: Duration = Duration::from_secs(15 * 60);

    #[test]
    fn seconds_and_dates_are_honoured_and_junk_is_not() {
        let now = httpdate::parse_http_date("Tue, 24 Nov 2026 12:00:00 GMT").unwrap();
        let parse = |value| parse_retry_after(value, now, LONGEST);
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
            let wait = parse_retry_after(&text, SystemTime::UNIX_EPOCH, LONGEST);
            prop_assert!(wait.is_none_or(|wait| wait > Duration::ZERO && wait <= LONGEST));
        }
    }
}
