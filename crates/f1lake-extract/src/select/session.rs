//! A session as the catalogue describes it, and the names of its files.

use crate::report::SessionLabel;
use f1lake_zone::later;
use jiff::Timestamp;
use jiff::civil::Date;
use openf1_client::endpoint::Session;
use serde::Serialize;

/// Maximum length of a part of a file name that comes from the API, in bytes.
const LONGEST_PART: usize = 80;

/// A session of the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SessionInfo {
    /// Session.
    pub session_key: i64,
    /// Meeting.
    pub meeting_key: i64,
    /// `Race`, `Practice 1` and so on.
    pub session_name: String,
    /// `Practice`, `Qualifying` or `Race`.
    pub session_type: String,
    /// City or region.
    pub location: String,
    /// Country.
    pub country_name: String,
    /// Country, three letters.
    pub country_code: String,
    /// Circuit.
    pub circuit_short_name: String,
    /// Season.
    pub year: i64,
    /// Scheduled start, UTC.
    pub date_start: Timestamp,
    /// Scheduled end, UTC.
    pub date_end: Timestamp,
    /// The venue's offset from UTC, such as `-08:00:00`.
    pub gmt_offset: String,
    /// Whether it was cancelled.
    pub is_cancelled: bool,
}

impl SessionInfo {
    /// From a row of `sessions`; `None` when it has no key or no start.
    pub(crate) fn from_row(row: &Session) -> Option<Self> {
        let date_start = row.date_start?;
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        Some(Self {
            session_key: row.session_key?,
            meeting_key: row.meeting_key?,
            session_name: text(&row.session_name),
            session_type: text(&row.session_type),
            location: text(&row.location),
            country_name: text(&row.country_name),
            country_code: text(&row.country_code),
            circuit_short_name: text(&row.circuit_short_name),
            year: row
                .year
                .unwrap_or_else(|| i64::from(jiff::tz::TimeZone::UTC.to_datetime(date_start).year())),
            date_start,
            date_end: row.date_end.unwrap_or_else(|| later(date_start, jiff::SignedDuration::from_hours(2))),
            gmt_offset: text(&row.gmt_offset),
            is_cancelled: row.is_cancelled.unwrap_or(false),
        })
    }

    /// UTC day of the start, `YYYY-MM-DD`.
    pub fn batch_day(&self) -> String {
        self.date_start.strftime("%Y-%m-%d").to_string()
    }

    /// Day of the start at the venue; in UTC where the offset is unknown.
    pub fn local_day(&self) -> Date {
        let ahead = offset(&self.gmt_offset).unwrap_or_default();
        jiff::tz::TimeZone::UTC.to_datetime(later(self.date_start, ahead)).date()
    }

    /// Common part of its file names: `2024-03-24_Melbourne_Race`.
    pub fn name(&self) -> String {
        format!("{}_{}_{}", self.batch_day(), file_part(&self.location), file_part(&self.session_name))
    }

    /// Label for reports.
    pub fn label(&self) -> SessionLabel {
        SessionLabel { session_key: self.session_key, name: self.name() }
    }

    /// Whether it is a grand prix (not a sprint, which has the same type).
    pub fn is_race(&self) -> bool {
        self.session_name == "Race"
    }

    /// Whether it is a sprint. In 2023 a sprint was also named `Sprint Qualifying`, with the type `Race`,
    /// `Sprint` or `Sprint Qualifying`; its qualifying was the `Sprint Shootout`.
    pub fn is_sprint(&self) -> bool {
        self.session_name == "Sprint"
            || (self.session_name == "Sprint Qualifying"
                && match self.session_type.as_str() {
                    "Race" | "Sprint" => true,
                    kind => self.year == 2023 && kind != "Qualifying",
                })
    }

    /// Whether it sets the grid of this race or sprint.
    pub(crate) fn sets_grid_of(&self, race: &Self) -> bool {
        self.meeting_key == race.meeting_key
            && self.session_key != race.session_key
            && if race.is_race() {
                self.session_name == "Qualifying"
            } else {
                race.is_sprint()
                    && !self.is_sprint()
                    && matches!(self.session_name.as_str(), "Sprint Shootout" | "Sprint Qualifying")
            }
    }
}

/// `-08:00:00` or `05:30`.
fn offset(text: &str) -> Option<jiff::SignedDuration> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut parts = digits.split(':').map(str::parse::<i64>);
    let hours = parts.next()?.ok().filter(|hours| (0..=24).contains(hours))?;
    let minutes = parts.next().and_then(Result::ok).filter(|minutes| (0..60).contains(minutes)).unwrap_or(0);
    Some(jiff::SignedDuration::from_mins(sign * (hours * 60 + minutes)))
}

/// A name from the API as part of a file name: spaces and slashes become `_`, letters of any script stay;
/// separators, control and formatting characters, and leading dots are removed.
fn file_part(text: &str) -> String {
    let mut part = String::new();
    for c in text.trim().chars() {
        let inner_dot = c == '.' && !part.is_empty() && !part.ends_with('.');
        let kept = if c.is_alphanumeric() || matches!(c, '-' | '\'' | '(' | ')') || inner_dot {
            c
        } else if c.is_whitespace() || c.is_ascii_punctuation() {
            '_'
        } else {
            continue;
        };
        if part.len() + kept.len_utf8() > LONGEST_PART {
            break;
        }
        part.push(kept);
    }
    if part.is_empty() { "unknown".to_owned() } else { part }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn session_names_match_the_python_extractor() {
        assert_eq!(file_part("Yas Island"), "Yas_Island");
        assert_eq!(file_part("São Paulo"), "São_Paulo");
        assert_eq!(file_part("Spa-Francorchamps"), "Spa-Francorchamps");
        assert_eq!(file_part("Day 1/2"), "Day_1_2");
    }

    #[test]
    fn local_day_uses_the_venue_offset() {
        for (start, ahead, day) in [
            ("2024-11-24T06:00:00Z", "-08:00:00", "2024-11-23"),
            ("2024-03-23T23:30:00Z", "+11:00", "2024-03-24"),
            ("2024-12-08T13:00:00Z", "", "2024-12-08"),
            ("2024-12-08T23:00:00Z", "nonsense", "2024-12-08"),
        ] {
            let row = serde_json::json!({"session_key": 1, "meeting_key": 1, "date_start": start, "gmt_offset": ahead});
            let info = SessionInfo::from_row(&serde_json::from_value(row).unwrap()).unwrap();
            assert_eq!(info.local_day().to_string(), day, "{start} {ahead}");
        }
    }

    proptest! {
        #[test]
        fn no_name_leaves_the_folder(text in "\\PC{0,200}|(\\.\\./)+[a-z]*|[\\x00-\\x20./\\\\]{0,20}") {
            let part = file_part(&text);
            prop_assert!(!part.is_empty() && part.len() <= LONGEST_PART);
            prop_assert!(!part.contains(['/', '\\', '\0', ':']) && !part.contains("..") && !part.starts_with('.'));
            prop_assert!(!part.chars().any(char::is_control));
        }
    }
}
