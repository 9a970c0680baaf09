//! From the start of a race to its flag.

use super::{About, DRS, Log, OTHER, SAFETY_CAR, car, track};
use crate::clock::{MINUTE, SECOND};
use crate::generate::calendar::Kind;
use crate::generate::model::{Errand, Neutral, Restart, Trouble};

impl Log<'_> {
    /// The course of a race.
    pub(super) fn race(&mut self) {
        let table = self.table;
        let model = table.model;
        let old = table.session.year < 2026;
        // The pit exit opens long before the start.
        self.say(table.session.start - 40 * MINUTE, track("GREEN"), "GREEN LIGHT - PIT EXIT OPEN");
        self.say(table.session.start - 30 * MINUTE, OTHER, "PIT EXIT CLOSED");
        let led = model.troubles.first().is_some_and(|t| t.from == model.start);
        if led {
            let text = "FORMATION LAP WILL BE STARTED BEHIND THE SAFETY CAR";
            self.say(table.session.start - 8 * MINUTE, OTHER, text);
        }
        if old {
            self.say(table.session.start - 3 * MINUTE, DRS, "DRS DISABLED");
            let second = self.leader_ends.get(1).copied().filter(|_| !led);
            if let Some(t) = second {
                self.say(t + 9 * SECOND, DRS, "DRS ENABLED");
            }
        }
        self.say(model.start, track("GREEN"), "GREEN LIGHT - PIT EXIT OPEN");
        self.state(model.start, "SESSION STARTED");
        for trouble in &model.troubles {
            if let Some((driver, at)) = trouble.victim {
                let driver = &table.roster[driver];
                let about = About { category: "CarEvent", driver: Some(driver.number), ..OTHER };
                let turn = 1 + at % 14;
                self.say(at + 11 * SECOND, about, format!("{} STOPPED AT TURN {turn}", car(driver)));
            }
            match trouble.trouble {
                Trouble::Virtual => self.virtual_safety_car(trouble),
                Trouble::SafetyCar => self.safety_car(trouble),
                Trouble::Red => self.red_flag(trouble),
            }
        }
        for penalty in &model.penalties {
            let (what, why) = match penalty.kind {
                Errand::StopGo => ("10 SECOND STOP/GO PENALTY", "FAILING TO SLOW UNDER YELLOW FLAGS"),
                _ => ("DRIVE THROUGH PENALTY", "SPEEDING IN THE PIT LANE"),
            };
            let text = format!("FIA STEWARDS: {what} FOR {} - {why}", car(&table.roster[penalty.driver]));
            self.say(penalty.at, OTHER, text);
        }
        for part in &model.parts {
            self.say(part.end, track("CHEQUERED"), "CHEQUERED FLAG");
            self.state(part.end, "SESSION FINISHED");
        }
    }

    fn clear(&mut self, trouble: &Neutral) {
        if let Some(t) = trouble.clear {
            self.say(t, track("CLEAR"), "TRACK CLEAR");
        }
    }

    fn virtual_safety_car(&mut self, trouble: &Neutral) {
        self.say(trouble.from, SAFETY_CAR, "VIRTUAL SAFETY CAR DEPLOYED");
        if let Some(t) = trouble.ending {
            self.say(t, SAFETY_CAR, "VIRTUAL SAFETY CAR ENDING");
        }
        self.clear(trouble);
    }

    fn safety_car(&mut self, trouble: &Neutral) {
        // A safety car that leads the start was there before.
        if trouble.from > self.table.model.start {
            self.say(trouble.from, SAFETY_CAR, "SAFETY CAR DEPLOYED");
        }
        if let Some(t) = trouble.through_lane {
            self.say(t, SAFETY_CAR, "SAFETY CAR THROUGH THE PIT LANE");
        }
        if let Some(t) = trouble.ending {
            self.say(t, SAFETY_CAR, "SAFETY CAR IN THIS LAP");
        }
        self.clear(trouble);
    }

    fn red_flag(&mut self, trouble: &Neutral) {
        let what = if self.table.session.kind == Kind::Sprint { "SPRINT" } else { "RACE" };
        self.say(trouble.from, track("RED"), "RED FLAG");
        self.clear(trouble);
        let (Some(open), Some(restart)) = (trouble.resume, trouble.restart) else {
            return;
        };
        let at = self.minute(open);
        let mut leaving: Vec<(i64, i64)> = self
            .table
            .runs()
            .flat_map(|(d, run)| run.passages.iter().map(move |p| (d.number, p)))
            .filter(|(_, p)| p.kind == Errand::RedFlag)
            .filter_map(|(number, p)| Some((p.exit?, number)))
            .collect();
        leaving.sort_unstable();
        let order: Vec<String> = leaving.iter().map(|(_, number)| number.to_string()).collect();
        let stood = open - trouble.from;
        self.say(trouble.from + stood / 3, OTHER, format!("ORDER FOR RESTART: {}", order.join(", ")));
        self.say(trouble.from + stood / 2, OTHER, format!("{what} WILL RESUME AT {at}"));
        let procedure = match restart {
            Restart::Standing => "STANDING START PROCEDURE",
            Restart::Rolling => "ROLLING START PROCEDURE",
        };
        self.say(open - 2 * MINUTE, OTHER, format!("{what} WILL RESUME AT {at} - {procedure}"));
        if restart == Restart::Rolling {
            self.say(open - 70 * SECOND, OTHER, "THE SAFETY CAR WILL STAY OUT FOR 2 LAPS ");
        }
        if let Some(t) = trouble.ending {
            let text = match restart {
                Restart::Rolling => "SAFETY CAR WILL ENTER PITS: ROLLING START PROCEDURE",
                Restart::Standing if self.table.session.year == 2023 => "STANDING START PROCEDURE",
                Restart::Standing => "STANDING START",
            };
            self.say(t, OTHER, text);
        }
    }
}
