//! `f1lake repair`: lands lost or damaged files again.

use super::{Context, extract};
use crate::cli::RepairArgs;
use crate::error::Error;
use f1lake::summary::counted;
use f1lake::{ExitCode, Outcome, Pipeline};

pub(crate) async fn run(context: &Context, args: &RepairArgs) -> Result<ExitCode, Error> {
    let pipeline = Pipeline::of(context.load(&args.settings)?);
    let report = context.show(pipeline.client()?, pipeline.repair().wait(args.wait)).await?;
    extract::print_sessions(context, &report, &report.run)?;
    let (found, left) = (report.found.len(), report.left.len());
    for problem in &report.left {
        context.say(&format!("{} {}", problem.file, problem.what));
    }
    context.say(&match (found, left) {
        (0, _) => "no file was lost or damaged".to_owned(),
        (_, 0) => format!("{} restored", counted(found, "file")),
        _ => format!("{left} of {} still lost or damaged", counted(found, "file")),
    });
    Ok(match report.run.exit_code() {
        ExitCode::Done if left > 0 => ExitCode::Failed,
        code => code,
    })
}
