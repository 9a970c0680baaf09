//! Instants as milliseconds since 1970 UTC, the precision that the API stores, and their text.

pub(crate) const SECOND: i64 = 1_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// Days since 1970-01-01 of a date of the Gregorian calendar.
pub(crate) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
pub(crate) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (year, month, doy - (153 * mp + 2) / 5 + 1)
}

fn two(buffer: &mut Vec<u8>, n: i64) {
    buffer.push(b'0' + (n / 10 % 10) as u8);
    buffer.push(b'0' + (n % 10) as u8);
}

/// Writes `YYYY-MM-DDTHH:MM:SS` with any separator.
pub(crate) fn write_seconds(buffer: &mut Vec<u8>, ms: i64, separator: u8) {
    let days = ms.div_euclid(DAY);
    let of_day = ms.rem_euclid(DAY);
    let (y, m, d) = civil_from_days(days);
    two(buffer, y / 100);
    two(buffer, y % 100);
    buffer.push(b'-');
    two(buffer, m);
    buffer.push(b'-');
    two(buffer, d);
    buffer.push(separator);
    two(buffer, of_day / HOUR);
    buffer.push(b':');
    two(buffer, of_day / MINUTE % 60);
    buffer.push(b':');
    two(buffer, of_day / SECOND % 60);
}

/// Writes `.mmm000+00:00`, omitting a zero fraction as the API does.
pub(crate) fn write_fraction(buffer: &mut Vec<u8>, ms: i64) {
    let fraction = ms.rem_euclid(SECOND);
    if fraction != 0 {
        buffer.push(b'.');
        buffer.push(b'0' + (fraction / 100) as u8);
        two(buffer, fraction % 100);
        buffer.extend_from_slice(b"000");
    }
    buffer.extend_from_slice(b"+00:00");
}

/// The API's text of an instant.
pub(crate) fn iso(ms: i64) -> String {
    let mut buffer = Vec::with_capacity(32);
    write_seconds(&mut buffer, ms, b'T');
    write_fraction(&mut buffer, ms);
    String::from_utf8(buffer).unwrap_or_default()
}

/// A date or time as the API's parser reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parsed {
    /// The instant, cut to milliseconds.
    pub(crate) ms: i64,
    /// Whether it contains a time of day.
    pub(crate) has_time: bool,
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl Cursor<'_> {
    fn digits(&mut self, least: usize, most: usize) -> Option<i64> {
        let n = self.rest.iter().take(most).take_while(|b| b.is_ascii_digit()).count();
        if n < least {
            return None;
        }
        let value = self.rest[..n].iter().fold(0_i64, |v, b| v * 10 + i64::from(b - b'0'));
        self.rest = &self.rest[n..];
        Some(value)
    }

    fn eat(&mut self, byte: u8) -> bool {
        if self.rest.first() == Some(&byte) {
            self.rest = &self.rest[1..];
            return true;
        }
        false
    }
}

const NAMES: &str = "january february march april may june july august september october november december \
                     monday tuesday wednesday thursday friday saturday sunday";

/// Parses what the API's lenient parser accepts as a date: ISO forms with or without time and offset, and
/// bare names of months and days. The latter matter because driver codes such as `MAR` and `SUN` are misread
/// as dates.
pub(crate) fn parse(text: &str) -> Option<Parsed> {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    if let Some(index) = NAMES
        .split(' ')
        .position(|name| lower == name || lower == name[..3] || (lower == "sept" && name == "september"))
    {
        // The day depends on today, but no row ever equals it, so any day will do.
        return Some(Parsed { ms: index as i64 * DAY, has_time: false });
    }
    let mut c = Cursor { rest: text.as_bytes() };
    let year = c.digits(4, 4)?;
    let separator = *c.rest.first()?;
    if separator != b'-' && separator != b'/' {
        return None;
    }
    c.eat(separator);
    let month = c.digits(1, 2)?;
    let day = if c.eat(separator) { c.digits(1, 2)? } else { 1 };
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let days = days_from_civil(year, month, day);
    // Rejects dates such as 31 April.
    if civil_from_days(days) != (year, month, day) {
        return None;
    }
    let mut ms = days * DAY;
    let mut has_time = false;
    if c.eat(b'T') || c.eat(b't') || c.eat(b' ') {
        has_time = true;
        let hour = c.digits(1, 2)?;
        let minute = if c.eat(b':') { c.digits(1, 2)? } else { 0 };
        let mut second = 0;
        if c.eat(b':') {
            second = c.digits(1, 2)?;
            if c.eat(b'.') {
                let shown = c.rest.len();
                let fraction = c.digits(1, 9)?;
                let n = shown - c.rest.len();
                ms += (fraction as f64 * 10_f64.powi(3 - n as i32)) as i64;
            }
        }
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        ms += hour * HOUR + minute * MINUTE + second * SECOND;
    }
    while c.eat(b' ') {}
    if c.eat(b'Z') || c.eat(b'z') {
    } else if matches!(c.rest.first(), Some(b'+' | b'-')) {
        let sign = if c.eat(b'+') { 1 } else { -1 };
        c.eat(b'-');
        let hour = c.digits(2, 2)?;
        c.eat(b':');
        let minute = c.digits(2, 2).unwrap_or(0);
        ms -= sign * (hour * HOUR + minute * MINUTE);
    }
    c.rest.is_empty().then_some(Parsed { ms, has_time })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_round_trip() {
        for days in (-200_000..200_000).step_by(37) {
            let (y, m, d) = civil_from_days(days);
            assert_eq!(days_from_civil(y, m, d), days);
        }
        assert_eq!(days_from_civil(1970, 1, 1), 0);
        assert_eq!(days_from_civil(2024, 2, 29), 19_782);
    }

    #[test]
    fn text_of_instants() {
        let ms = days_from_civil(2024, 12, 8) * DAY + 13 * HOUR;
        assert_eq!(iso(ms), "2024-12-08T13:00:00+00:00");
        assert_eq!(iso(ms + 7), "2024-12-08T13:00:00.007000+00:00");
        assert_eq!(parse(&iso(ms + 923)).unwrap().ms, ms + 923);
    }

    #[test]
    fn lenient_forms() {
        let noon = days_from_civil(2024, 3, 2) * DAY + 12 * HOUR;
        for text in [
            "2024-03-02T12:00:00",
            "2024-03-02 12:00",
            "2024-03-02T12:00:00.000",
            "2024-03-02T12:00:00Z",
            "2024-03-02T13:00:00+01:00",
            "2024-03-02T11:00:00.0000-0100",
        ] {
            assert_eq!(parse(text), Some(Parsed { ms: noon, has_time: true }), "{text}");
        }
        assert_eq!(parse("2024-03-02"), Some(Parsed { ms: noon - 12 * HOUR, has_time: false }));
        assert!(parse("MAR").is_some() && parse("sun").is_some());
        for text in ["VER", "=2024-03-02", "2024-13-01", "2024-04-31", "2024-03-02T25:00", "", "Yas Island"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("2024-03-02T12:00:00.923999").unwrap().ms, noon + 923);
    }
}
