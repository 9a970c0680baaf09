//! Results, grids and standings: penalties change them months later, so they are checked once a day.

use f1lake_zone::files::replace;
use f1lake_zone::{Manifest, ZoneError, later, refuse_newer};
use jiff::{SignedDuration, Timestamp};
use openf1_client::Endpoint;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What changes long after a session.
const RESULTS: [Endpoint; 4] = [
    Endpoint::SessionResult,
    Endpoint::StartingGrid,
    Endpoint::ChampionshipDrivers,
    Endpoint::ChampionshipTeams,
];

/// Layout of the file.
const LAYOUT: u32 = 1;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct File {
    version: u32,
    seasons: BTreeMap<i64, Timestamp>,
}

/// When the results of each season were checked last.
#[derive(Debug)]
pub(crate) struct ResultChecks {
    path: PathBuf,
    seasons: BTreeMap<i64, Timestamp>,
    hours: u32,
    now: Timestamp,
}

impl ResultChecks {
    /// Checks every so many hours; never with 0.
    ///
    /// # Errors
    /// When a newer version wrote the file.
    pub(crate) fn open(work_dir: &Path, hours: u32, now: Timestamp) -> Result<Self, ZoneError> {
        let path = work_dir.join("state").join("results.json");
        let bytes = std::fs::read(&path).unwrap_or_default();
        refuse_newer(&path, &bytes, LAYOUT)?;
        // Without it, the results are checked once more.
        let seasons = serde_json::from_slice::<File>(&bytes).unwrap_or_default().seasons;
        Ok(Self { path, seasons, hours, now })
    }

    fn is_over(&self, since: Timestamp) -> bool {
        self.hours > 0 && later(since, SignedDuration::from_hours(i64::from(self.hours))) <= self.now
    }

    /// What is due of a landed session.
    pub(crate) fn due(&self, manifest: &Manifest, selected: &BTreeSet<Endpoint>) -> BTreeSet<Endpoint> {
        if self.hours == 0 || self.seasons.get(&manifest.year).is_some_and(|at| !self.is_over(*at)) {
            return BTreeSet::new();
        }
        let is_due = |endpoint: &Endpoint| {
            let landed = manifest.endpoints.get(endpoint);
            selected.contains(endpoint) && landed.is_some_and(|landed| self.is_over(landed.extracted_at))
        };
        RESULTS.into_iter().filter(is_due).collect()
    }

    /// Records that the results of a season were checked.
    pub(crate) fn checked(&mut self, year: i64) {
        self.seasons.insert(year, self.now);
    }

    pub(crate) fn save(&self) -> Result<(), ZoneError> {
        let file = File { version: LAYOUT, seasons: self.seasons.clone() };
        replace(&self.path, &serde_json::to_vec(&file).unwrap_or_default())
    }
}
