//! Reports as dataclasses, and failures as exceptions.

use f1lake::{Error, ExitCode, Outcome};
use pyo3::prelude::*;
use pyo3::types::PyAny;
use serde::Serialize;

/// The exception for an exit code, with what was done nevertheless.
pub(crate) fn raise(py: Python<'_>, code: ExitCode, text: &str, report: Option<Bound<'_, PyAny>>) -> PyErr {
    let made = py
        .import("f1lake._errors")
        .and_then(|errors| errors.getattr("BY_CODE")?.get_item(code as u8)?.call1((text, report)));
    made.map_or_else(|error| error, PyErr::from_value)
}

/// A value, or the exception for what went wrong.
///
/// # Errors
/// That exception.
pub(crate) fn done<T>(py: Python<'_>, ended: Result<T, Error>) -> PyResult<T> {
    ended.map_err(|error| raise(py, (&error).into(), &error.told(), None))
}

/// The report of a step as a dataclass of `_reports`.
///
/// # Errors
/// The exception for how the step ended; it holds the report if there is one.
pub(crate) fn reported<'py>(
    py: Python<'py>,
    class: &str,
    ended: Result<impl Outcome + Serialize, Error>,
) -> PyResult<Bound<'py, PyAny>> {
    let report = done(py, ended)?;
    let record = pythonize::pythonize(py, &report)?;
    let dataclass = py.import("f1lake._reports")?.getattr(class)?.call_method1("_of", (record,))?;
    match report.exit_code() {
        ExitCode::Done => Ok(dataclass),
        code => Err(raise(py, code, &report.trouble(), Some(dataclass))),
    }
}
