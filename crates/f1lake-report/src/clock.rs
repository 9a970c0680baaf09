//! Time of the session, from instants as text.

use crate::data::ReportData;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Sessions are shorter; what is farther away is an error in the data, minutes.
const MOST_MINUTES: f64 = 1_440.0;

/// Minutes since the session's first lap began, or since its first weather sample.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    start_s: f64,
}

impl Clock {
    /// `None` when no lap and no sample has a time.
    pub(crate) fn of(data: &ReportData) -> Option<Self> {
        let laps = data.laps.iter().filter_map(|lap| seconds(lap.date_start.as_deref()?));
        let first = laps.min_by(f64::total_cmp);
        let weather = || data.weather.iter().filter_map(|sample| seconds(sample.date.as_deref()?));
        let start_s = first.or_else(|| weather().min_by(f64::total_cmp))?;
        Some(Self { start_s })
    }

    /// Minutes at an instant; `None` for texts that are none, and a day or more from the start.
    pub(crate) fn minutes(self, text: Option<&str>) -> Option<f64> {
        let minutes = (seconds(text?)? - self.start_s) / 60.0;
        (minutes.abs() < MOST_MINUTES).then_some(minutes)
    }
}

/// Seconds since 1970 of an instant in UTC: `2024-03-24T04:00:00.123Z`, `2024-03-24 04:00:00+00`.
fn seconds(text: &str) -> Option<f64> {
    let zone = text.get(10..)?.find(['Z', '+']).map_or(text.len(), |at| at + 10);
    let date: DateTime = text.get(..zone)?.trim_end().parse().ok()?;
    let instant = TimeZone::UTC.to_timestamp(date).ok()?;
    Some(instant.as_microsecond() as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Lap, WeatherSample};

    #[test]
    fn instants_of_three_engines_are_read() {
        for text in [
            "2024-03-24T04:00:01.5Z",
            "2024-03-24 04:00:01.5",
            "2024-03-24 04:00:01.5+00",
            "2024-03-24T04:00:01.500000+00:00",
        ] {
            assert_eq!(seconds(text), Some(1_711_252_801.5), "{text}");
        }
        for text in ["", "soon", "2024-03-24T", "2024-13-24T04:00:00", "ÄÖÜÄÖÜÄÖÜÄÖÜ"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn a_session_begins_with_its_first_lap() {
        let date = |text: &str| Some(text.to_owned());
        let mut data = ReportData {
            weather: vec![WeatherSample { date: date("2024-03-24T03:00:00Z"), ..Default::default() }],
            ..Default::default()
        };
        let at =
            |data: &ReportData| Clock::of(data).and_then(|clock| clock.minutes(Some("2024-03-24T04:01:30Z")));
        assert_eq!(at(&data), Some(61.5));
        for start in ["2024-03-24T04:02:00Z", "2024-03-24T04:00:00Z", "?"] {
            data.laps.push(Lap { date_start: date(start), ..Default::default() });
        }
        assert_eq!(at(&data), Some(1.5));
        assert_eq!(Clock::of(&data).and_then(|clock| clock.minutes(Some("2024-03-26T04:01:30Z"))), None);
        assert_eq!(at(&ReportData::default()), None);
    }
}
