"""Turns Python arguments into a call of the native half, and its lines into logs."""

from __future__ import annotations

import logging
import math
import os
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, Optional

from . import _runtime
from ._errors import UsageError

logger = logging.getLogger("f1lake")

LEVELS = {"error": logging.ERROR, "warn": logging.WARNING, "info": logging.INFO}


class Call(NamedTuple):
    """A call: what was given, and how its work is watched."""

    #: Settings by keyword, as plain values.
    settings: dict[str, Any]
    #: What the step can be told besides settings.
    options: dict[str, Any]
    config: Optional[str]
    progress: bool
    #: The least important level that is heard.
    level: str
    tell: Callable[[str, str], None]
    login: Optional[Callable[[], tuple[str, str]]]


def call(
    settings: Mapping[str, Any],
    options: Optional[Mapping[str, Any]] = None,
    config: Optional[str | os.PathLike[str]] = None,
    progress: bool = True,
) -> Call:
    """Describes a call to the native half; ``None`` counts as not given.

    Raises:
        UsageError: A value cannot be a setting.
    """
    levels = (("debug", logging.DEBUG), ("info", logging.INFO))
    return Call(
        settings=_given(settings),
        options=_given(options or {}),
        config=None if config is None else plain("config", os.fspath(config)),
        progress=progress,
        level=next((name for name, number in levels if logger.isEnabledFor(number)), "warn"),
        tell=tell,
        login=_runtime.login(),
    )


def tell(level: str, text: str) -> None:
    """Reports a line of running work: to the logger ``f1lake`` when it is enabled, else to standard error."""
    number = LEVELS.get(level, logging.DEBUG)
    if logger.isEnabledFor(number) and logger.hasHandlers():
        logger.log(number, "%s", text)
    elif logger.level == logging.NOTSET and number >= logging.INFO:
        # Notebooks replace sys.stderr for each cell; writing to the file descriptor would bypass it.
        print(text, file=sys.stderr, flush=True)


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(name, value) for name, value in values.items() if value is not None}


def plain(name: str, value: Any) -> Any:
    """Converts a value to text, a number, a boolean, or a list of these."""
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError(f"{name}: expected a number, found {value}")
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, datetime):
        raise UsageError(f"{name}: expected a day such as {value.date()!r}, not a time")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, os.PathLike):
        return plain(name, os.fspath(value))
    # NumPy and pandas scalars.
    item = getattr(value, "item", None)
    if callable(item) and getattr(value, "ndim", None) == 0:
        return plain(name, item())
    if value is None or isinstance(value, (bytes, bytearray, Mapping)):
        raise UsageError(f"{name}: {type(value).__name__} is not a valid type for a setting")
    try:
        parts = [plain(name, part) for part in value]
    except TypeError:
        raise UsageError(f"{name}: {type(value).__name__} is not a valid type for a setting") from None
    if any(isinstance(part, list) for part in parts):
        raise UsageError(f"{name}: expected a list of values, found a list of lists")
    return parts
