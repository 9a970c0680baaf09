//! A step that has not begun yet.

use crate::error::Error;
use crate::event::{Event, Listener};
use std::pin::Pin;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// A step at work.
pub(crate) type Working<'a, R> = Pin<Box<dyn Future<Output = Result<R, Error>> + Send + 'a>>;

/// Who watches and stops a step.
#[derive(Clone)]
pub(crate) struct Watch {
    pub(crate) listener: Listener,
    pub(crate) cancel: CancellationToken,
}

impl Watch {
    pub(crate) fn tell(&self, event: Event) {
        (self.listener)(event);
    }
}

/// A step of a [`Pipeline`](crate::Pipeline) that begins when it is awaited, and returns its report.
///
/// ```no_run
/// # async fn run(pipeline: f1lake::Pipeline) -> Result<(), f1lake::Error> {
/// use f1lake::{Event, Selection};
/// use tokio_util::sync::CancellationToken;
///
/// let cancel = CancellationToken::new();
/// let report = pipeline
///     .run(Selection::year(2024).countries(["ITA"]))
///     .on_event(|event| {
///         if let Event::Loaded(session) = event {
///             println!("{}", session.session);
///         }
///     })
///     .cancel_with(cancel.clone())
///     .await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "it begins when it is awaited"]
pub struct Task<'a, S, R> {
    pub(crate) step: S,
    watch: Watch,
    work: Box<dyn FnOnce(S, Watch) -> Working<'a, R> + Send + 'a>,
}

impl<S: std::fmt::Debug, R> std::fmt::Debug for Task<'_, S, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task").field("step", &self.step).finish_non_exhaustive()
    }
}

impl<'a, S, R> Task<'a, S, R> {
    pub(crate) fn new(step: S, work: impl FnOnce(S, Watch) -> Working<'a, R> + Send + 'a) -> Self {
        let watch = Watch { listener: Arc::new(|_| {}), cancel: CancellationToken::new() };
        Self { step, watch, work: Box::new(work) }
    }

    /// Calls `listener` with each event. It must not block.
    pub fn on_event(mut self, listener: impl Fn(Event) + Send + Sync + 'static) -> Self {
        self.watch.listener = Arc::new(listener);
        self
    }

    /// Stops cleanly when `token` is cancelled: what is landed or committed by then stays, and the next call resumes.
    pub fn cancel_with(mut self, token: CancellationToken) -> Self {
        self.watch.cancel = token;
        self
    }
}

impl<'a, S, R> IntoFuture for Task<'a, S, R> {
    type Output = Result<R, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<R, Error>> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        (self.work)(self.step, self.watch)
    }
}
