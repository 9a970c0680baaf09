//! `f1lake repair`: lands lost or damaged files again.

use super::{Context, extract};
use crate::cli::RepairArgs;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::progress::{Shown, closing_line, plural};
use f1lake::Zone;
use f1lake_extract::Extractor;
use jiff::Timestamp;

pub(crate) async fn run(context: &Context, args: &RepairArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&args.settings)?;
    let client = f1lake::connect::client(&loaded)?;
    let zone = Zone::require(&loaded.config)?;
    let mut settings = loaded.config.extract_settings(zone.work_dir.clone(), Timestamp::now());
    settings.wait_for_lock = args.wait;
    context.say(&format!("repairing {}", zone.lands));
    let shown = Shown::start(
        &context.bars,
        client.limiter().clone(),
        context.globals.quiet,
        context.globals.log_format,
    );
    let extractor = Extractor::new(client, zone.landing.clone(), settings)?;
    let result = extractor.repair(shown.listener(), crate::interrupt::token()).await;
    shown.finish();
    let report = result?;
    extract::print_sessions(context, &report, &report.run)?;
    let (found, left) = (report.found.len(), report.left.len());
    if found > 0 {
        context.say(&closing_line(&report.run, &zone.landing.describe()));
    }
    for problem in &report.left {
        context.say(&format!("{} {}", problem.file, problem.what));
    }
    context.say(&match (found, left) {
        (0, _) => "no file was lost or damaged".to_owned(),
        (_, 0) => format!("{found} {} restored", plural(found, "file", "files")),
        _ => format!("{left} of {found} {} still lost or damaged", plural(found, "file", "files")),
    });
    Ok(match extract::exit_code(&report.run) {
        ExitCode::Done if left > 0 => ExitCode::Failed,
        code => code,
    })
}
