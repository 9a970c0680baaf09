//! Laps of the simulator's cars.

use f1lake_motion::{OfficialTimes, Reading};
use serde_json::Value;
use std::collections::BTreeMap;

/// The best lap of each driver of the first race, fastest first, from telemetry with this many samples per
/// second.
pub(crate) async fn best_laps_of_the_race(telemetry_hz: f64) -> Vec<(OfficialTimes, Vec<Reading>)> {
    let api = Api::start(telemetry_hz).await;
    let sessions = api.get("sessions?year=2024&is_cancelled=false&session_name=Race").await;
    let key = &sessions[0]["session_key"];
    let laps = api.get(&format!("laps?session_key={key}")).await;
    let mut fastest: Vec<&Value> = best_laps(&laps).into_values().collect();
    fastest.sort_by(|a, b| seconds(a).total_cmp(&seconds(b)));
    let mut found = Vec::new();
    for lap in fastest {
        let readings = along(lap, &api.during("car_data", key, lap).await);
        let sectors_s = ["duration_sector_1", "duration_sector_2", "duration_sector_3"]
            .map(|sector| lap[sector].as_f64());
        found.push((OfficialTimes { lap_s: seconds(lap), sectors_s }, readings));
    }
    api.simulator.shutdown().await;
    found
}

struct Api {
    simulator: openf1_sim::Simulator,
    base: String,
    http: reqwest::Client,
}

impl Api {
    async fn start(telemetry_hz: f64) -> Self {
        let simulator = openf1_sim::start(openf1_sim::SimConfig {
            source: openf1_sim::Source::Generated(openf1_sim::GeneratedConfig {
                telemetry_hz,
                ..Default::default()
            }),
            limits: openf1_sim::SimLimits::None,
            now: Some("2025-01-01T00:00:00Z".parse().unwrap()),
            ..Default::default()
        })
        .await
        .unwrap();
        let base = simulator.base_url().to_string();
        let http = f1lake_http::client_builder(&base.parse().unwrap(), "test").build().unwrap();
        Self { simulator, base, http }
    }

    async fn get(&self, query: &str) -> Vec<Value> {
        let answer = self.http.get(format!("{}/{query}", self.base)).send().await.unwrap();
        match answer.status().as_u16() {
            404 => Vec::new(),
            200 => answer.json().await.unwrap(),
            status => panic!("{query}: {status}"),
        }
    }

    /// Samples of a telemetry endpoint within a lap.
    async fn during(&self, endpoint: &str, key: &Value, lap: &Value) -> Vec<Value> {
        let begin = time(&lap["date_start"]).unwrap();
        let text = |us: i64| {
            jiff::Timestamp::from_microsecond(us).unwrap().strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string()
        };
        let (from, to) = (text(begin), text(begin + (seconds(lap) * 1e6) as i64));
        let driver = &lap["driver_number"];
        let window = format!("date%3E%3D{from}&date%3C{to}");
        self.get(&format!("{endpoint}?session_key={key}&driver_number={driver}&{window}")).await
    }
}

/// Time and distance of a lap's readings, as `fact_lap_telemetry` has them: mean of two speeds times the time
/// between.
fn along(lap: &Value, readings: &[Value]) -> Vec<Reading> {
    let begin = time(&lap["date_start"]).unwrap();
    let mut before: Option<(Reading, f64)> = None;
    let mut found = Vec::new();
    for reading in readings {
        let time_s = (time(&reading["date"]).unwrap() - begin) as f64 / 1e6;
        let speed = reading["speed"].as_f64().unwrap() / 3.6;
        let distance_m = before.map_or(speed * time_s, |(last, then)| {
            last.distance_m + (then + speed) / 2.0 * (time_s - last.time_s)
        });
        found.push(Reading { time_s, distance_m });
        before = Some((Reading { time_s, distance_m }, speed));
    }
    found
}

fn seconds(lap: &Value) -> f64 {
    lap["lap_duration"].as_f64().unwrap()
}

fn time(date: &Value) -> Option<i64> {
    Some(date.as_str()?.parse::<jiff::Timestamp>().ok()?.as_microsecond())
}

/// The fastest lap of every driver.
fn best_laps(laps: &[Value]) -> BTreeMap<i64, &Value> {
    let mut best: BTreeMap<i64, &Value> = BTreeMap::new();
    for lap in laps.iter().filter(|l| l["lap_duration"].is_number() && l["date_start"].is_string()) {
        best.entry(lap["driver_number"].as_i64().unwrap())
            .and_modify(|b| {
                if seconds(lap) < seconds(b) {
                    *b = lap;
                }
            })
            .or_insert(lap);
    }
    best
}
