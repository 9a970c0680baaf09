//! Weather and team radio.

use super::table::Table;
use crate::clock::{HOUR, MINUTE, iso};
use crate::row::Row;
use serde_json::json;

impl Table<'_> {
    pub(super) fn team_radio(&self) -> Vec<Row> {
        let s = self.session;
        if s.year >= 2026 {
            return Vec::new();
        }
        let mut rng = self.rng(400);
        let n = if s.kind.is_race() { 128 } else { 50 };
        let mut calls: Vec<(i64, usize)> = (0..n)
            .map(|_| {
                let t = rng.range(s.start - 5 * MINUTE, self.model.end + 3 * MINUTE);
                (t, rng.range(0, self.roster.len() as i64 - 1) as usize)
            })
            .collect();
        calls.sort_unstable();
        calls
            .into_iter()
            .map(|(t, d)| {
                let driver = &self.roster[d];
                let stamp: String = iso(t)[..19].chars().filter(char::is_ascii_digit).collect();
                let url = format!(
                    "https://radio.example.invalid/{}/{}/{}/{}_{}_{stamp}.mp3",
                    s.year,
                    s.meeting.replace(' ', "_"),
                    s.name.replace(' ', "_"),
                    driver.acronym,
                    driver.number
                );
                self.keyed(json!({ "date": iso(t), "driver_number": driver.number, "recording_url": url }))
            })
            .collect()
    }

    pub(super) fn weather(&self) -> Vec<Row> {
        let s = self.session;
        let mut rng = self.rng(500);
        let mut air = 16.0 + rng.unit() * 16.0;
        let mut track = air + 5.0 + rng.unit() * 15.0;
        let mut humidity = 35.0 + rng.unit() * 40.0;
        let pressure = 940.0 + rng.unit() * 75.0;
        let wet = rng.one_in(9);
        let end = if s.kind.is_race() { self.model.end } else { s.end } + 10 * MINUTE;
        let tenth = |v: f64| (v * 10.0).round() / 10.0;
        let mut rows = Vec::new();
        let mut t = s.start - HOUR + rng.range(0, 59_999);
        while t < end {
            air += rng.around(0.15);
            track += rng.around(0.35);
            humidity = (humidity + rng.around(0.8)).clamp(8.0, 100.0);
            let glitch = rng.one_in(1500);
            let number = |v: f64| {
                if v.fract() == 0.0 { json!(v as i64) } else { json!(v) }
            };
            rows.push(self.keyed(json!({
                "air_temperature": number(tenth(air)),
                "date": iso(t),
                "humidity": number(humidity.round()),
                "pressure": number(tenth(pressure + rng.around(0.2))),
                "rainfall": i64::from(wet && rng.one_in(2)),
                "track_temperature": if glitch { json!(0.0) } else { number(tenth(track)) },
                "wind_direction": rng.range(0, 359),
                "wind_speed": number(tenth(rng.unit() * 5.0)),
            })));
            t += MINUTE + rng.range(-40, 60);
        }
        rows
    }
}
