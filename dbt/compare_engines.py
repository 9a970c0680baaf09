#!/usr/bin/env python3
"""Builds the models of one lake on several engines and compares every table, row for row.

    python compare_engines.py ../lake                             DuckDB, Spark (Sail) and the program's engine
    python compare_engines.py ../lake --engines duckdb,datafusion

The program's tables are those in the lake, or, where it has none, what the carried SQL gives on DataFusion.
All values must be equal; floats to 1e-9 of their size. Exit code 1 on a difference.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from sail import sail_server

HERE = Path(__file__).resolve().parent
SQL = HERE.parent / "crates" / "f1lake-tables" / "sql"
BIN = Path(sys.executable).parent
FLOAT_TOLERANCE = 1e-9
ARROW_TYPES = {
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "string": pa.string(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
    "array<bigint>": pa.list_(pa.int64()),
}


def tool(name: str) -> str:
    return shutil.which(name, path=str(BIN)) or name


def run_dbt(target: str, lake: Path, folder: Path, select: list[str], environment: dict[str, str]) -> None:
    command = [
        *(tool("dbt"), "--quiet", "run", "--target", target, "--full-refresh", "--no-partial-parse"),
        *("--project-dir", str(HERE), "--profiles-dir", str(HERE)),
        *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        *(["--select", *select] if select else []),
    ]
    result = subprocess.run(command, env=os.environ | {"F1LAKE_LAKE": str(lake)} | environment, stdout=sys.stderr)
    if result.returncode != 0:
        sys.exit(f"dbt on {target} failed")


def duckdb_tables(lake: Path, folder: Path, models: list[dict], select: list[str]) -> dict[str, pa.Table]:
    import duckdb

    database = folder / "duckdb.duckdb"
    run_dbt("duckdb", lake, folder / "duckdb", select, {"F1LAKE_DUCKDB": str(database)})
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return {
            model["name"]: connection.execute(f"select * from {model['schema']}.{model['name']}").to_arrow_table()
            for model in models
        }


def spark_tables(lake: Path, folder: Path, models: list[dict], select: list[str]) -> dict[str, pa.Table]:
    folder = folder / "spark"
    folder.mkdir()
    with sail_server(folder / "server.log") as address:
        remote = f"{address}/;user_id=compare;session_id={uuid.uuid4()}"
        run_dbt("spark", lake, folder, select, {"SPARK_REMOTE": remote, "F1LAKE_SPARK_OUT": str(folder / "tables")})
        return {model["name"]: DeltaTable(folder / "tables" / model["name"]).to_pyarrow_table() for model in models}


def program_tables(lake: Path, folder: Path, models: list[dict], select: list[str]) -> dict[str, pa.Table]:
    """Tables that the program wrote into the lake."""
    return {
        model["name"]: DeltaTable(lake / model["schema"] / model["name"]).to_pyarrow_table()
        for model in models
        if (lake / model["schema"] / model["name"] / "_delta_log").is_dir()
    }


def datafusion_tables(lake: Path, folder: Path, models: list[dict], select: list[str]) -> dict[str, pa.Table]:
    """What the carried SQL gives on the program's engine."""
    from datafusion import SessionContext

    from generate import compile_project, generated_files, stale

    if changed := stale(generated_files(compile_project(folder / "datafusion")), SQL):
        sys.exit(f"the carried SQL is older than the models ({', '.join(changed)}): run generate.py first")

    context = SessionContext()
    for schema in ("bronze_raw", "silver_clean", "gold_analytics"):
        context.sql(f"create schema {schema}").collect()
    for path in sorted((lake / "bronze_raw").iterdir()):
        context.catalog().schema("bronze_raw").register_table(path.name, DeltaTable(path))
    tables = {}
    for model in models:
        try:
            batches = context.sql((SQL / model["sql"]).read_text()).collect()
        except Exception as error:
            sys.exit(f"datafusion: {model['name']}: {error}")
        frame = context.create_dataframe([batches]) if batches else context.sql((SQL / model["sql"]).read_text())
        context.catalog().schema(model["schema"]).register_table(model["name"], frame)
        tables[model["name"]] = frame.to_arrow_table()
    return tables


ENGINES = {"duckdb": duckdb_tables, "spark": spark_tables, "datafusion": datafusion_tables, "program": program_tables}


def normal_type(arrow_type: pa.DataType) -> pa.DataType:
    """Engines differ in how they hold text and lists, not in what these are."""
    if pa.types.is_large_string(arrow_type) or pa.types.is_string_view(arrow_type):
        return pa.string()
    if pa.types.is_large_list(arrow_type) or pa.types.is_list_view(arrow_type) or pa.types.is_list(arrow_type):
        return pa.list_(normal_type(arrow_type.value_type))
    if pa.types.is_timestamp(arrow_type) and arrow_type.tz is not None:
        return pa.timestamp(arrow_type.unit, "UTC")
    return arrow_type


def wrong_types(table: pa.Table, model: dict) -> list[str]:
    """Columns that are missing, too many, or not of the type that the model promises."""
    wrong = []
    for column in model["columns"]:
        if column["name"] not in table.column_names:
            wrong.append(f"no column {column['name']}")
            continue
        found = normal_type(table.schema.field(column["name"]).type)
        if found != ARROW_TYPES[column["type"]]:
            wrong.append(f"{column['name']} is {found}, not {column['type']}")
    promised = {column["name"] for column in model["columns"]}
    return wrong + [f"unknown column {name}" for name in table.column_names if name not in promised]


def ordered(table: pa.Table, model: dict) -> pa.Table:
    """The promised columns and types, sorted by primary key."""
    columns = {
        column["name"]: table[column["name"]].cast(ARROW_TYPES[column["type"]], safe=False) for column in model["columns"]
    }
    return pa.table(columns).sort_by([(name, "ascending") for name in model["key"]]).combine_chunks()


def unequal(left: pa.ChunkedArray, right: pa.ChunkedArray) -> pa.Array:
    """True where two columns of the same length differ; null equals null."""
    if pa.types.is_list(left.type):
        values = [a != b for a, b in zip(left.to_pylist(), right.to_pylist())]
        return pa.array(values, pa.bool_())
    if pa.types.is_floating(left.type):
        size = pc.max_element_wise(pc.max_element_wise(pc.abs(left), pc.abs(right)), 1e-12)
        differ = pc.greater(pc.abs(pc.subtract(left, right)), pc.multiply(size, FLOAT_TOLERANCE))
        differ = pc.and_not(differ, pc.equal(left, right))
        differ = pc.or_(differ, pc.xor(pc.is_nan(left), pc.is_nan(right)))
    else:
        differ = pc.not_equal(left, right)
    return pc.fill_null(differ, pc.xor(pc.is_null(left), pc.is_null(right))).combine_chunks() if len(left) else differ


def repeated_keys(table: pa.Table, key: list[str]) -> int:
    return table.num_rows - table.group_by(key).aggregate([]).num_rows


def difference(first: pa.Table, other: pa.Table, model: dict) -> str | None:
    """The first difference of two tables in words, or none."""
    if wrong := wrong_types(other, model):
        return "; ".join(wrong)
    if first.num_rows != other.num_rows:
        return f"{first.num_rows} rows against {other.num_rows}"
    first, other = ordered(first, model), ordered(other, model)
    for column in model["columns"]:
        differ = unequal(first[column["name"]], other[column["name"]])
        count = pc.sum(differ).as_py() or 0
        if count:
            row = pc.index(differ, True).as_py()
            key = ", ".join(f"{name}={first[name][row].as_py()}" for name in model["key"])
            values = f"{first[column['name']][row].as_py()!r} against {other[column['name']][row].as_py()!r}"
            return f"{count} rows differ in {column['name']}; first at {key}: {values}"
    return None


def compare(models: list[dict], results: dict[str, dict[str, pa.Table]]) -> int:
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
            else:
                problems.append(problems[0] and "not compared" or difference(expected, results[engine][name], model))
        words = ["reference" if problems[0] is None else "WRONG"]
        words += ["equal" if problem is None else "DIFFERENT" for problem in problems[1:]]
        print(f"{name:32} {expected.num_rows:>9}  " + "  ".join(f"{word:24}" for word in words).rstrip())
        for engine, problem in zip(results, problems):
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
    models = json.loads((SQL / "models.json").read_text())["models"]
    if arguments.engines:
        engines = arguments.engines.split(",")
    else:
        built = any((lake / model["schema"] / model["name"] / "_delta_log").is_dir() for model in models)
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
