//! What builds and tests depend on: when sessions were loaded, and what tables hold.

use crate::error::LakeError;
use crate::lake::Lake;
use crate::query::Query;
use f1lake_bronze::{BRONZE, LOADS};
use f1lake_zone::files::hex;
use serde::Deserialize;
use sha2::Digest;
use std::collections::BTreeMap;

/// Table property: digest of the model that built the table.
pub(crate) const MODEL: &str = "f1lake.model";
/// Table property: the sessions in the table and the load that each was built from.
pub(crate) const SESSIONS: &str = "f1lake.sessions";
/// Table property: versions of the tables that the table was built from.
pub(crate) const INPUTS: &str = "f1lake.inputs";

#[derive(Deserialize)]
struct Load {
    session_key: i64,
    loaded_at: i64,
}

/// When each session was last loaded, microseconds since 1970.
pub(crate) async fn loads(lake: &Lake) -> Result<BTreeMap<i64, i64>, LakeError> {
    if lake.table(&format!("{BRONZE}.{LOADS}"), None).await?.is_none() {
        return Err(LakeError::Location {
            location: lake.describe(),
            detail: "nothing is loaded yet; run `f1lake load` first".to_owned(),
        });
    }
    let sql = format!(
        "select session_key, cast(max(loaded_at) as bigint) as loaded_at from {BRONZE}.{LOADS} group by session_key"
    );
    let loads = Query::open(lake, None).await?.rows::<Load>(&sql).await?;
    Ok(loads.into_iter().map(|load| (load.session_key, load.loaded_at)).collect())
}

/// Digest of a table's contents, without reading rows: it changes when any row may have changed. `None` when
/// the table does not exist.
pub(crate) async fn contents(lake: &Lake, table: &str) -> Result<Option<String>, LakeError> {
    let Some(opened) = lake.table(table, None).await? else { return Ok(None) };
    let state = opened.snapshot().map_err(LakeError::table(table, "cannot read its log"))?;
    let properties = state.metadata().configuration();
    let Some(model) = properties.get(MODEL) else { return Ok(Some(format!("version {}", state.version()))) };
    // `maintain` writes versions that change no row.
    let mut hash = sha2::Sha256::new();
    hash.update(model);
    for name in [SESSIONS, INPUTS] {
        hash.update([0]);
        hash.update(properties.get(name).map_or("", String::as_str));
    }
    Ok(Some(hex(&hash.finalize())))
}
