//! `/api/tables`: tables and columns with their descriptions, for completion.

use crate::error::Failure;
use crate::shared::Handle;
use crate::tables::TableNotes;
use axum::Json;
use axum::extract::State;

pub(crate) async fn catalogue(State(shared): Handle) -> Result<Json<Vec<TableNotes>>, Failure> {
    shared.tables.catalogue().await.map(Json)
}
