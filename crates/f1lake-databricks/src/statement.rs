//! SQL statements on a warehouse: sends, awaits and cancels them, and returns complete results.

use crate::error::{Error, SqlError};
use crate::workspace::{Call, Workspace};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const STATEMENTS: &str = "/api/2.0/sql/statements";
/// How long the service holds the first response. Short, because a statement cannot be canceled before its id
/// is known.
const HOLD: &str = "10s";
/// Interval between two polls of a running statement; grows from the first to the second.
const POLL: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(10));
/// Time that a canceled statement gets to end.
const CANCEL_GRACE: Duration = Duration::from_secs(30);

/// A typed value for a `:name` in a statement's text.
///
/// ```
/// use f1lake_databricks::{Parameter, Statement};
/// let statement = Statement::new("SELECT * FROM laps WHERE driver_number = :driver AND date > :since")
///     .parameter(Parameter::bigint("driver", 1))
///     .parameter(Parameter::typed("since", "DATE", Some("2024-03-24".to_owned())));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parameter {
    name: String,
    #[serde(rename = "type")]
    sql_type: String,
    /// A parameter without a value is NULL.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

impl Parameter {
    /// Text.
    pub fn string(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::typed(name, "STRING", Some(value.into()))
    }

    /// A 64-bit whole number.
    pub fn bigint(name: impl Into<String>, value: i64) -> Self {
        Self::typed(name, "BIGINT", Some(value.to_string()))
    }

    /// True or false.
    pub fn boolean(name: impl Into<String>, value: bool) -> Self {
        Self::typed(name, "BOOLEAN", Some(value.to_string()))
    }

    /// Any SQL type such as `DATE`, `TIMESTAMP` or `DECIMAL(10,2)`, the value in its SQL spelling; `None` is
    /// NULL.
    pub fn typed(name: impl Into<String>, sql_type: impl Into<String>, value: Option<String>) -> Self {
        Self { name: name.into(), value, sql_type: sql_type.into() }
    }
}

/// A label of a statement, for its query history and the attribution of costs (`system.query.history`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Tag {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

/// A statement to run. It may run twice after a lost response, so it must be safe to repeat.
///
/// ```
/// let statement = f1lake_databricks::Statement::new("SELECT count(*) AS n FROM laps").catalog("main").schema("f1");
/// assert_eq!(statement.text(), "SELECT count(*) AS n FROM laps");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a statement runs when a workspace executes it"]
pub struct Statement {
    text: String,
    catalog: Option<String>,
    schema: Option<String>,
    parameters: Vec<Parameter>,
    query_tags: Vec<Tag>,
}

impl Statement {
    /// One SQL statement.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            catalog: None,
            schema: None,
            parameters: Vec::new(),
            query_tags: Vec::new(),
        }
    }

    /// Catalog for names without one.
    pub fn catalog(mut self, catalog: impl Into<String>) -> Self {
        self.catalog = Some(catalog.into());
        self
    }

    /// Schema for names without one.
    pub fn schema(mut self, schema: impl Into<String>) -> Self {
        self.schema = Some(schema.into());
        self
    }

    /// Value for a `:name`.
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Labels the statement in the query history. The service keeps one value of a key, and 20 tags.
    ///
    /// ```
    /// let statement = f1lake_databricks::Statement::new("SELECT 1").query_tag("team", Some("data"));
    /// ```
    pub fn query_tag(mut self, key: impl Into<String>, value: Option<&str>) -> Self {
        self.query_tags.push(Tag { key: key.into(), value: value.map(str::to_owned) });
        self
    }

    /// The SQL.
    pub fn text(&self) -> &str {
        &self.text
    }

    fn body(&self, warehouse_id: &str) -> serde_json::Value {
        let mut body = json!({
            "warehouse_id": warehouse_id,
            "statement": self.text,
            "wait_timeout": HOLD,
            "on_wait_timeout": "CONTINUE",
            "disposition": "INLINE",
            "format": "JSON_ARRAY",
        });
        if let Some(catalog) = &self.catalog {
            body["catalog"] = json!(catalog);
        }
        if let Some(schema) = &self.schema {
            body["schema"] = json!(schema);
        }
        if !self.parameters.is_empty() {
            body["parameters"] = json!(self.parameters);
        }
        if !self.query_tags.is_empty() {
            body["query_tags"] = json!(self.query_tags);
        }
        body
    }
}

/// A column of a result.
///
/// ```
/// # fn show(rows: &f1lake_databricks::Rows) {
/// for column in &rows.columns {
///     println!("{} {}", column.name, column.sql_type);
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Name.
    pub name: String,
    /// SQL type, such as `DECIMAL(10,2)`.
    pub sql_type: String,
}

/// A statement's complete result.
///
/// ```no_run
/// # async fn run(workspace: f1lake_databricks::Workspace) -> Result<(), f1lake_databricks::Error> {
/// use f1lake_databricks::Statement;
/// use tokio_util::sync::CancellationToken;
/// let statement = Statement::new("SELECT count(*) AS n FROM main.f1.laps");
/// let rows = workspace.execute("0123456789abcdef", &statement, &CancellationToken::new()).await?;
/// assert!(!rows.truncated);
/// println!("{:?}", rows.first("n"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// The statement's id in the query history.
    pub statement_id: String,
    /// Columns, in order.
    pub columns: Vec<Column>,
    /// Rows; each value in its SQL spelling, `None` for NULL.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether the service omitted rows, because the result exceeds what it sends in this way (25 MiB).
    pub truncated: bool,
}

impl Rows {
    /// The value of the first row's column of that name.
    pub fn first(&self, column: &str) -> Option<&str> {
        let index = self.columns.iter().position(|each| each.name == column)?;
        self.rows.first()?.get(index)?.as_deref()
    }
}

#[derive(Deserialize)]
struct Answer {
    statement_id: String,
    status: Status,
    manifest: Option<Manifest>,
    result: Option<Chunk>,
}

#[derive(Deserialize)]
struct Status {
    state: String,
    error: Option<ServiceError>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ServiceError {
    error_code: String,
    message: String,
}

#[derive(Deserialize, Default)]
struct Manifest {
    #[serde(default)]
    schema: Schema,
    total_row_count: Option<u64>,
    #[serde(default)]
    truncated: bool,
}

#[derive(Deserialize, Default)]
struct Schema {
    #[serde(default)]
    columns: Vec<ColumnAnswer>,
}

#[derive(Deserialize)]
struct ColumnAnswer {
    name: String,
    type_text: Option<String>,
    type_name: Option<String>,
}

#[derive(Deserialize, Default)]
struct Chunk {
    data_array: Option<Vec<Vec<serde_json::Value>>>,
    next_chunk_index: Option<u64>,
}

impl Workspace {
    /// Runs a statement on a warehouse and waits for its complete result. A stopped warehouse starts by
    /// itself, which may take minutes.
    ///
    /// `stop` cancels the statement on the warehouse; if it ends before the cancellation arrives, its result
    /// is returned.
    ///
    /// # Errors
    /// [`Error::Sql`] when the statement failed, [`Error::Canceled`], [`Error::OutcomeUnknown`] if the
    /// outcome is unknown; plus any request error.
    pub async fn execute(
        &self,
        warehouse_id: &str,
        statement: &Statement,
        stop: &CancellationToken,
    ) -> Result<Rows, Error> {
        if stop.is_cancelled() {
            return Err(Error::Canceled { statement_id: "(not sent)".to_owned() });
        }
        let call = Call::post(STATEMENTS, &statement.body(warehouse_id));
        let answer: Answer = self.json(&call).await.map_err(|error| self.unclear(error, warehouse_id))?;
        let answer = self.wait(answer, stop).await?;
        match answer.status.state.as_str() {
            "SUCCEEDED" => self.rows(answer).await,
            "CANCELED" => Err(Error::Canceled { statement_id: answer.statement_id }),
            state => {
                let error = answer.status.error.unwrap_or_default();
                Err(Error::Sql(Box::new(SqlError::new(
                    &answer.statement_id,
                    state,
                    &error.error_code,
                    &self.redact(&error.message),
                    &statement.text,
                ))))
            }
        }
    }

    /// Classifies a failed first request: after an error response nothing runs; without a response the
    /// outcome is unknown.
    fn unclear(&self, error: Error, warehouse_id: &str) -> Error {
        match error {
            Error::Transport { host, detail, .. } | Error::Answer { host, detail, .. } => {
                Error::OutcomeUnknown { host, detail }
            }
            Error::Api(error) if matches!(error.status, 408 | 500..=599) => Error::OutcomeUnknown {
                host: error.host.clone(),
                detail: format!("HTTP {} {}", error.status, error.message).trim_end().to_owned(),
            },
            other => other.advise(|error| match error.status {
                403 => Some(format!("ask for CAN USE on warehouse {warehouse_id}")),
                404 => Some(format!(
                    "check that {warehouse_id} is the ID of a SQL warehouse of this workspace; set \
                     DATABRICKS_WAREHOUSE_ID"
                )),
                _ => None,
            }),
        }
    }

    async fn wait(&self, mut answer: Answer, stop: &CancellationToken) -> Result<Answer, Error> {
        let path = format!("{STATEMENTS}/{}", escape(&answer.statement_id));
        let (mut pause, longest) = POLL;
        let mut canceled_at: Option<tokio::time::Instant> = None;
        while matches!(answer.status.state.as_str(), "PENDING" | "RUNNING") {
            if canceled_at.is_none() && stop.is_cancelled() {
                let mut cancel = Call::post(format!("{path}/cancel"), &json!({}));
                // As the official client sends it.
                (cancel.repeat, cancel.accept) = (crate::retry::Repeat::Safe, None);
                // It may have ended just now; the next poll shows it.
                if let Err(error) = self.send(&cancel).await {
                    tracing::warn!(statement = answer.statement_id, %error, "cannot cancel the statement");
                }
                canceled_at = Some(tokio::time::Instant::now());
                pause = POLL.0;
            }
            match canceled_at {
                Some(at) if at.elapsed() > CANCEL_GRACE => {
                    return Err(Error::OutcomeUnknown {
                        host: self.host().to_owned(),
                        detail: format!(
                            "statement {} did not react to its cancellation",
                            answer.statement_id
                        ),
                    });
                }
                Some(_) => tokio::time::sleep(pause).await,
                None => tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = stop.cancelled() => continue,
                },
            }
            pause = (pause * 3 / 2).min(longest);
            let id = answer.statement_id;
            answer = self.json(&Call::get(&path)).await.map_err(|error| match error {
                Error::Transport { host, detail, .. } => {
                    Error::OutcomeUnknown { host, detail: format!("statement {id}: {detail}") }
                }
                other => other,
            })?;
        }
        Ok(answer)
    }

    /// Collects all chunks and counts them.
    async fn rows(&self, answer: Answer) -> Result<Rows, Error> {
        let manifest = answer.manifest.unwrap_or_default();
        let columns = manifest.schema.columns.into_iter().map(|column| Column {
            name: column.name,
            sql_type: column.type_text.or(column.type_name).unwrap_or_default(),
        });
        let mut result = Rows {
            columns: columns.collect(),
            rows: Vec::new(),
            truncated: manifest.truncated,
            statement_id: answer.statement_id,
        };
        let path = format!("{STATEMENTS}/{}/result/chunks", escape(&result.statement_id));
        let wrong = |detail: String| self.wrong(&Call::get(&path), detail);
        let mut chunk = answer.result.unwrap_or_default();
        let mut last = 0;
        loop {
            for row in chunk.data_array.take().unwrap_or_default() {
                result.rows.push(row.into_iter().map(text).collect());
            }
            let Some(next) = chunk.next_chunk_index else { break };
            if next <= last {
                return Err(wrong(format!("chunk {next} follows chunk {last}")));
            }
            last = next;
            chunk = self.json(&Call::get(format!("{path}/{next}"))).await?;
        }
        let width = result.columns.len();
        if let Some(row) = result.rows.iter().find(|row| row.len() != width) {
            return Err(wrong(format!("a row of {} values for {width} columns", row.len())));
        }
        match manifest.total_row_count {
            Some(count) if !result.truncated && count != result.rows.len() as u64 => {
                Err(wrong(format!("{} rows arrived of {count}", result.rows.len())))
            }
            _ => Ok(result),
        }
    }
}

/// A value's SQL spelling.
fn text(value: serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

/// An id as a part of a path.
fn escape(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, crate::volume_path::ESCAPED).to_string()
}
