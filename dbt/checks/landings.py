"""A small copy of a lake's bronze, changed as the loader would after new landings."""

import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, write_deltalake

TELEMETRY = ("bronze_car_data", "bronze_locations")
TELEMETRY_ROWS = 20_000


def copy_bronze(source: Path, lake: Path) -> list[int]:
    """Copies bronze, telemetry cut short, and returns the keys of three sessions that have laps."""
    for path in sorted((source / "bronze_raw").iterdir()):
        table = DeltaTable(path).to_pyarrow_table()
        if path.name in TELEMETRY:
            table = table.slice(0, TELEMETRY_ROWS)
        write_deltalake(lake / "bronze_raw" / path.name, table)
    laps = DeltaTable(lake / "bronze_raw" / "bronze_laps").to_pyarrow_table()
    sessions = sorted(set(laps["session_key"].to_pylist()))[:3]
    if len(sessions) < 3:
        sys.exit("needs a lake with laps of three sessions or more")
    return sessions


def rewrite(path: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    write_deltalake(path, change(DeltaTable(path).to_pyarrow_table()), mode="overwrite")


def replaced(table: pa.Table, column: str, values: pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.column_names.index(column), table.schema.field(column), values)


def later(table: pa.Table, sessions: list[int], column: str) -> pa.Table:
    """The time of loading of some sessions, an hour on."""
    hit = pc.is_in(table["session_key"], pa.array(sessions))
    moment = pc.add(table[column], pa.scalar(timedelta(hours=1)))
    return replaced(table, column, pc.if_else(hit, moment, table[column]))


def without(table: pa.Table, column: str, session: int) -> pa.Table:
    return table.filter(pc.not_equal(table[column], session))


def land_again(lake: Path, corrected: int, emptied: int, removed: int) -> None:
    """One session gets slower laps and loses its first ones, one loses all laps, one everything."""
    bronze = lake / "bronze_raw"

    def laps(table: pa.Table) -> pa.Table:
        hit, duration = pc.equal(table["session_key"], corrected), table["lap_duration"]
        table = replaced(table, "lap_duration", pc.if_else(hit, pc.add(duration, 0.5), duration))
        dropped = pc.and_(hit, pc.equal(table["lap_number"], 1))
        kept = pc.and_not(pc.invert(dropped), pc.equal(table["session_key"], emptied))
        return later(table.filter(kept), [corrected], "_ingestion_timestamp")

    rewrite(bronze / "bronze_laps", laps)
    rewrite(bronze / "bronze_loads", lambda table: later(table, [corrected, emptied], "loaded_at"))
    for path in sorted(bronze.iterdir()):
        column = "race_session_key" if path.name == "bronze_starting_grid" else "session_key"
        rewrite(path, partial(without, column=column, session=removed))
