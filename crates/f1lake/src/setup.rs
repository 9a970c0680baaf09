//! Creates client, limiter and landing zone from the configuration.

use crate::config::{Config, Loaded};
use crate::error::Error;
use crate::place::{self, Place};
use f1lake_databricks::{Explicit, Login, VolumePath, VolumeStore, Workspace};
use f1lake_zone::Landing;
use openf1_client::{Credentials, Limits, OpenF1, RateLimiter};
use sha2::Digest;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Login for OpenF1 from the environment.
///
/// # Errors
/// When only one half of it is set.
pub(crate) fn credentials() -> Result<Option<Credentials>, Error> {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if set("OPENF1_USERNAME") != set("OPENF1_PASSWORD") {
        return Err(Error::Usage(
            "only one of OPENF1_USERNAME and OPENF1_PASSWORD is set\nhint: set both, or neither".to_owned(),
        ));
    }
    Ok(Credentials::from_env())
}

/// The limits in force: as configured, otherwise none for a server on this machine and those of the account's
/// tier elsewhere.
pub(crate) fn limits(config: &Config, authenticated: bool) -> Limits {
    let default = Limits::default_for(&config.base_url, authenticated);
    Limits {
        per_second: config.rate_per_second.unwrap_or(default.per_second),
        per_minute: config.rate_per_minute.unwrap_or(default.per_minute),
    }
}

/// A client with the shared limiter.
pub(crate) fn client(loaded: &Loaded) -> Result<OpenF1, Error> {
    let config = &loaded.config;
    let credentials = credentials()?;
    let limits = limits(config, credentials.is_some());
    limits.validate().map_err(|error| {
        Error::Usage(format!(
            "{error} (rate_per_second: {}, rate_per_minute: {})",
            loaded.origin("rate_per_second"),
            loaded.origin("rate_per_minute")
        ))
    })?;
    let state = limiter_state(config, credentials.as_ref());
    let client = OpenF1::builder()
        .base_url(&config.base_url)
        .timeout(Duration::from_secs_f64(config.timeout))
        .max_retries(config.max_retries)
        .retry_delay(Duration::from_secs_f64(config.retry_delay))
        .limiter(RateLimiter::new(limits).with_state_file(state))
        .credentials(credentials)
        .build()?;
    Ok(client)
}

/// The file in which all processes of this user share the limits of one server and account.
pub(crate) fn limiter_state(config: &Config, credentials: Option<&Credentials>) -> PathBuf {
    if let Some(path) = &config.limiter_state {
        return path.clone();
    }
    let address = config.base_url.split_once("://").map_or(config.base_url.as_str(), |(_, rest)| rest);
    let host: String = address
        .split('/')
        .next()
        .unwrap_or(address)
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' })
        .collect();
    let user = credentials.map(|account| format!("-{}", fingerprint(&account.username))).unwrap_or_default();
    folders()
        .map_or_else(|| std::env::temp_dir().join("f1lake"), |folders| folders.cache_dir().to_owned())
        .join("limits")
        .join(format!("{host}{user}.json"))
}

fn folders() -> Option<directories::ProjectDirs> {
    directories::ProjectDirs::from("", "", "f1lake")
}

/// Short and stable, and reveals nothing about the text.
fn fingerprint(text: &str) -> String {
    sha2::Sha256::digest(text.as_bytes()).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// A landing zone with its working folder.
#[derive(Debug)]
pub(crate) struct Zone {
    pub(crate) landing: Landing,
    pub(crate) work_dir: PathBuf,
    /// The destination, for the first line of a run.
    pub(crate) lands: String,
    /// Whether it existed before this command.
    existed: bool,
}

impl Zone {
    /// Opens the zone for writing, and tests whether that works.
    ///
    /// # Errors
    /// [`Error::Usage`] when the destination is unusable, [`Error::Extract`] when it refuses the login.
    pub(crate) async fn open(config: &Config) -> Result<Self, Error> {
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
    pub(crate) fn open_existing(config: &Config) -> Result<Option<Self>, Error> {
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
    pub(crate) fn require(config: &Config) -> Result<Self, Error> {
        Self::open_existing(config)?.ok_or_else(|| {
            Error::Usage(format!(
                "no landing zone at {}\nhint: `f1lake extract` creates one; --out names another",
                config.landing_path
            ))
        })
    }

    /// Removes the folders that this command created if they stayed empty.
    pub(crate) fn forget_when_empty(&self) {
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

/// The configured Databricks login.
pub(crate) fn login(config: &Config) -> Result<Login, f1lake_databricks::Error> {
    Login::resolve(&Explicit {
        profile: config.databricks_profile.clone(),
        warehouse: config.databricks_warehouse.clone(),
        runtime: crate::embed::runtime(),
        ..Explicit::default()
    })
}

pub(crate) fn workspace(config: &Config) -> Result<Workspace, Error> {
    Ok(Workspace::connect(login(config)?)?)
}

/// The landing zone's volume, if it is in one.
pub(crate) fn volume(config: &Config) -> Option<&str> {
    let volume = config.landing_volume_path.as_deref().filter(|path| !path.is_empty());
    volume.map(place::bare).or_else(|| {
        let bare = place::bare(&config.landing_path);
        bare.starts_with("/Volumes/").then_some(bare)
    })
}

/// Names used by a load into Databricks.
#[derive(Debug)]
pub(crate) struct DatabricksNames {
    pub(crate) place: f1lake_warehouse::Place,
    /// Volume folder for staged files.
    pub(crate) staging: VolumePath,
}

impl DatabricksNames {
    /// # Errors
    /// When no catalog is configured, or a path is not in a volume.
    pub(crate) fn of(config: &Config) -> Result<Self, Error> {
        let landing = volume(config).map(str::parse::<VolumePath>).transpose()?;
        let catalog = config
            .databricks_catalog
            .clone()
            .or_else(|| landing.as_ref().map(|volume| volume.catalog().to_owned()))
            .ok_or_else(|| {
                Error::Usage(
                    "no catalog is set\nhint: set databricks_catalog or --catalog, or land in a volume"
                        .to_owned(),
                )
            })?;
        let schema = config.databricks_schema.clone();
        let staging = match (&config.databricks_staging_path, landing) {
            (Some(path), _) => path.parse()?,
            (None, Some(volume)) => volume,
            (None, None) => format!("/Volumes/{catalog}/{schema}/f1lake").parse()?,
        };
        Ok(Self { place: f1lake_warehouse::Place { catalog, schema }, staging })
    }
}

/// Looks up the configured warehouse.
pub(crate) async fn warehouse(config: &Config) -> Result<f1lake_warehouse::Warehouse, Error> {
    let names = DatabricksNames::of(config)?;
    let workspace = workspace(config)?;
    let wanted = workspace.login().warehouse.clone().ok_or_else(|| {
        Error::Usage(
            "no SQL warehouse is set\nhint: set databricks_warehouse, --warehouse or DATABRICKS_WAREHOUSE_ID"
                .to_owned(),
        )
    })?;
    let warehouse = workspace.warehouse(&wanted.value).await?;
    let staging = VolumeStore::open(&workspace, &names.staging.to_string())?;
    Ok(f1lake_warehouse::Warehouse { workspace, warehouse_id: warehouse.id, place: names.place, staging })
}

fn work_dir(config: &Config, landing: &Landing) -> PathBuf {
    match (&config.work_path, landing.local_path()) {
        (Some(path), _) => path.clone(),
        // A volume mounted as a folder, inside Databricks, accepts only whole files: no locks, no append.
        (None, Some(folder)) if !f1lake_zone::files::is_mounted_volume(folder) => folder.join("_work"),
        (None, _) => folders()
            .map_or_else(
                || std::env::temp_dir().join("f1lake"),
                |folders| folders.data_local_dir().to_owned(),
            )
            .join("work")
            .join(fingerprint(&landing.describe())),
    }
}
