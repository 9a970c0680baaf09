//! Explains errors in a configuration in terms of its source: the flag, the variable or the line of the file.

use super::layer::Layers;
use super::settings::{RETIRED, SETTINGS, Setting, meant};
use figment::error::Kind;

/// Explains all errors of a configuration.
pub(super) fn explain(error: figment::Error, layers: &Layers) -> String {
    let mut parts: Vec<String> = error.into_iter().map(|error| one(&error, layers)).collect();
    parts.dedup();
    // A terminal would execute the control characters of a file.
    parts.join("\n").replace(|c: char| c.is_control() && c != '\n', "\u{fffd}")
}

fn one(error: &figment::Error, layers: &Layers) -> String {
    let setting = match &error.kind {
        Kind::UnknownField(name, _) => name.clone(),
        _ => error.path.first().cloned().unwrap_or_default(),
    };
    let place = layers.as_written(&setting);
    let origin = layers.origin(&setting);
    match &error.kind {
        Kind::UnknownField(name, _) => match RETIRED.iter().find(|(retired, _)| retired == name) {
            Some((_, became)) => format!("{name} ({origin}) {became}"),
            None => format!("unknown setting `{name}` ({origin})\nhint: {}", meant(name)),
        },
        Kind::Message(text) if setting.is_empty() => {
            let file =
                layers.file().map_or_else(|| "configuration".to_owned(), |file| file.display().to_string());
            unreadable(&file, text)
        }
        Kind::Message(text) => format!("{place}: {text}"),
        other => match Setting::get(&setting) {
            Some(setting) => format!("{place}: expected {}", setting.expected()),
            None => format!("{place}: {other}"),
        },
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
