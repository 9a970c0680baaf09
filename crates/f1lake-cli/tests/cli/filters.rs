//! Names that choose sessions: matches, suggestions, and future sessions.

use crate::{Ended, Place, QUALIFYING, Simulated};
use serde_json::Value;

/// Keys, locations and names of the sessions that a selection chooses.
fn chosen(place: &Place, server: &Simulated, arguments: &[&str]) -> Vec<(String, String)> {
    let ended = place.run_fast(server, &[&["sessions", "--output", "json"][..], arguments].concat());
    assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.stderr);
    let sessions: Vec<Value> = serde_json::from_str(&ended.stdout).unwrap();
    let text = |session: &Value, field: &str| session[field].as_str().unwrap().to_owned();
    sessions.iter().map(|session| (text(session, "location"), text(session, "session_name"))).collect()
}

#[test]
fn accents_common_names_and_parts_of_names_match() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    for (flag, word, location) in [
        ("--location", "spa", "Spa-Francorchamps"),
        ("--location", "Francorchamps", "Spa-Francorchamps"),
        ("--location", "vegas", "Las Vegas"),
        ("--location", "MONZA", "Monza"),
        ("--location", "montreal", "Montréal"),
        ("--location", "Sao Paulo", "São Paulo"),
        ("--location", "Interlagos", "São Paulo"),
        ("--location", "COTA", "Austin"),
        ("--location", "Abu Dhabi", "Yas Island"),
        ("--location", "red bull ring", "Spielberg"),
        ("--country", "Brasil", "São Paulo"),
        ("--country", "bra", "São Paulo"),
        ("--country", "Holland", "Zandvoort"),
        ("--country", "uk", "Silverstone"),
        ("--country", "uae", "Yas Island"),
    ] {
        let found = chosen(&place, &server, &["--year", "2024", flag, word]);
        assert!(!found.is_empty() && found.iter().all(|(place, _)| place == location), "{word}: {found:?}");
    }
    let names = |kind: &str| -> std::collections::BTreeSet<String> {
        chosen(&place, &server, &["--year", "2024", "--session-type", kind])
            .into_iter()
            .map(|(_, name)| name)
            .collect()
    };
    assert_eq!(names("Race").into_iter().collect::<Vec<_>>(), ["Race", "Sprint"]);
    for grand_prix in ["Grand Prix", "grand-prix", "GP"] {
        assert_eq!(names(grand_prix).into_iter().collect::<Vec<_>>(), ["Race"], "{grand_prix}");
    }
    assert_eq!(names("sprint").into_iter().collect::<Vec<_>>(), ["Sprint"]);
    assert_eq!(names("fp2").into_iter().collect::<Vec<_>>(), ["Practice 2"]);
}

#[test]
fn days_are_those_of_the_venue_when_asked_for() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    // Las Vegas races on Saturday night, which is Sunday in UTC.
    let on = |more: &[&str]| chosen(&place, &server, more);
    let utc = on(&["--date", "2024-11-24"]);
    assert!(utc.contains(&("Las Vegas".to_owned(), "Race".to_owned())), "{utc:?}");
    let local = on(&["--date", "2024-11-23", "--local-days"]);
    assert!(local.contains(&("Las Vegas".to_owned(), "Race".to_owned())), "{local:?}");
    let until = ["--year", "2024", "--location", "vegas", "--since", "2024-11-23", "--until", "2024-11-23"];
    let race = |found: &[(String, String)]| found.iter().any(|(_, name)| name == "Race");
    assert!(!race(&on(&until)));
    assert!(race(&on(&[&until[..], &["--local-days"]].concat())));
}

#[test]
fn unknown_names_are_refused_with_a_suggestion() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let mut seen = String::new();
    for arguments in [
        &["--year", "2024", "--country", "Itly"][..],
        &["--year", "2024", "--location", "Monca"],
        &["--year", "2024", "--session-type", "Rce"],
        &["--year", "2024", "--country", "Monza"],
        &["--year", "2024", "--location", "Italy"],
        &["--year", "2024", "--location", "marina"],
        &["--year", "2024", "--country", "Italy,Atlantis"],
        &["--year", "2024", "--country", "Italy", "--location", "spa"],
        &["--meeting-key", "1204", "--session-type", "Sprint"],
        &["--date", "2024-03-20"],
    ] {
        let refused = place.run_fast(&server, &[&["run"][..], arguments].concat());
        assert_eq!(refused.code, 2, "{arguments:?}: {}", refused.stderr);
        assert!(place.files(".").is_empty(), "{arguments:?} made {:?}", place.files("."));
        let told = refused.stderr.strip_prefix("landing in ").and_then(|told| told.split_once('\n'));
        seen.push_str(&format!("f1lake run {}\n{}", arguments.join(" "), told.unwrap().1));
    }
    insta::assert_snapshot!(seen);
    // In mode latest a name may belong to an older season; it is unknown only when no season has it.
    let latest = place.run_fast(&server, &["run", "-n", "1", "--country", "Itly"]);
    assert_eq!(latest.code, 2, "{}", latest.stderr);
    assert!(latest.stderr.contains("did you mean Italy (ITA)?"), "{}", latest.stderr);
}

/// A server whose newest season is the current one, so that part of it is in the future.
fn this_year() -> String {
    jiff::Timestamp::now().strftime("%Y").to_string()
}

fn run(place: &Place, server: &Simulated, arguments: &[&str]) -> Ended {
    place.run_fast(server, &[&["run"][..], arguments].concat())
}

#[test]
fn future_sessions_are_reported_and_make_no_tables() {
    let place = Place::new();
    let next = (this_year().parse::<i32>().unwrap() + 1).to_string();
    let server = Simulated::start(&place, &["--limits", "none", "--seasons", &next]);
    let ended = run(&place, &server, &["--year", &next, "--country", "Italy"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("nothing yet: the first is Practice 1 at "), "{}", ended.stderr);
    assert!(place.files(".").is_empty(), "{:?}", place.files("."));
    for command in ["plan", "sessions"] {
        let told = place.run_fast(&server, &[command, "--year", &next, "--country", "Italy"]);
        assert!(told.code == 0 && told.stderr.contains("nothing yet"), "{command}: {}", told.stderr);
    }
    let wrong = run(&place, &server, &["--year", &next, "--country", "Itly"]);
    assert_eq!(wrong.code, 2, "{}", wrong.stderr);
}

#[test]
fn base_url_without_sessions_is_refused() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let root = server.base_url.replace("/v1", "");
    let fast = ["--rate-per-second", "1000", "--rate-per-minute", "10000", "--retry-delay", "0.01"];
    for arguments in
        [&["extract", "-n", "1"][..], &["run", "--year", "2024"], &["sessions", "--year", &this_year()]]
    {
        let refused = place.run(&[arguments, &["--base-url", &root], &fast].concat());
        assert_ne!(refused.code, 0, "{arguments:?}: {}", refused.stderr);
        assert!(refused.stderr.contains("/v1") || refused.stderr.contains("404"), "{}", refused.stderr);
        assert!(place.files(".").is_empty(), "{:?}", place.files("."));
    }
}

#[test]
fn a_run_as_json_is_one_document_of_all_steps() {
    let place = Place::new();
    let server = Simulated::start(&place, &["--limits", "none"]);
    let ended = run(
        &place,
        &server,
        &["--session-key", QUALIFYING, "--endpoints", "sessions,laps", "--output", "json"],
    );
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let document: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(document["extract"]["sessions"][0]["status"], "landed");
    assert_eq!(document["load"]["sessions"][0]["status"], "loaded");
    assert!(document["build"]["models"].as_array().unwrap().len() > 10);
    assert!(document["build"]["checks"].as_array().is_some_and(|checks| !checks.is_empty()));
    assert_eq!((document["exit_code"].as_i64(), document["error"].is_null()), (Some(0), true));
}
