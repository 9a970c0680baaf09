"""Opens every table of a lake as its users would, in three readers, and compares the rows.

    python -m checks.readers ../lake

Readers: Python deltalake (PyArrow), DuckDB's delta_scan, Polars. Each must return the same rows; a difference ends in
exit code 1.
"""

import argparse
import sys
from pathlib import Path

import duckdb
import duckdb_extension_delta
import polars
import pyarrow as pa
from deltalake import DeltaTable

from checks.comparison import canonical

SCHEMAS = ("bronze_raw", "silver_clean", "gold_analytics")


def read_delta(path: Path) -> pa.Table:
    return DeltaTable(path).to_pyarrow_table()


def read_duckdb(path: Path) -> pa.Table:
    connection = duckdb.connect(config={"allow_unsigned_extensions": "false"})
    home = Path(duckdb_extension_delta.__file__).parent
    extension = next(home.rglob("delta.duckdb_extension"))
    connection.execute(f"load '{extension}'; set timezone = 'UTC'")
    return connection.execute("select * from delta_scan(?)", [str(path)]).to_arrow_table()


def read_polars(path: Path) -> pa.Table:
    return polars.read_delta(str(path)).to_arrow()


READERS = {"deltalake": read_delta, "duckdb": read_duckdb, "polars": read_polars}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lake", type=Path)
    arguments = parser.parse_args()
    differences = tables = rows = 0
    for schema in SCHEMAS:
        for path in sorted((arguments.lake / schema).glob("*")):
            if not (path / "_delta_log").is_dir():
                continue
            tables += 1
            contents = {name: canonical(read(path)) for name, read in READERS.items()}
            first = contents["deltalake"]
            rows += first.num_rows
            for name, content in contents.items():
                if not content.equals(first):
                    differences += 1
                    counts = f"{content.num_rows} rows, {first.num_rows} expected"
                    print(f"{schema}.{path.name}: {name} reads otherwise ({counts})")
    print(f"{tables} tables, {rows} rows, {len(READERS)} readers: {differences} differences")
    if tables == 0:
        sys.exit(f"no tables in {arguments.lake}")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
