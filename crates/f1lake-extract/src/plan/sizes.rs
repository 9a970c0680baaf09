//! Learns from responses how much the server gives in one request of each endpoint.

use crate::select::session::SessionInfo;
use f1lake_zone::files::replace;
use f1lake_zone::{ZoneError, refuse_newer};
use jiff::{SignedDuration, Timestamp};
use openf1_client::Endpoint;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a refusal is remembered.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Numbers of drivers that are tried one after the other.
const STEPS: [usize; 5] = [1, 4, 7, 10, ALL];
/// More than any session has.
const ALL: usize = 100;
/// Drivers of a session, about.
const CARS: usize = 22;
/// A larger group is tried when its response is expected to begin this soon: the server gives up after about 5 s.
const SOON: Duration = Duration::from_secs(4);
/// And when its response is expected to be no longer than this.
const SHORT: u64 = 256 << 20;
/// Expected bytes of a response for several sessions.
const BYTES_A_REQUEST: u64 = 4 << 20;
/// Sessions in one request: a URL of 2,000 characters passes every proxy.
const SESSIONS_A_REQUEST: usize = 100;
/// Rows of practice and qualifying for each row of a race, about.
const SHARE_OF_A_RACE: f64 = 0.4;

/// Layout of the file.
const LAYOUT: u32 = 2;

/// What is known of one endpoint.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Known {
    /// Drivers of a session, or sessions, that a request may name; 0 for unknown.
    most: usize,
    /// Fewest minutes, of all drivers together, that were refused; 0 for none.
    refused_minutes: f64,
    /// Longest window of a single driver that may be requested, ms; 0 for unknown.
    window_ms: i64,
    /// When something was refused last.
    refused_at: Option<Timestamp>,
    /// Bytes of a race; 0 for unknown.
    race_bytes: f64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct File {
    version: u32,
    endpoints: BTreeMap<Endpoint, Known>,
}

/// The learned sizes of requests.
#[derive(Debug, Clone)]
pub(crate) struct Sizes {
    path: PathBuf,
    known: BTreeMap<Endpoint, Known>,
    start: usize,
    limit: usize,
}

impl Sizes {
    /// Folder of its file.
    pub(crate) fn folder(work_dir: &Path) -> PathBuf {
        work_dir.join("state")
    }

    /// Groups of drivers begin with `start` and never exceed `limit`.
    ///
    /// # Errors
    /// When a newer version wrote the file.
    pub(crate) fn open(
        work_dir: &Path,
        (start, limit): (usize, Option<usize>),
        now: Timestamp,
    ) -> Result<Self, ZoneError> {
        let path = Self::folder(work_dir).join("learned.json");
        let bytes = std::fs::read(&path).unwrap_or_default();
        refuse_newer(&path, &bytes, LAYOUT)?;
        // A damaged or missing file costs only a request or two.
        let mut known = serde_json::from_slice::<File>(&bytes).unwrap_or_default().endpoints;
        for known in known.values_mut() {
            if known.refused_at.is_some_and(|at| now.duration_since(at) >= KEPT) {
                *known = Known { race_bytes: known.race_bytes, ..Known::default() };
            }
        }
        Ok(Self { path, known, start, limit: limit.unwrap_or(ALL).max(start) })
    }

    fn of(&self, endpoint: Endpoint) -> Known {
        self.known.get(&endpoint).copied().unwrap_or_default()
    }

    /// How many drivers, or sessions, a request of an endpoint may name. `minutes` are those of each driver: a day of
    /// testing has five times the rows of a race.
    pub(crate) fn most(&self, endpoint: Endpoint, minutes: f64) -> usize {
        let known = self.of(endpoint).most;
        if !endpoint.is_telemetry() {
            return if known == 0 { SESSIONS_A_REQUEST } else { known };
        }
        // The settings may have changed since.
        let most = known.max(self.start).min(self.limit);
        if self.passes(endpoint, most, minutes) {
            return most;
        }
        STEPS.into_iter().rfind(|step| *step < most && self.passes(endpoint, *step, minutes)).unwrap_or(1)
    }

    /// Whether so many drivers are fewer than what was refused.
    fn passes(&self, endpoint: Endpoint, drivers: usize, minutes: f64) -> bool {
        let refused = self.of(endpoint).refused_minutes;
        refused == 0.0 || drivers as f64 * minutes < refused
    }

    /// Whether the next response decides how many drivers the one after it names.
    pub(crate) fn is_trying(&self, endpoint: Endpoint, minutes: f64) -> bool {
        endpoint.is_telemetry() && self.larger(endpoint, minutes).is_some()
    }

    /// The number of drivers to try after the present one.
    fn larger(&self, endpoint: Endpoint, minutes: f64) -> Option<usize> {
        let most = self.most(endpoint, minutes);
        let next = STEPS.into_iter().find(|step| *step > most)?.min(self.limit);
        (next > most && self.passes(endpoint, next, minutes)).then_some(next)
    }

    /// The longest window of a single driver, ms.
    pub(crate) fn longest_window(&self, endpoint: Endpoint) -> Option<i64> {
        Some(self.of(endpoint).window_ms).filter(|window| *window > 0)
    }

    /// Records that a request for this many drivers succeeded: how soon its response began, and its length.
    pub(crate) fn passed(
        &mut self,
        endpoint: Endpoint,
        (drivers, minutes): (usize, f64),
        soon: Duration,
        bytes: u64,
    ) {
        let larger = self.larger(endpoint, minutes).filter(|_| drivers >= self.most(endpoint, minutes));
        let Some(larger) = larger else { return };
        let times = larger.min(CARS) as f64 / drivers.max(1) as f64;
        if soon.mul_f64(times) <= SOON && bytes as f64 * times <= SHORT as f64 {
            self.known.entry(endpoint).or_default().most = larger;
        }
    }

    /// Number of requests for this many drivers or sessions, if none is refused and all are quick: as if they were sent.
    pub(crate) fn requests_for(&mut self, endpoint: Endpoint, mut parts: usize, minutes: f64) -> usize {
        let mut requests = 0;
        while parts > 0 {
            let named = self.most(endpoint, minutes).clamp(1, parts);
            self.passed(endpoint, (named, minutes), Duration::ZERO, 0);
            parts -= named;
            requests += 1;
        }
        requests
    }

    /// Records that a request for this many drivers or sessions was refused: fewer are asked for from now on.
    pub(crate) fn refused(&mut self, endpoint: Endpoint, (count, minutes): (usize, f64), now: Timestamp) {
        let known = self.known.entry(endpoint).or_default();
        known.refused_at = Some(now);
        if endpoint.is_telemetry() {
            let refused = count as f64 * minutes;
            known.refused_minutes =
                if known.refused_minutes == 0.0 { refused } else { known.refused_minutes.min(refused) };
        } else {
            let fewer = (count / 2).max(1);
            known.most = if known.most == 0 { fewer } else { known.most.min(fewer) };
        }
    }

    /// Records that a window of a single driver was refused: later ones are half as long.
    pub(crate) fn refused_window(&mut self, endpoint: Endpoint, length_ms: i64, now: Timestamp) {
        let known = self.known.entry(endpoint).or_default();
        let half = (length_ms + 1) / 2;
        known.window_ms = if known.window_ms == 0 { half } else { known.window_ms.min(half) };
        known.refused_at = Some(now);
    }

    /// Expected bytes of an endpoint of a session.
    pub(crate) fn bytes(&self, endpoint: Endpoint, info: &SessionInfo) -> u64 {
        let spec = endpoint.spec();
        let learned = self.of(endpoint).race_bytes;
        let race =
            if learned > 0.0 { learned } else { f64::from(spec.race_rows) * f64::from(spec.row_bytes) };
        (race * share_of_a_race(info)) as u64
    }

    /// Learns the length of a response for these sessions.
    pub(crate) fn measured<'s>(
        &mut self,
        endpoint: Endpoint,
        sessions: impl Iterator<Item = &'s SessionInfo>,
        bytes: u64,
    ) {
        let races: f64 = sessions.map(share_of_a_race).sum();
        if races > 0.0 && bytes > 0 {
            self.known.entry(endpoint).or_default().race_bytes = bytes as f64 / races;
        }
    }

    /// Divides the sessions of an endpoint into requests: their numbers, in order.
    pub(crate) fn share<'s>(
        &self,
        endpoint: Endpoint,
        sessions: impl Iterator<Item = &'s SessionInfo>,
    ) -> Vec<usize> {
        let most = self.most(endpoint, 0.0);
        let mut groups: Vec<usize> = Vec::new();
        let mut filled = 0;
        for info in sessions {
            let bytes = self.bytes(endpoint, info);
            match groups.last_mut() {
                Some(count) if *count < most && filled + bytes <= BYTES_A_REQUEST => {
                    *count += 1;
                    filled += bytes;
                }
                _ => {
                    groups.push(1);
                    filled = bytes;
                }
            }
        }
        groups
    }

    pub(crate) fn save(&self) -> Result<(), ZoneError> {
        let file = File { version: LAYOUT, endpoints: self.known.clone() };
        replace(&self.path, &serde_json::to_vec(&file).unwrap_or_default())
    }
}

fn share_of_a_race(info: &SessionInfo) -> f64 {
    if info.is_race() { 1.0 } else { SHARE_OF_A_RACE }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Duration = Duration::from_millis(100);
    /// Minutes of a race.
    const RACE: f64 = 120.0;

    fn open(folder: &Path, now: Timestamp) -> Sizes {
        Sizes::open(folder, (4, None), now).unwrap()
    }

    #[test]
    fn groups_grow_until_a_refusal_and_step_back_for_a_week() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::now();
        let mut sizes = open(folder.path(), now);
        let location = Endpoint::Location;
        for (group, next) in [(4, 7), (7, 10), (9, 10), (10, ALL), (22, ALL)] {
            sizes.passed(location, (group, RACE), QUICK, 1 << 20);
            assert_eq!(sizes.most(location, RACE), next, "after {group}");
        }
        assert_eq!(sizes.most(Endpoint::CarData, RACE), 4, "each endpoint learns by itself");
        sizes.refused(location, (22, RACE), now);
        assert_eq!(sizes.most(location, RACE), 10);
        sizes.passed(location, (10, RACE), QUICK, 1);
        assert_eq!(sizes.most(location, RACE), 10, "what was refused is not tried again");
        sizes.save().unwrap();
        assert_eq!(open(folder.path(), now).most(location, RACE), 10);
        assert_eq!(open(folder.path(), now + KEPT).most(location, RACE), 4);
    }

    #[test]
    fn a_refused_day_of_testing_does_not_shrink_the_groups_of_a_race() {
        let folder = tempfile::tempdir().unwrap();
        let mut sizes = open(folder.path(), Timestamp::now());
        sizes.refused(Endpoint::CarData, (4, 5.0 * RACE), Timestamp::now());
        assert_eq!(sizes.most(Endpoint::CarData, 5.0 * RACE), 1);
        assert_eq!(sizes.most(Endpoint::CarData, RACE), 4);
        assert_eq!(sizes.requests_for(Endpoint::CarData, 20, RACE), 3, "4, 7 and 9 of 10");
        assert_eq!(sizes.requests_for(Endpoint::CarData, 20, 5.0 * RACE), 20);
    }

    #[test]
    fn slow_or_long_responses_do_not_grow() {
        let folder = tempfile::tempdir().unwrap();
        let mut sizes = open(folder.path(), Timestamp::now());
        sizes.passed(Endpoint::CarData, (4, RACE), Duration::from_secs(3), 1);
        sizes.passed(Endpoint::CarData, (4, RACE), QUICK, 200 << 20);
        assert_eq!(sizes.most(Endpoint::CarData, RACE), 4);
        let fixed = Sizes::open(folder.path(), (4, Some(4)), Timestamp::now()).unwrap();
        assert!(!fixed.is_trying(Endpoint::CarData, RACE), "a limit ends the growth");
    }

    #[test]
    fn refusals_lead_to_single_drivers_and_shorter_windows() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::now();
        let mut sizes = open(folder.path(), now);
        for (count, most) in [(7, 4), (4, 1)] {
            sizes.refused(Endpoint::CarData, (count, RACE), now);
            assert_eq!(sizes.most(Endpoint::CarData, RACE), most);
        }
        assert_eq!(sizes.longest_window(Endpoint::CarData), None);
        sizes.refused_window(Endpoint::CarData, 1_000_000, now);
        sizes.refused_window(Endpoint::CarData, 500_000, now);
        assert_eq!(sizes.longest_window(Endpoint::CarData), Some(250_000));
        sizes.refused(Endpoint::Laps, (9, 0.0), now);
        assert_eq!(sizes.most(Endpoint::Laps, 0.0), 4);
    }

    #[test]
    fn files_of_a_newer_version_are_refused_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = Sizes::folder(folder.path()).join("learned.json");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let newer = r#"{"version":3,"most":4}"#;
        std::fs::write(&path, newer).unwrap();
        let refused = Sizes::open(folder.path(), (4, None), Timestamp::now()).unwrap_err().to_string();
        assert!(refused.contains("learned.json was written by a newer f1lake (layout 3"), "{refused}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), newer);
    }
}
