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
mod explore;
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
#[cfg(feature = "lake")]
mod simulate;
#[cfg(feature = "lake")]
mod sql;
#[cfg(feature = "lake")]
mod sql_examples;
#[cfg(feature = "lake")]
mod sql_result;
mod status;
#[cfg(feature = "lake")]
mod tables;
mod verify;

use crate::cli::{Cli, Command, Flags, Globals};
use crate::error::Error;
use crate::logging::LogFormat;
use crate::output::OutputFormat;
use crate::progress::Shown;
use f1lake::config::{Loaded, Names};
use f1lake::{Event, ExitCode, Task};
use indicatif::{MultiProgress, ProgressDrawTarget};
use openf1_client::OpenF1;

/// Context shared by all commands.
pub(crate) struct Context {
    pub(crate) globals: Globals,
    pub(crate) bars: MultiProgress,
}

impl Context {
    fn new(globals: Globals) -> Self {
        let target = if globals.quiet || globals.log_format == LogFormat::Json {
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
        let loaded = Loaded::read(self.globals.config.as_deref(), std::slice::from_ref(flags.given()))?;
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
        say(self.globals.quiet, self.globals.log_format, text);
    }

    /// Performs a step and says what happens in it.
    pub(crate) async fn perform<S, R>(&self, task: Task<'_, S, R>) -> Result<R, Error> {
        let (quiet, format) = (self.globals.quiet, self.globals.log_format);
        let listener = move |event: Event| say(quiet, format, &event.told(Names::Flags));
        Ok(task.on_event(listener).cancel_with(crate::interrupt::token()).await?)
    }

    /// Performs a step that sends requests, and shows its progress.
    pub(crate) async fn show<S, R>(&self, client: &OpenF1, task: Task<'_, S, R>) -> Result<R, Error> {
        let (quiet, format) = (self.globals.quiet, self.globals.log_format);
        let shown = Shown::start(&self.bars, client.limiter().clone(), quiet, format);
        let result = task.on_event(shown.listener()).cancel_with(crate::interrupt::token()).await;
        shown.finish();
        Ok(result?)
    }
}

fn say(quiet: bool, format: LogFormat, text: &str) {
    match format {
        _ if quiet || text.is_empty() => {}
        LogFormat::Json => tracing::info!("{text}"),
        LogFormat::Text => crate::output::tell(text),
    }
}

/// Runs a command.
pub(crate) async fn run(cli: Cli) -> Result<ExitCode, Error> {
    let Cli { globals, command } = cli;
    let context = Context::new(globals);
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
        Command::Explore(args) => explore::run(&context, &args).await,
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
        #[cfg(feature = "lake")]
        Command::Simulate(args) => simulate::run(&context, args).await,
        #[cfg(feature = "lake")]
        Command::Demo(args) => demo::run(&context, &args).await,
        Command::Completions { shell } => completions::run(shell),
    }
}
