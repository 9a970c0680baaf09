//! The shape of a circuit and how fast a car can go along it.
//!
//! A circuit is a closed polygon with rounded corners, so it has straights and arcs, and position and speed
//! come from the same curve. The circuit is the same in every year and for every seed.

use super::calendar::Place;
use super::model;
use super::moment::Moment;
use super::random::Rng;
use std::f64::consts::{PI, TAU};

/// Approximate metres from node to node.
const STEP: f64 = 8.0;

/// Higher than any car's speed, m/s.
const TOP: f64 = 97.0;

/// Deceleration of a coasting car, m/s²: air and tyres.
pub(crate) fn drag(speed: f64) -> f64 {
    0.5 + 0.0011 * speed * speed
}

/// Acceleration at full throttle, m/s²: limited by the tyres, then by the engine, minus the drag.
pub(crate) fn pull(speed: f64) -> f64 {
    14.0_f64.min(970.0 / speed.max(1.0)) - drag(speed)
}

/// Deceleration of hard braking, m/s², by the square of the speed, because of downforce.
fn braking(square: f64) -> f64 {
    15.0 + 0.0035 * square
}

/// A point of the circuit.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Node {
    /// Tenths of metres from the circuit's origin.
    pub(crate) place: [f32; 3],
    /// Top speed in the bend, m/s.
    limit: f64,
    /// Number of corners and straights passed.
    corner: usize,
    /// Number of the DRS zone and metres since it began.
    pub(crate) zone: Option<(u64, f64)>,
}

/// Speeds in m/s and times in seconds since the line, at every node and again at the line.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    pub(crate) speeds: Vec<f64>,
    pub(crate) times: Vec<f64>,
}

impl Profile {
    pub(crate) fn total(&self) -> f64 {
        self.times.last().copied().unwrap_or(0.0)
    }
}

/// A circuit.
#[derive(Debug)]
pub(crate) struct Track {
    /// Metres from node to node.
    pub(crate) step: f64,
    pub(crate) nodes: Vec<Node>,
    /// A fast lap.
    pub(crate) fast: Profile,
    /// Nodes at which the second and third sectors begin.
    pub(crate) sectors: [usize; 2],
    /// Nodes of the slowest points of the first and last braking corners.
    pub(crate) apexes: [usize; 2],
    /// Node of the speed trap: where a fast lap is fastest.
    pub(crate) trap: usize,
}

impl Track {
    pub(crate) fn new(place: &Place) -> Self {
        let mut rng = Rng::new(&[place.circuit_key as u64, 77]);
        let (line, length) = outline(&mut rng, place.length, place.turns);
        let n = (length / STEP) as usize;
        let step = length / n as f64;
        let points = resample(&line, n, step);
        let bends = bends(&points, step);
        let (ox, oy, oz) = (rng.around(4000.0), rng.around(4000.0), 200.0 + rng.unit() * 600.0);
        // Tenths of metres of height, once and three times round.
        let (hill, tilt) = (30.0 + rng.unit() * 150.0, rng.unit() * TAU);
        let (bump, turn) = (10.0 + rng.unit() * 40.0, rng.unit() * TAU);
        let mut corner = 0;
        let mut nodes: Vec<Node> = Vec::with_capacity(n);
        for (k, point) in points.iter().enumerate() {
            let a = k as f64 / n as f64 * TAU;
            let z = oz + hill * (a + tilt).sin() + bump * (3.0 * a + turn).sin();
            let side = |k: usize| if bends[k].abs() < 1.0 / 900.0 { 0.0 } else { bends[k].signum() };
            if k > 0 && side(k) != side(k - 1) {
                corner += 1;
            }
            let place = [(point[0] * 10.0 + ox) as f32, (point[1] * 10.0 + oy) as f32, z as f32];
            nodes.push(Node { place, limit: TOP, corner, zone: None });
        }
        mark_zones(&mut nodes, &bends, step);
        let mut track =
            Self { step, nodes, fast: Profile::default(), sectors: [0; 2], apexes: [0; 2], trap: 0 };
        // The grip at which a fast lap takes the circuit's lap time.
        let (mut low, mut high) = (0.1, 10.0);
        for _ in 0..16 {
            let grip = f64::sqrt(low * high);
            track.fast = track.lap_with(grip, &bends);
            if track.fast.total() * 1000.0 > place.lap_ms as f64 { low = grip } else { high = grip }
        }
        let shares = model::sector_shares(place);
        let total = track.fast.total();
        track.sectors = [shares[0], shares[0] + shares[1]]
            .map(|share| track.fast.times.partition_point(|t| *t < share * total).clamp(1, n - 1));
        let v = &track.fast.speeds;
        track.trap = (1..n).max_by(|a, b| v[*a].total_cmp(&v[*b])).unwrap_or(1);
        let slow = |k: &usize| v[*k] <= v[k - 1] && v[*k] < v[k + 1] && v[*k] < 70.0;
        track.apexes = [(1..n).find(slow).unwrap_or(1), (1..n).rfind(slow).unwrap_or(n - 1)];
        track
    }

    /// Sets the limits for a grip and returns the lap driven with it.
    fn lap_with(&mut self, grip: f64, bends: &[f64]) -> Profile {
        for (node, bend) in self.nodes.iter_mut().zip(bends) {
            // 22 m/s² sideways, more at speed; flat out where downforce alone holds the car.
            let left = bend.abs() - 0.006 * grip;
            let square = if left > 0.0 { 22.0 * grip / left } else { f64::INFINITY };
            node.limit = square.sqrt().clamp(18.0, TOP);
        }
        let first = self.drive(self.limits(|_| 1.0));
        // The lap is closed: it ends at the speed with which it begins.
        let mut limits = self.limits(|_| 1.0);
        let line = first.speeds[0].min(first.speeds[self.nodes.len()]);
        limits[0] = line;
        limits[self.nodes.len()] = line;
        self.drive(limits)
    }

    /// Position of a car in the API's units.
    pub(crate) fn place(&self, moment: &Moment) -> [f64; 3] {
        let (a, b) = (self.nodes[moment.node].place, self.nodes[(moment.node + 1) % self.nodes.len()].place);
        let part = moment.part as f32;
        [0, 1, 2].map(|axis| f64::from(a[axis] + (b[axis] - a[axis]) * part))
    }

    /// Top speeds at every node and again at the line; `skill` is a factor by corner.
    pub(crate) fn limits(&self, skill: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut limits = Vec::with_capacity(self.nodes.len() + 1);
        let (mut corner, mut factor) = (usize::MAX, 1.0);
        for node in &self.nodes {
            if node.corner != corner {
                (corner, factor) = (node.corner, skill(node.corner));
            }
            limits.push(node.limit * factor);
        }
        let line = self.fast.speeds.first().copied().unwrap_or(TOP);
        limits[0] = limits[0].min(line);
        limits.push(limits[0]);
        limits
    }

    /// As fast as the limits allow, within the braking and acceleration of a car.
    pub(crate) fn drive(&self, limits: Vec<f64>) -> Profile {
        let mut speeds = limits;
        let mut ahead = f64::INFINITY;
        for speed in speeds.iter_mut().rev() {
            let square = (*speed * *speed).min(ahead);
            *speed = square;
            ahead = square + 2.0 * braking(square) * self.step;
        }
        let mut times = Vec::with_capacity(speeds.len());
        let (mut reached, mut last, mut time) = (f64::INFINITY, None, 0.0);
        for speed in &mut speeds {
            let here = speed.min(reached).sqrt();
            if let Some(last) = last {
                time += 2.0 * self.step / f64::max(last + here, 0.1);
            }
            times.push(time);
            *speed = here;
            last = Some(here);
            reached = here * here + 2.0 * pull(here) * self.step;
        }
        Profile { speeds, times }
    }
}

fn apart(a: [f64; 2], b: [f64; 2]) -> f64 {
    (b[0] - a[0]).hypot(b[1] - a[1])
}

fn between(a: [f64; 2], b: [f64; 2], part: f64) -> [f64; 2] {
    [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part]
}

/// A closed line in metres that begins on its longest straight, and its length.
fn outline(rng: &mut Rng, wanted: f64, turns: usize) -> (Vec<[f64; 2]>, f64) {
    let chicanes = turns / 5;
    let mains = turns - 2 * chicanes;
    let tilt = rng.unit() * TAU;
    let mut corners: Vec<[f64; 2]> = (0..mains)
        .map(|i| {
            let a = (i as f64 + rng.around(0.55)) / mains as f64 * TAU;
            let r = 0.22 + 0.78 * rng.unit();
            let (x, y) = (1.7 * r * a.cos(), r * a.sin());
            [x * tilt.cos() - y * tilt.sin(), x * tilt.sin() + y * tilt.cos()]
        })
        .collect();
    let edge = |corners: &[[f64; 2]], i: usize| apart(corners[i], corners[(i + 1) % corners.len()]);
    let scale = wanted * 1.03 / (0..mains).map(|i| edge(&corners, i)).sum::<f64>();
    corners.iter_mut().for_each(|c| *c = c.map(|v| v * scale));
    let longest = |corners: &[[f64; 2]], from: usize| {
        (from..corners.len()).max_by(|a, b| edge(corners, *a).total_cmp(&edge(corners, *b)))
    };
    // The longest straight leads from the first corner of the list to the second.
    let first = longest(&corners, 0).unwrap_or(0);
    corners.rotate_left(first);
    for _ in 0..chicanes {
        let i = longest(&corners, 1).unwrap_or(1);
        let (a, b) = (corners[i], corners[(i + 1) % corners.len()]);
        let long = apart(a, b);
        let side = (18.0 + rng.unit() * 24.0) * if rng.one_in(2) { 1.0 } else { -1.0 } / long;
        let half = (30.0 + rng.unit() * 25.0) / long;
        let middle = 0.4 + 0.2 * rng.unit();
        let beside = |part: f64, side: f64| {
            let on = between(a, b, part);
            [on[0] - (b[1] - a[1]) * side, on[1] + (b[0] - a[0]) * side]
        };
        corners.splice(i + 1..=i, [beside(middle - half, side), beside(middle + half, -side)]);
    }
    let tightness: Vec<f64> = corners.iter().map(|_| rng.unit()).collect();
    let mut line = rounded(&corners, &tightness);
    let mut length = 0.0;
    for _ in 0..4 {
        length = (0..line.len()).map(|i| apart(line[i], line[(i + 1) % line.len()])).sum();
        corners.iter_mut().for_each(|c| *c = c.map(|v| v * wanted / length));
        line = rounded(&corners, &tightness);
    }
    (line, length)
}

/// Rounds every corner. The line begins half-way from the first corner to the second.
fn rounded(corners: &[[f64; 2]], tightness: &[f64]) -> Vec<[f64; 2]> {
    let n = corners.len();
    let mut line = vec![between(corners[0], corners[1], 0.5)];
    for i in (1..n).chain([0]) {
        let (a, b, c) = (corners[(i + n - 1) % n], corners[i], corners[(i + 1) % n]);
        let heading = (b[1] - a[1]).atan2(b[0] - a[0]);
        let turn = angle((c[1] - b[1]).atan2(c[0] - b[0]) - heading);
        let sharp = turn.abs();
        if sharp < 0.02 {
            continue;
        }
        let (least, most) = match sharp {
            s if s > 2.0 => (16.0, 45.0),
            s if s > 1.2 => (30.0, 120.0),
            s if s > 0.6 => (60.0, 220.0),
            _ => (80.0, 400.0),
        };
        let room = 0.45 * apart(a, b).min(apart(b, c)) / (sharp / 2.0).tan();
        let radius = f64::min(least + (most - least) * tightness[i], room);
        let cut = radius * (sharp / 2.0).tan();
        let pieces = (sharp * radius / 2.0).ceil().max(4.0);
        let chord = 2.0 * radius * (sharp / pieces / 2.0).sin();
        let mut at = [b[0] - cut * heading.cos(), b[1] - cut * heading.sin()];
        line.push(at);
        for p in 0..pieces as usize {
            let direction = heading + (p as f64 + 0.5) * turn / pieces;
            at = [at[0] + chord * direction.cos(), at[1] + chord * direction.sin()];
            line.push(at);
        }
    }
    line
}

/// An angle from -π to π.
fn angle(a: f64) -> f64 {
    (a + PI).rem_euclid(TAU) - PI
}

/// Points at equal steps along a closed line.
fn resample(line: &[[f64; 2]], n: usize, step: f64) -> Vec<[f64; 2]> {
    let mut points = Vec::with_capacity(n);
    let (mut i, mut passed) = (0, 0.0);
    for k in 0..n {
        let wanted = k as f64 * step;
        loop {
            let (a, b) = (line[i % line.len()], line[(i + 1) % line.len()]);
            let long = apart(a, b);
            if passed + long > wanted || i >= line.len() {
                points.push(between(a, b, (wanted - passed) / long.max(1e-9)));
                break;
            }
            passed += long;
            i += 1;
        }
    }
    points
}

/// Curvature at every point in 1/m, left positive; cars enter and leave a bend gently.
fn bends(points: &[[f64; 2]], step: f64) -> Vec<f64> {
    let n = points.len();
    let heading = |i: usize| {
        let (a, b) = (points[i % n], points[(i + 1) % n]);
        (b[1] - a[1]).atan2(b[0] - a[0])
    };
    let raw: Vec<f64> = (0..n).map(|i| angle(heading(i) - heading(i + n - 1)) / step).collect();
    (0..n).map(|i| (raw[(i + n - 1) % n] + 2.0 * raw[i] + raw[(i + 1) % n]) / 4.0).collect()
}

/// Makes up to three of the longest straights DRS zones.
fn mark_zones(nodes: &mut [Node], bends: &[f64], step: f64) {
    let n = nodes.len();
    let straight = |k: usize| bends[k % n].abs() < 1.0 / 900.0;
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let Some(corner) = (0..n).find(|k| !straight(*k)) else {
        return;
    };
    let mut length = 0;
    for k in corner..=corner + n {
        if straight(k) {
            length += 1;
        } else {
            if length as f64 * step > 380.0 {
                runs.push((k - length, length));
            }
            length = 0;
        }
    }
    runs.sort_by_key(|(from, length)| (std::cmp::Reverse(*length), *from));
    for (id, (from, length)) in runs.into_iter().take(3).enumerate() {
        for j in 0..length {
            nodes[(from + j) % n].zone = Some((id as u64, j as f64 * step));
        }
    }
}
