//! Practice and testing.

use super::{Ending, Errand, Lap, Line, Model, Part, Passage, Run, Stint, Timing, compound, sectors};
use crate::clock::SECOND;
use crate::generate::calendar::{Kind, Session};
use crate::generate::random::{self, Rng};
use crate::generate::roster::Driver;

/// Plays a practice or a day of testing.
pub(super) fn play(seed: u64, session: &Session, roster: &[Driver], paces: &[f64]) -> Model {
    let testing = session.kind == Kind::Testing;
    let outings: i64 = if testing { 6 } else { 3 };
    let mut runs: Vec<Run> = vec![Run::default(); roster.len()];
    let mut best = vec![None; roster.len()];
    for (d, driver) in roster.iter().enumerate() {
        let who = random::text(driver.acronym);
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
            dsq: false,
        })
        .collect();
    let end = runs.iter().filter_map(|r| r.laps.last()).map(Lap::end).max().unwrap_or(session.end);
    let parts = vec![Part { start: session.start, end: session.end, ending: Ending::Chequered }];
    Model {
        grid: (0..roster.len()).collect(),
        runs,
        results,
        start: session.start,
        end,
        parts,
        troubles: Vec::new(),
    }
}

/// Adds an out lap, timed laps with slow ones between, and an in lap. Gives the timed durations.
#[allow(clippy::too_many_arguments)] // One call from each of two places; a struct would say no more.
pub(super) fn outing(
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
    match run.passages.last_mut() {
        Some(passage) => passage.exit = Some(at),
        // In its garage since the session began.
        None => run.passages.push(Passage {
            kind: Errand::Garage,
            lap: 0,
            entry: session.start,
            exit: Some(at),
            standing: None,
            tyres: false,
        }),
    }
    let mut add = |run: &mut Run, duration: f64, out: bool, slow: bool, rng: &mut Rng| {
        let duration = duration as i64;
        let number = run.laps.last().map_or(0, |l| l.number) + 1;
        let sectors = sectors(session, duration, rng);
        run.laps.push(Lap { number, start: at, sectors, out, slow, complete: true, ..Lap::default() });
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
    run.stints.push(Stint { first, last, compound, age, unknown: false });
    if let Some(lap) = run.laps.last_mut() {
        lap.into_lane = true;
    }
    if let Some(passage) = run.passages.last_mut().filter(|p| p.lap > 0) {
        passage.tyres = true;
    }
    run.passages.push(Passage {
        kind: Errand::Garage,
        lap: last,
        entry: end - 4_000,
        exit: None,
        standing: None,
        tyres: false,
    });
    times
}
