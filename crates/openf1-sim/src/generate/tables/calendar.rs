//! Meetings and sessions.

use super::table::row;
use crate::clock::iso;
use crate::generate::calendar::{Meeting, Session};
use crate::row::Row;
use serde_json::json;

fn offset(session_offset: i64) -> String {
    let sign = if session_offset < 0 { "-" } else { "" };
    format!("{sign}{:02}:{:02}:00", session_offset.abs() / 60, session_offset.abs() % 60)
}

pub(crate) fn meetings(meetings: &[Meeting]) -> Vec<Row> {
    meetings
        .iter()
        .map(|m| {
            let p = m.place;
            let picture = p.location.replace(' ', "%20");
            row(json!({
                "circuit_image": format!("https://media.example.invalid/circuits/{picture}.png"),
                "circuit_info_url": format!("https://circuits.example.invalid/{}/{}", p.circuit_key, m.year),
                "circuit_key": p.circuit_key,
                "circuit_short_name": p.circuit,
                "circuit_type": p.circuit_type,
                "country_code": p.country_code,
                "country_flag": format!("https://media.example.invalid/flags/{}.png", p.country_code),
                "country_key": p.country_key,
                "country_name": p.country,
                "date_end": iso(m.end),
                "date_start": iso(m.start),
                "gmt_offset": offset(p.offset),
                "is_cancelled": m.cancelled,
                "location": p.location,
                "meeting_key": m.key,
                "meeting_name": m.name,
                "meeting_official_name": m.official_name,
                "year": m.year,
            }))
        })
        .collect()
}

pub(crate) fn sessions(sessions: &[Session]) -> Vec<Row> {
    sessions
        .iter()
        .map(|s| {
            let p = s.place;
            row(json!({
                "circuit_key": p.circuit_key,
                "circuit_short_name": p.circuit,
                "country_code": p.country_code,
                "country_key": p.country_key,
                "country_name": p.country,
                "date_end": iso(s.end),
                "date_start": iso(s.start),
                "gmt_offset": offset(p.offset),
                "is_cancelled": s.cancelled,
                "location": p.location,
                "meeting_key": s.meeting_key,
                "session_key": s.key,
                "session_name": s.name,
                "session_type": s.session_type,
                "year": s.year,
            }))
        })
        .collect()
}
