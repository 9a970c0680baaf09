//! Logs on standard error, which they share with the progress bars.

use clap::ValueEnum;
use indicatif::MultiProgress;
use std::io::Write;
use tracing_subscriber::EnvFilter;

/// Format of logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    /// Human-readable text.
    #[default]
    Text,
    /// One JSON object per line, including progress.
    Json,
}

/// Writes whole lines above the progress bars.
#[derive(Debug, Clone)]
struct AboveBars(MultiProgress);

impl Write for AboveBars {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        // Ignore errors: logs without a reader must not stop the program.
        let _ = self.0.suspend(|| std::io::stderr().write_all(buffer));
        Ok(buffer.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}

/// Starts logging. `RUST_LOG` overrides the level that the flags choose.
pub(crate) fn start(verbose: u8, quiet: bool, format: LogFormat, bars: &MultiProgress) {
    let level = match (quiet, verbose, format) {
        (true, ..) => "error",
        (_, 0, LogFormat::Text) => "warn",
        (_, 0 | 1, _) => "info",
        (_, 2, _) => "debug",
        _ => "trace",
    };
    let chosen = if verbose > 2 {
        level.to_owned()
    } else {
        // Their logs repeat what the errors say, and conflicts of commits are retried.
        let theirs = if verbose == 0 {
            ",deltalake_core=off,buoyant_kernel=off,buoyant_kernel_engine=off"
        } else {
            ""
        };
        // A name stands for all crates whose names begin with it.
        format!("warn{theirs},f1lake={level},openf1={level}")
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(chosen));
    let bars = AboveBars(bars.clone());
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(
            std::env::var_os("NO_COLOR").is_none() && std::io::IsTerminal::is_terminal(&std::io::stderr()),
        )
        .with_writer(move || bars.clone());
    // A program that embeds us may log already; its subscriber then stays.
    let _ = match format {
        // Without a time, like the lines of progress around them.
        LogFormat::Text if verbose == 0 => builder.with_target(false).without_time().try_init(),
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}
