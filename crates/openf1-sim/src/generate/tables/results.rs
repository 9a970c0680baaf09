//! Results, grids and championship standings.

use super::table::{Table, row};
use crate::generate::calendar::Kind;
use crate::generate::model::Timing;
use crate::generate::seasons::Generated;
use crate::generate::standings::{self, Won};
use crate::row::Row;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn championship(generated: &Generated, index: usize, teams: bool) -> Vec<Row> {
    let session = &generated.sessions[index];
    if session.kind != Kind::Race {
        return Vec::new();
    }
    let held = generated.points(session.year);
    let at = held.iter().position(|(i, _)| *i == index).unwrap_or(0);
    let who = |won: &Won| if teams { (0, won.team) } else { (won.number, "") };
    let standing = |races: usize| -> BTreeMap<(i64, &str), (i64, i64)> {
        // Competitors without points have a position too.
        let table = standings::table(held[..=at].iter().map(|(_, won)| won), who);
        let before = standings::table(held[..races].iter().map(|(_, won)| won), who);
        let absent = table.iter().filter(|(k, _)| before.iter().all(|b| b.0 != *k)).map(|(k, _)| (*k, 0));
        let ranked = before.iter().map(|(k, haul)| (*k, haul.points)).chain(absent);
        ranked.zip(1..).map(|((k, points), place)| (k, (points, place))).collect()
    };
    let (before, after) = (standing(at), standing(at + 1));
    // Before the first race there are no standings.
    let begun = before.values().any(|v| v.0 > 0);
    let mut rows: Vec<Row> = after
        .iter()
        .map(|(key, (current, place))| {
            let (start, first) = before.get(key).copied().unwrap_or_default();
            let (name, who) =
                if teams { ("team_name", json!(key.1)) } else { ("driver_number", json!(key.0)) };
            row(json!({
                name: who,
                "meeting_key": session.meeting_key,
                "points_current": current,
                "points_start": begun.then_some(start as f64),
                "position_current": place,
                "position_start": begun.then_some(first),
                "session_key": session.key,
            }))
        })
        .collect();
    rows.sort_by_key(|r| r.int("position_current"));
    rows
}

impl Table<'_> {
    pub(super) fn session_result(&self) -> Vec<Row> {
        self.model
            .results
            .iter()
            .map(|line| {
                let optional = |ms: Option<i64>| ms.map_or(Value::Null, |ms| json!(ms as f64 / 1000.0));
                let gap_of = |ms: i64| {
                    if ms == 0 { json!(0) } else { json!(ms as f64 / 1000.0) }
                };
                let (duration, gap) = match &line.timing {
                    Timing::Time { duration, gap } => (json!(*duration as f64 / 1000.0), gap_of(*gap)),
                    Timing::Lapped(1) => (Value::Null, json!("+1 LAP")),
                    Timing::Lapped(n) => (Value::Null, json!(format!("+{n} LAPS"))),
                    Timing::Phases { best, gap } => (
                        Value::Array(best.map(optional).to_vec()),
                        Value::Array(gap.map(|g| g.map_or(Value::Null, gap_of)).to_vec()),
                    ),
                    Timing::None => (Value::Null, Value::Null),
                };
                let mut row = self.keyed(json!({
                    "position": line.position,
                    "driver_number": self.roster[line.driver].number,
                    "number_of_laps": line.laps,
                    "dnf": line.dnf,
                    "dns": line.dns,
                    "dsq": line.dsq,
                    "duration": duration,
                    "gap_to_leader": gap,
                }));
                if self.session.kind.is_race() {
                    row.fields.insert("points".to_owned(), json!(line.points));
                }
                row
            })
            .collect()
    }

    pub(super) fn starting_grid(&self) -> Vec<Row> {
        if !self.session.kind.is_qualifying() {
            return Vec::new();
        }
        self.model
            .results
            .iter()
            .enumerate()
            .map(|(i, line)| {
                let time = match &line.timing {
                    Timing::Phases { best, .. } => best.iter().rev().find_map(|b| *b),
                    _ => None,
                };
                self.keyed(json!({
                    "position": i + 1,
                    "driver_number": self.roster[line.driver].number,
                    "lap_duration": time.map(|ms| ms as f64 / 1000.0),
                }))
            })
            .collect()
    }
}
