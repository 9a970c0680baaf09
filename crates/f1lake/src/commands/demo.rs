//! `f1lake demo`: a generated race weekend, with no network and no account.

use super::{Context, build, load};
use crate::cli::DemoArgs;
use crate::config::Config;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::setup::Zone;
use f1lake_extract::Mode;
use f1lake_tables::{BuildSettings, BuildStatus, LoadSettings};
use jiff::Timestamp;
use openf1_client::{Limits, OpenF1, RateLimiter};
use openf1_sim::{GeneratedConfig, SimConfig, SimLimits, Source};
use std::path::Path;

/// Season and weekend of the demo: the last one of 2024, at Yas Island.
const SEASON: i32 = 2024;
const MEETING: i64 = 1204;
/// Its race.
const RACE: i64 = 9647;

pub(crate) async fn run(context: &Context, args: &DemoArgs) -> Result<ExitCode, Error> {
    let folder = Path::new(&args.out);
    let place = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let config = Config { landing_path: place("landing"), lake_path: place("lake"), ..Config::default() };
    let started = std::time::Instant::now();
    let zone = Zone::open(&config).await?;
    let simulator = openf1_sim::start(SimConfig {
        source: Source::Generated(GeneratedConfig {
            seed: args.seed,
            seasons: vec![SEASON],
            ..GeneratedConfig::default()
        }),
        limits: SimLimits::None,
        ..SimConfig::default()
    })
    .await?;
    context.say(&format!(
        "A simulated OpenF1 runs on {} with a generated season: invented results, real shapes and quirks.",
        simulator.base_url()
    ));
    let client = OpenF1::builder()
        .base_url(simulator.base_url())
        .limiter(RateLimiter::new(Limits::unlimited()))
        .build()?;
    let mut settings = config.extract_settings(zone.work_dir.clone(), Timestamp::now());
    settings.selection.mode = Mode::Keys { session_keys: Vec::new(), meeting_keys: vec![MEETING] };
    settings.selection.order = f1lake_extract::Order::Oldest;
    let (code, _) = super::extract::extract(context, client, &zone, settings).await?;
    simulator.shutdown().await;
    if code != ExitCode::Done {
        return Ok(code);
    }
    let cancel = crate::interrupt::token();
    let lake = load::open_lake(&config)?;
    let loaded = load::load(context, &lake, &zone.landing, &LoadSettings::default(), &cancel).await?;
    if load::exit_code(&loaded) != ExitCode::Done {
        load::show(context, &loaded)?;
        return Ok(load::exit_code(&loaded));
    }
    let built = build::build_lake(context, &lake, &BuildSettings::default(), &cancel).await?;
    if built.count(BuildStatus::Failed) > 0 {
        return Ok(build::exit_code(&built));
    }
    super::report::report(context, &lake, RACE, &folder.join("report.html")).await?;
    let program = program();
    let out = shown(&args.out);
    context.say(&format!(
        "\nFrom the API to gold in {:.0} s, with generated data. Look at it:\n  \
         {program} sql --lake {out}/lake \"select * from session_leaderboard where session_key = {RACE}\"\n  \
         {program} tables --lake {out}/lake\n  \
         {program} verify --out {out}/landing\n\
         Then the real thing, within the free limits:\n  \
         {program} plan --mode latest --num-sessions 1\n  \
         {program} run --mode latest --num-sessions 1",
        started.elapsed().as_secs_f64()
    ));
    Ok(build::exit_code(&built))
}

/// How the user started this program.
fn program() -> &'static str {
    if std::env::var_os("CARGO").is_some() { "cargo run -q -p f1lake --" } else { "f1lake" }
}

/// A folder for a shell: quoted when it needs to be.
fn shown(folder: &str) -> String {
    if folder.contains(char::is_whitespace) { format!("'{folder}'") } else { folder.to_owned() }
}
