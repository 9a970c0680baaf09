//! Seasons generated from a seed.
//!
//! Everything derives from (seed, year, session, driver): no table is stored, none depends on the requested
//! seasons, and the same configuration always gives the same bytes.

mod cache;
mod calendar;
mod drive;
mod model;
pub(crate) mod random;
mod roster;
mod standings;
mod tables;
mod telemetry;
mod track;
pub mod truth;

use crate::answer::{Meter, Refusal, Tables};
use crate::clock::{HOUR, MINUTE};
use crate::config::GeneratedConfig;
use crate::endpoint::Endpoint;
use crate::error::SimError;
use crate::query::Query;
use crate::row::Row;
use cache::Cache;
use calendar::{Kind, Meeting, Session};
use model::Model;
use roster::Driver;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Points and place of one driver in a race or sprint.
#[derive(Debug)]
pub(crate) struct Won {
    pub(crate) number: i64,
    pub(crate) team: &'static str,
    pub(crate) points: i64,
    /// Place in a Grand Prix; `None` in a sprint and when not classified.
    pub(crate) place: Option<i64>,
}

/// Races and sprints of a year in time order: index of the session, and who won what.
type Rounds = Vec<(usize, Vec<Won>)>;

/// Generated seasons.
#[derive(Debug)]
pub(crate) struct Generated {
    seed: u64,
    period_us: i64,
    meetings: Vec<Meeting>,
    sessions: Vec<Session>,
    rosters: BTreeMap<i32, Vec<Driver>>,
    models: Mutex<Cache<usize, Model>>,
    tables: Mutex<Cache<(usize, Endpoint), Vec<Row>>>,
    points: BTreeMap<i32, OnceLock<Rounds>>,
}

impl Generated {
    pub(crate) fn new(config: GeneratedConfig) -> Result<Self, SimError> {
        let GeneratedConfig { seed, mut seasons, telemetry_hz } = config;
        seasons.sort_unstable();
        seasons.dedup();
        if seasons.is_empty() {
            return Err(SimError::Config("no season to generate; give at least one".to_owned()));
        }
        if let Some(year) = seasons.iter().find(|y| !(2023..=2099).contains(*y)) {
            return Err(SimError::Config(format!(
                "season {year} cannot be generated; expected a season from 2023 to 2099"
            )));
        }
        if !(0.1..=50.0).contains(&telemetry_hz) {
            return Err(SimError::Config(format!(
                "telemetry_hz {telemetry_hz}: expected a value from 0.1 to 50"
            )));
        }
        let (mut meetings, mut sessions) = (Vec::new(), Vec::new());
        for year in &seasons {
            calendar::season(*year, &mut meetings, &mut sessions);
        }
        Ok(Self {
            seed,
            period_us: (1e6 / telemetry_hz) as i64,
            meetings,
            sessions,
            rosters: seasons.iter().map(|y| (*y, roster::drivers(*y))).collect(),
            models: Mutex::new(Cache::new(64, usize::MAX)),
            // A row takes about a kilobyte.
            tables: Mutex::new(Cache::new(512, 60_000)),
            points: seasons.iter().map(|y| (*y, OnceLock::new())).collect(),
        })
    }

    /// (meeting_key, session_key) of the newest session that has begun and is not cancelled.
    pub(crate) fn latest(&self, now: i64) -> Option<(i64, i64)> {
        self.sessions
            .iter()
            .filter(|s| !s.cancelled && s.start <= now + MINUTE)
            .max_by_key(|s| s.start)
            .map(|s| (s.meeting_key, s.key))
    }

    /// Keys of the sessions that were held and are over.
    fn held(&self, now: i64) -> Vec<i64> {
        self.sessions.iter().filter(|s| !s.cancelled && s.end <= now).map(|s| s.key).collect()
    }

    /// What happened in a session; `None` when it is unknown, cancelled or not over.
    pub(crate) fn truth(&self, session_key: i64, now: i64) -> Option<truth::Truth> {
        let index =
            self.sessions.iter().position(|s| s.key == session_key && !s.cancelled && s.end <= now)?;
        Some(truth::tell(self, index))
    }

    fn roster(&self, year: i32) -> &[Driver] {
        self.rosters.get(&year).map_or(&[], Vec::as_slice)
    }

    /// Sessions that may have rows for a query: held, over, and not excluded by keys or dates.
    fn candidates<'a>(&'a self, query: &'a Query, now: i64) -> impl Iterator<Item = (usize, &'a Session)> {
        let hulls: Vec<Option<(i64, i64)>> = ["date", "date_start"]
            .into_iter()
            .filter_map(|name| query.field(name))
            .map(|filter| filter.date_hull())
            .collect();
        self.sessions.iter().enumerate().filter(move |(_, s)| {
            !s.cancelled
                && s.end <= now
                && query.allows("session_key", s.key)
                && query.allows("meeting_key", s.meeting_key)
                && hulls.iter().all(|hull| {
                    hull.is_some_and(|(low, high)| low <= s.end + 5 * HOUR && high >= s.start - 2 * HOUR)
                })
        })
    }

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
                return Ok(vec![(None, Arc::new(tables::meetings(&self.meetings)))]);
            }
            Endpoint::Sessions => {
                return Ok(vec![(None, Arc::new(tables::sessions(&self.sessions)))]);
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

    fn table(&self, index: usize, endpoint: Endpoint) -> Arc<Vec<Row>> {
        let key = (index, endpoint);
        if let Some(table) = self.tables.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return table;
        }
        let table = Arc::new(tables::session(self, index, endpoint));
        let size = table.len();
        let mut cache = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        cache.put(key, Arc::clone(&table), size);
        table
    }

    /// What happened in a session.
    fn model(&self, index: usize) -> Arc<Model> {
        if let Some(model) = self.models.lock().unwrap_or_else(PoisonError::into_inner).get(&index) {
            return model;
        }
        let session = &self.sessions[index];
        let roster = self.roster(session.year);
        // The grid of a race is the order of its qualifying.
        let grid = session.kind.grid_kind().and_then(|kind| {
            let place =
                self.sessions.iter().position(|s| s.meeting_key == session.meeting_key && s.kind == kind)?;
            Some(self.model(place).order())
        });
        let model = Arc::new(model::simulate(self.seed, session, roster, grid));
        let mut cache = self.models.lock().unwrap_or_else(PoisonError::into_inner);
        cache.put(index, Arc::clone(&model), 1);
        model
    }

    /// Points of every race and sprint of a year, in time order.
    fn points(&self, year: i32) -> &[(usize, Vec<Won>)] {
        let Some(cell) = self.points.get(&year) else {
            return &[];
        };
        cell.get_or_init(|| {
            let mut held: Vec<usize> = (0..self.sessions.len())
                .filter(|i| {
                    let s = &self.sessions[*i];
                    s.year == year && !s.cancelled && matches!(s.kind, Kind::Race | Kind::Sprint)
                })
                .collect();
            held.sort_by_key(|i| self.sessions[*i].start);
            let roster = self.roster(year);
            held.into_iter()
                .map(|i| {
                    let model = self.model(i);
                    let points = model
                        .results
                        .iter()
                        .map(|r| Won {
                            number: roster[r.driver].number,
                            team: roster[r.driver].team.name,
                            points: r.points,
                            place: r.position.filter(|_| self.sessions[i].kind == Kind::Race),
                        })
                        .collect();
                    (i, points)
                })
                .collect()
        })
    }
}

#[cfg(test)]
mod tests;
