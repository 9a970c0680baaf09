//! Exit codes: documented, and the same in every version.

use f1lake::ErrorKind;

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// All done.
    Done = 0,
    /// Failed, or damage was found.
    Failed = 1,
    /// Wrong usage or configuration; nothing was done.
    Usage = 2,
    /// Some sessions failed, the rest landed.
    SomeFailed = 3,
    /// A live session locks OpenF1; a later run resumes.
    Locked = 4,
    /// OpenF1 or Databricks refused the login, or Databricks a privilege.
    LoginRefused = 5,
    /// Stopped by the user; the next run resumes.
    Interrupted = 130,
}

impl From<ErrorKind> for ExitCode {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Usage => Self::Usage,
            ErrorKind::Locked => Self::Locked,
            ErrorKind::LoginRefused => Self::LoginRefused,
            ErrorKind::Interrupted => Self::Interrupted,
            _ => Self::Failed,
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
