"""The comparison of builds notices what it is there for."""

import pytest

from checks.rows import compare, listed


def test_equal_rows_in_another_order() -> None:
    assert compare("builds", {"t": listed([(1, "a"), (2, None)])}, {"t": listed([(2, None), (1, "a")])}) == 0


def test_rows_that_differ(capsys: pytest.CaptureFixture[str]) -> None:
    assert compare("builds", {"t": listed([(1, "a")])}, {"t": listed([(1, "b")])}) == 1
    assert capsys.readouterr().out.splitlines() == [
        "builds: t: 1 rows against 1; such as (1, 'a')",
        "builds: 1 tables, 1 different",
    ]


def test_rows_that_repeat_in_both() -> None:
    twice = listed([(1, "a"), (1, "a")])
    assert compare("builds", {"t": twice}, {"t": twice}) == 1


def test_a_table_of_one_build_only() -> None:
    assert compare("builds", {}, {"t": listed([(1, "a")])}) == 1
