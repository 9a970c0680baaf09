//! Messages about user mistakes: what was typed, what is expected, and a suggestion.

use crate::{Place, Simulated, ended, steady};
use std::path::{Path, PathBuf};

#[test]
fn command_line_mistakes_are_explained_with_suggestions() {
    let place = Place::new();
    std::fs::create_dir(place.path().join("lake")).unwrap();
    let cases: &[&[&str]] = &[
        &["extract", "--date", "24-03-2024"],
        &["extract", "--since", "24.3."],
        &["extract", "--from", "24.3."],
        &["extract", "--to", "tomorrow"],
        &["extract", "--until", "2024-03-24", "--to", "2024-03-24"],
        &["load", "--load-to", "lakehouse"],
        &["extract", "--num-sessions", "all"],
        &["extract", "--num-sessions", "-1"],
        &["extract", "-n", "-1"],
        &["extract", "--year", "twenty"],
        &["extract", "--year", "2022"],
        &["extract", "--year", "-5"],
        &["extract", "--date", "2019-03-24"],
        &["extract", "--date", "2049-03-24"],
        &["extract", "--session-key", "abc"],
        &["extract", "--meeting-key", "1,x"],
        &["extract", "--timeout", "abc"],
        &["extract", "--timeout", "-3"],
        &["extract", "--max-workers", "three"],
        &["extract", "--max-workers", "0"],
        &["extract", "--rate-per-minute", "2.5"],
        &["extract", "--settle-days", "-1"],
        &["extract", "--mode", "lates"],
        &["extract", "--format", "csv"],
        &["extract", "--endpoints", "lap"],
        &["extract", "--endpoints", "gearbox"],
        &["extract", "--num-session", "5"],
        &["extract", "--lake", "x"],
        &["extract", "--nonsense"],
        &["extract", "--mode"],
        &["extract", "-q", "-v"],
        &["extract", "9488"],
        &["extract", "2024"],
        &["extract", "2024-03-24"],
        &["run", "9488"],
        &["verify", "landing"],
        &["tables", "lake"],
        &["build", "fact_laps"],
        &["report", "melbourne", "race"],
        &["report"],
        &["sql", "select", "1"],
        &["export"],
        &["simulate", "--port", "99999"],
        &["simulate", "--seed", "x"],
        &["maintain", "--retention-hours", "week"],
        &["--mode", "latest"],
        &["--mode", "latest", "--num-sessions", "5"],
        &["--frobnicate"],
        &["version"],
        &["man"],
        &["clean"],
        &["query"],
        &["init"],
        &["ls"],
        &["list"],
        &["fetch"],
        &["download"],
        &["extrat"],
        &["frobnicate"],
        &["databricks", "stup"],
    ];
    let mut seen = String::new();
    for case in cases {
        let refused = place.run(case);
        assert_eq!(refused.code, 2, "{case:?}: {}", refused.stderr);
        assert_eq!(refused.stdout, "", "{case:?}");
        assert!(refused.stderr.starts_with("error: "), "{case:?}: {}", refused.stderr);
        for foreign in ["i16", "usize", "u32", "i64", "invalid digit", "float literal", "invalid value"] {
            assert!(!refused.stderr.contains(foreign), "{case:?}: {}", refused.stderr);
        }
        seen.push_str(&format!("f1lake {}\n{}", case.join(" "), refused.stderr));
    }
    insta::with_settings!({filters => vec![(r"2023 to \d{4}", "2023 to THIS YEAR")]}, {
        insta::assert_snapshot!(seen);
    });
}

#[test]
fn wrong_values_are_shown_as_they_were_written() {
    let place = Place::new();
    let mut seen = String::new();
    for (name, value) in [
        ("F1LAKE_FETCH_YEAR", "abc"),
        ("F1LAKE_MAX_WORKERS", "three"),
        ("F1LAKE_MAX_WORKERS", "-1"),
        ("F1LAKE_TIMEOUT", "long"),
        ("F1LAKE_ALSO_LOCAL", "perhaps"),
        ("F1LAKE_SESSION_KEYS", "9488,melbourne"),
        ("F1LAKE_FROM", "24.3.2024"),
        ("F1LAKE_COMPRESSION", "zip"),
        ("F1LAKE_USE_PAGINATION_FOR_LOCATIONS", "true"),
    ] {
        let mut command = place.command(&["extract"]);
        command.env(name, value);
        let refused = ended(command);
        assert_eq!(refused.code, 2, "{name}={value}: {}", refused.stderr);
        seen.push_str(&format!("{name}={value}\n{}", refused.stderr));
    }
    for text in [
        "max_workers = \"three\"",
        "fetch_mode = \"year\"\nfetch_year = 2022",
        "timeout = \"long\"",
        "fetch_laps = 1",
        "fetch_mode = \"lates\"",
        "landing_path = 5",
        "use_pagination_for_locations = true",
        "max_workers = 3\nfetch_mode = latest",
        "base_url = secret-of-somebody",
        "fetch_year 2024",
    ] {
        place.write("f1lake.toml", text);
        let refused = place.run(&["extract"]);
        assert_eq!(refused.code, 2, "{text}: {}", refused.stderr);
        assert!(!refused.stderr.contains("secret-of-somebody"), "{}", refused.stderr);
        seen.push_str(&format!("{text}\n{}", refused.stderr));
    }
    insta::with_settings!({filters => vec![(r"2023 to \d{4}", "2023 to THIS YEAR")]}, {
        insta::assert_snapshot!(seen);
    });
}

/// Files below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn variables_of_our_own_scripts_do_not_stop_the_program() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut scripts = vec![root.join("proof.py")];
    for folder in [".ci", "dbt", "benches", "crates/f1lake-cli/tests/proof", "crates/f1lake-databricks/tests"]
    {
        files(&root.join(folder), &mut scripts);
    }
    let mut names = std::collections::BTreeSet::new();
    for script in scripts {
        let Ok(text) = std::fs::read_to_string(&script) else { continue };
        for (at, _) in text.match_indices("F1LAKE_") {
            let name: String = text[at..]
                .chars()
                .take_while(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '_')
                .collect();
            if name.len() > "F1LAKE_".len() && !name.ends_with('_') {
                names.insert(name);
            }
        }
    }
    assert!(names.len() > 20, "{names:?}");
    let place = Place::new();
    for name in names.iter().filter(|name| *name != "F1LAKE_CONFIG") {
        let mut command = place.command(&["config"]);
        command.env(name, "1");
        let shown = ended(command);
        assert!(!shown.stderr.contains("unknown setting"), "{name}: {}", shown.stderr);
    }
}

#[test]
fn wrong_folders_and_empty_lakes_are_reported() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let extract =
        ["extract", "--session-key", crate::QUALIFYING, "--endpoints", "sessions,laps", "--out", "zone"];
    assert_eq!(place.run_fast(&server, &extract).code, 0);
    std::fs::create_dir(place.path().join("lake")).unwrap();
    std::fs::create_dir(place.path().join("empty")).unwrap();
    let mut seen = String::new();
    for arguments in [
        &["verify", "--out", "empty"][..],
        &["verify", "--out", "lake"],
        &["load", "--out", "lake"],
        &["tables", "--lake", "zone"],
        &["tables", "--lake", "empty"],
        &["sql", "select * from fact_laps"],
        &["report", "latest"],
        &["report", "1"],
    ] {
        let refused = place.run(arguments);
        assert_eq!(refused.code, 2, "{arguments:?}: {}", refused.stderr);
        seen.push_str(&format!("f1lake {}\n{}\n", arguments.join(" "), steady(&refused.stderr, &place)));
    }
    insta::assert_snapshot!(seen);
    let left = std::fs::read_dir(place.path().join("lake")).unwrap().count();
    assert_eq!(left, 0, "a refused load made a lake");
}

#[test]
fn analyst_sql_is_supported() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let small = "sessions,meetings,drivers,laps,stints,session_result,starting_grid,position,race_control,weather,pit";
    let run = place.run_fast(&server, &["run", "--session-key", crate::QUALIFYING, "--endpoints", small]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let sql = |text: &str| place.run(&["sql", text, "--output", "csv"]);
    let whose = "select min_by(driver_number, lap_duration) as a, arg_min(driver_number, lap_duration) as b, \
                 max_by(driver_number, lap_duration) as c, arg_max(driver_number, lap_duration) as d, \
                 lap_time(min(lap_duration)) as best from fact_laps";
    let by_order = "select (select driver_number from fact_laps order by lap_duration limit 1) as a, \
                    (select driver_number from fact_laps where lap_duration is not null order by lap_duration desc limit 1) as c";
    let (aggregated, ordered) = (sql(whose), sql(by_order));
    assert_eq!(aggregated.code, 0, "{}", aggregated.stderr);
    let cells =
        |text: &str| -> Vec<String> { text.lines().nth(1).unwrap().split(',').map(str::to_owned).collect() };
    let (aggregated, ordered) = (cells(&aggregated.stdout), cells(&ordered.stdout));
    assert_eq!(aggregated[..4], [&ordered[0], &ordered[0], &ordered[1], &ordered[1]].map(Clone::clone));
    assert!(aggregated[4].starts_with("1:2") && aggregated[4].len() == 8, "{aggregated:?}");
    for text in [
        // Names are unique, so the schema is optional.
        "select count(*) from silver_laps",
        "select count(*) from bronze_laps",
        "select session_key, name_acronym, lap_number from fact_laps join dim_sessions using (session_key) \
         where session_key = 9610",
        "select session_key, driver_number, lap_number, a.lap_duration from silver_laps a \
         join fact_laps b using (session_key, driver_number, lap_number) where session_key = 9610 and lap_number = 2",
        "select session_key, s.location from fact_laps join dim_sessions s using (session_key) \
         join fact_stints using (session_key, driver_number) where session_key = 9610 order by session_key",
        "select session_key, driver_number, count(*) from fact_laps join dim_sessions s using (session_key) \
         join fact_stints using (session_key, driver_number) join session_leaderboard using (session_key, driver_number) \
         join fact_results using (session_key, driver_number) where session_key in (select session_key from dim_sessions) \
         group by session_key, driver_number having session_key > 0 order by session_key, driver_number",
        "select * from fact_laps join dim_sessions using (session_key) join fact_stints using (session_key, driver_number) \
         where session_key = 9610 limit 3",
        "select local_day from dim_sessions",
    ] {
        let answered = sql(text);
        assert_eq!(answered.code, 0, "{text}: {}", answered.stderr);
        assert!(answered.stdout.lines().count() > 1, "{text}: {}", answered.stdout);
    }
    let mut seen = String::new();
    for arguments in [
        &["sql", "select location from fact_laps"][..],
        &["sql", "select * from fact_laps where name_acronym = \"VER\""],
        &["sql", "select min_buy(lap_duration, lap_number) from fact_laps"],
        &["sql", "select session_key from fact_laps a join dim_sessions b on a.session_key = b.session_key"],
        &["sql", "select * from gold_analytics.silver_laps"],
        &["sql", "select * from fact_laps", "--as-of", "2020-01-01"],
        &["sql", "select * from fact_laps", "--as-of", "77"],
        &["sql", "select * from fact_laps where"],
        &["sql", ""],
        &["report", "monaco"],
    ] {
        let refused = place.run(arguments);
        assert_eq!(refused.code, 2, "{arguments:?}: {}{}", refused.stdout, refused.stderr);
        seen.push_str(&format!("f1lake {}\n{}", arguments.join(" "), refused.stderr));
    }
    insta::with_settings!({filters => vec![(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\b; use", "TIME; use")]}, {
        insta::assert_snapshot!(seen);
    });
}
