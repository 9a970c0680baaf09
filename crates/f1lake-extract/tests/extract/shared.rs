//! Requests that several sessions share: fewer of them, and the same files.

use super::*;

/// Requests for the sessions and meetings of a season.
const CATALOGUE: u64 = 2;

/// The last two weekends of the generated season.
fn weekends(folder: &Path) -> ExtractSettings {
    let mut settings = settings(folder);
    settings.selection = Selection::year(2024).locations(["Yas Island", "Lusail"]);
    settings
}

/// Lands two weekends session by session.
async fn alone(sim: &Simulator, folder: &Path) -> (Vec<i64>, u64) {
    let extractor = Extractor::new(client(sim), Landing::memory(), weekends(folder)).unwrap();
    let keys: Vec<i64> =
        extractor.sessions().await.unwrap().sessions.iter().map(|session| session.session_key).collect();
    let before = sim.stats().requests;
    for key in &keys {
        let report = run(sim, folder, by_key(folder, *key)).await.unwrap();
        assert_eq!(report.sessions[0].status, SessionStatus::Landed, "{report:#?}");
    }
    (keys, sim.stats().requests - before)
}

fn all_landed(report: &RunReport) -> bool {
    report.sessions.iter().all(|session| session.status == SessionStatus::Landed)
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_that_share_requests_land_the_same_files_as_alone() {
    let sim = simulator(thin()).await;
    let [apart, together] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let (keys, many) = alone(&sim, apart.path()).await;
    let before = sim.stats().requests;
    let report = run(&sim, together.path(), weekends(together.path())).await.unwrap();
    assert!(all_landed(&report) && report.sessions.len() == keys.len(), "{report:#?}");
    let few = sim.stats().requests - before;
    assert!(few * 2 < many, "{few} requests instead of {many}");
    assert!(contents(together.path()) == contents(apart.path()), "files differ");

    let manifests = landing(together.path()).manifests().await.unwrap();
    let requests = &manifests[0].endpoints[&Endpoint::Laps].requests;
    assert_eq!(requests[0].query, format!("laps?session_key={}", manifests[0].session_key));
    assert!(requests[0].shared_by > 1, "{requests:?}");
    assert_eq!(run(&sim, together.path(), weekends(together.path())).await.unwrap().requests, CATALOGUE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_counts_the_requests_of_its_run() {
    let sim = simulator(thin()).await;
    let folder = tempfile::tempdir().unwrap();
    for telemetry in [false, true] {
        let mut settings = weekends(folder.path());
        settings.refresh = true;
        settings.max_drivers_per_request = Some(4);
        settings.endpoints.retain(|endpoint| telemetry || !endpoint.is_telemetry());
        let extractor = Extractor::new(client(&sim), landing(folder.path()), settings.clone()).unwrap();
        let plan = extractor.plan().await.unwrap();
        let report = run(&sim, folder.path(), settings).await.unwrap();
        assert_eq!(plan.requests as u64, report.requests, "{plan:#?}");
        assert!(plan.shared_requests > 10, "{plan:#?}");
    }
}

/// One session of a weekend cannot be had; the others land, and it tells why.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_fails_alone_does_not_fail_the_others() {
    let calm = simulator(thin()).await;
    let apart = tempfile::tempdir().unwrap();
    let (keys, _) = alone(&calm, apart.path()).await;
    let bad = keys[3];
    for (status, body) in [(503, "Service Unavailable"), (422, r#"{"detail":"too much data at once."}"#)] {
        let mut config = thin();
        config.faults = FaultPlan::from_toml(&format!(
            "[[fault]]\nendpoint = \"pit\"\nkind = \"status\"\nstatus = {status}\nbody = '{body}'\n\
             query_contains = \"session_key={bad}\"\n"
        ))
        .unwrap();
        let sim = simulator(config).await;
        let folder = tempfile::tempdir().unwrap();
        let report = run(&sim, folder.path(), weekends(folder.path())).await.unwrap();
        for session in &report.sessions {
            let expected = if session.session.session_key == bad {
                SessionStatus::Failed
            } else {
                SessionStatus::Landed
            };
            assert_eq!(session.status, expected, "{status}: {session:#?}");
        }
        let failed = report.sessions.iter().find(|session| session.session.session_key == bad).unwrap();
        let error = failed.error.as_ref().unwrap();
        assert!(error.contains("pit") && error.contains(&bad.to_string()), "{error}");
    }
}

/// The server sends rows of a session that was not requested, and rows without a session.
#[tokio::test(flavor = "multi_thread")]
async fn foreign_rows_are_refused_and_reported_unnamed_ones_make_sessions_ask_alone() {
    let calm = simulator(thin()).await;
    let apart = tempfile::tempdir().unwrap();
    let (keys, _) = alone(&calm, apart.path()).await;
    let mut plan = String::new();
    for (endpoint, more) in [("team_radio", r#"{"session_key":4711}"#), ("weather", "{}")] {
        let query: Vec<String> = keys.iter().map(|key| format!("session_key={key}")).collect();
        let url = format!("{}/{endpoint}?{}", calm.base_url(), query.join("&"));
        let body = get(url).await.text().await.unwrap();
        let body = format!("{},{more}]", body.strip_suffix(']').unwrap());
        plan += &format!(
            "[[fault]]\nendpoint = \"{endpoint}\"\nkind = \"status\"\nstatus = 200\nbody = '''{body}'''\ncount = 1\n"
        );
    }
    let mut config = thin();
    config.faults = FaultPlan::from_toml(&plan).unwrap();
    let sim = simulator(config).await;
    let folder = tempfile::tempdir().unwrap();
    let notes = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&notes);
    let progress: Progress = Arc::new(move |event| {
        if let Event::Note(note) = event {
            listener.lock().unwrap().push(note);
        }
    });
    let extractor = Extractor::new(client(&sim), landing(folder.path()), weekends(folder.path())).unwrap();
    let report = extractor.run(progress, CancellationToken::new()).await.unwrap();
    assert!(all_landed(&report), "{report:#?}");
    let notes = notes.lock().unwrap().join("\n");
    assert!(notes.contains("of session 4711, which was not requested; refused"), "{notes}");
    assert!(notes.contains("weather") && notes.contains("name no session"), "{notes}");
    assert!(contents(folder.path()) == contents(apart.path()), "files differ");
}

/// Random refusals, broken responses and kills: whatever was shared, split or resumed, the files are the same.
#[tokio::test(flavor = "multi_thread")]
async fn under_heavy_faults_shared_requests_land_the_same_files() {
    let calm = simulator(thin()).await;
    let apart = tempfile::tempdir().unwrap();
    let (keys, _) = alone(&calm, apart.path()).await;
    let rounds = std::env::var("SHARED_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let (mut random, mut all_runs) = (fastrand::Rng::with_seed(7), 0);
    for round in 0..rounds {
        let mut plan = format!("seed = {round}\n");
        for kind in ["cut", "wrong_length", "bad_gzip", "nan", "reset"] {
            plan += &format!("[[fault]]\nkind = \"{kind}\"\nprobability = 0.03\n");
        }
        plan += "[[fault]]\nkind = \"status\"\nstatus = 502\nbody = \"Bad Gateway\"\nprobability = 0.05\n";
        let mut config = thin();
        config.faults = FaultPlan::from_toml(&plan).unwrap();
        config.budget.max_rows = Some(random.usize(800..20_000));
        let sim = simulator(config).await;
        let folder = tempfile::tempdir().unwrap();
        let mut runs = 1;
        loop {
            let client = OpenF1::builder()
                .base_url(sim.base_url())
                .limiter(RateLimiter::new(Limits::unlimited()))
                .retry_delay(Duration::from_millis(1))
                .max_retries(2)
                .build()
                .unwrap();
            let cancel = CancellationToken::new();
            let stop = cancel.clone();
            let left = std::sync::atomic::AtomicI64::new(random.i64(5..200));
            let progress: Progress = Arc::new(move |event| {
                if matches!(event, Event::RequestDone { .. })
                    && left.fetch_sub(1, std::sync::atomic::Ordering::SeqCst) == 0
                {
                    stop.cancel();
                }
            });
            let mut settings = weekends(folder.path());
            settings.drivers_per_request = random.usize(1..8);
            let extractor = Extractor::new(client, landing(folder.path()), settings).unwrap();
            if let Ok(report) = extractor.run(progress, cancel).await
                && report.sessions.len() == keys.len()
                && report
                    .sessions
                    .iter()
                    .all(|session| matches!(session.status, SessionStatus::Landed | SessionStatus::Skipped))
            {
                break;
            }
            runs += 1;
            assert!(runs < 100, "round {round} never gets through");
        }
        all_runs += runs;
        assert!(contents(folder.path()) == contents(apart.path()), "round {round}: files differ");
        let checked = verify(&landing(folder.path())).await.unwrap();
        assert_eq!((checked.problems.len(), checked.unlisted.len()), (0, 0), "{checked:?}");
    }
    println!("{rounds} rounds, {all_runs} runs, no difference");
}

/// A steward's decision changes a result two and a half months later.
#[tokio::test(flavor = "multi_thread")]
async fn results_are_checked_daily_long_after_a_session_is_settled() {
    let calm = simulator(thin()).await;
    let apart = tempfile::tempdir().unwrap();
    let (keys, _) = alone(&calm, apart.path()).await;
    let race = *keys.last().unwrap();
    let mut config = thin();
    config.faults = FaultPlan::from_toml(&format!(
        "[[correction]]\nendpoint = \"session_result\"\nsession_key = {race}\nafter_requests = 2\nop = \"set\"\n\
         match = {{ position = 1 }}\nvalues = {{ points = 0.5 }}\n"
    ))
    .unwrap();
    let sim = simulator(config).await;
    let folder = tempfile::tempdir().unwrap();
    let day = |day: i64| {
        let start: Timestamp = "2025-03-01T00:00:00Z".parse().unwrap();
        let mut settings = weekends(folder.path());
        settings.endpoints.retain(|endpoint| !endpoint.is_telemetry());
        settings.now = Some(start + jiff::SignedDuration::from_hours(24 * day));
        settings
    };
    let statuses = |report: &RunReport| -> Vec<(i64, SessionStatus)> {
        report.sessions.iter().map(|session| (session.session.session_key, session.status)).collect()
    };
    assert!(all_landed(&run(&sim, folder.path(), day(0)).await.unwrap()));
    // Nothing is asked again on the same day, and without a difference no file or manifest changes.
    assert_eq!(run(&sim, folder.path(), day(0)).await.unwrap().requests, CATALOGUE);
    let mut noon = day(0);
    noon.now = noon.now.map(|now| now + jiff::SignedDuration::from_hours(12));
    assert_eq!(run(&sim, folder.path(), noon).await.unwrap().requests, CATALOGUE);
    let manifests = landing(folder.path()).manifests().await.unwrap();
    let checked = run(&sim, folder.path(), day(1)).await.unwrap();
    assert!((4..=9).contains(&checked.requests), "{checked:#?}");
    assert!(statuses(&checked).iter().all(|(_, status)| *status == SessionStatus::Skipped), "{checked:#?}");
    assert_eq!(landing(folder.path()).manifests().await.unwrap(), manifests);
    assert_eq!(run(&sim, folder.path(), day(1)).await.unwrap().requests, CATALOGUE);

    // A run that selects another session of the season finds the change.
    let mut other = day(2);
    other.selection = Selection::sessions([keys[0]]);
    let found = run(&sim, folder.path(), other.clone()).await.unwrap();
    assert_eq!(statuses(&found), [(keys[0], SessionStatus::Skipped), (race, SessionStatus::Updated)]);
    let result = found.sessions[1].endpoints.iter().find(|e| e.endpoint == Endpoint::SessionResult).unwrap();
    assert_eq!(result.changes.as_ref().unwrap().changed, 1, "{result:#?}");
    assert!(result.file.as_ref().unwrap().ends_with(".v2.json"), "{result:#?}");
    assert_eq!(run(&sim, folder.path(), other).await.unwrap().requests, 0);
    let never = ExtractSettings { recheck_results_hours: 0, ..day(30) };
    assert_eq!(run(&sim, folder.path(), never).await.unwrap().requests, CATALOGUE);
}

/// One driver has no telemetry in the response for several: the driver is asked for alone before that is believed.
#[tokio::test(flavor = "multi_thread")]
async fn missing_telemetry_is_asked_for_by_driver_before_it_is_believed() {
    let mut config = thin();
    config.faults = FaultPlan::from_toml(
        "[[fault]]\nendpoint = \"car_data\"\nkind = \"status\"\nstatus = 404\n\
         body = '{\"detail\":\"No results found.\"}'\nquery_contains = \"driver_number=44\"\n",
    )
    .unwrap();
    let sim = simulator(config).await;
    let race = a_race(&sim).await;
    let folder = tempfile::tempdir().unwrap();
    let mut settings = by_key(folder.path(), race);
    settings.endpoints = [Endpoint::Drivers, Endpoint::CarData].into();
    let report = run(&sim, folder.path(), settings).await.unwrap();
    assert!(all_landed(&report), "{report:#?}");
    let manifest = &landing(folder.path()).manifests().await.unwrap()[0];
    let empty: Vec<_> = manifest.endpoints[&Endpoint::CarData]
        .requests
        .iter()
        .filter(|request| request.outcome == Outcome::Empty)
        .map(|request| (request.query.clone(), request.shared_by))
        .collect();
    assert_eq!(empty, [(format!("car_data?session_key={race}&driver_number=44"), 1)]);
    let drivers: BTreeSet<i64> = rows(folder.path(), "car_data_2024-12-08_Yas_Island_Race.json")
        .iter()
        .map(|row| row["driver_number"].as_i64().unwrap())
        .collect();
    assert_eq!(drivers.len(), 19, "the others of its group are asked for too");
}

/// Groups grow while responses are quick, and the next run begins with what was learned.
#[tokio::test(flavor = "multi_thread")]
async fn groups_of_drivers_grow_and_are_remembered() {
    let mut config = thin();
    config.budget.max_rows = None;
    let sim = simulator(config).await;
    let race = a_race(&sim).await;
    let folder = tempfile::tempdir().unwrap();
    let mut settings = by_key(folder.path(), race);
    settings.refresh = true;
    let mut requests = Vec::new();
    for most in [Some(4), None, None, None] {
        settings.max_drivers_per_request = most;
        requests.push(run(&sim, folder.path(), settings.clone()).await.unwrap().requests);
    }
    assert_eq!(requests, [27, 23, 21, 19]);
}
