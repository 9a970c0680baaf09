//! Green lights, flags and deleted times.

use super::{About, Log, OTHER, car, lap_time, track};
use crate::clock::{MINUTE, SECOND};
use crate::generate::calendar::Kind;
use crate::generate::model::{Ending, Lap};
use crate::generate::random::Rng;

impl Log<'_> {
    /// The parts of a session other than a race.
    pub(super) fn parts(&mut self) {
        let model = self.table.model;
        let kind = self.table.session.kind;
        let name = |part: usize| match kind {
            Kind::Qualifying => format!("Q{part}"),
            Kind::SprintQualifying => format!("SQ{part}"),
            _ => "SESSION".to_owned(),
        };
        for (part, number) in model.parts.iter().zip(1..) {
            if number > 1 {
                let at = self.minute(part.start);
                self.say(part.start - 210 * SECOND, OTHER, format!("{} WILL START AT {at}", name(number)));
            }
            self.say(part.start, track("GREEN"), "GREEN LIGHT - PIT EXIT OPEN");
            self.state(part.start, "SESSION STARTED");
            if let Some(red) = part.red {
                self.say(red.from, track("RED"), "RED FLAG");
                self.state(red.from, "SESSION ABORTED");
                match red.resume {
                    Some(resume) => {
                        self.say(red.from + (resume - red.from) * 7 / 10, track("CLEAR"), "TRACK CLEAR");
                        let at = self.minute(resume);
                        self.say(resume - 75 * SECOND, OTHER, format!("SESSION WILL RESUME AT {at}"));
                        self.say(resume, track("GREEN"), "GREEN LIGHT - PIT EXIT OPEN");
                        self.state(resume, "SESSION STARTED");
                    }
                    None => {
                        self.say(
                            red.from + 26 * SECOND,
                            OTHER,
                            format!("{} WILL NOT BE RESUMED", name(number)),
                        );
                        self.say(red.from + 3 * MINUTE, track("CLEAR"), "TRACK CLEAR");
                    }
                }
            }
            if part.ending == Ending::Chequered {
                self.say(part.end, track("CHEQUERED"), "CHEQUERED FLAG");
                self.state(part.end, "SESSION FINISHED");
                self.first_at_the_flag(part.end);
            }
        }
    }

    fn first_at_the_flag(&mut self, flag: i64) {
        let runs = self.table.model.runs.iter().enumerate();
        let over = |lap: &&Lap| lap.complete && lap.start < flag && flag <= lap.end();
        let first = runs.filter_map(|(d, run)| Some((run.laps.iter().find(over)?.end(), d))).min();
        if let Some((end, d)) = first {
            let driver = &self.table.roster[d];
            self.say(end, OTHER, format!("FIRST CAR TO TAKE THE FLAG - {}", car(driver)));
        }
    }

    /// Occasional yellow and blue flags.
    pub(super) fn flags(&mut self, rng: &mut Rng) {
        let model = self.table.model;
        let race = self.table.session.kind.is_race();
        let span = (model.end - model.start).max(1);
        for _ in 0..rng.range(4, if race { 18 } else { 8 }) {
            let t = model.start + rng.range(60_000, span - 1);
            let place = rng.range(1, 20);
            let flag = if rng.one_in(3) { "DOUBLE YELLOW" } else { "YELLOW" };
            let about = |flag| About {
                category: "Flag",
                flag: Some(flag),
                scope: Some("Sector"),
                sector: Some(place),
                ..OTHER
            };
            self.say(t, about(flag), format!("{flag} IN TRACK SECTOR {place}"));
            let clear = t + rng.range(5, 60) * SECOND;
            self.say(clear, about("CLEAR"), format!("CLEAR IN TRACK SECTOR {place}"));
        }
        for _ in 0..if race { rng.range(10, 45) } else { 0 } {
            let t = model.start + rng.range(60_000, span - 1);
            let driver = &self.table.roster[rng.range(0, self.table.roster.len() as i64 - 1) as usize];
            let about = About {
                category: "Flag",
                flag: Some("BLUE"),
                scope: Some("Driver"),
                driver: Some(driver.number),
                ..OTHER
            };
            let text = format!("WAVED BLUE FLAG FOR {} TIMED AT {}", car(driver), self.local(t));
            self.say(t, about, text);
        }
    }

    /// Deleted times. Outside races, some sessions count their laps one too high.
    pub(super) fn deletions(&mut self, rng: &mut Rng) {
        let table = self.table;
        let further = i64::from(!table.session.kind.is_race() && rng.one_in(2));
        for (driver, run) in table.runs() {
            for lap in &run.laps {
                let Some(deletion) = lap.deleted else {
                    continue;
                };
                let text = format!(
                    "{} TIME {} DELETED - TRACK LIMITS AT TURN {} LAP {} {}",
                    car(driver),
                    lap_time(lap.duration()),
                    deletion.turn,
                    lap.number + further,
                    self.local(deletion.left)
                );
                self.say(deletion.at, OTHER, text);
            }
        }
    }
}
