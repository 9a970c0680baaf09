//! Runs work on its own threads while the calling Python thread waits without the interpreter lock, passes on
//! messages, and listens for Ctrl-C.

use f1lake::runtime::{Grant, Runtime};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tracing::Level;
use tracing::dispatcher::{DefaultGuard, Dispatch};

/// Interval of checks for Ctrl-C.
const PATIENCE: Duration = Duration::from_millis(50);
const STOPPING: &str = "stopping; finished work is kept. Interrupt again to exit at once.";

/// Receives messages of running work, line by line; never blocks.
pub(crate) type Tell = Arc<dyn Fn(&str) + Send + Sync>;

enum Message<T> {
    Told(Level, String),
    /// The work needs the login of this notebook or job. Its runtime knows only the calling thread.
    Login(Sender<Result<Grant, String>>),
    Ended(Option<T>),
    CannotStart(std::io::Error),
}

/// Completed work, possibly because it was asked to stop.
pub(crate) struct Driven<T> {
    pub(crate) ended: T,
    interrupted: Option<PyErr>,
}

impl<T> Driven<T> {
    /// The result.
    ///
    /// # Errors
    /// The exception that interrupted it.
    pub(crate) fn unless_interrupted(self) -> PyResult<T> {
        match self.interrupted {
            None => Ok(self.ended),
            Some(error) => Err(error),
        }
    }
}

/// Asks the calling thread for a login.
struct Asking<T>(Sender<Message<T>>);

impl<T> std::fmt::Debug for Asking<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Asking")
    }
}

impl<T: Send> Runtime for Asking<T> {
    fn grant(&self) -> Result<Grant, String> {
        let gone = || "there is no caller to ask".to_owned();
        let (reply, granted) = channel();
        self.0.send(Message::Login(reply)).map_err(|_| gone())?;
        granted.recv().map_err(|_| gone())?
    }
}

/// Host and token from the calling program.
fn granted(py: Python<'_>, login: &Bound<'_, PyAny>) -> Result<Grant, String> {
    let answer = login.call0().and_then(|answer| answer.extract::<(String, String)>());
    let (host, token) = answer.map_err(|error| error.value(py).to_string())?;
    Ok(Grant::new(host, token))
}

/// Runs `work`. `login` returns host and token of the notebook or job in which this runs, if any. The first
/// exception in the calling thread (Ctrl-C, or raised by `tell`) asks the work to stop; the second abandons
/// it.
///
/// # Errors
/// The exception, when the work was abandoned.
pub(crate) fn drive<T, F, W>(
    py: Python<'_>,
    tell: &Bound<'_, PyAny>,
    login: Option<&Bound<'_, PyAny>>,
    level: Option<Level>,
    work: F,
) -> PyResult<Driven<T>>
where
    T: Send + 'static,
    F: FnOnce(Tell, CancellationToken) -> W + Send + 'static,
    W: Future<Output = T>,
{
    let (sender, mut receiver) = channel();
    let cancel = CancellationToken::new();
    let give_up = CancellationToken::new();
    let (asked, given_up) = (cancel.clone(), give_up.clone());
    let runtime = login.map(|_| Arc::new(Asking(sender.clone())) as Arc<dyn Runtime>);
    std::thread::Builder::new()
        .name("f1lake".to_owned())
        .spawn(move || {
            let ended = run(&sender, level, given_up, |tell| {
                f1lake::runtime::with_runtime(runtime, work(tell, asked))
            });
            // After the caller has given up, there is no receiver.
            let _ = sender.send(ended);
        })
        .map_err(|error| PyRuntimeError::new_err(format!("cannot start: {error}")))?;
    let mut interrupted: Option<PyErr> = None;
    loop {
        let waiting = &mut receiver;
        let received = py.detach(move || waiting.recv_timeout(PATIENCE));
        let heard = match received {
            Ok(Message::Ended(Some(ended))) => return Ok(Driven { ended, interrupted }),
            Ok(Message::CannotStart(error)) => {
                return Err(PyRuntimeError::new_err(format!("cannot start: {error}")));
            }
            Ok(Message::Told(level, text)) => {
                tell.call1((level.as_str().to_lowercase(), text)).map(drop).and_then(|()| py.check_signals())
            }
            Ok(Message::Login(reply)) => {
                let granted =
                    login.map_or_else(|| Err("there is no runtime".to_owned()), |login| granted(py, login));
                // The requester may have been abandoned meanwhile.
                let _ = reply.send(granted);
                py.check_signals()
            }
            Err(RecvTimeoutError::Timeout) => py.check_signals(),
            Ok(Message::Ended(None)) | Err(RecvTimeoutError::Disconnected) => {
                return Err(PyRuntimeError::new_err("the work stopped unexpectedly; report this as a bug"));
            }
        };
        if let Err(error) = heard {
            if interrupted.is_some() {
                give_up.cancel();
                return Err(error);
            }
            cancel.cancel();
            interrupted = Some(error);
            // A logger that cannot receive this has raised already.
            let _ = tell.call1(("info", STOPPING));
        }
    }
}

fn run<T, F, W>(
    sender: &Sender<Message<T>>,
    level: Option<Level>,
    give_up: CancellationToken,
    work: F,
) -> Message<T>
where
    T: Send + 'static,
    F: FnOnce(Tell) -> W,
    W: Future<Output = T>,
{
    let logs = level.map(|level| logs(sender.clone(), level));
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all();
    if let Some(logs) = logs.clone() {
        builder.on_thread_start(move || keep(&logs));
    }
    let runtime = match builder.build() {
        Ok(runtime) => runtime,
        Err(error) => return Message::CannotStart(error),
    };
    let _logging = logs.as_ref().map(tracing::dispatcher::set_default);
    let lines = sender.clone();
    let tell: Tell = Arc::new(move |line: &str| {
        let _ = lines.send(Message::Told(Level::INFO, line.to_owned()));
    });
    let ended = runtime.block_on(async {
        tokio::select! {
            ended = work(tell) => Some(ended),
            () = give_up.cancelled() => None,
        }
    });
    // Abandoned work must not keep the caller waiting.
    runtime.shutdown_background();
    Message::Ended(ended)
}

/// Sends the logs of this thread to where the others of its runtime go.
fn keep(logs: &Dispatch) {
    thread_local! {
        static GUARD: RefCell<Option<DefaultGuard>> = const { RefCell::new(None) };
    }
    let guard = tracing::dispatcher::set_default(logs);
    GUARD.with(|kept| *kept.borrow_mut() = Some(guard));
}

/// Logs of one call, so that concurrent calls do not mix theirs.
fn logs<T: Send + 'static>(sender: Sender<Message<T>>, level: Level) -> Dispatch {
    use tracing_subscriber::EnvFilter;
    let others = if level == Level::ERROR { "error" } else { "warn" };
    // A name stands for all crates whose names begin with it.
    let filter = EnvFilter::new(format!("{others},f1lake={level},openf1={level}"));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_level(false)
        .with_target(false)
        .without_time()
        .with_writer(Lines { sender })
        .finish();
    Dispatch::new(subscriber)
}

struct Lines<T> {
    sender: Sender<Message<T>>,
}

struct Line<T> {
    sender: Sender<Message<T>>,
    level: Level,
}

impl<'a, T: 'static> tracing_subscriber::fmt::MakeWriter<'a> for Lines<T> {
    type Writer = Line<T>;

    fn make_writer(&'a self) -> Line<T> {
        Line { sender: self.sender.clone(), level: Level::INFO }
    }

    fn make_writer_for(&'a self, about: &tracing::Metadata<'_>) -> Line<T> {
        Line { sender: self.sender.clone(), level: *about.level() }
    }
}

impl<T> std::io::Write for Line<T> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(buffer).trim_end().to_owned();
        let _ = self.sender.send(Message::Told(self.level, text));
        Ok(buffer.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
