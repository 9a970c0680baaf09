//! Operator actions in random order: after a final load, the tables contain exactly the landed rows.
//!
//! `OPERATOR_ROUNDS` sequences (default 12) by `F1LAKE_PROOF_JOBS` (default 2) at once, from `OPERATOR_SEED`
//! (default: the clock), for `F1LAKE_PROOF_SECONDS` at most. A failed one prints its seed and its steps;
//! `OPERATOR_SEED=<seed> OPERATOR_ROUNDS=1` repeats it.

use crate::place::{PROGRAM, Place, Simulated, ended, setting};
use crate::random::Random;
use crate::tables;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The race and the qualifying of the generated weekend at Yas Island, 2024.
const SESSIONS: [&str; 2] = ["9647", "9610"];
const ENDPOINTS: &str = "laps,stints,starting_grid";
/// Their tables, and the column that names the session.
const TABLES: [(&str, &str); 3] = [
    ("bronze_laps", "session_key"),
    ("bronze_stints", "session_key"),
    ("bronze_starting_grid", "race_session_key"),
];

#[derive(Debug, Clone, Copy)]
enum Action {
    /// One session or both, from one of two servers with different lap times.
    Extract {
        session: Option<usize>,
        corrected: bool,
    },
    Prune {
        session: usize,
    },
    Rebuild,
    MoveAway {
        table: usize,
    },
    Restore {
        table: usize,
        part: f64,
    },
    Load,
    Maintain,
}

impl Action {
    fn random(random: &mut Random) -> Self {
        let session = random.below(2) as usize;
        let table = random.below(3) as usize;
        match random.below(12) {
            0..3 => Self::Extract {
                session: (random.below(3) > 0).then_some(session),
                corrected: random.below(3) == 0,
            },
            3..5 => Self::Prune { session },
            5 => Self::Rebuild,
            6 => Self::MoveAway { table },
            7..9 => Self::Restore { table, part: random.unit() },
            9..11 => Self::Load,
            _ => Self::Maintain,
        }
    }

    fn run(self, place: &Place, servers: &[Simulated; 2]) -> Result<(), String> {
        let lake = place.path().join("lake/bronze_raw");
        match self {
            Self::Extract { session, corrected } => {
                let sessions =
                    session.map_or_else(|| SESSIONS.join(","), |session| SESSIONS[session].to_owned());
                let server = &servers[usize::from(corrected)].base_url;
                program(
                    place,
                    &[
                        "extract",
                        "--refresh",
                        "--session-key",
                        &sessions,
                        "--endpoints",
                        ENDPOINTS,
                        "--base-url",
                        server,
                        "--rate-per-second",
                        "1000",
                        "--rate-per-minute",
                        "100000",
                        "--out",
                        "landing",
                    ],
                )
            }
            Self::Prune { session } => prune(&place.path().join("landing"), SESSIONS[session]),
            Self::Rebuild => lake_command(place, &["load", "--rebuild", "--out", "landing"]),
            Self::Load => lake_command(place, &["load", "--out", "landing"]),
            Self::Maintain if lake.is_dir() => lake_command(place, &["maintain"]),
            Self::Maintain => Ok(()),
            Self::MoveAway { table } => match std::fs::rename(lake.join(TABLES[table].0), aside(place)) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
                other => other.map_err(|error| error.to_string()),
            },
            Self::Restore { table, part } => restore(&lake.join(TABLES[table].0).join("_delta_log"), part),
        }
    }
}

fn program(place: &Place, arguments: &[&str]) -> Result<(), String> {
    let ended = ended(place.command(PROGRAM).args(arguments).arg("--quiet"));
    if ended.code == 0 { Ok(()) } else { Err(format!("{} ended with {}", arguments[0], ended.told())) }
}

fn lake_command(place: &Place, arguments: &[&str]) -> Result<(), String> {
    // Where no session is landed, a load is refused.
    if arguments.contains(&"landing") && !is_landed(place) {
        return Ok(());
    }
    program(place, &[arguments, &["--lake", "lake"]].concat())
}

/// Whether there is a manifest in the landing zone.
fn is_landed(place: &Place) -> bool {
    let manifests = std::fs::read_dir(place.path().join("landing/_manifest"));
    manifests.is_ok_and(|mut manifests| manifests.next().is_some())
}

/// An unused name.
fn aside(place: &Place) -> std::path::PathBuf {
    let free = (0..).map(|number| place.path().join(format!("aside-{number}"))).find(|path| !path.exists());
    free.unwrap()
}

/// Removes a session's manifest and files.
fn prune(landing: &Path, session: &str) -> Result<(), String> {
    let path = landing.join("_manifest").join(format!("{session}.json"));
    let Ok(text) = std::fs::read(&path) else { return Ok(()) };
    let manifest: Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    for endpoint in manifest["endpoints"].as_object().into_iter().flat_map(|endpoints| endpoints.values()) {
        let replaced = endpoint["replaced"].as_array().cloned().unwrap_or_default();
        for file in replaced.iter().chain([&endpoint["file"]]).filter_map(Value::as_str) {
            std::fs::remove_file(landing.join(file)).map_err(|error| format!("{file}: {error}"))?;
        }
    }
    std::fs::remove_file(path).map_err(|error| error.to_string())
}

/// Restores a table to one of its versions according to the Delta protocol, without the program's code.
fn restore(log: &Path, part: f64) -> Result<(), String> {
    let versions: Vec<String> = tables::names(log)
        .into_iter()
        .filter(|name| name.len() == 25 && name.ends_with(".json") && !name.starts_with('.'))
        .collect();
    if versions.is_empty() {
        return Ok(());
    }
    let chosen = ((versions.len() as f64) * part) as usize;
    let (mut now, mut then, mut metadata) = (BTreeMap::new(), BTreeMap::new(), None);
    for (version, name) in versions.iter().enumerate() {
        let text = std::fs::read_to_string(log.join(name)).map_err(|error| format!("{name}: {error}"))?;
        for line in text.lines() {
            let action: Value = serde_json::from_str(line).map_err(|error| format!("{name}: {error}"))?;
            if let Some(add) = action.get("add") {
                now.insert(add["path"].as_str().unwrap_or_default().to_owned(), add.clone());
            }
            if let Some(path) = action.get("remove").and_then(|remove| remove["path"].as_str()) {
                now.remove(path);
            }
            if let Some(found) = action.get("metaData").filter(|_| version <= chosen) {
                metadata = Some(found.clone());
            }
        }
        if version == chosen {
            then = now.clone();
        }
    }
    let mut lines =
        vec![json!({"commitInfo": {"operation": "RESTORE", "operationParameters": {"version": chosen}}})];
    lines.extend(metadata.map(|metadata| json!({ "metaData": metadata })));
    for (path, add) in now.iter().filter(|(path, _)| !then.contains_key(*path)) {
        lines.push(json!({"remove": {
            "path": path, "dataChange": true, "deletionTimestamp": 1_700_000_000_000_i64,
            "extendedFileMetadata": true, "partitionValues": add["partitionValues"], "size": add["size"]
        }}));
    }
    lines.extend(
        then.iter().filter(|(path, _)| !now.contains_key(*path)).map(|(_, add)| json!({ "add": add })),
    );
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    std::fs::write(log.join(format!("{:020}.json", versions.len())), text).map_err(|error| error.to_string())
}

/// Whether the tables contain exactly the landed rows of the landed sessions.
fn holds_what_is_landed(place: &Place) -> Result<usize, String> {
    if !is_landed(place) {
        return Ok(0);
    }
    lake_command(place, &["load", "--out", "landing"])?;
    program(place, &["load", "--out", "landing", "--lake", "fresh"])?;
    let landing = place.path().join("landing");
    let mut count = 0;
    for session in SESSIONS {
        let manifest = landing.join("_manifest").join(format!("{session}.json"));
        let Ok(text) = std::fs::read(manifest) else { continue };
        let manifest: Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
        for (table, column) in TABLES.into_iter().chain([("bronze_loads", "session_key")]) {
            let of_session = |lake: &str| -> Result<Vec<String>, String> {
                let mut rows = tables::rows(&place.path().join(lake).join("bronze_raw").join(table))?;
                rows.retain(|row| format!(" {row}").contains(&format!(" {column}={session}; ")));
                Ok(rows)
            };
            let (found, wanted) = (of_session("lake")?, of_session("fresh")?);
            if found != wanted {
                let lost = wanted.iter().find(|row| !found.contains(row));
                let other = found.iter().find(|row| !wanted.contains(row));
                return Err(format!(
                    "{table} has {} rows of session {session}, expected {}; lost: {lost:?}, instead: {other:?}",
                    found.len(),
                    wanted.len()
                ));
            }
            // Also counted in the landing file, without the program's code.
            let endpoint = table.trim_start_matches("bronze_");
            if let Some(file) = manifest["endpoints"][endpoint]["file"].as_str() {
                let text = std::fs::read(landing.join(file)).map_err(|error| format!("{file}: {error}"))?;
                let landed: Vec<Value> = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
                if landed.len() != found.len() {
                    return Err(format!("{table} has {} rows of {} in {file}", found.len(), landed.len()));
                }
                count += landed.len();
            }
        }
    }
    Ok(count)
}

fn round(place: &Place, servers: &[Simulated; 2], seed: u64) -> Result<usize, String> {
    let mut random = Random(seed);
    let mut steps = vec![Action::Extract { session: None, corrected: false }, Action::Load];
    steps.extend((0..3 + random.below(6)).map(|_| Action::random(&mut random)));
    if random.below(2) == 0 {
        steps.push(Action::Extract { session: None, corrected: random.below(2) == 0 });
    }
    let told = |error| format!("{error}\n  steps: {steps:?}");
    for step in &steps {
        step.run(place, servers).map_err(|error| told(format!("{step:?}: {error}")))?;
    }
    holds_what_is_landed(place).map_err(told)
}

#[test]
fn whatever_operators_do_a_last_load_leaves_exactly_the_landed_rows() {
    let rounds = setting("OPERATOR_ROUNDS", 12);
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let seed = setting("OPERATOR_SEED", clock.as_secs());
    let jobs = setting("F1LAKE_PROOF_JOBS", 2);
    let most = Duration::from_secs(setting("F1LAKE_PROOF_SECONDS", 40 * 60));
    let started = Instant::now();
    eprintln!("seed {seed}");
    let servers = [Simulated::start(0), Simulated::seeded(7)];
    let (next, done, rows) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
    let failures = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while started.elapsed() < most && failures.lock().unwrap().len() < 4 {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= rounds {
                        break;
                    }
                    let place = Place::new();
                    let seed = seed.wrapping_add(number);
                    match round(&place, &servers, seed) {
                        Ok(count) => {
                            rows.fetch_add(count as u64, Ordering::SeqCst);
                            done.fetch_add(1, Ordering::SeqCst);
                        }
                        Err(error) => {
                            let told = format!("seed {seed}: {error}; see {}", place.keep().display());
                            eprintln!("FAILED {told}");
                            failures.lock().unwrap().insert(told);
                        }
                    }
                }
            });
        }
    });
    let (done, rows) = (done.into_inner(), rows.into_inner());
    eprintln!("{done} sequences, {rows} landed rows found again, {:.0} s", started.elapsed().as_secs_f64());
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} sequences failed: {failures:#?}", failures.len());
    assert!(done == rounds || started.elapsed() >= most, "{done} of {rounds} sequences");
    assert!(rows > 0, "nothing was ever landed");
}
