//! Sessions of the OpenF1 API into a landing zone: select, plan, fetch, land.

#![cfg_attr(not(test), deny(clippy::disallowed_methods))]

mod error;
mod extractor;
mod fetch;
mod land;
mod plan;
mod repair;
mod report;
mod select;
mod settings;

pub use error::ExtractError;
pub use extractor::Extractor;
pub use plan::{RunPlan, SessionPlan};
pub use repair::RepairReport;
pub use report::*;
pub use select::selected::Selected;
pub use select::session::SessionInfo;
pub use settings::*;
