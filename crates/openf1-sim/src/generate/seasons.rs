//! Generated seasons: the calendar, who drives, and what happened in each session.

use super::cache::Cache;
use super::calendar::{self, Kind, Meeting, Session};
use super::model::{self, Model};
use super::random::mix;
use super::roster::{self, Driver};
use super::standings::Won;
use crate::clock::{HOUR, MINUTE};
use crate::config::GeneratedConfig;
use crate::endpoint::Endpoint;
use crate::error::SimError;
use crate::query::Query;
use crate::row::Row;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Races and sprints of a year in time order: index of the session, and who won what.
type Rounds = Vec<(usize, Vec<Won>)>;

/// Generated seasons.
#[derive(Debug)]
pub(crate) struct Generated {
    pub(super) seed: u64,
    pub(super) period_us: i64,
    pub(super) meetings: Vec<Meeting>,
    pub(super) sessions: Vec<Session>,
    rosters: BTreeMap<i32, Vec<Driver>>,
    models: Mutex<Cache<usize, Model>>,
    pub(super) tables: Mutex<Cache<(usize, Endpoint), Vec<Row>>>,
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
    pub(super) fn held(&self, now: i64) -> Vec<i64> {
        self.sessions.iter().filter(|s| !s.cancelled && s.end <= now).map(|s| s.key).collect()
    }

    pub(super) fn roster(&self, year: i32) -> &[Driver] {
        self.rosters.get(&year).map_or(&[], Vec::as_slice)
    }

    /// Sessions that may have rows for a query: held, over, and not excluded by keys or dates.
    pub(super) fn candidates<'a>(
        &'a self,
        query: &'a Query,
        now: i64,
    ) -> impl Iterator<Item = (usize, &'a Session)> {
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

    /// What happened in a session.
    pub(super) fn model(&self, index: usize) -> Arc<Model> {
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
    pub(super) fn points(&self, year: i32) -> &[(usize, Vec<Won>)] {
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

    /// Seed that makes a driver's laps of a session unique.
    pub(crate) fn drive_seed(&self, session: &Session, driver: &Driver) -> u64 {
        mix(&[self.seed, session.key as u64, driver.number as u64, 41])
    }
}
