//! Extracts over real HTTP from the simulator on loopback.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "extract/calendar.rs"]
mod calendar;
#[path = "extract/hostile.rs"]
mod hostile;
#[path = "extract/network.rs"]
mod network;
#[path = "extract/repair.rs"]
mod repair;
#[path = "extract/shared.rs"]
mod shared;
#[path = "extract/two_machines.rs"]
mod two_machines;
#[path = "extract/upstream.rs"]
mod upstream;

use f1lake_extract::*;
use f1lake_zone::*;
use jiff::Timestamp;
use openf1_client::{Endpoint, Limits, OpenF1, RateLimiter};
use openf1_sim::{FaultPlan, GeneratedConfig, SimConfig, SimLimits, Simulator, Source};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What the simulator serves.
async fn get(url: impl AsRef<str>) -> reqwest::Response {
    let url = url.as_ref().parse().unwrap();
    let client = f1lake_http::client_builder(&url, "test").build().unwrap();
    client.get(url).send().await.unwrap()
}

/// A season of the simulator in the past.
fn generated() -> SimConfig {
    SimConfig {
        source: Source::Generated(GeneratedConfig {
            seed: 7,
            seasons: vec![2024],
            ..GeneratedConfig::default()
        }),
        limits: SimLimits::None,
        ..SimConfig::default()
    }
}

async fn simulator(config: SimConfig) -> Simulator {
    openf1_sim::start(config).await.unwrap()
}

/// The API replayed from recorded responses in a folder.
async fn replayed(folder: PathBuf) -> Simulator {
    simulator(SimConfig { source: Source::Replay(folder), limits: SimLimits::None, ..SimConfig::default() })
        .await
}

fn client(sim: &Simulator) -> OpenF1 {
    OpenF1::builder()
        .base_url(sim.base_url())
        .limiter(RateLimiter::new(Limits::unlimited()))
        .retry_delay(Duration::from_millis(5))
        .timeout(Duration::from_secs(20))
        .build()
        .unwrap()
}

fn settings(folder: &Path) -> ExtractSettings {
    ExtractSettings::new(folder.join("_work"))
}

fn landing(folder: &Path) -> Landing {
    Landing::open(folder.to_str().unwrap()).unwrap()
}

async fn run(sim: &Simulator, folder: &Path, settings: ExtractSettings) -> Result<RunReport, ExtractError> {
    Extractor::new(client(sim), landing(folder), settings)?.run(silent(), CancellationToken::new()).await
}

fn by_key(folder: &Path, session_key: i64) -> ExtractSettings {
    let mut settings = settings(folder);
    settings.selection.mode = Mode::Keys { session_keys: vec![session_key], meeting_keys: Vec::new() };
    settings
}

/// The last race of the generated season.
async fn a_race(sim: &Simulator) -> i64 {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    settings.selection.mode = Mode::Year { year: 2024 };
    settings.selection.session_types = vec!["Race".to_owned()];
    let extractor = Extractor::new(client(sim), Landing::memory(), settings).unwrap();
    let sessions = extractor.sessions().await.unwrap().sessions;
    sessions
        .iter()
        .find(|session| session.session_name == "Race" && session.location == "Yas Island")
        .unwrap()
        .session_key
}

fn rows(folder: &Path, file: &str) -> Vec<Value> {
    serde_json::from_slice(&std::fs::read(folder.join(file)).unwrap()).unwrap()
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn second_run_sends_no_data_request() {
    let sim = simulator(generated()).await;
    let race = a_race(&sim).await;
    let folder = tempfile::tempdir().unwrap();
    let before = sim.stats().requests;
    let report = run(&sim, folder.path(), by_key(folder.path(), race)).await.unwrap();
    assert_eq!(report.sessions.len(), 1);
    assert_eq!(report.sessions[0].status, SessionStatus::Landed, "{report:#?}");
    let requests = sim.stats().requests - before;
    assert!(requests <= 30, "{requests} requests");

    let manifest = &landing(folder.path()).manifests().await.unwrap()[0];
    assert_eq!(manifest.endpoints.len(), 18);
    let sessions = rows(folder.path(), "sessions_2024-12-08_Yas_Island_Race.json");
    assert_eq!(sessions[0]["session_key"], race);
    assert_eq!(sessions[0]["batch_day"], "2024-12-08");
    let locations = rows(folder.path(), "locations_2024-12-08_Yas_Island_Race.json");
    assert!(locations.len() > 100_000, "{}", locations.len());
    assert!(locations.iter().all(|row| row["session_name"] == "Race"));
    let order: Vec<(i64, &str)> = locations
        .iter()
        .map(|row| (row["driver_number"].as_i64().unwrap(), row["date"].as_str().unwrap()))
        .collect();
    assert!(order.is_sorted_by_key(|(driver, _)| *driver));
    let grid = rows(folder.path(), "starting_grid_2024-12-08_Yas_Island_Race.json");
    assert_ne!(grid[0]["session_key"], race, "the grid keeps the qualifying key");
    let checked = verify(&landing(folder.path())).await.unwrap();
    assert_eq!((checked.problems.len(), checked.unlisted.len()), (0, 0), "{checked:?}");
    assert_eq!(checked.rows, manifest.rows());

    let before = sim.stats().requests;
    let again = run(&sim, folder.path(), by_key(folder.path(), race)).await.unwrap();
    assert_eq!(again.sessions[0].status, SessionStatus::Skipped);
    assert_eq!(sim.stats().requests, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_budget_costs_one_refusal_and_is_learned() {
    let mut config = generated();
    config.budget.max_rows = Some(40_000);
    let sim = simulator(config).await;
    let race = a_race(&sim).await;
    let folder = tempfile::tempdir().unwrap();
    let before = sim.stats().requests;
    let report = run(&sim, folder.path(), by_key(folder.path(), race)).await.unwrap();
    assert_eq!(report.sessions[0].status, SessionStatus::Landed, "{report:#?}");
    let requests = sim.stats().requests - before;
    // Up to max_workers large requests are in flight before the first refusal is known.
    assert!(requests <= 60, "{requests} requests");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_format_holds_the_same_rows() {
    let sim = simulator(generated()).await;
    let race = a_race(&sim).await;
    let mut counts = BTreeSet::new();
    for format in [Format::Json, Format::Ndjson, Format::Parquet] {
        for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
            let folder = tempfile::tempdir().unwrap();
            let mut settings = by_key(folder.path(), race);
            settings.endpoints = [
                Endpoint::Laps,
                Endpoint::SessionResult,
                Endpoint::Intervals,
                Endpoint::Weather,
                Endpoint::Meetings,
            ]
            .into();
            (settings.format, settings.compression) = (format, compression);
            run(&sim, folder.path(), settings.clone()).await.unwrap();
            let checked = verify(&landing(folder.path())).await.unwrap();
            assert!(checked.problems.is_empty(), "{format:?} {compression:?}: {checked:?}");
            counts.insert(checked.rows);
            // A refresh in another format finds no difference: values survive every format.
            settings.refresh = true;
            settings.format = Format::Json;
            settings.compression = Compression::None;
            let report = run(&sim, folder.path(), settings).await.unwrap();
            assert_eq!(report.sessions[0].status, SessionStatus::Unchanged, "{format:?}: {report:#?}");
        }
    }
    assert_eq!(counts.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_run_resumes_without_asking_again() {
    let sim = simulator(generated()).await;
    let race = a_race(&sim).await;
    let folder = tempfile::tempdir().unwrap();
    let mut settings = by_key(folder.path(), race);
    settings.max_workers = 1;
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    let done = std::sync::atomic::AtomicUsize::new(0);
    let progress: Progress = std::sync::Arc::new(move |event| {
        if matches!(event, Event::RequestDone { .. })
            && done.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 9
        {
            stop.cancel();
        }
    });
    let before = sim.stats().requests;
    let extractor = Extractor::new(client(&sim), landing(folder.path()), settings.clone()).unwrap();
    let report = extractor.run(progress, cancel).await.unwrap();
    assert_eq!(report.sessions[0].status, SessionStatus::Interrupted);
    assert!(landing(folder.path()).manifests().await.unwrap().is_empty());
    assert_eq!(files(folder.path()), Vec::<String>::new(), "nothing half-landed");
    let report = run(&sim, folder.path(), settings).await.unwrap();
    assert_eq!(report.sessions[0].status, SessionStatus::Landed);
    let total = sim.stats().requests - before;
    // One whole race, the catalogue of the second run, and at most the requests in flight.
    assert!(total <= 30 + 3 + 1, "{total}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_on_one_folder_exclude_each_other() {
    let sim = simulator(generated()).await;
    let race = a_race(&sim).await;
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = tokio::join!(
        run(&sim, folder.path(), by_key(folder.path(), race)),
        run(&sim, folder.path(), by_key(folder.path(), race)),
    );
    let (ok, refused) = if first.is_ok() { (first, second) } else { (second, first) };
    assert_eq!(ok.unwrap().sessions[0].status, SessionStatus::Landed);
    assert!(matches!(refused.unwrap_err(), ExtractError::Zone(ZoneError::Busy(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mode_selects_its_sessions() {
    let sim = simulator(generated()).await;
    let sessions = async |change: &dyn Fn(&mut Selection)| {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings(folder.path());
        settings.now = Some("2025-01-01T00:00:00Z".parse::<Timestamp>().unwrap());
        change(&mut settings.selection);
        Extractor::new(client(&sim), Landing::memory(), settings)
            .unwrap()
            .sessions()
            .await
            .map(|selected| selected.sessions)
    };
    let latest = sessions(&|s| s.mode = Mode::Latest { sessions: 5 }).await.unwrap();
    assert_eq!(latest.len(), 5);
    assert_eq!(latest[0].name(), "2024-12-08_Yas_Island_Race");
    assert!(latest.is_sorted_by(|a, b| a.date_start > b.date_start));
    let year = sessions(&|s| s.mode = Mode::Year { year: 2024 }).await.unwrap();
    assert!(year.len() > 100, "{}", year.len());
    assert!(year.iter().all(|session| !session.is_cancelled));
    let manual =
        sessions(&|s| s.mode = Mode::Manual { days: vec!["2024-12-08".parse().unwrap()] }).await.unwrap();
    assert_eq!(manual.len(), 1);
    let monza = sessions(&|s| {
        s.mode = Mode::Year { year: 2024 };
        s.locations = vec!["monza".to_owned()];
        s.order = Order::Oldest;
    })
    .await
    .unwrap();
    assert!(!monza.is_empty() && monza.is_sorted_by_key(|session| session.date_start));
    let oldest = sessions(&|s| {
        s.mode = Mode::Latest { sessions: 3 };
        s.order = Order::Oldest;
    })
    .await
    .unwrap();
    assert_eq!(oldest.iter().map(|s| &s.session_key).collect::<Vec<_>>(), {
        let mut first: Vec<_> = year.iter().collect();
        first.sort_by_key(|session| session.date_start);
        first.iter().take(3).map(|s| &s.session_key).collect::<Vec<_>>()
    });
    let until = sessions(&|s| {
        s.mode = Mode::Latest { sessions: 1 };
        s.until = Some("2024-03-31".parse().unwrap());
        s.session_types = vec!["Race".to_owned()];
    })
    .await
    .unwrap();
    assert!(until.len() == 1 && *until[0].batch_day() <= *"2024-03-31", "{until:?}");
    let unknown = sessions(&|s| s.mode = Mode::Keys { session_keys: vec![1], meeting_keys: vec![] }).await;
    assert!(unknown.unwrap_err().to_string().contains("no session 1"));
}

fn replay_folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/replay");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no recorded answers at {}", folder.display());
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_answers_land_as_they_were_served() {
    let Some(replay) = replay_folder() else { return };
    let sim = replayed(replay).await;
    let folder = tempfile::tempdir().unwrap();
    let report = run(&sim, folder.path(), by_key(folder.path(), 9488)).await.unwrap();
    assert_eq!(report.sessions[0].status, SessionStatus::Landed, "{report:#?}");
    let name = |endpoint: &str| format!("{endpoint}_2024-03-24_Melbourne_Race.json");
    for (endpoint, expected) in [
        ("laps", Some(998)),
        ("pit", Some(36)),
        ("drivers", None),
        ("stints", Some(55)),
        ("race_control", None),
        ("session_result", None),
        ("starting_grid", Some(19)),
    ] {
        let landed = rows(folder.path(), &name(endpoint));
        if let Some(expected) = expected {
            assert_eq!(landed.len(), expected, "{endpoint}");
        }
        let key = if endpoint == "starting_grid" { 9484 } else { 9488 };
        let url = format!("{}/{endpoint}?session_key={key}", sim.base_url());
        let served: Vec<Value> = get(url).await.json().await.unwrap();
        assert_eq!(served.len(), landed.len(), "{endpoint}");
        let stripped = |row: &Value| {
            let mut row = row.as_object().unwrap().clone();
            row.shift_remove("session_name");
            row.shift_remove("batch_day");
            serde_json::to_string(&row.into_iter().collect::<std::collections::BTreeMap<_, _>>()).unwrap()
        };
        let mut served: Vec<String> = served.iter().map(stripped).collect();
        let mut landed: Vec<String> = landed.iter().map(stripped).collect();
        served.sort();
        landed.sort();
        assert_eq!(served, landed, "{endpoint}");
    }
    let before = sim.stats().data_requests;
    run(&sim, folder.path(), by_key(folder.path(), 9488)).await.unwrap();
    assert_eq!(sim.stats().data_requests, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_whose_endpoint_fails_is_not_landed() {
    let mut config = generated();
    config.faults = FaultPlan::from_toml(
        "[[fault]]\nendpoint = \"weather\"\nkind = \"status\"\nstatus = 503\nbody = \"Service Unavailable\"\n",
    )
    .unwrap();
    let sim = simulator(config).await;
    let race = a_race(&sim).await;
    let folder = tempfile::tempdir().unwrap();
    let report = run(&sim, folder.path(), by_key(folder.path(), race)).await.unwrap();
    assert_eq!(report.sessions[0].status, SessionStatus::Failed);
    let error = report.sessions[0].error.clone().unwrap();
    assert!(error.contains("weather") && error.contains("503"), "{error}");
    assert!(landing(folder.path()).manifests().await.unwrap().is_empty());
}

/// A server that always fails does not receive ever smaller requests.
#[tokio::test]
async fn failing_endpoint_is_abandoned_after_bounded_requests() {
    for endpoint in ["laps", "position", "location"] {
        let mut config = thin();
        config.faults = FaultPlan::from_toml(&format!(
            "[[fault]]\nendpoint = \"{endpoint}\"\nkind = \"status\"\nstatus = 500\nbody = \"oops\"\n"
        ))
        .unwrap();
        let sim = simulator(config).await;
        let folder = tempfile::tempdir().unwrap();
        let race = a_race(&sim).await;
        let report = run(&sim, folder.path(), by_key(folder.path(), race)).await.unwrap();
        assert_eq!(report.sessions[0].status, SessionStatus::Failed, "{endpoint}");
        assert!(report.sessions[0].error.as_ref().unwrap().contains("500"), "{:?}", report.sessions[0].error);
        assert!(report.requests < 250, "{endpoint}: {} requests", report.requests);
    }
}

/// A season with sparse telemetry, so that whole races are fast.
fn thin() -> SimConfig {
    SimConfig {
        source: Source::Generated(GeneratedConfig { seed: 7, seasons: vec![2024], telemetry_hz: 0.1 }),
        limits: SimLimits::None,
        ..SimConfig::default()
    }
}

/// Name and content of every landing file.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    files(folder).into_iter().map(|name| (name.clone(), std::fs::read(folder.join(name)).unwrap())).collect()
}

/// Every kind of fault, each on its own endpoint, twice in a row.
const EACH_FAULT_TWICE: &str = r#"
[[fault]]
endpoint = "laps"
kind = "status"
status = 503
body = "Service Unavailable"
count = 2
[[fault]]
endpoint = "meetings"
kind = "status"
status = 429
body = '{"detail":"Rate limit exceeded. Max 3 requests/second.","error":"Too Many Requests"}'
retry_after = "0"
count = 2
[[fault]]
endpoint = "pit"
kind = "delay"
delay_ms = 6000
count = 2
[[fault]]
endpoint = "stints"
kind = "stall"
count = 2
[[fault]]
endpoint = "location"
kind = "cut"
count = 5
[[fault]]
endpoint = "car_data"
kind = "wrong_length"
count = 2
[[fault]]
endpoint = "weather"
kind = "bad_gzip"
count = 2
[[fault]]
endpoint = "race_control"
kind = "html"
count = 2
[[fault]]
endpoint = "session_result"
kind = "object"
count = 2
[[fault]]
endpoint = "intervals"
kind = "nan"
count = 2
[[fault]]
endpoint = "position"
kind = "duplicate_rows"
count = 1
[[fault]]
endpoint = "drivers"
kind = "reset"
count = 2
"#;

#[tokio::test(flavor = "multi_thread")]
async fn recovers_from_every_fault_with_identical_files() {
    let calm = simulator(thin()).await;
    let race = a_race(&calm).await;
    let expected = tempfile::tempdir().unwrap();
    run(&calm, expected.path(), by_key(expected.path(), race)).await.unwrap();

    let mut config = thin();
    config.faults = FaultPlan::from_toml(EACH_FAULT_TWICE).unwrap();
    let sim = simulator(config).await;
    let folder = tempfile::tempdir().unwrap();
    let client = OpenF1::builder()
        .base_url(sim.base_url())
        .limiter(RateLimiter::new(Limits::unlimited()))
        .retry_delay(Duration::from_millis(5))
        .timeout(Duration::from_secs(3))
        .build()
        .unwrap();
    let extractor = Extractor::new(client, landing(folder.path()), by_key(folder.path(), race)).unwrap();
    let report = extractor.run(silent(), CancellationToken::new()).await.unwrap();
    assert_eq!(report.sessions[0].status, SessionStatus::Landed, "{report:#?}");
    // Responses that arrived after the client gave up are not counted.
    assert!(sim.stats().faults >= 24, "a fault was not played: {:?}", sim.stats());
    assert!(contents(folder.path()) == contents(expected.path()), "files differ");
}

#[tokio::test(flavor = "multi_thread")]
async fn under_heavy_faults_a_session_lands_whole_or_fails() {
    let calm = simulator(thin()).await;
    let race = a_race(&calm).await;
    let expected = tempfile::tempdir().unwrap();
    run(&calm, expected.path(), by_key(expected.path(), race)).await.unwrap();
    let expected = contents(expected.path());
    for seed in 0..4 {
        let mut plan = format!("seed = {seed}\n");
        for kind in ["cut", "wrong_length", "bad_gzip", "html", "object", "nan", "duplicate_rows", "reset"] {
            plan += &format!("[[fault]]\nkind = \"{kind}\"\nprobability = 0.06\n");
        }
        plan +=
            "[[fault]]\nkind = \"status\"\nstatus = 500\nbody = \"<html>trace</html>\"\nprobability = 0.06\n";
        let mut config = thin();
        config.faults = FaultPlan::from_toml(&plan).unwrap();
        let sim = simulator(config).await;
        let folder = tempfile::tempdir().unwrap();
        let mut failures = 0;
        loop {
            let client = OpenF1::builder()
                .base_url(sim.base_url())
                .limiter(RateLimiter::new(Limits::unlimited()))
                .retry_delay(Duration::from_millis(1))
                .max_retries(1)
                .build()
                .unwrap();
            let extractor =
                Extractor::new(client, landing(folder.path()), by_key(folder.path(), race)).unwrap();
            match extractor.run(silent(), CancellationToken::new()).await {
                Ok(report) if report.sessions[0].status == SessionStatus::Landed => break,
                Ok(report) => {
                    assert_eq!(report.sessions[0].status, SessionStatus::Failed);
                    assert!(!report.sessions[0].error.as_ref().unwrap().is_empty());
                }
                Err(error) => assert!(!error.to_string().is_empty()),
            }
            assert!(contents(folder.path()).is_empty(), "landed in part");
            assert!(landing(folder.path()).manifests().await.unwrap().is_empty());
            failures += 1;
            assert!(failures < 50, "it never gets through");
        }
        assert!(sim.stats().faults > 5, "{:?}", sim.stats());
        assert!(contents(folder.path()) == expected, "files differ after {failures} failed runs");
    }
}

/// Runs as if it were this many hours after the last race of the generated season.
fn hours_after(folder: &Path, race: i64, hours: i64) -> ExtractSettings {
    let mut settings = by_key(folder, race);
    let end: Timestamp = "2024-12-08T15:00:00Z".parse().unwrap();
    settings.now = Some(end + jiff::SignedDuration::from_hours(hours));
    settings.endpoints = [Endpoint::Sessions, Endpoint::Laps, Endpoint::Pit, Endpoint::SessionResult].into();
    settings
}

#[tokio::test(flavor = "multi_thread")]
async fn corrections_land_as_v2_and_smaller_responses_are_set_aside() {
    let sim = simulator(thin()).await;
    let race = a_race(&sim).await;
    let pit = |sim: &Simulator| format!("{}/pit?session_key={race}", sim.base_url());
    let stops: Vec<Value> = get(pit(&sim)).await.json().await.unwrap();
    let first = &stops[0];
    let plan = format!(
        r#"
[[correction]]
endpoint = "laps"
session_key = {race}
after_requests = 1
op = "set"
match = {{ driver_number = 44, lap_number = 3 }}
values = {{ lap_duration = 99.125 }}
[[correction]]
endpoint = "laps"
session_key = {race}
after_requests = 1
op = "add"
values = {{ driver_number = 44, lap_number = 99, lap_duration = 88.5 }}
[[correction]]
endpoint = "pit"
session_key = {race}
after_requests = 1
op = "remove"
match = {{ driver_number = {}, lap_number = {} }}
"#,
        first["driver_number"], first["lap_number"]
    );
    let mut config = thin();
    config.faults = FaultPlan::from_toml(&plan).unwrap();
    let sim = simulator(config).await;
    let folder = tempfile::tempdir().unwrap();
    let (now, later) = (hours_after(folder.path(), race, 2), hours_after(folder.path(), race, 26));
    let of = |report: &RunReport, endpoint| {
        report.sessions[0].endpoints.iter().find(|e| e.endpoint == endpoint).unwrap().clone()
    };

    let landed = run(&sim, folder.path(), now.clone()).await.unwrap();
    assert_eq!(landed.sessions[0].status, SessionStatus::Landed);
    let before = sim.stats().requests;
    assert_eq!(run(&sim, folder.path(), now).await.unwrap().sessions[0].status, SessionStatus::Skipped);
    assert_eq!(sim.stats().requests, before, "asked again before a re-check was due");

    let updated = run(&sim, folder.path(), later.clone()).await.unwrap();
    assert_eq!(updated.sessions[0].status, SessionStatus::Updated, "{updated:#?}");
    let laps = of(&updated, Endpoint::Laps);
    let changes = laps.changes.unwrap();
    assert_eq!((changes.added, changes.changed, changes.removed), (1, 1, 0), "{changes:?}");
    assert!(
        changes.examples.iter().any(|e| e.contains("lap_number=3") && e.contains("99.125")),
        "{changes:?}"
    );
    assert_eq!(laps.file.unwrap(), "laps_2024-12-08_Yas_Island_Race.v2.json");
    let (old, new) = ("laps_2024-12-08_Yas_Island_Race.json", "laps_2024-12-08_Yas_Island_Race.v2.json");
    assert_eq!(rows(folder.path(), new).len(), rows(folder.path(), old).len() + 1);

    let shrunken = of(&updated, Endpoint::Pit);
    assert_eq!(shrunken.changes.unwrap().removed, 1);
    assert_eq!(shrunken.rows as usize, stops.len(), "what is landed was given up");
    let aside = shrunken.kept_aside.unwrap();
    assert_eq!(rows(folder.path(), &aside).len(), stops.len() - 1);
    assert_eq!(rows(folder.path(), "pit_2024-12-08_Yas_Island_Race.json").len(), stops.len());
    let checked = verify(&landing(folder.path())).await.unwrap();
    assert_eq!((checked.problems.len(), checked.unlisted.len()), (0, 0), "{checked:?}");

    let before = sim.stats().data_requests;
    let still = run(&sim, folder.path(), later.clone()).await.unwrap();
    assert_eq!(still.sessions[0].status, SessionStatus::Skipped);
    assert_eq!(sim.stats().data_requests, before);

    let accepted =
        run(&sim, folder.path(), ExtractSettings { accept_shrink: true, ..later.clone() }).await.unwrap();
    assert_eq!(accepted.sessions[0].endpoints.len(), 1, "only what was kept aside is asked for");
    let pit = of(&accepted, Endpoint::Pit);
    assert_eq!((pit.rows as usize, pit.kept_aside), (stops.len() - 1, None));
    assert_eq!(rows(folder.path(), "pit_2024-12-08_Yas_Island_Race.v2.json").len(), stops.len() - 1);
    let again = run(&sim, folder.path(), ExtractSettings { accept_shrink: true, ..later }).await.unwrap();
    assert_eq!(again.sessions[0].status, SessionStatus::Skipped);
}

#[tokio::test(flavor = "multi_thread")]
async fn clock_set_back_is_reported_and_corrections_still_count_as_newer() {
    let mut config = thin();
    let folder = tempfile::tempdir().unwrap();
    let race = 9647;
    let plan = format!(
        "[[correction]]\nendpoint = \"laps\"\nsession_key = {race}\nafter_requests = 1\nop = \"set\"\n\
         match = {{ driver_number = 44, lap_number = 3 }}\nvalues = {{ lap_duration = 99.125 }}\n"
    );
    config.faults = FaultPlan::from_toml(&plan).unwrap();
    let sim = simulator(config).await;
    let (ahead, right) = (hours_after(folder.path(), race, 24 * 400), hours_after(folder.path(), race, 2));
    run(&sim, folder.path(), ahead).await.unwrap();
    let extracted = |text: String| {
        let manifest: Value = serde_json::from_str(&text).unwrap();
        let at = |value: &Value| value["extracted_at"].as_str().unwrap().parse::<Timestamp>().unwrap();
        (at(&manifest), at(&manifest["endpoints"]["laps"]))
    };
    let manifest = folder.path().join("_manifest/9647.json");
    let before = extracted(std::fs::read_to_string(&manifest).unwrap());

    let notes = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&notes);
    let progress: f1lake_extract::Progress = Arc::new(move |event| {
        if let f1lake_extract::Event::Note(note) = event {
            listener.lock().unwrap().push(note);
        }
    });
    let refresh = ExtractSettings { refresh: true, ..right };
    let extractor = Extractor::new(client(&sim), landing(folder.path()), refresh).unwrap();
    let report = extractor.run(progress, CancellationToken::new()).await.unwrap();
    assert_eq!(report.sessions[0].status, SessionStatus::Updated, "{report:#?}");
    let after = extracted(std::fs::read_to_string(&manifest).unwrap());
    assert!(before.0 < after.0 && before.1 < after.1, "{before:?}, {after:?}");
    let notes = notes.lock().unwrap();
    assert!(notes.iter().any(|note| note.contains("a clock was wrong")), "{notes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_has_the_sponsors_limits_and_keeps_them() {
    let mut config = thin();
    config.limits = SimLimits::Free;
    config.accounts = vec![openf1_sim::Account { username: "me".to_owned(), password: "secret".to_owned() }];
    let sim = simulator(config).await;
    let credentials = openf1_client::Credentials::new("me", "secret");
    // On loopback, a client has no limits unless set.
    let limits = Limits::default_for(openf1_client::DEFAULT_BASE_URL, true);
    assert_eq!(limits, Limits::SPONSOR);
    let client = OpenF1::builder()
        .base_url(sim.base_url())
        .limiter(RateLimiter::new(limits))
        .credentials(Some(credentials))
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    settings.selection.mode = Mode::Latest { sessions: 1 };
    settings.endpoints.retain(|endpoint| !endpoint.is_telemetry());
    settings.now = Some("2025-01-01T00:00:00Z".parse().unwrap());
    let extractor = Extractor::new(client, landing(folder.path()), settings).unwrap();
    let report = extractor.run(silent(), CancellationToken::new()).await.unwrap();
    assert_eq!(report.sessions[0].status, SessionStatus::Landed, "{report:#?}");
    let stats = sim.stats();
    assert!(stats.requests > 12 && stats.violations == 0, "{stats:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn telemetry_is_found_when_the_list_of_drivers_is_empty() {
    let mut config = thin();
    config.faults = FaultPlan::from_toml(
        "[[fault]]\nendpoint = \"drivers\"\nkind = \"status\"\nstatus = 404\nbody = '{\"detail\":\"No results found.\"}'\n",
    )
    .unwrap();
    let sim = simulator(config).await;
    let race = a_race(&sim).await;
    let folder = tempfile::tempdir().unwrap();
    let mut settings = by_key(folder.path(), race);
    settings.endpoints = [Endpoint::Location].into();
    let report = run(&sim, folder.path(), settings).await.unwrap();
    assert_eq!(report.sessions[0].status, SessionStatus::Landed, "{report:#?}");
    let drivers: BTreeSet<i64> = rows(folder.path(), "locations_2024-12-08_Yas_Island_Race.json")
        .iter()
        .map(|row| row["driver_number"].as_i64().unwrap())
        .collect();
    assert_eq!(drivers.len(), 20);
}
