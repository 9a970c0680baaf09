//! Who drives.

use super::table::row;
use crate::generate::calendar::{Kind, Session};
use crate::generate::model::Model;
use crate::generate::roster::Driver;
use crate::row::Row;
use serde_json::{Value, json};

pub(super) fn drivers(session: &Session, roster: &[Driver], model: &Model) -> Vec<Row> {
    let mut rows: Vec<Row> = roster
        .iter()
        .map(|d| {
            let last = d.last.to_uppercase();
            let initial = d.first.chars().next().unwrap_or('X');
            let mut row = row(json!({
                "broadcast_name": format!("{initial} {last}"),
                "driver_number": d.number,
                "first_name": d.first,
                "full_name": format!("{} {last}", d.first),
                "headshot_url": format!("https://media.example.invalid/drivers/{}.png", d.acronym.to_lowercase()),
                "last_name": d.last,
                "meeting_key": session.meeting_key,
                "name_acronym": d.acronym,
                "session_key": session.key,
                "team_colour": d.team.colour,
                "team_name": d.team.name,
            }));
            match session.year {
                ..2025 => row.set("country_code", json!(d.country)),
                2025 => row.set("country_code", Value::Null),
                // Newer rows lack the field.
                _ => {}
            }
            if d.acronym == "COL" || d.acronym == "LIN" {
                row.set("headshot_url", Value::Null);
            }
            row
        })
        .collect();
    let race_at = |place: &str| session.kind == Kind::Race && session.place.location == place;
    if race_at("Melbourne") {
        // The same row twice.
        let again = rows[3].clone();
        rows.insert(4, again);
    }
    if race_at("Monza") {
        // A second row of a driver with half the fields.
        let mut half = rows[5].clone();
        for name in ["broadcast_name", "first_name", "headshot_url", "last_name", "team_name", "team_colour"]
        {
            half.set(name, Value::Null);
        }
        rows.push(half);
    }
    if race_at("Budapest") {
        // One scorer has no row.
        let fifth = model.results.iter().find(|l| l.position == Some(5)).map(|l| roster[l.driver].number);
        rows.retain(|row| row.int("driver_number") != fifth);
    }
    rows
}
