//! What is due, requested and answered into staging.

mod parts;
mod queue;
pub(crate) mod staging;

use crate::error::ExtractError;
use crate::plan::missing::{missing_of_drivers, missing_of_session};
use crate::plan::request::Request;
use crate::plan::shared::{shared_requests, wanted};
use crate::plan::sizes::Sizes;
use crate::plan::slice::{Bounds, Slice, starting_windows};
use crate::plan::{Due, Planner};
use crate::report::{Event, Progress};
use crate::select::catalogue::Catalogue;
use crate::select::session::SessionInfo;
use crate::settings::{ExtractSettings, OnLocked};
use f1lake_zone::files::blocking;
use f1lake_zone::{LandedRequest, Outcome, RunLock, ZoneError};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use openf1_client::endpoint::Grain;
use openf1_client::{Answer, Endpoint, OpenF1};
use parts::{Divided, PartRows, Parts};
use queue::{Alone, Queue};
use staging::{Staged, Staging};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Retries of a request for several drivers or sessions before it is split.
const RETRIES_OF_LARGE: u32 = 1;
/// Endpoints whose rows name the drivers of a session, best first.
const NAMING_DRIVERS: [Endpoint; 5] =
    [Endpoint::Drivers, Endpoint::Laps, Endpoint::Position, Endpoint::Stints, Endpoint::SessionResult];

/// Hears of an endpoint once all of it is staged.
pub(crate) type Complete<'a> = dyn FnMut(Endpoint, &Staging) + Send + 'a;

/// Fetches the sessions of a run.
pub(crate) struct Fetcher<'a> {
    pub(crate) client: &'a OpenF1,
    pub(crate) planner: Planner<'a>,
    pub(crate) lock: &'a RunLock,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) progress: &'a Progress,
    pub(crate) cancel: &'a CancellationToken,
    pub(crate) workers: tokio::sync::Semaphore,
    pub(crate) sizes: Mutex<Sizes>,
    /// Set when a live session locks OpenF1: no more requests are sent.
    pub(crate) locked: CancellationToken,
}

/// What to say while a live session is waited for.
pub(crate) fn waiting_note(settings: &ExtractSettings) -> String {
    format!(
        "a live session locks OpenF1 for anonymous users; trying again in {} s",
        settings.locked_poll.as_secs()
    )
}

/// A response that was received.
struct Received {
    /// The rows of each part, staged; `None` without rows.
    staged: Vec<Option<Staged>>,
    /// Rows of each part.
    rows: Vec<u64>,
    /// What a manifest says of the request.
    landed: LandedRequest,
    foreign: BTreeMap<String, u64>,
    unnamed: u64,
    /// Length without compression.
    bytes: u64,
    round_trip: Duration,
}

/// Where the parts of a request are staged.
type Home<'a> = dyn Fn(&Slice) -> Option<PathBuf> + Send + Sync + 'a;

/// Hears of an answered request: the bytes of its response, what was staged, and whether its endpoint is complete.
type Answered<'a> = dyn FnMut(&Request, u64, Vec<Staged>, bool) + Send + 'a;

impl Fetcher<'_> {
    pub(crate) fn sizes(&self) -> MutexGuard<'_, Sizes> {
        self.sizes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fetches what several sessions can share into the staging of each. What fails here is left to the sessions: each
    /// of them requests it again and reports its own failure.
    pub(crate) async fn fetch_shared(&self, sessions: &[(&SessionInfo, &Due)]) -> Result<(), ExtractError> {
        let mut all = Vec::new();
        for (info, due) in sessions {
            let fresh = |received_at| self.planner.is_fresh(info, received_at);
            let staged = Staging::open(self.lock, info.session_key, fresh)?.slices();
            all.push((*info, wanted(info, self.catalogue, &due.endpoints, &staged)));
        }
        let requests = shared_requests(&all, &self.sizes());
        let of: BTreeMap<(Endpoint, i64), &SessionInfo> = all
            .iter()
            .flat_map(|(info, slices)| {
                slices.iter().map(|slice| ((slice.endpoint, slice.session_key), *info))
            })
            .collect();
        let session = |slice: &Slice| of.get(&(slice.endpoint, slice.session_key)).copied();
        let home = |slice: &Slice| Some(Staging::of_session(self.lock, session(slice)?.session_key));
        let queue = Queue::new(requests, [], Alone::Left);
        let mut answered = |request: &Request, bytes, _: Vec<Staged>, _: bool| {
            if request.parts.len() > 1 {
                let infos = request.parts.iter().filter_map(session);
                self.sizes().measured(request.endpoint(), infos, bytes);
            }
        };
        match self.fetch_all(queue, None, &home, &mut answered).await {
            // Each session meets it again, and reports it.
            Err(error) if error.is_login_refused() || error.is_locked() => Ok(()),
            other => other,
        }
    }

    /// Fetches what is due and not staged yet. `complete` hears of each endpoint once all of it is staged.
    ///
    /// The endpoints that name drivers come first, then telemetry, then the other small ones: the large files
    /// are built while these wait for the limiter.
    pub(crate) async fn fetch(
        &self,
        info: &SessionInfo,
        due: &Due,
        complete: &mut Complete<'_>,
    ) -> Result<Staging, ExtractError> {
        let fresh = |received_at| self.planner.is_fresh(info, received_at);
        let staging = Mutex::new(Staging::open(self.lock, info.session_key, fresh)?);
        let staged = || staging.lock().unwrap_or_else(PoisonError::into_inner).slices();
        let telemetry: Vec<Endpoint> = due.endpoints.iter().copied().filter(|e| e.is_telemetry()).collect();
        let (mut first, mut last) = (Vec::new(), Vec::new());
        for endpoint in &due.endpoints {
            if endpoint.spec().grain == Grain::Session {
                let key = self.catalogue.asked_key(*endpoint, info);
                let slices = missing_of_session(&Slice::whole(*endpoint, key), &staged());
                let requests = slices.into_iter().map(Request::from);
                if NAMING_DRIVERS.contains(endpoint) { first.extend(requests) } else { last.extend(requests) }
            }
        }
        // Telemetry is requested by driver, so the drivers must be known even if their endpoint is not
        // selected.
        if !telemetry.is_empty() && !due.endpoints.contains(&Endpoint::Drivers) {
            let extra = missing_of_session(&Slice::whole(Endpoint::Drivers, info.session_key), &staged());
            first.extend(extra.into_iter().map(Request::from));
        }
        self.fetch_of_session(info, due, first, &staging, complete).await?;
        let mut requests = Vec::new();
        if !telemetry.is_empty() {
            let named = || drivers_of(&staging.lock().unwrap_or_else(PoisonError::into_inner));
            let mut drivers = named()?;
            if drivers.is_empty() {
                // Each of these may lack rows that another has, and a missing driver would mean missing
                // telemetry.
                let whole = |endpoint| Slice::whole(endpoint, info.session_key);
                let others = NAMING_DRIVERS.iter().filter(|endpoint| !due.endpoints.contains(endpoint));
                let extra = others.flat_map(|endpoint| missing_of_session(&whole(*endpoint), &staged()));
                let extra: Vec<Request> = extra.map(Request::from).collect();
                (self.progress)(Event::RequestsAdded(i64::try_from(extra.len()).unwrap_or(0)));
                self.fetch_of_session(info, due, extra, &staging, complete).await?;
                drivers = named()?;
            }
            if drivers.is_empty() {
                (self.progress)(Event::Note(format!(
                    "{}: no drivers, so there is no telemetry to fetch",
                    info.name()
                )));
            }
            let windows = starting_windows(
                Bounds::of(info),
                self.planner.settings.chunk_minutes,
                self.planner.settings.max_chunks,
            );
            let staged = staged();
            for endpoint in &telemetry {
                let key = info.session_key;
                requests.extend(missing_of_drivers(*endpoint, key, &drivers, &windows, &staged));
            }
        }
        requests.extend(last);
        self.fetch_of_session(info, due, requests, &staging, complete).await?;
        Ok(staging.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Fetches requests of one session into its staging.
    async fn fetch_of_session(
        &self,
        info: &SessionInfo,
        due: &Due,
        requests: Vec<Request>,
        staging: &Mutex<Staging>,
        complete: &mut Complete<'_>,
    ) -> Result<(), ExtractError> {
        let bounds = Bounds::of(info);
        let staging = || staging.lock().unwrap_or_else(PoisonError::into_inner);
        let with_rows = staging().with_rows();
        let queue = Queue::new(requests, with_rows, Alone::Requested(bounds));
        let folder = staging().folder().to_owned();
        let home = |_: &Slice| Some(folder.clone());
        let mut answered = |request: &Request, _, staged: Vec<Staged>, is_complete| {
            let mut staging = staging();
            staged.into_iter().for_each(|staged| staging.add(staged));
            if is_complete && due.endpoints.contains(&request.endpoint()) {
                complete(request.endpoint(), &staging);
            }
        };
        match self.fetch_all(queue, Some(bounds), &home, &mut answered).await {
            Ok(()) if self.locked.is_cancelled() => {
                let detail = "another request was refused".to_owned();
                Err(openf1_client::Error::Locked { request: info.name(), detail }.into())
            }
            other => other,
        }
    }

    /// Sends requests until none waits, and splits those that are too large. Continues after a failure, to stage as much
    /// as possible, and returns the failure that counts. `answered` hears of each request: the bytes of its response,
    /// what was staged, and whether its endpoint is complete.
    async fn fetch_all(
        &self,
        mut queue: Queue,
        bounds: Option<Bounds>,
        home: &Home<'_>,
        answered: &mut Answered<'_>,
    ) -> Result<(), ExtractError> {
        // What a manifest says of parts without rows, until their lack is believed.
        let mut without_rows: BTreeMap<String, LandedRequest> = BTreeMap::new();
        let mut in_flight = FuturesUnordered::new();
        let mut expected = queue.expected(&self.sizes());
        let mut done = 0;
        loop {
            while in_flight.len() < self.planner.settings.max_workers && !self.stopping() {
                let Some(request) = queue.next(&self.sizes()) else { break };
                in_flight.push(self.fetch_one(request, home));
            }
            let Some((request, result)) = in_flight.next().await else { break };
            let endpoint = request.endpoint();
            match result {
                Ok(received) => {
                    done += 1;
                    let Received { staged, rows, landed, bytes, round_trip, .. } = received;
                    if request.is_by_driver() {
                        let asked = (request.parts.len(), request.minutes(bounds));
                        self.sizes().passed(endpoint, asked, round_trip, bytes);
                    }
                    (self.progress)(Event::RequestDone { endpoint, rows: rows.iter().sum(), bytes });
                    for (what, rows) in received.foreign {
                        (self.progress)(Event::Note(format!(
                            "{endpoint}: the response had {rows} {} of {what}, which was not requested; refused",
                            if rows == 1 { "row" } else { "rows" }
                        )));
                    }
                    let now = if received.unnamed > 0 {
                        (self.progress)(Event::Note(format!(
                            "{endpoint}: {} rows name no session; each session is requested alone",
                            received.unnamed
                        )));
                        queue.undivided(&request)
                    } else {
                        queue.answered(&request, &rows)
                    };
                    for (slice, rows) in request.parts.iter().zip(&rows) {
                        if *rows == 0 {
                            let landed = LandedRequest { query: slice.query().to_string(), ..landed.clone() };
                            without_rows.insert(slice.id(), landed);
                        } else {
                            without_rows.remove(&slice.id());
                        }
                    }
                    let mut staged: Vec<Staged> = staged.into_iter().flatten().collect();
                    for slice in now {
                        if let (Some(folder), Some(landed)) = (home(&slice), without_rows.remove(&slice.id()))
                        {
                            let keep =
                                move || Ok::<_, ExtractError>(Staging::keep(&folder, slice, landed, None)?);
                            staged.push(blocking(keep).await?);
                        }
                    }
                    answered(&request, bytes, staged, queue.is_complete(endpoint));
                }
                Err(error) => {
                    let now = self.planner.now;
                    let is_too_large =
                        matches!(error, ExtractError::Api(openf1_client::Error::TooLarge { .. }));
                    let is_splittable = matches!(&error, ExtractError::Api(api) if api.is_splittable());
                    match (&request.parts[..], bounds) {
                        ([part], Some(bounds)) if is_too_large && request.is_by_driver() => {
                            self.sizes().refused_window(endpoint, part.window.length(bounds), now);
                        }
                        ([_, _, ..], _) if is_splittable => {
                            let asked = (request.parts.len(), request.minutes(bounds));
                            self.sizes().refused(endpoint, asked, now);
                        }
                        _ => {}
                    }
                    if error.is_locked() {
                        self.locked.cancel();
                    }
                    queue.failed(&request, error, &self.sizes());
                }
            }
            let still = done + in_flight.len() + queue.expected(&self.sizes());
            if still != expected {
                let added = i64::try_from(still).unwrap_or(0) - i64::try_from(expected).unwrap_or(0);
                (self.progress)(Event::RequestsAdded(added));
                expected = still;
            }
        }
        match queue.finish() {
            Err(error) => Err(error),
            Ok(()) if self.cancel.is_cancelled() => Err(ExtractError::Interrupted),
            Ok(()) => Ok(()),
        }
    }

    fn stopping(&self) -> bool {
        self.cancel.is_cancelled() || self.locked.is_cancelled()
    }

    /// Sends a request and stages the rows of its parts.
    async fn fetch_one(
        &self,
        request: Request,
        home: &Home<'_>,
    ) -> (Request, Result<Received, ExtractError>) {
        let asked = request.clone();
        let homes: Option<Vec<PathBuf>> = request.parts.iter().map(home).collect();
        let work = async {
            let homes = homes.unwrap_or_default();
            let folder = homes.first().cloned().unwrap_or_default();
            // The worker is busy until its response is staged, so a kill costs no more requests than there
            // are workers.
            let (answer, _worker) = tokio::select! {
                answer = self.ask(&asked, folder) => answer?,
                () = self.cancel.cancelled() => return Err(ExtractError::Interrupted),
            };
            // Sync off the network's threads, so that other responses keep arriving.
            blocking(move || stage(&asked, &homes, answer)).await
        };
        (request, work.await)
    }

    /// The response, with the worker that handles it.
    async fn ask(
        &self,
        request: &Request,
        folder: PathBuf,
    ) -> Result<(Answer<Parts>, tokio::sync::SemaphorePermit<'_>), ExtractError> {
        let client = self.client;
        let query = request.query();
        let sink = || Parts::of(request, folder.clone());
        loop {
            let worker = self.workers.acquire().await.map_err(|_| ExtractError::Interrupted)?;
            let answer = if request.parts.len() > 1 {
                match client.fetch_rows(&query, Some(RETRIES_OF_LARGE), sink).await {
                    // A smaller request would not help, so it gets all its attempts.
                    Err(error) if error.is_passing() => client.fetch_rows(&query, None, sink).await,
                    answer => answer,
                }
            } else {
                client.fetch_rows(&query, None, sink).await
            };
            match answer {
                Err(error) if error.is_locked() && self.planner.settings.on_locked == OnLocked::Wait => {
                    drop(worker);
                    (self.progress)(Event::Note(waiting_note(self.planner.settings)));
                    tokio::time::sleep(self.planner.settings.locked_poll).await;
                }
                other => return Ok((other?, worker)),
            }
        }
    }
}

/// Stages the parts of a response that have rows.
fn stage(request: &Request, homes: &[PathBuf], answer: Answer<Parts>) -> Result<Received, ExtractError> {
    let Answer { body, bytes, status, tries, received_at, round_trip, .. } = answer;
    let Divided { parts, foreign, unnamed } = body.finish()?;
    let rows: Vec<u64> = parts.iter().map(|part| part.rows).collect();
    let landed = LandedRequest {
        query: String::new(),
        shared_by: request.parts.len() as u64,
        outcome: Outcome::Empty,
        status,
        rows: 0,
        tries,
        received_at,
    };
    let mut staged = Vec::new();
    for ((slice, folder), mut part) in request.parts.iter().zip(homes).zip(parts) {
        let PartRows { rows, .. } = part;
        let request = LandedRequest {
            query: slice.query().to_string(),
            outcome: Outcome::Rows,
            rows,
            ..landed.clone()
        };
        staged.push(match part.body() {
            // Rows without a session may belong to any of the parts.
            Some(body) if unnamed == 0 => Some(Staging::keep(folder, slice.clone(), request, Some(body))?),
            _ => None,
        });
    }
    Ok(Received { staged, rows, landed, foreign, unnamed, bytes, round_trip })
}

/// The drivers of a session: the union of the staged responses, because any of them may be incomplete.
fn drivers_of(staging: &Staging) -> Result<Vec<i64>, ExtractError> {
    #[derive(serde::Deserialize)]
    struct Row {
        driver_number: Option<i64>,
    }
    let mut drivers = BTreeSet::new();
    for endpoint in NAMING_DRIVERS {
        for staged in staging.of(endpoint) {
            let body = staged.body()?;
            let rows: Vec<Row> = serde_json::from_str(&body).map_err(|error| ZoneError::Damaged {
                path: staged.request.query.clone(),
                detail: error.to_string(),
                advice: "run again; it will be fetched again",
            })?;
            drivers.extend(rows.into_iter().filter_map(|row| row.driver_number));
        }
    }
    Ok(drivers.into_iter().collect())
}
