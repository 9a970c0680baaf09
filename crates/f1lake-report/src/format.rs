//! Human-readable numbers.

use crate::data::LeaderboardRow;

/// `1:19.813`; `59.900`; `1:02:03.400` from an hour on; a dash for values that cannot be a time.
pub(crate) fn lap_time(seconds: f64) -> String {
    if seconds.is_nan() || seconds.abs() >= 360_000.0 {
        return "–".to_owned();
    }
    let millis = (seconds.abs() * 1000.0).round() as i64;
    let sign = if seconds < 0.0 && millis > 0 { "-" } else { "" };
    let (minutes, rest) = (millis / 60_000, millis % 60_000);
    let tail = format!("{:02}.{:03}", rest / 1000, rest % 1000);
    match minutes {
        0 => format!("{sign}{}.{:03}", rest / 1000, rest % 1000),
        1..60 => format!("{sign}{minutes}:{tail}"),
        _ => format!("{sign}{}:{:02}:{tail}", minutes / 60, minutes % 60),
    }
}

/// For axes: `1:20` or, between whole seconds, `1:20.5`.
pub(crate) fn axis_time(seconds: f64) -> String {
    let full = lap_time(seconds);
    let short = full.trim_end_matches('0');
    short.strip_suffix('.').unwrap_or(short).to_owned()
}

/// For axes: `12`.
pub(crate) fn whole(value: f64) -> String {
    format!("{value:.0}")
}

/// `1 lap`, `2 laps`.
pub(crate) fn counted(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}

/// `23.7 s`; a dash for values that cannot be a time.
pub(crate) fn seconds(seconds: f64) -> String {
    if seconds.abs() < 100_000.0 { format!("{seconds:.1} s") } else { "–".to_owned() }
}

/// `+0.073`, `-0.227` with this many digits; a dash for values that cannot be a difference.
pub(crate) fn difference(seconds: f64, digits: usize) -> String {
    if seconds.abs() >= 100_000.0 || seconds.is_nan() {
        return "–".to_owned();
    }
    let text = format!("{seconds:+.digits$}");
    // A rounded zero has no sign.
    if text.bytes().any(|b| (b'1'..=b'9').contains(&b)) { text } else { text[1..].to_owned() }
}

/// `+5.904`, `+1 lap`; empty for the first.
pub(crate) fn gap(row: &LeaderboardRow) -> String {
    match (row.gap_to_leader_s, row.gap_to_leader_laps) {
        (_, Some(1)) => "+1 lap".to_owned(),
        (_, Some(laps)) if laps > 1 => format!("+{laps} laps"),
        (Some(seconds), _) if seconds > 0.0 => format!("+{}", lap_time(seconds)),
        _ => String::new(),
    }
}

/// Points without trailing zeros: `25`, `12.5`.
pub(crate) fn points(points: f64) -> String {
    if points.abs() >= 10_000.0 || points.is_nan() {
        "–".to_owned()
    } else if points.fract() == 0.0 {
        format!("{points:.0}")
    } else {
        format!("{points}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_on_the_timing_screen() {
        assert_eq!(lap_time(79.813), "1:19.813");
        assert_eq!(lap_time(59.9), "59.900");
        assert_eq!(lap_time(59.9996), "1:00.000");
        assert_eq!(lap_time(3723.4), "1:02:03.400");
        assert_eq!(lap_time(-0.25), "-0.250");
        assert_eq!(lap_time(f64::MAX), "–");
        assert_eq!(lap_time(f64::NAN), "–");
        assert_eq!(axis_time(80.0), "1:20");
        assert_eq!(axis_time(80.5), "1:20.5");
        assert_eq!(axis_time(60.0), "1:00");
        assert_eq!(points(25.0), "25");
        assert_eq!(points(12.5), "12.5");
    }

    #[test]
    fn differences_have_a_sign() {
        assert_eq!(difference(0.0734, 3), "+0.073");
        assert_eq!(difference(-1.25, 1), "-1.2");
        assert_eq!(difference(-0.0001, 3), "0.000");
        assert_eq!(difference(f64::NAN, 3), "–");
        assert_eq!(seconds(23.68), "23.7 s");
        assert_eq!(seconds(f64::INFINITY), "–");
    }

    #[test]
    fn a_gap_is_laps_or_seconds() {
        let row =
            |s, laps| LeaderboardRow { gap_to_leader_s: s, gap_to_leader_laps: laps, ..Default::default() };
        assert_eq!(gap(&row(Some(5.904), None)), "+5.904");
        assert_eq!(gap(&row(Some(0.0), None)), "");
        assert_eq!(gap(&row(None, Some(1))), "+1 lap");
        assert_eq!(gap(&row(None, Some(2))), "+2 laps");
        assert_eq!(gap(&row(Some(88.0), None)), "+1:28.000");
    }
}
