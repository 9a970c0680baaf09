#!/usr/bin/env python3
"""Car telemetry of a session, JSON to sorted and typed Parquet (zstd): f1lake against the alternatives.

    python decode.py LANDING --program ../target/release/f1lake

LANDING contains a session with car_data (`f1lake extract --session-key KEY --endpoints car_data,drivers`). Every contender runs as
a separate process, including its startup; the best of three runs counts. Before that, the rows of each contender must equal those
of DuckDB with a hand-written schema. f1lake does more than the others: it checks the file's SHA-256, keeps fields without a column,
and commits a Delta table. Contenders whose package is missing are named and skipped.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from program import measured

COLUMNS = {
    "meeting_key": "BIGINT",
    "session_key": "BIGINT",
    "driver_number": "BIGINT",
    "date": "TIMESTAMPTZ",
    "rpm": "BIGINT",
    "speed": "BIGINT",
    "n_gear": "BIGINT",
    "throttle": "BIGINT",
    "brake": "BIGINT",
    "drs": "BIGINT",
    "session_name": "VARCHAR",
    "batch_day": "DATE",
}
DUCKDB = """
import duckdb
connection = duckdb.connect()
connection.execute("set timezone = 'UTC'")
connection.execute("copy (select * from {source} order by driver_number, date) to '{target}' (format parquet, compression zstd)")
"""
TYPED = "read_json('{file}', columns = {columns}, maximum_object_size = 1000000000)"
AUTO = "(select * replace (date::timestamptz as date) from read_json_auto('{file}', maximum_object_size = 1000000000))"
POLARS = """
import polars as pl
frame = pl.read_json('{file}', infer_schema_length=1000)
frame = frame.with_columns(pl.col('date').str.to_datetime(time_zone='UTC', time_unit='us'), pl.col('batch_day').str.to_date())
frame.sort('driver_number', 'date').write_parquet('{target}', compression='zstd')
"""
PANDAS = """
import pandas as pd
frame = pd.read_json('{file}', convert_dates=False)
frame['date'] = pd.to_datetime(frame['date'], format='ISO8601', utc=True)
frame['batch_day'] = pd.to_datetime(frame['batch_day']).dt.date
frame.sort_values(['driver_number', 'date']).to_parquet('{target}', compression='zstd', index=False)
"""
EXTRACTOR = """
import json
from datetime import date, datetime
import pyarrow as pa, pyarrow.parquet as pq
rows = json.load(open('{file}'))
for row in rows:
    row['date'] = datetime.fromisoformat(row['date'])
    row['batch_day'] = date.fromisoformat(row['batch_day'])
rows.sort(key=lambda row: (row['driver_number'], row['date']))
pq.write_table(pa.Table.from_pylist(rows), '{target}', compression='zstd')
"""
DLT = """
import json, dlt
pipeline = dlt.pipeline('bench', destination=dlt.destinations.filesystem('file://{folder}'), dataset_name='out', pipelines_dir='{folder}/work')
pipeline.run(json.load(open('{file}')), table_name='car_data', loader_file_format='parquet')
"""


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))


def digest(folder: Path) -> list:
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        numbers = [name for name, kind in COLUMNS.items() if kind == "BIGINT" and name != "session_key"]
        sums = ", ".join(f"sum({name}), count({name})" for name in numbers)
        files = sorted(str(path) for path in folder.rglob("*.parquet") if "bronze_loads" not in str(path))
        source = f"read_parquet({files})"
        times = "sum(epoch_us(date::timestamptz)), min(date), max(date), min(batch_day), min(session_name), max(session_name)"
        return [str(value) for value in connection.execute(f"select count(*), {sums}, {times} from {source}").fetchone()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("landing", type=Path)
    parser.add_argument("--program", required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--skip", default="", help="contenders to skip, separated by commas")
    arguments = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="f1lake-decode-"))
    zone = work / "landing"
    (zone / "_manifest").mkdir(parents=True)
    for path in (arguments.landing / "_manifest").glob("*.json"):
        manifest = json.loads(path.read_text())
        if landed := manifest["endpoints"].get("car_data"):
            manifest["endpoints"] = {"car_data": landed}
            file = zone / landed["file"]
            shutil.copy(arguments.landing / landed["file"], file)
            (zone / "_manifest" / path.name).write_text(json.dumps(manifest))
            break
    else:
        sys.exit("no car_data in this landing zone")
    print(f"{landed['rows']} rows, {landed['bytes'] / 1e6:.0f} MB JSON, {os.cpu_count()} cores")

    def python(code: str):
        return lambda folder: [sys.executable, "-c", code.format(file=file, target=folder / "out.parquet", folder=folder)]

    def duckdb(source: str):
        return python(DUCKDB.replace("{source}", source.replace("{columns}", "{{" + ", ".join(f"{n}: ''{k}''" for n, k in COLUMNS.items()).replace("''", "'") + "}}")))

    contenders = {
        "duckdb, typed": duckdb(TYPED),
        "f1lake load": lambda folder: [arguments.program, "load", "--quiet", "--out", str(zone), "--lake", str(folder)],
        "duckdb, auto": duckdb(AUTO),
        "polars": python(POLARS),
        "pandas": python(PANDAS),
        "json + pyarrow": python(EXTRACTOR),
        "dlt": python(DLT),
    }
    expected, results = None, {}
    for name, command in contenders.items():
        if name in arguments.skip.split(","):
            continue
        best = None
        try:
            for _ in range(arguments.runs if name != "dlt" else 1):
                folder = work / "out"
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                run = measured(command(folder))
                best = min(best or run, run)
            if name != "dlt":  # its tables have extra columns
                found = digest(folder)
                expected = expected or found
                if found != expected:
                    print(f"{name}: rows differ\n  {found}\n  {expected}")
                    return 1
            results[name] = (best.seconds, best.memory, size(folder) / 1e6)
        except RuntimeError as error:
            print(f"{name}: left out: {str(error).strip().splitlines()[-1]}")
    base = results["duckdb, typed"][0]
    print(f"\n{'':<16}{'s':>8}{'of typed DuckDB':>18}{'MB memory':>12}{'MB on disk':>12}")
    for name, (seconds, memory, disk) in results.items():
        print(f"{name:<16}{seconds:>8.2f}{seconds / base:>18.2f}{memory:>12.0f}{disk:>12.1f}")
    shutil.rmtree(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
