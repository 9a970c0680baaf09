//! `/api/lake`: how far the lake is, and whether it changed.

use crate::error::Failure;
use crate::shared::Handle;
use crate::tables::LakeState;
use axum::Json;
use axum::extract::State;
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct LakeNotes {
    state: LakeState,
    place: String,
    version: String,
    /// Changes whenever a table does.
    revision: String,
    generated: bool,
}

pub(crate) async fn lake(State(shared): Handle) -> Result<Json<LakeNotes>, Failure> {
    Ok(Json(LakeNotes {
        state: shared.tables.state().await?,
        place: shared.tables.place(),
        version: shared.version.clone(),
        revision: shared.tables.revision().await?,
        generated: shared.tables.is_generated(),
    }))
}
