//! The clock changes between two runs: limits hold, rows and tables stay the same.

use crate::outcome::{Outcome, cleaned};
use crate::place::{Ended, PROGRAM, Place, STEPS, Simulated, Step, compiled, ended};
use std::path::{Path, PathBuf};

fn shifter(folder: &Path) -> Option<PathBuf> {
    compiled("clock.c", &["-shared", "-fPIC"], folder)
}

/// Runs the program with the clock set ahead by this many seconds.
fn at(shifter: &Path, place: &Place, seconds: i64, arguments: &[String]) -> Ended {
    let mut command = place.command(PROGRAM);
    command.env("LD_PRELOAD", shifter).env("PROOF_CLOCK_SECONDS", seconds.to_string());
    ended(command.args(arguments))
}

const DAY: i64 = 24 * 3600;

#[test]
fn limits_hold_while_the_clock_is_set_to_and_fro() {
    let tools = tempfile::tempdir().unwrap();
    let Some(shifter) = shifter(tools.path()) else { return };
    let server = Simulated::limited("sponsor");
    let place = Place::new();
    let extract = |endpoint: &str| -> Vec<String> {
        ["extract", "--quiet", "--session-key", "9610", "--endpoints", endpoint]
            .into_iter()
            .chain(["--base-url", &server.base_url, "--out", "landing"])
            .chain(["--rate-per-second", "6", "--rate-per-minute", "60"])
            .map(str::to_owned)
            .collect()
    };
    // One run each with a few requests: only the state file connects them.
    for (seconds, endpoint) in [
        (0, "sessions"),
        (3600, "drivers"),
        (-DAY, "laps"),
        (90, "weather"),
        (400 * DAY, "stints"),
        (0, "position"),
    ] {
        let ended = at(&shifter, &place, seconds, &extract(endpoint));
        assert_eq!(ended.code, 0, "{}", ended.told());
    }
    let (requests, violations) = (server.count("requests"), server.count("violations"));
    assert!(requests >= 12, "{requests} requests only");
    assert_eq!(violations, 0, "of {requests} requests");
}

#[test]
fn with_a_clock_a_day_off_everything_ends_as_with_the_right_one() {
    let tools = tempfile::tempdir().unwrap();
    let Some(shifter) = shifter(tools.path()) else { return };
    let server = Simulated::start(0);
    let calm = Place::new();
    for step in STEPS {
        calm.run(step, &server).unwrap();
    }
    let calm = Outcome::of(&calm).unwrap();
    let place = Place::new();
    // Each step with another clock, then all with the right one.
    for (step, seconds) in [(Step::Extract, DAY), (Step::Load, -DAY), (Step::Build, 400 * DAY)] {
        let ended = at(&shifter, &place, seconds, &step.arguments(&server));
        assert_eq!(ended.code, 0, "{step:?}: {}", ended.told());
    }
    calm.same(&place).unwrap();
    let refresh: Vec<String> =
        Step::Extract.arguments(&server).into_iter().chain(["--refresh".to_owned()]).collect();
    let refreshed = at(&shifter, &place, 0, &refresh);
    assert_eq!(refreshed.code, 0, "{}", refreshed.told());
    for step in [Step::Load, Step::Build] {
        place.run(step, &server).unwrap();
    }
    calm.same(&place).unwrap();
    cleaned(&place).unwrap();
}
