//! Windows: the bounds on one field, as the API pairs them.

use super::error::QueryError;
use super::filter::{Filter, Op, Operand, display};
use super::instant::milliseconds;
use crate::endpoint::Endpoint;
use std::cmp::Ordering;

/// Pairs the bounds as the API does (the smallest lower bound with the smallest upper bound not below it)
/// and refuses pairs that would become an OR.
pub(super) fn check(endpoint: Endpoint, filters: &[Filter]) -> Result<(), QueryError> {
    let mut fields: Vec<&str> = filters.iter().map(|filter| filter.field.as_str()).collect();
    fields.sort_unstable();
    fields.dedup();
    for field in fields {
        let ambiguous = || QueryError::AmbiguousWindows { endpoint, field: field.to_owned() };
        let of_field = || filters.iter().filter(|filter| filter.field == field);
        // The API turns a day into two bounds, and pairs them with any others.
        if of_field().any(|filter| filter.op == Op::Eq && matches!(filter.value, Operand::Day(_)))
            && of_field().any(|filter| filter.op != Op::Eq)
        {
            return Err(ambiguous());
        }
        let bounds = |want: fn(Op) -> bool, from: Op| {
            let mut found: Vec<Bound<'_>> = Vec::new();
            for filter in of_field() {
                let bound = match (filter.op, &filter.value) {
                    (Op::Eq, Operand::Day(_)) => Bound::of(filter, from),
                    (op, _) if want(op) => Bound::of(filter, op),
                    _ => continue,
                };
                // Duplicate bounds count once.
                if !found.iter().any(|other| other.same(&bound)) {
                    found.push(bound);
                }
            }
            found.sort_by(|a, b| a.at.compare(&b.at).unwrap_or(Ordering::Equal));
            found
        };
        let lowers = bounds(Op::is_lower, Op::Ge);
        let uppers = bounds(Op::is_upper, Op::Le);
        if lowers.is_empty() || uppers.is_empty() {
            // Several bounds on one side are ORed to the widest, which is never intended.
            if lowers.len() + uppers.len() > 1 {
                return Err(ambiguous());
            }
            continue;
        }
        if lowers.len() != uppers.len() {
            return Err(ambiguous());
        }
        for (index, (lower, upper)) in lowers.iter().zip(&uppers).enumerate() {
            // Numbers and text have no order: the API fails.
            let order = lower.at.compare(&upper.at).ok_or_else(ambiguous)?;
            if order.is_gt() || (order.is_eq() && !(lower.inclusive && upper.inclusive)) {
                return Err(QueryError::EmptyWindow {
                    endpoint,
                    field: field.to_owned(),
                    lower: format!("{}{}", lower.filter.op, display(&lower.filter.value)),
                    upper: format!("{}{}", upper.filter.op, display(&upper.filter.value)),
                });
            }
            if let Some(next) = lowers.get(index + 1)
                && next.at.compare(&upper.at).ok_or_else(ambiguous)?.is_lt()
            {
                return Err(ambiguous());
            }
        }
    }
    Ok(())
}

/// The position of a bound as the API sees it.
enum At<'a> {
    /// A number, a truth value, or milliseconds since 1970.
    Number(f64),
    Text(&'a str),
}

impl At<'_> {
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.partial_cmp(b),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

/// A bound as the API will read it.
struct Bound<'a> {
    at: At<'a>,
    inclusive: bool,
    filter: &'a Filter,
}

impl<'a> Bound<'a> {
    fn of(filter: &'a Filter, op: Op) -> Self {
        let mut inclusive = matches!(op, Op::Ge | Op::Le);
        #[expect(clippy::cast_precision_loss, reason = "numbers and milliseconds that are sent fit 53 bits")]
        let at = match &filter.value {
            Operand::Int(number) => At::Number(*number as f64),
            Operand::Float(number) => At::Number(*number),
            Operand::Bool(value) => At::Number(f64::from(u8::from(*value))),
            Operand::Text(text) => At::Text(text),
            Operand::Time(time) => {
                At::Number(milliseconds(op, *time).unwrap_or_else(|| time.as_millisecond()) as f64)
            }
            Operand::Day(day) => {
                // "After a day" starts with the next day; "up to a day" ends before it.
                let whole = matches!(op, Op::Gt | Op::Le);
                inclusive ^= whole;
                let day = if whole { day.tomorrow().unwrap_or(*day) } else { *day };
                let midnight = jiff::tz::TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0));
                At::Number(midnight.map_or(0.0, |time| time.as_millisecond() as f64))
            }
            Operand::Latest => At::Text("latest"),
        };
        Self { at, inclusive, filter }
    }

    fn same(&self, other: &Self) -> bool {
        self.inclusive == other.inclusive && self.at.compare(&other.at).is_some_and(Ordering::is_eq)
    }
}
