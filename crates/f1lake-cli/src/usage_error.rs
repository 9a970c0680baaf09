//! Explains mistakes on the command line in terms of what was typed, followed by a suggestion.

use crate::cli::Cli;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};
use f1lake::config::expected::any_of;
use f1lake::nearest::nearest;
use std::ffi::OsString;

/// Commands of other programs, and their equivalents here.
const KNOWN_ELSEWHERE: [(&[&str], &str); 18] = [
    (&["version"], "f1lake --version"),
    (&["man", "manual", "docs"], "f1lake help"),
    (&["clean", "vacuum", "optimize", "compact", "gc"], "f1lake maintain"),
    (&["query", "shell", "select", "repl"], "f1lake sql"),
    (&["init", "new", "setup"], "f1lake config --example"),
    (&["ls", "list", "show"], "f1lake tables` or `f1lake sessions"),
    (&["fetch", "download", "get", "pull"], "f1lake extract"),
    (&["sync", "update", "start", "all"], "f1lake run"),
    (&["import", "ingest"], "f1lake load"),
    (&["transform", "models"], "f1lake build"),
    (&["check", "checks"], "f1lake test"),
    (&["validate"], "f1lake verify"),
    (&["serve", "server", "mock"], "f1lake simulate"),
    (&["html", "dashboard"], "f1lake report"),
    (&["settings"], "f1lake config"),
    (&["info"], "f1lake status"),
    (&["debug", "health", "ping"], "f1lake doctor"),
    (&["example", "examples", "try"], "f1lake demo"),
];

/// The mistake as lines for standard error.
pub(crate) fn told(error: &clap::Error, arguments: &[OsString]) -> String {
    let (problem, advice) = problem(error, arguments);
    let mut text = format!("error: {problem}");
    if let Some(advice) = advice {
        text.push_str(&format!("\nhint: {advice}"));
    }
    text
}

/// What is wrong, and a suggestion.
pub(crate) fn problem(error: &clap::Error, arguments: &[OsString]) -> (String, Option<String>) {
    let typed: Vec<String> =
        arguments.iter().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    let program = Cli::command();
    let command = typed.iter().find_map(|word| program.find_subcommand(word));
    let help = format!("see `{} --help`", called(command));
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = text_of(error, ContextKind::InvalidSubcommand);
            let below = called(command);
            (format!("there is no command `{below} {word}`"), Some(other_command(&word, command, &program)))
        }
        ErrorKind::UnknownArgument => {
            let word = text_of(error, ContextKind::InvalidArg);
            match word.starts_with('-') {
                true => unknown_flag(&word, error, &program, command, &typed),
                false => one_word_too_many(&word, command, &typed),
            }
        }
        ErrorKind::InvalidValue => {
            let flag = flag_name(&text_of(error, ContextKind::InvalidArg));
            let value = text_of(error, ContextKind::InvalidValue);
            let known = texts_of(error, ContextKind::ValidValue);
            let wanted = if known.is_empty() { "a value".to_owned() } else { any_of(&known) };
            let near = texts_of(error, ContextKind::SuggestedValue);
            let advice = near.first().map(|near| format!("did you mean {near}?"));
            match value.is_empty() {
                true => (format!("{flag} needs a value: {wanted}"), Some(help)),
                false => (format!("{flag} {value}: expected {wanted}"), advice),
            }
        }
        ErrorKind::ValueValidation => {
            let flag = flag_name(&text_of(error, ContextKind::InvalidArg));
            let value = text_of(error, ContextKind::InvalidValue);
            let why = std::error::Error::source(error).map_or_else(String::new, ToString::to_string);
            (format!("{flag} {value}: {why}"), None)
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = texts_of(error, ContextKind::InvalidArg);
            let names: Vec<String> = missing.iter().map(|name| flag_name(name)).collect();
            let meaning = command.and_then(|command| {
                let first = names.first()?.to_lowercase();
                let argument =
                    command.get_arguments().find(|argument| argument.get_id() == first.as_str())?;
                Some(argument.get_help()?.to_string())
            });
            (format!("`{}` needs {}", called(command), names.join(" and ")), Some(meaning.unwrap_or(help)))
        }
        ErrorKind::ArgumentConflict => {
            let first = flag_name(&text_of(error, ContextKind::InvalidArg));
            let others: Vec<String> =
                texts_of(error, ContextKind::PriorArg).iter().map(|flag| flag_name(flag)).collect();
            if others.is_empty() || others == [first.clone()] {
                return (format!("{first} is given more than once"), Some("give it once".to_owned()));
            }
            (
                format!("{first} cannot be used with {}", others.join(" and ")),
                Some("remove one of them".to_owned()),
            )
        }
        _ => {
            let text = first_paragraph(error);
            match text.split_once(" hint: ") {
                Some((problem, hint)) => (problem.to_owned(), Some(hint.to_owned())),
                None => (text, Some(help)),
            }
        }
    }
}

fn called(command: Option<&Command>) -> String {
    command.map_or_else(|| "f1lake".to_owned(), |command| format!("f1lake {}", command.get_name()))
}

fn texts_of(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

fn text_of(error: &clap::Error, kind: ContextKind) -> String {
    texts_of(error, kind).into_iter().next().unwrap_or_default()
}

/// `--date` of `--date <YYYY-MM-DD>`, and `SESSION` of `<SESSION>`.
fn flag_name(written: &str) -> String {
    let first = written.split([' ', '=']).next().unwrap_or(written);
    first.trim_matches(['<', '>', '[', ']', '.']).to_owned()
}

fn other_command(word: &str, command: Option<&Command>, program: &Command) -> String {
    let lower = word.to_lowercase();
    if let (None, Some((_, same))) =
        (command, KNOWN_ELSEWHERE.iter().find(|(words, _)| words.contains(&lower.as_str())))
    {
        return format!("use `{same}`");
    }
    match nearest(&lower, command.unwrap_or(program).get_subcommands().map(Command::get_name), 0.8) {
        Some(name) => format!("did you mean `{} {name}`?", called(command)),
        None => format!("`{} --help` lists the commands", called(command)),
    }
}

fn unknown_flag(
    flag: &str,
    error: &clap::Error,
    program: &Command,
    command: Option<&Command>,
    typed: &[String],
) -> (String, Option<String>) {
    let name = flag_name(flag);
    let takes = |command: &Command| {
        let long = name.strip_prefix("--");
        let short = name.strip_prefix('-').and_then(|rest| rest.chars().next());
        command.get_arguments().any(|argument| match long {
            Some(long) => argument.get_long() == Some(long),
            None => argument.get_short().is_some() && argument.get_short() == short,
        })
    };
    let problem = format!("`{}` has no flag {name}", called(command));
    let Some(command) = command else {
        // The previous Python extractor took flags without a command.
        let meant = ["extract", "sql", "load", "tables"]
            .into_iter()
            .filter_map(|name| program.find_subcommand(name))
            .find(|command| takes(command));
        let advice = meant.map_or_else(
            || "`f1lake --help` lists commands and flags".to_owned(),
            |command| format!("did you mean `f1lake {} {}`?", command.get_name(), typed.join(" ")),
        );
        return (problem, Some(advice));
    };
    let near = texts_of(error, ContextKind::SuggestedArg);
    let elsewhere = || {
        let others: Vec<String> = program
            .get_subcommands()
            .filter(|other| takes(other))
            .map(|other| format!("`f1lake {}`", other.get_name()))
            .collect();
        match others.len() {
            0 => None,
            1..=3 => Some(format!("{name} is a flag of {}", any_of(&others).replace(" or ", " and "))),
            _ => Some(format!("{name} is a flag of other commands, such as {}", others[0])),
        }
    };
    let advice = near
        .first()
        .map(|near| format!("did you mean {}?", flag_name(near)))
        .or_else(elsewhere)
        .unwrap_or_else(|| format!("`{} --help` lists its flags", called(Some(command))));
    (problem, Some(advice))
}

fn one_word_too_many(word: &str, command: Option<&Command>, typed: &[String]) -> (String, Option<String>) {
    let name = command.map_or("", Command::get_name);
    let problem = format!("`{}` does not take the argument `{word}`", called(command));
    // The positional words between the command and this one.
    let words = || {
        let after = typed.iter().skip_while(|typed| *typed != name).skip(1);
        after.filter(|typed| !typed.starts_with('-')).cloned().collect::<Vec<_>>().join(" ")
    };
    let is_day = word.parse::<jiff::civil::Date>().is_ok();
    let number = word.parse::<i64>().ok();
    let advice = match name {
        "report" | "sql" => format!("put it in quotes: f1lake {name} \"{}\"", words()),
        "extract" | "run" | "plan" | "sessions" if is_day => {
            format!("did you mean `f1lake {name} --date {word}`?")
        }
        "extract" | "run" | "plan" | "sessions"
            if number.is_some_and(|year| (2023..2100).contains(&year)) =>
        {
            format!("did you mean `f1lake {name} --year {word}`?")
        }
        "extract" | "run" | "plan" | "sessions" | "load" if number.is_some() => {
            format!("did you mean `f1lake {name} --session-key {word}`?")
        }
        "extract" | "run" | "plan" | "load" | "verify" | "status" | "doctor" => {
            format!("did you mean `f1lake {name} --out {word}`?")
        }
        "build" if !word.contains(['/', '.']) => format!("did you mean `f1lake build --model {word}`?"),
        "tables" | "build" | "test" | "maintain" => format!("did you mean `f1lake {name} --lake {word}`?"),
        "demo" => format!("did you mean `f1lake demo --out {word}`?"),
        _ => format!("`{} --help` lists its arguments", called(command)),
    };
    (problem, Some(advice))
}

/// clap's own message, on one line.
fn first_paragraph(error: &clap::Error) -> String {
    let text = error.render().to_string();
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"))
        .filter(|line| !line.is_empty())
        .collect();
    let text = lines.join(" ");
    text.strip_prefix("error: ").unwrap_or(&text).to_owned()
}
