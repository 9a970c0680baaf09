//! What was fetched of a session becomes its landing files, and then its manifest.

pub(crate) mod changes;
pub(crate) mod records;
mod source;

use crate::error::ExtractError;
use crate::fetch::staging::{Staged, Staging};
use crate::plan::Due;
use crate::report::{Changes, EndpointReport, Event, Progress};
use crate::select::catalogue::Catalogue;
use crate::select::session::SessionInfo;
use crate::settings::ExtractSettings;
use changes::compare;
use f1lake_zone::files::{blocking, stopped_working};
use f1lake_zone::{
    ASIDE_DIR, Commit, Compression, Created, FileWriter, Format, LandedEndpoint, LandedRequest, Landing,
    Manifest, Rows, RunLock, Written, ZoneError, digest, extension, file_name, files_of, later,
};
use jiff::{SignedDuration, Timestamp};
use openf1_client::Endpoint;
use openf1_client::endpoint::Grain;
use records::{Enrichment, Tidied};
use source::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The tidied rows of an endpoint, written next to staging, ready to land.
pub(crate) struct Built {
    scratch: PathBuf,
    written: Written,
    tidied: Tidied,
    requests: Vec<LandedRequest>,
}

/// Landing files in progress, built while the limiter holds back the next requests.
pub(crate) type Building = BTreeMap<Endpoint, tokio::task::JoinHandle<Result<Built, ExtractError>>>;

/// File names in use, as [`files_of`] normalises them, and the session of each.
pub(crate) fn names_in_use<'m>(manifests: impl Iterator<Item = &'m Manifest>) -> BTreeMap<String, i64> {
    manifests.map(|manifest| (files_of(&manifest.name), manifest.session_key)).collect()
}

/// Lands the sessions of a run.
pub(crate) struct Lander<'a> {
    pub(crate) landing: &'a Landing,
    pub(crate) settings: &'a ExtractSettings,
    pub(crate) base_url: &'a str,
    pub(crate) lock: &'a RunLock,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) progress: &'a Progress,
    /// File names in use, as distinguished by [`files_of`], and their sessions.
    pub(crate) names: Mutex<BTreeMap<String, i64>>,
    /// Held while a landing file is built: one at a time keeps memory flat.
    pub(crate) building: Arc<Mutex<()>>,
    pub(crate) now: Timestamp,
}

impl Lander<'_> {
    /// Writes the landing files of a session, then its manifest, then clears staging.
    pub(crate) async fn land(
        &self,
        info: &SessionInfo,
        due: &Due,
        old: Option<&Manifest>,
        staging: Staging,
        building: &mut Building,
    ) -> Result<Vec<EndpointReport>, ExtractError> {
        let mut old = old.cloned();
        let only_results = due.only_results;
        let mut due = due.endpoints.clone();
        let reports = loop {
            let (manifest, reports) = self.land_files(info, &due, old.as_ref(), &staging, building).await?;
            if only_results && reports.iter().all(EndpointReport::is_as_landed) {
                break reports;
            }
            match self.landing.commit(&manifest, old.as_ref()).await? {
                Commit::Done => break reports,
                Commit::Overtaken(theirs) => {
                    (self.progress)(Event::Note(format!(
                        "{}: another run landed it in the meantime; its files are kept",
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
                        self.landing.complete_copies(&[theirs]).await?;
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
            base_url: self.base_url.to_owned(),
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
    pub(crate) fn build(
        &self,
        info: &SessionInfo,
        endpoint: Endpoint,
        staging: &Staging,
    ) -> tokio::task::JoinHandle<Result<Built, ExtractError>> {
        let settings = self.settings;
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
        let settings = self.settings;
        let landing = self.landing;
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
                        extension(format, compression)
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
                        let digest = blocking(move || digest(&there)).await?;
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
        let lost = self.landing.is_lost(file, landed.bytes, landed.sha256.as_deref()).await?;
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
            let option = (self.settings.called)("accept_shrink");
            format!(
                "OpenF1 now returns only {now} of its {had} rows, which were set aside; {option} lands them"
            )
        } else {
            let aside = self.landing.set_aside(file, self.now).await?;
            let kept = aside.map(|aside| format!("kept as {aside}; ")).unwrap_or_default();
            let landed = if as_it_was {
                "landed again, unchanged".to_owned()
            } else {
                format!("landed again with {now} rows instead of {had}")
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
        format: Format,
        compression: Compression,
    ) -> Result<Changes, ExtractError> {
        if old.sha256.as_ref() == Some(&written.sha256) || (old.rows == 0 && written.rows == 0) {
            return Ok(Changes::default());
        }
        let Some(file) = &old.file else {
            return Ok(Changes { added: written.rows, ..Changes::default() });
        };
        let folder = scratch.parent().unwrap_or(Path::new("."));
        let Some(copy) = self.landing.local_copy(file, folder).await? else {
            let gone = ZoneError::Damaged {
                path: file.clone(),
                detail: "the manifest names it, but it is missing".to_owned(),
                advice: "it disappeared during this run; run again",
            };
            return Err(gone.into());
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
                let key = self.catalogue.asked_key(endpoint, info);
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
