//! The native half of the Python package `f1lake`; `python/f1lake` is the public half.

mod call;
mod drive;
mod raise;
mod rows;

use call::{Call, listener, usage};
use f1lake::volume_name::volume;
use f1lake::{Error, Pipeline, parse_as_of};
use pyo3::prelude::*;
use raise::{done, reported};
use std::ffi::OsString;

/// Native half of the package.
#[pymodule(gil_used = false)]
mod _f1lake {
    #[pymodule_export]
    use super::rows::Rows;
    #[pymodule_export]
    use super::{build, extract, load, main, query, sessions};
}

/// Fetches sessions into the landing zone, which must be a volume if `in_volume`.
#[pyfunction]
#[pyo3(signature = (call, in_volume=false))]
fn extract<'py>(py: Python<'py>, call: Call<'py>, in_volume: bool) -> PyResult<Bound<'py, PyAny>> {
    let [refresh, accept_shrink, wait] =
        [call.switch(py, "refresh")?, call.switch(py, "accept_shrink")?, call.switch(py, "wait")?];
    let (loaded, _) = call.configuration(py)?;
    if in_volume && !volume(&loaded.config).is_some_and(|volume| volume.starts_with("/Volumes/")) {
        return Err(usage(py, "no volume is set\nhint: pass volume=... or set landing_volume_path"));
    }
    done(py, loaded.check_selection())?;
    let ended = call.run(py, move |tell, cancel| async move {
        let pipeline = Pipeline::of(loaded);
        let task =
            pipeline.extract(pipeline.config().selection()).refresh(refresh).accept_shrink(accept_shrink);
        task.wait(wait).on_event(listener(tell)).cancel_with(cancel).await
    })?;
    reported(py, "ExtractReport", ended)
}

/// Loads landed sessions into bronze tables.
#[pyfunction]
fn load<'py>(py: Python<'py>, call: Call<'py>) -> PyResult<Bound<'py, PyAny>> {
    let rebuild = call.switch(py, "rebuild")?;
    let (loaded, given) = call.configuration(py)?;
    // Configured keys choose sessions to extract.
    let keys = given.get("session_keys").map(|_| loaded.config.session_keys.clone()).unwrap_or_default();
    if rebuild && !keys.is_empty() {
        return Err(usage(py, "rebuild cannot be used with session_keys\nhint: remove one of them"));
    }
    let ended = call.run(py, move |tell, cancel| async move {
        let pipeline = Pipeline::of(loaded);
        pipeline.load().sessions(keys).rebuild(rebuild).on_event(listener(tell)).cancel_with(cancel).await
    })?;
    reported(py, "LoadReport", ended)
}

/// Builds silver and gold tables.
#[pyfunction]
fn build<'py>(py: Python<'py>, call: Call<'py>) -> PyResult<Bound<'py, PyAny>> {
    let models = call.names(py, "models")?;
    let [full_refresh, tests, wait] =
        [call.switch(py, "full_refresh")?, call.switch(py, "tests")?, call.switch(py, "wait")?];
    let (loaded, _) = call.configuration(py)?;
    let ended = call.run(py, move |tell, cancel| async move {
        let pipeline = Pipeline::of(loaded);
        let task = pipeline.build().models(models).full_refresh(full_refresh).tests(tests).wait(wait);
        task.on_event(listener(tell)).cancel_with(cancel).await
    })?;
    reported(py, "BuildReport", ended)
}

/// Rows of a query.
#[pyfunction]
fn query(py: Python<'_>, call: Call<'_>, sql: String, as_of: Option<String>) -> PyResult<rows::Rows> {
    let as_of = as_of
        .map(|text| parse_as_of(&text).map_err(|expected| usage(py, &format!("as_of {text}: {expected}"))));
    let as_of = as_of.transpose()?;
    let (loaded, _) = call.configuration(py)?;
    let ended = call.run(py, move |_, cancel| async move {
        Pipeline::of(loaded).query(sql).as_of(as_of).cancel_with(cancel).await
    })?;
    Ok(done(py, ended)?.into())
}

/// The selected sessions, as a list of dictionaries.
#[pyfunction]
fn sessions<'py>(py: Python<'py>, call: Call<'py>) -> PyResult<Bound<'py, PyAny>> {
    let (loaded, _) = call.configuration(py)?;
    done(py, loaded.check_selection())?;
    let ended = call.run(py, move |tell, cancel| async move {
        let pipeline = Pipeline::of(loaded);
        let selected = tokio::select! {
            selected = pipeline.sessions(pipeline.config().selection()) => selected?,
            () = cancel.cancelled() => return Err(f1lake::extract::ExtractError::Interrupted.into()),
        };
        if let Some(text) = selected.not_yet() {
            tell(&text);
        }
        Ok::<_, Error>(selected.sessions)
    })?;
    Ok(pythonize::pythonize(py, &done(py, ended)?)?)
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
