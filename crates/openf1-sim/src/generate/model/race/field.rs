//! The field of a race, simulated in time order: the next car to cross the line or leave the pit lane moves.

use super::car::{BESIDE, Car, SLOWING, State};
use super::script::{Call, Plan};
use crate::clock::SECOND;
use crate::generate::model::run::Errand;
use crate::generate::model::session::{Neutral, Restart, Trouble};
use crate::generate::random::Rng;

/// The rule in force on the track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Rule {
    Green,
    /// All cars keep the same slow pace until then.
    Virtual(i64),
    /// The queue behind the safety car. Racing resumes when the leader next crosses the line at the given
    /// time, once it is known.
    Queue(Option<i64>),
}

/// Relative speed under a virtual safety car.
const VIRTUAL_PACE: f64 = 0.7;
/// How much longer than on a free track a lap takes for the leader behind the safety car, and for a car
/// catching up.
const LED: f64 = 1.5;
const CATCHING_UP: f64 = 1.2;

/// A running race.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) cars: Vec<Car>,
    pub(super) rng: Rng,
    pub(super) shares: [f64; 2],
    /// Milliseconds of a lap at racing speed.
    pub(super) base: f64,
    pub(super) planned: i64,
    pub(super) calls: Vec<Plan>,
    pub(super) rule: Rule,
    pub(super) troubles: Vec<Neutral>,
    /// When the last car in the queue crosses the line.
    pub(super) tail: i64,
    /// First of the queue.
    pub(super) head: usize,
    /// Laps that the leader has yet to begin behind the safety car.
    pub(super) laps_to_lead: i64,
    /// Laps of the leader that have yet to end in the pit lane behind the safety car.
    pub(super) through_lane: Option<i64>,
    /// Laps completed by any car.
    pub(super) led: i64,
    pub(super) pending: Option<(i64, Call)>,
    pub(super) flag: Option<i64>,
}

impl Field {
    /// Simulates the race to its end.
    pub(super) fn play(&mut self) {
        while let Some(i) = self.first() {
            let now = self.cars[i].next;
            if let Some((at, call)) = self.pending
                && at <= now
            {
                self.pending = None;
                self.call(at, call);
                continue;
            }
            match self.cars[i].state {
                State::Running => self.cross(i, now),
                State::InLane => {
                    self.cars[i].knots.push((BESIDE, now));
                    self.go(i, now);
                }
                State::Failing | State::Out => {
                    let shares = self.shares;
                    let car = &mut self.cars[i];
                    car.end_lap(shares, false);
                    (car.state, car.retired) = (State::Out, true);
                }
            }
        }
    }

    /// The car that moves next.
    fn first(&self) -> Option<usize> {
        (0..self.cars.len())
            .filter(|i| self.cars[*i].state != State::Out)
            .min_by_key(|i| (self.cars[*i].next, *i))
    }

    fn cross(&mut self, i: usize, t: i64) {
        let number = self.cars[i].lap.number;
        let shares = self.shares;
        self.cars[i].end_lap(shares, true);
        let leads = number > self.led;
        self.led = self.led.max(number);
        if number == self.planned {
            self.flag.get_or_insert(t);
        }
        if self.flag.is_some() {
            let car = &mut self.cars[i];
            // The lap after the flag is not raced, so a breakdown due on it does not happen.
            if let Some(last) = car.run.laps.last_mut() {
                last.into_lane = false;
            }
            car.state = State::Out;
            return;
        }
        self.catch_up_with_time(t);
        if leads && matches!(self.rule, Rule::Queue(None)) {
            self.laps_to_lead -= 1;
            self.through_lane = self.through_lane.map(|n| n - 1);
        }
        let onto_grid = self.cars[i].lap.to_grid > 0;
        let exit = match self.cars[i].into {
            None => Some(None),
            Some(errand) => {
                let car = &mut self.cars[i];
                car.retired = errand == Errand::Garage && car.fails_on == Some(number);
                car.enter_lane(errand, t).map(Some)
            }
        };
        let Some(exit) = exit else {
            self.cars[i].state = State::Out;
            return;
        };
        self.cars[i].next_lap(t);
        self.prepare(i, leads);
        match exit {
            Some(exit) => {
                let car = &mut self.cars[i];
                car.lap.out = true;
                (car.state, car.next) = (State::InLane, exit);
                // Cars led through the lane keep the order in which they came.
                if car.run.passages.last().is_some_and(|p| p.kind == Errand::SafetyCar) {
                    car.knots.push((BESIDE, exit));
                    self.go(i, exit);
                }
            }
            None if onto_grid => {
                let car = &mut self.cars[i];
                car.lap.from_grid = true;
                let off = t + 4_600 + car.rng.range(0, 400);
                car.knots.push((0.02, off));
                self.go(i, off);
            }
            None => self.go(i, t),
        }
        if leads {
            self.on_lead_lap(i, t);
        }
    }

    /// Decides how long the lap takes on a free track, and whether it ends in the pit lane or on track.
    pub(super) fn prepare(&mut self, i: usize, leads: bool) {
        let green = self.rule == Rule::Green;
        let queue = matches!(self.rule, Rule::Queue(_));
        // A stop for the same compound would be indistinguishable from being led through.
        let leads_through = queue && self.through_lane.is_some();
        let base = self.base;
        let planned = self.planned;
        let led_through =
            matches!(self.rule, Rule::Queue(None)) && self.through_lane.is_some_and(|n| n == 1 || n == 2);
        let car = &mut self.cars[i];
        let number = car.lap.number;
        let fuel = (planned - number) as f64 * 28.0;
        // Traffic slows slow cars further: some are lapped.
        car.free =
            base * (1.0 + car.pace * 1.4 / 1000.0) + fuel + car.age as f64 * 38.0 + car.rng.around(420.0);
        let due = car.errands.iter().position(|(lap, _)| *lap <= number);
        let early =
            car.errands.iter().position(|(lap, errand)| *errand == Errand::Stop && *lap < number + 14);
        let stop = match (due, early) {
            // The leader stays out behind the safety car.
            _ if queue && (leads || i == self.head) => None,
            (Some(at), _) if green || (car.errands[at].1 == Errand::Stop && !leads_through) => Some(at),
            (None, Some(at)) if queue && !leads_through && car.rng.one_in(3) => Some(at),
            _ => None,
        };
        if number + 1 < planned
            && let Some(at) = stop
        {
            car.into = Some(car.errands.remove(at).1);
        } else if led_through {
            car.into = Some(Errand::SafetyCar);
        }
    }

    /// Plans the crossing of the line from the car's current position.
    pub(super) fn go(&mut self, i: usize, now: i64) {
        self.catch_up_with_time(now);
        let here = self.cars[i].knots.last().map_or(0.0, |k| k.0);
        let left = 1.0 - here;
        let lost = if self.cars[i].into.is_some() { SLOWING as f64 } else { 0.0 };
        let free = self.cars[i].free + if self.cars[i].lap.out { 1_800.0 } else { 0.0 };
        let fails = self.rule == Rule::Green && self.cars[i].fails_on == Some(self.cars[i].lap.number);
        if fails && self.cars[i].into.is_none() {
            let car = &mut self.cars[i];
            let part = 0.1 + 0.8 * car.rng.unit();
            (car.state, car.next) = (State::Failing, now + (left * free * part) as i64);
            return;
        }
        let at = match self.rule {
            Rule::Green => now + (left * free + lost) as i64,
            Rule::Virtual(until) => self.slowly(i, now, until, free) + lost as i64,
            Rule::Queue(_) => {
                let factor = if i == self.head { LED } else { CATCHING_UP };
                now + (left * free * factor + lost) as i64
            }
        };
        self.plan(i, at);
    }

    /// End of the lap of a car at virtual safety car pace.
    fn slowly(&mut self, i: usize, now: i64, until: i64, free: f64) -> i64 {
        let base = self.base;
        let car = &mut self.cars[i];
        let here = car.knots.last().map_or(0.0, |k| k.0);
        let pace = VIRTUAL_PACE / base;
        let there = here + (until - now) as f64 * pace;
        if there >= 0.98 {
            return now + ((1.0 - here) / pace) as i64;
        }
        car.knots.push((there, until));
        until + ((1.0 - there) * free) as i64
    }

    /// Fixes when a car crosses the line: nobody overtakes in a queue, and no two cars cross at once.
    fn plan(&mut self, i: usize, at: i64) {
        let mut at = at;
        if matches!(self.rule, Rule::Queue(_)) {
            at = at.max(self.tail + 500 + self.cars[i].rng.range(0, 700));
        }
        let at = self.untaken(i, at);
        // A car that turns into the lane does not hold up the others.
        let turns_in = self.cars[i].into.is_some_and(|errand| errand != Errand::SafetyCar);
        if !turns_in {
            self.tail = self.tail.max(at);
        }
        self.cars[i].plan(at);
    }

    /// The first moment from a time on at which no other car moves.
    fn untaken(&self, i: usize, mut at: i64) -> i64 {
        while self.cars.iter().enumerate().any(|(j, c)| j != i && c.state != State::Out && c.next == at) {
            at += 1;
        }
        at
    }

    /// Resumes racing when its time has come.
    fn catch_up_with_time(&mut self, now: i64) {
        match self.rule {
            Rule::Virtual(until) | Rule::Queue(Some(until)) if now >= until => self.rule = Rule::Green,
            _ => {}
        }
    }

    /// The leader has begun a lap.
    fn on_lead_lap(&mut self, i: usize, t: i64) {
        let next = self.cars[i].next;
        match self.rule {
            Rule::Queue(None) if self.laps_to_lead == 0 => {
                self.rule = Rule::Queue(Some(next));
                let called_in = t + (next - t) * self.rng.range(15, 40) / 100;
                let clear = next - self.rng.range(3_000, 12_000);
                if let Some(trouble) = self.troubles.last_mut() {
                    trouble.to = Some(next);
                    trouble.ending = Some(called_in);
                    trouble.clear.get_or_insert(clear);
                }
            }
            Rule::Green => {
                let lap = self.led + 1;
                if let Some(at) = self.calls.iter().position(|p| p.lap == lap) {
                    let plan = self.calls.remove(at);
                    self.pending = Some((to_the_second(t + (plan.part * self.base) as i64), plan.call));
                }
            }
            _ => {}
        }
    }

    /// Cars on the track in the order in which they will cross the line.
    pub(super) fn on_track(&self) -> Vec<usize> {
        let mut order: Vec<usize> =
            (0..self.cars.len()).filter(|i| self.cars[*i].state == State::Running).collect();
        order.sort_by_key(|i| self.cars[*i].next);
        order
    }

    /// The leader: most laps, then first at the line.
    fn leader(&self) -> Option<usize> {
        (0..self.cars.len())
            .filter(|i| matches!(self.cars[*i].state, State::Running | State::InLane))
            .min_by_key(|i| (-self.cars[*i].lap.number, self.cars[*i].next, *i))
    }

    fn call(&mut self, at: i64, call: Call) {
        let Some(leader) = self.leader() else {
            return;
        };
        // Wait while the leader is in the lane, because his place in the queue is unknown.
        if self.cars[leader].state == State::InLane {
            self.pending = Some((to_the_second(self.cars[leader].next + 8_000), call));
            return;
        }
        let victim = self.stop_somebody(at, leader);
        let (kind, restart) = match call {
            Call::Virtual => (Trouble::Virtual, None),
            Call::SafetyCar { .. } => (Trouble::SafetyCar, Some(Restart::Rolling)),
            Call::Red(restart) => (Trouble::Red, Some(restart)),
        };
        let mut trouble = Neutral { victim, ..Neutral::new(kind, at, restart) };
        self.head = leader;
        match call {
            Call::Virtual => {
                let until = to_the_second(at + self.rng.range(60_000, 140_000));
                trouble.ending = Some(until - self.rng.range(10_000, 15_000));
                (trouble.clear, trouble.to) = (Some(until), Some(until));
                self.rule = Rule::Virtual(until);
                for i in self.on_track() {
                    self.cars[i].forget_after(at);
                    self.go(i, at);
                }
                self.troubles.push(trouble);
            }
            Call::SafetyCar { through_lane } => {
                self.laps_to_lead = self.rng.range(3, 4) + i64::from(through_lane);
                self.through_lane = through_lane.then_some(3);
                trouble.through_lane = through_lane.then(|| at + 25_000);
                self.stay_out(leader);
                self.queue_up(at);
                self.troubles.push(trouble);
            }
            Call::Red(restart) => self.stop_race(at, restart, trouble),
        }
    }

    /// Postpones what the leader planned to do in the pit lane.
    fn stay_out(&mut self, leader: usize) {
        let planned = self.planned;
        let car = &mut self.cars[leader];
        if let Some(errand) = car.into.take() {
            let later = car.lap.number + 7;
            if later < planned - 2 {
                car.errands.insert(0, (later, errand));
            }
        }
    }

    /// All cars queue up behind the safety car.
    fn queue_up(&mut self, at: i64) {
        self.rule = Rule::Queue(None);
        self.tail = at;
        for i in self.on_track() {
            self.cars[i].forget_after(at);
            self.go(i, at);
        }
    }

    /// The cause of the call: usually the last car on track stops there.
    fn stop_somebody(&mut self, at: i64, leader: usize) -> Option<(usize, i64)> {
        if self.rng.one_in(3) {
            return None;
        }
        let stops = at - 4_000;
        let last = (0..self.cars.len())
            .filter(|i| *i != leader && self.cars[*i].state == State::Running)
            .filter(|i| self.cars[*i].lap.start + 6_000 < stops && self.cars[*i].lap.number > 1)
            .filter(|i| !self.cars[*i].lap.out && self.cars[*i].progress(stops) < 0.9)
            .max_by_key(|i| (-self.cars[*i].lap.number, self.cars[*i].next))?;
        let shares = self.shares;
        let car = &mut self.cars[last];
        car.next = stops;
        car.into = None;
        car.end_lap(shares, false);
        (car.state, car.retired) = (State::Out, true);
        Some((car.driver, stops))
    }
}

/// Race control acts on whole seconds; rounds up.
fn to_the_second(t: i64) -> i64 {
    t + (-t).rem_euclid(SECOND)
}
