//! Settings that a user gives to one command, as flags or as keywords, and the rules between them.

use super::kind::Shape;
use super::layer::{Layer, Origin, plain};
use super::names::Names;
use super::settings::{FORMER, Setting};
use crate::error::Error;
use crate::volume_name::bare;
use figment::value::{Dict, Value};
use std::collections::BTreeMap;

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
/// - A landing folder replaces a configured volume, unless `also_local` asks for both. A volume, `/Volumes/...`, sets
///   `landing_volume_path`.
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
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    origin: Origin,
    settings: BTreeMap<&'static str, One>,
    notes: Vec<String>,
}

impl Given {
    /// Flags; none yet.
    pub fn flags() -> Self {
        Self::of(Origin::Flags)
    }

    fn of(origin: Origin) -> Self {
        Self { origin, settings: BTreeMap::new(), notes: Vec::new() }
    }

    /// Keywords of a function: see [`Setting::named`]. Nulls count as not given.
    ///
    /// # Errors
    /// [`Error::Usage`] for an unknown keyword, an empty list, or a setting that is given twice.
    pub fn keywords<K: AsRef<str>>(
        keywords: impl IntoIterator<Item = (K, serde_json::Value)>,
    ) -> Result<Self, Error> {
        let mut given = Self::of(Origin::Keywords);
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

    /// How the user knows settings.
    pub(super) fn names(&self) -> Names {
        if self.origin == Origin::Keywords { Names::Keywords } else { Names::Flags }
    }

    /// The layer of these settings, with what they imply; `all` are those given together.
    pub(super) fn layer(&self, all: &[Self]) -> Result<Layer, Error> {
        let mut values: Dict =
            self.settings.iter().map(|(name, one)| ((*name).to_owned(), one.value.clone())).collect();
        self.choose_mode(&mut values)?;
        let both = all.iter().any(|given| matches!(given.get("also_local"), Some(Value::Bool(_, true))));
        self.choose_landing(both, &mut values)?;
        let written =
            self.settings.iter().map(|(name, one)| ((*name).to_owned(), one.written.clone())).collect();
        Ok(Layer::new(self.origin.clone(), values, written))
    }

    /// A setting that belongs to one mode chooses that mode; keys and modes exclude each other.
    fn choose_mode(&self, values: &mut Dict) -> Result<(), Error> {
        let by_key = ["session_keys", "meeting_keys"].iter().any(|keys| self.settings.contains_key(keys));
        let modes: Vec<(&str, String)> = [
            ("fetch_mode", None),
            ("num_latest_sessions", Some("latest")),
            ("fetch_year", Some("year")),
            ("manual_batch_days", Some("manual")),
        ]
        .into_iter()
        .filter_map(|(setting, mode)| Some((self.settings.get(setting)?, mode)))
        .map(|(one, mode)| (one.written.as_str(), mode.map_or_else(|| plain(&one.value), str::to_owned)))
        .collect();
        if let Some((first, mode)) = modes.first() {
            let refuse = |problem: String| Err(Error::Usage(format!("{problem}\nhint: remove one of them")));
            if by_key {
                return refuse(format!("{first} cannot be used with session or meeting keys"));
            }
            match modes.iter().find(|(_, other)| other != mode) {
                Some((name, other)) if self.settings.contains_key("fetch_mode") => {
                    let of = |mode: &str| self.origin.assign(first, mode);
                    return Err(Error::Usage(format!("{name} needs {}, not {}", of(other), of(mode))));
                }
                Some((name, _)) => return refuse(format!("{first} and {name} belong to different modes")),
                None => {}
            }
            values.insert("fetch_mode".to_owned(), Value::from(mode.as_str()));
        }
        if by_key || !modes.is_empty() {
            // Keys of the file must override neither a mode nor other keys that are given here.
            for keys in ["session_keys", "meeting_keys"] {
                values.entry(keys.to_owned()).or_insert_with(|| Value::from(Vec::<i64>::new()));
            }
        }
        Ok(())
    }

    /// A volume leaves the folder as configured; a folder replaces a configured volume, unless both are asked for.
    fn choose_landing(&self, both: bool, values: &mut Dict) -> Result<(), Error> {
        let Some(out) = self.settings.get("landing_path") else { return Ok(()) };
        let volume =
            self.settings.get("landing_volume_path").filter(|volume| !plain(&volume.value).is_empty());
        match volume {
            None if bare(&plain(&out.value)).starts_with("/Volumes/") => {
                values.remove("landing_path");
                values.insert("landing_volume_path".to_owned(), out.value.clone());
            }
            _ if both => {}
            None => {
                values.insert("landing_volume_path".to_owned(), Value::from(""));
            }
            Some(volume) => {
                let also = match self.origin {
                    Origin::Flags => "--also-local",
                    _ => "also_local=True",
                };
                return Err(Error::Usage(format!(
                    "{} and {} both name a destination for landing files\nhint: remove one, or add {also} to use both",
                    volume.written, out.written
                )));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Loaded;

    fn given(mut all: Given, settings: &[(&str, &str)]) -> Given {
        for (keyword, text) in settings {
            let setting = Setting::named(keyword).unwrap();
            let written =
                if all.origin == Origin::Flags { setting.flag_name() } else { (*keyword).to_owned() };
            all.add(setting, &written, setting.read(text).unwrap()).unwrap();
        }
        all
    }

    fn refused(origin: Given, settings: &[(&str, &str)]) -> String {
        Loaded::read(None, &[given(origin, settings)]).unwrap_err().to_string().replace("\nhint: ", "; ")
    }

    #[test]
    fn errors_name_settings_as_they_were_given() {
        for (settings, flags, keyword) in [
            (
                [("mode", "latest"), ("year", "2024")],
                "--year needs --mode year, not --mode latest",
                "year needs mode=year, not mode=latest",
            ),
            (
                [("year", "2024"), ("dates", "2024-03-24")],
                "--year and --date belong to different modes; remove one of them",
                "year and dates belong to different modes; remove one of them",
            ),
            (
                [("mode", "latest"), ("session_keys", "9488")],
                "--mode cannot be used with session or meeting keys; remove one of them",
                "mode cannot be used with session or meeting keys; remove one of them",
            ),
            (
                [("landing_volume_path", "/Volumes/a/b/c"), ("out", "copy")],
                "--landing-volume-path and --out both name a destination for landing files; \
                 remove one, or add --also-local to use both",
                "landing_volume_path and out both name a destination for landing files; \
                 remove one, or add also_local=True to use both",
            ),
        ] {
            assert_eq!(refused(Given::flags(), &settings), flags);
            assert_eq!(refused(Given::of(Origin::Keywords), &settings), keyword);
        }
        let twice = Given::keywords([("date", "2024-03-24".into()), ("dates", "2024-03-25".into())]);
        assert_eq!(
            twice.unwrap_err().to_string(),
            "date and dates are the same setting\nhint: remove one of them"
        );
        let wrong = Given::keywords([("dates", "24.3.".into())]).unwrap();
        assert_eq!(
            Loaded::read(None, &[wrong]).unwrap_err().to_string(),
            "dates=24.3.: expected a day such as 2024-03-24, found `24.3.`"
        );
    }

    #[test]
    fn a_volume_and_a_folder_are_told_apart() {
        let landing = |settings: &[(&str, &str)]| {
            let below = given(Given::flags(), &[("landing_path", "configured")]);
            let config =
                Loaded::read(None, &[below, given(Given::of(Origin::Keywords), settings)]).unwrap().config;
            (config.landing_path, config.landing_volume_path.unwrap_or_default())
        };
        let of = |path: &str, volume: &str| (path.to_owned(), volume.to_owned());
        assert_eq!(landing(&[("out", "here")]), of("here", ""));
        assert_eq!(landing(&[("out", "/Volumes/a/b/c")]), of("configured", "/Volumes/a/b/c"));
        assert_eq!(landing(&[("landing_volume_path", "/Volumes/a/b/c")]), of("configured", "/Volumes/a/b/c"));
    }
}
