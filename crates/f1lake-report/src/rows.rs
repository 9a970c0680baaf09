//! Converts the rows of the queries to [`ReportData`].

use crate::data::{LapTrace, ReportData, TraceSample};
use crate::error::ReportError;
use crate::queries::Part;
use f1lake_motion::{Anchors, SectorLinesRow};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// Results of the queries: the rows of each part as JSON objects. A part may be missing.
pub type Rows = BTreeMap<Part, Vec<Value>>;

/// A telemetry row: a sample and the lap that it belongs to.
#[derive(Debug, Deserialize)]
struct TelemetryRow {
    driver_number: i64,
    lap_number: i64,
    lap_duration_s: Option<f64>,
    sector_1_s: Option<f64>,
    sector_2_s: Option<f64>,
    sector_3_s: Option<f64>,
    #[serde(flatten)]
    sample: TraceSample,
}

impl ReportData {
    /// Builds a report's data. Rows are objects whose names are the columns of [`Part::sql`].
    ///
    /// # Errors
    /// [`ReportError::Row`] when a row lacks a key column or a value has another type than the query returns.
    pub fn from_rows(mut rows: Rows) -> Result<Self, ReportError> {
        let rows = &mut rows;
        let lines: Vec<SectorLinesRow> = take(rows, Part::SectorLines)?;
        Ok(Self {
            session: take(rows, Part::Session)?.into_iter().next(),
            drivers: take(rows, Part::Drivers)?,
            leaderboard: take(rows, Part::Leaderboard)?,
            laps: take(rows, Part::Laps)?,
            stints: take(rows, Part::Stints)?,
            compared_laps: traces(take(rows, Part::Telemetry)?),
            are_laps_chosen: false,
            anchors: Anchors::of_rows(&lines),
            neutralisations: take(rows, Part::Neutralisations)?,
            lap_positions: take(rows, Part::LapPositions)?,
            pit_stops: take(rows, Part::PitStops)?,
            stint_pace: take(rows, Part::StintPace)?,
            penalties: take(rows, Part::Penalties)?,
            qualifying_times: take(rows, Part::QualifyingTimes)?,
            qualifying_parts: take(rows, Part::QualifyingParts)?,
            long_runs: take(rows, Part::LongRuns)?,
            weather: take(rows, Part::Weather)?,
            rain_windows: take(rows, Part::RainWindows)?,
            session_weather: take(rows, Part::SessionWeather)?.into_iter().next(),
            quality: take(rows, Part::Quality)?,
            not_built: Vec::new(),
        })
    }

    /// Compares these laps instead of the best ones.
    #[must_use]
    pub fn with_laps(mut self, laps: Vec<LapTrace>) -> Self {
        self.compared_laps = laps;
        self.are_laps_chosen = true;
        self
    }
}

impl LapTrace {
    /// The lap of [`lap_telemetry_sql`](crate::lap_telemetry_sql); `None` without rows.
    ///
    /// # Errors
    /// [`ReportError::Row`] as for [`ReportData::from_rows`].
    pub fn from_rows(rows: Vec<Value>) -> Result<Option<Self>, ReportError> {
        Ok(traces(read(Part::Telemetry, rows)?).into_iter().next())
    }
}

fn take<T: DeserializeOwned>(rows: &mut Rows, part: Part) -> Result<Vec<T>, ReportError> {
    read(part, rows.remove(&part).unwrap_or_default())
}

fn read<T: DeserializeOwned>(part: Part, rows: Vec<Value>) -> Result<Vec<T>, ReportError> {
    rows.into_iter()
        .enumerate()
        .map(|(index, row)| {
            serde_json::from_value(row).map_err(|source| ReportError::Row { part, row: index + 1, source })
        })
        .collect()
}

/// Samples by lap, fastest lap first, in time order.
fn traces(rows: Vec<TelemetryRow>) -> Vec<LapTrace> {
    let mut laps: BTreeMap<(i64, i64), LapTrace> = BTreeMap::new();
    for row in rows {
        let lap = laps.entry((row.driver_number, row.lap_number)).or_insert_with(|| LapTrace {
            driver_number: row.driver_number,
            lap_number: row.lap_number,
            lap_duration_s: row.lap_duration_s,
            sectors_s: [row.sector_1_s, row.sector_2_s, row.sector_3_s],
            samples: Vec::new(),
        });
        lap.samples.push(row.sample);
    }
    let mut laps: Vec<LapTrace> = laps.into_values().collect();
    let time = |value: Option<f64>| value.unwrap_or(f64::INFINITY);
    for lap in &mut laps {
        lap.samples.sort_by(|a, b| time(a.lap_time_s).total_cmp(&time(b.lap_time_s)));
    }
    laps.sort_by(|a, b| time(a.lap_duration_s).total_cmp(&time(b.lap_duration_s)));
    laps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::NeutralisationKind;
    use serde_json::json;

    #[test]
    fn samples_become_laps_fastest_first() {
        let row = |driver: i64, seconds: f64, at: f64| json!({"driver_number": driver, "lap_number": 3, "lap_duration_s": seconds, "lap_time_s": at, "speed": 300});
        let rows =
            Rows::from([(Part::Telemetry, vec![row(44, 80.5, 0.4), row(44, 80.5, 0.1), row(1, 80.1, 0.2)])]);
        let data = ReportData::from_rows(rows).unwrap();
        let laps: Vec<_> = data.compared_laps.iter().map(|l| (l.driver_number, l.samples.len())).collect();
        assert_eq!(laps, [(1, 1), (44, 2)]);
        assert_eq!(data.compared_laps[1].samples[0].lap_time_s, Some(0.1));
    }

    #[test]
    fn anchors_are_the_median_of_the_clean_laps() {
        let row = |first: f64, second: f64, length: Option<f64>| json!({"driver_number": 1, "lap_number": 2, "line_1_m": first, "line_2_m": second, "length_m": length});
        let lines = vec![
            row(1500.0, 3300.0, Some(5300.0)),
            row(1510.0, 3290.0, Some(5310.0)),
            row(9.0, 9.0, None),
            row(1490.0, 3310.0, Some(5290.0)),
        ];
        let data = ReportData::from_rows(Rows::from([(Part::SectorLines, lines)])).unwrap();
        assert_eq!(data.anchors, Some(Anchors { sector_lines_m: Some([1500.0, 3300.0]), length_m: 5300.0 }));
    }

    #[test]
    fn neutralisations_are_read() {
        let rows = vec![
            json!({"kind": "safety_car", "lap_start": 1, "lap_end": 3}),
            json!({"kind": "red_flag", "lap_start": null, "lap_end": null}),
        ];
        let data = ReportData::from_rows(Rows::from([(Part::Neutralisations, rows)])).unwrap();
        let kinds: Vec<_> = data.neutralisations.iter().map(|n| (n.kind, n.lap_start, n.lap_end)).collect();
        let expected =
            [(NeutralisationKind::SafetyCar, Some(1), Some(3)), (NeutralisationKind::RedFlag, None, None)];
        assert_eq!(kinds, expected);
    }

    #[test]
    fn a_row_of_another_shape_is_named() {
        let rows = Rows::from([(
            Part::Laps,
            vec![json!({"driver_number": 1, "lap_number": 1}), json!({"lap_number": 2})],
        )]);
        let error = ReportData::from_rows(rows).unwrap_err().to_string();
        assert!(error.starts_with("laps, row 2: missing field `driver_number`"), "{error}");
    }

    #[test]
    fn no_rows_make_an_empty_report() {
        assert_eq!(ReportData::from_rows(Rows::new()).unwrap(), ReportData::default());
    }
}
