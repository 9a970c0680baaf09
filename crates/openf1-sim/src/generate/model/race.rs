//! Races and sprints.

use super::{Ending, Errand, Lap, Line, Model, Part, Passage, Run, Stint, Timing, compound, sectors};
use crate::clock::{MINUTE, SECOND};
use crate::generate::calendar::{Kind, Session};
use crate::generate::random::{self, Rng};
use crate::generate::roster::Driver;

const RACE_POINTS: [i64; 10] = [25, 18, 15, 12, 10, 8, 6, 4, 2, 1];
const SPRINT_POINTS: [i64; 8] = [8, 7, 6, 5, 4, 3, 2, 1];

/// Plays a race or a sprint.
pub(super) fn play(
    seed: u64,
    session: &Session,
    roster: &[Driver],
    paces: &[f64],
    grid: Vec<usize>,
) -> Model {
    let base = session.place.lap_ms as f64 * 1.045;
    let sprint = session.kind == Kind::Sprint;
    // About 82 minutes, a sprint a third of it.
    let planned = (if sprint { 1_640_000.0 } else { 4_880_000.0 } / base) as i64;
    let start = session.start + 3 * MINUTE + 21 * SECOND + 417;
    let mut runs: Vec<Run> = vec![Run::default(); roster.len()];
    let mut out_of_race: Vec<Option<i64>> = vec![None; roster.len()];
    let mut not_started = vec![false; roster.len()];
    for (place, &d) in grid.iter().enumerate() {
        let who = random::text(roster[d].acronym);
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
        let mut stint = Stint { first: 1, last: planned, compound: compound(&mut rng), age, unknown: false };
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
                into_lane: stopping && !stopped,
                from_grid: number == 1,
                slow: out || stopping || number == 1,
                complete: !stopped,
                ..Lap::default()
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
                run.passages.push(Passage {
                    kind: Errand::Stop,
                    lap: number,
                    entry: at - 2_900,
                    exit: Some(at - 2_900 + lane),
                    standing: Some(standing),
                    tyres: true,
                });
                stint.last = number;
                run.stints.push(stint.clone());
                let new_age = if rng.one_in(5) { rng.range(1, 6) } else { 0 };
                let next = ["HARD", "MEDIUM", "HARD", "SOFT"][rng.range(0, 3) as usize];
                age = new_age;
                stint =
                    Stint { first: number + 1, last: planned, compound: next, age: new_age, unknown: false };
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
            run.passages.retain(|p| p.lap < laps);
            run.laps[last].into_lane = false;
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
                dsq: false,
            }
        })
        .collect();
    let end = runs.iter().filter_map(|r| r.laps.last()).map(Lap::end).max().unwrap_or(session.end);
    let parts = vec![Part { start, end: flag, ending: Ending::Chequered }];
    Model { runs, results, grid, start, end, parts, troubles: Vec::new() }
}
