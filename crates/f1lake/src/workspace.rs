//! The configured Databricks workspace.

use crate::config::Config;
#[cfg(feature = "databricks")]
use crate::config::expected::any_of;
use crate::error::Error;
#[cfg(feature = "databricks")]
use crate::volume_name::volume;
use f1lake_databricks::{Explicit, Login, Workspace};
#[cfg(feature = "databricks")]
use f1lake_databricks::{VolumePath, VolumeStore};

/// The configured Databricks login.
pub fn login(config: &Config) -> Result<Login, f1lake_databricks::Error> {
    Login::resolve(&Explicit {
        profile: config.databricks_profile.clone(),
        warehouse: config.databricks_warehouse.clone(),
        runtime: crate::runtime::current(),
        ..Explicit::default()
    })
}

/// Connects to the configured workspace.
///
/// # Errors
/// When no login is configured, or it is refused.
pub fn workspace(config: &Config) -> Result<Workspace, Error> {
    const PRODUCT: &str = concat!("f1lake/", env!("CARGO_PKG_VERSION"));
    Ok(Workspace::builder(login(config)?).product(PRODUCT).build()?)
}

/// Names used by a load into Databricks.
///
/// ```
/// use f1lake::{Config, DatabricksNames};
///
/// let config = Config { landing_path: "/Volumes/dev_f1/raw_data/landing".to_owned(), ..Config::default() };
/// let names = DatabricksNames::of(&config)?;
/// assert_eq!((names.place.catalog.as_str(), names.place.schema.as_str()), ("dev_f1", "bronze_raw"));
/// # Ok::<(), f1lake::Error>(())
/// ```
#[cfg(feature = "databricks")]
#[derive(Debug)]
pub struct DatabricksNames {
    /// Catalog and schema of the bronze tables.
    pub place: f1lake_warehouse::Place,
    /// Volume folder for staged files.
    pub staging: VolumePath,
}

#[cfg(feature = "databricks")]
impl DatabricksNames {
    /// # Errors
    /// When no catalog is configured, or a path is not in a volume.
    pub fn of(config: &Config) -> Result<Self, Error> {
        let landing = volume(config).map(str::parse::<VolumePath>).transpose()?;
        let catalog = config
            .databricks_catalog
            .clone()
            .or_else(|| landing.as_ref().map(|volume| volume.catalog().to_owned()))
            .ok_or_else(|| {
                Error::Usage(format!(
                    "no catalog is set\nhint: set {}, or land in a volume",
                    any_of(&config.names.all("databricks_catalog"))
                ))
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
#[cfg(feature = "databricks")]
pub async fn warehouse(config: &Config) -> Result<f1lake_warehouse::Warehouse, Error> {
    let names = DatabricksNames::of(config)?;
    let workspace = workspace(config)?;
    let wanted = workspace.login().warehouse.clone().ok_or_else(|| {
        let mut names = config.names.all("databricks_warehouse");
        names.push("DATABRICKS_WAREHOUSE_ID".to_owned());
        Error::Usage(format!("no SQL warehouse is set\nhint: set {}", any_of(&names)))
    })?;
    let warehouse = workspace.warehouse(&wanted.value).await?;
    let staging = VolumeStore::open(&workspace, &names.staging.to_string())?;
    Ok(f1lake_warehouse::Warehouse {
        workspace,
        warehouse_id: warehouse.id,
        place: names.place,
        staging,
        retry: f1lake_warehouse::Warehouse::RETRY,
    })
}
