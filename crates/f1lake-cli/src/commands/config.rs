//! `f1lake config`: every setting, its value and its origin.

use super::Context;
use crate::cli::ConfigArgs;
use crate::error::Error;
use crate::output::{Table, write};
use f1lake::ExitCode;
use f1lake::config::{SETTINGS, example_file};
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
struct Line {
    setting: &'static str,
    value: Value,
    origin: String,
    meaning: String,
}

pub(crate) fn run(context: &Context, args: &ConfigArgs) -> Result<ExitCode, Error> {
    if args.example {
        write(&example_file())?;
        return Ok(ExitCode::Done);
    }
    let loaded = context.load_to_show(&args.run.settings)?;
    let mut lines: Vec<Line> = SETTINGS
        .iter()
        .map(|setting| Line {
            setting: setting.name,
            value: loaded.config.value(setting.name),
            origin: loaded.origin(setting.name),
            meaning: setting.meaning(),
        })
        .collect();
    for (name, meaning) in [
        ("OPENF1_USERNAME", "OpenF1 account; the sponsor limits apply with it."),
        ("OPENF1_PASSWORD", "Password of the OpenF1 account; never shown."),
    ] {
        let set = std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let (value, origin) =
            if set { (Value::from("set"), "environment") } else { (Value::Null, "default") };
        lines.push(Line { setting: name, value, origin: origin.to_owned(), meaning: meaning.to_owned() });
    }
    // Without a workspace there is nothing to show, which is not an error.
    if let Ok(login) = f1lake::workspace::login(&loaded.config) {
        for (setting, value, origin) in login.describe() {
            let meaning =
                "Databricks workspace, for landing in a volume and loading with a SQL warehouse.".to_owned();
            let setting = match setting {
                "host" => "databricks host",
                "token" => "databricks token",
                "client_id" => "databricks client_id",
                "client_secret" => "databricks client_secret",
                other => other,
            };
            lines.push(Line { setting, value: Value::from(value), origin, meaning });
        }
    }
    let value = |line: &Line| match &line.value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Table::of(&lines)
        .left("setting", |line| line.setting.to_owned())
        .left("value", value)
        .left("from", |line| line.origin.clone())
        .print(context.output(), &lines)?;
    Ok(ExitCode::Done)
}
