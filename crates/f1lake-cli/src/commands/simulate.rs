//! `f1lake simulate`: the API on loopback.

use super::Context;
use crate::cli::{SimulateArgs, SimulatedLimits};
use crate::error::Error;
use f1lake::ExitCode;
use openf1_sim::{Account, Budget, FaultPlan, GeneratedConfig, LiveWindow, SimConfig, SimLimits, Source};
use std::time::Duration;

pub(crate) async fn run(context: &Context, args: SimulateArgs) -> Result<ExitCode, Error> {
    let truth = args.truth.clone();
    let config = config(args)?;
    if let Some(folder) = truth {
        let of = config.clone();
        let to = folder.clone();
        let written = tokio::task::spawn_blocking(move || openf1_sim::truth::write_truth(&of, &to))
            .await
            .map_err(|error| Error::Usage(format!("cannot write the truth: {error}")))??;
        context.say(&format!("wrote the true course of {written} sessions to {}", folder.display()));
    }
    let simulator = openf1_sim::start(config).await?;
    crate::output::write(&format!("{}\n", simulator.base_url()))?;
    context.say(&format!(
        "simulated OpenF1 on {}; statistics at http://{}/_sim/stats; Ctrl-C stops it",
        simulator.base_url(),
        simulator.address()
    ));
    crate::interrupt::signal().await;
    let stats = simulator.stats();
    simulator.shutdown().await;
    context.say(&format!(
        "served {} requests, {} rows; {} requests broke the limits; {} faults were injected",
        stats.requests, stats.rows, stats.violations, stats.faults
    ));
    Ok(ExitCode::Done)
}

fn config(args: SimulateArgs) -> Result<SimConfig, Error> {
    let faults = match &args.faults {
        None => FaultPlan::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                Error::Usage(format!("cannot read the fault plan {}: {error}", path.display()))
            })?;
            FaultPlan::from_toml(&text)?
        }
    };
    let accounts = match args.account {
        None => Vec::new(),
        Some(username) => {
            let password = std::env::var("SIMULATED_PASSWORD").map_err(|_| {
                Error::Usage("--account needs a password\nhint: set SIMULATED_PASSWORD".to_owned())
            })?;
            vec![Account { username, password }]
        }
    };
    let live = match args.live_for {
        None => Vec::new(),
        Some(seconds) => {
            let until = Duration::try_from_secs_f64(seconds)
                .map_err(|error| Error::Usage(format!("--live-for {seconds}: {error}")))?;
            vec![LiveWindow { from: Duration::ZERO, until }]
        }
    };
    let budget = Budget::default();
    Ok(SimConfig {
        source: match args.replay {
            Some(folder) => Source::Replay(folder),
            None => Source::Generated(GeneratedConfig {
                seed: args.seed,
                seasons: args.seasons,
                ..GeneratedConfig::default()
            }),
        },
        limits: match args.limits {
            SimulatedLimits::Free => SimLimits::Free,
            SimulatedLimits::Sponsor => SimLimits::Sponsor,
            SimulatedLimits::None => SimLimits::None,
        },
        budget: Budget { max_rows: args.max_rows.or(budget.max_rows), ..budget },
        faults,
        accounts,
        live,
        port: args.port,
        ..SimConfig::default()
    })
}
