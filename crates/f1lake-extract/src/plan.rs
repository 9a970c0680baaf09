//! Which endpoints of a session are due, and what fetching them takes.

pub(crate) mod missing;
mod recheck;
pub(crate) mod request;
pub(crate) mod results;
pub(crate) mod shared;
pub(crate) mod sizes;
pub(crate) mod slice;

use crate::report::SessionLabel;
use crate::select::catalogue::Catalogue;
use crate::select::session::SessionInfo;
use crate::settings::{ExtractSettings, Mode};
use f1lake_zone::{LandedEndpoint, Manifest};
use jiff::Timestamp;
use missing::{missing_of_drivers, missing_of_session};
use openf1_client::Endpoint;
use openf1_client::endpoint::{Grain, Presence};
use recheck::recheck_due;
use request::Request;
use results::ResultChecks;
use serde::Serialize;
use sizes::Sizes;
use slice::{Bounds, Drivers, Slice, starting_windows};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Expected requests for this session alone, excluding staged responses.
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
    /// How many of these several sessions share.
    pub shared_requests: usize,
    /// Landed sessions, besides the selected ones, whose results are checked again.
    pub results_checked: usize,
    /// Expected body bytes in total, before compression.
    pub bytes: u64,
    /// If nothing is over yet: the message with the first session to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_yet: Option<String>,
}

/// The due endpoints of a session.
#[derive(Debug, Default)]
pub(crate) struct Due {
    pub(crate) endpoints: BTreeSet<Endpoint>,
    pub(crate) reason: String,
    /// Only the daily check of results: without a difference, the session stays as it was landed.
    pub(crate) only_results: bool,
}

/// Decides what is due, by the settings and the time of the run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Planner<'a> {
    pub(crate) settings: &'a ExtractSettings,
    pub(crate) results: &'a ResultChecks,
    pub(crate) now: Timestamp,
}

impl Planner<'_> {
    /// Why nothing is due of a landed session.
    pub(crate) fn nothing_due(&self, manifest: Option<&Manifest>) -> &'static str {
        if manifest.is_none_or(|manifest| manifest.settled(self.settings.settle_days)) {
            "settled"
        } else {
            "landed; not yet due for a re-check"
        }
    }

    /// Sessions chosen by key need no request if nothing of them is due.
    pub(crate) fn all_settled(&self, manifests: &BTreeMap<i64, Manifest>) -> Option<Vec<SessionLabel>> {
        let Mode::Keys { session_keys, meeting_keys } = &self.settings.selection.mode else { return None };
        if !meeting_keys.is_empty() || self.settings.refresh || self.settings.only.is_some() {
            return None;
        }
        session_keys
            .iter()
            .map(|key| {
                let manifest = manifests.get(key)?;
                if !self.results_due(manifest).is_empty() {
                    return None;
                }
                let is_race =
                    matches!(manifest.session_name.as_str(), "Race" | "Sprint" | "Sprint Qualifying");
                let fresh = self.settings.endpoints.iter().all(|endpoint| {
                    manifest.endpoints.get(endpoint).map_or(
                        !is_race && endpoint.spec().presence != Presence::Every,
                        |landed| {
                            recheck_due(
                                manifest.date_end,
                                landed.extracted_at,
                                self.now,
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
    pub(crate) fn wants_what_was_kept_aside(&self, landed: &LandedEndpoint) -> bool {
        self.settings.accept_shrink && landed.kept_aside.is_some()
    }

    /// The results, grid and standings of a landed session that are checked again today.
    pub(crate) fn results_due(&self, manifest: &Manifest) -> BTreeSet<Endpoint> {
        if self.settings.only.is_some() {
            return BTreeSet::new();
        }
        self.results.due(manifest, &self.settings.endpoints)
    }

    /// The endpoints that a session can have and that are selected.
    pub(crate) fn due(&self, info: &SessionInfo, catalogue: &Catalogue, old: Option<&Manifest>) -> Due {
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
                    "a smaller response was set aside".clone_into(&mut reason);
                    endpoints.insert(*endpoint);
                }
                Some(landed) => {
                    if let Some(why) =
                        recheck_due(info.date_end, landed.extracted_at, self.now, self.settings.settle_days)
                    {
                        reason = why;
                        endpoints.insert(*endpoint);
                    } else if reason == "settled" {
                        self.nothing_due(old).clone_into(&mut reason);
                    }
                }
            }
        }
        let results = old.map(|manifest| self.results_due(manifest)).unwrap_or_default();
        let only_results = endpoints.is_empty() && !results.is_empty();
        if only_results {
            "results are checked daily".clone_into(&mut reason);
        }
        endpoints.extend(results);
        Due { endpoints, reason, only_results }
    }

    /// What is due of a landed session that is not selected.
    pub(crate) fn due_of_results(&self, manifest: &Manifest) -> Due {
        let endpoints = self.results_due(manifest);
        Due { endpoints, reason: String::new(), only_results: true }
    }

    /// A staged response stays valid until the session's next re-check is due.
    pub(crate) fn is_fresh(&self, info: &SessionInfo, received_at: Timestamp) -> bool {
        recheck_due(info.date_end, received_at, self.now, self.settings.settle_days).is_none()
    }

    /// Expected requests and bytes of a session, without what it shares with others. `sizes` are those after its
    /// requests.
    pub(crate) fn estimate(
        &self,
        info: &SessionInfo,
        catalogue: &Catalogue,
        due: &BTreeSet<Endpoint>,
        sizes: &mut Sizes,
        staged: &[Slice],
    ) -> (usize, u64) {
        let drivers: Vec<i64> = (1..=if info.year >= 2026 { 22 } else { 20 }).collect();
        let windows =
            starting_windows(Bounds::of(info), self.settings.chunk_minutes, self.settings.max_chunks);
        let mut requests = 0;
        let mut bytes = 0;
        for endpoint in due {
            let spec = endpoint.spec();
            bytes += match spec.grain {
                Grain::Season | Grain::Meeting => u64::from(spec.race_rows) * u64::from(spec.row_bytes),
                Grain::Session | Grain::SessionDriver => sizes.bytes(*endpoint, info),
            };
            requests += match spec.grain {
                Grain::Season | Grain::Meeting => 0,
                Grain::Session => {
                    let key = catalogue.asked_key(*endpoint, info);
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
                    missing_of_drivers(*endpoint, info.session_key, &drivers[..left], &windows, &[])
                        .iter()
                        .map(|request: &Request| {
                            let minutes = request.minutes(Some(Bounds::of(info)));
                            sizes.requests_for(*endpoint, request.parts.len(), minutes)
                        })
                        .sum()
                }
            };
        }
        let telemetry = due.iter().any(|endpoint| endpoint.is_telemetry());
        if telemetry && !due.contains(&Endpoint::Drivers) {
            requests += missing_of_session(&Slice::whole(Endpoint::Drivers, info.session_key), staged).len();
        }
        (requests, bytes)
    }
}
