//! Errors of a workspace, and what fixes them.

use f1lake_http::attempts;
use std::fmt;

/// Failure of a login, a file operation or a statement. No variant contains a secret.
///
/// ```no_run
/// # async fn run(workspace: f1lake_databricks::Workspace) -> Result<(), f1lake_databricks::Error> {
/// match workspace.warehouses().await {
///     Ok(all) => println!("{} warehouses", all.len()),
///     Err(error) if error.is_refused() => println!("log in again: {error}"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting is missing or unusable; the text names it.
    #[error("{0}")]
    Config(String),
    /// No workspace is named anywhere.
    #[error(
        "no Databricks workspace is set; set DATABRICKS_HOST (https://...), or a profile of ~/.databrickscfg{0}"
    )]
    NoWorkspace(&'static str),
    /// No login is set up, in the words of the official clients.
    #[error(
        "default auth: cannot configure default credentials, please check \
         https://docs.databricks.com/en/dev-tools/auth.html#databricks-client-unified-authentication to configure \
         credentials for your preferred authentication method{}",
        tried_text(tried)
    )]
    NoCredentials {
        /// Logins that were considered, by their name, and why they are not set up.
        tried: Vec<(&'static str, String)>,
    },
    /// A login that is set up gave no token.
    #[error("default auth: {auth_type}: {detail}; {advice}")]
    Credentials {
        /// Name of the login.
        auth_type: &'static str,
        /// What went wrong.
        detail: String,
        /// What to do.
        advice: String,
        /// Failure of the system, such as a program that cannot be started.
        source: Option<std::io::Error>,
    },
    /// A token service refused the login.
    #[error("{host} refused the login `{auth_type}` ({detail}); {advice}")]
    LoginRefused {
        /// Host of the token service.
        host: String,
        /// Name of the login.
        auth_type: &'static str,
        /// The server's message.
        detail: String,
        /// What to check.
        advice: String,
    },
    /// The service returned an error.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// No complete response arrived.
    #[error(
        "{request}: no response from {host} after {attempts}: {detail}; check DATABRICKS_HOST and the network",
        attempts = attempts(*tries)
    )]
    Transport {
        /// Method and path.
        request: String,
        /// Workspace.
        host: String,
        /// Number of attempts.
        tries: u32,
        /// Cause.
        detail: String,
    },
    /// The response is not from a Databricks API: a login page, a proxy, a redirect.
    #[error(
        "{request}: {host} returned {what} instead of an API response; check DATABRICKS_HOST, proxies and \
         private links"
    )]
    NotTheApi {
        /// Method and path.
        request: String,
        /// Workspace.
        host: String,
        /// What arrived.
        what: String,
    },
    /// A response of the API that cannot be parsed.
    #[error("{request}: {host} sent a response that cannot be read: {detail}")]
    Answer {
        /// Method and path.
        request: String,
        /// Workspace.
        host: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A file exceeds the size limit of uploads.
    #[error("{path} has {bytes} bytes, but an upload can have at most {limit}; {advice}")]
    TooLarge {
        /// File in the volume.
        path: String,
        /// Its size, in bytes.
        bytes: u64,
        /// Largest size, in bytes.
        limit: u64,
        /// What to set.
        advice: &'static str,
    },
    /// A statement failed on the warehouse.
    #[error(transparent)]
    Sql(Box<SqlError>),
    /// A statement was canceled, by us or on the warehouse's side.
    #[error("statement {statement_id} was canceled")]
    Canceled {
        /// The statement's id in the query history.
        statement_id: String,
    },
    /// A statement was sent, and it is unknown whether it runs.
    #[error(
        "the statement was sent to {host}, but no response arrived ({detail}); it may be running: check the \
         query history, and repeat it only if it is safe to run twice"
    )]
    OutcomeUnknown {
        /// Workspace.
        host: String,
        /// Cause.
        detail: String,
    },
}

fn tried_text(tried: &[(&'static str, String)]) -> String {
    if tried.is_empty() {
        return "; set DATABRICKS_TOKEN, or DATABRICKS_CLIENT_ID and DATABRICKS_CLIENT_SECRET, or a profile of \
                ~/.databrickscfg, or log in with `databricks auth login`"
            .to_owned();
    }
    tried.iter().map(|(name, why)| format!("; {name}: {why}")).collect()
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::Api(Box::new(error))
    }
}

impl Error {
    /// HTTP status, if the service returned an error.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Api(error) => Some(error.status),
            _ => None,
        }
    }

    /// Whether login or privileges are the cause: 401 and 403, or a login that gives no token.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::LoginRefused { .. } | Self::Credentials { .. })
            || matches!(self.status(), Some(401 | 403))
    }

    /// Whether the requested object does not exist.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }

    /// Whether an object of this name already exists. The status differs between services, the code's end
    /// does not.
    pub fn is_already_exists(&self) -> bool {
        matches!(self, Self::Api(error) if error.error_code.ends_with("ALREADY_EXISTS"))
    }

    /// Adds advice, unless there is some already.
    pub(crate) fn advise(mut self, advice: impl FnOnce(&ApiError) -> Option<String>) -> Self {
        if let Self::Api(error) = &mut self
            && error.advice.is_none()
        {
            error.advice = advice(error);
        }
        self
    }
}

/// An error response of the service.
///
/// ```
/// # fn show(error: &f1lake_databricks::Error) {
/// if let f1lake_databricks::Error::Api(error) = error {
///     println!("{} {}: {}", error.status, error.error_code, error.message);
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// Method and path.
    pub request: String,
    /// Workspace.
    pub host: String,
    /// HTTP status.
    pub status: u16,
    /// Code of the service, such as `PERMISSION_DENIED`; empty when it sent none.
    pub error_code: String,
    /// The service's message, on one line.
    pub message: String,
    /// Number of attempts.
    pub tries: u32,
    /// The setting or grant that fixes it.
    pub advice: Option<String>,
}

impl std::error::Error for ApiError {}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} returned HTTP {}", self.request, self.host, self.status)?;
        if self.tries > 1 {
            write!(f, " after {}", attempts(self.tries))?;
        }
        if !self.error_code.is_empty() {
            write!(f, " {}", self.error_code)?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        match &self.advice {
            Some(advice) => write!(f, "; {advice}"),
            None => Ok(()),
        }
    }
}

/// Position in a statement's text; see [`SqlError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Character of the line, as the warehouse counts it.
    pub column: u32,
}

/// Codes of the statement service (`sql.ServiceErrorCode` of the SDK) for failures that pass.
const PASSING: [&str; 4] = [
    "DEADLINE_EXCEEDED",
    "SERVICE_UNDER_MAINTENANCE",
    "TEMPORARILY_UNAVAILABLE",
    "WORKSPACE_TEMPORARILY_UNAVAILABLE",
];

/// The first error class of a message, such as `DELTA_CONCURRENT_APPEND` of
/// `[DELTA_CONCURRENT_APPEND.WITH_PARTITION_HINT] ...`.
fn class(message: &str) -> Option<&str> {
    let is_class = |text: &&str| {
        text.contains('_') && text.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.'))
    };
    let class = message.split('[').skip(1).filter_map(|rest| Some(rest.split_once(']')?.0)).find(is_class)?;
    class.split('.').next()
}

/// Whether a class is that of a commit which lost to another one.
fn is_conflict(class: &str) -> bool {
    class.starts_with("DELTA_CONCURRENT_")
        || matches!(class, "DELTA_METADATA_CHANGED" | "DELTA_PROTOCOL_CHANGED")
}

/// A statement that failed.
///
/// ```
/// # fn show(error: &f1lake_databricks::Error) {
/// use f1lake_databricks::{Error, Position};
/// if let Error::Sql(error) = error
///     && let Some(Position { line, column }) = error.position
/// {
///     println!("line {line}, column {column}: {}", error.message);
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlError {
    /// The statement's id in the query history.
    pub statement_id: String,
    /// State in which it ended: `FAILED` or `CLOSED`.
    pub state: String,
    /// Code of the service, such as `BAD_REQUEST`.
    pub error_code: String,
    /// The warehouse's complete message.
    pub message: String,
    /// Position in the statement, if the message names it.
    pub position: Option<Position>,
    /// The statement's line at that position.
    pub line: Option<String>,
}

impl SqlError {
    pub(crate) fn new(id: &str, state: &str, error_code: &str, message: &str, statement: &str) -> Self {
        let position = position(message);
        let line = position.and_then(|at| {
            let line = statement.lines().nth(at.line.checked_sub(1)? as usize)?;
            Some(line.trim().to_owned())
        });
        Self {
            statement_id: id.to_owned(),
            state: state.to_owned(),
            error_code: error_code.to_owned(),
            message: message.to_owned(),
            position,
            line,
        }
    }

    /// Whether the same statement may succeed later: it lost a conflict with a concurrent one on the same table,
    /// or the service was not available. It changed nothing then.
    pub fn may_pass(&self) -> bool {
        PASSING.contains(&self.error_code.as_str()) || class(&self.message).is_some_and(is_conflict)
    }

    /// Whether a privilege is missing.
    pub fn is_refused(&self) -> bool {
        ["PERMISSION_DENIED", "INSUFFICIENT_PERMISSIONS"]
            .iter()
            .any(|code| self.error_code.contains(code) || self.message.contains(code))
    }
}

impl std::error::Error for SqlError {}

impl fmt::Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The warehouse repeats the whole statement below its first lines.
        let message = one_line(self.message.split("== SQL").next().unwrap_or_default());
        write!(f, "statement {} {}", self.statement_id, self.state)?;
        if !self.error_code.is_empty() {
            write!(f, " {}", self.error_code)?;
        }
        write!(f, ": {message}")?;
        if let Some(at) = self.position {
            write!(f, "; at line {} column {}", at.line, at.column)?;
        }
        if let Some(line) = &self.line {
            write!(f, ": {line}")?;
        }
        if self.is_refused() {
            write!(f, "; ask the owner to GRANT the privilege it names to this user or service principal")?;
        }
        Ok(())
    }
}

/// Reads `(line 3, pos 14)` or `line 3 pos 14`.
fn position(message: &str) -> Option<Position> {
    message.match_indices("line ").find_map(|(at, found)| {
        let rest = &message[at + found.len()..];
        let (line, rest) = number(rest)?;
        let rest = rest.trim_start_matches(',').trim_start().strip_prefix("pos")?;
        let (column, _) = number(rest.trim_start())?;
        Some(Position { line, column })
    })
}

fn number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// A server's message as one line of at most 500 characters.
pub(crate) fn one_line(text: &str) -> String {
    f1lake_http::one_line(text, 500)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lost_conflicts_and_passing_failures_may_pass() {
        let repeat = "The operation must be repeated. SQLSTATE: 2D521";
        let may_pass = |code: &str, message: &str| {
            SqlError::new("01", "FAILED", code, message, "INSERT INTO t SELECT 1").may_pass()
        };
        for class in [
            "DELTA_CONCURRENT_APPEND",
            "DELTA_CONCURRENT_APPEND.WITH_PARTITION_HINT",
            "DELTA_CONCURRENT_DELETE_DELETE",
            "DELTA_CONCURRENT_DELETE_READ",
            "DELTA_CONCURRENT_TRANSACTION",
            "DELTA_CONCURRENT_WRITE",
            "DELTA_METADATA_CHANGED",
            "DELTA_PROTOCOL_CHANGED",
        ] {
            assert!(may_pass("BAD_REQUEST", &format!("[{class}] {repeat}")), "{class}");
            assert!(may_pass("BAD_REQUEST", &format!("io.delta.Failure: [{class}] {repeat}")), "{class}");
        }
        for class in [
            "DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE",
            "DELTA_REPLACE_WHERE_MISMATCH",
            "INSUFFICIENT_PERMISSIONS",
            "PARSE_SYNTAX_ERROR",
            "USER_RAISED_EXCEPTION",
        ] {
            assert!(!may_pass("BAD_REQUEST", &format!("[{class}] {repeat}")), "{class}");
        }
        for code in [
            "DEADLINE_EXCEEDED",
            "SERVICE_UNDER_MAINTENANCE",
            "TEMPORARILY_UNAVAILABLE",
            "WORKSPACE_TEMPORARILY_UNAVAILABLE",
        ] {
            assert!(may_pass(code, "try again"), "{code}");
        }
        for code in [
            "ABORTED",
            "ALREADY_EXISTS",
            "BAD_REQUEST",
            "CANCELLED",
            "INTERNAL_ERROR",
            "IO_ERROR",
            "NOT_FOUND",
            "RESOURCE_EXHAUSTED",
            "UNAUTHENTICATED",
            "UNKNOWN",
            "",
        ] {
            assert!(!may_pass(code, "no more"), "{code}");
        }
        // A name of the user is no code of the service.
        let named = "[TABLE_OR_VIEW_NOT_FOUND] `DELTA_CONCURRENT_APPEND` cannot be found; CONCURRENT";
        assert!(!may_pass("BAD_REQUEST", named));
    }

    #[test]
    fn error_positions_are_parsed() {
        let at = |line, column| Some(Position { line, column });
        let parse = "[PARSE_SYNTAX_ERROR] Syntax error at or near 'FORM'. SQLSTATE: 42601 (line 2, pos 9)\n\n== SQL ==\nx";
        assert_eq!(position(parse), at(2, 9));
        assert_eq!(position("[UNRESOLVED_COLUMN] ... SQLSTATE: 42703; line 1 pos 7;\n'Project"), at(1, 7));
        assert_eq!(position("on line one, then line 4, pos 0"), at(4, 0));
        for none in ["", "line", "line 3", "line 3, pos", "deadline 1", "line 99999999999 pos 1"] {
            assert_eq!(position(none), None, "{none}");
        }
        let error = SqlError::new("01", "FAILED", "BAD_REQUEST", parse, "SELECT *\n  FORM laps");
        assert_eq!(error.line.as_deref(), Some("FORM laps"));
        assert_eq!(
            error.to_string(),
            "statement 01 FAILED BAD_REQUEST: [PARSE_SYNTAX_ERROR] Syntax error at or near 'FORM'. SQLSTATE: 42601 \
             (line 2, pos 9); at line 2 column 9: FORM laps"
        );
    }
}
