//! Formula 1 data from the OpenF1 API in a lakehouse, as a library: the program `f1lake` and the Python package are built on
//! it.
//!
//! A [`Pipeline`] extracts sessions into a landing zone, loads them into a lake, and builds silver and gold:
//!
//! ```no_run
//! use f1lake::{Pipeline, Selection};
//!
//! # async fn run() -> Result<(), f1lake::Error> {
//! let pipeline = Pipeline::builder().landing("landing").lake("lake").build().await?;
//! let report = pipeline.run(Selection::latest(5)).await?;
//! println!("{} requests", report.extract.requests);
//! # Ok(())
//! # }
//! ```
//!
//! The parts can be used alone: [`client`] for the API, [`extract`] and [`zone`] for the landing zone, `lake` for the tables,
//! and, with the feature `simulator`, a server that generates seasons for tests.

#![cfg_attr(not(test), deny(clippy::disallowed_methods))]

pub use f1lake_bronze as bronze;
pub use f1lake_databricks as databricks;
pub use f1lake_extract as extract;
#[cfg(feature = "lake")]
pub use f1lake_lake as lake;
#[cfg(feature = "databricks")]
pub use f1lake_warehouse as warehouse;
pub use f1lake_zone as zone;
pub use openf1_client as client;
#[cfg(feature = "simulator")]
pub use openf1_sim as simulator;

pub mod config;
pub mod connect;
mod error;
mod event;
mod exit_code;
mod folders;
mod landing_zone;
pub mod nearest;
#[cfg(feature = "lake")]
mod open_lake;
mod outcome;
mod pipeline;
pub mod place;
#[cfg(feature = "lake")]
mod rows;
pub mod runtime;
pub mod summary;
pub mod unreachable;
pub mod volume_name;
pub mod workspace;

pub use config::Config;
pub use error::{Error, ErrorKind};
pub use event::Event;
pub use exit_code::ExitCode;
pub use f1lake_extract::{Mode, Order, RunReport, Selection};
pub use landing_zone::Zone;
#[cfg(feature = "lake")]
pub use open_lake::{open_lake, require_lake};
pub use outcome::Outcome;
pub use pipeline::{Pipeline, PipelineBuilder, PipelineReport, Task, step};
#[cfg(feature = "lake")]
pub use rows::{Rows, parse_as_of};
#[cfg(feature = "databricks")]
pub use workspace::DatabricksNames;
