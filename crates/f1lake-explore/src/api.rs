//! Answers with data. Each file is one address.

mod body;
mod catalogue;
mod export;
mod lake;
mod overlay;
mod parameters;
mod query;
mod sessions;
mod sql;
mod view;

pub(crate) use catalogue::catalogue;
pub(crate) use export::export;
pub(crate) use lake::lake;
pub(crate) use overlay::{overlay, overlay_sql};
pub(crate) use sessions::sessions;
pub(crate) use sql::sql;
pub(crate) use view::{view, view_sql};
