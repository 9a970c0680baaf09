//! SQL that fills a report from the lake. Column names of the results are the field names of the data types.

use serde::{Deserialize, Serialize};

/// A part of a report: one query, one list of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Names and date, one row.
    Session,
    /// Drivers and teams.
    Drivers,
    /// The result.
    Leaderboard,
    /// Laps.
    Laps,
    /// Stints.
    Stints,
    /// Telemetry of the best laps of ten drivers.
    Telemetry,
    /// Positions of the sector lines in each clean lap.
    SectorLines,
    /// Safety car, virtual safety car and red flag periods.
    Neutralisations,
    /// Gaps by lap.
    LapPositions,
    /// Stops and their cost.
    PitStops,
    /// Pace of stints.
    StintPace,
    /// Penalties and deleted lap times.
    Penalties,
    /// Drivers by part of qualifying.
    QualifyingTimes,
    /// Parts of qualifying.
    QualifyingParts,
    /// Long runs of practice.
    LongRuns,
    /// Samples of the weather.
    Weather,
    /// Spells of rain.
    RainWindows,
    /// The weather as a whole, one row.
    SessionWeather,
    /// What is missing or odd.
    Quality,
}

impl Part {
    /// All, in the order in which a report shows them.
    pub const ALL: [Self; 19] = [
        Self::Session,
        Self::Drivers,
        Self::Leaderboard,
        Self::Laps,
        Self::Stints,
        Self::Telemetry,
        Self::SectorLines,
        Self::Neutralisations,
        Self::LapPositions,
        Self::PitStops,
        Self::StintPace,
        Self::Penalties,
        Self::QualifyingTimes,
        Self::QualifyingParts,
        Self::LongRuns,
        Self::Weather,
        Self::RainWindows,
        Self::SessionWeather,
        Self::Quality,
    ];

    /// Its name in messages, and its query.
    fn query(self) -> (&'static str, &'static str) {
        match self {
            Self::Session => ("session", include_str!("../sql/session.sql")),
            Self::Drivers => ("drivers", include_str!("../sql/drivers.sql")),
            Self::Leaderboard => ("leaderboard", include_str!("../sql/leaderboard.sql")),
            Self::Laps => ("laps", include_str!("../sql/laps.sql")),
            Self::Stints => ("stints", include_str!("../sql/stints.sql")),
            Self::Telemetry => ("telemetry", include_str!("../sql/telemetry.sql")),
            Self::SectorLines => ("sector lines", f1lake_motion::SECTOR_LINES_SQL),
            Self::Neutralisations => ("neutralisations", include_str!("../sql/neutralisations.sql")),
            Self::LapPositions => ("gaps", include_str!("../sql/lap_positions.sql")),
            Self::PitStops => ("pit stops", include_str!("../sql/pit_stops.sql")),
            Self::StintPace => ("pace", include_str!("../sql/stint_pace.sql")),
            Self::Penalties => ("penalties", include_str!("../sql/penalties.sql")),
            Self::QualifyingTimes => ("qualifying times", include_str!("../sql/qualifying_times.sql")),
            Self::QualifyingParts => ("parts of qualifying", include_str!("../sql/qualifying_parts.sql")),
            Self::LongRuns => ("long runs", include_str!("../sql/long_runs.sql")),
            Self::Weather => ("weather", include_str!("../sql/weather.sql")),
            Self::RainWindows => ("rain", include_str!("../sql/rain_windows.sql")),
            Self::SessionWeather => ("weather as a whole", include_str!("../sql/session_weather.sql")),
            Self::Quality => ("data quality", include_str!("../sql/quality.sql")),
        }
    }

    /// The query of this part for a session: one statement in the common subset of DataFusion, DuckDB and
    /// Spark, with an `order by` and two-part table names.
    pub fn sql(self, session_key: i64) -> String {
        self.query().1.replace("{session_key}", &session_key.to_string()).replace("{of_driver}", "")
    }

    /// Whether a report can do without: lakes that an older version built lack its tables.
    pub fn is_optional(self) -> bool {
        matches!(
            self,
            Self::LapPositions
                | Self::PitStops
                | Self::StintPace
                | Self::Penalties
                | Self::QualifyingTimes
                | Self::QualifyingParts
                | Self::LongRuns
                | Self::Weather
                | Self::RainWindows
                | Self::SessionWeather
        )
    }
}

/// The query for the telemetry of one lap, or of the driver's best lap; [`LapTrace::from_rows`] reads it.
///
/// [`LapTrace::from_rows`]: crate::LapTrace::from_rows
pub fn lap_telemetry_sql(session_key: i64, driver_number: i64, lap_number: Option<i64>) -> String {
    let sql = match lap_number {
        Some(lap) => include_str!("../sql/lap_telemetry.sql").replace("{lap_number}", &lap.to_string()),
        None => Part::Telemetry.query().1.replace("{of_driver}", " AND driver_number = {driver_number}"),
    };
    sql.replace("{session_key}", &session_key.to_string())
        .replace("{driver_number}", &driver_number.to_string())
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.query().0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, lap_telemetry_sql};

    #[test]
    fn every_query_asks_for_its_session_only() {
        for part in Part::ALL {
            let sql = part.sql(-9488);
            assert!(sql.contains("session_key = -9488"), "{part}: {sql}");
            assert!(!sql.contains(['{', '}', ';']), "{part}: {sql}");
        }
    }

    #[test]
    fn every_query_has_an_order() {
        for part in Part::ALL.into_iter().filter(|part| *part != Part::Session) {
            assert!(part.sql(1).contains("\nORDER BY"), "{part}");
        }
    }

    #[test]
    fn the_telemetry_of_a_lap_is_that_of_its_driver() {
        for lap in [None, Some(12)] {
            let sql = lap_telemetry_sql(-9488, 44, lap);
            assert!(sql.contains("session_key = -9488") && sql.contains("driver_number = 44"), "{sql}");
            assert_eq!(sql.contains("lap_number = 12"), lap.is_some(), "{sql}");
            assert!(!sql.contains(['{', '}', ';']), "{sql}");
        }
    }
}
