//! Profiles of `~/.databrickscfg`.

use crate::error::Error;
use configparser::ini::Ini;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Section with settings of the tools, not a login.
const SETTINGS: &str = "__settings__";
/// The default profile.
const DEFAULT: &str = "DEFAULT";

/// The values of one profile, by lower-case key.
pub(crate) struct Profile {
    pub(crate) file: PathBuf,
    pub(crate) name: String,
    /// Whether it was selected, by the caller or by `default_profile`.
    pub(crate) chosen: bool,
    values: HashMap<String, String>,
}

impl Profile {
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// Reads a profile: the requested one, else `default_profile` of `[__settings__]`, else `DEFAULT`. `None`
    /// when no profile was requested and the file or its default profile is absent.
    pub(crate) fn read(file: &Path, wanted: Option<&str>) -> Result<Option<Self>, Error> {
        let bytes = match std::fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return match wanted {
                    None => Ok(None),
                    Some(name) => Err(Error::Config(format!(
                        "profile `{name}` is selected, but {} does not exist; set DATABRICKS_CONFIG_FILE",
                        file.display()
                    ))),
                };
            }
            Err(error) => return Err(Error::Config(format!("cannot read {}: {error}", file.display()))),
        };
        let text = String::from_utf8(bytes)
            .map_err(|_| Error::Config(format!("{} is not UTF-8 text", file.display())))?;
        let mut sections = parse(&text, file)?;
        let default = sections.get(SETTINGS).and_then(|values| values.get("default_profile")).cloned();
        let name = wanted.map(str::to_owned).or(default);
        let asked = name.is_some();
        let name = name.unwrap_or_else(|| DEFAULT.to_owned());
        match sections.remove(&name) {
            Some(values) if name != SETTINGS => {
                Ok(Some(Self { file: file.to_owned(), name, chosen: asked, values }))
            }
            _ if !asked => Ok(None),
            _ => {
                let mut names: Vec<_> = sections.into_keys().filter(|name| name != SETTINGS).collect();
                names.sort_unstable();
                let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                Err(Error::Config(format!(
                    "{} has no profile `{name}`; available profiles: {names}",
                    file.display()
                )))
            }
        }
    }
}

type Sections = HashMap<String, HashMap<String, String>>;

fn parse(text: &str, file: &Path) -> Result<Sections, Error> {
    let mut ini = Ini::new_cs();
    // Keys before the first header belong to no profile.
    ini.set_default_section("");
    // A secret may contain `#` or `;`: only whole lines are comments.
    ini.set_inline_comment_symbols(Some(&[]));
    // The parser's message may quote a line, and a line may be a secret.
    let map = ini.read(text.trim_start_matches('\u{feff}').to_owned()).map_err(|_| {
        Error::Config(format!(
            "{} is not a list of [profile] sections with key = value lines",
            file.display()
        ))
    })?;
    let section = |(name, values): (String, HashMap<String, Option<String>>)| {
        let values = values
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_ascii_lowercase(), value?.trim().to_owned())))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        (name, values)
    };
    Ok(map.into_iter().map(section).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\u{feff}; a comment\n[__settings__]\ndefault_profile = team\n\n[DEFAULT]\nhost = https://default\n\
        [team]\nHost = https://team.example:443/\ntoken = dapi#;=:x\n# token = old\nempty =\n[ci]\nhost=ci\n";

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn the_wanted_profile_wins_over_the_default_one() {
        let file = file(FILE);
        let read = |wanted| Profile::read(file.path(), wanted).unwrap().unwrap();
        let team = read(None);
        assert_eq!((team.name.as_str(), team.get("host")), ("team", Some("https://team.example:443/")));
        assert_eq!(team.get("token"), Some("dapi#;=:x"), "a secret is taken as it stands");
        assert_eq!(team.get("empty"), None);
        assert_eq!(read(Some("ci")).get("host"), Some("ci"));
        assert_eq!(read(Some("DEFAULT")).get("host"), Some("https://default"));
        assert_eq!(read(Some("DEFAULT")).get("token"), None, "another profile's secret");
    }

    #[test]
    fn missing_profile_is_reported() {
        let names = file(FILE);
        for wanted in ["Team", "__settings__", ""] {
            let error = Profile::read(names.path(), Some(wanted)).err().unwrap().to_string();
            assert!(error.contains("available profiles: DEFAULT, ci, team"), "{error}");
        }
        let absent = Path::new("/nonexistent/.databrickscfg");
        assert!(Profile::read(absent, None).unwrap().is_none());
        assert!(Profile::read(absent, Some("x")).is_err());
        assert!(Profile::read(file("").path(), None).unwrap().is_none());
        let broken = file("[team\ntoken = canary\n");
        let error = Profile::read(broken.path(), Some("team")).err().unwrap().to_string();
        assert!(!error.contains("canary"), "{error}");
    }
}
