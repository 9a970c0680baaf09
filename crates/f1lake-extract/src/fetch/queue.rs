//! The requests of a session: what waits, and what an answer changes. It knows no network.

use crate::error::ExtractError;
use crate::plan::slice::{Bounds, Drivers, Slice};
use openf1_client::Endpoint;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Requests that wait, and what became of those that were sent.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: VecDeque<Slice>,
    /// Requests that each endpoint still waits for, sent or not.
    open: BTreeMap<Endpoint, usize>,
    /// Endpoints of which even the smallest request failed: size is not their trouble, and they cannot be whole.
    hopeless: BTreeSet<Endpoint>,
    failure: Option<ExtractError>,
    bounds: Bounds,
    added: i64,
}

impl Queue {
    pub(super) fn new(slices: Vec<Slice>, bounds: Bounds) -> Self {
        let mut open = BTreeMap::new();
        for slice in &slices {
            *open.entry(slice.endpoint).or_default() += 1;
        }
        Self { waiting: slices.into(), open, hopeless: BTreeSet::new(), failure: None, bounds, added: 0 }
    }

    /// The next request to send, for `group` drivers at most: what was queued before a refusal is cut to that size.
    pub(super) fn next(&mut self, group: usize) -> Option<Slice> {
        loop {
            let slice = self.waiting.pop_front()?;
            let too_many = matches!(&slice.drivers, Drivers::Some(numbers) if numbers.len() > group);
            match too_many.then(|| slice.split(self.bounds)).flatten() {
                Some(smaller) => self.replace(&slice, smaller),
                None => return Some(slice),
            }
        }
    }

    /// Counts a request as answered. Returns whether its endpoint is complete now.
    pub(super) fn answered(&mut self, slice: &Slice) -> bool {
        let left = self.open.entry(slice.endpoint).or_default();
        *left = left.saturating_sub(1);
        *left == 0 && self.failure.is_none()
    }

    /// Counts a request as failed: smaller ones take its place where that may help. Nothing more is sent after a refused
    /// login, and while a live session locks the API.
    pub(super) fn failed(&mut self, slice: &Slice, error: ExtractError) {
        if let ExtractError::Api(api) = &error
            && api.is_splittable()
        {
            let smaller = slice.split(self.bounds).filter(|_| !self.hopeless.contains(&slice.endpoint));
            if let Some(smaller) = smaller {
                tracing::info!(%error, parts = smaller.len(), "requesting less at a time");
                return self.replace(slice, smaller);
            }
            self.hopeless.insert(slice.endpoint);
            let before = self.waiting.len();
            self.waiting.retain(|other| other.endpoint != slice.endpoint);
            self.added -= i64::try_from(before - self.waiting.len()).unwrap_or(0);
            self.failure.get_or_insert(error);
            return;
        }
        let fatal = error.is_login_refused() || error.is_locked();
        if fatal {
            self.waiting.clear();
        }
        if fatal || self.failure.is_none() {
            self.failure = Some(error);
        }
    }

    /// Requests that there are more than before the last call; fewer when negative.
    pub(super) fn take_added(&mut self) -> i64 {
        std::mem::take(&mut self.added)
    }

    /// # Errors
    /// The failure that counts: a fatal one, else the first.
    pub(super) fn finish(self) -> Result<(), ExtractError> {
        self.failure.map_or(Ok(()), Err)
    }

    fn replace(&mut self, slice: &Slice, smaller: Vec<Slice>) {
        *self.open.entry(slice.endpoint).or_default() += smaller.len() - 1;
        self.added += i64::try_from(smaller.len()).unwrap_or(0) - 1;
        for slice in smaller.into_iter().rev() {
            self.waiting.push_front(slice);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::slice::Window;
    use proptest::prelude::*;

    const BOUNDS: Bounds = Bounds { from: 1_000_000_000, to: 1_030_000_000 };
    const DRIVERS: [i64; 7] = [1, 4, 16, 44, 55, 63, 81];

    fn too_large() -> ExtractError {
        openf1_client::Error::TooLarge { request: "x".to_owned(), detail: String::new() }.into()
    }

    fn locked() -> ExtractError {
        openf1_client::Error::Locked { request: "x".to_owned(), detail: String::new() }.into()
    }

    fn login_refused() -> ExtractError {
        openf1_client::Error::LoginRefused { request: "x".to_owned(), detail: String::new() }.into()
    }

    fn telemetry(numbers: &[i64]) -> Slice {
        Slice {
            endpoint: Endpoint::Location,
            session_key: 1,
            drivers: Drivers::Some(numbers.to_vec()),
            window: Window::WHOLE,
        }
    }

    fn length(window: Window) -> i64 {
        window.to.unwrap_or(BOUNDS.to) - window.from.unwrap_or(BOUNDS.from)
    }

    /// How often the answers hold what a driver did at a time.
    fn times_asked(answers: &[Slice], number: i64, at: i64) -> usize {
        let holds = |slice: &&Slice| {
            let of_driver = match &slice.drivers {
                Drivers::All => true,
                Drivers::Some(numbers) => numbers.contains(&number),
                Drivers::Range(from, to) => {
                    from.is_none_or(|from| number >= from) && to.is_none_or(|to| number < to)
                }
            };
            let Window { from, to } = slice.window;
            of_driver && from.is_none_or(|from| at >= from) && to.is_none_or(|to| at < to)
        };
        answers.iter().filter(holds).count()
    }

    proptest! {
        /// Whatever the server refuses as too large, and in whatever order answers come, every row is in one answer; and
        /// each endpoint is complete once.
        #[test]
        fn every_row_is_requested_exactly_once(
            most_drivers in 1usize..8, longest in 100_000i64..40_000_000, group in 1usize..8, workers in 1usize..5,
            order in prop::collection::vec(any::<prop::sample::Index>(), 400), at in 900_000_000i64..1_200_000_000,
            endpoint in prop::sample::select(vec![Endpoint::Location, Endpoint::Laps, Endpoint::Weather]),
        ) {
            let slices = if endpoint == Endpoint::Location {
                DRIVERS.chunks(4).map(telemetry).collect()
            } else {
                vec![Slice::whole(endpoint, 1)]
            };
            let mut expected = slices.len() as i64;
            let mut queue = Queue::new(slices, BOUNDS);
            let (mut in_flight, mut answers, mut complete) = (Vec::new(), Vec::new(), 0);
            let mut group = group;
            for pick in order.iter().cycle() {
                while in_flight.len() < workers {
                    let Some(slice) = queue.next(group) else { break };
                    in_flight.push(slice);
                }
                if in_flight.is_empty() {
                    break;
                }
                let slice = in_flight.swap_remove(pick.index(in_flight.len()));
                let fits = match &slice.drivers {
                    Drivers::All => endpoint == Endpoint::Weather || most_drivers > 4,
                    Drivers::Some(numbers) => numbers.len() <= most_drivers,
                    Drivers::Range(from, to) => {
                        to.unwrap_or(100) - from.unwrap_or(0) <= 10 * most_drivers as i64
                    }
                };
                if fits && (endpoint == Endpoint::Laps || length(slice.window) <= longest) {
                    complete += usize::from(queue.answered(&slice));
                    answers.push(slice);
                } else {
                    group = group.min(slice.drivers.count().max(2) - 1);
                    queue.failed(&slice, too_large());
                }
                expected += queue.take_added();
            }
            for number in DRIVERS {
                prop_assert_eq!(times_asked(&answers, number, at), 1, "driver {} in {:?}", number, answers);
            }
            prop_assert_eq!(complete, 1);
            prop_assert_eq!(expected, answers.len() as i64);
            prop_assert!(queue.finish().is_ok());
        }
    }

    #[test]
    fn endpoint_whose_smallest_request_fails_does_not_stop_the_others() {
        let mut queue = Queue::new(vec![telemetry(&[1, 4]), Slice::whole(Endpoint::Stints, 1)], BOUNDS);
        loop {
            let Some(slice) = queue.next(4) else { panic!("never hopeless") };
            if slice.endpoint == Endpoint::Stints {
                break assert!(!queue.answered(&slice), "complete beside a failure");
            }
            queue.failed(&slice, too_large());
        }
        assert_eq!(queue.next(4), None, "the rest of what is hopeless was sent");
        assert!(matches!(queue.finish(), Err(ExtractError::Api(openf1_client::Error::TooLarge { .. }))));
    }

    #[test]
    fn fatal_error_stops_sending_and_is_reported() {
        for fatal in [locked, login_refused] {
            let mut queue = Queue::new(DRIVERS.iter().map(|number| telemetry(&[*number])).collect(), BOUNDS);
            let first = queue.next(4).unwrap();
            let second = queue.next(4).unwrap();
            queue.failed(&first, ExtractError::Settings("passing".to_owned()));
            queue.failed(&second, fatal());
            assert_eq!(queue.next(4), None);
            assert_eq!(queue.finish().unwrap_err().to_string(), fatal().to_string());
        }
    }

    #[test]
    fn requests_queued_before_a_refusal_are_split() {
        let mut queue = Queue::new(vec![telemetry(&[1, 4, 16])], BOUNDS);
        assert_eq!(queue.next(2), Some(telemetry(&[1])));
        assert_eq!(queue.take_added(), 2);
        assert_eq!(queue.next(2), Some(telemetry(&[4])));
    }
}
