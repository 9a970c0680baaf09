//! Errors of a user's SQL in plain words: the place, and what was probably meant.

use deltalake::datafusion::common::{DataFusionError, SchemaError};
use std::collections::BTreeMap;

/// Least likeness of a suggestion, 0 to 1.
const LIKENESS: f64 = 0.75;

/// One or more lines: what is wrong, the line with a mark below the place where known, a suggestion where one is near.
pub(crate) fn explain(sql: &str, error: &DataFusionError, tables: &BTreeMap<String, Vec<String>>) -> String {
    let root = error.find_root();
    let (message, wrong, candidates) = match root {
        DataFusionError::SchemaError(schema, _) => match schema.as_ref() {
            SchemaError::FieldNotFound { field, valid_fields } => (
                format!("there is no column `{}`", field.flat_name()),
                Some(field.name.clone()),
                valid_fields.iter().map(|column| column.name.clone()).collect(),
            ),
            other => (other.to_string(), None, Vec::new()),
        },
        DataFusionError::Plan(text) => match missing_table(text) {
            Some(name) => {
                let last = name.rsplit('.').next().unwrap_or(name).to_owned();
                let known = tables.values().flatten().cloned().collect();
                (format!("there is no table `{}`", name.trim_start_matches("f1lake.")), Some(last), known)
            }
            None if text.starts_with("DDL not")
                || text.starts_with("DML not")
                || text.starts_with("Statement not") =>
            {
                (
                    "SQL reads only here; tables are written by `f1lake load` and `f1lake build`".to_owned(),
                    None,
                    Vec::new(),
                )
            }
            None => (first_line(text), None, Vec::new()),
        },
        DataFusionError::SQL(parser, _) => (format!("cannot read the SQL: {parser}"), None, Vec::new()),
        other => (first_line(&other.to_string()), None, Vec::new()),
    };
    let mut text = message.clone();
    let place = wrong
        .as_deref()
        .and_then(|name| find_word(sql, name))
        .or_else(|| line_and_column(&message).and_then(|(line, column)| offset(sql, line, column)));
    if let Some(at) = place {
        text.push_str(&marked(sql, at, wrong.as_deref().map_or(1, |name| name.chars().count())));
    }
    if let Some(near) = wrong.and_then(|wrong| nearest(&wrong, candidates)) {
        let schema = tables.iter().find(|(_, names)| names.contains(&near)).map(|(schema, _)| schema);
        let named = schema.map_or_else(|| near.clone(), |schema| format!("{schema}.{near}"));
        text.push_str(&format!("\n  did you mean `{named}`?"));
    }
    text
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or(text).to_owned()
}

fn missing_table(text: &str) -> Option<&str> {
    text.strip_prefix("table '")?.split_once("' not found").map(|(name, _)| name)
}

fn nearest(wrong: &str, candidates: Vec<String>) -> Option<String> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(wrong, &candidate), candidate))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// Byte offset of a whole word, without regard to case.
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

/// `... at Line: 1, Column: 8` of the parser.
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

/// The line of a place, with carets below.
fn marked(sql: &str, at: usize, width: usize) -> String {
    let start = sql[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = sql[start..].lines().next().unwrap_or("");
    let indent = sql[start..at].chars().count();
    format!("\n  {line}\n  {}{}", " ".repeat(indent), "^".repeat(width.max(1)))
}
