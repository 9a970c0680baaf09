//! The key facts of a session.

use crate::charts;
use crate::data::{QualityStatus, ReportData};
use crate::field::Field;
use crate::format;
use crate::standing::fastest;
use std::collections::BTreeMap;

/// The key facts: label, value, remark.
pub(super) fn facts(data: &ReportData, field: &Field) -> Vec<(String, String, String)> {
    let mut facts = Vec::new();
    let race = data.session.as_ref().is_some_and(|s| s.is_race());
    if let Some(first) = data.leaderboard.iter().find(|r| r.position == Some(1)) {
        let member = field.get(first.driver_number);
        let label = if race { "Winner" } else { "First" };
        let name = member.map(|m| m.name.clone()).filter(|name| !name.is_empty());
        facts.push((
            label.to_owned(),
            name.unwrap_or_else(|| field.acronym(first.driver_number)),
            member.map(|m| m.team.clone()).unwrap_or_default(),
        ));
    }
    if let Some((row, time)) = fastest(data) {
        let remark = match row.best_lap_number {
            Some(lap) => format!("{}, lap {lap}", field.acronym(row.driver_number)),
            None => field.acronym(row.driver_number),
        };
        facts.push(("Best lap".to_owned(), format::lap_time(time), remark));
    }
    if race
        && let Some((second, gap)) = data
            .leaderboard
            .iter()
            .find(|r| r.position == Some(2))
            .and_then(|r| Some((r, r.gap_to_leader_s.filter(|g| *g > 0.0)?)))
    {
        let ahead = format!("over {}", field.acronym(second.driver_number));
        facts.push(("Margin".to_owned(), format!("{gap:.3} s"), ahead));
    }
    if !data.laps.is_empty() {
        let drivers = charts::laps_by_driver(data).len();
        facts.push(("Laps".to_owned(), data.laps.len().to_string(), format!("of {drivers} drivers")));
    }
    if race && !data.neutralisations.is_empty() {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for period in &data.neutralisations {
            *counts.entry(period.kind.label()).or_default() += 1;
        }
        let kinds: Vec<String> =
            counts.iter().map(|(kind, count)| format!("{count} × {}", kind.to_lowercase())).collect();
        facts.push(("Interruptions".to_owned(), data.neutralisations.len().to_string(), kinds.join(", ")));
    }
    if !data.quality.is_empty() {
        let found = data.quality.iter().filter(|line| line.status == QualityStatus::Warned).count();
        let value = if found == 0 {
            "clean".to_owned()
        } else {
            format!("{found} finding{}", if found == 1 { "" } else { "s" })
        };
        let checked = data.quality.iter().filter(|line| line.status != QualityStatus::NotChecked).count();
        facts.push(("Data quality".to_owned(), value, format!("in {checked} checks")));
    }
    facts
}
