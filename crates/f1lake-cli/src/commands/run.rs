//! `f1lake run`: everything that is due, from the API to gold.

#[cfg(feature = "lake")]
use super::build;
use super::{Context, extract, load};
use crate::cli::RunArgs;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::output::{OutputFormat, write};
use f1lake::Zone;
use f1lake::config::{LoadTo, Loaded};
use f1lake_bronze::{LoadReport, LoadSettings};
use f1lake_extract::RunReport;
#[cfg(feature = "lake")]
use f1lake_lake::{BuildReport, BuildSettings};
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
    let result = run_steps(context, &loaded, args, &mut steps).await;
    if context.output() == OutputFormat::Json && steps.extract.is_some() {
        let code = result.as_ref().map_or_else(Error::exit_code, |code| *code);
        steps.exit_code = code as u8;
        steps.error = result.as_ref().err().map(Error::told);
        let text = serde_json::to_string_pretty(&steps)
            .map_err(|error| Error::io("cannot print JSON")(std::io::Error::other(error)))?;
        write(&format!("{text}\n"))?;
    }
    result
}

async fn run_steps(
    context: &Context,
    loaded: &Loaded,
    args: &RunArgs,
    steps: &mut Steps,
) -> Result<ExitCode, Error> {
    let report = steps.extract.insert(extract::run_loaded(context, loaded, args.how).await?);
    if context.output() != OutputFormat::Json {
        extract::print_sessions(context, report, report)?;
    }
    let extracted = extract::exit_code(report);
    let Some(zone) = Zone::open_existing(&loaded.config)? else { return Ok(extracted) };
    if !zone.should_load(report).await? {
        return Ok(extracted);
    }
    let code = match loaded.config.load_to {
        #[cfg(feature = "databricks")]
        LoadTo::Databricks => into_databricks(context, loaded, &zone, steps).await?,
        #[cfg(feature = "lake")]
        LoadTo::Lake => into_lake(context, loaded, &zone, args.how.wait, steps).await?,
        #[cfg(not(all(feature = "lake", feature = "databricks")))]
        other => return Err(load::not_built(other)),
    };
    Ok(first_trouble([extracted, code]))
}

#[cfg(feature = "databricks")]
async fn into_databricks(
    context: &Context,
    loaded: &Loaded,
    zone: &Zone,
    steps: &mut Steps,
) -> Result<ExitCode, Error> {
    let cancel = crate::interrupt::token();
    let settings = LoadSettings::default();
    let report = load::load_databricks(context, &loaded.config, &zone.landing, &settings, &cancel).await?;
    context.say("silver and gold: `dbt build --target databricks` in the folder dbt");
    let code = load::exit_code(&report);
    steps.load = Some(report);
    Ok(code)
}

#[cfg(feature = "lake")]
async fn into_lake(
    context: &Context,
    loaded: &Loaded,
    zone: &Zone,
    wait_for_lock: bool,
    steps: &mut Steps,
) -> Result<ExitCode, Error> {
    let cancel = crate::interrupt::token();
    let lake = load::open_lake(&loaded.config)?;
    let report = load::load(context, &lake, &zone.landing, &LoadSettings::default(), &cancel).await?;
    let loaded_code = load::exit_code(&report);
    steps.load = Some(report);
    let settings = BuildSettings { wait_for_lock, ..BuildSettings::default() };
    let built = build::build_lake(context, &lake, &settings, &cancel).await?;
    build::say_notable(context, &built);
    let built_code = build::exit_code(&built);
    steps.build = Some(built);
    Ok(first_trouble([loaded_code, built_code]))
}

fn first_trouble(codes: impl IntoIterator<Item = ExitCode>) -> ExitCode {
    codes.into_iter().find(|code| *code != ExitCode::Done).unwrap_or(ExitCode::Done)
}
