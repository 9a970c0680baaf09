//! Former flags: they still work, are hidden from help and completion, and a line names the flag of today.

use super::groups::{LOAD, SESSIONS};
use clap::{Arg, ArgMatches};
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
            "expected a day such as 2024-03-24, or a volume such as /Volumes/main/raw/landing; folders go with --out"
                .to_owned()
        })
    }
}

/// The former flags of the commands that take these groups.
pub(super) fn arguments(groups: u8) -> Vec<Arg> {
    let hidden = |name: &'static str| Arg::new(name).long(name).hide(true).allow_negative_numbers(true);
    if groups & SESSIONS != 0 {
        let from = hidden(FROM).value_parser(|text: &str| Former::read("since", text));
        vec![from, hidden(TO).value_parser(Former::day_or_volume)]
    } else if groups & LOAD != 0 {
        vec![hidden(TO).value_parser(|text: &str| Former::read("load_to", text))]
    } else {
        Vec::new()
    }
}

/// Adds the former flags that were given, with a note on each.
///
/// # Errors
/// When the flag of today is given too.
pub(super) fn add(groups: u8, matches: &ArgMatches, given: &mut Given) -> Result<(), Error> {
    for argument in arguments(groups) {
        let name = argument.get_id().as_str();
        let Some(Former { setting, flag, value, text }) = matches.get_one::<Former>(name) else { continue };
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
