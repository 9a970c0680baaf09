//! Sets of tyres and pit lane passages.

use super::table::Table;
use crate::clock::{DAY, days_from_civil, iso};
use crate::generate::calendar::Kind;
use crate::generate::model::{Run, Stint, Told};
use crate::row::Row;
use serde_json::json;

impl Table<'_> {
    pub(super) fn stints(&self) -> Vec<Row> {
        let race = self.session.kind.is_race();
        // There the feed begins a stint with the lap into the pit lane.
        let early = self.session.kind == Kind::Race && self.session.place.location == "Melbourne";
        let unknown = if self.session.kind == Kind::Testing { "TEST_UNKNOWN" } else { "UNKNOWN" };
        let mut rows = Vec::new();
        for (index, (driver, run)) in self.runs().enumerate() {
            let sets = as_told(run, unknown);
            for (n, (stint, compound)) in sets.iter().enumerate() {
                // A quirk of real data: the stint ends on the lap on which the next one begins.
                let overlap = race && !early && index == 5 && n == 0 && sets.len() > 1;
                rows.push(self.keyed(json!({
                    "compound": compound,
                    "driver_number": driver.number,
                    "lap_end": stint.last + i64::from(overlap),
                    "lap_start": stint.first - i64::from(early && n > 0),
                    "stint_number": n + 1,
                    "tyre_age_at_start": stint.age,
                })));
            }
        }
        rows
    }

    pub(super) fn pit(&self) -> Vec<Row> {
        // The API dates a passage by its end and, outside races, assigns it to the lap out of the lane.
        let race = self.session.kind.is_race();
        // Stationary times exist since the United States GP of 2024.
        let standing_known = self.session.start >= days_from_civil(2024, 10, 18) * DAY;
        let mut exits: Vec<_> = self
            .runs()
            .flat_map(|(d, run)| run.passages.iter().filter_map(move |p| Some((p.exit?, d.number, p))))
            .collect();
        exits.sort_by_key(|(at, number, _)| (*at, *number));
        exits
            .into_iter()
            .map(|(at, driver, passage)| {
                // Unknown outside races until 2026, and for cars that were in the garage from the beginning.
                let known = race || (self.session.year >= 2026 && passage.lap > 0);
                let lane = passage.lane().filter(|_| known).map(|ms| ms as f64 / 1000.0);
                let standing = passage.standing.filter(|_| standing_known);
                self.keyed(json!({
                    "date": iso(at),
                    "driver_number": driver,
                    "lane_duration": lane,
                    "lap_number": if race { passage.lap } else { passage.lap + 1 },
                    "pit_duration": lane,
                    "stop_duration": standing.map(|ms| ms as f64 / 1000.0),
                }))
            })
            .collect()
    }
}

/// Stints as the feed has them: a new one after every pit lane passage, and compounds as far as it knows.
fn as_told(run: &Run, unknown: &'static str) -> Vec<(Stint, Option<&'static str>)> {
    let mut told = Vec::new();
    for stint in &run.stints {
        let mut cuts: Vec<i64> = run
            .passages
            .iter()
            .filter(|p| !p.tyres && p.lap >= stint.first && p.lap < stint.last)
            .map(|p| p.lap + 1)
            .collect();
        if stint.told == Told::Late && stint.last > stint.first && !cuts.contains(&(stint.first + 1)) {
            cuts.insert(0, stint.first + 1);
        }
        let firsts = [stint.first].into_iter().chain(cuts.iter().copied());
        let lasts = cuts.iter().map(|c| c - 1).chain([stint.last]);
        for (n, (first, last)) in firsts.zip(lasts).enumerate() {
            let compound = match stint.told {
                Told::Null => None,
                Told::Never => Some(unknown),
                Told::Late if n == 0 => Some(unknown),
                Told::Known | Told::Late => Some(stint.compound),
            };
            told.push((
                Stint { first, last, age: stint.age + first - stint.first, ..stint.clone() },
                compound,
            ));
        }
    }
    told
}
