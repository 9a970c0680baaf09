"""The comparison of engines must notice what it is there for: python -m unittest."""

import datetime
import unittest

import pyarrow as pa

from compare_engines import difference, ordered, repeated_keys, wrong_types

MODEL = {
    "name": "t",
    "key": ["k"],
    "columns": [
        {"name": "k", "type": "bigint"},
        {"name": "x", "type": "double"},
        {"name": "s", "type": "string"},
        {"name": "l", "type": "array<bigint>"},
        {"name": "d", "type": "timestamp"},
    ],
}
NOON = datetime.datetime(2024, 3, 3, 12, tzinfo=datetime.timezone.utc)


def table(**changes) -> pa.Table:
    columns = {
        "k": pa.array([1, 2, 3], pa.int64()),
        "x": pa.array([1.0, None, 3e9], pa.float64()),
        "s": pa.array(["a", None, "c"]),
        "l": pa.array([[1, None], None, []], pa.list_(pa.int64())),
        "d": pa.array([NOON, None, NOON], pa.timestamp("us", "UTC")),
    }
    return pa.table(columns | changes)


class Difference(unittest.TestCase):
    def test_equal_tables_in_another_order_and_text_type(self):
        other = table(s=pa.array(["a", None, "c"], pa.large_string())).take([2, 0, 1])
        self.assertIsNone(difference(table(), other, MODEL))

    def test_floats_within_the_tolerance(self):
        self.assertIsNone(difference(table(), table(x=pa.array([1.0 + 1e-12, None, 3e9 + 1e-3])), MODEL))

    def test_each_kind_of_value(self):
        for name, values in {
            "x": pa.array([1.0 + 1e-6, None, 3e9]),
            "s": pa.array(["a", "", "c"]),
            "l": pa.array([[1, 0], None, []], pa.list_(pa.int64())),
            "d": pa.array([NOON, NOON, NOON], pa.timestamp("us", "UTC")),
        }.items():
            with self.subTest(name):
                self.assertIn(f"1 rows differ in {name}", difference(table(), table(**{name: values}), MODEL))

    def test_null_is_not_zero_and_not_nan(self):
        for value in (0.0, float("nan")):
            other = table(x=pa.array([1.0, value, 3e9]))
            self.assertIn("differ in x", difference(table(), other, MODEL))
            self.assertIn("differ in x", difference(other, table(), MODEL))

    def test_rows_columns_and_types(self):
        self.assertIn("3 rows against 2", difference(table(), table().slice(1), MODEL))
        self.assertIn("no column s", difference(table(), table().drop_columns("s"), MODEL))
        self.assertIn("unknown column y", difference(table(), table().append_column("y", table()["k"]), MODEL))
        self.assertIn("k is int32", difference(table(), table(k=pa.array([1, 2, 3], pa.int32())), MODEL))
        self.assertEqual(wrong_types(table(), MODEL), [])

    def test_repeated_keys(self):
        self.assertEqual(repeated_keys(ordered(table(), MODEL), MODEL["key"]), 0)
        self.assertEqual(repeated_keys(ordered(table(k=pa.array([1, 1, 2])), MODEL), MODEL["key"]), 1)


if __name__ == "__main__":
    unittest.main()
