//! `f1lake sql`: a query, or a shell. `f1lake export`: a table into a file.

use super::Context;
use super::load::require_lake;
use crate::cli::{ExportArgs, SqlArgs};
use crate::embed::Rows;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::output::{Column, OutputFormat, print, write};
use f1lake_tables::{AsOf, Query, RowFormat, SCHEMAS, write_rows};
use indicatif::HumanCount;
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use std::io::{BufWriter, IsTerminal, Read, Write};
use std::path::Path;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Rows that a table for people shows.
const MOST_ROWS: usize = 1000;

pub(crate) async fn run(context: &Context, args: &SqlArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&[&args.lake])?;
    let lake = require_lake(&loaded.config)?;
    let as_of = args.as_of.as_deref().map(parse_as_of).transpose()?;
    let query = Query::open(&lake, as_of).await?;
    let text = match &args.query {
        Some(text) if text == "-" => piped()?,
        Some(text) => text.clone(),
        None if !std::io::stdin().is_terminal() => piped()?,
        None => return shell(context, &query).await,
    };
    match &args.to {
        Some(file) => to_file(context, &query, &text, file, format_of(file)?).await?,
        None => show(context, &query, &text).await?,
    }
    Ok(ExitCode::Done)
}

/// The rows of a query, for a calling program.
pub(crate) async fn rows(
    context: &Context,
    args: &SqlArgs,
    cancel: &CancellationToken,
) -> Result<Rows, Error> {
    let loaded = context.load(&[&args.lake])?;
    let lake = require_lake(&loaded.config)?;
    let as_of = args.as_of.as_deref().map(parse_as_of).transpose()?;
    let work = async {
        let query = Query::open(&lake, as_of).await?;
        let frame = query.sql(args.query.as_deref().unwrap_or_default()).await?;
        let schema = Arc::new(frame.schema().as_arrow().clone());
        Ok(Rows { schema, batches: frame.collect().await.map_err(f1lake_tables::TablesError::from)? })
    };
    tokio::select! {
        rows = work => rows,
        () = cancel.cancelled() => Err(f1lake_tables::TablesError::Interrupted.into()),
    }
}

pub(crate) async fn export(context: &Context, args: &ExportArgs) -> Result<ExitCode, Error> {
    let loaded = context.load(&[&args.lake])?;
    let lake = require_lake(&loaded.config)?;
    let as_of = args.as_of.as_deref().map(parse_as_of).transpose()?;
    let query = Query::open(&lake, as_of).await?;
    let table = qualified(&query, &args.table)?;
    let mut sql = format!("select * from {table}");
    if let Some(condition) = &args.r#where {
        sql.push_str(&format!(" where {condition}"));
    }
    let extension = args.format.extension();
    let short = table.rsplit('.').next().unwrap_or(&table);
    let file = args.to.clone().unwrap_or_else(|| format!("{short}.{extension}"));
    to_file(context, &query, &sql, &file, args.format.rows()).await?;
    Ok(ExitCode::Done)
}

/// A table with its schema; its name alone is enough, since names do not repeat.
fn qualified(query: &Query, table: &str) -> Result<String, Error> {
    let known = query.tables();
    let found = known.iter().find_map(|(schema, names)| {
        let name = table.strip_prefix(&format!("{schema}.")).unwrap_or(table);
        names.iter().any(|known| known == name).then(|| format!("{schema}.{name}"))
    });
    found.ok_or_else(|| {
        let near = known
            .values()
            .flatten()
            .map(|name| (strsim::jaro_winkler(name, table), name))
            .filter(|(likeness, _)| *likeness > 0.75)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let meant = near.map_or_else(
            || "`f1lake tables` lists them".to_owned(),
            |(_, name)| format!("did you mean {name}?"),
        );
        Error::Usage(format!("there is no table {table}; {meant}"))
    })
}

fn piped() -> Result<String, Error> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(Error::io("cannot read standard input"))?;
    Ok(text)
}

/// `12`, `2024-12-08` or an instant.
fn parse_as_of(text: &str) -> Result<AsOf, Error> {
    if let Ok(version) = text.parse() {
        return Ok(AsOf::Version(version));
    }
    let day = || {
        let date: jiff::civil::Date = text.parse().ok()?;
        jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()
    };
    text.parse::<jiff::Timestamp>().ok().or_else(day).map(AsOf::Instant).ok_or_else(|| {
        Error::Usage(format!(
            "--as-of {text}: write a version such as 12, a day such as 2024-12-08, or an instant such as 2024-12-08T15:00:00Z"
        ))
    })
}

fn format_of(file: &str) -> Result<RowFormat, Error> {
    match Path::new(file).extension().and_then(|extension| extension.to_str()) {
        Some("parquet") => Ok(RowFormat::Parquet),
        Some("csv") => Ok(RowFormat::Csv),
        Some("json") => Ok(RowFormat::Json),
        Some("ndjson" | "jsonl") => Ok(RowFormat::Ndjson),
        _ => Err(Error::Usage(format!("--to {file}: end the name with .parquet, .csv, .json or .ndjson"))),
    }
}

async fn to_file(
    context: &Context,
    query: &Query,
    sql: &str,
    file: &str,
    format: RowFormat,
) -> Result<(), Error> {
    let frame = query.sql(sql).await?;
    if file == "-" {
        write_rows(frame, format, std::io::stdout()).await?;
        return Ok(());
    }
    let path = Path::new(file);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let cannot = || Error::io("cannot write the file");
    // Written beside and renamed, so that no half file is taken for a whole one.
    let mut part = tempfile::NamedTempFile::new_in(folder).map_err(cannot())?;
    let rows = write_rows(frame, format, BufWriter::new(part.as_file_mut())).await?;
    part.as_file().sync_all().map_err(cannot())?;
    part.persist(path).map_err(|error| cannot()(error.error))?;
    context.say(&format!("{file}: {} rows", HumanCount(rows)));
    Ok(())
}

async fn show(context: &Context, query: &Query, sql: &str) -> Result<(), Error> {
    let frame = query.sql(sql).await?;
    match context.output() {
        OutputFormat::Json => drop(write_rows(frame, RowFormat::Json, std::io::stdout()).await?),
        OutputFormat::Csv => drop(write_rows(frame, RowFormat::Csv, std::io::stdout()).await?),
        OutputFormat::Table => {
            use f1lake_tables::deltalake::arrow::datatypes::DataType;
            let schema = frame.schema().as_arrow().clone();
            let batches = frame
                .limit(0, Some(MOST_ROWS + 1))
                .map_err(f1lake_tables::TablesError::from)?
                .collect()
                .await
                .map_err(f1lake_tables::TablesError::from)?;
            let rows = f1lake_tables::texts(&batches, MOST_ROWS)?;
            let found: usize = batches.iter().map(|batch| batch.num_rows()).sum();
            let columns: Vec<Column<'_>> = schema
                .fields()
                .iter()
                .map(|field| {
                    let name = field.name().as_str();
                    match field.data_type() {
                        data_type if data_type.is_numeric() => Column::Right(name),
                        DataType::Null => Column::Right(name),
                        _ => Column::Left(name),
                    }
                })
                .collect();
            print(OutputFormat::Table, &rows, &rows, &columns, |row| row.clone())?;
            if found > MOST_ROWS {
                context.say(&format!(
                    "the first {MOST_ROWS} rows; --output csv or --to FILE.parquet writes all"
                ));
            } else {
                context.say(&format!("{found} rows"));
            }
        }
    }
    Ok(())
}

const HELP: &str = "\
SQL ends with ; and reads only. Tables are named schema.table; gold_analytics may be left out.
  \\d          tables        \\d TABLE   its columns
  \\q, Ctrl-D  leave         Ctrl-C     drop what is typed";

async fn shell(context: &Context, query: &Query) -> Result<ExitCode, Error> {
    let failed = |error: ReadlineError| Error::io("cannot read the terminal")(std::io::Error::other(error));
    let mut editor = rustyline::Editor::<Names, rustyline::history::DefaultHistory>::new().map_err(failed)?;
    editor.set_helper(Some(Names::of(query).await?));
    let history = directories::ProjectDirs::from("", "", "f1lake")
        .map(|folders| folders.data_local_dir().join("sql_history"));
    if let Some(path) = &history {
        // No history yet is no failure, and one that cannot be kept only costs comfort.
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
            Ok(line) if typed.is_empty() && line.trim_start().starts_with('\\') => {
                let _ = editor.add_history_entry(line.trim());
                let mut words = line.split_whitespace();
                match (words.next(), words.next()) {
                    (Some("\\q"), _) => break,
                    (Some("\\d"), None) => tell_failure(context, list(query)),
                    (Some("\\d"), Some(table)) => {
                        let described = describe(context, query, table.trim_end_matches(';')).await;
                        tell_failure(context, described);
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
                    tell_failure(context, show(context, query, sql.trim().trim_end_matches(';')).await);
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

fn tell_failure(_context: &Context, result: Result<(), Error>) {
    if let Err(error) = result {
        anstream::eprintln!("error: {error}");
    }
}

fn list(query: &Query) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    for schema in SCHEMAS {
        for name in query.tables().get(schema).into_iter().flatten() {
            writeln!(out, "{schema}.{name}").map_err(Error::io("cannot write to standard output"))?;
        }
    }
    Ok(())
}

async fn describe(context: &Context, query: &Query, table: &str) -> Result<(), Error> {
    let table = qualified(query, table)?;
    let Some(columns) = f1lake_tables::columns(&table)? else {
        // A table that others put into the lake: the engine knows it, we do not.
        let (schema, name) = table.split_once('.').unwrap_or(("", &table));
        let sql = format!(
            "select column_name, lower(data_type) as data_type from information_schema.columns \
             where table_schema = '{schema}' and table_name = '{name}' order by ordinal_position"
        );
        return show(context, query, &sql).await;
    };
    print(
        OutputFormat::Table,
        &(),
        &columns
            .iter()
            .map(|column| [&*column.name, column.column_type.sql(), &*column.doc])
            .collect::<Vec<_>>(),
        &[Column::Left("column"), Column::Left("type"), Column::Left("meaning")],
        |row| row.iter().map(|text| (*text).to_owned()).collect(),
    )
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
        let models = f1lake_tables::Models::carried()?;
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
