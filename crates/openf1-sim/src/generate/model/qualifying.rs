//! Qualifying in three parts.

use super::{Ending, Lap, Line, Model, Part, Run, Timing, practice::outing};
use crate::clock::{MINUTE, SECOND};
use crate::generate::calendar::{Kind, Session};
use crate::generate::random::{self, Rng};
use crate::generate::roster::Driver;

/// Plays a qualifying.
pub(super) fn play(seed: u64, session: &Session, roster: &[Driver], paces: &[f64]) -> Model {
    let sprint = session.kind == Kind::SprintQualifying;
    let lengths: [i64; 3] = if sprint { [12, 10, 8] } else { [18, 15, 12] };
    let pause = if sprint { 7 } else { 8 };
    // Five fall out of each of two phases, of 22 six.
    let n = roster.len();
    let through = [n, n - (n - 10) / 2, 10];
    let mut runs: Vec<Run> = vec![Run::default(); n];
    let mut best: Vec<[Option<i64>; 3]> = vec![[None; 3]; n];
    let mut order: Vec<usize> = (0..n).collect();
    let mut at = session.start;
    let mut parts = Vec::new();
    for phase in 0..3 {
        let until = at + lengths[phase] * MINUTE;
        parts.push(Part { start: at, end: until, ending: Ending::Chequered });
        for &d in &order[..through[phase]] {
            let who = random::text(roster[d].acronym);
            let mut rng = Rng::new(&[seed, session.key as u64, who, 10 + phase as u64]);
            let push =
                session.place.lap_ms as f64 * (1.0 + paces[d] / 1000.0) * (1.0 - phase as f64 * 0.0025)
                    + rng.around(160.0);
            for half in 0..2 {
                let from = at + half * (until - at) / 2 + rng.range(8, 100) * SECOND / 2 + rng.range(0, 999);
                // Never out again before being in.
                let from = from.max(runs[d].laps.last().map_or(0, Lap::end) + 40 * SECOND);
                let compound = if sprint && phase < 2 { "MEDIUM" } else { "SOFT" };
                let times = outing(session, &mut runs[d], &mut rng, from, push, 1, until, compound);
                for time in times {
                    let slot = &mut best[d][phase];
                    *slot = Some(slot.map_or(time, |b| b.min(time)));
                }
            }
        }
        order[..through[phase]].sort_by_key(|d| {
            let time = best[*d][phase].unwrap_or(i64::MAX);
            (time, runs[*d].first_with(time, at), roster[*d].number)
        });
        at = until + pause * MINUTE;
    }
    let phase_best: Vec<Option<i64>> = (0..3).map(|p| best.iter().filter_map(|b| b[p]).min()).collect();
    let results = order
        .iter()
        .enumerate()
        .map(|(i, &d)| Line {
            driver: d,
            position: Some(i as i64 + 1),
            laps: runs[d].completed(),
            timing: Timing::Phases {
                best: best[d],
                gap: [0, 1, 2].map(|p| best[d][p].zip(phase_best[p]).map(|(b, first)| b - first)),
            },
            points: 0,
            dnf: false,
            dns: false,
            dsq: false,
        })
        .collect();
    let end = runs.iter().filter_map(|r| r.laps.last()).map(Lap::end).max().unwrap_or(session.end);
    Model { grid: (0..n).collect(), runs, results, start: session.start, end, parts, troubles: Vec::new() }
}
