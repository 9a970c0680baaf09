//! Joins by `using (...)`: an unqualified shared column means the first table's, as in PostgreSQL and DuckDB.
//! The engine reports such a name as ambiguous in conditions, and from the third table on everywhere.

use deltalake::datafusion::sql::parser::Statement;
use deltalake::datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, GroupByExpr, Ident, JoinConstraint, JoinOperator, OrderByKind, Query, Select,
    SelectItem, SetExpr, TableFactor, TableWithJoins, VisitMut, VisitorMut,
};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Qualifies unqualified shared columns with the first table.
pub(crate) fn qualify(statement: &mut Statement) {
    match statement {
        Statement::Statement(statement) => {
            let _ = statement.visit(&mut Selects);
        }
        Statement::Explain(explain) => qualify(&mut explain.statement),
        _ => {}
    }
}

/// The columns shared by a chain of joins.
#[derive(Debug, Default)]
struct Shared {
    /// By column: a table that has it in every row, and the join that first named it.
    columns: BTreeMap<String, (Ident, usize)>,
}

struct Selects;

impl VisitorMut for Selects {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        let Query { body, order_by, .. } = query;
        let SetExpr::Select(select) = body.as_mut() else { return ControlFlow::Continue(()) };
        if let (Some(mut shared), Some(order)) = (shared(&select.from), order_by) {
            // A name that the query itself defines takes precedence.
            for item in &select.projection {
                if let SelectItem::ExprWithAlias { alias, .. } = item {
                    shared.columns.remove(&alias.value.to_lowercase());
                }
            }
            if let OrderByKind::Expressions(orders) = &mut order.kind {
                orders.iter_mut().for_each(|order| shared.name_in(&mut order.expr));
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        let Some(shared) = shared(&select.from) else { return ControlFlow::Continue(()) };
        let mut all = false;
        for item in &mut select.projection {
            match item {
                SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => {
                    shared.name_in(expr)
                }
                _ => all = true,
            }
        }
        for expr in [&mut select.selection, &mut select.having, &mut select.qualify].into_iter().flatten() {
            shared.name_in(expr);
        }
        if let GroupByExpr::Expressions(groups, _) = &mut select.group_by {
            groups.iter_mut().for_each(|group| shared.name_in(group));
        }
        // `*` lists shared columns once only where they are joined by `using`.
        if let ([from], false) = (select.from.as_mut_slice(), all) {
            shared.join_by_first(from);
        }
        ControlFlow::Continue(())
    }
}

/// For a chain of joins, none of which keeps rows of the right side alone.
fn shared(from: &[TableWithJoins]) -> Option<Shared> {
    let [TableWithJoins { relation, joins }] = from else { return None };
    let mut found: BTreeMap<String, (Option<Ident>, usize)> = BTreeMap::new();
    for (number, join) in joins.iter().enumerate() {
        for column in using(&join.join_operator)? {
            found.entry(column).or_insert_with(|| {
                // It is unknown which table to the left has it; in an inner join, the right one has it too.
                let inner = matches!(join.join_operator, JoinOperator::Join(_) | JoinOperator::Inner(_));
                let table =
                    if number == 0 { name_of(relation) } else { name_of(&join.relation).filter(|_| inner) };
                (table, number)
            });
        }
    }
    let columns: BTreeMap<String, (Ident, usize)> =
        found.into_iter().filter_map(|(column, (table, number))| Some((column, (table?, number)))).collect();
    (!columns.is_empty()).then_some(Shared { columns })
}

/// The columns of an inner or left join by `using`; `None` for other joins by it, an empty list for joins
/// without.
fn using(operator: &JoinOperator) -> Option<Vec<String>> {
    match operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint) => match constraint {
            JoinConstraint::Using(columns) => {
                columns.iter().map(|column| Some(column.0.last()?.as_ident()?.value.to_lowercase())).collect()
            }
            _ => Some(Vec::new()),
        },
        JoinOperator::CrossJoin(_) => Some(Vec::new()),
        _ => None,
    }
}

fn name_of(table: &TableFactor) -> Option<Ident> {
    match table {
        TableFactor::Table { name, alias, .. } => match alias {
            Some(alias) => Some(alias.name.clone()),
            None => name.0.last()?.as_ident().cloned(),
        },
        TableFactor::Derived { alias, .. } => Some(alias.as_ref()?.name.clone()),
        _ => None,
    }
}

impl Shared {
    fn name_in(&self, expr: &mut Expr) {
        let _ = expr.visit(&mut Names { shared: self, depth: 0 });
    }

    fn qualified(&self, column: &str) -> Option<Expr> {
        let (table, _) = self.columns.get(column)?;
        Some(Expr::CompoundIdentifier(vec![table.clone(), Ident::new(column)]))
    }

    /// From the third table on, the engine cannot resolve the table of the join column.
    fn join_by_first(&self, from: &mut TableWithJoins) {
        for (number, join) in from.joins.iter_mut().enumerate().skip(2) {
            let Some(table) = name_of(&join.relation) else { continue };
            let known = |name: &String| self.columns.get(name).is_some_and(|(_, first)| *first < number);
            let names = using(&join.join_operator).unwrap_or_default();
            if names.is_empty() || !names.iter().all(known) {
                continue;
            }
            let (JoinOperator::Join(constraint)
            | JoinOperator::Inner(constraint)
            | JoinOperator::Left(constraint)
            | JoinOperator::LeftOuter(constraint)) = &mut join.join_operator
            else {
                continue;
            };
            let equal = names.iter().filter_map(|name| {
                Some(Expr::BinaryOp {
                    left: Box::new(self.qualified(name)?),
                    op: BinaryOperator::Eq,
                    right: Box::new(Expr::CompoundIdentifier(vec![table.clone(), Ident::new(name)])),
                })
            });
            let all = equal.reduce(|left, right| Expr::BinaryOp {
                left: Box::new(left),
                op: BinaryOperator::And,
                right: Box::new(right),
            });
            if let Some(all) = all {
                *constraint = JoinConstraint::On(all);
            }
        }
    }
}

/// Replaces names in an expression, except in nested queries.
struct Names<'a> {
    shared: &'a Shared,
    depth: usize,
}

impl VisitorMut for Names<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if self.depth == 0
            && let Expr::Identifier(name) = expr
            && let Some(qualified) = self.shared.qualified(&name.value.to_lowercase())
        {
            *expr = qualified;
        }
        ControlFlow::Continue(())
    }
}
