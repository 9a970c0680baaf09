//! One module per subcommand.

#[cfg(feature = "lake")]
mod build;
mod completions;
mod config;
#[cfg(feature = "databricks")]
mod databricks;
#[cfg(feature = "lake")]
mod demo;
mod doctor;
#[cfg(feature = "lake")]
mod export;
mod extract;
mod load;
mod plan;
mod repair;
#[cfg(feature = "lake")]
mod report;
#[cfg(feature = "lake")]
mod row_file;
mod run;
mod sessions;
#[cfg(feature = "lake")]
mod shell;
mod simulate;
#[cfg(feature = "lake")]
mod sql;
#[cfg(feature = "lake")]
mod sql_result;
mod status;
#[cfg(feature = "lake")]
mod tables;
mod verify;

use crate::cli::{Cli, Command, Flags, Globals};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::host::Host;
use crate::output::OutputFormat;
use f1lake::config::Loaded;
use indicatif::{MultiProgress, ProgressDrawTarget};
use std::sync::Arc;

#[cfg(feature = "lake")]
pub(crate) use sql::rows as query_rows;

/// Context shared by all commands.
pub(crate) struct Context {
    pub(crate) globals: Globals,
    pub(crate) bars: MultiProgress,
}

impl Context {
    /// For a command inside another process.
    pub(crate) fn hosted(globals: Globals) -> Self {
        Self { globals, bars: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()) }
    }

    /// For a command on the command line.
    fn terminal(globals: Globals) -> Self {
        let target = if globals.quiet || globals.log_format == crate::LogFormat::Json {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bars = MultiProgress::with_draw_target(target);
        crate::logging::start(globals.verbose, globals.quiet, globals.log_format, &bars);
        Self { globals, bars }
    }

    /// The configuration with these flags applied, validated as far as they need it.
    pub(crate) fn load<const GROUPS: u8>(&self, flags: &Flags<GROUPS>) -> Result<Loaded, Error> {
        let loaded = self.load_to_show(flags)?;
        if flags.selects() {
            loaded.check_selection()?;
        }
        Ok(loaded)
    }

    /// The configuration with these flags applied, whether or not it selects sessions.
    pub(crate) fn load_to_show<const GROUPS: u8>(&self, flags: &Flags<GROUPS>) -> Result<Loaded, Error> {
        let mut given = vec![flags.given().clone()];
        given.extend(Host::current().map(|host| host.settings()));
        let loaded = Loaded::read(self.globals.config.as_deref(), &given)?;
        for note in &loaded.notes {
            self.say(note);
        }
        if let Some(file) = &loaded.file {
            tracing::info!(file = %file.display(), "configuration read");
        }
        Ok(loaded)
    }

    pub(crate) fn output(&self) -> OutputFormat {
        self.globals.output
    }

    /// Prints a message on standard error, unless `--quiet`.
    pub(crate) fn say(&self, text: &str) {
        self.teller().tell(text);
    }

    /// A handle for messages from elsewhere.
    pub(crate) fn teller(&self) -> Teller {
        Teller { quiet: self.globals.quiet, format: self.globals.log_format, host: Host::current() }
    }
}

/// Sends messages to standard error or to the host, unless `--quiet`.
#[derive(Debug, Clone)]
pub(crate) struct Teller {
    quiet: bool,
    format: crate::LogFormat,
    host: Option<Arc<Host>>,
}

impl Teller {
    pub(crate) fn tell(&self, text: &str) {
        match (self.quiet, self.format, &self.host) {
            (true, ..) => {}
            (_, _, Some(host)) => host.tell(text),
            (_, crate::LogFormat::Json, None) => tracing::info!("{text}"),
            _ => crate::output::tell(text),
        }
    }
}

/// Runs a command.
pub(crate) async fn run(cli: Cli) -> Result<ExitCode, Error> {
    let Cli { globals, command } = cli;
    let context =
        if Host::current().is_some() { Context::hosted(globals) } else { Context::terminal(globals) };
    match command {
        Command::Run(args) => run::run(&context, &args).await,
        Command::Extract(args) => extract::run(&context, &args).await,
        Command::Load(args) => load::run(&context, &args).await,
        #[cfg(feature = "databricks")]
        Command::Databricks(command) => databricks::run(&context, &command).await,
        #[cfg(feature = "lake")]
        Command::Build(args) => build::run(&context, &args).await,
        #[cfg(feature = "lake")]
        Command::Test(args) => build::test(&context, &args).await,
        #[cfg(feature = "lake")]
        Command::Tables(args) => tables::run(&context, &args).await,
        #[cfg(feature = "lake")]
        Command::Maintain(args) => tables::maintain(&context, &args).await,
        #[cfg(feature = "lake")]
        Command::Sql(args) => sql::run(&context, &args).await,
        #[cfg(feature = "lake")]
        Command::Export(args) => export::run(&context, &args).await,
        #[cfg(feature = "lake")]
        Command::Report(args) => report::run(&context, &args).await,
        Command::Sessions(args) => sessions::run(&context, &args).await,
        Command::Plan(args) => plan::run(&context, &args).await,
        Command::Status(args) => status::run(&context, &args).await,
        Command::Verify(args) => verify::run(&context, &args).await,
        Command::Repair(args) => repair::run(&context, &args).await,
        Command::Doctor(args) => doctor::run(&context, &args).await,
        Command::Config(args) => config::run(&context, &args),
        Command::Simulate(args) => simulate::run(&context, args).await,
        #[cfg(feature = "lake")]
        Command::Demo(args) => demo::run(&context, &args).await,
        Command::Completions { shell } => completions::run(shell),
    }
}
