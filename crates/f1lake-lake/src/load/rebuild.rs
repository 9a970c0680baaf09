//! Rebuilds every bronze table from the landing zone.

use super::{LakeState, fill, spec};
use crate::error::LakeError;
use crate::lake::Lake;
use crate::load::table_state::{GENERATION, Names, TableState, Told};
use crate::table_writer::{Marks, Scope, TableWriter};
use f1lake_bronze::{BronzeTable, Decoded, LoadStatus, SessionLoad, TableLoad, loaded, outcome, status_of};
use f1lake_zone::{Landing, Manifest};
use jiff::Timestamp;
use openf1_client::Endpoint;
use std::collections::{BTreeMap, BTreeSet};

/// Sessions with an unreadable landing file, and the cause.
type Failures = BTreeMap<i64, LakeError>;

/// Rebuilds every table, each in one commit; readers see the old one until then. The rows of a session with a
/// damaged landing file stay unchanged.
pub(super) async fn rebuild(
    lake: &Lake,
    landing: &Landing,
    manifests: &[Manifest],
    state: &mut LakeState,
) -> Result<Vec<SessionLoad>, LakeError> {
    let mut loads: BTreeMap<i64, Vec<TableLoad>> = BTreeMap::new();
    for table in Endpoint::ALL.iter().copied().map(BronzeTable::of) {
        let before = match state.tables.get(&table.name) {
            Some(Ok(before)) => before.clone(),
            // Reading it returns why it is unreadable.
            _ => TableState::read(lake, &table).await?,
        };
        let mut failures = Failures::new();
        let decoded = loop {
            match rebuild_table(lake, landing, manifests, &table, &before, &failures).await? {
                Ok(decoded) => break decoded,
                Err((session_key, error)) => failures.insert(session_key, error),
            };
        };
        let done = decoded.into_iter().map(|(key, decoded)| (key, loaded(table.name.clone(), decoded)));
        let failed = failures.into_iter().map(|(key, error)| (key, outcome(table.name.clone(), Err(error))));
        for (key, load) in done.chain(failed) {
            loads.entry(key).or_default().push(load);
        }
    }
    let sessions: Vec<SessionLoad> = manifests
        .iter()
        .map(|manifest| {
            let mut tables = loads.remove(&manifest.session_key).unwrap_or_default();
            tables.sort_by(|a, b| a.table.cmp(&b.table));
            SessionLoad {
                session_key: manifest.session_key,
                session: manifest.name.clone(),
                // All tables are written, including those that landed without rows.
                status: if status_of(&tables) == LoadStatus::Failed {
                    LoadStatus::Failed
                } else {
                    LoadStatus::Loaded
                },
                tables,
            }
        })
        .collect();
    let now = Timestamp::now();
    state.records.retain(|key| sessions.iter().any(|session| session.session_key == key));
    for (manifest, session) in manifests.iter().zip(&sessions) {
        if session.status == LoadStatus::Loaded {
            state.records.update(manifest, &session.tables, |_| None, now);
        }
    }
    state.records.write(lake, None).await?;
    Ok(sessions)
}

/// Rebuilds a table, except for sessions that failed already. Returns what was loaded, or the next session
/// with an unreadable landing file: nothing is committed then.
async fn rebuild_table(
    lake: &Lake,
    landing: &Landing,
    manifests: &[Manifest],
    table: &BronzeTable,
    before: &TableState,
    failures: &Failures,
) -> Result<Result<Vec<(i64, Decoded)>, (i64, LakeError)>, LakeError> {
    let stay: BTreeSet<i64> = failures.keys().copied().collect();
    let scope = if stay.is_empty() {
        Scope::All
    } else {
        Scope::AllBut { column: table.session_column.to_owned(), keys: stay.clone() }
    };
    let mut writer = TableWriter::open(lake, spec(table), &scope).await?;
    let generation = before.next_generation();
    let mut marks = Marks::default();
    marks.properties.insert(GENERATION.to_owned(), generation.to_string());
    for key in &stay {
        let told = before.told(*key).map(|told| told.transactions(Names::of(generation, *key)));
        marks.transactions.extend(told.into_iter().flatten());
    }
    let mut done = Vec::new();
    for manifest in manifests.iter().filter(|manifest| !stay.contains(&manifest.session_key)) {
        let Some(landed) = manifest.endpoints.get(&table.endpoint) else { continue };
        let decoded = match landing.read(landed).await {
            Ok(rows) => fill(lake, &mut writer, manifest, table, landed, rows).await,
            Err(error) => Err(error.into()),
        };
        let decoded = match decoded {
            Ok(decoded) => decoded,
            Err(error @ LakeError::Bronze(_)) => {
                return Ok(Err((manifest.session_key, error)));
            }
            Err(error) => return Err(error),
        };
        writer.close_partitions().await?;
        let names = Names::of(generation, manifest.session_key);
        marks.transactions.extend(Told::new(landed, decoded.rows).transactions(names));
        done.push((manifest.session_key, decoded));
    }
    writer.commit(&scope, marks).await?;
    Ok(Ok(done))
}
