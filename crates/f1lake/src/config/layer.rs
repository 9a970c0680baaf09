//! Layers of settings that override each other, with the origin of each value and the names it was given by.

use super::settings::{FORMER, Setting};
use crate::error::Error;
use figment::providers::{Format as _, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Prefix of environment variables.
pub(super) const PREFIX: &str = "F1LAKE_";

/// Where the values of a layer come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    File(PathBuf),
    Environment,
    Flags,
    Keywords,
}

impl Origin {
    fn name(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Environment => "environment",
            Self::Flags => "command line",
            Self::Keywords => "keyword",
        }
    }

    /// A name, as it is written there.
    fn write(&self, name: &str) -> String {
        match self {
            Self::Environment => format!("{PREFIX}{}", name.to_uppercase()),
            _ => name.to_owned(),
        }
    }

    /// A name with its value, as it is written there.
    pub(super) fn assign(&self, name: &str, value: &str) -> String {
        match self {
            Self::File(path) => format!("{name} = {value} ({})", path.display()),
            Self::Flags => format!("{name} {value}").trim_end().to_owned(),
            Self::Environment | Self::Keywords => format!("{name}={value}"),
        }
    }
}

/// A layer of settings.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    origin: Origin,
    values: Result<Dict, figment::Error>,
    /// Names as they were written, where they differ from those of [`Origin::write`].
    written: BTreeMap<String, String>,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.origin.name())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        self.values.clone().map(|values| Map::from([(Profile::Default, values)]))
    }
}

impl Layer {
    /// Values with the names that they were given by.
    pub(super) fn new(origin: Origin, values: Dict, written: BTreeMap<String, String>) -> Self {
        Self { origin, values: Ok(values), written }
    }

    /// A TOML file; what is wrong with its text is reported when the layers are read.
    pub(super) fn file(path: &Path) -> Self {
        let values = Toml::file_exact(path).data().map(|mut profiles| profiles.remove(&Profile::Default));
        Self {
            origin: Origin::File(path.to_owned()),
            values: values.map(Option::unwrap_or_default),
            written: BTreeMap::new(),
        }
    }

    /// Moves values that have a former name to the present one; returns a note on each.
    pub(super) fn rename(&mut self) -> Result<Vec<String>, Error> {
        let mut notes = Vec::new();
        let Ok(values) = &mut self.values else { return Ok(notes) };
        for (old, new) in FORMER {
            let Some(value) = values.remove(old) else { continue };
            let (was, is) = (self.origin.write(old), self.origin.write(new));
            if values.insert(new.to_owned(), value).is_some() {
                return Err(Error::Usage(format!("{was} and {is} are the same setting\nhint: remove {was}")));
            }
            let place = match &self.origin {
                Origin::File(path) => format!(" ({})", path.display()),
                _ => String::new(),
            };
            notes.push(format!("`{was}`{place} is now `{is}`"));
            self.written.insert(new.to_owned(), was);
        }
        Ok(notes)
    }

    fn written(&self, setting: &str) -> String {
        self.written.get(setting).cloned().unwrap_or_else(|| match (&self.origin, Setting::get(setting)) {
            (Origin::Flags, Some(setting)) => setting.flag_name(),
            _ => self.origin.write(setting),
        })
    }
}

/// All layers, from the lowest to the highest.
#[derive(Debug, Clone, Default)]
pub(super) struct Layers {
    pub(super) figment: Figment,
    layers: Vec<Layer>,
}

impl Layers {
    pub(super) fn push(&mut self, layer: Layer) {
        self.figment = std::mem::take(&mut self.figment).merge(&layer);
        self.layers.push(layer);
    }

    /// The layer that a setting's value comes from; `None` for a default.
    fn layer(&self, setting: &str) -> Option<&Layer> {
        let name = &self.figment.find_metadata(setting)?.name;
        self.layers.iter().find(|layer| layer.origin.name() == name)
    }

    /// The file that was read.
    pub(super) fn file(&self) -> Option<&Path> {
        self.layers.iter().find_map(|layer| match &layer.origin {
            Origin::File(path) => Some(path.as_path()),
            _ => None,
        })
    }

    /// Where a setting's value comes from.
    pub(super) fn origin(&self, setting: &str) -> String {
        let Some(layer) = self.layer(setting) else { return "default".to_owned() };
        match &layer.origin {
            Origin::File(path) => path.display().to_string(),
            Origin::Environment => format!("{} ({})", layer.origin.name(), layer.written(setting)),
            origin => origin.name().to_owned(),
        }
    }

    /// A setting with its value as it was written; its name alone when it is the default.
    pub(super) fn as_written(&self, setting: &str) -> String {
        let Some(layer) = self.layer(setting) else { return setting.to_owned() };
        let value = self.figment.find_value(setting).ok();
        let text = value.as_ref().map(plain).unwrap_or_default();
        let text = match (&layer.origin, value) {
            (Origin::File(_), Some(Value::String(..))) => format!("\"{text}\""),
            (Origin::File(_), Some(Value::Array(..))) => format!("[{text}]"),
            _ => text,
        };
        layer.origin.assign(&layer.written(setting), &text)
    }
}

/// A value as text.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(_, text) => text.clone(),
        Value::Char(_, c) => c.to_string(),
        Value::Bool(_, value) => value.to_string(),
        Value::Num(_, number) => match (number.to_i128(), number.to_u128(), number.to_f64()) {
            (Some(number), ..) => number.to_string(),
            (_, Some(number), _) => number.to_string(),
            (_, _, Some(number)) => number.to_string(),
            _ => String::new(),
        },
        Value::Array(_, values) => values.iter().map(plain).collect::<Vec<_>>().join(","),
        Value::Empty(..) | Value::Dict(..) => String::new(),
    }
}
