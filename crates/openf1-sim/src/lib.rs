//! The OpenF1 API as a local server.
//!
//! [`start`] opens an HTTP server on loopback that responds as the hosted API does: the 18 endpoints of
//! `/v1/`, filters with operators inside the query string, 404 for "no results", 422 for too much data, 429
//! over two sliding windows, 401 while a session is live, `/token`, gzip and CSV. Rows come from a seeded
//! generator (any number of seasons, telemetry generated on the fly) or from a folder of recorded rows. A
//! [`FaultPlan`] breaks responses on demand and corrects rows after a number of requests.
//!
//! ```no_run
//! # async fn demo() -> Result<(), openf1_sim::SimError> {
//! let simulator = openf1_sim::start(openf1_sim::SimConfig::default()).await?;
//! println!("{}", simulator.base_url()); // http://127.0.0.1:PORT/v1
//! simulator.shutdown().await;
//! # Ok(())
//! # }
//! ```

mod answer;
mod clock;
mod config;
mod connection;
mod correction;
mod csv;
mod endpoint;
mod error;
mod faults;
mod generate;
mod limits;
mod meter;
mod query;
mod refusal;
mod replay;
mod row;
mod server;
mod stats;
mod token;

pub use config::{Account, Budget, GeneratedConfig, LiveWindow, SimConfig, SimLimits, Source};
pub use error::SimError;
pub use faults::{FAULT_KINDS, FaultPlan};
pub use generate::truth;
pub use server::{Simulator, start};
pub use stats::{ClientStats, Stats};
