//! A client of the OpenF1 API (Formula 1 timing data): typed rows for programs, checked bytes for pipelines.
//!
//! ```no_run
//! # async fn run() -> Result<(), openf1_client::Error> {
//! use openf1_client::OpenF1;
//! let client = OpenF1::builder().build()?;
//! for lap in client.laps().session(9158).driver(1).await? {
//!     println!("{:?} {:?}", lap.lap_number, lap.lap_duration);
//! }
//! # Ok(())
//! # }
//! ```

mod answer;
mod attempt;
mod body;
mod builder;
mod client;
mod data_limit;
pub mod endpoint;
mod error;
pub mod field;
pub mod limit;
mod login;
pub mod query;
mod request;
mod rows;
mod shared;
mod too_fast;
mod transport;
mod verdict;

pub use answer::Answer;
pub use builder::{ClientBuilder, DEFAULT_BASE_URL};
pub use client::{Health, OpenF1, Traffic};
pub use endpoint::{Endpoint, Row};
pub use error::Error;
pub use limit::*;
pub use login::Credentials;
pub use query::{Op, Operand, Query, QueryError};
pub use request::Request;
pub use rows::RowSink;
