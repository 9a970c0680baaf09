//! One car of a running race.

use crate::generate::model::run::{Errand, Lap, Passage, Run, Stint, Told};
use crate::generate::random::Rng;

/// Milliseconds from the entry of the pit lane to the line.
pub(super) const ENTRY: i64 = 2_900;
/// Milliseconds lost before the line by entering the lane.
pub(super) const SLOWING: i64 = 3_200;
/// Fraction of a lap that runs beside the lane after the line.
pub(super) const BESIDE: f64 = 0.05;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// `next` is when it crosses the line.
    Running,
    /// `next` is when it leaves the pit lane.
    InLane,
    /// `next` is when it stops on track.
    Failing,
    Out,
}

/// A car in the running race.
#[derive(Debug)]
pub(super) struct Car {
    /// Index in the roster.
    pub(super) driver: usize,
    pub(super) rng: Rng,
    /// Thousandths slower than the best.
    pub(super) pace: f64,
    pub(super) run: Run,
    pub(super) state: State,
    pub(super) next: i64,
    /// The current lap.
    pub(super) lap: Lap,
    /// Duration of the lap on a free track.
    pub(super) free: f64,
    /// Progress round the lap at given times.
    pub(super) knots: Vec<(f64, i64)>,
    /// Why the lap ends in the pit lane.
    pub(super) into: Option<Errand>,
    pub(super) age: i64,
    pub(super) stint: Stint,
    /// Tasks in the pit lane, by the lap at whose end they are due.
    pub(super) errands: Vec<(i64, Errand)>,
    /// The lap on which it breaks down.
    pub(super) fails_on: Option<i64>,
    /// Withdrew or broke down.
    pub(super) retired: bool,
}

impl Car {
    /// Progress of the car round the lap.
    pub(super) fn progress(&self, t: i64) -> f64 {
        let after = self.knots.partition_point(|k| k.1 <= t);
        let Some(from) = after.checked_sub(1).and_then(|i| self.knots.get(i)) else {
            return 0.0;
        };
        match self.knots.get(after) {
            Some(to) => from.0 + (to.0 - from.0) * (t - from.1) as f64 / (to.1 - from.1).max(1) as f64,
            None => from.0,
        }
    }

    /// When the car reached this progress.
    fn time_at(&self, progress: f64) -> i64 {
        let after = self.knots.partition_point(|k| k.0 < progress).clamp(1, self.knots.len() - 1);
        let (from, to) = (self.knots[after - 1], self.knots[after]);
        from.1 + ((to.1 - from.1) as f64 * ((progress - from.0) / (to.0 - from.0)).clamp(0.0, 1.0)) as i64
    }

    /// Discards the plan after a moment.
    pub(super) fn forget_after(&mut self, t: i64) {
        let here = self.progress(t);
        self.knots.retain(|k| k.1 < t);
        self.knots.push((here, t));
    }

    /// Plans the crossing of the line. A car that enters the lane loses time at the end of the lap.
    pub(super) fn plan(&mut self, at: i64) {
        let from = self.knots.last().copied().unwrap_or((0.0, self.lap.start));
        self.state = State::Running;
        self.next = at;
        if self.into.is_some() && from.0 < 0.9 {
            let moving = (at - SLOWING - from.1) as f64;
            self.knots.push((0.93, from.1 + (moving * (0.93 - from.0) / (1.0 - from.0)) as i64));
        }
        self.knots.push((1.0, at));
    }

    /// Ends the lap at the car's position: at the line, or where it broke down.
    pub(super) fn end_lap(&mut self, shares: [f64; 2], complete: bool) {
        let jitter = [self.rng.around(0.003), self.rng.around(0.003)];
        let (start, end) = (self.lap.start, self.next);
        if complete {
            let one = self.time_at(shares[0] + jitter[0]);
            let two = self.time_at(shares[0] + shares[1] + jitter[1]);
            self.lap.sectors = [one - start, two - one, end - two];
        } else {
            let first = ((end - start) as f64 * shares[0]) as i64;
            let second = ((end - start) as f64 * shares[1]) as i64;
            self.lap.sectors = [first, second, end - start - first - second];
        }
        self.lap.complete = complete;
        self.lap.into_lane = complete && self.into.is_some();
        self.lap.slow = self.lap.out || self.lap.into_lane || self.lap.from_grid || !complete;
        self.stint.last = self.lap.number;
        self.run.laps.push(self.lap.clone());
        self.age += 1;
    }

    /// Begins the next lap at the line.
    pub(super) fn next_lap(&mut self, t: i64) {
        self.lap = Lap { number: self.lap.number + 1, start: t, ..Lap::default() };
        self.knots = vec![(0.0, t)];
        self.into = None;
    }

    /// Fits another set of tyres after the completed lap.
    pub(super) fn change_tyres(&mut self) {
        self.run.stints.push(self.stint.clone());
        let worn = self.age;
        self.age = if self.rng.one_in(5) { self.rng.range(1, 6) } else { 0 };
        let compound = ["HARD", "MEDIUM", "HARD", "SOFT"][self.rng.range(0, 3) as usize];
        if compound == self.stint.compound && self.age.abs_diff(worn) < 2 {
            // Another set, because otherwise the stints could not be told apart.
            self.age = worn + 2;
        }
        let first = self.lap.number + 1;
        self.stint = Stint { first, last: first, compound, age: self.age, told: Told::Known };
    }

    /// Enters the pit lane at the end of the completed lap, and returns when it leaves.
    pub(super) fn enter_lane(&mut self, errand: Errand, t: i64) -> Option<i64> {
        let (lane, standing) = match errand {
            Errand::Stop => {
                let standing = self.rng.range(20, 45) * 100;
                (self.rng.range(18_000, 19_500) + standing, Some(standing))
            }
            Errand::StopGo => {
                let standing = 10_000 + self.rng.range(1, 9) * 100;
                (self.rng.range(17_200, 18_200) + standing, Some(standing))
            }
            Errand::DriveThrough => (self.rng.range(16_000, 17_200), None),
            Errand::SafetyCar => (self.rng.range(17_400, 18_600), None),
            Errand::RedFlag | Errand::Garage => (self.rng.range(540_000, 660_000), None),
        };
        let entry = t - ENTRY;
        let gives_up = errand == Errand::Garage && self.retired;
        let exit = (!gives_up).then_some(entry + lane);
        let tyres = errand == Errand::Stop || (errand == Errand::Garage && !gives_up);
        // A long stay that ends is a stop.
        let kind = if errand == Errand::Garage && tyres { Errand::Stop } else { errand };
        self.run.passages.push(Passage { kind, lap: self.lap.number, entry, exit, standing, tyres });
        if tyres {
            self.change_tyres();
        }
        exit
    }
}
