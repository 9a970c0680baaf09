//! Laps that a user asks for: `VER:12`, or `VER` for the best one.

use crate::clean::clean;
use crate::data::{Driver, ReportData};

/// A lap to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChosenLap {
    /// Number on the car.
    pub driver_number: i64,
    /// The lap; `None` for the driver's best one.
    pub lap_number: Option<i64>,
}

/// Why a lap cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChoiceError {
    /// The text is not a driver and a lap.
    #[error("expected a driver and a lap, such as `VER:12`, or only a driver for the best lap")]
    NotALap,
    /// No driver of the session has this acronym or number.
    #[error("no driver `{wanted}` in this session; available drivers: {}", known.join(", "))]
    NoDriver {
        /// As written.
        wanted: String,
        /// Acronyms, or numbers where there is none.
        known: Vec<String>,
    },
    /// The driver did not drive this lap.
    #[error("{driver} has no lap {lap}; {}", match last { Some(last) => format!("the last one is {last}"), None => "no lap of this driver is known".to_owned() })]
    NoLap {
        /// Acronym or number.
        driver: String,
        /// As asked for.
        lap: i64,
        /// The driver's last lap.
        last: Option<i64>,
    },
}

impl ChosenLap {
    /// Reads `VER:12`, `1:12`, `VER` or `1`, for a session with these drivers and laps. Case does not matter.
    ///
    /// # Errors
    /// [`ChoiceError`], which names what is available.
    pub fn read(text: &str, data: &ReportData) -> Result<Self, ChoiceError> {
        let (driver, lap) = match text.trim().split_once(':') {
            Some((driver, lap)) => {
                (driver.trim(), Some(lap.trim().parse::<i64>().map_err(|_| ChoiceError::NotALap)?))
            }
            None => (text.trim(), None),
        };
        if driver.is_empty() {
            return Err(ChoiceError::NotALap);
        }
        let is_meant = |known: &&Driver| {
            driver.parse() == Ok(known.driver_number)
                || known.name_acronym.as_ref().is_some_and(|name| name.trim().eq_ignore_ascii_case(driver))
        };
        let Some(found) = data.drivers.iter().find(is_meant) else {
            return Err(ChoiceError::NoDriver {
                wanted: clean(driver, 20),
                known: data.drivers.iter().take(30).map(name).collect(),
            });
        };
        let own = || data.laps.iter().filter(|lap| lap.driver_number == found.driver_number);
        match lap {
            Some(lap) if !own().any(|known| known.lap_number == lap) => Err(ChoiceError::NoLap {
                driver: name(found),
                lap,
                last: own().map(|known| known.lap_number).max(),
            }),
            lap_number => Ok(Self { driver_number: found.driver_number, lap_number }),
        }
    }

    /// `lap 12 of VER`, `the best lap of VER`.
    pub fn describe(&self, data: &ReportData) -> String {
        let driver = data.drivers.iter().find(|driver| driver.driver_number == self.driver_number);
        let name = driver.map_or_else(|| self.driver_number.to_string(), name);
        match self.lap_number {
            Some(lap) => format!("lap {lap} of {name}"),
            None => format!("the best lap of {name}"),
        }
    }
}

/// The acronym, or the number without one.
fn name(driver: &Driver) -> String {
    let acronym = driver.name_acronym.as_deref().map(|name| clean(name, 4)).unwrap_or_default();
    if acronym.is_empty() { driver.driver_number.to_string() } else { acronym }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Lap;
    use proptest::prelude::*;

    fn data() -> ReportData {
        let driver = |driver_number, name: Option<&str>| Driver {
            driver_number,
            name_acronym: name.map(str::to_owned),
            ..Default::default()
        };
        ReportData {
            drivers: vec![driver(1, Some("VER")), driver(4, Some("NOR")), driver(99, None)],
            laps: [(1, 1), (1, 12), (4, 7)]
                .map(|(driver_number, lap_number)| Lap { driver_number, lap_number, ..Default::default() })
                .to_vec(),
            ..Default::default()
        }
    }

    #[test]
    fn a_lap_is_named_by_driver_and_number() {
        let data = data();
        for (text, driver_number, lap_number) in [
            ("VER:12", 1, Some(12)),
            ("ver : 1", 1, Some(1)),
            ("1:12", 1, Some(12)),
            ("nor", 4, None),
            ("99", 99, None),
        ] {
            assert_eq!(ChosenLap::read(text, &data), Ok(ChosenLap { driver_number, lap_number }), "{text}");
        }
        let lap = ChosenLap { driver_number: 1, lap_number: Some(12) };
        assert_eq!(lap.describe(&data), "lap 12 of VER");
    }

    #[test]
    fn what_is_available_is_named() {
        let data = data();
        let error = |text: &str| ChosenLap::read(text, &data).unwrap_err().to_string();
        assert_eq!(error("VET"), "no driver `VET` in this session; available drivers: VER, NOR, 99");
        assert_eq!(error("VER:13"), "VER has no lap 13; the last one is 12");
        assert_eq!(error("99:1"), "99 has no lap 1; no lap of this driver is known");
        for text in ["", ":", ":3", "VER:x", "VER:"] {
            assert!(error(text).starts_with("expected a driver and a lap"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            let _ = ChosenLap::read(&text, &data());
        }
    }
}
