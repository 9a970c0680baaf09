//! `f1lake build`: bronze into silver and gold, then the tests. `f1lake test`: the tests alone.

use super::Context;
use crate::cli::{BuildArgs, LakeFlags};
use crate::error::Error;
use crate::output::{OutputFormat, Table};
use f1lake::summary::{build_status, counted, of_checks};
use f1lake::{ExitCode, Outcome, Pipeline, require_lake};
use f1lake_lake::{BuildReport, CheckResult, CheckStatus, ModelBuild, check};
use indicatif::HumanCount;

pub(crate) async fn run(context: &Context, args: &BuildArgs) -> Result<ExitCode, Error> {
    let pipeline = Pipeline::of(context.load(&args.settings)?);
    let task =
        pipeline.build().full_refresh(args.full_refresh).tests(!args.no_tests).models(args.model.clone());
    let report = context.perform(task.wait(args.wait)).await?;
    show(context, &report)?;
    Ok(report.exit_code())
}

pub(crate) async fn test(context: &Context, flags: &LakeFlags) -> Result<ExitCode, Error> {
    let loaded = context.load(flags)?;
    let lake = require_lake(&loaded.config)?;
    let started = std::time::Instant::now();
    let checks = check(&lake, &crate::interrupt::token()).await?;
    show_checks(context, &checks, &checks)?;
    context.say(&format!("{} in {:.1} s", of_checks(&checks), started.elapsed().as_secs_f64()));
    Ok(checks.exit_code())
}

/// Names each test that failed or warned, the failed ones first.
pub(crate) fn say_notable(context: &Context, report: &BuildReport) {
    for (wanted, word) in [(CheckStatus::Failed, "FAILED"), (CheckStatus::Warned, "warned")] {
        for check in report.checks.iter().filter(|check| check.status == wanted) {
            let what = check.error.as_ref().unwrap_or(&check.description);
            context.say(&format!("{}: {word}, {}: {what}", check.check, counted(check.rows, "row")));
        }
    }
}

/// Shows models that could not be built, and tests that did not pass.
fn show(context: &Context, report: &BuildReport) -> Result<(), Error> {
    if context.output() == OutputFormat::Table {
        let notable: Vec<CheckResult> =
            report.checks.iter().filter(|check| check.status != CheckStatus::Passed).cloned().collect();
        let broken: Vec<ModelBuild> =
            report.models.iter().filter(|model| model.error.is_some()).cloned().collect();
        if !broken.is_empty() {
            show_models(context, report, &broken)?;
        }
        return if notable.is_empty() { Ok(()) } else { show_checks(context, &notable, &notable) };
    }
    show_models(context, report, &report.models)
}

fn show_models(context: &Context, report: &BuildReport, models: &[ModelBuild]) -> Result<(), Error> {
    Table::of(models)
        .left("table", |model| model.model.clone())
        .left("status", |model| build_status(model.status).to_owned())
        .right("rows", |model| HumanCount(model.rows).to_string())
        .left("remarks", |model| model.error.clone().unwrap_or_default())
        .print(context.output(), report)
}

fn show_checks(
    context: &Context,
    whole: &impl serde::Serialize,
    checks: &[CheckResult],
) -> Result<(), Error> {
    let result = |check: &CheckResult| match check.status {
        CheckStatus::Passed => "passed".to_owned(),
        CheckStatus::Warned => "warned".to_owned(),
        CheckStatus::Failed => "FAILED".to_owned(),
    };
    Table::of(checks)
        .left("test", |check| check.check.clone())
        .left("result", result)
        .right("rows", |check| HumanCount(check.rows).to_string())
        .left("description", |check| check.error.clone().unwrap_or_else(|| check.description.clone()))
        .print(context.output(), whole)
}
