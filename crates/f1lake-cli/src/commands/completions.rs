//! `f1lake completions`.

use crate::cli::Cli;
use crate::error::Error;
use clap::CommandFactory;
use f1lake::ExitCode;

pub(crate) fn run(shell: clap_complete::Shell) -> Result<ExitCode, Error> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "f1lake", &mut script);
    crate::output::write(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::Done)
}
