//! Settings, commands and messages, without a season.

use crate::program::{CANARY, Place, QUALIFYING, Simulated, ended, steady};
use serde_json::Value;
use std::path::Path;

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
    assert_eq!(commands.len(), 22);
    for command in commands {
        assert!(cli.contains(&format!("## `f1lake {command}`")), "docs/cli.md does not tell of {command}");
    }
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
fn completions_name_the_commands() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.run(&["completions", shell]);
        assert_eq!(script.code, 0);
        assert!(script.stdout.contains("extract") && script.stdout.contains("simulate"), "{shell}");
    }
}
