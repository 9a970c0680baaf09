use super::*;
use crate::answer::Meter;
use crate::config::Budget;
use crate::query::Query;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const NOW: i64 = 2_000_000_000_000;

fn generated(seed: u64, seasons: &[i32]) -> Generated {
    Generated::new(GeneratedConfig { seed, seasons: seasons.to_vec(), ..GeneratedConfig::default() }).unwrap()
}

fn query(raw: &str) -> Query {
    Query::parse(raw, || None).unwrap()
}

fn text(rows: &[Row]) -> String {
    let mut buffer = Vec::new();
    for row in rows {
        row.write(&mut buffer);
        buffer.push(b'\n');
    }
    String::from_utf8(buffer).unwrap()
}

fn telemetry(g: &Generated, endpoint: Endpoint, raw: &str) -> (Vec<u8>, usize) {
    let budget = Budget { max_rows: None, ..Budget::default() };
    g.telemetry(endpoint, &query(raw), NOW, &Meter::new(&budget)).unwrap()
}

fn race_at(g: &Generated, year: i32, location: &str) -> usize {
    g.sessions
        .iter()
        .position(|s| s.year == year && s.kind == Kind::Race && s.place.location == location)
        .unwrap()
}

#[test]
fn a_season_has_what_it_should() {
    for year in 2023..=2027 {
        let g = generated(1, &[year]);
        assert_eq!(g.meetings.len(), 25, "24 races and the test");
        let keys: BTreeSet<i64> = g.sessions.iter().map(|s| s.key).collect();
        assert_eq!(keys.len(), g.sessions.len(), "session keys are unique");
        let meeting_keys: BTreeSet<i64> = g.meetings.iter().map(|m| m.key).collect();
        assert_eq!(meeting_keys.len(), g.meetings.len());
        assert!(!g.sessions.is_sorted_by_key(|s| s.key), "keys are not in order of time");
        assert_eq!(g.meetings.iter().filter(|m| m.cancelled).count(), 1);
        assert_eq!(g.sessions.iter().filter(|s| !s.telemetry).count(), 1);
        assert!(g.meetings.is_sorted_by_key(|m| m.start), "{year}");
        assert_eq!(g.roster(year).len(), if year < 2026 { 20 } else { 22 });
        let teams: BTreeSet<_> = g.roster(year).iter().map(|d| d.team.name).collect();
        assert_eq!(teams.len(), if year < 2026 { 10 } else { 11 });
        let one = g.roster(year).iter().find(|d| d.number == 1).unwrap();
        assert_eq!(one.acronym, if year < 2026 { "VER" } else { "NOR" });
        let sprint = if year == 2023 { "Sprint Shootout" } else { "Sprint Qualifying" };
        assert!(g.sessions.iter().any(|s| s.name == sprint));
    }
    let g = generated(1, &[2024]);
    let last = g.sessions.last().unwrap();
    assert_eq!((last.place.location, last.name), ("Yas Island", "Race"));
    assert_eq!(crate::clock::iso(last.start), "2024-12-08T13:00:00+00:00");
}

#[test]
fn rows_depend_on_seed_alone() {
    let (one, other) = (generated(5, &[2024]), generated(5, &[2023, 2024, 2025]));
    let (a, b) = (race_at(&one, 2024, "Monza"), race_at(&other, 2024, "Monza"));
    assert_eq!(one.sessions[a].key, other.sessions[b].key);
    for endpoint in
        [Endpoint::Laps, Endpoint::SessionResult, Endpoint::ChampionshipDrivers, Endpoint::Weather]
    {
        assert_eq!(text(&one.table(a, endpoint)), text(&other.table(b, endpoint)));
    }
    let seed6 = generated(6, &[2024]);
    assert_ne!(text(&one.table(a, Endpoint::Laps)), text(&seed6.table(a, Endpoint::Laps)));
    let raw = format!("session_key={}&driver_number=1", one.sessions[a].key);
    assert_eq!(telemetry(&one, Endpoint::Location, &raw), telemetry(&other, Endpoint::Location, &raw));
}

#[test]
fn bad_configurations_are_refused() {
    for config in [
        GeneratedConfig { seasons: vec![], ..GeneratedConfig::default() },
        GeneratedConfig { seasons: vec![1800], ..GeneratedConfig::default() },
        GeneratedConfig { telemetry_hz: f64::NAN, ..GeneratedConfig::default() },
        GeneratedConfig { telemetry_hz: 0.0, ..GeneratedConfig::default() },
    ] {
        assert!(matches!(Generated::new(config), Err(SimError::Config(_))));
    }
}

#[test]
fn laps_add_up_and_follow_each_other() {
    let g = generated(2, &[2023, 2026]);
    for (index, session) in g.sessions.iter().enumerate() {
        let model = g.model(index);
        for run in &model.runs {
            for two in run.laps.windows(2) {
                assert!(two[0].end() <= two[1].start, "{} {}", session.key, session.name);
                assert_eq!(two[0].number + 1, two[1].number);
                if session.kind.is_race() {
                    assert_eq!(two[0].end(), two[1].start);
                }
            }
            for (stint, next) in run.stints.iter().zip(run.stints.iter().skip(1)) {
                assert_eq!(stint.last + 1, next.first);
            }
        }
        let mut seen = BTreeSet::new();
        for row in g.table(index, Endpoint::Laps).iter() {
            let number = |name: &str| row.fields[name].as_f64();
            let sectors = ["duration_sector_1", "duration_sector_2", "duration_sector_3"].map(number);
            if let (Some(lap), [Some(a), Some(b), Some(c)]) = (number("lap_duration"), sectors) {
                assert!((lap - a - b - c).abs() < 0.001);
            }
            assert!(seen.insert((row.int("driver_number"), row.int("lap_number"))));
            if session.kind == Kind::Race && session.year == 2023 && row.int("lap_number") == Some(1) {
                assert!(row.fields["lap_duration"].is_null() && row.fields["date_start"].is_null());
            }
        }
    }
}

#[test]
fn results_agree_with_laps_grid_and_table() {
    let g = generated(3, &[2024]);
    let mut sums: BTreeMap<i64, i64> = BTreeMap::new();
    let mut held: Vec<usize> = (0..g.sessions.len()).filter(|i| g.sessions[*i].kind.is_race()).collect();
    held.sort_by_key(|i| g.sessions[*i].start);
    let (mut lapped, mut unclassified) = (0, 0);
    for index in held {
        let session = &g.sessions[index];
        if session.cancelled {
            continue;
        }
        let model = g.model(index);
        // Who did more laps, or the same in less time, is ahead.
        let classified: Vec<_> = model.results.iter().filter(|l| l.position.is_some()).collect();
        for two in classified.windows(2) {
            let end = |d: usize| model.runs[d].laps.iter().rfind(|l| l.complete).unwrap().end();
            assert!(
                two[0].laps > two[1].laps
                    || (two[0].laps == two[1].laps && end(two[0].driver) <= end(two[1].driver))
            );
        }
        let quali = session.kind.grid_kind().unwrap();
        let quali =
            g.sessions.iter().position(|s| s.meeting_key == session.meeting_key && s.kind == quali).unwrap();
        let grid = g.table(quali, Endpoint::StartingGrid);
        assert_eq!(grid.len(), 20);
        assert!(g.table(index, Endpoint::StartingGrid).is_empty());
        let by_grid: Vec<i64> = model.grid.iter().map(|d| g.roster(2024)[*d].number).collect();
        assert_eq!(by_grid, grid.iter().map(|r| r.int("driver_number").unwrap()).collect::<Vec<_>>());
        for row in g.table(index, Endpoint::SessionResult).iter() {
            *sums.entry(row.int("driver_number").unwrap()).or_default() += row.int("points").unwrap();
            lapped += usize::from(row.fields["gap_to_leader"].is_string());
            unclassified += usize::from(row.fields["position"].is_null());
        }
        let table = g.table(index, Endpoint::ChampionshipDrivers);
        if session.kind == Kind::Race {
            assert_eq!(table.len(), 20);
            for row in table.iter() {
                assert_eq!(row.int("points_current"), sums.get(&row.int("driver_number").unwrap()).copied());
            }
            let teams = g.table(index, Endpoint::ChampionshipTeams);
            let of_teams: i64 = teams.iter().map(|r| r.int("points_current").unwrap()).sum();
            assert_eq!((teams.len(), of_teams), (10, sums.values().sum()));
        } else {
            assert!(table.is_empty());
        }
        let starts = model.grid.len();
        let positions = g.table(index, Endpoint::Position);
        assert!(positions.len() > starts, "something happens");
        assert!(g.table(index, Endpoint::Overtakes).len() > 5);
        // The last position that each finisher had is that of the result, unless somebody stopped late.
        assert_eq!(positions[0].int("driver_number"), Some(by_grid[0]));
    }
    assert!(lapped > 20 && unclassified > 10, "{lapped} lapped, {unclassified} unclassified");
}

#[test]
fn qualifying_results_are_arrays() {
    let g = generated(1, &[2025]);
    let index = g.sessions.iter().position(|s| s.kind == Kind::Qualifying).unwrap();
    let rows = g.table(index, Endpoint::SessionResult);
    let filled =
        |row: &Row| row.fields["duration"].as_array().unwrap().iter().filter(|v| !v.is_null()).count();
    let counts: Vec<usize> = rows.iter().map(filled).collect();
    assert_eq!(counts, [[3; 10].as_slice(), &[2; 5], &[1; 5]].concat());
    assert!(rows.iter().all(|r| !r.fields.contains_key("points")));
    assert_eq!(rows[0].fields["gap_to_leader"][2], 0);
}

#[test]
fn intervals_hold_every_form() {
    let g = generated(1, &[2024]);
    let index = race_at(&g, 2024, "Yas Island");
    let rows = g.table(index, Endpoint::Intervals);
    assert!((4_000..29_000).contains(&rows.len()), "{}", rows.len());
    let texts = rows.iter().filter(|r| r.fields["gap_to_leader"] == "+1 LAP").count();
    let nulls = rows.iter().filter(|r| r.fields["gap_to_leader"].is_null()).count();
    let zeros = rows.iter().filter(|r| r.fields["gap_to_leader"] == 0).count();
    assert!(texts > 20 && nulls > 50 && zeros > 500, "{texts} {nulls} {zeros}");
    assert!(rows.iter().all(|r| r.fields["gap_to_leader"].as_f64().is_none_or(|g| g >= 0.0)));
    let practice = g.sessions.iter().position(|s| s.kind == Kind::Practice).unwrap();
    assert!(g.table(practice, Endpoint::Intervals).is_empty());
}

#[test]
fn quirks_are_there() {
    let g = generated(1, &[2024]);
    let twice = g.table(race_at(&g, 2024, "Melbourne"), Endpoint::Drivers);
    assert_eq!(twice.len(), 21);
    assert_eq!(twice[3].fields, twice[4].fields);
    let half = g.table(race_at(&g, 2024, "Monza"), Endpoint::Drivers);
    assert_eq!(half.len(), 21);
    assert!(half[20].fields["team_name"].is_null() && !half[20].fields["name_acronym"].is_null());
    let stints = g.table(race_at(&g, 2024, "Monza"), Endpoint::Stints);
    let mut overlaps = 0;
    for two in stints.windows(2) {
        if two[0].int("driver_number") == two[1].int("driver_number") {
            overlaps += usize::from(two[0].int("lap_end") >= two[1].int("lap_start"));
        }
    }
    assert_eq!(overlaps, 1);
    let new = generated(1, &[2026]);
    let key = new.sessions[race_at(&new, 2026, "Monza")].key;
    let (body, _) = telemetry(&new, Endpoint::CarData, &format!("session_key={key}&driver_number=1"));
    assert!(String::from_utf8(body).unwrap().contains("\"drs\":null"));
}

#[test]
fn telemetry_is_irregular_ordered_and_closed() {
    let g = generated(1, &[2024]);
    let session = &g.sessions[race_at(&g, 2024, "Yas Island")];
    let (body, n) =
        telemetry(&g, Endpoint::Location, &format!("session_key={}&driver_number=1", session.key));
    let rows: Vec<Value> = serde_json::from_slice(&body).unwrap();
    assert_eq!(rows.len(), n);
    let dates: Vec<i64> =
        rows.iter().map(|r| crate::clock::parse(r["date"].as_str().unwrap()).unwrap().ms).collect();
    let gaps: Vec<i64> = dates.windows(2).map(|d| d[1] - d[0]).collect();
    assert!(gaps.iter().all(|g| (60..2000).contains(g)));
    assert!(gaps.iter().any(|g| *g > 700), "some samples are lost");
    let rate = n as f64 / ((dates[n - 1] - dates[0]) as f64 / 1000.0);
    assert!((3.4..3.8).contains(&rate), "{rate}");
    assert!(dates[0] - (session.start - HOUR) < 2000);
    let zero = |r: &Value| r["x"] == 0 && r["y"] == 0 && r["z"] == 0;
    assert!(rows.iter().take(1000).all(zero) && rows.iter().filter(|r| !zero(r)).count() > 15_000);
    // No jumps while on the track: the lap is closed. 100 m/s for 1.4 s at most.
    let run: Vec<&Value> = rows.iter().filter(|r| !zero(r)).collect();
    for two in run.windows(2) {
        let part = |name: &str| (two[1][name].as_f64().unwrap() - two[0][name].as_f64().unwrap()).powi(2);
        assert!((part("x") + part("y")).sqrt() < 2200.0, "{two:?}");
    }
}

#[test]
fn windows_of_telemetry_are_exact() {
    let g = generated(1, &[2024]);
    let key = g.sessions[race_at(&g, 2024, "Monza")].key;
    for endpoint in [Endpoint::Location, Endpoint::CarData] {
        let (body, n) = telemetry(&g, endpoint, &format!("session_key={key}&driver_number=4"));
        let rows: Vec<Value> = serde_json::from_slice(&body).unwrap();
        let date = |r: &Value| r["date"].as_str().unwrap().to_owned();
        // Cut at dates that exist and just beside them: the parts make the whole.
        for at in [20_001, n - 3] {
            let cut = date(&rows[at]).trim_end_matches("+00:00").to_owned();
            let of = |window: &str| {
                let raw = format!("session_key={key}&driver_number=4&{window}");
                serde_json::from_slice::<Vec<Value>>(&telemetry(&g, endpoint, &raw).0).unwrap()
            };
            let mut both = of(&format!("date<{cut}"));
            both.extend(of(&format!("date>={cut}")));
            assert_eq!(both, rows);
            assert_eq!(of(&format!("date={cut}")).len(), 1);
            let expected: Vec<&Value> = rows.iter().filter(|r| date(r) > date(&rows[at])).take(50).collect();
            let end = date(expected.last().unwrap()).trim_end_matches("+00:00").to_owned();
            assert_eq!(of(&format!("date>{cut}&date<={end}")).iter().collect::<Vec<_>>(), expected);
            // Inverted: everything outside, an OR.
            assert_eq!(of(&format!("date>={end}&date<{cut}")).len(), n - expected.len());
        }
        let name = if endpoint == Endpoint::CarData { "speed" } else { "x" };
        let fast = telemetry(&g, endpoint, &format!("session_key={key}&driver_number=4&{name}>=315")).1;
        assert_eq!(
            fast,
            rows.iter().filter(|r| r["driver_number"] == 4 && r[name].as_i64() >= Some(315)).count()
        );
    }
}

#[test]
fn four_drivers_fit_the_default_budget() {
    let g = generated(1, &[2024]);
    let budget = Budget::default();
    for session in g.sessions.iter().filter(|s| s.kind == Kind::Race && !s.cancelled) {
        for endpoint in [Endpoint::CarData, Endpoint::Location] {
            let of = |drivers: &str| {
                let raw = format!("session_key={}&{drivers}", session.key);
                g.telemetry(endpoint, &query(&raw), NOW, &Meter::new(&budget)).map(|a| a.1)
            };
            assert_eq!(
                of(
                    "driver_number>=10&driver_number<=16&driver_number=1&driver_number=81&driver_number=18&driver_number=44"
                ),
                Err(Refusal::TooMuch)
            );
            let four = of("driver_number=1&driver_number=63&driver_number=16&driver_number=81").unwrap();
            assert!(four > 100_000, "{four}");
        }
    }
}

#[test]
fn nothing_before_it_happened() {
    let g = generated(1, &[2024]);
    let session = &g.sessions[race_at(&g, 2024, "Yas Island")];
    let raw = format!("session_key={}", session.key);
    let budget = Budget::default();
    let rows = |now| {
        g.tables(Endpoint::Laps, &query(&raw), now, &Meter::new(&budget))
            .unwrap()
            .iter()
            .map(|t| t.1.len())
            .sum::<usize>()
    };
    assert_eq!(rows(session.end - 1), 0);
    assert!(rows(session.end) > 500);
    assert_eq!(g.latest(session.start - 2 * MINUTE).map(|l| l.1 == session.key), Some(false));
    assert_eq!(g.latest(session.start).map(|l| l.1), Some(session.key));
    let gone = g.sessions.iter().find(|s| s.cancelled).unwrap();
    assert!(
        g.tables(Endpoint::Laps, &query(&format!("session_key={}", gone.key)), NOW, &Meter::new(&budget))
            .unwrap()
            .is_empty()
    );
}

/// Samples of one driver: milliseconds and row.
fn samples(g: &Generated, endpoint: Endpoint, session: &Session, driver: i64) -> Vec<(i64, Value)> {
    let raw = format!("session_key={}&driver_number={driver}", session.key);
    let rows: Vec<Value> = serde_json::from_slice(&telemetry(g, endpoint, &raw).0).unwrap();
    let date = |r: &Value| crate::clock::parse(r["date"].as_str().unwrap()).unwrap().ms;
    rows.into_iter().map(|r| (date(&r), r)).collect()
}

/// Metres and km/h along a lap, from its samples as anybody would add them up, and its length.
fn trace(samples: &[(i64, Value)], lap: &model::Lap) -> (Vec<(f64, f64)>, f64) {
    let (mut metres, mut at, mut last, mut points) = (0.0, lap.start, None, Vec::new());
    for (t, row) in samples.iter().filter(|(t, _)| (lap.start..lap.end()).contains(t)) {
        let speed = row["speed"].as_f64().unwrap();
        metres += (last.unwrap_or(speed) + speed) / 7.2 * (t - at) as f64 / 1000.0;
        (at, last) = (*t, Some(speed));
        points.push((metres, speed));
    }
    (points, metres + last.unwrap_or(0.0) / 3.6 * (lap.end() - at) as f64 / 1000.0)
}

#[test]
fn circuits_are_closed_and_as_long_and_fast_as_known() {
    for place in &calendar::PLACES {
        let track = track::Track::new(place);
        let n = track.nodes.len();
        let mut length = 0.0;
        for k in 0..n {
            let (a, b) = (track.nodes[k].place, track.nodes[(k + 1) % n].place);
            let metres = f64::from((b[0] - a[0]).hypot(b[1] - a[1])) / 10.0;
            assert!(
                (track.step * 0.8..track.step * 1.05).contains(&metres),
                "{} {k}: {metres}",
                place.location
            );
            assert!((b[2] - a[2]).abs() < 12.0, "height changes gently");
            length += metres;
        }
        assert!((length / (track.step * n as f64) - 1.0).abs() < 0.005, "{}: {length}", place.location);
        assert!((3300.0..7100.0).contains(&length));
        let seconds = place.lap_ms as f64 / 1000.0;
        assert!((track.fast.total() / seconds - 1.0).abs() < 0.002, "{}", place.location);
        let kmh = |v: Option<f64>| v.unwrap() * 3.6;
        let slowest = kmh(track.fast.speeds.iter().copied().reduce(f64::min));
        let fastest = kmh(track.fast.speeds.iter().copied().reduce(f64::max));
        assert!((60.0..140.0).contains(&slowest), "{}: {slowest}", place.location);
        assert!((285.0..350.0).contains(&fastest), "{}: {fastest}", place.location);
    }
    let length = |location: &str| {
        let place = calendar::PLACES.iter().find(|p| p.location == location).unwrap();
        let track = track::Track::new(place);
        track.step * track.nodes.len() as f64
    };
    assert!((length("Sakhir") - 5412.0).abs() < 10.0);
    assert!((length("Monaco") - 3337.0).abs() < 10.0);
}

#[test]
fn laps_have_corners_and_the_length_of_the_track() {
    let g = generated(1, &[2024]);
    for session in g.sessions.iter().filter(|s| s.kind == Kind::Qualifying && !s.cancelled) {
        let index = g.sessions.iter().position(|s| s.key == session.key).unwrap();
        let model = g.model(index);
        let track = track::Track::new(session.place);
        let length = track.step * track.nodes.len() as f64;
        let mut minima = Vec::new();
        for d in [0, 5] {
            let car = samples(&g, Endpoint::CarData, session, g.roster(2024)[d].number);
            let lap = model.runs[d].laps.iter().find(|l| !l.slow).unwrap();
            let (points, metres) = trace(&car, lap);
            assert!((metres / length - 1.0).abs() < 0.01, "{} {metres} {length}", session.place.location);
            let of_lap = |name: &str| -> Vec<i64> {
                let on = car.iter().filter(|(t, r)| (lap.start..lap.end()).contains(t) && r["brake"] != 104);
                on.map(|(_, r)| r[name].as_i64().unwrap()).collect()
            };
            let brake = of_lap("brake");
            let zones = brake.windows(2).filter(|b| b[0] == 0 && b[1] == 100).count();
            assert!((5..=22).contains(&zones), "{}: {zones}", session.place.location);
            let throttle = of_lap("throttle");
            assert!(throttle.iter().all(|v| (0..=100).contains(v)));
            let full = throttle.iter().filter(|v| **v == 100).count() * 100 / throttle.len();
            assert!((35..85).contains(&full), "{}: {full} % at full throttle", session.place.location);
            assert!(brake.iter().zip(&throttle).all(|(b, t)| *b == 0 || *t == 0));
            let gears: BTreeSet<i64> = of_lap("n_gear").into_iter().collect();
            assert!(gears.len() >= 5 && gears.iter().all(|n| (1..=8).contains(n)), "{gears:?}");
            assert!(of_lap("rpm").iter().all(|n| (4000..12_500).contains(n)));
            let drs = of_lap("drs");
            assert!(drs.iter().any(|v| *v >= 10) && drs.iter().zip(&brake).all(|(d, b)| *d < 8 || *b == 0));
            minima.push(
                (0..length as usize / 100)
                    .map(|k| {
                        let here = points.iter().filter(|p| (p.0 / 100.0) as usize == k).map(|p| p.1);
                        here.reduce(f64::min).unwrap_or(0.0)
                    })
                    .collect::<Vec<f64>>(),
            );
        }
        let apart = minima[0].iter().zip(&minima[1]).filter(|(a, b)| (*a - *b).abs() > 2.5).count();
        assert!(apart > 5, "{}: two drivers are alike", session.place.location);
    }
}

#[test]
fn cars_are_where_the_laps_say() {
    let g = generated(1, &[2024]);
    let index = race_at(&g, 2024, "Yas Island");
    let session = &g.sessions[index];
    let model = g.model(index);
    let track = track::Track::new(session.place);
    let line = |node: usize| track.nodes[node].place;
    for d in 0..3 {
        let places = samples(&g, Endpoint::Location, session, g.roster(2024)[d].number);
        let mut checked = 0;
        for lap in model.runs[d].laps.iter().filter(|l| l.complete) {
            let one = lap.start + lap.sectors[0];
            for (at, node) in
                [(lap.start, 0), (one, track.sectors[0]), (one + lap.sectors[1], track.sectors[1])]
            {
                let Some((t, row)) = places.iter().find(|(t, _)| (at..at + 60).contains(t)) else {
                    continue;
                };
                let away =
                    |axis: usize, name: &str| row[name].as_f64().unwrap() - f64::from(line(node)[axis]);
                let metres = away(0, "x").hypot(away(1, "y")) / 10.0;
                // As far as a car can go since.
                assert!(metres < 4.0 + 0.095 * (t - at) as f64, "lap {}: {metres} m", lap.number);
                checked += 1;
            }
        }
        assert!(checked > 20, "{checked}");
    }
}

#[test]
fn cars_stand_in_the_pit_lane() {
    let g = generated(1, &[2024]);
    let index = race_at(&g, 2024, "Yas Island");
    let session = &g.sessions[index];
    let model = g.model(index);
    let track = track::Track::new(session.place);
    let length = track.step * track.nodes.len() as f64;
    let mut stops = 0;
    for (d, run) in model.runs.iter().enumerate().filter(|(_, run)| !run.passages.is_empty()) {
        let car = samples(&g, Endpoint::CarData, session, g.roster(2024)[d].number);
        let speed = |r: &Value| r["speed"].as_i64().unwrap();
        for stop in run.passages.iter().filter(|s| run.laps.iter().any(|l| l.number > s.lap && l.complete)) {
            let lane = stop.entry..stop.exit.unwrap();
            let in_lane: Vec<_> = car.iter().filter(|(t, _)| lane.contains(t)).collect();
            assert!(in_lane.iter().all(|(_, r)| speed(r) <= 90), "{}", stop.lap);
            let standing: Vec<i64> = in_lane.iter().filter(|(_, r)| speed(r) == 0).map(|(t, _)| *t).collect();
            let stood = standing.last().unwrap() - standing[0];
            assert!((stood - stop.standing.unwrap()).abs() < 1000, "{stood} {:?}", stop.standing);
            stops += 1;
        }
        for lap in run.laps.iter().filter(|l| l.complete) {
            let metres = trace(&car, lap).1;
            assert!((metres / length - 1.0).abs() < 0.012, "lap {}: {metres} of {length} m", lap.number);
        }
    }
    assert!(stops > 15, "{stops}");
}

#[test]
fn truth_is_consistent_with_itself() {
    let g = generated(4, &[2024]);
    for key in g.held(NOW) {
        let truth = g.truth(key, NOW).unwrap();
        let race = matches!(truth.kind.as_str(), "race" | "sprint");
        for driver in &truth.drivers {
            let name = format!("{key} {} car {}", truth.kind, driver.driver_number);
            for lap in &driver.laps {
                assert_eq!(lap.is_completed, lap.end.is_some(), "{name}");
                let sum: f64 = lap.sectors.iter().flatten().sum();
                assert!((sum - lap.duration.unwrap_or(0.0)).abs() < 1e-6, "{name} lap {}", lap.lap_number);
                assert_eq!(race && lap.is_completed, lap.position.is_some(), "{name}");
                let into = driver.passages.iter().any(|p| p.in_lap == lap.lap_number);
                assert_eq!(lap.is_in_lap, into, "{name} lap {}", lap.lap_number);
                let out = driver.passages.iter().any(|p| p.out_lap == Some(lap.lap_number));
                assert_eq!(lap.is_out_lap, out, "{name} lap {}", lap.lap_number);
            }
            // Each lap is on one set.
            let laps: Vec<i64> = driver.stints.iter().flat_map(|s| s.first_lap..=s.last_lap).collect();
            assert_eq!(laps, driver.laps.iter().map(|l| l.lap_number).collect::<Vec<_>>(), "{name}");
        }
        for trace in &truth.traces {
            assert_eq!(trace.times.len(), 100);
            assert!(trace.times.is_sorted(), "{key}");
        }
        assert_eq!(truth.standings.is_some(), truth.kind == "race");
    }
    assert!(g.truth(1, NOW).is_none());
    assert!(g.truth(g.sessions[0].key, g.sessions[0].end - 1).is_none());
}
