//! Gaps to the leader and to the car ahead.

use super::table::{Table, seconds};
use crate::clock::{SECOND, iso};
use crate::row::Row;
use serde_json::{Value, json};

impl Table<'_> {
    pub(super) fn intervals(&self) -> Vec<Row> {
        if !self.session.kind.is_race() {
            return Vec::new();
        }
        // For each lap, when each driver completed it, in order.
        let laps = self.model.runs.iter().map(|r| r.laps.len()).max().unwrap_or(0);
        let ends: Vec<Vec<(i64, usize)>> = (0..laps)
            .map(|n| {
                let mut list: Vec<(i64, usize)> = self
                    .model
                    .runs
                    .iter()
                    .enumerate()
                    .filter_map(|(d, r)| r.laps.get(n).filter(|l| l.complete).map(|l| (l.end(), d)))
                    .collect();
                list.sort_unstable();
                list
            })
            .collect();
        let leader_ends: Vec<i64> = ends.iter().filter_map(|l| l.first().map(|e| e.0)).collect();
        let mut rows = Vec::new();
        let mut rng = self.rng(200);
        let mut passed = vec![0_usize; self.roster.len()];
        let mut t = self.model.start + 2_000;
        let stop = leader_ends.last().copied().unwrap_or(t) + 90 * SECOND;
        while t < stop {
            let led = leader_ends.partition_point(|e| *e <= t);
            for (d, run) in self.model.runs.iter().enumerate() {
                while run.laps.get(passed[d]).is_some_and(|l| l.complete && l.end() <= t) {
                    passed[d] += 1;
                }
                // No rows for cars that are out or have finished.
                let Some(lap) = run.laps.get(passed[d]) else {
                    continue;
                };
                if !lap.complete && t > lap.end() {
                    continue;
                }
                let n = passed[d];
                let (gap, interval) = if n == 0 {
                    (Value::Null, Value::Null)
                } else {
                    let list = &ends[n - 1];
                    let place = list.iter().position(|e| e.1 == d).unwrap_or(0);
                    let own = list[place].0;
                    let behind = own - leader_ends[n - 1];
                    let ahead = if place == 0 { 0 } else { own - list[place - 1].0 };
                    let lapped = (led - n.min(led)) as i64
                        - i64::from(led > n && lap_in_hand(&leader_ends, n, t, behind));
                    let gap = if lapped >= 2 {
                        json!(format!("+{lapped} LAPS"))
                    } else if lapped == 1 {
                        json!("+1 LAP")
                    } else if rng.one_in(180) {
                        Value::Null
                    } else {
                        seconds(behind)
                    };
                    let interval = if rng.one_in(140) { Value::Null } else { seconds(ahead) };
                    (gap, interval)
                };
                let at = t + rng.range(0, 3_400);
                rows.push((at, d, gap, interval));
            }
            t += 4_000;
        }
        rows.sort_by_key(|(at, d, ..)| (*at, *d));
        rows.into_iter()
            .map(|(at, d, gap, interval)| {
                self.keyed(json!({
                    "date": iso(at),
                    "driver_number": self.roster[d].number,
                    "gap_to_leader": gap,
                    "interval": interval,
                }))
            })
            .collect()
    }
}

/// Whether the leader, though on a later lap, is not yet a whole lap ahead.
fn lap_in_hand(leader_ends: &[i64], done: usize, t: i64, behind: i64) -> bool {
    // The leader completed the driver's current lap less than `behind` ago, so the driver is still on his way
    // there.
    leader_ends.get(done).is_some_and(|e| t - e < behind)
}
