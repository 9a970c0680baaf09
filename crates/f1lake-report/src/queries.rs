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
    /// Telemetry of the two best laps.
    Telemetry,
    /// Positions of the sector lines in each clean lap.
    SectorLines,
    /// Safety car, virtual safety car and red flag periods.
    Neutralisations,
    /// What is missing or odd.
    Quality,
}

impl Part {
    /// All, in the order in which a report shows them.
    pub const ALL: [Self; 9] = [
        Self::Session,
        Self::Drivers,
        Self::Leaderboard,
        Self::Laps,
        Self::Stints,
        Self::Telemetry,
        Self::SectorLines,
        Self::Neutralisations,
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
            Self::SectorLines => ("sector lines", include_str!("../sql/sector_lines.sql")),
            Self::Neutralisations => ("neutralisations", include_str!("../sql/neutralisations.sql")),
            Self::Quality => ("data quality", include_str!("../sql/quality.sql")),
        }
    }

    /// The query of this part for a session: one statement in the common subset of DataFusion, DuckDB and
    /// Spark, with an `order by` and two-part table names.
    pub fn sql(self, session_key: i64) -> String {
        self.query().1.replace("{session_key}", &session_key.to_string())
    }
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.query().0)
    }
}

#[cfg(test)]
mod tests {
    use super::Part;

    #[test]
    fn every_query_asks_for_its_session_only() {
        for part in Part::ALL {
            let sql = part.sql(-9488);
            assert!(sql.contains("session_key = -9488"), "{part}: {sql}");
            assert!(!sql.contains(['{', '}', ';']), "{part}: {sql}");
        }
    }
}
