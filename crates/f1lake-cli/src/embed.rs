//! Runs commands inside another process: keywords instead of flags, JSON instead of tables, and lines passed
//! to the host instead of standard error. The commands themselves are those of the command line.

use crate::cli::Cli;
#[cfg(feature = "lake")]
use crate::cli::Command;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::host::Host;
pub use crate::host::Tell;
use crate::output::OutputFormat;
use clap::ArgAction;
#[cfg(feature = "lake")]
use f1lake::Rows;
use f1lake::config::{Given, Setting};
use f1lake::nearest::nearest;
use serde_json::{Map, Value};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// A command with its keywords.
#[derive(Debug, Clone, Default)]
pub struct Call {
    /// Command, such as `extract`.
    pub command: String,
    /// Positional arguments, such as the query of `sql`.
    pub words: Vec<String>,
    /// Flags of the command (with `_` for `-`) and settings, by name; nulls count as unset.
    pub keywords: Map<String, Value>,
    /// Configuration file.
    pub config: Option<PathBuf>,
    /// Whether to suppress messages.
    pub quiet: bool,
}

/// Result of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Exit code.
    pub code: ExitCode,
    /// The command's output: JSON, if it prints data.
    pub printed: String,
    /// Cause, when it failed before it could report.
    pub error: Option<String>,
}

impl From<Error> for Ended {
    fn from(error: Error) -> Self {
        Self { code: error.exit_code(), printed: String::new(), error: Some(error.told()) }
    }
}

/// Runs a command; `cancel` asks it to stop cleanly, like Ctrl-C.
pub async fn call(call: Call, tell: Tell, cancel: CancellationToken) -> Ended {
    let (cli, host) = match prepare(&call, tell) {
        Ok(ready) => ready,
        Err(error) => return error.into(),
    };
    let result = host.scope(crate::interrupt::scope(Some(cancel), crate::commands::run(cli))).await;
    let printed = host.take_printed();
    match result {
        Ok(code) => Ended { code, printed, error: None },
        Err(error) => Ended { printed, ..error.into() },
    }
}

/// Runs a query (command `sql`) and keeps its rows.
///
/// # Errors
/// The command's result, when it returned no rows.
#[cfg(feature = "lake")]
pub async fn query(call: Call, tell: Tell, cancel: CancellationToken) -> Result<Rows, Ended> {
    let (cli, host) = prepare(&call, tell)?;
    let Command::Sql(args) = cli.command else {
        return Err(Error::Usage(format!("`{}` returns no rows", call.command)).into());
    };
    let context = crate::commands::Context::hosted(cli.globals);
    let work = crate::commands::query_rows(&context, &args, &cancel);
    let rows = host.scope(work).await?;
    Ok(rows)
}

fn prepare(call: &Call, tell: Tell) -> Result<(Cli, Arc<Host>), Error> {
    let (mut arguments, settings) = arguments(&call.command, &call.keywords)?;
    if let Some(file) = &call.config {
        let mut flag = OsString::from("--config=");
        flag.push(file);
        arguments.push(flag);
    }
    if !call.words.is_empty() {
        arguments.push("--".into());
        arguments.extend(call.words.iter().map(OsString::from));
    }
    let mut cli = Cli::parse_from_words(&arguments).map_err(|error| {
        let (problem, advice) = crate::usage_error::problem(&error, &[]);
        Error::Usage(advice.map_or_else(|| problem.clone(), |advice| format!("{problem}\nhint: {advice}")))
    })?;
    cli.globals.output = OutputFormat::Json;
    cli.globals.quiet = call.quiet;
    Ok((cli, Host::new(settings, tell)))
}

/// Keywords as flags, or as settings where the command has no such flag.
fn arguments(command: &str, keywords: &Map<String, Value>) -> Result<(Vec<OsString>, Given), Error> {
    let program = Cli::parser();
    let known = program
        .find_subcommand(command)
        .ok_or_else(|| Error::Usage(format!("there is no command `{command}`")))?;
    let mut arguments: Vec<OsString> = vec![program.get_name().into(), command.into()];
    let mut settings = Map::new();
    for (name, value) in keywords.iter().filter(|(_, value)| !value.is_null()) {
        let flag = name.replace('_', "-");
        let argument = known.get_arguments().find(|argument| argument.get_long() == Some(&flag));
        match (argument.map(|argument| argument.get_action()), value) {
            (Some(ArgAction::SetTrue), Value::Bool(given)) => {
                if *given {
                    arguments.push(format!("--{flag}").into());
                }
            }
            (Some(ArgAction::SetTrue), _) => {
                return Err(Error::Usage(format!("--{flag}: expected true or false")));
            }
            (Some(_), Value::Array(values)) if values.is_empty() => {
                return Err(Error::Usage(format!("--{flag} is an empty list\nhint: leave it out")));
            }
            (Some(_), Value::Array(values)) => {
                for value in values {
                    arguments.push(format!("--{flag}={}", text(&flag, value)?).into());
                }
            }
            (Some(_), value) => arguments.push(format!("--{flag}={}", text(&flag, value)?).into()),
            (None, value) if Setting::get(name).is_some() => {
                settings.insert(name.clone(), value.clone());
            }
            (None, _) => {
                let flags = known.get_arguments().filter_map(|argument| argument.get_long());
                let near = nearest(name, flags.map(|flag| flag.replace('-', "_")), 0.85);
                let near = near.or_else(|| Some(Setting::named(name).ok()?.name.to_owned()));
                let advice = near.map_or_else(
                    || "`f1lake config` lists the settings".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                return Err(Error::Usage(format!(
                    "`{name}` is neither a keyword of {command} nor a setting\nhint: {advice}"
                )));
            }
        }
    }
    Ok((arguments, Given::keywords(settings)?))
}

fn text(flag: &str, value: &Value) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(Error::Usage(format!("--{flag}: expected text or a number"))),
    }
}
