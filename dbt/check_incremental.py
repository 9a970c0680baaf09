#!/usr/bin/env python3
"""Proves that an incremental run equals a full one after sessions were landed again.

    python check_incremental.py ../lake

Copies the small tables of the lake, builds on DuckDB, then changes bronze as new landings would: values corrected, rows gone,
a table of a session emptied, a session removed. The incremental run must give what a build from nothing gives, with no row twice,
and a run after that must change nothing. Then the query of a silver model changes: its rows in gold must follow, though no session
landed again. Exit code 1 when something does not hold.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, write_deltalake

HERE = Path(__file__).resolve().parent
TELEMETRY = ("bronze_car_data", "bronze_locations")
TELEMETRY_ROWS = 20_000


def copy_lake(source: Path, lake: Path) -> list[int]:
    """Copies bronze, telemetry cut short, and returns the keys of sessions that have laps."""
    for path in sorted((source / "bronze_raw").iterdir()):
        table = DeltaTable(path).to_pyarrow_table()
        if path.name in TELEMETRY:
            table = table.slice(0, TELEMETRY_ROWS)
        write_deltalake(lake / "bronze_raw" / path.name, table)
    laps = DeltaTable(lake / "bronze_raw" / "bronze_laps").to_pyarrow_table()
    return sorted(set(laps["session_key"].to_pylist()))


def rewrite(lake: Path, name: str, change) -> None:
    path = lake / "bronze_raw" / name
    write_deltalake(path, change(DeltaTable(path).to_pyarrow_table()), mode="overwrite")


def land_again(lake: Path, corrected: int, emptied: int, removed: int) -> None:
    """Changes bronze as the loader would after new landings of three sessions."""

    def later(table: pa.Table, sessions: list[int], column: str) -> pa.Table:
        hit = pc.is_in(table["session_key"], pa.array(sessions))
        moment = pc.add(table[column], pa.scalar(timedelta(hours=1)))
        return table.set_column(table.column_names.index(column), table.schema.field(column), pc.if_else(hit, moment, table[column]))

    def laps(table: pa.Table) -> pa.Table:
        slower = pc.if_else(pc.equal(table["session_key"], corrected), pc.add(table["lap_duration"], 0.5), table["lap_duration"])
        table = table.set_column(table.column_names.index("lap_duration"), table.schema.field("lap_duration"), slower)
        dropped = pc.and_(pc.equal(table["session_key"], corrected), pc.equal(table["lap_number"], 1))
        kept = pc.and_not(pc.invert(dropped), pc.equal(table["session_key"], emptied))
        return later(table.filter(kept), [corrected], "_ingestion_timestamp")

    rewrite(lake, "bronze_laps", laps)
    rewrite(lake, "bronze_loads", lambda table: later(table, [corrected, emptied], "loaded_at"))
    for path in sorted((lake / "bronze_raw").iterdir()):
        column = "race_session_key" if path.name == "bronze_starting_grid" else "session_key"
        rewrite(lake, path.name, lambda table: table.filter(pc.not_equal(table[column], removed)))


def change_rule(project: Path) -> None:
    """Makes the air 100 degrees hotter, by the rules of silver."""
    model = project / "models" / "silver" / "silver_weather.sql"
    sql = model.read_text()
    changed = sql.replace("    air_temperature,\n", "    air_temperature + 100 as air_temperature,\n")
    if changed == sql:
        sys.exit("silver_weather.sql is not as this check expects it")
    model.write_text(changed)


def laps_by_rule(database: Path) -> tuple[int, int]:
    """Laps of gold by the old rule and by the new one."""
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        sql = "select count(*) filter (air_temperature < 100), count(*) filter (air_temperature > 100) from gold_analytics.fact_laps"
        return connection.execute(sql).fetchone()


def run(project: Path, lake: Path, database: Path, folder: Path, *more: str) -> None:
    command = [
        *(shutil.which("dbt", path=str(Path(sys.executable).parent)) or "dbt", "--quiet", "run"),
        *("--project-dir", str(project), "--profiles-dir", str(project), "--target", "duckdb"),
        *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        *more,
    ]
    environment = os.environ | {"F1LAKE_LAKE": str(lake), "F1LAKE_DUCKDB": str(database)}
    if subprocess.run(command, env=environment, stdout=sys.stderr).returncode != 0:
        sys.exit("dbt failed")


def rows(database: Path) -> dict[str, tuple[list, int]]:
    """Rows of every model by table, sorted, and how many of them occur twice."""
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables"
            " where table_schema in ('silver_clean', 'gold_analytics') and table_name not like 'dbt_%'"
        ).fetchall()
        result = {}
        for (name,) in sorted(names):
            found = sorted(map(repr, connection.execute(f"select * from {name}").fetchall()))
            result[name] = (found, len(found) - len(set(found)))
        return result


def compare(what: str, first: dict, second: dict) -> int:
    failures = 0
    for name in sorted(first.keys() | second.keys()):
        left, right = first.get(name, ([], 0)), second.get(name, ([], 0))
        if left[0] != right[0] or left[1] or right[1]:
            failures += 1
            only = (set(left[0]) - set(right[0])) or (set(right[0]) - set(left[0])) or {"rows repeat"}
            print(f"{what}: {name}: {len(left[0])} rows against {len(right[0])}; such as {min(only)[:300]}")
    print(f"{what}: {len(first)} tables, {failures} different")
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lake", type=Path, help="folder of the lake, with bronze_raw in it")
    source = parser.parse_args().lake.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lake, project = folder / "lake", folder / "dbt"
        shutil.copytree(HERE, project, ignore=shutil.ignore_patterns("target", "logs", "*.duckdb"))
        sessions = copy_lake(source, lake)
        if len(sessions) < 3:
            sys.exit("needs a lake with laps of three sessions or more")
        run(project, lake, folder / "kept.duckdb", folder)
        before = rows(folder / "kept.duckdb")
        land_again(lake, *sessions[:3])
        run(project, lake, folder / "kept.duckdb", folder)
        incremental = rows(folder / "kept.duckdb")
        run(project, lake, folder / "fresh.duckdb", folder)
        failures = compare("incremental against full", incremental, rows(folder / "fresh.duckdb"))
        run(project, lake, folder / "kept.duckdb", folder)
        failures += compare("run again", rows(folder / "kept.duckdb"), incremental)
        changed = sum(before[table] != incremental[table] for table in before)
        print(f"the landings changed {changed} of {len(before)} tables")
        if changed == 0:
            failures += 1
        change_rule(project)
        run(project, lake, folder / "kept.duckdb", folder, "--select", "silver_weather", "fact_laps")
        old, new = laps_by_rule(folder / "kept.duckdb")
        print(f"changed rule: {new} laps by it, {old} by the old one")
        if old or not new:
            failures += 1
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
