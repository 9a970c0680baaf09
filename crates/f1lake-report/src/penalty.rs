//! Penalties in words.

use crate::clean::clean;
use crate::data::{Penalty, ReportData};

/// Penalties proper, without deleted lap times, in order of time.
pub(crate) fn proper(data: &ReportData) -> impl Iterator<Item = &Penalty> {
    data.penalties.iter().filter(|penalty| !penalty.is_lap_deletion())
}

/// `5 s penalty`, `drive-through`, `3 grid places`.
pub(crate) fn kind(penalty: &Penalty) -> String {
    let with = |value: Option<i64>, text: fn(i64) -> String, without: &str| {
        value.map_or_else(|| without.to_owned(), text)
    };
    match penalty.kind.as_deref() {
        Some("time") => with(penalty.seconds, |s| format!("{s} s penalty"), "time penalty"),
        Some("stop_go") => with(penalty.seconds, |s| format!("stop-and-go of {s} s"), "stop-and-go"),
        Some("drive_through") => "drive-through".to_owned(),
        Some("grid") => with(
            penalty.grid_places,
            |n| format!("{n} grid place{}", if n == 1 { "" } else { "s" }),
            "grid penalty",
        ),
        Some("reprimand") => "reprimand".to_owned(),
        Some("fine") => with(penalty.fine_eur, |eur| format!("fine of {eur} EUR"), "fine"),
        Some("disqualification") => "disqualification".to_owned(),
        Some("lap_deletion") => "lap time deleted".to_owned(),
        Some(other) => clean(other, 30),
        None => "penalty".to_owned(),
    }
}

/// The offence and the turn.
pub(crate) fn reason(penalty: &Penalty) -> String {
    let reason =
        penalty.reason.as_deref().map(|reason| clean(reason, 120).to_lowercase()).unwrap_or_default();
    match penalty.turn {
        Some(turn) if reason.is_empty() => format!("turn {turn}"),
        Some(turn) => format!("{reason}, turn {turn}"),
        None => reason,
    }
}

/// Whether and how it was served; empty where it is not known.
pub(crate) fn served(penalty: &Penalty) -> String {
    let on_lap = |what: &str| match penalty.served_lap_number {
        Some(lap) => format!("{what}, lap {lap}"),
        None => what.to_owned(),
    };
    match penalty.served_by.as_deref() {
        Some("pit_stop") => on_lap("at the stop"),
        Some("pit_lane") => on_lap("in the pit lane"),
        Some("race_control") => "yes".to_owned(),
        Some("race_time") => "added to the race time".to_owned(),
        Some("not_served") => "no".to_owned(),
        Some(other) => clean(other, 30),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn penalties_are_put_in_words() {
        let penalty = |name: &str, n| Penalty {
            kind: Some(name.to_owned()),
            seconds: n,
            grid_places: n,
            fine_eur: n,
            ..Default::default()
        };
        for (name, n, text) in [
            ("time", Some(5), "5 s penalty"),
            ("time", None, "time penalty"),
            ("stop_go", Some(10), "stop-and-go of 10 s"),
            ("grid", Some(1), "1 grid place"),
            ("fine", Some(5000), "fine of 5000 EUR"),
            ("drive_through", None, "drive-through"),
            ("banishment", None, "banishment"),
        ] {
            assert_eq!(kind(&penalty(name, n)), text);
        }
        let mut five = penalty("time", Some(5));
        five.reason = Some("LEAVING THE TRACK".to_owned());
        five.turn = Some(4);
        five.served_by = Some("pit_stop".to_owned());
        five.served_lap_number = Some(31);
        assert_eq!(
            (reason(&five), served(&five)),
            ("leaving the track, turn 4".into(), "at the stop, lap 31".into())
        );
    }
}
