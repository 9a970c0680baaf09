//! SQL warehouses.

use crate::error::Error;
use crate::workspace::Workspace;
use serde::Deserialize;

/// A SQL warehouse, as the workspace lists it.
///
/// ```no_run
/// # async fn run(workspace: f1lake_databricks::Workspace) -> Result<(), f1lake_databricks::Error> {
/// let warehouse = workspace.warehouse("Starter Warehouse").await?;
/// println!("{} is {}", warehouse.id, warehouse.state);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Warehouse {
    /// Identifier that statements name.
    pub id: String,
    /// Human-readable name.
    #[serde(default)]
    pub name: String,
    /// `RUNNING`, `STOPPED` and so on. A stopped warehouse starts by itself with the first statement.
    #[serde(default)]
    pub state: String,
}

#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    warehouses: Vec<Warehouse>,
}

const WAREHOUSES: &str = "/api/2.0/sql/warehouses";

impl Workspace {
    /// The warehouses that this login may see.
    ///
    /// # Errors
    /// When the service refuses or cannot be reached.
    pub async fn warehouses(&self) -> Result<Vec<Warehouse>, Error> {
        let parts: Vec<Part> = self.pages(WAREHOUSES).await.map_err(|error| {
            error.advise(|error| {
                let what = "the user or service principal needs the entitlement Databricks SQL access";
                (error.status == 403).then(|| what.to_owned())
            })
        })?;
        Ok(parts.into_iter().flat_map(|part| part.warehouses).collect())
    }

    /// Finds a warehouse by id or name; the case of a name may differ if it is unambiguous.
    ///
    /// # Errors
    /// When none or several match (the message lists the warehouses), or the list cannot be read.
    pub async fn warehouse(&self, id_or_name: &str) -> Result<Warehouse, Error> {
        let all = self.warehouses().await?;
        let by = |test: &dyn Fn(&Warehouse) -> bool| -> Vec<&Warehouse> {
            all.iter().filter(|warehouse| test(warehouse)).collect()
        };
        let tests: [&dyn Fn(&Warehouse) -> bool; 3] = [
            &|warehouse| warehouse.id == id_or_name,
            &|warehouse| warehouse.name == id_or_name,
            &|warehouse| warehouse.name.to_lowercase() == id_or_name.to_lowercase(),
        ];
        let found = tests.iter().map(|test| by(test)).find(|found| !found.is_empty()).unwrap_or_default();
        if let [one] = found.as_slice() {
            return Ok((*one).clone());
        }
        let list = |warehouses: Vec<&Warehouse>| {
            let names = warehouses.iter().map(|warehouse| format!("{} ({})", warehouse.name, warehouse.id));
            names.collect::<Vec<_>>().join(", ")
        };
        let text = match (found.is_empty(), all.is_empty()) {
            (false, _) => {
                format!("several warehouses are named `{id_or_name}`; use an ID: {}", list(found))
            }
            (true, true) => format!(
                "{} shows no SQL warehouse to this login; create one, or ask for CAN USE on one",
                self.host()
            ),
            (true, false) => format!(
                "{} shows no SQL warehouse `{id_or_name}`; set DATABRICKS_WAREHOUSE_ID to one of: {}; or ask for \
                 CAN USE on it",
                self.host(),
                list(all.iter().collect())
            ),
        };
        Err(Error::Config(text))
    }
}
