//! Explains errors in a configuration in terms of its source: the flag, the variable or the line of the file.

use super::{Config, ENVIRONMENT, FLAGS, PREFIX, SETTINGS, origin};
use crate::nearest::nearest;
use figment::error::Kind;
use figment::value::Value;
use figment::{Figment, Metadata, Source};

/// Retired settings, and what became of them.
const RETIRED: [(&str, &str); 1] = [(
    "use_pagination_for_locations",
    "was a setting of the Python extractor: locations are now always fetched in parts\nhint: remove it",
)];

/// Flags whose names differ from their settings.
const FLAG_NAMES: [(&str, &str); 12] = [
    ("fetch_mode", "--mode"),
    ("num_latest_sessions", "--num-sessions"),
    ("fetch_year", "--year"),
    ("manual_batch_days", "--date"),
    ("session_keys", "--session-key"),
    ("meeting_keys", "--meeting-key"),
    ("countries", "--country"),
    ("locations", "--location"),
    ("session_types", "--session-type"),
    ("landing_path", "--out"),
    ("landing_volume_path", "--to"),
    ("lake_path", "--lake"),
];

/// The flag of a setting.
pub fn flag_of(setting: &str) -> String {
    let named = FLAG_NAMES.iter().find(|(name, _)| *name == setting);
    named.map_or_else(|| format!("--{}", setting.replace('_', "-")), |(_, flag)| (*flag).to_owned())
}

/// A setting with its value as it was written; its name alone when it is the default.
pub(super) fn as_written(figment: &Figment, setting: &str) -> String {
    let metadata = figment.find_metadata(setting);
    written(metadata, setting, figment.find_value(setting).ok().as_ref())
}

fn written(metadata: Option<&Metadata>, setting: &str, value: Option<&Value>) -> String {
    let Some(metadata) = metadata else { return setting.to_owned() };
    let text = value.map(plain).unwrap_or_default();
    match (&metadata.source, metadata.name.as_ref()) {
        (Some(Source::File(path)), _) => {
            let quoted = match value {
                Some(Value::String(..)) => format!("\"{text}\""),
                Some(Value::Array(..)) => format!("[{text}]"),
                _ => text,
            };
            format!("{setting} = {quoted} ({})", path.display())
        }
        (_, ENVIRONMENT) => format!("{PREFIX}{}={text}", setting.to_uppercase()),
        (_, FLAGS) => format!("{} {text}", flag_of(setting)).trim_end().to_owned(),
        _ => format!("{setting}={text}"),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(_, text) => text.clone(),
        Value::Char(_, c) => c.to_string(),
        Value::Bool(_, value) => value.to_string(),
        Value::Num(_, number) => match (number.to_i128(), number.to_u128(), number.to_f64()) {
            (Some(number), ..) => number.to_string(),
            (_, Some(number), _) => number.to_string(),
            (_, _, Some(number)) => number.to_string(),
            _ => String::new(),
        },
        Value::Array(_, values) => values.iter().map(plain).collect::<Vec<_>>().join(","),
        Value::Empty(..) | Value::Dict(..) => String::new(),
    }
}

/// Explains all errors of a configuration.
pub(super) fn explain(error: figment::Error, figment: &Figment) -> String {
    let mut parts: Vec<String> = error.into_iter().map(|error| one(&error, figment)).collect();
    parts.dedup();
    // A terminal would execute the control characters of a file.
    parts.join("\n").replace(|c: char| c.is_control() && c != '\n', "\u{fffd}")
}

fn one(error: &figment::Error, figment: &Figment) -> String {
    let setting = match &error.kind {
        Kind::UnknownField(name, _) => name.clone(),
        _ => error.path.first().cloned().unwrap_or_default(),
    };
    let metadata = error.metadata.as_ref().or_else(|| figment.find_metadata(&setting));
    let value = figment.find_value(&setting).ok();
    let place = written(metadata, &setting, value.as_ref());
    match &error.kind {
        Kind::UnknownField(name, _) => {
            let from = metadata.map(|metadata| format!(" ({})", origin(metadata, name))).unwrap_or_default();
            match RETIRED.iter().find(|(retired, _)| retired == name) {
                Some((_, became)) => format!("{name}{from} {became}"),
                None => format!("unknown setting `{name}`{from}\nhint: {}", meant(name)),
            }
        }
        Kind::Message(text) if setting.is_empty() => {
            let file = metadata.map_or_else(|| "configuration".to_owned(), |metadata| origin(metadata, ""));
            unreadable(&file, text)
        }
        Kind::Message(text) => format!("{place}: {text}"),
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
            format!("{place}: expected {}", wanted(&setting, expected))
        }
        Kind::ISizeOutOfRange(_) | Kind::USizeOutOfRange(_) => {
            format!("{place}: expected {}", wanted(&setting, "usize"))
        }
        Kind::UnknownVariant(_, known) => format!("{place}: expected {}", any_of(known)),
        other => format!("{place}: {other}"),
    }
}

/// A human-readable description of a type, with an example.
fn wanted(setting: &str, expected: &str) -> String {
    let kind = match expected {
        "i16" | "i32" | "i64" | "u16" | "u32" | "u64" | "usize" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" | "bool" => return "true or false".to_owned(),
        "a string" | "string" | "path string" => return "text in quotes".to_owned(),
        other => other,
    };
    let example = match (setting, Config::default().value(setting)) {
        ("fetch_year", _) => "2024".to_owned(),
        ("rate_per_second", _) => "2.8".to_owned(),
        ("rate_per_minute", _) => "30".to_owned(),
        ("location_chunk_minutes", _) => "15".to_owned(),
        ("max_location_chunks", _) => "12".to_owned(),
        (_, serde_json::Value::Null) => return kind.to_owned(),
        (_, default) => default.to_string(),
    };
    format!("{kind}, such as {example}")
}

/// `latest, year or manual`.
pub fn any_of(known: &[impl AsRef<str>]) -> String {
    let known: Vec<&str> = known.iter().map(AsRef::as_ref).collect();
    match known.as_slice() {
        [] => "nothing".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// A TOML error with its position. The line is shown only when it begins with a setting other than an
/// address, because any other line may contain a password.
fn unreadable(file: &str, text: &str) -> String {
    let quoted =
        |line: &&str| line.trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit()).starts_with('|');
    let said: Vec<&str> = text.lines().filter(|line| !quoted(line)).collect();
    let said = said.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    let (place, said) = match said.strip_prefix("TOML parse error at ").and_then(|rest| {
        let at = rest.match_indices(' ').nth(3).map_or(rest.len(), |(at, _)| at);
        Some((rest.get(..at)?, rest.get(at..)?.trim()))
    }) {
        Some((place, said)) => (format!(", {place}"), said.to_owned()),
        None => (String::new(), said),
    };
    let mut lines: Vec<&str> =
        text.lines().filter(quoted).filter_map(|line| line.split_once('|')).map(|(_, rest)| rest).collect();
    lines.retain(|line| !line.trim().is_empty());
    let harmless = lines.first().and_then(|line| line.split_once('=')).is_some_and(|(name, _)| {
        let name = name.trim();
        SETTINGS.iter().any(|setting| setting.name == name) && !name.contains("path") && !name.contains("url")
    });
    // A comment may contain anything.
    let without_comment = |line: &&str| line.split('#').next().unwrap_or_default().trim_end().to_owned();
    let shown: String = if harmless {
        lines.iter().map(without_comment).map(|line| format!("\n {line}")).collect()
    } else {
        String::new()
    };
    let said = if said.is_empty() { "cannot be parsed as TOML".to_owned() } else { said };
    format!("{file}{place}: {said}{shown}")
}

/// The nearest valid name.
pub fn meant(name: &str) -> String {
    if ["password", "token", "username"].iter().any(|secret| name.contains(secret)) {
        return "set accounts in the environment only: OPENF1_USERNAME and OPENF1_PASSWORD".to_owned();
    }
    nearest(name, SETTINGS.iter().map(|setting| setting.name), 0.8).map_or_else(
        || "`f1lake config` lists the settings".to_owned(),
        |name| format!("did you mean `{name}`?"),
    )
}
