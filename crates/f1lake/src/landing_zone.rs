//! The configured landing zone, with the folder that its runs work in.

use crate::config::Config;
use crate::error::Error;
use crate::folders::{data_dir, fingerprint};
use crate::place::Place;
use f1lake_extract::{RunReport, SessionStatus};
use f1lake_zone::Landing;
use std::path::{Path, PathBuf};

/// A landing zone with its working folder.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// use f1lake::{Config, Zone};
///
/// # let folder = tempfile::tempdir()?;
/// let config = Config { landing_path: folder.path().display().to_string(), ..Config::default() };
/// let zone = Zone::open(&config).await?;
/// assert!(zone.landing.manifests().await?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Zone {
    /// The files.
    pub landing: Landing,
    /// Staging, lock and learned sizes.
    pub work_dir: PathBuf,
    /// The destination, for the first line of a run.
    pub lands: String,
    /// Whether it existed before this command.
    existed: bool,
}

impl Zone {
    /// Opens the zone for writing, and tests whether that works.
    ///
    /// # Errors
    /// [`Error::Usage`] when the destination is unusable, [`Error::Extract`] when it refuses the login.
    pub async fn open(config: &Config) -> Result<Self, Error> {
        let place = Place::of(config)?;
        let existed = place.folder().is_none_or(Path::exists);
        let (landing, lands) = place.landing(config)?;
        let zone = Self { work_dir: work_dir(config, &landing), landing, lands, existed };
        if let Err(error) = zone.landing.check_writable().await {
            zone.forget_when_empty();
            return Err(if error.is_refused() { error.into() } else { Error::Usage(error.to_string()) });
        }
        Ok(zone)
    }

    /// Opens a zone for reading; `None` when it does not exist.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open_existing(config: &Config) -> Result<Option<Self>, Error> {
        let place = Place::of(config)?;
        if place.folder().is_some_and(|folder| !folder.is_dir()) {
            return Ok(None);
        }
        let (landing, lands) = place.landing(config)?;
        Ok(Some(Self { work_dir: work_dir(config, &landing), landing, lands, existed: true }))
    }

    /// Opens a zone for reading, which must exist.
    ///
    /// # Errors
    /// [`Error::Usage`] when it does not exist.
    pub fn require(config: &Config) -> Result<Self, Error> {
        Self::open_existing(config)?.ok_or_else(|| {
            Error::Usage(format!(
                "no landing zone at {}\nhint: `f1lake extract` creates one; {} names another",
                crate::volume_name::landing(config),
                config.names.of("landing_path")
            ))
        })
    }

    /// The error of a zone where no session is landed: most likely it is the wrong folder.
    pub fn nothing_landed(&self, config: &Config) -> Error {
        Error::Usage(format!(
            "{} is not a landing zone: no session is landed there\nhint: `f1lake extract` creates one; {} names \
             another",
            self.landing.describe(),
            config.names.of("landing_path")
        ))
    }

    /// Whether there is something to load after an extract. Other sessions may have landed where some failed; after one
    /// that was stopped, or failed in all sessions, nothing is loaded.
    ///
    /// # Errors
    /// When the zone cannot be read.
    pub async fn should_load(&self, extract: &RunReport) -> Result<bool, Error> {
        let count = |status| extract.count(status);
        let all_failed =
            !extract.sessions.is_empty() && count(SessionStatus::Failed) == extract.sessions.len();
        if all_failed || count(SessionStatus::Interrupted) > 0 {
            return Ok(false);
        }
        // Empty tables would only look like data.
        Ok(!extract.sessions.is_empty() || !self.landing.is_empty().await?)
    }

    /// Removes the folders that this command created if they stayed empty.
    pub fn forget_when_empty(&self) {
        let Some(folder) = self.landing.local_path().filter(|_| !self.existed) else { return };
        // Folders are removed only when empty, so a failure here means that something must be kept, such as a
        // lock taken meanwhile.
        for made in [self.work_dir.join("staging"), self.work_dir.join("state"), self.work_dir.clone()] {
            let _ = std::fs::remove_dir(made);
        }
        let _ = std::fs::remove_dir(folder.join(f1lake_zone::MANIFEST_DIR));
        let _ = std::fs::remove_dir(folder);
    }
}

fn work_dir(config: &Config, landing: &Landing) -> PathBuf {
    match (&config.work_path, landing.local_path()) {
        (Some(path), _) => path.clone(),
        // A volume mounted as a folder, inside Databricks, accepts only whole files: no locks, no append.
        (None, Some(folder)) if !f1lake_zone::files::is_mounted_volume(folder) => folder.join("_work"),
        (None, _) => data_dir().join("work").join(fingerprint(&landing.describe())),
    }
}
