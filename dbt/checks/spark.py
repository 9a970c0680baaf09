"""Builds models on Apache Spark itself (JVM, ANSI mode), runs their tests, and compares every table with the program's.

    python -m checks.spark ../lake           a part that uses every macro and every SQL function of the models
    python -m checks.spark ../lake --all     all models, from bronze on; ten minutes and more

The lake must have all three schemas, as `f1lake run` makes them. Tables are Parquet, because Spark without Delta is
what its Python package contains: a copy of the project says so in two places. Everything else is the project as it
is. In the part, a chosen model reads the program's tables of models that are not chosen. Snapshots need Delta and are
left out. Exit code 1 when a model or a test fails, or a table differs.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from dbt.cli.main import dbtRunner
from deltalake import DeltaTable

from checks.carried_sql import Model, carried_models
from checks.comparison import difference
from checks.project import PROJECT, Manifest, manifest, options
from checks.spark_session import SCHEMAS, open_lake, spark_session
from checks.spark_slice import asked, cover

ON_PARQUET = {
    "dbt_project.yml": ("+file_format: delta", "+file_format: parquet"),
    "macros/lake.sql": ("using delta location", "using parquet location"),
}
# Models of telemetry have a hundred times the rows of the others.
TELEMETRY = ("car_data", "locations", "telemetry", "track_line", "circuit_corners", "minisectors")


def on_parquet(folder: Path) -> Path:
    """A copy of the project whose tables are Parquet on Spark."""
    copy = folder / "project"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns("checks", "target", "logs", "*.duckdb", "__pycache__"))
    for name, (before, after) in ON_PARQUET.items():
        text = (copy / name).read_text()
        if before not in text:
            sys.exit(f"{name} does not say `{before}` any more")
        (copy / name).write_text(text.replace(before, after))
    return copy


def dbt(project: Path, folder: Path, command: str, *arguments: str) -> list[str]:
    """Runs dbt in this process, which has the session, and prints how its nodes ended; what failed."""
    line = ["--log-level", "none", "--no-print", command, "--threads", "2", *options("spark", folder, project)]
    ended = dbtRunner().invoke([*line, *arguments])
    results = list(getattr(ended.result, "results", None) or [])
    if command == "build":
        counts = Counter((str(result.node.resource_type), str(result.status)) for result in results)
        print("dbt:", ", ".join(f"{count} {kind}s {status}" for (kind, status), count in sorted(counts.items())))
    if ended.success:
        return []
    bad = [result for result in results if result.status in ("error", "fail", "runtime error")]
    return [f"{result.node.unique_id}: {result.message}" for result in bad] or [f"dbt {command}: {ended.exception}"]


def for_duckdb(project: Manifest) -> list[str]:
    """Unit tests with SQL of DuckDB in them, or with lists, for which dbt writes no SQL that Spark reads."""

    def foreign(part: dict[str, Any]) -> bool:
        rows = part["rows"] or []
        return part["format"] == "sql" or any(isinstance(value, list) for row in rows for value in row.values())

    return [
        test["name"] for test in project["unit_tests"].values() if any(map(foreign, [*test["given"], test["expect"]]))
    ]


def differences(lake: Path, built: Path, models: list[Model]) -> list[str]:
    """Tables that are not the program's, row for row."""
    found, rows = [], 0
    for model in models:
        ours = DeltaTable(lake / model["schema"] / model["name"]).to_pyarrow_table()
        rows += ours.num_rows
        if problem := difference(ours, pq.read_table(built / model["name"]), model):
            found.append(f"{model['name']} differs from the program's: {problem}")
    print(f"{len(models)} tables, {rows} rows compared with the program's: {len(found)} different")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lake", type=Path, help="folder of the lake, with all three schemas in it")
    parser.add_argument("--all", action="store_true", help="all models")
    parser.add_argument("--select", nargs="*", help="only these models")
    arguments = parser.parse_args()
    lake, models = arguments.lake.resolve(), {model["name"]: model for model in carried_models()}
    if missing := [name for name, model in models.items() if not (lake / model["schema"] / name).is_dir()]:
        sys.exit(f"the lake has no {', '.join(missing)}: run `f1lake build` first")
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name, spark_session(Path(name)) as spark:
        folder = Path(name)
        project, tables, built = on_parquet(folder), folder / "lake", folder / "built"
        os.environ |= {"F1LAKE_LAKE": str(tables), "F1LAKE_SPARK_OUT": str(built)}
        open_lake(spark, lake, tables, SCHEMAS[:1] if arguments.all else SCHEMAS)
        print(f"Spark {spark.version}, its copy of the lake after {time.monotonic() - started:.0f} s", flush=True)
        chooses = not (arguments.all or arguments.select)
        command = ["compile", "--select", "resource_type:model"] if chooses else ["parse"]
        if failures := dbt(project, folder, *command):
            sys.exit("\n".join(failures))
        parsed, chosen = manifest(folder), arguments.select or sorted(models)
        if chooses:
            wanted = asked(parsed, "spark")
            chosen = cover(wanted, [name for name in wanted if any(part in name for part in TELEMETRY)])
            print(f"{len(chosen)} of {len(models)} models ask for all {len(set().union(*wanted.values()))} things")
        left_out = for_duckdb(parsed)
        print(f"{len(left_out)} unit tests are written for DuckDB and left out")
        selected = [] if arguments.all else ["--select", *chosen]
        kinds = ("--exclude-resource-type", "snapshot")
        failures = dbt(project, folder, "build", *kinds, *selected, "--exclude", *left_out)
        if not failures:
            failures = differences(lake, built, [models[name] for name in chosen])
    print(*failures[:20], f"{len(failures)} failures, {time.monotonic() - started:.0f} s", sep="\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
