//! Hostile names.

use crate::page::Page;
use f1lake_report::{
    Driver, Lap, LapTrace, LeaderboardRow, QualityLine, QualityStatus, ReportData, SessionHeader, Stint,
    TraceSample, render_html, render_text,
};
use proptest::prelude::*;

/// A report in which every text is `name`.
fn report(name: &str, number: i64, laps: i64) -> ReportData {
    let text = Some(name.to_owned());
    ReportData {
        session: Some(SessionHeader {
            session_key: number,
            session_name: text.clone(),
            session_category: Some("Race".to_owned()),
            meeting_name: text.clone(),
            circuit_short_name: text.clone(),
            location: text.clone(),
            country_name: text.clone(),
            year: Some(2024),
            date_start: text.clone(),
            is_generated: false,
        }),
        drivers: vec![Driver {
            driver_number: number,
            name_acronym: text.clone(),
            full_name: text.clone(),
            team_name: text.clone(),
            team_colour: text.clone(),
        }],
        leaderboard: vec![LeaderboardRow {
            position: Some(1),
            driver_number: number,
            status: text.clone(),
            best_lap_s: Some(80.0),
            ..Default::default()
        }],
        laps: (1..=laps)
            .map(|lap| Lap {
                driver_number: number,
                lap_number: lap,
                lap_time_s: Some(80.0 + lap as f64),
                position: Some(1),
                compound: text.clone(),
                ..Default::default()
            })
            .collect(),
        stints: vec![Stint {
            driver_number: number,
            lap_start: Some(1),
            lap_end: Some(laps),
            compound: text.clone(),
            ..Default::default()
        }],
        best_laps: vec![LapTrace {
            driver_number: number,
            lap_number: 1,
            lap_duration_s: Some(80.0),
            sectors_s: [Some(25.0), Some(30.0), Some(25.0)],
            samples: (0..60)
                .map(|i| {
                    let i = f64::from(i);
                    TraceSample {
                        lap_distance_m: Some(i * 90.0),
                        lap_time_s: Some(i * 1.4),
                        speed: Some(200.0 + i),
                        x: Some((i / 9.5).cos() * 4000.0),
                        y: Some((i / 9.5).sin() * 4000.0),
                        ..Default::default()
                    }
                })
                .collect(),
        }],
        quality: vec![QualityLine {
            check_name: name.to_owned(),
            description: text.clone(),
            status: QualityStatus::Warned,
            odd: Some(1),
            looked_at: Some(9),
            drivers: text,
        }],
        ..Default::default()
    }
}

#[test]
fn markup_in_names_stays_text() {
    for name in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</title></style></svg><script>alert(1)</script>",
        "<!--",
        "]]>",
        "&lt;b&gt; &amp;",
        "{{ 7*7 }}{% raw %}",
        "#fff;}*{display:none",
        "javascript:alert(1)",
    ] {
        let page = Page::of(&render_html(&report(name, 1, 5)).unwrap());
        assert!(page.text("title").contains(name), "{name}: {}", page.text("title"));
        assert_eq!(page.text("#leaderboard bdi.name"), name);
        assert_eq!(page.charts(), ["lap-times", "positions", "tyre-stints", "comparison", "track"]);
        assert!(!page.text("style").contains(name));
    }
}

#[test]
fn right_to_left_names_do_not_reorder_the_text() {
    let name = "\u{202e}NESPPATSREV xaM\u{2067}\u{0} \u{1b}[2J";
    let data = report(name, 1, 5);
    let page = render_html(&data).unwrap();
    let text = render_text(&data, 100, false);
    for c in ['\u{202e}', '\u{2067}', '\0', '\u{1b}'] {
        assert!(!page.contains(c) && !text.contains(c), "{c:?}");
    }
    // Arabic and Hebrew names stay, set apart from their surroundings.
    let page = Page::of(&render_html(&report("مرحبا", 1, 5)).unwrap());
    assert_eq!(page.text("#leaderboard bdi.name"), "مرحبا");
}

#[test]
fn a_name_of_ten_kilobytes_is_cut() {
    let data = report(&"<W&\"".repeat(2_500), 1, 5);
    let page = render_html(&data).unwrap();
    Page::of(&page);
    assert!(page.len() < 90_000, "{}", page.len());
    assert!(render_text(&data, 100, false).len() < 5_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// With any names, the page parses without error and contains only its own elements and one script.
    #[test]
    fn any_name_is_well_formed(name in any::<String>(), markup in "[<>&\"'/=a-z! -]{0,40}", number in any::<i64>(), laps in 0..90_i64) {
        Page::of(&render_html(&report(&name, number, laps)).unwrap());
        Page::of(&render_html(&report(&markup, number, laps)).unwrap());
        let text = render_text(&report(&name, number, laps), 80, false);
        prop_assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
    }

    /// Extreme numbers are omitted or clipped; nothing panics, and no drawing contains `NaN`.
    #[test]
    fn any_number_can_be_drawn(
        times in proptest::collection::vec(proptest::option::of(any::<f64>()), 0..40),
        numbers in proptest::collection::vec(any::<i64>(), 1..40),
        metres in proptest::collection::vec(proptest::option::of(any::<f64>()), 0..40),
    ) {
        let mut data = report("x", 1, 3);
        for (index, time) in times.iter().enumerate() {
            let number = numbers[index % numbers.len()];
            data.laps.push(Lap { driver_number: 1, lap_number: number, lap_time_s: *time, position: Some(number), ..Default::default() });
            data.stints.push(Stint { driver_number: 1, lap_start: Some(number), lap_end: Some(number.wrapping_add(3)), ..Default::default() });
            data.leaderboard.push(LeaderboardRow {
                driver_number: number, best_lap_s: *time, gap_to_leader_s: *time, grid_position: Some(number), gap_to_leader_laps: Some(number),
                points: *time, ..Default::default()
            });
        }
        for value in &metres {
            data.best_laps[0].samples.push(TraceSample { lap_distance_m: *value, speed: *value, lap_time_s: *value, x: *value, y: *value, ..Default::default() });
        }
        data.best_laps.push(data.best_laps[0].clone());
        let html = render_html(&data).unwrap();
        prop_assert!(!html.contains("NaN") && !html.contains("inf\""));
        Page::of(&html);
        render_text(&data, 80, true);
    }
}
