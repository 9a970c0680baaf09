//! Ctrl-C and SIGTERM: the first asks to finish cleanly, the second ends at once.

use crate::exit_code::ExitCode;
use tokio_util::sync::CancellationToken;

/// A token that is cancelled by the first signal.
pub(crate) fn token() -> CancellationToken {
    let token = CancellationToken::new();
    let told = token.clone();
    tokio::spawn(async move {
        signal().await;
        anstream::eprintln!("stopping; what was fetched is kept. Press Ctrl-C again to end at once.");
        told.cancel();
        signal().await;
        std::process::exit(ExitCode::Interrupted as i32);
    });
    token
}

/// Waits for a signal to stop.
pub(crate) async fn signal() {
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
