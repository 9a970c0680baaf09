//! The rows of every endpoint but telemetry.

use super::calendar::{Kind, Meeting, Session};
use super::model::{Lap, Model, Timing};
use super::random::{Rng, mix};
use super::roster::Driver;
use super::{Generated, Won, standings};
use crate::clock::{DAY, HOUR, MINUTE, SECOND, days_from_civil, iso};
use crate::endpoint::Endpoint;
use crate::row::Row;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

fn row(value: Value) -> Row {
    match value {
        Value::Object(fields) => Row::new(fields),
        _ => Row::new(Map::new()),
    }
}

/// Milliseconds as the API's seconds. Whole numbers lose their fraction, as they often do there.
fn seconds(ms: i64) -> Value {
    if ms % 1000 == 0 { json!(ms / 1000) } else { json!(ms as f64 / 1000.0) }
}

fn offset(session_offset: i64) -> String {
    let sign = if session_offset < 0 { "-" } else { "" };
    format!("{sign}{:02}:{:02}:00", session_offset.abs() / 60, session_offset.abs() % 60)
}

pub(crate) fn meetings(meetings: &[Meeting]) -> Vec<Row> {
    meetings
        .iter()
        .map(|m| {
            let p = m.place;
            let picture = p.location.replace(' ', "%20");
            row(json!({
                "circuit_image": format!("https://media.example.invalid/circuits/{picture}.png"),
                "circuit_info_url": format!("https://circuits.example.invalid/{}/{}", p.circuit_key, m.year),
                "circuit_key": p.circuit_key,
                "circuit_short_name": p.circuit,
                "circuit_type": p.circuit_type,
                "country_code": p.country_code,
                "country_flag": format!("https://media.example.invalid/flags/{}.png", p.country_code),
                "country_key": p.country_key,
                "country_name": p.country,
                "date_end": iso(m.end),
                "date_start": iso(m.start),
                "gmt_offset": offset(p.offset),
                "is_cancelled": m.cancelled,
                "location": p.location,
                "meeting_key": m.key,
                "meeting_name": m.name,
                "meeting_official_name": m.official_name,
                "year": m.year,
            }))
        })
        .collect()
}

pub(crate) fn sessions(sessions: &[Session]) -> Vec<Row> {
    sessions
        .iter()
        .map(|s| {
            let p = s.place;
            row(json!({
                "circuit_key": p.circuit_key,
                "circuit_short_name": p.circuit,
                "country_code": p.country_code,
                "country_key": p.country_key,
                "country_name": p.country,
                "date_end": iso(s.end),
                "date_start": iso(s.start),
                "gmt_offset": offset(p.offset),
                "is_cancelled": s.cancelled,
                "location": p.location,
                "meeting_key": s.meeting_key,
                "session_key": s.key,
                "session_name": s.name,
                "session_type": s.session_type,
                "year": s.year,
            }))
        })
        .collect()
}

/// The rows of one session, in the order of ingestion.
pub(crate) fn session(generated: &Generated, index: usize, endpoint: Endpoint) -> Vec<Row> {
    let session = &generated.sessions[index];
    let roster = generated.roster(session.year);
    if endpoint == Endpoint::Drivers {
        return drivers(session, roster);
    }
    let model = generated.model(index);
    let t = Table { seed: generated.seed, session, roster, model: &model };
    match endpoint {
        Endpoint::Laps => t.laps(),
        Endpoint::Stints => t.stints(),
        Endpoint::Pit => t.pit(),
        Endpoint::Position => t.positions().0,
        Endpoint::Overtakes => t.positions().1,
        Endpoint::Intervals => t.intervals(),
        Endpoint::RaceControl => t.race_control(),
        Endpoint::TeamRadio => t.team_radio(),
        Endpoint::Weather => t.weather(),
        Endpoint::SessionResult => t.session_result(),
        Endpoint::StartingGrid => t.starting_grid(),
        Endpoint::ChampionshipDrivers => championship(generated, index, false),
        Endpoint::ChampionshipTeams => championship(generated, index, true),
        Endpoint::Drivers
        | Endpoint::Meetings
        | Endpoint::Sessions
        | Endpoint::CarData
        | Endpoint::Location => Vec::new(),
    }
}

fn drivers(session: &Session, roster: &[Driver]) -> Vec<Row> {
    let mut rows: Vec<Row> = roster
        .iter()
        .map(|d| {
            let last = d.last.to_uppercase();
            let initial = d.first.chars().next().unwrap_or('X');
            let mut fields = json!({
                "broadcast_name": format!("{initial} {last}"),
                "driver_number": d.number,
                "first_name": d.first,
                "full_name": format!("{} {last}", d.first),
                "headshot_url": format!("https://media.example.invalid/drivers/{}.png", d.acronym.to_lowercase()),
                "last_name": d.last,
                "meeting_key": session.meeting_key,
                "name_acronym": d.acronym,
                "session_key": session.key,
                "team_colour": d.team.colour,
                "team_name": d.team.name,
            });
            if let Value::Object(map) = &mut fields {
                match session.year {
                    ..2025 => {
                        map.insert("country_code".to_owned(), json!(d.country));
                    }
                    2025 => {
                        map.insert("country_code".to_owned(), Value::Null);
                    }
                    // Newer rows do not have the field at all.
                    _ => {}
                }
                if d.acronym == "COL" || d.acronym == "LIN" {
                    map.insert("headshot_url".to_owned(), Value::Null);
                }
            }
            row(fields)
        })
        .collect();
    let race_at = |place: &str| session.kind == Kind::Race && session.place.location == place;
    if race_at("Melbourne") {
        // The same row twice.
        let again = rows[3].clone();
        rows.insert(4, again);
    }
    if race_at("Monza") {
        // A second row of a driver that knows only half.
        let mut half = rows[5].clone();
        for name in ["broadcast_name", "first_name", "headshot_url", "last_name", "team_name", "team_colour"]
        {
            half.set(name, Value::Null);
        }
        rows.push(half);
    }
    rows
}

fn championship(generated: &Generated, index: usize, teams: bool) -> Vec<Row> {
    let session = &generated.sessions[index];
    if session.kind != Kind::Race {
        return Vec::new();
    }
    let held = generated.points(session.year);
    let at = held.iter().position(|(i, _)| *i == index).unwrap_or(0);
    let who = |won: &Won| if teams { (0, won.team) } else { (won.number, "") };
    let standing = |races: usize| -> BTreeMap<(i64, &str), (i64, i64)> {
        // Who has won nothing yet has a place too.
        let table = standings::table(held[..=at].iter().map(|(_, won)| won), who);
        let before = standings::table(held[..races].iter().map(|(_, won)| won), who);
        let absent = table.iter().filter(|(k, _)| before.iter().all(|b| b.0 != *k)).map(|(k, _)| (*k, 0));
        let ranked = before.iter().map(|(k, haul)| (*k, haul.points)).chain(absent);
        ranked.zip(1..).map(|((k, points), place)| (k, (points, place))).collect()
    };
    let (before, after) = (standing(at), standing(at + 1));
    // Before the first race there is no table to stand in.
    let begun = before.values().any(|v| v.0 > 0);
    let mut rows: Vec<Row> = after
        .iter()
        .map(|(key, (current, place))| {
            let (start, first) = before.get(key).copied().unwrap_or_default();
            let mut fields = Map::new();
            if teams {
                fields.insert("team_name".to_owned(), json!(key.1));
            } else {
                fields.insert("driver_number".to_owned(), json!(key.0));
            }
            fields.insert("meeting_key".to_owned(), json!(session.meeting_key));
            fields.insert("points_current".to_owned(), json!(current));
            fields.insert("points_start".to_owned(), if begun { json!(start as f64) } else { Value::Null });
            fields.insert("position_current".to_owned(), json!(place));
            fields.insert("position_start".to_owned(), if begun { json!(first) } else { Value::Null });
            fields.insert("session_key".to_owned(), json!(session.key));
            Row::new(fields)
        })
        .collect();
    rows.sort_by_key(|r| r.int("position_current"));
    rows
}

struct Table<'a> {
    seed: u64,
    session: &'a Session,
    roster: &'a [Driver],
    model: &'a Model,
}

impl Table<'_> {
    fn rng(&self, what: u64) -> Rng {
        Rng::new(&[self.seed, self.session.key as u64, what])
    }

    /// A row with the two keys that all have.
    fn keyed(&self, value: Value) -> Row {
        let mut row = row(value);
        row.fields.insert("meeting_key".to_owned(), json!(self.session.meeting_key));
        row.fields.insert("session_key".to_owned(), json!(self.session.key));
        row
    }

    fn runs(&self) -> impl Iterator<Item = (&Driver, &super::model::Run)> {
        self.roster.iter().zip(&self.model.runs)
    }

    fn laps(&self) -> Vec<Row> {
        let race = self.session.kind.is_race();
        let old = self.session.year < 2026;
        let mut rows = Vec::new();
        let mut best = i64::MAX;
        for (driver, run) in self.runs() {
            let mut rng = self.rng(mix(&[100, driver.number as u64]));
            for lap in &run.laps {
                let first = race && lap.number == 1;
                let mut sectors = lap.sectors.map(|s| (lap.complete).then_some(s));
                if first {
                    // Nobody crosses the line at the start.
                    sectors[0] = None;
                } else if rng.one_in(70) {
                    sectors[rng.range(0, 2) as usize] = None;
                }
                let mut duration = lap.complete.then(|| lap.duration());
                if (first && old) || (lap.out && !race && rng.one_in(3)) {
                    duration = None;
                }
                let date = (!(first && old)).then(|| iso(lap.start));
                if !lap.slow && lap.complete {
                    best = best.min(lap.duration());
                }
                let mut trap = |chance: u64, low, high| {
                    if rng.one_in(chance) { Value::Null } else { json!(rng.range(low, high)) }
                };
                let (i1, i2, st) = (trap(7, 255, 298), trap(90, 262, 305), trap(12, 278, 341));
                let segments: Vec<Value> = (0..3).map(|s| self.segments(&mut rng, s, lap, best)).collect();
                let value = |ms: Option<i64>| ms.map_or(Value::Null, |ms| json!(ms as f64 / 1000.0));
                rows.push(self.keyed(json!({
                    "date_start": date,
                    "driver_number": driver.number,
                    "duration_sector_1": value(sectors[0]),
                    "duration_sector_2": value(sectors[1]),
                    "duration_sector_3": value(sectors[2]),
                    "i1_speed": i1,
                    "i2_speed": i2,
                    "is_pit_out_lap": lap.out,
                    "lap_duration": value(duration),
                    "lap_number": lap.number,
                    "segments_sector_1": segments[0],
                    "segments_sector_2": segments[1],
                    "segments_sector_3": segments[2],
                    "st_speed": st,
                })));
            }
        }
        rows
    }

    fn segments(&self, rng: &mut Rng, sector: usize, lap: &Lap, best: i64) -> Value {
        let shape = mix(&[self.session.place.circuit_key as u64, 6, sector as u64]);
        let n = 5 + (shape % 5) as i64;
        if rng.one_in(150) {
            return Value::Null;
        }
        let fast = !lap.slow && lap.duration() <= best + 150;
        let list: Vec<Value> = (0..n)
            .map(|i| {
                if (i == 0 && sector == 0 && rng.one_in(3)) || rng.one_in(40) {
                    return Value::Null;
                }
                if (lap.out && sector == 0 && i < 2) || (lap.slow && !lap.out && sector == 2 && i + 2 >= n) {
                    return json!(2064);
                }
                match rng.range(0, 19) {
                    0..=2 if fast => json!(2051),
                    0..=7 => json!(2049),
                    8 => json!(0),
                    _ => json!(2048),
                }
            })
            .collect();
        Value::Array(list)
    }

    fn stints(&self) -> Vec<Row> {
        let race = self.session.kind.is_race();
        let mut rows = Vec::new();
        for (index, (driver, run)) in self.runs().enumerate() {
            for (n, stint) in run.stints.iter().enumerate() {
                // A trap of real data: the stint ends on the lap on which the next one begins.
                let overlap = race && index == 5 && n == 0 && run.stints.len() > 1;
                let last = stint.last + i64::from(overlap);
                let compound = if self.session.kind == Kind::Testing && n == 0 {
                    "TEST_UNKNOWN"
                } else {
                    stint.compound
                };
                rows.push(self.keyed(json!({
                    "compound": compound,
                    "driver_number": driver.number,
                    "lap_end": last,
                    "lap_start": stint.first,
                    "stint_number": n + 1,
                    "tyre_age_at_start": stint.age,
                })));
            }
        }
        rows
    }

    fn pit(&self) -> Vec<Row> {
        // The API dates a passage by its end and, outside races, counts it to the lap out of the lane.
        let race = self.session.kind.is_race();
        // Standing times exist since the United States GP of 2024.
        let standing_known = self.session.start >= days_from_civil(2024, 10, 18) * DAY;
        let mut exits: Vec<_> = self
            .runs()
            .flat_map(|(d, run)| run.passages.iter().filter_map(move |p| Some((p.exit?, d.number, p))))
            .collect();
        exits.sort_by_key(|(at, number, _)| (*at, *number));
        exits
            .into_iter()
            .map(|(at, driver, passage)| {
                let lane = passage.lane().filter(|_| race).map(|ms| ms as f64 / 1000.0);
                let standing = passage.standing.filter(|_| standing_known);
                self.keyed(json!({
                    "date": iso(at),
                    "driver_number": driver,
                    "lane_duration": lane,
                    "lap_number": if race { passage.lap } else { passage.lap + 1 },
                    "pit_duration": lane,
                    "stop_duration": standing.map(|ms| ms as f64 / 1000.0),
                }))
            })
            .collect()
    }

    /// Ends of laps of all drivers, in order of time: (time, roster place, lap).
    fn crossings(&self) -> Vec<(i64, usize, &Lap)> {
        let mut all: Vec<_> = self
            .model
            .runs
            .iter()
            .enumerate()
            .flat_map(|(d, run)| run.laps.iter().filter(|l| l.complete).map(move |l| (l.end(), d, l)))
            .collect();
        all.sort_by_key(|(t, d, _)| (*t, *d));
        all
    }

    /// Rows of `position` and of `overtakes`.
    fn positions(&self) -> (Vec<Row>, Vec<Row>) {
        let race = self.session.kind.is_race();
        let mut order = if race { self.model.grid.clone() } else { (0..self.roster.len()).collect() };
        let mut rows = Vec::new();
        let mut overtakes = Vec::new();
        let position = |t: i64, d: usize, place: usize| {
            self.keyed(json!({
                "date": iso(t), "driver_number": self.roster[d].number, "position": place + 1,
            }))
        };
        let first = self.session.start - HOUR + 4 * MINUTE + 230;
        for (place, d) in order.iter().enumerate() {
            rows.push(position(first, *d, place));
        }
        let mut done = vec![(0_i64, 0_i64); self.roster.len()];
        let mut best = vec![i64::MAX; self.roster.len()];
        let starting: Vec<usize> =
            (0..self.roster.len()).map(|d| order.iter().position(|o| *o == d).unwrap_or(d)).collect();
        for (t, d, lap) in self.crossings() {
            if race {
                done[d] = (-lap.number, t);
            } else if lap.slow || lap.duration() >= best[d] {
                continue;
            } else {
                best[d] = lap.duration();
            }
            let mut next = order.clone();
            if race {
                next.sort_by_key(|d| (done[*d], starting[*d]));
            } else {
                next.sort_by_key(|d| (best[*d], starting[*d]));
            }
            let (was, is) = (place_of(&order, d), place_of(&next, d));
            if race && is < was {
                for passed in &order[is..was] {
                    overtakes.push(self.keyed(json!({
                        "date": iso(t),
                        "overtaken_driver_number": self.roster[*passed].number,
                        "overtaking_driver_number": self.roster[d].number,
                        "position": is + 1,
                    })));
                }
            }
            for (place, (before, now)) in order.iter().zip(&next).enumerate() {
                if before != now {
                    rows.push(position(t, *now, place));
                }
            }
            order = next;
        }
        (rows, overtakes)
    }

    fn intervals(&self) -> Vec<Row> {
        if !self.session.kind.is_race() {
            return Vec::new();
        }
        // For each lap: when each driver ended it, in order.
        let laps = self.model.runs.iter().map(|r| r.laps.len()).max().unwrap_or(0);
        let ends: Vec<Vec<(i64, usize)>> = (0..laps)
            .map(|n| {
                let mut list: Vec<(i64, usize)> = self
                    .model
                    .runs
                    .iter()
                    .enumerate()
                    .filter_map(|(d, r)| r.laps.get(n).filter(|l| l.complete).map(|l| (l.end(), d)))
                    .collect();
                list.sort_unstable();
                list
            })
            .collect();
        let leader_ends: Vec<i64> = ends.iter().filter_map(|l| l.first().map(|e| e.0)).collect();
        let mut rows = Vec::new();
        let mut rng = self.rng(200);
        let mut passed = vec![0_usize; self.roster.len()];
        let mut t = self.model.start + 2_000;
        let stop = leader_ends.last().copied().unwrap_or(t) + 90 * SECOND;
        while t < stop {
            let led = leader_ends.partition_point(|e| *e <= t);
            for (d, run) in self.model.runs.iter().enumerate() {
                while run.laps.get(passed[d]).is_some_and(|l| l.complete && l.end() <= t) {
                    passed[d] += 1;
                }
                // No rows of who is out or has finished.
                let Some(lap) = run.laps.get(passed[d]) else {
                    continue;
                };
                if !lap.complete && t > lap.end() {
                    continue;
                }
                let n = passed[d];
                let (gap, interval) = if n == 0 {
                    (Value::Null, Value::Null)
                } else {
                    let list = &ends[n - 1];
                    let place = list.iter().position(|e| e.1 == d).unwrap_or(0);
                    let own = list[place].0;
                    let behind = own - leader_ends[n - 1];
                    let ahead = if place == 0 { 0 } else { own - list[place - 1].0 };
                    let lapped = (led - n.min(led)) as i64
                        - i64::from(led > n && lap_in_hand(&leader_ends, n, t, behind));
                    let gap = if lapped >= 2 {
                        json!(format!("+{lapped} LAPS"))
                    } else if lapped == 1 {
                        json!("+1 LAP")
                    } else if rng.one_in(180) {
                        Value::Null
                    } else {
                        seconds(behind)
                    };
                    let interval = if rng.one_in(140) { Value::Null } else { seconds(ahead) };
                    (gap, interval)
                };
                let at = t + rng.range(0, 3_400);
                rows.push((at, d, gap, interval));
            }
            t += 4_000;
        }
        rows.sort_by_key(|(at, d, ..)| (*at, *d));
        rows.into_iter()
            .map(|(at, d, gap, interval)| {
                self.keyed(json!({
                    "date": iso(at),
                    "driver_number": self.roster[d].number,
                    "gap_to_leader": gap,
                    "interval": interval,
                }))
            })
            .collect()
    }

    fn race_control(&self) -> Vec<Row> {
        let mut rng = self.rng(300);
        let s = self.session;
        let second = |t: i64| t - t.rem_euclid(SECOND);
        let mut messages: Vec<(i64, Value)> = Vec::new();
        let mut say = |t: i64,
                       category: &str,
                       flag: Value,
                       scope: Value,
                       sector: Value,
                       driver: Value,
                       lap: Value,
                       phase: Value,
                       text: String| {
            messages.push((
                t,
                json!({
                    "category": category, "date": iso(t), "driver_number": driver, "flag": flag,
                    "lap_number": lap, "message": text, "qualifying_phase": phase, "scope": scope, "sector": sector,
                }),
            ));
        };
        let null = || Value::Null;
        let risk = rng.range(0, 9) * 10;
        say(
            second(s.start - 50 * MINUTE),
            "Other",
            null(),
            null(),
            null(),
            null(),
            null(),
            null(),
            format!("RISK OF RAIN FOR THE {} IS {risk}%", s.name.to_uppercase()),
        );
        // In races the pit exit opens long before the start; each part of qualifying has its green light and its flag.
        let parts = &self.model.parts;
        let greens: Vec<i64> = if s.kind.is_race() {
            vec![s.start - 40 * MINUTE, self.model.start]
        } else {
            parts.iter().map(|p| p.start).collect()
        };
        let finishes: Vec<i64> =
            if s.kind.is_race() { vec![self.model.end] } else { parts.iter().map(|p| p.end).collect() };
        // Sent from 2026 on.
        let phase_at =
            |t: i64| self.model.part_at(t).filter(|_| s.year >= 2026).map_or(Value::Null, |part| json!(part));
        for green in greens {
            say(
                second(green),
                "Flag",
                json!("GREEN"),
                json!("Track"),
                null(),
                null(),
                if s.kind.is_race() { json!(1) } else { null() },
                phase_at(green),
                "GREEN LIGHT - PIT EXIT OPEN".to_owned(),
            );
        }
        if s.year >= 2026 {
            // Rows about the session's state are the only ones with fractions.
            say(
                self.model.start + 37,
                "SessionStatus",
                null(),
                null(),
                null(),
                null(),
                null(),
                null(),
                "SESSION STARTED".to_owned(),
            );
        }
        let laps = self.model.runs.iter().map(|r| r.laps.len()).max().unwrap_or(1) as i64;
        let span = (self.model.end - self.model.start).max(1);
        let lap_at = |t: i64| {
            if s.kind.is_race() { json!(1 + (t - self.model.start) * (laps - 1) / span) } else { Value::Null }
        };
        for _ in 0..rng.range(4, if s.kind.is_race() { 18 } else { 8 }) {
            let t = second(self.model.start + rng.range(60_000, span - 1));
            let sector = rng.range(1, 20);
            let flag = if rng.one_in(3) { "DOUBLE YELLOW" } else { "YELLOW" };
            say(
                t,
                "Flag",
                json!(flag),
                json!("Sector"),
                json!(sector),
                null(),
                lap_at(t),
                phase_at(t),
                format!("{flag} IN TRACK SECTOR {sector}"),
            );
            let clear = t + rng.range(5, 60) * SECOND;
            say(
                clear,
                "Flag",
                json!("CLEAR"),
                json!("Sector"),
                json!(sector),
                null(),
                lap_at(clear),
                phase_at(clear),
                format!("CLEAR IN TRACK SECTOR {sector}"),
            );
        }
        for _ in 0..if s.kind.is_race() { rng.range(15, 60) } else { rng.range(2, 6) } {
            let t = second(self.model.start + rng.range(60_000, span - 1));
            let d = &self.roster[rng.range(0, self.roster.len() as i64 - 1) as usize];
            if s.kind.is_race() && !rng.one_in(4) {
                say(
                    t,
                    "Flag",
                    json!("BLUE"),
                    json!("Driver"),
                    null(),
                    json!(d.number),
                    lap_at(t),
                    null(),
                    format!(
                        "WAVED BLUE FLAG FOR CAR {} ({}) TIMED AT {}",
                        d.number,
                        d.acronym,
                        &iso(t)[11..19]
                    ),
                );
            } else {
                say(
                    t,
                    "Other",
                    null(),
                    null(),
                    null(),
                    null(),
                    lap_at(t),
                    phase_at(t),
                    format!(
                        "CAR {} ({}) TIME DELETED - TRACK LIMITS AT TURN {}",
                        d.number,
                        d.acronym,
                        rng.range(1, 16)
                    ),
                );
            }
        }
        if s.kind.is_race() && rng.one_in(2) {
            let t = second(self.model.start + rng.range(span / 5, span * 3 / 4));
            say(
                t,
                "SafetyCar",
                null(),
                null(),
                null(),
                null(),
                lap_at(t),
                null(),
                "VIRTUAL SAFETY CAR DEPLOYED".to_owned(),
            );
            let over = t + 90 * SECOND;
            say(
                over,
                "SafetyCar",
                null(),
                null(),
                null(),
                null(),
                lap_at(over),
                null(),
                "VIRTUAL SAFETY CAR ENDING".to_owned(),
            );
        }
        for finish in finishes {
            let finish = second(finish);
            say(
                finish,
                "Flag",
                json!("CHEQUERED"),
                json!("Track"),
                null(),
                null(),
                lap_at(finish),
                phase_at(finish),
                "CHEQUERED FLAG".to_owned(),
            );
        }
        messages.sort_by_key(|(t, _)| *t);
        messages.into_iter().map(|(_, value)| self.keyed(value)).collect()
    }

    fn team_radio(&self) -> Vec<Row> {
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

    fn weather(&self) -> Vec<Row> {
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

    fn session_result(&self) -> Vec<Row> {
        self.model
            .results
            .iter()
            .map(|line| {
                let optional = |ms: Option<i64>| ms.map_or(Value::Null, |ms| json!(ms as f64 / 1000.0));
                let gap_of = |ms: i64| {
                    if ms == 0 { json!(0) } else { json!(ms as f64 / 1000.0) }
                };
                let (duration, gap) = match &line.timing {
                    Timing::Time { duration, gap } => (json!(*duration as f64 / 1000.0), gap_of(*gap)),
                    Timing::Lapped(1) => (Value::Null, json!("+1 LAP")),
                    Timing::Lapped(n) => (Value::Null, json!(format!("+{n} LAPS"))),
                    Timing::Phases { best, gap } => (
                        Value::Array(best.map(optional).to_vec()),
                        Value::Array(gap.map(|g| g.map_or(Value::Null, gap_of)).to_vec()),
                    ),
                    Timing::None => (Value::Null, Value::Null),
                };
                let mut row = self.keyed(json!({
                    "position": line.position,
                    "driver_number": self.roster[line.driver].number,
                    "number_of_laps": line.laps,
                    "dnf": line.dnf,
                    "dns": line.dns,
                    "dsq": line.dsq,
                    "duration": duration,
                    "gap_to_leader": gap,
                }));
                if self.session.kind.is_race() {
                    row.fields.insert("points".to_owned(), json!(line.points));
                }
                row
            })
            .collect()
    }

    fn starting_grid(&self) -> Vec<Row> {
        if !self.session.kind.is_qualifying() {
            return Vec::new();
        }
        self.model
            .results
            .iter()
            .enumerate()
            .map(|(i, line)| {
                let time = match &line.timing {
                    Timing::Phases { best, .. } => best.iter().rev().find_map(|b| *b),
                    _ => None,
                };
                self.keyed(json!({
                    "position": i + 1,
                    "driver_number": self.roster[line.driver].number,
                    "lap_duration": time.map(|ms| ms as f64 / 1000.0),
                }))
            })
            .collect()
    }
}

fn place_of(order: &[usize], driver: usize) -> usize {
    order.iter().position(|o| *o == driver).unwrap_or(0)
}

/// Whether the leader, though on a later lap, is not yet a whole lap ahead.
fn lap_in_hand(leader_ends: &[i64], done: usize, t: i64, behind: i64) -> bool {
    // He ended the driver's current lap less than `behind` ago: the driver is still on his way there.
    leader_ends.get(done).is_some_and(|e| t - e < behind)
}
