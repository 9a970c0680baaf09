//! Positions on track, and overtakes.

use super::table::Table;
use crate::clock::{HOUR, MINUTE, iso};
use crate::row::Row;
use serde_json::json;
use std::cmp::Reverse;

/// A driver's best outside races: the last part in which he has a time, the time, and when he set it.
type Best = (Reverse<usize>, i64, i64);

impl Table<'_> {
    /// When the order may have changed: ends of laps, and outside races deletions. In time order.
    fn changes(&self) -> Vec<(i64, usize)> {
        let race = self.session.kind.is_race();
        let mut all: Vec<(i64, usize)> = Vec::new();
        for (d, run) in self.model.runs.iter().enumerate() {
            all.extend(run.laps.iter().filter(|l| l.complete).map(|l| (l.end(), d)));
            if !race {
                all.extend(run.laps.iter().filter_map(|l| Some((l.deleted?.at, d))));
            }
        }
        all.sort_unstable();
        all
    }

    fn best(&self, driver: usize, now: i64) -> Best {
        let laps = self.model.runs[driver].laps.iter();
        let known = laps.filter(|l| l.complete && !l.slow && l.end() <= now);
        known
            .filter(|l| l.deleted.is_none_or(|d| now < d.at))
            .map(|l| (Reverse(self.model.part_at(l.start).unwrap_or(1)), l.duration(), l.end()))
            .min()
            .unwrap_or((Reverse(0), i64::MAX, i64::MAX))
    }

    /// Rows of `position` and of `overtakes`.
    pub(super) fn positions(&self) -> (Vec<Row>, Vec<Row>) {
        let race = self.session.kind.is_race();
        let mut order = if race { self.model.grid.clone() } else { (0..self.roster.len()).collect() };
        let mut rows = Vec::new();
        let mut overtakes = Vec::new();
        let position = |t: i64, d: usize, place: usize| {
            self.keyed(json!({
                "date": iso(t), "driver_number": self.roster[d].number, "position": place + 1,
            }))
        };
        let first = self.session.start - HOUR + 4 * MINUTE + 230;
        for (place, d) in order.iter().enumerate() {
            rows.push(position(first, *d, place));
        }
        let n = self.roster.len();
        let mut done = vec![(0_i64, 0_i64); n];
        let mut best = vec![(Reverse(0), i64::MAX, i64::MAX); n];
        let starting: Vec<usize> = (0..n).map(|d| place_of(&order, d)).collect();
        for (t, d) in self.changes() {
            let mut next = order.clone();
            if race {
                done[d] = (done[d].0 - 1, t);
                next.sort_by_key(|d| (done[*d], starting[*d]));
            } else {
                let now = self.best(d, t);
                if now == best[d] {
                    continue;
                }
                best[d] = now;
                next.sort_by_key(|d| (best[*d], starting[*d]));
            }
            let (was, is) = (place_of(&order, d), place_of(&next, d));
            if race && is < was {
                for passed in &order[is..was] {
                    overtakes.push(self.keyed(json!({
                        "date": iso(t),
                        "overtaken_driver_number": self.roster[*passed].number,
                        "overtaking_driver_number": self.roster[d].number,
                        "position": is + 1,
                    })));
                }
            }
            for (place, (before, now)) in order.iter().zip(&next).enumerate() {
                if before != now {
                    rows.push(position(t, *now, place));
                }
            }
            order = next;
        }
        (rows, overtakes)
    }
}

fn place_of(order: &[usize], driver: usize) -> usize {
    order.iter().position(|o| *o == driver).unwrap_or(0)
}
