//! Every network fault and its outcome; a live session that locks history.

use super::*;
use openf1_client::FakeClock;
use openf1_sim::{FAULT_KINDS, LiveWindow};

/// Outcome of a permanent fault.
enum Forever {
    /// The session lands, byte for byte the same.
    Same,
    /// The session lands, and the endpoint has no rows.
    Empty,
    /// The session does not land, and its error contains this text.
    Failed(&'static str),
    /// The session does not land because history is locked.
    Locked,
}

/// A fault, the rest of its plan, and its outcome when it is permanent. Each one is also injected twice and
/// then stops: then the session lands byte for byte the same, unless the response [`is_final`].
const OUTCOMES: [(&str, &str, Forever); 19] = [
    ("status", "status = 429\nretry_after = '0'", Forever::Failed("HTTP 429")),
    ("status", "status = 429\nretry_after = 'soon'", Forever::Failed("HTTP 429")),
    ("status", "status = 500", Forever::Failed("HTTP 500")),
    ("status", "status = 502\nbody = '<html>Bad Gateway</html>'", Forever::Failed("HTTP 502")),
    ("status", "status = 503", Forever::Failed("HTTP 503")),
    ("status", "status = 504", Forever::Failed("HTTP 504")),
    ("status", "status = 403", Forever::Failed("refused the login")),
    ("status", "status = 404\nbody = '<html>Not Found</html>'", Forever::Failed("HTTP 404")),
    ("status", "status = 404\nbody = '{\"detail\":\"No results found.\"}'", Forever::Empty),
    ("status", "status = 401\nbody = '{\"detail\":\"Live F1 session in progress.\"}'", Forever::Locked),
    ("delay", "delay_ms = 200", Forever::Same),
    ("stall", "", Forever::Failed("no response after")),
    ("cut", "", Forever::Failed("no response after")),
    ("wrong_length", "", Forever::Failed("no response after")),
    ("bad_gzip", "", Forever::Failed("no response after")),
    ("html", "", Forever::Failed("not a list of rows")),
    ("object", "", Forever::Failed("not a list of rows")),
    ("nan", "", Forever::Failed("not a list of rows")),
    ("reset", "", Forever::Failed("no response after")),
];

/// Kinds that cannot be permanent: duplicate rows always land once.
const ALWAYS_SAME: [&str; 1] = ["duplicate_rows"];

/// Responses that are final, so the same run does not request them again.
fn is_final(details: &str) -> bool {
    ["403", "404", "401"].iter().any(|status| details.contains(&format!("status = {status}")))
}

/// A client that gives up early and does not wait between attempts.
fn impatient(sim: &Simulator) -> OpenF1 {
    OpenF1::builder()
        .base_url(sim.base_url())
        .limiter(RateLimiter::with_clock(Limits::unlimited(), Arc::new(FakeClock::at(0))))
        .retry_delay(Duration::from_millis(2))
        .max_retries(2)
        .timeout(Duration::from_secs(1))
        .build()
        .unwrap()
}

/// A race without telemetry.
fn small(folder: &Path, race: i64) -> ExtractSettings {
    let mut settings = by_key(folder, race);
    settings.endpoints =
        [Endpoint::Sessions, Endpoint::Drivers, Endpoint::Laps, Endpoint::Pit, Endpoint::Stints].into();
    settings
}

async fn extract(sim: &Simulator, folder: &Path, race: i64) -> Result<RunReport, ExtractError> {
    Extractor::new(impatient(sim), landing(folder), small(folder, race))
        .unwrap()
        .run(silent(), CancellationToken::new())
        .await
}

async fn with_faults(plan: &str) -> Simulator {
    let mut config = thin();
    config.faults = FaultPlan::from_toml(plan).unwrap_or_else(|error| panic!("{plan}: {error}"));
    simulator(config).await
}

/// The race, and what lands of it without faults.
async fn calm() -> (i64, Vec<(String, Vec<u8>)>) {
    let sim = simulator(thin()).await;
    let race = a_race(&sim).await;
    let folder = tempfile::tempdir().unwrap();
    extract(&sim, folder.path(), race).await.unwrap();
    let expected = contents(folder.path());
    assert_eq!(expected.len(), 5);
    (race, expected)
}

#[test]
fn every_kind_of_fault_has_a_stated_outcome() {
    let stated: BTreeSet<&str> = OUTCOMES.iter().map(|(kind, ..)| *kind).chain(ALWAYS_SAME).collect();
    assert_eq!(stated, BTreeSet::from(FAULT_KINDS));
}

#[tokio::test(flavor = "multi_thread")]
async fn recovers_from_every_temporary_fault() {
    let (race, expected) = calm().await;
    let passing = OUTCOMES.iter().map(|(kind, details, _)| (*kind, *details));
    let passing = passing.filter(|(_, details)| !is_final(details)).chain(ALWAYS_SAME.map(|kind| (kind, "")));
    for (kind, details) in passing {
        let sim =
            with_faults(&format!("[[fault]]\nkind = '{kind}'\nendpoint = 'pit'\ncount = 2\n{details}")).await;
        let folder = tempfile::tempdir().unwrap();
        let report = extract(&sim, folder.path(), race).await.unwrap();
        assert_eq!(report.sessions[0].status, SessionStatus::Landed, "{kind} {details}: {report:#?}");
        assert!(sim.stats().faults >= 1, "{kind} {details} was not played");
        assert!(contents(folder.path()) == expected, "{kind} {details}: files differ");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn permanent_faults_have_the_expected_outcome() {
    let (race, expected) = calm().await;
    let same = ALWAYS_SAME.map(|kind| (kind, "", Forever::Same));
    for (kind, details, outcome) in OUTCOMES.into_iter().chain(same) {
        let sim = with_faults(&format!("[[fault]]\nkind = '{kind}'\nendpoint = 'pit'\n{details}")).await;
        let folder = tempfile::tempdir().unwrap();
        let report = extract(&sim, folder.path(), race).await.unwrap();
        let session = &report.sessions[0];
        let told = format!("{kind} {details}: {report:#?}");
        let landed = contents(folder.path());
        match outcome {
            Forever::Same => {
                assert_eq!(session.status, SessionStatus::Landed, "{told}");
                assert!(landed == expected, "{told}");
            }
            Forever::Empty => {
                assert_eq!(session.status, SessionStatus::Landed, "{told}");
                let others: Vec<_> =
                    expected.iter().filter(|(name, _)| !name.starts_with("pit_")).cloned().collect();
                assert!(landed == others, "{told}");
            }
            Forever::Failed(words) => {
                assert_eq!(session.status, SessionStatus::Failed, "{told}");
                let error = session.error.as_deref().unwrap_or_default();
                assert!(error.contains("pit?") && error.contains(words), "{told}");
                assert!(landed.is_empty(), "{told}");
            }
            Forever::Locked => {
                assert_eq!(session.status, SessionStatus::Locked, "{told}");
                assert!(landed.is_empty(), "{told}");
            }
        }
        let stats = sim.stats();
        assert!(stats.faults >= 1, "{told}");
        // Whether smaller requests help is tried with one part, not with all.
        assert!(stats.data_requests < 120, "{} requests: {told}", stats.data_requests);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_lands_with_20_percent_of_responses_broken() {
    let (race, expected) = calm().await;
    for seed in 0..3 {
        let mut plan = format!("seed = {seed}\n");
        for kind in FAULT_KINDS.iter().filter(|kind| **kind != "stall") {
            let details = match *kind {
                "status" => "status = 503\n",
                "delay" => "delay_ms = 50\n",
                _ => "",
            };
            plan += &format!("[[fault]]\nkind = '{kind}'\nprobability = 0.022\n{details}");
        }
        let sim = with_faults(&plan).await;
        let folder = tempfile::tempdir().unwrap();
        let client = OpenF1::builder()
            .base_url(sim.base_url())
            .limiter(RateLimiter::new(Limits::unlimited()))
            .retry_delay(Duration::from_millis(2))
            .build()
            .unwrap();
        let mut settings = by_key(folder.path(), race);
        settings.endpoints = small(folder.path(), race).endpoints;
        let extractor = Extractor::new(client, landing(folder.path()), settings).unwrap();
        let report = extractor.run(silent(), CancellationToken::new()).await.unwrap();
        assert_eq!(report.sessions[0].status, SessionStatus::Landed, "seed {seed}: {report:#?}");
        assert!(contents(folder.path()) == expected, "seed {seed}: files differ");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn run_waits_until_a_lock_ends() {
    let (race, expected) = calm().await;
    let mut config = thin();
    config.live = vec![LiveWindow { from: Duration::ZERO, until: Duration::from_millis(900) }];
    let sim = simulator(config).await;
    let folder = tempfile::tempdir().unwrap();
    let mut settings = small(folder.path(), race);
    settings.on_locked = OnLocked::Wait;
    settings.locked_poll = Duration::from_millis(200);
    let started = std::time::Instant::now();
    let extractor = Extractor::new(impatient(&sim), landing(folder.path()), settings).unwrap();
    let report = extractor.run(silent(), CancellationToken::new()).await.unwrap();
    assert_eq!(report.sessions[0].status, SessionStatus::Landed, "{report:#?}");
    assert!(started.elapsed() >= Duration::from_millis(600), "it did not wait");
    assert!(contents(folder.path()) == expected, "files differ");
}

#[tokio::test(flavor = "multi_thread")]
async fn lock_during_a_run_stops_it_and_the_next_run_fetches_the_rest() {
    let (race, expected) = calm().await;
    // Half of the responses arrived before the session went live.
    let sim = with_faults(
        "[[fault]]\nkind = 'status'\nstatus = 401\nbody = '{\"detail\":\"Live F1 session in progress.\"}'\n\
         endpoint = 'stints'\ncount = 1",
    )
    .await;
    let folder = tempfile::tempdir().unwrap();
    let mut settings = small(folder.path(), race);
    settings.max_workers = 1;
    let run = || Extractor::new(impatient(&sim), landing(folder.path()), settings.clone()).unwrap();
    let first = run().run(silent(), CancellationToken::new()).await.unwrap();
    assert_eq!(first.sessions[0].status, SessionStatus::Locked, "{first:#?}");
    assert!(contents(folder.path()).is_empty(), "landed in part");
    let second = run().run(silent(), CancellationToken::new()).await.unwrap();
    assert_eq!(second.sessions[0].status, SessionStatus::Landed, "{second:#?}");
    assert!(contents(folder.path()) == expected, "files differ");
    // Four responses and the refused one; no request is sent twice.
    assert_eq!(sim.stats().data_requests, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn leftover_responses_of_a_landed_session_are_not_reused() {
    let sim = simulator(thin()).await;
    let race = a_race(&sim).await;
    let folder = tempfile::tempdir().unwrap();
    // The staging state just before the manifest is written: one endpoint fails, and the others stay staged.
    let broken = with_faults("[[fault]]\nkind = 'status'\nstatus = 500\nendpoint = 'stints'").await;
    extract(&broken, folder.path(), race).await.unwrap();
    let staging = folder.path().join(format!("_work/staging/{race}"));
    let kept = tempfile::tempdir().unwrap();
    let names: Vec<_> =
        std::fs::read_dir(&staging).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.len() >= 3, "{names:?}");
    for name in &names {
        std::fs::copy(staging.join(name), kept.path().join(name)).unwrap();
    }
    extract(&sim, folder.path(), race).await.unwrap();
    assert!(!staging.exists());
    // The interruption: the session is landed, its staging still exists, and a manifest was being written.
    std::fs::create_dir_all(&staging).unwrap();
    for name in &names {
        std::fs::copy(kept.path().join(name), staging.join(name)).unwrap();
    }
    std::fs::write(folder.path().join("_manifest/.tmp-cut"), "{").unwrap();
    let before = sim.stats().data_requests;
    let mut settings = small(folder.path(), race);
    settings.refresh = true;
    run(&sim, folder.path(), settings).await.unwrap();
    assert_eq!(sim.stats().data_requests - before, 4, "a refresh took old answers");
    assert!(!staging.exists() && !folder.path().join("_manifest/.tmp-cut").exists());
}
