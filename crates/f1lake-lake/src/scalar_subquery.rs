//! Evaluates scalar subqueries before the query around them is planned.
//!
//! In `where session_key = (select max(session_key) ...)`, the engine knows the session only while the query
//! runs, when all files are already in the plan; with the value inserted, the plan has only that session's
//! files.

use crate::error::LakeError;
use deltalake::datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use deltalake::datafusion::common::{DataFusionError, ScalarValue};
use deltalake::datafusion::execution::SessionState;
use deltalake::datafusion::logical_expr::logical_plan::Subquery;
use deltalake::datafusion::logical_expr::{Expr, LogicalPlan};
use deltalake::datafusion::prelude::DataFrame;

/// Replaces uncorrelated subqueries in conditions by their values, the innermost first. A subquery that
/// fails, or has more than one row, stays for the engine to report.
///
/// # Errors
/// When the engine cannot rewrite the plan.
pub(crate) async fn answered(state: &SessionState, mut plan: LogicalPlan) -> Result<LogicalPlan, LakeError> {
    while let Some(subquery) = innermost(&plan)? {
        let Some(value) = value(state, &subquery).await else { break };
        let replaced = replaced(plan, &subquery, &value)?;
        plan = replaced.data;
        if !replaced.transformed {
            break;
        }
    }
    Ok(plan)
}

fn innermost(plan: &LogicalPlan) -> Result<Option<Subquery>, DataFusionError> {
    let mut found: Option<Subquery> = None;
    plan.apply_with_subqueries(|node| {
        let LogicalPlan::Filter(filter) = node else { return Ok(TreeNodeRecursion::Continue) };
        filter.predicate.apply(|expr| {
            Ok(match expr {
                Expr::ScalarSubquery(subquery) if subquery.outer_ref_columns.is_empty() => {
                    found = Some(subquery.clone());
                    TreeNodeRecursion::Stop
                }
                _ => TreeNodeRecursion::Continue,
            })
        })
    })?;
    let Some(subquery) = found else { return Ok(None) };
    Ok(innermost(&subquery.subquery)?.or(Some(subquery)))
}

/// Its value, null for no row.
async fn value(state: &SessionState, subquery: &Subquery) -> Option<ScalarValue> {
    let frame = DataFrame::new(state.clone(), (*subquery.subquery).clone()).limit(0, Some(2)).ok()?;
    let [field] = frame.schema().fields().as_ref() else { return None };
    let null = ScalarValue::try_from(field.data_type()).ok()?;
    let batches = frame.collect().await.ok()?;
    match batches.iter().map(arrow_array::RecordBatch::num_rows).sum() {
        0 => Some(null),
        1 => {
            let row = batches.iter().find(|batch| batch.num_rows() == 1)?;
            ScalarValue::try_from_array(row.column(0), 0).ok()
        }
        _ => None,
    }
}

fn replaced(
    plan: LogicalPlan,
    subquery: &Subquery,
    value: &ScalarValue,
) -> Result<Transformed<LogicalPlan>, DataFusionError> {
    plan.transform_up_with_subqueries(|node| {
        if !matches!(node, LogicalPlan::Filter(_)) {
            return Ok(Transformed::no(node));
        }
        node.map_expressions(|condition| {
            condition.transform(|expr| {
                Ok(match expr {
                    Expr::ScalarSubquery(same) if same == *subquery => {
                        Transformed::yes(Expr::Literal(value.clone(), None))
                    }
                    other => Transformed::no(other),
                })
            })
        })
    })
}
