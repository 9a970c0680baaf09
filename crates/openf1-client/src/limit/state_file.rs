//! The file in which processes share the times of their requests.

use super::{Limits, Log};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

#[derive(Serialize, Deserialize)]
struct Stored {
    version: u32,
    /// Microseconds of the machine's steady clock.
    sent: VecDeque<i64>,
    paused_until: i64,
}

/// A file, locked for each look at it.
#[derive(Debug, Clone)]
pub(super) struct StateFile {
    path: PathBuf,
}

impl StateFile {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Locks, reads, changes, writes, unlocks.
    pub(super) fn update<T>(&self, limits: Limits, change: impl FnOnce(&mut Log) -> T) -> std::io::Result<T> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file =
            File::options().read(true).write(true).create(true).truncate(false).open(&self.path)?;
        file.lock()?;
        let mut text = String::new();
        let mut log = match file.read_to_string(&mut text) {
            Ok(0) => Log::default(),
            // What follows the first value is left when a process ended between its writing and its cutting off.
            Ok(_) => match serde_json::Deserializer::from_str(&text).into_iter::<Stored>().next() {
                Some(Ok(stored)) => Log { sent: stored.sent, paused_until: stored.paused_until },
                _ => full(limits),
            },
            Err(_) => full(limits),
        };
        log.sent.make_contiguous().sort_unstable();
        let result = change(&mut log);
        let stored = Stored { version: 2, sent: log.sent, paused_until: log.paused_until };
        let text = serde_json::to_vec(&stored)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&text)?;
        file.set_len(text.len() as u64)?;
        file.unlock()?;
        Ok(result)
    }
}

/// A damaged file: nobody knows what was sent, so the windows count as full now, as times in the future do.
fn full(limits: Limits) -> Log {
    let count = if limits.per_minute == u32::MAX { 0 } else { limits.per_minute as usize };
    Log { sent: std::iter::repeat_n(i64::MAX, count).collect(), paused_until: 0 }
}
