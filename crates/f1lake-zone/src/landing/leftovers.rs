//! Removes what an interrupted run left behind.

use super::land::{ASIDE_DIR, WORK_DIR};
use super::zone::Landing;
use crate::error::ZoneError;
use crate::files;
use crate::manifest::MANIFEST_DIR;
use crate::run_lock::RunLock;
use jiff::{SignedDuration, Timestamp};
use object_store::ObjectStore;

/// Older uploads in the work folder of a store are left over from an interrupted run.
const UPLOADS_END: SignedDuration = SignedDuration::from_hours(24);

impl Landing {
    /// Removes unfinished files of an interrupted run. Only the run that holds the lock may do so.
    pub fn remove_unfinished(&self, lock: &RunLock) -> Result<(), ZoneError> {
        let Some(folder) = &self.local else { return Ok(()) };
        for folder in [folder.clone(), folder.join(MANIFEST_DIR), folder.join(ASIDE_DIR)] {
            files::remove_unfinished(&folder, lock)?;
        }
        Ok(())
    }

    /// Removes uploads without a final name from a store. Those of the last day may belong to another
    /// machine's current run.
    pub async fn remove_old_uploads(&self, now: Timestamp, _lock: &RunLock) -> Result<(), ZoneError> {
        if self.local.is_some() {
            return Ok(());
        }
        let folder = self.path(WORK_DIR);
        let listed = self.store.list_with_delimiter(Some(&folder)).await;
        for object in listed.map_err(ZoneError::store("cannot list", &folder))?.objects {
            let age = now.as_second() - object.last_modified.timestamp();
            if age > UPLOADS_END.as_secs() {
                self.delete(&object.location).await?;
            }
        }
        Ok(())
    }
}
