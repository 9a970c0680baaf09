//! `f1lake build`: bronze into silver and gold, then the tests. `f1lake test`: the tests alone.

use super::Context;
use super::load::require_lake;
use crate::cli::{BuildArgs, LakeFlags};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::output::{Column, OutputFormat, print};
use crate::progress::plural;
use f1lake_lake::{
    BuildReport, BuildSettings, BuildStatus, CheckResult, CheckStatus, Lake, ModelBuild, build, check,
};
use indicatif::HumanCount;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

pub(crate) async fn run(context: &Context, args: &BuildArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&args.settings)?;
    let lake = require_lake(&loaded.config)?;
    let settings = BuildSettings {
        full_refresh: args.full_refresh,
        checks: !args.no_tests,
        models: args.model.clone(),
        wait_for_lock: args.wait,
    };
    let report = build_lake(context, &lake, &settings, &crate::interrupt::token()).await?;
    show(context, &report)?;
    Ok(exit_code(&report))
}

pub(crate) async fn test(context: &Context, flags: &LakeFlags) -> Result<ExitCode, Error> {
    let loaded = context.load(flags)?;
    let lake = require_lake(&loaded.config)?;
    let started = std::time::Instant::now();
    let checks = check(&lake, &crate::interrupt::token()).await?;
    show_checks(context, &checks, &checks)?;
    context.say(&format!("{} in {:.1} s", checks_line(&checks), started.elapsed().as_secs_f64()));
    Ok(checks_code(&checks))
}

/// Builds, and reports each completed model.
pub(crate) async fn build_lake(
    context: &Context,
    lake: &Lake,
    settings: &BuildSettings,
    cancel: &CancellationToken,
) -> Result<BuildReport, Error> {
    let teller = context.teller();
    let progress = Arc::new(move |model: &ModelBuild| match model.status {
        BuildStatus::Unchanged => {}
        BuildStatus::Built => {
            teller.tell(&format!(
                "{}: {} rows in {:.1} s",
                model.model,
                HumanCount(model.rows),
                model.seconds
            ));
        }
        BuildStatus::Failed | BuildStatus::Skipped => {
            let why = model.error.as_deref().unwrap_or_default();
            teller.tell(&format!("{}: {}: {why}", model.model, status_name(model.status)));
        }
    });
    let report = build(lake, settings, progress, cancel).await?;
    context.say(&format!(
        "built {} of {} tables, {} unchanged, in {:.1} s{}",
        report.count(BuildStatus::Built),
        report.models.len(),
        report.count(BuildStatus::Unchanged),
        report.seconds,
        if settings.checks { format!("; {}", checks_line(&report.checks)) } else { String::new() }
    ));
    Ok(report)
}

/// Names each test that failed or warned, the failed ones first.
pub(crate) fn say_notable(context: &Context, report: &BuildReport) {
    for (wanted, word) in [(CheckStatus::Failed, "FAILED"), (CheckStatus::Warned, "warned")] {
        for check in report.checks.iter().filter(|check| check.status == wanted) {
            let what = check.error.as_ref().unwrap_or(&check.description);
            let rows = usize::try_from(check.rows).unwrap_or(usize::MAX);
            context.say(&format!(
                "{}: {word}, {} {}: {what}",
                check.check,
                HumanCount(check.rows),
                plural(rows, "row", "rows")
            ));
        }
    }
}

fn status_name(status: BuildStatus) -> &'static str {
    match status {
        BuildStatus::Built => "built",
        BuildStatus::Unchanged => "unchanged",
        BuildStatus::Failed => "FAILED",
        BuildStatus::Skipped => "skipped",
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
    print(
        context.output(),
        report,
        models,
        &[Column::Left("table"), Column::Left("status"), Column::Right("rows"), Column::Left("remarks")],
        |model| {
            vec![
                model.model.clone(),
                status_name(model.status).to_owned(),
                HumanCount(model.rows).to_string(),
                model.error.clone().unwrap_or_default(),
            ]
        },
    )
}

fn show_checks(
    context: &Context,
    whole: &impl serde::Serialize,
    checks: &[CheckResult],
) -> Result<(), Error> {
    print(
        context.output(),
        whole,
        checks,
        &[Column::Left("test"), Column::Left("result"), Column::Right("rows"), Column::Left("description")],
        |check| {
            let result = match check.status {
                CheckStatus::Passed => "passed",
                CheckStatus::Warned => "warned",
                CheckStatus::Failed => "FAILED",
            };
            vec![
                check.check.clone(),
                result.to_owned(),
                HumanCount(check.rows).to_string(),
                check.error.clone().unwrap_or_else(|| check.description.clone()),
            ]
        },
    )
}

fn checks_line(checks: &[CheckResult]) -> String {
    let count = |status| checks.iter().filter(|check| check.status == status).count();
    format!(
        "{} {}: {} passed, {} warned, {} failed",
        checks.len(),
        plural(checks.len(), "test", "tests"),
        count(CheckStatus::Passed),
        count(CheckStatus::Warned),
        count(CheckStatus::Failed)
    )
}

fn checks_code(checks: &[CheckResult]) -> ExitCode {
    if checks.iter().any(|check| check.status == CheckStatus::Failed) {
        ExitCode::Failed
    } else {
        ExitCode::Done
    }
}

pub(crate) fn exit_code(report: &BuildReport) -> ExitCode {
    if report.models.iter().any(|model| model.error.is_some()) {
        ExitCode::Failed
    } else {
        checks_code(&report.checks)
    }
}
