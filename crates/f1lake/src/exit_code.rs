//! How a step ends, as programs tell it to their callers.

use crate::error::{Error, ErrorKind};

/// How a step ended: the exit code of the program, documented and the same in every version.
///
/// ```
/// use f1lake::{Error, ExitCode};
///
/// let code = ExitCode::from(&Error::Usage("endpoints: none is chosen".to_owned()));
/// assert_eq!((code, code as u8), (ExitCode::Usage, 2));
/// ```
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

impl ExitCode {
    /// The code of two steps: that of the first that is not done.
    ///
    /// ```
    /// use f1lake::ExitCode;
    ///
    /// assert_eq!(ExitCode::Done.and(ExitCode::Failed), ExitCode::Failed);
    /// assert_eq!(ExitCode::SomeFailed.and(ExitCode::Failed), ExitCode::SomeFailed);
    /// ```
    #[must_use]
    pub fn and(self, next: Self) -> Self {
        if self == Self::Done { next } else { self }
    }
}

impl From<ErrorKind> for ExitCode {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Usage => Self::Usage,
            ErrorKind::Locked => Self::Locked,
            ErrorKind::LoginRefused => Self::LoginRefused,
            ErrorKind::Interrupted => Self::Interrupted,
            ErrorKind::Busy | ErrorKind::Failed => Self::Failed,
        }
    }
}

impl From<&Error> for ExitCode {
    fn from(error: &Error) -> Self {
        error.kind().into()
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
