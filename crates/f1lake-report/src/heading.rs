//! What a report is headed with.

use crate::clean::clean;
use crate::data::{ReportData, SessionHeader};

/// Notice for a session that the simulator generated.
pub(crate) const GENERATED: &str = "Generated data: the simulator invented these results and laps.";

/// `Australian Grand Prix 2024: Race`.
pub(crate) fn heading(session: &SessionHeader) -> String {
    let text = |value: &Option<String>| value.as_deref().map(|v| clean(v, 80)).filter(|v| !v.is_empty());
    let place = text(&session.meeting_name)
        .or_else(|| text(&session.location))
        .or_else(|| text(&session.circuit_short_name))
        .or_else(|| text(&session.country_name));
    let year = session
        .year
        .map(|y| y.to_string())
        .filter(|y| place.as_ref().is_none_or(|p| !p.contains(y.as_str())));
    let before: Vec<String> = place.into_iter().chain(year).collect();
    let name = text(&session.session_name).unwrap_or_else(|| format!("Session {}", session.session_key));
    if before.is_empty() { name } else { format!("{}: {name}", before.join(" ")) }
}

/// Circuit, place, date, category, key.
pub(crate) fn subtitle(session: &SessionHeader) -> Vec<String> {
    let text = |value: &Option<String>| value.as_deref().map(|v| clean(v, 60)).filter(|v| !v.is_empty());
    let mut parts: Vec<String> = Vec::new();
    let mut add = |part: Option<String>| {
        if let Some(part) = part
            && !parts.contains(&part)
        {
            parts.push(part);
        }
    };
    add(text(&session.circuit_short_name));
    add(text(&session.location));
    add(text(&session.country_name));
    add(session.date_start.as_deref().map(date));
    add(text(&session.session_category).filter(|c| Some(c) != text(&session.session_name).as_ref()));
    add(Some(format!("session {}", session.session_key)));
    parts
}

/// Name of a part of qualifying: `Q1`, or `SQ1` in sprint qualifying.
pub(crate) fn part_name(data: &ReportData, part: i64) -> String {
    let category = data.session.as_ref().and_then(|session| session.session_category.as_deref());
    if category == Some("Sprint Qualifying") { format!("SQ{part}") } else { format!("Q{part}") }
}

/// What the lake lacks; `None` when it has everything.
pub(crate) fn not_built(data: &ReportData) -> Option<String> {
    let names: Vec<String> = data.not_built.iter().map(ToString::to_string).collect();
    (!names.is_empty()).then(|| format!("Not built: {}; run `f1lake build`.", names.join(", ")))
}

/// `2024-03-24 04:00 UTC` from `2024-03-24T04:00:00...`.
fn date(text: &str) -> String {
    let text = clean(text, 40);
    let day: String = text.chars().take(10).collect();
    let time: String = text.chars().skip(11).take(5).collect();
    let is_time = time.len() == 5
        && time.chars().enumerate().all(|(i, c)| if i == 2 { c == ':' } else { c.is_ascii_digit() });
    if is_time { format!("{day} {time} UTC") } else { day }
}
