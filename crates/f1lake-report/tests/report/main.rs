//! Reports of simulated, hostile and almost empty sessions.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod fixture;
mod gold;
mod hostile;
mod page;
mod parts;

use f1lake_report::{
    Driver, Lap, LeaderboardRow, Part, ReportData, Rows, SessionHeader, Stint, render_html, render_text,
};
use page::Page;
use std::path::Path;

/// Keeps a page below the target folder for inspection.
fn keep(name: &str, page: &str) {
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name), page).unwrap();
}

/// The charts of a race.
const RACE: [&str; 10] = [
    "lap-times",
    "gaps",
    "positions",
    "tyre-stints",
    "pace",
    "comparison",
    "track",
    "faster",
    "minisectors",
    "weather",
];

#[tokio::test]
async fn a_race_has_every_part() {
    let data = ReportData::from_rows(fixture::session("Race").await).unwrap();
    insta::assert_snapshot!(render_text(&data, 100, false));
    let html = render_html(&data).unwrap();
    keep("race.html", &html);
    let page = Page::of(&html);
    assert_eq!(page.charts(), RACE);
    insta::assert_snapshot!("race_headings", page.outline());
    insta::assert_snapshot!("race_leaderboard", page.table("#leaderboard table"));
    insta::assert_snapshot!("race_stops", page.table("#pit-stops table"));
    insta::assert_snapshot!("race_penalties", page.table("#penalties table"));
    let pace: String = page.table("#pace table").lines().take(4).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!("race_pace", pace);
    let minisectors: String = page.table("table.minisectors").lines().take(4).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!("race_minisectors", minisectors);
    insta::assert_snapshot!("race_stints", page.table("#tyres table"));
    insta::assert_snapshot!("race_quality", page.text("#quality"));
    // Names stand in ink, not in the team's colour.
    assert!(page.count("svg text.i") > 40 && page.count("svg text.s") == 0);
    // Every driver with laps has a series in both charts, and team mates differ in dash and marker.
    for (chart, drivers) in [("lap-times", 19), ("gaps", 19), ("positions", 20)] {
        assert_eq!(page.count(&format!("svg.{chart} g.d")), drivers, "{chart}");
    }
    assert_eq!(page.count("svg.lap-times g.d1.seat0"), 1);
    assert_eq!(page.count("svg.lap-times g.d11.seat1"), 1);
    assert_eq!(page.count("svg.tyre-stints g.tyre"), 48);
    // Official at the finish (a sector time is missing), and neutral within the noise.
    assert_eq!(page.count("svg.comparison g.official rect"), 1);
    assert_eq!(page.count("svg.comparison g.noise path"), 1);
    assert!(page.count("svg.comparison g.trace.neutral") > 0 && page.count("svg.faster g.neutral") > 1);
    assert!(html.len() < 700_000, "{}", html.len());
}

#[tokio::test]
async fn a_qualifying_has_no_positions() {
    let data = ReportData::from_rows(fixture::session("Qualifying").await).unwrap();
    insta::assert_snapshot!(render_text(&data, 80, false));
    let html = render_html(&data).unwrap();
    keep("qualifying.html", &html);
    let page = Page::of(&html);
    let parts = ["qualifying-part"; 3];
    assert_eq!(
        page.charts(),
        [
            &parts[..],
            &["session-laps", "tyre-stints", "comparison", "track", "faster", "minisectors", "weather"]
        ]
        .concat()
    );
    assert_eq!(page.texts("#parts h3"), ["Q3", "Q2", "Q1"]);
    assert_eq!(page.count("#parts g.cut"), 2);
    assert_eq!(page.count("#parts g.out"), 10);
    insta::assert_snapshot!("qualifying_headings", page.outline());
    let table: Vec<String> = page.table("#leaderboard table").lines().take(3).map(str::to_owned).collect();
    insta::assert_snapshot!("qualifying_leaderboard", table.join("\n"));
}

#[tokio::test]
async fn the_same_data_give_the_same_page_and_survive_json() {
    let data = ReportData::from_rows(fixture::session("Race").await).unwrap();
    let page = render_html(&data).unwrap();
    assert_eq!(page, render_html(&data).unwrap());
    let copy: ReportData = serde_json::from_str(&serde_json::to_string(&data).unwrap()).unwrap();
    assert!(page == render_html(&copy).unwrap());
}

#[tokio::test]
async fn missing_parts_are_omitted() {
    let all = fixture::session("Race").await;
    let without = |parts: &[Part]| -> Rows {
        all.iter()
            .filter(|(part, _)| !parts.contains(part))
            .map(|(part, rows)| (*part, rows.clone()))
            .collect()
    };
    let charts = |rows: Rows| -> Vec<String> {
        let data = ReportData::from_rows(rows).unwrap();
        assert!(!render_text(&data, 80, true).is_empty());
        Page::of(&render_html(&data).unwrap()).charts()
    };
    let but = |missing: &[&str]| -> Vec<String> {
        RACE.iter().filter(|chart| !missing.contains(chart)).map(|chart| (*chart).to_owned()).collect()
    };
    let telemetry = ["comparison", "track", "faster", "minisectors"];
    assert_eq!(charts(without(&[Part::Telemetry])), but(&telemetry));
    assert_eq!(
        charts(without(&[Part::Laps, Part::Telemetry])),
        but(&[&telemetry[..], &["lap-times", "positions"]].concat())
    );
    assert_eq!(charts(without(&[Part::Stints, Part::Drivers, Part::Leaderboard])), but(&["tyre-stints"]));
    assert_eq!(
        charts(without(&[Part::LapPositions, Part::StintPace, Part::Weather])),
        but(&["gaps", "pace", "weather"])
    );
    for part in Part::ALL {
        charts(without(&[part]));
    }
    assert_eq!(charts(without(&Part::ALL)), [""; 0]);

    let mut rows = without(&[]);
    for lap in rows.get_mut(&Part::Laps).unwrap() {
        lap["position"] = serde_json::Value::Null;
    }
    for row in rows.get_mut(&Part::Leaderboard).unwrap() {
        row["grid_position"] = serde_json::Value::Null;
    }
    for sample in rows.get_mut(&Part::Telemetry).unwrap() {
        sample["x"] = serde_json::Value::Null;
    }
    assert_eq!(charts(rows), but(&["positions", "track", "faster", "minisectors"]));

    // One lap of telemetry: no delta, no second colour.
    let mut rows = without(&[]);
    let telemetry = rows.get_mut(&Part::Telemetry).unwrap();
    let first = telemetry[0]["driver_number"].clone();
    telemetry.retain(|sample| sample["driver_number"] == first);
    assert_eq!(charts(rows), but(&["faster", "minisectors"]));
}

#[test]
fn almost_empty_report_says_so() {
    let empty = ReportData::default();
    let html = render_html(&empty).unwrap();
    keep("empty.html", &html);
    let page = Page::of(&html);
    insta::assert_snapshot!("empty_page", page.text("main"));
    insta::assert_snapshot!("empty_text", render_text(&empty, 80, false));

    let one = ReportData {
        session: Some(SessionHeader {
            session_key: 1,
            session_category: Some("Race".to_owned()),
            ..Default::default()
        }),
        laps: vec![Lap {
            driver_number: 4,
            lap_number: 1,
            lap_time_s: Some(90.0),
            position: Some(1),
            ..Default::default()
        }],
        stints: vec![Stint { driver_number: 4, lap_start: Some(1), lap_end: Some(1), ..Default::default() }],
        ..Default::default()
    };
    let page = render_html(&one).unwrap();
    assert_eq!(Page::of(&page).charts(), ["lap-times", "positions", "tyre-stints"]);
}

/// The official order applies outside races too: disqualified drivers come last, without a position.
#[test]
fn a_qualifying_names_places_and_who_was_disqualified() {
    let row = |number, status: Option<&str>, gap, best| LeaderboardRow {
        position: Some(number),
        driver_number: number,
        status: status.map(str::to_owned),
        gap_to_leader_s: gap,
        best_lap_s: best,
        ..Default::default()
    };
    let data = ReportData {
        session: Some(SessionHeader {
            session_key: 1,
            session_category: Some("Qualifying".to_owned()),
            ..Default::default()
        }),
        leaderboard: vec![
            row(1, None, Some(0.0), Some(80.1)),
            row(2, None, Some(0.2), Some(80.3)),
            row(3, None, None, None),
            row(4, Some("DSQ"), Some(-0.1), Some(80.0)),
        ],
        ..Default::default()
    };
    let page = Page::of(&render_html(&data).unwrap());
    assert_eq!(page.texts("td.place"), ["1", "2", "3", "DSQ"]);
    assert_eq!(page.texts("td.gap"), ["", "+0.200", "", ""]);
    assert_eq!(page.texts(".facts div"), ["First 1", "Best lap 1:20.100 1"]);
    assert_eq!(page.texts("td.best"), ["1:20.100"]);
    let text = render_text(&data, 100, false);
    let lines: Vec<Vec<&str>> =
        text.lines().skip(5).take(4).map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        lines,
        [
            vec!["1", "1", "1", "1:20.100"],
            vec!["2", "2", "2", "+0.200", "1:20.300"],
            vec!["3", "3", "3"],
            vec!["DSQ", "4", "4", "1:20.000"],
        ]
    );
}

/// A page names the source of its data.
#[test]
fn generated_data_is_labelled_and_not_credited_to_openf1() {
    for is_generated in [true, false] {
        let data = ReportData {
            session: Some(SessionHeader { session_key: 1, is_generated, ..Default::default() }),
            ..Default::default()
        };
        let page = Page::of(&render_html(&data).unwrap());
        assert_eq!(page.text("title").contains("generated data"), is_generated);
        assert_eq!(page.count("header p.generated"), usize::from(is_generated));
        assert_eq!(page.text("footer").contains("CC BY-NC-SA"), !is_generated);
        assert_eq!(page.text("footer").contains("generated data"), is_generated);
        assert_eq!(render_text(&data, 40, false).contains("\nGenerated data"), is_generated);
    }
}

/// When a sector time is missing, the page says that only the finish is official.
#[tokio::test]
async fn missing_sector_time_is_reported() {
    let mut rows = fixture::session("Qualifying").await;
    for sample in rows.get_mut(&Part::Telemetry).unwrap() {
        sample["sector_2_s"] = serde_json::Value::Null;
    }
    let page = Page::of(&render_html(&ReportData::from_rows(rows).unwrap()).unwrap());
    let caption = page.text("#compared-laps figcaption");
    assert!(caption.contains("only, because a sector time is missing"), "{caption}");
    assert_eq!(page.count("svg.comparison g.official rect"), 1);
}

/// 22 cars, 78 laps, wet: a red flag, an hour of waiting, laps on every compound.
#[test]
fn a_long_wet_race_with_a_red_flag_keeps_its_axis() {
    let numbers = 1..=22_i64;
    let data = ReportData {
        session: Some(SessionHeader {
            session_key: 1,
            session_category: Some("Race".to_owned()),
            ..Default::default()
        }),
        drivers: numbers
            .clone()
            .map(|n| Driver {
                driver_number: n,
                name_acronym: Some(format!("D{n}")),
                team_name: Some(format!("Team {}", (n - 1) / 2)),
                ..Default::default()
            })
            .collect(),
        leaderboard: numbers
            .clone()
            .map(|n| LeaderboardRow { position: Some(n), driver_number: n, ..Default::default() })
            .collect(),
        laps: numbers
            .clone()
            .flat_map(|n| {
                (1..=78).map(move |lap| Lap {
                    driver_number: n,
                    lap_number: lap,
                    lap_time_s: Some(match lap {
                        30 => 3_400.0 + n as f64,
                        1..30 => 88.0 - lap as f64 * 0.1 + n as f64 * 0.05,
                        _ => 80.0 + n as f64 * 0.05,
                    }),
                    position: Some(n),
                    ..Default::default()
                })
            })
            .collect(),
        stints: numbers
            .flat_map(|n| {
                [(1, 10, "WET"), (11, 29, "INTERMEDIATE"), (30, 60, "HARD"), (61, 78, "TEST_UNKNOWN")].map(
                    |(start, end, compound)| Stint {
                        driver_number: n,
                        lap_start: Some(start),
                        lap_end: Some(end),
                        compound: Some(compound.to_owned()),
                        ..Default::default()
                    },
                )
            })
            .collect(),
        ..Default::default()
    };
    let html = render_html(&data).unwrap();
    keep("wet.html", &html);
    let page = Page::of(&html);
    assert_eq!(page.count("svg.lap-times g.d"), 22);
    let caption = page.text("#lap-times figcaption");
    assert!(caption.contains("22 laps slower than"), "{caption}");
    // The highest label of the axis is below two minutes although the red flag lap took an hour.
    let labels = page.texts("svg.lap-times text.x.t.e");
    assert!(labels.iter().all(|label| label.starts_with("1:")), "{labels:?}");
    assert!(html.len() < 900_000, "{}", html.len());
    insta::assert_snapshot!("wet_text", render_text(&data, 70, false));
}

#[test]
fn a_terminal_line_is_never_wider_than_asked() {
    let data: ReportData = serde_json::from_value(serde_json::json!({
        "session": {"session_key": 1, "meeting_name": "名".repeat(300), "session_name": "Race"},
        "drivers": [{"driver_number": 1, "full_name": "ß".repeat(300), "name_acronym": "VERYLONG", "team_name": "x ".repeat(90)}],
        "leaderboard": [{"position": 1, "driver_number": 1, "number_of_laps": 58, "best_lap_s": 80.0, "gap_to_leader_s": 12.0}],
        "stints": [{"driver_number": 1, "lap_start": 1, "lap_end": 58}],
        "quality": [{"check_name": "lap_gaps", "status": "warned", "odd": 3, "description": "long ".repeat(60)}],
    }))
    .unwrap();
    for width in [40, 60, 80, 120, 200] {
        let text = render_text(&data, width, false);
        for line in text.lines() {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= width, "{width}: {line}");
        }
    }
}
