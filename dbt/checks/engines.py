"""Builds the models of one lake on several engines and compares every table, row for row.

    python -m checks.engines ../lake                             DuckDB, Spark (Sail) and the program's engine
    python -m checks.engines ../lake --engines duckdb,datafusion

The program's tables are those in the lake, or, where it has none, what the carried SQL gives on DataFusion.
All values must be equal; floats to 1e-9 of their size. Exit code 1 on a difference.
"""

import argparse
import sys
import tempfile
import time
import uuid
from pathlib import Path

import duckdb
import pyarrow as pa
from datafusion import SessionContext
from deltalake import DeltaTable

from checks.carried_sql import SQL, Model, carried_models, compiled, generated_files, stale
from checks.comparison import difference, ordered, repeated_keys, wrong_types
from checks.connect_servers import sail_server
from checks.project import run_dbt

Tables = dict[str, pa.Table]


def build(target: str, lake: Path, folder: Path, select: list[str], **environment: str) -> None:
    chosen = ["--select", *select] if select else []
    settings = {"F1LAKE_LAKE": str(lake)} | environment
    run_dbt("run", target, folder, "--full-refresh", "--no-partial-parse", *chosen, environment=settings)


def duckdb_tables(lake: Path, folder: Path, models: list[Model], select: list[str]) -> Tables:
    database = folder / "duckdb.duckdb"
    build("duckdb", lake, folder / "duckdb", select, F1LAKE_DUCKDB=str(database))
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return {
            model["name"]: connection.execute(f"select * from {model['schema']}.{model['name']}").to_arrow_table()
            for model in models
        }


def spark_tables(lake: Path, folder: Path, models: list[Model], select: list[str]) -> Tables:
    folder = folder / "spark"
    folder.mkdir()
    with sail_server(folder / "server.log") as address:
        remote = f"{address}/;user_id=compare;session_id={uuid.uuid4()}"
        build("spark", lake, folder, select, SPARK_REMOTE=remote, F1LAKE_SPARK_OUT=str(folder / "tables"))
        return {model["name"]: DeltaTable(folder / "tables" / model["name"]).to_pyarrow_table() for model in models}


def in_lake(lake: Path, model: Model) -> Path | None:
    """Where the program wrote the table of a model, if it did."""
    path = lake / model["schema"] / model["name"]
    return path if (path / "_delta_log").is_dir() else None


def program_tables(lake: Path, _folder: Path, models: list[Model], _select: list[str]) -> Tables:
    """Tables that the program wrote into the lake."""
    return {model["name"]: DeltaTable(path).to_pyarrow_table() for model in models if (path := in_lake(lake, model))}


def datafusion_tables(lake: Path, folder: Path, models: list[Model], _select: list[str]) -> Tables:
    """What the carried SQL gives on the program's engine."""
    if changed := stale(generated_files(compiled(folder / "datafusion")), SQL):
        sys.exit(f"the carried SQL is older than the models ({', '.join(changed)}): run checks.carried_sql first")

    context = SessionContext()
    for schema in ("bronze_raw", "silver_clean", "gold_analytics"):
        context.sql(f"create schema {schema}").collect()
    for path in sorted((lake / "bronze_raw").iterdir()):
        context.catalog().schema("bronze_raw").register_table(path.name, DeltaTable(path))
    tables = {}
    for model in models:
        sql = (SQL / model["sql"]).read_text()
        try:
            batches = context.sql(sql).collect()
        except Exception as error:
            sys.exit(f"datafusion: {model['name']}: {error}")
        frame = context.create_dataframe([batches]) if batches else context.sql(sql)
        context.catalog().schema(model["schema"]).register_table(model["name"], frame)
        tables[model["name"]] = frame.to_arrow_table()
    return tables


ENGINES = {
    "duckdb": duckdb_tables,
    "spark": spark_tables,
    "datafusion": datafusion_tables,
    "program": program_tables,
}


def compare(models: list[Model], results: dict[str, Tables]) -> int:
    """Prints one line per table and returns how many tables differ."""
    first, *others = results
    failures = 0
    print(f"{'table':32} {'rows':>9}  " + "  ".join(f"{engine:24}" for engine in results))
    for model in models:
        name = model["name"]
        expected = results[first][name]
        problems = [("; ".join(wrong_types(expected, model))) or None]
        if problems[0] is None and (repeats := repeated_keys(ordered(expected, model), model["key"])):
            problems[0] = f"{repeats} rows repeat a key"
        for engine in others:
            if name not in results[engine]:
                problems.append("missing")
            elif problems[0]:
                problems.append("not compared")
            else:
                problems.append(difference(expected, results[engine][name], model))
        words = ["reference" if problems[0] is None else "WRONG"]
        words += ["equal" if problem is None else "DIFFERENT" for problem in problems[1:]]
        print(f"{name:32} {expected.num_rows:>9}  " + "  ".join(f"{word:24}" for word in words).rstrip())
        for engine, problem in zip(results, problems, strict=True):
            if problem:
                print(f"    {engine}: {problem}")
        failures += any(problems)
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lake", type=Path, help="folder of the lake, with bronze_raw in it")
    parser.add_argument("--engines", help="which, separated by commas; the first is the reference")
    parser.add_argument("--select", nargs="*", default=[], help="models as dbt selects them; default: all")
    arguments = parser.parse_args()
    lake = arguments.lake.resolve()
    models = carried_models()
    if arguments.engines:
        engines = arguments.engines.split(",")
    else:
        built = any(in_lake(lake, model) for model in models)
        engines = ["duckdb", "spark", "program" if built else "datafusion"]
    if unknown := [engine for engine in engines if engine not in ENGINES]:
        parser.error(f"no engine {', '.join(unknown)}; known are {', '.join(ENGINES)}")
    if arguments.select:
        wanted = set(arguments.select)
        models = [model for model in models if model["name"] in wanted or model["schema"].split("_")[0] in wanted]
    results, seconds = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for engine in engines:
            started = time.monotonic()
            results[engine] = ENGINES[engine](lake, Path(folder), models, arguments.select)
            seconds[engine] = time.monotonic() - started
        failures = compare(models, results)
    took = ", ".join(f"{engine} {duration:.0f} s" for engine, duration in seconds.items())
    print(f"{len(models)} tables, {failures} different ({took})")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
