//! An outing: out of the garage, some laps, and in again, in practice and qualifying.

use super::run::{Lap, Passage, Run, Stint, Told};
use super::sectors::sectors;
use super::session::Red;
use crate::clock::SECOND;
use crate::generate::calendar::Session;
use crate::generate::random::Rng;

/// A driver's plan for an outing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outing<'a> {
    pub(super) session: &'a Session,
    pub(super) at: i64,
    /// Milliseconds of a timed lap, with a small margin.
    pub(super) push: f64,
    /// Number of timed laps.
    pub(super) timed: usize,
    /// No timed lap begins after this.
    pub(super) until: i64,
    pub(super) compound: &'static str,
    pub(super) red: Option<Red>,
    /// Whether this driver causes a coming red flag.
    pub(super) careless: bool,
}

/// How an outing ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Done,
    /// A red flag brought the car in.
    CalledIn,
    /// The car stopped on track.
    Crashed,
}

/// An outing in progress.
struct Tour<'a> {
    outing: Outing<'a>,
    run: &'a mut Run,
    at: i64,
}

impl Tour<'_> {
    /// Adds a lap. A red flag makes it the last one.
    fn lap(&mut self, duration: f64, out: bool, slow: bool, into_lane: bool, rng: &mut Rng) -> End {
        let mut end = End::Done;
        let mut duration = duration as i64;
        if let Some(red) = self.outing.red.filter(|r| self.at < r.from && r.from < self.at + duration) {
            let done = red.from - self.at;
            if self.outing.careless && done > 15_000 {
                (end, duration) = (End::Crashed, done - 5_000);
            } else {
                end = End::CalledIn;
                duration = done + ((duration - done) as f64 * 1.6) as i64;
            }
        }
        let number = self.run.laps.last().map_or(0, |l| l.number) + 1;
        self.run.laps.push(Lap {
            number,
            start: self.at,
            sectors: sectors(self.outing.session, duration, rng),
            out,
            slow: slow || end != End::Done,
            into_lane: end == End::CalledIn || (into_lane && end == End::Done),
            complete: end != End::Crashed,
            ..Lap::default()
        });
        self.at += duration;
        end
    }

    /// Drives out, round and in again.
    fn laps(&mut self, rng: &mut Rng) -> End {
        let lap_ms = self.outing.session.place.lap_ms as f64;
        let mut end = self.lap(lap_ms * (1.22 + rng.unit() * 0.12), true, true, false, rng);
        for n in 0..self.outing.timed {
            if end != End::Done || self.at > self.outing.until {
                break;
            }
            end = self.lap(self.outing.push + rng.unit() * 380.0, false, false, false, rng);
            if end == End::Done && n + 1 < self.outing.timed && rng.one_in(3) {
                end = self.lap(lap_ms * (1.3 + rng.unit() * 0.2), false, true, false, rng);
            }
        }
        if end == End::Done {
            end = self.lap(lap_ms * (1.25 + rng.unit() * 0.2), false, true, true, rng);
        }
        end
    }
}

impl Outing<'_> {
    /// Adds the laps of an outing to a run; none when it is too late, or the session is stopped before and
    /// not resumed.
    pub(super) fn drive(mut self, run: &mut Run, rng: &mut Rng) -> End {
        // A car cannot leave before it has come in.
        let home = run.laps.last().map_or(0, Lap::end) + 40 * SECOND;
        self.at = self.at.max(home);
        match self.red {
            Some(Red { from, resume: Some(resume) }) if (from..resume).contains(&self.at) => {
                self.at = resume + rng.range(5_000, 60_000);
            }
            Some(Red { from, resume: None }) if self.at >= from - 5_000 => return End::CalledIn,
            _ => {}
        }
        // Too late for a timed lap.
        if self.at + self.session.place.lap_ms * 135 / 100 > self.until {
            return End::Done;
        }
        let first = run.laps.last().map_or(0, |l| l.number) + 1;
        match run.passages.last_mut() {
            Some(passage) => (passage.exit, passage.tyres) = (Some(self.at), passage.lap > 0),
            // In the garage since the session began.
            None => run.passages.push(Passage::garage(0, self.session.start, Some(self.at))),
        }
        let mut tour = Tour { outing: self, run, at: self.at };
        let end = tour.laps(rng);
        let home = tour.at;
        let last = run.laps.last().map_or(first, |l| l.number);
        let mut age = if run.stints.is_empty() { 0 } else { rng.range(0, 4) };
        if let Some(worn) = run.stints.last().filter(|s| s.compound == self.compound).map(Stint::worn)
            && age.abs_diff(worn) < 2
        {
            // Another set, because otherwise the stints could not be told apart.
            age = worn + 2;
        }
        run.stints.push(Stint { first, last, compound: self.compound, age, told: Told::Known });
        if end != End::Crashed {
            run.passages.push(Passage::garage(last, home - 4_000, None));
        }
        end
    }
}
