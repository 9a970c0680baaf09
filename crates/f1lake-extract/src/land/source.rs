//! Where the rows of a landing file come from.

use super::records::{Enrichment, Record, Tidied, read_into, tidy};
use crate::error::ExtractError;
use crate::fetch::staging::Staged;
use crate::plan::slice::Drivers;
use crate::select::catalogue::CatalogueRow;
use f1lake_zone::{FileWriter, LandedRequest, Outcome, ZoneError};
use openf1_client::Endpoint;

/// Rows of an endpoint before they land.
pub(crate) enum Source {
    /// A row of the catalogue.
    Catalogue(Option<CatalogueRow>, Enrichment),
    /// Staged responses.
    Staged(Vec<Staged>, Enrichment),
}

impl Source {
    pub(super) fn requests(&self) -> Vec<LandedRequest> {
        match self {
            Self::Catalogue(row, _) => row.iter().map(|row| row.request.clone()).collect(),
            Self::Staged(staged, _) => staged.iter().map(|staged| staged.request.clone()).collect(),
        }
    }

    /// Writes the rows in key order. Only the responses of one group of drivers are in memory at a time.
    pub(super) fn write(&self, endpoint: Endpoint, writer: &mut FileWriter) -> Result<Tidied, ExtractError> {
        let damaged = |error: serde_json::Error| ZoneError::Damaged {
            path: endpoint.name().to_owned(),
            detail: error.to_string(),
            advice: "run again; it will be fetched again",
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
