//! `/api/sql`: a query of the user, within limits.

use super::body::streamed;
use super::parameters::not_json;
use super::query::{Cut, run};
use crate::error::Failure;
use crate::ipc;
use crate::shared::Handle;
use crate::tables::{Rows, TableFormat};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, HeaderName, HeaderValue};
use axum::response::Response;
use futures::{StreamExt, stream};
use serde::Deserialize;

const TRUNCATED: HeaderName = HeaderName::from_static("x-f1lake-truncated");
const ELAPSED: HeaderName = HeaderName::from_static("x-f1lake-elapsed");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SqlRequest {
    sql: String,
}

pub(crate) async fn sql(
    State(shared): Handle,
    headers: HeaderMap,
    request: Result<Json<SqlRequest>, JsonRejection>,
) -> Result<Response, Failure> {
    let Json(request) = request.map_err(|rejection| not_json(&rejection))?;
    let answer = run(&shared, &request.sql).await?;
    let (cut, elapsed) = (answer.cut, answer.elapsed);
    let wants_json = headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accepted| accepted.split([',', ';']).any(|kind| kind.trim() == "application/json"));
    let mut response = if wants_json {
        let batches = stream::iter(answer.batches.into_iter().map(Ok)).boxed();
        streamed(&shared, Rows { schema: answer.schema, batches }, TableFormat::Json)
    } else {
        ipc::response(ipc::encode(&answer.schema, &answer.batches)?)
    };
    let notes = response.headers_mut();
    if let Some(cut) = cut {
        let by = if cut == Cut::Rows { "rows" } else { "bytes" };
        notes.insert(TRUNCATED, HeaderValue::from_static(by));
    }
    notes.insert(ELAPSED, HeaderValue::from(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)));
    Ok(response)
}
