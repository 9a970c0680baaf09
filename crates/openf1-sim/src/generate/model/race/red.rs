//! Stops and restarts a race.

use super::car::{BESIDE, ENTRY, State};
use super::field::{Field, Rule};
use super::script::STANDSTILL;
use crate::clock::MINUTE;
use crate::generate::model::run::{Errand, Passage};
use crate::generate::model::session::{Neutral, Restart};

/// How much longer than on a free track the way to the pit lane and the lap to the grid take.
const CREEPING: f64 = 1.6;
const TO_THE_GRID: f64 = 1.4;

impl Field {
    /// Brings all cars into the pit lane and out again.
    pub(super) fn stop_race(&mut self, at: i64, restart: Restart, mut trouble: Neutral) {
        let shares = self.shares;
        // A car that broke down a moment ago does not come in.
        for car in self.cars.iter_mut().filter(|c| c.state == State::Failing) {
            car.end_lap(shares, false);
            (car.state, car.retired) = (State::Out, true);
        }
        // A car leaving the lane has a lap to do before it returns.
        let mut coming: Vec<(i64, usize)> = Vec::new();
        for i in 0..self.cars.len() {
            let car = &mut self.cars[i];
            match car.state {
                State::Running => {
                    car.forget_after(at);
                    let left = 1.0 - car.knots.last().map_or(0.0, |k| k.0);
                    coming.push((at + (left * car.free * CREEPING) as i64, i));
                }
                State::InLane => {
                    let exit = car.next;
                    car.knots.push((BESIDE, exit));
                    coming.push((exit + ((1.0 - BESIDE) * car.free * CREEPING) as i64, i));
                }
                State::Failing | State::Out => {}
            }
        }
        coming.sort_unstable();
        let mut last = at;
        for (time, i) in coming.iter_mut() {
            last = (*time).max(last + 1_100 + self.rng.range(0, 900));
            *time = last;
            let car = &mut self.cars[*i];
            // A stop that was due is made during the wait.
            if car.into.is_none() {
                car.errands.retain(|(lap, _)| *lap > car.lap.number + 8);
            }
            car.into = Some(Errand::RedFlag);
            car.plan(last);
            car.end_lap(shares, true);
            self.led = self.led.max(car.lap.number);
        }
        // In the order of the race.
        coming.sort_by_key(|(time, i)| (-self.cars[*i].lap.number, *time));
        // On a whole minute, which is announced.
        let open = last.max(at + STANDSTILL);
        let open = open + MINUTE - open.rem_euclid(MINUTE);
        trouble.resume = Some(open);
        trouble.clear = Some(at + (open - at) * self.rng.range(55, 80) / 100);
        let mut leaving = open + 2_000;
        let mut arrivals = Vec::new();
        let mut arrived = 0;
        for (time, i) in &coming {
            leaving += 1_100 + self.rng.range(0, 500);
            let car = &mut self.cars[*i];
            let tyres = !car.rng.one_in(4);
            car.run.passages.push(Passage {
                kind: Errand::RedFlag,
                lap: car.lap.number,
                entry: time - ENTRY,
                exit: Some(leaving),
                standing: None,
                tyres,
            });
            if tyres {
                car.change_tyres();
            }
            car.next_lap(*time);
            car.lap.out = true;
            car.knots.push((BESIDE, leaving));
            arrived = (arrived + 1_500).max(leaving + ((1.0 - BESIDE) * self.base * TO_THE_GRID) as i64);
            arrivals.push((leaving, arrived));
        }
        self.head = coming.first().map_or(0, |c| c.1);
        match restart {
            Restart::Standing => {
                let lights = arrived + 20_000;
                self.rule = Rule::Green;
                for (place, ((_, i), (_, arrived))) in coming.iter().zip(&arrivals).enumerate() {
                    let next = lights + 400 + 190 * place as i64;
                    let car = &mut self.cars[*i];
                    car.lap.to_grid = next - arrived;
                    car.knots.push((0.995, *arrived));
                    car.knots.push((1.0, next));
                    (car.state, car.next) = (State::Running, next);
                }
                trouble.to = Some(lights + 400);
                trouble.ending = Some(open + self.rng.range(35_000, 70_000));
                self.troubles.push(trouble);
            }
            Restart::Rolling => {
                self.rule = Rule::Queue(None);
                self.tail = open;
                self.laps_to_lead = 1;
                self.through_lane = None;
                for ((_, i), (leaving, _)) in coming.iter().zip(&arrivals) {
                    self.prepare(*i, *i == self.head);
                    self.cars[*i].into = None;
                    self.go(*i, *leaving);
                }
                self.troubles.push(trouble);
            }
        }
    }
}
