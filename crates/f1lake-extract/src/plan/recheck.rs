//! When a landed session is looked at again.

use f1lake_zone::{later, settled_at};
use jiff::{SignedDuration, Timestamp};

/// A landed session is looked at again once one of these times after its end has passed since its extract.
const RECHECK_HOURS: [(i64, &str); 3] = [(1, "1 h"), (24, "24 h"), (7 * 24, "7 d")];

/// Why something extracted at one time is due again now; `None` when it is not.
pub(crate) fn recheck_due(
    date_end: Timestamp,
    extracted_at: Timestamp,
    now: Timestamp,
    settle_days: u32,
) -> Option<String> {
    let settled = (settled_at(date_end, settle_days), format!("{settle_days} d"));
    RECHECK_HOURS
        .iter()
        .map(|(hours, name)| (later(date_end, SignedDuration::from_hours(*hours)), (*name).to_owned()))
        .filter(|(at, _)| *at < settled.0)
        .chain([settled.clone()])
        .rfind(|(at, _)| extracted_at < *at && *at <= now)
        .map(|(_, name)| format!("re-check {name} after the session"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_looked_at_after_1_h_24_h_7_d_and_30_d_and_then_never() {
        let end: Timestamp = "2024-03-24T06:00:00Z".parse().unwrap();
        let at = |hours: i64| end + SignedDuration::from_hours(hours);
        let due = |extracted: i64, now: i64| recheck_due(end, at(extracted), at(now), 30);
        assert_eq!(due(0, 0), None);
        assert!(due(0, 1).unwrap().contains("1 h"));
        assert!(due(0, 30).unwrap().contains("24 h"));
        assert_eq!(due(2, 23), None);
        assert!(due(2, 24).is_some());
        assert_eq!(due(24, 24 * 7 - 1), None);
        assert!(due(24, 24 * 7).unwrap().contains("7 d"));
        assert_eq!(due(24 * 7, 24 * 30 - 1), None);
        assert!(due(24 * 7, 24 * 30).unwrap().contains("30 d"));
        assert_eq!(due(24 * 30, 24 * 1000), None);
        assert_eq!(recheck_due(end, at(24 * 2), at(24 * 1000), 1), None);
    }

    #[test]
    fn extreme_times_do_not_fail() {
        let end: Timestamp = "9999-12-30T21:00:00Z".parse().unwrap();
        let now: Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(recheck_due(end, now, now, 30), None);
        assert_eq!(recheck_due(now, now, now, u32::MAX), None);
    }
}
