//! The rows of every endpoint except telemetry.

mod calendar;
mod conditions;
mod drivers;
mod intervals;
mod laps;
mod order;
mod race_control;
mod results;
mod tyres;

use super::Generated;
use super::calendar::Session;
use super::model::Model;
use super::random::Rng;
use super::roster::Driver;
use crate::endpoint::Endpoint;
use crate::row::Row;
pub(crate) use calendar::{meetings, sessions};
use serde_json::{Map, Value, json};

fn row(value: Value) -> Row {
    match value {
        Value::Object(fields) => Row::new(fields),
        _ => Row::new(Map::new()),
    }
}

/// Milliseconds as the API's seconds. Whole numbers lose their fraction, as they often do there.
fn seconds(ms: i64) -> Value {
    if ms % 1000 == 0 { json!(ms / 1000) } else { json!(ms as f64 / 1000.0) }
}

/// The rows of one session, in the order of ingestion.
pub(crate) fn session(generated: &Generated, index: usize, endpoint: Endpoint) -> Vec<Row> {
    let session = &generated.sessions[index];
    let roster = generated.roster(session.year);
    let model = generated.model(index);
    let t = Table { seed: generated.seed, session, roster, model: &model };
    match endpoint {
        Endpoint::Drivers => drivers::drivers(session, roster, &model),
        Endpoint::Laps => t.laps(|driver| generated.drive_seed(session, driver)),
        Endpoint::Stints => t.stints(),
        Endpoint::Pit => t.pit(),
        Endpoint::Position => t.positions().0,
        Endpoint::Overtakes => t.positions().1,
        Endpoint::Intervals => t.intervals(),
        Endpoint::RaceControl => t.race_control(),
        Endpoint::TeamRadio => t.team_radio(),
        Endpoint::Weather => t.weather(),
        Endpoint::SessionResult => t.session_result(),
        Endpoint::StartingGrid => t.starting_grid(),
        Endpoint::ChampionshipDrivers => results::championship(generated, index, false),
        Endpoint::ChampionshipTeams => results::championship(generated, index, true),
        Endpoint::Meetings | Endpoint::Sessions | Endpoint::CarData | Endpoint::Location => Vec::new(),
    }
}

struct Table<'a> {
    seed: u64,
    session: &'a Session,
    roster: &'a [Driver],
    model: &'a Model,
}

impl Table<'_> {
    fn rng(&self, what: u64) -> Rng {
        Rng::new(&[self.seed, self.session.key as u64, what])
    }

    /// A row with the two common keys.
    fn keyed(&self, value: Value) -> Row {
        let mut row = row(value);
        row.fields.insert("meeting_key".to_owned(), json!(self.session.meeting_key));
        row.fields.insert("session_key".to_owned(), json!(self.session.key));
        row
    }

    fn runs(&self) -> impl Iterator<Item = (&Driver, &super::model::Run)> {
        self.roster.iter().zip(&self.model.runs)
    }

    /// When the leader of a race completed each of his laps.
    fn leader_ends(&self) -> Vec<i64> {
        let laps = self.model.runs.iter().map(|r| r.laps.len()).max().unwrap_or(0);
        let ends =
            |n: usize| self.model.runs.iter().filter_map(move |r| r.laps.get(n).filter(|l| l.complete));
        (0..laps).map_while(|n| ends(n).map(super::model::Lap::end).min()).collect()
    }
}
