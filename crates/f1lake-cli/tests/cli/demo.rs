//! The demo, from nothing to a report, and damage afterwards.

use crate::program::{Place, RACE, steady};
use serde_json::Value;

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
    let examples = with(&["sql", "--examples", "--output", "json"], &[]);
    let examples: Vec<Value> = serde_json::from_str(&examples.stdout).unwrap();
    assert_eq!(examples.len(), 30);
    for example in &examples {
        let asked = with(&["sql", example["sql"].as_str().unwrap(), "--output", "csv"], &lake);
        assert_eq!(asked.code, 0, "{}: {}", example["title"], asked.stderr);
        // The practices of the demo have no long runs.
        assert!(asked.stdout.lines().count() > 1 || example["title"] == "Long runs of practice", "{example}");
    }
    let one = with(&["sql", "--examples", "6"], &[]);
    assert!(one.stdout.starts_with("-- ") && one.stdout.ends_with(";\n"), "{}", one.stdout);
    let none = with(&["sql", "--examples", "31"], &[]);
    assert_eq!(none.code, 2, "{}", none.stderr);
    assert!(none.stderr.contains("expected a number from 1 to 30"), "{}", none.stderr);
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

    // Minisectors add up to the official sectors of each driver's best lap.
    let minisectors = "with cut as (select driver_number, lap_number, sector, sum(time_s) as cut_s, count(*) as parts \
                       from telemetry_minisectors(9647) where left_out is null group by 1, 2, 3) \
                       select count(distinct cut.driver_number) as laps, sum(parts) as parts, max(abs(cut_s - \
                       case sector when 1 then duration_sector_1 when 2 then duration_sector_2 else duration_sector_3 end)) \
                       as off from cut join fact_laps using (driver_number, lap_number) where session_key = 9647";
    let cut = with(&["sql", minisectors, "--output", "csv"], &lake);
    assert_eq!(cut.code, 0, "{}", cut.stderr);
    let row: Vec<f64> =
        cut.stdout.lines().nth(1).unwrap().split(',').map(|cell| cell.parse().unwrap()).collect();
    assert!(row[0] >= 15.0 && row[1] == 25.0 * row[0] && row[2] < 0.001, "{}", cut.stdout);
    let none = with(&["sql", "select * from telemetry_minisectors(1)", "--output", "csv"], &lake);
    assert_eq!((none.code, none.stdout.lines().count()), (0, 1), "{}", none.stderr);
    let wrong = with(&["sql", "select * from telemetry_minisectors(9647, 2)"], &lake);
    assert!(wrong.code == 2 && wrong.stderr.contains("from 3 to 1000"), "{}", wrong.stderr);

    let chosen = with(&["report", "yas race", "--laps", "VER:12,pia", "--html", "laps.html"], &lake);
    assert_eq!(chosen.code, 0, "{}", chosen.stderr);
    let laps = std::fs::read_to_string(place.path().join("laps.html")).unwrap();
    assert!(laps.contains("Compared laps") && laps.contains("VER, lap 12") && laps.contains("PIA, lap "));
    for (laps, told) in [
        ("VET", "--laps VET: no driver `VET` in this session; available drivers: VER"),
        ("VER:99", "--laps VER:99: VER has no lap 99; the last one is"),
        ("VER:x", "--laps VER:x: expected a driver and a lap"),
        ("VER:12,VER:12", "--laps VER:12: lap 12 of this driver is named twice"),
    ] {
        let refused = with(&["report", "yas race", "--laps", laps], &lake);
        assert_eq!(refused.code, 2, "{}", refused.stderr);
        assert!(refused.stderr.contains(told), "{}", refused.stderr);
    }

    crate::exploring::the_demo_can_be_explored(&place, &lake);

    // A lake that an older version built lacks a table that a report can do without.
    let table = place.path().join("f1lake-demo/lake/gold_analytics/pit_cycles");
    let aside = place.path().join("f1lake-demo/aside");
    std::fs::rename(&table, &aside).unwrap();
    let old = with(&["report", "yas race"], &lake);
    assert_eq!(old.code, 0, "{}", old.stderr);
    assert!(old.stdout.contains("Not built: pit stops; run `f1lake build`."), "{}", old.stdout);
    std::fs::rename(&aside, &table).unwrap();

    // It lacks one that every report needs.
    let table = place.path().join("f1lake-demo/lake/gold_analytics/fact_neutralisations");
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
