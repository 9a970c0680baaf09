//! A call of a function: the settings it was given, and how its work is watched and stopped.

use crate::drive::{Tell, drive};
use crate::raise::{done, raise};
use f1lake::config::{Given, Loaded, Names};
use f1lake::{Error, Event};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::path::PathBuf;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use tracing::Level;

/// A call, as the Python half describes it (`_call.Call`).
#[derive(FromPyObject)]
pub(crate) struct Call<'py> {
    /// Settings by keyword: text, numbers, booleans, and lists of these.
    settings: Bound<'py, PyDict>,
    /// What the step can be told besides settings.
    options: Bound<'py, PyDict>,
    config: Option<PathBuf>,
    progress: bool,
    /// The least important level that is heard.
    level: String,
    tell: Bound<'py, PyAny>,
    login: Option<Bound<'py, PyAny>>,
}

impl Call<'_> {
    /// The configuration with the settings of this call, and these settings alone.
    ///
    /// # Errors
    /// `UsageError`.
    pub(crate) fn configuration(&self, py: Python<'_>) -> PyResult<(Loaded, Given)> {
        let (loaded, given) = done(py, self.read())?;
        for note in loaded.notes.iter().filter(|_| self.progress) {
            self.tell.call1(("info", note))?;
        }
        Ok((loaded, given))
    }

    fn read(&self) -> Result<(Loaded, Given), Error> {
        let settings = self.settings.iter().map(|(name, value)| {
            let name = name.to_string();
            let value = pythonize::depythonize::<serde_json::Value>(&value);
            let value =
                value.map_err(|error| Error::Usage(format!("{name}: cannot be written as text: {error}")));
            Ok((name, value?))
        });
        let given = Given::keywords(settings.collect::<Result<Vec<_>, Error>>()?)?;
        Ok((Loaded::read(self.config.as_deref(), std::slice::from_ref(&given))?, given))
    }

    /// An option that is on or off; off when it is not given.
    ///
    /// # Errors
    /// `UsageError`.
    pub(crate) fn switch(&self, py: Python<'_>, name: &str) -> PyResult<bool> {
        let Some(value) = self.options.get_item(name)? else { return Ok(false) };
        value.extract().map_err(|_: PyErr| usage(py, &format!("{name}: expected true or false")))
    }

    /// An option that takes names; none when it is not given.
    ///
    /// # Errors
    /// `UsageError`.
    pub(crate) fn names(&self, py: Python<'_>, name: &str) -> PyResult<Vec<String>> {
        let Some(value) = self.options.get_item(name)? else { return Ok(Vec::new()) };
        let names = match value.extract::<String>() {
            Ok(text) => Ok(text.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>()),
            Err(_) => value.extract::<Vec<String>>(),
        };
        match names {
            Ok(names) if !names.is_empty() => Ok(names),
            _ => Err(usage(py, &format!("{name}: expected names of tables"))),
        }
    }

    /// Does work, with a listener for its events and a token by which it is stopped.
    ///
    /// # Errors
    /// The exception that interrupted it.
    pub(crate) fn run<T, W>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(Tell, CancellationToken) -> W + Send + 'static,
    ) -> PyResult<T>
    where
        T: Send + 'static,
        W: Future<Output = T>,
    {
        let (progress, level) = (self.progress, self.level());
        let driven = drive(py, &self.tell, self.login.as_ref(), Some(level), move |tell, cancel| {
            work(if progress { tell } else { Arc::new(|_: &str| {}) }, cancel)
        })?;
        driven.unless_interrupted()
    }

    fn level(&self) -> Level {
        match self.level.as_str() {
            _ if !self.progress => Level::ERROR,
            "debug" => Level::DEBUG,
            "info" => Level::INFO,
            _ => Level::WARN,
        }
    }
}

/// Passes on what happens in a step, line by line.
pub(crate) fn listener(tell: Tell) -> impl Fn(Event) + Send + Sync + 'static {
    move |event| event.told(Names::Keywords).lines().for_each(|line| tell(line))
}

/// Wrong usage.
pub(crate) fn usage(py: Python<'_>, problem: &str) -> PyErr {
    raise(py, f1lake::ExitCode::Usage, problem, None)
}
