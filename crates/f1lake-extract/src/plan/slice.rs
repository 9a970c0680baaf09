//! Slices: what one request covers, how it is split, and what staged slices leave uncovered.

#[cfg(test)]
mod tests;

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
