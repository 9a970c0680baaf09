//! Positions on the circuit at which official times are taken.

use crate::error::NoSectorLines;
use serde::{Deserialize, Serialize};

/// Positions of the sector lines and the end of the lap, metres from its start.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Anchors {
    /// The lines at which the second and third sectors begin; `None` where no lap has them.
    pub sector_lines_m: Option<[f64; 2]>,
    /// Length of the lap.
    pub length_m: f64,
}

/// A row of [`SECTOR_LINES_SQL`](crate::SECTOR_LINES_SQL): positions in one clean lap, metres from its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub struct SectorLinesRow {
    /// Where the second sector begins.
    pub line_1_m: Option<f64>,
    /// Where the third sector begins.
    pub line_2_m: Option<f64>,
    /// Length of the lap.
    pub length_m: Option<f64>,
}

impl SectorLinesRow {
    fn anchors(&self) -> Option<Anchors> {
        Some(Anchors { sector_lines_m: Some([self.line_1_m?, self.line_2_m?]), length_m: self.length_m? })
    }
}

impl Anchors {
    /// The anchors of a session, from the rows of its clean laps; `None` when no row is complete.
    pub fn of_rows(rows: &[SectorLinesRow]) -> Option<Self> {
        Self::median(&rows.iter().filter_map(SectorLinesRow::anchors).collect::<Vec<_>>())
    }

    /// The median of the laps' own anchors, position by position. Laps with sector lines take precedence over
    /// those without. `None` without a lap of positive length.
    pub fn median(laps: &[Self]) -> Option<Self> {
        let sound: Vec<&Self> =
            laps.iter().filter(|lap| lap.length_m.is_finite() && lap.length_m > 0.0).collect();
        let with_lines: Vec<([f64; 2], f64)> =
            sound.iter().filter_map(|lap| Some((lap.lines().ok()?, lap.length_m))).collect();
        if with_lines.is_empty() {
            let length_m = median(sound.iter().map(|lap| lap.length_m).collect())?;
            return Some(Self { sector_lines_m: None, length_m });
        }
        let of = |place: fn(&([f64; 2], f64)) -> f64| median(with_lines.iter().map(place).collect());
        Some(Self {
            sector_lines_m: Some([of(|lap| lap.0[0])?, of(|lap| lap.0[1])?]),
            length_m: of(|lap| lap.1)?,
        })
    }

    /// The sector lines, if they are in order within the lap.
    pub(crate) fn lines(&self) -> Result<[f64; 2], NoSectorLines> {
        self.sector_lines_m
            .filter(|[first, second]| 0.0 < *first && first < second && *second < self.length_m)
            .ok_or(NoSectorLines::Unknown)
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    if values.len() % 2 == 1 { Some(upper) } else { Some((values.get(middle - 1)? + upper) / 2.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lap(first: f64, second: f64, length_m: f64) -> Anchors {
        Anchors { sector_lines_m: Some([first, second]), length_m }
    }

    #[test]
    fn the_median_goes_place_by_place_and_skips_broken_laps() {
        let laps = [lap(1000.0, 3000.0, 5000.0), lap(1010.0, 2990.0, 5020.0), lap(400.0, 3010.0, 5010.0)];
        assert_eq!(Anchors::median(&laps), Some(lap(1000.0, 3000.0, 5010.0)));
        assert_eq!(Anchors::median(&laps[..2]), Some(lap(1005.0, 2995.0, 5010.0)));
        let no_lines = Anchors { sector_lines_m: None, length_m: 6000.0 };
        assert_eq!(Anchors::median(&[no_lines, laps[0]]), Some(laps[0]));
        assert_eq!(Anchors::median(&[no_lines]), Some(no_lines));
        let broken = [lap(3000.0, 1000.0, 5000.0), lap(1.0, 2.0, f64::NAN), lap(f64::NAN, 2.0, 5000.0)];
        assert_eq!(Anchors::median(&broken), Some(Anchors { sector_lines_m: None, length_m: 5000.0 }));
        assert_eq!(Anchors::median(&[]), None);
    }
}
