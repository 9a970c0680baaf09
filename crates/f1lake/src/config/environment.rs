//! Settings in the environment: `F1LAKE_` and the name in capitals.

use super::layer::{Layer, Origin, PREFIX};
use super::settings::{FORMER, RETIRED, SETTINGS};
use figment::value::{Dict, Value};
use std::collections::BTreeMap;

/// Variables with the prefix that other parts of f1lake read: the path of the file, and those of the dbt project.
const NO_SETTINGS: [&str; 9] = [
    "F1LAKE_CONFIG",
    "F1LAKE_CATALOG",
    "F1LAKE_DBT_ENGINE",
    "F1LAKE_DUCKDB",
    "F1LAKE_ENV",
    "F1LAKE_LAKE",
    "F1LAKE_SPARK_OUT",
    "F1LAKE_THREADS",
    "F1LAKE_VOLUME",
];

/// The variables that are settings, and notes on those that are ignored. Empty ones count as unset. A name that is
/// probably mistyped stays, and is refused like an unknown name in the file.
pub(super) fn layer(variables: impl IntoIterator<Item = (String, String)>) -> (Layer, Vec<String>) {
    let (mut values, mut notes) = (Dict::new(), Vec::new());
    for (variable, value) in variables {
        let Some(name) = variable.strip_prefix(PREFIX).map(str::to_lowercase) else { continue };
        if value.is_empty() || NO_SETTINGS.contains(&variable.as_str()) {
            continue;
        }
        if is_meant(&name) {
            values.insert(name, read_value(&value));
        } else {
            notes.push(format!("{variable} is not a setting and is ignored"));
        }
    }
    notes.sort();
    (Layer::new(Origin::Environment, values, BTreeMap::new()), notes)
}

/// Whether a name is a setting, or is written like one, its flag, or an account: up to one wrong letter in four.
fn is_meant(name: &str) -> bool {
    let is_near = |known: &str| strsim::osa_distance(name, known) * 4 <= known.len();
    let is_account = ["password", "token", "username"].iter().any(|secret| name.contains(secret));
    is_account
        || SETTINGS.iter().any(|setting| is_near(setting.name) || is_near(&setting.keyword()))
        || FORMER.iter().chain(&RETIRED).any(|(old, _)| *old == name)
}

/// Parses a value of the environment. figment's parser panics on some escapes beside non-ASCII letters; such
/// text is taken literally.
pub fn read_value(text: &str) -> Value {
    if text.contains('\\') && !text.is_ascii() {
        return Value::from(text);
    }
    text.parse::<Value>().unwrap_or_else(|never| match never {})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_environment_values_are_parsed() {
        for text in ["\"Italy,Spaim\\ting\u{fffd}\u{fffd}\"", "\"é\\té\\q\"", "[\"ü\\\\\", \"\\u00e9ß\"]"]
        {
            assert_eq!(read_value(text), Value::from(text));
        }
        assert_eq!(read_value("[1, 2]"), Value::from(vec![1_u8, 2]));
        assert_eq!(read_value("\"a\\tb\"").as_str(), Some("a\tb"));
    }

    #[test]
    fn only_names_that_are_probably_mistyped_are_refused() {
        for name in
            ["fetch_yaer", "fetch_year", "yaer", "num_sessions", "max_workerz", "timout", "openf1_password"]
        {
            assert!(is_meant(name), "{name}");
        }
        for name in
            ["proof_jobs", "databricks_venv", "fault_list", "fault_step", "kill_seed", "sdk_python", "venv"]
        {
            assert!(!is_meant(name), "{name}");
        }
    }

    #[test]
    fn unknown_variables_are_named_and_ignored() {
        let variables =
            [("F1LAKE_WEATHER", "wet"), ("F1LAKE_ENV", "dev"), ("F1LAKE_ORDER", ""), ("HOME", "/")];
        let (_, notes) = layer(variables.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(notes, ["F1LAKE_WEATHER is not a setting and is ignored"]);
    }
}
