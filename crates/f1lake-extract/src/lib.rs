//! Sessions of the OpenF1 API into a landing zone: plan, fetch, stage, land, resume.

mod calendar;
mod catalogue;
mod changes;
mod error;
mod extractor;
mod files;
mod landed_rows;
mod landing;
mod landing_file;
mod learned;
mod manifest;
mod parquet_file;
mod records;
mod report;
mod run_lock;
mod session;
mod settings;
mod slice;
mod staging;
mod verify;

pub use changes::Changes;
pub use error::ExtractError;
pub use extractor::{Extractor, RunPlan, SessionPlan};
pub use landed_rows::LandedRows;
pub use landing::Landing;
pub use manifest::{LandedEndpoint, LandedRequest, MANIFEST_DIR, Manifest, Outcome};
pub use records::added_fields;
pub use report::*;
pub use session::SessionInfo;
pub use settings::*;
pub use verify::{VerifyProblem, VerifyReport, verify};
