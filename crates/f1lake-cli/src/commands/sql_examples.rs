//! `f1lake sql --examples`: queries to begin with.

use super::Context;
use crate::error::Error;
use crate::output::{OutputFormat, Table, write};
use f1lake::ExitCode;
use serde::Serialize;

/// All examples, in blocks that begin with a title and a question.
const TEXT: &str = include_str!("../../sql/examples.sql");

/// A question with the query that answers it.
#[derive(Debug, Serialize)]
struct Example {
    /// From 1, in the order of the file.
    number: usize,
    title: &'static str,
    question: &'static str,
    sql: &'static str,
}

fn examples() -> Vec<Example> {
    TEXT.split("\n-- # ")
        .skip(1)
        .enumerate()
        .filter_map(|(at, block)| {
            let (title, rest) = block.split_once("\n-- ")?;
            let (question, sql) = rest.split_once('\n')?;
            Some(Example { number: at + 1, title, question, sql: sql.trim() })
        })
        .collect()
}

/// Lists the examples, or prints the query of one, ready for a pipe.
pub(super) fn run(context: &Context, number: Option<usize>) -> Result<ExitCode, Error> {
    let examples = examples();
    let Some(number) = number else {
        Table::of(&examples)
            .right("number", |example| example.number.to_string())
            .left("title", |example| example.title.to_owned())
            .left("question", |example| example.question.to_owned())
            .print(context.output(), &examples)?;
        context.say(
            "`f1lake sql --examples 6` prints a query, `f1lake sql --examples 6 | f1lake sql -` runs it",
        );
        return Ok(ExitCode::Done);
    };
    let example = examples.iter().find(|example| example.number == number).ok_or_else(|| {
        Error::Usage(format!("--examples {number}: expected a number from 1 to {}", examples.len()))
    })?;
    match context.output() {
        OutputFormat::Table => write(&format!("-- {}\n{}\n", example.question, example.sql))?,
        format => Table::of(std::slice::from_ref(example)).print(format, example)?,
    }
    Ok(ExitCode::Done)
}
