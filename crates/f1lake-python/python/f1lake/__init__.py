"""Formula 1 data from the OpenF1 API in a lakehouse.

The steps of the program ``f1lake`` as functions, with the same settings, files, numbers and guarantees::

    import f1lake

    f1lake.extract(num_sessions=1)      # from the API into ./landing
    f1lake.load()                       # into bronze Delta tables in ./lake
    f1lake.build()                      # silver and gold
    f1lake.sql("select * from session_leaderboard").to_polars()

Every function reads ``f1lake.toml`` and the environment (``F1LAKE_...``) as the program does; arguments override them.
Pass any setting of ``f1lake config`` by keyword, by its own name or that of its flag. A failure raises a subclass of
:class:`Error`. Progress goes to the logger ``f1lake`` when it is enabled for ``INFO``, else to ``sys.stderr``;
``progress=False`` silences it. The functions block, but release the interpreter lock; from asyncio, use
``await asyncio.to_thread(f1lake.extract, ...)``. Ctrl-C stops cleanly with ``KeyboardInterrupt``; the next call
resumes. Accounts and tokens are read from the environment only.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, datetime, timezone
from importlib.metadata import version as _version
from typing import Any, Optional, TypeVar, Union

from . import _f1lake
from ._call import call as _call
from ._errors import Error, Failed, Interrupted, Locked, LoginRefused, SomeFailed, UsageError
from ._program import main
from ._reports import (
    BuildReport,
    Changes,
    CheckResult,
    EndpointReport,
    ExtractReport,
    LoadReport,
    ModelBuild,
    Session,
    SessionLoad,
    SessionReport,
    TableLoad,
)
from ._result import Result

__version__ = _version("f1lake")

__all__ = [
    "BuildReport",
    "Changes",
    "CheckResult",
    "EndpointReport",
    "Error",
    "ExtractReport",
    "Failed",
    "Interrupted",
    "LoadReport",
    "Locked",
    "LoginRefused",
    "ModelBuild",
    "Result",
    "Session",
    "SessionLoad",
    "SessionReport",
    "SomeFailed",
    "TableLoad",
    "UsageError",
    "build",
    "extract",
    "extract_to_databricks",
    "load",
    "main",
    "sessions",
    "sql",
]

_T = TypeVar("_T")
_Many = Union[_T, Iterable[_T]]
_Day = Union[str, date]
_Path = Union[str, "os.PathLike[str]"]


def extract(
    mode: Optional[str] = None,
    num_sessions: Optional[int] = None,
    *,
    year: Optional[int] = None,
    dates: Optional[_Many[_Day]] = None,
    session_keys: Optional[_Many[int]] = None,
    meeting_keys: Optional[_Many[int]] = None,
    countries: Optional[_Many[str]] = None,
    locations: Optional[_Many[str]] = None,
    session_types: Optional[_Many[str]] = None,
    from_: Optional[_Day] = None,
    to: Optional[_Day] = None,
    order: Optional[str] = None,
    endpoints: Optional[_Many[str]] = None,
    out: Optional[_Path] = None,
    refresh: bool = False,
    accept_shrink: bool = False,
    wait: bool = False,
    config: Optional[_Path] = None,
    progress: bool = True,
    **settings: Any,
) -> ExtractReport:
    """Fetches sessions from the API into the landing zone, as ``f1lake extract`` does.

    Landed sessions are skipped without a request. Arguments that you omit come from the configuration.

    Args:
        mode: ``latest`` (the default when nothing is configured), ``year`` or ``manual``. ``year`` or ``dates``
            alone implies its mode.
        num_sessions: Mode ``latest``: number of sessions; 10 when nothing is configured.
        year: Season, from 2023.
        dates: Days (UTC), such as ``"2024-03-24"``, or a single day.
        session_keys: Sessions by key, instead of a mode.
        meeting_keys: Whole weekends by key, instead of a mode.
        countries: Only these countries: names or three-letter codes.
        locations: Only these locations or circuits.
        session_types: Only these types or names of sessions, such as ``"Race"``.
        from_: Former name of ``since``: only sessions that start on this day (UTC) or later.
        to: Former name of ``until``: only sessions that start on this day (UTC) or earlier.
        order: Which sessions come first: ``latest`` or ``oldest``.
        endpoints: Endpoints, such as ``["laps", "pit"]``; all 18 by default.
        out: Folder or URL of the landing zone; ``./landing`` by default.
        refresh: Fetch landed sessions again.
        accept_shrink: Land responses with fewer rows than before.
        wait: Wait while another run works on the folder, instead of failing.
        config: Configuration file; ``f1lake.toml`` by default, if it exists.
        progress: Whether progress is reported.
        settings: Any other setting, such as ``max_workers=2`` or ``compression="zstd"``.

    Returns:
        The report of the run, with the same numbers as the program's.

    Raises:
        UsageError: An argument or setting is invalid; nothing was done.
        SomeFailed: Some sessions failed, the others are landed; see ``report``.
        Locked: A live session locks OpenF1.
        LoginRefused: OpenF1 or Databricks refused the login, or Databricks a permission.
        Failed: All sessions failed.

    >>> report = f1lake.extract(year=2024, countries="ITA", session_types="Race")  # doctest: +SKIP
    >>> report.count("landed"), report.requests  # doctest: +SKIP
    (1, 57)
    """
    given = dict(
        mode=mode,
        num_sessions=num_sessions,
        year=year,
        dates=dates,
        session_keys=session_keys,
        meeting_keys=meeting_keys,
        countries=countries,
        locations=locations,
        session_types=session_types,
        since=from_,
        until=to,
        order=order,
        endpoints=endpoints,
        out=out,
    )
    options = dict(refresh=refresh, accept_shrink=accept_shrink, wait=wait)
    in_volume = settings.pop("_in_volume", False)
    return _f1lake.extract(_call(_all(settings, given), options, config, progress), in_volume)


#: Prefixes of volume paths; a scheme says how the volume is reached.
_VOLUMES = ("/Volumes/", "dbfs:/Volumes/", "file:///Volumes/")


def extract_to_databricks(
    mode: Optional[str] = None,
    num_sessions: Optional[int] = None,
    *,
    volume: Optional[str] = None,
    config: Optional[_Path] = None,
    progress: bool = True,
    **settings: Any,
) -> ExtractReport:
    """Fetches sessions into a Unity Catalog volume.

    Inside Databricks the volume is a folder and needs no login; elsewhere it is written through the Files API with the
    usual ``DATABRICKS_HOST`` and ``DATABRICKS_TOKEN`` of the environment. It takes all arguments of
    :func:`extract` except ``out``.

    Args:
        mode: As in :func:`extract`.
        num_sessions: As in :func:`extract`.
        volume: ``/Volumes/catalog/schema/volume``, or a folder in it; by default the setting ``landing_volume_path``.
        config: As in :func:`extract`.
        progress: As in :func:`extract`.
        settings: Other arguments of :func:`extract`, and settings.

    Raises:
        Error: As :func:`extract`.

    >>> f1lake.extract_to_databricks("latest", 10, volume="/Volumes/dev_f1/raw_data/landing")  # doctest: +SKIP
    """
    if "out" in settings:
        raise UsageError("out: this function lands in a volume; use f1lake.extract for other destinations")
    if volume is not None and not (isinstance(volume, str) and volume.startswith(_VOLUMES)):
        raise UsageError(f"volume: expected a volume such as /Volumes/CATALOG/SCHEMA/VOLUME, found {volume!r}")
    settings = _all(settings, dict(landing_volume_path=volume))
    return extract(mode, num_sessions, config=config, progress=progress, _in_volume=True, **settings)


def load(
    *,
    session_keys: Optional[_Many[int]] = None,
    rebuild: bool = False,
    out: Optional[_Path] = None,
    lake: Optional[_Path] = None,
    config: Optional[_Path] = None,
    progress: bool = True,
    **settings: Any,
) -> LoadReport:
    """Loads landed sessions into bronze tables, as ``f1lake load`` does. Loading again changes nothing.

    Args:
        session_keys: Only these sessions; all landed ones by default.
        rebuild: Rebuild all bronze tables from the landing zone.
        out: Folder or URL of the landing zone; ``./landing`` by default.
        lake: Folder or URL of the lake; ``./lake`` by default.
        config: Configuration file.
        progress: Whether progress is reported.
        settings: Any other setting, such as ``load_to="databricks"``.

    Raises:
        UsageError: There is no landing zone, or an argument is invalid.
        SomeFailed: Some sessions could not be loaded; see ``report``.
        Failed: No session could be loaded.
        Interrupted: The command was stopped.

    >>> f1lake.load(session_keys=9488).rows  # doctest: +SKIP
    617345
    """
    given = dict(session_keys=session_keys, out=out, lake=lake)
    return _f1lake.load(_call(_all(settings, given), dict(rebuild=rebuild), config, progress))


def build(
    *,
    models: Optional[_Many[str]] = None,
    full_refresh: bool = False,
    tests: bool = True,
    wait: bool = False,
    lake: Optional[_Path] = None,
    config: Optional[_Path] = None,
    progress: bool = True,
    **settings: Any,
) -> BuildReport:
    """Builds silver and gold tables for what changed, and tests them, as ``f1lake build`` does.

    Args:
        models: Only these tables and the tables they are built from.
        full_refresh: Rebuild everything, changed or not.
        tests: Whether the tests run.
        wait: Wait while another build works on the lake, instead of failing.
        lake: Folder or URL of the lake; ``./lake`` by default.
        config: Configuration file.
        progress: Whether progress is reported.
        settings: Any other setting, such as ``memory_limit=4096``.

    Raises:
        UsageError: There is no lake, or an argument is invalid.
        Failed: A table could not be built, or a test failed; see ``report``.
        Interrupted: The command was stopped.

    >>> f1lake.build().count("built")  # doctest: +SKIP
    31
    """
    options = dict(models=models, full_refresh=full_refresh, tests=tests, wait=wait)
    return _f1lake.build(_call(_all(settings, dict(lake=lake)), options, config, progress))


def sql(
    query: str,
    *,
    lake: Optional[_Path] = None,
    as_of: Optional[Union[int, str, date, datetime]] = None,
    config: Optional[_Path] = None,
    **settings: Any,
) -> Result:
    """Queries the lake. The schema before a table name is optional.

    Args:
        query: Read-only SQL.
        lake: Folder or URL of the lake; ``./lake`` by default.
        as_of: Read the tables as they were at a version, a day, or an instant (UTC when it has no time zone).
        config: Configuration file.
        settings: Any other setting.

    Returns:
        All rows, in memory; pandas, Polars, PyArrow and DuckDB read them without a copy.

    Raises:
        UsageError: The query is wrong (the message shows the position), or there is no lake.
        Failed: A table cannot be read.

    >>> f1lake.sql("select count(*) as laps from fact_laps")  # doctest: +SKIP
    laps
    1077
    [1 row, 1 column]
    """
    if not isinstance(query, str):
        raise UsageError(f"query: expected text, not {type(query).__name__}")
    if isinstance(as_of, datetime):
        aware = as_of if as_of.tzinfo else as_of.replace(tzinfo=timezone.utc)
        as_of = aware.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    call = _call(_all(settings, dict(lake=lake)), config=config)
    return Result(_f1lake.query(call, query, None if as_of is None else str(as_of)))


def sessions(
    mode: Optional[str] = None,
    num_sessions: Optional[int] = None,
    *,
    config: Optional[_Path] = None,
    **settings: Any,
) -> list[Session]:
    """Lists the sessions that a selection chooses, from the API, as ``f1lake sessions`` does.

    ``polars.DataFrame(f1lake.sessions(year=2024))`` makes a table of them.

    Args:
        mode: As in :func:`extract`.
        num_sessions: As in :func:`extract`.
        config: As in :func:`extract`.
        settings: Other arguments of :func:`extract` that choose sessions, and settings.

    >>> [session.session_key for session in f1lake.sessions(dates="2024-03-24")]  # doctest: +SKIP
    [9488]
    """
    given = dict(
        mode=mode, num_sessions=num_sessions, since=settings.pop("from_", None), until=settings.pop("to", None)
    )
    return [Session._of(record) for record in _f1lake.sessions(_call(_all(settings, given), config=config))]


def _all(settings: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Adds named arguments to the others; a setting given twice is an error."""
    given = {name: value for name, value in given.items() if value is not None}
    twice = sorted(given.keys() & settings.keys())
    if twice:
        raise UsageError(f"{', '.join(twice)}: given twice, under two names")
    return {**settings, **given}
