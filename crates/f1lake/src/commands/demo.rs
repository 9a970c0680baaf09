//! `f1lake demo`: a generated race weekend, with no network and no account.

use super::Context;
use crate::cli::DemoArgs;
use crate::config::Config;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::setup::Zone;
use f1lake_extract::Mode;
use jiff::Timestamp;
use openf1_client::{Limits, OpenF1, RateLimiter};
use openf1_sim::{GeneratedConfig, SimConfig, SimLimits, Source};

/// Season and weekend of the demo: the last one of 2024, at Yas Island.
const SEASON: i32 = 2024;
const MEETING: i64 = 1204;

pub(crate) async fn run(context: &Context, args: &DemoArgs) -> Result<ExitCode, Error> {
    let config = Config { landing_path: args.out.clone(), ..Config::default() };
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
    if code == ExitCode::Done {
        let program = program();
        let out = shown(&args.out);
        context.say(&format!(
            "\nLook at it:\n  \
             {program} status --out {out}\n  \
             {program} verify --out {out}\n  \
             duckdb -c \"select driver_number, min(lap_duration) from '{out}/laps_*_Race.json' group by all order by 2\"\n\
             Then the real thing, within the free limits:\n  \
             {program} plan --mode latest --num-sessions 1\n  \
             {program} extract --mode latest --num-sessions 1"
        ));
    }
    Ok(code)
}

/// How the user started this program.
fn program() -> &'static str {
    if std::env::var_os("CARGO").is_some() { "cargo run -q -p f1lake --" } else { "f1lake" }
}

/// A folder for a shell: quoted when it needs to be.
fn shown(folder: &str) -> String {
    if folder.contains(char::is_whitespace) { format!("'{folder}'") } else { folder.to_owned() }
}
