//! What happened in a session: laps, pit lane passages, stints, incidents and the result. All times are whole
//! milliseconds, so sums are exact.

mod outing;
mod practice;
mod qualifying;
mod race;
mod run;
mod sectors;
mod session;

use super::calendar::{Kind, Session};
use super::random::Rng;
use super::roster::Driver;

#[cfg(test)]
pub(crate) use run::Passage;
pub(crate) use run::{Errand, Lap, Run, Stint, Told};
pub(crate) use sectors::sector_shares;
pub(crate) use session::{Ending, Line, Model, Neutral, Restart, Timing, Trouble};

/// How much slower than the best car a driver is in this session, in thousandths.
fn pace(seed: u64, session: &Session, driver: &Driver) -> f64 {
    let who = super::random::text(driver.acronym);
    let team = super::random::text(driver.team.name);
    let year = session.year as u64;
    let of_team = f64::from(driver.team.slow) + Rng::new(&[seed, year, team, 1]).unit() * 2.0;
    let of_driver = Rng::new(&[seed, year, who, 2]).unit() * 4.0;
    let of_day = Rng::new(&[seed, session.key as u64, who, 3]).around(2.5);
    of_team + of_driver + of_day + 2.0
}

/// Simulates a session. `grid` is the order of the qualifying, for races.
pub(crate) fn simulate(seed: u64, session: &Session, roster: &[Driver], grid: Option<Vec<usize>>) -> Model {
    let paces: Vec<f64> = roster.iter().map(|d| pace(seed, session, d)).collect();
    match session.kind {
        Kind::Race | Kind::Sprint => {
            let grid = grid.unwrap_or_else(|| (0..roster.len()).collect());
            race::play(seed, session, roster, &paces, grid)
        }
        Kind::Qualifying | Kind::SprintQualifying => qualifying::play(seed, session, roster, &paces),
        Kind::Practice | Kind::Testing => practice::play(seed, session, roster, &paces),
    }
}
