//! What all answers share.

use crate::overlay::Tracks;
use crate::tables::Tables;
use crate::views::{ViewError, Views};
use axum::extract::State;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Queries that run at once; others wait.
const QUERIES_AT_ONCE: usize = 2;

pub(crate) struct Shared {
    pub(crate) tables: Arc<dyn Tables>,
    pub(crate) views: Views,
    pub(crate) version: String,
    pub(crate) queries: Semaphore,
    pub(crate) tracks: Tracks,
}

pub(crate) type Handle = State<Arc<Shared>>;

impl Shared {
    pub(crate) fn new(tables: Arc<dyn Tables>, version: &str) -> Result<Self, ViewError> {
        Ok(Self {
            tables,
            views: Views::carried()?,
            version: version.to_owned(),
            queries: Semaphore::new(QUERIES_AT_ONCE),
            tracks: Tracks::default(),
        })
    }
}
