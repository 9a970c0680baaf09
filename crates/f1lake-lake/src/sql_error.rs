//! Errors in the user's SQL in plain words: the position and a suggestion.

use crate::error::{LakeError, SqlProblem};
use deltalake::datafusion::common::{DataFusionError, SchemaError};
use std::collections::BTreeMap;

/// Minimum similarity of a suggestion, 0 to 1.
const LIKENESS: f64 = 0.75;

/// What is wrong, the line with a mark below the position if known, and a suggestion, each on its own lines.
pub(crate) fn explain(
    sql: &str,
    error: &DataFusionError,
    tables: &BTreeMap<String, Vec<String>>,
) -> LakeError {
    let found = Found::of(sql, error, tables);
    let mut text = found.message.clone();
    let place = found
        .wrong
        .as_deref()
        .and_then(|name| find_word(sql, name))
        .or_else(|| line_and_column(&found.message).and_then(|(line, column)| offset(sql, line, column)));
    if let Some(at) = place {
        text.push_str(&marked(sql, at, found.wrong.as_deref().map_or(1, |name| name.chars().count())));
    }
    if let Some(advice) = found.advice {
        text.push_str(&format!("\nhint: {advice}"));
    }
    LakeError::Sql { problem: found.problem, text }
}

/// The missing table that a query named: `schema.table`, or the table alone as it was written.
pub(crate) fn missing_table(error: &DataFusionError) -> Option<&str> {
    let DataFusionError::Plan(text) = error.find_root() else { return None };
    let (name, _) = text.strip_prefix("table '")?.split_once("' not found")?;
    Some(name.trim_start_matches("f1lake.").trim_start_matches("any_schema."))
}

/// The content of an error.
#[derive(Default)]
struct Found {
    problem: SqlProblem,
    message: String,
    /// The wrong name.
    wrong: Option<String>,
    advice: Option<String>,
}

impl Found {
    fn of(sql: &str, error: &DataFusionError, tables: &BTreeMap<String, Vec<String>>) -> Self {
        if let Some(name) = missing_table(error) {
            return Self::table(name, tables);
        }
        match error.find_root() {
            DataFusionError::SchemaError(schema, _) => match schema.as_ref() {
                SchemaError::FieldNotFound { field, valid_fields } => {
                    let known = valid_fields.iter().map(|column| column.name.clone()).collect();
                    Self::column(sql, &field.name, &field.flat_name(), known)
                }
                SchemaError::AmbiguousReference { field } => Self {
                    message: format!("`{}` is a column of several of these tables", field.name),
                    wrong: Some(field.name.clone()),
                    advice: Some(format!("write TABLE.{}", field.name)),
                    ..Self::default()
                },
                other => Self { message: other.to_string(), ..Self::default() },
            },
            DataFusionError::Plan(text) if writes(text) => Self {
                message: "SQL is read-only here".to_owned(),
                advice: Some("`f1lake load` and `f1lake build` write the tables".to_owned()),
                ..Self::default()
            },
            DataFusionError::Plan(text) => {
                Self::function(text).unwrap_or_else(|| Self { message: first_line(text), ..Self::default() })
            }
            DataFusionError::SQL(parser, _) => {
                let text = parser.to_string();
                let text = text.trim_start_matches("sql parser error: ");
                Self {
                    problem: SqlProblem::Syntax,
                    message: format!("cannot parse the SQL: {text}"),
                    ..Self::default()
                }
            }
            DataFusionError::External(inner) => Self { message: inner.to_string(), ..Self::default() },
            DataFusionError::NotImplemented(text) => Self {
                message: format!("the query engine does not support this: {}", first_line(text)),
                ..Self::default()
            },
            other => Self { message: first_line(&other.to_string()), ..Self::default() },
        }
    }

    fn table(name: &str, tables: &BTreeMap<String, Vec<String>>) -> Self {
        let last = name.rsplit('.').next().unwrap_or(name).to_owned();
        let right = nearest(&last, tables.values().flatten().cloned().collect()).map(|near| {
            let schema = tables.iter().find(|(_, names)| names.contains(&near)).map(|(schema, _)| schema);
            schema.map_or_else(|| near.clone(), |schema| format!("{schema}.{near}"))
        });
        let advice = match &right {
            Some(right) => format!("did you mean `{right}`?"),
            None if tables.values().all(Vec::is_empty) => {
                "the lake has no tables yet; `f1lake load` and `f1lake build` create them".to_owned()
            }
            None => "`f1lake tables` lists the tables, and so does \\d in the shell".to_owned(),
        };
        Self {
            problem: SqlProblem::NoTable { wrong: name.to_owned(), right },
            message: format!("there is no table `{name}`"),
            wrong: Some(last),
            advice: Some(advice),
        }
    }

    fn column(sql: &str, name: &str, written: &str, known: Vec<String>) -> Self {
        let mut right = None;
        let advice = if sql.contains(&format!("\"{name}\"")) {
            Some(format!("put text in single quotes: '{name}'"))
        } else if let Some(table) = table_with(name) {
            // A column of exactly this name in another table is a better suggestion than a similar one here.
            Some(format!("`{name}` is a column of {table}; join {table} using (session_key)"))
        } else {
            right = nearest(name, known);
            right.as_ref().map(|near| format!("did you mean `{near}`?"))
        };
        Self {
            problem: SqlProblem::NoColumn { wrong: name.to_owned(), right },
            message: format!("there is no column `{written}`"),
            wrong: Some(name.to_owned()),
            advice,
        }
    }

    /// `Invalid function 'min_byy'.`, followed by a line with the nearest name.
    fn function(text: &str) -> Option<Self> {
        let (name, rest) = text.strip_prefix("Invalid function '")?.split_once('\'')?;
        let near = rest.split_once("Did you mean '").and_then(|(_, near)| near.split('\'').next());
        Some(Self {
            message: format!("there is no function `{name}`"),
            wrong: Some(name.to_owned()),
            advice: near.map(|near| format!("did you mean `{near}`?")),
            ..Self::default()
        })
    }
}

/// A gold table with a session key and this column; descriptive tables before facts.
fn table_with(column: &str) -> Option<String> {
    let models = crate::models::Models::carried().ok()?;
    let has = |model: &crate::models::Model, name: &str| model.columns.iter().any(|known| known.name == name);
    let mut tables: Vec<&str> = models
        .models
        .iter()
        .filter(|model| has(model, column) && has(model, "session_key"))
        .filter_map(|model| model.name.strip_prefix("gold_analytics."))
        .collect();
    tables.sort_by_key(|table| (!table.starts_with("dim_"), *table));
    tables.first().map(|table| (*table).to_owned())
}

fn writes(text: &str) -> bool {
    ["DDL not", "DML not", "Statement not"].iter().any(|start| text.starts_with(start))
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or(text).to_owned()
}

fn nearest(wrong: &str, candidates: Vec<String>) -> Option<String> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(wrong, &candidate), candidate))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Byte offset of a whole word, ignoring case.
fn find_word(sql: &str, word: &str) -> Option<usize> {
    let (lower, word) = (sql.to_lowercase(), word.to_lowercase());
    if lower.len() != sql.len() {
        return None;
    }
    let part = |c: char| c.is_alphanumeric() || c == '_';
    lower
        .match_indices(&word)
        .map(|(at, _)| at)
        .find(|at| !lower[..*at].ends_with(part) && !lower[at + word.len()..].starts_with(part))
}

/// `... at Line: 1, Column: 8` in the parser's messages.
fn line_and_column(message: &str) -> Option<(usize, usize)> {
    let (_, rest) = message.split_once("Line: ")?;
    let (line, rest) = rest.split_once(", Column: ")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((line.parse().ok()?, digits.parse().ok()?))
}

fn offset(sql: &str, line: usize, column: usize) -> Option<usize> {
    let start: usize = sql.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let text = sql.get(start..)?;
    let within = text.char_indices().nth(column.checked_sub(1)?).map_or(text.len(), |(at, _)| at);
    Some(start + within)
}

/// The line at a position, with carets below.
fn marked(sql: &str, at: usize, width: usize) -> String {
    let start = sql[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = sql[start..].lines().next().unwrap_or("");
    let indent = sql[start..at].chars().count();
    format!("\n  {line}\n  {}{}", " ".repeat(indent), "^".repeat(width.max(1)))
}
