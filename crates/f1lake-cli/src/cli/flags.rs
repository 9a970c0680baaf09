//! The flags of settings, made from the table of settings.

use super::former;
use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use f1lake::config::{Choice, Flag, Given, Group, SETTINGS, Setting, Shape};
use figment::value::Value;
use std::ffi::OsStr;

pub(crate) const SESSIONS: u8 = bit(Group::Sessions);
pub(crate) const WORK: u8 = bit(Group::Work);
pub(crate) const LANDING: u8 = bit(Group::Landing);
pub(crate) const FILES: u8 = bit(Group::Files);
pub(crate) const API: u8 = bit(Group::Api);
pub(crate) const LAKE: u8 = bit(Group::Lake);
pub(crate) const LOAD: u8 = bit(Group::Load);
pub(crate) const DATABRICKS: u8 = bit(Group::Databricks);

/// A group as one bit.
const fn bit(group: Group) -> u8 {
    1 << group as u8
}

/// The flags of all settings in some groups, as in `Flags<{ SESSIONS | API }>`.
#[derive(Debug)]
pub(crate) struct Flags<const GROUPS: u8> {
    given: Given,
}

impl<const GROUPS: u8> Flags<GROUPS> {
    /// The settings that were given.
    pub(crate) fn given(&self) -> &Given {
        &self.given
    }

    /// Whether sessions are chosen with them.
    pub(crate) fn selects(&self) -> bool {
        GROUPS & SESSIONS != 0
    }

    fn all() -> impl Iterator<Item = (&'static Setting, Flag)> {
        SETTINGS
            .iter()
            .filter_map(|setting| Some((setting, setting.flag?)))
            .filter(|(_, flag)| GROUPS & bit(flag.group) != 0)
    }
}

impl<const GROUPS: u8> Args for Flags<GROUPS> {
    fn augment_args(command: Command) -> Command {
        command.args(Self::all().map(|(setting, flag)| argument(setting, flag)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<const GROUPS: u8> FromArgMatches for Flags<GROUPS> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given = Given::flags();
        for (setting, _) in Self::all() {
            let value = match setting.shape {
                Shape::Switch => matches.get_flag(setting.name).then(|| Value::from(true)),
                Shape::One => matches.get_one::<Value>(setting.name).cloned(),
                Shape::List => {
                    let values = matches.get_many::<Value>(setting.name);
                    values.map(|values| Value::from(values.cloned().collect::<Vec<_>>()))
                }
            };
            if let Some(value) = value {
                given.add(setting, &setting.flag_name(), value).map_err(refused)?;
            }
        }
        former::take(matches, &mut given).map_err(refused)?;
        Ok(Self { given })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn refused(error: f1lake::Error) -> clap::Error {
    clap::Error::raw(ErrorKind::Format, error)
}

fn argument(setting: &'static Setting, flag: Flag) -> Arg {
    let argument = Arg::new(setting.name)
        .long(flag.long)
        .short(flag.short)
        .help(setting.help())
        .help_heading(flag.group.heading());
    let valued = |argument: Arg| {
        argument.value_name(flag.value_name).value_parser(SettingParser(setting)).allow_negative_numbers(true)
    };
    match setting.shape {
        Shape::Switch => argument.action(ArgAction::SetTrue),
        Shape::One => valued(argument),
        Shape::List => valued(argument)
            .value_delimiter(',')
            .action(ArgAction::Append)
            // All endpoints would fill the screen; completion knows them.
            .hide_possible_values(true),
    }
}

/// Reads the value of a setting's flag.
#[derive(Debug, Clone, Copy)]
struct SettingParser(&'static Setting);

impl TypedValueParser for SettingParser {
    type Value = Value;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Value, clap::Error> {
        let setting = self.0;
        (move |text: &str| setting.read(text)).parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let choices = self.0.choices();
        let value = |choice: Choice| match choice.help {
            "" => PossibleValue::new(choice.name),
            help => PossibleValue::new(choice.name).help(help),
        };
        (!choices.is_empty()).then(|| Box::new(choices.into_iter().map(value)) as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    type All = Flags<{ u8::MAX }>;

    #[derive(Debug, Parser)]
    struct Program {
        #[command(flatten)]
        settings: All,
    }

    fn parse(arguments: &[&str]) -> Result<Given, clap::Error> {
        let command = former::add_to(Program::command());
        let matches = command.try_get_matches_from([&["f1lake"], arguments].concat())?;
        Ok(Program::from_arg_matches(&matches)?.settings.given)
    }

    /// A text that the setting takes.
    fn sample(setting: &Setting) -> String {
        let texts = ["77", "2024-03-24", "some"].map(str::to_owned);
        let choices = setting.choices().into_iter().map(|choice| choice.name.to_owned());
        choices.chain(texts).find(|text| setting.read(text).is_ok()).unwrap()
    }

    #[test]
    fn every_flag_gives_its_setting() {
        assert_eq!(All::all().count(), SETTINGS.iter().filter(|setting| setting.flag.is_some()).count());
        for (setting, _) in All::all() {
            let flag = setting.flag_name();
            let (given, wanted) = match setting.shape {
                Shape::Switch => (parse(&[&flag]), Value::from(true)),
                Shape::One => (parse(&[&flag, &sample(setting)]), setting.read(&sample(setting)).unwrap()),
                Shape::List => {
                    let one = setting.read(&sample(setting)).unwrap();
                    let both = format!("{0},{0}", sample(setting));
                    (
                        parse(&[&flag, &both, &flag, &sample(setting)]),
                        vec![one.clone(), one.clone(), one].into(),
                    )
                }
            };
            assert_eq!(given.unwrap().get(setting.name), Some(&wanted), "{flag}");
        }
        let short = parse(&["-n", "5"]).unwrap();
        assert_eq!(short.get("num_latest_sessions"), Some(&Value::from(5_u64)));
    }

    #[test]
    fn former_flags_work_and_say_so() {
        let given = parse(&["--from", "2024-03-01", "--to", "2024-04-01"]).unwrap();
        assert_eq!(given.get("since"), Some(&Value::from("2024-03-01")));
        assert_eq!(given.get("until"), Some(&Value::from("2024-04-01")));
        assert_eq!(
            given.notes(),
            [
                "`--from 2024-03-01` is now `--since 2024-03-01`",
                "`--to 2024-04-01` is now `--until 2024-04-01`"
            ]
        );
        let volume = parse(&["--to", "/Volumes/a/b/c"]).unwrap();
        assert_eq!(volume.get("landing_volume_path"), Some(&Value::from("/Volumes/a/b/c")));
        assert_eq!(volume.notes(), ["`--to /Volumes/a/b/c` is now `--out /Volumes/a/b/c`"]);
        let twice = parse(&["--since", "2024-03-01", "--from", "2024-03-02"]).unwrap_err();
        let (problem, hint) = crate::usage_error::problem(&twice, &[]);
        assert_eq!(problem, "--since and --from are the same setting");
        assert_eq!(hint.as_deref(), Some("remove one of them"));
    }

    #[test]
    fn load_takes_its_former_flag() {
        let command = former::add_to(Flags::<LOAD>::augment_args(Command::new("load")));
        let matches = command.try_get_matches_from(["load", "--to", "databricks"]).unwrap();
        let load = Flags::<LOAD>::from_arg_matches(&matches).unwrap().given;
        assert_eq!(load.get("load_to"), Some(&Value::from("databricks")));
        assert_eq!(load.notes(), ["`--to databricks` is now `--load-to databricks`"]);
    }

    #[test]
    fn completion_knows_the_values() {
        for (name, known) in [("mode", "manual"), ("on-locked", "wait"), ("endpoints", "team_radio")] {
            let (setting, flag) = All::all().find(|(_, flag)| flag.long == name).unwrap();
            let values = argument(setting, flag).get_possible_values();
            assert!(values.iter().any(|value| value.get_name() == known), "{name}: {values:?}");
        }
    }
}
