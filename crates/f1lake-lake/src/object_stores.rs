//! Object stores below the tables of a lake: S3, Azure and Google Cloud, with the same settings as landing
//! zones.

use deltalake::logstore::{
    LogStore, LogStoreFactory, ObjectStoreFactory, ObjectStoreRef, StorageConfig, default_logstore,
    logstore_factories, object_store_factories,
};
use deltalake::{DeltaResult, DeltaTableError, Path};
use f1lake_zone::bucket::SCHEMES;
use std::sync::{Arc, Once};
use url::Url;

/// Option of a table: addresses of this machine may use plain http.
pub(crate) const PLAIN_HTTP: &str = "f1lake.plain_http";
/// Opens stores as landing zones do, so that both use the same variables and no others.
struct Stores;

impl ObjectStoreFactory for Stores {
    fn parse_url_opts(&self, url: &Url, config: &StorageConfig) -> DeltaResult<(ObjectStoreRef, Path)> {
        let plain_http = config.raw.contains_key(PLAIN_HTTP);
        f1lake_zone::bucket::open(url, plain_http)
            .map_err(|error| DeltaTableError::Generic(error.to_string()))
    }
}

impl LogStoreFactory for Stores {
    fn with_options(
        &self,
        prefixed_store: ObjectStoreRef,
        root_store: ObjectStoreRef,
        location: &Url,
        options: &StorageConfig,
    ) -> DeltaResult<Arc<dyn LogStore>> {
        Ok(default_logstore(prefixed_store, root_store, location, options))
    }
}

/// Registers the schemes of stores.
pub(crate) fn register() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let stores = Arc::new(Stores);
        for url in SCHEMES.iter().filter_map(|scheme| Url::parse(&format!("{scheme}://")).ok()) {
            object_store_factories().insert(url.clone(), stores.clone());
            logstore_factories().insert(url, stores.clone());
        }
    });
}
