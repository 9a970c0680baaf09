//! Recorded rows, served as recorded.

use crate::SimError;
use crate::clock;
use crate::endpoint::Endpoint;
use crate::query::Query;
use crate::row::{Row, Tables};
use flate2::read::GzDecoder;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// Rows of a folder, by endpoint and session, in file order.
#[derive(Debug)]
pub(crate) struct Replay {
    tables: HashMap<Endpoint, BTreeMap<Option<i64>, Arc<Vec<Row>>>>,
}

impl Replay {
    /// Reads every `<endpoint>.json[.gz]` of a folder. Endpoints without a file have no rows.
    pub(crate) fn open(folder: &Path) -> Result<Self, SimError> {
        let fail = |path: &Path, reason: String| SimError::Replay { path: path.to_owned(), reason };
        if !folder.is_dir() {
            return Err(fail(folder, "the folder does not exist".to_owned()));
        }
        let mut tables = HashMap::new();
        for endpoint in Endpoint::ALL {
            for ending in ["json", "json.gz"] {
                let path = folder.join(format!("{}.{ending}", endpoint.name()));
                if !path.is_file() {
                    continue;
                }
                let bytes = std::fs::read(&path).map_err(|e| fail(&path, e.to_string()))?;
                let text = if ending == "json" {
                    String::from_utf8(bytes).map_err(|e| fail(&path, e.to_string()))?
                } else {
                    let mut text = String::new();
                    GzDecoder::new(bytes.as_slice())
                        .read_to_string(&mut text)
                        .map_err(|e| fail(&path, e.to_string()))?;
                    text
                };
                let objects: Vec<&RawValue> =
                    serde_json::from_str(&text).map_err(|e| fail(&path, e.to_string()))?;
                let mut table: BTreeMap<Option<i64>, Vec<Row>> = BTreeMap::new();
                for (i, object) in objects.into_iter().enumerate() {
                    let row = Row::recorded(object.get())
                        .ok_or_else(|| fail(&path, format!("item {i} is not an object")))?;
                    table.entry(row.int("session_key")).or_default().push(row);
                }
                tables.insert(endpoint, table.into_iter().map(|(k, v)| (k, Arc::new(v))).collect());
                break;
            }
        }
        if tables.is_empty() {
            return Err(fail(folder, "it contains no ENDPOINT.json or ENDPOINT.json.gz".to_owned()));
        }
        Ok(Self { tables })
    }

    /// The tables that may hold rows for a query.
    pub(crate) fn tables(&self, endpoint: Endpoint, query: &Query) -> Tables {
        let Some(table) = self.tables.get(&endpoint) else {
            return Vec::new();
        };
        table
            .iter()
            .filter(|(key, _)| match key {
                Some(key) => query.allows("session_key", *key),
                None => query.field("session_key").is_none(),
            })
            .map(|(key, rows)| (*key, Arc::clone(rows)))
            .collect()
    }

    /// (meeting_key, session_key) of the newest session that has begun and is not cancelled.
    pub(crate) fn latest(&self, now_ms: i64) -> Option<(i64, i64)> {
        self.tables
            .get(&Endpoint::Sessions)?
            .values()
            .flat_map(|rows| rows.iter())
            .filter(|r| r.fields.get("is_cancelled").and_then(|v| v.as_bool()) != Some(true))
            .filter_map(|r| {
                let start = clock::parse(r.fields.get("date_start")?.as_str()?)?.ms;
                (start <= now_ms + clock::MINUTE).then_some((
                    start,
                    r.int("meeting_key")?,
                    r.int("session_key")?,
                ))
            })
            .max()
            .map(|(_, meeting, session)| (meeting, session))
    }
}
