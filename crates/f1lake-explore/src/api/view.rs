//! `/api/view/NAME`: the rows of a panel, and the query that they come from.

use super::parameters::parameters;
use super::query::run;
use crate::error::Failure;
use crate::ipc;
use crate::shared::Handle;
use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::Response;

pub(crate) async fn view(
    State(shared): Handle,
    Path(name): Path<String>,
    uri: Uri,
) -> Result<Response, Failure> {
    let sql = shared.views.get(&name)?.fill(&parameters(&uri))?;
    let answer = run(&shared, &sql).await?;
    Ok(ipc::response(ipc::encode(&answer.schema, &answer.batches)?))
}

pub(crate) async fn view_sql(
    State(shared): Handle,
    Path(name): Path<String>,
    uri: Uri,
) -> Result<String, Failure> {
    shared.views.get(&name)?.fill(&parameters(&uri))
}
