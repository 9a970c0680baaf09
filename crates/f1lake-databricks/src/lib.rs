//! A light client of a Databricks workspace: login, volumes (Files API) as an [`object_store::ObjectStore`],
//! and SQL statements on a warehouse. It is independent of the content of files and statements.
//!
//! ```no_run
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use f1lake_databricks::{Explicit, Login, Statement, VolumeStore, Workspace};
//! use object_store::{ObjectStoreExt, path::Path};
//! let workspace = Workspace::connect(Login::resolve(&Explicit::default())?)?;
//! let volume = VolumeStore::open(&workspace, "/Volumes/dev_f1/raw_data/landing")?;
//! volume.put(&Path::parse("laps.json")?, "[]".into()).await?;
//! let warehouse = workspace.warehouse("Starter Warehouse").await?;
//! let stop = tokio_util::sync::CancellationToken::new();
//! let answer = workspace.execute(&warehouse.id, &Statement::new("SELECT 1"), &stop).await?;
//! println!("{:?}", answer.rows);
//! # Ok(())
//! # }
//! ```
//!
//! # Never run against a real workspace
//!
//! Tested against: a fake workspace in `tests/`, built from recorded exchanges; the official Python SDK
//! 0.162.0 on the same fake, whose requests and logins are the same field by field; and minilake 1.9.0 for files. The
//! real service was never available. The following are known from documents or source only:
//!
//! - which status and `error_code` the service returns for a missing volume, a missing folder, a listed
//!   folder that is a file, an existing file (`overwrite=false`), a missing warehouse;
//! - whether a download honours `Range` (otherwise the response is cut here), and which `ETag` it carries;
//! - the multipart upload with presigned parts, and its abort;
//! - the wording of SQL errors, from which the position is parsed;
//! - discovery of the OAuth endpoints on AWS, Azure and Google Cloud; and what GitHub, Azure DevOps, Entra ID,
//!   `az` and `databricks` answer: the stand-ins answer what the official client reads.

mod auth;
mod config;
mod error;
mod multipart;
mod pages;
mod profile;
mod retry;
mod runtime;
mod statement;
mod user_agent;
mod volume;
mod volume_path;
mod warehouse;
mod workspace;

pub use config::{AzureEnvironment, Explicit, IdTokenSource, Login, Method, Origin, Setting};
pub use error::{ApiError, Error, Position, SqlError};
pub use f1lake_http::RetryPolicy;
pub use runtime::{Grant, Runtime};
pub use statement::{Column, Parameter, Rows, Statement};
pub use volume::VolumeStore;
pub use volume_path::VolumePath;
pub use warehouse::Warehouse;
pub use workspace::{Workspace, WorkspaceBuilder};
