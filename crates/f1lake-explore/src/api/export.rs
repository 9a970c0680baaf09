//! `/api/export`: all rows of a query as a file, written while they arrive.

use super::body::{streamed, streamed_arrow};
use super::parameters::not_json;
use crate::error::Failure;
use crate::shared::Handle;
use crate::tables::TableFormat;
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::header::{CONTENT_DISPOSITION, HeaderValue};
use axum::response::Response;
use serde::Deserialize;

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FileFormat {
    Csv,
    Parquet,
    Json,
    Arrow,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportRequest {
    sql: String,
    format: FileFormat,
}

pub(crate) async fn export(
    State(shared): Handle,
    request: Result<Json<ExportRequest>, JsonRejection>,
) -> Result<Response, Failure> {
    let Json(request) = request.map_err(|rejection| not_json(&rejection))?;
    let rows = shared.tables.query(&request.sql).await?;
    let (mut response, name) = match request.format {
        FileFormat::Csv => (streamed(&shared, rows, TableFormat::Csv), "query.csv"),
        FileFormat::Parquet => (streamed(&shared, rows, TableFormat::Parquet), "query.parquet"),
        FileFormat::Json => (streamed(&shared, rows, TableFormat::Json), "query.json"),
        FileFormat::Arrow => (streamed_arrow(rows), "query.arrow"),
    };
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename={name}")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
