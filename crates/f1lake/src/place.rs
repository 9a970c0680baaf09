//! Destination of landing files: a local folder, an object store, or a Databricks volume; and the meaning of
//! `/Volumes/...`.

use crate::config::Config;
use crate::error::Error;
use crate::volume_name::{DBFS, FILE, bare, landing, volume};
use crate::workspace;
use f1lake_databricks::VolumeStore;
use f1lake_zone::Landing;
use std::path::Path;
use std::sync::Arc;

/// Databricks sets it wherever its runtime is: there a volume is mounted as a folder.
const RUNTIME: &str = "DATABRICKS_RUNTIME_VERSION";

/// A destination of landing files.
///
/// ```
/// use f1lake::{Config, place::Place};
///
/// let config = Config { landing_path: "dbfs:/Volumes/dev_f1/raw_data/landing".to_owned(), ..Config::default() };
/// assert_eq!(Place::of(&config)?, Place::Volume("/Volumes/dev_f1/raw_data/landing".to_owned()));
/// # Ok::<(), f1lake::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A local folder.
    Folder {
        /// Its path.
        path: String,
        /// A remark for the user.
        remark: &'static str,
    },
    /// An object store, by its URL.
    Store(String),
    /// A volume of a Databricks workspace, over the network.
    Volume(String),
}

/// The facts that decide the meaning of `/Volumes/...`.
#[derive(Debug, Clone, Copy)]
struct Surroundings {
    /// Whether the program runs inside Databricks.
    inside: bool,
    /// Whether the folder exists here.
    folder: bool,
    /// Whether a workspace is configured.
    workspace: bool,
}

impl Place {
    /// The configured destination.
    ///
    /// # Errors
    /// [`Error::Usage`] when `/Volumes/...` is ambiguous.
    pub fn of(config: &Config) -> Result<Self, Error> {
        Self::of_name(landing(config), |name| {
            let inside = std::env::var_os(RUNTIME).is_some_and(|version| !version.is_empty());
            // Inside Databricks the rest is irrelevant, and a login there takes seconds.
            let is_set =
                || !matches!(workspace::login(config), Err(f1lake_databricks::Error::NoWorkspace(_)));
            Surroundings {
                inside,
                folder: !inside && first_folder(name).is_dir(),
                workspace: !inside && is_set(),
            }
        })
    }

    fn of_name(name: &str, surroundings: impl FnOnce(&str) -> Surroundings) -> Result<Self, Error> {
        let folder = |path: &str, remark| Ok(Self::Folder { path: path.to_owned(), remark });
        if let Some(path) = name.strip_prefix(DBFS) {
            return Ok(Self::Volume(path.to_owned()));
        }
        if let Some(path) = name.strip_prefix(FILE) {
            return folder(path, "");
        }
        if name.contains("://") {
            return Ok(Self::Store(name.to_owned()));
        }
        if !name.starts_with("/Volumes/") {
            return folder(name, "");
        }
        match surroundings(name) {
            Surroundings { inside: true, .. } => folder(name, ", the volume's mount"),
            Surroundings { folder: true, workspace: true, .. } => Err(Error::Usage(format!(
                "{name} is a folder of this machine, but a Databricks workspace is also set\nhint: write \
                 {DBFS}{name} for the volume of the workspace, or {FILE}{name} for the folder"
            ))),
            Surroundings { folder: true, .. } => {
                folder(name, ", a folder of this machine (no Databricks workspace is set)")
            }
            Surroundings { .. } => Ok(Self::Volume(name.to_owned())),
        }
    }

    /// The folder, if it is one.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder { path, .. } => Some(Path::new(path)),
            Self::Store(_) | Self::Volume(_) => None,
        }
    }

    /// Opens the landing zone, with its copy if configured; also returns its description.
    ///
    /// # Errors
    /// [`Error::Usage`] when it is unusable, [`Error::Databricks`] when the login is.
    pub fn landing(&self, config: &Config) -> Result<(Landing, String), Error> {
        let folder = &config.landing_path;
        // Nothing is opened, and so created, before the settings are known to agree.
        if config.also_local && volume(config).is_none_or(|volume| volume == bare(folder)) {
            return Err(Error::Usage(format!(
                "also_local needs a volume to land in\nhint: name it with {} or landing_volume_path",
                config.names.of("landing_path")
            )));
        }
        let (landing, lands) = self.open(config)?;
        if !config.also_local {
            return Ok((landing, lands));
        }
        let (copy, copied) =
            Self::of_name(folder, |_| Surroundings { inside: false, folder: true, workspace: false })?
                .open(config)?;
        Ok((landing.with_copy(copy), format!("{lands}, and in {copied}")))
    }

    fn open(&self, config: &Config) -> Result<(Landing, String), Error> {
        let unusable = |error: f1lake_zone::ZoneError| Error::Usage(error.to_string());
        match self {
            Self::Folder { path, remark } => {
                let landing = Landing::open(path).map_err(unusable)?;
                let lands = format!("{}{remark}", landing.describe());
                Ok((landing, lands))
            }
            Self::Store(url) => {
                let landing = Landing::open_with(url, config.store_plain_http).map_err(unusable)?;
                Ok((landing, url.clone()))
            }
            Self::Volume(path) => {
                let workspace = workspace::workspace(config)?;
                let store = VolumeStore::open(&workspace, path)?;
                // The store buffers each file in memory anyway, and sends large ones in parts itself.
                let landing = Landing::from_store(Arc::new(store), path).single_put(u64::MAX);
                Ok((landing, format!("{path}, a volume of {}", workspace.host())))
            }
        }
    }
}

/// `/Volumes/main` of `/Volumes/main/f1/raw`: the folder whose existence on this machine decides.
fn first_folder(name: &str) -> &Path {
    let rest = name.strip_prefix("/Volumes/").unwrap_or_default();
    let end = rest.find('/').unwrap_or(rest.len());
    Path::new(&name[..name.len() - rest.len() + end])
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOLUME: &str = "/Volumes/main/f1/raw";

    fn means(name: &str, inside: bool, folder: bool, workspace: bool) -> Result<Place, String> {
        Place::of_name(name, |_| Surroundings { inside, folder, workspace })
            .map_err(|error| error.to_string())
    }

    fn is_folder(place: &Place) -> bool {
        place.folder() == Some(Path::new(VOLUME))
    }

    #[test]
    fn volumes_path_resolves_by_environment() {
        let volume = Place::Volume(VOLUME.to_owned());
        for (folder, workspace) in [(true, true), (true, false), (false, true), (false, false)] {
            let inside = means(VOLUME, true, folder, workspace).unwrap();
            assert!(is_folder(&inside), "{inside:?}");
        }
        assert_eq!(means(VOLUME, false, false, true).unwrap(), volume);
        assert_eq!(means(VOLUME, false, false, false).unwrap(), volume, "its login says what is missing");
        match means(VOLUME, false, true, false).unwrap() {
            Place::Folder { path, remark } => {
                assert!(path == VOLUME && remark.contains("folder of this machine"))
            }
            other => panic!("{other:?}"),
        }
        let both = means(VOLUME, false, true, true).unwrap_err();
        assert!(
            both.contains("dbfs:/Volumes/main/f1/raw") && both.contains("file:///Volumes/main/f1/raw"),
            "{both}"
        );
    }

    #[test]
    fn volume_schemes_are_unambiguous() {
        for (inside, folder, workspace) in
            [(true, true, true), (false, true, true), (false, false, false), (true, false, false)]
        {
            let volume = means("dbfs:/Volumes/main/f1/raw", inside, folder, workspace).unwrap();
            assert_eq!(volume, Place::Volume(VOLUME.to_owned()));
            assert!(is_folder(&means("file:///Volumes/main/f1/raw", inside, folder, workspace).unwrap()));
        }
        assert_eq!(bare("dbfs:/Volumes/main/f1/raw"), VOLUME);
        assert_eq!(bare("file:///Volumes/main/f1/raw"), VOLUME);
        assert_eq!(bare("file:///data"), "file:///data");
        assert_eq!(first_folder(VOLUME), Path::new("/Volumes/main"));
        assert_eq!(first_folder("/Volumes/main"), Path::new("/Volumes/main"));
    }
}
