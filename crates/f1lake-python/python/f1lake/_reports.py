"""Reports: the JSON that the program prints with ``--output json``, as typed objects."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Mapping, Optional, TypeVar

T = TypeVar("T")


def _known(kind: type[T], record: Mapping[str, Any], **parts: Any) -> T:
    """Fills a dataclass from a record; fields that a later version of the program adds are only in ``to_dict``."""
    names = {known.name for known in fields(kind) if known.init}  # type: ignore[arg-type]
    values = {name: value for name, value in record.items() if name in names}
    return kind(**{**values, **parts})


@dataclass(frozen=True)
class Changes:
    """Rows that differ from what was landed before, by primary key."""

    added: int
    changed: int
    removed: int
    #: The first few, in words: ``+ driver_number=44 lap_number=2``.
    examples: list[str]


@dataclass(frozen=True)
class EndpointReport:
    """One endpoint of a session that was fetched."""

    endpoint: str
    #: Rows landed.
    rows: int
    #: Exact duplicates that were dropped.
    duplicates_dropped: int
    #: Half-null duplicates merged (drivers).
    rows_merged: int
    #: Landing file; ``None`` when there are no rows.
    file: Optional[str]
    #: Bytes of that file.
    bytes: int
    #: Differences to what was landed.
    changes: Optional[Changes]
    #: Path of a smaller response that was set aside instead of landed.
    kept_aside: Optional[str]


@dataclass(frozen=True)
class SessionReport:
    """One session of an extract."""

    session_key: int
    #: ``2024-03-24_Melbourne_Race``.
    name: str
    #: ``landed``, ``updated``, ``unchanged``, ``skipped``, ``failed``, ``locked`` or ``interrupted``.
    status: str
    #: Why it failed.
    error: Optional[str]
    endpoints: list[EndpointReport]

    @property
    def rows(self) -> int:
        """Rows landed in this run."""
        return sum(endpoint.rows for endpoint in self.endpoints)


class _Report:
    _record: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The report as the program prints it, ready for ``json.dumps``."""
        return dict(self._record)


@dataclass(frozen=True)
class ExtractReport(_Report):
    """What an extract did."""

    #: Sessions in the order in which they were selected.
    sessions: list[SessionReport]
    #: Requests sent, including retries.
    requests: int
    #: Number of retries among them.
    retries: int
    #: Bytes received in bodies.
    bytes_received: int
    #: Wall time, seconds.
    seconds: float
    _record: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def count(self, status: str) -> int:
        """Number of sessions with this status.

        >>> report.count("landed")  # doctest: +SKIP
        3
        """
        return sum(session.status == status for session in self.sessions)

    @property
    def rows(self) -> int:
        """Rows landed in this run."""
        return sum(session.rows for session in self.sessions)

    @classmethod
    def _of(cls, record: Mapping[str, Any]) -> ExtractReport:
        def endpoint(part: Mapping[str, Any]) -> EndpointReport:
            changes = part["changes"]
            return _known(EndpointReport, part, changes=None if changes is None else _known(Changes, changes))

        sessions = [
            _known(SessionReport, part, endpoints=[endpoint(inner) for inner in part["endpoints"]])
            for part in record["sessions"]
        ]
        return _known(cls, record, sessions=sessions, _record=record)


@dataclass(frozen=True)
class TableLoad:
    """One bronze table of a loaded session."""

    table: str
    #: ``loaded``, ``unchanged``, ``stale`` or ``failed``.
    status: str
    #: Rows of the session in the table.
    rows: int
    #: Rows with rescued fields (``_rescued_data``).
    rescued_rows: int
    #: Rows without a key, which are in the quarantine.
    quarantined_rows: int
    #: Whether the table had lost the session's rows because it was moved away or restored to an older version.
    brought_back: bool
    #: Why it failed.
    error: Optional[str]


@dataclass(frozen=True)
class SessionLoad:
    """One loaded session."""

    session_key: int
    #: ``2024-03-24_Melbourne_Race``.
    session: str
    #: ``loaded``, ``unchanged``, ``stale`` or ``failed``.
    status: str
    tables: list[TableLoad]


@dataclass(frozen=True)
class LoadReport(_Report):
    """What a load did."""

    sessions: list[SessionLoad]
    #: Wall time, seconds.
    seconds: float
    _record: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def count(self, status: str) -> int:
        """Number of sessions with this status."""
        return sum(session.status == status for session in self.sessions)

    @property
    def rows(self) -> int:
        """Rows written."""
        tables = (table for session in self.sessions for table in session.tables)
        return sum(table.rows for table in tables if table.status == "loaded")

    @classmethod
    def _of(cls, record: Mapping[str, Any]) -> LoadReport:
        sessions = [
            _known(SessionLoad, part, tables=[_known(TableLoad, inner) for inner in part["tables"]])
            for part in record["sessions"]
        ]
        return _known(cls, record, sessions=sessions, _record=record)


@dataclass(frozen=True)
class ModelBuild:
    """One silver or gold table."""

    #: ``gold_analytics.fact_laps``.
    model: str
    #: ``built``, ``unchanged``, ``failed`` or ``skipped``.
    status: str
    #: Number of sessions whose rows were replaced; ``None`` for tables of the whole lake.
    sessions: Optional[int]
    #: Rows written.
    rows: int
    #: Wall time, seconds.
    seconds: float
    #: Why it failed.
    error: Optional[str]


@dataclass(frozen=True)
class CheckResult:
    """One test of the data."""

    check: str
    #: ``passed``, ``warned`` or ``failed``.
    status: str
    #: Rows that are wrong.
    rows: int
    #: What the test looks for.
    description: str
    #: Why the test could not run; it then counts as failed.
    error: Optional[str]


@dataclass(frozen=True)
class BuildReport(_Report):
    """What a build did."""

    models: list[ModelBuild]
    checks: list[CheckResult]
    #: Wall time, seconds.
    seconds: float
    _record: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def count(self, status: str) -> int:
        """Number of tables with this status."""
        return sum(model.status == status for model in self.models)

    @classmethod
    def _of(cls, record: Mapping[str, Any]) -> BuildReport:
        return _known(
            cls,
            record,
            models=[_known(ModelBuild, part) for part in record["models"]],
            checks=[_known(CheckResult, part) for part in record["checks"]],
            _record=record,
        )


@dataclass(frozen=True)
class Session:
    """A session of the season's calendar."""

    session_key: int
    meeting_key: int
    #: ``Race``, ``Practice 1`` and so on.
    session_name: str
    #: ``Practice``, ``Qualifying`` or ``Race``.
    session_type: str
    #: City or region.
    location: str
    country_name: str
    #: Three letters.
    country_code: str
    circuit_short_name: str
    #: Season.
    year: int
    #: Scheduled start, UTC.
    date_start: datetime
    #: Scheduled end, UTC.
    date_end: datetime
    #: Whether it was cancelled.
    is_cancelled: bool

    @classmethod
    def _of(cls, record: Mapping[str, Any]) -> Session:
        times = {name: _time(record[name]) for name in ("date_start", "date_end")}
        return _known(cls, record, **times)


def _time(text: str) -> datetime:
    # Python 3.10 reads neither `Z` nor more than six decimals.
    whole, _, fraction = text.removesuffix("Z").partition(".")
    return datetime.fromisoformat(f"{whole}.{fraction[:6]:0<6}+00:00")
