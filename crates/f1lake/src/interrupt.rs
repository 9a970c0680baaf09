//! Ctrl-C and SIGTERM: the first asks to finish cleanly, the second ends at once.

use crate::exit_code::ExitCode;
use std::sync::OnceLock;
use tokio_util::sync::CancellationToken;

/// The token that is cancelled by the first signal; one for all steps of a command.
pub(crate) fn token() -> CancellationToken {
    static TOKEN: OnceLock<CancellationToken> = OnceLock::new();
    let token = TOKEN.get_or_init(|| {
        let told = CancellationToken::new();
        let token = told.clone();
        tokio::spawn(async move {
            signal().await;
            anstream::eprintln!("stopping; what is done is kept. Press Ctrl-C again to end at once.");
            told.cancel();
            signal().await;
            std::process::exit(ExitCode::Interrupted as i32);
        });
        token
    });
    token.clone()
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
