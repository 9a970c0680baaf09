//! The memory of the query engine: one pool for all queries of the process.

use deltalake::datafusion::execution::memory_pool::{FairSpillPool, MemoryPool};
use std::sync::{Arc, OnceLock};
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// Minimum useful memory, bytes.
pub const LEAST_MEMORY: u64 = 128 << 20;

static POOL: OnceLock<Arc<dyn MemoryPool>> = OnceLock::new();

/// Limits the memory that all queries of this process together use before they spill to disk, in bytes;
/// without a limit, half of the memory of the machine or its cgroup. The first call counts, provided that no
/// query ran before it.
pub fn limit_memory(bytes: Option<u64>) {
    pool_of(bytes);
}

/// The pool that all queries share.
pub(crate) fn pool() -> Arc<dyn MemoryPool> {
    pool_of(None)
}

fn pool_of(bytes: Option<u64>) -> Arc<dyn MemoryPool> {
    let pool = POOL.get_or_init(|| {
        let bytes = bytes.unwrap_or_else(|| machine_memory() / 2).max(LEAST_MEMORY);
        tracing::debug!(bytes, "memory of the query engine");
        Arc::new(FairSpillPool::new(usize::try_from(bytes).unwrap_or(usize::MAX)))
    });
    Arc::clone(pool)
}

/// Maximum memory of this process, bytes: the machine's, or its cgroup's if smaller.
pub fn machine_memory() -> u64 {
    let memory = RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram());
    let system = System::new_with_specifics(memory);
    let container = system.cgroup_limits().map(|limits| limits.total_memory).filter(|bytes| *bytes > 0);
    let least = [container, own_cgroup()].into_iter().flatten().fold(system.total_memory(), u64::min);
    least.max(LEAST_MEMORY)
}

/// The smallest limit of the cgroups above this process; a service may have less than the whole system.
fn own_cgroup() -> Option<u64> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let root = std::path::Path::new("/sys/fs/cgroup");
    let folders = root.join(own);
    let limits = folders.ancestors().take_while(|folder| folder.starts_with(root)).filter_map(|folder| {
        // `max` when there is no limit.
        std::fs::read_to_string(folder.join("memory.max")).ok()?.trim().parse().ok()
    });
    limits.min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::Lake;
    use crate::query::Query;
    use deltalake::datafusion::execution::memory_pool::MemoryLimit;

    #[tokio::test]
    async fn all_queries_of_the_process_share_one_pool_of_half_the_memory() {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::open(folder.path().to_str().unwrap()).unwrap();
        let mut pools = Vec::new();
        for _ in 0..2 {
            let query = Query::open(&lake, None).await.unwrap();
            pools.push(Arc::clone(&query.context().runtime_env().memory_pool));
        }
        assert!(Arc::ptr_eq(&pools[0], &pools[1]));
        // The pool is created once: a later limit changes nothing.
        limit_memory(Some(1));
        assert!(Arc::ptr_eq(&pools[0], &pool()));
        let half = usize::try_from(machine_memory() / 2).unwrap();
        assert!(matches!(pools[0].memory_limit(), MemoryLimit::Finite(bytes) if bytes == half));
    }
}
