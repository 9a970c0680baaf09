//! Races and sprints.

mod car;
mod field;
mod red;
mod script;

use super::run::{Deletion, Errand, Lap, Run, Stint, Told, compound};
use super::sectors::sector_shares;
use super::session::{Ending, Line, Model, Neutral, Part, Penalty, Restart, Timing, Trouble};
use crate::clock::{MINUTE, SECOND};
use crate::generate::calendar::{Kind, Session};
use crate::generate::random::{self, Rng};
use crate::generate::roster::Driver;
use car::{Car, State};
use field::{Field, Rule};
use script::{Script, script};

const RACE_POINTS: [i64; 10] = [25, 18, 15, 12, 10, 8, 6, 4, 2, 1];
const SPRINT_POINTS: [i64; 8] = [8, 7, 6, 5, 4, 3, 2, 1];

/// Simulates a race or a sprint.
pub(super) fn play(
    seed: u64,
    session: &Session,
    roster: &[Driver],
    paces: &[f64],
    grid: Vec<usize>,
) -> Model {
    let base = session.place.lap_ms as f64 * 1.045;
    let script = script(seed, session, base);
    let start = session.start + 3 * MINUTE + 21 * SECOND + 417;
    let mut cars = Vec::new();
    let mut not_started = vec![false; roster.len()];
    let places = grid.len();
    for (place, &driver) in grid.iter().enumerate() {
        let who = random::text(roster[driver].acronym);
        let mut rng = Rng::new(&[seed, session.key as u64, who, 4]);
        let absent = script.absent && place + 3 == places;
        // The first two on the grid always start, so there is a race.
        let chance = rng.one_in(180) && place > 1 && !script.penalties && !script.repairs;
        if chance || absent {
            not_started[driver] = true;
            continue;
        }
        cars.push(line_up(session, &script, driver, place, places, paces[driver], start, rng));
    }
    let mut field = Field {
        cars,
        rng: Rng::new(&[seed, session.key as u64, 31]),
        shares: sector_shares(session.place),
        base,
        planned: script.planned,
        calls: script.calls.clone(),
        rule: Rule::Green,
        troubles: Vec::new(),
        tail: start,
        head: 0,
        laps_to_lead: 0,
        through_lane: None,
        led: 0,
        pending: None,
        flag: None,
    };
    field.start(start, script.starts_behind_safety_car);
    field.play();
    let flag = field.flag.unwrap_or(start);
    let (troubles, planned) = (field.troubles, script.planned);
    let mut runs: Vec<Run> = vec![Run::default(); roster.len()];
    let mut retired = vec![false; roster.len()];
    for mut car in field.cars {
        car.run.stints.push(car.stint.clone());
        let laps = car.run.laps.last().map_or(0, |l| l.number);
        car.run.stints.retain(|s| s.first <= laps);
        retired[car.driver] = car.retired;
        runs[car.driver] = car.run;
    }
    for lap in runs.iter_mut().flat_map(|r| &mut r.laps) {
        lap.slow |= troubles.iter().any(|t| t.touches(lap));
    }
    let end = runs.iter().filter_map(|r| r.laps.last()).map(Lap::end).max().unwrap_or(session.end);
    for (driver, run) in roster.iter().zip(&mut runs) {
        let who = random::text(driver.acronym);
        delete_times(&mut Rng::new(&[seed, session.key as u64, who, 32]), run, end);
    }
    if session.kind == Kind::Race && session.place.location == "Barcelona" {
        hide_compounds(&grid, &mut runs);
    }
    let penalties = if script.penalties { penalties(&runs) } else { Vec::new() };
    let results = results(session, &script, &runs, &grid, &not_started, &retired, start, planned);
    let parts = vec![Part { start, end: flag, ending: Ending::Chequered, red: None }];
    Model { runs, results, grid, start, end, parts, troubles, penalties }
}

/// A car on the grid, with its plan.
#[allow(clippy::too_many_arguments)] // One call; a struct would not be clearer.
fn line_up(
    session: &Session,
    script: &Script,
    driver: usize,
    place: usize,
    places: usize,
    pace: f64,
    start: i64,
    mut rng: Rng,
) -> Car {
    let planned = script.planned;
    let fails_on = (place > 1 && rng.one_in(18)).then(|| rng.range(2, planned - 1));
    let stops = if session.kind == Kind::Sprint { 0 } else { [1, 2, 2, 1, 3][rng.range(0, 4) as usize] };
    let mut errands: Vec<(i64, Errand)> = (1..=stops)
        .map(|n| (planned * n / (stops + 1) + rng.range(-4, 4), Errand::Stop))
        .filter(|(lap, _)| (3..planned - 2).contains(lap))
        .collect();
    errands.dedup();
    let mut fails_on = fails_on;
    if script.penalties && (place == 4 || place == 7) {
        let errand = if place == 4 { Errand::DriveThrough } else { Errand::StopGo };
        let lap = planned * 2 / 5 + place as i64;
        errands.retain(|(stop, _)| (stop - lap).abs() > 4);
        errands.push((lap, errand));
        fails_on = None;
    }
    if script.repairs && (place + 2 == places || place + 5 == places) {
        let lap = planned / 3;
        errands.retain(|(stop, _)| *stop < lap - 2 || *stop > lap + 12);
        errands.push((lap, Errand::Garage));
        // One of the two continues.
        fails_on = (place + 5 == places).then_some(lap);
    }
    errands.sort_by_key(|(lap, _)| *lap);
    let age = rng.range(0, 3);
    let stint = Stint { first: 1, last: 1, compound: compound(&mut rng), age, told: Told::Known };
    Car {
        driver,
        rng,
        pace,
        run: Run::default(),
        state: State::Running,
        next: start,
        lap: Lap { number: 0, start, ..Lap::default() },
        free: 0.0,
        knots: Vec::new(),
        into: None,
        age,
        stint,
        errands,
        fails_on,
        retired: false,
    }
}

impl Field {
    /// Lights out, or the safety car leaves.
    fn start(&mut self, start: i64, behind_safety_car: bool) {
        if behind_safety_car {
            self.rule = Rule::Queue(None);
            self.laps_to_lead = 1;
            self.troubles.push(Neutral::new(Trouble::SafetyCar, start, Some(Restart::Rolling)));
        }
        for i in 0..self.cars.len() {
            self.cars[i].next_lap(start);
            self.prepare(i, i == 0);
            let car = &mut self.cars[i];
            car.lap.from_grid = true;
            // From a standing start, one row after the other.
            let off = start + 6_800 + i as i64 * 380;
            car.knots.push((0.02, off));
            self.go(i, off);
        }
        if let Some(first) = self.on_track().first() {
            self.head = if behind_safety_car { 0 } else { *first };
        }
    }
}

/// Deletes some times for leaving the track. In races this affects only the fastest lap.
fn delete_times(rng: &mut Rng, run: &mut Run, end: i64) {
    for lap in run.laps.iter_mut().filter(|l| !l.slow) {
        if rng.one_in(45) {
            let at = lap.end() + rng.range(15, 150) * SECOND;
            let left = lap.start + rng.range(10, 90) * lap.duration() / 100;
            if at < end {
                lap.deleted = Some(Deletion { at, turn: rng.range(1, 16), left });
            }
        }
    }
}

/// What the feed does not report about tyres: some compounds never, some too late.
fn hide_compounds(grid: &[usize], runs: &mut [Run]) {
    // Without a compound, only the age reveals another set, on both sides of the stint.
    let told_by_age = |stints: &[Stint]| {
        let mut pairs = stints.windows(2).take(2);
        pairs.all(|s| s[1].age.abs_diff(s[0].age + s[1].first - s[0].first) > 1)
    };
    let told = |d: &usize| runs[*d].stints.len() > 1 && told_by_age(&runs[*d].stints);
    let mut changed = grid.iter().copied().filter(told).collect::<Vec<_>>();
    changed.truncate(3);
    for (driver, told) in changed.into_iter().zip([Told::Late, Told::Never, Told::Null]) {
        if let Some(stint) = runs[driver].stints.get_mut(1) {
            stint.told = told;
        }
    }
}

/// When the stewards gave the penalties that were served.
fn penalties(runs: &[Run]) -> Vec<Penalty> {
    let mut found: Vec<Penalty> = Vec::new();
    for (driver, run) in runs.iter().enumerate() {
        let served = run.passages.iter().filter(|p| matches!(p.kind, Errand::DriveThrough | Errand::StopGo));
        found.extend(served.map(|p| Penalty { driver, kind: p.kind, at: p.entry - 170 * SECOND }));
    }
    found
}

#[allow(clippy::too_many_arguments)] // The inputs of a result.
fn results(
    session: &Session,
    script: &Script,
    runs: &[Run],
    grid: &[usize],
    not_started: &[bool],
    retired: &[bool],
    start: i64,
    planned: i64,
) -> Vec<Line> {
    let mut order: Vec<usize> = (0..runs.len()).collect();
    let finished = |d: usize| !not_started[d] && !retired[d];
    order.sort_by_key(|d| {
        let time = runs[*d].last_end().unwrap_or(i64::MAX);
        (not_started[*d], -runs[*d].completed(), time, grid.iter().position(|g| g == d))
    });
    // The fourth at the flag is found to have broken the rules afterwards.
    let excluded =
        script.disqualified.then(|| order.iter().copied().filter(|d| finished(*d)).nth(3)).flatten();
    if let Some(d) = excluded {
        order.retain(|o| *o != d);
        order.push(d);
    }
    let best = order.first().and_then(|d| runs[*d].last_end()).unwrap_or(start) - start;
    let scale: &[i64] = if session.kind == Kind::Sprint { &SPRINT_POINTS } else { &RACE_POINTS };
    let mut place = 0;
    order
        .iter()
        .map(|&d| {
            let laps = runs[d].completed();
            let dsq = excluded == Some(d);
            let dnf = retired[d];
            // A car that completed nine tenths of the race is classified without finishing.
            let classified = !dsq && (finished(d) || (dnf && laps * 10 >= planned * 9));
            place += i64::from(classified);
            let time = runs[d].last_end().unwrap_or(start) - start;
            Line {
                driver: d,
                position: classified.then_some(place),
                laps,
                timing: if !finished(d) || dsq {
                    Timing::None
                } else if laps == planned {
                    Timing::Time { duration: time, gap: time - best }
                } else {
                    Timing::Lapped(planned - laps)
                },
                points: if classified { scale.get(place as usize - 1).copied().unwrap_or(0) } else { 0 },
                dnf,
                dns: not_started[d],
                dsq,
            }
        })
        .collect()
}
