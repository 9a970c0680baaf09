//! Every call that changes a file is a point at which the program may be killed or the disk may fail.
//!
//! The calls of an undisturbed run are listed by `faults.c`; each one is a fail-point. By default a sample of
//! them is hit, with the kinds of faults in turn; `F1LAKE_FAULT_POINTS=all` hits every point once,
//! `F1LAKE_FAULT_POINTS=every` with every kind. `F1LAKE_FAULT_STEP=load` limits the test to one step,
//! `F1LAKE_PROOF_SECONDS` limits its time.

use crate::outcome::{Outcome, cleaned};
use crate::place::{Ended, PROGRAM, Place, STEPS, Simulated, Step, compiled, ended, setting};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Number of points hit per step unless all are requested. Building is slow and the same for every table.
const SAMPLE: [usize; 3] = [14, 12, 6];

/// What can happen to a call.
const KINDS: [&str; 6] = ["kill", "ENOSPC", "EIO", "EACCES", "short", "full"];

/// Text of the error in messages.
fn cause(kind: &str) -> &str {
    match kind {
        "ENOSPC" | "full" => "No space left on device",
        "EIO" => "Input/output error",
        _ => "Permission denied",
    }
}

/// A call that changes a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Call {
    name: String,
    /// Path below the folder, with `*` for what is random.
    file: String,
}

struct Point {
    step: usize,
    number: usize,
    kind: &'static str,
    call: Call,
}

/// Compiles `faults.c`; returns `None` with a message if there is no compiler or the kernel does not allow
/// it.
fn striker(folder: &Path) -> Option<PathBuf> {
    let program = compiled("faults.c", &[], folder)?;
    let tried = ended(Command::new(&program).arg(folder).arg(folder.join("tried")).args(["--", "/bin/true"]));
    if tried.code == 125 {
        eprintln!("SKIPPED: no fault is injected, the kernel does not hand over calls: {}", tried.text);
        return None;
    }
    Some(program)
}

/// Runs a step under fault injection; also returns its calls and whether one was hit.
fn strike(
    striker: &Path,
    place: &Place,
    step: Step,
    server: &Simulated,
    fault: Option<(usize, &str)>,
) -> (Ended, Vec<Call>, bool) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut command = place.command(striker);
    command.arg(place.path().canonicalize().unwrap()).arg(log.path());
    if let Some((number, kind)) = fault {
        command.args([&number.to_string(), kind]);
    }
    let ended = ended(command.arg("--").arg(PROGRAM).args(step.arguments(server)));
    let text = std::fs::read_to_string(log.path()).unwrap();
    let mut struck = false;
    let calls = text
        .lines()
        .map(|line| {
            let line = line.strip_suffix(" !").inspect(|_| struck = true).unwrap_or(line);
            let mut words = line.splitn(3, ' ').skip(1);
            let name = words.next().unwrap_or_default().to_owned();
            Call { name, file: steady(words.next().unwrap_or_default()) }
        })
        .collect();
    (ended, calls, struck)
}

/// A path with `*` for what is random in it.
fn steady(path: &str) -> String {
    let part = |part: &str| {
        if part.starts_with(".tmp-") {
            ".tmp-*".to_owned()
        } else if part.starts_with("part-") {
            format!("part-*{}", if part.ends_with("#1") { "#1" } else { "" })
        } else if part.starts_with("127.0.0.1_") {
            "SERVER.json".to_owned()
        } else {
            part.to_owned()
        }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// The folders before each step, and the outcome after the last one.
struct Calm {
    before: Vec<Place>,
    after: Vec<Outcome>,
    calls: Vec<Vec<Call>>,
}

fn calm(striker: &Path, server: &Simulated) -> Calm {
    let mut calm = Calm { before: Vec::new(), after: Vec::new(), calls: Vec::new() };
    let place = Place::new();
    for step in STEPS {
        calm.before.push(Place::like(&place));
        let (ended, calls, _) = strike(striker, &place, step, server, None);
        assert_eq!(ended.code, 0, "{step:?}: {}", ended.told());
        assert!(calls.len() > 50, "{step:?} made {} calls only", calls.len());
        calm.calls.push(calls);
        calm.after.push(Outcome::of(&place).unwrap());
    }
    calm
}

fn points(calm: &Calm) -> Vec<Point> {
    let wanted = std::env::var("F1LAKE_FAULT_POINTS").unwrap_or_default();
    let only = std::env::var("F1LAKE_FAULT_STEP").unwrap_or_default();
    let mut points = Vec::new();
    for (step, calls) in calm.calls.iter().enumerate() {
        if !only.is_empty() && format!("{:?}", STEPS[step]).to_lowercase() != only {
            continue;
        }
        let chosen: Vec<usize> = if wanted.is_empty() {
            (0..SAMPLE[step]).map(|i| (i * calls.len() + calls.len() / 2) / SAMPLE[step]).collect()
        } else {
            (0..calls.len()).collect()
        };
        for (turn, index) in chosen.into_iter().enumerate() {
            let call = &calls[index];
            let fits: Vec<&str> =
                KINDS.into_iter().filter(|kind| *kind != "short" || call.name.contains("write")).collect();
            let kinds = if wanted == "every" { fits } else { vec![fits[turn % fits.len()]] };
            points.extend(kinds.into_iter().map(|kind| Point {
                step,
                number: index + 1,
                kind,
                call: call.clone(),
            }));
        }
    }
    points
}

/// Outcome of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum How {
    Killed,
    Refused,
    Outlived,
    /// The run made fewer calls than an undisturbed one.
    Missed,
}

fn try_point(
    striker: &Path,
    place: &Place,
    server: &Simulated,
    calm: &Calm,
    point: &Point,
    struck_calls: &Mutex<BTreeSet<Call>>,
) -> Result<How, String> {
    let step = STEPS[point.step];
    let (ended, calls, struck) = strike(striker, place, step, server, Some((point.number, point.kind)));
    let told = ended.told();
    if !struck {
        return if ended.code == 0 { Ok(How::Missed) } else { Err(format!("not struck, but {told}")) };
    }
    let call = &calls[point.number - 1];
    struck_calls.lock().unwrap().insert(call.clone());
    let wrong =
        |what: &str| Err(format!("{what} when {} {} got {}: {told}", call.name, call.file, point.kind));
    if ["panicked at", "RUST_BACKTRACE", "Os {", "kind: "].iter().any(|text| ended.text.contains(text)) {
        return wrong("it does not speak plainly");
    }
    let how = match (point.kind, ended.code) {
        ("kill", 137) => How::Killed,
        ("kill", _) => return wrong("not killed"),
        (_, 0) => How::Outlived,
        ("short", _) => return wrong("half a write is no error"),
        (kind, 1..=3) if ended.text.contains(cause(kind)) => How::Refused,
        (_, 1..=3) => return wrong("the cause is not told"),
        _ => return wrong("no exit code of ours"),
    };
    let after = |error: String| {
        format!("{error}; before ({how:?}), {} {} got {}: {told}", call.name, call.file, point.kind)
    };
    // A reported success must be one; a second run still cleans up afterwards.
    if how == How::Outlived {
        calm.after[point.step].same(place).map_err(after)?;
    }
    place.run(step, server).map_err(after)?;
    calm.after[point.step].same(place).map_err(after)?;
    cleaned(place).map_err(after)?;
    Ok(how)
}

#[test]
fn whatever_fails_on_disk_is_told_and_a_second_run_ends_as_if_undisturbed() {
    let tools = tempfile::tempdir().unwrap();
    let Some(striker) = striker(tools.path()) else { return };
    let started = Instant::now();
    let server = Simulated::start(0);
    let calm = calm(&striker, &server);
    let distinct: BTreeSet<&Call> = calm.calls.iter().flatten().collect();
    let counts: Vec<String> =
        STEPS.iter().zip(&calm.calls).map(|(step, calls)| format!("{step:?} {}", calls.len())).collect();
    eprintln!("fail-points: {} ({} different pairs of call and file)", counts.join(", "), distinct.len());
    if std::env::var_os("F1LAKE_FAULT_LIST").is_some() {
        distinct.iter().for_each(|call| eprintln!("  {} {}", call.name, call.file));
    }
    let points = points(&calm);
    let most = setting("F1LAKE_PROOF_SECONDS", 24 * 3600) as f64;
    let next = AtomicUsize::new(0);
    let ways: Mutex<BTreeMap<(&str, How), usize>> = Mutex::default();
    let failures = Mutex::new(Vec::new());
    let struck_calls = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..setting("F1LAKE_PROOF_JOBS", 2) {
            scope.spawn(|| {
                loop {
                    if started.elapsed().as_secs_f64() > most {
                        break;
                    }
                    let index = next.fetch_add(1, Ordering::SeqCst);
                    if index % 100 == 99 {
                        eprintln!("{index} of {} in {:.0} s", points.len(), started.elapsed().as_secs_f64());
                    }
                    let Some(point) = points.get(index) else { break };
                    let place = Place::like(&calm.before[point.step]);
                    match try_point(&striker, &place, &server, &calm, point, &struck_calls) {
                        Ok(how) => *ways.lock().unwrap().entry((point.kind, how)).or_default() += 1,
                        Err(error) => {
                            let told = format!(
                                "{:?}, call {} ({} {}), {}: {error}; see {}",
                                STEPS[point.step],
                                point.number,
                                point.call.name,
                                point.call.file,
                                point.kind,
                                place.keep().display()
                            );
                            eprintln!("FAILED {told}");
                            failures.lock().unwrap().push(told);
                        }
                    }
                }
            });
        }
    });
    let ways = ways.into_inner().unwrap();
    let struck_calls: BTreeSet<Call> = struck_calls.into_inner().unwrap();
    eprintln!(
        "{} of {} faults at {} different pairs of call and file, {:.0} s: {ways:?}",
        next.into_inner().min(points.len()),
        points.len(),
        struck_calls.len(),
        started.elapsed().as_secs_f64()
    );
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} faults:\n{}", failures.len(), failures.join("\n"));
    assert!(
        ways.keys().any(|(_, how)| *how == How::Refused) && ways.keys().any(|(_, how)| *how == How::Killed)
    );
}
