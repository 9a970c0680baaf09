//! Gold against the truth. The simulator derives the truth of its sessions from its own state, never from the
//! rows that it serves, and shares no rule with the models: each table must equal it.

#![allow(clippy::print_stdout, reason = "the counts are what the test is read for")]

use crate::{Place, Simulated};
use f1lake_motion::{Anchors, OfficialTimes, Overlay, Reading, TimedLap};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Every endpoint except the two of telemetry.
const SMALL: &str = "championship_drivers,championship_teams,drivers,intervals,laps,meetings,overtakes,pit,position,\
                     race_control,session_result,sessions,starting_grid,stints,team_radio,weather";

type Row = Map<String, Value>;
/// Session, and what identifies a row in it.
type Key = Vec<String>;

/// Expected value.
enum Expected {
    Equal(Value),
    /// At most this many seconds apart; null only where the truth is null.
    Near(Option<f64>, f64),
    /// The feed may omit it; if present, it equals this within half a millisecond.
    IfSent(f64),
}

/// A gold table and its expected content.
struct Table {
    name: &'static str,
    expected: BTreeMap<Key, Vec<(&'static str, Expected)>>,
    found: BTreeMap<Key, Row>,
}

impl Table {
    /// Rows of a query, whose first `keys` columns identify them.
    fn of(place: &Place, name: &'static str, keys: usize, sql: &str) -> Self {
        let found = query(place, sql).into_iter().map(|row| {
            let key = row.values().take(keys).map(ToString::to_string).collect();
            (key, row)
        });
        Self { name, expected: BTreeMap::new(), found: found.collect() }
    }

    fn expect(&mut self, key: &[&Value], values: Vec<(&'static str, Expected)>) {
        let key: Key = key.iter().map(ToString::to_string).collect();
        let other = self.expected.insert(key, values);
        assert!(other.is_none(), "{}: the truth has a row twice", self.name);
    }

    /// Prints the counts and returns the differences.
    fn differences(&self) -> Vec<String> {
        let mut different = Vec::new();
        let mut values = 0;
        for key in self.found.keys().filter(|key| !self.expected.contains_key(*key)) {
            different.push(format!("{} {}: did not happen", self.name, key.join(" ")));
        }
        for (key, expected) in &self.expected {
            let Some(row) = self.found.get(key) else {
                different.push(format!("{} {}: is missing", self.name, key.join(" ")));
                continue;
            };
            for (column, expected) in expected {
                let found = row.get(*column).unwrap_or(&Value::Null);
                let number = found.as_f64();
                let holds = match expected {
                    Expected::Equal(Value::Number(right)) => {
                        number.zip(right.as_f64()).is_some_and(|(found, right)| (found - right).abs() < 5e-4)
                    }
                    Expected::Equal(right) => found == right,
                    Expected::Near(None, _) => found.is_null(),
                    Expected::Near(Some(right), most) => number.is_some_and(|n| (n - right).abs() <= *most),
                    Expected::IfSent(right) => {
                        found.is_null() || number.is_some_and(|n| (n - right).abs() < 5e-4)
                    }
                };
                values += 1;
                if !holds {
                    let right = match expected {
                        Expected::Equal(right) => right.to_string(),
                        Expected::Near(right, _) => json!(right).to_string(),
                        Expected::IfSent(right) => right.to_string(),
                    };
                    different.push(format!(
                        "{} {} {column}: {found} instead of {right}",
                        self.name,
                        key.join(" ")
                    ));
                }
            }
        }
        println!(
            "{:<24}{:>8} rows {:>9} values {:>6} different",
            self.name,
            self.expected.len(),
            values,
            different.len()
        );
        different
    }
}

fn query(place: &Place, sql: &str) -> Vec<Row> {
    let asked = place.run(&["sql", "--lake", "lake", "--output", "json", sql]);
    assert_eq!(asked.code, 0, "{sql}: {}", asked.stderr);
    serde_json::from_str(&asked.stdout).unwrap()
}

/// Seconds since 1970.
fn moment(value: &Value) -> Option<f64> {
    let text = value.as_str()?;
    let at: jiff::Timestamp = text.parse().unwrap();
    Some(at.as_microsecond() as f64 / 1e6)
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn equal(value: &Value) -> Expected {
    Expected::Equal(value.clone())
}

fn is(value: &Value, name: &str) -> bool {
    value[name].as_bool().unwrap()
}

fn is_race(truth: &Value) -> bool {
    matches!(truth["kind"].as_str(), Some("race" | "sprint"))
}

fn is_qualifying(truth: &Value) -> bool {
    matches!(truth["kind"].as_str(), Some("qualifying" | "sprint_qualifying"))
}

/// The drivers of a session's truth with their laps.
fn drivers(truth: &Value) -> impl Iterator<Item = (&Value, &Value)> {
    list(truth, "drivers").iter().map(|driver| (&driver["driver_number"], driver))
}

fn qualifying_parts(place: &Place, truths: &[Value]) -> Table {
    let mut table = Table::of(
        place,
        "fact_qualifying_parts",
        2,
        "select session_key, qualifying_phase, date_part('epoch', date_start) as date_start,
            date_part('epoch', date_end) as date_end, end_reason = 'chequered flag' as is_flagged
        from gold_analytics.fact_qualifying_parts",
    );
    for truth in truths.iter().filter(|truth| is_qualifying(truth)) {
        for part in list(truth, "parts") {
            // Messages are dated to the second.
            table.expect(
                &[&truth["session_key"], &part["part"]],
                vec![
                    ("date_start", Expected::Near(moment(&part["start"]), 1.0)),
                    ("date_end", Expected::Near(moment(&part["end"]), 1.0)),
                    ("is_flagged", equal(&json!(part["ended_by"] == "chequered_flag"))),
                ],
            );
        }
    }
    table
}

fn neutralisations(place: &Place, truths: &[Value]) -> Table {
    let mut table = Table::of(
        place,
        "fact_neutralisations",
        2,
        "select session_key, neutralisation_number, kind, date_part('epoch', date_start) as date_start,
            date_part('epoch', date_end) as date_end, first_lap, last_lap, restart
        from gold_analytics.fact_neutralisations where session_category in ('Race', 'Sprint')",
    );
    for truth in truths.iter().filter(|truth| is_race(truth)) {
        for (number, told) in list(truth, "neutralisations").iter().enumerate() {
            // A safety car and a red flag end with a crossing of the line, a virtual safety car with a
            // message.
            let exact = if told["kind"] == "virtual_safety_car" { 1.0 } else { 0.01 };
            let mut values = vec![
                ("kind", equal(&told["kind"])),
                ("date_start", Expected::Near(moment(&told["from"]), 1.0)),
                ("date_end", Expected::Near(moment(&told["to"]), exact)),
                ("first_lap", equal(&told["first_lap"])),
                ("last_lap", equal(&told["last_lap"])),
            ];
            if told["kind"] == "red_flag" {
                values.push(("restart", equal(&told["restart"])));
            }
            table.expect(&[&truth["session_key"], &json!(number + 1)], values);
        }
    }
    table
}

fn laps(place: &Place, truths: &[Value]) -> Table {
    let mut table = Table::of(
        place,
        "fact_laps",
        3,
        "select session_key, driver_number, lap_number, date_part('epoch', date_end) as date_end, lap_duration,
            is_pit_out_lap, is_pit_in_lap, is_neutralised, is_under_red_flag, is_start_lap, is_deleted,
            qualifying_phase, is_timed_lap, is_clean_lap, position, stint_number, compound, tyre_age
        from gold_analytics.fact_laps",
    );
    for truth in truths {
        for (number, driver) in drivers(truth) {
            let stints = list(driver, "stints");
            for lap in list(driver, "laps") {
                let count = lap["lap_number"].as_i64().unwrap();
                let completed = is(lap, "is_completed");
                let mut values = vec![
                    ("is_pit_out_lap", equal(&lap["is_out_lap"])),
                    ("is_deleted", equal(&lap["is_deleted"])),
                ];
                if completed {
                    values.push(("is_pit_in_lap", equal(&lap["is_in_lap"])));
                    // Out and in again without a time, so the end of that lap is unknown.
                    if !(is(lap, "is_out_lap") && is(lap, "is_in_lap")) {
                        values.push(("date_end", Expected::Near(moment(&lap["end"]), 0.01)));
                    }
                    // A repeated time in the feed hides the real one.
                    if is(lap, "is_repeated_by_feed") {
                        values.push(("is_timed_lap", equal(&json!(false))));
                    } else {
                        values.push(("lap_duration", Expected::IfSent(lap["duration"].as_f64().unwrap())));
                    }
                }
                if is_race(truth) {
                    values.push(("is_start_lap", equal(&lap["is_start_lap"])));
                    // The time at which a car stopped on its last lap is unknown.
                    if completed {
                        values.push(("is_neutralised", equal(&lap["is_neutralised"])));
                        values.push(("is_under_red_flag", equal(&lap["is_under_red_flag"])));
                        values.push(("position", equal(&lap["position"])));
                    }
                }
                if let Some((at, stint)) = stints.iter().enumerate().find(|(_, stint)| {
                    stint["first_lap"].as_i64() <= Some(count) && stint["last_lap"].as_i64() >= Some(count)
                }) {
                    let age = stint["age_at_start"].as_i64().unwrap() + count
                        - stint["first_lap"].as_i64().unwrap();
                    values.push(("stint_number", equal(&json!(at + 1))));
                    values.push(("compound", equal(&stint["compound"])));
                    values.push(("tyre_age", equal(&json!(age))));
                }
                // The part of a lap is known where it has a time.
                let key: Key =
                    [&truth["session_key"], number, &lap["lap_number"]].map(ToString::to_string).to_vec();
                let timed = table.found.get(&key).is_some_and(|row| row["is_timed_lap"] == true);
                if timed && is_qualifying(truth) && !lap["part"].is_null() {
                    values.push(("qualifying_phase", equal(&lap["part"])));
                }
                table.expect(&[&truth["session_key"], number, &lap["lap_number"]], values);
            }
        }
    }
    table
}

fn passages(place: &Place, truths: &[Value]) -> Table {
    let mut table = Table::of(
        place,
        "fact_pit_stops",
        3,
        "select session_key, driver_number, row_number() over (
                partition by session_key, driver_number order by coalesce(lap_number, 0), stop_number
            ) as passage,
            pit_type, lap_number, out_lap_number, date_part('epoch', date_entry) as date_entry,
            date_part('epoch', date_exit) as date_exit, stop_duration
        from gold_analytics.fact_pit_stops",
    );
    for truth in truths {
        for (number, driver) in drivers(truth) {
            for (at, passage) in left_lane(driver).enumerate() {
                let mut values = vec![
                    ("pit_type", equal(&passage["kind"])),
                    // Leaving the garage ends no lap.
                    (
                        "lap_number",
                        if passage["in_lap"] == 0 {
                            Expected::Equal(Value::Null)
                        } else {
                            equal(&passage["in_lap"])
                        },
                    ),
                    ("out_lap_number", equal(&passage["out_lap"])),
                    ("date_exit", Expected::Near(moment(&passage["exit"]), 0.01)),
                ];
                if is_race(truth) {
                    values.push(("date_entry", Expected::Near(moment(&passage["entry"]), 0.01)));
                }
                if let Some(standing) = passage["standing"].as_f64() {
                    values.push(("stop_duration", Expected::IfSent(standing)));
                }
                table.expect(&[&truth["session_key"], number, &json!(at + 1)], values);
            }
        }
    }
    table
}

/// Completed passages through the pit lane: the API sends a row when a car leaves.
fn left_lane(driver: &Value) -> impl Iterator<Item = &Value> {
    list(driver, "passages").iter().filter(|passage| !passage["exit"].is_null())
}

fn stints(place: &Place, truths: &[Value]) -> Table {
    let mut table = Table::of(
        place,
        "fact_stints",
        3,
        "select session_key, driver_number, stint_number, lap_start, lap_end, compound, tyre_age_at_start
        from gold_analytics.fact_stints",
    );
    for truth in truths {
        for (number, driver) in drivers(truth) {
            for (at, stint) in list(driver, "stints").iter().enumerate() {
                table.expect(
                    &[&truth["session_key"], number, &json!(at + 1)],
                    vec![
                        ("lap_start", equal(&stint["first_lap"])),
                        ("lap_end", equal(&stint["last_lap"])),
                        ("compound", equal(&stint["compound"])),
                        ("tyre_age_at_start", equal(&stint["age_at_start"])),
                    ],
                );
            }
        }
    }
    table
}

fn leaderboard(place: &Place, truths: &[Value]) -> Table {
    let mut table = Table::of(
        place,
        "session_leaderboard",
        2,
        "select session_key, driver_number, official_position, timing_position, points, status, laps_completed,
            best_lap_time, best_q1, best_q2, best_q3
        from gold_analytics.session_leaderboard",
    );
    for truth in truths {
        for (number, driver) in drivers(truth) {
            let result = &driver["result"];
            let mut values = vec![("official_position", equal(&result["position"]))];
            // The last lap of a car that left the pit lane on it may have no time; then its completion is
            // unknown.
            let last = list(driver, "laps").last();
            if is_race(truth) || last.is_none_or(|lap| !is(lap, "is_out_lap")) {
                values.push(("laps_completed", equal(&result["laps"])));
            }
            let best = list(result, "best");
            match truth["kind"].as_str().unwrap() {
                "race" | "sprint" => {
                    values.push(("points", equal(&result["points"])));
                    let status = match result["status"].as_str().unwrap() {
                        "finished" | "lapped" => "Finished",
                        "dnf" => "Did not finish",
                        "dns" => "Did not start",
                        "dsq" => "Disqualified",
                        other => panic!("{other} is no status"),
                    };
                    values.push(("status", equal(&json!(status))));
                }
                // The official result has no times for disqualified drivers.
                "qualifying" | "sprint_qualifying" if result["status"] == "dsq" => {}
                "qualifying" | "sprint_qualifying" => {
                    for (column, best) in ["best_q1", "best_q2", "best_q3"].into_iter().zip(best) {
                        values.push((column, equal(best)));
                    }
                }
                _ => values.push(("best_lap_time", equal(best.first().unwrap_or(&Value::Null)))),
            }
            table.expect(&[&truth["session_key"], number], values);
        }
    }
    table
}

/// Number and time of the laps that the truth calls clean.
fn clean_laps(driver: &Value) -> impl Iterator<Item = (i64, f64)> {
    list(driver, "laps")
        .iter()
        .filter(|lap| is(lap, "is_completed"))
        .filter(|lap| {
            ["is_repeated_by_feed", "is_deleted", "is_out_lap", "is_in_lap", "is_neutralised", "is_start_lap"]
                .iter()
                .all(|name| !is(lap, name))
        })
        .filter_map(|lap| Some((lap["lap_number"].as_i64()?, lap["duration"].as_f64()?)))
}

/// Means and counts of the laps that the truth calls clean.
fn summaries(place: &Place, truths: &[Value]) -> Table {
    let mut table = Table::of(
        place,
        "driver_session_summary",
        2,
        "select session_key, driver_number, pit_stops, clean_laps, mean_lap_time_clean, stints
        from gold_analytics.driver_session_summary where session_category in ('Race', 'Sprint')",
    );
    for truth in truths.iter().filter(|truth| is_race(truth)) {
        // If the session has no pit rows at all, gold leaves the count null.
        let has_passages = drivers(truth).any(|(_, driver)| left_lane(driver).next().is_some());
        for (number, driver) in drivers(truth) {
            let stints = list(driver, "stints").len();
            let clean: Vec<f64> = clean_laps(driver).map(|(_, duration)| duration).collect();
            let mean = (!clean.is_empty()).then(|| clean.iter().sum::<f64>() / clean.len() as f64);
            let stops = left_lane(driver).filter(|passage| passage["kind"] == "stop").count();
            table.expect(
                &[&truth["session_key"], number],
                vec![
                    ("pit_stops", equal(&json!(has_passages.then_some(stops)))),
                    ("clean_laps", equal(&json!(clean.len()))),
                    ("mean_lap_time_clean", Expected::Near(mean, 5e-4)),
                    ("stints", equal(&json!((stints > 0).then_some(stints)))),
                ],
            );
        }
    }
    table
}

/// Order, gaps and laps led at the end of each lap of a race.
fn lap_positions(place: &Place, truths: &[Value]) -> Table {
    let mut table = Table::of(
        place,
        "lap_positions",
        3,
        "select session_key, driver_number, lap_number, position, gap_to_leader, driver_number_ahead, gap_ahead,
            laps_behind_leader, laps_led
        from gold_analytics.lap_positions",
    );
    for truth in truths.iter().filter(|truth| is_race(truth)) {
        // By lap: when each car ended it, in order.
        let mut ends: BTreeMap<i64, Vec<(f64, &Value)>> = BTreeMap::new();
        for (number, driver) in drivers(truth) {
            for lap in list(driver, "laps") {
                if let Some(end) = moment(&lap["end"]) {
                    ends.entry(lap["lap_number"].as_i64().unwrap()).or_default().push((end, number));
                }
            }
        }
        ends.values_mut().for_each(|ends| ends.sort_by(|a, b| a.0.total_cmp(&b.0)));
        for (number, driver) in drivers(truth) {
            let mut led = 0;
            for lap in list(driver, "laps") {
                let count = lap["lap_number"].as_i64().unwrap();
                led += i64::from(lap["position"] == 1);
                let mut values = vec![("laps_led", equal(&json!(led)))];
                let end = moment(&lap["end"]);
                values.push(("position", equal(&lap["position"])));
                values.push(("gap_to_leader", Expected::Near(lap["gap_to_leader"].as_f64(), 0.01)));
                let ahead = end.and_then(|end| ends[&count].iter().rfind(|other| other.0 < end));
                values.push(("driver_number_ahead", equal(&ahead.map_or(Value::Null, |a| a.1.clone()))));
                values.push((
                    "gap_ahead",
                    Expected::Near(ahead.zip(end).map(|(ahead, end)| end - ahead.0), 0.01),
                ));
                let done = end.map(|end| ends.values().filter(|ends| ends[0].0 <= end).count() as i64);
                values.push(("laps_behind_leader", equal(&json!(done.map(|done| done - count)))));
                table.expect(&[&truth["session_key"], number, &lap["lap_number"]], values);
            }
        }
    }
    table
}

/// Time of the laps into and out of the lane, order around them and time lost.
fn pit_cycles(place: &Place, truths: &[Value]) -> Table {
    let mut table = Table::of(
        place,
        "pit_cycles",
        3,
        "select session_key, driver_number, lap_number, pit_type, in_and_out_lap_time, stop_duration,
            position_before, position_after, track_status, time_lost, expected_from = 'own_pace' as is_own_pace
        from gold_analytics.pit_cycles",
    );
    for truth in truths.iter().filter(|truth| is_race(truth)) {
        for (number, driver) in drivers(truth) {
            let lap = |count: i64| list(driver, "laps").iter().find(|lap| lap["lap_number"] == count);
            for passage in left_lane(driver) {
                if !matches!(passage["kind"].as_str(), Some("stop" | "drive_through" | "stop_go")) {
                    continue;
                }
                let entered = passage["in_lap"].as_i64().unwrap();
                let (into, out) = (lap(entered).unwrap(), lap(entered + 1));
                let during = list(truth, "neutralisations").iter().filter(|told| {
                    moment(&told["from"]) < moment(&passage["exit"])
                        && told["to"].as_str().is_none_or(|to| moment(&json!(to)) > moment(&passage["entry"]))
                });
                let worst = during.filter_map(|told| told["kind"].as_str()).min_by_key(|kind| {
                    ["red_flag", "safety_car", "virtual_safety_car"].iter().position(|name| name == kind)
                });
                let mut values = vec![
                    ("pit_type", equal(&passage["kind"])),
                    ("track_status", equal(&json!(worst.unwrap_or("green")))),
                    (
                        "position_before",
                        equal(&lap(entered - 1).map_or(Value::Null, |lap| lap["position"].clone())),
                    ),
                    ("position_after", equal(&out.map_or(Value::Null, |lap| lap["position"].clone()))),
                ];
                if let Some(standing) = passage["standing"].as_f64() {
                    values.push(("stop_duration", Expected::IfSent(standing)));
                }
                let cycle = out.and_then(|out| Some(into["duration"].as_f64()? + out["duration"].as_f64()?));
                // Without a time of lap 1 nothing but an estimated start is known.
                values
                    .push(("in_and_out_lap_time", cycle.map_or(Expected::Near(None, 0.0), Expected::IfSent)));
                let slow = |lap: &Value| {
                    [
                        "is_out_lap",
                        "is_in_lap",
                        "is_neutralised",
                        "is_start_lap",
                        "is_deleted",
                        "is_repeated_by_feed",
                    ]
                    .iter()
                    .any(|name| is(lap, name))
                };
                let mut clean: Vec<f64> = (entered - 5..=entered + 6)
                    .filter_map(lap)
                    .filter(|lap| is(lap, "is_completed") && !slow(lap))
                    .filter_map(|lap| lap["duration"].as_f64())
                    .collect();
                clean.sort_by(f64::total_cmp);
                let key: Key =
                    [&truth["session_key"], number, &passage["in_lap"]].map(ToString::to_string).to_vec();
                if let Some(cycle) = cycle
                    && table.found.get(&key).is_some_and(|row| row["is_own_pace"] == true)
                {
                    let (low, high) = (clean[(clean.len() - 1) / 2], clean[clean.len() / 2]);
                    values.push(("time_lost", Expected::Near(Some(cycle - low - high), 0.001)));
                }
                table.expect(&[&truth["session_key"], number, &passage["in_lap"]], values);
            }
        }
    }
    table
}

/// Penalties that were served in the lane, and deleted laps.
fn penalties(place: &Place, truths: &[Value]) -> Table {
    let mut table = Table::of(
        place,
        "penalties",
        4,
        "select session_key, driver_number, penalty_kind, coalesce(served_lap_number, deleted_lap_number) as lap_number,
            served_by = 'pit_lane' as is_served
        from gold_analytics.penalties",
    );
    for truth in truths {
        for (number, driver) in drivers(truth) {
            for passage in left_lane(driver) {
                if matches!(passage["kind"].as_str(), Some("drive_through" | "stop_go")) {
                    let key = [&truth["session_key"], number, &passage["kind"], &passage["in_lap"]];
                    table.expect(&key, vec![("is_served", equal(&json!(true)))]);
                }
            }
            for lap in list(driver, "laps").iter().filter(|lap| is(lap, "is_deleted")) {
                let key = [&truth["session_key"], number, &json!("lap_deletion"), &lap["lap_number"]];
                table.expect(&key, vec![("is_served", equal(&Value::Null))]);
            }
        }
    }
    table
}

/// Slopes of stints without the fuel correction. In the simulator a lap costs 38 ms more with each lap of tyre
/// age and 28 ms less with each lap of fuel, and no car holds up another while the track is green. Ten laps, because
/// the error of fewer is itself uncertain.
fn degradation(place: &Place, truths: &[Value]) -> Table {
    let mut table = Table::of(
        place,
        "stint_degradation",
        3,
        "select session_key, driver_number, stint_number, fitted_laps,
            (min(degradation) - (max(fuel_kg) - min(fuel_kg)) / (max(lap_number) - min(lap_number)) * min(fuel_seconds_per_kg)
                - 0.010) / min(degradation_stderr) as errors
        from gold_analytics.lap_pace
        where is_fitted and fitted_laps >= 10
        group by session_key, driver_number, stint_number, fitted_laps",
    );
    let races: Vec<String> =
        truths.iter().filter(|truth| is_race(truth)).map(|truth| truth["session_key"].to_string()).collect();
    for key in table.found.keys().filter(|key| races.contains(&key[0])) {
        table.expected.insert(key.clone(), vec![("errors", Expected::Near(Some(0.0), 6.0))]);
    }
    table
}

fn standings(place: &Place, truths: &[Value]) -> Table {
    let mut table = Table::of(
        place,
        "championship_progress",
        3,
        "select race.session_key, progress.competitor_type,
            coalesce(cast(entry.driver_number as varchar), progress.competitor_name) as competitor,
            progress.points, progress.position
        from gold_analytics.championship_progress as progress
        inner join gold_analytics.dim_sessions as race
            on progress.meeting_key = race.meeting_key and race.session_category = 'Race'
        left join (
            select season, driver_id, max(driver_number) as driver_number
            from gold_analytics.session_entries group by season, driver_id
        ) as entry
            on progress.season = entry.season and progress.competitor_id = entry.driver_id
            and progress.competitor_type = 'driver'",
    );
    for truth in truths.iter().filter(|truth| truth["kind"] == "race") {
        for (kind, name) in [("drivers", "driver_number"), ("teams", "team_name")] {
            for line in list(&truth["standings"], kind) {
                let competitor = match &line[name] {
                    Value::Number(number) => json!(number.to_string()),
                    name => name.clone(),
                };
                table.expect(
                    &[&truth["session_key"], &json!(&kind[..kind.len() - 1]), &competitor],
                    vec![("points", equal(&line["points"])), ("position", equal(&line["position"]))],
                );
            }
        }
    }
    table
}

/// Best time of a driver in a part, counted from 0. The result has none of the disqualified: their laps do.
fn best_of_part(driver: &Value, part: usize) -> Option<f64> {
    if driver["result"]["status"] != "dsq" {
        return list(&driver["result"], "best").get(part)?.as_f64();
    }
    list(driver, "laps")
        .iter()
        .filter(|lap| lap["part"].as_u64() == Some(part as u64 + 1) && is(lap, "is_completed"))
        .filter(|lap| {
            ["is_repeated_by_feed", "is_deleted", "is_out_lap", "is_in_lap"].iter().all(|name| !is(lap, name))
        })
        .filter_map(|lap| lap["duration"].as_f64())
        .min_by(f64::total_cmp)
}

/// Best times and cut-offs of the parts of qualifying.
fn qualifying_bests(place: &Place, truths: &[Value]) -> Table {
    let mut table = Table::of(
        place,
        "qualifying_part_summary",
        2,
        "select session_key, qualifying_phase, best_lap_time, cutoff_time, drivers_with_time
        from gold_analytics.qualifying_part_summary",
    );
    for truth in truths.iter().filter(|truth| is_qualifying(truth)) {
        let cars = drivers(truth).count();
        for (at, through) in
            [usize::max(15, 10 + cars.saturating_sub(9) / 2), 10, cars].into_iter().enumerate()
        {
            let mut times: Vec<f64> =
                drivers(truth).filter_map(|(_, driver)| best_of_part(driver, at)).collect();
            times.sort_by(f64::total_cmp);
            let took = drivers(truth).filter(|(_, driver)| {
                list(driver, "laps").iter().any(|lap| lap["part"].as_u64() == Some(at as u64 + 1))
            });
            let cut = (at < 2 && took.count() > through).then(|| times.get(through - 1)).flatten();
            table.expect(
                &[&truth["session_key"], &json!(at + 1)],
                vec![
                    ("best_lap_time", equal(&json!(times.first()))),
                    ("cutoff_time", Expected::Near(cut.copied(), 5e-4)),
                    ("drivers_with_time", equal(&json!(times.len()))),
                ],
            );
        }
    }
    table
}

/// The middle of these numbers, or of the two in the middle.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let half = numbers.len() / 2;
    if numbers.len() % 2 == 1 { numbers[half] } else { (numbers[half - 1] + numbers[half]) / 2.0 }
}

/// Gaps of teammates in the last part that both took, and on clean laps that both drove. Who is whose
/// teammate is not in the truth.
fn teammates(place: &Place, truths: &[Value]) -> Table {
    let mut table = Table::of(
        place,
        "teammates",
        3,
        "select session_key, driver_number, teammate_number, qualifying_phase, qualifying_gap_s,
            shared_clean_laps, race_pace_gap_s from gold_analytics.teammates",
    );
    for key in table.found.keys().cloned().collect::<Vec<_>>() {
        let number = |at: usize| key[at].parse::<i64>().unwrap();
        let truth = truths.iter().find(|truth| truth["session_key"] == number(0)).unwrap();
        let driver = |at: usize| drivers(truth).find(|(own, _)| **own == number(at)).unwrap().1;
        let (own, other) = (driver(1), driver(2));
        let mut values = Vec::new();
        if is_qualifying(truth) {
            let last =
                (0..3).rev().find_map(|at| Some((at, best_of_part(own, at)? - best_of_part(other, at)?)));
            values.push(("qualifying_phase", equal(&json!(last.map(|(at, _)| at + 1)))));
            values.push(("qualifying_gap_s", Expected::Near(last.map(|(_, gap)| gap), 5e-4)));
        } else if is_race(truth) {
            let laps: BTreeMap<i64, f64> = clean_laps(other).collect();
            let gaps: Vec<f64> =
                clean_laps(own).filter_map(|(lap, time)| Some(time - laps.get(&lap)?)).collect();
            values.push(("shared_clean_laps", equal(&json!(gaps.len()))));
            values.push(("race_pace_gap_s", Expected::Near((gaps.len() >= 5).then(|| median(gaps)), 1e-3)));
        }
        table.expect(&[&truth["session_key"], &own["driver_number"], &other["driver_number"]], values);
    }
    table
}

/// Points of the cars of a team, which add up to those of the team.
fn shares(place: &Place, truths: &[Value]) -> Table {
    let mut table = Table::of(
        place,
        "constructor_shares",
        2,
        "select race.session_key, shares.team_name, sum(shares.points) as points
        from gold_analytics.constructor_shares as shares
        inner join gold_analytics.dim_sessions as race
            on shares.meeting_key = race.meeting_key and race.session_category = 'Race'
        group by race.session_key, shares.team_name",
    );
    for truth in truths.iter().filter(|truth| truth["kind"] == "race") {
        for line in list(&truth["standings"], "teams") {
            table.expect(
                &[&truth["session_key"], &line["team_name"]],
                vec![("points", equal(&line["points"]))],
            );
        }
    }
    table
}

/// Lands, loads and builds, and returns the truth of the sessions in the lake.
fn built(place: &Place, seed: u64, season: i32, chosen: &[&str]) -> Vec<Value> {
    let (seed, season) = (seed.to_string(), season.to_string());
    let server = Simulated::start(
        place,
        &["--limits", "none", "--seed", &seed, "--seasons", &season, "--truth", "truth", "--port", "0"],
    );
    let mut run = vec!["run", "--out", "landing", "--lake", "lake", "--year", &season];
    run.extend(chosen);
    let run = place.run_fast(&server, &run);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    let landed = query(place, "select session_key from gold_analytics.dim_sessions where not is_cancelled");
    landed
        .iter()
        .map(|row| {
            let file = place.path().join("truth").join(format!("{}.json", row["session_key"]));
            serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap()
        })
        .collect()
}

fn assert_equal(what: &str, tables: &[Table]) {
    println!("{what}");
    let different: Vec<String> = tables.iter().flat_map(Table::differences).collect();
    let empty: Vec<&str> = tables.iter().filter(|t| t.expected.is_empty()).map(|t| t.name).collect();
    assert!(empty.is_empty(), "nothing was compared in {empty:?}");
    let shown: Vec<&String> = different.iter().take(60).collect();
    assert!(different.is_empty(), "{what}: {} differences, the first are {shown:#?}", different.len());
}

/// One season without telemetry, or those of `TRUTH_SEASONS` (such as `2023,2024,2026`) with `TRUTH_SEED`.
#[test]
fn gold_equals_the_truth_of_a_season() {
    let seed = std::env::var("TRUTH_SEED").map_or(1, |seed| seed.parse().unwrap());
    let seasons = std::env::var("TRUTH_SEASONS").unwrap_or_else(|_| "2024".to_owned());
    for season in seasons.split(',').map(|season| season.parse().unwrap()) {
        let place = Place::new();
        let truths = built(&place, seed, season, &["--endpoints", SMALL]);
        let tables = [
            qualifying_parts(&place, &truths),
            neutralisations(&place, &truths),
            laps(&place, &truths),
            passages(&place, &truths),
            stints(&place, &truths),
            leaderboard(&place, &truths),
            summaries(&place, &truths),
            lap_positions(&place, &truths),
            pit_cycles(&place, &truths),
            penalties(&place, &truths),
            degradation(&place, &truths),
            standings(&place, &truths),
            qualifying_bests(&place, &truths),
            teammates(&place, &truths),
            shares(&place, &truths),
        ];
        assert_equal(&format!("season {season}, seed {seed}: {} sessions", truths.len()), &tables);
    }
}

/// Telemetry of a lap from gold, with its official times.
fn telemetry(place: &Place, session: &Value) -> BTreeMap<(String, String), TimedLap> {
    let official = query(
        place,
        &format!(
            "select driver_number, lap_number, lap_duration, duration_sector_1, duration_sector_2, duration_sector_3
            from gold_analytics.fact_laps where session_key = {session} and lap_duration is not null"
        ),
    );
    let readings = query(
        place,
        &format!(
            "select driver_number, lap_number, lap_time_s, lap_distance_m from gold_analytics.fact_lap_telemetry
            where session_key = {session} and lap_distance_m is not null order by 1, 2, 3"
        ),
    );
    let key = |row: &Row| (row["driver_number"].to_string(), row["lap_number"].to_string());
    let mut of_laps: BTreeMap<_, Vec<Reading>> = BTreeMap::new();
    for row in &readings {
        of_laps.entry(key(row)).or_default().push(Reading {
            time_s: row["lap_time_s"].as_f64().unwrap(),
            distance_m: row["lap_distance_m"].as_f64().unwrap(),
        });
    }
    let sector = |row: &Row, number: i32| row[&format!("duration_sector_{number}")].as_f64();
    official
        .iter()
        .filter_map(|row| {
            let times = OfficialTimes {
                lap_s: row["lap_duration"].as_f64()?,
                sectors_s: [sector(row, 1), sector(row, 2), sector(row, 3)],
            };
            let lap = TimedLap::new(of_laps.remove(&key(row))?, times).ok()?;
            Some((key(row), lap))
        })
        .collect()
}

/// The delta by distance of each car's lap to the first car's, at 100 points of the lap.
fn deltas(place: &Place, truths: &[Value]) {
    let (mut squares, mut points, mut pairs) = (0.0, 0_u32, 0);
    for truth in truths {
        let seen = telemetry(place, &truth["session_key"]);
        let laps: Vec<(&TimedLap, &[Value])> = list(truth, "traces")
            .iter()
            .filter_map(|trace| {
                let key = (trace["driver_number"].to_string(), trace["lap_number"].to_string());
                Some((seen.get(&key)?, list(trace, "times")))
            })
            .collect();
        let own: Vec<Anchors> = seen.values().map(TimedLap::anchors).collect();
        let anchors = Anchors::median(&own);
        for (lap, times) in laps.iter().skip(1) {
            let overlay = Overlay::of(laps[0].0, lap, anchors.as_ref()).unwrap();
            if overlay.ends_only().is_some() {
                continue;
            }
            pairs += 1;
            for (i, (first, second)) in laps[0].1.iter().zip(*times).enumerate() {
                let happened = second.as_f64().unwrap() - first.as_f64().unwrap();
                let delta = overlay.delta_s(overlay.length_m() * (i + 1) as f64 / 100.0);
                squares += (delta - happened).powi(2);
                points += 1;
            }
        }
    }
    let rms = (squares / f64::from(points)).sqrt();
    println!("delta by distance       {pairs} pairs of laps, {points} points, RMS {:.1} ms", rms * 1000.0);
    assert!(pairs > 50 && rms <= 0.030, "{pairs} pairs of laps, RMS {rms} s");
}

/// Corners of the circuit from the exact line of one lap: bends of 300 m or less that turn by 10° or more.
fn corners(place: &Place, truths: &[Value]) -> Table {
    let mut table = Table::of(
        place,
        "circuit_corners",
        1,
        "select corner_number, case when direction = 'left' then turn_degrees else -turn_degrees end as turn
        from gold_analytics.circuit_corners",
    );
    let trace = truths.iter().flat_map(|truth| list(truth, "traces")).next().unwrap();
    let number = |value: &Value| value.as_f64().unwrap();
    let line: Vec<(f64, f64)> =
        list(trace, "line").iter().map(|at| (number(&at[1]), number(&at[2]))).collect();
    let mut bends: Vec<(i8, f64)> = vec![(0, 0.0)];
    for (i, at) in line.iter().enumerate() {
        let (before, after) = (line[(i + line.len() - 1) % line.len()], line[(i + 1) % line.len()]);
        let (ax, ay, bx, by) = (at.0 - before.0, at.1 - before.1, after.0 - at.0, after.1 - at.1);
        let turn = (ax * by - ay * bx).atan2(ax * bx + ay * by);
        let metres = (ax.hypot(ay) + bx.hypot(by)) / 20.0;
        let side = if turn.abs() * 300.0 < metres { 0 } else { turn.signum() as i8 };
        match bends.last_mut() {
            Some(last) if last.0 == side => last.1 += turn.to_degrees(),
            _ => bends.push((side, turn.to_degrees())),
        }
    }
    let found = bends.into_iter().filter(|(side, turn)| *side != 0 && turn.abs() >= 10.0);
    for (at, (_, turn)) in found.enumerate() {
        table.expect(&[&json!(at + 1)], vec![("turn", Expected::Near(Some(turn), 12.0))]);
    }
    table
}

#[test]
fn gold_equals_the_truth_of_a_weekend_with_telemetry() {
    let place = Place::new();
    let truths = built(&place, 1, 2024, &["--location", "Yas Island"]);
    let tables = [
        qualifying_parts(&place, &truths),
        laps(&place, &truths),
        passages(&place, &truths),
        stints(&place, &truths),
        leaderboard(&place, &truths),
        summaries(&place, &truths),
        qualifying_bests(&place, &truths),
        teammates(&place, &truths),
        corners(&place, &truths),
    ];
    assert_equal(&format!("weekend: {} sessions", truths.len()), &tables);
    deltas(&place, &truths);
}
