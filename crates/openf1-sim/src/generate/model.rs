//! What happened in a session: laps, stops, stints and the result. All times are whole milliseconds,
//! so sums are exact.

use super::calendar::{Kind, Place, Session};
use super::random::{Rng, mix};
use super::roster::Driver;
use crate::clock::{MINUTE, SECOND};

/// One lap of a driver.
#[derive(Debug, Clone)]
pub(crate) struct Lap {
    pub(crate) number: i64,
    pub(crate) start: i64,
    pub(crate) sectors: [i64; 3],
    /// Out of the pits.
    pub(crate) out: bool,
    /// Into the pits or slow: no time to be judged by.
    pub(crate) slow: bool,
    /// False for the lap on which the car stopped.
    pub(crate) complete: bool,
}

impl Lap {
    pub(crate) fn duration(&self) -> i64 {
        self.sectors.iter().sum()
    }

    pub(crate) fn end(&self) -> i64 {
        self.start + self.duration()
    }
}

/// A visit to the pits.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    pub(crate) lap: i64,
    pub(crate) at: i64,
    pub(crate) lane: Option<i64>,
    pub(crate) standing: i64,
}

/// Laps on one set of tyres.
#[derive(Debug, Clone)]
pub(crate) struct Stint {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) compound: &'static str,
    pub(crate) age: i64,
}

/// One driver's session.
#[derive(Debug, Clone, Default)]
pub(crate) struct Run {
    pub(crate) laps: Vec<Lap>,
    pub(crate) stops: Vec<Stop>,
    pub(crate) stints: Vec<Stint>,
}

impl Run {
    /// End of the first lap with this time that began at or after a moment: of equal times it is ahead.
    fn first_with(&self, duration: i64, from: i64) -> i64 {
        let laps =
            self.laps.iter().filter(|lap| lap.start >= from && !lap.slow && lap.duration() == duration);
        laps.map(Lap::end).min().unwrap_or(i64::MAX)
    }

    fn completed(&self) -> i64 {
        self.laps.iter().filter(|l| l.complete).count() as i64
    }
}

/// How a result is measured.
#[derive(Debug, Clone)]
pub(crate) enum Timing {
    /// Time and gap to the first.
    Time {
        duration: i64,
        gap: i64,
    },
    /// So many laps behind.
    Lapped(i64),
    /// Best of each qualifying phase, and gaps to the best of the phase.
    Phases {
        best: [Option<i64>; 3],
        gap: [Option<i64>; 3],
    },
    None,
}

/// A line of the result.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// Place in the roster.
    pub(crate) driver: usize,
    /// None when not classified.
    pub(crate) position: Option<i64>,
    pub(crate) laps: i64,
    pub(crate) timing: Timing,
    pub(crate) points: i64,
    pub(crate) dnf: bool,
    pub(crate) dns: bool,
}

/// A whole session.
#[derive(Debug)]
pub(crate) struct Model {
    /// By place in the roster.
    pub(crate) runs: Vec<Run>,
    /// In order of position.
    pub(crate) results: Vec<Line>,
    /// Roster places from the first of the grid on.
    pub(crate) grid: Vec<usize>,
    /// When the race started, or the session.
    pub(crate) start: i64,
    /// When the last car stopped.
    pub(crate) end: i64,
    /// Start and end of each part of qualifying; none in other sessions.
    pub(crate) parts: Vec<(i64, i64)>,
}

impl Model {
    /// Number of the part of qualifying at a time: the last that had begun.
    pub(crate) fn part_at(&self, t: i64) -> Option<usize> {
        (!self.parts.is_empty()).then(|| self.parts.iter().filter(|(start, _)| *start <= t).count().max(1))
    }

    /// Roster places in the order of the result.
    pub(crate) fn order(&self) -> Vec<usize> {
        self.results.iter().map(|l| l.driver).collect()
    }
}

const RACE_POINTS: [i64; 10] = [25, 18, 15, 12, 10, 8, 6, 4, 2, 1];
const SPRINT_POINTS: [i64; 8] = [8, 7, 6, 5, 4, 3, 2, 1];

/// How much slower than the best car a driver is, in thousandths, this session.
fn pace(seed: u64, session: &Session, driver: &Driver) -> f64 {
    let who = super::random::text(driver.acronym);
    let team = super::random::text(driver.team.name);
    let year = session.year as u64;
    let of_team = f64::from(driver.team.slow) + Rng::new(&[seed, year, team, 1]).unit() * 2.0;
    let of_driver = Rng::new(&[seed, year, who, 2]).unit() * 4.0;
    let of_day = Rng::new(&[seed, session.key as u64, who, 3]).around(2.5);
    of_team + of_driver + of_day + 2.0
}

/// Parts of a lap's time that the first two sectors of a circuit take.
pub(crate) fn sector_shares(place: &Place) -> [f64; 2] {
    let shape = mix(&[place.circuit_key as u64, 5]);
    [0.27 + (shape % 100) as f64 / 1000.0, 0.36 + (shape / 100 % 80) as f64 / 1000.0]
}

/// Splits a lap into sectors that add up to it.
fn sectors(session: &Session, duration: i64, rng: &mut Rng) -> [i64; 3] {
    let [one, two] = sector_shares(session.place).map(|share| share + rng.around(0.003));
    let first = (duration as f64 * one) as i64;
    let second = (duration as f64 * two) as i64;
    [first, second, duration - first - second]
}

/// Plays a session. `grid` is the order of the qualifying, for races.
pub(crate) fn simulate(seed: u64, session: &Session, roster: &[Driver], grid: Option<Vec<usize>>) -> Model {
    let paces: Vec<f64> = roster.iter().map(|d| pace(seed, session, d)).collect();
    match session.kind {
        Kind::Race | Kind::Sprint => {
            let grid = grid.unwrap_or_else(|| (0..roster.len()).collect());
            race(seed, session, roster, &paces, grid)
        }
        Kind::Qualifying | Kind::SprintQualifying => qualifying(seed, session, roster, &paces),
        Kind::Practice | Kind::Testing => practice(seed, session, roster, &paces),
    }
}

fn compound(rng: &mut Rng) -> &'static str {
    ["SOFT", "MEDIUM", "HARD"][rng.range(0, 2) as usize]
}

fn race(seed: u64, session: &Session, roster: &[Driver], paces: &[f64], grid: Vec<usize>) -> Model {
    let base = session.place.lap_ms as f64 * 1.045;
    let sprint = session.kind == Kind::Sprint;
    // About 82 minutes, a sprint a third of it.
    let planned = (if sprint { 1_640_000.0 } else { 4_880_000.0 } / base) as i64;
    let start = session.start + 3 * MINUTE + 21 * SECOND + 417;
    let mut runs: Vec<Run> = vec![Run::default(); roster.len()];
    let mut out_of_race: Vec<Option<i64>> = vec![None; roster.len()];
    let mut not_started = vec![false; roster.len()];
    for (place, &d) in grid.iter().enumerate() {
        let who = super::random::text(roster[d].acronym);
        let mut rng = Rng::new(&[seed, session.key as u64, who, 4]);
        // The first two of the grid always start: there is a race.
        if place > 1 && rng.one_in(180) {
            not_started[d] = true;
            continue;
        }
        if place > 1 && rng.one_in(14) {
            out_of_race[d] = Some(rng.range(1, planned - 1));
        }
        let stops = if sprint { 0 } else { [1, 2, 2, 1, 3][rng.range(0, 4) as usize] };
        let mut stop_laps: Vec<i64> = (1..=stops)
            .map(|n| planned * n / (stops + 1) + rng.range(-4, 4))
            .filter(|l| (3..planned - 2).contains(l))
            .collect();
        stop_laps.dedup();
        let run = &mut runs[d];
        let (mut at, mut age, mut out, mut lane_left) = (start, rng.range(0, 3), false, 0);
        let mut stint = Stint { first: 1, last: planned, compound: compound(&mut rng), age };
        for number in 1..=planned {
            let fuel = (planned - number) as f64 * 28.0;
            // Traffic makes slow cars slower still: some are lapped.
            let mut duration =
                (base * (1.0 + paces[d] * 1.4 / 1000.0) + fuel + age as f64 * 38.0 + rng.around(420.0))
                    as i64;
            // Time lost in the first sector and in the last. Cold tyres cost some of it all around the lap.
            let (mut early, mut late) = ((lane_left - 4_500).max(0), 0);
            duration += lane_left - early;
            lane_left = 0;
            if number == 1 {
                // From a standstill, one row after the other.
                early += 5_400 + place as i64 * 380;
            }
            let stopping = stop_laps.contains(&number);
            if stopping {
                late += 3_200;
            }
            duration += early + late;
            let stopped = out_of_race[d] == Some(number);
            if stopped {
                // Somewhere on the lap.
                duration = duration * rng.range(10, 90) / 100;
                (early, late) = (0, 0);
            }
            let mut sectors = sectors(session, duration - early - late, &mut rng);
            sectors[0] += early;
            sectors[2] += late;
            run.laps.push(Lap {
                number,
                start: at,
                sectors,
                out,
                slow: out || stopping || number == 1,
                complete: !stopped,
            });
            at += duration;
            age += 1;
            out = false;
            if stopped {
                stint.last = number;
                break;
            }
            if stopping {
                let lane = rng.range(20_500, 26_500);
                let standing = rng.range(20, 45) * 100;
                lane_left = lane - 3_200;
                run.stops.push(Stop { lap: number, at: at - 2_900, lane: Some(lane), standing });
                stint.last = number;
                run.stints.push(stint.clone());
                let new_age = if rng.one_in(5) { rng.range(1, 6) } else { 0 };
                let next = ["HARD", "MEDIUM", "HARD", "SOFT"][rng.range(0, 3) as usize];
                age = new_age;
                stint = Stint { first: number + 1, last: planned, compound: next, age: new_age };
                out = true;
            }
        }
        run.stints.push(stint);
    }
    // The flag falls when the first has done all laps; the others finish the lap they are on.
    let flag = runs
        .iter()
        .filter(|r| r.completed() == planned)
        .filter_map(|r| r.laps.last().map(Lap::end))
        .min()
        .unwrap_or(start);
    for run in &mut runs {
        if let Some(last) = run.laps.iter().position(|l| l.end() >= flag) {
            run.laps.truncate(last + 1);
            let laps = run.laps[last].number;
            run.stops.retain(|s| s.lap < laps);
            run.stints.retain(|s| s.first <= laps);
            if let Some(stint) = run.stints.last_mut() {
                stint.last = laps;
            }
        }
    }
    let mut order: Vec<usize> = (0..roster.len()).collect();
    let key = |d: &usize| {
        let run: &Run = &runs[*d];
        let laps = run.completed();
        let time = run.laps.iter().rfind(|l| l.complete).map_or(i64::MAX, Lap::end);
        let place = grid.iter().position(|g| g == d);
        (not_started[*d], -laps, time, place)
    };
    order.sort_by_key(key);
    let best = order.first().map_or(0, |d| runs[*d].laps.last().map_or(0, Lap::end) - start);
    let results = order
        .iter()
        .enumerate()
        .map(|(i, &d)| {
            let laps = runs[d].completed();
            let finished = runs[d].laps.last().is_some_and(|l| l.complete);
            let dnf = !finished && !not_started[d];
            // Who has done nine tenths of the race is classified without finishing.
            let classified = finished || (dnf && laps * 10 >= planned * 9);
            let time = runs[d].laps.last().map_or(0, Lap::end) - start;
            let points = if !classified {
                0
            } else if sprint {
                SPRINT_POINTS.get(i).copied().unwrap_or(0)
            } else {
                RACE_POINTS.get(i).copied().unwrap_or(0)
            };
            Line {
                driver: d,
                position: classified.then_some(i as i64 + 1),
                laps,
                timing: if !finished {
                    Timing::None
                } else if laps == planned {
                    Timing::Time { duration: time, gap: time - best }
                } else {
                    Timing::Lapped(planned - laps)
                },
                points,
                dnf,
                dns: not_started[d],
            }
        })
        .collect();
    let end = runs.iter().filter_map(|r| r.laps.last()).map(Lap::end).max().unwrap_or(session.end);
    Model { runs, results, grid, start, end, parts: Vec::new() }
}

/// Adds an out lap, timed laps with slow ones between, and an in lap. Gives the timed durations.
#[allow(clippy::too_many_arguments)] // One call from each of two places; a struct would say no more.
fn outing(
    session: &Session,
    run: &mut Run,
    rng: &mut Rng,
    mut at: i64,
    push: f64,
    timed: usize,
    until: i64,
    compound: &'static str,
) -> Vec<i64> {
    let lap_ms = session.place.lap_ms as f64;
    let first = run.laps.last().map_or(0, |l| l.number) + 1;
    let mut times = Vec::new();
    let mut add = |run: &mut Run, duration: f64, out: bool, slow: bool, rng: &mut Rng| {
        let duration = duration as i64;
        let number = run.laps.last().map_or(0, |l| l.number) + 1;
        let sectors = sectors(session, duration, rng);
        run.laps.push(Lap { number, start: at, sectors, out, slow, complete: true });
        at += duration;
        (at, duration)
    };
    add(run, lap_ms * (1.22 + rng.unit() * 0.12), true, true, rng);
    for n in 0..timed {
        let (end, duration) = add(run, push + rng.unit() * 380.0, false, false, rng);
        times.push(duration);
        if end > until {
            break;
        }
        if n + 1 < timed && rng.one_in(3) {
            add(run, lap_ms * (1.3 + rng.unit() * 0.2), false, true, rng);
        }
    }
    let (end, _) = add(run, lap_ms * (1.25 + rng.unit() * 0.2), false, true, rng);
    let last = run.laps.last().map_or(first, |l| l.number);
    let age = if run.stints.is_empty() { 0 } else { rng.range(0, 4) };
    run.stints.push(Stint { first, last, compound, age });
    run.stops.push(Stop { lap: last, at: end - 4_000, lane: None, standing: 0 });
    times
}

fn qualifying(seed: u64, session: &Session, roster: &[Driver], paces: &[f64]) -> Model {
    let sprint = session.kind == Kind::SprintQualifying;
    let lengths: [i64; 3] = if sprint { [12, 10, 8] } else { [18, 15, 12] };
    let pause = if sprint { 7 } else { 8 };
    // Five fall out of each of two phases, of 22 six.
    let n = roster.len();
    let through = [n, n - (n - 10) / 2, 10];
    let mut runs: Vec<Run> = vec![Run::default(); n];
    let mut best: Vec<[Option<i64>; 3]> = vec![[None; 3]; n];
    let mut order: Vec<usize> = (0..n).collect();
    let mut at = session.start;
    let mut parts = Vec::new();
    for phase in 0..3 {
        let until = at + lengths[phase] * MINUTE;
        parts.push((at, until));
        for &d in &order[..through[phase]] {
            let who = super::random::text(roster[d].acronym);
            let mut rng = Rng::new(&[seed, session.key as u64, who, 10 + phase as u64]);
            let push =
                session.place.lap_ms as f64 * (1.0 + paces[d] / 1000.0) * (1.0 - phase as f64 * 0.0025)
                    + rng.around(160.0);
            for half in 0..2 {
                let from = at + half * (until - at) / 2 + rng.range(8, 100) * SECOND / 2 + rng.range(0, 999);
                // Never out again before being in.
                let from = from.max(runs[d].laps.last().map_or(0, Lap::end) + 40 * SECOND);
                let compound = if sprint && phase < 2 { "MEDIUM" } else { "SOFT" };
                let times = outing(session, &mut runs[d], &mut rng, from, push, 1, until, compound);
                for time in times {
                    let slot = &mut best[d][phase];
                    *slot = Some(slot.map_or(time, |b| b.min(time)));
                }
            }
        }
        order[..through[phase]].sort_by_key(|d| {
            let time = best[*d][phase].unwrap_or(i64::MAX);
            (time, runs[*d].first_with(time, at), roster[*d].number)
        });
        at = until + pause * MINUTE;
    }
    let phase_best: Vec<Option<i64>> = (0..3).map(|p| best.iter().filter_map(|b| b[p]).min()).collect();
    let results = order
        .iter()
        .enumerate()
        .map(|(i, &d)| Line {
            driver: d,
            position: Some(i as i64 + 1),
            laps: runs[d].completed(),
            timing: Timing::Phases {
                best: best[d],
                gap: [0, 1, 2].map(|p| best[d][p].zip(phase_best[p]).map(|(b, first)| b - first)),
            },
            points: 0,
            dnf: false,
            dns: false,
        })
        .collect();
    let end = runs.iter().filter_map(|r| r.laps.last()).map(Lap::end).max().unwrap_or(session.end);
    Model { grid: (0..n).collect(), runs, results, start: session.start, end, parts }
}

fn practice(seed: u64, session: &Session, roster: &[Driver], paces: &[f64]) -> Model {
    let testing = session.kind == Kind::Testing;
    let outings: i64 = if testing { 6 } else { 3 };
    let mut runs: Vec<Run> = vec![Run::default(); roster.len()];
    let mut best = vec![None; roster.len()];
    for (d, driver) in roster.iter().enumerate() {
        let who = super::random::text(driver.acronym);
        let mut rng = Rng::new(&[seed, session.key as u64, who, 20]);
        let long = (session.end - session.start) / outings;
        for n in 0..outings {
            let push = session.place.lap_ms as f64 * (1.012 + paces[d] / 1000.0 - n as f64 * 0.002)
                + rng.around(500.0);
            let from = session.start + n * long + rng.range(5_000, long / 6);
            let from = from.max(runs[d].laps.last().map_or(0, Lap::end) + 60 * SECOND);
            let timed = if testing { rng.range(7, 13) } else { rng.range(2, 4) } as usize;
            let compound = if n + 1 == outings { "SOFT" } else { compound(&mut rng) };
            for time in outing(session, &mut runs[d], &mut rng, from, push, timed, session.end, compound) {
                best[d] = Some(best[d].map_or(time, |b: i64| b.min(time)));
            }
        }
    }
    let mut order: Vec<usize> = (0..roster.len()).collect();
    order.sort_by_key(|d| {
        let time = best[*d].unwrap_or(i64::MAX);
        (time, runs[*d].first_with(time, session.start), roster[*d].number)
    });
    let first = order.first().and_then(|d| best[*d]).unwrap_or(0);
    let results = order
        .iter()
        .enumerate()
        .map(|(i, &d)| Line {
            driver: d,
            position: Some(i as i64 + 1),
            laps: runs[d].completed(),
            timing: best[d].map_or(Timing::None, |b| Timing::Time { duration: b, gap: b - first }),
            points: 0,
            dnf: false,
            dns: false,
        })
        .collect();
    let end = runs.iter().filter_map(|r| r.laps.last()).map(Lap::end).max().unwrap_or(session.end);
    Model { grid: (0..roster.len()).collect(), runs, results, start: session.start, end, parts: Vec::new() }
}
