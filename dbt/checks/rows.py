"""Rows of a build as text: enough to say whether two builds are the same, and where they are not."""

from collections.abc import Iterable
from typing import NamedTuple

import pyarrow as pa


class Rows(NamedTuple):
    """Rows of a table."""

    listed: list[str]
    """All of them, sorted."""
    repeated: int
    """How many of them occur twice."""


# By table.
Build = dict[str, Rows]

NONE = Rows([], 0)


def listed(rows: Iterable[tuple[object, ...]]) -> Rows:
    found = sorted(map(repr, rows))
    return Rows(found, len(found) - len(set(found)))


def listed_table(table: pa.Table) -> Rows:
    columns = table.select(sorted(table.column_names))
    return listed(tuple(row.values()) for row in columns.to_pylist())


def compare(what: str, first: Build, second: Build) -> int:
    """Prints each table that differs or repeats a row, with an example, and returns how many there are."""
    failures = 0
    for name in sorted(first.keys() | second.keys()):
        left, right = first.get(name, NONE), second.get(name, NONE)
        if left.listed != right.listed or left.repeated or right.repeated:
            failures += 1
            here, there = set(left.listed), set(right.listed)
            example = min((here - there) or (there - here) or {"rows repeat"})
            counts = f"{len(left.listed)} rows against {len(right.listed)}"
            print(f"{what}: {name}: {counts}; such as {example[:300]}")
    print(f"{what}: {len(first)} tables, {failures} different")
    return failures
