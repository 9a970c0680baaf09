//! The overlay of two laps.

use crate::charts::choices::{Choices, choices};
use crate::charts::{self, Chart, comparison};
use crate::compare::Comparison;
use crate::data::ReportData;
use crate::error::ReportError;
use crate::field::Field;
use f1lake_motion::Anchors;

/// The chart, what its read-out needs, and its table.
pub(super) struct ComparisonView {
    pub(super) chart: Chart,
    pub(super) laps: Vec<(String, String, usize)>,
    pub(super) readings: String,
    pub(super) left: i32,
    pub(super) right: i32,
    pub(super) top: i32,
    pub(super) bottom: i32,
    /// Tops, bottoms and values of the strips, as JSON arrays of numbers.
    pub(super) strips: String,
    pub(super) choices: Option<Choices>,
    pub(super) table: Vec<[String; 5]>,
    pub(super) names: Vec<String>,
}

/// `None` without telemetry that has distance and speed.
pub(super) fn comparison_view(
    data: &ReportData,
    comparison: &Comparison,
    anchors: Option<&Anchors>,
    field: &Field,
) -> Result<Option<ComparisonView>, ReportError> {
    let laps = &data.compared_laps;
    let Some(drawn) = comparison::draw(laps, comparison, field)? else { return Ok(None) };
    let (left, top, right, bottom) = drawn.bounds;
    let shown = if comparison.second.is_some() { 2 } else { 1 };
    Ok(Some(ComparisonView {
        chart: drawn.chart,
        laps: (laps.iter().take(shown).enumerate())
            .map(|(place, lap)| {
                (charts::lap_classes(laps, place, field), comparison::lap_label(lap, field), place)
            })
            .collect(),
        readings: comparison::readings(comparison),
        left,
        right,
        top,
        bottom,
        strips: serde_json::json!(drawn.strips).to_string(),
        choices: choices(data, comparison, anchors, field),
        table: comparison::table(comparison),
        names: laps.iter().take(shown).map(|lap| field.acronym(lap.driver_number)).collect(),
    }))
}
