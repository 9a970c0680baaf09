//! Former flags: they still work, are hidden from help and completion, and a line names the flag of today.

use clap::{Arg, ArgMatches, Command};
use f1lake::Error;
use f1lake::config::{Given, Setting};
use f1lake_databricks::VolumePath;
use figment::value::Value;

const FROM: &str = "from";
const TO: &str = "to";

/// What a former flag means.
#[derive(Debug, Clone)]
struct Former {
    setting: &'static Setting,
    /// The flag of today.
    flag: String,
    value: Value,
    text: String,
}

impl Former {
    fn read(keyword: &str, text: &str) -> Result<Self, String> {
        let setting = Setting::named(keyword).map_err(|error| error.to_string())?;
        Ok(Self { setting, flag: setting.flag_name(), value: setting.read(text)?, text: text.to_owned() })
    }

    /// `--to` named the last day of a selection, and also a volume to land in.
    fn day_or_volume(text: &str) -> Result<Self, String> {
        if ["/", "dbfs:/", "file:///"].iter().any(|start| text.starts_with(start)) {
            // The word in front says how the volume is reached, and stays.
            f1lake::volume_name::bare(text).parse::<VolumePath>().map_err(|error| error.to_string())?;
            return Ok(Self { flag: "--out".to_owned(), ..Self::read("landing_volume_path", text)? });
        }
        Self::read("until", text).map_err(|_| {
            "expected a day such as 2024-03-24, or a volume such as /Volumes/dev_f1/raw_data/landing; \
             folders go with --out"
                .to_owned()
        })
    }
}

/// Adds the former flags to a command that has the flags of today. They are for the parser alone: completion lists hidden
/// flags too.
pub(super) fn add_to(command: Command) -> Command {
    let has = |id: &str| command.get_arguments().any(|argument| argument.get_id() == id);
    let hidden = |name: &'static str| Arg::new(name).long(name).hide(true).allow_negative_numbers(true);
    if has("since") {
        let from = hidden(FROM).value_parser(|text: &str| Former::read("since", text));
        command.arg(from).arg(hidden(TO).value_parser(Former::day_or_volume))
    } else if has("load_to") {
        command.arg(hidden(TO).value_parser(|text: &str| Former::read("load_to", text)))
    } else {
        command
    }
}

/// Adds the values of the former flags that were given, with a note on each.
///
/// # Errors
/// When the flag of today is given too.
pub(super) fn take(matches: &ArgMatches, given: &mut Given) -> Result<(), Error> {
    for name in [FROM, TO] {
        let former = matches.try_get_one::<Former>(name).ok().flatten();
        let Some(Former { setting, flag, value, text }) = former else { continue };
        let folder = match (setting.name, given.get("landing_path")) {
            ("landing_volume_path", Some(_)) => {
                ", and the setting `landing_path` names the folder of --also-local"
            }
            _ => "",
        };
        given.add(setting, &format!("--{name}"), value.clone())?;
        given.note(format!("`--{name} {text}` is now `{flag} {text}`{folder}"));
    }
    Ok(())
}
