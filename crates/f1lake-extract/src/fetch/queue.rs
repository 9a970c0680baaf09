//! What waits to be requested, and what a response changes. It knows no network.

use crate::error::ExtractError;
use crate::plan::request::Request;
use crate::plan::sizes::Sizes;
use crate::plan::slice::{Bounds, Slice};
use openf1_client::Endpoint;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Endpoints with rows in every session that took place: one session without is asked for alone, once more.
const EVERY_SESSION: [Endpoint; 6] = [
    Endpoint::Drivers,
    Endpoint::Laps,
    Endpoint::Position,
    Endpoint::RaceControl,
    Endpoint::SessionResult,
    Endpoint::Weather,
];

/// Whether a part without rows is odd where others have some.
fn is_everywhere(endpoint: Endpoint) -> bool {
    endpoint.is_telemetry() || EVERY_SESSION.contains(&endpoint)
}

/// What becomes of a part that no request may share.
#[derive(Debug, Clone, Copy)]
pub(super) enum Alone {
    /// It is requested alone; the smallest request is split within these bounds.
    Requested(Bounds),
    /// It is left to its session.
    Left,
}

/// Requests that wait, and what became of those that were sent.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: VecDeque<Request>,
    /// Parts that each endpoint still waits for, sent or not.
    open: BTreeMap<Endpoint, usize>,
    in_flight: BTreeMap<Endpoint, usize>,
    /// Parts without rows in a response that had none at all: not believed yet.
    doubted: BTreeMap<Endpoint, Vec<Slice>>,
    /// Endpoints one of whose doubted parts is being asked for alone.
    probed: BTreeSet<Endpoint>,
    /// Endpoints with rows in some response.
    with_rows: BTreeSet<Endpoint>,
    /// Endpoints of which even the smallest request failed: size is not their trouble, and they cannot be whole.
    hopeless: BTreeSet<Endpoint>,
    failure: Option<ExtractError>,
    alone: Alone,
}

impl Queue {
    /// `with_rows` are endpoints of which rows are already known.
    pub(super) fn new(
        requests: Vec<Request>,
        with_rows: impl IntoIterator<Item = Endpoint>,
        alone: Alone,
    ) -> Self {
        let mut open = BTreeMap::new();
        for request in &requests {
            *open.entry(request.endpoint()).or_default() += request.parts.len();
        }
        Self {
            waiting: requests.into(),
            open,
            in_flight: BTreeMap::new(),
            doubted: BTreeMap::new(),
            probed: BTreeSet::new(),
            with_rows: with_rows.into_iter().collect(),
            hopeless: BTreeSet::new(),
            failure: None,
            alone,
        }
    }

    /// The next request to send, no larger than the sizes allow. While an endpoint tries a larger group, its next group
    /// waits for the outcome.
    pub(super) fn next(&mut self, sizes: &Sizes) -> Option<Request> {
        let mut index = 0;
        loop {
            let request = self.waiting.get(index)?;
            let endpoint = request.endpoint();
            let is_busy = self.in_flight.get(&endpoint).is_some_and(|count| *count > 0);
            if request.parts.len() > 1 && is_busy && sizes.is_trying(endpoint, self.minutes(request)) {
                index += 1;
                continue;
            }
            let mut request = self.waiting.remove(index)?;
            if let (Some(bounds), Some(longest)) = (self.bounds(), sizes.longest_window(endpoint))
                && let Some(shorter) = request.shortened(longest, bounds)
            {
                *self.open.entry(endpoint).or_default() += shorter.len() - 1;
                self.give_up_probe(endpoint);
                self.put(index, shorter);
                continue;
            }
            let most = sizes.most(endpoint, self.minutes(&request));
            let rest = request.parts.split_off(most.clamp(1, request.parts.len()));
            if !rest.is_empty() {
                self.waiting.insert(index, Request { parts: rest });
            }
            *self.in_flight.entry(endpoint).or_default() += 1;
            return Some(request);
        }
    }

    /// Requests that are expected to be sent from now on, besides those in flight.
    pub(super) fn expected(&self, sizes: &Sizes) -> usize {
        let mut sizes = sizes.clone();
        let requests = self.waiting.iter().map(|request| {
            sizes.requests_for(request.endpoint(), request.parts.len(), self.minutes(request))
        });
        requests.sum()
    }

    /// Takes the number of rows of each part of an answered request. Returns the parts that are answered now: those of
    /// this request, and those of earlier ones whose lack of rows is believed now.
    pub(super) fn answered(&mut self, request: &Request, rows: &[u64]) -> Vec<Slice> {
        let endpoint = request.endpoint();
        self.arrived(endpoint);
        let has_rows = |index: &usize| rows.get(*index).is_some_and(|rows| *rows > 0);
        let (with, without): (Vec<usize>, Vec<usize>) = (0..request.parts.len()).partition(has_rows);
        let slices = |indices: &[usize]| -> Vec<Slice> {
            indices.iter().map(|index| request.parts[*index].clone()).collect()
        };
        if !with.is_empty() {
            self.with_rows.insert(endpoint);
        }
        let mut answered = slices(&with);
        if request.parts.len() == 1 {
            answered = request.parts.clone();
            // What one part lacks, the others that were asked for together lack as well.
            if self.probed.remove(&endpoint) {
                let others = self.doubted.remove(&endpoint).unwrap_or_default();
                if with.is_empty() { answered.extend(others) } else { self.ask_alone(others) }
            }
        } else if with.is_empty() {
            self.doubted.entry(endpoint).or_default().extend(slices(&without));
        } else if is_everywhere(endpoint) || with.len() == 1 {
            self.ask_alone(slices(&without));
        } else {
            answered.extend(slices(&without));
        }
        let left = self.open.entry(endpoint).or_default();
        *left = left.saturating_sub(answered.len());
        self.settle_doubts(endpoint);
        answered
    }

    /// A response whose rows cannot be divided answers nothing: each part is asked for alone.
    pub(super) fn undivided(&mut self, request: &Request) -> Vec<Slice> {
        self.arrived(request.endpoint());
        self.ask_alone(request.parts.clone());
        Vec::new()
    }

    /// Whether all of an endpoint is answered.
    pub(super) fn is_complete(&self, endpoint: Endpoint) -> bool {
        self.failure.is_none() && self.open.get(&endpoint) == Some(&0)
    }

    /// Counts a request as failed: smaller ones take its place where that may help. Nothing more is sent after a refused
    /// login, and while a live session locks the API.
    pub(super) fn failed(&mut self, request: &Request, error: ExtractError, sizes: &Sizes) {
        let endpoint = request.endpoint();
        self.arrived(endpoint);
        self.give_up_probe(endpoint);
        let fatal = error.is_login_refused() || error.is_locked();
        if fatal {
            self.waiting.clear();
            self.failure = Some(error);
            return;
        }
        let splittable = matches!(&error, ExtractError::Api(api) if api.is_splittable());
        let smaller =
            request.split(self.bounds()).filter(|_| splittable && !self.hopeless.contains(&endpoint));
        match (smaller, self.alone) {
            (Some(smaller), _) => {
                tracing::info!(%error, parts = smaller.len(), "requesting less at a time");
                let parts: usize = smaller.iter().map(|request| request.parts.len()).sum();
                *self.open.entry(endpoint).or_default() += parts - request.parts.len();
                match self.alone {
                    // Fewer drivers at a time, together with those that still wait.
                    Alone::Requested(_)
                        if sizes.most(endpoint, self.minutes(request)) < request.parts.len() =>
                    {
                        self.put_back(request.clone());
                    }
                    Alone::Requested(_) => self.put(0, smaller),
                    Alone::Left => {
                        let (single, several) =
                            smaller.into_iter().partition(|request: &Request| request.parts.len() == 1);
                        self.put(0, several);
                        self.ask_alone(Vec::into_iter(single).flat_map(|single| single.parts).collect());
                    }
                }
            }
            (None, Alone::Left) => {
                // Each session requests it alone and reports its own failure.
                self.doubted.remove(&endpoint);
                self.waiting.retain(|other| other.endpoint() != endpoint);
            }
            (None, Alone::Requested(_)) => {
                if splittable {
                    self.hopeless.insert(endpoint);
                    self.waiting.retain(|other| other.endpoint() != endpoint);
                }
                self.failure.get_or_insert(error);
            }
        }
        self.settle_doubts(endpoint);
    }

    /// # Errors
    /// The failure that counts: a fatal one, else the first.
    pub(super) fn finish(self) -> Result<(), ExtractError> {
        self.failure.map_or(Ok(()), Err)
    }

    fn bounds(&self) -> Option<Bounds> {
        match self.alone {
            Alone::Requested(bounds) => Some(bounds),
            Alone::Left => None,
        }
    }

    fn minutes(&self, request: &Request) -> f64 {
        request.minutes(self.bounds())
    }

    fn arrived(&mut self, endpoint: Endpoint) {
        if let Some(count) = self.in_flight.get_mut(&endpoint) {
            *count = count.saturating_sub(1);
        }
    }

    fn put(&mut self, index: usize, requests: Vec<Request>) {
        for request in requests.into_iter().rev() {
            self.waiting.insert(index, request);
        }
    }

    /// Puts drivers back before the others of their session and window.
    fn put_back(&mut self, mut request: Request) {
        let (first, by_driver) = (request.parts[0].clone(), request.is_by_driver());
        let joins = |other: &Request| {
            let part = &other.parts[0];
            let same = (part.endpoint, part.session_key, part.window);
            by_driver && other.is_by_driver() && same == (first.endpoint, first.session_key, first.window)
        };
        if let Some(others) = self.waiting.iter().position(joins).and_then(|index| self.waiting.remove(index))
        {
            request.parts.extend(others.parts);
        }
        self.put(0, vec![request]);
    }

    fn ask_alone(&mut self, slices: Vec<Slice>) {
        match self.alone {
            Alone::Requested(_) => self.put(0, slices.into_iter().map(Request::from).collect()),
            Alone::Left => {
                for slice in slices {
                    let left = self.open.entry(slice.endpoint).or_default();
                    *left = left.saturating_sub(1);
                }
            }
        }
    }

    /// A part that is split is no probe any more: all doubted parts are asked for alone.
    fn give_up_probe(&mut self, endpoint: Endpoint) {
        if self.probed.remove(&endpoint) {
            let doubted = self.doubted.remove(&endpoint).unwrap_or_default();
            self.ask_alone(doubted);
        }
    }

    /// Once nothing else of an endpoint is under way, asks for the doubted parts alone where others have rows, else for
    /// one of them.
    fn settle_doubts(&mut self, endpoint: Endpoint) {
        let busy = self.in_flight.get(&endpoint).is_some_and(|count| *count > 0)
            || self.waiting.iter().any(|request| request.endpoint() == endpoint);
        if busy || self.probed.contains(&endpoint) {
            return;
        }
        let Some(mut doubted) = self.doubted.remove(&endpoint) else { return };
        if is_everywhere(endpoint) && self.with_rows.contains(&endpoint) {
            return self.ask_alone(doubted);
        }
        let first = doubted.remove(0);
        self.doubted.insert(endpoint, doubted);
        self.probed.insert(endpoint);
        self.put(0, vec![Request::from(first)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::slice::{Drivers, Window};
    use jiff::Timestamp;
    use proptest::prelude::*;
    use std::path::Path;
    use std::time::Duration;

    const BOUNDS: Bounds = Bounds { from: 1_000_000_000, to: 1_030_000_000 };
    const DRIVERS: [i64; 9] = [1, 4, 10, 14, 16, 44, 55, 63, 81];

    fn error(kind: fn(String) -> openf1_client::Error) -> ExtractError {
        kind("x".to_owned()).into()
    }

    fn too_large() -> ExtractError {
        error(|request| openf1_client::Error::TooLarge { request, detail: String::new() })
    }

    fn locked() -> ExtractError {
        error(|request| openf1_client::Error::Locked { request, detail: String::new() })
    }

    fn login_refused() -> ExtractError {
        error(|request| openf1_client::Error::LoginRefused { request, detail: String::new() })
    }

    fn sizes(start: usize) -> Sizes {
        Sizes::open(Path::new("/nowhere"), (start, None), Timestamp::now()).unwrap()
    }

    fn driver(number: i64) -> Slice {
        let drivers = Drivers::Some(vec![number]);
        Slice { endpoint: Endpoint::Location, session_key: 1, drivers, window: Window::WHOLE }
    }

    fn telemetry(numbers: &[i64]) -> Request {
        Request { parts: numbers.iter().map(|number| driver(*number)).collect() }
    }

    fn sessions(endpoint: Endpoint, keys: &[i64]) -> Request {
        Request { parts: keys.iter().map(|key| Slice::whole(endpoint, *key)).collect() }
    }

    fn of_session(requests: Vec<Request>) -> Queue {
        Queue::new(requests, [], Alone::Requested(BOUNDS))
    }

    /// Sends what the workers can, and picks the request that is answered next; `None` when nothing is left.
    fn an_answer(
        queue: &mut Queue,
        sizes: &Sizes,
        in_flight: &mut Vec<Request>,
        workers: usize,
        pick: &prop::sample::Index,
    ) -> Option<Request> {
        while in_flight.len() < workers
            && let Some(request) = queue.next(sizes)
        {
            in_flight.push(request);
        }
        (!in_flight.is_empty()).then(|| in_flight.swap_remove(pick.index(in_flight.len())))
    }

    /// How often the answered slices hold what a driver did at a time.
    fn times_answered(answered: &[Slice], session_key: i64, number: i64, at: i64) -> usize {
        let holds = |slice: &&Slice| {
            let of_driver = match &slice.drivers {
                Drivers::All => true,
                Drivers::Some(numbers) => numbers.contains(&number),
                Drivers::Range(from, to) => {
                    from.is_none_or(|from| number >= from) && to.is_none_or(|to| number < to)
                }
            };
            let Window { from, to } = slice.window;
            let in_window = from.is_none_or(|from| at >= from) && to.is_none_or(|to| at < to);
            slice.session_key == session_key && of_driver && in_window
        };
        answered.iter().filter(holds).count()
    }

    proptest! {
        /// Every row of a session is answered once and each endpoint completes once, regardless of refusals, empty
        /// drivers, growing groups and the order of responses.
        #[test]
        fn every_row_is_requested_exactly_once(
            most_drivers in 1usize..10, longest in 100_000i64..40_000_000, group in 1usize..8, workers in 1usize..5,
            empty in prop::collection::btree_set(prop::sample::select(DRIVERS.to_vec()), 0..10), quick in any::<bool>(),
            order in prop::collection::vec(any::<prop::sample::Index>(), 400), at in 900_000_000i64..1_200_000_000,
            endpoint in prop::sample::select(vec![Endpoint::Location, Endpoint::Laps, Endpoint::Weather]),
        ) {
            let request = if endpoint == Endpoint::Location { telemetry(&DRIVERS) } else {
                Request::from(Slice::whole(endpoint, 1))
            };
            let mut queue = of_session(vec![request]);
            let (mut in_flight, mut answered, mut complete) = (Vec::new(), Vec::new(), 0);
            let mut sizes = sizes(group);
            for pick in order.iter().cycle() {
                let Some(request) = an_answer(&mut queue, &sizes, &mut in_flight, workers, pick) else { break };
                let fits = match &request.parts[0].drivers {
                    Drivers::All => endpoint == Endpoint::Weather || most_drivers > 4,
                    Drivers::Some(_) => request.parts.len() <= most_drivers,
                    Drivers::Range(from, to) => {
                        to.unwrap_or(100) - from.unwrap_or(0) <= 10 * most_drivers as i64
                    }
                };
                let length = request.parts[0].window.length(BOUNDS);
                if fits && (endpoint == Endpoint::Laps || length <= longest) {
                    let is_empty = |slice: &Slice| {
                        matches!(&slice.drivers, Drivers::Some(numbers) if empty.contains(&numbers[0]))
                    };
                    let rows: Vec<u64> = request.parts.iter().map(|part| u64::from(!is_empty(part))).collect();
                    if quick {
                        let minutes = request.minutes(Some(BOUNDS));
                        sizes.passed(endpoint, (request.parts.len(), minutes), Duration::ZERO, 1);
                    }
                    answered.extend(queue.answered(&request, &rows));
                    complete += usize::from(queue.is_complete(endpoint));
                } else {
                    match request.parts.len() {
                        1 if endpoint == Endpoint::Location => {
                            sizes.refused_window(endpoint, length, Timestamp::now());
                        }
                        1 => {}
                        several => {
                            let minutes = request.minutes(Some(BOUNDS));
                            sizes.refused(endpoint, (several, minutes), Timestamp::now());
                        }
                    }
                    queue.failed(&request, too_large(), &sizes);
                }
            }
            for number in DRIVERS {
                prop_assert_eq!(times_answered(&answered, 1, number, at), 1, "driver {} in {:?}", number, answered);
            }
            prop_assert_eq!(complete, 1);
            prop_assert_eq!(queue.expected(&sizes), 0);
            prop_assert!(queue.finish().is_ok());
        }

        /// What sessions share is answered once or left to them; never twice, and never as empty although it has rows.
        #[test]
        fn shared_rows_are_answered_once_or_left(
            most in 1usize..12, empty in prop::collection::btree_set(1i64..10, 0..10), workers in 1usize..5,
            failing in prop::collection::btree_set(1i64..10, 0..3),
            order in prop::collection::vec(any::<prop::sample::Index>(), 100),
            endpoint in prop::sample::select(vec![Endpoint::Laps, Endpoint::TeamRadio]),
        ) {
            let keys: Vec<i64> = (1..10).collect();
            let requests = keys.chunks(5).map(|keys| sessions(endpoint, keys)).collect();
            let mut queue = Queue::new(requests, [], Alone::Left);
            let (mut in_flight, mut answered) = (Vec::new(), Vec::new());
            let mut sizes = sizes(4);
            for pick in order.iter().cycle() {
                let Some(request) = an_answer(&mut queue, &sizes, &mut in_flight, workers, pick) else { break };
                let fails = request.parts.iter().any(|part| failing.contains(&part.session_key));
                if request.parts.len() > most || fails {
                    if request.parts.len() > 1 {
                        sizes.refused(endpoint, (request.parts.len(), 0.0), Timestamp::now());
                    }
                    queue.failed(&request, too_large(), &sizes);
                } else {
                    let rows = |part: &Slice| u64::from(!empty.contains(&part.session_key));
                    let rows: Vec<u64> = request.parts.iter().map(rows).collect();
                    for slice in queue.answered(&request, &rows) {
                        let is_in_this = request.parts.contains(&slice);
                        prop_assert!(is_in_this || empty.contains(&slice.session_key), "{:?} is not empty", slice);
                        answered.push(slice);
                    }
                }
            }
            for key in keys {
                prop_assert!(times_answered(&answered, key, 1, 0) <= 1, "session {} in {:?}", key, answered);
            }
            prop_assert!(queue.finish().is_ok());
        }
    }

    #[test]
    fn sessions_without_rows_are_believed_only_where_others_have_some() {
        let keys = [7, 8, 9];
        let answered = |endpoint, rows: [u64; 3]| {
            let mut queue = Queue::new(vec![sessions(endpoint, &keys)], [], Alone::Left);
            let request = queue.next(&sizes(4)).unwrap();
            let found =
                queue.answered(&request, &rows).iter().map(|slice| slice.session_key).collect::<Vec<_>>();
            (found, queue)
        };
        assert_eq!(answered(Endpoint::TeamRadio, [3, 0, 2]).0, [7, 9, 8]);
        // The server may read only the last of several keys.
        assert_eq!(answered(Endpoint::TeamRadio, [0, 0, 2]).0, [9]);
        assert_eq!(answered(Endpoint::Laps, [3, 0, 2]).0, [7, 9], "every session has laps");
        for (rows, found) in [([0, 0, 0], vec![7, 8, 9]), ([5, 0, 0], vec![7])] {
            let (none, mut queue) = answered(Endpoint::TeamRadio, [0, 0, 0]);
            assert_eq!(none, Vec::<i64>::new());
            let probe = queue.next(&sizes(4)).unwrap();
            assert_eq!(probe, sessions(Endpoint::TeamRadio, &[7]));
            let now: Vec<i64> =
                queue.answered(&probe, &rows[..1]).iter().map(|slice| slice.session_key).collect();
            assert_eq!((now, queue.next(&sizes(4))), (found, None));
        }
    }

    #[test]
    fn drivers_without_telemetry_are_asked_for_alone_where_others_have_some() {
        let mut queue = of_session(vec![telemetry(&[1, 4, 16]), telemetry(&[44, 63])]);
        let fixed = Sizes::open(Path::new("/nowhere"), (4, Some(4)), Timestamp::now()).unwrap();
        let [none, some] = [(); 2].map(|()| queue.next(&fixed).unwrap());
        assert_eq!(queue.answered(&none, &[0, 0, 0]), []);
        assert_eq!(queue.answered(&some, &[5, 0]), [driver(44)]);
        let mut alone = Vec::new();
        while let Some(request) = queue.next(&fixed) {
            assert_eq!(queue.answered(&request, &[0]), request.parts);
            alone.extend(request.parts);
        }
        alone.sort_by_key(Slice::id);
        assert_eq!(alone, [1, 16, 4, 63].map(driver));
        assert!(queue.is_complete(Endpoint::Location));
    }

    #[test]
    fn endpoint_whose_smallest_request_fails_does_not_stop_the_others() {
        let mut queue = of_session(vec![telemetry(&[1, 4]), Slice::whole(Endpoint::Stints, 1).into()]);
        loop {
            let Some(request) = queue.next(&sizes(4)) else { panic!("never hopeless") };
            if request.endpoint() == Endpoint::Stints {
                queue.answered(&request, &[1]);
                break assert!(!queue.is_complete(Endpoint::Stints), "complete beside a failure");
            }
            queue.failed(&request, too_large(), &sizes(4));
        }
        assert_eq!(queue.next(&sizes(4)), None, "the rest of what is hopeless was sent");
        assert!(matches!(queue.finish(), Err(ExtractError::Api(openf1_client::Error::TooLarge { .. }))));
    }

    #[test]
    fn fatal_error_stops_sending_and_is_reported() {
        for fatal in [locked, login_refused] {
            let mut queue = of_session(DRIVERS.map(driver).map(Request::from).to_vec());
            let first = queue.next(&sizes(4)).unwrap();
            let second = queue.next(&sizes(4)).unwrap();
            queue.failed(&first, ExtractError::Settings("passing".to_owned()), &sizes(4));
            queue.failed(&second, fatal(), &sizes(4));
            assert_eq!(queue.next(&sizes(4)), None);
            assert_eq!(queue.finish().unwrap_err().to_string(), fatal().to_string());
        }
    }

    #[test]
    fn a_larger_group_is_tried_by_one_request_at_a_time() {
        let mut sizes = sizes(4);
        let mut queue = of_session(vec![telemetry(&DRIVERS), Slice::whole(Endpoint::Stints, 1).into()]);
        let first = queue.next(&sizes).unwrap();
        assert_eq!(first.parts.len(), 4);
        assert_eq!(queue.next(&sizes).unwrap().endpoint(), Endpoint::Stints, "others do not wait");
        assert_eq!(queue.next(&sizes), None);
        queue.answered(&first, &[1; 4]);
        sizes.passed(Endpoint::Location, (4, BOUNDS.minutes()), Duration::ZERO, 1);
        assert_eq!(queue.next(&sizes).unwrap().parts.len(), 5);
    }
}
