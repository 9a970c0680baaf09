//! The shell of `f1lake sql`.

use super::Context;
use super::sql_result::{Look, qualified, show};
use crate::error::Error;
use crate::output::{OutputFormat, Table, tell, write};
use f1lake::ExitCode;
use f1lake_lake::{Query, SCHEMAS};
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;

const HELP: &str = "\
SQL is read-only and ends with ;. The schema before a table name is optional.
  \\d              the tables          \\d TABLE   its columns
  \\x              one value per line, and back to tables
  \\q, quit, exit  quit (or Ctrl-D)    Ctrl-C     discard the input";

pub(super) async fn run(context: &Context, query: &Query, expanded: bool) -> Result<ExitCode, Error> {
    let mut look = Look { expanded, advice: "\\x shows them all" };
    let failed = |error: ReadlineError| Error::io("cannot read the terminal")(std::io::Error::other(error));
    let mut editor = rustyline::Editor::<Names, rustyline::history::DefaultHistory>::new().map_err(failed)?;
    editor.set_helper(Some(Names::of(query).await?));
    let history = directories::ProjectDirs::from("", "", "f1lake")
        .map(|folders| folders.data_local_dir().join("sql_history"));
    if let Some(path) = &history {
        // A missing history is not a failure, and one that cannot be saved only costs convenience.
        let _ = editor.load_history(path);
    }
    context.say("f1lake sql: \\? for help, \\q to leave");
    let mut typed = String::new();
    loop {
        let prompt = if typed.is_empty() { "f1lake> " } else { "   ...> " };
        match editor.readline(prompt) {
            Err(ReadlineError::Interrupted) => typed.clear(),
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(failed(error)),
            Ok(line) if typed.is_empty() && line.trim().is_empty() => {}
            Ok(line) if typed.is_empty() && is_command(&line) => {
                let _ = editor.add_history_entry(line.trim());
                let mut words = line.split_whitespace().map(|word| word.trim_end_matches(';'));
                match (words.next(), words.next()) {
                    (Some("\\q" | "quit" | "exit"), _) => break,
                    (Some("\\d"), None) => tell_failure(list(query)),
                    (Some("\\d"), Some(table)) => tell_failure(describe(context, query, table, look).await),
                    (Some("\\x"), _) => {
                        look.expanded = !look.expanded;
                        context.say(if look.expanded { "one value per line" } else { "tables" });
                    }
                    _ => write(&format!("{HELP}\n"))?,
                }
            }
            Ok(line) => {
                typed.push_str(&line);
                typed.push('\n');
                if line.trim_end().ends_with(';') {
                    let sql = std::mem::take(&mut typed);
                    let _ = editor.add_history_entry(sql.trim());
                    tell_failure(show(context, query, &sql, look).await);
                }
            }
        }
    }
    if let Some(path) = &history {
        let _ = path.parent().map(std::fs::create_dir_all);
        let _ = editor.save_history(path);
    }
    Ok(ExitCode::Done)
}

/// Whether a line is a command of the shell instead of SQL: `\x`, or a word with which no query begins.
fn is_command(line: &str) -> bool {
    let word = line.trim().trim_end_matches(';').trim_end();
    word.starts_with('\\') || ["quit", "exit", "help", "?"].contains(&word.to_lowercase().as_str())
}

fn tell_failure(result: Result<(), Error>) {
    if let Err(error) = result {
        tell(&format!("error: {}", error.told()));
    }
}

fn list(query: &Query) -> Result<(), Error> {
    let mut text = String::new();
    for schema in SCHEMAS {
        for name in query.tables().get(schema).into_iter().flatten() {
            text.push_str(&format!("{schema}.{name}\n"));
        }
    }
    write(&text)
}

async fn describe(context: &Context, query: &Query, table: &str, look: Look) -> Result<(), Error> {
    let table = qualified(query, table)?;
    let Some(columns) = f1lake_lake::columns(&table)? else {
        // A table written by other tools: only the engine knows its columns.
        let (schema, name) = table.split_once('.').unwrap_or(("", &table));
        let sql = format!(
            "select column_name, lower(data_type) as data_type from information_schema.columns \
             where table_schema = '{schema}' and table_name = '{name}' order by ordinal_position"
        );
        return show(context, query, &sql, look).await;
    };
    let rows: Vec<_> =
        columns.iter().map(|column| [&*column.name, column.column_type.sql(), &*column.doc]).collect();
    Table::of(&rows)
        .left("column", |row| row[0].to_owned())
        .left("type", |row| row[1].to_owned())
        .left("meaning", |row| row[2].to_owned())
        .print(OutputFormat::Table, &())
}

/// Completes the names of tables and columns.
#[derive(rustyline::Helper, rustyline::Highlighter, rustyline::Hinter, rustyline::Validator)]
struct Names {
    names: Vec<String>,
}

impl Names {
    async fn of(query: &Query) -> Result<Self, Error> {
        let mut names: Vec<String> = Vec::new();
        for (schema, tables) in query.tables() {
            names.push(schema.clone());
            for table in tables {
                names.push(table.clone());
                names.push(format!("{schema}.{table}"));
            }
        }
        let models = f1lake_lake::Models::carried()?;
        names.extend(models.models.into_iter().flat_map(|model| model.columns).map(|column| column.name));
        names.sort_unstable();
        names.dedup();
        Ok(Self { names })
    }
}

impl Completer for Names {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &rustyline::Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let before = line.get(..position).unwrap_or(line);
        let start = before
            .rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let word = before[start..].to_lowercase();
        let candidates = self
            .names
            .iter()
            .filter(|name| !word.is_empty() && name.starts_with(&word))
            .map(|name| Pair { display: name.clone(), replacement: name.clone() })
            .collect();
        Ok((start, candidates))
    }
}
