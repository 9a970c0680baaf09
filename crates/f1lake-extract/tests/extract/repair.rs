//! Lost or damaged landed files are restored; files of other runs or versions are left alone.

use super::*;

/// A race with a few small endpoints, landed.
struct Landed {
    sim: Simulator,
    folder: tempfile::TempDir,
    race: i64,
}

const LAPS: &str = "laps_2024-12-08_Yas_Island_Race.json";
const PIT: &str = "pit_2024-12-08_Yas_Island_Race.json";

impl Landed {
    async fn new() -> Self {
        let sim = simulator(generated()).await;
        let race = a_race(&sim).await;
        let landed = Self { sim, folder: tempfile::tempdir().unwrap(), race };
        let report = landed.run(landed.settings()).await;
        assert_eq!(report.sessions[0].status, SessionStatus::Landed, "{report:#?}");
        landed
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn settings(&self) -> ExtractSettings {
        let mut settings = by_key(self.path(), self.race);
        settings.endpoints = [Endpoint::Laps, Endpoint::Pit, Endpoint::Weather].into();
        settings
    }

    async fn run(&self, settings: ExtractSettings) -> RunReport {
        run(&self.sim, self.path(), settings).await.unwrap()
    }

    async fn repair(&self) -> RepairReport {
        let extractor = Extractor::new(client(&self.sim), landing(self.path()), self.settings()).unwrap();
        extractor.repair(silent(), CancellationToken::new()).await.unwrap()
    }

    async fn problems(&self) -> Vec<String> {
        let report = verify(&landing(self.path())).await.unwrap();
        report.problems.into_iter().map(|problem| problem.file).collect()
    }

    fn bytes(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.path().join(file)).unwrap()
    }

    /// One file is lost, another damaged.
    fn damage(&self) {
        std::fs::remove_file(self.path().join(LAPS)).unwrap();
        std::fs::write(self.path().join(PIT), "[\n]\n").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refresh_restores_lost_and_damaged_files() {
    let landed = Landed::new().await;
    let before = [LAPS, PIT].map(|file| landed.bytes(file));
    landed.damage();
    assert_eq!(landed.problems().await, [LAPS, PIT]);
    let report = landed.run(ExtractSettings { refresh: true, ..landed.settings() }).await;
    assert_eq!(report.sessions[0].status, SessionStatus::Updated, "{report:#?}");
    assert_eq!(landed.problems().await, [""; 0]);
    assert_eq!([LAPS, PIT].map(|file| landed.bytes(file)), before, "not under their names");
    let aside = files(&landed.path().join("_aside"));
    assert!(aside.len() == 1 && aside[0].starts_with("damaged.") && aside[0].ends_with(PIT), "{aside:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn repair_requests_only_damaged_endpoints() {
    let landed = Landed::new().await;
    let before = [LAPS, PIT].map(|file| landed.bytes(file));
    let asked = landed.sim.stats().data_requests;
    assert_eq!(landed.repair().await, RepairReport::default(), "nothing was damaged");
    landed.damage();
    let report = landed.repair().await;
    assert_eq!((report.found.len(), report.left.len()), (2, 0), "{report:#?}");
    assert_eq!(landed.sim.stats().data_requests - asked, 2);
    assert_eq!([LAPS, PIT].map(|file| landed.bytes(file)), before);
    assert_eq!(landed.problems().await, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn repair_lands_the_session_of_a_damaged_manifest_again() {
    let landed = Landed::new().await;
    let manifest = format!("_manifest/{}.json", landed.race);
    let before = landed.bytes(LAPS);
    std::fs::write(landed.path().join(&manifest), "{\"manifest_version\": 1, \"sess").unwrap();
    let stopped = run(&landed.sim, landed.path(), landed.settings()).await.unwrap_err().to_string();
    assert!(stopped.contains(&manifest) && stopped.contains("f1lake repair"), "{stopped}");
    assert_eq!(landed.problems().await, [manifest]);
    let report = landed.repair().await;
    assert_eq!(report.left, [], "{report:#?}");
    assert_eq!(landed.bytes(LAPS), before);
    let checked = verify(&landing(landed.path())).await.unwrap();
    assert!(checked.problems.is_empty() && checked.unlisted.is_empty(), "{checked:#?}");
    assert_eq!(files(&landed.path().join("_aside")).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn manifests_of_a_newer_version_are_refused_and_kept() {
    let landed = Landed::new().await;
    let manifest = landed.path().join(format!("_manifest/{}.json", landed.race));
    // Whatever other fields differ.
    let newer = format!(r#"{{"manifest_version": 2, "session": {}}}"#, landed.race);
    std::fs::write(&manifest, &newer).unwrap();
    let refused = run(&landed.sim, landed.path(), landed.settings()).await.unwrap_err().to_string();
    let looked = verify(&landing(landed.path())).await.unwrap_err().to_string();
    for told in [refused, looked] {
        assert!(
            told.contains(&format!("_manifest/{}.json was written by a newer f1lake", landed.race)),
            "{told}"
        );
        assert!(told.contains("use that version"), "{told}");
    }
    assert_eq!(std::fs::read_to_string(&manifest).unwrap(), newer);
}

#[tokio::test(flavor = "multi_thread")]
async fn unavailable_session_does_not_stop_the_others() {
    let sim = simulator(generated()).await;
    let race = a_race(&sim).await;
    let folder = tempfile::tempdir().unwrap();
    let mut settings = by_key(folder.path(), race);
    settings.endpoints = [Endpoint::Weather].into();
    settings.selection.mode =
        Mode::Keys { session_keys: vec![999_999_999, race], meeting_keys: vec![888_888] };
    let extractor = Extractor::new(client(&sim), landing(folder.path()), settings.clone()).unwrap();
    let plan = extractor.plan().await.unwrap();
    assert_eq!(plan.sessions.len(), 3, "{plan:#?}");
    let report = run(&sim, folder.path(), settings.clone()).await.unwrap();
    let became: Vec<_> = report.sessions.iter().map(|session| session.status).collect();
    assert_eq!(became, [SessionStatus::Landed, SessionStatus::Failed, SessionStatus::Failed], "{report:#?}");
    let told: Vec<_> = report.sessions.iter().filter_map(|session| session.error.clone()).collect();
    assert!(told[0].contains("has no session 999999999") && told[1].contains("meeting 888888"), "{told:?}");

    settings.selection.mode = Mode::Keys { session_keys: vec![999_999_999], meeting_keys: Vec::new() };
    let alone = run(&sim, folder.path(), settings).await.unwrap_err();
    assert!(matches!(alone, ExtractError::Settings(_)), "{alone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_keys_are_requested_in_chunks() {
    let sim = simulator(generated()).await;
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    settings.selection.mode = Mode::Year { year: 2024 };
    let extractor = Extractor::new(client(&sim), Landing::memory(), settings.clone()).unwrap();
    let selected = extractor.sessions().await.unwrap().sessions;
    let keys: Vec<i64> = selected.iter().map(|session| session.session_key).collect();
    assert!(keys.len() > 100, "{}", keys.len());
    settings.selection.mode = Mode::Keys { session_keys: keys.clone(), meeting_keys: Vec::new() };
    let before = sim.stats().requests;
    let chosen = Extractor::new(client(&sim), Landing::memory(), settings).unwrap().sessions().await.unwrap();
    assert_eq!(chosen.sessions.len(), keys.len());
    // Sessions in chunks of 50, then the sessions and meetings of their year.
    let requests = sim.stats().requests - before;
    assert_eq!(requests, keys.len().div_ceil(50) as u64 + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn plan_distinguishes_not_due_from_settled() {
    let landed = Landed::new().await;
    let reason = |settings: ExtractSettings| async {
        let extractor = Extractor::new(client(&landed.sim), landing(landed.path()), settings).unwrap();
        extractor.plan().await.unwrap().sessions[0].reason.clone()
    };
    assert_eq!(reason(landed.settings()).await, "settled");
    // Landed two days after the session, and checked right afterwards.
    let folder = tempfile::tempdir().unwrap();
    let mut settings = hours_after(folder.path(), landed.race, 48);
    settings.endpoints = [Endpoint::Weather].into();
    run(&landed.sim, folder.path(), settings.clone()).await.unwrap();
    let extractor = Extractor::new(client(&landed.sim), landing(folder.path()), settings).unwrap();
    let plan = extractor.plan().await.unwrap();
    assert_eq!(plan.sessions[0].reason, "landed; not yet due for a re-check");
    assert_eq!(plan.requests, 0);
}
