//! Rows of the tables for races, qualifying, practice and weather, derived from rows of the simulator. Their
//! values are plausible, not those of the models.

use serde_json::{Value, json};
use std::collections::BTreeMap;

fn number(row: &Value, name: &str) -> i64 {
    row[name].as_i64().unwrap()
}

/// Seconds since 1970 at the end of a lap.
fn end(lap: &Value) -> Option<f64> {
    let start: jiff::Timestamp = lap["date_start"].as_str()?.parse().ok()?;
    Some(start.as_microsecond() as f64 / 1e6 + lap["lap_time_s"].as_f64()?)
}

/// Gaps at the line.
pub(crate) fn lap_positions(laps: &[Value]) -> Vec<Value> {
    let mut leader: BTreeMap<i64, f64> = BTreeMap::new();
    for lap in laps {
        let Some(end) = end(lap) else { continue };
        leader.entry(number(lap, "lap_number")).and_modify(|first| *first = first.min(end)).or_insert(end);
    }
    laps.iter()
        .map(|lap| {
            let (at, lap_number) = (end(lap), number(lap, "lap_number"));
            let next = leader.get(&(lap_number + 1));
            json!({
                "driver_number": lap["driver_number"], "lap_number": lap_number,
                "gap_to_leader_s": at.zip(leader.get(&lap_number)).map(|(own, first)| own - first),
                "is_lapped": at.zip(next).is_some_and(|(own, next)| *next < own),
            })
        })
        .collect()
}

/// Stops of a race, with a median for all.
pub(crate) fn pit_stops(pits: &[Value], stints: &[Value], laps: &[Value]) -> Vec<Value> {
    let mut stops: BTreeMap<i64, i64> = BTreeMap::new();
    pits.iter()
        .filter(|pit| pit["lap_number"].is_i64())
        .map(|pit| {
            let (driver, lap) = (number(pit, "driver_number"), number(pit, "lap_number"));
            let stop = *stops.entry(driver).and_modify(|n| *n += 1).or_insert(1);
            let compound = |on: i64| {
                let stint = stints.iter().find(|s| {
                    s["driver_number"] == driver && s["lap_start"].as_i64() <= Some(on) && Some(on) <= s["lap_end"].as_i64()
                });
                stint.map(|s| &s["compound"])
            };
            let place = |on: i64| {
                let lap = laps.iter().find(|l| l["driver_number"] == driver && l["lap_number"] == on);
                lap.map(|l| &l["position"])
            };
            json!({
                "driver_number": driver, "stop_number": stop, "pit_type": "stop", "lap_number": lap,
                "compound_before": compound(lap), "compound_after": compound(lap + 1), "track_status": "green",
                "lane_s": pit["lane_duration"], "stationary_s": pit["stop_duration"],
                "double_stack": (stop == 2).then_some("second"), "time_lost_s": pit["lane_duration"].as_f64().map(|s| s - 2.0),
                "expected_from": "own_pace", "circuit_median_s": 21.0, "circuit_stops": pits.len(),
                "position_before": place(lap - 1), "position_after": place(lap + 1),
                "undercut_gain_s": (stop == 1).then_some(0.84), "overcut_gain_s": null,
            })
        })
        .collect()
}

/// Every stint; short ones are not fitted.
pub(crate) fn stint_pace(stints: &[Value], laps: &[Value]) -> Vec<Value> {
    stints
        .iter()
        .map(|stint| {
            let own: Vec<f64> = laps
                .iter()
                .filter(|l| {
                    l["driver_number"] == stint["driver_number"]
                        && stint["lap_start"].as_i64() <= l["lap_number"].as_i64()
                        && l["lap_number"].as_i64() <= stint["lap_end"].as_i64()
                })
                .filter_map(|l| l["lap_time_s"].as_f64())
                .collect();
            let fitted = own.len() >= 10;
            let mean = own.iter().sum::<f64>() / own.len().max(1) as f64;
            let value = |v: f64| fitted.then_some(v);
            json!({
                "driver_number": stint["driver_number"], "stint_number": stint["stint_number"], "compound": stint["compound"],
                "racing_laps": own.len(), "fitted_laps": fitted.then_some(own.len() - 2), "median_s": mean - 1.5,
                "new_tyre_s": value(mean - 2.0), "slope_s": value(0.0512), "slope_error_s": value(0.0071), "scatter_s": value(0.213),
            })
        })
        .collect()
}

/// A penalty of each kind, a deleted lap, and one that was given back.
pub(crate) fn penalties() -> Vec<Value> {
    let penalty = |driver: i64, number: i64, kind: &str| {
        json!({"driver_number": driver, "penalty_number": number, "lap_number": 10 + number, "kind": kind,
            "reason": "SPEEDING IN THE PIT LANE"})
    };
    let mut time = penalty(20, 1, "time");
    time["seconds"] = 5.into();
    time["served_by"] = "pit_stop".into();
    time["served_lap_number"] = 27.into();
    let mut grid = penalty(1, 1, "grid");
    grid["grid_places"] = 3.into();
    let mut deleted = penalty(44, 1, "lap_deletion");
    deleted["reason"] = "TRACK LIMITS".into();
    deleted["turn"] = 4.into();
    deleted["deleted_lap_number"] = 7.into();
    let mut given_back = deleted.clone();
    given_back["penalty_number"] = 2.into();
    given_back["is_reinstated"] = true.into();
    vec![time, penalty(24, 1, "drive_through"), grid, penalty(24, 2, "reprimand"), deleted, given_back]
}

/// Times of the parts and the parts, from the result: three times for each driver.
pub(crate) fn qualifying(result: &[Value]) -> (Vec<Value>, Vec<Value>) {
    let (mut times, mut parts) = (Vec::new(), Vec::new());
    for part in 1..=3_usize {
        let time = |row: &Value| row["duration"].get(part - 1).and_then(Value::as_f64);
        let mut own: Vec<(f64, i64)> =
            result.iter().filter_map(|row| Some((time(row)?, number(row, "driver_number")))).collect();
        own.sort_by(|a, b| a.0.total_cmp(&b.0));
        let Some((best, best_driver)) = own.first().copied() else { continue };
        let advance = [15, 10, 0][part - 1];
        let cutoff = own.get(advance - usize::from(part < 3)).map(|(time, _)| *time).filter(|_| part < 3);
        for (place, (time, driver)) in own.iter().enumerate() {
            times.push(json!({
                "driver_number": driver, "part": part, "place": place + 1, "best_s": time, "gap_to_best_s": time - best,
                "is_advanced": (part < 3).then_some(place < advance), "compound": "SOFT", "tyre_age": 1, "deleted_laps": i64::from(place == 4),
                "ideal_s": time - 0.05,
            }));
        }
        parts.push(json!({
            "part": part, "drivers_with_time": own.len(), "best_s": best, "best_driver_number": best_driver, "cutoff_s": cutoff,
            "laps": own.len() * 6, "deleted_laps": 1, "ideal_s": best - 0.1,
            "evolution_from_previous_part_s": (part > 1).then_some(0.31), "evolution_s_per_minute": 0.012, "evolution_drivers": own.len(),
        }));
    }
    (times, parts)
}

/// Laps 2 to 9 of three drivers.
pub(crate) fn long_runs(laps: &[Value]) -> Vec<Value> {
    [1, 11, 16]
        .iter()
        .enumerate()
        .filter_map(|(index, driver)| {
            let own: Vec<f64> = laps
                .iter()
                .filter(|l| l["driver_number"] == *driver && (2..=9).contains(&number(l, "lap_number")))
                .filter_map(|l| l["lap_time_s"].as_f64())
                .collect();
            let best = own.iter().copied().reduce(f64::min)?;
            Some(json!({
                "driver_number": driver, "run_number": 1, "compound": "MEDIUM", "tyre_age_first": index, "first_lap": 2, "last_lap": 9,
                "laps": 8, "best_s": best, "median_s": best + 0.8, "slope_s": 0.061, "slope_error_s": 0.012, "gap_s": index as f64 * 0.2,
            }))
        })
        .collect()
}

/// Samples, a spell of rain in them, and the whole.
pub(crate) fn weather(samples: &[Value]) -> (Vec<Value>, Vec<Value>, Vec<Value>) {
    let rows: Vec<Value> = samples
        .iter()
        .map(|s| {
            json!({"date": s["date"], "air_c": s["air_temperature"], "track_c": s["track_temperature"], "wind_mps": s["wind_speed"],
                "wind_direction": s["wind_direction"], "is_raining": s["rainfall"] == 1})
        })
        .collect();
    let date = |index: usize| rows.get(index).map(|row| &row["date"]);
    let rain = json!({"date_start": date(rows.len() / 2), "date_end": date(rows.len() / 2 + 12), "duration_minutes": 12.0});
    let whole = json!({
        "date_start": date(0), "date_end": rows.last().map(|row| &row["date"]), "air_min_c": 24.0, "air_max_c": 25.3, "track_min_c": 31.0,
        "track_max_c": 36.2, "humidity_percent": 45.0, "wind_mps": 1.8, "wind_most_mps": 4.2, "wind_direction": 225, "has_rain": true,
        "rain_minutes": 12.0,
    });
    (rows, vec![rain], vec![whole])
}
