//! The shape of a circuit and what a car does along it.

use super::calendar::Place;
use super::random::Rng;
use std::f64::consts::TAU;

/// Points of a lap; equal steps of time.
pub(crate) const POINTS: usize = 1024;

/// What a car reports at one point of a fast lap.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Point {
    /// Tenths of metres from the circuit's origin.
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) z: f32,
    pub(crate) speed: i32,
    pub(crate) rpm: i32,
    pub(crate) gear: i32,
    pub(crate) throttle: i32,
    pub(crate) braking: bool,
    pub(crate) straight: bool,
}

/// A closed lap. The circuit is the same in every year and for every seed.
pub(crate) fn lap(place: &Place) -> Vec<Point> {
    const FINE: usize = 4096;
    let mut rng = Rng::new(&[place.circuit_key as u64, 77]);
    let harmonics: Vec<(f64, f64, f64)> =
        (2..8).map(|k| (f64::from(k), rng.unit() * TAU, rng.unit() * 0.32 / f64::from(k))).collect();
    let (ox, oy, oz) = (rng.around(4000.0), rng.around(4000.0), rng.unit() * 600.0);
    let (tilt, hill) = (rng.unit() * TAU, 30.0 + rng.unit() * 250.0);
    let place_at = |i: usize| {
        let a = i as f64 / FINE as f64 * TAU;
        let r = 1.0 + harmonics.iter().map(|(k, phase, size)| size * (k * a + phase).cos()).sum::<f64>();
        (r * a.cos() * 1.3, r * a.sin())
    };
    let fine: Vec<(f64, f64)> = (0..FINE).map(place_at).collect();
    let step = |i: usize| {
        let (a, b) = (fine[i % FINE], fine[(i + 1) % FINE]);
        (b.0 - a.0).hypot(b.1 - a.1)
    };
    let length: f64 = (0..FINE).map(step).sum();
    // A lap of 5.2 km on average, in tenths of metres.
    let scale = 52_000.0 * (place.lap_ms as f64 / 84_000.0) / length;
    let bend = |i: usize| {
        let (a, b, c) = (fine[(i + FINE - 24) % FINE], fine[i], fine[(i + 24) % FINE]);
        let (one, two) = ((b.1 - a.1).atan2(b.0 - a.0), (c.1 - b.1).atan2(c.0 - b.0));
        let mut turn = (two - one).abs();
        if turn > TAU / 2.0 {
            turn = TAU - turn;
        }
        turn / ((c.0 - a.0).hypot(c.1 - a.1) * scale / 10.0).max(1.0)
    };
    // As fast as the bend allows, then not braking or accelerating harder than a car can.
    let mut speed: Vec<f64> =
        (0..FINE).map(|i| (38.0 / bend(i).max(1e-6)).sqrt().clamp(18.0, 93.0)).collect();
    for i in (0..2 * FINE).rev() {
        let (here, next) = (i % FINE, (i + 1) % FINE);
        let metres = step(here) * scale / 10.0;
        speed[here] = speed[here].min((speed[next].powi(2) + 2.0 * 38.0 * metres).sqrt());
    }
    for i in 0..2 * FINE {
        let (here, next) = (i % FINE, (i + 1) % FINE);
        let metres = step(here) * scale / 10.0;
        speed[next] = speed[next].min((speed[here].powi(2) + 2.0 * 11.0 * metres).sqrt());
    }
    let times: Vec<f64> = (0..FINE).map(|i| step(i) * scale / 10.0 / speed[i]).collect();
    let total: f64 = times.iter().sum();
    let mut points = Vec::with_capacity(POINTS);
    let (mut i, mut passed) = (0, 0.0);
    for n in 0..POINTS {
        let wanted = total * n as f64 / POINTS as f64;
        while i + 1 < FINE && passed + times[i] < wanted {
            passed += times[i];
            i += 1;
        }
        let part = ((wanted - passed) / times[i]).clamp(0.0, 1.0);
        let (a, b) = (fine[i], fine[(i + 1) % FINE]);
        let (x, y) = (a.0 + (b.0 - a.0) * part, a.1 + (b.1 - a.1) * part);
        let here = speed[i];
        let change = speed[(i + 8) % FINE] - here;
        let gear = ((here * 3.6 - 50.0) / 36.0).floor().clamp(1.0, 8.0);
        let within = ((here * 3.6 - 50.0 - (gear - 1.0) * 36.0) / 36.0).clamp(0.0, 1.2);
        points.push(Point {
            x: (x * scale + ox) as f32,
            y: (y * scale + oy) as f32,
            z: (oz + hill * (i as f64 / FINE as f64 * TAU + tilt).sin()) as f32,
            speed: (here * 3.6) as i32,
            rpm: (9400.0 + within * 2300.0) as i32,
            gear: gear as i32,
            throttle: if change < -0.6 {
                0
            } else if change > 0.25 || here > 75.0 {
                100
            } else {
                62
            },
            braking: change < -0.6,
            straight: here > 76.0 && change > -0.2,
        });
    }
    points
}
