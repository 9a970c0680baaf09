//! The table of minisectors.

use super::grid::{Cell, Grid};
use crate::charts::minisectors::Sectors;
use crate::data::ReportData;
use crate::field::Field;

/// A row for each minisector, a column for the time of each lap.
pub(super) fn table<'a>(data: &ReportData, sectors: &Sectors, field: &'a Field) -> Option<Grid<'a>> {
    let mut titles: Vec<String> = ["Minisector", ">Sector", ">Metres", "Fastest", ">Lead (s)", ">Noise (s)"]
        .map(str::to_owned)
        .to_vec();
    let lap = |place: &usize| data.compared_laps.get(*place);
    titles.extend(sectors.laps.iter().filter_map(lap).map(|lap| {
        let acronym = field.acronym(lap.driver_number);
        // One driver may have several laps.
        if data.are_laps_chosen {
            format!(">{acronym}, lap {}", lap.lap_number)
        } else {
            format!(">{acronym}")
        }
    }));
    let rows = sectors
        .found
        .parts
        .iter()
        .enumerate()
        .map(|(index, part)| {
            let fastest = sectors.fastest(index).and_then(|place| lap(&place));
            let mut row = vec![
                Cell::of((index + 1).to_string()),
                Cell::of(part.sector.to_string()),
                Cell::of(format!("{:.0} to {:.0}", part.from_m, part.to_m)),
                Cell::some(fastest, |lap| field.acronym(lap.driver_number)),
                Cell::number(part.lead_s, |v| format!("{v:.3}")),
                Cell::number(part.noise_s, |v| format!("{v:.3}")),
            ];
            row.extend(part.times_s.iter().map(|time| Cell::number(*time, |v| format!("{v:.3}"))));
            row
        })
        .collect();
    Grid::of("minisectors", &titles.iter().map(String::as_str).collect::<Vec<_>>(), rows)
}
