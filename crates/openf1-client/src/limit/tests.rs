//! Traces of the limiter: no window is exceeded, and the allowed rate is used.

mod processes;

use super::limits::MINUTE;
use super::*;
use processes::{Machine, START, Step, go, limits, now, step, within};
use proptest::prelude::*;
use std::sync::Arc;
use std::time::Duration;

proptest! {
    // `PROPTEST_CASES=10000` for the long run.
    #![proptest_config(ProptestConfig::default())]

    #[test]
    fn no_window_is_exceeded_whatever_processes_do(
        limits in limits(),
        steps in prop::collection::vec((0usize..4, step()), 1..120),
    ) {
        let mut machine = Machine::new(limits);
        for (process, step) in steps {
            match step {
                Step::Ask(workers) => machine.ask(process, workers),
                Step::Retry(tries, pause) => for _ in 0..tries {
                    machine.ask(process, 1);
                    machine.clock.advance(Duration::from_millis(pause));
                },
                Step::Idle(millis) => machine.clock.advance(Duration::from_millis(millis)),
                Step::Restart => machine.processes[process] = machine.open(),
                Step::Pause(millis) => {
                    let until = machine.clock.now() + i64::try_from(millis).unwrap() * 1000;
                    now(machine.processes[process].pause(Duration::from_millis(millis)));
                    machine.ask((process + 1) % 4, 1);
                    prop_assert!(machine.clock.now() >= until, "another process did not learn of the pause");
                }
            }
        }
        within(limits, &machine.sent)?;
    }

    #[test]
    fn at_least_98_percent_of_what_is_allowed_is_used(
        limits in limits(),
        turns in prop::collection::vec((0usize..4, 1usize..6, prop::bool::weighted(0.1)), 1..20),
    ) {
        let mut machine = Machine::new(limits);
        let least_count = limits.per_minute as usize * 3 + 1;
        for (process, workers, restart) in turns.into_iter().cycle() {
            if machine.sent.len() >= least_count {
                break;
            }
            if restart {
                machine.processes[process] = machine.open();
            }
            // One after the other: the test clock advances when a worker sleeps, even while another records
            // its response.
            for _ in 0..workers {
                machine.ask(process, 1);
            }
        }
        within(limits, &machine.sent)?;
        let took = (machine.clock.now() - START) as f64;
        let least = limits.least_time(machine.sent.len()).as_micros() as f64;
        prop_assert!(took * 0.98 <= least, "{took} of {least} for {}: {limits:?}", machine.sent.len());
    }
}

#[test]
fn the_least_time_is_that_of_two_exact_windows() {
    // 30 at once fill the first minute; each later one waits for the one 30 before it, or for its second.
    let seconds = |limits: Limits, requests| limits.least_time(requests).as_secs_f64();
    let exact = Limits { per_second: 3.0, per_minute: 30 };
    assert_eq!(seconds(exact, 3), 0.0);
    assert_eq!(seconds(exact, 4), 1.0);
    assert_eq!(seconds(exact, 30), 9.0);
    assert_eq!(seconds(exact, 31), 60.0);
    assert_eq!(seconds(exact, 57), 68.0);
    let slower = Limits { per_second: 2.8, per_minute: 30 };
    assert!((seconds(slower, 30) - 9.0 * 3.0 / 2.8).abs() < 1e-3);
}

#[test]
fn a_restart_of_the_machine_and_a_damaged_file_cost_a_minute_at_most() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("limits.json");
    let open = |at| {
        let clock = Arc::new(FakeClock::at(at));
        let limiter = RateLimiter::with_clock(Limits::FREE, Arc::<FakeClock>::clone(&clock));
        (limiter.with_state_file(&path), clock)
    };
    let (limiter, _) = open(START);
    for _ in 0..30 {
        go(&limiter);
    }
    let booted = 20_000_000;
    let (limiter, clock) = open(booted);
    go(&limiter);
    let waited = clock.now() - booted;
    assert!((MINUTE..MINUTE + 2_000_000).contains(&waited), "{waited}");

    std::fs::write(&path, "{\"version\":1,\"se").unwrap();
    let (limiter, clock) = open(START);
    go(&limiter);
    let waited = clock.now() - START;
    assert!((MINUTE - 2_000_000..MINUTE + 2_000_000).contains(&waited), "{waited}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_workers_at_once_are_released_one_by_one() {
    let clock = Arc::new(FakeClock::at(START));
    let limiter = RateLimiter::with_clock(Limits::SPONSOR, Arc::<FakeClock>::clone(&clock));
    let workers: Vec<_> = (0..100)
        .map(|_| {
            let limiter = limiter.clone();
            tokio::spawn(async move { limiter.acquire().await.unwrap().over().await })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    let took = Duration::from_micros((clock.now() - START).unsigned_abs());
    let least = Limits::SPONSOR.least_time(100);
    assert!(took >= least && took.as_secs_f64() * 0.98 <= least.as_secs_f64(), "{took:?} of {least:?}");
}

#[test]
fn zero_limits_are_refused() {
    for (per_second, per_minute) in [(0.0, 30), (-1.0, 30), (f64::NAN, 30), (3.0, 0)] {
        let limiter = RateLimiter::new(Limits { per_second, per_minute });
        assert!(matches!(now(limiter.acquire()), Err(LimitError::Unusable(_))));
    }
}

fn limiter(limits: Limits) -> (RateLimiter, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::at(START));
    (RateLimiter::with_clock(limits, Arc::<FakeClock>::clone(&clock)), clock)
}

#[test]
fn no_pause_is_longer_than_15_minutes_for_one_process_or_several() {
    let folder = tempfile::tempdir().unwrap();
    let longest = Duration::from_secs(15 * 60);
    let (alone, clock) = limiter(Limits::FREE);
    let together = alone.clone().with_state_file(folder.path().join("limits.json"));
    for limiter in [alone, together] {
        let start = clock.now();
        now(limiter.pause(Duration::from_secs(86_400)));
        assert_eq!(limiter.snapshot().next_in, longest);
        go(&limiter);
        assert_eq!(clock.now() - start, 15 * MINUTE);
    }
}

#[test]
fn a_pause_from_before_a_restart_of_the_machine_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let (limiter, clock) = limiter(Limits::FREE);
    let open = || limiter.clone().with_state_file(folder.path().join("limits.json"));
    now(open().pause(Duration::from_secs(60)));
    let booted = 20_000_000;
    clock.set(booted);
    go(&open());
    assert_eq!(clock.now(), booted);
}

#[test]
fn snapshot_reports_sent_requests_and_the_next_slot() {
    let (limiter, clock) = limiter(Limits::FREE);
    for _ in 0..3 {
        go(&limiter);
    }
    let seen = limiter.snapshot();
    assert_eq!((seen.sent_last_second, seen.sent_last_minute, seen.waiting), (3, 3, 0));
    // One second, extended by the guard.
    assert_eq!(seen.next_in, Duration::from_micros(1_016_000));
    clock.advance(Duration::from_secs(1));
    let seen = limiter.snapshot();
    assert_eq!((seen.sent_last_second, seen.sent_last_minute), (0, 3));
    assert_eq!(seen.next_in, Duration::from_micros(16_000));
    assert_eq!(limiter.estimate(1), seen.next_in);
    assert_eq!(limiter.estimate(3), seen.next_in);
    assert_eq!(limiter.estimate(4), seen.next_in + Duration::from_micros(1_016_000));
    clock.advance(Duration::from_secs(60));
    assert_eq!(limiter.snapshot().next_in, Duration::ZERO);
    assert_eq!(limiter.snapshot().sent_last_minute, 0);
}

#[test]
fn callers_count_as_waiting_until_released_or_cancelled() {
    let (limiter, _) = limiter(Limits::SPONSOR);
    now(limiter.pause(Duration::from_secs(60)));
    let mut waiting = Box::pin(limiter.acquire());
    assert!(now(async { futures::poll!(&mut waiting) }).is_pending());
    assert_eq!(limiter.snapshot().waiting, 1);
    drop(waiting);
    assert_eq!(limiter.snapshot().waiting, 0);
}

#[test]
fn without_limits_nothing_waits() {
    let (limiter, clock) = limiter(Limits::unlimited());
    for _ in 0..100 {
        go(&limiter);
    }
    assert_eq!(clock.now(), START);
    assert_eq!(limiter.limits().least_time(1_000), Duration::ZERO);
}

#[test]
fn a_state_file_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (limiter, _) = limiter(Limits::FREE);
    let refused = now(limiter.with_state_file(folder.path()).acquire()).unwrap_err();
    assert!(matches!(refused, LimitError::StateFile { path, .. } if path == folder.path()));
}

#[tokio::test]
async fn the_systems_clock_counts_microseconds_and_waits() {
    let started = std::time::Instant::now();
    let before = SystemClock.now();
    SystemClock.sleep(Duration::from_millis(1_100)).await;
    let took = SystemClock.now() - before;
    let most = i64::try_from(started.elapsed().as_micros()).unwrap() + 1;
    assert!((1_100_000..=most).contains(&took), "{took} of {most}");
}

#[test]
fn unanswered_request_keeps_its_slot_cancelled_one_for_5_s() {
    let (limiter, clock) = limiter(Limits { per_second: 1.0, per_minute: 30 });
    let asked = now(limiter.acquire()).unwrap();
    clock.advance(Duration::from_secs(20));
    assert_eq!(
        limiter.snapshot().next_in,
        Duration::from_micros(1_016_000),
        "a second after its answer at the earliest"
    );
    drop(asked);
    assert_eq!(limiter.snapshot().next_in, Duration::from_micros(6_016_000));
    now(now(limiter.acquire()).unwrap().unused());
    assert_eq!(limiter.snapshot().next_in, Duration::ZERO);
}

#[test]
fn a_caller_that_is_cancelled_takes_no_place() {
    let folder = tempfile::tempdir().unwrap();
    let (limiter, clock) = limiter(Limits { per_second: 1.0, per_minute: 30 });
    let path = folder.path().join("limits.json");
    let limiter = limiter.with_state_file(&path);
    let file = std::fs::File::create(&path).unwrap();
    file.lock().unwrap();
    now(async {
        let mut asking = Box::pin(limiter.acquire());
        assert!(futures::poll!(&mut asking).is_pending(), "another thread waits for the file");
        drop(asking);
        file.unlock().unwrap();
        limiter.acquire().await.unwrap().over().await;
    });
    assert_eq!(clock.now(), START, "the next caller does not wait");
}

/// A limiter of another machine, whose clock shows `at`.
fn elsewhere(boot: &str, at: i64, path: &std::path::Path) -> (RateLimiter, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::at(at).with_epoch(boot));
    let limiter = RateLimiter::with_clock(Limits::FREE, Arc::<FakeClock>::clone(&clock));
    (limiter.with_state_file(path), clock)
}

#[test]
fn requests_of_other_machines_count_despite_clock_skew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("limits.json");
    // The second machine has run for much longer: by its clock, all of this happened long ago.
    let (first, clock) = elsewhere("first", 1_000_000_000, &path);
    for _ in 0..30 {
        go(&first);
    }
    let used = clock.now() - 1_000_000_000;
    let booted = 900_000_000_000;
    let (second, clock) = elsewhere("second", booted, &path);
    go(&second);
    let waited = clock.now() - booted;
    assert!((MINUTE..MINUTE + 1_000_000).contains(&waited), "{waited} after {used}");
    // A later process knows since when nothing has changed.
    clock.advance(Duration::from_secs(30));
    let start = clock.now();
    go(&second.clone().with_state_file(&path));
    assert_eq!(clock.now(), start);
    // Requests from long ago are forgotten.
    clock.advance(Duration::from_secs(121));
    go(&second);
    assert!(!std::fs::read_to_string(&path).unwrap().contains("first"));
}

#[test]
fn machines_sharing_a_state_file_make_progress() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("limits.json");
    let (first, ours) = elsewhere("first", START, &path);
    let (second, theirs) = elsewhere("second", 5_000_000, &path);
    for _ in 0..30 {
        go(&first);
    }
    go(&second);
    ours.advance(Duration::from_secs(61));
    let start = ours.now();
    for _ in 0..29 {
        go(&first);
    }
    let took = ours.now() - start;
    assert!(took < MINUTE, "{took}");
    go(&second);
    assert!(theirs.now() < 5_000_000 + 4 * MINUTE, "{}", theirs.now());
}

#[test]
fn slots_of_a_killed_process_are_freed_within_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("limits.json");
    let mut gone = std::process::Command::new("true").spawn().unwrap();
    gone.wait().unwrap();
    let (limiter, clock) = limiter(Limits { per_second: 1.0, per_minute: 30 });
    let open = || limiter.clone().with_state_file(&path);
    std::mem::forget(now(open().acquire()).unwrap());
    let text = std::fs::read_to_string(&path).unwrap();
    let (ours, theirs) = (format!("\"id\":{},", std::process::id()), format!("\"id\":{},", gone.id()));
    assert!(text.contains(&ours), "{text}");
    // A living process keeps its slot for a minute, a dead one for as long as its request may travel.
    go(&open());
    let waited = clock.now() - START;
    assert!((MINUTE..MINUTE + 2_100_000).contains(&waited), "{waited}");
    std::fs::write(&path, text.replace(&ours, &theirs)).unwrap();
    clock.set(START);
    go(&open());
    let waited = clock.now() - START;
    assert!((6_000_000..7_100_000).contains(&waited), "{waited}");
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left_alone_and_an_older_one_counts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("limits.json");
    let newer = "{\"version\":4,\"else\":[]}";
    std::fs::write(&path, newer).unwrap();
    let (limiter, clock) = limiter(Limits::FREE);
    let limiter = limiter.with_state_file(&path);
    let refused = now(limiter.acquire()).unwrap_err();
    assert!(matches!(refused, LimitError::NewerStateFile { version: 4, .. }), "{refused}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), newer);
    let sent: Vec<String> = (0..30).map(|second| (START - second).to_string()).collect();
    let older = format!("{{\"version\":2,\"sent\":[{}],\"paused_until\":0}}", sent.join(","));
    std::fs::write(&path, older).unwrap();
    go(&limiter);
    assert!(clock.now() - START >= MINUTE, "{}", clock.now() - START);
}

#[test]
fn implausible_rates_are_refused_and_the_minimum_works() {
    let slow = Limits { per_second: 1e-14, per_minute: 30 };
    let refused = now(RateLimiter::new(slow).acquire()).unwrap_err();
    assert!(matches!(refused, LimitError::TooSlow(_)), "{refused}");
    let clock = Arc::new(FakeClock::at(i64::MAX - 1_000_000));
    let least = Limits { per_second: 0.001, per_minute: 30 };
    let limiter = RateLimiter::with_clock(least, Arc::<FakeClock>::clone(&clock));
    let _kept = now(limiter.acquire()).unwrap();
    assert!(limiter.snapshot().next_in <= Duration::from_secs(1), "the end of time is not passed");
    assert_eq!(least.least_time(2), Duration::from_secs(1_000));
}

#[test]
fn a_server_on_this_machine_has_no_limits_unless_asked() {
    for local in ["http://127.0.0.1:8000/v1", "http://localhost/v1", "http://[::1]:1/v1"] {
        assert_eq!(Limits::default_for(local, false), Limits::unlimited());
        assert_eq!(Limits::default_for(local, true), Limits::unlimited());
    }
    for remote in [crate::DEFAULT_BASE_URL, "https://10.0.0.1/v1", "not a URL"] {
        assert_eq!(Limits::default_for(remote, false), Limits::FREE);
        assert_eq!(Limits::default_for(remote, true), Limits::SPONSOR);
    }
    let client = crate::OpenF1::builder().base_url("http://127.0.0.1:1/v1").build().unwrap();
    assert_eq!(client.limiter().limits(), Limits::unlimited());
}
