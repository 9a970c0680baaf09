//! `f1lake run`: everything that is due, from the API to gold.

#[cfg(feature = "lake")]
use super::build;
use super::{Context, extract};
use crate::cli::RunArgs;
use crate::error::Error;
use crate::output::{OutputFormat, json, write};
use f1lake::config::LoadTo;
use f1lake::{ExitCode, Outcome, Pipeline};
use f1lake_bronze::LoadReport;
use f1lake_extract::RunReport;
#[cfg(feature = "lake")]
use f1lake_lake::BuildReport;
use serde::Serialize;

/// Results of the steps as one document; steps that were not reached are null.
#[derive(Debug, Default, Serialize)]
struct Steps {
    extract: Option<RunReport>,
    load: Option<LoadReport>,
    #[cfg(feature = "lake")]
    build: Option<BuildReport>,
    /// Why a step failed.
    error: Option<String>,
    exit_code: u8,
}

pub(crate) async fn run(context: &Context, args: &RunArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&args.settings)?;
    let mut steps = Steps::default();
    let result = run_steps(context, &Pipeline::of(loaded), args, &mut steps).await;
    if context.output() == OutputFormat::Json && steps.extract.is_some() {
        let code = result.as_ref().map_or_else(Error::exit_code, |code| *code);
        steps.exit_code = code as u8;
        steps.error = result.as_ref().err().map(Error::told);
        write(&json(&steps)?)?;
    }
    result
}

async fn run_steps(
    context: &Context,
    pipeline: &Pipeline,
    args: &RunArgs,
    steps: &mut Steps,
) -> Result<ExitCode, Error> {
    let report = steps.extract.insert(extract::extract(context, pipeline, args.how).await?);
    if context.output() != OutputFormat::Json {
        extract::print_sessions(context, report, report)?;
    }
    let extracted = report.exit_code();
    if !pipeline.should_load(report).await? {
        return Ok(extracted);
    }
    let report = steps.load.insert(context.perform(pipeline.load()).await?);
    let loaded = extracted.and(report.exit_code());
    if pipeline.config().load_to == LoadTo::Databricks {
        context.say("silver and gold: `dbt build --target databricks` in the folder dbt");
        return Ok(loaded);
    }
    #[cfg(feature = "lake")]
    {
        let task = pipeline.build().wait(args.how.wait);
        let report = steps.build.insert(context.perform(task).await?);
        build::say_notable(context, report);
        Ok(loaded.and(report.exit_code()))
    }
    #[cfg(not(feature = "lake"))]
    Ok(loaded)
}
