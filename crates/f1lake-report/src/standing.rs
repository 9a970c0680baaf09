//! The place and the best lap of a row of the leaderboard.

use crate::clean::clean;
use crate::data::{LeaderboardRow, ReportData};

/// The row with the best lap, excluding disqualified drivers.
pub(crate) fn fastest(data: &ReportData) -> Option<(&LeaderboardRow, f64)> {
    data.leaderboard
        .iter()
        .filter(|row| row.status.as_deref() != Some("DSQ"))
        .filter_map(|r| Some((r, r.best_lap_s.filter(|t| t.is_finite() && *t > 0.0)?)))
        .min_by(|a, b| a.1.total_cmp(&b.1))
}

/// The position, or why there is none.
pub(crate) fn place(row: &LeaderboardRow) -> String {
    match (&row.status, row.position) {
        (Some(status), _) if !status.is_empty() => clean(status, 6),
        (_, Some(place)) => place.to_string(),
        _ => "–".to_owned(),
    }
}
