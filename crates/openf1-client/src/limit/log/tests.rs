//! Arrivals at a server behind a network with arbitrary delays.

use super::*;
use crate::limit::limits::MINUTE;
use proptest::prelude::*;
use std::collections::BinaryHeap;

/// Far enough from zero for any window.
const START: i64 = 1_700_000_000_000_000;

/// The course of one request. All times are microseconds.
#[derive(Debug, Clone, Copy)]
struct Fate {
    /// Least time since the previous request.
    pause: i64,
    /// From its release to its arrival.
    there: i64,
    end: Ending,
}

#[derive(Debug, Clone, Copy)]
enum Ending {
    /// The head of the response comes this long after the arrival.
    Answered(i64),
    /// The client gives up this long before the arrival.
    GivenUp(i64),
    /// Its end is never recorded.
    Forgotten,
    /// It was never sent.
    Unused,
}

fn fate() -> impl Strategy<Value = Fate> {
    let pause = prop_oneof![6 => Just(0i64), 2 => 0i64..2_000_000, 1 => 0i64..70_000_000];
    let there = prop_oneof![4 => 0i64..500_000, 2 => 0i64..5_000_000, 1 => 0i64..LONGEST_FLIGHT];
    let end = prop_oneof![
        16 => (0i64..1_000_000).prop_map(Ending::Answered),
        2 => (0i64..20_000_000).prop_map(Ending::Answered),
        1 => (0..LATE).prop_map(Ending::GivenUp),
        1 => Just(Ending::Forgotten),
        1 => Just(Ending::Unused),
    ];
    (pause, there, end).prop_map(|(pause, there, end)| Fate { pause, there, end })
}

fn limits() -> impl Strategy<Value = Limits> {
    prop_oneof![
        4 => Just(Limits::FREE),
        2 => Just(Limits::SPONSOR),
        1 => (0.5f64..9.0, 1u32..90).prop_map(|(per_second, per_minute)| Limits { per_second, per_minute }),
    ]
}

/// Releases requests one after the other, each as early as possible; returns their arrivals and the time of
/// the last response.
fn play(limits: Limits, fates: impl IntoIterator<Item = Fate>) -> (Vec<i64>, i64) {
    let mut log = Log::default();
    let mut ends: BinaryHeap<std::cmp::Reverse<(i64, u64, u8)>> = BinaryHeap::new();
    let kinds = [End::Over, End::Lost, End::Unused];
    let mut arrivals = Vec::new();
    let (mut now, mut last) = (START, START);
    for fate in fates {
        now += fate.pause;
        let id = loop {
            while let Some(std::cmp::Reverse((at, id, kind))) = ends.pop() {
                if at > now {
                    ends.push(std::cmp::Reverse((at, id, kind)));
                    break;
                }
                log.end(id, kinds[usize::from(kind)], at);
            }
            match log.take(&limits, now, Process::current()) {
                Ok(id) => break id,
                Err(wait) => now += wait,
            }
        };
        let arrival = now + fate.there;
        let end = match fate.end {
            Ending::Answered(back) => Some((arrival + back, 0)),
            Ending::GivenUp(before) => Some(((arrival - before).max(now), 1)),
            Ending::Forgotten => None,
            Ending::Unused => Some((arrival, 2)),
        };
        if let Some((at, kind)) = end {
            ends.push(std::cmp::Reverse((at, id, kind)));
            last = last.max(at);
        }
        if !matches!(fate.end, Ending::Unused) {
            arrivals.push(arrival);
        }
    }
    (arrivals, last - START)
}

/// Most arrivals within any span, excluding its end.
fn most_within(times: &[i64], span: i64) -> usize {
    let from =
        |(index, start): (usize, &i64)| times[index..].iter().take_while(|at| **at < start + span).count();
    times.iter().enumerate().map(from).max().unwrap_or(0)
}

proptest! {
    // `PROPTEST_CASES=10000` for the long run.
    #![proptest_config(ProptestConfig::default())]

    #[test]
    fn no_window_is_exceeded_at_the_server_whatever_the_delays(
        limits in limits(),
        fates in prop::collection::vec(fate(), 1..200),
        // The server's clock may run slower than ours: less time passes there.
        slower in 0.0f64..0.000_95,
    ) {
        let (mut arrivals, _) = play(limits, fates);
        for at in &mut arrivals {
            *at = ((*at - START) as f64 * (1.0 - slower)) as i64;
        }
        arrivals.sort_unstable();
        let a_second = limits.per_second.ceil() as usize;
        prop_assert!(most_within(&arrivals, 1_000_000) <= a_second, "{a_second} a second: {arrivals:?}");
        prop_assert!(most_within(&arrivals, MINUTE) <= limits.per_minute as usize, "a minute: {arrivals:?}");
    }

    /// The windows, one round trip for every request that fills the short one, and one for every minute.
    #[test]
    fn a_burst_costs_one_round_trip_and_so_does_a_minute(there in 0i64..400_000, back in 0i64..400_000, requests in 1usize..200) {
        let trip = there + back;
        let fate = Fate { pause: 0, there, end: Ending::Answered(back) };
        let (_, took) = play(Limits::FREE, std::iter::repeat_n(fate, requests));
        let bursts = i64::try_from((requests - 1) % 30 / 3).unwrap();
        let minutes = i64::try_from((requests - 1) / 30).unwrap();
        let windows = i64::try_from(Limits::FREE.least_time(requests).as_micros()).unwrap();
        let guards = bursts * 16_000 + minutes * 75_000;
        prop_assert_eq!(took, windows + (bursts + minutes + 1) * trip + guards);
    }
}

#[test]
fn nothing_is_held_for_longer_than_a_minute() {
    let once_a_minute = Limits { per_second: 1.0, per_minute: 1 };
    let forgotten = Fate { pause: 0, there: 0, end: Ending::Forgotten };
    let (arrivals, _) = play(once_a_minute, [forgotten; 3]);
    let gap = LONGEST_FLIGHT + MINUTE + MINUTE / 1000 + 15_000;
    for (number, at) in arrivals.iter().enumerate() {
        let at = at - START;
        let least = gap * i64::try_from(number).unwrap();
        assert!((least..least + MINUTE * 2).contains(&at), "{arrivals:?}");
    }
}
