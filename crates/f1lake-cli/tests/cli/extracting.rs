//! Extracts: modes, interruptions, exit codes, limits.

use crate::program::{CANARY, Place, QUALIFYING, RACE, Simulated, ended, recorded};
use serde_json::Value;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

#[test]
fn a_recorded_race_lands_as_it_was_served_and_is_not_asked_for_again() {
    let Some(folder) = recorded() else { return };
    let place = Place::new();
    let server = Simulated::start(&place, &["--replay", folder.to_str().unwrap(), "--limits", "none"]);
    let extract = ["extract", "--session-key", "9488", "--out", "out"];
    let first = place.run_fast(&server, &extract);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert_eq!(place.rows("out/laps_2024-03-24_Melbourne_Race.json").len(), 998);
    assert_eq!(place.rows("out/pit_2024-03-24_Melbourne_Race.json").len(), 36);
    assert!(!place.rows("out/starting_grid_2024-03-24_Melbourne_Race.json").is_empty());
    let asked = server.count("requests");
    let second = place.run_fast(&server, &extract);
    assert_eq!(second.code, 0);
    assert_eq!(server.count("requests"), asked, "a settled session was asked for again");
    assert!(second.stdout.contains("skipped"));
}

#[test]
fn each_mode_chooses_its_sessions() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none", "--seasons", "2023,2024"]);
    let run = |arguments: &[&str], out: &str| {
        let mut all = vec!["extract", "--endpoints", "sessions,weather", "--out", out];
        all.extend(arguments);
        let ended = place.run_fast(&server, &all);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        place.files(out).into_iter().filter(|name| name.starts_with("sessions_")).collect::<Vec<_>>()
    };
    let latest = run(&["--mode", "latest", "--num-sessions", "2"], "latest");
    assert_eq!(
        latest,
        ["sessions_2024-12-07_Yas_Island_Qualifying.json", "sessions_2024-12-08_Yas_Island_Race.json"]
    );
    let row = &place.rows("latest/sessions_2024-12-08_Yas_Island_Race.json")[0];
    assert_eq!((&row["session_name"], &row["batch_day"]), (&Value::from("Race"), &Value::from("2024-12-08")));
    let year = run(&["--mode", "year", "--year", "2023", "--session-type", "Race"], "year");
    assert!(year.len() >= 22 && year.iter().all(|name| name.contains("_2023-")), "{year:?}");
    place.write("f1lake.toml", "fetch_mode = \"manual\"\nmanual_batch_days = [\"2024-12-07\"]\n");
    let manual = run(&["--mode", "manual"], "manual");
    assert_eq!(manual.len(), 2, "{manual:?}");
    assert!(manual.iter().all(|name| name.contains("_2024-12-07_")));
    let listed =
        place.run_fast(&server, &["sessions", "--year", "2024", "--country", "uae", "--output", "json"]);
    let listed: Vec<Value> = serde_json::from_str(&listed.stdout).unwrap();
    assert!(
        listed.iter().all(|session| session["location"] == "Yas Island") && listed.len() == 5,
        "{listed:?}"
    );
}

#[test]
fn plan_matches_the_extract_and_creates_no_folder() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none", "--max-rows", "10000000"]);
    let planned = place.run_fast(&server, &["plan", "--session-key", RACE, "--output", "json"]);
    assert_eq!(planned.code, 0, "{}", planned.stderr);
    assert!(place.files(".").is_empty(), "a plan made {:?}", place.files("."));
    let plan: Value = serde_json::from_str(&planned.stdout).unwrap();
    let expected = plan["requests"].as_u64().unwrap();
    assert!((10..=30).contains(&expected), "{plan}");
    let before = server.count("requests");
    let ended = place.run_fast(&server, &["extract", "--session-key", RACE]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(server.count("requests") - before, expected);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_cleanly_and_the_next_run_resumes() {
    let place = Place::new();
    // Slow responses, so that the signal arrives in the middle.
    place.write("slow.toml", "[[fault]]\nkind = \"delay\"\ndelay_ms = 300\n");
    let server = Simulated::start(&place, &["--limits", "none", "--faults", "slow.toml"]);
    let extract = ["extract", "--session-key", RACE, "--out", "out"];
    let child = place.fast(&server, &extract).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let enough = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while server.count("data_requests") < 8 {
        assert!(std::time::Instant::now() < enough, "the extract asked for nothing");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let signalled = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(signalled.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(place.files("out").is_empty(), "landed in part: {:?}", place.files("out"));
    let unfinished = place.run(&["status", "--out", "out"]);
    assert!(unfinished.stderr.contains("1 unfinished"), "{}", unfinished.stderr);

    let asked = server.count("data_requests");
    let resumed = place.run_fast(&server, &extract);
    assert_eq!(resumed.code, 0, "{}", resumed.stderr);
    assert!(server.count("data_requests") - asked < 25, "it started over");
    assert_eq!(place.run(&["verify", "--out", "out"]).code, 0);
}

#[cfg(unix)]
#[test]
fn a_killed_run_costs_the_requests_in_flight() {
    let place = Place::new();
    place.write("slow.toml", "[[fault]]\nkind = \"delay\"\ndelay_ms = 150\n");
    let server = Simulated::start(&place, &["--limits", "none", "--faults", "slow.toml"]);
    let small = "sessions,drivers,laps,position,stints,session_result,intervals,overtakes,pit,race_control,\
                 team_radio,weather,starting_grid,championship_drivers,championship_teams";
    let extract = ["extract", "--session-key", RACE, "--endpoints", small, "--out", "out"];
    let mut killed = 0;
    // Killed repeatedly, each time a little later, until it completes.
    let ended = loop {
        let mut child =
            place.fast(&server, &extract).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let until = server.count("data_requests") + 4;
        let ended = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if server.count("data_requests") >= until {
                break None;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        };
        if let Some(status) = ended {
            break status;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        killed += 1;
        assert!(killed < 14, "it gets nowhere");
    };
    assert!(ended.success() && killed > 0, "killed {killed} times, then {ended}");
    // 14 responses are needed; each kill costs at most the three requests in flight.
    let asked = server.count("data_requests");
    assert!(asked <= 14 + 3 * killed, "{asked} requests for 14 answers after {killed} kills");
    assert_eq!(place.files("out").len(), 15);
    assert_eq!(place.run(&["verify", "--out", "out"]).code, 0);
}

#[test]
fn a_live_session_an_account_and_a_refused_one_have_exit_codes_of_their_own() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--account", "me", "--live-for", "3600"]);
    let extract =
        ["extract", "--session-key", RACE, "--endpoints", "sessions,weather", "--out", "out", "-vv"];
    let locked = place.run_fast(&server, &extract);
    assert_eq!(locked.code, 4, "{}", locked.stderr);
    assert!(locked.stderr.contains("a session is live"), "{}", locked.stderr);
    assert!(!place.path().join("out").exists(), "an empty zone was left behind");
    let with = |password: &str, arguments: &[&str]| {
        let mut command = place.fast(&server, arguments);
        command.env("OPENF1_USERNAME", "me").env("OPENF1_PASSWORD", password);
        ended(command)
    };
    let refused = with("wrong", &extract);
    assert_eq!(refused.code, 5, "{}", refused.stderr);
    assert!(refused.stderr.contains("OPENF1_PASSWORD"), "{}", refused.stderr);
    let landed = with(CANARY, &extract);
    assert_eq!(landed.code, 0, "{}", landed.stderr);
    for name in place.files("out") {
        let text = std::fs::read_to_string(place.path().join("out").join(name)).unwrap();
        assert!(!text.contains(CANARY));
    }
    let doctor = with(CANARY, &["doctor"]);
    assert_eq!(doctor.code, 0, "{}", doctor.stdout);
    assert!(doctor.stdout.contains("login") && doctor.stdout.contains("clock"), "{}", doctor.stdout);
    let doctor = with("wrong", &["doctor"]);
    assert_eq!(doctor.code, 5, "{}", doctor.stdout);
}

#[test]
fn a_failed_session_leaves_the_others_landed() {
    let place = Place::new();
    place.write(
        "faults.toml",
        &format!(
            "[[fault]]\nkind = \"status\"\nstatus = 500\nendpoint = \"weather\"\nquery_contains = \"{QUALIFYING}\"\n"
        ),
    );
    let server = Simulated::start(&place, &["--limits", "none", "--faults", "faults.toml"]);
    let keys = format!("{RACE},{QUALIFYING}");
    let extract = [
        "extract",
        "--session-key",
        &keys,
        "--endpoints",
        "sessions,weather,laps",
        "--out",
        "out",
        "--max-retries",
        "1",
    ];
    let ended = place.run_fast(&server, &extract);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(ended.stdout.contains("HTTP 500"), "{}", ended.stdout);
    assert_eq!(place.files("out").len(), 3);
    let mut alone = extract;
    alone[2] = QUALIFYING;
    assert_eq!(place.run_fast(&server, &alone).code, 1);
}

#[test]
fn two_processes_keep_the_limits_together() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "free"]);
    let both: Vec<Child> = [RACE, QUALIFYING]
        .iter()
        .map(|key| {
            let out = format!("out-{key}");
            place
                .command(&[
                    "extract",
                    "--session-key",
                    key,
                    "--endpoints",
                    "sessions,weather,laps,stints,pit,drivers",
                    "--out",
                    &out,
                    "--base-url",
                    &server.base_url,
                    "--rate-per-second",
                    "3",
                    "--rate-per-minute",
                    "30",
                ])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in both {
        assert!(child.wait().unwrap().success());
    }
    assert!(server.count("requests") >= 14);
    assert_eq!(server.count("violations"), 0);
}

#[test]
fn a_second_run_on_one_folder_is_refused() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    std::fs::create_dir_all(place.path().join("out/_work")).unwrap();
    let held = std::fs::File::create(place.path().join("out/_work/run.lock")).unwrap();
    held.lock().unwrap();
    let extract = ["extract", "--session-key", QUALIFYING, "--endpoints", "sessions", "--out", "out"];
    let refused = place.run_fast(&server, &extract);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("--wait"), "{}", refused.stderr);
    let mut waiting = extract.to_vec();
    waiting.push("--wait");
    let mut child =
        place.fast(&server, &waiting).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert!(child.try_wait().unwrap().is_none(), "it did not wait");
    drop(held);
    assert!(child.wait().unwrap().success());
    assert_eq!(place.files("out").len(), 1);
}

#[test]
fn non_openf1_server_is_reported_and_no_folder_created() {
    let place = Place::new();
    place.write("html.toml", "[[fault]]\nkind = \"html\"\n");
    let server = Simulated::start(&place, &["--limits", "none", "--faults", "html.toml"]);
    let ended = place.run_fast(&server, &["extract", "--num-sessions", "1", "--out", "out"]);
    assert_eq!(ended.code, 1);
    assert!(ended.stderr.contains("check the base URL"), "{}", ended.stderr);
    // After the line that names the destination.
    assert_eq!(ended.stderr.lines().count(), 2, "{}", ended.stderr);
    assert!(!place.path().join("out").exists());
    let doctor = place.run_fast(&server, &["doctor", "--out", "out"]);
    assert_eq!(doctor.code, 1);
    assert!(doctor.stdout.contains("FAILED"), "{}", doctor.stdout);
}
