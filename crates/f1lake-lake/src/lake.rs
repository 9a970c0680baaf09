//! The lake: a folder or object store URL with a Delta table in `<schema>/<table>`.

use crate::error::LakeError;
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use f1lake_zone::ZoneError;
use futures::TryStreamExt;
use std::path::{Path, PathBuf};
use url::Url;

/// Schema of silver tables.
pub const SILVER: &str = "silver_clean";
/// Schema of gold tables.
pub const GOLD: &str = "gold_analytics";
/// All schemas, in the order of the data flow.
pub const SCHEMAS: [&str; 3] = [f1lake_bronze::BRONZE, SILVER, GOLD];
/// Folder for rows without a usable key.
pub const QUARANTINE: &str = "_quarantine";

/// A version of tables to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// Version of each table.
    Version(u64),
    /// The version at this instant.
    Instant(jiff::Timestamp),
}

/// The versions of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Versions {
    /// When the first one was written.
    pub(crate) first_at: jiff::Timestamp,
    /// Number of the newest.
    pub(crate) last: u64,
}

/// The location of the tables. Clones are cheap.
#[derive(Debug, Clone)]
pub struct Lake {
    root: Url,
    local: Option<PathBuf>,
    /// Whether a store on this machine may be reached by plain http.
    #[cfg_attr(not(feature = "cloud"), expect(dead_code, reason = "only stores are reached by http"))]
    plain_http: bool,
}

impl Lake {
    /// Opens a local folder (created if absent), or a URL such as `s3://bucket/lake` with the `cloud`
    /// feature.
    ///
    /// # Errors
    /// [`LakeError::Location`] when the folder cannot be created or this build does not support the URL.
    pub fn open(location: &str) -> Result<Self, LakeError> {
        Self::open_with(location, false)
    }

    /// Like [`Lake::open`]; `plain_http` allows a store on this machine without TLS.
    ///
    /// # Errors
    /// See [`Lake::open`].
    pub fn open_with(location: &str, plain_http: bool) -> Result<Self, LakeError> {
        let wrong = |detail: String| LakeError::Location { location: location.to_owned(), detail };
        if location.trim().is_empty() {
            return Err(wrong("the name of the lake is empty; expected a folder or a URL".to_owned()));
        }
        if let Some((scheme, _)) = location.split_once("://")
            && scheme != "file"
        {
            return Self::open_url(location, plain_http);
        }
        let folder = Path::new(location.strip_prefix("file://").unwrap_or(location));
        std::fs::create_dir_all(folder).map_err(|error| {
            wrong(format!("cannot create the folder: {error}; check the path and its permissions"))
        })?;
        let folder = folder
            .canonicalize()
            .map_err(|error| wrong(format!("cannot open the folder: {error}; check its permissions")))?;
        let root = Url::from_directory_path(&folder)
            .map_err(|()| wrong("the path cannot be written as a URL; choose another folder".to_owned()))?;
        Ok(Self { root, local: Some(folder), plain_http })
    }

    #[cfg(feature = "cloud")]
    fn open_url(location: &str, plain_http: bool) -> Result<Self, LakeError> {
        crate::object_stores::register();
        let with_slash = if location.ends_with('/') { location.to_owned() } else { format!("{location}/") };
        let root = Url::parse(&with_slash).map_err(|error| LakeError::Location {
            location: location.to_owned(),
            detail: format!("invalid URL: {error}"),
        })?;
        Ok(Self { root, local: None, plain_http })
    }

    #[cfg(not(feature = "cloud"))]
    fn open_url(location: &str, _plain_http: bool) -> Result<Self, LakeError> {
        Err(LakeError::Location {
            location: location.to_owned(),
            detail:
                "needs a build with the feature `cloud`; use a local folder, or rebuild with --features cloud"
                    .to_owned(),
        })
    }

    /// The folder or URL, human-readable.
    pub fn describe(&self) -> String {
        self.local.as_ref().map_or_else(|| self.root.to_string(), |folder| folder.display().to_string())
    }

    /// The folder, if it is local.
    pub fn local_path(&self) -> Option<&Path> {
        self.local.as_deref()
    }

    fn builder(&self, place: &str) -> Result<DeltaTableBuilder, DeltaTableError> {
        let url = self
            .root
            .join(&format!("{place}/"))
            .map_err(|error| DeltaTableError::InvalidTableLocation(error.to_string()))?;
        let builder = DeltaTableBuilder::from_url(url)?;
        #[cfg(feature = "cloud")]
        if self.plain_http && self.local.is_none() {
            let option = (crate::object_stores::PLAIN_HTTP.to_owned(), "true".to_owned());
            return Ok(builder.with_storage_options([option].into()));
        }
        Ok(builder)
    }

    /// A table that may not exist yet.
    pub(crate) fn unloaded(&self, table: &str) -> Result<DeltaTable, LakeError> {
        let failed = || LakeError::table(table, "cannot open");
        if let Some(folder) = &self.local {
            let folder = folder.join(table.replace('.', "/"));
            std::fs::create_dir_all(&folder).map_err(ZoneError::io("cannot create the folder", &folder))?;
        }
        self.builder(&table.replace('.', "/")).and_then(DeltaTableBuilder::build).map_err(failed())
    }

    /// Opens a table; `None` when it does not exist.
    ///
    /// # Errors
    /// [`LakeError::Damaged`] when the table's log cannot be read.
    pub async fn table(&self, table: &str, as_of: Option<AsOf>) -> Result<Option<DeltaTable>, LakeError> {
        if self
            .local
            .as_ref()
            .is_some_and(|folder| !folder.join(table.replace('.', "/")).join("_delta_log").is_dir())
        {
            return Ok(None);
        }
        let mut opened = self.unloaded(table)?;
        let exists = opened
            .verify_deltatable_existence()
            .await
            .map_err(LakeError::table(table, "cannot find out whether its log exists"))?;
        if !exists {
            return Ok(None);
        }
        // Open the newest version first, so that a later failure concerns the version and not damage.
        opened.load().await.map_err(|error| LakeError::Damaged {
            table: table.to_owned(),
            detail: format!("its log cannot be read: {error}"),
            advice: "move the table's folder away; `f1lake load` rebuilds bronze tables, `f1lake build` the \
                others",
        })?;
        let Some(as_of) = as_of else { return Ok(Some(opened)) };
        let mut then = self.unloaded(table)?;
        let found = match as_of {
            AsOf::Version(version) => {
                opened.version().is_some_and(|newest| version <= newest)
                    && then.load_version(version).await.is_ok()
            }
            AsOf::Instant(instant) => {
                then.load_with_datetime(deltalake_time(instant)).await.is_ok() && {
                    // For an instant before the first version, Delta returns the first one.
                    let commits: Result<Vec<_>, _> = opened.history(None).try_collect().await;
                    let commits = commits.map_err(LakeError::table(table, "cannot read its history"))?;
                    let first = commits.iter().filter_map(|commit| commit.timestamp).min();
                    first.is_none_or(|first| first <= instant.as_millisecond())
                }
            }
        };
        Ok(found.then_some(then))
    }

    /// The versions of a table; `None` when it does not exist.
    ///
    /// # Errors
    /// When its log cannot be read.
    pub(crate) async fn versions(&self, table: &str) -> Result<Option<Versions>, LakeError> {
        let Some(opened) = self.table(table, None).await? else { return Ok(None) };
        let commits: Result<Vec<_>, _> = opened.history(None).try_collect().await;
        let commits = commits.map_err(LakeError::table(table, "cannot read its history"))?;
        let first = commits.iter().filter_map(|commit| commit.timestamp).min().unwrap_or_default();
        Ok(Some(Versions {
            first_at: jiff::Timestamp::from_millisecond(first).unwrap_or_default(),
            last: opened.version().unwrap_or_default(),
        }))
    }

    /// Names of the tables of a schema, sorted.
    ///
    /// # Errors
    /// When the lake cannot be listed.
    pub async fn tables(&self, schema: &str) -> Result<Vec<String>, LakeError> {
        let mut names = Vec::new();
        if let Some(folder) = &self.local {
            let folder = folder.join(schema);
            let entries = match std::fs::read_dir(&folder) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(names),
                other => other.map_err(ZoneError::io("cannot list", &folder))?,
            };
            for entry in entries {
                let entry = entry.map_err(ZoneError::io("cannot list", &folder))?;
                if entry.path().join("_delta_log").is_dir() {
                    names.extend(entry.file_name().into_string());
                }
            }
        } else {
            let listed = self
                .store(schema)?
                .list_with_delimiter(None)
                .await
                .map_err(|error| LakeError::table(schema, "cannot list")(error.into()))?;
            names.extend(listed.common_prefixes.iter().filter_map(|path| path.filename().map(str::to_owned)));
        }
        names.sort_unstable();
        Ok(names)
    }

    /// The object store of a folder of the lake.
    pub(crate) fn store(&self, place: &str) -> Result<std::sync::Arc<dyn deltalake::ObjectStore>, LakeError> {
        if let Some(folder) = &self.local {
            let folder = folder.join(place);
            std::fs::create_dir_all(&folder).map_err(ZoneError::io("cannot create the folder", &folder))?;
        }
        let store = self
            .builder(place)
            .and_then(|builder| builder.build_storage())
            .map_err(LakeError::table(place, "cannot open"))?;
        Ok(store.object_store(None))
    }
}

fn deltalake_time(instant: jiff::Timestamp) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp_millis(instant.as_millisecond()).unwrap_or_default()
}
