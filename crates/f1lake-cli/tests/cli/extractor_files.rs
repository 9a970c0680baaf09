//! A folder that already holds files of the Python extractor, which had the same names and no manifests.

use crate::program::{Place, QUALIFYING, Simulated};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The extractor's endpoints.
const ENDPOINTS: &str = "sessions,drivers,laps";

fn contents(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    files
        .map(|entry| {
            (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap())
        })
        .collect()
}

#[test]
fn files_of_the_python_extractor_stay_and_are_not_loaded() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let extract = ["extract", "--session-key", QUALIFYING, "--endpoints", ENDPOINTS, "--out"];
    assert_eq!(place.run_fast(&server, &[&extract[..], &["elsewhere"]].concat()).code, 0);

    // The extractor wrote indented arrays, here with a row less than today.
    let old = place.path().join("landing");
    std::fs::create_dir(&old).unwrap();
    for (name, text) in contents(&place.path().join("elsewhere")) {
        let mut rows: Vec<Value> = serde_json::from_str(&text).unwrap();
        rows.truncate(rows.len().max(2) - 1);
        std::fs::write(old.join(&name), serde_json::to_string_pretty(&rows).unwrap()).unwrap();
    }
    let before = contents(&old);
    assert_eq!(before.len(), 3);
    assert!(before.contains_key("laps_2024-12-07_Yas_Island_Qualifying.json"), "{:?}", before.keys());

    let landed = place.run_fast(&server, &[&extract[..], &["landing"]].concat());
    assert_eq!(landed.code, 0, "{}", landed.stderr);
    let after = contents(&old);
    assert_eq!(after.len(), 6);
    for (name, text) in &before {
        assert_eq!(after.get(name), Some(text), "{name} was changed");
        assert!(after.contains_key(&name.replace(".json", ".v2.json")), "{:?}", after.keys());
    }

    let verified = place.run(&["verify", "--out", "landing"]);
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    let said = format!("{}{}", verified.stdout, verified.stderr);
    for name in before.keys() {
        assert!(said.contains(name), "{name} is not reported:\n{said}");
    }

    let rows = |name: &str| -> usize { serde_json::from_str::<Vec<Value>>(&after[name]).unwrap().len() };
    let ours: usize = before.keys().map(|name| rows(&name.replace(".json", ".v2.json"))).sum();
    let loaded = place.run(&["load", "--out", "landing", "--lake", "lake", "--output", "json"]);
    assert_eq!(loaded.code, 0, "{}", loaded.stderr);
    let report: Value = serde_json::from_str(&loaded.stdout).unwrap();
    let tables = report["sessions"][0]["tables"].as_array().unwrap();
    assert_eq!(tables.iter().map(|table| table["rows"].as_u64().unwrap()).sum::<u64>(), ours as u64);
    // The same for a warehouse: of each table, the file that the manifest names.
    let dry =
        place.run(&["load", "--load-to", "databricks", "--catalog", "dev", "--dry-run", "--out", "landing"]);
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    let record = dry.stdout.split(";\n\n").find(|text| text.contains("MERGE INTO")).unwrap();
    assert_eq!(record.matches(".v2.json'").count(), 3, "{record}");
    assert_eq!(record.matches(".json'").count(), 3, "{record}");
}
