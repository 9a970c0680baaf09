//! The page: one file that works without scripts and loads nothing from elsewhere.

use crate::charts::{self, Chart, comparison, lap_times, positions, track_map, tyre_stints};
use crate::clean::clean;
use crate::colour::{Rgb, SPEED_SCALE, Tyre};
use crate::compare::compare;
use crate::data::{LeaderboardRow, QualityStatus, ReportData, SessionHeader};
use crate::error::ReportError;
use crate::field::{Field, Member};
use crate::format;
use crate::quality::{self, Finding};
use askama::Template;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The page's only script: reads the comparison at the pointer.
const SCRIPT: &str = include_str!("../templates/report.js");
/// Digest of [`SCRIPT`] for the page's content security policy: no other script may run.
const SCRIPT_SHA256: &str = "wrvQDkVJgsHsRYfvJKEot15/2M17m//GbsDddgidOK8=";
const STYLE: &str = include_str!("../templates/report.css");
/// Notice for a session that the simulator generated.
pub(crate) const GENERATED: &str = "Generated data: the simulator invented these results and laps.";

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    style: &'a str,
    colours: String,
    script: &'a str,
    script_sha256: &'a str,
    title: String,
    heading: String,
    subtitle: Vec<String>,
    generated: Option<&'static str>,
    facts: Vec<(String, String, String)>,
    has_team: bool,
    has_grid: bool,
    has_points: bool,
    has_stops: bool,
    has_theoretical: bool,
    has_phases: bool,
    results: Vec<ResultView>,
    drivers: Vec<DriverView>,
    lap_times: Option<Chart>,
    lap_table: Option<LapTable>,
    positions: Option<Chart>,
    stints: Option<Chart>,
    stint_rows: Vec<(String, String)>,
    tyres: Vec<(&'static str, &'static str, &'static str)>,
    comparison: Option<ComparisonView>,
    speed_map: Option<Chart>,
    faster_map: Option<Chart>,
    findings: Vec<Finding>,
    quality_summary: String,
    passed: String,
    not_checked: String,
}

struct DriverView {
    number: i64,
    class: String,
    acronym: String,
    name: String,
    team: String,
    seat: usize,
}

struct ResultView {
    place: String,
    driver: DriverView,
    grid: String,
    laps: String,
    gap: String,
    best: String,
    best_lap: String,
    fastest: bool,
    phases: [String; 3],
    theoretical: String,
    stops: String,
    points: String,
}

struct LapTable {
    drivers: Vec<DriverView>,
    rows: Vec<(i64, Vec<LapCell>)>,
}

struct LapCell {
    text: String,
    class: &'static str,
}

struct ComparisonView {
    chart: Chart,
    laps: Vec<(String, String, usize)>,
    readings: String,
    left: i32,
    right: i32,
    top: i32,
    bottom: i32,
    table: Vec<[String; 5]>,
    names: Vec<String>,
}

/// Renders the report as one HTML file that is readable offline, in light, in dark and on paper.
///
/// Names from the API are escaped, cleaned of control characters and cut; the page's content security policy
/// forbids every script except its own.
///
/// # Errors
/// [`ReportError::Chart`] or [`ReportError::Page`] when drawing or writing fails; no data is known to cause
/// it.
pub fn render_html(data: &ReportData) -> Result<String, ReportError> {
    let field = Field::of(data);
    let session = data.session.clone().unwrap_or_default();
    let laid_over = compare(&data.best_laps, data.anchors.as_ref());
    let (compared, speed_map, faster_map) = match &laid_over {
        Some(c) => {
            let (speed, faster) = track_map::draw(&data.best_laps, c, &field)?;
            (comparison::draw(&data.best_laps, c, &field)?, speed, faster)
        }
        None => (None, None, None),
    };
    let comparison = match (compared, &laid_over) {
        (Some(drawn), Some(c)) => {
            let (left, top, right, bottom) = drawn.bounds;
            let shown = if c.second.is_some() { 2 } else { 1 };
            Some(ComparisonView {
                chart: drawn.chart,
                laps: (data.best_laps.iter().take(shown).enumerate())
                    .map(|(place, lap)| {
                        let class = charts::lap_classes(&data.best_laps, place, &field);
                        (class, comparison::lap_label(lap, &field), place)
                    })
                    .collect(),
                readings: comparison::readings(c),
                left,
                right,
                top,
                bottom,
                table: comparison::table(c),
                names: data.best_laps.iter().take(shown).map(|l| field.acronym(l.driver_number)).collect(),
            })
        }
        _ => None,
    };
    let any = |has: fn(&LeaderboardRow) -> bool| data.leaderboard.iter().any(has);
    let page = Page {
        style: STYLE,
        colours: colours(&field),
        script: SCRIPT,
        script_sha256: SCRIPT_SHA256,
        title: format!(
            "{}{} · f1lake",
            heading(&session),
            if session.is_generated { " (generated data)" } else { "" }
        ),
        heading: heading(&session),
        subtitle: subtitle(&session),
        generated: session.is_generated.then_some(GENERATED),
        facts: facts(data, &field),
        has_team: field.members().iter().any(|m| !m.team.is_empty()),
        has_grid: any(|r| r.grid_position.is_some()),
        has_points: any(|r| r.points.is_some_and(|p| p > 0.0)),
        has_stops: any(|r| r.pit_stops.is_some()),
        has_theoretical: any(|r| r.theoretical_best_s.is_some()),
        has_phases: any(|r| r.best_q2_s.is_some() || r.best_q3_s.is_some()),
        results: results(data, &field),
        drivers: field.members().iter().map(driver_view).collect(),
        lap_times: lap_times::draw(data, &field)?,
        lap_table: lap_table(data, &field),
        positions: positions::draw(data, &field)?,
        stints: tyre_stints::draw(data, &field)?,
        stint_rows: stint_rows(data, &field),
        tyres: tyres(data),
        comparison,
        speed_map,
        faster_map,
        findings: quality::findings(data, &field),
        quality_summary: quality::summary(data),
        passed: quality::names(data, QualityStatus::Passed),
        not_checked: quality::names(data, QualityStatus::NotChecked),
    };
    Ok(page.render()?)
}

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

/// `2024-03-24 04:00 UTC` from `2024-03-24T04:00:00...`.
fn date(text: &str) -> String {
    let text = clean(text, 40);
    let day: String = text.chars().take(10).collect();
    let time: String = text.chars().skip(11).take(5).collect();
    let is_time = time.len() == 5
        && time.chars().enumerate().all(|(i, c)| if i == 2 { c == ':' } else { c.is_ascii_digit() });
    if is_time { format!("{day} {time} UTC") } else { day }
}

/// The key facts: label, value, remark.
fn facts(data: &ReportData, field: &Field) -> Vec<(String, String, String)> {
    let mut facts = Vec::new();
    let race = data.session.as_ref().is_some_and(|s| s.is_race());
    if let Some(first) = data.leaderboard.iter().find(|r| r.position == Some(1)) {
        let member = field.get(first.driver_number);
        let label = if race { "Winner" } else { "First" };
        facts.push((
            label.to_owned(),
            field.acronym(first.driver_number),
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

/// The row with the best lap, excluding disqualified drivers.
pub(crate) fn fastest(data: &ReportData) -> Option<(&LeaderboardRow, f64)> {
    data.leaderboard
        .iter()
        .filter(|row| row.status.as_deref() != Some("DSQ"))
        .filter_map(|r| Some((r, r.best_lap_s.filter(|t| t.is_finite() && *t > 0.0)?)))
        .min_by(|a, b| a.1.total_cmp(&b.1))
}

fn driver_view(member: &Member) -> DriverView {
    DriverView {
        number: member.number,
        class: member.class(),
        acronym: member.acronym.clone(),
        name: member.name.clone(),
        team: member.team.clone(),
        seat: member.seat.min(2),
    }
}

fn results(data: &ReportData, field: &Field) -> Vec<ResultView> {
    let best = fastest(data).map(|(row, _)| row.driver_number);
    let number = |value: Option<i64>| value.map(|v| v.to_string()).unwrap_or_default();
    let time = |value: Option<f64>| value.filter(|t| t.is_finite()).map(format::lap_time).unwrap_or_default();
    data.leaderboard
        .iter()
        .filter_map(|row| {
            Some(ResultView {
                place: place(row),
                driver: driver_view(field.get(row.driver_number)?),
                grid: number(row.grid_position),
                laps: number(row.number_of_laps),
                gap: format::gap(row),
                best: time(row.best_lap_s),
                best_lap: number(row.best_lap_number),
                fastest: best == Some(row.driver_number),
                phases: [time(row.best_q1_s), time(row.best_q2_s), time(row.best_q3_s)],
                theoretical: time(row.theoretical_best_s),
                stops: number(row.pit_stops),
                points: row.points.map(format::points).unwrap_or_default(),
            })
        })
        .collect()
}

/// The position, or why there is none.
pub(crate) fn place(row: &LeaderboardRow) -> String {
    match (&row.status, row.position) {
        (Some(status), _) if !status.is_empty() => clean(status, 6),
        (_, Some(place)) => place.to_string(),
        _ => "–".to_owned(),
    }
}

fn lap_table(data: &ReportData, field: &Field) -> Option<LapTable> {
    let laps = charts::laps_by_driver(data);
    let members: Vec<&Member> = field.members().iter().filter(|m| laps.contains_key(&m.number)).collect();
    let last = laps.values().flatten().map(|l| l.lap_number).max()?;
    let by_key: BTreeMap<(i64, i64), _> =
        laps.values().flatten().map(|l| ((l.lap_number, l.driver_number), *l)).collect();
    let best: BTreeMap<i64, f64> =
        data.leaderboard.iter().filter_map(|r| Some((r.driver_number, r.best_lap_s?))).collect();
    let rows = (1..=last)
        .map(|number| {
            let cells = members
                .iter()
                .map(|member| {
                    let lap = by_key.get(&(number, member.number));
                    let time = lap.and_then(|l| charts::lap_time(l));
                    let is_best =
                        time.zip(best.get(&member.number)).is_some_and(|(t, b)| (t - b).abs() < 5e-4);
                    let pit =
                        lap.is_some_and(|l| l.is_pit_in_lap == Some(true) || l.is_pit_out_lap == Some(true));
                    LapCell {
                        text: time.map(format::lap_time).unwrap_or_default(),
                        class: if is_best {
                            "best"
                        } else if pit {
                            "pit"
                        } else {
                            ""
                        },
                    }
                })
                .collect();
            (number, cells)
        })
        .collect();
    Some(LapTable { drivers: members.into_iter().map(driver_view).collect(), rows })
}

fn stint_rows(data: &ReportData, field: &Field) -> Vec<(String, String)> {
    let drawable = tyre_stints::drawable(data);
    field
        .members()
        .iter()
        .filter_map(|member| {
            let texts: Vec<String> = drawable
                .iter()
                .filter(|(s, ..)| s.driver_number == member.number)
                .map(|(stint, start, end)| tyre_stints::describe(stint, *start, *end))
                .collect();
            (!texts.is_empty()).then(|| (member.acronym.clone(), texts.join("; ")))
        })
        .collect()
}

/// Compounds that occur, for the legend: class, letter, name.
fn tyres(data: &ReportData) -> Vec<(&'static str, &'static str, &'static str)> {
    let used: std::collections::BTreeSet<Tyre> =
        tyre_stints::drawable(data).iter().map(|(s, ..)| Tyre::of(s.compound.as_deref())).collect();
    used.into_iter().map(|t| (t.class(), t.letter(), t.name())).collect()
}

/// CSS rules for colours that depend on the data. Everything in them is a number or comes from [`Rgb::css`].
fn colours(field: &Field) -> String {
    let (mut light, mut dark, mut hide) = (String::new(), String::new(), String::new());
    // Writing to a string cannot fail.
    for member in field.members() {
        let class = member.class();
        let (on_light, on_dark) = member.tones();
        let _ = write!(light, ".{class}{{--c:{}}}", on_light.css());
        let _ = write!(dark, ".{class}{{--c:{}}}", on_dark.css());
        let _ = write!(hide, ".field:has(#show-{class}:not(:checked)) .chart .{class}{{display:none}}");
    }
    for tyre in Tyre::ALL {
        let colour = tyre.colour();
        let _ = write!(light, ".{}{{--c:{};--on:{}}}", tyre.class(), colour.css(), colour.text_on().css());
    }
    for (index, colour) in SPEED_SCALE.iter().enumerate() {
        let _ = write!(light, ".v{index}{{--c:{}}}", Rgb::css(*colour));
    }
    format!("{light}@media screen and (prefers-color-scheme:dark){{{dark}}}{hide}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::Digest;

    #[test]
    fn the_policy_allows_exactly_the_script_of_the_page() {
        use base64::Engine;
        let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(SCRIPT));
        assert_eq!(SCRIPT_SHA256, digest);
        assert!(!SCRIPT.contains("</") && !STYLE.contains("</"));
    }

    #[test]
    fn a_heading_needs_no_names() {
        let mut session = SessionHeader { session_key: 9488, ..Default::default() };
        assert_eq!(heading(&session), "Session 9488");
        session.session_name = Some("Race".to_owned());
        session.location = Some("Melbourne".to_owned());
        session.year = Some(2024);
        assert_eq!(heading(&session), "Melbourne 2024: Race");
        session.date_start = Some("2024-03-24T04:00:00Z".to_owned());
        session.session_category = Some("Race".to_owned());
        assert_eq!(subtitle(&session), ["Melbourne", "2024-03-24 04:00 UTC", "session 9488"]);
    }
}
