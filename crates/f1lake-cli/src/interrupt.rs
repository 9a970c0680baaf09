//! Ctrl-C and SIGTERM: the first asks to finish cleanly, the second ends at once. A calling program may pass
//! a token instead.

use crate::error::Error;
use f1lake::ExitCode;
use std::sync::{Arc, OnceLock};
use tokio_util::sync::CancellationToken;

/// How a command is stopped.
#[derive(Debug, Default)]
struct Stop {
    /// Token of the calling program; without one, signals count.
    given: Option<CancellationToken>,
    /// One token for all steps of the command, created on demand.
    token: OnceLock<CancellationToken>,
}

tokio::task_local! {
    static STOP: Arc<Stop>;
}

/// Runs a command that stops by this token; without one, by signals. Commands that never request the token
/// are simply dropped on cancellation.
pub(crate) async fn scope(
    cancel: Option<CancellationToken>,
    command: impl Future<Output = Result<ExitCode, Error>>,
) -> Result<ExitCode, Error> {
    let stop = Arc::new(Stop { given: cancel.clone(), ..Stop::default() });
    let unheard = async {
        if let Some(cancel) = cancel {
            cancel.cancelled().await;
            if stop.token.get().is_none() {
                return;
            }
        }
        std::future::pending().await
    };
    tokio::select! {
        result = STOP.scope(Arc::clone(&stop), command) => result,
        () = unheard => Ok(ExitCode::Interrupted),
    }
}

/// The token that the first signal cancels; one for all steps of a command.
pub(crate) fn token() -> CancellationToken {
    STOP.try_with(|stop| stop.token.get_or_init(|| stop.given.clone().unwrap_or_else(listening)).clone())
        .unwrap_or_else(|_| listening())
}

fn listening() -> CancellationToken {
    let told = CancellationToken::new();
    let token = told.clone();
    tokio::spawn(async move {
        signal_of_the_system().await;
        crate::output::tell("stopping; finished work is kept. Press Ctrl-C again to exit at once.");
        told.cancel();
        signal_of_the_system().await;
        std::process::exit(ExitCode::Interrupted as i32);
    });
    token
}

/// Waits for a signal to stop.
#[cfg(feature = "lake")]
pub(crate) async fn signal() {
    match STOP.try_with(|stop| stop.given.is_some()) {
        Ok(true) => token().cancelled().await,
        _ => signal_of_the_system().await,
    }
}

async fn signal_of_the_system() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut stream) => {
                stream.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
