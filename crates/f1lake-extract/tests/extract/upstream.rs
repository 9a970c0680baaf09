//! Replays of real corrections by the API: they are reported and kept, and fewer rows need consent.

use super::*;
use jiff::SignedDuration;
use serde_json::json;

const SESSION: i64 = 11299;

/// A landing zone, and an API whose rows change from day to day.
struct Upstream {
    folder: tempfile::TempDir,
}

impl Upstream {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn zone(&self) -> PathBuf {
        self.folder.path().join("zone")
    }

    /// Runs this many hours after the session with these rows at the API, and returns the result.
    async fn run(
        &self,
        hours: i64,
        endpoint: Endpoint,
        rows: &[Value],
        accept_shrink: bool,
    ) -> EndpointReport {
        let recorded = self.folder.path().join("recorded");
        std::fs::create_dir_all(&recorded).unwrap();
        let session = json!([{
            "session_key": SESSION, "meeting_key": 1286, "session_name": "Race", "session_type": "Race",
            "location": "Monza", "country_name": "Italy", "circuit_short_name": "Monza", "year": 2024,
            "date_start": "2024-09-01T13:00:00+00:00", "date_end": "2024-09-01T15:00:00+00:00"
        }]);
        std::fs::write(recorded.join("sessions.json"), session.to_string()).unwrap();
        let mut rows = rows.to_vec();
        for row in &mut rows {
            row["session_key"] = SESSION.into();
        }
        let file = recorded.join(format!("{}.json", endpoint.name()));
        std::fs::write(file, serde_json::to_vec(&rows).unwrap()).unwrap();
        let sim = replayed(recorded).await;
        let mut settings = ExtractSettings::new(self.zone().join("_work"));
        settings.selection.mode = Mode::Keys { session_keys: vec![SESSION], meeting_keys: Vec::new() };
        settings.endpoints = [endpoint].into();
        settings.accept_shrink = accept_shrink;
        let end: Timestamp = "2024-09-01T15:00:00Z".parse().unwrap();
        settings.now = Some(end + SignedDuration::from_hours(hours));
        let landing = Landing::open(self.zone().to_str().unwrap()).unwrap();
        let extractor = Extractor::new(client(&sim), landing.clone(), settings).unwrap();
        let report = extractor.run(silent(), CancellationToken::new()).await.unwrap();
        assert!(report.sessions[0].error.is_none(), "{report:#?}");
        let checked = verify(&landing).await.unwrap();
        assert_eq!((checked.problems.len(), checked.unlisted.len()), (0, 0), "{checked:?}");
        report.sessions[0].endpoints.iter().find(|report| report.endpoint == endpoint).unwrap().clone()
    }

    fn rows(&self, file: &str) -> Vec<Value> {
        serde_json::from_slice(&std::fs::read(self.zone().join(file)).unwrap()).unwrap()
    }
}

/// Added, changed and removed keys.
fn counts(report: &EndpointReport) -> (u64, u64, u64) {
    report.changes.as_ref().map_or((0, 0, 0), |changes| (changes.added, changes.changed, changes.removed))
}

fn recorded(name: &str) -> Option<Vec<Value>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/openf1").join(name);
    if let Ok(bytes) = std::fs::read(&file) {
        return Some(serde_json::from_slice(&bytes).unwrap());
    }
    eprintln!("SKIPPED: no recorded answer at {}", file.display());
    None
}

/// Stints of 20 cars: this many per car for the first cars, one fewer for the others.
fn stints(count: usize) -> Vec<Value> {
    (0..count)
        .map(|index| {
            let (car, stint) = (index % 20 + 1, index / 20 + 1);
            json!({
                "meeting_key": 1286, "driver_number": car, "stint_number": stint, "compound": "HARD",
                "lap_start": stint * 10 - 9, "lap_end": stint * 10, "tyre_age_at_start": 0
            })
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn smaller_response_needs_accept_shrink() {
    let upstream = Upstream::new();
    let first = upstream.run(2, Endpoint::Stints, &stints(70), false).await;
    assert_eq!((first.rows, counts(&first)), (70, (0, 0, 0)));
    // After the re-ingest there were 27 rows, some of them changed.
    let mut fewer = stints(27);
    fewer[3]["compound"] = "SOFT".into();
    let shrunk = upstream.run(26, Endpoint::Stints, &fewer, false).await;
    assert_eq!(counts(&shrunk), (0, 1, 43), "{shrunk:?}");
    assert_eq!((shrunk.rows, shrunk.file.as_deref()), (70, Some("stints_2024-09-01_Monza_Race.json")));
    assert_eq!(upstream.rows(&shrunk.file.unwrap()).len(), 70, "what is landed was given up");
    assert_eq!(upstream.rows(&shrunk.kept_aside.unwrap()).len(), 27);
    // It shrinks further; the landed rows are still kept.
    let further = upstream.run(24 * 8, Endpoint::Stints, &stints(1), false).await;
    assert_eq!((further.rows, counts(&further)), (70, (0, 0, 69)));
    let agreed = upstream.run(24 * 9, Endpoint::Stints, &fewer, true).await;
    assert_eq!((agreed.rows, agreed.kept_aside), (27, None));
    let file = agreed.file.unwrap();
    assert_eq!(file, "stints_2024-09-01_Monza_Race.v2.json");
    assert_eq!(upstream.rows(&file).len(), 27);
    assert_eq!(upstream.rows("stints_2024-09-01_Monza_Race.json").len(), 70, "the old file is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn response_that_becomes_empty_counts_as_smaller() {
    let upstream = Upstream::new();
    upstream.run(2, Endpoint::Stints, &stints(5), false).await;
    let gone = upstream.run(26, Endpoint::Stints, &[], false).await;
    assert_eq!((gone.rows, counts(&gone)), (5, (0, 0, 5)), "{gone:?}");
    assert_eq!(upstream.rows(&gone.file.unwrap()).len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn late_laps_and_filled_nulls_are_reported() {
    let lap = |number: i64, duration: Value| {
        json!({
            "meeting_key": 1247, "driver_number": 1, "lap_number": number, "date_start": null,
            "lap_duration": duration, "segments_sector_1": [2048, null], "is_pit_out_lap": false
        })
    };
    let before = recorded("br-g_openf1_issues/246_laps_9616_null_date_start.json")
        .unwrap_or_else(|| vec![lap(1, Value::Null), lap(19, Value::Null)]);
    assert!(before.iter().any(|row| row["date_start"].is_null()), "the case is about null starts");
    let upstream = Upstream::new();
    upstream.run(2, Endpoint::Laps, &before, false).await;
    let mut after = before.clone();
    after[0]["date_start"] = "2024-10-19T18:03:20.544000+00:00".into();
    after[0]["lap_duration"] = 98.5.into();
    after.insert(1, lap(2, 97.25.into()));
    let repaired = upstream.run(26, Endpoint::Laps, &after, false).await;
    assert_eq!((repaired.rows, counts(&repaired)), (3, (1, 1, 0)), "{repaired:?}");
    let told = repaired.changes.unwrap().examples.join("\n");
    assert!(told.contains("+ driver_number=1 lap_number=2"), "{told}");
    assert!(told.contains("lap_duration null -> 98.5"), "{told}");
    let (old, new) = ("laps_2024-09-01_Monza_Race.json", "laps_2024-09-01_Monza_Race.v2.json");
    assert_eq!((upstream.rows(old).len(), upstream.rows(new).len()), (2, 3));
    // The same rows again are not a change.
    let same = upstream.run(24 * 8, Endpoint::Laps, &after, false).await;
    assert_eq!((same.file.as_deref(), counts(&same)), (Some(new), (0, 0, 0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_were_null_are_filled() {
    let driver = |first: Value, colour: Value| {
        json!({
            "meeting_key": 1230, "driver_number": 1, "broadcast_name": "M VERSTAPPEN", "first_name": first,
            "full_name": "Max VERSTAPPEN", "team_colour": colour, "name_acronym": "VER"
        })
    };
    let both = recorded("br-g_openf1_issues/29_drivers_9473_partial_duplicate.json")
        .unwrap_or_else(|| vec![driver(Value::Null, Value::Null), driver("Max".into(), "3671c6".into())]);
    let upstream = Upstream::new();
    let half = upstream.run(2, Endpoint::Drivers, &both[..1], false).await;
    assert_eq!(half.rows, 1);
    assert!(upstream.rows(&half.file.unwrap())[0]["first_name"].is_null());
    // Then the API sends the half-null row and the complete one.
    let whole = upstream.run(26, Endpoint::Drivers, &both, false).await;
    assert_eq!((whole.rows, counts(&whole)), (1, (0, 1, 0)), "{whole:?}");
    let told = whole.changes.unwrap().examples.join("\n");
    assert!(told.contains("first_name null -> \"Max\""), "{told}");
    let rows = upstream.rows(&whole.file.unwrap());
    assert_eq!((rows.len(), &rows[0]["team_colour"]), (1, &json!("3671c6")));
    // Then, as has happened, only the half-null row: no value is lost silently.
    let lost = upstream.run(24 * 8, Endpoint::Drivers, &both[..1], false).await;
    assert_eq!(counts(&lost), (0, 1, 0), "{lost:?}");
    assert_eq!(upstream.rows("drivers_2024-09-01_Monza_Race.v2.json")[0]["first_name"], "Max");
}

#[tokio::test(flavor = "multi_thread")]
async fn result_corrected_by_stewards_lands_as_v2() {
    let result = |driver: i64, position: Value, gap: Value| {
        json!({
            "position": position, "driver_number": driver, "number_of_laps": 78, "points": 15, "dnf": false,
            "dns": false, "dsq": false, "gap_to_leader": gap, "duration": 8634.637, "meeting_key": 1286
        })
    };
    let mut before = recorded("br-g_openf1_issues/420_session_result_11299_before_correction.json")
        .unwrap_or_else(|| vec![result(6, 3.into(), 23.394.into())]);
    before.push(result(81, 4.into(), 25.5.into()));
    let upstream = Upstream::new();
    upstream.run(2, Endpoint::SessionResult, &before, false).await;
    // Disqualified: no position, and the next one moves up.
    let mut after = before.clone();
    after[0]["position"] = Value::Null;
    after[0]["dsq"] = true.into();
    after[1]["position"] = 3.into();
    let corrected = upstream.run(26, Endpoint::SessionResult, &after, false).await;
    assert_eq!((corrected.rows, counts(&corrected)), (2, (0, 2, 0)), "{corrected:?}");
    let told = corrected.changes.unwrap().examples.join("\n");
    assert!(told.contains("driver_number=6") && told.contains("position 3 -> null"), "{told}");
    assert!(told.contains("dsq false -> true") && told.contains("position 4 -> 3"), "{told}");
    let old = upstream.rows("session_result_2024-09-01_Monza_Race.json");
    assert_eq!(old.iter().find(|row| row["driver_number"] == 6).unwrap()["position"], 3);
    // A re-keyed row counts as one removed and one added, not as fewer rows.
    after[1]["driver_number"] = 82.into();
    let rekeyed = upstream.run(24 * 8, Endpoint::SessionResult, &after, false).await;
    assert_eq!((rekeyed.rows, counts(&rekeyed)), (2, (1, 0, 1)), "{rekeyed:?}");
    assert_eq!(rekeyed.kept_aside, None);
}
