//! `kill -9` at random moments, repeatedly.
//!
//! `F1LAKE_KILL_ROUNDS` rounds (default 8) by `F1LAKE_PROOF_JOBS` (default 2) at once, from
//! `F1LAKE_KILL_SEED` (default: the clock), for `F1LAKE_PROOF_SECONDS` at most. A failed round prints its
//! seed; `F1LAKE_KILL_SEED=<seed> F1LAKE_KILL_ROUNDS=1` begins with it.

use crate::outcome::{Outcome, cleaned};
use crate::place::{PROGRAM, Place, STEPS, Simulated, Step, WORKERS, setting};
use crate::random::Random;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// One in this many rounds continues to gold; building is slow, so the others end with the load.
const BUILD_EVERY: u64 = 3;
/// In one of this many rounds, the three steps are one `f1lake run`, including tests.
const WHOLE_RUN_EVERY: u64 = 8;

/// Outcome, duration and requests of an undisturbed run.
struct Calm {
    loaded: Outcome,
    built: Outcome,
    seconds: [f64; 3],
    requests: u64,
}

fn calm(server: &Simulated) -> Calm {
    let place = Place::new();
    let before = server.data_requests();
    let mut seconds = [0.0; 3];
    let mut outcomes = Vec::new();
    for (index, step) in STEPS.into_iter().enumerate() {
        let started = Instant::now();
        place.run(step, server).unwrap();
        seconds[index] = started.elapsed().as_secs_f64();
        outcomes.push(Outcome::of(&place).unwrap());
    }
    let requests = server.data_requests() - before;
    let (built, loaded) = (outcomes.pop().unwrap(), outcomes.pop().unwrap());
    built.same(&place).unwrap();
    Calm { loaded, built, seconds, requests }
}

/// Kills a step after this many seconds; `false` if it had already ended.
fn killed(place: &Place, step: Step, server: &Simulated, after: f64) -> Result<bool, String> {
    let mut command = place.command(PROGRAM);
    command.args(step.arguments(server)).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let until = Instant::now() + Duration::from_secs_f64(after);
    while Instant::now() < until {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return if status.success() { Ok(false) } else { Err(format!("{step:?} ended with {status}")) };
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().map_err(|error| error.to_string())?;
    let status = child.wait().map_err(|error| error.to_string())?;
    match status.code() {
        None => Ok(true),
        Some(0) => Ok(false),
        Some(code) => Err(format!("{step:?} ended with {code}")),
    }
}

/// Counts over all rounds.
#[derive(Default)]
struct Totals {
    kills: [AtomicU64; 3],
    repeated: AtomicU64,
}

fn round(
    place: &Place,
    server: &Simulated,
    calm: &Calm,
    round: u64,
    seed: u64,
    totals: &Totals,
) -> Result<(), String> {
    let mut random = Random(seed);
    let whole = round.is_multiple_of(WHOLE_RUN_EVERY);
    let steps = if round.is_multiple_of(BUILD_EVERY) { &STEPS[..] } else { &STEPS[..2] };
    let before = server.data_requests();
    let mut in_extract = 0;
    // In the order of the steps, because completed work can hardly be killed.
    let mut targets: Vec<usize> =
        (0..=random.below(5)).map(|_| random.below(steps.len() as u64) as usize).collect();
    targets.sort_unstable();
    for which in targets {
        let mut after = calm.seconds[which] * random.unit() * 1.1;
        let step = if whole {
            after += calm.seconds[..which].iter().sum::<f64>();
            Step::Run
        } else {
            for done in &STEPS[..which] {
                place.run(*done, server)?;
            }
            STEPS[which]
        };
        if killed(place, step, server, after)? {
            totals.kills[which].fetch_add(1, Ordering::SeqCst);
            in_extract += u64::from(step == Step::Extract || whole);
        }
    }
    if whole {
        place.run(Step::Run, server)?;
    } else {
        for step in steps {
            place.run(*step, server)?;
        }
    }
    let asked = server.data_requests() - before;
    if asked < calm.requests || asked > calm.requests + WORKERS * in_extract {
        return Err(format!("{asked} requests for {} answers after {in_extract} kills", calm.requests));
    }
    totals.repeated.fetch_add(asked - calm.requests, Ordering::SeqCst);
    if steps.len() == 3 { &calm.built } else { &calm.loaded }.same(place)?;
    cleaned(place)
}

#[test]
fn killed_at_random_moments_everything_ends_as_if_undisturbed() {
    let rounds = setting("F1LAKE_KILL_ROUNDS", 8);
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let seed = setting("F1LAKE_KILL_SEED", clock.as_secs());
    let jobs = setting("F1LAKE_PROOF_JOBS", 2);
    let most = Duration::from_secs(setting("F1LAKE_PROOF_SECONDS", 24 * 3600));
    let started = Instant::now();
    let calm = calm(&Simulated::start(15));
    eprintln!("seed {seed}; undisturbed: {}, {:?} s", calm.built.counts(), calm.seconds);
    let next = AtomicU64::new(0);
    let totals = Totals::default();
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                // Each round has its own server, so that requests are counted per round.
                let server = Simulated::start(15);
                loop {
                    if started.elapsed() > most {
                        break;
                    }
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if number >= rounds || failures.lock().unwrap().len() > 4 {
                        break;
                    }
                    let place = Place::new();
                    let seed = seed.wrapping_add(number);
                    if let Err(error) = round(&place, &server, &calm, number, seed, &totals) {
                        let told =
                            format!("round {number}, seed {seed}: {error}; see {}", place.keep().display());
                        eprintln!("FAILED {told}");
                        failures.lock().unwrap().push(told);
                    } else if number % 25 == 24 {
                        eprintln!("{} rounds in {:.0} s", number + 1, started.elapsed().as_secs_f64());
                    }
                }
            });
        }
    });
    let [extract, load, build] = totals.kills.map(AtomicU64::into_inner);
    eprintln!(
        "{} rounds, {} kills ({extract} in extract, {load} in load, {build} in build), {} requests repeated, {:.0} s",
        next.into_inner().min(rounds),
        extract + load + build,
        totals.repeated.into_inner(),
        started.elapsed().as_secs_f64()
    );
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} rounds failed:\n{}", failures.len(), failures.join("\n"));
    assert!(extract > 0 && load > 0 && build > 0 || rounds < 25, "too few kills to show anything");
}
