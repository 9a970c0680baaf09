//! Manifests against files: lengths, digests and rows.

use crate::error::ExtractError;
use crate::landing::Landing;
use crate::landing_file::{Rows, digest};
use crate::manifest::LandedEndpoint;
use serde::Serialize;
use std::collections::BTreeSet;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VerifyProblem {
    /// Session.
    pub session_key: i64,
    /// File.
    pub file: String,
    /// What is wrong with it.
    pub what: String,
}

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VerifyReport {
    /// Sessions looked at.
    pub sessions: usize,
    /// Files read.
    pub files: usize,
    /// Rows counted.
    pub rows: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Damage.
    pub problems: Vec<VerifyProblem>,
    /// Files that no manifest names: left by an interrupted run, or foreign.
    pub unlisted: Vec<String>,
}

/// Reads every landed file and compares it with its manifest.
///
/// # Errors
/// When the zone cannot be read; damage is no error but a problem in the report.
pub async fn verify(landing: &Landing) -> Result<VerifyReport, ExtractError> {
    let scratch =
        tempfile::tempdir().map_err(ExtractError::io("cannot make a folder in", std::env::temp_dir()))?;
    let mut report = VerifyReport::default();
    let mut listed = BTreeSet::new();
    for manifest in landing.manifests().await? {
        report.sessions += 1;
        for landed in manifest.endpoints.values() {
            listed.extend(landed.replaced.iter().cloned());
            let Some(file) = &landed.file else { continue };
            listed.insert(file.clone());
            report.files += 1;
            let Some(copy) = landing.local_copy(file, scratch.path()).await? else {
                report.problems.push(VerifyProblem {
                    session_key: manifest.session_key,
                    file: file.clone(),
                    what: "is missing".to_owned(),
                });
                continue;
            };
            let expected = landed.clone();
            let checked =
                tokio::task::spawn_blocking(move || check(&copy, &expected)).await.map_err(|error| {
                    ExtractError::io("cannot read", file.as_str())(std::io::Error::other(error))
                })?;
            match checked {
                Ok((rows, bytes)) => {
                    report.rows += rows;
                    report.bytes += bytes;
                }
                Err(what) => report.problems.push(VerifyProblem {
                    session_key: manifest.session_key,
                    file: file.clone(),
                    what,
                }),
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

fn check(path: &std::path::Path, expected: &LandedEndpoint) -> Result<(u64, u64), String> {
    let (bytes, sha256) = digest(path).map_err(|error| error.to_string())?;
    if bytes != expected.bytes {
        return Err(format!("has {bytes} bytes, its manifest says {}", expected.bytes));
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
        return Err(format!("has {rows} rows, its manifest says {}", expected.rows));
    }
    Ok((rows, bytes))
}
