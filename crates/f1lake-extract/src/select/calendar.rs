//! The calendar of a season: its races and sprints, including those not landed or still to come.

use super::session::SessionInfo;
use std::collections::BTreeMap;

/// Rounds of a season, in the order of their races. The lists have equal length.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Calendar {
    pub(crate) meetings: Vec<i64>,
    pub(crate) races: Vec<Option<i64>>,
    pub(crate) sprints: Vec<Option<i64>>,
}

impl Calendar {
    /// From the sessions of the season that were not cancelled. Meetings without race or sprint are not
    /// rounds.
    pub(crate) fn of<'a>(sessions: impl Iterator<Item = &'a SessionInfo>) -> Self {
        let mut rounds: BTreeMap<i64, (Option<&SessionInfo>, Option<&SessionInfo>)> = BTreeMap::new();
        for info in sessions.filter(|info| info.is_race() || info.is_sprint()) {
            let (race, sprint) = rounds.entry(info.meeting_key).or_default();
            let slot = if info.is_race() { race } else { sprint };
            // Of two with one name the later one counts: the first was postponed.
            if slot.is_none_or(|known| {
                (known.date_start, known.session_key) < (info.date_start, info.session_key)
            }) {
                *slot = Some(info);
            }
        }
        let mut ordered: Vec<_> = rounds.into_iter().collect();
        ordered.sort_by_key(|(meeting, (race, sprint))| {
            (race.or(*sprint).map(|info| info.date_start), *meeting)
        });
        let key = |info: Option<&SessionInfo>| info.map(|info| info.session_key);
        Self {
            meetings: ordered.iter().map(|(meeting, _)| *meeting).collect(),
            races: ordered.iter().map(|(_, (race, _))| key(*race)).collect(),
            sprints: ordered.iter().map(|(_, (_, sprint))| key(*sprint)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn session(session_key: i64, meeting_key: i64, name: &str, kind: &str, day: &str) -> SessionInfo {
        let row = json!({
            "session_key": session_key, "meeting_key": meeting_key, "session_name": name, "session_type": kind,
            "date_start": format!("2023-{day}T12:00:00Z"), "year": 2023
        });
        SessionInfo::from_row(&serde_json::from_value(row).unwrap()).unwrap()
    }

    #[test]
    fn rounds_are_ordered_by_race_not_by_key() {
        let sessions = [
            session(10, 9, "Race", "Race", "04-30"),
            session(11, 9, "Sprint", "Race", "04-29"),
            session(12, 9, "Qualifying", "Qualifying", "04-28"),
            session(99, 3, "Race", "Race", "03-05"),
            session(50, 1, "Day 1", "Practice", "02-23"),
        ];
        let calendar = Calendar::of(sessions.iter());
        assert_eq!(calendar.meetings, [3, 9]);
        assert_eq!(calendar.races, [Some(99), Some(10)]);
        assert_eq!(calendar.sprints, [None, Some(11)]);
    }

    #[test]
    fn sprint_of_2023_is_found_under_each_name_without_its_qualifying() {
        let names = ["Sprint", "Sprint Qualifying", "Sprint Qualifying", "Sprint Qualifying"];
        for (name, kind) in names.into_iter().zip(["Race", "Race", "Sprint", "Sprint Qualifying"]) {
            let sessions =
                [session(1, 7, name, kind, "04-29"), session(2, 7, "Sprint Shootout", "Qualifying", "04-29")];
            assert_eq!(Calendar::of(sessions.iter()).sprints, [Some(1)], "{name}, {kind}");
        }
        let qualifying = [session(1, 7, "Sprint Qualifying", "Qualifying", "04-29")];
        assert_eq!(Calendar::of(qualifying.iter()), Calendar::default());
    }

    #[test]
    fn postponed_race_counts_once_and_lone_sprint_stays() {
        let sessions = [
            session(5, 7, "Race", "Race", "04-30"),
            session(4, 7, "Race", "Race", "05-01"),
            session(6, 8, "Sprint", "Race", "06-01"),
        ];
        let calendar = Calendar::of(sessions.iter());
        assert_eq!(calendar.races, [Some(4), None]);
        assert_eq!(calendar.sprints, [None, Some(6)]);
    }
}
