//! The events of a race: rarities by location, so that each season has them, the rest by chance.

use crate::generate::calendar::{Kind, Session};
use crate::generate::model::session::Restart;
use crate::generate::random::Rng;

/// What race control calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Virtual,
    SafetyCar {
        /// Leads the field through the pit lane.
        through_lane: bool,
    },
    Red(Restart),
}

/// A call on a lap of the leader.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) lap: i64,
    /// How far round the lap he is.
    pub(super) part: f64,
    pub(super) call: Call,
}

/// The events of a race.
#[derive(Debug)]
pub(super) struct Script {
    /// Laps to do.
    pub(super) planned: i64,
    pub(super) calls: Vec<Plan>,
    pub(super) starts_behind_safety_car: bool,
    /// A drive-through and a stop-and-go.
    pub(super) penalties: bool,
    /// One car does not start.
    pub(super) absent: bool,
    /// One finisher is disqualified.
    pub(super) disqualified: bool,
    /// One car loses ten minutes in the garage, another retires there.
    pub(super) repairs: bool,
}

/// Milliseconds for which a red flag stops a race, excluding the way in and out.
pub(super) const STANDSTILL: i64 = 13 * 60_000;

pub(super) fn script(seed: u64, session: &Session, lap_ms: f64) -> Script {
    let mut rng = Rng::new(&[seed, session.key as u64, 30]);
    let race = session.kind == Kind::Race;
    let location = if race { session.place.location } else { "" };
    let red = match location {
        "Suzuka" => Some(Restart::Standing),
        "São Paulo" => Some(Restart::Rolling),
        _ => None,
    };
    // About 82 minutes, a third of it for a sprint; a red flag takes its time from the race.
    let whole = if race { 4_880_000.0 } else { 1_640_000.0 };
    let planned = ((whole - if red.is_some() { STANDSTILL as f64 * 1.25 } else { 0.0 }) / lap_ms) as i64;
    let mut calls = Vec::new();
    let mut plan = |low: i64, high: i64, call, rng: &mut Rng| {
        calls.push(Plan { lap: rng.range(low, high), part: 0.15 + rng.unit() * 0.6, call });
    };
    let safety_car = Call::SafetyCar { through_lane: false };
    match location {
        "Suzuka" | "São Paulo" => {
            let restart = red.unwrap_or(Restart::Standing);
            plan(planned / 3, planned / 2, Call::Red(restart), &mut rng);
        }
        "Miami" => plan(4, planned / 3, Call::SafetyCar { through_lane: true }, &mut rng),
        "Yas Island" => {
            plan(5, planned / 3, Call::Virtual, &mut rng);
            plan(planned / 2, planned - 12, safety_car, &mut rng);
        }
        // No random events: the scripted ones are enough.
        "Lusail" | "Las Vegas" => {}
        _ => {
            if rng.one_in(2) {
                plan(4, planned / 3, Call::Virtual, &mut rng);
            }
            if race && rng.one_in(3) {
                plan(planned / 2, planned - 12, safety_car, &mut rng);
            }
        }
    }
    Script {
        planned,
        calls,
        starts_behind_safety_car: location == "Spa-Francorchamps",
        penalties: location == "Lusail",
        absent: location == "Marina Bay",
        disqualified: location == "Silverstone",
        repairs: location == "Las Vegas",
    }
}
