//! Hostile names from the API: no file ever lands outside the landing folder, and no two sessions share one.

use super::*;
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;

const HOSTILE: &[&str] = &[
    "",
    ".",
    "..",
    "...",
    "../../etc/passwd",
    "..\\..\\windows",
    "/absolute",
    "C:\\f1",
    "C:stream",
    "CON",
    "con.json",
    "NUL.",
    "Race.",
    "Race. . ",
    "Race.v2",
    "race.V2",
    "Race_100",
    "RACE",
    "race",
    "Race",
    "nul\u{0}byte",
    "line\r\nbreak",
    "\u{202e}ecaR",
    "Ra\u{200b}ce",
    "🏁",
    "🏁Race",
    "São Paulo",
    "Sa\u{303}o Paulo",
    "%2e%2e%2f",
    "~",
    "$(id)",
    "a|b?c*d<e>f\"g",
    "_manifest",
    "_work",
    "-rf",
];

/// Every file and folder below a folder, by its path in it.
fn tree(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            found.insert(path.strip_prefix(folder).unwrap().to_owned());
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

/// Lands one session per pair of names, all on one day and at the same time, and checks the files.
async fn land(names: &[(String, String)]) {
    let above = tempfile::tempdir().unwrap();
    let (recorded, zone) = (above.path().join("recorded"), above.path().join("a/b/zone"));
    std::fs::create_dir(&recorded).unwrap();
    let rows: Vec<_> = names
        .iter()
        .zip(100..)
        .map(|((location, name), key)| {
            json!({
                "session_key": key, "meeting_key": 1, "session_name": name, "session_type": name,
                "location": location, "country_name": location, "country_code": location, "circuit_key": 1,
                "circuit_short_name": location, "country_key": 1, "gmt_offset": "00:00:00", "year": 2024,
                "date_start": "2024-03-24T04:00:00+00:00", "date_end": "2024-03-24T06:00:00+00:00"
            })
        })
        .collect();
    std::fs::write(recorded.join("sessions.json"), serde_json::to_vec(&rows).unwrap()).unwrap();
    let meeting = json!([{ "meeting_key": 1, "meeting_name": names[0].0, "year": 2024,
        "date_start": "2024-03-24T04:00:00+00:00" }]);
    std::fs::write(recorded.join("meetings.json"), meeting.to_string()).unwrap();
    let sim = replayed(recorded).await;
    let before = tree(above.path());
    let landing = Landing::open(zone.to_str().unwrap()).unwrap();
    let mut settings = ExtractSettings::new(zone.join("_work"));
    settings.selection.mode = Mode::Year { year: 2024 };
    settings.endpoints = [Endpoint::Sessions].into();
    let extractor = Extractor::new(client(&sim), landing.clone(), settings).unwrap();
    let report = extractor.run(silent(), CancellationToken::new()).await.unwrap();
    assert!(report.sessions.iter().all(|session| session.status == SessionStatus::Landed), "{report:#?}");

    let after = tree(above.path());
    for path in after.difference(&before) {
        let inside = path.strip_prefix("a/b/zone").unwrap_or(Path::new(""));
        let deep = inside.components().count();
        assert!(
            ["a", "a/b"].iter().any(|made| path == Path::new(made)) || path.starts_with("a/b/zone"),
            "{path:?}"
        );
        let own = ["_work", "_manifest"].iter().any(|folder| inside.starts_with(folder));
        assert!(own || deep <= 1, "{path:?} lies in a folder that no one asked for");
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(
            name.len() <= 255 && !name.chars().any(|c| c.is_control() || "\\:*?\"<>|".contains(c)),
            "{name:?}"
        );
        assert!(!name.contains(['\u{202e}', '\u{200b}']), "{name:?}");
    }
    let manifests = landing.manifests().await.unwrap();
    assert_eq!(manifests.len(), names.len());
    // Also on case-insensitive file systems.
    let mut owners: BTreeMap<String, i64> = BTreeMap::new();
    for manifest in &manifests {
        for landed in manifest.endpoints.values() {
            let file = landed.file.as_ref().unwrap();
            if let Some(other) = owners.insert(file.to_lowercase(), manifest.session_key) {
                panic!("sessions {other} and {} share {file}", manifest.session_key);
            }
            let rows: Vec<serde_json::Value> =
                serde_json::from_slice(&std::fs::read(zone.join(file)).unwrap()).unwrap();
            assert_eq!(rows.len(), 1, "{file}");
            assert_eq!(rows[0]["session_key"], manifest.session_key, "{file}");
        }
    }
    let checked = verify(&landing).await.unwrap();
    assert_eq!((checked.problems.len(), checked.unlisted.len()), (0, 0), "{checked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn known_tricks_stay_inside_and_apart() {
    let mut names: Vec<(String, String)> = Vec::new();
    for name in HOSTILE {
        names.push(("Monza".to_owned(), (*name).to_owned()));
        names.push(((*name).to_owned(), "Race".to_owned()));
    }
    let long = "../".repeat(3500);
    names.push((long.clone(), long));
    names.push(("ä".repeat(5000), "🏁".repeat(2500)));
    // The same names again belong to other sessions.
    names.extend(names.clone());
    land(&names).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_names_stay_inside_and_apart(
        names in prop::collection::vec(
            (
                prop_oneof![".*", "(\\.\\./){0,4}[a-c]{0,3}", "[.a\\\\/:\\x00-\\x20]{0,12}", "\\PC{200}"],
                prop_oneof![".*", "[rR]ace(\\.[vV][0-9])?(_10[0-9])?", prop::sample::select(HOSTILE).prop_map(str::to_owned)],
            ),
            1..12,
        ),
    ) {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(land(&names));
    }
}
