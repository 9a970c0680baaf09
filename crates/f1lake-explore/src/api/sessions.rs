//! `/api/sessions`: the list of sessions as JSON, for the page and for scripts.

use super::body::streamed;
use super::query::run;
use crate::error::Failure;
use crate::shared::Handle;
use crate::tables::{Rows, TableFormat};
use axum::extract::State;
use axum::response::Response;
use futures::{StreamExt, stream};

pub(crate) async fn sessions(State(shared): Handle) -> Result<Response, Failure> {
    let sql = shared.views.get("sessions")?.fill(&[])?;
    let answer = run(&shared, &sql).await?;
    let batches = stream::iter(answer.batches.into_iter().map(Ok)).boxed();
    Ok(streamed(&shared, Rows { schema: answer.schema, batches }, TableFormat::Json))
}
