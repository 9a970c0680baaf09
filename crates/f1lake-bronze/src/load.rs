//! The loader: which landed sessions a destination lacks, in batches of one commit per table.

mod report;
mod sink;

pub use report::{LoadProgress, LoadReport, LoadSettings, LoadStatus, SessionLoad, TableLoad};
pub use sink::{BronzeSink, CONFIRMED_AFTER, FileLoad, LandedFile, RecordScope, Verdict};

use crate::bronze_table::{BronzeTable, LOADS};
use crate::error::BronzeError;
use f1lake_zone::{LandedEndpoint, Landing, Manifest};
use futures::StreamExt;
use openf1_client::Endpoint;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

/// Sessions in a commit. A commit has a fixed price, and every reader of a table reads its log.
const BATCH_SESSIONS: usize = 20;
/// Landing files in a commit, bytes: what an interruption makes a load repeat.
const BATCH_BYTES: u64 = 1 << 30;

/// Loads what is landed and not loaded yet.
///
/// # Errors
/// When the landing zone or the destination cannot be used at all; failures of sessions are in the report.
pub async fn load<S: BronzeSink>(
    sink: &mut S,
    landing: &Landing,
    settings: &LoadSettings,
    progress: &LoadProgress,
) -> Result<LoadReport, S::Error> {
    let started = std::time::Instant::now();
    let manifests = chosen(landing, settings).await?;
    sink.open(&manifests).await?;
    let works: Vec<Work> = manifests.iter().map(|manifest| Work::new(landing, manifest)).collect();
    let sessions = if settings.rebuild {
        let sessions = rebuild(sink, works).await?;
        sessions.iter().for_each(|session| progress(session));
        sessions
    } else {
        load_due(sink, works, progress).await?
    };
    sink.close().await?;
    Ok(LoadReport { sessions, seconds: started.elapsed().as_secs_f64() })
}

/// Manifests of the sessions to load, in chronological order.
async fn chosen(landing: &Landing, settings: &LoadSettings) -> Result<Vec<Manifest>, BronzeError> {
    let mut manifests = landing.manifests().await?;
    manifests.sort_by_key(|manifest| (manifest.date_start, manifest.session_key));
    if let Some(wanted) = &settings.sessions {
        let landed = |key: &i64| manifests.iter().any(|manifest| manifest.session_key == *key);
        if let Some(key) = wanted.iter().find(|key| !landed(key)) {
            return Err(BronzeError::NotLanded { session_key: *key, landing: landing.describe() });
        }
        manifests.retain(|manifest| wanted.contains(&manifest.session_key));
    }
    Ok(manifests)
}

/// A session with its pending and completed tables.
struct Work<'a> {
    landing: &'a Landing,
    manifest: &'a Manifest,
    due: BTreeMap<Endpoint, &'a LandedEndpoint>,
    /// Those whose rows were in the table before and are gone.
    gone: BTreeSet<Endpoint>,
    tables: Vec<TableLoad>,
}

impl<'a> Work<'a> {
    fn new(landing: &'a Landing, manifest: &'a Manifest) -> Self {
        let due = manifest.endpoints.iter().map(|(endpoint, landed)| (*endpoint, landed)).collect();
        Self { landing, manifest, due, gone: BTreeSet::new(), tables: Vec::new() }
    }

    fn file(&self, landed: &'a LandedEndpoint) -> LandedFile<'a> {
        LandedFile { landing: self.landing, manifest: self.manifest, landed }
    }

    /// Keeps only those tables due that lack the session.
    fn judge<S: BronzeSink>(&mut self, sink: &S) {
        for (endpoint, landed) in std::mem::take(&mut self.due) {
            let table = BronzeTable::of(endpoint);
            match sink.judge(&table, &self.file(landed)) {
                Ok(Verdict::Spared(status, decoded)) => self.add(endpoint, Ok((status, decoded))),
                Ok(Verdict::Due { gone }) => {
                    self.due.insert(endpoint, landed);
                    self.gone.extend(gone.then_some(endpoint));
                }
                Err(error) => self.add(endpoint, Err(error)),
            }
        }
    }

    fn add(&mut self, endpoint: Endpoint, result: FileLoad) {
        let mut load = TableLoad::of(BronzeTable::of(endpoint).name, result);
        load.brought_back =
            self.gone.contains(&endpoint) && load.status == LoadStatus::Loaded && load.rows > 0;
        self.tables.push(load);
    }

    fn bytes(&self) -> u64 {
        self.due.values().map(|landed| landed.bytes).sum()
    }

    fn ended(self) -> (&'a Manifest, SessionLoad) {
        let Manifest { session_key, name, .. } = self.manifest;
        (self.manifest, SessionLoad::of(*session_key, name.clone(), self.tables))
    }
}

/// Loads the sessions that the tables lack; the others come first in time, but not in the report.
async fn load_due<S: BronzeSink>(
    sink: &mut S,
    mut works: Vec<Work<'_>>,
    progress: &LoadProgress,
) -> Result<Vec<SessionLoad>, S::Error> {
    let order: Vec<i64> = works.iter().map(|work| work.manifest.session_key).collect();
    works.iter_mut().for_each(|work| work.judge(sink));
    let (due, done): (Vec<Work>, Vec<Work>) = works.into_iter().partition(|work| !work.due.is_empty());
    let mut sessions = BTreeMap::new();
    for batch in std::iter::once(done).chain(batches(due)) {
        for session in load_batch(sink, batch).await? {
            progress(&session);
            sessions.insert(session.session_key, session);
        }
    }
    Ok(order.into_iter().filter_map(|key| sessions.remove(&key)).collect())
}

/// Consecutive sessions for one commit per table.
fn batches(due: Vec<Work<'_>>) -> Vec<Vec<Work<'_>>> {
    let mut batches: Vec<Vec<Work>> = Vec::new();
    let mut bytes = 0;
    for work in due {
        bytes += work.bytes();
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH_SESSIONS && bytes <= BATCH_BYTES => batch.push(work),
            _ => {
                bytes = work.bytes();
                batches.push(vec![work]);
            }
        }
    }
    batches
}

/// Loads the due tables of a batch, then records its sessions that are complete.
async fn load_batch<'a, S: BronzeSink>(
    sink: &mut S,
    mut batch: Vec<Work<'a>>,
) -> Result<Vec<SessionLoad>, S::Error> {
    let mut tables: BTreeMap<Endpoint, Vec<usize>> = BTreeMap::new();
    for (index, work) in batch.iter().enumerate() {
        work.due.keys().for_each(|endpoint| tables.entry(*endpoint).or_default().push(index));
    }
    let files = |endpoint: Endpoint, sessions: &[usize]| -> Vec<LandedFile<'a>> {
        let of = |work: &Work<'a>| work.due.get(&endpoint).copied().map(|landed| work.file(landed));
        sessions.iter().filter_map(|index| of(&batch[*index])).collect()
    };
    let mut work: Vec<_> = tables
        .into_iter()
        .map(|(endpoint, sessions)| (endpoint, files(endpoint, &sessions), sessions))
        .collect();
    // The largest first: small ones fill the remaining time, and every batch needs the same memory.
    work.sort_by_key(|(_, files, _)| {
        std::cmp::Reverse(files.iter().map(|file| file.landed.bytes).sum::<u64>())
    });
    let destination = &*sink;
    // Collected, so that the future of a load can be sent between threads.
    let work: Vec<_> = work
        .into_iter()
        .map(|(endpoint, files, sessions)| async move {
            let results = destination.replace(&BronzeTable::of(endpoint), &files).await?;
            Ok::<_, S::Error>((endpoint, sessions, results))
        })
        .collect();
    let loaded: Vec<_> = futures::stream::iter(work).buffer_unordered(S::TABLES_AT_ONCE).collect().await;
    for table in loaded {
        let (endpoint, sessions, results) = table?;
        for (index, result) in sessions.into_iter().zip(results) {
            batch[index].add(endpoint, result);
        }
    }
    let mut sessions: Vec<_> = batch.into_iter().map(Work::ended).collect();
    if let Err(error) = sink.record(&complete(&sessions), RecordScope::These).await {
        let error = error.to_string();
        for (_, session) in sessions.iter_mut().filter(|(_, session)| session.status != LoadStatus::Failed) {
            session.status = LoadStatus::Failed;
            session.tables.push(TableLoad::of(LOADS.to_owned(), Err(error.clone())));
        }
    }
    Ok(sessions.into_iter().map(|(_, session)| session).collect())
}

/// The sessions that are complete in every table.
fn complete<'a>(sessions: &'a [(&Manifest, SessionLoad)]) -> Vec<(&'a Manifest, &'a SessionLoad)> {
    let all = sessions.iter().map(|(manifest, session)| (*manifest, session));
    all.filter(|(_, session)| session.status != LoadStatus::Failed).collect()
}

/// Rebuilds every table, including those that no session landed; readers see the old ones until then.
async fn rebuild<S: BronzeSink>(
    sink: &mut S,
    mut works: Vec<Work<'_>>,
) -> Result<Vec<SessionLoad>, S::Error> {
    let destination = &*sink;
    // After a failure no table is begun; those that are at work come to their own end.
    let failed = &AtomicBool::new(false);
    // Collected, so that the future of a load can be sent between threads.
    let work: Vec<_> = BronzeTable::all()
        .map(|table| {
            let (indexes, files): (Vec<usize>, Vec<LandedFile>) = works
                .iter()
                .enumerate()
                .filter_map(|(index, work)| Some((index, work.file(work.due.get(&table.endpoint)?))))
                .unzip();
            async move {
                if failed.load(Ordering::Relaxed) {
                    return Ok((table.endpoint, indexes, Vec::new()));
                }
                let results = destination.rewrite(&table, &files).await;
                failed.fetch_or(results.is_err(), Ordering::Relaxed);
                Ok::<_, S::Error>((table.endpoint, indexes, results?))
            }
        })
        .collect();
    let rewritten: Vec<_> = futures::stream::iter(work).buffer_unordered(S::TABLES_AT_ONCE).collect().await;
    for table in rewritten {
        let (endpoint, indexes, results) = table?;
        for (index, result) in indexes.into_iter().zip(results) {
            works[index].add(endpoint, result);
        }
    }
    let sessions: Vec<_> = works
        .into_iter()
        .map(|work| {
            let (manifest, mut session) = work.ended();
            // All tables are written, also for a session that landed without rows.
            if session.status == LoadStatus::Unchanged {
                session.status = LoadStatus::Loaded;
            }
            (manifest, session)
        })
        .collect();
    let failed = sessions.iter().filter(|(_, session)| session.status == LoadStatus::Failed);
    let failed = failed.map(|(_, session)| session.session_key).collect();
    sink.record(&complete(&sessions), RecordScope::AllBut(failed)).await?;
    Ok(sessions.into_iter().map(|(_, session)| session).collect())
}
