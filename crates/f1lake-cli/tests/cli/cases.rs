//! Small sessions with known answers, from the API to gold. The rows in `tests/cases` are
//! invented after problems that users reported; `answers.json` has the questions and the answers.

use crate::{Ended, Place, Simulated};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// A question to a lake: text, SQL, rows.
fn questions(text: &str) -> Vec<(String, String, Value)> {
    let list: Vec<Value> = serde_json::from_str(text).unwrap();
    let field = |question: &Value, name: &str| question[name].as_str().unwrap().to_owned();
    list.iter()
        .map(|question| (field(question, "what"), field(question, "sql"), question["rows"].clone()))
        .collect()
}

fn answer(place: &Place, sql: &str) -> Value {
    let asked = place.run(&["sql", "--lake", "lake", "--output", "json", sql]);
    assert_eq!(asked.code, 0, "{sql}: {}", asked.stderr);
    let rows: Vec<serde_json::Map<String, Value>> = serde_json::from_str(&asked.stdout).unwrap();
    rows.into_iter().map(|row| Value::Array(row.into_values().collect())).collect()
}

/// Whether two answers are the same, numbers to a millionth.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Number(left), Value::Number(right)) => {
            left.as_f64().zip(right.as_f64()).is_some_and(|(left, right)| (left - right).abs() < 1e-6)
        }
        _ => left == right,
    }
}

/// Extracts, loads and builds the sessions of a folder of rows.
fn run(place: &Place, rows: &Path, sessions: &[i64]) -> Ended {
    let server =
        Simulated::start(place, &["--replay", rows.to_str().unwrap(), "--limits", "none", "--port", "0"]);
    let keys: Vec<String> = sessions.iter().map(ToString::to_string).collect();
    let folders = ["--out", "landing", "--lake", "lake", "--output", "json"];
    place.run_fast(&server, &[&["run", "--session-key", &keys.join(",")], &folders[..]].concat())
}

fn wrong_answers(place: &Place, questions: &[(String, String, Value)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (what, sql, right) in questions {
        let given = answer(place, sql);
        if !same(&given, right) {
            wrong.push(format!("{what}: {given} instead of {right}"));
        }
    }
    wrong
}

fn holds(case: &str) {
    let answers: Value =
        serde_json::from_str(&std::fs::read_to_string(folder().join("answers.json")).unwrap()).unwrap();
    let rows = folder().join(case);
    let sessions: Vec<Value> =
        serde_json::from_str(&std::fs::read_to_string(rows.join("sessions.json")).unwrap()).unwrap();
    let keys: Vec<i64> = sessions.iter().map(|session| session["session_key"].as_i64().unwrap()).collect();
    let place = Place::new();
    let run = run(&place, &rows, &keys);
    assert_eq!(run.code, 0, "{case}: {}{}", run.stdout, run.stderr);
    // In a user's lake a comparison with official data only warns; here it must hold unless the case says
    // otherwise.
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let checks = document["build"]["checks"].as_array().unwrap();
    assert!(checks.len() > 300, "{case}: {} checks", checks.len());
    let warned: Vec<&str> = checks
        .iter()
        .filter(|check| check["status"] != "passed")
        .filter_map(|check| check["check"].as_str())
        .collect();
    let case = &answers[case];
    let expected: Vec<&str> =
        case["warned"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(warned, expected);
    let questions = questions(&case["questions"].to_string());
    assert!(!questions.is_empty());
    let wrong = wrong_answers(&place, &questions);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

macro_rules! cases {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            holds(stringify!($name));
        }
    )*};
}

cases! {
    inlap lap1_crash late_deletion not_resumed null_driver old_pit phantom restart sc_pitlane sector_glitch
    sprint2023_new sprint2023_old_type_race sprint2023_old_type_sq two_numbers unknown
}

/// Recorded sessions with the same problems. The rows may not be copied, so they are read in place.
#[test]
fn recorded_sessions_have_the_answers_that_are_known() {
    let rows = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/replay");
    if !rows.is_dir() {
        eprintln!("SKIPPED: no recorded rows in {}", rows.display());
        return;
    }
    let text = std::fs::read_to_string(folder().join("recorded.json")).unwrap();
    let recorded: Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<i64> =
        recorded["sessions"].as_array().unwrap().iter().map(|key| key.as_i64().unwrap()).collect();
    let place = Place::new();
    let run = run(&place, &rows, &keys);
    assert!(run.code == 0, "{}{}", run.stdout, run.stderr);
    let wrong = wrong_answers(&place, &questions(&recorded["questions"].to_string()));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
