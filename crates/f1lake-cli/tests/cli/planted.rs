//! Faults planted in one source of one session each, and the check that finds each: a check compares two
//! sources, so exactly the checks that the fault must break name the session, and no check names a session
//! without one.
//!
//! Sessions are chosen by kind and rows by what they hold, so the simulator's seasons may change.

use crate::{Ended, Place};
use openf1_sim::{FaultPlan, GeneratedConfig, SimConfig, SimLimits, Simulator, Source};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const SEASON: i32 = 2024;
/// Number of landed rounds: enough that each race fault has its own race and some races have none.
const ROUNDS: usize = 13;
/// Endpoints that the checks compare, without telemetry and weather.
const ENDPOINTS: &str = "championship_drivers,championship_teams,drivers,intervals,laps,meetings,pit,position,\
                         race_control,session_result,sessions,starting_grid,stints";

/// The checks that compare sources, each with the line of `data_quality` that names its sessions.
const COMPARISONS: [(&str, Option<&str>); 12] = [
    ("gold_best_times_are_the_official_ones", Some("best_lap_differs_from_result")),
    ("gold_gaps_fit_the_laps", Some("gaps_differ_from_laps")),
    ("gold_laps_are_those_of_the_result", Some("laps_differ_from_result")),
    ("gold_last_lap_order_is_the_official_one", Some("last_lap_differs_from_result")),
    ("gold_points_are_those_of_the_standings", Some("points_differ_from_standings")),
    ("gold_points_fit_places", Some("points_do_not_fit_places")),
    ("gold_positions_fit_the_laps", Some("positions_differ_from_laps")),
    ("gold_qualifying_has_its_parts", Some("parts_differ_from_result")),
    // Standings cover the whole lake, data_quality one session at a time.
    ("gold_standings_are_those_of_the_api", None),
    ("gold_stints_fit_stops", Some("stints_differ_from_stops")),
    ("gold_stops_change_the_tyres", Some("stops_within_a_stint")),
    ("gold_timing_order_is_the_official_one", Some("order_differs_from_result")),
];

/// A kind of fault: what is wrong, the possible sessions, the checks that must find it and those that may.
struct Kind {
    what: &'static str,
    session_name: &'static str,
    plant: fn(&Rows) -> Option<Vec<Value>>,
    found_by: &'static [&'static str],
    may_follow: &'static [&'static str],
}

const KINDS: [Kind; 13] = [
    Kind {
        what: "a passage through the pit lane is missing",
        session_name: "Race",
        plant: missing_passage,
        found_by: &["gold_stints_fit_stops"],
        may_follow: &[],
    },
    Kind {
        what: "a stint is missing",
        session_name: "Race",
        plant: missing_stint,
        found_by: &["gold_stints_fit_stops"],
        may_follow: &[],
    },
    Kind {
        what: "a stint begins three laps late",
        session_name: "Race",
        plant: late_stint,
        found_by: &["gold_stops_change_the_tyres"],
        may_follow: &[],
    },
    Kind {
        what: "the gaps of a car are wrong",
        session_name: "Race",
        plant: wrong_gaps,
        found_by: &["gold_gaps_fit_the_laps"],
        may_follow: &[],
    },
    Kind {
        what: "a position is wrong for some laps",
        session_name: "Race",
        plant: wrong_position,
        found_by: &["gold_positions_fit_the_laps"],
        may_follow: &[],
    },
    Kind {
        what: "two cars are swapped in the result",
        session_name: "Race",
        plant: swapped_without_reason,
        found_by: &["gold_last_lap_order_is_the_official_one", "gold_timing_order_is_the_official_one"],
        may_follow: &[],
    },
    Kind {
        what: "two cars are swapped in the result, and race control gave a penalty that explains it",
        session_name: "Race",
        plant: swapped_by_penalty,
        found_by: &["gold_timing_order_is_the_official_one"],
        may_follow: &[],
    },
    Kind {
        what: "the result has a lap less",
        session_name: "Race",
        plant: lap_less,
        found_by: &["gold_laps_are_those_of_the_result"],
        may_follow: &[],
    },
    Kind {
        what: "the third has two points more",
        session_name: "Race",
        plant: points_of_the_result,
        found_by: &[
            "gold_points_are_those_of_the_standings",
            "gold_points_fit_places",
            "gold_standings_are_those_of_the_api",
        ],
        may_follow: &[],
    },
    Kind {
        what: "a driver has three points more in the standings",
        session_name: "Race",
        plant: points_of_a_driver,
        found_by: &["gold_points_are_those_of_the_standings", "gold_standings_are_those_of_the_api"],
        may_follow: &[],
    },
    Kind {
        what: "a team has three points more in the standings",
        session_name: "Race",
        plant: points_of_a_team,
        found_by: &["gold_points_are_those_of_the_standings", "gold_standings_are_those_of_the_api"],
        may_follow: &[],
    },
    Kind {
        what: "a best time of part 2 is wrong in the result",
        session_name: "Qualifying",
        plant: wrong_best_time,
        found_by: &["gold_best_times_are_the_official_ones"],
        may_follow: &[],
    },
    Kind {
        what: "the green light of part 3 is missing",
        session_name: "Qualifying",
        plant: missing_part,
        found_by: &["gold_qualifying_has_its_parts", "gold_best_times_are_the_official_ones"],
        // The order of the best laps of both parts may equal that of part 3.
        may_follow: &["gold_timing_order_is_the_official_one"],
    },
];

/// The rows of one session as they are served without faults.
struct Rows {
    session_key: i64,
    by_endpoint: BTreeMap<&'static str, Vec<Value>>,
}

impl Rows {
    fn of(&self, endpoint: &str) -> &[Value] {
        &self.by_endpoint[endpoint]
    }

    fn of_driver(&self, endpoint: &str, driver: i64) -> Vec<&Value> {
        self.of(endpoint).iter().filter(|row| row["driver_number"] == driver).collect()
    }

    fn correction(&self, endpoint: &str, op: &str, matching: Value, values: Value) -> Value {
        json!({
            "endpoint": endpoint, "session_key": self.session_key, "op": op, "match": matching, "values": values,
        })
    }

    fn set(&self, endpoint: &str, matching: Value, values: Value) -> Value {
        self.correction(endpoint, "set", matching, values)
    }

    fn remove(&self, endpoint: &str, matching: Value) -> Value {
        self.correction(endpoint, "remove", matching, json!({}))
    }

    /// The stops with other tyres: the row of the pit lane, the stint before and the stint after. The stint
    /// begins at the lap out of the lane with a new set of another compound, and the time in the lane is not
    /// less than the usual one.
    fn stops(&self) -> Vec<(&Value, &Value, &Value)> {
        let mut lanes: Vec<f64> =
            self.of("pit").iter().filter_map(|row| row["lane_duration"].as_f64()).collect();
        lanes.sort_by(f64::total_cmp);
        let Some(usual) = lanes.get(lanes.len() / 2) else { return Vec::new() };
        let mut stops = Vec::new();
        for pit in self.of("pit") {
            let stints = self.of_driver("stints", int(pit, "driver_number"));
            for pair in stints.windows(2) {
                if int(pair[1], "lap_start") == int(pit, "lap_number") + 1
                    && int(pair[0], "lap_end") == int(pit, "lap_number")
                    && int(pair[1], "tyre_age_at_start") == 0
                    && pair[0]["compound"] != pair[1]["compound"]
                    && pit["lane_duration"].as_f64().is_some_and(|lane| (*usual..60.0).contains(&lane))
                {
                    stops.push((pit, pair[0], pair[1]));
                }
            }
        }
        stops
    }

    /// Finishers without points: position, driver and time at the line, if they completed as many laps as the
    /// next one.
    fn neighbours_without_points(&self) -> Vec<[(i64, i64, f64); 2]> {
        let mut finishers: Vec<&Value> = self
            .of("session_result")
            .iter()
            .filter(|row| row["points"] == 0 && row["dnf"] == false && row["position"].is_i64())
            .collect();
        finishers.sort_by_key(|row| int(row, "position"));
        let of = |row: &Value| {
            let (driver, laps) = (int(row, "driver_number"), int(row, "number_of_laps"));
            let last = self.of("laps").iter().find(|lap| {
                lap["driver_number"] == driver && lap["lap_number"] == laps && lap["lap_duration"].is_f64()
            })?;
            let start: jiff::Timestamp = last["date_start"].as_str()?.parse().ok()?;
            let end = start.as_millisecond() as f64 / 1000.0 + last["lap_duration"].as_f64()?;
            let is_punished = self.of("race_control").iter().any(|row| {
                row["message"].as_str().is_some_and(|message| {
                    message.contains(&format!("CAR {driver} (")) && message.contains("PENALTY")
                })
            });
            (!is_punished).then_some((int(row, "position"), driver, end))
        };
        let pairs = finishers.windows(2).filter(|pair| {
            pair[0]["number_of_laps"] == pair[1]["number_of_laps"]
                && int(pair[0], "position") + 1 == int(pair[1], "position")
        });
        pairs.filter_map(|pair| Some([of(pair[0])?, of(pair[1])?])).collect()
    }

    fn swap(&self, [first, second]: [(i64, i64, f64); 2]) -> Vec<Value> {
        vec![
            self.set("session_result", json!({"driver_number": first.1}), json!({"position": second.0})),
            self.set("session_result", json!({"driver_number": second.1}), json!({"position": first.0})),
        ]
    }
}

fn int(row: &Value, field: &str) -> i64 {
    row[field].as_i64().unwrap_or(-1)
}

fn missing_passage(rows: &Rows) -> Option<Vec<Value>> {
    let (pit, ..) = *rows.stops().first()?;
    let matching = json!({"driver_number": pit["driver_number"], "lap_number": pit["lap_number"]});
    Some(vec![rows.remove("pit", matching)])
}

fn missing_stint(rows: &Rows) -> Option<Vec<Value>> {
    let (_, _, after) = *rows.stops().first()?;
    let matching = json!({"driver_number": after["driver_number"], "stint_number": after["stint_number"]});
    Some(vec![rows.remove("stints", matching)])
}

fn late_stint(rows: &Rows) -> Option<Vec<Value>> {
    let stops = rows.stops();
    let (_, before, after) =
        *stops.iter().find(|(_, _, after)| int(after, "lap_end") - int(after, "lap_start") > 6)?;
    let shift = |stint: &Value, field: &str| {
        let matching =
            json!({"driver_number": stint["driver_number"], "stint_number": stint["stint_number"]});
        rows.set("stints", matching, json!({field: int(stint, field) + 3}))
    };
    Some(vec![shift(before, "lap_end"), shift(after, "lap_start")])
}

fn wrong_gaps(rows: &Rows) -> Option<Vec<Value>> {
    let third = rows.of("session_result").iter().find(|row| row["position"] == 3)?;
    Some(vec![rows.set(
        "intervals",
        json!({"driver_number": third["driver_number"]}),
        json!({"gap_to_leader": 500.0}),
    )])
}

/// A position that holds for five minutes and is not the car's last one.
fn wrong_position(rows: &Rows) -> Option<Vec<Value>> {
    let start = rows.of("laps").iter().filter_map(|lap| lap["date_start"].as_str()).min()?.to_owned();
    for finisher in rows.of("session_result").iter().filter(|row| row["position"].is_i64()) {
        let positions = rows.of_driver("position", int(finisher, "driver_number"));
        for pair in positions.windows(2) {
            let dates: Vec<jiff::Timestamp> =
                pair.iter().filter_map(|row| row["date"].as_str()?.parse().ok()).collect();
            let is_in_race = pair[0]["date"].as_str()? > start.as_str();
            if is_in_race
                && dates[1].duration_since(dates[0]).as_secs() > 300
                && int(pair[0], "position") <= 10
            {
                let matching = json!({"driver_number": pair[0]["driver_number"], "date": pair[0]["date"]});
                return Some(vec![rows.set(
                    "position",
                    matching,
                    json!({"position": int(pair[0], "position") + 5}),
                )]);
            }
        }
    }
    None
}

fn swapped_without_reason(rows: &Rows) -> Option<Vec<Value>> {
    let pairs = rows.neighbours_without_points();
    let pair = pairs.into_iter().find(|[first, second]| second.2 - first.2 > 1.0)?;
    Some(rows.swap(pair))
}

fn swapped_by_penalty(rows: &Rows) -> Option<Vec<Value>> {
    let pairs = rows.neighbours_without_points();
    let pair = pairs.into_iter().find(|[first, second]| (1.0..9.0).contains(&(second.2 - first.2)))?;
    let flag = rows.of("race_control").iter().find(|row| row["flag"] == "CHEQUERED")?;
    let car = pair[0].1;
    let mut corrections = rows.swap(pair);
    corrections.push(rows.correction(
        "race_control",
        "add",
        json!({}),
        json!({
            "category": "Other", "date": flag["date"], "lap_number": flag["lap_number"],
            "message": format!("FIA STEWARDS: 10 SECOND TIME PENALTY FOR CAR {car} (XXX) - CAUSING A COLLISION"),
        }),
    ));
    Some(corrections)
}

fn lap_less(rows: &Rows) -> Option<Vec<Value>> {
    let second = rows.of("session_result").iter().find(|row| row["position"] == 2)?;
    let values = json!({"number_of_laps": int(second, "number_of_laps") - 1});
    Some(vec![rows.set("session_result", json!({"driver_number": second["driver_number"]}), values)])
}

/// Whether the standings have values from before the race; the first race has none.
fn has_standings(rows: &Rows) -> bool {
    rows.of("championship_drivers").iter().any(|row| row["points_start"].is_f64())
}

fn points_of_the_result(rows: &Rows) -> Option<Vec<Value>> {
    let third = rows.of("session_result").iter().find(|row| row["position"] == 3)?;
    let values = json!({"points": third["points"].as_f64()? + 2.0});
    has_standings(rows)
        .then(|| vec![rows.set("session_result", json!({"driver_number": third["driver_number"]}), values)])
}

/// The last competitor in the standings, whom no other fault is likely to affect.
fn last_of<'a>(rows: &'a Rows, standings: &str) -> Option<&'a Value> {
    let last = rows.of(standings).iter().max_by_key(|row| int(row, "position_current"))?;
    last["points_start"].is_f64().then_some(last)
}

fn points_of_a_driver(rows: &Rows) -> Option<Vec<Value>> {
    let row = last_of(rows, "championship_drivers")?;
    let values = json!({"points_current": row["points_current"].as_f64()? + 3.0});
    Some(vec![rows.set("championship_drivers", json!({"driver_number": row["driver_number"]}), values)])
}

fn points_of_a_team(rows: &Rows) -> Option<Vec<Value>> {
    let row = last_of(rows, "championship_teams")?;
    let values = json!({"points_current": row["points_current"].as_f64()? + 3.0});
    Some(vec![rows.set("championship_teams", json!({"team_name": row["team_name"]}), values)])
}

fn wrong_best_time(rows: &Rows) -> Option<Vec<Value>> {
    let in_all_parts =
        |row: &&Value| row["duration"].as_array().is_some_and(|parts| parts.iter().all(Value::is_f64));
    let row = rows.of("session_result").iter().find(in_all_parts)?;
    let mut duration = row["duration"].clone();
    duration[1] = json!(duration[1].as_f64()? + 0.5);
    Some(vec![rows.set(
        "session_result",
        json!({"driver_number": row["driver_number"]}),
        json!({"duration": duration}),
    )])
}

/// Sessions without an interrupted part, so that each part has one green light.
fn missing_part(rows: &Rows) -> Option<Vec<Value>> {
    let mut greens: Vec<&Value> = rows
        .of("race_control")
        .iter()
        .filter(|row| row["message"].as_str().is_some_and(|message| message.starts_with("GREEN LIGHT")))
        .collect();
    greens.sort_by_key(|row| row["date"].as_str());
    let [_, _, third] = greens[..] else { return None };
    Some(vec![rows.remove("race_control", json!({"date": third["date"], "message": third["message"]}))])
}

struct Session {
    key: i64,
    name: String,
}

/// A simulator and its rows.
struct Served {
    runtime: tokio::runtime::Runtime,
    simulator: Simulator,
}

impl Served {
    fn start(faults: FaultPlan) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let config = SimConfig {
            source: Source::Generated(GeneratedConfig {
                seasons: vec![SEASON],
                ..GeneratedConfig::default()
            }),
            limits: SimLimits::None,
            faults,
            ..SimConfig::default()
        };
        let simulator = runtime.block_on(openf1_sim::start(config)).unwrap();
        Self { runtime, simulator }
    }

    fn rows(&self, endpoint: &str, query: &str) -> Vec<Value> {
        let url = format!("{}/{endpoint}?{query}", self.simulator.base_url());
        let text = self.runtime.block_on(async { crate::program::get(&url).await.text().await.unwrap() });
        // An empty result is an object with a message.
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// The races, sprints and qualifyings of the first rounds.
    fn sessions(&self) -> Vec<Session> {
        let mut sessions = self.rows("sessions", &format!("year={SEASON}"));
        sessions.retain(|session| session["is_cancelled"] == false);
        sessions.sort_by(|a, b| a["date_start"].as_str().cmp(&b["date_start"].as_str()));
        let rounds: Vec<Value> = sessions
            .iter()
            .filter(|session| session["session_name"] == "Race")
            .map(|session| session["meeting_key"].clone())
            .take(ROUNDS)
            .collect();
        sessions
            .iter()
            .filter(|session| rounds.contains(&session["meeting_key"]))
            .map(|session| Session {
                key: int(session, "session_key"),
                name: session["session_name"].as_str().unwrap().to_owned(),
            })
            .collect()
    }

    fn session_rows(&self, session: &Session) -> Rows {
        let endpoints = [
            "championship_drivers",
            "championship_teams",
            "laps",
            "pit",
            "position",
            "race_control",
            "session_result",
            "stints",
        ];
        let query = format!("session_key={}", session.key);
        Rows {
            session_key: session.key,
            by_endpoint: endpoints.into_iter().map(|name| (name, self.rows(name, &query))).collect(),
        }
    }
}

/// Assigns each kind of fault to the first suitable session without a fault. Of the other sessions, it keeps
/// the races and sprints, because standings need them all, and two qualifyings.
fn plan(served: &Served) -> (BTreeMap<i64, &'static Kind>, Vec<Value>, Vec<i64>) {
    let sessions = served.sessions();
    let (mut planted, mut corrections) = (BTreeMap::new(), Vec::new());
    for session in &sessions {
        let due: Vec<&Kind> = KINDS
            .iter()
            .filter(|kind| kind.session_name == session.name)
            .filter(|kind| !planted.values().any(|known: &&Kind| known.what == kind.what))
            .collect();
        if due.is_empty() {
            continue;
        }
        let rows = served.session_rows(session);
        if let Some((kind, faults)) = due.iter().find_map(|kind| Some((kind, (kind.plant)(&rows)?))) {
            planted.insert(session.key, *kind);
            corrections.extend(faults);
        }
    }
    let left = |name: &str, most: usize| -> Vec<i64> {
        sessions
            .iter()
            .filter(|session| session.name == name && !planted.contains_key(&session.key))
            .map(|session| session.key)
            .take(most)
            .collect()
    };
    let mut keys: Vec<i64> = planted.keys().copied().collect();
    keys.extend([left("Race", ROUNDS), left("Sprint", ROUNDS), left("Qualifying", 2)].concat());
    (planted, corrections, keys)
}

fn ended_well(ended: Ended) -> Ended {
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    ended
}

/// The rows of a query.
fn asked(place: &Place, sql: &str) -> Vec<Value> {
    let answer = ended_well(place.run(&["sql", "--lake", "lake", "--output", "json", sql]));
    serde_json::from_str(&answer.stdout).unwrap()
}

#[test]
fn each_planted_fault_is_found_by_its_own_check_only() {
    let (planted, corrections, keys) = plan(&Served::start(FaultPlan::default()));
    let missed: Vec<&str> = KINDS
        .iter()
        .filter(|kind| !planted.values().any(|found| found.what == kind.what))
        .map(|kind| kind.what)
        .collect();
    assert!(missed.is_empty(), "no session can have: {missed:?}");
    assert!(keys.len() > planted.len() + 2, "every session has a fault");

    let served = Served::start(serde_json::from_value(json!({ "correction": corrections })).unwrap());
    let place = Place::new();
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let base_url = served.simulator.base_url();
    let extract = ["extract", "--out", "landing", "--session-key", &keys.join(","), "--endpoints", ENDPOINTS];
    let fast = ["--base-url", &base_url, "--rate-per-second", "1000", "--rate-per-minute", "10000"];
    ended_well(place.run(&[extract.as_slice(), fast.as_slice()].concat()));
    ended_well(place.run(&["load", "--out", "landing", "--lake", "lake"]));
    ended_well(place.run(&["build", "--lake", "lake", "--no-tests"]));
    let tested = ended_well(place.run(&["test", "--lake", "lake", "--output", "json"]));
    let checks: Vec<Value> = serde_json::from_str(&tested.stdout).unwrap();

    // Session and check of everything found.
    let mut found: BTreeSet<(i64, String)> = BTreeSet::new();
    for (check, _) in COMPARISONS {
        let result = checks.iter().find(|result| result["check"] == check).unwrap();
        if result["status"] != "passed" {
            let sql =
                Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../f1lake-lake/sql/tests/{check}.sql"));
            let sql = std::fs::read_to_string(sql).unwrap();
            let sessions = asked(&place, &format!("select distinct session_key from ({sql}) as odd"));
            found.extend(sessions.iter().map(|row| (int(row, "session_key"), check.to_owned())));
        }
    }
    println!("fault | checks that found it");
    for (key, kind) in &planted {
        let by: Vec<&str> =
            found.iter().filter(|(session, _)| session == key).map(|(_, check)| check.as_str()).collect();
        println!("{} | {}", kind.what, by.join(", "));
    }

    let pairs = |of: fn(&Kind) -> &'static [&'static str]| -> BTreeSet<(i64, String)> {
        let of_all =
            planted.iter().flat_map(|(key, kind)| of(kind).iter().map(|check| (*key, (*check).to_owned())));
        of_all.collect()
    };
    let must = pairs(|kind| kind.found_by);
    let may = pairs(|kind| kind.may_follow);
    let not_found: Vec<_> = must.difference(&found).collect();
    let without_fault: Vec<_> =
        found.iter().filter(|pair| !must.contains(*pair) && !may.contains(*pair)).collect();
    assert!(
        not_found.is_empty() && without_fault.is_empty(),
        "not found: {not_found:?}; found: {without_fault:?}"
    );

    // `data_quality` names the same sessions.
    let quality: BTreeMap<&str, &str> =
        COMPARISONS.iter().filter_map(|(check, quality)| Some(((*quality)?, *check))).collect();
    let named: BTreeSet<(i64, String)> =
        asked(&place, "select session_key, check_name from data_quality where status = 'warned'")
            .iter()
            .filter_map(|row| {
                let check = quality.get(row["check_name"].as_str()?)?;
                Some((int(row, "session_key"), (*check).to_owned()))
            })
            .collect();
    let expected: BTreeSet<(i64, String)> =
        found.iter().filter(|(_, check)| quality.values().any(|known| known == check)).cloned().collect();
    assert_eq!(named, expected);
}
