//! Slices: what one request covers, how it is split, and what staged slices leave uncovered.

use crate::select::session::SessionInfo;
use f1lake_zone::later;
use jiff::{SignedDuration, Timestamp};
use openf1_client::{Endpoint, Query};
use serde::{Deserialize, Serialize};

/// Windows are never shorter than this.
const SHORTEST_WINDOW_MS: i64 = 30_000;
/// Car numbers are below this.
const DRIVER_NUMBERS: i64 = 100;

/// The drivers of a slice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Drivers {
    /// All drivers.
    All,
    /// These drivers.
    Some(Vec<i64>),
    /// Car numbers from (included) to (excluded); `None` leaves an end open.
    Range(Option<i64>, Option<i64>),
}

impl Drivers {
    /// How many are named; a request without names counts as one.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Some(numbers) => numbers.len(),
            Self::All | Self::Range(..) => 1,
        }
    }
}

/// A half-open time span in Unix milliseconds; `None` leaves an end open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Window {
    pub(crate) from: Option<i64>,
    pub(crate) to: Option<i64>,
}

impl Window {
    pub(crate) const WHOLE: Self = Self { from: None, to: None };
}

/// What one request covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Slice {
    pub(crate) endpoint: Endpoint,
    /// Session key of the request; differs from the landed session for `starting_grid`.
    pub(crate) session_key: i64,
    pub(crate) drivers: Drivers,
    pub(crate) window: Window,
}

/// The range of a session's data in Unix milliseconds: from an hour before to hours after the schedule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) from: i64,
    pub(crate) to: i64,
}

impl Bounds {
    pub(crate) fn of(session: &SessionInfo) -> Self {
        let from = later(session.date_start, SignedDuration::from_mins(-90)).as_millisecond();
        let to = later(session.date_end, SignedDuration::from_hours(4)).as_millisecond();
        Self { from, to: to.max(from + 60_000) }
    }
}

impl Slice {
    /// A whole session of an endpoint.
    pub(crate) fn whole(endpoint: Endpoint, session_key: i64) -> Self {
        Self { endpoint, session_key, drivers: Drivers::All, window: Window::WHOLE }
    }

    /// The query to send.
    pub(crate) fn query(&self) -> Query {
        let mut query = Query::new(self.endpoint).session(self.session_key);
        match &self.drivers {
            Drivers::All => {}
            Drivers::Some(numbers) => {
                for number in numbers {
                    query = query.driver(*number);
                }
            }
            Drivers::Range(from, to) => {
                use openf1_client::Op;
                if let Some(from) = from {
                    query = query.filter("driver_number", Op::Ge, *from);
                }
                if let Some(to) = to {
                    query = query.filter("driver_number", Op::Lt, *to);
                }
            }
        }
        let time = |ms: Option<i64>| ms.and_then(|ms| Timestamp::from_millisecond(ms).ok());
        query.window("date", time(self.window.from), time(self.window.to))
    }

    /// Its name in staging; different slices have different names.
    pub(crate) fn id(&self) -> String {
        let open = |end: Option<i64>| end.map_or(String::new(), |end| end.to_string());
        let drivers = match &self.drivers {
            Drivers::All => "all".to_owned(),
            Drivers::Some(numbers) => {
                let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
                format!("d{}", numbers.join("-"))
            }
            Drivers::Range(from, to) => format!("r{}-{}", open(*from), open(*to)),
        };
        format!(
            "{}.{}.{drivers}.w{}_{}",
            self.endpoint,
            self.session_key,
            open(self.window.from),
            open(self.window.to)
        )
    }

    /// Smaller slices that cover the same rows; `None` when it cannot be split.
    pub(crate) fn split(&self, bounds: Bounds) -> Option<Vec<Self>> {
        if let Drivers::Some(numbers) = &self.drivers
            && numbers.len() > 1
        {
            let with = |number: &i64| Self { drivers: Drivers::Some(vec![*number]), ..self.clone() };
            return Some(numbers.iter().map(with).collect());
        }
        let spec = self.endpoint.spec();
        let never_null = |name: &str| spec.field(name).is_some_and(|field| !field.nullable);
        if never_null("date") {
            return self.split_window(bounds);
        }
        // Rows without a date would fall out of every window, so such endpoints are split by driver.
        if never_null("driver_number") { self.split_drivers() } else { None }
    }

    fn split_window(&self, bounds: Bounds) -> Option<Vec<Self>> {
        let from = self.window.from.unwrap_or(bounds.from.min(self.window.to.map_or(i64::MAX, |to| to - 1)));
        let to = self.window.to.unwrap_or(bounds.to.max(from));
        let middle = from + (to - from) / 2;
        if middle - from < SHORTEST_WINDOW_MS {
            return None;
        }
        let part = |from, to| Self { window: Window { from, to }, ..self.clone() };
        Some(vec![part(self.window.from, Some(middle)), part(Some(middle), self.window.to)])
    }

    fn split_drivers(&self) -> Option<Vec<Self>> {
        let (from, to) = match self.drivers {
            Drivers::All => (None, None),
            Drivers::Range(from, to) => (from, to),
            Drivers::Some(_) => return None,
        };
        let low = from.unwrap_or(0);
        let high = to.unwrap_or(DRIVER_NUMBERS.max(low + 2));
        let middle = low + (high - low) / 2;
        if middle <= low {
            return None;
        }
        let part = |from, to| Self { drivers: Drivers::Range(from, to), ..self.clone() };
        Some(vec![part(from, Some(middle)), part(Some(middle), to)])
    }
}

/// The parts of the number line that the spans leave uncovered; `None` is an open end.
fn gaps(mut covered: Vec<(Option<i64>, Option<i64>)>) -> Vec<(Option<i64>, Option<i64>)> {
    covered.sort_by_key(|(from, _)| from.unwrap_or(i64::MIN));
    let mut gaps = Vec::new();
    let mut reached = None;
    let mut started = false;
    for (from, to) in covered {
        match (started, from, reached) {
            (false, Some(from), _) => gaps.push((None, Some(from))),
            (true, Some(from), Some(end)) if from > end => gaps.push((Some(end), Some(from))),
            _ => {}
        }
        let Some(to) = to else { return gaps };
        reached = Some(if started { reached.map_or(to, |end: i64| end.max(to)) } else { to });
        started = true;
    }
    gaps.push((reached, None));
    gaps
}

/// What remains to be requested of a session-wide endpoint, given the staged slices.
pub(crate) fn missing_of_session(whole: &Slice, staged: &[Slice]) -> Vec<Slice> {
    let same =
        || staged.iter().filter(|s| s.endpoint == whole.endpoint && s.session_key == whole.session_key);
    let ranges: Vec<_> = same()
        .filter_map(|slice| match slice.drivers {
            Drivers::Range(from, to) => Some((from, to)),
            _ => None,
        })
        .collect();
    if !ranges.is_empty() {
        return gaps(ranges)
            .into_iter()
            .map(|(from, to)| Slice { drivers: Drivers::Range(from, to), ..whole.clone() })
            .collect();
    }
    let windows: Vec<_> = same()
        .filter(|slice| slice.drivers == Drivers::All)
        .map(|slice| (slice.window.from, slice.window.to))
        .collect();
    gaps(windows)
        .into_iter()
        .map(|(from, to)| Slice { window: Window { from, to }, ..whole.clone() })
        .collect()
}

/// Telemetry requests for drivers: groups of `group` where nothing is staged, single gaps where a part is.
/// `windows` are the initial windows of a driver without staged slices.
pub(crate) fn missing_of_drivers(
    endpoint: Endpoint,
    session_key: i64,
    drivers: &[i64],
    group: usize,
    windows: &[Window],
    staged: &[Slice],
) -> Vec<Slice> {
    let mut untouched = Vec::new();
    let mut slices = Vec::new();
    for driver in drivers {
        let covered: Vec<_> = staged
            .iter()
            .filter(|slice| slice.endpoint == endpoint && slice.session_key == session_key)
            .filter(|slice| matches!(&slice.drivers, Drivers::Some(numbers) if numbers.contains(driver)))
            .map(|slice| (slice.window.from, slice.window.to))
            .collect();
        if covered.is_empty() {
            untouched.push(*driver);
            continue;
        }
        slices.extend(gaps(covered).into_iter().map(|(from, to)| Slice {
            endpoint,
            session_key,
            drivers: Drivers::Some(vec![*driver]),
            window: Window { from, to },
        }));
    }
    for numbers in untouched.chunks(group.max(1)) {
        slices.extend(windows.iter().map(|window| Slice {
            endpoint,
            session_key,
            drivers: Drivers::Some(numbers.to_vec()),
            window: *window,
        }));
    }
    slices
}

/// Initial windows of this many minutes, both ends open; at most `most` of them.
pub(crate) fn starting_windows(bounds: Bounds, minutes: Option<u32>, most: Option<u32>) -> Vec<Window> {
    let Some(minutes) = minutes else { return vec![Window::WHOLE] };
    let span = bounds.to - bounds.from;
    let mut step = i64::from(minutes) * 60_000;
    if let Some(most) = most {
        step = step.max(span.div_euclid(i64::from(most)) + i64::from(span % i64::from(most) != 0));
    }
    let mut cuts: Vec<Option<i64>> = vec![None];
    let mut cut = bounds.from + step;
    while cut < bounds.to {
        cuts.push(Some(cut));
        cut += step;
    }
    cuts.push(None);
    cuts.windows(2).map(|pair| Window { from: pair[0], to: pair[1] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
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

    fn holds(slice: &Slice, number: i64, at: i64) -> bool {
        let within = |from: Option<i64>, to: Option<i64>, x: i64| {
            from.is_none_or(|f| x >= f) && to.is_none_or(|t| x < t)
        };
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
                missing_of_drivers(endpoint, 1, &[44], 4, &[Window::WHOLE], &staged)
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
        let halves = |slice: Slice| {
            Some(slice.split(BOUNDS)?.iter().map(|part| part.drivers.clone()).collect::<Vec<_>>())
        };
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
        assert_eq!(
            asked(&numbers(Some(10), Some(50))),
            "laps?session_key=7&driver_number>=10&driver_number<50"
        );
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

        let missing =
            |staged: &[Slice]| missing_of_drivers(Endpoint::Location, 1, &[44], 1, &[Window::WHOLE], staged);
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
        let missing =
            |staged: &[Slice]| missing_of_drivers(Endpoint::Location, 1, &[44], 1, &[Window::WHOLE], staged);
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

    #[test]
    fn drivers_are_grouped_and_split_into_singles() {
        let slices = missing_of_drivers(Endpoint::CarData, 7, &[1, 4, 16, 44, 63], 4, &[Window::WHOLE], &[]);
        assert_eq!(slices.len(), 2);
        assert_eq!(slices[0].drivers, Drivers::Some(vec![1, 4, 16, 44]));
        assert_eq!(slices[0].split(BOUNDS).unwrap().len(), 4);
        assert_eq!(slices[0].id(), "car_data.7.d1-4-16-44.w_");
        assert_eq!(slices[1].drivers, Drivers::Some(vec![63]));
        // A single driver is split by time.
        assert_eq!(slices[1].split(BOUNDS).unwrap()[1].drivers, Drivers::Some(vec![63]));
    }
}
