//! The lake as a page: a server for one person on one machine.
//!
//! [`serve`] answers on loopback with the page (`assets/`, built from `web/`) and the data behind it. Each
//! panel of the page is one query of `sql/`, which the page shows and anyone can run again. Overlays of laps
//! are computed here with [`f1lake_motion`], so that page, report and tests share one truth.
//!
//! The crate knows no query engine. [`Tables`] is what it needs of a lake; the program implements it.
//!
//! Every request passes [`Guard`] first: nothing is answered for another host name, another origin or
//! without the token, and a route cannot be added past it.

mod api;
mod assets;
mod error;
mod guard;
mod ipc;
mod overlay;
mod server;
mod shared;
mod tables;
mod token;
mod views;

pub use error::{ErrorKind, Failure, Suggestion};
pub use guard::{Guard, Refusal};
pub use overlay::{LapId, OverlayRow};
pub use server::{App, serve};
pub use tables::{Column, LakeState, RowStream, Rows, TableFormat, TableNotes, Tables};
pub use token::Token;
pub use views::{View, ViewError, Views};
