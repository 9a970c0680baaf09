//! `f1lake run`: everything that is due, from the API to gold.

use super::{Context, build, extract, load};
use crate::cli::RunArgs;
use crate::config::LoadTo;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::setup::Zone;
use f1lake_tables::{BuildSettings, LoadSettings};

pub(crate) async fn run(context: &Context, args: &RunArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&[
        &args.extract.selection,
        &args.extract.work,
        &args.extract.out,
        &args.extract.api,
        &args.lake,
        &args.load_to,
        &args.warehouse,
    ])?;
    let extracted = extract::run_loaded(context, &loaded, &args.extract).await?;
    // What landed is worth loading although other sessions failed, or a live one locks the API.
    if !matches!(extracted, ExitCode::Done | ExitCode::SomeFailed | ExitCode::Locked) {
        return Ok(extracted);
    }
    let Some(zone) = Zone::open_existing(&loaded.config)? else { return Ok(extracted) };
    let cancel = crate::interrupt::token();
    if loaded.config.load_to == LoadTo::Databricks {
        let report =
            load::load_databricks(context, &loaded.config, &zone.landing, &LoadSettings::default(), &cancel)
                .await?;
        context.say("silver and gold: `dbt build --target databricks` in the folder dbt");
        return Ok(first_trouble([extracted, load::exit_code(&report)]));
    }
    let lake = load::open_lake(&loaded.config)?;
    let report = load::load(context, &lake, &zone.landing, &LoadSettings::default(), &cancel).await?;
    let loaded_code = load::exit_code(&report);
    let built = build::build_lake(context, &lake, &BuildSettings::default(), &cancel).await?;
    Ok(first_trouble([extracted, loaded_code, build::exit_code(&built)]))
}

fn first_trouble(codes: impl IntoIterator<Item = ExitCode>) -> ExitCode {
    codes.into_iter().find(|code| *code != ExitCode::Done).unwrap_or(ExitCode::Done)
}
