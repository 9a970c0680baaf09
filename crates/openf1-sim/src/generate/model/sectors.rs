//! How a lap's time is shared among its sectors.

use crate::generate::calendar::{Place, Session};
use crate::generate::random::{Rng, mix};

/// Shares of a lap's time in the first two sectors of a circuit.
pub(crate) fn sector_shares(place: &Place) -> [f64; 2] {
    let shape = mix(&[place.circuit_key as u64, 5]);
    [0.27 + (shape % 100) as f64 / 1000.0, 0.36 + (shape / 100 % 80) as f64 / 1000.0]
}

/// Splits a lap into sectors that add up to it.
pub(super) fn sectors(session: &Session, duration: i64, rng: &mut Rng) -> [i64; 3] {
    let [one, two] = sector_shares(session.place).map(|share| share + rng.around(0.003));
    let first = (duration as f64 * one) as i64;
    let second = (duration as f64 * two) as i64;
    [first, second, duration - first - second]
}
