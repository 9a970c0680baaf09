//! The flags of settings, made from the table of settings.

use super::former;
use super::groups::{SESSIONS, bit};
use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use f1lake::config::{Choice, Flag, Given, SETTINGS, Setting, Shape};
use figment::value::Value;
use std::ffi::OsStr;

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
        command
            .args(Self::all().map(|(setting, flag)| argument(setting, flag)))
            .args(former::arguments(GROUPS))
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
        former::add(GROUPS, matches, &mut given).map_err(refused)?;
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
