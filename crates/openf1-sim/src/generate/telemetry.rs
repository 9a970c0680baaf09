//! `location` and `car_data`, written as JSON while they are generated.
//!
//! Samples are on a grid with jitter, so the sample at any time can be computed, and a query for one minute
//! of one driver costs only that minute. As in the real feed, one packet carries all cars: the drivers of a
//! session share their dates; `location` and `car_data` do not.

use super::calendar::Session;
use super::drive::Drive;
use super::model::{Model, Run};
use super::moment::Moment;
use super::random::{mix, unit};
use super::seasons::Generated;
use super::track::Track;
use crate::clock::{self, HOUR, MINUTE, SECOND};
use crate::endpoint::Endpoint;
use crate::meter::Meter;
use crate::query::{Cell, FieldFilter, Query};
use crate::refusal::Refusal;

/// When samples are taken.
struct Beat {
    seed: u64,
    first: i64,
    last: i64,
    period_us: i64,
}

impl Beat {
    fn new(generated: &Generated, endpoint: Endpoint, session: &Session, model: &Model) -> Self {
        let which = u64::from(endpoint == Endpoint::CarData);
        let seed = mix(&[generated.seed, session.key as u64, which, 40]);
        let race = session.kind.is_race();
        // The schedule allows two hours for a race; the feed ends a few minutes after the cars stop.
        let end = if race { model.end + 4 * MINUTE } else { session.end.max(model.end) + 5 * MINUTE };
        Self {
            seed,
            first: session.start - HOUR + (seed % 900) as i64,
            last: end,
            // Some samples are lost, so the others come more often.
            period_us: generated.period_us * 9 / 10,
        }
    }

    fn count(&self) -> i64 {
        (self.last - self.first) * 1000 / self.period_us
    }

    /// Time of sample `i`, or `None` where the feed lost it: one in eight, occasionally four in a row.
    fn time(&self, i: i64) -> Option<i64> {
        let bits = mix(&[self.seed, i as u64]);
        let of_sixteen = i & 15;
        if of_sixteen & 9 == 9 && bits % 100 < 44 {
            return None;
        }
        if (3..7).contains(&of_sixteen) && mix(&[self.seed, (i >> 4) as u64, 9]).is_multiple_of(20) {
            return None;
        }
        // The feed counts in sixths of the sampling interval.
        let late = (bits >> 40) as i64 % 3 * self.period_us / 6;
        Some(self.first + (i * self.period_us + late) / 1000)
    }

    /// Milliseconds between the date of a `location` sample and the moment it shows: half of them within 35,
    /// nine in ten within 110.
    fn clock_error(&self, i: i64) -> i64 {
        let u = unit(mix(&[self.seed, i as u64, 50])) - 0.5;
        let size = -48.0 * (1.0 - 2.0 * u.abs()).max(1e-4).ln();
        (size.copysign(u)).round() as i64
    }

    /// Indices whose samples may be between two times, both included.
    fn between(&self, low: i64, high: i64) -> (i64, i64) {
        let index =
            |ms: i64| ms.clamp(self.first, self.last).saturating_sub(self.first) * 1000 / self.period_us;
        ((index(low) - 2).max(0), (index(high) + 1).min(self.count()))
    }
}

/// A driver whose samples are written.
struct Car<'a> {
    number: i64,
    run: &'a Run,
    race: bool,
    /// The lap of the last sample: samples come nearly in time order.
    at: usize,
    /// The lap requested last.
    drive: Option<(usize, Drive)>,
    seed: u64,
    /// The same for `location` and `car_data`, because both show one drive.
    drive_seed: u64,
    /// JSON between the date and the first measured value.
    middle: Vec<u8>,
}

impl Car<'_> {
    /// State of the car; `None` in the garage.
    fn moment(&mut self, track: &Track, t: i64) -> Option<Moment> {
        // Wrong clocks occasionally go backwards.
        while self.at > 0 && self.run.laps.get(self.at - 1).is_some_and(|l| t < l.end()) {
            self.at -= 1;
        }
        while self.run.laps.get(self.at).is_some_and(|l| l.end() <= t) {
            self.at += 1;
        }
        let lap = self.run.laps.get(self.at).filter(|l| l.start <= t)?;
        let at = self.at;
        if self.drive.as_ref().is_none_or(|d| d.0 != at) {
            self.drive = Some((at, Drive::new(track, self.run, at, self.drive_seed)));
        }
        let (_, drive) = self.drive.as_mut()?;
        Some(drive.moment(track, (t - lap.start) as f64))
    }

    /// Value of `drs`. In a race not every car is close enough to the one ahead on every straight.
    fn drs(&self, track: &Track, moment: &Moment) -> i64 {
        let off = (self.seed & 1) as i64;
        let lap = &self.run.laps[self.at];
        let Some((zone, metres)) = track.nodes[moment.node].zone else {
            return off;
        };
        if lap.slow || moment.braking {
            return off;
        }
        let chance = mix(&[self.drive_seed, lap.number as u64, zone, 42]) % 8;
        match metres {
            _ if self.race && chance > 3 => {
                if chance > 6 {
                    8
                } else {
                    off
                }
            }
            ..50.0 => 8,
            ..100.0 => 10,
            _ if zone == 0 => 12,
            _ => 14,
        }
    }
}

const CAR: [&str; 6] = ["brake", "drs", "n_gear", "rpm", "speed", "throttle"];
const PLACE: [&str; 3] = ["x", "y", "z"];

/// Top speeds of the gears, km/h.
const GEARS: [f64; 8] = [85.0, 124.0, 160.0, 196.0, 231.0, 267.0, 302.0, 345.0];

/// Gear and revolutions per minute at a speed in km/h.
fn gear(speed: f64) -> (i64, i64) {
    let at = GEARS.iter().position(|top| speed < *top).unwrap_or(GEARS.len() - 1);
    (at as i64 + 1, (11_900.0 * speed / GEARS[at]).max(4_200.0) as i64)
}

/// The date's text, whose seconds are written once a second.
struct DateText {
    second: i64,
    text: Vec<u8>,
}

impl DateText {
    fn write(&mut self, buffer: &mut Vec<u8>, ms: i64) {
        let second = ms.div_euclid(SECOND);
        if second != self.second {
            self.second = second;
            self.text.clear();
            clock::write_seconds(&mut self.text, ms, b'T');
        }
        buffer.extend_from_slice(&self.text);
        clock::write_fraction(buffer, ms);
    }
}

/// The values of a row of `car_data`, in the order of [`CAR`].
fn car_sample(car: &mut Car<'_>, track: &Track, i: i64, t: i64, year: i32) -> [Option<i64>; 6] {
    let noise = mix(&[car.seed, i as u64]);
    let drs = |value| (year < 2026).then_some(value);
    let Some(moment) = car.moment(track, t) else {
        // For long periods the car reports nothing: 104 in both.
        let silent = mix(&[car.seed, (i >> 6) as u64, 3]).is_multiple_of(3);
        let pedal = Some(if silent { 104 } else { 0 });
        return [pedal, drs(0), Some(0), Some(0), Some(0), pedal];
    };
    let speed = moment.speed * 3.6;
    let (gear, rpm) = gear(speed);
    let lost = (noise >> 16).is_multiple_of(900);
    let (brake, throttle) =
        if lost { (104, 104) } else { (i64::from(moment.braking) * 100, moment.throttle.round() as i64) };
    let rpm = rpm + (noise >> 24) as i64 % 120;
    let shown = if speed < 1.0 { 0 } else { speed.round() as i64 + (noise % 3) as i64 - 1 };
    [Some(brake), drs(car.drs(track, &moment)), Some(gear), Some(rpm), Some(shown), Some(throttle)]
}

/// The values of a row of `location`, in the order of [`PLACE`].
fn location_sample(car: &mut Car<'_>, track: &Track, t: i64) -> [Option<i64>; 3] {
    car.moment(track, t).map_or([0; 3], |moment| track.place(&moment).map(|v| v as i64)).map(Some)
}

fn allows(filters: &[(&FieldFilter, usize)], values: &[Option<i64>]) -> bool {
    filters
        .iter()
        .all(|(filter, at)| filter.matches(values[*at].map_or(Cell::Other, |v| Cell::Number(v as f64))))
}

impl Generated {
    /// The JSON array of a telemetry query and its number of rows.
    pub(crate) fn telemetry(
        &self,
        endpoint: Endpoint,
        query: &Query,
        now: i64,
        meter: &Meter<'_>,
    ) -> Result<(Vec<u8>, usize), Refusal> {
        let is_car = endpoint == Endpoint::CarData;
        let measured: &[&str] = if is_car { &CAR } else { &PLACE };
        let mut on_values = Vec::new();
        let mut on_dates = Vec::new();
        for filter in &query.filters {
            match filter.field.as_str() {
                "date" => on_dates.push(filter),
                "session_key" | "meeting_key" | "driver_number" => {}
                name => match measured.iter().position(|m| *m == name) {
                    Some(at) => on_values.push((filter, at)),
                    // No row has such a field.
                    None => return Err(Refusal::Nothing),
                },
            }
        }
        let mut body = vec![b'['];
        let mut rows = 0;
        for (index, session) in self.candidates(query, now) {
            if !session.telemetry {
                continue;
            }
            let model = self.model(index);
            let beat = Beat::new(self, endpoint, session, &model);
            let (mut low, mut high) = (beat.first, beat.last);
            for filter in &on_dates {
                let (from, to) = filter.date_hull().unwrap_or((1, 0));
                (low, high) = (low.max(from), high.min(to));
            }
            if low > high {
                continue;
            }
            let mut cars: Vec<Car<'_>> = self
                .roster(session.year)
                .iter()
                .zip(&model.runs)
                .filter(|(driver, _)| query.allows("driver_number", driver.number))
                .map(|(driver, run)| Car {
                    number: driver.number,
                    run,
                    race: session.kind.is_race(),
                    at: 0,
                    drive: None,
                    seed: mix(&[beat.seed, driver.number as u64]),
                    drive_seed: self.drive_seed(session, driver),
                    middle: format!(
                        "\",\"driver_number\":{},\"meeting_key\":{},\"session_key\":{}",
                        driver.number, session.meeting_key, session.key
                    )
                    .into_bytes(),
                })
                .collect();
            if cars.is_empty() {
                continue;
            }
            cars.sort_by_key(|c| c.number);
            let (from, to) = beat.between(low, high);
            if on_values.is_empty() {
                // Refuse before doing the work: times are cheap compared with rows.
                let dates = (from..=to).filter(|i| beat.time(*i).is_some_and(|t| low <= t && t <= high));
                meter.check(rows + dates.count().saturating_sub(4) * cars.len(), 0)?;
            }
            let track = Track::new(session.place);
            let mut date = DateText { second: i64::MIN, text: Vec::new() };
            for i in from..=to {
                let Some(t) = beat.time(i).filter(|t| low <= *t && *t <= high) else {
                    continue;
                };
                if !on_dates.iter().all(|f| f.matches(Cell::Date(t))) {
                    continue;
                }
                let error = if is_car { 0 } else { beat.clock_error(i) };
                for car in &mut cars {
                    let values: &[Option<i64>] = if is_car {
                        &car_sample(car, &track, i, t, session.year)
                    } else {
                        &location_sample(car, &track, t + error)
                    };
                    if !allows(&on_values, values) {
                        continue;
                    }
                    body.extend_from_slice(if rows == 0 { b"{\"date\":\"" } else { b",{\"date\":\"" });
                    date.write(&mut body, t);
                    body.extend_from_slice(&car.middle);
                    for (name, value) in measured.iter().zip(values) {
                        body.extend_from_slice(b",\"");
                        body.extend_from_slice(name.as_bytes());
                        body.extend_from_slice(b"\":");
                        // Writing a number into memory cannot fail.
                        drop(serde_json::to_writer(&mut body, value));
                    }
                    body.push(b'}');
                    rows += 1;
                }
                if i & 255 == 0 {
                    meter.check(rows, body.len())?;
                }
            }
            meter.check(rows, body.len())?;
        }
        body.push(b']');
        Ok((body, rows))
    }
}
