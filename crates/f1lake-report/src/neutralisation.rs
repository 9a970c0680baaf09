//! Safety car, virtual safety car and red flag periods out of race control's messages.

use crate::data::{Neutralisation, NeutralisationKind as Kind};
use serde::Deserialize;

/// A message of race control.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct ControlRow {
    /// The leader's lap.
    pub(crate) lap_number: Option<i64>,
    /// `SafetyCar`, `Flag`.
    pub(crate) category: Option<String>,
    /// `RED`, `GREEN`.
    pub(crate) flag: Option<String>,
    /// In words.
    pub(crate) message: Option<String>,
}

/// Periods, from messages in order of time. A period ends with its end message or when another begins.
pub(crate) fn periods(messages: &[ControlRow]) -> Vec<Neutralisation> {
    let mut found: Vec<Neutralisation> = Vec::new();
    for row in messages {
        let Some(lap) = row.lap_number else { continue };
        let text = row.message.as_deref().unwrap_or_default().to_ascii_uppercase();
        let safety_car = row.category.as_deref() == Some("SafetyCar");
        let virtual_car = text.contains("VIRTUAL") || text.contains("VSC");
        let begins = match row.flag.as_deref() {
            Some("RED") => Some(Kind::RedFlag),
            _ if safety_car && text.contains("DEPLOYED") => {
                Some(if virtual_car { Kind::VirtualSafetyCar } else { Kind::SafetyCar })
            }
            _ => None,
        };
        let open = found.last_mut().filter(|last| last.lap_end.is_none());
        match (begins, open) {
            (Some(kind), Some(last)) if last.kind == kind => {}
            (Some(kind), open) => {
                if let Some(last) = open {
                    last.lap_end = Some(lap);
                }
                found.push(Neutralisation { kind, lap_start: lap, lap_end: None });
            }
            (None, Some(last)) => {
                let ends = match last.kind {
                    Kind::RedFlag => {
                        text.contains("RESUME") || matches!(row.flag.as_deref(), Some("GREEN" | "CHEQUERED"))
                    }
                    Kind::SafetyCar => {
                        safety_car && (text.contains("IN THIS LAP") || text.contains("ENDING"))
                    }
                    Kind::VirtualSafetyCar => safety_car && text.contains("ENDING"),
                };
                if ends {
                    last.lap_end = Some(lap);
                }
            }
            (None, None) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(lap: i64, category: &str, flag: Option<&str>, message: &str) -> ControlRow {
        ControlRow {
            lap_number: Some(lap),
            category: Some(category.to_owned()),
            flag: flag.map(str::to_owned),
            message: Some(message.to_owned()),
        }
    }

    #[test]
    fn periods_begin_and_end_with_race_control() {
        let found = periods(&[
            row(1, "Flag", Some("GREEN"), "GREEN LIGHT - PIT EXIT OPEN"),
            row(6, "SafetyCar", None, "VIRTUAL SAFETY CAR DEPLOYED"),
            row(7, "SafetyCar", None, "VIRTUAL SAFETY CAR ENDING"),
            row(20, "SafetyCar", None, "SAFETY CAR DEPLOYED"),
            row(22, "Flag", Some("RED"), "RED FLAG"),
            row(22, "Flag", Some("RED"), "RED FLAG"),
            row(23, "Flag", Some("GREEN"), "GREEN LIGHT - PIT EXIT OPEN"),
            row(57, "SafetyCar", None, "SAFETY CAR DEPLOYED"),
        ]);
        let all: Vec<_> = found.iter().map(|n| (n.kind, n.lap_start, n.lap_end)).collect();
        assert_eq!(
            all,
            [
                (Kind::VirtualSafetyCar, 6, Some(7)),
                (Kind::SafetyCar, 20, Some(22)),
                (Kind::RedFlag, 22, Some(23)),
                (Kind::SafetyCar, 57, None),
            ]
        );
    }
}
