//! Messages of race control.

mod flags;
mod race;

use super::table::Table;
use crate::clock::{MINUTE, SECOND, iso};
use crate::generate::roster::Driver;
use crate::row::Row;
use serde_json::json;

/// What a message contains besides its text.
#[derive(Debug, Clone, Copy, Default)]
struct About {
    category: &'static str,
    flag: Option<&'static str>,
    scope: Option<&'static str>,
    sector: Option<i64>,
    driver: Option<i64>,
}

const OTHER: About = About { category: "Other", flag: None, scope: None, sector: None, driver: None };
const SAFETY_CAR: About = About { category: "SafetyCar", ..OTHER };
const DRS: About = About { category: "Drs", ..OTHER };

fn track(flag: &'static str) -> About {
    About { category: "Flag", flag: Some(flag), scope: Some("Track"), ..OTHER }
}

/// A car as race control names it.
fn car(driver: &Driver) -> String {
    format!("CAR {} ({})", driver.number, driver.acronym)
}

/// The messages of a session.
struct Log<'a> {
    table: &'a Table<'a>,
    leader_ends: Vec<i64>,
    said: Vec<(i64, About, String)>,
}

impl Log<'_> {
    /// Messages have whole seconds.
    fn say(&mut self, t: i64, about: About, text: impl Into<String>) {
        self.said.push((t - t.rem_euclid(SECOND), about, text.into()));
    }

    /// Rows about the session's state, sent since 2026, are the only ones with fractions.
    fn state(&mut self, t: i64, text: &str) {
        if self.table.session.year >= 2026 {
            self.said.push((t + 37, About { category: "SessionStatus", ..OTHER }, text.to_owned()));
        }
    }

    /// Time of day at the circuit, `HH:MM:SS`.
    fn local(&self, t: i64) -> String {
        iso(t + self.table.session.place.offset * MINUTE)[11..19].to_owned()
    }

    /// Time of day at the circuit, `HH:MM`.
    fn minute(&self, t: i64) -> String {
        self.local(t)[..5].to_owned()
    }

    /// The leader's lap.
    fn lap(&self, t: i64) -> Option<usize> {
        let led = self.leader_ends.partition_point(|e| *e <= t);
        self.table.session.kind.is_race().then(|| (led + 1).min(self.leader_ends.len().max(1)))
    }

    fn rows(mut self) -> Vec<Row> {
        self.said.sort_by_key(|m| m.0);
        let phases = self.table.session.kind.is_qualifying() && self.table.session.year >= 2026;
        self.said
            .iter()
            .map(|(t, about, text)| {
                self.table.keyed(json!({
                    "category": about.category,
                    "date": iso(*t),
                    "driver_number": about.driver,
                    "flag": about.flag,
                    "lap_number": self.lap(*t),
                    "message": text,
                    "qualifying_phase": self.table.model.part_at(*t).filter(|_| phases),
                    "scope": about.scope,
                    "sector": about.sector,
                }))
            })
            .collect()
    }
}

/// A time as race control writes it.
fn lap_time(ms: i64) -> String {
    format!("{}:{:02}.{:03}", ms / MINUTE, ms / SECOND % 60, ms % SECOND)
}

impl Table<'_> {
    pub(super) fn race_control(&self) -> Vec<Row> {
        let race = self.session.kind.is_race();
        let leader_ends = if race { self.leader_ends() } else { Vec::new() };
        let mut log = Log { table: self, leader_ends, said: Vec::new() };
        let mut rng = self.rng(300);
        let risk = rng.range(0, 9) * 10;
        let name = self.session.name.to_uppercase();
        log.say(self.session.start - 15 * MINUTE, OTHER, format!("RISK OF RAIN FOR THE {name} IS {risk}%"));
        if race {
            log.race();
        } else {
            log.parts();
        }
        log.flags(&mut rng);
        log.deletions(&mut rng);
        log.rows()
    }
}
