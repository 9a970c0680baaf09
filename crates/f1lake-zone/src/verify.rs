//! Compares manifests with files: lengths, digests and rows.

use crate::error::ZoneError;
use crate::format::{Rows, digest};
use crate::landing::Landing;
use crate::manifest::LandedEndpoint;
use openf1_client::Endpoint;
use serde::Serialize;
use std::collections::BTreeSet;

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyProblem {
    /// Session.
    pub session_key: i64,
    /// Endpoint; `None` when the manifest itself is damaged.
    pub endpoint: Option<Endpoint>,
    /// File.
    pub file: String,
    /// What is wrong with it.
    pub what: String,
}

/// Result of a verification.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Sessions verified.
    pub sessions: usize,
    /// Files read.
    pub files: usize,
    /// Rows counted.
    pub rows: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Damage.
    pub problems: Vec<VerifyProblem>,
    /// Files that no manifest names: left over from an interrupted run, or foreign.
    pub unlisted: Vec<String>,
}

/// Reads every landed file and compares it with its manifest.
///
/// # Errors
/// When the zone cannot be read; damaged files are reported in `problems`, not as an error.
pub async fn verify(landing: &Landing) -> Result<VerifyReport, ZoneError> {
    let scratch = crate::files::scratch()?;
    let mut report = VerifyReport::default();
    let mut listed = BTreeSet::new();
    for (name, manifest) in landing.each_manifest().await? {
        report.sessions += 1;
        let manifest = match manifest {
            Ok(manifest) => manifest,
            Err(ZoneError::Damaged { detail, .. }) => {
                report.problems.push(VerifyProblem {
                    session_key: key_of_manifest(&name),
                    endpoint: None,
                    file: name,
                    what: format!("cannot be read: {detail}"),
                });
                continue;
            }
            Err(error) => return Err(error),
        };
        let problem = |endpoint: &Endpoint, file: &String, what: String| VerifyProblem {
            session_key: manifest.session_key,
            endpoint: Some(*endpoint),
            file: file.clone(),
            what,
        };
        for (endpoint, landed) in &manifest.endpoints {
            listed.extend(landed.replaced.iter().cloned());
            let Some(file) = &landed.file else { continue };
            listed.insert(file.clone());
            report.files += 1;
            let Some(copy) = landing.local_copy(file, scratch.path()).await? else {
                report.problems.push(problem(endpoint, file, "is missing".to_owned()));
                continue;
            };
            let expected = landed.clone();
            let checked = tokio::task::spawn_blocking(move || check(&copy, &expected))
                .await
                .map_err(|error| ZoneError::io("cannot read", file.as_str())(std::io::Error::other(error)))?;
            match checked {
                Ok((rows, bytes)) => {
                    report.rows += rows;
                    report.bytes += bytes;
                }
                Err(what) => report.problems.push(problem(endpoint, file, what)),
            }
        }
    }
    report.unlisted = landing
        .list("")
        .await?
        .into_iter()
        .filter(|name| !listed.contains(name) && !name.starts_with('.'))
        .collect();
    Ok(report)
}

/// The session key of an unreadable manifest; 0 when its name is not a key.
fn key_of_manifest(name: &str) -> i64 {
    let stem = name.rsplit('/').next().and_then(|name| name.strip_suffix(".json"));
    stem.and_then(|stem| stem.parse().ok()).unwrap_or(0)
}

fn check(path: &std::path::Path, expected: &LandedEndpoint) -> Result<(u64, u64), String> {
    let (bytes, sha256) = digest(path).map_err(|error| error.to_string())?;
    if bytes != expected.bytes {
        return Err(format!("has {bytes} bytes instead of {}", expected.bytes));
    }
    if Some(&sha256) != expected.sha256.as_ref() {
        return Err("differs from its manifest (SHA-256)".to_owned());
    }
    let mut rows = 0;
    for row in Rows::open(path, expected.format, expected.compression).map_err(|error| error.to_string())? {
        row.map_err(|error| error.to_string())?;
        rows += 1;
    }
    if rows != expected.rows {
        return Err(format!("has {rows} rows instead of {}", expected.rows));
    }
    Ok((rows, bytes))
}
