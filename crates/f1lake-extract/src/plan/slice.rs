//! Slices: what is requested of a session, and how it is split.

#[cfg(test)]
mod tests;

use crate::select::session::SessionInfo;
use f1lake_zone::later;
use jiff::{SignedDuration, Timestamp};
use openf1_client::{Endpoint, Query};
use serde::{Deserialize, Serialize};

/// Windows are never shorter than this.
const SHORTEST_WINDOW_MS: i64 = 30_000;
/// Data may begin this long before the schedule, and end this long after it.
const MINUTES_BEFORE: i64 = 90;
const MINUTES_AFTER: i64 = 240;
/// Minutes; a schedule that is shorter is wrong.
const SHORTEST_SESSION: f64 = 10.0;
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
        let from = later(session.date_start, SignedDuration::from_mins(-MINUTES_BEFORE)).as_millisecond();
        let to = later(session.date_end, SignedDuration::from_mins(MINUTES_AFTER)).as_millisecond();
        Self { from, to: to.max(from + 60_000) }
    }

    /// Scheduled minutes of the session, about.
    pub(crate) fn minutes(self) -> f64 {
        let around = MINUTES_BEFORE + MINUTES_AFTER;
        (((self.to - self.from) / 60_000 - around) as f64).max(SHORTEST_SESSION)
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
