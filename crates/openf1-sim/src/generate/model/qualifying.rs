//! Qualifying in three parts.

use super::outing::{End, Outing};
use super::practice::deletion;
use super::run::{Lap, Run};
use super::session::{Ending, Line, Model, Part, Red, Timing};
use crate::clock::{MINUTE, SECOND};
use crate::generate::calendar::{Kind, Session};
use crate::generate::random::{self, Rng};
use crate::generate::roster::Driver;

/// Seconds into a part at which it is stopped, and seconds until it resumes, by location.
fn stopped(session: &Session, phase: usize) -> Option<(i64, Option<i64>)> {
    match (session.kind, session.place.location, phase) {
        (Kind::Qualifying, "Suzuka", 0) => Some((431, Some(370))),
        (Kind::Qualifying, "Barcelona", 1) => Some((262, Some(415))),
        (Kind::Qualifying, "Baku", 0) => Some((752, None)),
        (Kind::Qualifying, "Mexico City", 1) => Some((604, None)),
        (Kind::Qualifying, "São Paulo", 2) => Some((493, None)),
        (Kind::SprintQualifying, "Miami", 0) => Some((483, None)),
        _ => None,
    }
}

/// A qualifying in progress.
struct Play<'a> {
    session: &'a Session,
    roster: &'a [Driver],
    runs: Vec<Run>,
    best: Vec<[Option<i64>; 3]>,
    /// Cars that can take no further part.
    crashed: Vec<bool>,
}

/// Simulates a qualifying.
pub(super) fn play(seed: u64, session: &Session, roster: &[Driver], paces: &[f64]) -> Model {
    let sprint = session.kind == Kind::SprintQualifying;
    let lengths: [i64; 3] = if sprint { [12, 10, 8] } else { [18, 15, 12] };
    let pause = if sprint { 7 } else { 8 };
    // Five cars are eliminated in each of two phases; six of 22.
    let n = roster.len();
    let through = [n, n - (n - 10) / 2, 10];
    let mut play = Play {
        session,
        roster,
        runs: vec![Run::default(); n],
        best: vec![[None; 3]; n],
        crashed: vec![false; n],
    };
    let mut order: Vec<usize> = (0..n).collect();
    let mut at = session.start;
    let mut parts = Vec::new();
    for phase in 0..3 {
        let length = lengths[phase] * MINUTE;
        let red = stopped(session, phase).map(|(after, pause)| {
            let from = at + after * SECOND;
            Red { from, resume: pause.map(|s| from + s * SECOND) }
        });
        // The clock is stopped until the part resumes.
        let stood = red.and_then(|r| Some(r.resume? - r.from)).unwrap_or(0);
        let until = at + length + stood;
        let (end, ending) = match red {
            Some(Red { from, resume: None }) => (from, Ending::Red),
            _ => (until, Ending::Chequered),
        };
        for &d in &order[..through[phase]] {
            let who = random::text(roster[d].acronym);
            let mut rng = Rng::new(&[seed, session.key as u64, who, 10 + phase as u64]);
            let push =
                session.place.lap_ms as f64 * (1.0 + paces[d] / 1000.0) * (1.0 - phase as f64 * 0.0025)
                    + rng.around(160.0);
            play.part(d, phase, at, length, until, push, red, &mut rng);
        }
        play.rank(&mut order[..through[phase]], phase, at);
        let next = end + pause * MINUTE;
        if phase == 0 && (session.kind, session.place.location) == (Kind::Qualifying, "Monaco") {
            play.delete_late(&order, through[1], next);
        }
        parts.push(Part { start: at, end, ending, red });
        at = next;
    }
    // Found underweight afterwards.
    let excluded = (session.kind, session.place.location) == (Kind::Qualifying, "Austin");
    let excluded = excluded.then(|| order.remove(5));
    order.extend(excluded);
    play.result(order, excluded, parts)
}

impl Play<'_> {
    /// One part of one driver: two outings with a timed lap each.
    #[allow(clippy::too_many_arguments)] // One call; a struct would not be clearer.
    fn part(
        &mut self,
        d: usize,
        phase: usize,
        at: i64,
        length: i64,
        until: i64,
        push: f64,
        red: Option<Red>,
        rng: &mut Rng,
    ) {
        let sprint = self.session.kind == Kind::SprintQualifying;
        let before = self.runs[d].laps.len();
        for half in 0..2 {
            let mut from = at + half * length / 2 + rng.range(8, 100) * SECOND / 2 + rng.range(0, 999);
            if let Some(Red { from: red, resume: Some(resume) }) = red
                && from >= red
            {
                from += resume - red;
            }
            if self.crashed[d] {
                break;
            }
            let careless = !self.crashed.contains(&true);
            let compound = if sprint && phase < 2 { "MEDIUM" } else { "SOFT" };
            let session = self.session;
            let outing = Outing { session, at: from, push, timed: 1, until, compound, red, careless };
            self.crashed[d] = outing.drive(&mut self.runs[d], rng) == End::Crashed;
        }
        let mut timed: Vec<&mut Lap> =
            self.runs[d].laps[before..].iter_mut().filter(|l| l.counts(false)).collect();
        if timed.len() > 1 && rng.one_in(6) {
            let at = rng.range(0, timed.len() as i64 - 1) as usize;
            timed[at].deleted = Some(deletion(rng, timed[at]));
        }
        self.best[d][phase] = timed.iter().filter(|l| l.counts(false)).map(|l| l.duration()).min();
    }

    fn rank(&self, order: &mut [usize], phase: usize, at: i64) {
        order.sort_by_key(|d| {
            let time = self.best[*d][phase].unwrap_or(i64::MAX);
            (time, self.runs[*d].first_with(time, at), self.roster[*d].number)
        });
    }

    /// Deletes the best time of a driver while the next part runs; his other time is still good enough to
    /// advance.
    fn delete_late(&mut self, order: &[usize], through: usize, next: i64) {
        for &d in order {
            let mut timed: Vec<(i64, usize)> = (0..self.runs[d].laps.len())
                .filter(|i| self.runs[d].laps[*i].counts(false))
                .map(|i| (self.runs[d].laps[i].duration(), i))
                .collect();
            timed.sort_unstable();
            let [(_, best), (second, _), ..] = timed[..] else {
                continue;
            };
            let ahead = order.iter().filter(|o| self.best[**o][0].is_some_and(|b| b <= second)).count();
            if ahead < through {
                let lap = &mut self.runs[d].laps[best];
                let mut deletion = deletion(&mut Rng::new(&[lap.start as u64, 11]), lap);
                deletion.at = next + 95 * SECOND;
                lap.deleted = Some(deletion);
                self.best[d][0] = Some(second);
                return;
            }
        }
    }

    fn result(self, order: Vec<usize>, excluded: Option<usize>, parts: Vec<Part>) -> Model {
        let Self { session, runs, mut best, .. } = self;
        if let Some(d) = excluded {
            best[d] = [None; 3];
        }
        let first: Vec<Option<i64>> = (0..3).map(|p| best.iter().filter_map(|b| b[p]).min()).collect();
        let results = order
            .iter()
            .zip(1..)
            .map(|(&driver, place)| Line {
                driver,
                position: (excluded != Some(driver)).then_some(place),
                laps: runs[driver].completed(),
                timing: Timing::Phases {
                    best: best[driver],
                    gap: [0, 1, 2].map(|p| best[driver][p].zip(first[p]).map(|(b, first)| b - first)),
                },
                dsq: excluded == Some(driver),
                ..Line::default()
            })
            .collect();
        let end = runs.iter().filter_map(|r| r.laps.last()).map(Lap::end).max().unwrap_or(session.end);
        Model {
            grid: (0..runs.len()).collect(),
            runs,
            results,
            start: session.start,
            end,
            parts,
            ..Model::default()
        }
    }
}
