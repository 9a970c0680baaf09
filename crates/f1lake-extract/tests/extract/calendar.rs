//! The season's calendar, which lands with each session, and the requests it needs.

use super::*;
use serde_json::json;

fn catalogue_only(folder: &Path, session_keys: Vec<i64>, meeting_keys: Vec<i64>) -> ExtractSettings {
    let mut settings = settings(folder);
    settings.selection.mode = Mode::Keys { session_keys, meeting_keys };
    settings.endpoints = [Endpoint::Sessions, Endpoint::Meetings].into();
    settings
}

/// The calendar that landed with the only session of a zone, or with the named one.
fn landed(folder: &Path, name: &str) -> [Value; 3] {
    let row = rows(folder, &format!("meetings_{name}.json")).remove(0);
    ["season_meetings", "season_races", "season_sprints"].map(|field| row[field].clone())
}

fn keys(list: &Value) -> Vec<Option<i64>> {
    list.as_array().unwrap().iter().map(Value::as_i64).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_selection_lands_the_same_rounds_without_cancelled_ones() {
    let sim = simulator(generated()).await;
    let race = a_race(&sim).await;
    let served = async |what: &str| -> Vec<Value> {
        let url = format!("{}/{what}", sim.base_url());
        get(url).await.json().await.unwrap()
    };
    let mut races = served("sessions?year=2024&session_name=Race&is_cancelled=false").await;
    races.sort_by_key(|race| race["date_start"].as_str().unwrap().to_owned());
    let sprints = served("sessions?year=2024&session_name=Sprint&is_cancelled=false").await;
    let called_off = served("sessions?year=2024&session_name=Race&is_cancelled=true").await;
    assert!(!sprints.is_empty() && !called_off.is_empty(), "nothing to tell apart");

    let mut found = BTreeSet::new();
    let modes: [&dyn Fn(&mut Selection); 3] = [
        &|s| s.mode = Mode::Keys { session_keys: vec![race], meeting_keys: vec![] },
        &|s| (s.mode, s.locations) = (Mode::Year { year: 2024 }, vec!["Yas Island".to_owned()]),
        &|s| (s.mode, s.until) = (Mode::Latest { sessions: 1 }, Some("2024-12-31".parse().unwrap())),
    ];
    for choose in modes {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = catalogue_only(folder.path(), Vec::new(), Vec::new());
        choose(&mut settings.selection);
        run(&sim, folder.path(), settings).await.unwrap();
        let [meetings, landed_races, landed_sprints] = landed(folder.path(), "2024-12-08_Yas_Island_Race");
        let expected = |field: &str| races.iter().map(|race| race[field].as_i64()).collect::<Vec<_>>();
        assert_eq!(keys(&meetings), expected("meeting_key"));
        assert_eq!(keys(&landed_races), expected("session_key"));
        let with_sprint: Vec<_> = keys(&landed_sprints).into_iter().flatten().collect();
        assert_eq!(with_sprint.len(), sprints.len());
        for sprint in &sprints {
            let round =
                keys(&meetings).iter().position(|key| *key == sprint["meeting_key"].as_i64()).unwrap();
            assert_eq!(landed_sprints[round], sprint["session_key"]);
        }
        found.insert(meetings.to_string());
    }
    assert_eq!(found.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_of_one_season_takes_three_requests_however_many_sessions_are_named() {
    let sim = simulator(generated()).await;
    let of_year: Vec<Value> =
        get(format!("{}/sessions?year=2024&session_name=Race", sim.base_url())).await.json().await.unwrap();
    let held: Vec<&Value> = of_year.iter().filter(|session| session["is_cancelled"] == false).collect();
    let all = |field: &str, from: usize, to: usize| -> Vec<i64> {
        held[from..to].iter().map(|session| session[field].as_i64().unwrap()).collect()
    };
    for (session_keys, meeting_keys, landed) in [
        (all("session_key", 0, 1), vec![], 1),
        (all("session_key", 0, 6), vec![], 6),
        (vec![], all("meeting_key", 0, 1), 5),
        (all("session_key", 0, 1), all("meeting_key", 1, 2), 6),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let before = sim.stats().requests;
        let settings = catalogue_only(folder.path(), session_keys, meeting_keys);
        let report = run(&sim, folder.path(), settings).await.unwrap();
        assert_eq!(report.sessions.len(), landed, "{report:#?}");
        assert_eq!(sim.stats().requests - before, 3);
    }
}

fn session(key: i64, meeting: i64, name: &str, day: &str) -> Value {
    json!({
        "session_key": key, "meeting_key": meeting, "session_name": name, "session_type": "Race", "year": 2024,
        "location": "Monza", "date_start": format!("2024-{day}T13:00:00+00:00"),
        "date_end": format!("2024-{day}T15:00:00+00:00")
    })
}

async fn recorded(folder: &Path, sessions: &[Value], meetings: &[Value]) -> Simulator {
    let recorded = folder.join("recorded");
    std::fs::create_dir_all(&recorded).unwrap();
    std::fs::write(recorded.join("sessions.json"), serde_json::to_vec(sessions).unwrap()).unwrap();
    std::fs::write(recorded.join("meetings.json"), serde_json::to_vec(meetings).unwrap()).unwrap();
    replayed(recorded).await
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_missing_from_their_year_are_requested_by_key() {
    let folder = tempfile::tempdir().unwrap();
    let mut undated = session(2, 20, "Race", "09-01");
    undated.as_object_mut().unwrap().shift_remove("year");
    let meetings = [json!({"meeting_key": 10, "year": 2024}), json!({"meeting_key": 20})];
    let sim = recorded(folder.path(), &[session(1, 10, "Race", "03-02"), undated], &meetings).await;
    run(&sim, folder.path(), catalogue_only(folder.path(), vec![2], vec![])).await.unwrap();
    let [meetings, races, sprints] = landed(folder.path(), "2024-09-01_Monza_Race");
    assert_eq!([meetings, races, sprints], [json!([10, 20]), json!([1, 2]), json!([null, null])]);
    let manifest = &landing(folder.path()).manifests().await.unwrap()[0];
    let asked = |endpoint| manifest.endpoints[&endpoint].requests[0].query.clone();
    assert_eq!(asked(Endpoint::Meetings), "meetings?meeting_key=20");
    assert_eq!(asked(Endpoint::Sessions), "sessions?meeting_key=20");
}

#[tokio::test(flavor = "multi_thread")]
async fn calendar_change_updates_the_meeting_without_requests() {
    let folder = tempfile::tempdir().unwrap();
    let first = [session(1, 10, "Race", "03-02"), session(3, 30, "Race", "10-02")];
    let mut called_off = first.clone();
    called_off[1]["is_cancelled"] = true.into();
    let meetings = [json!({"meeting_key": 10, "year": 2024}), json!({"meeting_key": 30, "year": 2024})];
    let mut ends = Vec::new();
    for (now, sessions) in [
        ("2024-03-03T00:00:00Z", &first),
        ("2024-03-12T00:00:00Z", &called_off),
        ("2024-04-20T00:00:00Z", &called_off),
        ("2024-04-21T00:00:00Z", &first),
    ] {
        let sim = recorded(folder.path(), sessions, &meetings).await;
        let mut settings = catalogue_only(folder.path(), vec![1], vec![]);
        settings.now = Some(now.parse().unwrap());
        let report = run(&sim, folder.path(), settings).await.unwrap();
        ends.push((report.sessions[0].status, sim.stats().requests));
    }
    use SessionStatus::{Landed, Skipped, Unchanged, Updated};
    assert_eq!(ends, [(Landed, 3), (Updated, 3), (Unchanged, 3), (Skipped, 0)]);
    assert_eq!(landed(folder.path(), "2024-03-02_Monza_Race")[0], json!([10, 30]));
    assert_eq!(landed(folder.path(), "2024-03-02_Monza_Race.v2")[0], json!([10]));
}
