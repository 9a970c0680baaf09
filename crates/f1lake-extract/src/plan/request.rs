//! One request: slices of several sessions, or of several drivers of one session, that share it.

use super::slice::{Bounds, Drivers, Slice, Window};
use openf1_client::{Endpoint, Query};

/// Slices of one endpoint that one request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// At least one. Several are whole sessions, or single drivers of one session in one window.
    pub(crate) parts: Vec<Slice>,
}

impl From<Slice> for Request {
    fn from(slice: Slice) -> Self {
        Self { parts: vec![slice] }
    }
}

impl Request {
    pub(crate) fn endpoint(&self) -> Endpoint {
        self.parts[0].endpoint
    }

    /// Whether the parts are drivers, not sessions.
    pub(crate) fn is_by_driver(&self) -> bool {
        matches!(self.parts[0].drivers, Drivers::Some(_))
    }

    /// The query to send.
    pub(crate) fn query(&self) -> Query {
        let mut all = self.parts[0].clone();
        if let Drivers::Some(numbers) = &mut all.drivers {
            numbers.extend(self.parts[1..].iter().flat_map(|part| match &part.drivers {
                Drivers::Some(numbers) => numbers.clone(),
                Drivers::All | Drivers::Range(..) => Vec::new(),
            }));
            return all.query();
        }
        let others = self.parts.iter().skip(1).map(|part| part.session_key);
        others.fold(all.query(), Query::session)
    }

    /// Minutes that it asks for of each driver; 0 for sessions.
    pub(crate) fn minutes(&self, bounds: Option<Bounds>) -> f64 {
        let (true, Some(bounds)) = (self.is_by_driver(), bounds) else { return 0.0 };
        let window = self.parts[0].window;
        if window == Window::WHOLE {
            return bounds.minutes();
        }
        (window.length(bounds) as f64 / 60_000.0).clamp(0.0, bounds.minutes())
    }

    /// Smaller requests for the same rows; `None` when it cannot be split.
    pub(crate) fn split(&self, bounds: Option<Bounds>) -> Option<Vec<Self>> {
        if self.parts.len() > 1 {
            return Some(self.chunks(self.parts.len().div_ceil(2)));
        }
        let smaller = self.parts[0].split(bounds?)?;
        Some(smaller.into_iter().map(Self::from).collect())
    }

    /// Requests for at most so many parts each.
    pub(crate) fn chunks(&self, most: usize) -> Vec<Self> {
        self.parts.chunks(most.max(1)).map(|parts| Self { parts: parts.to_vec() }).collect()
    }

    /// Splits in time what is longer than the server gave before.
    pub(crate) fn shortened(&self, longest_ms: i64, bounds: Bounds) -> Option<Vec<Self>> {
        let [part] = &self.parts[..] else { return None };
        (self.is_by_driver() && part.window.length(bounds) > longest_ms).then(|| self.split(Some(bounds)))?
    }
}

impl Window {
    /// Its length within the bounds, ms.
    pub(crate) fn length(self, bounds: Bounds) -> i64 {
        self.to.unwrap_or(bounds.to) - self.from.unwrap_or(bounds.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::missing::missing_of_drivers;

    #[test]
    fn parts_share_a_request_and_are_split_in_halves() {
        let sessions = Request { parts: [7, 8, 9].map(|key| Slice::whole(Endpoint::Pit, key)).to_vec() };
        assert_eq!(sessions.query().to_string(), "pit?session_key=7&session_key=8&session_key=9");
        let halves = sessions.split(None).unwrap();
        assert_eq!(halves.iter().map(|half| half.parts.len()).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(halves[1].split(None), None);

        let drivers = missing_of_drivers(Endpoint::CarData, 7, &[1, 4, 16], &[Window::WHOLE], &[]);
        let [drivers] = &drivers[..] else { panic!("{drivers:?}") };
        assert_eq!(
            drivers.query().to_string(),
            "car_data?session_key=7&driver_number=1&driver_number=4&driver_number=16"
        );
        let bounds = Bounds { from: 0, to: 1_000_000 };
        assert_eq!(drivers.shortened(1, bounds), None, "several drivers are not split in time");
        let single = Request::from(drivers.parts[1].clone());
        assert_eq!(single.parts[0].id(), "car_data.7.d4.w_");
        assert_eq!(single.shortened(1_000_000, bounds), None);
        let shorter = single.shortened(999_999, bounds).unwrap();
        assert_eq!(shorter.len(), 2);
        assert!(shorter.iter().all(|half| half.shortened(999_999, bounds).is_none()));
    }
}
