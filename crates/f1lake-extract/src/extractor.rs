//! The run: select, plan, fetch to staging, land.

use crate::catalogue::{Catalogue, Selected};
use crate::changes::{Changes, compare};
use crate::error::ExtractError;
use crate::files::{blocking, stopped_working};
use crate::landing::{ASIDE_DIR, Commit, Created, Landing};
use crate::landing_file::{FileWriter, Rows, Written};
use crate::learned::Learned;
use crate::manifest::{LandedEndpoint, LandedRequest, Manifest, Outcome, later, recheck_due};
use crate::records::{Enrichment, Record, Tidied, read_into, tidy};
use crate::report::{EndpointReport, Event, Progress, RunReport, SessionLabel, SessionReport, SessionStatus};
use crate::run_lock::RunLock;
use crate::session::{SessionInfo, file_name, files_of};
use crate::settings::{ExtractSettings, Mode, OnLocked};
use crate::slice::{Bounds, Drivers, Slice, missing_of_drivers, missing_of_session, starting_windows};
use crate::staging::{Staged, Staging};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use jiff::{SignedDuration, Timestamp};
use openf1_client::endpoint::{Grain, Presence};
use openf1_client::{Answer, Endpoint, OpenF1, Turn};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;

/// Sessions processed at once: while one lands, the next one's requests use the limiter.
const SESSIONS_AT_ONCE: usize = 2;
/// Correct clocks differ by less.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(10);
/// Retries of a request for several drivers before it is split.
const RETRIES_OF_LARGE: u32 = 1;
/// Endpoints whose rows name the drivers of a session, best first.
const NAMING_DRIVERS: [Endpoint; 5] =
    [Endpoint::Drivers, Endpoint::Laps, Endpoint::Position, Endpoint::Stints, Endpoint::SessionResult];

/// A session in a plan.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SessionPlan {
    /// The session.
    #[serde(flatten)]
    pub session: SessionLabel,
    /// Endpoints to fetch.
    pub due: Vec<Endpoint>,
    /// `new`, `re-check 24 h after the session`, `settled` and so on.
    pub reason: String,
    /// Expected requests, excluding staged responses.
    pub requests: usize,
    /// Expected body bytes, before compression.
    pub bytes: u64,
}

/// What a run would do.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RunPlan {
    /// Sessions in order.
    pub sessions: Vec<SessionPlan>,
    /// Expected requests in total.
    pub requests: usize,
    /// Expected body bytes in total, before compression.
    pub bytes: u64,
    /// If nothing is over yet: the message with the first session to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_yet: Option<String>,
}

/// Extracts sessions into a landing zone.
#[derive(Debug)]
pub struct Extractor {
    pub(crate) client: OpenF1,
    pub(crate) landing: Landing,
    pub(crate) settings: ExtractSettings,
}

/// State shared by the sessions of a run.
struct Run<'a> {
    extractor: &'a Extractor,
    lock: &'a RunLock,
    catalogue: &'a Catalogue,
    progress: &'a Progress,
    cancel: &'a CancellationToken,
    workers: tokio::sync::Semaphore,
    learned: Mutex<Learned>,
    /// File names in use, as distinguished by [`files_of`], and their sessions.
    names: Mutex<BTreeMap<String, i64>>,
    /// Set when a live session locks OpenF1: no more requests are sent.
    locked: CancellationToken,
    /// Held while a landing file is built: one at a time keeps memory flat.
    building: Arc<Mutex<()>>,
    now: Timestamp,
}

/// The tidied rows of an endpoint, written next to staging, ready to land.
struct Built {
    scratch: PathBuf,
    written: Written,
    tidied: Tidied,
    requests: Vec<LandedRequest>,
}

/// Landing files in progress, built while the limiter holds back the next requests.
type Building = BTreeMap<Endpoint, tokio::task::JoinHandle<Result<Built, ExtractError>>>;

/// The due endpoints of a session.
struct Due {
    endpoints: BTreeSet<Endpoint>,
    reason: String,
}

fn tell_nothing_chosen(progress: &Progress, selected: &Selected) {
    if let Some(text) = selected.not_yet() {
        progress(Event::Note(text));
    }
    progress(Event::Selected { due: 0, skipped: 0, requests: 0 });
}

impl Extractor {
    /// Creates an extractor from valid settings.
    ///
    /// # Errors
    /// [`ExtractError::Settings`], in one line.
    pub fn new(client: OpenF1, landing: Landing, settings: ExtractSettings) -> Result<Self, ExtractError> {
        settings.validate()?;
        Ok(Self { client, landing, settings })
    }

    /// The selected sessions.
    ///
    /// # Errors
    /// When the catalogue cannot be fetched.
    pub async fn sessions(&self) -> Result<Selected, ExtractError> {
        let (catalogue, selected) = Catalogue::select(&self.client, &self.settings).await?;
        for (_, why) in &catalogue.unknown {
            tracing::warn!("{why}");
        }
        Ok(selected)
    }

    /// What a run would do. Requests only the catalogue.
    ///
    /// # Errors
    /// When the catalogue or the landing zone cannot be read.
    pub async fn plan(&self) -> Result<RunPlan, ExtractError> {
        let manifests = self.manifests().await?;
        let mut plan = RunPlan::default();
        let now = self.settings.now();
        if let Some(skipped) = self.all_settled(&manifests, now) {
            plan.sessions = skipped
                .into_iter()
                .map(|session| {
                    let manifest = manifests.get(&session.session_key);
                    let reason = self.nothing_due(manifest).to_owned();
                    SessionPlan { session, due: Vec::new(), reason, requests: 0, bytes: 0 }
                })
                .collect();
            return Ok(plan);
        }
        let (catalogue, selected) = Catalogue::select(&self.client, &self.settings).await?;
        plan.not_yet = selected.not_yet();
        let sessions = selected.sessions;
        let mut learned = Learned::open(&self.settings.work_dir, self.settings.drivers_per_request, now)?;
        for info in &sessions {
            let due = self.due(info, &catalogue, manifests.get(&info.session_key), now);
            learned.next_session(self.settings.drivers_per_request);
            let staged = self.staged_slices(info, now)?;
            let (requests, bytes) = self.estimate(info, &catalogue, &due.endpoints, learned.group(), &staged);
            plan.requests += requests;
            plan.bytes += bytes;
            plan.sessions.push(SessionPlan {
                session: info.label(),
                due: due.endpoints.into_iter().collect(),
                reason: due.reason,
                requests,
                bytes,
            });
        }
        for (session, reason) in catalogue.unknown {
            plan.sessions.push(SessionPlan { session, due: Vec::new(), reason, requests: 0, bytes: 0 });
        }
        Ok(plan)
    }

    /// Extracts what is due.
    ///
    /// # Errors
    /// When nothing could be done at all; failures of sessions are in the report.
    pub async fn run(
        &self,
        progress: Progress,
        cancel: CancellationToken,
    ) -> Result<RunReport, ExtractError> {
        let started = std::time::Instant::now();
        let before = self.client.traffic();
        // A new zone is created only for sessions: an empty selection leaves no lock file in the user's
        // folder.
        let is_new = self.landing.local_path().is_some()
            && !self.settings.work_dir.is_dir()
            && self.manifests().await?.is_empty();
        let selected = if is_new { Some(self.select_patiently(&progress, &cancel).await?) } else { None };
        if let Some((_, selected)) = &selected
            && selected.sessions.is_empty()
        {
            tell_nothing_chosen(&progress, selected);
            return Ok(self.report(Vec::new(), &before, started));
        }
        let lock = self.lock(&cancel).await?;
        let sessions = self.run_sessions(&lock, selected, &progress, &cancel).await?;
        drop(lock);
        Ok(self.report(sessions, &before, started))
    }

    /// Takes the lock of the working folder, waiting if the settings say so.
    pub(crate) async fn lock(&self, cancel: &CancellationToken) -> Result<RunLock, ExtractError> {
        tokio::select! {
            lock = RunLock::take(&self.settings.work_dir, self.settings.wait_for_lock) => lock,
            () = cancel.cancelled() => Err(ExtractError::Interrupted),
        }
    }

    pub(crate) fn report(
        &self,
        sessions: Vec<SessionReport>,
        before: &openf1_client::Traffic,
        started: std::time::Instant,
    ) -> RunReport {
        let after = self.client.traffic();
        RunReport {
            sessions,
            requests: after.requests - before.requests,
            retries: after.retries - before.retries,
            bytes_received: after.bytes - before.bytes,
            seconds: started.elapsed().as_secs_f64(),
        }
    }

    /// Extracts what is due of the `selected` sessions; makes the selection if there is none yet.
    pub(crate) async fn run_sessions(
        &self,
        lock: &RunLock,
        selected: Option<(Catalogue, Selected)>,
        progress: &Progress,
        cancel: &CancellationToken,
    ) -> Result<Vec<SessionReport>, ExtractError> {
        let now = self.settings.now();
        self.landing.remove_unfinished(lock)?;
        self.landing.remove_old_uploads(now, lock).await?;
        crate::files::remove_unfinished(&Learned::folder(&self.settings.work_dir), lock)?;
        let manifests = self.manifests().await?;
        Staging::forget_landed(lock, &manifests)?;
        let skipped = |session: SessionLabel| SessionReport {
            session,
            status: SessionStatus::Skipped,
            error: None,
            endpoints: Vec::new(),
        };
        let latest = later(now, CLOCKS_DIFFER);
        let ahead: Vec<_> = manifests.values().filter(|manifest| manifest.extracted_at > latest).collect();
        if let Some(manifest) = ahead.first() {
            progress(Event::Note(format!(
                "{} was extracted at {}, and it is {now} now: a clock was wrong; `--refresh` looks at such sessions again ({} of {})",
                manifest.name,
                manifest.extracted_at,
                ahead.len(),
                manifests.len()
            )));
        }
        if let Some(labels) = self.all_settled(&manifests, now) {
            progress(Event::Selected { due: 0, skipped: labels.len(), requests: 0 });
            self.landing
                .complete_copies(labels.iter().filter_map(|label| manifests.get(&label.session_key)))
                .await?;
            return Ok(labels.into_iter().map(skipped).collect());
        }
        let (catalogue, selected) = match selected {
            Some(selected) => selected,
            None => self.select_patiently(progress, cancel).await?,
        };
        if selected.sessions.is_empty() {
            tell_nothing_chosen(progress, &selected);
            return Ok(Vec::new());
        }
        let sessions = selected.sessions;
        if catalogue.unusable > 0 {
            progress(Event::Note(format!(
                "{} rows of the catalogue have no key or no start and were left out",
                catalogue.unusable
            )));
        }
        let mut learned = Learned::open(&self.settings.work_dir, self.settings.drivers_per_request, now)?;
        let mut expected = 0;
        let mut due = Vec::new();
        for info in &sessions {
            let of_session = self.due(info, &catalogue, manifests.get(&info.session_key), now);
            let staged = self.staged_slices(info, now)?;
            expected += self.estimate(info, &catalogue, &of_session.endpoints, learned.group(), &staged).0;
            due.push(of_session);
        }
        let count = due.iter().filter(|due| !due.endpoints.is_empty()).count();
        progress(Event::Selected { due: count, skipped: sessions.len() - count, requests: expected });
        learned.next_session(self.settings.drivers_per_request);
        let mut names = BTreeMap::new();
        for manifest in manifests.values() {
            names.insert(files_of(&manifest.name), manifest.session_key);
        }
        let run = Run {
            extractor: self,
            lock,
            catalogue: &catalogue,
            progress,
            cancel,
            workers: tokio::sync::Semaphore::new(self.settings.max_workers),
            learned: Mutex::new(learned),
            names: Mutex::new(names),
            locked: CancellationToken::new(),
            building: Arc::default(),
            now,
        };
        let mut reports: Vec<SessionReport> = futures::stream::iter(sessions.iter().zip(due))
            .map(|(info, due)| {
                let run = &run;
                let old = manifests.get(&info.session_key);
                async move {
                    if due.endpoints.is_empty() {
                        return skipped(info.label());
                    }
                    (run.progress)(Event::SessionStarted(info.label()));
                    let report = run.session(info, &due, old).await;
                    (run.progress)(Event::SessionEnded(report.clone()));
                    report
                }
            })
            .buffered(SESSIONS_AT_ONCE)
            .collect()
            .await;
        run.learned().save(now)?;
        let unknown = catalogue.unknown.iter().map(|(session, why)| SessionReport {
            session: session.clone(),
            status: SessionStatus::Failed,
            error: Some(why.clone()),
            endpoints: Vec::new(),
        });
        reports.extend(unknown);
        let found_landed = reports.iter().filter(|report| report.status == SessionStatus::Skipped);
        let found_landed = found_landed.filter_map(|report| manifests.get(&report.session.session_key));
        self.landing.complete_copies(found_landed).await?;
        Ok(reports)
    }

    /// Makes the selection; waits out a live session if the settings say so.
    async fn select_patiently(
        &self,
        progress: &Progress,
        cancel: &CancellationToken,
    ) -> Result<(Catalogue, Selected), ExtractError> {
        loop {
            let selected = tokio::select! {
                selected = Catalogue::select(&self.client, &self.settings) => selected,
                () = cancel.cancelled() => return Err(ExtractError::Interrupted),
            };
            match selected {
                Err(error) if error.is_locked() && self.settings.on_locked == OnLocked::Wait => {
                    progress(Event::Note(waiting_note(&self.settings)));
                    tokio::select! {
                        () = tokio::time::sleep(self.settings.locked_poll) => {}
                        () = cancel.cancelled() => return Err(ExtractError::Interrupted),
                    }
                }
                other => return other,
            }
        }
    }

    async fn manifests(&self) -> Result<BTreeMap<i64, Manifest>, ExtractError> {
        let manifests = self.landing.manifests().await?;
        Ok(manifests.into_iter().map(|manifest| (manifest.session_key, manifest)).collect())
    }

    /// Why nothing is due of a landed session.
    fn nothing_due(&self, manifest: Option<&Manifest>) -> &'static str {
        if manifest.is_none_or(|manifest| manifest.settled(self.settings.settle_days)) {
            "settled"
        } else {
            "landed; not due for a re-check yet"
        }
    }

    /// Sessions chosen by key need no request if nothing of them is due.
    fn all_settled(&self, manifests: &BTreeMap<i64, Manifest>, now: Timestamp) -> Option<Vec<SessionLabel>> {
        let Mode::Keys { session_keys, meeting_keys } = &self.settings.selection.mode else { return None };
        if !meeting_keys.is_empty() || self.settings.refresh || self.settings.only.is_some() {
            return None;
        }
        session_keys
            .iter()
            .map(|key| {
                let manifest = manifests.get(key)?;
                let is_race =
                    matches!(manifest.session_name.as_str(), "Race" | "Sprint" | "Sprint Qualifying");
                let fresh = self.settings.endpoints.iter().all(|endpoint| {
                    manifest.endpoints.get(endpoint).map_or(
                        !is_race && endpoint.spec().presence != Presence::Every,
                        |landed| {
                            recheck_due(
                                manifest.date_end,
                                landed.extracted_at,
                                now,
                                self.settings.settle_days,
                            )
                            .is_none()
                                && !self.wants_what_was_kept_aside(landed)
                        },
                    )
                });
                fresh.then(|| SessionLabel { session_key: *key, name: manifest.name.clone() })
            })
            .collect()
    }

    /// Whether a smaller response was set aside and is now accepted.
    fn wants_what_was_kept_aside(&self, landed: &LandedEndpoint) -> bool {
        self.settings.accept_shrink && landed.kept_aside.is_some()
    }

    /// The endpoints that a session can have and that are selected.
    fn due(&self, info: &SessionInfo, catalogue: &Catalogue, old: Option<&Manifest>, now: Timestamp) -> Due {
        let mut reason = if old.is_some() { "settled" } else { "new" }.to_owned();
        let mut endpoints = BTreeSet::new();
        let damaged = self.settings.only.as_ref().map(|only| only.get(&info.session_key));
        for endpoint in &self.settings.endpoints {
            let exists = match endpoint.spec().presence {
                Presence::Every => true,
                Presence::Race => info.is_race(),
                Presence::RaceAndSprint => info.is_race() || info.is_sprint(),
                Presence::GridOfRaceAndSprint => catalogue.grid_session(info).is_some(),
            };
            if !exists {
                continue;
            }
            if let Some(damaged) = damaged {
                if damaged.is_some_and(|damaged| damaged.contains(endpoint)) {
                    "damaged".clone_into(&mut reason);
                    endpoints.insert(*endpoint);
                }
                continue;
            }
            match old.and_then(|manifest| manifest.endpoints.get(endpoint)) {
                None => {
                    if old.is_some() {
                        "endpoints not landed yet".clone_into(&mut reason);
                    }
                    endpoints.insert(*endpoint);
                }
                Some(_) if self.settings.refresh => {
                    "refresh".clone_into(&mut reason);
                    endpoints.insert(*endpoint);
                }
                Some(landed) if self.wants_what_was_kept_aside(landed) => {
                    "a smaller answer was kept aside".clone_into(&mut reason);
                    endpoints.insert(*endpoint);
                }
                Some(landed) => {
                    if let Some(why) =
                        recheck_due(info.date_end, landed.extracted_at, now, self.settings.settle_days)
                    {
                        reason = why;
                        endpoints.insert(*endpoint);
                    } else if reason == "settled" {
                        self.nothing_due(old).clone_into(&mut reason);
                    }
                }
            }
        }
        Due { endpoints, reason }
    }

    /// A staged response stays valid until the session's next re-check is due.
    fn is_fresh(&self, info: &SessionInfo, received_at: Timestamp, now: Timestamp) -> bool {
        recheck_due(info.date_end, received_at, now, self.settings.settle_days).is_none()
    }

    fn staged_slices(&self, info: &SessionInfo, now: Timestamp) -> Result<Vec<Slice>, ExtractError> {
        Staging::peek(&self.settings.work_dir, info.session_key, |received_at| {
            self.is_fresh(info, received_at, now)
        })
    }

    /// Expected requests and bytes of a session.
    fn estimate(
        &self,
        info: &SessionInfo,
        catalogue: &Catalogue,
        due: &BTreeSet<Endpoint>,
        group: usize,
        staged: &[Slice],
    ) -> (usize, u64) {
        let drivers: Vec<i64> = (1..=if info.year >= 2026 { 22 } else { 20 }).collect();
        let windows =
            starting_windows(Bounds::of(info), self.settings.chunk_minutes, self.settings.max_chunks);
        let mut requests = 0;
        let mut bytes = 0;
        for endpoint in due {
            let spec = endpoint.spec();
            bytes += u64::from(spec.race_rows) * u64::from(spec.row_bytes);
            requests += match spec.grain {
                Grain::Season | Grain::Meeting => 0,
                Grain::Session => {
                    let key = self.asked_key(*endpoint, info, catalogue);
                    missing_of_session(&Slice::whole(*endpoint, key), staged).len()
                }
                Grain::SessionDriver => {
                    let known: BTreeSet<i64> = staged
                        .iter()
                        .filter(|slice| slice.endpoint == *endpoint)
                        .filter_map(|slice| match &slice.drivers {
                            Drivers::Some(numbers) => Some(numbers.clone()),
                            _ => None,
                        })
                        .flatten()
                        .collect();
                    let left = drivers.len().saturating_sub(known.len());
                    missing_of_drivers(*endpoint, info.session_key, &drivers[..left], group, &windows, &[])
                        .len()
                }
            };
        }
        (requests, bytes)
    }

    /// The session key to request for an endpoint of a session.
    fn asked_key(&self, endpoint: Endpoint, info: &SessionInfo, catalogue: &Catalogue) -> i64 {
        match endpoint.spec().presence {
            Presence::GridOfRaceAndSprint => {
                catalogue.grid_session(info).map_or(info.session_key, |grid| grid.session_key)
            }
            _ => info.session_key,
        }
    }
}

fn waiting_note(settings: &ExtractSettings) -> String {
    format!(
        "a live session locks OpenF1 for anonymous users; asking again in {} s",
        settings.locked_poll.as_secs()
    )
}

impl Run<'_> {
    fn learned(&self) -> std::sync::MutexGuard<'_, Learned> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn session(&self, info: &SessionInfo, due: &Due, old: Option<&Manifest>) -> SessionReport {
        let report = |status, error: Option<String>, endpoints| SessionReport {
            session: info.label(),
            status,
            error,
            endpoints,
        };
        if self.cancel.is_cancelled() {
            return report(SessionStatus::Interrupted, None, Vec::new());
        }
        if self.locked.is_cancelled() {
            return report(SessionStatus::Locked, None, Vec::new());
        }
        let mut building = Building::new();
        let work = async {
            let staging = self.fetch(info, due, &mut building).await?;
            self.land(info, due, old, staging, &mut building).await
        };
        // Landing always completes; fetching stops at its next wait.
        let ended = work.await;
        // Close the remaining files of a failed session before another run begins.
        for (_, built) in building {
            drop(built.await);
        }
        match ended {
            Ok(endpoints) => {
                let changed = endpoints.iter().any(|endpoint: &EndpointReport| {
                    endpoint.changes.as_ref().is_none_or(|changes| !changes.is_empty())
                });
                let status = match (old, changed) {
                    (None, _) if !endpoints.is_empty() => SessionStatus::Landed,
                    (None, _) => SessionStatus::Unchanged,
                    (Some(_), true) => SessionStatus::Updated,
                    (Some(_), false) => SessionStatus::Unchanged,
                };
                report(status, None, endpoints)
            }
            Err(ExtractError::Interrupted) => report(SessionStatus::Interrupted, None, Vec::new()),
            Err(error) if error.is_locked() => {
                self.locked.cancel();
                report(SessionStatus::Locked, Some(error.to_string()), Vec::new())
            }
            Err(error) => report(SessionStatus::Failed, Some(error.to_string()), Vec::new()),
        }
    }

    /// Fetches what is due and not staged yet, and starts to build the files of complete endpoints.
    ///
    /// The endpoints that name drivers come first, then telemetry, then the other small ones: the large files
    /// are built while these wait for the limiter.
    async fn fetch(
        &self,
        info: &SessionInfo,
        due: &Due,
        building: &mut Building,
    ) -> Result<Staging, ExtractError> {
        let extractor = self.extractor;
        let fresh = |received_at| extractor.is_fresh(info, received_at, self.now);
        let staging = Mutex::new(Staging::open(self.lock, info.session_key, fresh)?);
        let staged = || staging.lock().unwrap_or_else(PoisonError::into_inner).slices();
        let telemetry: Vec<Endpoint> = due.endpoints.iter().copied().filter(|e| e.is_telemetry()).collect();
        let (mut first, mut last) = (Vec::new(), Vec::new());
        for endpoint in &due.endpoints {
            if endpoint.spec().grain == Grain::Session {
                let key = extractor.asked_key(*endpoint, info, self.catalogue);
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
        self.fetch_all(info, due, first, &staging, building).await?;
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
                self.fetch_all(info, due, extra, &staging, building).await?;
                drivers = named()?;
            }
            if drivers.is_empty() {
                (self.progress)(Event::Note(format!(
                    "{}: no drivers, so no telemetry to ask for",
                    info.name()
                )));
            }
            let group = self.learned().group();
            let windows = starting_windows(
                Bounds::of(info),
                extractor.settings.chunk_minutes,
                extractor.settings.max_chunks,
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
        self.fetch_all(info, due, slices, &staging, building).await?;
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
        building: &mut Building,
    ) -> Result<(), ExtractError> {
        let bounds = Bounds::of(info);
        // Open requests per endpoint.
        let mut open: BTreeMap<Endpoint, usize> = BTreeMap::new();
        for slice in &slices {
            *open.entry(slice.endpoint).or_default() += 1;
        }
        let folder = staging.lock().unwrap_or_else(PoisonError::into_inner).folder().to_owned();
        let mut queue: std::collections::VecDeque<Slice> = slices.into();
        let mut flying = FuturesUnordered::new();
        let mut failure: Option<ExtractError> = None;
        // Endpoints whose smallest request failed: size is not the cause, and they cannot be complete.
        let mut hopeless: BTreeSet<Endpoint> = BTreeSet::new();
        loop {
            while flying.len() < self.extractor.settings.max_workers && !self.stopping() {
                let Some(slice) = queue.pop_front() else { break };
                // Requests queued before a refusal are cut to the learned size before sending.
                if let Drivers::Some(numbers) = &slice.drivers
                    && numbers.len() > self.learned().group()
                    && let Some(smaller) = slice.split(bounds)
                {
                    *open.entry(slice.endpoint).or_default() += smaller.len() - 1;
                    self.requeue(&mut queue, smaller);
                    continue;
                }
                flying.push(self.fetch_one(slice, folder.clone()));
            }
            let Some((slice, result)) = flying.next().await else { break };
            let drivers = match &slice.drivers {
                Drivers::Some(numbers) => numbers.len(),
                _ => 1,
            };
            match result {
                Ok((staged, bytes)) => {
                    self.learned().passed(drivers);
                    let endpoint = slice.endpoint;
                    (self.progress)(Event::RequestDone { endpoint, rows: staged.request.rows, bytes });
                    let mut staging = staging.lock().unwrap_or_else(PoisonError::into_inner);
                    staging.add(staged);
                    let left = open.entry(endpoint).or_default();
                    *left = left.saturating_sub(1);
                    if *left == 0 && failure.is_none() && due.endpoints.contains(&endpoint) {
                        building.insert(endpoint, self.build(info, endpoint, &staging));
                    }
                }
                Err(ExtractError::Api(error)) if error.is_splittable() => {
                    if matches!(error, openf1_client::Error::TooLarge { .. }) {
                        self.learned().refused(drivers);
                    }
                    let smaller = slice.split(bounds).filter(|_| !hopeless.contains(&slice.endpoint));
                    match smaller {
                        Some(smaller) => {
                            tracing::info!(%error, parts = smaller.len(), "asking for less at a time");
                            *open.entry(slice.endpoint).or_default() += smaller.len() - 1;
                            self.requeue(&mut queue, smaller);
                        }
                        None => {
                            hopeless.insert(slice.endpoint);
                            let waiting = queue.len();
                            queue.retain(|other| other.endpoint != slice.endpoint);
                            let dropped = i64::try_from(waiting - queue.len()).unwrap_or(0);
                            (self.progress)(Event::RequestsAdded(-dropped));
                            failure.get_or_insert(error.into());
                        }
                    }
                }
                Err(error) => {
                    if error.is_locked() {
                        self.locked.cancel();
                    }
                    let fatal = error.is_login_refused() || error.is_locked();
                    if fatal || failure.is_none() {
                        failure = Some(error);
                    }
                    if fatal {
                        queue.clear();
                    }
                }
            }
        }
        match failure {
            Some(error) => Err(error),
            None if self.cancel.is_cancelled() => Err(ExtractError::Interrupted),
            None if self.locked.is_cancelled() => {
                let detail = "another request was refused".to_owned();
                Err(openf1_client::Error::Locked { request: info.name(), detail }.into())
            }
            None => Ok(()),
        }
    }

    fn requeue(&self, queue: &mut std::collections::VecDeque<Slice>, smaller: Vec<Slice>) {
        (self.progress)(Event::RequestsAdded(i64::try_from(smaller.len()).unwrap_or(0) - 1));
        for slice in smaller.into_iter().rev() {
            queue.push_front(slice);
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
        let client = &self.extractor.client;
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
                Err(error) if error.is_locked() && self.extractor.settings.on_locked == OnLocked::Wait => {
                    drop(worker);
                    (self.progress)(Event::Note(waiting_note(&self.extractor.settings)));
                    tokio::time::sleep(self.extractor.settings.locked_poll).await;
                }
                other => return Ok((other?, worker)),
            }
        }
    }

    /// Writes the landing files of a session, then its manifest, then clears staging.
    async fn land(
        &self,
        info: &SessionInfo,
        due: &Due,
        old: Option<&Manifest>,
        staging: Staging,
        building: &mut Building,
    ) -> Result<Vec<EndpointReport>, ExtractError> {
        let mut old = old.cloned();
        let mut due = due.endpoints.clone();
        let reports = loop {
            let (manifest, reports) = self.land_files(info, &due, old.as_ref(), &staging, building).await?;
            match self.extractor.landing.commit(&manifest, old.as_ref()).await? {
                Commit::Done => break reports,
                Commit::Overtaken(theirs) => {
                    (self.progress)(Event::Note(format!(
                        "{}: another run landed it meanwhile; what that one landed is kept",
                        manifest.name
                    )));
                    // The other run's result counts; what it did not land is landed on top.
                    due.retain(|endpoint| {
                        let [there, before] = [&*theirs, &old].map(|manifest| {
                            manifest.as_ref().and_then(|manifest| manifest.endpoints.get(endpoint))
                        });
                        there.is_none() || there == before
                    });
                    old = *theirs;
                    if let Some(theirs) = old.as_ref().filter(|_| due.is_empty()) {
                        self.extractor.landing.complete_copies([theirs]).await?;
                        break Vec::new();
                    }
                }
            }
        };
        if let Err(error) = staging.clear(self.lock) {
            // The session is landed anyway; the next run removes the remains first.
            tracing::warn!(%error, session = info.name(), "landed, but its staging could not be removed");
        }
        Ok(reports)
    }

    /// Writes the landing files of a session; returns its manifest, which is not written yet.
    async fn land_files(
        &self,
        info: &SessionInfo,
        due: &BTreeSet<Endpoint>,
        old: Option<&Manifest>,
        staging: &Staging,
        building: &mut Building,
    ) -> Result<(Manifest, Vec<EndpointReport>), ExtractError> {
        let name = self.claim_name(info, old);
        let mut manifest = Manifest {
            manifest_version: Manifest::LAYOUT,
            session_key: info.session_key,
            meeting_key: info.meeting_key,
            name: name.clone(),
            session_name: info.session_name.clone(),
            batch_day: info.batch_day(),
            year: info.year,
            date_start: info.date_start,
            date_end: info.date_end,
            extracted_at: self.after(old.map(|old| old.extracted_at)),
            tool: concat!("f1lake ", env!("CARGO_PKG_VERSION")).to_owned(),
            base_url: self.extractor.client.base_url().to_owned(),
            endpoints: old.map(|old| old.endpoints.clone()).unwrap_or_default(),
        };
        let mut reports = Vec::new();
        for endpoint in due {
            let landed = manifest.endpoints.get(endpoint).cloned();
            let built = building.remove(endpoint).unwrap_or_else(|| self.build(info, *endpoint, staging));
            let built = built.await.map_err(stopped_working)??;
            let (entry, report) = self.land_endpoint(&name, *endpoint, landed, built, staging).await?;
            manifest.endpoints.insert(*endpoint, entry);
            reports.push(report);
        }
        Ok((manifest, reports))
    }

    /// The time of this extract, later than the previous one even if the clock was set back: tables use it to
    /// order extracts.
    fn after(&self, earlier: Option<Timestamp>) -> Timestamp {
        earlier.map_or(self.now, |earlier| self.now.max(later(earlier, SignedDuration::from_micros(1))))
    }

    /// The file-name part of a session; a second session with the same day, location and name gets its key
    /// appended.
    fn claim_name(&self, info: &SessionInfo, old: Option<&Manifest>) -> String {
        if let Some(old) = old {
            return old.name.clone();
        }
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let mut name = info.name();
        // A name may itself look like one with a key.
        while names.get(&files_of(&name)).is_some_and(|owner| *owner != info.session_key) {
            name = format!("{name}_{}", info.session_key);
        }
        names.insert(files_of(&name), info.session_key);
        name
    }

    /// Starts to write the landing file of an endpoint next to staging.
    fn build(
        &self,
        info: &SessionInfo,
        endpoint: Endpoint,
        staging: &Staging,
    ) -> tokio::task::JoinHandle<Result<Built, ExtractError>> {
        let settings = &self.extractor.settings;
        let (format, compression) = (settings.format, settings.compression);
        let scratch = staging.scratch(&format!("{}.landing", endpoint.landing_name()));
        let source = self.source(info, endpoint, staging);
        let building = Arc::clone(&self.building);
        tokio::task::spawn_blocking(move || {
            let _one_at_a_time = building.lock().unwrap_or_else(PoisonError::into_inner);
            let mut writer = FileWriter::create(&scratch, endpoint, format, compression)?;
            let tidied = source.write(endpoint, &mut writer)?;
            Ok(Built { written: writer.finish()?, tidied, requests: source.requests(), scratch })
        })
    }

    async fn land_endpoint(
        &self,
        name: &str,
        endpoint: Endpoint,
        landed: Option<LandedEndpoint>,
        built: Built,
        staging: &Staging,
    ) -> Result<(LandedEndpoint, EndpointReport), ExtractError> {
        let settings = &self.extractor.settings;
        let landing = &self.extractor.landing;
        let (format, compression) = (settings.format, settings.compression);
        let Built { scratch, written, tidied, requests } = built;
        let mut entry = LandedEndpoint {
            file: None,
            version: landed.as_ref().map_or(1, |landed| landed.version),
            rows: written.rows,
            bytes: 0,
            sha256: None,
            duplicates_dropped: tidied.duplicates_dropped,
            rows_merged: tidied.merged,
            extracted_at: self.after(landed.as_ref().map(|landed| landed.extracted_at)),
            format,
            compression,
            requests,
            replaced: landed.as_ref().map(|landed| landed.replaced.clone()).unwrap_or_default(),
            kept_aside: None,
        };
        let mut changes = None;
        if let Some(old) = &landed {
            let lost = self.lost(old).await?;
            // A missing file cannot be compared.
            let found = match &lost {
                Some(_) => None,
                None => Some(self.changes(endpoint, old, &scratch, &written, format, compression).await?),
            };
            let shrunk = written.rows < old.rows && !settings.accept_shrink;
            let as_it_was = old.sha256.as_ref() == Some(&written.sha256);
            if let Some(file) = &lost {
                self.bring_back(file, (old.rows, written.rows), shrunk, as_it_was).await?;
            }
            let same = found.as_ref().is_some_and(Changes::is_empty);
            changes = found;
            if same || shrunk {
                entry = LandedEndpoint {
                    extracted_at: entry.extracted_at,
                    requests: entry.requests,
                    kept_aside: None,
                    ..old.clone()
                };
                if shrunk {
                    let aside = format!(
                        "{ASIDE_DIR}/{}_{name}.{}.{}",
                        endpoint.landing_name(),
                        self.now.strftime("%Y%m%dT%H%M%SZ"),
                        crate::session::extension(format, compression)
                    );
                    landing.put_file(&aside, &scratch).await?;
                    entry.kept_aside = Some(aside);
                }
                let report = report_of(endpoint, &entry, changes);
                return Ok((entry, report));
            }
            if lost.is_none() || !as_it_was {
                entry.version = old.version + 1;
                entry.replaced.extend(old.file.clone());
            }
        }
        if written.rows > 0 {
            // A file of that name without a manifest is left over from an interrupted run: the same rows give
            // the same bytes, and different ones get their own version, because landed files are never
            // overwritten.
            let file = loop {
                let file = file_name(endpoint, name, entry.version, format, compression);
                match landing.local_copy(&file, Path::new(&staging.scratch(""))).await? {
                    // Another run created it just now; treat it like an older file.
                    None => {
                        if landing.land(&file, &scratch).await? == Created::New {
                            break file;
                        }
                    }
                    Some(there) => {
                        let digest = blocking(move || crate::landing_file::digest(&there)).await?;
                        if digest.1 == written.sha256 {
                            break file;
                        }
                        entry.version += 1;
                    }
                }
            };
            entry.file = Some(file);
            entry.bytes = written.bytes;
            entry.sha256 = Some(written.sha256);
        }
        let report = report_of(endpoint, &entry, changes);
        Ok((entry, report))
    }

    /// The damage of an endpoint's landed file, if it is missing or damaged.
    async fn lost(&self, landed: &LandedEndpoint) -> Result<Option<String>, ExtractError> {
        let Some(file) = &landed.file else { return Ok(None) };
        let lost = self.extractor.landing.is_lost(file, landed.bytes, landed.sha256.as_deref()).await?;
        Ok(lost.then(|| file.clone()))
    }

    /// Replaces a missing or damaged landed file and returns the new one. A response with fewer rows does not
    /// replace it.
    async fn bring_back(
        &self,
        file: &str,
        (had, now): (u64, u64),
        shrunk: bool,
        as_it_was: bool,
    ) -> Result<(), ExtractError> {
        let what = if shrunk {
            format!("OpenF1 gives only {now} of its {had} rows now, kept aside; --accept-shrink lands them")
        } else {
            let aside = self.extractor.landing.set_aside(file, self.now).await?;
            let kept = aside.map(|aside| format!("kept as {aside}; ")).unwrap_or_default();
            let landed = if as_it_was {
                "landed again as it was".to_owned()
            } else {
                format!("landed again: {now} rows, it had {had}")
            };
            kept + &landed
        };
        (self.progress)(Event::Note(format!("{file} was lost or damaged; {what}")));
        Ok(())
    }

    /// Differences between a new file and the landed one.
    async fn changes(
        &self,
        endpoint: Endpoint,
        old: &LandedEndpoint,
        scratch: &Path,
        written: &Written,
        format: crate::settings::Format,
        compression: crate::settings::Compression,
    ) -> Result<Changes, ExtractError> {
        if old.sha256.as_ref() == Some(&written.sha256) || (old.rows == 0 && written.rows == 0) {
            return Ok(Changes::default());
        }
        let Some(file) = &old.file else {
            return Ok(Changes { added: written.rows, ..Changes::default() });
        };
        let folder = scratch.parent().unwrap_or(Path::new("."));
        let Some(copy) = self.extractor.landing.local_copy(file, folder).await? else {
            return Err(ExtractError::Damaged {
                path: file.clone(),
                detail: "the manifest names it, but it is gone".to_owned(),
                advice: "it was there a moment ago: run again",
            });
        };
        let (old_format, old_compression) = (old.format, old.compression);
        let scratch = scratch.to_owned();
        blocking(move || {
            let mut before = Rows::open(&copy, old_format, old_compression)?;
            let mut after = Rows::open(&scratch, format, compression)?;
            compare(endpoint, &mut before, &mut after)
        })
        .await
    }

    /// The source of an endpoint's rows.
    fn source(&self, info: &SessionInfo, endpoint: Endpoint, staging: &Staging) -> Source {
        let row = match endpoint.spec().grain {
            Grain::Season => Some(self.catalogue.sessions.get(&info.session_key).map(|(_, row)| row.clone())),
            Grain::Meeting => Some(self.catalogue.meetings.get(&info.meeting_key).cloned()),
            Grain::Session | Grain::SessionDriver => None,
        };
        let enrichment = |key| Enrichment::new(key, &info.session_name, &info.batch_day());
        match row {
            Some(row) => {
                let enrichment = enrichment(info.session_key);
                let calendar = self.catalogue.calendar(info.year).filter(|_| endpoint == Endpoint::Meetings);
                Source::Catalogue(
                    row,
                    match calendar {
                        Some(calendar) => enrichment.with_calendar(calendar),
                        None => enrichment,
                    },
                )
            }
            None => {
                let key = self.extractor.asked_key(endpoint, info, self.catalogue);
                let of_key = |staged: &&Staged| staged.slice.session_key == key;
                Source::Staged(staging.of(endpoint).filter(of_key).cloned().collect(), enrichment(key))
            }
        }
    }
}

fn report_of(endpoint: Endpoint, entry: &LandedEndpoint, changes: Option<Changes>) -> EndpointReport {
    EndpointReport {
        endpoint,
        rows: entry.rows,
        duplicates_dropped: entry.duplicates_dropped,
        rows_merged: entry.rows_merged,
        file: entry.file.clone(),
        bytes: entry.bytes,
        changes,
        kept_aside: entry.kept_aside.clone(),
    }
}

/// Rows of an endpoint before they land.
enum Source {
    /// A row of the catalogue.
    Catalogue(Option<crate::catalogue::CatalogueRow>, Enrichment),
    /// Staged responses.
    Staged(Vec<Staged>, Enrichment),
}

impl Source {
    fn requests(&self) -> Vec<LandedRequest> {
        match self {
            Self::Catalogue(row, _) => row.iter().map(|row| row.request.clone()).collect(),
            Self::Staged(staged, _) => staged.iter().map(|staged| staged.request.clone()).collect(),
        }
    }

    /// Writes the rows in key order. Only the responses of one group of drivers are in memory at a time.
    fn write(&self, endpoint: Endpoint, writer: &mut FileWriter) -> Result<Tidied, ExtractError> {
        let damaged = |error: serde_json::Error| ExtractError::Damaged {
            path: endpoint.name().to_owned(),
            detail: error.to_string(),
            advice: "run again: it will be fetched anew",
        };
        match self {
            Self::Catalogue(row, enrichment) => {
                if let Some(row) = row {
                    let record = Record::read(endpoint.spec(), &row.text).map_err(damaged)?;
                    writer.write(&enrichment.apply(&record))?;
                }
                Ok(Tidied::default())
            }
            Self::Staged(staged, enrichment) => {
                let mut total = Tidied::default();
                for group in groups(staged.iter()) {
                    let bodies: Vec<String> = group
                        .iter()
                        .filter(|staged| staged.request.outcome == Outcome::Rows)
                        .map(|staged| staged.body())
                        .collect::<Result<_, _>>()?;
                    let mut records = Vec::new();
                    for body in &bodies {
                        read_into(endpoint, body, &mut records).map_err(damaged)?;
                    }
                    let tidied = tidy(endpoint, &mut records);
                    total.duplicates_dropped += tidied.duplicates_dropped;
                    total.merged += tidied.merged;
                    for record in &records {
                        writer.write(&enrichment.apply(record))?;
                    }
                }
                Ok(total)
            }
        }
    }
}

/// Staged responses that must be sorted together, in the order of their drivers: responses that share a
/// driver (windows of one driver, or a group and a later part of it) belong to one group.
fn groups<'a>(staged: impl Iterator<Item = &'a Staged>) -> Vec<Vec<&'a Staged>> {
    let mut spans: Vec<(i64, i64, Vec<&Staged>)> = staged
        .map(|staged| {
            let (low, high) = match &staged.slice.drivers {
                Drivers::Some(numbers) => (
                    numbers.iter().min().copied().unwrap_or(i64::MIN),
                    numbers.iter().max().copied().unwrap_or(i64::MAX),
                ),
                // Session-wide responses are small: all of them together.
                Drivers::All | Drivers::Range(..) => (i64::MIN, i64::MAX),
            };
            (low, high, vec![staged])
        })
        .collect();
    spans.sort_by_key(|(low, high, _)| (*low, *high));
    let mut merged: Vec<(i64, i64, Vec<&Staged>)> = Vec::new();
    for (low, high, mut staged) in spans {
        match merged.last_mut() {
            Some((_, end, together)) if low <= *end => {
                *end = high.max(*end);
                together.append(&mut staged);
            }
            _ => merged.push((low, high, staged)),
        }
    }
    merged.into_iter().map(|(_, _, staged)| staged).collect()
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
            let rows: Vec<Row> = serde_json::from_str(&body).map_err(|error| ExtractError::Damaged {
                path: staged.request.query.clone(),
                detail: error.to_string(),
                advice: "run again: it will be fetched anew",
            })?;
            drivers.extend(rows.into_iter().filter_map(|row| row.driver_number));
        }
    }
    Ok(drivers.into_iter().collect())
}
