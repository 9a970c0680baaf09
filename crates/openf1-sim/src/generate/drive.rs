//! One lap of one driver: position and speed of the car at any time of the lap.

use super::model::{Errand, Run};
use super::moment::Moment;
use super::random::{mix, unit};
use super::track::{Profile, Track, drag, pull};

/// Speed limit of the pit lane, m/s.
const LANE: f64 = 80.0 / 3.6;

/// Milliseconds that a car waiting in the lane spends moving along it.
const LANE_MOVING: i64 = 17_500;

/// A lap being driven. Moments are requested nearly in time order.
#[derive(Debug)]
pub(crate) struct Drive {
    profile: Profile,
    /// Milliseconds of the lap, and the second of the profile at which the car is then. Between two of them
    /// the profile is stretched, so that the car reaches the sector lines at the sector times.
    pins: Vec<(f64, f64)>,
    pin: usize,
    node: usize,
}

impl Drive {
    /// Lap `at` of a run. `seed` is the driver's in this session.
    pub(crate) fn new(track: &Track, run: &Run, at: usize, seed: u64) -> Self {
        let lap = &run.laps[at];
        let n = track.nodes.len();
        let nodes = |metres: f64| ((metres / track.step) as usize).clamp(2, n / 4);
        let duration = lap.duration() as f64;
        // Corners suit drivers differently, and no two laps are the same.
        let mut limits = track.limits(|corner| {
            let own = unit(mix(&[seed, corner as u64])) - 0.5;
            let today = unit(mix(&[seed, corner as u64, lap.number as u64])) - 0.5;
            1.0 + 0.05 * own + 0.016 * today
        });
        let mut pins = vec![(0.0, 0)];
        // Much slower than the car's limit: between stops in practice and qualifying.
        let cruising = lap.slow && lap.number > 1 && duration > track.fast.total() * 1150.0;
        // Milliseconds after the line at which the car leaves the lane, and how long it stands there.
        let stop = run
            .passages
            .iter()
            .find(|p| lap.out && p.lap + 1 == lap.number && p.exit.is_some_and(|exit| exit > lap.start))
            .and_then(|p| {
                let waits = p.lane().map_or(0, |lane| (lane - LANE_MOVING).max(0));
                let standing = match p.kind {
                    Errand::RedFlag | Errand::Garage => waits,
                    // A completed repair is a stop without a stationary time of its own.
                    Errand::Stop => p.standing.unwrap_or(waits),
                    _ => p.standing.unwrap_or(0),
                };
                Some(((p.exit? - lap.start) as f64, standing as f64))
            });
        let mut exit = 0;
        let mut box_node = None;
        if let Some((left, standing)) = stop {
            if standing > 0.0 {
                // Braking and starting cost 1.7 s of the moving time, in the middle.
                exit = nodes(LANE * ((left - standing) / 1000.0 - 1.7));
                box_node = Some(exit / 2);
                limits[exit / 2] = 0.0;
            } else {
                exit = nodes(LANE * left / 1000.0);
            }
        } else if lap.out {
            exit = nodes(100.0);
            limits[0] = 0.0;
        } else if lap.from_grid {
            limits[0] = 0.0;
        }
        if exit > 0 {
            limits[..=exit].iter_mut().for_each(|v| *v = v.min(LANE));
        }
        let entry = run.passages.iter().find(|p| lap.complete && p.lap == lap.number).map(|passage| {
            // In the garage the lap ends; otherwise it continues along the lane.
            let stays = passage.exit.is_none_or(|exit| run.laps.get(at + 1).is_none_or(|l| l.start == exit));
            let ms = (lap.end() - passage.entry) as f64;
            // Braking to a stop costs 0.75 s.
            let moving = if stays { ms - 750.0 } else { ms };
            let node = n - nodes(LANE * moving / 1000.0);
            limits[node..].iter_mut().for_each(|v| *v = v.min(LANE));
            if stays {
                limits[n] = 0.0;
            }
            (duration - ms, node)
        });
        if lap.to_grid > 0 {
            limits[n] = 0.0;
        }
        let mut end = n;
        if !lap.complete {
            // The car stops on track.
            end = track.fast.times.partition_point(|t| *t < duration * 0.0009).clamp(3, n - 1);
            limits[end] = 0.0;
        }
        let profile = track.drive(limits);
        let second = |node: usize| profile.times[node];
        if lap.complete {
            if let (Some((left, standing)), Some(node)) = (stop, box_node) {
                let arrival = (left - standing) * second(node) / second(exit);
                pins.extend([(arrival, node), (arrival + standing, node), (left, exit)]);
            } else if let Some((left, _)) = stop {
                pins.push((left, exit));
            } else if lap.out {
                pins.push((second(exit) * 1000.0, exit));
            } else if cruising {
                // Neighbouring laps are fast: slow down only in the first corner, speed up in the last.
                pins.push((second(track.apexes[0]) * 1000.0, track.apexes[0]));
            }
            pins.push((lap.sectors[0] as f64, track.sectors[0]));
            pins.push(((lap.sectors[0] + lap.sectors[1]) as f64, track.sectors[1]));
            match entry {
                Some(entry) => pins.push(entry),
                None if cruising && stop.is_none() => {
                    let last = track.apexes[1];
                    pins.push((duration - (second(n) - second(last)) * 1000.0, last));
                }
                None => {}
            }
        }
        let mut kept: Vec<(f64, f64)> = Vec::with_capacity(pins.len() + 1);
        let mut passed = None;
        for (ms, node) in pins {
            // Only corners on the way: one may be in another sector than usual.
            let later = kept.last().is_none_or(|last| last.0 < ms) && passed.is_none_or(|p| p <= node);
            if later && ms < duration && node < end {
                kept.push((ms, second(node)));
                passed = Some(node);
            }
        }
        if lap.complete && lap.to_grid > 0 {
            kept.push((duration - lap.to_grid as f64, second(end)));
        }
        kept.push((duration, second(end)));
        Self { profile, pins: kept, pin: 0, node: 0 }
    }

    /// Milliseconds after the start of the lap at which the car first reaches this number of nodes; `None` if
    /// never.
    pub(crate) fn reaches(&self, nodes: f64) -> Option<f64> {
        let times = &self.profile.times;
        let k = (nodes.max(0.0) as usize).min(times.len() - 2);
        let (v, w) = (self.profile.speeds[k], self.profile.speeds[k + 1]);
        // The acceleration is constant between nodes: the distance is v t + (w - v) t² / 2.
        let way = (nodes - k as f64).clamp(0.0, 1.0) * (v + w);
        let done = way / (v + (v * v + (w - v) * way).max(0.0).sqrt()).max(1e-9);
        let second = times[k] + done * (times[k + 1] - times[k]);
        let two = self.pins.windows(2).find(|two| second <= two[1].1)?;
        let part = (second - two[0].1) / f64::max(two[1].1 - two[0].1, 1e-9);
        Some(two[0].0 + (two[1].0 - two[0].0) * part)
    }

    /// State of the car this many milliseconds after the start of the lap.
    pub(crate) fn moment(&mut self, track: &Track, ms: f64) -> Moment {
        while self.pin > 0 && self.pins[self.pin].0 > ms {
            self.pin -= 1;
        }
        while self.pin + 2 < self.pins.len() && self.pins[self.pin + 1].0 <= ms {
            self.pin += 1;
        }
        let (from, to) = (self.pins[self.pin], self.pins[self.pin + 1]);
        let rate = (to.1 - from.1) / f64::max(to.0 - from.0, 1.0);
        let second = from.1 + (ms - from.0) * rate;
        let times = &self.profile.times;
        while self.node > 0 && times[self.node] > second {
            self.node -= 1;
        }
        while self.node + 2 < times.len() && times[self.node + 1] <= second {
            self.node += 1;
        }
        let k = self.node;
        let (v, w) = (self.profile.speeds[k], self.profile.speeds[k + 1]);
        // The acceleration is constant between nodes.
        let done = ((second - times[k]) / (times[k + 1] - times[k])).clamp(0.0, 1.0);
        let here = v + (w - v) * done;
        let gain = (w * w - v * v) / (2.0 * track.step);
        let pace = rate * 1000.0;
        let braking = pace == 0.0 || gain < -drag(v) - 2.0;
        // A driver on a slow lap does not open the throttle fully.
        let ease = if pace < 0.9 { pace * pace } else { 1.0 };
        let push = (gain + drag(v)) / (pull(v) + drag(v));
        Moment {
            node: k,
            part: (v + here) * done / (v + w),
            speed: here * pace,
            throttle: if braking { 0.0 } else { ease * (push * 100.0).clamp(0.0, 100.0) },
            braking,
        }
    }
}
