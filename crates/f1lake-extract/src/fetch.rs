//! Requests of a session, answered into staging.

mod queue;
pub(crate) mod staging;

use crate::error::ExtractError;
use crate::plan::group_size::GroupSize;
use crate::plan::slice::{Bounds, Drivers, Slice, missing_of_drivers, missing_of_session, starting_windows};
use crate::plan::{Due, Planner};
use crate::report::{Event, Progress};
use crate::select::catalogue::Catalogue;
use crate::select::session::SessionInfo;
use crate::settings::{ExtractSettings, OnLocked};
use f1lake_zone::files::blocking;
use f1lake_zone::{RunLock, ZoneError};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use openf1_client::endpoint::Grain;
use openf1_client::{Answer, Endpoint, OpenF1, Turn};
use queue::Queue;
use staging::{Staged, Staging};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio_util::sync::CancellationToken;

/// Retries of a request for several drivers before it is split.
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
    pub(crate) group_size: Mutex<GroupSize>,
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

impl Fetcher<'_> {
    pub(crate) fn group_size(&self) -> MutexGuard<'_, GroupSize> {
        self.group_size.lock().unwrap_or_else(PoisonError::into_inner)
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
                if NAMING_DRIVERS.contains(endpoint) { first.extend(slices) } else { last.extend(slices) }
            }
        }
        // Telemetry is requested by driver, so the drivers must be known even if their endpoint is not
        // selected.
        if !telemetry.is_empty() && !due.endpoints.contains(&Endpoint::Drivers) {
            let extra = missing_of_session(&Slice::whole(Endpoint::Drivers, info.session_key), &staged());
            (self.progress)(Event::RequestsAdded(i64::try_from(extra.len()).unwrap_or(0)));
            first.extend(extra);
        }
        self.fetch_all(info, due, first, &staging, complete).await?;
        let mut slices = Vec::new();
        if !telemetry.is_empty() {
            let named = || drivers_of(&staging.lock().unwrap_or_else(PoisonError::into_inner));
            let mut drivers = named()?;
            if drivers.is_empty() {
                // Each of these may lack rows that another has, and a missing driver would mean missing
                // telemetry.
                let whole = |endpoint| Slice::whole(endpoint, info.session_key);
                let others = NAMING_DRIVERS.iter().filter(|endpoint| !due.endpoints.contains(endpoint));
                let extra: Vec<Slice> =
                    others.flat_map(|endpoint| missing_of_session(&whole(*endpoint), &staged())).collect();
                (self.progress)(Event::RequestsAdded(i64::try_from(extra.len()).unwrap_or(0)));
                self.fetch_all(info, due, extra, &staging, complete).await?;
                drivers = named()?;
            }
            if drivers.is_empty() {
                (self.progress)(Event::Note(format!(
                    "{}: no drivers, so there is no telemetry to fetch",
                    info.name()
                )));
            }
            let group = self.group_size().group();
            let windows = starting_windows(
                Bounds::of(info),
                self.planner.settings.chunk_minutes,
                self.planner.settings.max_chunks,
            );
            let staged = staged();
            for endpoint in &telemetry {
                slices.extend(missing_of_drivers(
                    *endpoint,
                    info.session_key,
                    &drivers,
                    group,
                    &windows,
                    &staged,
                ));
            }
        }
        slices.extend(last);
        self.fetch_all(info, due, slices, &staging, complete).await?;
        Ok(staging.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Fetches slices and splits those that are too large. Continues after a failure, to stage as much as
    /// possible, and returns the first failure.
    async fn fetch_all(
        &self,
        info: &SessionInfo,
        due: &Due,
        slices: Vec<Slice>,
        staging: &Mutex<Staging>,
        complete: &mut Complete<'_>,
    ) -> Result<(), ExtractError> {
        let mut queue = Queue::new(slices, Bounds::of(info));
        let staging = || staging.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = staging().folder().to_owned();
        let mut in_flight = FuturesUnordered::new();
        loop {
            while in_flight.len() < self.planner.settings.max_workers && !self.stopping() {
                let Some(slice) = queue.next(self.group_size().group()) else { break };
                in_flight.push(self.fetch_one(slice, folder.clone()));
            }
            let Some((slice, result)) = in_flight.next().await else { break };
            match result {
                Ok((staged, bytes)) => {
                    self.group_size().passed(slice.drivers.count());
                    let endpoint = slice.endpoint;
                    (self.progress)(Event::RequestDone { endpoint, rows: staged.request.rows, bytes });
                    let mut staging = staging();
                    staging.add(staged);
                    if queue.answered(&slice) && due.endpoints.contains(&endpoint) {
                        complete(endpoint, &staging);
                    }
                }
                Err(error) => {
                    if matches!(error, ExtractError::Api(openf1_client::Error::TooLarge { .. })) {
                        self.group_size().refused(slice.drivers.count());
                    }
                    if error.is_locked() {
                        self.locked.cancel();
                    }
                    queue.failed(&slice, error);
                }
            }
            let added = queue.take_added();
            if added != 0 {
                (self.progress)(Event::RequestsAdded(added));
            }
        }
        match queue.finish() {
            Err(error) => Err(error),
            Ok(()) if self.cancel.is_cancelled() => Err(ExtractError::Interrupted),
            Ok(()) if self.locked.is_cancelled() => {
                let detail = "another request was refused".to_owned();
                Err(openf1_client::Error::Locked { request: info.name(), detail }.into())
            }
            Ok(()) => Ok(()),
        }
    }

    fn stopping(&self) -> bool {
        self.cancel.is_cancelled() || self.locked.is_cancelled()
    }

    /// Requests a slice and stages the response; returns it with the bytes of its body.
    async fn fetch_one(&self, slice: Slice, folder: PathBuf) -> (Slice, Result<(Staged, u64), ExtractError>) {
        let asked = slice.clone();
        let work = async {
            // The worker is busy until its response is staged, so a kill costs no more requests than there
            // are workers.
            let ((answer, turn), _worker) = tokio::select! {
                answer = self.ask(&asked) => answer?,
                () = self.cancel.cancelled() => return Err(ExtractError::Interrupted),
            };
            // Compress and sync off the network's threads, so that other responses keep arriving.
            blocking(move || {
                let kept = (Staging::keep(&folder, asked, &answer)?, answer.body.len() as u64);
                drop((answer, turn));
                Ok(kept)
            })
            .await
        };
        (slice, work.await)
    }

    /// The response, with the worker that handles it.
    async fn ask(
        &self,
        slice: &Slice,
    ) -> Result<((Answer, Turn), tokio::sync::SemaphorePermit<'_>), ExtractError> {
        let client = self.client;
        let query = slice.query();
        loop {
            let worker = self.workers.acquire().await.map_err(|_| ExtractError::Interrupted)?;
            let answer = match &slice.drivers {
                Drivers::Some(numbers) if numbers.len() > 1 => {
                    match client.fetch_in_turn(&query, Some(RETRIES_OF_LARGE)).await {
                        // A smaller request would not help, so it gets all its attempts.
                        Err(error) if error.is_passing() => client.fetch_in_turn(&query, None).await,
                        answer => answer,
                    }
                }
                _ => client.fetch_in_turn(&query, None).await,
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
