//! Landing zones, made by hand.

use f1lake_zone::{Landing, digest};
use serde_json::{Value, json};
use std::path::PathBuf;

/// A landing zone in a folder of its own.
pub(crate) struct Zone {
    folder: tempfile::TempDir,
}

impl Zone {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn landing(&self) -> Landing {
        Landing::open(&self.folder.path().display().to_string()).unwrap()
    }

    pub(crate) fn file(&self, endpoint: &str, session_key: i64) -> PathBuf {
        self.folder.path().join(format!("{endpoint}_2024-03-24_City_{session_key}.json"))
    }

    /// Lands a session, or lands it again.
    pub(crate) fn land(&self, session_key: i64, extracted_at: &str, endpoints: &[(&str, Vec<Value>)]) {
        let landed = endpoints.iter().map(|(endpoint, rows)| {
            let mut landed = json!({
                "file": null, "version": 1, "rows": 0, "bytes": 0, "sha256": null, "duplicates_dropped": 0,
                "rows_merged": 0, "extracted_at": extracted_at, "format": "json", "compression": "none",
                "requests": []
            });
            if !rows.is_empty() {
                let path = self.file(endpoint, session_key);
                let lines: Vec<String> = rows.iter().map(Value::to_string).collect();
                std::fs::write(&path, format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
                let (bytes, sha256) = digest(&path).unwrap();
                landed["file"] = json!(path.file_name().unwrap().to_string_lossy());
                landed["rows"] = json!(rows.len());
                landed["bytes"] = json!(bytes);
                landed["sha256"] = json!(sha256);
            }
            ((*endpoint).to_owned(), landed)
        });
        let landed: serde_json::Map<String, Value> = landed.collect();
        let manifest = json!({
            "manifest_version": 1, "session_key": session_key, "meeting_key": 1229,
            "name": format!("2024-03-24_City_{session_key}"), "session_name": "Race", "batch_day": "2024-03-24",
            "year": 2024, "date_start": "2024-03-24T04:00:00Z", "date_end": "2024-03-24T06:00:00Z",
            "extracted_at": extracted_at, "tool": "test", "base_url": "https://example.org", "endpoints": landed
        });
        let folder = self.folder.path().join("_manifest");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{session_key}.json")), manifest.to_string()).unwrap();
    }
}

/// A row of drivers.
pub(crate) fn driver(session_key: i64, number: i64, name: &str) -> Value {
    json!({ "meeting_key": 1229, "session_key": session_key, "driver_number": number, "full_name": name })
}

/// A row of pit.
pub(crate) fn pit(session_key: i64, number: i64, lap: i64) -> Value {
    json!({
        "meeting_key": 1229, "session_key": session_key, "driver_number": number, "lap_number": lap,
        "date": format!("2024-03-24T04:{lap:02}:00+00:00"), "pit_duration": 20.5
    })
}

/// A row of a race's grid; its `session_key` is that of the qualifying session.
pub(crate) fn grid(qualifying: i64, number: i64, position: i64) -> Value {
    json!({
        "meeting_key": 1229, "session_key": qualifying, "driver_number": number, "position": position,
        "lap_duration": 76.5
    })
}
