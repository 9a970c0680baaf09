//! The configuration in force: its layers read and checked.

use super::environment;
use super::given::Given;
use super::layer::{Layer, Layers};
use super::settings::Config;
use super::words;
use crate::error::Error;
use f1lake_extract::ExtractError;
use jiff::Timestamp;
use std::path::{Path, PathBuf};

/// Default configuration file.
pub const DEFAULT_FILE: &str = "f1lake.toml";

/// The configuration in force, with the origin of each value.
///
/// ```
/// use f1lake::config::{Config, Loaded};
///
/// let loaded = Loaded::of(Config::default())?;
/// assert_eq!(loaded.origin("lake_path"), "default");
/// # Ok::<(), f1lake::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Values.
    pub config: Config,
    /// The configuration file that was read.
    pub file: Option<PathBuf>,
    /// Lines for the user: former names that still work, and variables that are ignored.
    pub notes: Vec<String>,
    layers: Layers,
}

impl Loaded {
    /// Reads the file (default: `f1lake.toml`, if it exists) and the environment, with settings on top that the user
    /// gave as flags or keywords; of these, the last ones win.
    ///
    /// # Errors
    /// [`Error::Usage`]: what is wrong, where, and what is expected.
    ///
    /// ```
    /// use f1lake::config::{Given, Loaded};
    ///
    /// let given = Given::keywords([("max_workers", 2.into()), ("out", "s3://bucket/landing".into())])?;
    /// let loaded = Loaded::read(None, &[given])?;
    /// assert_eq!(loaded.config.landing_path, "s3://bucket/landing");
    /// assert_eq!(loaded.as_written("landing_path"), "out=s3://bucket/landing");
    /// # Ok::<(), f1lake::Error>(())
    /// ```
    pub fn read(file: Option<&Path>, given: &[Given]) -> Result<Self, Error> {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.to_string_lossy().into_owned()))
        });
        Self::read_all(file, variables, given)
    }

    fn read_all(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
        given: &[Given],
    ) -> Result<Self, Error> {
        let file = match file {
            Some(named) if !named.is_file() => {
                return Err(Error::Usage(format!(
                    "configuration file {} does not exist\nhint: `f1lake config --example` prints one",
                    named.display()
                )));
            }
            Some(named) => Some(named.to_owned()),
            None => Some(PathBuf::from(DEFAULT_FILE)).filter(|path| path.is_file()),
        };
        let (environment, mut notes) = environment::layer(variables);
        let mut layers = Layers::default();
        for mut layer in file.as_deref().map(Layer::file).into_iter().chain([environment]) {
            notes.extend(layer.rename()?);
            layers.push(layer);
        }
        for one in given {
            layers.push(one.layer(given)?);
            notes.extend_from_slice(one.notes());
        }
        let config = layers.figment.extract::<Config>();
        let mut config = config.map_err(|error| Error::Usage(words::explain(error, &layers)))?;
        config.names = given.last().map(Given::names).unwrap_or_default();
        let loaded = Self { config, file, notes, layers };
        loaded.check()?;
        Ok(loaded)
    }

    /// A configuration that a program made, checked.
    ///
    /// # Errors
    /// As [`Loaded::read`].
    pub fn of(config: Config) -> Result<Self, Error> {
        let loaded = Self { config, file: None, notes: Vec::new(), layers: Layers::default() };
        loaded.check()?;
        Ok(loaded)
    }

    /// Origin of a setting's value.
    pub fn origin(&self, setting: &str) -> String {
        self.layers.origin(setting)
    }

    /// A setting with its value as the user wrote it: `--year 2022`, `F1LAKE_FETCH_YEAR=2022`, or a line of
    /// the file.
    pub fn as_written(&self, setting: &str) -> String {
        self.layers.as_written(setting)
    }

    /// Validates the selection before any request.
    ///
    /// # Errors
    /// [`Error::Usage`], which names the flag, variable or line.
    pub fn check_selection(&self) -> Result<(), Error> {
        let settings = self.config.extract_settings(PathBuf::new(), Timestamp::now());
        settings.validate().map_err(|error| match error {
            ExtractError::Setting { setting, problem } => {
                Error::Usage(format!("{}: {problem}", self.as_written(setting)))
            }
            other => Error::Usage(other.to_string()),
        })
    }

    fn check(&self) -> Result<(), Error> {
        let config = &self.config;
        // Addresses are printed, and their host is part of a file name. `abfss://container@account` is not a
        // password.
        for (name, address) in [
            ("base_url", &config.base_url),
            ("landing_path", &config.landing_path),
            ("lake_path", &config.lake_path),
        ] {
            if name == "base_url" && address.contains('@') || holds_password(address) {
                return Err(Error::Usage(format!(
                    "{name} ({}) contains a user name or password\nhint: set these in the environment \
                     (OPENF1_USERNAME and OPENF1_PASSWORD, or the variables of the object store)",
                    self.origin(name)
                )));
            }
        }
        for (name, value, least) in
            [("timeout", config.timeout, 0.001), ("retry_delay", config.retry_delay, 0.0)]
        {
            if !value.is_finite() || value < least || value > 86_400.0 {
                return Err(Error::Usage(format!(
                    "{}: expected seconds {}, up to 86,400, such as 30",
                    self.as_written(name),
                    if least > 0.0 { "above 0" } else { "from 0" }
                )));
            }
        }
        Ok(())
    }
}

/// Whether a URL has `user:password@` before its host.
fn holds_password(address: &str) -> bool {
    let account = address.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@'));
    account.is_some_and(|(account, _)| account.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{SETTINGS, Setting, Shape, expected};

    /// A value other than the default, as the text of a flag.
    fn sample(setting: &Setting) -> String {
        if let Some(choice) = setting.choices().last() {
            return choice.name.to_owned();
        }
        let expected = setting.expected();
        let text = match expected.as_str() {
            expected::DAY => "2024-03-24",
            expected::SEASON => "2024",
            expected::SECONDS | expected::RATE => "2.5",
            expected::COUNT | expected::NUMBER | expected::KEY => "77",
            "true or false" if setting.default() == Some(true.into()) => "false",
            "true or false" => "true",
            _ => "some",
        };
        text.to_owned()
    }

    #[test]
    fn every_setting_has_the_same_value_from_file_environment_flag_and_keyword() {
        let folder = tempfile::tempdir().unwrap();
        let (file, empty) = (folder.path().join("f1lake.toml"), folder.path().join("empty.toml"));
        std::fs::write(&empty, "").unwrap();
        for setting in SETTINGS {
            let text = sample(setting);
            let value = |file: &Path, variables: Vec<(String, String)>, given: Vec<Given>| {
                let loaded = Loaded::read_all(Some(file), variables, &given);
                loaded.unwrap_or_else(|error| panic!("{}: {error}", setting.name)).config.value(setting.name)
            };
            let typed = setting.read(&text).unwrap();
            let typed = if setting.shape == Shape::List { vec![typed].into() } else { typed };
            let json = serde_json::to_value(&typed).unwrap();
            std::fs::write(&file, format!("{} = {json}\n", setting.name)).unwrap();
            let mut flags = Given::flags();
            flags.add(setting, &setting.flag_name(), typed).unwrap();
            let keyword =
                |name: &str, value: serde_json::Value| vec![Given::keywords([(name, value)]).unwrap()];
            let variable = (format!("F1LAKE_{}", setting.name.to_uppercase()), text.clone());

            let wanted = value(&file, vec![], vec![]);
            assert_ne!(wanted, Config::default().value(setting.name), "{}", setting.name);
            assert_eq!(wanted, value(&empty, vec![variable], vec![]), "{}", setting.name);
            assert_eq!(wanted, value(&empty, vec![], vec![flags]), "{}", setting.name);
            assert_eq!(wanted, value(&empty, vec![], keyword(setting.name, json)), "{}", setting.name);
            assert_eq!(
                wanted,
                value(&empty, vec![], keyword(&setting.keyword(), text.into())),
                "{}",
                setting.name
            );
        }
    }

    fn told(file: &str, variables: &[(&str, &str)]) -> Result<(Config, Vec<String>), String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f1lake.toml");
        std::fs::write(&path, file).unwrap();
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let place = |text: &str| text.replace(&path.display().to_string(), "FILE");
        match Loaded::read_all(Some(&path), variables, &[]) {
            Ok(loaded) => Ok((loaded.config, loaded.notes.iter().map(|note| place(note)).collect())),
            Err(error) => Err(place(&error.to_string())),
        }
    }

    #[test]
    fn former_names_work_and_say_so() {
        let (config, notes) = told("from = 2024-03-01", &[("F1LAKE_TO", "2024-04-01")]).unwrap();
        assert_eq!(config.since, Some("2024-03-01".parse().unwrap()));
        assert_eq!(config.until, Some("2024-04-01".parse().unwrap()));
        assert_eq!(notes, ["`from` (FILE) is now `since`", "`F1LAKE_TO` is now `F1LAKE_UNTIL`"]);
        let wrong = told("", &[("F1LAKE_FROM", "24.3.2024")]).unwrap_err();
        assert_eq!(wrong, "F1LAKE_FROM=24.3.2024: expected a day such as 2024-03-24, found `24.3.2024`");
        let twice = told("from = \"2024-03-01\"\nsince = \"2024-03-02\"", &[]).unwrap_err();
        assert_eq!(twice, "from and since are the same setting\nhint: remove from");
    }

    #[test]
    fn mistyped_variables_are_refused_and_unknown_ones_named() {
        let wrong = told("", &[("F1LAKE_FETCH_YAER", "2024")]).unwrap_err();
        assert_eq!(
            wrong,
            "unknown setting `fetch_yaer` (environment (F1LAKE_FETCH_YAER))\nhint: did you mean `fetch_year`?"
        );
        let flag = told("", &[("F1LAKE_NUM_SESSIONS", "5")]).unwrap_err();
        assert!(flag.ends_with("did you mean `num_latest_sessions`?"), "{flag}");
        let (_, notes) = told("", &[("F1LAKE_PROOF_JOBS", "2")]).unwrap();
        assert_eq!(notes, ["F1LAKE_PROOF_JOBS is not a setting and is ignored"]);
    }
}
