//! The query string as the API reads it, quirks included; one file, because the fuzz targets include it.
//!
//! Operators are inside the text (`speed>=315`). A client that encodes a parameter named `date>=` sends
//! `date%3E%3D=X`, which is read as `date>==X`: the value is the text `=X`, not a date.

use crate::clock::{self, DAY};
use percent_encoding::percent_decode;
use serde_json::Value;
use std::cmp::Ordering;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Op {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Eq => ordering == Ordering::Equal,
            Self::Lt => ordering == Ordering::Less,
            Self::Le => ordering != Ordering::Greater,
            Self::Gt => ordering == Ordering::Greater,
            Self::Ge => ordering != Ordering::Less,
        }
    }

    fn is_lower(self) -> bool {
        matches!(self, Self::Gt | Self::Ge)
    }

    fn is_upper(self) -> bool {
        matches!(self, Self::Lt | Self::Le)
    }
}

/// A value of a filter, cast as the API casts it: bool, int, float, date, text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Bool(bool),
    Int(i64),
    Float(f64),
    Date(i64),
    Text(String),
}

impl Operand {
    /// Order of two operands, where the server's language defines one.
    fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(b)),
            _ => self.number()?.partial_cmp(&other.number()?),
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Self::Bool(b) => Some(f64::from(u8::from(*b))),
            Self::Int(i) => Some(*i as f64),
            Self::Float(f) => Some(*f),
            Self::Date(_) | Self::Text(_) => None,
        }
    }
}

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    pub(crate) op: Op,
    pub(crate) operand: Operand,
}

/// A value of a row, typed as in the server's database. Comparisons never cross types.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    Bool(bool),
    Number(f64),
    Date(i64),
    Text(&'a str),
    /// Null, absent, arrays: no filter matches them.
    Other,
}

impl<'a> Cell<'a> {
    pub(crate) fn of(field: &str, value: Option<&'a Value>) -> Self {
        match value {
            Some(Value::Bool(b)) => Self::Bool(*b),
            Some(Value::Number(n)) => n.as_f64().map_or(Self::Other, Self::Number),
            Some(Value::String(s)) => {
                if field.starts_with("date")
                    && let Some(parsed) = clock::parse(s)
                {
                    Self::Date(parsed.ms)
                } else {
                    Self::Text(s)
                }
            }
            _ => Self::Other,
        }
    }
}

impl Condition {
    fn holds(&self, cell: Cell<'_>) -> bool {
        let ordering = match (cell, &self.operand) {
            (Cell::Bool(a), Operand::Bool(b)) => a.partial_cmp(b),
            (Cell::Number(a), Operand::Int(b)) => a.partial_cmp(&(*b as f64)),
            (Cell::Number(a), Operand::Float(b)) => a.partial_cmp(b),
            (Cell::Date(a), Operand::Date(b)) => a.partial_cmp(b),
            (Cell::Text(a), Operand::Text(b)) => a.partial_cmp(b.as_str()),
            _ => None,
        };
        ordering.is_some_and(|o| self.op.holds(o))
    }
}

/// Conditions of one field: one alternative must hold, with all of its (one or two) conditions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FieldFilter {
    pub(crate) field: String,
    pub(crate) alternatives: Vec<Vec<Condition>>,
}

impl FieldFilter {
    pub(crate) fn matches(&self, cell: Cell<'_>) -> bool {
        self.alternatives.iter().any(|all| all.iter().all(|c| c.holds(cell)))
    }

    /// The smallest closed range of milliseconds that contains every date this filter accepts; `None` when it
    /// accepts none.
    pub(crate) fn date_hull(&self) -> Option<(i64, i64)> {
        let mut hull: Option<(i64, i64)> = None;
        for all in &self.alternatives {
            let (mut low, mut high) = (i64::MIN, i64::MAX);
            let mut possible = true;
            for condition in all {
                let Operand::Date(ms) = condition.operand else {
                    possible = false;
                    break;
                };
                match condition.op {
                    Op::Eq => (low, high) = (low.max(ms), high.min(ms)),
                    Op::Lt => high = high.min(ms - 1),
                    Op::Le => high = high.min(ms),
                    Op::Gt => low = low.max(ms + 1),
                    Op::Ge => low = low.max(ms),
                }
            }
            if possible && low <= high {
                hull = Some(hull.map_or((low, high), |(l, h)| (l.min(low), h.max(high))));
            }
        }
        hull
    }
}

/// Why a query string gets an error page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadQuery(pub(crate) String);

/// A parsed query string.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Query {
    pub(crate) filters: Vec<FieldFilter>,
    pub(crate) csv: bool,
}

impl Query {
    /// Parses a raw query string. `latest` returns (meeting_key, session_key) of the newest session.
    pub(crate) fn parse(raw: &str, latest: impl Fn() -> Option<(i64, i64)>) -> Result<Self, BadQuery> {
        let mut fields: Vec<(String, Vec<Condition>)> = Vec::new();
        let mut csv = None;
        for part in raw.split('&').filter(|p| !p.is_empty()) {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let (key, value) = (decode(key), decode(value));
            let mut filter = if value.is_empty() { key } else { format!("{key}={value}") };
            if filter.contains("date") && ends_in_bare_offset(&filter) {
                filter = filter.replacen(' ', "+", 1);
            }
            for (field, mut condition) in conditions(&filter)? {
                if field == "csv" {
                    csv.get_or_insert(match &condition.operand {
                        Operand::Text(t) => !t.is_empty(),
                        Operand::Date(_) => true,
                        other => other.number() != Some(0.0),
                    });
                    continue;
                }
                if condition.operand == Operand::Text("latest".to_owned())
                    && let Some((meeting, session)) = latest()
                {
                    match field.as_str() {
                        "meeting_key" => condition.operand = Operand::Int(meeting),
                        "session_key" => condition.operand = Operand::Int(session),
                        _ => {}
                    }
                }
                match fields.iter_mut().find(|(name, _)| *name == field) {
                    Some((_, list)) if list.contains(&condition) => {}
                    Some((_, list)) => list.push(condition),
                    None => fields.push((field, vec![condition])),
                }
            }
        }
        let filters = fields
            .into_iter()
            .map(|(field, conditions)| Ok(FieldFilter { alternatives: pair(&field, conditions)?, field }))
            .collect::<Result<_, BadQuery>>()?;
        Ok(Self { filters, csv: csv.unwrap_or(false) })
    }

    pub(crate) fn field(&self, name: &str) -> Option<&FieldFilter> {
        self.filters.iter().find(|f| f.field == name)
    }

    /// Whether the filter on an integer field, if any, accepts a value.
    pub(crate) fn allows(&self, field: &str, value: i64) -> bool {
        self.field(field).is_none_or(|f| f.matches(Cell::Number(value as f64)))
    }

    pub(crate) fn matches(&self, fields: &serde_json::Map<String, Value>) -> bool {
        self.filters.iter().all(|f| f.matches(Cell::of(&f.field, fields.get(&f.field))))
    }
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes()).decode_utf8_lossy().into_owned()
}

/// Whether a text ends in ` HH:MM`, an offset whose plus became a space.
fn ends_in_bare_offset(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 6
        && matches!(&bytes[bytes.len() - 6..], [b' ', a, b, b':', c, d]
            if [a, b, c, d].iter().all(|x| x.is_ascii_digit()))
}

/// Splits at the first operator found, in the server's search order.
fn conditions(filter: &str) -> Result<Vec<(String, Condition)>, BadQuery> {
    const ORDER: [(&str, Op); 5] =
        [(">=", Op::Ge), ("<=", Op::Le), ("=", Op::Eq), (">", Op::Gt), ("<", Op::Lt)];
    for (sign, op) in ORDER {
        let Some((field, value)) = filter.split_once(sign) else {
            continue;
        };
        let field = field.to_lowercase();
        if field == "gmt_offset" || field == "team_colour" {
            let operand = Operand::Text(value.to_owned());
            return Ok(vec![(field, Condition { op, operand })]);
        }
        let (operand, date_only) = cast(value);
        let Operand::Date(day) = operand else {
            return Ok(vec![(field, Condition { op, operand })]);
        };
        let at = |op, ms| (field.clone(), Condition { op, operand: Operand::Date(ms) });
        // A date without a time means its whole day.
        return Ok(match (date_only, op) {
            (false, op) | (true, op @ (Op::Lt | Op::Ge)) => vec![at(op, day)],
            (true, Op::Gt) => vec![at(Op::Ge, day + DAY)],
            (true, Op::Le) => vec![at(Op::Lt, day + DAY)],
            (true, Op::Eq) => vec![at(Op::Ge, day), at(Op::Lt, day + DAY)],
        });
    }
    Err(BadQuery(format!("ValueError: No valid operator found in `{filter}`.")))
}

/// Casts to bool, int, float or date, in this order, otherwise text; also returns whether it is a date
/// without a time.
fn cast(value: &str) -> (Operand, bool) {
    if value.eq_ignore_ascii_case("true") {
        return (Operand::Bool(true), false);
    }
    if value.eq_ignore_ascii_case("false") {
        return (Operand::Bool(false), false);
    }
    let trimmed = value.trim();
    if let Ok(int) = trimmed.parse() {
        return (Operand::Int(int), false);
    }
    if let Ok(float) = trimmed.parse() {
        return (Operand::Float(float), false);
    }
    match clock::parse(value) {
        Some(parsed) => (Operand::Date(parsed.ms), !parsed.has_time),
        None => (Operand::Text(value.to_owned()), false),
    }
}

/// Pairs lower with upper bounds, smallest first: pairs are ANDed, everything else on a field is ORed. An
/// inverted window therefore matches nearly everything.
fn pair(field: &str, conditions: Vec<Condition>) -> Result<Vec<Vec<Condition>>, BadQuery> {
    let incomparable = || BadQuery(format!("TypeError: '<' not supported between operands of '{field}'"));
    let sorted = |mut list: Vec<Condition>| -> Result<Vec<Condition>, BadQuery> {
        for two in list.windows(2) {
            two[0].operand.compare(&two[1].operand).ok_or_else(incomparable)?;
        }
        list.sort_by(|a, b| a.operand.compare(&b.operand).unwrap_or(Ordering::Equal));
        Ok(list)
    };
    let mut alternatives: Vec<Vec<Condition>> = Vec::new();
    let (mut lower, mut upper) = (Vec::new(), Vec::new());
    for condition in conditions {
        if condition.op.is_lower() {
            lower.push(condition);
        } else if condition.op.is_upper() {
            upper.push(condition);
        } else {
            alternatives.push(vec![condition]);
        }
    }
    let mut lower = sorted(lower)?;
    let mut upper = sorted(upper)?;
    while !lower.is_empty() && !upper.is_empty() {
        let mut found = None;
        for (i, candidate) in upper.iter().enumerate() {
            let ordering = lower[0].operand.compare(&candidate.operand).ok_or_else(incomparable)?;
            if ordering != Ordering::Greater {
                found = Some(i);
                break;
            }
        }
        let Some(i) = found else { break };
        alternatives.push(vec![lower.remove(0), upper.remove(i)]);
    }
    alternatives.extend(lower.into_iter().chain(upper).map(|c| vec![c]));
    Ok(alternatives)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(raw: &str) -> Query {
        Query::parse(raw, || Some((12, 34))).unwrap()
    }

    fn matches(raw: &str, row: serde_json::Value) -> bool {
        parse(raw).matches(row.as_object().unwrap())
    }

    #[test]
    fn operators_and_or() {
        use serde_json::json;
        assert!(matches("speed>=315", json!({"speed": 315})));
        assert!(!matches("speed>315", json!({"speed": 315})));
        assert!(matches("speed%3E%3D315", json!({"speed": 316.5})));
        assert!(matches("driver_number=1&driver_number=4", json!({"driver_number": 4})));
        assert!(!matches("driver_number=1&driver_number=4", json!({"driver_number": 5})));
        let windows = "lap>=4&lap<=7&lap>=10&lap<=15";
        for (lap, expected) in [(3, false), (4, true), (7, true), (8, false), (12, true), (16, false)] {
            assert_eq!(matches(windows, json!({"lap": lap})), expected, "{lap}");
        }
        assert!(matches("LAP=1", json!({"lap": 1})), "field names are lower-cased");
        assert!(!matches("unknown=1", json!({"lap": 1})));
        assert!(!matches("x=1", json!({"x": null})));
        assert!(!matches("x=1", json!({"x": true})), "types are never crossed");
        assert!(!matches("x>=80", json!({"x": [90, 91]})), "arrays cannot be filtered");
    }

    #[test]
    fn inverted_window_is_or() {
        use serde_json::json;
        for speed in [0, 150, 400] {
            assert!(matches("speed>=200&speed<=100", json!({"speed": speed})) || speed == 150);
        }
        assert!(matches("speed>=200&speed<=100", json!({"speed": 50})));
        assert!(matches("speed>=200&speed<=100", json!({"speed": 250})));
    }

    #[test]
    fn encoded_operator_trap() {
        use serde_json::json;
        let row = json!({"date": "2024-03-02T15:00:00.500000+00:00"});
        assert!(matches("date>=2024-03-02T15:00:00", row.clone()));
        assert!(matches("date%3E=2024-03-02T15:00:00", row.clone()));
        assert!(matches("date%3E%3D2024-03-02T15:00:00", row.clone()));
        // With an encoded parameter name, the value becomes "=2024..." and matches nothing.
        assert!(!matches("date%3E%3D=2024-03-02T15:00:00", row));
        assert!(Query::parse("date%3E%3D=2024-03-02&date<2024-03-03", || None).is_err());
        assert!(Query::parse("justafield", || None).is_err());
    }

    #[test]
    fn date_only_widens() {
        use serde_json::json;
        let at = |t: &str| json!({"date": t});
        let day = "2024-03-02T23:59:59.999000+00:00";
        let next = "2024-03-03T00:00:00+00:00";
        assert!(matches("date=2024-03-02", at(day)) && !matches("date=2024-03-02", at(next)));
        assert!(matches("date<=2024-03-02", at(day)) && !matches("date<=2024-03-02", at(next)));
        assert!(!matches("date>2024-03-02", at(day)) && matches("date>2024-03-02", at(next)));
    }

    #[test]
    fn offsets_are_repaired() {
        use serde_json::json;
        let row = json!({"date": "2024-03-02T15:00:00+00:00"});
        for raw in [
            "date=2024-03-02T15:00:00+00:00",
            "date=2024-03-02T15:00:00%2B00:00",
            "date=2024-03-02T17:00:00+02:00",
        ] {
            assert!(matches(raw, row.clone()), "{raw}");
        }
    }

    #[test]
    fn surprising_casts() {
        use serde_json::json;
        assert!(matches("name_acronym=VER", json!({"name_acronym": "VER"})));
        assert!(!matches("name_acronym=MAR", json!({"name_acronym": "MAR"})));
        assert!(matches("team_colour=001122", json!({"team_colour": "001122"})));
        assert!(matches("gmt_offset=03:00:00", json!({"gmt_offset": "03:00:00"})));
        assert!(matches("location=S%C3%A3o+Paulo", json!({"location": "São Paulo"})));
        assert!(matches("is_cancelled=TRUE", json!({"is_cancelled": true})));
        assert!(parse("csv=true&x=1").csv && !parse("csv=false").csv);
        assert!(matches("session_key=latest", json!({"session_key": 34})));
        assert!(matches("meeting_key=latest", json!({"meeting_key": 12})));
    }

    use proptest::prelude::*;

    proptest! {
        /// No text breaks the parser, and every text has one meaning.
        #[test]
        fn any_text_is_read(raw in "[a-z_0-9<>=&%+. :T-]{0,60}|\\PC{0,40}") {
            let once = Query::parse(&raw, || Some((1, 2)));
            if let Ok(query) = &once {
                let _ = query.filters.iter().map(FieldFilter::date_hull).count();
            }
            // NaN is not equal to itself.
            if !raw.to_lowercase().contains("nan") {
                prop_assert_eq!(once, Query::parse(&raw, || Some((1, 2))));
            }
        }

        /// Half-open windows partition a session: each date is in exactly one of them.
        #[test]
        fn half_open_windows_partition(cuts in prop::collection::btree_set(0_i64..100_000, 1..8), at in 0_i64..100_000) {
            let base = 1_733_662_800_000;
            let text = |ms: i64| clock::iso(base + ms).replace("+00:00", "");
            let row = serde_json::json!({"date": clock::iso(base + at)});
            let cuts: Vec<i64> = cuts.into_iter().collect();
            let mut windows = vec![format!("date<{}", text(cuts[0]))];
            for two in cuts.windows(2) {
                windows.push(format!("date>={}&date<{}", text(two[0]), text(two[1])));
            }
            windows.push(format!("date>={}", text(cuts[cuts.len() - 1])));
            let n = windows.iter().filter(|w| matches(w, row.clone())).count();
            prop_assert_eq!(n, 1);
        }
    }
}
