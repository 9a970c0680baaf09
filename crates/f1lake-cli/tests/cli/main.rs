//! The program as users run it: flags, files, exit codes and output, against its built-in
//! simulator.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cases;
mod doctor;
mod filters;
mod house;
mod operators;
mod planted;
mod row_files;
mod secrets;
mod truth;
mod words;

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// The race and the qualifying of the generated weekend at Yas Island, 2024.
const RACE: &str = "9647";
const QUALIFYING: &str = "9610";
/// A word that must never be printed.
const CANARY: &str = "canary-in-a-coal-mine";

/// An empty folder to work in, which is also the home of the program.
struct Place {
    folder: TempDir,
}

struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_f1lake"));
        command.args(arguments).current_dir(self.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars() {
            if name.starts_with("F1LAKE_")
                || name.starts_with("OPENF1_")
                || name.starts_with("DATABRICKS_")
                || name.starts_with("DBT_")
                || name == "RUST_LOG"
                || name == "CARGO"
            {
                command.env_remove(name);
            }
        }
        command.env("HOME", self.path()).env("XDG_CACHE_HOME", self.path().join(".cache"));
        command
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        ended(self.command(arguments))
    }

    /// Runs against a server without waiting for the real API's limits.
    fn run_fast(&self, server: &Simulated, arguments: &[&str]) -> Ended {
        ended(self.fast(server, arguments))
    }

    fn fast(&self, server: &Simulated, arguments: &[&str]) -> Command {
        let mut all = arguments.to_vec();
        all.extend([
            "--base-url",
            &server.base_url,
            "--rate-per-second",
            "1000",
            "--rate-per-minute",
            "10000",
        ]);
        all.extend(["--retry-delay", "0.01"]);
        self.command(&all)
    }

    fn files(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.path().join(folder)) else { return Vec::new() };
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.starts_with(['_', '.']))
            .collect();
        names.sort();
        names
    }

    fn rows(&self, file: &str) -> Vec<Value> {
        serde_json::from_slice(&std::fs::read(self.path().join(file)).unwrap()).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path().join(file), text).unwrap();
    }
}

fn ended(mut command: Command) -> Ended {
    let output = command.output().unwrap();
    let ended = Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    assert!(!ended.stdout.contains(CANARY) && !ended.stderr.contains(CANARY), "a secret was printed");
    ended
}

/// `f1lake simulate`, killed at the end.
struct Simulated {
    child: Child,
    base_url: String,
}

impl Simulated {
    fn start(place: &Place, arguments: &[&str]) -> Self {
        let mut all = vec!["simulate"];
        all.extend(arguments);
        let mut child = place
            .command(&all)
            .env("SIMULATED_PASSWORD", CANARY)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut base_url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut base_url).unwrap();
        let base_url = base_url.trim().to_owned();
        assert!(base_url.starts_with("http://127.0.0.1:") && base_url.ends_with("/v1"), "{base_url}");
        Self { child, base_url }
    }

    fn stats(&self) -> Value {
        let url = self.base_url.replace("/v1", "/_sim/stats");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let text = runtime.block_on(async { reqwest::get(url).await.unwrap().text().await.unwrap() });
        serde_json::from_str(&text).unwrap()
    }

    fn count(&self, what: &str) -> u64 {
        self.stats()[what].as_u64().unwrap()
    }
}

impl Drop for Simulated {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Replaces what differs between machines and runs.
fn steady(text: &str, place: &Place) -> String {
    let folder = place.path().canonicalize().unwrap();
    let text =
        text.replace(folder.to_str().unwrap(), "FOLDER").replace(place.path().to_str().unwrap(), "FOLDER");
    let mut words: Vec<String> = Vec::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        while let Some(start) = line.find("127.0.0.1:") {
            let digits =
                line[start + 10..].find(|c: char| !c.is_ascii_digit()).unwrap_or(line.len() - start - 10);
            line.replace_range(start..start + 10 + digits, "SERVER");
        }
        words.push(line);
    }
    words.join("\n")
}

#[test]
fn bad_input_is_explained_in_one_or_two_lines() {
    let place = Place::new();
    place.write("file", "");
    let cases: &[&[&str]] = &[
        &["extract", "--mode", "weekly"],
        &["extract", "--mode", "year", "--year", "1800"],
        &["extract", "--num-sessions", "0"],
        &["extract", "--mode", "manual"],
        &["extract", "--mode", "latest", "--year", "2024"],
        &["extract", "--year", "2024", "--date", "2024-03-24"],
        &["extract", "--mode", "latest", "--session-key", "9488"],
        &["extract", "--date", "24/3/2024"],
        &["extract", "--since", "2024-05-01", "--until", "2024-04-01"],
        &["extract", "--endpoints", "lap"],
        &["extract", "--max-workers", "0"],
        &["extract", "--timeout", "0"],
        &["extract", "--rate-per-second", "0"],
        &["extract", "--base-url", "nonsense"],
        &["extract", "--base-url", "http://api.openf1.org/v1"],
        &["extract", "--out", "file/landing"],
        &["extract", "--out", "ftp://host/landing"],
        &["extract", "--out", "/Volumes/main/f1/landing"],
        &["extract", "--config", "absent.toml"],
        &["simulate", "--replay", "absent"],
        &["simulate", "--faults", "absent.toml"],
        &["simulate", "--seasons", "1999"],
        &["status"],
        &["verify"],
        &["frobnicate"],
    ];
    let mut seen = String::new();
    for case in cases {
        let mut command = place.command(case);
        // With an account, plain http must be refused too, without printing the password.
        command.env("OPENF1_USERNAME", "me").env("OPENF1_PASSWORD", CANARY);
        let ended = ended(command);
        assert_eq!(ended.code, 2, "{case:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{case:?}");
        // The problem on one line, the hint on another.
        assert!((1..=2).contains(&ended.stderr.lines().count()), "{case:?}: {}", ended.stderr);
        seen.push_str(&format!("f1lake {}\n  {}", case.join(" "), ended.stderr));
    }
    assert_eq!(place.files("."), ["file"], "something was written");
    insta::with_settings!({filters => vec![(r"2023 to \d{4}", "2023 to THIS YEAR")]}, {
        insta::assert_snapshot!(seen);
    });
}

#[test]
fn wrong_settings_are_reported_with_origin_and_suggestion() {
    let place = Place::new();
    let mut seen = String::new();
    for text in [
        "fetch_yer = 2024",
        "openf1_password = \"x\"",
        "num_latest_sessions = \"many\"",
        "fetch_mode = \"weekly\"",
        "manual_batch_days = [\"24.3.2024\"]",
        "endpoints = \"laps, lapz\"",
        "fetch_year = ",
        "timeout = -1",
    ] {
        place.write("f1lake.toml", text);
        let ended = place.run(&["extract"]);
        assert_eq!(ended.code, 2, "{text}");
        seen.push_str(&format!("{text}\n  {}", ended.stderr));
    }
    place.write("f1lake.toml", "");
    let mut command = place.command(&["extract"]);
    command.env("F1LAKE_MAX_WORKERZ", "3");
    seen.push_str(&format!("F1LAKE_MAX_WORKERZ=3\n  {}", ended(command).stderr));
    let mut command = place.command(&["extract"]);
    command.env("OPENF1_USERNAME", "me");
    let half = ended(command);
    assert_eq!(half.code, 2);
    seen.push_str(&format!("OPENF1_USERNAME=me\n  {}", half.stderr));
    insta::assert_snapshot!(seen);
}

#[test]
fn config_shows_each_value_and_where_it_came_from() {
    let place = Place::new();
    place.write(
        "f1lake.toml",
        "fetch_mode = \"manual\"\nmanual_batch_days = [2024-03-24, \"2024-03-23\"]\nmax_workers = 2\nfetch_laps = false\n",
    );
    let mut command = place.command(&["config", "--max-workers", "5", "--out", "here"]);
    command
        .env("F1LAKE_ENDPOINTS", "laps,pit")
        .env("F1LAKE_TIMEOUT", "12")
        .env("F1LAKE_FORMAT", "")
        .env("OPENF1_USERNAME", "me")
        .env("OPENF1_PASSWORD", CANARY);
    let ended = ended(command);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    insta::assert_snapshot!(ended.stdout);
}

#[test]
fn the_example_file_holds_every_default() {
    let place = Place::new();
    let example = place.run(&["config", "--example"]).stdout;
    let uncommented: String = example
        .lines()
        .map(|line| match line.strip_prefix("# ") {
            Some(setting) if setting.contains(" = ") && !setting.ends_with("= ") => setting,
            _ => "",
        })
        .fold(String::new(), |text, line| text + line + "\n");
    place.write("all.toml", &uncommented);
    let values = |arguments: &[&str]| -> Vec<(Value, Value)> {
        let ended = place.run(arguments);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        let lines: Vec<Value> = serde_json::from_str(&ended.stdout).unwrap();
        lines.into_iter().map(|line| (line["setting"].clone(), line["value"].clone())).collect()
    };
    let defaults = values(&["config", "--output", "json"]);
    assert_eq!(defaults, values(&["config", "--output", "json", "--config", "all.toml"]));
    assert!(uncommented.lines().filter(|line| line.contains(" = ")).count() > 20);
}

#[test]
fn every_command_is_documented() {
    let read = |name: &str| {
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)).unwrap()
    };
    let help = Place::new().run(&["--help"]).stdout;
    let cli = read("cli.md");
    let commands: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert_eq!(commands.len(), 21);
    for command in commands {
        assert!(cli.contains(&format!("## `f1lake {command}`")), "docs/cli.md does not tell of {command}");
    }
}

#[test]
fn demo_runs_end_to_end_and_verify_finds_damage() {
    let place = Place::new();
    let demo = place.run(&["demo"]);
    assert_eq!(demo.code, 0, "{}", demo.stderr);
    let steady_sizes = vec![(r"\d+\.\d\d MiB", "SIZE"), (r"\d[\d,]+ rows", "ROWS")];
    insta::with_settings!({filters => steady_sizes}, {
        insta::assert_snapshot!("demo", demo.stdout);
    });
    let told = steady(&demo.stderr, &place);
    assert!(told.contains("verify --out ./f1lake-demo/landing"), "{told}");
    assert!(told.contains("run --mode latest") && told.contains("0 failed"), "{told}");
    let page = std::fs::read_to_string(place.path().join("f1lake-demo/report.html")).unwrap();
    assert!(page.contains("<svg") && page.contains("Yas"), "the report has no plots");
    assert!(told.contains("with generated data"), "{told}");
    assert!(page.contains("Race (generated data) · f1lake</title>") && !page.contains("CC BY-NC-SA"));

    let manifest: Value = serde_json::from_slice(
        &std::fs::read(place.path().join(format!("f1lake-demo/landing/_manifest/{RACE}.json"))).unwrap(),
    )
    .unwrap();
    assert_eq!(manifest["endpoints"].as_object().unwrap().len(), 18);

    let lake = ["--lake", "f1lake-demo/lake"];
    let landing = ["--out", "f1lake-demo/landing"];
    let with = |arguments: &[&str], more: &[&str]| place.run(&[arguments, more].concat());
    let again = with(&["load", "--output", "json"], &[&lake[..], &landing].concat());
    let report: Value = serde_json::from_str(&again.stdout).unwrap();
    assert!(report["sessions"].as_array().unwrap().iter().all(|session| session["status"] == "unchanged"));
    let built = with(&["build", "--output", "json"], &lake);
    let report: Value = serde_json::from_str(&built.stdout).unwrap();
    assert!(report["models"].as_array().unwrap().iter().all(|model| model["status"] == "unchanged"));

    // Every row that landed is in bronze.
    let status = with(&["status", "--output", "csv"], &landing);
    assert_eq!(status.stdout.lines().count(), 6, "{}", status.stdout);
    assert!(status.stdout.lines().next().unwrap().starts_with("session_key,"));
    let landed: u64 = status.stdout.lines().skip(1).map(|line| csv_field(line, 4)).sum();
    let tables = with(&["tables", "--output", "csv"], &lake);
    let bronze = |line: &&str| line.starts_with("bronze_raw.") && !line.contains("bronze_loads");
    let loaded: u64 = tables.stdout.lines().filter(bronze).map(|line| csv_field(line, 1)).sum();
    assert_eq!(loaded, landed);

    let query = with(&["sql", "select count(*) as laps from fact_laps", "--output", "csv"], &lake);
    assert_eq!(query.stdout.lines().next(), Some("laps"), "{}", query.stderr);
    let export =
        with(&["export", "session_leaderboard", "--format", "csv", "--where", "session_key = 9647"], &lake);
    assert_eq!(export.code, 0, "{}", export.stderr);
    let exported = std::fs::read_to_string(place.path().join("session_leaderboard.csv")).unwrap();
    assert_eq!(exported.lines().count(), 21, "{exported}");
    let report = with(&["report", "yas race", "--html", "race.html"], &lake);
    assert_eq!(report.code, 0, "{}", report.stderr);
    assert!(demo.stdout.ends_with(&report.stdout), "the demo shows another report: {}", report.stdout);
    let race = std::fs::read_to_string(place.path().join("race.html")).unwrap();
    assert!(race == page, "the lake does not say that its data are generated");

    // A lake that an older version built lacks a table.
    let table = place.path().join("f1lake-demo/lake/gold_analytics/fact_neutralisations");
    let aside = place.path().join("f1lake-demo/aside");
    std::fs::rename(&table, &aside).unwrap();
    let old = with(&["report", "yas race"], &lake);
    assert_eq!(old.code, 2, "{}", old.stderr);
    assert!(old.stderr.contains("built by another version") && old.stderr.contains("`f1lake build`"));
    std::fs::rename(&aside, &table).unwrap();

    assert_eq!(with(&["verify"], &landing).code, 0);
    let weather = place.path().join("f1lake-demo/landing/weather_2024-12-08_Yas_Island_Race.json");
    let text = std::fs::read_to_string(&weather).unwrap();
    std::fs::write(&weather, text.replacen('2', "3", 1)).unwrap();
    std::fs::remove_file(place.path().join("f1lake-demo/landing/pit_2024-12-08_Yas_Island_Race.json"))
        .unwrap();
    place.write("f1lake-demo/landing/foreign.json", "[]");
    let damaged = with(&["verify"], &landing);
    assert_eq!(damaged.code, 1);
    let seen = steady(&format!("{}{}", damaged.stdout, damaged.stderr), &place);
    insta::with_settings!({filters => vec![(r"[\d,]+ rows, [\d.]+ GiB", "ROWS, SIZE")]}, {
        insta::assert_snapshot!("damage", seen);
    });
}

fn csv_field(line: &str, index: usize) -> u64 {
    line.split(',').nth(index).unwrap().parse().unwrap_or_else(|error| panic!("{line}: {error}"))
}

#[test]
fn missing_lakes_and_wrong_names_are_explained() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let extract =
        ["run", "--session-key", QUALIFYING, "--endpoints", "sessions,laps,drivers", "--out", "out"];
    let mut seen = String::new();
    for arguments in [&["tables"][..], &["build"], &["sql", "select 1"], &["load", "--out", "out"]] {
        let ended = place.run(arguments);
        assert_eq!(ended.code, 2, "{arguments:?}: {}", ended.stderr);
        seen.push_str(&format!("f1lake {}\n  {}", arguments.join(" "), ended.stderr));
    }
    assert!(place.files(".").is_empty(), "{:?}", place.files("."));
    let ended = place.run_fast(&server, &extract);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    for arguments in [
        &["sql", "select lap_nmber from fact_laps"][..],
        &["sql", "select * from fact_lap"],
        &["sql", "delete from fact_laps"],
        &["sql", "select 1", "--to", "rows.xlsx"],
        &["sql", "select 1", "--as-of", "yesterday"],
        &["export", "fact_lap"],
        &["report", "monza"],
        &["build", "--model", "fact_everything"],
        &["maintain", "--retention-hours", "1"],
    ] {
        let ended = place.run(arguments);
        assert!([1, 2].contains(&ended.code), "{arguments:?}: {}", ended.stderr);
        seen.push_str(&format!("f1lake {}\n  {}", arguments.join(" "), steady(&ended.stderr, &place)));
        seen.push('\n');
    }
    let seen = seen.replace(place.path().to_str().unwrap(), "FOLDER");
    insta::assert_snapshot!(seen);
}

/// The recorded responses, if this machine has them.
fn recorded() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/replay");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: no recorded answers at {}", folder.display());
    None
}

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
    let server = Simulated::start(&place, &["--limits", "none"]);
    let planned = place.run_fast(&server, &["plan", "--session-key", RACE, "--output", "json"]);
    assert_eq!(planned.code, 0, "{}", planned.stderr);
    assert!(place.files(".").is_empty(), "a plan made {:?}", place.files("."));
    let plan: Value = serde_json::from_str(&planned.stdout).unwrap();
    let expected = plan["requests"].as_u64().unwrap();
    assert!((10..=30).contains(&expected), "{plan}");
    let before = server.count("data_requests");
    let ended = place.run_fast(&server, &["extract", "--session-key", RACE]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(server.count("data_requests") - before, expected);
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
    assert!(server.count("data_requests") - asked < 25, "it began anew");
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
fn data_on_stdout_messages_on_stderr() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let run = |more: &[&str], out: &str| {
        let mut all = vec!["run", "--session-key", QUALIFYING, "--endpoints", "sessions,laps", "--out", out];
        all.extend(more);
        let ended = place.run_fast(&server, &all);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        ended
    };
    let quiet = run(&["--quiet", "--output", "json"], "a");
    assert_eq!(quiet.stderr, "");
    let report: Value = serde_json::from_str(&quiet.stdout).unwrap();
    assert_eq!(report["extract"]["sessions"][0]["status"], "landed");
    assert_eq!(report["extract"]["sessions"][0]["endpoints"].as_array().unwrap().len(), 2);
    let logged = run(&["--log-format", "json", "--output", "csv"], "b");
    assert!(logged.stdout.starts_with("session_key,session,status,"), "{}", logged.stdout);
    assert!(logged.stderr.lines().count() >= 3);
    for line in logged.stderr.lines() {
        let entry: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert!(entry["timestamp"].is_string() && entry["level"].is_string());
    }
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

/// A fake Files API with a token, files and folders, on loopback in this process.
struct Volume {
    host: String,
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    /// Files whose names contain this text are refused.
    refused: Arc<Mutex<Option<&'static str>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Volume {
    fn start() -> Self {
        use axum::body::Bytes;
        use axum::extract::{Path as Named, State};
        use axum::http::{Method, StatusCode};
        use axum::response::IntoResponse;
        type Files = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;
        type Refused = Arc<Mutex<Option<&'static str>>>;

        async fn file(
            State((files, refused)): State<(Files, Refused)>,
            Named(path): Named<String>,
            method: Method,
            body: Bytes,
        ) -> axum::response::Response {
            let mut files = files.lock().unwrap();
            match method {
                Method::PUT if refused.lock().unwrap().is_some_and(|part| path.contains(part)) => {
                    let error = r#"{"error_code":"PERMISSION_DENIED","message":"no WRITE VOLUME"}"#;
                    (StatusCode::FORBIDDEN, error).into_response()
                }
                Method::PUT => {
                    files.insert(path, body.to_vec());
                    StatusCode::NO_CONTENT.into_response()
                }
                Method::DELETE if files.remove(&path).is_some() => StatusCode::NO_CONTENT.into_response(),
                Method::GET | Method::HEAD if files.contains_key(&path) => {
                    let dated = [("last-modified", "Tue, 24 Nov 2026 12:00:00 GMT")];
                    (dated, files[&path].clone()).into_response()
                }
                _ => StatusCode::NOT_FOUND.into_response(),
            }
        }

        async fn folder(
            State((files, _)): State<(Files, Refused)>,
            Named(path): Named<String>,
            method: Method,
        ) -> axum::response::Response {
            if !path.starts_with("Volumes/dev/raw/landing") {
                let error = r#"{"error_code":"NOT_FOUND","message":"no such volume"}"#;
                return (StatusCode::NOT_FOUND, error).into_response();
            }
            if method == Method::PUT {
                return StatusCode::NO_CONTENT.into_response();
            }
            let files = files.lock().unwrap();
            let prefix = format!("{}/", path.trim_end_matches('/'));
            let contents: Vec<Value> = files
                .iter()
                .filter_map(|(name, bytes)| Some((name, name.strip_prefix(&prefix)?, bytes)))
                .filter(|(_, rest, _)| !rest.contains('/'))
                .map(|(name, rest, bytes)| {
                    serde_json::json!({"path": format!("/{name}"), "name": rest, "is_directory": false,
                        "file_size": bytes.len(), "last_modified": 1_795_000_000_000_i64})
                })
                .collect();
            axum::Json(serde_json::json!({ "contents": contents })).into_response()
        }

        async fn known_only(
            request: axum::extract::Request,
            next: axum::middleware::Next,
        ) -> axum::response::Response {
            let bearer = request.headers().get("authorization");
            if bearer.is_none_or(|value| value != &format!("Bearer {CANARY}")) {
                return StatusCode::UNAUTHORIZED.into_response();
            }
            next.run(request).await
        }

        async fn statement(body: axum::Json<Value>) -> axum::Json<Value> {
            let refused = body["statement"].as_str().is_some_and(|text| text.starts_with("CREATE SCHEMA"));
            let error = serde_json::json!({"error_code": "BAD_REQUEST", "message":
                "[INSUFFICIENT_PERMISSIONS] User does not have CREATE SCHEMA on Catalog 'dev'."});
            axum::Json(match refused {
                true => {
                    serde_json::json!({"statement_id": "01", "status": {"state": "FAILED", "error": error}})
                }
                false => serde_json::json!({"statement_id": "02", "status": {"state": "SUCCEEDED"}}),
            })
        }

        let warehouses = r#"{"warehouses": [{"id": "abc123", "name": "Small", "state": "STOPPED"}]}"#;
        let files = Files::default();
        let refused = Refused::default();
        let app = axum::Router::new()
            .route("/api/2.0/fs/files/{*path}", axum::routing::any(file))
            .route("/api/2.0/fs/directories/{*path}", axum::routing::any(folder))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .route("/api/2.0/sql/warehouses", axum::routing::get(move || async move { warehouses }))
            .route("/api/2.0/sql/statements", axum::routing::post(statement))
            .layer(axum::middleware::from_fn(known_only))
            .with_state((Arc::clone(&files), Arc::clone(&refused)));
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { host, files, refused, _runtime: runtime }
    }

    /// Runs a command with a login of this workspace.
    fn run(&self, mut command: Command) -> Ended {
        command.env("DATABRICKS_HOST", &self.host).env("DATABRICKS_TOKEN", CANARY);
        ended(command)
    }
}

const VOLUME: &str = "/Volumes/dev/raw/landing";

#[test]
fn a_copy_stays_on_this_machine_and_is_completed_later() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let volume = Volume::start();
    let extract = ["extract", "--session-key", QUALIFYING, "--endpoints", "sessions,laps", "--to", VOLUME];
    let extract = [&extract[..], &["--also-local", "--out", "copy"]].concat();
    let landed = volume.run(place.fast(&server, &extract));
    assert_eq!(landed.code, 0, "{}", landed.stderr);
    let copy = place.path().join("copy");
    let note =
        format!("`--to {VOLUME}` is now `--out {VOLUME}`, and the setting `landing_path` names the folder");
    assert!(landed.stderr.contains(&note), "{}", landed.stderr);
    let laps = copy.join("laps_2024-12-07_Yas_Island_Qualifying.json");
    let in_volume =
        |name: &str| volume.files.lock().unwrap()[&format!("Volumes/dev/raw/landing/{name}")].clone();
    assert_eq!(std::fs::read(&laps).unwrap(), in_volume("laps_2024-12-07_Yas_Island_Qualifying.json"));
    assert_eq!(std::fs::read(copy.join("_manifest/9610.json")).unwrap(), in_volume("_manifest/9610.json"));
    assert_eq!(place.run(&["verify", "--out", "copy"]).code, 0);

    let asked = server.count("data_requests");
    std::fs::remove_file(&laps).unwrap();
    std::fs::remove_file(copy.join("_manifest/9610.json")).unwrap();
    // The flags of today do the same; the folder is a setting.
    let of_today = [&extract[..5], &["--out", VOLUME, "--also-local"]].concat();
    let mut again = place.fast(&server, &of_today);
    again.env("F1LAKE_LANDING_PATH", "copy");
    let again = volume.run(again);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(place.run(&["verify", "--out", "copy"]).code, 0);
    assert_eq!(server.count("data_requests"), asked);

    let both = place.run(&["extract", "--to", VOLUME, "--out", "copy"]);
    assert_eq!(both.code, 2);
    assert!(both.stderr.contains("--also-local"), "{}", both.stderr);
    let none = place.run(&["extract", "--also-local", "--out", "copy"]);
    assert!(none.code == 2 && none.stderr.contains("landing_volume_path"), "{}", none.stderr);
}

#[test]
fn an_upload_that_fails_lands_nothing_and_the_next_run_goes_on() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let volume = Volume::start();
    *volume.refused.lock().unwrap() = Some("laps_");
    let extract =
        ["extract", "--session-key", QUALIFYING, "--endpoints", "sessions,laps,drivers", "--out", VOLUME];
    let failed = volume.run(place.fast(&server, &extract));
    assert_eq!(failed.code, 1, "{}", failed.stderr);
    assert!(failed.stdout.contains("WRITE VOLUME"), "{}", failed.stdout);
    let manifest = "Volumes/dev/raw/landing/_manifest/9610.json";
    assert!(!volume.files.lock().unwrap().contains_key(manifest));
    let loaded = volume.run(place.command(&["load", "--out", VOLUME]));
    assert!(loaded.stderr.contains("loaded 0 of 0 sessions"), "{}", loaded.stderr);

    let asked = server.count("data_requests");
    *volume.refused.lock().unwrap() = None;
    let landed = volume.run(place.fast(&server, &extract));
    assert_eq!(landed.code, 0, "{}", landed.stderr);
    assert!(volume.files.lock().unwrap().contains_key(manifest));
    assert_eq!(server.count("data_requests"), asked, "what was staged was asked for again");
}

#[test]
fn workspace_errors_come_with_advice() {
    let place = Place::new();
    let volume = Volume::start();
    let load = ["load", "--load-to", "databricks", "--out", VOLUME];
    let with = |more: &[&str]| place.command(&[&load[..], more].concat());
    let mut lines = Vec::new();
    let mut say = |what: &str, ended: Ended| {
        assert_ne!(ended.code, 0, "{what}");
        let error: Vec<&str> = ended.stderr.lines().skip_while(|line| !line.starts_with("error: ")).collect();
        let told = error.join("\n").replace(&volume.host, "HOST");
        let told = told.replace(volume.host.trim_start_matches("http://"), "HOST");
        let told = told.replace(&*place.path().to_string_lossy(), "HOME");
        // The test file has a different name each time.
        let mut trials = told.split(".tmp-write-test-");
        let mut shown = trials.next().unwrap_or_default().to_owned();
        for rest in trials {
            shown.push_str(".tmp-write-test");
            shown.push_str(rest.trim_start_matches(|c: char| c.is_ascii_hexdigit() || c == '-'));
        }
        lines.push(format!("{what} (exit code {}):\n  {shown}", ended.code));
    };
    say("no host", ended(with(&[])));
    let mut plain = with(&[]);
    plain.env("DATABRICKS_HOST", "http://example.com").env("DATABRICKS_TOKEN", CANARY);
    say("a token over plain http", ended(plain));
    let mut wrong = with(&["--warehouse", "Small"]);
    wrong.env("DATABRICKS_HOST", &volume.host).env("DATABRICKS_TOKEN", "wrong");
    say("wrong token", ended(wrong));
    let mut wrong = place.command(&["extract", "--out", VOLUME, "--base-url", "http://127.0.0.1:9/v1"]);
    wrong.env("DATABRICKS_HOST", &volume.host).env("DATABRICKS_TOKEN", "wrong");
    say("wrong token, of a volume", ended(wrong));
    say("no such profile", volume.run(with(&["--profile", "absent"])));
    say("no warehouse named", volume.run(with(&[])));
    say("no such warehouse", volume.run(with(&["--warehouse", "Large"])));
    say("no CREATE SCHEMA", volume.run(with(&["--warehouse", "small"])));
    let typo = ["extract", "--to", "/Volumes/dev/raw"];
    say("no volume's path", volume.run(place.command(&typo)));
    let missing = ["extract", "--out", "/Volumes/dev/raw/lnading", "--base-url", "http://127.0.0.1:9/v1"];
    say("missing volume", volume.run(place.command(&missing)));
    let anywhere = ["load", "--load-to", "databricks", "--dry-run", "--out", "."];
    say("no catalog", volume.run(place.command(&anywhere)));
    insta::assert_snapshot!(lines.join("\n"));
    assert!(!lines.join("").contains(CANARY));
}

#[test]
fn the_sql_of_a_load_can_be_read_before_it_runs() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let extract = ["extract", "--session-key", QUALIFYING, "--endpoints", "sessions,laps"];
    assert_eq!(ended(place.fast(&server, &extract)).code, 0);
    let dry = place.run(&["load", "--load-to", "databricks", "--catalog", "dev", "--dry-run"]);
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    assert!(dry.stdout.contains("CREATE VOLUME IF NOT EXISTS `dev`.`bronze_raw`.`f1lake`"), "{}", dry.stdout);
    assert!(dry.stdout.contains("/Volumes/dev/bronze_raw/f1lake/bronze_staging/BATCH/bronze_laps"));
    assert_eq!(dry.stdout.matches("MERGE INTO").count(), 3, "laps, sessions and what was loaded");
    let setup = place.run(&["databricks", "setup", "--catalog", "dev", "--dry-run"]);
    assert_eq!(setup.stdout.matches("CREATE TABLE").count(), 19);
    let pipeline = place.run(&["databricks", "pipeline", "--out", VOLUME]);
    assert_eq!(pipeline.stdout.matches("AUTO CDC INTO").count(), 18, "{}", pipeline.stderr);
}

#[test]
fn a_session_lands_in_a_volume_and_a_fresh_machine_learns_what_is_landed() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let volume = Volume::start();
    let with = |place: &Place, token: &str, arguments: &[&str]| {
        let mut command = place.fast(&server, arguments);
        command.env("DATABRICKS_HOST", &volume.host).env("DATABRICKS_TOKEN", token);
        ended(command)
    };
    let extract = [
        "extract",
        "--session-key",
        QUALIFYING,
        "--endpoints",
        "sessions,laps,drivers",
        "--out",
        "/Volumes/dev/raw/landing",
    ];
    let landed = with(&place, CANARY, &extract);
    assert_eq!(landed.code, 0, "{}", landed.stderr);
    let names: Vec<String> = volume.files.lock().unwrap().keys().cloned().collect();
    assert_eq!(
        names,
        [
            "Volumes/dev/raw/landing/_manifest/9610.json",
            "Volumes/dev/raw/landing/drivers_2024-12-07_Yas_Island_Qualifying.json",
            "Volumes/dev/raw/landing/laps_2024-12-07_Yas_Island_Qualifying.json",
            "Volumes/dev/raw/landing/sessions_2024-12-07_Yas_Island_Qualifying.json",
        ]
    );
    let asked = server.count("data_requests");
    let elsewhere = Place::new();
    let again = with(&elsewhere, CANARY, &extract);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(again.stdout.contains("skipped"), "{}", again.stdout);
    assert_eq!(server.count("data_requests"), asked);

    let read = |arguments: &[&str]| {
        let mut command = elsewhere.command(arguments);
        command.env("DATABRICKS_HOST", &volume.host).env("DATABRICKS_TOKEN", CANARY);
        ended(command)
    };
    let zone = ["--out", "/Volumes/dev/raw/landing"];
    assert_eq!(read(&[&["verify"][..], &zone].concat()).code, 0);
    let loaded = read(&[&["load"][..], &zone].concat());
    assert_eq!(loaded.code, 0, "{}", loaded.stderr);
    let shown = read(&["config"]);
    assert!(shown.stdout.contains("databricks token"), "{}", shown.stdout);

    let refused = with(&place, "wrong", &extract);
    assert_ne!(refused.code, 0);
    assert_eq!(refused.stderr.lines().count(), 1, "{}", refused.stderr);
}

#[test]
fn completions_name_the_commands() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.run(&["completions", shell]);
        assert_eq!(script.code, 0);
        assert!(script.stdout.contains("extract") && script.stdout.contains("simulate"), "{shell}");
    }
}
