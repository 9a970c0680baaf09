//! Rows of a Delta table, read from its log and files without the program's code.

use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Columns that say when something was loaded or extracted.
const TIMES: [&str; 4] = ["_extracted_at", "_ingestion_timestamp", "extracted_at", "loaded_at"];

/// Every table of a lake with its rows, sorted, without load times.
pub(crate) fn lake(root: &Path) -> Result<BTreeMap<String, Vec<String>>, String> {
    let mut tables = BTreeMap::new();
    for schema in ["bronze_raw", "silver_clean", "gold_analytics"] {
        for name in names(&root.join(schema)) {
            let table = format!("{schema}.{name}");
            let rows = rows(&root.join(schema).join(&name)).map_err(|error| format!("{table}: {error}"))?;
            tables.insert(table, rows);
        }
    }
    Ok(tables)
}

pub(crate) fn names(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeSet::new() };
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Rows of a table, sorted.
pub(crate) fn rows(folder: &Path) -> Result<Vec<String>, String> {
    let mut rows = Vec::new();
    for (file, partition) in live_files(&folder.join("_delta_log"))? {
        let opened = std::fs::File::open(folder.join(&file)).map_err(|error| format!("{file}: {error}"))?;
        let reader = SerializedFileReader::new(opened).map_err(|error| format!("{file}: {error}"))?;
        for row in reader.get_row_iter(None).map_err(|error| format!("{file}: {error}"))? {
            let row = row.map_err(|error| format!("{file}: {error}"))?;
            let mut text = partition.clone();
            for (name, value) in row.get_column_iter() {
                if !TIMES.contains(&name.as_str()) {
                    text.push_str(&format!("{name}={value}; "));
                }
            }
            rows.push(text);
        }
    }
    rows.sort_unstable();
    Ok(rows)
}

/// Files of the newest version, with their partition values. The log must be whole from version 0 on.
fn live_files(log: &Path) -> Result<BTreeMap<String, String>, String> {
    let versions: Vec<String> = names(log)
        .into_iter()
        .filter(|name| name.len() == 25 && name.ends_with(".json") && !name.starts_with('.'))
        .collect();
    let mut files = BTreeMap::new();
    for (version, name) in versions.iter().enumerate() {
        if *name != format!("{version:020}.json") {
            return Err(format!("the log has {name} where version {version} should be"));
        }
        let text = std::fs::read_to_string(log.join(name)).map_err(|error| format!("{name}: {error}"))?;
        for line in text.lines() {
            let action: Value = serde_json::from_str(line).map_err(|error| format!("{name}: {error}"))?;
            if let Some(add) = action.get("add") {
                let path = add["path"].as_str().unwrap_or_default().to_owned();
                let values = add["partitionValues"].as_object().cloned().unwrap_or_default();
                let partition = values.iter().map(|(key, value)| format!("{key}={value}; ")).collect();
                files.insert(path, partition);
            }
            if let Some(path) = action.get("remove").and_then(|remove| remove["path"].as_str())
                && files.remove(path).is_none()
            {
                return Err(format!("{name} removes {path}, which is not there"));
            }
        }
    }
    Ok(files)
}
