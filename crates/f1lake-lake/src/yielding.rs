//! Lets a join that multiplies rows be stopped.
//!
//! The engine stops a query where an operator waits for input. A join without a key makes batch after batch
//! from input it already has, so nothing would end it. Each of its batches now counts as a chance to stop.

use deltalake::datafusion::common::Result;
use deltalake::datafusion::common::tree_node::{Transformed, TreeNode};
use deltalake::datafusion::config::ConfigOptions;
use deltalake::datafusion::physical_optimizer::PhysicalOptimizerRule;
use deltalake::datafusion::physical_plan::ExecutionPlan;
use deltalake::datafusion::physical_plan::coop::CooperativeExec;
use deltalake::datafusion::physical_plan::joins::{CrossJoinExec, NestedLoopJoinExec};
use std::sync::Arc;

#[derive(Debug)]
pub(crate) struct YieldingJoins;

impl PhysicalOptimizerRule for YieldingJoins {
    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(|node| {
            let multiplies = node.is::<CrossJoinExec>() || node.is::<NestedLoopJoinExec>();
            Ok(if multiplies {
                Transformed::yes(Arc::new(CooperativeExec::new(node)) as Arc<dyn ExecutionPlan>)
            } else {
                Transformed::no(node)
            })
        })
        .map(|changed| changed.data)
    }

    fn name(&self) -> &str {
        "YieldingJoins"
    }

    fn schema_check(&self) -> bool {
        true
    }
}
