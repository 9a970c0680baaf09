//! The native half of the Python package `f1lake`; `python/f1lake` is the public half.

mod drive;
mod rows;

use f1lake_cli::ExitCode;
use f1lake_cli::embed::{Call, Ended};
use pyo3::prelude::*;
use std::ffi::OsString;
use std::path::PathBuf;

/// Native half of the package.
#[pymodule(gil_used = false)]
mod _f1lake {
    #[pymodule_export]
    use super::rows::Rows;
    #[pymodule_export]
    use super::{call, main, query};
}

/// Parses a command that the Python half wrote as JSON.
fn read(request: &str) -> Result<(Call, tracing::Level), Ended> {
    let wrong = |error: String| Ended { code: ExitCode::Usage, printed: String::new(), error: Some(error) };
    let value: serde_json::Value = serde_json::from_str(request)
        .map_err(|error| wrong(format!("an argument cannot be written as text: {error}")))?;
    let text = |name: &str| value.get(name).and_then(serde_json::Value::as_str);
    let call = Call {
        command: text("command").unwrap_or_default().to_owned(),
        words: text("word").map(str::to_owned).into_iter().collect(),
        keywords: value.get("keywords").and_then(serde_json::Value::as_object).cloned().unwrap_or_default(),
        config: text("config").map(PathBuf::from),
        quiet: value.get("quiet").and_then(serde_json::Value::as_bool).unwrap_or_default(),
    };
    let level = match (call.quiet, text("level")) {
        (true, _) => tracing::Level::ERROR,
        (_, Some("debug")) => tracing::Level::DEBUG,
        (_, Some("info")) => tracing::Level::INFO,
        _ => tracing::Level::WARN,
    };
    Ok((call, level))
}

/// Runs a command; returns its exit code, its output and the cause of a failure.
#[pyfunction]
#[pyo3(signature = (request, tell, login=None))]
fn call(
    py: Python<'_>,
    request: &str,
    tell: &Bound<'_, PyAny>,
    login: Option<&Bound<'_, PyAny>>,
) -> PyResult<(u8, String, Option<String>)> {
    let ended = match read(request) {
        Err(ended) => ended,
        Ok((call, level)) => drive::drive(py, tell, login, Some(level), move |tell, cancel| {
            f1lake_cli::embed::call(call, tell, cancel)
        })?
        .unless_interrupted()?,
    };
    Ok((ended.code as u8, ended.printed, ended.error))
}

/// Runs a query; returns its exit code, its rows and the cause of a failure.
#[pyfunction]
#[pyo3(signature = (request, tell, login=None))]
fn query(
    py: Python<'_>,
    request: &str,
    tell: &Bound<'_, PyAny>,
    login: Option<&Bound<'_, PyAny>>,
) -> PyResult<(u8, Option<rows::Rows>, Option<String>)> {
    let result = match read(request) {
        Err(ended) => Err(ended),
        Ok((call, level)) => drive::drive(py, tell, login, Some(level), move |tell, cancel| {
            f1lake_cli::embed::query(call, tell, cancel)
        })?
        .unless_interrupted()?,
    };
    Ok(match result {
        Ok(found) => (ExitCode::Done as u8, Some(rows::Rows::from(found)), None),
        Err(ended) => (ended.code as u8, None, ended.error),
    })
}

/// Runs the program with these arguments, the first of which is its name; returns its exit code.
#[pyfunction]
#[pyo3(signature = (arguments, tell, login=None))]
fn main(
    py: Python<'_>,
    arguments: Vec<OsString>,
    tell: &Bound<'_, PyAny>,
    login: Option<&Bound<'_, PyAny>>,
) -> PyResult<u8> {
    let driven =
        drive::drive(py, tell, login, None, move |_, cancel| f1lake_cli::run(arguments, Some(cancel)))?;
    Ok(driven.ended as u8)
}
