//! Practice and testing.

use super::outing::{End, Outing};
use super::run::{Deletion, Lap, Run, Told, compound};
use super::session::{Ending, Line, Model, Part, Red, Timing};
use crate::clock::{MINUTE, SECOND};
use crate::generate::calendar::{Kind, Session};
use crate::generate::random::{self, Rng};
use crate::generate::roster::Driver;

/// Red flags of practice by location. The clock keeps running.
fn red(session: &Session) -> Option<Red> {
    let from = |minutes: i64| session.start + minutes * MINUTE + 17 * SECOND;
    match (session.place.location, session.name) {
        ("Montréal", "Practice 1") => Some(Red { from: from(21), resume: Some(from(30)) }),
        ("Las Vegas", "Practice 1") => Some(Red { from: from(47), resume: None }),
        _ => None,
    }
}

/// Simulates a practice or a day of testing.
pub(super) fn play(seed: u64, session: &Session, roster: &[Driver], paces: &[f64]) -> Model {
    let testing = session.kind == Kind::Testing;
    let outings: i64 = if testing { 6 } else { 3 };
    let red = red(session);
    let mut runs: Vec<Run> = vec![Run::default(); roster.len()];
    let mut crashed = false;
    for (d, driver) in roster.iter().enumerate() {
        let who = random::text(driver.acronym);
        let mut rng = Rng::new(&[seed, session.key as u64, who, 20]);
        let long = (session.end - session.start) / outings;
        for n in 0..outings {
            let outing = Outing {
                session,
                at: session.start + n * long + rng.range(5_000, long / 6),
                push: session.place.lap_ms as f64 * (1.012 + paces[d] / 1000.0 - n as f64 * 0.002)
                    + rng.around(500.0),
                timed: if testing { rng.range(7, 13) } else { rng.range(2, 4) } as usize,
                until: session.end,
                compound: if n + 1 == outings { "SOFT" } else { compound(&mut rng) },
                red,
                careless: !crashed,
            };
            if outing.drive(&mut runs[d], &mut rng) == End::Crashed {
                crashed = true;
                break;
            }
        }
        delete_times(&mut rng, &mut runs[d]);
        if testing && let Some(stint) = runs[d].stints.first_mut() {
            stint.told = Told::Never;
        }
    }
    if (session.place.location, session.name) == ("Barcelona", "Practice 1") {
        repeat_a_lap(&mut runs);
    }
    let best: Vec<Option<i64>> =
        runs.iter().map(|run| run.laps.iter().filter(|l| l.counts(false)).map(Lap::duration).min()).collect();
    let mut order: Vec<usize> = (0..roster.len()).collect();
    order.sort_by_key(|d| {
        let time = best[*d].unwrap_or(i64::MAX);
        (time, runs[*d].first_with(time, session.start), roster[*d].number)
    });
    let first = order.first().and_then(|d| best[*d]).unwrap_or(0);
    let results = order
        .iter()
        .zip(1..)
        .map(|(&driver, place)| Line {
            driver,
            position: Some(place),
            laps: runs[driver].completed(),
            timing: best[driver].map_or(Timing::None, |b| Timing::Time { duration: b, gap: b - first }),
            ..Line::default()
        })
        .collect();
    let end = runs.iter().filter_map(|r| r.laps.last()).map(Lap::end).max().unwrap_or(session.end);
    let (over, ending) = match red {
        Some(Red { from, resume: None }) => (from, Ending::Red),
        _ => (session.end, Ending::Chequered),
    };
    let parts = vec![Part { start: session.start, end: over, ending, red }];
    Model {
        grid: (0..roster.len()).collect(),
        runs,
        results,
        start: session.start,
        end,
        parts,
        ..Model::default()
    }
}

/// Deletes some times for leaving the track, but not all of a driver's.
fn delete_times(rng: &mut Rng, run: &mut Run) {
    let mut left = run.laps.iter().filter(|l| l.counts(false)).count();
    for lap in run.laps.iter_mut().filter(|l| l.counts(false)) {
        if left > 2 && rng.one_in(25) {
            left -= 1;
            lap.deleted = Some(deletion(rng, lap));
        }
    }
}

/// A deletion of a lap's time, a minute or two later.
pub(super) fn deletion(rng: &mut Rng, lap: &Lap) -> Deletion {
    Deletion {
        at: lap.end() + rng.range(15, 110) * SECOND,
        turn: rng.range(1, 16),
        left: lap.start + rng.range(10, 90) * lap.duration() / 100,
    }
}

/// On a slow lap between two timed ones, the feed repeats the time and third sector of the previous lap.
fn repeat_a_lap(runs: &mut [Run]) {
    for run in runs {
        let slow = run.laps.windows(2).position(|two| {
            let [timed, slow] = two else {
                return false;
            };
            timed.counts(false) && slow.slow && slow.complete && !slow.out && !slow.into_lane
        });
        if let Some(at) = slow {
            run.laps[at + 1].repeats = Some(run.laps[at].number);
            return;
        }
    }
}
