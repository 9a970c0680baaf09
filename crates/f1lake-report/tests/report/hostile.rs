//! Hostile names.

use crate::page::Page;
use f1lake_report::{
    Driver, Lap, LapPosition, LapTrace, LeaderboardRow, LongRun, Penalty, PitStop, QualifyingPart,
    QualifyingTime, QualityLine, QualityStatus, RainWindow, ReportData, SessionHeader, SessionWeather, Stint,
    StintPace, TraceSample, WeatherSample, render_html, render_text,
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
        compared_laps: vec![LapTrace {
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
            drivers: text.clone(),
        }],
        lap_positions: (1..=laps)
            .map(|lap| LapPosition {
                driver_number: number,
                lap_number: lap,
                gap_to_leader_s: Some(lap as f64),
                is_lapped: None,
            })
            .collect(),
        pit_stops: vec![PitStop {
            driver_number: number,
            stop_number: 1,
            pit_type: text.clone(),
            compound_before: text.clone(),
            compound_after: text.clone(),
            track_status: text.clone(),
            double_stack: text.clone(),
            expected_from: text.clone(),
            time_lost_s: Some(21.0),
            ..Default::default()
        }],
        stint_pace: vec![StintPace {
            driver_number: number,
            stint_number: 1,
            compound: text.clone(),
            fitted_laps: Some(9),
            median_s: Some(80.0),
            scatter_s: Some(0.2),
            ..Default::default()
        }],
        penalties: ["", "lap_deletion"]
            .map(|kind| Penalty {
                driver_number: number,
                kind: if kind.is_empty() { text.clone() } else { Some(kind.to_owned()) },
                reason: text.clone(),
                served_by: text.clone(),
                ..Default::default()
            })
            .to_vec(),
        qualifying_times: vec![QualifyingTime {
            driver_number: number,
            part: 1,
            best_s: Some(80.0),
            compound: text.clone(),
            ..Default::default()
        }],
        qualifying_parts: vec![QualifyingPart {
            part: 1,
            best_driver_number: Some(number),
            ..Default::default()
        }],
        long_runs: vec![LongRun {
            driver_number: number,
            run_number: 1,
            compound: text.clone(),
            first_lap: Some(1),
            last_lap: Some(laps),
            median_s: Some(81.0),
            ..Default::default()
        }],
        weather: (0..30)
            .map(|minute| WeatherSample {
                date: Some(format!("2024-03-24T04:{minute:02}:00Z")),
                air_c: Some(20.0 + f64::from(minute)),
                ..Default::default()
            })
            .chain([WeatherSample { date: text.clone(), ..Default::default() }])
            .collect(),
        rain_windows: vec![RainWindow {
            date_start: text.clone(),
            date_end: text.clone(),
            duration_minutes: None,
        }],
        session_weather: Some(SessionWeather { date_start: text.clone(), ..Default::default() }),
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
        assert_eq!(
            page.charts(),
            [
                "qualifying-part",
                "lap-times",
                "gaps",
                "positions",
                "long-runs",
                "tyre-stints",
                "pace",
                "comparison",
                "track",
                "weather"
            ]
        );
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
        category in prop_oneof![Just("Race"), Just("Practice"), Just("Qualifying")],
    ) {
        let mut data = report("x", 1, 3);
        data.session.as_mut().unwrap().session_category = Some(category.to_owned());
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
            data.compared_laps[0].samples.push(TraceSample { lap_distance_m: *value, speed: *value, lap_time_s: *value, x: *value, y: *value, ..Default::default() });
        }
        data.compared_laps.push(data.compared_laps[0].clone());
        for (index, value) in metres.iter().enumerate() {
            let number = numbers[index % numbers.len()];
            let whole = Some(number);
            data.lap_positions.push(LapPosition { driver_number: number, lap_number: index as i64, gap_to_leader_s: *value, is_lapped: None });
            data.pit_stops.push(PitStop {
                driver_number: number, lap_number: whole, time_lost_s: *value, circuit_median_s: *value, stationary_s: *value,
                undercut_gain_s: *value, position_before: whole, ..Default::default()
            });
            data.stint_pace.push(StintPace {
                driver_number: number, stint_number: number, fitted_laps: whole, median_s: *value, slope_s: *value, slope_error_s: *value,
                scatter_s: *value, ..Default::default()
            });
            data.penalties.push(Penalty { driver_number: number, seconds: whole, kind: Some("time".to_owned()), lap_number: whole, ..Default::default() });
            data.qualifying_times.push(QualifyingTime {
                driver_number: number, part: index as i64 % 5, best_s: *value, gap_to_best_s: *value, place: whole, ..Default::default()
            });
            data.qualifying_parts.push(QualifyingPart {
                part: index as i64 % 5, best_s: *value, cutoff_s: *value, ideal_s: *value, evolution_from_previous_part_s: *value,
                evolution_s_per_minute: *value, evolution_drivers: whole, deleted_laps: whole, laps: whole, ..Default::default()
            });
            data.long_runs.push(LongRun {
                driver_number: 1, run_number: number, first_lap: Some(1), last_lap: whole, median_s: *value, slope_s: *value, ..Default::default()
            });
            data.weather.push(WeatherSample {
                date: Some(format!("2024-03-24T05:{:02}:00Z", index % 60)), air_c: *value, track_c: *value, wind_mps: *value, ..Default::default()
            });
            data.session_weather = Some(SessionWeather {
                air_min_c: *value, air_max_c: *value, humidity_percent: *value, wind_mps: *value, wind_direction: whole, rain_minutes: *value,
                has_rain: Some(true), ..Default::default()
            });
        }
        let html = render_html(&data).unwrap();
        prop_assert!(!html.contains("NaN") && !html.contains("inf\""));
        Page::of(&html);
        render_text(&data, 80, true);
    }
}
