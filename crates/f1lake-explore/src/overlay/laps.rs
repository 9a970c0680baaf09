//! Which laps are overlaid, and what is known about them.

use crate::error::Failure;
use f1lake_motion::{Anchors, OfficialTimes};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::str::FromStr;
use tokio::sync::Mutex;

/// Most laps of an overlay: more lines cannot be told apart.
const MOST_LAPS: usize = 6;

/// A lap of a driver: `9158-1-14`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LapId {
    /// Session.
    pub session_key: i64,
    /// Car number.
    pub driver_number: i64,
    /// Lap, from 1.
    pub lap_number: i64,
}

impl FromStr for LapId {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let numbers: Option<Vec<i64>> = text.split('-').map(|number| number.parse().ok()).collect();
        match numbers.as_deref() {
            Some(&[session_key, driver_number, lap_number]) => {
                Ok(Self { session_key, driver_number, lap_number })
            }
            _ => Err(Failure::parameter(format!(
                "`{text}` is not a lap: expected SESSION-DRIVER-LAP, such as 9158-1-14"
            ))),
        }
    }
}

impl LapId {
    /// The laps of an address, `laps=9158-1-14,9158-44-17`.
    pub(crate) fn list(given: &[(String, String)]) -> Result<Vec<Self>, Failure> {
        let [(name, text)] = given else {
            return Err(Failure::parameter("Expected laps=SESSION-DRIVER-LAP,… and nothing else"));
        };
        if name != "laps" {
            return Err(Failure::parameter(format!("There is no parameter {name}")));
        }
        let laps: Vec<Self> = text.split(',').map(str::parse).collect::<Result<_, _>>()?;
        if laps.len() > MOST_LAPS {
            return Err(Failure::parameter(format!("Up to {MOST_LAPS} laps can be overlaid")));
        }
        for (index, lap) in laps.iter().enumerate() {
            if laps.iter().skip(index + 1).any(|other| other == lap) {
                return Err(Failure::parameter("A lap is named twice"));
            }
        }
        Ok(laps)
    }

    /// The parameters of a query about this lap, which is at an index of the overlay.
    pub(crate) fn parameters(self, index: usize) -> Vec<(String, String)> {
        [
            ("lap", index as i64),
            ("session_key", self.session_key),
            ("driver_number", self.driver_number),
            ("lap_number", self.lap_number),
        ]
        .map(|(name, number)| (name.to_owned(), number.to_string()))
        .to_vec()
    }
}

/// A row of `sql/overlay_laps.sql`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LapNotes {
    #[serde(skip_serializing)]
    pub(crate) lap: usize,
    pub(crate) session_key: i64,
    pub(crate) driver_number: i64,
    pub(crate) lap_number: i64,
    pub(crate) driver: Option<String>,
    pub(crate) name_acronym: Option<String>,
    pub(crate) team_name: Option<String>,
    pub(crate) team_colour: Option<String>,
    pub(crate) year: Option<i64>,
    pub(crate) meeting_name: Option<String>,
    pub(crate) session_name: Option<String>,
    pub(crate) circuit_key: Option<i64>,
    pub(crate) circuit_short_name: Option<String>,
    pub(crate) lap_duration: Option<f64>,
    pub(crate) duration_sector_1: Option<f64>,
    pub(crate) duration_sector_2: Option<f64>,
    pub(crate) duration_sector_3: Option<f64>,
    pub(crate) compound: Option<String>,
    pub(crate) tyre_age: Option<i64>,
}

impl LapNotes {
    pub(crate) fn times(&self) -> OfficialTimes {
        OfficialTimes {
            lap_s: self.lap_duration.unwrap_or_default(),
            sectors_s: [self.duration_sector_1, self.duration_sector_2, self.duration_sector_3],
        }
    }

    /// `PIA lap 43`, for messages.
    pub(crate) fn describe(&self) -> String {
        let car = || format!("car {}", self.driver_number);
        format!("{} lap {}", self.name_acronym.clone().unwrap_or_else(car), self.lap_number)
    }
}

/// A row of `sql/overlay_corners.sql`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(crate) struct Corner {
    pub(crate) number: i64,
    pub(crate) share_of_lap: f64,
    pub(crate) x: Option<f64>,
    pub(crate) y: Option<f64>,
}

/// What all laps of a session share.
#[derive(Debug, Clone, Default)]
pub(crate) struct Track {
    /// The sector lines; none without telemetry.
    pub(crate) anchors: Option<Anchors>,
    /// None in a lake that was built before there were any.
    pub(crate) corners: Vec<Corner>,
}

/// The tracks by session, for one state of the lake: finding the sector lines reads a session's telemetry.
#[derive(Debug, Default)]
pub(crate) struct Tracks {
    known: Mutex<(String, BTreeMap<i64, Track>)>,
}

impl Tracks {
    /// The track of a session, found once for each revision of the lake.
    pub(crate) async fn get<F>(&self, revision: &str, session_key: i64, find: F) -> Result<Track, Failure>
    where
        F: Future<Output = Result<Track, Failure>>,
    {
        let mut known = self.known.lock().await;
        if known.0 != revision {
            *known = (revision.to_owned(), BTreeMap::new());
        }
        if let Some(track) = known.1.get(&session_key) {
            return Ok(track.clone());
        }
        let found = find.await?;
        known.1.insert(session_key, found.clone());
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn laps_are_read_and_checked() {
        let of = |text: &str| LapId::list(&[("laps".to_owned(), text.to_owned())]);
        let lap = |session_key, driver_number, lap_number| LapId { session_key, driver_number, lap_number };
        assert_eq!(of("9158-1-14,9159-44-17").unwrap(), [lap(9158, 1, 14), lap(9159, 44, 17)]);
        for (text, message) in [
            ("", "`` is not a lap: expected SESSION-DRIVER-LAP, such as 9158-1-14"),
            ("9158-1", "`9158-1` is not a lap: expected SESSION-DRIVER-LAP, such as 9158-1-14"),
            ("1-1-1,1-1-1", "A lap is named twice"),
            ("1-1-1,1-1-2,1-1-3,1-1-4,1-1-5,1-1-6,1-1-7", "Up to 6 laps can be overlaid"),
        ] {
            assert_eq!(of(text).unwrap_err().message, message);
        }
        assert!(LapId::list(&[]).is_err());
    }
}
