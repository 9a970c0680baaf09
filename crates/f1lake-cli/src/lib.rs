//! The program `f1lake`: its command line.

#![cfg_attr(not(test), deny(clippy::disallowed_methods))]

#[cfg(not(any(feature = "lake", feature = "databricks")))]
compile_error!("the program needs the feature `lake` or `databricks`, or both");

pub mod cli;
mod commands;
mod error;
mod interrupt;
mod logging;
mod output;
mod progress;
mod usage_error;

pub use error::Error;
pub use f1lake::ExitCode;
pub use logging::LogFormat;
pub use output::OutputFormat;

use clap::error::ErrorKind;
use std::ffi::OsString;
use tokio_util::sync::CancellationToken;

/// Runs the program with these arguments, the first of which is its name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> std::process::ExitCode {
    quieten_caught_panic();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::tell(&format!("error: cannot start: {error}"));
            return ExitCode::Failed.into();
        }
    };
    let code = runtime.block_on(run(args, None));
    // Abandoned work must not keep the program alive.
    runtime.shutdown_background();
    code.into()
}

/// Runs the program in an existing runtime. A given token replaces the signals of the system.
pub async fn run(args: impl IntoIterator<Item = OsString>, cancel: Option<CancellationToken>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match cli::Cli::parse_from_words(&args) {
        Ok(cli) => cli,
        Err(error) => {
            let help = matches!(
                error.kind(),
                ErrorKind::DisplayHelp
                    | ErrorKind::DisplayVersion
                    | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            );
            if help {
                // The terminal may be closed; help is lost then.
                let _ = error.print();
            } else {
                output::tell(&usage_error::told(&error, &args));
            }
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if asked { ExitCode::Done } else { ExitCode::Usage };
        }
    };
    match interrupt::scope(cancel, commands::run(cli)).await {
        Ok(code) => code,
        Err(error) => {
            output::tell(&format!("error: {}", error.told()));
            error.exit_code()
        }
    }
}

/// When a table's file cannot be completed, deltalake tries to abort it and catches the panic by which
/// object_store reports that it is too late; the underlying write error is still reported. All other panics
/// print normally.
fn quieten_caught_panic() {
    let shown = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let place = panic.location().map_or("", |location| location.file());
        let caught = panic.payload_as_str() == Some("Already shut down")
            && place.contains("object_store")
            && place.ends_with("buffered.rs");
        if !caught {
            shown(panic);
        }
    }));
}
