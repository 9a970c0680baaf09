//! The silver and gold models and their data tests, compiled from the dbt project and embedded in the
//! program.

use crate::error::LakeError;
use f1lake_bronze::{BRONZE, BronzeTable, Column, ColumnType};
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use sha2::Digest;
use std::collections::BTreeMap;

/// Written by `dbt/checks/carried_sql.py`.
static SQL: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sql");

/// What a row of a model depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelGrain {
    /// Only rows of the same session: built session by session.
    Session,
    /// The whole lake: rebuilt whole.
    Lake,
}

#[derive(Debug, Clone, Deserialize)]
struct ModelColumn {
    name: String,
    #[serde(rename = "type")]
    column_type: String,
    description: String,
}

#[derive(Debug, Clone, Deserialize)]
struct ModelEntry {
    name: String,
    schema: String,
    grain: ModelGrain,
    key: Vec<String>,
    partition_by: Vec<String>,
    depends_on: Vec<String>,
    description: String,
    columns: Vec<ModelColumn>,
    sql: String,
}

/// Severity of a failing data test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The numbers are wrong.
    Error,
    /// Source data looks wrong; reported, not fixed.
    Warn,
}

#[derive(Debug, Clone, Deserialize)]
struct CheckEntry {
    name: String,
    severity: Severity,
    depends_on: Vec<String>,
    description: String,
    sql: String,
}

#[derive(Debug, Deserialize)]
struct Index {
    models: Vec<ModelEntry>,
    tests: Vec<CheckEntry>,
}

/// A silver or gold table and the query that makes it.
#[derive(Debug, Clone)]
pub struct Model {
    /// `silver_clean.silver_laps`.
    pub name: String,
    /// What its rows depend on.
    pub grain: ModelGrain,
    /// Primary key, in the order rows are sorted by.
    pub key: Vec<String>,
    /// Partition columns.
    pub partition_by: Vec<String>,
    /// Tables it reads.
    pub depends_on: Vec<String>,
    /// Meaning of a row.
    pub description: String,
    /// Columns in order.
    pub columns: Vec<Column>,
    /// The query.
    pub sql: &'static str,
}

impl Model {
    /// Changes when the query, the columns, the key or the partitioning change, or any model that it reads
    /// directly or indirectly: the table is then rebuilt. `upstream` are the digests of the models before it.
    fn digest(&self, upstream: &BTreeMap<String, String>) -> String {
        let mut hash = sha2::Sha256::new();
        // Each part has its length prepended, so that different models never hash the same bytes.
        let mut add = |part: &str| {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        };
        add(self.sql);
        for column in &self.columns {
            add(&column.name);
            add(column.column_type.sql());
        }
        for (what, names) in [("key", &self.key), ("partition by", &self.partition_by)] {
            add(what);
            names.iter().for_each(|name| add(name));
        }
        for table in &self.depends_on {
            add(table);
            add(upstream.get(table).map_or("", String::as_str));
        }
        f1lake_zone::files::hex(&hash.finalize())
    }
}

/// A query that returns wrong rows.
#[derive(Debug, Clone)]
pub struct Check {
    /// Name.
    pub name: String,
    /// Its severity.
    pub severity: Severity,
    /// Tables it reads.
    pub depends_on: Vec<String>,
    /// What it tests.
    pub description: String,
    /// The query.
    pub sql: &'static str,
}

/// All models in dependency order, and all data tests.
#[derive(Debug, Clone)]
pub struct Models {
    /// Models; each comes after those it reads.
    pub models: Vec<Model>,
    /// Data tests.
    pub checks: Vec<Check>,
}

impl Models {
    /// The embedded models.
    ///
    /// # Errors
    /// [`LakeError::Model`] when the embedded files are inconsistent, which a test rules out.
    pub fn carried() -> Result<Self, LakeError> {
        let wrong = |model: &str, detail: String| LakeError::Model { model: model.to_owned(), detail };
        let read = |name: &str| {
            SQL.get_file(name)
                .and_then(|file| file.contents_utf8())
                .ok_or_else(|| wrong(name, "not embedded in the program; generate it from dbt/".to_owned()))
        };
        let index: Index = serde_json::from_str(read("models.json")?)
            .map_err(|error| wrong("models.json", error.to_string()))?;
        let models = index
            .models
            .into_iter()
            .map(|entry| {
                let columns = entry
                    .columns
                    .into_iter()
                    .map(|column| {
                        let column_type = column_type(&column.column_type).ok_or_else(|| {
                            wrong(
                                &entry.name,
                                format!("column {} is of type {}", column.name, column.column_type),
                            )
                        })?;
                        Ok(Column::new(column.name, column_type, column.description))
                    })
                    .collect::<Result<_, LakeError>>()?;
                Ok(Model {
                    name: format!("{}.{}", entry.schema, entry.name),
                    grain: entry.grain,
                    key: entry.key,
                    partition_by: entry.partition_by,
                    depends_on: entry.depends_on,
                    description: entry.description,
                    columns,
                    sql: read(&entry.sql)?,
                })
            })
            .collect::<Result<_, LakeError>>()?;
        let checks = index
            .tests
            .into_iter()
            .map(|entry| {
                Ok(Check {
                    name: entry.name,
                    severity: entry.severity,
                    depends_on: entry.depends_on,
                    description: entry.description,
                    sql: read(&entry.sql)?,
                })
            })
            .collect::<Result<_, LakeError>>()?;
        Ok(Self { models, checks })
    }

    /// The digest of each model, by name.
    pub(crate) fn digests(&self) -> BTreeMap<String, String> {
        let mut digests = BTreeMap::new();
        for model in &self.models {
            let digest = model.digest(&digests);
            digests.insert(model.name.clone(), digest);
        }
        digests
    }

    /// Session column by table, for tables whose rows depend only on their own session.
    pub(crate) fn session_columns(&self) -> BTreeMap<String, String> {
        BronzeTable::all()
            .map(|table| (table.full_name(), table.session_column.to_owned()))
            .chain([(format!("{BRONZE}.{}", f1lake_bronze::LOADS), "session_key".to_owned())])
            .chain(
                self.models
                    .iter()
                    .filter(|model| model.grain == ModelGrain::Session)
                    .map(|model| (model.name.clone(), "session_key".to_owned())),
            )
            .collect()
    }
}

/// Columns of one of our tables, `None` for others.
///
/// # Errors
/// See [`Models::carried`].
pub fn columns(table: &str) -> Result<Option<Vec<Column>>, LakeError> {
    if table == format!("{BRONZE}.{}", f1lake_bronze::LOADS) {
        return Ok(Some(f1lake_bronze::loads_columns()));
    }
    if let Some(bronze) = BronzeTable::all().find(|bronze| bronze.full_name() == table) {
        return Ok(Some(bronze.columns));
    }
    let models = Models::carried()?.models;
    Ok(models.into_iter().find(|model| model.name == table).map(|model| model.columns))
}

fn column_type(name: &str) -> Option<ColumnType> {
    Some(match name.to_lowercase().as_str() {
        "bigint" | "integer" | "int" => ColumnType::Bigint,
        "double" => ColumnType::Double,
        "boolean" => ColumnType::Boolean,
        "string" | "varchar" => ColumnType::String,
        "timestamp" => ColumnType::Timestamp,
        "date" => ColumnType::Date,
        "array<bigint>" => ColumnType::BigintList,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn embedded_models_are_consistent() {
        let carried = Models::carried().unwrap();
        assert!(carried.models.len() >= 18);
        assert!(!carried.checks.is_empty());
        let mut known: BTreeSet<String> = BronzeTable::all().map(|table| table.full_name()).collect();
        known.insert(format!("{BRONZE}.{}", f1lake_bronze::LOADS));
        let lake_grain: BTreeSet<&str> = carried
            .models
            .iter()
            .filter(|model| model.grain == ModelGrain::Lake)
            .map(|model| model.name.as_str())
            .collect();
        for model in &carried.models {
            for table in &model.depends_on {
                assert!(known.contains(table), "{} reads {table}, which comes later or never", model.name);
                assert!(
                    model.grain == ModelGrain::Lake || !lake_grain.contains(table.as_str()),
                    "{} is built by session and reads {table}, which is not",
                    model.name
                );
            }
            for key in model.key.iter().chain(&model.partition_by) {
                assert!(model.columns.iter().any(|column| column.name == *key), "{}: {key}", model.name);
            }
            known.insert(model.name.clone());
        }
    }
}
