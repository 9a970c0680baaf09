//! Slices: what they request, how they are split, and what staged ones leave to request.

use super::*;
use crate::plan::missing::{missing_of_drivers, missing_of_session};
use crate::plan::request::Request;
use proptest::prelude::*;

const BOUNDS: Bounds = Bounds { from: 1_000_000_000, to: 1_030_000_000 };

fn driver(number: i64) -> Slice {
    Slice {
        endpoint: Endpoint::Location,
        session_key: 1,
        drivers: Drivers::Some(vec![number]),
        window: Window::WHOLE,
    }
}

/// The slices of requests.
fn slices_of(requests: Vec<Request>) -> Vec<Slice> {
    requests.into_iter().flat_map(|request| request.parts).collect()
}

fn holds(slice: &Slice, number: i64, at: i64) -> bool {
    let within =
        |from: Option<i64>, to: Option<i64>, x: i64| from.is_none_or(|f| x >= f) && to.is_none_or(|t| x < t);
    let by_driver = match &slice.drivers {
        Drivers::All => true,
        Drivers::Some(numbers) => numbers.contains(&number),
        Drivers::Range(from, to) => within(*from, *to, number),
    };
    by_driver && within(slice.window.from, slice.window.to, at)
}

proptest! {
    /// After any split, every row is in exactly one part, and no window is empty or inverted.
    #[test]
    fn splitting_covers_every_row_once(
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        at in 900_000_000i64..1_200_000_000, number in 1i64..100,
        endpoint in prop::sample::select(vec![Endpoint::Location, Endpoint::Laps, Endpoint::Weather, Endpoint::Intervals]),
    ) {
        let mut parts = vec![if endpoint == Endpoint::Location {
            Slice { drivers: Drivers::Some((1..100).collect()), ..driver(1) }
        } else { Slice::whole(endpoint, 1) }];
        for pick in picks {
            let index = pick.index(parts.len());
            if let Some(smaller) = parts[index].split(BOUNDS) {
                prop_assert!(smaller.len() > 1);
                parts.splice(index..=index, smaller);
            }
        }
        prop_assert_eq!(parts.iter().filter(|part| holds(part, number, at)).count(), 1);
        for part in &parts {
            prop_assert!(part.query().to_query_string().is_ok(), "{:?}", part);
        }
        let mut ids: Vec<_> = parts.iter().map(Slice::id).collect();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), parts.len());
    }

    /// Staged and missing slices together cover every row exactly once.
    #[test]
    fn missing_is_the_complement_of_staged(
        keep in prop::collection::vec(any::<bool>(), 64), at in 900_000_000i64..1_200_000_000,
        endpoint in prop::sample::select(vec![Endpoint::Location, Endpoint::Laps, Endpoint::Weather]),
    ) {
        let mut parts = vec![if endpoint == Endpoint::Location { driver(44) } else { Slice::whole(endpoint, 1) }];
        for _ in 0..4 {
            parts = parts.iter().flat_map(|part| part.split(BOUNDS).unwrap_or_else(|| vec![part.clone()])).collect();
        }
        let staged: Vec<_> = parts.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(part, _)| part).collect();
        let missing = if endpoint == Endpoint::Location {
            slices_of(missing_of_drivers(endpoint, 1, &[44], &[Window::WHOLE], &staged))
        } else {
            missing_of_session(&Slice::whole(endpoint, 1), &staged)
        };
        let number = 44;
        let count = staged.iter().chain(&missing).filter(|part| holds(part, number, at)).count();
        prop_assert_eq!(count, 1);
    }

    #[test]
    fn starting_windows_cover_all_time(minutes in 1u32..600, most in prop::option::of(1u32..50), at in 0i64..2_000_000_000) {
        let windows = starting_windows(BOUNDS, Some(minutes), most);
        let held = windows.iter().filter(|w| w.from.is_none_or(|f| at >= f) && w.to.is_none_or(|t| at < t)).count();
        prop_assert_eq!(held, 1);
        prop_assert!(most.is_none_or(|most| windows.len() <= most as usize));
    }
}

fn window(from: Option<i64>, to: Option<i64>) -> Slice {
    Slice { window: Window { from, to }, ..driver(44) }
}

fn numbers(from: Option<i64>, to: Option<i64>) -> Slice {
    Slice { drivers: Drivers::Range(from, to), ..Slice::whole(Endpoint::Laps, 7) }
}

#[test]
fn bounds_reach_around_the_schedule_and_are_never_empty() {
    let bounds = |start: &str, end: &str| {
        let row = serde_json::json!({
            "session_key": 9488, "meeting_key": 1229, "date_start": start, "date_end": end
        });
        let session = SessionInfo::from_row(&serde_json::from_value(row).unwrap()).unwrap();
        let ms = |time: Timestamp| time.as_millisecond();
        (Bounds::of(&session), ms(session.date_start), ms(session.date_end))
    };
    let hour = 3_600_000;
    let (around, start, end) = bounds("2024-03-24T04:00:00Z", "2024-03-24T06:00:00Z");
    assert!(around.from <= start - hour && around.to >= end + hour, "{around:?}");
    let (inverted, _, _) = bounds("2024-03-24T04:00:00Z", "2024-03-20T06:00:00Z");
    assert!((1..hour).contains(&(inverted.to - inverted.from)), "{inverted:?}");
}

#[test]
fn windows_are_halved_down_to_half_a_minute_each() {
    let halves = |slice: Slice| {
        let parts = slice.split(BOUNDS)?;
        Some(parts.iter().map(|part| (part.window.from, part.window.to)).collect::<Vec<_>>())
    };
    let cut = |from, at, to| Some(vec![(from, Some(at)), (Some(at), to)]);
    assert_eq!(halves(window(None, None)), cut(None, 1_015_000_000, None));
    assert_eq!(halves(window(Some(0), Some(60_000))), cut(Some(0), 30_000, Some(60_000)));
    assert_eq!(halves(window(Some(0), Some(59_999))), None);
    // The end is beyond the bounds, where no data is known, so there is nothing to split.
    assert_eq!(halves(window(Some(BOUNDS.to), None)), None);
    assert_eq!(halves(window(None, Some(BOUNDS.from))), None);
}

#[test]
fn car_numbers_are_halved_down_to_one() {
    let halves =
        |slice: Slice| Some(slice.split(BOUNDS)?.iter().map(|part| part.drivers.clone()).collect::<Vec<_>>());
    let cut = |from, at, to| Some(vec![Drivers::Range(from, Some(at)), Drivers::Range(Some(at), to)]);
    assert_eq!(halves(Slice::whole(Endpoint::Laps, 7)), cut(None, 50, None));
    assert_eq!(halves(numbers(Some(44), Some(46))), cut(Some(44), 45, Some(46)));
    assert_eq!(halves(numbers(Some(44), Some(45))), None);
    // A number that no car should have is found nevertheless.
    assert_eq!(halves(numbers(Some(99), None)), cut(Some(99), 100, None));
}

#[test]
fn slice_requests_exactly_its_rows() {
    let asked = |slice: &Slice| slice.query().to_string();
    assert_eq!(asked(&Slice::whole(Endpoint::Laps, 7)), "laps?session_key=7");
    assert_eq!(asked(&numbers(Some(10), Some(50))), "laps?session_key=7&driver_number>=10&driver_number<50");
    let two = Slice { drivers: Drivers::Some(vec![4, 44]), ..window(Some(0), Some(1_000)) };
    let asked = asked(&two);
    assert!(asked.contains("driver_number=4&driver_number=44"), "{asked}");
    assert!(asked.contains("1970-01-01T00:00:00") && asked.contains("1970-01-01T00:00:01"), "{asked}");
}

#[test]
fn staged_slices_of_other_sessions_or_endpoints_are_ignored() {
    let whole = Slice::whole(Endpoint::Weather, 7);
    let staged = [Slice::whole(Endpoint::Weather, 8), Slice::whole(Endpoint::Laps, 7)];
    assert_eq!(missing_of_session(&whole, std::slice::from_ref(&whole)), []);
    assert_eq!(missing_of_session(&whole, &staged), [whole]);

    let missing = |staged: &[Slice]| {
        slices_of(missing_of_drivers(Endpoint::Location, 1, &[44], &[Window::WHOLE], staged))
    };
    let others = [
        Slice { session_key: 8, ..driver(44) },
        Slice { endpoint: Endpoint::CarData, ..driver(44) },
        driver(4),
    ];
    assert_eq!(missing(&others), [driver(44)]);
    assert_eq!(missing(&[driver(44)]), []);
}

#[test]
fn complete_staging_leaves_no_request() {
    let missing = |staged: &[Slice]| {
        slices_of(missing_of_drivers(Endpoint::Location, 1, &[44], &[Window::WHOLE], staged))
    };
    let staged = [window(None, Some(5)), window(Some(5), Some(9)), window(Some(9), None)];
    assert_eq!(missing(&staged), []);
    assert_eq!(missing(&staged[1..]), [window(None, Some(5))]);
    assert_eq!(missing(&staged[..2]), [window(Some(9), None)]);
    assert_eq!(missing(&[staged[0].clone(), staged[2].clone()]), [window(Some(5), Some(9))]);

    let laps = Slice::whole(Endpoint::Laps, 7);
    let staged = [numbers(None, Some(50)), numbers(Some(50), Some(75))];
    assert_eq!(missing_of_session(&laps, &staged), [numbers(Some(75), None)]);
}

#[test]
fn starting_windows_are_of_equal_length_and_no_more_than_allowed() {
    let cuts = |minutes, most| {
        let windows = starting_windows(BOUNDS, minutes, most);
        windows.iter().filter_map(|window| window.to).map(|to| to - BOUNDS.from).collect::<Vec<_>>()
    };
    // The bounds are 500 minutes apart.
    assert!(cuts(None, None).is_empty());
    assert_eq!(cuts(Some(125), None), [7_500_000, 15_000_000, 22_500_000]);
    assert_eq!(cuts(Some(1), Some(4)), [7_500_000, 15_000_000, 22_500_000]);
    assert_eq!(cuts(Some(1), Some(7)).len(), 6);
    assert_eq!(cuts(Some(1), Some(7))[0], 4_285_715);
    assert_eq!(cuts(Some(300), Some(7)), [18_000_000]);
}
