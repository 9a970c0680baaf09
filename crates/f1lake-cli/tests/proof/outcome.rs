//! The state on disk after a run, and comparisons of two runs.

use crate::place::{PROGRAM, Place, ended};
use crate::tables;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The outcome of a run, without times and the server's address.
pub(crate) struct Outcome {
    /// Landing files by name.
    files: BTreeMap<String, Vec<u8>>,
    /// Manifests by name.
    manifests: BTreeMap<String, Value>,
    /// Sorted rows of every table.
    tables: BTreeMap<String, Vec<String>>,
}

impl Outcome {
    pub(crate) fn of(place: &Place) -> Result<Self, String> {
        let landing = place.path().join("landing");
        let mut files = BTreeMap::new();
        let mut manifests = BTreeMap::new();
        for (name, bytes) in below(&landing) {
            if let Some(manifest) = name.strip_prefix("_manifest/").filter(|name| name.ends_with(".json")) {
                let mut value = serde_json::from_slice(&bytes).map_err(|error| format!("{name}: {error}"))?;
                without_times(&mut value);
                manifests.insert(manifest.to_owned(), value);
            } else if !name.starts_with("_work/") {
                files.insert(name, bytes);
            }
        }
        Ok(Self { files, manifests, tables: tables::lake(&place.path().join("lake"))? })
    }

    /// Landing files, manifests and tables so far.
    pub(crate) fn counts(&self) -> String {
        let rows: usize = self.tables.values().map(Vec::len).sum();
        format!("{} landing files, {} tables, {rows} rows", self.files.len(), self.tables.len())
    }

    /// # Errors
    /// With the first difference.
    pub(crate) fn same(&self, place: &Place) -> Result<(), String> {
        let other = Self::of(place)?;
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        if names(&self.files) != names(&other.files) {
            return Err(format!(
                "landing files {:?}, expected {:?}",
                names(&other.files),
                names(&self.files)
            ));
        }
        if let Some((name, _)) = self.files.iter().find(|(name, bytes)| other.files[*name] != **bytes) {
            return Err(format!("landing file {name} differs"));
        }
        if self.manifests != other.manifests {
            return Err(format!("manifests {:#?}, expected {:#?}", other.manifests, self.manifests));
        }
        for (table, rows) in &self.tables {
            let found = other.tables.get(table).ok_or_else(|| format!("there is no table {table}"))?;
            if rows != found {
                let lost = rows.iter().find(|row| found.binary_search(row).is_err());
                let new = found.iter().find(|row| rows.binary_search(row).is_err());
                return Err(format!(
                    "{table}: {} rows, expected {}; lost: {lost:?}, new: {new:?}",
                    found.len(),
                    rows.len()
                ));
            }
        }
        if let Some(table) = other.tables.keys().find(|table| !self.tables.contains_key(*table)) {
            return Err(format!("there is a table {table} too many"));
        }
        let verified = ended(place.command(PROGRAM).args(["verify", "--out", "landing"]));
        if verified.code != 0 || verified.text.contains("no manifest") {
            return Err(format!("verify: {}", verified.told()));
        }
        Ok(())
    }
}

/// Checks that no unfinished work is left after a complete run.
pub(crate) fn cleaned(place: &Place) -> Result<(), String> {
    let mut left = below(&place.path().join("landing/_work"));
    left.retain(|name, _| !["run.lock", "state/learned.json", "state/results.json"].contains(&name.as_str()));
    if left.is_empty() { Ok(()) } else { Err(format!("left behind: {:?}", left.keys().collect::<Vec<_>>())) }
}

/// Files below a folder by their path in it.
fn below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return files };
    for entry in entries {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            files.extend(
                below(&entry.path()).into_iter().map(|(deeper, bytes)| (format!("{name}/{deeper}"), bytes)),
            );
        } else {
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
    files
}

/// Removes what differs between two equal runs.
fn without_times(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            // Whom a request was shared with, and so whether it had rows at all, depends on what was left to request.
            for name in ["extracted_at", "received_at", "base_url", "shared_by", "status"] {
                fields.shift_remove(name);
            }
            fields.values_mut().for_each(without_times);
        }
        Value::Array(items) => items.iter_mut().for_each(without_times),
        _ => {}
    }
}
