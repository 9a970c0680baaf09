//! Sessions that lack most of what the tables and the report draw from: no telemetry, nulls, three cars, two
//! sessions of one name. Everything is built, empty or null where nothing is known, and nothing fails.

use crate::exploring::{Explored, every_panel_answers};
use crate::{Place, Simulated};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MEETING: i64 = 6000;
const FIRST_PRACTICE: i64 = 60001;
const SECOND_PRACTICE: i64 = 60002;
const QUALIFYING: i64 = 60003;
const RACE: i64 = 60004;

fn session(key: i64, name: &str, kind: &str, start: &str) -> Value {
    json!({
        "session_key": key, "meeting_key": MEETING, "session_type": kind, "session_name": name,
        "date_start": format!("2025-03-{start}:00:00+00:00"), "date_end": format!("2025-03-{start}:59:00+00:00"),
        "circuit_key": 911, "circuit_short_name": "Alpha", "country_key": 77, "country_code": "TST",
        "country_name": "Testland", "location": "Alpha", "gmt_offset": "00:00:00", "year": 2025,
        "is_cancelled": false,
    })
}

/// A row of a session's endpoint.
fn row(session_key: i64, more: Value) -> Value {
    let mut row = json!({"meeting_key": MEETING, "session_key": session_key});
    row.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    row
}

fn lap(session_key: i64, driver: i64, number: i64, seconds: Option<f64>) -> Value {
    let start = seconds.map(|_| format!("2025-03-16T13:{:02}:00+00:00", 2 * number));
    row(
        session_key,
        json!({
            "driver_number": driver, "lap_number": number, "date_start": start, "lap_duration": seconds,
            "duration_sector_1": null, "duration_sector_2": null, "duration_sector_3": null, "i1_speed": null,
            "i2_speed": null, "st_speed": null, "is_pit_out_lap": false, "segments_sector_1": [null, 2049],
            "segments_sector_2": [], "segments_sector_3": null,
        }),
    )
}

fn rows() -> BTreeMap<&'static str, Vec<Value>> {
    let all = [FIRST_PRACTICE, SECOND_PRACTICE, QUALIFYING, RACE];
    let cars = [1, 2, 3];
    let driver = |key: i64, number: i64| {
        row(
            key,
            json!({
                "driver_number": number, "broadcast_name": null, "full_name": null, "name_acronym": null,
                "team_name": null, "team_colour": null, "first_name": null, "last_name": null,
                "headshot_url": null, "country_code": null,
            }),
        )
    };
    let result = |key: i64, number: i64| {
        row(
            key,
            json!({
                "driver_number": number, "position": if number == 3 { Value::Null } else { json!(number) },
                "number_of_laps": null, "dnf": number == 3, "dns": false, "dsq": false, "duration": null,
                "gap_to_leader": null,
            }),
        )
    };
    BTreeMap::from([
        (
            "meetings",
            vec![json!({
                "meeting_key": MEETING, "meeting_name": "Alpha Grand Prix", "meeting_official_name": null,
                "location": "Alpha", "country_key": 77, "country_code": "TST", "country_name": "Testland",
                "circuit_key": 911, "circuit_short_name": "Alpha", "circuit_type": null,
                "gmt_offset": "00:00:00", "date_start": "2025-03-14T00:00:00+00:00",
                "date_end": "2025-03-16T15:00:00+00:00", "year": 2025, "is_cancelled": false,
            })],
        ),
        (
            "sessions",
            vec![
                session(FIRST_PRACTICE, "Practice 1", "Practice", "14T10"),
                session(SECOND_PRACTICE, "Practice 1", "Practice", "14T14"),
                session(QUALIFYING, "Qualifying", "Qualifying", "15T14"),
                session(RACE, "Race", "Race", "16T13"),
            ],
        ),
        ("drivers", all.iter().flat_map(|key| cars.map(|number| driver(*key, number))).collect()),
        (
            "session_result",
            [QUALIFYING, RACE].iter().flat_map(|key| cars.map(|car| result(*key, car))).collect(),
        ),
        (
            "laps",
            (1..=6)
                .flat_map(|number| {
                    let seconds = (number != 3).then_some(90.0 + number as f64 / 10.0);
                    [lap(RACE, 1, number, seconds), lap(RACE, 2, number, None)]
                })
                .chain((1..=3).map(|number| lap(FIRST_PRACTICE, 1, number, None)))
                .collect(),
        ),
        (
            "race_control",
            vec![row(
                RACE,
                json!({
                    "date": "2025-03-16T13:05:00+00:00", "driver_number": null, "lap_number": null,
                    "category": "Other", "flag": null, "scope": null, "sector": null,
                    "message": "FIA STEWARDS: SOMETHING NOBODY HAS SEEN BEFORE", "qualifying_phase": null,
                }),
            )],
        ),
        (
            "pit",
            vec![row(
                RACE,
                json!({
                    "driver_number": 1, "lap_number": 4, "date": "2025-03-16T13:09:00+00:00",
                    "lane_duration": null, "stop_duration": null, "pit_duration": null,
                }),
            )],
        ),
        (
            "stints",
            vec![row(
                RACE,
                json!({
                    "driver_number": 1, "stint_number": 1, "lap_start": 1, "lap_end": 6, "compound": null,
                    "tyre_age_at_start": null,
                }),
            )],
        ),
        (
            "weather",
            vec![row(
                RACE,
                json!({
                    "date": "2025-03-16T13:01:00+00:00", "air_temperature": null, "track_temperature": null,
                    "humidity": null, "pressure": null, "rainfall": null, "wind_direction": null,
                    "wind_speed": null,
                }),
            )],
        ),
    ])
}

#[test]
fn sessions_that_lack_nearly_everything_are_built_and_reported() {
    let place = Place::new();
    let folder = place.path().join("rows");
    std::fs::create_dir(&folder).unwrap();
    for (endpoint, rows) in rows() {
        place.write(&format!("rows/{endpoint}.json"), &serde_json::to_string(&rows).unwrap());
    }
    let server = Simulated::start(&place, &["--replay", folder.to_str().unwrap(), "--limits", "none"]);
    let run = place.run_fast(&server, &["run", "--mode", "year", "--year", "2025"]);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);

    let rows = |sql: &str| -> Vec<serde_json::Map<String, Value>> {
        let asked = place.run(&["sql", "--output", "json", sql]);
        assert_eq!(asked.code, 0, "{sql}: {}", asked.stderr);
        serde_json::from_str(&asked.stdout).unwrap()
    };
    let tables = rows(
        "select table_name as name from information_schema.tables where table_schema = 'gold_analytics'",
    );
    assert!(tables.len() > 40, "{tables:?}");
    for table in &tables {
        let name = table["name"].as_str().unwrap();
        rows(&format!("select * from {name} limit 5"));
    }
    // What cannot be known is null, not zero and not invented.
    let one = |sql: &str| rows(sql).remove(0);
    let sessions = one("select count(*) as n from dim_sessions where session_name = 'Practice 1'");
    assert_eq!(sessions["n"], 2);
    for (table, column) in [
        ("stint_degradation", "degradation"),
        ("pit_cycles", "time_lost"),
        ("session_weather", "air_temperature_mean"),
    ] {
        let counted = one(&format!("select count({column}) as n from {table}"));
        assert_eq!(counted["n"], 0, "{table}.{column}");
    }
    for table in ["telemetry_minisectors(60004)", "long_runs", "circuit_corners", "rain_windows", "penalties"]
    {
        assert_eq!(one(&format!("select count(*) as n from {table}"))["n"], 0, "{table}");
    }

    for key in [FIRST_PRACTICE, SECOND_PRACTICE, QUALIFYING, RACE].map(|key| key.to_string()) {
        let page = format!("{key}.html");
        let report = place.run(&["report", &key, "--html", &page]);
        assert_eq!(report.code, 0, "{key}: {}", report.stderr);
        let html = std::fs::read_to_string(place.path().join(&page)).unwrap();
        let (shown, _) = html.split_once("<script>").unwrap();
        assert!(!shown.contains("NaN") && !shown.contains(">null<"), "{key}");
    }

    let explored = Explored::start(&place, &[]);
    for key in [FIRST_PRACTICE, SECOND_PRACTICE, QUALIFYING, RACE] {
        every_panel_answers(&place, &explored, &[], key, 1);
        let (status, body) = explored.get(&format!("/api/overlay?laps={key}-1-1"));
        let error: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(status, 404, "{error}");
        assert!(error["hint"].is_string() || error["kind"] == "not_found", "{error}");
    }
    let (gold, aside) = (place.path().join("lake/gold_analytics"), place.path().join("aside"));
    std::fs::rename(&gold, &aside).unwrap();
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_eq!(explored.json("/api/lake")["state"], "no_gold");
    let (status, body) = explored.get("/api/sessions");
    let error: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &error["hint"]), (409, &json!("f1lake build")), "{error}");
}
