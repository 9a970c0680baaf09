//! The file in which processes share the requests that hold slots.

use super::limits::{LimitError, Limits};
use super::log::{Flight, Log, Stranger};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const VERSION: u32 = 3;

#[derive(Default, Serialize, Deserialize)]
struct Stored {
    version: u32,
    /// Keyed by the epoch of the clock: times of different epochs are not comparable.
    machines: BTreeMap<String, Section>,
}

/// What one machine has sent since it booted.
#[derive(Default, Serialize, Deserialize)]
struct Section {
    /// Increases with every change that other machines must see.
    revision: u64,
    ended: VecDeque<i64>,
    in_flight: Vec<Flight>,
    paused_until: i64,
    /// When each state of the other machines was first seen.
    seen: BTreeMap<String, Seen>,
}

#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Seen {
    revision: u64,
    since: i64,
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// The format before machines had their own sections.
#[derive(Deserialize)]
struct Version2 {
    sent: VecDeque<i64>,
}

/// A file that is locked for each access.
#[derive(Debug, Clone)]
pub(super) struct StateFile {
    path: PathBuf,
}

impl StateFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn error(&self, source: std::io::Error) -> LimitError {
        LimitError::StateFile { path: self.path.clone(), source }
    }

    /// Locks, reads, changes, writes and unlocks the file. `epoch` identifies the zero of the clock.
    pub(super) fn update<T>(
        &self,
        limits: &Limits,
        epoch: &str,
        now: impl FnOnce() -> i64,
        change: impl FnOnce(&mut Log, i64) -> T,
    ) -> Result<T, LimitError> {
        let (mut file, text) = open(&self.path).map_err(|source| self.error(source))?;
        // Read the clock only now, because waiting for the lock may have taken long.
        let now = now();
        let mut stored = self.parse(&text, limits, epoch, now)?;
        let mut own = stored.machines.remove(epoch).unwrap_or_default();
        let mut log = Log {
            ended: std::mem::take(&mut own.ended),
            in_flight: std::mem::take(&mut own.in_flight),
            strangers: own.look_at(&mut stored.machines, limits.memory(), now),
            paused_until: own.paused_until,
        };
        let before = log.clone();
        let result = change(&mut log, now);
        if (&before.ended, &before.in_flight) != (&log.ended, &log.in_flight) {
            own.revision = own.revision.wrapping_add(1);
        }
        let Log { ended, in_flight, paused_until, .. } = log;
        let own = Section { ended, in_flight, paused_until, ..own };
        stored.machines.insert(epoch.to_owned(), own);
        write(&mut file, &Stored { version: VERSION, ..stored }).map_err(|source| self.error(source))?;
        Ok(result)
    }

    fn parse(&self, text: &[u8], limits: &Limits, epoch: &str, now: i64) -> Result<Stored, LimitError> {
        if text.is_empty() {
            return Ok(Stored::default());
        }
        let stored = match first::<Version>(text).map(|found| found.version) {
            Some(version) if version > VERSION => {
                return Err(LimitError::NewerStateFile { path: self.path.clone(), version });
            }
            Some(VERSION) => first::<Stored>(text),
            Some(_) => first::<Version2>(text).map(|old| {
                let section = Section { ended: old.sent, ..Section::default() };
                Stored { machines: [(String::new(), section)].into(), ..Stored::default() }
            }),
            None => None,
        };
        // The file is damaged and the sent requests are unknown, so every slot is taken now.
        Ok(stored.unwrap_or_else(|| {
            let most = limits.windows().map(|window| window.count).max().unwrap_or(0).min(MOST_REMEMBERED);
            let section = Section { ended: std::iter::repeat_n(now, most).collect(), ..Section::default() };
            Stored { machines: [(epoch.to_owned(), section)].into(), ..Stored::default() }
        }))
    }
}

/// Longest list of requests; a longer one means that the file is damaged.
const MOST_REMEMBERED: usize = 100_000;

impl Section {
    /// What the other machines have sent, as far as it still matters; the rest is dropped.
    fn look_at(&mut self, others: &mut BTreeMap<String, Section>, memory: i64, now: i64) -> Vec<Stranger> {
        let known = std::mem::take(&mut self.seen);
        let mut strangers = Vec::new();
        others.retain(|name, other| {
            let seen = known
                .get(name)
                .filter(|seen| seen.revision == other.revision && seen.since <= now)
                .copied()
                .unwrap_or(Seen { revision: other.revision, since: now });
            let (ended, in_flight) = (other.ended.len(), other.in_flight.len());
            let stranger = Stranger { since: seen.since, ended, in_flight };
            if stranger.is_past(now, memory) {
                return false;
            }
            self.seen.insert(name.clone(), seen);
            strangers.push(stranger);
            true
        });
        strangers
    }
}

/// Text after the first value is left over when a process died between writing and truncating.
fn first<'t, T: Deserialize<'t>>(text: &'t [u8]) -> Option<T> {
    serde_json::Deserializer::from_slice(text).into_iter().next()?.ok()
}

fn open(path: &Path) -> std::io::Result<(File, Vec<u8>)> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
    file.lock()?;
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    Ok((file, text))
}

/// Closing the file unlocks it, even if writing fails.
fn write(file: &mut File, stored: &Stored) -> std::io::Result<()> {
    let text = serde_json::to_vec(stored)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&text)?;
    file.set_len(text.len() as u64)
}
