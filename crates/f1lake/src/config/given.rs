//! Settings that a user gives to one command, as flags or as keywords, and the rules between them.

use super::kind::Shape;
use super::layer::{Layer, Origin, plain};
use super::settings::{FORMER, Setting};
use crate::error::Error;
use figment::value::{Dict, Value};
use std::collections::BTreeMap;

/// Who gives settings, and so how errors name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Giver {
    /// The command line: `--year 2024`.
    #[default]
    Flags,
    /// A program: `year=2024`.
    Keywords,
}

/// A setting as it was given.
#[derive(Debug, Clone, PartialEq)]
struct One {
    written: String,
    value: Value,
}

/// Settings given to a command. They override the environment and the file.
///
/// - A setting that belongs to one mode chooses this mode: `year` chooses mode `year`, `date` mode `manual`, and
///   `num_sessions` mode `latest`. Two modes, or a mode and keys, exclude each other.
/// - A landing folder replaces a configured volume, unless `also_local` asks for both.
///
/// ```
/// use f1lake::config::{FetchMode, Given, Loaded};
///
/// let given = Given::keywords([("year", 2024.into()), ("countries", "ITA".into())])?;
/// let config = Loaded::read(None, &[given])?.config;
/// assert_eq!((config.fetch_mode, config.fetch_year), (FetchMode::Year, Some(2024)));
///
/// let both = Given::keywords([("year", 2024.into()), ("session_keys", 9488.into())])?;
/// let refused = Loaded::read(None, &[both]).unwrap_err().to_string();
/// assert_eq!(refused, "year cannot be used with session or meeting keys\nhint: remove one of them");
/// # Ok::<(), f1lake::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given {
    giver: Giver,
    settings: BTreeMap<&'static str, One>,
    notes: Vec<String>,
}

impl Given {
    /// Flags; none yet.
    pub fn flags() -> Self {
        Self::default()
    }

    /// Keywords of a function: see [`Setting::named`]. Nulls count as not given.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown keyword, an empty list, or a setting that is given twice.
    pub fn keywords<K: AsRef<str>>(
        keywords: impl IntoIterator<Item = (K, serde_json::Value)>,
    ) -> Result<Self, Error> {
        let mut given = Self { giver: Giver::Keywords, ..Self::default() };
        for (keyword, value) in keywords {
            let keyword = keyword.as_ref();
            if value.is_null() {
                continue;
            }
            let setting = Setting::named(keyword)?;
            let value =
                Value::serialize(value).map_err(|error| Error::Usage(format!("{keyword}: {error}")))?;
            if value.as_array().is_some_and(<[Value]>::is_empty) {
                return Err(Error::Usage(format!("{keyword} is an empty list\nhint: leave it out")));
            }
            // Text is read as that of a flag is, so that `"2024"` is a year.
            let read = value.as_str().filter(|_| setting.shape != Shape::List).map(|text| setting.read(text));
            let value = match read {
                Some(Ok(read)) => read,
                _ => value,
            };
            given.add(setting, keyword, value)?;
            if FORMER.iter().any(|(old, _)| *old == keyword.trim_end_matches('_')) {
                given.note(format!("`{keyword}` is now `{}`", setting.name));
            }
        }
        Ok(given)
    }

    /// Adds a setting, which was written like this.
    ///
    /// # Errors
    /// [`Error::Usage`] when it is given already, by another name.
    ///
    /// ```
    /// use f1lake::config::{Given, Setting};
    ///
    /// let mut flags = Given::flags();
    /// flags.add(Setting::named("year")?, "--year", 2024.into())?;
    /// # Ok::<(), f1lake::Error>(())
    /// ```
    pub fn add(&mut self, setting: &'static Setting, written: &str, value: Value) -> Result<(), Error> {
        let one = One { written: written.to_owned(), value };
        if let Some(before) = self.settings.insert(setting.name, one) {
            return Err(Error::Usage(format!(
                "{} and {written} are the same setting\nhint: remove one of them",
                before.written
            )));
        }
        Ok(())
    }

    /// Adds a line for the user, such as that a flag has a new name.
    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// The value of a setting, if it is given.
    pub fn get(&self, setting: &str) -> Option<&Value> {
        self.settings.get(setting).map(|one| &one.value)
    }

    /// Lines for the user: former names that were used.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The layer of these settings, with what they imply.
    pub(super) fn layer(&self) -> Result<Layer, Error> {
        let mut values: Dict =
            self.settings.iter().map(|(name, one)| ((*name).to_owned(), one.value.clone())).collect();
        self.choose_mode(&mut values)?;
        self.choose_landing(&mut values)?;
        let origin = match self.giver {
            Giver::Flags => Origin::Flags,
            Giver::Keywords => Origin::Keywords,
        };
        let written =
            self.settings.iter().map(|(name, one)| ((*name).to_owned(), one.written.clone())).collect();
        Ok(Layer::new(origin, values, written))
    }

    /// A setting that belongs to one mode chooses that mode; keys and modes exclude each other.
    fn choose_mode(&self, values: &mut Dict) -> Result<(), Error> {
        let by_key = ["session_keys", "meeting_keys"].iter().any(|keys| self.settings.contains_key(keys));
        let chosen = self.get("fetch_mode").map(plain);
        let implied: Vec<(&str, &str)> =
            [("num_latest_sessions", "latest"), ("fetch_year", "year"), ("manual_batch_days", "manual")]
                .into_iter()
                .filter_map(|(setting, mode)| Some((self.settings.get(setting)?.written.as_str(), mode)))
                .collect();
        let remove_one = |problem: String| Err(Error::Usage(format!("{problem}\nhint: remove one of them")));
        if let (true, Some(name)) = (by_key, implied.first().map(|(name, _)| (*name).to_owned())) {
            return remove_one(format!("{name} cannot be used with session or meeting keys"));
        }
        for (name, mode) in &implied {
            if let Some(chosen) = chosen.as_deref().filter(|chosen| chosen != mode) {
                let of = |mode: &str| self.with_value("fetch_mode", mode);
                return Err(Error::Usage(format!("{name} needs {}, not {}", of(mode), of(chosen))));
            }
        }
        if let [(first, _), (second, _), ..] = implied.as_slice() {
            return remove_one(format!("{first} and {second} belong to different modes"));
        }
        if let (true, Some(one)) = (by_key, self.settings.get("fetch_mode")) {
            return remove_one(format!("{} cannot be used with session or meeting keys", one.written));
        }
        let mode = chosen.as_deref().or(implied.first().map(|(_, mode)| *mode));
        if let Some(mode) = mode {
            values.insert("fetch_mode".to_owned(), Value::from(mode));
        }
        if mode.is_some() || by_key {
            // Keys of the file must override neither a mode nor other keys that are given here.
            for keys in ["session_keys", "meeting_keys"] {
                values.entry(keys.to_owned()).or_insert_with(|| Value::from(Vec::<i64>::new()));
            }
        }
        Ok(())
    }

    /// A folder replaces a configured volume, unless both are asked for; a volume then leaves the folder as configured.
    fn choose_landing(&self, values: &mut Dict) -> Result<(), Error> {
        let Some(out) = self.settings.get("landing_path") else { return Ok(()) };
        let both = matches!(self.get("also_local"), Some(Value::Bool(_, true)));
        let text = plain(&out.value);
        match self.settings.get("landing_volume_path") {
            _ if both => {}
            Some(volume) if !plain(&volume.value).is_empty() => {
                let also = self.with_value("also_local", "");
                return Err(Error::Usage(format!(
                    "{} and {} both name a destination for landing files\nhint: remove one, or add {also} to use both",
                    volume.written, out.written
                )));
            }
            _ => {
                values.insert("landing_volume_path".to_owned(), Value::from(""));
            }
        }
        let is_volume = crate::volume_name::bare(&text).starts_with("/Volumes/");
        if both && is_volume && !self.settings.contains_key("landing_volume_path") {
            values.remove("landing_path");
            values.insert("landing_volume_path".to_owned(), out.value.clone());
        }
        Ok(())
    }

    /// A setting with a value, as this giver writes it.
    fn with_value(&self, setting: &str, value: &str) -> String {
        let known = Setting::get(setting);
        let given = self.settings.get(setting).map(|one| one.written.clone());
        match self.giver {
            Giver::Flags => {
                let name = given.or_else(|| known.map(Setting::flag_name)).unwrap_or_default();
                format!("{name} {value}").trim_end().to_owned()
            }
            Giver::Keywords => {
                let name = given.or_else(|| known.map(Setting::keyword)).unwrap_or_default();
                format!("{name}={}", if value.is_empty() { "True" } else { value })
            }
        }
    }
}
