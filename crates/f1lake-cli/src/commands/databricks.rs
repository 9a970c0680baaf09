//! `f1lake databricks`: prepares a workspace for the first load, writes a bundle of all it needs, or prints a pipeline
//! that replaces the load.

mod init;

use super::Context;
use super::load::script;
use crate::cli::{DatabricksCommand, PipelineFlags, SetupArgs};
use crate::error::Error;
use crate::output::write;
use f1lake::DatabricksNames;
use f1lake::ExitCode;
use f1lake_warehouse::{LandingFiles, setup_statements};
use f1lake_zone::{Compression, Format};

pub(crate) async fn run(context: &Context, command: &DatabricksCommand) -> Result<ExitCode, Error> {
    match command {
        DatabricksCommand::Setup(args) => prepare(context, args).await,
        DatabricksCommand::Pipeline(flags) => pipeline(context, flags),
        DatabricksCommand::Init(args) => init::run(context, args),
    }
}

async fn prepare(context: &Context, args: &SetupArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&args.settings)?;
    let names = DatabricksNames::of(&loaded.config)?;
    if args.dry_run {
        write(&script(&setup_statements(&names.place, &names.staging.volume())))?;
        return Ok(ExitCode::Done);
    }
    let warehouse = f1lake::workspace::warehouse(&loaded.config).await?;
    warehouse.prepare(&crate::interrupt::token()).await?;
    context.say(&format!(
        "the bronze tables in {} and the volume {} exist",
        warehouse.describe(),
        warehouse.staging.path()
    ));
    Ok(ExitCode::Done)
}

fn pipeline(context: &Context, flags: &PipelineFlags) -> Result<ExitCode, Error> {
    let loaded = context.load(flags)?;
    let config = &loaded.config;
    let volume = f1lake::volume_name::volume(config).ok_or_else(|| {
        Error::Usage(
            "a pipeline reads a volume, and none is set\nhint: set landing_volume_path or --out \
             /Volumes/CATALOG/SCHEMA/VOLUME"
                .to_owned(),
        )
    })?;
    let files = match (config.format, config.compression) {
        (Format::Parquet, _) => LandingFiles::Parquet,
        (Format::Json | Format::Ndjson, Compression::None | Compression::Gzip) => LandingFiles::Json,
        (Format::Json | Format::Ndjson, Compression::Zstd) => {
            return Err(Error::Usage(
                "a pipeline reads parquet, and json and ndjson uncompressed or with gzip, but not with zstd\nhint: change \
                 format or compression, or use `f1lake load`"
                    .to_owned(),
            ));
        }
    };
    write(&f1lake_warehouse::pipeline(volume, files))?;
    Ok(ExitCode::Done)
}
