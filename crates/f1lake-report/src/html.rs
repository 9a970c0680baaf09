//! The page: one file that works without scripts and loads nothing from elsewhere.

mod colours;
mod comparison;
mod facts;
mod grid;
mod lap_table;
mod minisectors;
mod penalties;
mod race;
mod results;
mod timed;
mod tyres;

use crate::charts::{
    Chart, gaps, lap_times, long_runs, minisectors as sector_map, pace, positions, session_laps, track_map,
    tyre_stints, weather,
};
use crate::compare::{anchors, compare};
use crate::data::{QualityStatus, ReportData};
use crate::error::ReportError;
use crate::field::{Field, Member};
use crate::heading::{GENERATED, heading, not_built, subtitle};
use crate::quality::{self, Finding};
use askama::Template;
use colours::colours;
use comparison::{ComparisonView, comparison_view};
use facts::facts;
use grid::Grid;
use lap_table::{LapTable, lap_table};
use results::results;
use timed::PartView;
use tyres::{stint_rows, tyres};

/// The page's only script: buttons for all drivers and none, and the read-out of the comparison and the choice
/// of its laps.
const SCRIPT: &str = include_str!("../templates/report.js");
/// Digest of [`SCRIPT`] for the page's content security policy: no other script may run.
const SCRIPT_SHA256: &str = "bgTSERpiLnrf560a2BidlhMv4bSNFvNrXwWHHwiuSc0=";
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
    not_built: Option<String>,
    facts: Vec<(String, String, String)>,
    results: Option<Grid<'a>>,
    parts: Vec<PartView>,
    part_table: Option<Grid<'a>>,
    drivers: &'a [Member],
    lap_times: Option<Chart>,
    lap_table: Option<LapTable<'a>>,
    gaps: Option<Chart>,
    positions: Option<Chart>,
    long_runs: Option<Grid<'a>>,
    long_run_chart: Option<Chart>,
    pit_stops: Option<Grid<'a>>,
    stints: Option<Chart>,
    stint_rows: Vec<(String, String)>,
    tyres: Vec<(&'static str, &'static str, &'static str)>,
    pace_chart: Option<Chart>,
    pace: Option<Grid<'a>>,
    penalties: Option<Grid<'a>>,
    deleted_laps: Option<Grid<'a>>,
    comparison: Option<ComparisonView>,
    speed_map: Option<Chart>,
    faster_map: Option<Chart>,
    minisector_map: Option<Chart>,
    minisector_table: Option<Grid<'a>>,
    weather: Option<Chart>,
    findings: Vec<Finding>,
    quality_summary: String,
    passed: String,
    not_checked: String,
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
    let anchors = anchors(data);
    let laid_over = compare(&data.compared_laps, anchors.as_ref());
    let sectors = sector_map::Sectors::of(data, anchors.as_ref());
    let (comparison, speed_map, faster_map) = match &laid_over {
        Some(c) => {
            let (speed, faster) = track_map::draw(&data.compared_laps, c, &field)?;
            (comparison_view(data, c, anchors.as_ref(), &field)?, speed, faster)
        }
        None => (None, None, None),
    };
    let minisector_map = match (&sectors, &laid_over) {
        (Some(sectors), Some(c)) => sector_map::draw(data, sectors, c, &field)?,
        _ => None,
    };
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
        not_built: not_built(data),
        facts: facts(data, &field),
        results: results(data, &field),
        parts: timed::parts(data, &field)?,
        part_table: timed::part_table(data, &field),
        drivers: field.members(),
        lap_times: if session.is_race() {
            lap_times::draw(data, &field)?
        } else {
            session_laps::draw(data, &field)?
        },
        lap_table: lap_table(data, &field),
        gaps: gaps::draw(data, &field)?,
        positions: positions::draw(data, &field)?,
        long_runs: timed::long_runs(data, &field),
        long_run_chart: long_runs::draw(data, &field)?,
        pit_stops: race::pit_stops(data, &field),
        stints: tyre_stints::draw(data, &field)?,
        stint_rows: stint_rows(data, &field),
        tyres: tyres(data),
        pace_chart: pace::draw(data, &field)?,
        pace: race::stint_pace(data, &field),
        penalties: penalties::penalties(data, &field),
        deleted_laps: penalties::deleted_laps(data, &field),
        comparison,
        speed_map,
        faster_map,
        minisector_map,
        minisector_table: sectors.as_ref().and_then(|sectors| minisectors::table(data, sectors, &field)),
        weather: weather::draw(data)?,
        findings: quality::findings(data, &field),
        quality_summary: quality::summary(data),
        passed: quality::names(data, QualityStatus::Passed),
        not_checked: quality::names(data, QualityStatus::NotChecked),
    };
    Ok(page.render()?)
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
