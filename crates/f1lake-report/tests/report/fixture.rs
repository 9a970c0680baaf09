//! Rows as in the gold tables of the lake, made from a simulated season.

use crate::gold;
use f1lake_motion::Reading;
use f1lake_report::{Part, Rows};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Rows of the first session of this name in the generated season 2024.
pub(crate) async fn session(name: &str) -> Rows {
    let api = Api::start().await;
    let rows = api.rows_of(name).await;
    api.simulator.shutdown().await;
    rows
}

struct Api {
    simulator: openf1_sim::Simulator,
    base: String,
    http: reqwest::Client,
}

impl Api {
    async fn start() -> Self {
        let simulator = openf1_sim::start(openf1_sim::SimConfig {
            source: openf1_sim::Source::Generated(openf1_sim::GeneratedConfig::default()),
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

    async fn rows_of(&self, name: &str) -> Rows {
        let sessions = self.get("sessions?year=2024&is_cancelled=false").await;
        let session = sessions.iter().find(|s| s["session_name"] == name).unwrap();
        let (key, meeting) = (&session["session_key"], &session["meeting_key"]);
        let meeting_row = self.get(&format!("meetings?meeting_key={meeting}")).await.remove(0);
        let drivers = self.get(&format!("drivers?session_key={key}")).await;
        let laps = self.get(&format!("laps?session_key={key}")).await;
        let stints = self.get(&format!("stints?session_key={key}")).await;
        let places = self.get(&format!("position?session_key={key}")).await;
        let grid_key = sessions
            .iter()
            .find(|s| s["meeting_key"] == *meeting && s["session_name"] == "Qualifying")
            .map(|s| s["session_key"].clone());
        let grid = self.get(&format!("starting_grid?session_key={}", grid_key.unwrap())).await;
        let pits = self.get(&format!("pit?session_key={key}")).await;
        let race = name == "Race";

        let laps = laps_with_places(&laps, &stints, &places);
        let best = best_laps(&laps);
        let result = self.get(&format!("session_result?session_key={key}")).await;
        let leaderboard: Vec<Value> = result
            .iter()
            .map(|result| {
                let number = &result["driver_number"];
                let lap = best.get(&number.as_i64().unwrap());
                let start = grid.iter().find(|g| g["driver_number"] == *number).map(|g| &g["position"]);
                let gap = &result["gap_to_leader"];
                let out = ["dnf", "dns", "dsq"].iter().find(|f| result[**f] == true).map(|f| f.to_uppercase());
                json!({
                    "position": result["position"],
                    "driver_number": number,
                    "status": out,
                    "grid_position": start.filter(|_| race),
                    "number_of_laps": result["number_of_laps"],
                    "gap_to_leader_s": gap.as_f64(),
                    "gap_to_leader_laps": gap.as_str().and_then(|t| t.trim_start_matches('+').split(' ').next()?.parse::<i64>().ok()),
                    "best_lap_s": lap.map(|l| &l["lap_time_s"]),
                    "best_lap_number": lap.map(|l| &l["lap_number"]),
                    "best_q1_s": result["duration"].get(0),
                    "best_q2_s": result["duration"].get(1),
                    "best_q3_s": result["duration"].get(2),
                    "pit_stops": race.then(|| pits.iter().filter(|p| p["driver_number"] == *number).count()),
                    "points": result.get("points"),
                })
            })
            .collect();
        let mut fastest: Vec<&Value> = best.values().copied().collect();
        fastest.sort_by(|a, b| seconds(a).total_cmp(&seconds(b)));
        let mut telemetry = Vec::new();
        for lap in fastest.into_iter().take(10) {
            telemetry.extend(self.telemetry(key, lap).await);
        }
        let odd = laps.iter().filter(|l| l["date_start"].is_null()).count();
        let (weather, rain, whole_weather) =
            gold::weather(&self.get(&format!("weather?session_key={key}")).await);
        let (qualifying_times, qualifying_parts) =
            if name == "Qualifying" { gold::qualifying(&result) } else { Default::default() };
        let for_races = |rows: Vec<Value>| if race { rows } else { Vec::new() };
        Rows::from([
            (Part::LapPositions, for_races(gold::lap_positions(&laps))),
            (Part::PitStops, for_races(gold::pit_stops(&pits, &stints, &laps))),
            (Part::StintPace, for_races(gold::stint_pace(&stints, &laps))),
            (Part::Penalties, for_races(gold::penalties())),
            (Part::QualifyingTimes, qualifying_times),
            (Part::QualifyingParts, qualifying_parts),
            (Part::LongRuns, if name.starts_with("Practice") { gold::long_runs(&laps) } else { Vec::new() }),
            (Part::Weather, weather),
            (Part::RainWindows, rain),
            (Part::SessionWeather, whole_weather),
            (
                Part::Session,
                vec![json!({
                    "session_key": key, "session_name": name, "session_category": name.trim_end_matches(" 1"),
                    "meeting_name": meeting_row["meeting_name"], "circuit_short_name": session["circuit_short_name"],
                    "location": session["location"], "country_name": session["country_name"],
                    "year": session["year"], "date_start": session["date_start"],
                    "is_generated": drivers.iter().any(|d| d["headshot_url"].as_str().is_some_and(|url| url.contains(".invalid/"))),
                })],
            ),
            (Part::Drivers, drivers),
            (Part::Leaderboard, leaderboard),
            (Part::Stints, stints),
            (Part::Telemetry, telemetry),
            (
                Part::Neutralisations,
                neutralisations(&self.get(&format!("race_control?session_key={key}")).await),
            ),
            (
                Part::Quality,
                vec![
                    json!({"check_name": "laps_without_start", "description": "Laps whose start is not known", "status": if odd > 0 { "warned" } else { "passed" },
                        "odd": odd, "looked_at": laps.len(), "drivers": (odd > 0).then_some("1, 11")}),
                    json!({"check_name": "lap_gaps", "description": "Laps missing between the first lap and the last one of a driver",
                        "status": "passed", "odd": 0, "looked_at": laps.len(), "drivers": null}),
                    json!({"check_name": "frozen_location", "description": "Laps during which the location did not move",
                        "status": "not checked", "odd": null, "looked_at": null, "drivers": null}),
                ],
            ),
            (Part::Laps, laps),
        ])
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

    /// Readings within a lap, with distance by integration and the nearest place on the track.
    async fn telemetry(&self, key: &Value, lap: &Value) -> Vec<Value> {
        let readings = self.during("car_data", key, lap).await;
        let places = self.during("location", key, lap).await;
        let mut rows = Vec::new();
        for (at, reading) in along(lap, &readings).into_iter().zip(&readings) {
            let place = places
                .iter()
                .min_by_key(|p| (time(&p["date"]).unwrap() - time(&reading["date"]).unwrap()).abs())
                .cloned()
                .unwrap_or_default();
            rows.push(json!({
                "driver_number": lap["driver_number"], "lap_number": lap["lap_number"],
                "lap_duration_s": lap["lap_time_s"], "sector_1_s": lap["sector_1_s"], "sector_2_s": lap["sector_2_s"],
                "sector_3_s": lap["sector_3_s"], "lap_distance_m": at.distance_m, "lap_time_s": at.time_s,
                "speed": reading["speed"], "throttle": reading["throttle"], "brake": reading["brake"],
                "n_gear": reading["n_gear"], "x": place["x"], "y": place["y"],
            }));
        }
        rows
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

/// Virtual safety cars, the only ones of a generated season.
fn neutralisations(messages: &[Value]) -> Vec<Value> {
    let laps = |text: &str| {
        let texts: Vec<_> =
            messages.iter().filter(|m| m["message"] == text).map(|m| &m["lap_number"]).collect();
        texts
    };
    laps("VIRTUAL SAFETY CAR DEPLOYED")
        .iter()
        .zip(laps("VIRTUAL SAFETY CAR ENDING"))
        .map(|(from, to)| json!({"kind": "virtual_safety_car", "lap_start": from, "lap_end": to}))
        .collect()
}

fn seconds(lap: &Value) -> f64 {
    lap["lap_time_s"].as_f64().unwrap()
}

fn time(date: &Value) -> Option<i64> {
    Some(date.as_str()?.parse::<jiff::Timestamp>().ok()?.as_microsecond())
}

fn laps_with_places(laps: &[Value], stints: &[Value], places: &[Value]) -> Vec<Value> {
    laps.iter()
        .map(|lap| {
            let (driver, number) = (&lap["driver_number"], lap["lap_number"].as_i64().unwrap());
            let next = laps.iter().find(|l| l["driver_number"] == *driver && l["lap_number"] == number + 1);
            let end = next.and_then(|l| time(&l["date_start"])).or_else(|| {
                Some(time(&lap["date_start"])? + (lap["lap_duration"].as_f64()? * 1e6) as i64)
            });
            let place = places
                .iter()
                .filter(|p| p["driver_number"] == *driver && time(&p["date"]) <= end)
                .max_by_key(|p| time(&p["date"]))
                .map(|p| &p["position"]);
            let stint = stints.iter().find(|s| {
                s["driver_number"] == *driver
                    && (s["lap_start"].as_i64() <= Some(number) && Some(number) <= s["lap_end"].as_i64())
            });
            json!({
                "driver_number": driver, "lap_number": number, "lap_time_s": lap["lap_duration"],
                "sector_1_s": lap["duration_sector_1"], "sector_2_s": lap["duration_sector_2"], "sector_3_s": lap["duration_sector_3"],
                "position": place, "compound": stint.map(|s| &s["compound"]), "date_start": lap["date_start"],
                "is_pit_out_lap": lap["is_pit_out_lap"], "is_pit_in_lap": next.map(|l| l["is_pit_out_lap"] == true),
                "is_valid_lap": lap["lap_duration"].is_number(),
            })
        })
        .collect()
}

/// The fastest lap of every driver.
fn best_laps(laps: &[Value]) -> BTreeMap<i64, &Value> {
    let mut best: BTreeMap<i64, &Value> = BTreeMap::new();
    for lap in laps.iter().filter(|l| l["lap_time_s"].is_number() && l["date_start"].is_string()) {
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
