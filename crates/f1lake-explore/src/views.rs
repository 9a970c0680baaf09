//! The queries behind the panels: one file of `sql/` each, with typed parameters.
//!
//! A file begins with a comment that says what it answers. The second line may declare parameters:
//!
//! ```sql
//! -- Lap times of a session.
//! -- params: session_key integer, drivers integers =, fuel_kg number = 105
//! SELECT ... WHERE session_key = {session_key}
//! ```
//!
//! Only numbers can be parameters, so no value can change what a query means.

use crate::error::Failure;
use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;
use std::fmt::Write;

static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/sql");

const PARAMS: &str = "-- params:";

/// Longest list of numbers.
const MOST_NUMBERS: usize = 200;

/// Why a file of `sql/` is not a view.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("sql/{file}: {problem}")]
pub struct ViewError {
    /// The file.
    pub file: String,
    /// What is wrong.
    pub problem: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Integers,
    Number,
}

impl Kind {
    /// The value as SQL.
    fn literal(self, text: &str) -> Option<String> {
        let integer = |text: &str| text.trim().parse::<i64>().ok().map(|number| number.to_string());
        match self {
            Self::Integer => integer(text),
            Self::Integers if text.trim().is_empty() => Some("NULL".to_owned()),
            Self::Integers => {
                let numbers: Option<Vec<String>> = text.split(',').map(integer).collect();
                numbers.filter(|numbers| numbers.len() <= MOST_NUMBERS).map(|numbers| numbers.join(", "))
            }
            // With a decimal point, so that a division is not one of integers.
            Self::Number => {
                text.trim().parse::<f64>().ok().filter(|n| n.is_finite()).map(|n| format!("{n:?}"))
            }
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::Integer => "a whole number",
            Self::Integers => "whole numbers with commas between them",
            Self::Number => "a number",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Param {
    name: String,
    kind: Kind,
    default: Option<String>,
}

/// A query with parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    params: Vec<Param>,
    /// The text without the line of parameters.
    text: String,
}

impl View {
    fn parse(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        let title = lines.next().filter(|line| line.starts_with("-- ") && !line.starts_with(PARAMS));
        let title = title.ok_or("the first line is not a comment that says what the query answers")?;
        let rest: Vec<&str> = lines.collect();
        let (params, body) = match rest.split_first() {
            Some((first, body)) if first.starts_with(PARAMS) => {
                (first.trim_start_matches(PARAMS).split(',').map(param).collect::<Result<_, _>>()?, body)
            }
            _ => (Vec::new(), rest.as_slice()),
        };
        let view = Self { params, text: format!("{title}\n{}\n", body.join("\n").trim_end()) };
        for param in &view.params {
            if !view.text.contains(&format!("{{{}}}", param.name)) {
                return Err(format!("{{{}}} is declared and not used", param.name));
            }
        }
        let given: Vec<(String, String)> =
            view.params.iter().map(|param| (param.name.clone(), "1".to_owned())).collect();
        let filled = view.fill(&given).map_err(|failure| failure.message)?;
        if filled.contains('{') {
            return Err("a parameter is used and not declared".to_owned());
        }
        Ok(view)
    }

    /// The query with the given values.
    ///
    /// # Errors
    /// [`ErrorKind::Parameter`](crate::ErrorKind::Parameter) when a value is missing, unknown, given twice or
    /// not of its type.
    pub fn fill(&self, given: &[(String, String)]) -> Result<String, Failure> {
        let mut values = BTreeMap::new();
        for (name, value) in given {
            if !self.params.iter().any(|param| param.name == *name) {
                return Err(Failure::parameter(format!("There is no parameter {name}")));
            }
            if values.insert(name, value).is_some() {
                return Err(Failure::parameter(format!("{name} is given twice")));
            }
        }
        let mut text = self.text.clone();
        for param in &self.params {
            let value = values.get(&param.name).copied().or(param.default.as_ref());
            let value = value.ok_or_else(|| Failure::parameter(format!("{} is missing", param.name)))?;
            let literal = param.kind.literal(value).ok_or_else(|| {
                Failure::parameter(format!("{} is not {}", param.name, param.kind.expected()))
            })?;
            text = text.replace(&format!("{{{}}}", param.name), &literal);
        }
        Ok(text)
    }
}

/// `drivers integers =`
fn param(text: &str) -> Result<Param, String> {
    let (declared, default) = match text.split_once('=') {
        Some((declared, default)) => (declared, Some(default.trim().to_owned())),
        None => (text, None),
    };
    let words: Vec<&str> = declared.split_whitespace().collect();
    let &[name, kind] = words.as_slice() else {
        return Err(format!("`{}` is not a name and a type", text.trim()));
    };
    let kind = match kind {
        "integer" => Kind::Integer,
        "integers" => Kind::Integers,
        "number" => Kind::Number,
        other => return Err(format!("`{other}` is not integer, integers or number")),
    };
    Ok(Param { name: name.to_owned(), kind, default })
}

/// All queries by name.
#[derive(Debug, Clone, Default)]
pub struct Views(BTreeMap<String, View>);

impl Views {
    /// The queries of `sql/`.
    ///
    /// # Errors
    /// [`ViewError`] of the first file that is not a view.
    pub fn carried() -> Result<Self, ViewError> {
        let mut views = BTreeMap::new();
        for file in FILES.files() {
            let name = file.path().file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let view = file.contents_utf8().ok_or_else(|| "not UTF-8".to_owned()).and_then(View::parse);
            let view = view.map_err(|problem| ViewError { file: file.path().display().to_string(), problem });
            views.insert(name, view?);
        }
        Ok(Self(views))
    }

    /// The query of a name.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound).
    pub fn get(&self, name: &str) -> Result<&View, Failure> {
        self.0.get(name).ok_or_else(|| Failure::not_found(&format!("/api/view/{name}")))
    }

    /// Names of all queries.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// Joins queries of the same columns into one.
pub(crate) fn union(queries: &[String]) -> String {
    let mut text = String::new();
    for (index, query) in queries.iter().enumerate() {
        if index > 0 {
            text.push_str("UNION ALL\n");
        }
        // Writing into a String cannot fail.
        let _ = write!(text, "{query}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn given(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_file_is_a_view() {
        let views = Views::carried().unwrap();
        assert!(views.names().count() > 5);
    }

    #[test]
    fn values_are_filled_in_and_checked() {
        let text = "-- Laps.\n-- params: session_key integer, drivers integers =, kg number = 105\n\
                    SELECT {session_key}, {kg} WHERE x IN ({drivers})\n";
        let view = View::parse(text).unwrap();
        let filled = view.fill(&given(&[("session_key", "9158")])).unwrap();
        assert_eq!(filled, "-- Laps.\nSELECT 9158, 105.0 WHERE x IN (NULL)\n");
        let filled = view.fill(&given(&[("session_key", "1"), ("drivers", "1,44"), ("kg", "0.5")])).unwrap();
        assert_eq!(filled, "-- Laps.\nSELECT 1, 0.5 WHERE x IN (1, 44)\n");
        for (bad, message) in [
            (given(&[]), "session_key is missing"),
            (given(&[("session_key", "1 OR 1=1")]), "session_key is not a whole number"),
            (given(&[("session_key", "1"), ("session_key", "2")]), "session_key is given twice"),
            (given(&[("session_key", "1"), ("other", "2")]), "There is no parameter other"),
            (given(&[("session_key", "1"), ("kg", "NaN")]), "kg is not a number"),
            (
                given(&[("session_key", "1"), ("drivers", "1;2")]),
                "drivers is not whole numbers with commas between them",
            ),
        ] {
            assert_eq!(view.fill(&bad).unwrap_err().message, message);
        }
    }

    #[test]
    fn files_that_are_no_views_are_refused() {
        for (text, problem) in [
            ("SELECT 1", "the first line is not a comment that says what the query answers"),
            ("-- A.\nSELECT {key}", "a parameter is used and not declared"),
            ("-- A.\n-- params: key integer\nSELECT 1", "{key} is declared and not used"),
            ("-- A.\n-- params: key text\nSELECT {key}", "`text` is not integer, integers or number"),
            ("-- A.\n-- params: key\nSELECT {key}", "`key` is not a name and a type"),
        ] {
            assert_eq!(View::parse(text).unwrap_err(), problem, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_value_never_brings_more_than_numbers(value in ".*") {
            for kind in [Kind::Integer, Kind::Integers, Kind::Number] {
                if let Some(literal) = kind.literal(&value) {
                    prop_assert!(literal == "NULL" || literal.chars().all(|c| c.is_ascii_digit() || " ,.-e".contains(c)));
                    prop_assert!(!literal.contains("--"));
                }
            }
        }
    }
}
