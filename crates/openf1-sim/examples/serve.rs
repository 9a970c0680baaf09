//! Serves a generated season, or a folder of recorded rows, until it is killed:
//! `cargo run -p openf1-sim --example serve -- [FOLDER]`.

use openf1_sim::{Budget, SimConfig, SimLimits, Source};

#[tokio::main]
async fn main() -> Result<(), openf1_sim::SimError> {
    let mut config = SimConfig { limits: SimLimits::None, ..SimConfig::default() };
    match std::env::args().nth(1).as_deref() {
        // Everything of one driver or of twenty, for measuring.
        Some("unlimited") => {
            config.budget = Budget { max_rows: None, ..Budget::default() };
        }
        Some(folder) => config.source = Source::Replay(folder.into()),
        None => {}
    }
    let simulator = openf1_sim::start(config).await?;
    eprintln!("{}", simulator.base_url());
    simulator.wait().await;
    Ok(())
}
