//! The landing zone: what was fetched, as it was, with a manifest a session that proves it.
//!
//! A zone is a flat folder, bucket or volume. Landed files are created and never overwritten; the manifest of a session,
//! written last, is the commit.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! use f1lake_zone::{Landing, verify};
//!
//! let landing = Landing::memory();
//! assert!(landing.manifests().await?.is_empty());
//! assert!(verify(&landing).await?.problems.is_empty());
//! # Ok::<(), f1lake_zone::ZoneError>(())
//! # }).map_err(Box::new)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(not(test), deny(clippy::disallowed_methods))]

mod added_fields;
pub mod bucket;
mod error;
pub mod files;
#[allow(
    clippy::disallowed_methods,
    reason = "written in the staging folder, and put in its place by landing"
)]
mod format;
#[allow(clippy::disallowed_methods, reason = "uploads go through a private scratch file")]
mod landing;
mod manifest;
mod names;
#[allow(clippy::disallowed_methods, reason = "a lock file has no content")]
mod run_lock;
mod verify;

pub use added_fields::{ADDED, OF_ALL, RESCUED, added_fields};
pub use error::{ZoneError, is_refused, refuse_newer};
pub use format::{Compression, FileWriter, Format, Rows, Written, digest};
pub use landing::{ASIDE_DIR, Commit, Created, LandedRows, Landing};
pub use manifest::{LandedEndpoint, LandedRequest, MANIFEST_DIR, Manifest, Outcome, later, settled_at};
pub use names::{extension, file_name, files_of};
pub use run_lock::RunLock;
pub use verify::{VerifyProblem, VerifyReport, verify};
