//! The process that runs a command inside it, instead of a terminal.

use f1lake::config::Given;
use std::sync::{Arc, Mutex, PoisonError};

/// Receives messages of a running command, line by line; never blocks.
pub type Tell = Arc<dyn Fn(&str) + Send + Sync>;

/// The process that runs a command instead of a terminal.
pub(crate) struct Host {
    settings: Given,
    tell: Tell,
    printed: Mutex<String>,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").finish_non_exhaustive()
    }
}

tokio::task_local! {
    static HOST: Arc<Host>;
}

impl Host {
    pub(crate) fn new(settings: Given, tell: Tell) -> Arc<Self> {
        Arc::new(Self { settings, tell, printed: Mutex::default() })
    }

    /// Runs a command for this host.
    pub(crate) async fn scope<T>(self: &Arc<Self>, command: impl Future<Output = T>) -> T {
        HOST.scope(Arc::clone(self), command).await
    }

    /// Takes what was printed.
    pub(crate) fn take_printed(&self) -> String {
        std::mem::take(&mut *self.printed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The host of the current command; `None` on the command line.
    pub(crate) fn current() -> Option<Arc<Self>> {
        HOST.try_with(Arc::clone).ok()
    }

    /// Settings passed as keywords.
    pub(crate) fn settings(&self) -> Given {
        self.settings.clone()
    }

    pub(crate) fn tell(&self, line: &str) {
        (self.tell)(line);
    }

    pub(crate) fn print(&self, text: &str) {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
    }
}
