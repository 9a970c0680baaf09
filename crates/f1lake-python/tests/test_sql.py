"""Queries, and how other libraries read their rows."""

from __future__ import annotations

import datetime
import threading
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy
import pandas
import polars
import pyarrow
import pytest

import f1lake

LAPS = "select session_key, driver_number, lap_number, lap_duration, date_start from fact_laps order by 1, 2, 3"


@pytest.fixture
def laps(lake: Path) -> f1lake.Result:
    return f1lake.sql(LAPS, lake=lake / "lake")


def addresses(table: Any) -> set[int]:
    """Addresses of the buffers of fixed-width columns."""
    return {
        buffer.address
        for column in table.columns
        if not pyarrow.types.is_string_view(column.type)
        for chunk in column.chunks
        for buffer in chunk.buffers()
        if buffer is not None and buffer.size
    }


def test_libraries_agree(laps: f1lake.Result) -> None:
    arrow = laps.to_arrow()
    assert len(laps) == laps.num_rows == arrow.num_rows > 1000
    assert laps.column_names == arrow.column_names and len(laps.column_types) == 5
    rows = arrow.to_pylist()
    assert {row["session_key"] for row in rows} == {9647, 9610}
    assert laps.to_polars().to_dicts() == rows == polars.DataFrame(laps).to_dicts()
    frame = laps.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert frame["lap_duration"].sum() == pytest.approx(sum(row["lap_duration"] or 0 for row in rows))
    assert duckdb.sql("select count(*), sum(lap_number) from laps").fetchall() == [
        (len(rows), sum(row["lap_number"] for row in rows))
    ]
    assert pyarrow.schema(laps) == arrow.schema


def test_nothing_is_copied(laps: f1lake.Result) -> None:
    first, second = pyarrow.table(laps), pyarrow.table(laps)
    assert addresses(first) == addresses(second) and len(addresses(first)) >= 4
    # Polars reads the same memory.
    column = first.column("lap_number").chunk(0)
    series = polars.DataFrame(laps)["lap_number"].get_chunks()[0]
    assert series.to_numpy(allow_copy=False).__array_interface__["data"][0] == column.buffers()[1].address
    # So does pandas with Arrow types.
    frame = laps.to_pandas(types_mapper=pandas.ArrowDtype)
    kept = frame["lap_number"].array.__arrow_array__().chunk(0)
    assert kept.buffers()[1].address == column.buffers()[1].address


def test_rows_outlive_the_result(lake: Path) -> None:
    arrow = f1lake.sql(LAPS, lake=lake / "lake").to_arrow()
    again = f1lake.sql(LAPS, lake=lake / "lake").to_arrow()
    assert arrow.equals(again)


def test_a_capsule_is_taken_once_and_results_often(laps: f1lake.Result) -> None:
    class Once:
        def __init__(self) -> None:
            self.capsule = laps.__arrow_c_stream__()

        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return self.capsule

    once = Once()
    assert pyarrow.table(once).num_rows == len(laps)
    with pytest.raises(ValueError):
        pyarrow.table(once)
    # Unused capsules are freed.
    for _ in range(1000):
        laps.__arrow_c_stream__()
        laps.__arrow_c_schema__()
    assert pyarrow.table(laps).num_rows == len(laps)


def test_empty_and_odd_results(lake: Path) -> None:
    place = lake / "lake"
    empty = f1lake.sql("select lap_number from fact_laps where false", lake=place)
    assert empty.to_arrow().num_rows == 0 and empty.to_polars().columns == ["lap_number"]
    assert repr(empty) == "lap_number\n[0 rows, 1 column]"
    odd = f1lake.sql(
        "select null as nothing, [1, 2] as list, '<b>&' as text, true as yes, date '2024-12-08' as day, 1.5 as number",
        lake=place,
    )
    assert odd.to_arrow().to_pylist() == [
        {"nothing": None, "list": [1, 2], "text": "<b>&", "yes": True, "day": datetime.date(2024, 12, 8), "number": 1.5}
    ]
    assert "&lt;b&gt;&amp;" in odd._repr_html_() and "<b>&" not in odd._repr_html_()


def test_representations(laps: f1lake.Result, lake: Path) -> None:
    text = repr(laps)
    assert text.splitlines()[0].startswith("session_key  driver_number  lap_number")
    assert text.endswith(f"\n...\n[{len(laps):,} rows, 5 columns]")
    assert len(text.splitlines()) == 13
    page = laps._repr_html_()
    assert page.startswith("<table>") and page.count("<tr>") == 12 and f"{len(laps):,} rows" in page
    wide = repr(f1lake.sql("select * from session_leaderboard", lake=lake / "lake"))
    assert max(map(len, wide.splitlines())) <= 121 and "…" in wide


def test_versions(lake: Path) -> None:
    place = lake / "lake"
    count = "select count(*) as n from fact_laps"
    assert f1lake.sql(count, lake=place).to_arrow().to_pylist()[0]["n"] > 1000
    tomorrow = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    assert f1lake.sql(count, lake=place, as_of=tomorrow).to_arrow() == f1lake.sql(count, lake=place).to_arrow()
    assert f1lake.sql(count, lake=place, as_of=numpy.int64(0)).num_rows == 1
    with pytest.raises(f1lake.UsageError, match="as.of"):
        f1lake.sql(count, lake=place, as_of="yesterday")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("select * from fact_lap", "did you mean `gold_analytics.fact_laps`"),
        ("select nope from fact_laps", "no column `nope`"),
        ("drop table fact_laps", "read-only"),
        ("insert into fact_laps select * from fact_laps", "read-only"),
        ("select 1; select 2", ""),
        ("select 'a", "Unterminated"),
        ("--help", ""),
        ("-", ""),
        ("", ""),
        ("select 1/0", ""),
        ("\0", ""),
        (None, "expected text"),
        (b"select 1", "expected text"),
    ],
)
def test_wrong_queries(lake: Path, query: Any, told: str) -> None:
    with pytest.raises(f1lake.Error) as caught:
        f1lake.sql(query, lake=lake / "lake")
    assert told in str(caught.value) and str(caught.value)


def test_the_interpreter_goes_on_meanwhile(lake: Path) -> None:
    ticks: list[float] = []
    stop = threading.Event()

    def tick() -> None:
        while not stop.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.005)

    ticker = threading.Thread(target=tick)
    ticker.start()
    started = time.monotonic()
    f1lake.sql("select sum(a.value * b.value) from range(30000) a, range(3000) b", lake=lake / "lake")
    ended = time.monotonic()
    stop.set()
    ticker.join()
    assert sum(started < tick < ended for tick in ticks) > (ended - started) / 0.1
