"""Exceptions: one class for each exit code of the program."""

from __future__ import annotations

from typing import ClassVar, Optional, Union

from ._reports import BuildReport, ExtractReport, LoadReport

Report = Union[ExtractReport, LoadReport, BuildReport]


class Error(Exception):
    """Base class of all failures of a command.

    Attributes:
        exit_code: Exit code of the program for the same failure.
        report: What the command did before it failed, if it got that far.
    """

    exit_code: ClassVar[int] = 1
    report: Optional[Report]

    def __init__(self, message: str, report: Optional[Report] = None) -> None:
        super().__init__(message)
        self.report = report

    def __reduce__(self) -> tuple[type[Error], tuple[str, Optional[Report]]]:
        return type(self), (str(self), self.report)


class Failed(Error):
    """Failed, or damage was found (exit code 1)."""


class UsageError(Error, ValueError):
    """Wrong arguments, configuration or SQL; nothing was done (exit code 2)."""

    exit_code = 2


class SomeFailed(Error):
    """Some sessions failed, the others are done (exit code 3); see ``report``. Call again to resume."""

    exit_code = 3


class Locked(Error):
    """A live session locks OpenF1 (exit code 4); a later call resumes."""

    exit_code = 4


class LoginRefused(Error):
    """OpenF1 or Databricks refused the login, or Databricks a permission (exit code 5)."""

    exit_code = 5


class Interrupted(Error):
    """Stopped before completion (exit code 130); the next call resumes.

    Ctrl-C raises ``KeyboardInterrupt`` instead.
    """

    exit_code = 130


BY_CODE: dict[int, type[Error]] = {
    kind.exit_code: kind for kind in (Failed, UsageError, SomeFailed, Locked, LoginRefused, Interrupted)
}
