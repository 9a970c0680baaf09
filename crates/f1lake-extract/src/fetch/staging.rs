//! Staging: responses on the local disk, one file per request, until their session lands. Staged slices are
//! never requested again.

use crate::plan::slice::Slice;
use f1lake_zone::files::{hex, replace_from};
use f1lake_zone::{LandedRequest, Manifest, Outcome, RunLock, ZoneError, refuse_newer};
use jiff::Timestamp;
use openf1_client::Endpoint;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

const EXTENSION: &str = "json.zst";

/// Layout of staged files.
const LAYOUT: u32 = 1;

/// First line of a staged file; the body follows as received.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Header {
    /// Layout; files of the first version lack it.
    #[serde(default)]
    version: u32,
    slice: Slice,
    request: LandedRequest,
}

/// A staged response.
#[derive(Debug, Clone)]
pub(crate) struct Staged {
    pub(crate) slice: Slice,
    pub(crate) request: LandedRequest,
    path: PathBuf,
}

impl Staged {
    /// The JSON array as received.
    pub(crate) fn body(&self) -> Result<String, ZoneError> {
        let (_, mut reader) = open(&self.path)?;
        let mut body = String::new();
        reader
            .read_to_string(&mut body)
            .map_err(ZoneError::io("cannot read a staged response", &self.path))?;
        Ok(body)
    }
}

fn open(path: &Path) -> Result<(Header, impl BufRead + use<>), ZoneError> {
    let wrap = || ZoneError::io("cannot read a staged response", path);
    let file = std::fs::File::open(path).map_err(wrap())?;
    let mut reader = BufReader::new(zstd::Decoder::new(file).map_err(wrap())?);
    let mut line = String::new();
    reader.read_line(&mut line).map_err(wrap())?;
    refuse_newer(path, line.as_bytes(), LAYOUT)?;
    let header = serde_json::from_str(&line).map_err(|error| ZoneError::Damaged {
        path: path.display().to_string(),
        detail: error.to_string(),
        advice: "delete it; it will be fetched again",
    })?;
    Ok((header, reader))
}

/// Whether a file is a complete staged response.
fn is_answer(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(EXTENSION))
}

/// Staging of one session.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: PathBuf,
    staged: Vec<Staged>,
}

impl Staging {
    /// Folder of all staging below a working folder.
    pub(crate) fn root(work_dir: &Path) -> PathBuf {
        work_dir.join("staging")
    }

    /// Folder of the staging of a session.
    pub(crate) fn of_session(lock: &RunLock, session_key: i64) -> PathBuf {
        Self::root(lock.folder()).join(session_key.to_string())
    }

    /// Responses of a session that `fresh` accepts. Reads only, because another run may be working on them.
    pub(crate) fn peek(
        work_dir: &Path,
        session_key: i64,
        fresh: impl Fn(Timestamp) -> bool,
    ) -> Result<Vec<Slice>, ZoneError> {
        let folder = Self::root(work_dir).join(session_key.to_string());
        let listing = || ZoneError::io("cannot list staging", &folder);
        let entries = match std::fs::read_dir(&folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(listing())?,
        };
        let mut slices = Vec::new();
        for entry in entries {
            let path = entry.map_err(listing())?.path();
            let header = if is_answer(&path) { open(&path).ok().map(|(header, _)| header) } else { None };
            slices
                .extend(header.filter(|header| fresh(header.request.received_at)).map(|header| header.slice));
        }
        slices.sort_by_key(Slice::id);
        Ok(slices)
    }

    /// Opens a session's staging in the folder of the lock. Removes responses that `fresh` rejects, and
    /// damaged files.
    pub(crate) fn open(
        lock: &RunLock,
        session_key: i64,
        fresh: impl Fn(Timestamp) -> bool,
    ) -> Result<Self, ZoneError> {
        let folder = Self::of_session(lock, session_key);
        std::fs::create_dir_all(&folder)
            .map_err(ZoneError::io("cannot create the staging folder", &folder))?;
        let listing = || ZoneError::io("cannot list staging", &folder);
        let mut staged = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(listing())? {
            let path = entry.map_err(listing())?.path();
            let header = match is_answer(&path).then(|| open(&path)) {
                // Removing it would lose it for the version that wrote it.
                Some(Err(error @ ZoneError::Newer { .. })) => return Err(error),
                Some(Ok((header, _))) => Some(header),
                Some(Err(_)) | None => None,
            };
            match header {
                Some(header) if fresh(header.request.received_at) => {
                    staged.push(Staged { slice: header.slice, request: header.request, path });
                }
                _ => std::fs::remove_file(&path).map_err(ZoneError::io("cannot clean staging", &path))?,
            }
        }
        staged.sort_by_key(|staged| staged.slice.id());
        Ok(Self { folder, staged })
    }

    /// Removes responses that are already landed, left when a run was interrupted after the session's
    /// manifest. Responses received since then belong to a refresh in progress.
    pub(crate) fn forget_landed(
        lock: &RunLock,
        manifests: &BTreeMap<i64, Manifest>,
    ) -> Result<(), ZoneError> {
        for (session_key, manifest) in manifests {
            let folder = Self::root(lock.folder()).join(session_key.to_string());
            if !folder.is_dir() {
                continue;
            }
            let requests = manifest.endpoints.values().flat_map(|landed| &landed.requests);
            let landed = requests.map(|request| request.received_at).max();
            let later = Self::open(lock, *session_key, |received_at| Some(received_at) > landed)?;
            if later.staged.is_empty() {
                later.clear(lock)?;
            }
        }
        Ok(())
    }

    /// Folder of this session's staging.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes the rows of a slice to a session's staging; afterwards they survive a crash. `body` is a compressed JSON
    /// array; without one, there were no rows.
    pub(crate) fn keep(
        folder: &Path,
        slice: Slice,
        request: LandedRequest,
        body: Option<&mut dyn Read>,
    ) -> Result<Staged, ZoneError> {
        let path = folder.join(format!("{}.{EXTENSION}", short(&slice.id())));
        let header = Header { version: LAYOUT, slice, request };
        let wrap = || ZoneError::io("cannot stage", &path);
        let mut text = serde_json::to_vec(&header).map_err(|error| wrap()(error.into()))?;
        text.push(b'\n');
        if body.is_none() {
            text.extend_from_slice(b"[]");
        }
        // The body is a frame of its own: the header was not known before the end of it.
        let head = zstd::encode_all(&text[..], 1).map_err(wrap())?;
        let mut none = std::io::empty();
        let body: &mut dyn Read = body.unwrap_or(&mut none);
        replace_from(&path, &mut head.chain(body))?;
        Ok(Staged { slice: header.slice, request: header.request, path })
    }

    /// Adds a staged response.
    pub(crate) fn add(&mut self, staged: Staged) {
        self.staged.push(staged);
    }

    /// All staged slices.
    pub(crate) fn slices(&self) -> Vec<Slice> {
        self.staged.iter().map(|staged| staged.slice.clone()).collect()
    }

    /// Endpoints with staged rows.
    pub(crate) fn with_rows(&self) -> BTreeSet<Endpoint> {
        let with_rows = self.staged.iter().filter(|staged| staged.request.outcome == Outcome::Rows);
        with_rows.map(|staged| staged.slice.endpoint).collect()
    }

    /// The staged responses of an endpoint.
    pub(crate) fn of(&self, endpoint: Endpoint) -> impl Iterator<Item = &Staged> {
        self.staged.iter().filter(move |staged| staged.slice.endpoint == endpoint)
    }

    /// A path next to the responses, for a file being written.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Removes the staging of a landed session.
    pub(crate) fn clear(self, _lock: &RunLock) -> Result<(), ZoneError> {
        std::fs::remove_dir_all(&self.folder).map_err(ZoneError::io("cannot clean staging", &self.folder))
    }
}

/// Shortens names (of many drivers) that would not fit a file name.
fn short(id: &str) -> String {
    use sha2::Digest;
    if id.len() <= 180 {
        return id.to_owned();
    }
    let digest = hex(&sha2::Sha256::digest(id.as_bytes()));
    format!("{}.{}", &id[..id.floor_char_boundary(100)], &digest[..32])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::slice::{Drivers, Window};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_711_260_000 + seconds).unwrap()
    }

    fn keep(staging: &mut Staging, slice: Slice, body: &'static str, received_at: Timestamp) {
        let rows = serde_json::from_str::<Vec<serde_json::Value>>(body).unwrap().len() as u64;
        let request = LandedRequest {
            query: slice.query().to_string(),
            shared_by: 1,
            outcome: if rows == 0 { Outcome::Empty } else { Outcome::Rows },
            status: 200,
            rows,
            tries: 1,
            received_at,
        };
        let body = zstd::encode_all(body.as_bytes(), 1).unwrap();
        let mut body = &body[..];
        let body: Option<&mut dyn Read> = (rows > 0).then_some(&mut body);
        let staged = Staging::keep(staging.folder(), slice, request, body).unwrap();
        staging.add(staged);
    }

    #[test]
    fn staged_responses_are_reread_stale_and_damaged_removed() {
        let work = tempfile::tempdir().unwrap();
        let lock = RunLock::try_take(work.path()).unwrap();
        let mut staging = Staging::open(&lock, 7, |_| true).unwrap();
        let [laps, pit, stints] =
            [Endpoint::Laps, Endpoint::Pit, Endpoint::Stints].map(|endpoint| Slice::whole(endpoint, 7));
        keep(&mut staging, laps.clone(), "[{\"lap_number\":1}]", at(5));
        keep(&mut staging, pit.clone(), "[]", at(6));
        keep(&mut staging, stints.clone(), "[]", at(4));
        assert_eq!(staging.slices(), [laps.clone(), pit.clone(), stints]);
        let damaged = staging.folder().join(format!("damaged.{EXTENSION}"));
        std::fs::write(&damaged, "no answer").unwrap();
        std::fs::write(staging.scratch("laps.landing"), "cut off").unwrap();

        let staging = Staging::open(&lock, 7, |received_at| received_at > at(4)).unwrap();
        assert_eq!(staging.slices(), [laps, pit]);
        let found = |endpoint| staging.of(endpoint).collect::<Vec<_>>();
        assert_eq!(found(Endpoint::Laps)[0].body().unwrap(), "[{\"lap_number\":1}]");
        assert_eq!(found(Endpoint::Laps)[0].request.outcome, Outcome::Rows);
        assert_eq!(found(Endpoint::Pit)[0].request.outcome, Outcome::Empty);
        assert_eq!(std::fs::read_dir(Staging::root(work.path()).join("7")).unwrap().count(), 2);
        staging.clear(&lock).unwrap();
        assert_eq!(std::fs::read_dir(Staging::root(work.path())).unwrap().count(), 0);
    }

    #[test]
    fn peek_sees_staged_responses_and_removes_nothing() {
        let work = tempfile::tempdir().unwrap();
        let lock = RunLock::try_take(work.path()).unwrap();
        let mut staging = Staging::open(&lock, 7, |_| true).unwrap();
        let [laps, pit] = [Endpoint::Laps, Endpoint::Pit].map(|endpoint| Slice::whole(endpoint, 7));
        keep(&mut staging, laps, "[]", at(4));
        keep(&mut staging, pit.clone(), "[]", at(6));
        std::fs::write(staging.folder().join(format!("damaged.{EXTENSION}")), "no answer").unwrap();
        std::fs::write(staging.scratch("laps.landing"), "being written").unwrap();
        std::fs::write(staging.scratch(".tmp-1"), "being written").unwrap();
        let fresh = |received_at| received_at > at(4);
        assert_eq!(Staging::peek(work.path(), 7, fresh).unwrap(), [pit]);
        assert_eq!(std::fs::read_dir(staging.folder()).unwrap().count(), 5);
        assert_eq!(Staging::peek(work.path(), 8, fresh).unwrap(), []);
        assert!(!Staging::root(work.path()).join("8").exists());
    }

    #[test]
    fn landed_responses_are_removed_later_ones_kept() {
        let work = tempfile::tempdir().unwrap();
        let lock = RunLock::try_take(work.path()).unwrap();
        let whole = |session_key| Slice::whole(Endpoint::Laps, session_key);
        for session_key in [7, 8] {
            let mut staging = Staging::open(&lock, session_key, |_| true).unwrap();
            keep(&mut staging, whole(session_key), "[]", at(5));
        }
        let mut refreshed = Staging::open(&lock, 8, |_| true).unwrap();
        keep(&mut refreshed, Slice::whole(Endpoint::Pit, 8), "[]", at(6));

        let request = serde_json::json!({
            "query": "laps", "outcome": "empty", "status": 200, "rows": 0, "tries": 1, "received_at": at(5)
        });
        let manifest = |session_key| -> Manifest {
            serde_json::from_value(serde_json::json!({
                "manifest_version": 1, "session_key": session_key, "meeting_key": 1, "name": "x", "session_name": "Race",
                "batch_day": "2024-03-24", "year": 2024, "date_start": at(0), "date_end": at(0), "extracted_at": at(5),
                "tool": "t", "base_url": "u", "endpoints": { "laps": {
                    "file": null, "version": 1, "rows": 0, "bytes": 0, "sha256": null, "duplicates_dropped": 0,
                    "rows_merged": 0, "extracted_at": at(5), "format": "json", "compression": "none", "requests": [request]
                } }
            }))
            .unwrap()
        };
        let manifests = [7, 8, 9].map(|key| (key, manifest(key)));
        Staging::forget_landed(&lock, &manifests.into()).unwrap();
        assert!(!Staging::root(work.path()).join("7").exists());
        assert_eq!(Staging::open(&lock, 8, |_| true).unwrap().slices(), [Slice::whole(Endpoint::Pit, 8)]);
    }

    #[test]
    fn slices_of_many_drivers_have_files_of_their_own() {
        let work = tempfile::tempdir().unwrap();
        let lock = RunLock::try_take(work.path()).unwrap();
        let mut staging = Staging::open(&lock, 7, |_| true).unwrap();
        let slice = |drivers| Slice {
            endpoint: Endpoint::Location,
            session_key: 7,
            drivers: Drivers::Some(drivers),
            window: Window::WHOLE,
        };
        let slices = [slice((1..100).collect()), slice((1..99).collect())];
        for slice in &slices {
            keep(&mut staging, slice.clone(), "[]", at(0));
        }
        assert_eq!(Staging::open(&lock, 7, |_| true).unwrap().slices(), slices);
        assert_eq!(short(&slice(vec![4, 44]).id()), "location.7.d4-44.w_");
    }

    #[test]
    fn staged_responses_of_a_newer_version_are_refused_and_kept() {
        let work = tempfile::tempdir().unwrap();
        let folder = Staging::root(work.path()).join("7");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("laps.7.{EXTENSION}"));
        std::fs::write(&path, zstd::encode_all(&b"{\"version\":2,\"asked\":\"laps\"}\n[]"[..], 1).unwrap())
            .unwrap();
        let lock = RunLock::try_take(work.path()).unwrap();
        let refused = Staging::open(&lock, 7, |_| true).unwrap_err().to_string();
        assert!(refused.contains("laps.7.json.zst was written by a newer f1lake (layout 2"), "{refused}");
        assert!(path.is_file());
    }
}
