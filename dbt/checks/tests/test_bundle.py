"""The check of the bundle's queries."""

import pytest

from checks.bundle import dashboard_queries, difference, genie_queries, metric_queries


def test_equal_rows_in_another_order_are_equal() -> None:
    assert difference([(2, None, 0.1 + 0.2), (1, "a", True)], [(1, "a", True), (2, None, 0.3)]) is None


@pytest.mark.parametrize(
    ("spark", "program"),
    [
        ([(1,)], [(2,)]),
        ([(1,)], [(1,), (1,)]),
        ([(None,)], [(0,)]),
        ([(1.0,)], [(1.001,)]),
        ([("a", 1)], [("a",)]),
    ],
)
def test_differences_are_told(spark: list[tuple[object, ...]], program: list[tuple[object, ...]]) -> None:
    assert difference(spark, program)


def test_every_query_of_the_bundle_is_asked() -> None:
    names = [pair.name for pair in (*dashboard_queries(), *genie_queries(), *metric_queries())]
    assert len(names) == len(set(names))
    kinds = {
        kind: sum(name.startswith(kind) for name in names) for kind in ("dataset", "widget", "Genie", "metric view")
    }
    assert kinds == {"dataset": 9, "widget": 13, "Genie": 2, "metric view": 9}
