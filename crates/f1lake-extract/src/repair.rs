//! Restores from the API what `verify` finds lost or damaged.

use crate::error::ExtractError;
use crate::extractor::Extractor;
use crate::report::{Event, Progress, RunReport};
use crate::settings::{ExtractSettings, Mode, Selection};
use f1lake_zone::{VerifyProblem, verify};
use openf1_client::Endpoint;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use tokio_util::sync::CancellationToken;

/// Result of a repair.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct RepairReport {
    /// Damage before the repair.
    pub found: Vec<VerifyProblem>,
    /// Damage that remains.
    pub left: Vec<VerifyProblem>,
    /// The extract of the damaged endpoints.
    #[serde(flatten)]
    pub run: RunReport,
}

impl Extractor {
    /// Verifies the landing zone and lands lost or damaged files again, regardless of the selection. Deletes
    /// nothing: damaged files are kept in `_aside/`.
    ///
    /// # Errors
    /// When the zone cannot be read or another run works on it; failures of sessions are in the report.
    pub async fn repair(
        &self,
        progress: Progress,
        cancel: CancellationToken,
    ) -> Result<RepairReport, ExtractError> {
        let started = std::time::Instant::now();
        let before = self.client.traffic();
        let lock = self.lock(&cancel).await?;
        let found = verify(&self.landing).await?.problems;
        if found.is_empty() {
            return Ok(RepairReport::default());
        }
        let mut only: BTreeMap<i64, BTreeSet<Endpoint>> = BTreeMap::new();
        for problem in &found {
            let endpoints = only.entry(problem.session_key).or_default();
            match problem.endpoint {
                Some(endpoint) => {
                    endpoints.insert(endpoint);
                }
                // The manifest is lost, so all endpoints are checked; existing files stay as they are.
                None => endpoints.extend(&self.settings.endpoints),
            }
            if let Some(aside) = self.landing.set_aside(&problem.file, self.settings.now()).await? {
                progress(Event::Note(format!("{} {}; kept as {aside}", problem.file, problem.what)));
            }
        }
        let settings = ExtractSettings {
            selection: Selection {
                mode: Mode::Keys { session_keys: only.keys().copied().collect(), meeting_keys: Vec::new() },
                ..Selection::default()
            },
            endpoints: only.values().flatten().copied().collect(),
            only: Some(only),
            ..self.settings.clone()
        };
        let repairing = Self { client: self.client.clone(), landing: self.landing.clone(), settings };
        let sessions = repairing.run_sessions(&lock, None, &progress, &cancel).await?;
        let run = self.report(sessions, &before, started);
        let left = verify(&self.landing).await?.problems;
        Ok(RepairReport { found, left, run })
    }
}
