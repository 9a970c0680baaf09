//! Positions and behaviour of cars.

use super::*;

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
    // No jumps on track: the lap is closed. At most 100 m/s for 1.4 s.
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
        // Cut at existing dates and just next to them: the parts add up to the whole.
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

/// Samples of one driver: milliseconds and row.
fn samples(g: &Generated, endpoint: Endpoint, session: &Session, driver: i64) -> Vec<(i64, Value)> {
    let raw = format!("session_key={}&driver_number={driver}", session.key);
    let rows: Vec<Value> = serde_json::from_slice(&telemetry(g, endpoint, &raw).0).unwrap();
    let date = |r: &Value| crate::clock::parse(r["date"].as_str().unwrap()).unwrap().ms;
    rows.into_iter().map(|r| (date(&r), r)).collect()
}

/// Metres and km/h along a lap, summed up naively from its samples, and its length.
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
        let (mut checked, mut near) = (0, 0);
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
                // At most as far as a car can go since, including the error of the clock.
                assert!(metres < 4.0 + 0.095 * ((t - at) + 450) as f64, "lap {}: {metres} m", lap.number);
                checked += usize::from(metres < 4.0 + 0.095 * (t - at) as f64);
                near += 1;
            }
        }
        assert!(near > 20 && checked * 2 > near, "{checked} of {near}");
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
        for stop in run
            .passages
            .iter()
            .filter(|s| s.kind == model::Errand::Stop)
            .filter(|s| run.laps.iter().any(|l| l.number > s.lap && l.complete))
        {
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

/// The value below which this many hundredths of a list lie.
fn quantile(mut values: Vec<i64>, hundredths: usize) -> i64 {
    values.sort_unstable();
    values[values.len() * hundredths / 100]
}

#[test]
fn clocks_err_and_gaps_vary_as_in_the_real_feed() {
    let g = generated(1, &[2024]);
    let index = race_at(&g, 2024, "Yas Island");
    let session = &g.sessions[index];
    let model = g.model(index);
    let number = g.roster(2024)[0].number;
    let car = samples(&g, Endpoint::CarData, session, number);
    let gaps: Vec<i64> = car.windows(2).map(|two| two[1].0 - two[0].0).collect();
    assert!((235..=250).contains(&quantile(gaps.clone(), 50)), "{}", quantile(gaps.clone(), 50));
    assert!((380..=520).contains(&quantile(gaps.clone(), 90)), "{}", quantile(gaps.clone(), 90));
    assert!((900..=1320).contains(gaps.iter().max().unwrap()) && *gaps.iter().min().unwrap() >= 150);
    // The time error of each position, found along the drive.
    let track = track::Track::new(session.place);
    let seed = g.drive_seed(session, &g.roster(2024)[0]);
    let places = samples(&g, Endpoint::Location, session, number);
    let mut errors = Vec::new();
    for at in 20..30 {
        let lap = &model.runs[0].laps[at];
        let mut drive = drive::Drive::new(&track, &model.runs[0], at, seed);
        for (t, row) in places.iter().filter(|(t, _)| (lap.start + 500..lap.end() - 500).contains(t)) {
            let away = |ms: i64, drive: &mut drive::Drive| {
                let [x, y, _] = track.place(&drive.moment(&track, (t - lap.start + ms) as f64));
                (x - row["x"].as_f64().unwrap()).hypot(y - row["y"].as_f64().unwrap())
            };
            let best =
                (-450..=450).step_by(5).min_by(|a, b| away(*a, &mut drive).total_cmp(&away(*b, &mut drive)));
            errors.push(best.unwrap().abs());
        }
    }
    let (median, ninth) = (quantile(errors.clone(), 50), quantile(errors, 90));
    assert!((28..=42).contains(&median) && (95..=125).contains(&ninth), "{median} {ninth}");
}

#[test]
fn speed_traps_match_the_telemetry() {
    let g = generated(1, &[2024]);
    for location in ["Monza", "Yas Island"] {
        let index = race_at(&g, 2024, location);
        let session = &g.sessions[index];
        let track = track::Track::new(session.place);
        let laps = g.table(index, Endpoint::Laps);
        for d in [0, 7] {
            let number = g.roster(2024)[d].number;
            let car = samples(&g, Endpoint::CarData, session, number);
            let model = g.model(index);
            let seed = g.drive_seed(session, &g.roster(2024)[d]);
            let mut compared = 0;
            for row in laps.iter().filter(|r| r.int("driver_number") == Some(number)) {
                let at = row.int("lap_number").unwrap() as usize - 1;
                let lap = &model.runs[d].laps[at];
                if lap.slow {
                    continue;
                }
                let drive = drive::Drive::new(&track, &model.runs[d], at, seed);
                for (name, node) in
                    [("i1_speed", track.sectors[0]), ("i2_speed", track.sectors[1]), ("st_speed", track.trap)]
                {
                    let (Some(told), Some(ms)) = (row.int(name), drive.reaches(node as f64)) else {
                        continue;
                    };
                    let when = lap.start + ms as i64;
                    let near: Vec<i64> = car
                        .iter()
                        .filter(|(t, _)| (t - when).abs() < 70)
                        .map(|(_, r)| r["speed"].as_i64().unwrap())
                        .collect();
                    // A car brakes by up to 15 km/h in that time.
                    assert!(
                        near.iter().all(|v| (v - told).abs() <= 16),
                        "{location} lap {}: {name} {told} {near:?}",
                        at + 1
                    );
                    compared += near.len();
                }
            }
            assert!(compared > 50, "{compared}");
        }
    }
}

#[test]
fn cars_wait_in_the_lane_under_a_red_flag_and_start_from_the_grid() {
    let g = generated(1, &[2024]);
    for location in ["Suzuka", "São Paulo", "Las Vegas", "Miami", "Lusail"] {
        let index = race_at(&g, 2024, location);
        let session = &g.sessions[index];
        let model = g.model(index);
        let track = track::Track::new(session.place);
        let length = track.step * track.nodes.len() as f64;
        let mut checked = 0;
        for (d, run) in model.runs.iter().enumerate() {
            let is_repair = |p: &model::Passage| p.kind == model::Errand::Stop && p.lane() > Some(500_000);
            let special =
                |p: &&model::Passage| (p.kind != model::Errand::Stop && p.exit.is_some()) || is_repair(p);
            let Some(passage) = run
                .passages
                .iter()
                .find(special)
                .filter(|_| d % 4 == 0 || location == "Las Vegas" || location == "Lusail")
            else {
                continue;
            };
            let car = samples(&g, Endpoint::CarData, session, g.roster(2024)[d].number);
            let lane = passage.entry..passage.exit.unwrap();
            let in_lane: Vec<i64> = car
                .iter()
                .filter(|(t, _)| lane.contains(t))
                .map(|(_, r)| r["speed"].as_i64().unwrap())
                .collect();
            assert!(
                in_lane.iter().all(|v| *v <= 90),
                "{location}: {:?} {}",
                passage.kind,
                in_lane.iter().max().unwrap()
            );
            let still = in_lane.iter().filter(|v| **v == 0).count();
            match passage.kind {
                _ if is_repair(passage) => assert!(still * 10 > in_lane.len() * 8),
                model::Errand::RedFlag => assert!(still * 10 > in_lane.len() * 8),
                model::Errand::StopGo => assert!(still > 25, "{still}"),
                _ => assert_eq!(still, 0),
            }
            for lap in run.laps.iter().filter(|l| l.complete) {
                let metres = trace(&car, lap).1;
                assert!(
                    (metres / length - 1.0).abs() < 0.02,
                    "{location} lap {}: {metres} of {length} m",
                    lap.number
                );
                if lap.to_grid > 0 {
                    let waits =
                        car.iter().filter(|(t, _)| (lap.end() - lap.to_grid + 500..lap.end()).contains(t));
                    assert!(waits.clone().count() > 20 && waits.clone().all(|(_, r)| r["speed"] == 0));
                }
            }
            checked += 1;
        }
        assert!(checked > 0, "{location}");
    }
}
