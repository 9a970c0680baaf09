//! Login of the notebook or job that runs the work, for Databricks.

pub use f1lake_databricks::{Grant, Runtime};
use std::sync::Arc;

tokio::task_local! {
    static RUNTIME: Arc<dyn Runtime>;
}

/// Does work with the login of the surrounding notebook or job, if any.
pub async fn with_runtime<T>(runtime: Option<Arc<dyn Runtime>>, work: impl Future<Output = T>) -> T {
    match runtime {
        Some(runtime) => RUNTIME.scope(runtime, work).await,
        None => work.await,
    }
}

/// Login of the surrounding notebook or job.
pub(crate) fn current() -> Option<Arc<dyn Runtime>> {
    RUNTIME.try_with(Arc::clone).ok()
}
