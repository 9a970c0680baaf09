"""The comparison of tables notices what it is there for."""

import datetime
from typing import Any

import pyarrow as pa
import pytest

from checks.carried_sql import Model
from checks.comparison import canonical, difference, ordered, repeated_keys, wrong_types

MODEL: Model = {
    "name": "t",
    "schema": "gold_analytics",
    "grain": "lake",
    "key": ["k"],
    "partition_by": [],
    "depends_on": [],
    "description": "A table.",
    "columns": [
        {"name": "k", "type": "bigint", "description": "Key."},
        {"name": "x", "type": "double", "description": "Number."},
        {"name": "s", "type": "string", "description": "Text."},
        {"name": "l", "type": "array<bigint>", "description": "List."},
        {"name": "d", "type": "timestamp", "description": "Time."},
    ],
    "sql": "models/t.sql",
}
NOON = datetime.datetime(2024, 3, 3, 12, tzinfo=datetime.UTC)


def table(**changes: Any) -> pa.Table:
    columns = {
        "k": pa.array([1, 2, 3], pa.int64()),
        "x": pa.array([1.0, None, 3e9], pa.float64()),
        "s": pa.array(["a", None, "c"]),
        "l": pa.array([[1, None], None, []], pa.list_(pa.int64())),
        "d": pa.array([NOON, None, NOON], pa.timestamp("us", "UTC")),
    }
    return pa.table(columns | changes)


def test_equal_tables_in_another_order_and_text_type() -> None:
    other = table(s=pa.array(["a", None, "c"], pa.large_string())).take([2, 0, 1])
    assert difference(table(), other, MODEL) is None
    assert canonical(other).equals(canonical(table()))


def test_floats_within_the_tolerance() -> None:
    assert difference(table(), table(x=pa.array([1.0 + 1e-12, None, 3e9 + 1e-3])), MODEL) is None


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("x", pa.array([1.0 + 1e-6, None, 3e9])),
        ("s", pa.array(["a", "", "c"])),
        ("l", pa.array([[1, 0], None, []], pa.list_(pa.int64()))),
        ("d", pa.array([NOON, NOON, NOON], pa.timestamp("us", "UTC"))),
    ],
)
def test_each_kind_of_value(name: str, values: pa.Array) -> None:
    other = table(**{name: values})
    assert f"1 rows differ in {name}" in str(difference(table(), other, MODEL))
    assert not canonical(other).equals(canonical(table()))


@pytest.mark.parametrize("value", [0.0, float("nan")])
def test_null_is_not_zero_and_not_nan(value: float) -> None:
    other = table(x=pa.array([1.0, value, 3e9]))
    assert "differ in x" in str(difference(table(), other, MODEL))
    assert "differ in x" in str(difference(other, table(), MODEL))


def test_rows_columns_and_types() -> None:
    assert "3 rows against 2" in str(difference(table(), table().slice(1), MODEL))
    assert "no column s" in str(difference(table(), table().drop_columns("s"), MODEL))
    assert "unknown column y" in str(difference(table(), table().append_column("y", table()["k"]), MODEL))
    assert "k is int32" in str(difference(table(), table(k=pa.array([1, 2, 3], pa.int32())), MODEL))
    assert wrong_types(table(), MODEL) == []


def test_repeated_keys() -> None:
    assert repeated_keys(ordered(table(), MODEL), MODEL["key"]) == 0
    assert repeated_keys(ordered(table(k=pa.array([1, 1, 2])), MODEL), MODEL["key"]) == 1
