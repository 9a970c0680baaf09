//! `f1lake demo`: a generated race weekend, with no network and no account.

use super::{Context, extract, load};
use crate::cli::{DemoArgs, How};
use crate::error::Error;
use f1lake::config::{Config, Loaded, Names};
use f1lake::{ExitCode, Order, Outcome, Pipeline, Zone, open_lake};
use f1lake_lake::BuildStatus;
use f1lake_zone::files::{Existing, write_file};
use openf1_client::{Limits, OpenF1, RateLimiter};
use openf1_sim::{GeneratedConfig, SimConfig, SimLimits, Source};
use std::path::Path;

/// Season and weekend of the demo: the last one of 2024, at Yas Island.
const SEASON: i32 = 2024;
const MEETING: i64 = 1204;
/// Its race.
const RACE: i64 = 9647;
/// The suggested first query; fits into 80 columns.
const QUERY: &str = "select leaderboard_position as pos, name_acronym as driver, team_name as team, \
grid_position as grid, laps_completed as laps, gap_to_leader_seconds as gap, lap_time(best_lap_time) as best, points \
from session_leaderboard where session_key = 9647 order by pos";
/// File with the seed in the demo's folder.
pub(super) const SEED_FILE: &str = "seed";

pub(crate) async fn run(context: &Context, args: &DemoArgs) -> Result<ExitCode, Error> {
    let folder = Path::new(&args.out);
    let place = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let config = Config {
        landing_path: place("landing"),
        lake_path: place("lake"),
        meeting_keys: vec![MEETING],
        order: Order::Oldest,
        names: Names::Flags,
        ..Config::default()
    };
    let started = std::time::Instant::now();
    // Whether the folder can be written, before anything starts.
    Zone::open(&config).await?;
    let seed = seed_of(context, folder, args)?;
    let simulator = openf1_sim::start(SimConfig {
        source: Source::Generated(GeneratedConfig {
            seed,
            seasons: vec![SEASON],
            ..GeneratedConfig::default()
        }),
        limits: SimLimits::None,
        ..SimConfig::default()
    })
    .await?;
    context.say(&format!(
        "A simulated OpenF1 runs on {} with a generated season: the results are invented, the shapes and \
         quirks are real.",
        simulator.base_url()
    ));
    let client = OpenF1::builder()
        .base_url(simulator.base_url())
        .limiter(RateLimiter::new(Limits::unlimited()))
        .build()?;
    let pipeline = Pipeline::of(Loaded::of(config)?).with_client(client);
    let extracted = extract::extract(context, &pipeline, How::default()).await?;
    extract::print_sessions(context, &extracted, &extracted)?;
    simulator.shutdown().await;
    if extracted.exit_code() != ExitCode::Done {
        return Ok(extracted.exit_code());
    }
    let loaded = context.perform(pipeline.load()).await?;
    if loaded.exit_code() != ExitCode::Done {
        load::show(context, &loaded)?;
        return Ok(loaded.exit_code());
    }
    let built = context.perform(pipeline.build()).await?;
    if built.count(BuildStatus::Failed) > 0 {
        return Ok(built.exit_code());
    }
    super::report::report(context, &open_lake(pipeline.config())?, RACE, &folder.join("report.html")).await?;
    let program = program();
    let out = shown(&args.out);
    context.say(&format!(
        "\nFrom the API to gold in {:.0} s, with generated data. Look at the result:\n  \
         open {out}/report.html in a browser\n  \
         {program} explore --lake {out}/lake\n  \
         {program} sql --lake {out}/lake \"{QUERY}\"\n  \
         {program} tables --lake {out}/lake\n  \
         {program} verify --out {out}/landing\n\
         Then fetch real data, within the free limits:\n  \
         {program} plan --mode latest --num-sessions 1\n  \
         {program} run --mode latest --num-sessions 1",
        started.elapsed().as_secs_f64()
    ));
    if args.explore {
        return super::explore::show(context, pipeline.config(), Some(RACE), args.page).await;
    }
    Ok(built.exit_code())
}

/// The seed of the demo in the folder; for a new one, that of the flag.
fn seed_of(context: &Context, folder: &Path, args: &DemoArgs) -> Result<u64, Error> {
    let file = folder.join(SEED_FILE);
    let before = std::fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok());
    if let Some(seed) = before.filter(|seed| *seed != args.seed) {
        context.say(&format!(
            "{} contains the demo of seed {seed}, which is shown; for seed {}, use another folder: --out \
             {}-{}",
            args.out, args.seed, args.out, args.seed
        ));
        return Ok(seed);
    }
    let failed = |source| Error::File { path: file.display().to_string(), source };
    write_file(&file, format!("{}\n", args.seed).as_bytes(), Existing::Replace).map_err(failed)?;
    Ok(args.seed)
}

/// How the user started this program.
fn program() -> &'static str {
    if std::env::var_os("CARGO").is_some() { "cargo run -q -p f1lake-cli --" } else { "f1lake" }
}

/// A folder for a shell, quoted if necessary.
fn shown(folder: &str) -> String {
    if folder.contains(char::is_whitespace) { format!("'{folder}'") } else { folder.to_owned() }
}
