//! The limits hold where the server counts them: at arrival, behind a network with delays.
//!
//! Every run has its own simulator, proxy and limiter, so that many run in parallel. The server counts exact
//! windows and reports violations. Five short runs by default; `PROOF_LIMIT_RUNS=200` is the long proof, with
//! 200 runs per delay.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "its figures are printed")]

mod proxy;

use futures::StreamExt;
use openf1_client::{Endpoint, Limits, OpenF1, Query, RateLimiter};
use openf1_sim::{SimConfig, SimLimits, Source};
use proxy::{Path, Proxy};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Limits of the server for free users.
const FREE: Limits = Limits { per_second: 3.0, per_minute: 30 };
/// Limits of the server for sponsors.
const SPONSOR: Limits = Limits { per_second: 6.0, per_minute: 60 };
/// Requests of one race with all endpoints.
const RACE: usize = 27;
/// Number of concurrent requests of a client.
const WORKERS: usize = 6;
const DELAYS_MS: [u64; 3] = [50, 100, 300];

/// The senders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    OneClient,
    /// Two processes, each with its own limiter, with one state file.
    TwoClients,
    TwoProcesses,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Run {
    who: Who,
    limits: Limits,
    requests: usize,
    delay_ms: u64,
    seed: u64,
}

#[derive(Debug)]
struct Outcome {
    requests: u64,
    violations: u64,
    took: Duration,
    /// Mean time from sending to the response headers, as measured by the client.
    round_trip: Duration,
}

fn client(base_url: &str, limiter: RateLimiter) -> OpenF1 {
    OpenF1::builder().base_url(base_url).limiter(limiter).build().unwrap()
}

/// Sends the requests and returns their mean round trip.
async fn send(client: &OpenF1, requests: usize) -> Duration {
    let query = Query::new(Endpoint::Meetings).year(2024);
    let asked = futures::stream::iter(0..requests).map(|_| client.fetch(&query));
    let trips: Vec<Duration> =
        asked.buffer_unordered(WORKERS).map(|answer| answer.unwrap().round_trip).collect().await;
    assert_eq!(trips.len(), requests);
    trips.iter().sum::<Duration>().div_f64(requests as f64)
}

/// The same in a separate process: this test binary with only that test.
fn another_process(run: Run, base_url: &str, state: &std::path::Path, requests: usize) {
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["the_second_process", "--exact", "--ignored"])
        .env("LIMITS_BASE_URL", base_url)
        .env("LIMITS_STATE", state)
        .env("LIMITS_REQUESTS", requests.to_string())
        .env("LIMITS_PER_SECOND", run.limits.per_second.to_string())
        .env("LIMITS_PER_MINUTE", run.limits.per_minute.to_string())
        .stdout(Stdio::null())
        .status();
    assert!(ended.unwrap().success());
}

#[test]
#[ignore = "a part of the other tests, which start it as a process"]
fn the_second_process() {
    let read = |name: &str| std::env::var(name).unwrap();
    let limits = Limits {
        per_second: read("LIMITS_PER_SECOND").parse().unwrap(),
        per_minute: read("LIMITS_PER_MINUTE").parse().unwrap(),
    };
    let limiter = RateLimiter::new(limits).with_state_file(read("LIMITS_STATE"));
    let client = client(&read("LIMITS_BASE_URL"), limiter);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _ = runtime.block_on(send(&client, read("LIMITS_REQUESTS").parse().unwrap()));
}

async fn play(run: Run) -> Outcome {
    let limits = if run.limits == SPONSOR { SimLimits::Sponsor } else { SimLimits::Free };
    let folder = tempfile::tempdir().unwrap();
    // Nothing is generated, because that would occupy the machine for seconds at the start of many runs.
    std::fs::write(folder.path().join("meetings.json"), r#"[{"meeting_key":1229,"year":2024}]"#).unwrap();
    let source = Source::Replay(folder.path().to_owned());
    let sim = openf1_sim::start(SimConfig { source, limits, ..SimConfig::default() }).await.unwrap();
    let each_way = Duration::from_millis(run.delay_ms);
    let path = Path { each_way, slow: 2 * each_way };
    let proxy = Proxy::start(sim.address(), path, run.seed).await;
    let state = folder.path().join("limits.json");
    let open = || {
        let limiter = RateLimiter::new(run.limits);
        client(&proxy.base_url(), limiter.with_state_file(&state))
    };
    let half = run.requests / 2;
    let started = Instant::now();
    let round_trip = match run.who {
        Who::OneClient => send(&open(), run.requests).await,
        Who::TwoClients => {
            let (one, other) = (open(), open());
            tokio::join!(send(&one, half), send(&other, run.requests - half)).0
        }
        Who::TwoProcesses => {
            let (url, file) = (proxy.base_url(), state.clone());
            let other = tokio::task::spawn_blocking(move || another_process(run, &url, &file, half));
            let round_trip = send(&open(), run.requests - half).await;
            other.await.unwrap();
            round_trip
        }
    };
    let took = started.elapsed();
    let stats = sim.stats();
    Outcome { requests: stats.requests, violations: stats.violations, took, round_trip }
}

/// The runs of one delay: one race, long ones, and long ones with two clients, two processes and a sponsor.
fn of_one_delay(delay_ms: u64, runs: u64) -> Vec<Run> {
    let long = Run { who: Who::OneClient, limits: FREE, requests: 90, delay_ms, seed: 0 };
    let kind = |number: u64| match number % 10 {
        0..3 => Run { requests: RACE, ..long },
        3..6 => long,
        6 => Run { requests: 180, limits: SPONSOR, ..long },
        7 => Run { who: Who::TwoClients, ..long },
        8 => Run { who: Who::TwoProcesses, ..long },
        _ => Run { requests: 120, ..long },
    };
    (0..runs).map(|number| Run { seed: fastrand::u64(..), ..kind(number) }).collect()
}

/// Five runs of a few seconds; nearly all violations concern the one-second window.
fn short() -> Vec<Run> {
    let race = Run { who: Who::OneClient, limits: FREE, requests: RACE, delay_ms: 0, seed: 0 };
    let runs = [
        Run { delay_ms: 50, ..race },
        Run { delay_ms: 100, who: Who::TwoClients, ..race },
        Run { delay_ms: 100, who: Who::TwoProcesses, ..race },
        Run { delay_ms: 300, ..race },
        Run { delay_ms: 300, limits: SPONSOR, requests: 54, ..race },
    ];
    runs.map(|run| Run { seed: fastrand::u64(..), ..run }).into()
}

/// The shortest possible time: the windows, and a round trip for each full short window, each minute and the
/// last response.
fn best(run: Run, round_trip: Duration) -> f64 {
    let (minute, second) = (run.limits.per_minute as usize, run.limits.per_second as usize);
    let trips = (run.requests - 1) % minute / second + (run.requests - 1) / minute + 1;
    run.limits.least_time(run.requests).as_secs_f64() + trips as f64 * round_trip.as_secs_f64()
}

fn told(runs: &[(Run, Outcome)]) {
    let mut kinds: Vec<Run> = Vec::new();
    for (run, _) in runs {
        let kind = Run { seed: 0, ..*run };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    println!(
        "each way  who           requests  runs  violations  windows s  with trips s  median s  of windows  with trips"
    );
    for kind in kinds {
        let of_kind: Vec<&Outcome> = runs
            .iter()
            .filter(|(run, _)| Run { seed: 0, ..*run } == kind)
            .map(|(_, outcome)| outcome)
            .collect();
        let median = |value: &dyn Fn(&Outcome) -> f64| {
            let mut values: Vec<f64> = of_kind.iter().map(|outcome| value(outcome)).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let windows = kind.limits.least_time(kind.requests).as_secs_f64();
        let best = median(&|outcome| best(kind, outcome.round_trip));
        let took = median(&|outcome| outcome.took.as_secs_f64());
        let violations: u64 = of_kind.iter().map(|outcome| outcome.violations).sum();
        println!(
            "{:>5} ms  {:<12}  {:>8}  {:>4}  {violations:>10}  {windows:>9.1}  {best:>12.1}  {took:>8.1}  {:>10.3}  {:>10.3}",
            kind.delay_ms,
            if kind.limits == SPONSOR { "Sponsor".to_owned() } else { format!("{:?}", kind.who) },
            kind.requests,
            of_kind.len(),
            took / windows,
            took / best,
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_counts_no_violation_whatever_the_network_delays() {
    let runs: Vec<Run> = match std::env::var("PROOF_LIMIT_RUNS").ok() {
        Some(count) => {
            let count = count.parse().unwrap();
            DELAYS_MS.into_iter().flat_map(|delay_ms| of_one_delay(delay_ms, count)).collect()
        }
        None => short(),
    };
    let outcomes = futures::future::join_all(runs.iter().map(|run| tokio::spawn(play(*run)))).await;
    let played: Vec<(Run, Outcome)> =
        runs.into_iter().zip(outcomes.into_iter().map(Result::unwrap)).collect();
    told(&played);
    let broken: Vec<_> = played.iter().filter(|(_, outcome)| outcome.violations > 0).collect();
    let requests: u64 = played.iter().map(|(_, outcome)| outcome.requests).sum();
    let violations: u64 = played.iter().map(|(_, outcome)| outcome.violations).sum();
    println!("{} runs, {requests} requests, {violations} violations", played.len());
    assert!(broken.is_empty(), "{broken:#?}");
}
