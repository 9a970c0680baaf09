//! User actions during and after a run: read commands, concurrent builds, stopping, damage.

use crate::{Ended, Place, QUALIFYING, RACE, Simulated, ended};
use serde_json::Value;
use std::process::{Child, Command, Stdio};

/// Everything except telemetry and intervals, so that a run takes seconds.
const SMALL: &str = "sessions,meetings,drivers,laps,position,stints,session_result,overtakes,pit,race_control,\
                     team_radio,weather,starting_grid,championship_drivers,championship_teams";

fn both() -> String {
    format!("{RACE},{QUALIFYING}")
}

fn background(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs read commands until the run has ended; returns the number of rounds. Before the first session lands,
/// `verify` fails because there is nothing to verify.
fn look_beside(mut run: Child, looks: &mut dyn FnMut() -> Vec<Ended>) -> usize {
    let mut rounds = 0;
    loop {
        let over = run.try_wait().unwrap().is_some();
        for look in looks() {
            let too_early = look.code == 2 && look.stderr.contains("no session is landed there");
            assert!(look.code == 0 || too_early, "{}{}", look.stdout, look.stderr);
        }
        rounds += 1;
        if over {
            break;
        }
    }
    let output = run.wait_with_output().unwrap();
    let told =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert_eq!(output.status.code(), Some(0), "the run was disturbed: {told}");
    rounds
}

#[test]
fn read_commands_during_an_extract_and_a_load_are_harmless() {
    let place = Place::new();
    place.write("slow.toml", "[[fault]]\nkind = \"delay\"\ndelay_ms = 100\n");
    let slow = Simulated::start(&place, &["--limits", "none", "--seasons", "2024", "--faults", "slow.toml"]);
    let sessions = both();
    let chosen = ["--session-key", &sessions, "--endpoints", SMALL, "--out", "landing"];
    let extract = background(place.fast(&slow, &[&["extract", "--quiet"], &chosen[..]].concat()));
    // Until then there is nothing to read.
    while !place.path().join("landing/_work/run.lock").exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let rounds = look_beside(extract, &mut || {
        vec![
            place.run_fast(&slow, &[&["plan", "--quiet"], &chosen[..]].concat()),
            place.run(&["status", "--quiet", "--out", "landing"]),
            place.run(&["verify", "--quiet", "--out", "landing"]),
            place.run_fast(&slow, &["doctor", "--quiet", "--out", "landing"]),
            place.run_fast(&slow, &["sessions", "--quiet", "--session-key", RACE]),
        ]
    });
    let load = background(place.command(&["load", "--quiet", "--out", "landing", "--lake", "lake"]));
    let beside_load = look_beside(load, &mut || {
        vec![
            place.run(&["status", "--quiet", "--out", "landing"]),
            place.run(&["verify", "--quiet", "--out", "landing"]),
        ]
    });
    eprintln!("{rounds} rounds of looks beside the extract, {beside_load} beside the load");
    let verified = place.run(&["verify", "--out", "landing"]);
    assert!(verified.code == 0 && verified.stderr.contains("2 sessions"), "{}", verified.stderr);
    let plan = place.run_fast(&slow, &[&["plan", "--output", "json"], &chosen[..]].concat());
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    assert_eq!(plan["requests"], 0, "{plan:#}");
}

#[test]
fn a_lock_is_never_unlinked() {
    let place = Place::new();
    // The server never responds: the run fails and tries to remove its new folder.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/v1", silent.local_addr().unwrap());
    let chosen = ["extract", "--session-key", RACE, "--out", "landing", "--base-url", &address];
    let mut run =
        background(place.command(&[&chosen[..], &["--timeout", "1", "--max-retries", "0"]].concat()));
    while !place.path().join("landing").exists() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    // In the meantime another run starts there.
    let lock = place.path().join("landing/_work/run.lock");
    std::fs::create_dir_all(lock.parent().unwrap()).unwrap();
    std::fs::write(&lock, "").unwrap();
    assert_ne!(run.wait().unwrap().code(), Some(0));
    assert!(lock.exists(), "the other run holds it");
}

#[test]
fn a_second_build_is_refused_in_one_line_or_waits() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none", "--seasons", "2024"]);
    let extract =
        ["extract", "--quiet", "--session-key", RACE, "--endpoints", "sessions,laps", "--out", "landing"];
    assert_eq!(place.run_fast(&server, &extract).code, 0);
    assert_eq!(place.run(&["load", "--quiet", "--out", "landing", "--lake", "lake"]).code, 0);
    let first = background(place.command(&["build", "--quiet", "--lake", "lake"]));
    while !place.path().join("lake/_work/run.lock").exists() {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let waits = background(place.command(&["build", "--lake", "lake", "--wait"]));
    let refused = place.run(&["build", "--lake", "lake"]);
    let first = first.wait_with_output().unwrap();
    assert_eq!(first.status.code(), Some(0), "{}", String::from_utf8_lossy(&first.stderr));
    assert_eq!((refused.code, refused.stdout.as_str()), (1, ""), "{}", refused.stderr);
    assert_eq!(refused.stderr.lines().count(), 1, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("another f1lake run") && refused.stderr.contains("--wait"),
        "{}",
        refused.stderr
    );
    let waited = waits.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&waited.stderr);
    assert!(waited.status.code() == Some(0) && told.contains("built 0 of "), "{told}");
}

#[test]
fn damaged_table_is_reported_once_in_plain_words() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none", "--seasons", "2024"]);
    let extract =
        ["extract", "--quiet", "--session-key", RACE, "--endpoints", "laps,stints", "--out", "landing"];
    assert_eq!(place.run_fast(&server, &extract).code, 0);
    let load = ["load", "--out", "landing", "--lake", "lake"];
    assert_eq!(place.run(&load).code, 0);
    place.write("lake/bronze_raw/bronze_laps/_delta_log/00000000000000000000.json", "{\"commitInfo\":{}}");
    let damaged = place.run(&load);
    assert_eq!(damaged.code, 1, "{}", damaged.stderr);
    assert!(!damaged.stderr.contains("ERROR") && !damaged.stderr.contains("WARN"), "{}", damaged.stderr);
    assert!(damaged.stderr.contains("FAILED in 1 table: bronze_laps: "), "{}", damaged.stderr);
    assert!(damaged.stderr.contains("move the table's folder away"), "{}", damaged.stderr);
    // Follow the advice.
    std::fs::rename(place.path().join("lake/bronze_raw/bronze_laps"), place.path().join("aside")).unwrap();
    let back = place.run(&load);
    assert_eq!(back.code, 0, "{}", back.stderr);
    assert!(back.stderr.contains("lost rows of 1 table were loaded again"), "{}", back.stderr);
}

#[test]
fn a_run_names_each_check_that_warned_or_failed() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none", "--seasons", "2024"]);
    // Without the calendar tables, a relation is missing at the source.
    let run = [
        "run",
        "--session-key",
        RACE,
        "--endpoints",
        "sessions,drivers,laps",
        "--out",
        "landing",
        "--lake",
        "lake",
    ];
    let ended = place.run_fast(&server, &run);
    let summary = ended.stderr.lines().find(|line| line.contains(" tests: ")).unwrap();
    let counts: Vec<usize> =
        summary.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
    let [.., warned, failed] = counts[..] else { panic!("{summary}") };
    let named =
        |word: &str| ended.stderr.lines().filter(|line| line.contains(&format!(": {word}, "))).count();
    assert_eq!((named("warned"), named("FAILED")), (warned, failed), "{}", ended.stderr);
    assert!(warned > 0, "nothing to name: {summary}");
}

#[cfg(unix)]
#[test]
fn a_load_stops_on_ctrl_c_and_the_next_one_goes_on() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none", "--seasons", "2024"]);
    let extract =
        ["extract", "--quiet", "--session-key", RACE, "--endpoints", "laps,location", "--out", "landing"];
    let landed = place.run_fast(&server, &extract);
    assert_eq!(landed.code, 0, "{}", landed.stderr);
    let load = ["load", "--out", "landing", "--lake", "lake"];
    let child = background(place.command(&load));
    // Inside the large table: its file is being written.
    std::thread::sleep(std::time::Duration::from_millis(700));
    let told = std::time::Instant::now();
    let interrupt = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupt.success());
    let output = child.wait_with_output().unwrap();
    eprintln!("a load stopped in {:.3} s", told.elapsed().as_secs_f64());
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(told.elapsed() < std::time::Duration::from_secs(8), "{:?}", told.elapsed());
    let next = ended(place.command(&load));
    assert_eq!(next.code, 0, "{}", next.stderr);
    let rows = place.run(&[
        "sql",
        "--lake",
        "lake",
        "--output",
        "json",
        "select count(*) as n from bronze_raw.bronze_locations",
    ]);
    let rows: Value = serde_json::from_str(&rows.stdout).unwrap();
    let files = place.files("landing");
    let file = files.iter().find(|file| file.starts_with("location")).unwrap();
    assert_eq!(rows[0]["n"], place.rows(&format!("landing/{file}")).len(), "{rows}");
}
