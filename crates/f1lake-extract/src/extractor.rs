//! The run: select, plan, fetch to staging, land.

use crate::error::ExtractError;
use crate::fetch::staging::Staging;
use crate::fetch::{Fetcher, waiting_note};
use crate::land::{Building, Lander, names_in_use};
use crate::plan::results::ResultChecks;
use crate::plan::shared::{shared_requests, wanted};
use crate::plan::sizes::Sizes;
use crate::plan::slice::Slice;
use crate::plan::{Due, Planner, RunPlan, SessionPlan};
use crate::report::{EndpointReport, Event, Progress, RunReport, SessionLabel, SessionReport, SessionStatus};
use crate::select::catalogue::Catalogue;
use crate::select::selected::Selected;
use crate::select::session::SessionInfo;
use crate::settings::{ExtractSettings, OnLocked};
use f1lake_zone::{Landing, Manifest, RunLock, later};
use futures::StreamExt;
use jiff::SignedDuration;
use openf1_client::OpenF1;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Sessions processed at once: while one lands, the next one's requests use the limiter.
const SESSIONS_AT_ONCE: usize = 2;
/// Correct clocks differ by less.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(10);

/// Extracts sessions into a landing zone.
#[derive(Debug)]
pub struct Extractor {
    pub(crate) client: OpenF1,
    pub(crate) landing: Landing,
    pub(crate) settings: ExtractSettings,
}

fn tell_nothing_chosen(progress: &Progress, selected: &Selected) {
    if let Some(text) = selected.not_yet() {
        progress(Event::Note(text));
    }
    progress(Event::Selected { due: 0, skipped: 0, requests: 0, least: Duration::ZERO });
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
        let checks = self.result_checks()?;
        let planner = self.planner(&checks);
        if let Some(skipped) = planner.all_settled(&manifests) {
            plan.sessions = skipped
                .into_iter()
                .map(|session| {
                    let manifest = manifests.get(&session.session_key);
                    let reason = planner.nothing_due(manifest).to_owned();
                    SessionPlan { session, due: Vec::new(), reason, requests: 0, bytes: 0 }
                })
                .collect();
            return Ok(plan);
        }
        let before = self.client.traffic().requests;
        let (catalogue, selected) = Catalogue::select(&self.client, &self.settings).await?;
        // A run requests the catalogue again.
        plan.requests = usize::try_from(self.client.traffic().requests - before).unwrap_or_default();
        plan.not_yet = selected.not_yet();
        let outlook = self.outlook(planner, &catalogue, selected.sessions, &manifests)?;
        plan.results_checked = outlook.sessions.len() - outlook.selected;
        plan.shared_requests = outlook.shared;
        plan.requests += outlook.requests();
        for (index, ((info, due), (requests, bytes))) in
            outlook.sessions.iter().zip(outlook.due).zip(outlook.own).enumerate()
        {
            plan.bytes += bytes;
            if index >= outlook.selected {
                continue;
            }
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
            lock = RunLock::take(&self.settings.work_dir, self.settings.wait_for_lock) => Ok(lock?),
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
        let mut checks = self.result_checks()?;
        let planner = self.planner(&checks);
        let now = planner.now;
        self.landing.remove_unfinished(lock)?;
        self.landing.remove_old_uploads(now, lock).await?;
        f1lake_zone::files::remove_unfinished(&Sizes::folder(&self.settings.work_dir), lock)?;
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
                "{} was extracted at {}, but it is {now} now: a clock was wrong; `{}` fetches such sessions again \
                 ({} of {})",
                manifest.name,
                manifest.extracted_at,
                (self.settings.called)("refresh"),
                ahead.len(),
                manifests.len()
            )));
        }
        if let Some(labels) = planner.all_settled(&manifests) {
            let none = Event::Selected { due: 0, skipped: labels.len(), requests: 0, least: Duration::ZERO };
            progress(none);
            let landed: Vec<&Manifest> =
                labels.iter().filter_map(|label| manifests.get(&label.session_key)).collect();
            self.landing.complete_copies(&landed).await?;
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
        if catalogue.unusable > 0 {
            progress(Event::Note(format!(
                "{} rows of the catalogue have no key or no start and were skipped",
                catalogue.unusable
            )));
        }
        let outlook = self.outlook(planner, &catalogue, selected.sessions, &manifests)?;
        let sessions = &outlook.sessions;
        let count = outlook.due[..outlook.selected].iter().filter(|due| !due.endpoints.is_empty()).count();
        progress(Event::Selected {
            due: count,
            skipped: outlook.selected - count,
            requests: outlook.requests(),
            least: self.client.limiter().estimate(outlook.requests()),
        });
        let run = Run {
            fetcher: Fetcher {
                client: &self.client,
                planner,
                lock,
                catalogue: &catalogue,
                progress,
                cancel,
                workers: tokio::sync::Semaphore::new(self.settings.max_workers),
                sizes: Mutex::new(self.sizes(now)?),
                locked: CancellationToken::new(),
            },
            lander: Lander {
                landing: &self.landing,
                settings: &self.settings,
                base_url: self.client.base_url(),
                lock,
                catalogue: &catalogue,
                progress,
                names: Mutex::new(names_in_use(manifests.values())),
                building: Arc::default(),
                now,
            },
        };
        let due: Vec<(&SessionInfo, &Due)> =
            sessions.iter().zip(&outlook.due).filter(|(_, due)| !due.endpoints.is_empty()).collect();
        match run.fetcher.fetch_shared(&due).await {
            // The sessions that have not begun are reported as interrupted.
            Ok(()) | Err(ExtractError::Interrupted) => {}
            Err(error) => return Err(error),
        }
        // Collected, so that the future of a run can be sent between threads.
        let work: Vec<_> = sessions
            .iter()
            .zip(&outlook.due)
            .map(|(info, due)| {
                let run = &run;
                let old = manifests.get(&info.session_key);
                async move {
                    if due.endpoints.is_empty() {
                        return skipped(info.label());
                    }
                    if !due.only_results {
                        progress(Event::SessionStarted(info.label()));
                    }
                    let report = run.session(info, due, old).await;
                    if !due.only_results || report.status != SessionStatus::Skipped {
                        progress(Event::SessionEnded(report.clone()));
                    }
                    report
                }
            })
            .collect();
        let mut reports: Vec<SessionReport> =
            futures::stream::iter(work).buffered(SESSIONS_AT_ONCE).collect().await;
        run.fetcher.sizes().save()?;
        let are_checked = |year: i64| {
            sessions.iter().zip(&reports).zip(&outlook.due).all(|((info, report), due)| {
                info.year != year || !due.only_results || report.status.is_good()
            })
        };
        // A run that checked nothing must not put the next check off.
        outlook
            .checking
            .iter()
            .copied()
            .filter(|year| are_checked(*year))
            .for_each(|year| checks.checked(year));
        checks.save()?;
        // Sessions outside the selection are reported only when they changed or failed.
        let mut index = 0;
        reports.retain(|report| {
            index += 1;
            index <= outlook.selected || report.status != SessionStatus::Skipped
        });
        let unknown = catalogue.unknown.iter().map(|(session, why)| SessionReport {
            session: session.clone(),
            status: SessionStatus::Failed,
            error: Some(why.clone()),
            endpoints: Vec::new(),
        });
        reports.extend(unknown);
        let found_landed = reports.iter().filter(|report| report.status == SessionStatus::Skipped);
        let found_landed: Vec<&Manifest> =
            found_landed.filter_map(|report| manifests.get(&report.session.session_key)).collect();
        self.landing.complete_copies(&found_landed).await?;
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

    fn sizes(&self, now: jiff::Timestamp) -> Result<Sizes, ExtractError> {
        let groups = (self.settings.drivers_per_request, self.settings.max_drivers_per_request);
        Ok(Sizes::open(&self.settings.work_dir, groups, now)?)
    }

    /// What is due of the selected sessions, and of the results of the others of their seasons; and the requests it
    /// takes.
    fn outlook(
        &self,
        planner: Planner<'_>,
        catalogue: &Catalogue,
        mut sessions: Vec<SessionInfo>,
        manifests: &BTreeMap<i64, Manifest>,
    ) -> Result<Outlook, ExtractError> {
        let selected = sessions.len();
        let years: BTreeSet<i64> = sessions.iter().map(|info| info.year).collect();
        let keys: BTreeSet<i64> = sessions.iter().map(|info| info.session_key).collect();
        let others = manifests.values().filter(|manifest| {
            years.contains(&manifest.year)
                && !keys.contains(&manifest.session_key)
                && !planner.results_due(manifest).is_empty()
        });
        let known = |manifest: &Manifest| catalogue.sessions.get(&manifest.session_key);
        sessions.extend(others.filter_map(known).map(|(info, _)| info.clone()));
        let mut sizes = self.sizes(planner.now)?;
        let (mut all_due, mut own, mut all) = (Vec::new(), Vec::new(), Vec::new());
        let mut checking = BTreeSet::new();
        for (index, info) in sessions.iter().enumerate() {
            let old = manifests.get(&info.session_key);
            let due = match old {
                Some(old) if index >= selected => planner.due_of_results(old),
                _ => planner.due(info, catalogue, old),
            };
            if old.is_some_and(|old| !planner.results_due(old).is_empty()) {
                checking.insert(info.year);
            }
            let staged = self.staged_slices(planner, info)?;
            all.push((info, wanted(info, catalogue, &due.endpoints, &staged)));
            own.push(planner.estimate(info, catalogue, &due.endpoints, &mut sizes, &staged));
            all_due.push(due);
        }
        let shared = shared_requests(&all, &sizes);
        let is_shared: BTreeSet<_> = shared
            .iter()
            .flat_map(|request| &request.parts)
            .map(|part| (part.endpoint, part.session_key))
            .collect();
        for ((_, slices), (requests, _)) in all.iter().zip(&mut own) {
            let saved =
                slices.iter().filter(|part| is_shared.contains(&(part.endpoint, part.session_key))).count();
            *requests = requests.saturating_sub(saved);
        }
        let shared = shared.len();
        Ok(Outlook { sessions, selected, checking, due: all_due, own, shared })
    }

    fn result_checks(&self) -> Result<ResultChecks, ExtractError> {
        let ExtractSettings { work_dir, recheck_results_hours, .. } = &self.settings;
        Ok(ResultChecks::open(work_dir, *recheck_results_hours, self.settings.now())?)
    }

    fn planner<'a>(&'a self, results: &'a ResultChecks) -> Planner<'a> {
        Planner { settings: &self.settings, results, now: self.settings.now() }
    }

    fn staged_slices(&self, planner: Planner<'_>, info: &SessionInfo) -> Result<Vec<Slice>, ExtractError> {
        let fresh = |received_at| planner.is_fresh(info, received_at);
        Ok(Staging::peek(&self.settings.work_dir, info.session_key, fresh)?)
    }

    async fn manifests(&self) -> Result<BTreeMap<i64, Manifest>, ExtractError> {
        let manifests = self.landing.manifests().await?;
        Ok(manifests.into_iter().map(|manifest| (manifest.session_key, manifest)).collect())
    }
}

/// What is due, and the requests it takes.
struct Outlook {
    /// The selected sessions, then those whose results are checked.
    sessions: Vec<SessionInfo>,
    selected: usize,
    /// Seasons whose results are checked.
    checking: BTreeSet<i64>,
    /// Of each session.
    due: Vec<Due>,
    /// Requests of each session alone, and all its bytes.
    own: Vec<(usize, u64)>,
    /// Requests that several sessions share.
    shared: usize,
}

impl Outlook {
    fn requests(&self) -> usize {
        self.shared + self.own.iter().map(|(requests, _)| requests).sum::<usize>()
    }
}

/// The sessions of a run: fetched, then landed.
struct Run<'a> {
    fetcher: Fetcher<'a>,
    lander: Lander<'a>,
}

impl Run<'_> {
    async fn session(&self, info: &SessionInfo, due: &Due, old: Option<&Manifest>) -> SessionReport {
        let report = |status, error: Option<String>, endpoints| SessionReport {
            session: info.label(),
            status,
            error,
            endpoints,
        };
        if self.fetcher.cancel.is_cancelled() {
            return report(SessionStatus::Interrupted, None, Vec::new());
        }
        if self.fetcher.locked.is_cancelled() {
            return report(SessionStatus::Locked, None, Vec::new());
        }
        let mut building = Building::new();
        let work = async {
            let mut build = |endpoint, staging: &Staging| {
                building.insert(endpoint, self.lander.build(info, endpoint, staging));
            };
            let staging = self.fetcher.fetch(info, due, &mut build).await?;
            self.lander.land(info, due, old, staging, &mut building).await
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
                    (Some(_), false) if due.only_results => SessionStatus::Skipped,
                    (None, _) if !endpoints.is_empty() => SessionStatus::Landed,
                    (None, _) => SessionStatus::Unchanged,
                    (Some(_), true) => SessionStatus::Updated,
                    (Some(_), false) => SessionStatus::Unchanged,
                };
                report(status, None, endpoints)
            }
            Err(ExtractError::Interrupted) => report(SessionStatus::Interrupted, None, Vec::new()),
            Err(error) if error.is_locked() => {
                self.fetcher.locked.cancel();
                report(SessionStatus::Locked, Some(error.to_string()), Vec::new())
            }
            Err(error) => report(SessionStatus::Failed, Some(error.to_string()), Vec::new()),
        }
    }
}
