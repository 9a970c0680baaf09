"""Turns Python arguments into a command of the program, and its exit code into an exception."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from datetime import date, datetime
from typing import Any, Mapping, Optional

from . import _f1lake, _runtime
from ._errors import BY_CODE, Failed, Report, UsageError
from ._reports import BuildReport, ExtractReport, LoadReport

logger = logging.getLogger("f1lake")

#: Flags whose keyword has a different name.
NAMES = {
    "country": "countries",
    "date": "dates",
    "from": "from_",
    "location": "locations",
    "meeting_key": "meeting_keys",
    "model": "models",
    "session_key": "session_keys",
    "session_type": "session_types",
}
LEVELS = {"error": logging.ERROR, "warn": logging.WARNING, "info": logging.INFO}


def tell(level: str, text: str) -> None:
    """Reports a line of a running command: to the logger ``f1lake`` when it is enabled, else to standard error."""
    number = LEVELS.get(level, logging.DEBUG)
    if logger.isEnabledFor(number) and logger.hasHandlers():
        logger.log(number, "%s", text)
    elif logger.level == logging.NOTSET and number >= logging.INFO:
        # Notebooks replace sys.stderr for each cell; writing to the file descriptor would bypass it.
        print(text, file=sys.stderr, flush=True)


def plain(name: str, value: Any) -> Any:
    """Converts a value to a JSON type."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, datetime):
        raise UsageError(f"{name}: expected a day such as {value.date()!r}, not a time")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, (bytes, bytearray, Mapping)):
        raise UsageError(f"{name}: {type(value).__name__} is not a valid type for a setting")
    # NumPy and pandas scalars.
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "ndim", None) == 0:
        return plain(name, item())
    try:
        parts = list(value)
    except TypeError:
        raise UsageError(f"{name}: {type(value).__name__} is not a valid type for a setting") from None
    return [plain(name, part) for part in parts]


def request(
    command: str,
    keywords: Mapping[str, Any],
    config: Optional[str | os.PathLike[str]] = None,
    progress: bool = True,
    word: Optional[str] = None,
) -> str:
    """Encodes a command as JSON."""
    levels = (("debug", logging.DEBUG), ("info", logging.INFO))
    level = next((name for name, number in levels if logger.isEnabledFor(number)), "warn")
    try:
        return json.dumps(
            {
                "command": command,
                "word": word,
                "keywords": {name: plain(NAMES.get(name, name), value) for name, value in keywords.items()},
                "config": None if config is None else plain("config", os.fspath(config)),
                "quiet": not progress,
                "level": level,
            },
            allow_nan=False,
        )
    except UsageError:
        raise
    except (TypeError, ValueError) as error:
        raise UsageError(f"an argument cannot be written as text: {error}") from None


def call(
    command: str,
    keywords: Mapping[str, Any],
    config: Optional[str | os.PathLike[str]] = None,
    progress: bool = True,
) -> Any:
    """Runs a command and returns what it printed.

    Raises:
        Error: The subclass for the exit code.
    """
    code, printed, error = _f1lake.call(request(command, keywords, config, progress), tell, _runtime.login())
    if code == 2 or (error is not None and not printed):
        raise BY_CODE.get(code, Failed)(_in_python(error or "wrong usage"))
    try:
        record = json.loads(printed) if printed else None
    except ValueError:
        raise UsageError(f"{command} printed text instead of a report; use the program `f1lake`") from None
    if code != 0:
        report = _report(record)
        raise BY_CODE.get(code, Failed)(error or _story(report), report)
    return record


def query(text: str, keywords: Mapping[str, Any], config: Optional[str | os.PathLike[str]]) -> _f1lake.Rows:
    """Runs a query.

    Raises:
        Error: The subclass for the exit code.
    """
    if not isinstance(text, str):
        raise UsageError(f"query: expected text, not {type(text).__name__}")
    code, rows, error = _f1lake.query(request("sql", keywords, config, word=text), tell, _runtime.login())
    if rows is None:
        raise BY_CODE.get(code, Failed)(error or "the query returned no rows")
    return rows


def _in_python(text: str) -> str:
    """Rewrites a command line error in terms of keywords: `--session-key <KEY>` becomes `session_keys`."""

    def keyword(found: re.Match[str]) -> str:
        name = found[1].replace("-", "_")
        return NAMES.get(name, name)

    return re.sub(r"--([a-z][a-z-]*[a-z])(?: <[^>]*>)?", keyword, text)


def _report(record: Any) -> Optional[Report]:
    if not isinstance(record, dict):
        return None
    if "models" in record:
        return BuildReport._of(record)
    return ExtractReport._of(record) if "requests" in record else LoadReport._of(record)


def _story(report: Optional[Report]) -> str:
    """Summarises the failures of a report in one line."""
    if report is None:
        return "failed"
    told: list[str] = []
    if isinstance(report, BuildReport):
        told += [f"{model.model}: {model.error}" for model in report.models if model.error]
        told += [
            f"{check.check}: {check.error or f'{check.rows} rows are wrong'}"
            for check in report.checks
            if check.status == "failed"
        ]
        return "; ".join(told) or "failed"
    whole = len(report.sessions)
    if isinstance(report, LoadReport):
        for load in report.sessions:
            told += [f"{load.session}: {table.table}: {table.error}" for table in load.tables if table.error]
        return f"{report.count('failed')} of {whole} sessions failed: " + "; ".join(told)
    for status in ("failed", "interrupted", "locked"):
        if report.count(status):
            sessions = [session for session in report.sessions if session.status == status]
            told = [f"{session.name}: {session.error}" for session in sessions if session.error]
            return f"{len(sessions)} of {whole} sessions {status}" + (": " if told else "") + "; ".join(told)
    return "failed"
