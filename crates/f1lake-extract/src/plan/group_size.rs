//! Learns from responses how many drivers the server accepts in one telemetry request.

use f1lake_zone::files::replace;
use f1lake_zone::{ZoneError, refuse_newer};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// How long a learned group size stays valid.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Layout of the file.
const LAYOUT: u32 = 1;

/// What is known about the server's limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    /// Layout; files of the first version lack it.
    #[serde(default)]
    version: u32,
    /// Most drivers accepted.
    passed: usize,
    /// Fewest drivers refused; 0 for none.
    refused: usize,
    learned_at: Timestamp,
}

/// The learned size of telemetry requests.
#[derive(Debug)]
pub(crate) struct GroupSize {
    path: PathBuf,
    known: Known,
    /// Drivers per request in the current session.
    group: usize,
}

impl GroupSize {
    /// Folder of its file.
    pub(crate) fn folder(work_dir: &Path) -> PathBuf {
        work_dir.join("state")
    }

    /// # Errors
    /// When a newer version wrote the file.
    pub(crate) fn open(work_dir: &Path, wanted: usize, now: Timestamp) -> Result<Self, ZoneError> {
        let path = Self::folder(work_dir).join("learned.json");
        let bytes = std::fs::read(&path).unwrap_or_default();
        refuse_newer(&path, &bytes, LAYOUT)?;
        // A damaged or missing file costs only a request or two.
        let known = serde_json::from_slice::<Known>(&bytes)
            .ok()
            .filter(|known| now.duration_since(known.learned_at) < KEPT)
            .unwrap_or_default();
        let mut size = Self { path, known, group: wanted };
        size.next_session(wanted);
        Ok(size)
    }

    /// Current number of drivers per request.
    pub(crate) fn group(&self) -> usize {
        self.group
    }

    /// Starts a session with the accepted number and, while a larger one is untried, one driver more.
    pub(crate) fn next_session(&mut self, wanted: usize) {
        self.group = if self.known.refused == 0 {
            wanted
        } else {
            let larger = self.known.passed.max(1) + 1;
            if larger < self.known.refused { larger } else { self.known.passed.max(1) }.min(wanted)
        };
    }

    /// Records that a request for this many drivers succeeded.
    pub(crate) fn passed(&mut self, drivers: usize) {
        self.known.passed = self.known.passed.max(drivers);
    }

    /// Records that a request for this many drivers was too large: the rest of the session uses the accepted
    /// number.
    pub(crate) fn refused(&mut self, drivers: usize) {
        if drivers > 1 {
            self.known.refused =
                if self.known.refused == 0 { drivers } else { self.known.refused.min(drivers) };
            self.known.passed = self.known.passed.min(self.known.refused - 1);
            self.group = self.known.passed.max(1);
        }
    }

    pub(crate) fn save(&mut self, now: Timestamp) -> Result<(), ZoneError> {
        self.known.version = LAYOUT;
        self.known.learned_at = now;
        let bytes = serde_json::to_vec(&self.known).unwrap_or_default();
        replace(&self.path, &bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusal_leads_to_single_drivers_then_one_more_per_session() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::now();
        let mut size = GroupSize::open(folder.path(), 4, now).unwrap();
        assert_eq!(size.group(), 4);
        size.refused(4);
        assert_eq!(size.group(), 1);
        size.passed(1);
        size.save(now).unwrap();
        let mut size = GroupSize::open(folder.path(), 4, now).unwrap();
        assert_eq!(size.group(), 2);
        size.refused(2);
        size.next_session(4);
        assert_eq!(size.group(), 1);
        size.save(now).unwrap();
        assert_eq!(GroupSize::open(folder.path(), 4, now + KEPT).unwrap().group(), 4);
    }

    #[test]
    fn files_of_a_newer_version_are_refused_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = GroupSize::folder(folder.path()).join("learned.json");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let newer = r#"{"version":2,"most":4}"#;
        std::fs::write(&path, newer).unwrap();
        let refused = GroupSize::open(folder.path(), 4, Timestamp::now()).unwrap_err().to_string();
        assert!(refused.contains("learned.json was written by a newer f1lake (layout 2"), "{refused}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), newer);
    }
}
