//! The manifest of a session: what landed, with digests. It is written last: a session without one is not
//! landed.

use crate::error::{ZoneError, refuse_newer};
use crate::format::{Compression, Format};
use jiff::{SignedDuration, Timestamp};
use openf1_client::Endpoint;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Folder of manifests in the landing zone.
pub const MANIFEST_DIR: &str = "_manifest";

/// Outcome of a request of a landed endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// With rows.
    Rows,
    /// Without rows: 404 "No results found." or an empty list.
    Empty,
}

/// One request behind a landed endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LandedRequest {
    /// The query: `laps?session_key=9488`.
    pub query: String,
    /// Its outcome.
    pub outcome: Outcome,
    /// HTTP status.
    pub status: u16,
    /// Rows of the response.
    pub rows: u64,
    /// Number of attempts.
    pub tries: u32,
    /// When the response arrived.
    pub received_at: Timestamp,
    /// Number of sessions or drivers whose rows came with the same request; each of them is listed with a query of its
    /// own.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub shared_by: u64,
}

fn one() -> u64 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_one(count: &u64) -> bool {
    *count == 1
}

/// One endpoint of a landed session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LandedEndpoint {
    /// Current file; `None` when there were no rows.
    pub file: Option<String>,
    /// Version of the file: 1, then 2 for a correction with `.v2`.
    pub version: u32,
    /// Rows in the file.
    pub rows: u64,
    /// Bytes of the file.
    pub bytes: u64,
    /// SHA-256 of the file, hex.
    pub sha256: Option<String>,
    /// Exact duplicates removed.
    pub duplicates_dropped: u64,
    /// Half-null duplicates merged into one row (drivers).
    pub rows_merged: u64,
    /// When the API was last asked.
    pub extracted_at: Timestamp,
    /// Format of the file.
    pub format: Format,
    /// Compression of the file.
    pub compression: Compression,
    /// The requests behind it.
    pub requests: Vec<LandedRequest>,
    /// Earlier files, replaced by corrections, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<String>,
    /// Path of a smaller response that was set aside instead of landed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_aside: Option<String>,
}

/// What is landed of a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Layout of this document.
    pub manifest_version: u32,
    /// Session.
    pub session_key: i64,
    /// Meeting.
    pub meeting_key: i64,
    /// Part of its file names: `2024-03-24_Melbourne_Race`.
    pub name: String,
    /// `Race`, `Practice 1` and so on.
    pub session_name: String,
    /// UTC day of the start.
    pub batch_day: String,
    /// Season.
    pub year: i64,
    /// Scheduled start, UTC.
    pub date_start: Timestamp,
    /// Scheduled end, UTC.
    pub date_end: Timestamp,
    /// When the newest endpoint was extracted.
    pub extracted_at: Timestamp,
    /// `f1lake 0.1.0`.
    pub tool: String,
    /// API it came from.
    pub base_url: String,
    /// Endpoints.
    pub endpoints: BTreeMap<Endpoint, LandedEndpoint>,
}

impl Manifest {
    /// Layout that this program writes, and the newest that it reads.
    pub const LAYOUT: u32 = 1;

    /// Reads a manifest's text; `name` is its name in the zone.
    ///
    /// # Errors
    /// When a newer version wrote it, or it is damaged.
    pub(crate) fn parse(name: &str, bytes: &[u8]) -> Result<Self, ZoneError> {
        refuse_newer(std::path::Path::new(name), bytes, Self::LAYOUT)?;
        serde_json::from_slice(bytes).map_err(|error| ZoneError::Damaged {
            path: name.to_owned(),
            detail: error.to_string(),
            advice: "`f1lake repair` sets it aside and lands the session again",
        })
    }

    /// Its name in the landing zone.
    pub fn path(&self) -> String {
        format!("{MANIFEST_DIR}/{}.json", self.session_key)
    }

    /// Its text in the landing zone.
    pub(crate) fn text(&self) -> Result<Vec<u8>, ZoneError> {
        let mut text = serde_json::to_vec_pretty(self).map_err(|error| ZoneError::Damaged {
            path: self.path(),
            detail: error.to_string(),
            advice: "report this as a bug",
        })?;
        text.push(b'\n');
        Ok(text)
    }

    /// Rows landed.
    pub fn rows(&self) -> u64 {
        self.endpoints.values().fold(0, |sum, endpoint| sum.saturating_add(endpoint.rows))
    }

    /// Bytes landed.
    pub fn bytes(&self) -> u64 {
        self.endpoints.values().fold(0, |sum, endpoint| sum.saturating_add(endpoint.bytes))
    }

    /// Whether every endpoint was extracted after the session settled.
    pub fn settled(&self, settle_days: u32) -> bool {
        self.endpoints
            .values()
            .all(|endpoint| endpoint.extracted_at >= settled_at(self.date_end, settle_days))
    }
}

/// When the data of a session counts as final.
pub fn settled_at(date_end: Timestamp, settle_days: u32) -> Timestamp {
    later(date_end, SignedDuration::from_hours(24 * i64::from(settle_days)))
}

/// A time plus a duration, clamped to the range of timestamps.
pub fn later(time: Timestamp, duration: SignedDuration) -> Timestamp {
    let end = if duration.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
    time.checked_add(duration).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// A manifest of a session with this end; each endpoint with the relevant fields.
    fn manifest(session_key: i64, date_end: Timestamp, endpoints: &[(&str, Value)]) -> Manifest {
        let now: Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
        let landed = endpoints.iter().map(|(name, fields)| {
            let mut landed = json!({
                "file": null, "version": 1, "rows": 0, "bytes": 0, "sha256": null, "duplicates_dropped": 0,
                "rows_merged": 0, "extracted_at": now, "format": "json", "compression": "none", "requests": []
            });
            for (name, value) in fields.as_object().unwrap() {
                landed[name] = value.clone();
            }
            ((*name).to_owned(), landed)
        });
        serde_json::from_value(json!({
            "manifest_version": 1, "session_key": session_key, "meeting_key": 1, "name": "x",
            "session_name": "Race", "batch_day": "2024-03-24", "year": 2024, "date_start": now,
            "date_end": date_end, "extracted_at": now, "tool": "t", "base_url": "u",
            "endpoints": landed.collect::<serde_json::Map<_, _>>()
        }))
        .unwrap()
    }

    #[test]
    fn extreme_times_and_counts_do_not_fail() {
        let end: Timestamp = "9999-12-30T21:00:00Z".parse().unwrap();
        let now: Timestamp = "2025-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(settled_at(now, u32::MAX), Timestamp::MAX);
        assert_eq!(later(Timestamp::MIN, SignedDuration::from_hours(-1)), Timestamp::MIN);
        let landed = |count: u64| json!({ "rows": count, "bytes": count });
        let manifest = manifest(1, end, &[("laps", landed(u64::MAX)), ("pit", landed(1))]);
        assert_eq!((manifest.rows(), manifest.bytes()), (u64::MAX, u64::MAX));
        assert!(!manifest.settled(30));
    }

    #[test]
    fn session_is_settled_once_all_endpoints_were_fetched_after_settle_days() {
        let end: Timestamp = "2024-03-24T06:00:00Z".parse().unwrap();
        let landed = |at: &str| json!({ "rows": 20, "bytes": 3000, "extracted_at": at });
        let (day_30, before) = (landed("2024-04-23T06:00:00Z"), landed("2024-04-23T05:59:59Z"));
        let settled = manifest(9488, end, &[("laps", day_30.clone()), ("pit", day_30.clone())]);
        assert!(settled.settled(30));
        assert!(!settled.settled(31));
        assert!(!manifest(9488, end, &[("laps", day_30), ("pit", before)]).settled(30));
        assert_eq!((settled.rows(), settled.bytes()), (40, 6000));
    }

    #[test]
    fn a_manifest_is_read_back_as_it_was_written_under_its_sessions_key() {
        let end: Timestamp = "2024-03-24T06:00:00Z".parse().unwrap();
        let manifest = manifest(9488, end, &[("laps", json!({ "rows": 20 }))]);
        let text = manifest.text().unwrap();
        assert_eq!(serde_json::from_slice::<Manifest>(&text).unwrap(), manifest);
        assert_eq!(text.last(), Some(&b'\n'));
        assert_eq!(manifest.path(), "_manifest/9488.json");
    }
}
