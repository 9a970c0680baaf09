//! What a report has depends on its session and on the lake.

use crate::page::Page;
use crate::{fixture, keep};
use f1lake_report::{Part, ReportData, render_html, render_text};

#[tokio::test]
async fn a_practice_has_long_runs() {
    let data = ReportData::from_rows(fixture::session("Practice 1").await).unwrap();
    let html = render_html(&data).unwrap();
    keep("practice.html", &html);
    let page = Page::of(&html);
    assert_eq!(
        page.charts(),
        [
            "session-laps",
            "long-runs",
            "tyre-stints",
            "comparison",
            "track",
            "faster",
            "minisectors",
            "weather"
        ]
    );
    insta::assert_snapshot!("practice_headings", page.outline());
    insta::assert_snapshot!("practice_long_runs", page.table("#long-runs table"));
}

/// Laps that were asked for are compared in their order, also two of one driver.
#[tokio::test]
async fn chosen_laps_are_compared() {
    let data = ReportData::from_rows(fixture::session("Race").await).unwrap();
    let mut laps = data.compared_laps.clone();
    laps.truncate(2);
    laps.reverse();
    laps[1].driver_number = laps[0].driver_number;
    let chosen = data.with_laps(laps);
    let page = Page::of(&render_html(&chosen).unwrap());
    assert_eq!(page.texts("#compared-laps .key bdi"), ["PIA, lap 44, 1:35.045", "PIA, lap 34, 1:34.830"]);
    // Two laps of one colour: the second is drawn in that of text.
    assert_eq!(page.count("svg.comparison g.lap1.alt"), page.count("svg.comparison g.lap1"));
}

/// The script overlays any two laps that the minisectors can compare; its numbers are those of the overlay.
#[tokio::test]
async fn laps_to_choose_from_have_the_official_times() {
    let data = ReportData::from_rows(fixture::session("Qualifying").await).unwrap();
    let page = Page::of(&render_html(&data).unwrap());
    assert_eq!(page.count("p.choose[hidden] select"), 2);
    assert_eq!(page.count("option"), 20);
    assert_eq!(page.texts("option[selected]"), ["VER, lap 14, 1:30.070", "SAI, lap 14, 1:30.157"]);
    let laps: serde_json::Value = serde_json::from_str(&page.value(".compare", "data-laps")).unwrap();
    assert_eq!(laps[2].as_array().unwrap().len(), 10);
    for (lap, trace) in laps[2].as_array().unwrap().iter().zip(&data.compared_laps) {
        let [first, second, _] = trace.sectors_s.map(Option::unwrap);
        let official =
            [first, first + second, trace.lap_duration_s.unwrap()].map(|s| (s * 1000.0).round() as i64);
        assert_eq!(lap[6], serde_json::json!(official));
        assert_eq!(lap[0].as_array().unwrap().len(), 241);
        assert_eq!(lap[0][240], official[2]);
    }
    let size = page.value(".compare", "data-laps").len();
    assert!(size < 60_000, "{size}");
}

/// A lake that an older version built lacks tables; the report says so and has the rest.
#[tokio::test]
async fn parts_that_were_not_built_are_named() {
    let mut rows = fixture::session("Race").await;
    rows.retain(|part, _| !part.is_optional());
    let mut data = ReportData::from_rows(rows).unwrap();
    data.not_built = Part::ALL.into_iter().filter(|part| part.is_optional()).collect();
    let page = Page::of(&render_html(&data).unwrap());
    assert_eq!(
        page.charts(),
        ["lap-times", "positions", "tyre-stints", "comparison", "track", "faster", "minisectors"]
    );
    let told = page.text("p.not-built");
    assert!(
        told.starts_with("Not built: gaps, pit stops, ") && told.ends_with("; run `f1lake build`."),
        "{told}"
    );
    assert!(render_text(&data, 100, false).contains("\nNot built: gaps, pit stops,"));
}

/// Three cars, one of them without a lap, and nulls in every optional column.
#[tokio::test]
async fn three_cars_and_nulls_make_a_report() {
    for name in ["Race", "Qualifying", "Practice 1"] {
        let mut rows = fixture::session(name).await;
        for list in rows.values_mut() {
            list.retain(|row| {
                row["driver_number"].as_i64().is_none_or(|number| [1, 11, 27].contains(&number))
            });
        }
        let page = Page::of(&render_html(&ReportData::from_rows(rows.clone()).unwrap()).unwrap());
        assert_eq!(page.count("#leaderboard tbody tr"), 3);
        const KEYS: [&str; 12] = [
            "session_key",
            "session_category",
            "driver_number",
            "lap_number",
            "stop_number",
            "stint_number",
            "penalty_number",
            "part",
            "run_number",
            "kind",
            "check_name",
            "is_generated",
        ];
        for row in rows.values_mut().flatten().filter_map(serde_json::Value::as_object_mut) {
            for (_, value) in row.iter_mut().filter(|(column, _)| !KEYS.contains(&column.as_str())) {
                if !value.is_boolean() {
                    *value = serde_json::Value::Null;
                }
            }
        }
        for row in rows.get_mut(&Part::Quality).unwrap() {
            row["status"] = "passed".into();
        }
        let data = ReportData::from_rows(rows).unwrap();
        let page = Page::of(&render_html(&data).unwrap());
        assert_eq!(page.charts(), [""; 0], "{name}");
        assert!(!render_text(&data, 80, false).is_empty());
    }
}
