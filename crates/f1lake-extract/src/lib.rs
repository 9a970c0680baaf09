//! Extracts sessions of the OpenF1 API into a landing zone: plan, fetch, stage, land, resume.

#![cfg_attr(not(test), deny(clippy::disallowed_methods))]

pub mod bucket;
mod calendar;
mod catalogue;
mod changes;
mod error;
mod extractor;
pub mod files;
mod filter;
mod landed_rows;
#[allow(clippy::disallowed_methods, reason = "uploads go through a private scratch file")]
mod landing;
#[allow(
    clippy::disallowed_methods,
    reason = "written in the staging folder, and put in its place by landing"
)]
mod landing_file;
mod learned;
mod manifest;
mod parquet_file;
mod records;
mod repair;
mod report;
#[allow(clippy::disallowed_methods, reason = "a lock file has no content")]
mod run_lock;
mod session;
mod settings;
mod slice;
mod staging;
mod verify;

pub use catalogue::Selected;
pub use changes::Changes;
pub use error::ExtractError;
pub use extractor::{Extractor, RunPlan, SessionPlan};
pub use landed_rows::LandedRows;
pub use landing::Landing;
pub use manifest::{LandedEndpoint, LandedRequest, MANIFEST_DIR, Manifest, Outcome};
pub use records::added_fields;
pub use repair::RepairReport;
pub use report::*;
pub use run_lock::RunLock;
pub use session::SessionInfo;
pub use settings::*;
pub use verify::{VerifyProblem, VerifyReport, verify};
