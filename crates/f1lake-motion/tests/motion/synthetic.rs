//! Laps of a synthetic track, whose true times are known.

use f1lake_motion::{OfficialTimes, Reading, TimedLap};

/// Metres from node to node of the synthetic track.
pub(crate) const STEP: f64 = 4.0;
pub(crate) const NODES: usize = 1325;
/// Nodes of the sector lines.
pub(crate) const LINES: [usize; 2] = [400, 900];

/// Reproducible random numbers.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// From 0 to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn range(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.unit()
    }

    /// Seconds between two samples as in the feed: median 0.24, 0.16 to 0.44 for 90%, up to 1.3.
    pub(crate) fn gap(&mut self) -> f64 {
        match self.unit() {
            x if x < 0.17 => 0.16,
            x if x < 0.36 => 0.2,
            x if x < 0.54 => 0.24,
            x if x < 0.69 => 0.28,
            x if x < 0.80 => 0.32,
            x if x < 0.88 => 0.36,
            x if x < 0.94 => 0.4,
            x if x < 0.97 => 0.44,
            x if x < 0.99 => 0.56,
            _ => self.range(0.6, 1.3),
        }
    }
}

/// A lap whose speed and time are known at every node.
pub(crate) struct Truth {
    speeds: Vec<f64>,
    times: Vec<f64>,
}

impl Truth {
    /// As fast as the limits in m/s allow, with maximum braking and acceleration.
    pub(crate) fn drive(limits: &[f64]) -> Self {
        let mut speeds = limits.to_vec();
        let mut ahead = f64::INFINITY;
        for speed in speeds.iter_mut().rev() {
            let square = (*speed * *speed).min(ahead);
            *speed = square.sqrt();
            ahead = square + 2.0 * (15.0 + 0.0035 * square) * STEP;
        }
        let mut reached = f64::INFINITY;
        for speed in &mut speeds {
            *speed = speed.min(reached);
            let pull = 14.0_f64.min(970.0 / *speed) - 0.5 - 0.0011 * *speed * *speed;
            reached = (*speed * *speed + 2.0 * pull * STEP).max(0.0).sqrt();
        }
        let mut times = vec![0.0];
        for pair in speeds.windows(2) {
            times.push(times[times.len() - 1] + 2.0 * STEP / (pair[0] + pair[1]));
        }
        Self { speeds, times }
    }

    /// The time at which the car passes a place, with constant acceleration between nodes.
    pub(crate) fn time(&self, place: f64) -> f64 {
        let node = ((place / STEP) as usize).min(NODES - 1);
        let (v, w) = (self.speeds[node], self.speeds[node + 1]);
        let share = place / STEP - node as f64;
        let here = (v * v + (w * w - v * v) * share).sqrt();
        self.times[node] + 2.0 * STEP * share / (v + here)
    }

    pub(crate) fn speed(&self, time: f64) -> f64 {
        let node = self.times.partition_point(|t| *t <= time).clamp(1, NODES) - 1;
        let share = (time - self.times[node]) / (self.times[node + 1] - self.times[node]);
        self.speeds[node] + (self.speeds[node + 1] - self.speeds[node]) * share
    }

    /// Times in milliseconds, as in official timing.
    pub(crate) fn official(&self) -> OfficialTimes {
        let at = |node: usize| (self.times[node] * 1000.0).round() / 1000.0;
        let [first, second] = LINES.map(at);
        let lap_s = at(NODES);
        OfficialTimes { lap_s, sectors_s: [first, second - first, lap_s - second].map(Some) }
    }

    /// The samples of the feed: whole km/h at irregular instants, with a clock error of up to 20 ms.
    pub(crate) fn sampled(&self, random: &mut Random) -> TimedLap {
        let end = self.times[NODES];
        let mut taken = random.range(0.03, 0.27);
        let (mut metres, mut before) = (0.0, None);
        let mut readings = Vec::new();
        while taken < end {
            let kmh = (self.speed(taken) * 3.6).round() + (random.unit() * 3.0).floor() - 1.0;
            let time_s = taken + random.range(-0.02, 0.02);
            // As `fact_lap_telemetry` does: the mean of two speeds times the time between.
            let (then, speed) = before.unwrap_or((0.0, kmh));
            metres += (speed + kmh) / 2.0 / 3.6 * (time_s - then);
            before = Some((time_s, kmh));
            readings.push(Reading { time_s, distance_m: metres });
            taken += random.gap();
        }
        TimedLap::new(readings, self.official()).unwrap()
    }
}

/// Two laps of one track, by drivers with different cornering.
pub(crate) fn pair(random: &mut Random) -> [Truth; 2] {
    let mut limits = vec![97.0; NODES + 1];
    let mut corners = vec![0; NODES + 1];
    for corner in 1..=15 {
        let from = random.range(50.0, 1240.0) as usize;
        let length = random.range(5.0, 30.0) as usize;
        let speed = random.range(18.0, 75.0);
        for node in from..from + length {
            limits[node] = speed.min(limits[node]);
            corners[node] = corner;
        }
    }
    [(), ()].map(|()| {
        let skill: Vec<f64> = (0..=15).map(|_| random.range(0.97, 1.03)).collect();
        let own: Vec<f64> = limits.iter().zip(&corners).map(|(v, corner)| v * skill[*corner]).collect();
        Truth::drive(&own)
    })
}
