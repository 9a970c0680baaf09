//! Laps.

use super::table::Table;
use crate::clock::iso;
use crate::generate::calendar::Kind;
use crate::generate::drive::Drive;
use crate::generate::model::{Lap, Run};
use crate::generate::random::{Rng, mix};
use crate::generate::roster::Driver;
use crate::generate::track::Track;
use crate::row::Row;
use serde_json::{Value, json};

impl Table<'_> {
    pub(super) fn laps(&self, drive_seed: impl Fn(&Driver) -> u64) -> Vec<Row> {
        let race = self.session.kind.is_race();
        let old = self.session.year < 2026;
        let suzuka = self.session.kind == Kind::Race && self.session.place.location == "Suzuka";
        let track = Track::new(self.session.place);
        let mut rows = Vec::new();
        let mut best = i64::MAX;
        for (driver, run) in self.runs() {
            let mut rng = self.rng(mix(&[100, driver.number as u64]));
            let seed = drive_seed(driver);
            for (at, lap) in run.laps.iter().enumerate() {
                let first = race && lap.number == 1;
                let mut sectors = lap.sectors.map(|s| (lap.complete).then_some(s));
                let mut duration = lap.complete.then(|| lap.duration());
                let no_start = first && (old || suzuka);
                if first {
                    // No car crosses the line at the start.
                    sectors[0] = None;
                } else if rng.one_in(70) && lap.repeats.is_none() {
                    sectors[rng.range(0, 2) as usize] = None;
                }
                if no_start || (lap.out && !race && rng.one_in(3)) {
                    duration = None;
                }
                if let Some(earlier) = lap.repeats.and_then(|n| run.laps.iter().find(|l| l.number == n)) {
                    duration = Some(earlier.duration());
                    sectors[2] = Some(earlier.sectors[2]);
                }
                if !lap.slow && lap.complete {
                    best = best.min(lap.duration());
                }
                let speeds = speeds(&track, run, at, seed);
                let mut trap = |chance: u64, speed: Option<i64>| {
                    if rng.one_in(chance) { None } else { speed }
                };
                let (i1, i2, st) = (trap(7, speeds[0]), trap(90, speeds[1]), trap(12, speeds[2]));
                let segments: Vec<Value> = (0..3).map(|s| self.segments(&mut rng, s, lap, best)).collect();
                let value = |ms: Option<i64>| ms.map_or(Value::Null, |ms| json!(ms as f64 / 1000.0));
                rows.push(self.keyed(json!({
                    "date_start": (!no_start).then(|| iso(lap.start)),
                    "driver_number": driver.number,
                    "duration_sector_1": value(sectors[0]),
                    "duration_sector_2": value(sectors[1]),
                    "duration_sector_3": value(sectors[2]),
                    "i1_speed": i1,
                    "i2_speed": i2,
                    "is_pit_out_lap": lap.out,
                    "lap_duration": value(duration),
                    "lap_number": lap.number,
                    "segments_sector_1": segments[0],
                    "segments_sector_2": segments[1],
                    "segments_sector_3": segments[2],
                    "st_speed": st,
                })));
            }
        }
        rows
    }

    fn segments(&self, rng: &mut Rng, sector: usize, lap: &Lap, best: i64) -> Value {
        let shape = mix(&[self.session.place.circuit_key as u64, 6, sector as u64]);
        let n = 5 + (shape % 5) as i64;
        // Only the code of the lane reveals the last lap into it.
        let into_lane = lap.into_lane && sector == 2;
        if rng.one_in(150) && !into_lane {
            return Value::Null;
        }
        let fast = !lap.slow && lap.duration() <= best + 150;
        let list: Vec<Value> = (0..n)
            .map(|i| {
                let lost = (i == 0 && sector == 0 && rng.one_in(3)) || rng.one_in(40);
                if lost && !(into_lane && i + 1 == n) {
                    return Value::Null;
                }
                if (lap.out && sector == 0 && i < 2) || (into_lane && i + 2 >= n) {
                    return json!(2064);
                }
                match rng.range(0, 19) {
                    0..=2 if fast => json!(2051),
                    0..=7 => json!(2049),
                    8 => json!(0),
                    _ => json!(2048),
                }
            })
            .collect();
        Value::Array(list)
    }
}

/// km/h at the ends of the first two sectors and at the speed trap; `None` where the car did not pass.
fn speeds(track: &Track, run: &Run, at: usize, seed: u64) -> [Option<i64>; 3] {
    let mut drive = Drive::new(track, run, at, seed);
    // Not in time order: the trap is where cars are fastest.
    [track.sectors[0], track.sectors[1], track.trap].map(|node| {
        let ms = drive.reaches(node as f64)?;
        Some((drive.moment(track, ms).speed * 3.6).round() as i64)
    })
}
