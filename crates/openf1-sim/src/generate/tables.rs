//! The rows of every endpoint except telemetry.

mod calendar;
mod conditions;
mod drivers;
mod intervals;
mod laps;
mod order;
mod race_control;
mod results;
mod table;
mod tyres;

use super::seasons::Generated;
use crate::endpoint::Endpoint;
use crate::meter::Meter;
use crate::query::Query;
use crate::refusal::Refusal;
use crate::row::{Row, Tables};
use std::sync::{Arc, PoisonError};
use table::Table;

impl Generated {
    /// The tables that may hold rows for a query on any endpoint except telemetry.
    pub(crate) fn tables(
        &self,
        endpoint: Endpoint,
        query: &Query,
        now: i64,
        meter: &Meter<'_>,
    ) -> Result<Tables, Refusal> {
        match endpoint {
            Endpoint::Meetings => {
                return Ok(vec![(None, Arc::new(calendar::meetings(&self.meetings)))]);
            }
            Endpoint::Sessions => {
                return Ok(vec![(None, Arc::new(calendar::sessions(&self.sessions)))]);
            }
            _ => {}
        }
        let mut found = Vec::new();
        let mut rows = 0;
        for (index, session) in self.candidates(query, now) {
            let table = self.table(index, endpoint);
            rows += table.iter().filter(|r| query.matches(&r.fields)).count();
            meter.check(rows, 0)?;
            found.push((Some(session.key), table));
        }
        Ok(found)
    }

    pub(super) fn table(&self, index: usize, endpoint: Endpoint) -> Arc<Vec<Row>> {
        let key = (index, endpoint);
        if let Some(table) = self.tables.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return table;
        }
        let table = Arc::new(session(self, index, endpoint));
        let size = table.len();
        let mut cache = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        cache.put(key, Arc::clone(&table), size);
        table
    }
}

/// The rows of one session, in the order of ingestion.
fn session(generated: &Generated, index: usize, endpoint: Endpoint) -> Vec<Row> {
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
