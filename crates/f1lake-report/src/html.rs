//! The page: one file that works without scripts and loads nothing from elsewhere.

mod facts;
mod lap_table;
mod results;
mod tyres;

use crate::charts::{self, Chart, comparison, lap_times, positions, track_map, tyre_stints};
use crate::colour::{Rgb, SPEED_SCALE, Tyre};
use crate::compare::compare;
use crate::data::{LeaderboardRow, QualityStatus, ReportData};
use crate::error::ReportError;
use crate::field::{Field, Member};
use crate::heading::{GENERATED, heading, subtitle};
use crate::quality::{self, Finding};
use askama::Template;
use facts::facts;
use lap_table::{LapTable, lap_table};
use results::{ResultView, results};
use std::fmt::Write;
use tyres::{stint_rows, tyres};

/// The page's only script: reads the comparison at the pointer.
const SCRIPT: &str = include_str!("../templates/report.js");
/// Digest of [`SCRIPT`] for the page's content security policy: no other script may run.
const SCRIPT_SHA256: &str = "wrvQDkVJgsHsRYfvJKEot15/2M17m//GbsDddgidOK8=";
const STYLE: &str = include_str!("../templates/report.css");
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
    results: Vec<ResultView<'a>>,
    drivers: &'a [Member],
    lap_times: Option<Chart>,
    lap_table: Option<LapTable<'a>>,
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
        drivers: field.members(),
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
    use crate::data::SessionHeader;
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
